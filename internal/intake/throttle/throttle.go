// Package throttle keeps the public door open while somebody leans on it
// 「限流」: it bounds how often one network may guess receipts or send reports.
//
// It owns no table and writes nothing; its limits are rules of the county. What it counts lives in memory, under
// a keyed hash whose key is drawn at the start, and is forgotten after an
// hour, so that nothing tells later who was here. It promises that nobody is
// shut out: beyond what a school sends, a browser with scripts solves a small
// task by itself, one without waits a little with a ticket, and both come in,
// whatever address they share. Whoever says that somebody is in danger is
// never asked for either. It never stands between a person and the numbers to
// call.
package throttle

import (
	"crypto/rand"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"weibao/internal/clock"
	"weibao/internal/rule"
)

// Gate counts by network. It is safe for concurrent use.
type Gate struct {
	Clock  clock.Clock
	Limits Limits
	// Key signs tickets; processes that serve one installation share it. Without
	// one it is drawn.
	Key []byte

	book  func() *rule.Book
	mu    sync.Mutex
	line  line
	seed  maphash.Seed
	ready bool
	salt  string
	began time.Time
	now   map[uint64]tally
	past  map[uint64]tally // of the hour before
	all   tally            // of all networks in this hour
}

type tally struct{ guesses, reports int }

const span = time.Hour

// source is the network of a request as a number that only this process can make.
func (g *Gate) source(r *http.Request) uint64 {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Unmap().Is6() {
		if p, err := a.Prefix(64); err == nil {
			host = p.String()
		}
	}
	return maphash.String(g.seed, g.salt+host)
}

// turn forgets what is older than an hour.
func (g *Gate) turn() {
	if !g.ready {
		g.seed, g.salt, g.ready = maphash.MakeSeed(), rand.Text(), true
		if g.Key == nil {
			g.Key = []byte(rand.Text())
		}
	}
	at := g.Clock.Now()
	if g.now != nil && at.Sub(g.began) < span && !at.Before(g.began) {
		return
	}
	g.past = nil
	if g.now != nil && at.Sub(g.began) < 2*span {
		g.past = g.now
	}
	g.now, g.began, g.all = map[uint64]tally{}, at, tally{}
	g.line.forget(at)
	g.reread(at)
}

// change lets fn look at and change what a network did in this hour.
func (g *Gate) change(r *http.Request, fn func(t *tally)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn()
	id := g.source(r)
	t, known := g.now[id]
	if !known {
		// Half of what was done in the hour before still counts.
		was := g.past[id]
		t = tally{was.guesses / 2, was.reports / 2}
	}
	fn(&t)
	g.now[id] = t
}

// Guess lets a look-up in, or says what it takes after too many wrong ones.
func (g *Gate) Guess(r *http.Request, p Permit) (d *Demand) {
	g.change(r, func(t *tally) {
		if over := t.guesses - g.Limits.Guesses; over >= 0 {
			d = g.demand(p, over, g.Limits.Guesses)
		}
	})
	return d
}

// Missed counts a wrong receipt.
func (g *Gate) Missed(r *http.Request) { g.change(r, func(t *tally) { t.guesses++ }) }

// Report counts a report and lets it in, or says what it takes where more
// come than people send. With danger it is always let in.
func (g *Gate) Report(r *http.Request, danger bool, p Permit) (d *Demand) {
	if danger {
		return nil
	}
	g.change(r, func(t *tally) {
		if over := t.reports - g.Limits.Reports; over >= 0 {
			d = g.demand(p, over, g.Limits.Reports)
		} else if over := g.all.reports - g.Limits.All; over >= 0 {
			d = g.demand(p, over, g.Limits.All)
		}
		if d == nil {
			t.reports++
			g.all.reports++
		}
	})
	return d
}

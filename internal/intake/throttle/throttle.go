// Package throttle keeps the public door open while somebody leans on it
// 「限流」: it bounds how often one network may guess receipts or send reports.
//
// It owns no table and writes nothing: what it counts lives in memory, under
// a keyed hash whose key is drawn at the start, and is forgotten after an
// hour, so that nothing tells later who was here. It promises that a school
// whose pupils share one address is not shut out: only many wrong receipts,
// or reports far beyond what a school sends, are slowed, and whoever says
// that somebody is in danger has room of his own. It never stands between a
// person and the numbers to call.
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
	"weibao/internal/errs"
)

// Gate counts by network. It is safe for concurrent use.
type Gate struct {
	Clock  clock.Clock
	Limits Limits

	mu    sync.Mutex
	seed  maphash.Seed
	ready bool
	salt  string
	began time.Time
	now   map[uint64]tally
	past  map[uint64]tally // of the hour before
}

// Limits are how much one network may do within an hour.
type Limits struct {
	Guesses int // wrong receipts
	Reports int // reports without danger
	Danger  int // reports that somebody is in danger
}

// Usual are the limits of an installation: a school of two thousand pupils
// behind one address that reports all at once is let in.
var Usual = Limits{Guesses: 10, Reports: 300, Danger: 600}

type tally struct{ guesses, reports, danger int }

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
	}
	at := g.Clock.Now()
	if g.now != nil && at.Sub(g.began) < span && !at.Before(g.began) {
		return
	}
	g.past = nil
	if g.now != nil && at.Sub(g.began) < 2*span {
		g.past = g.now
	}
	g.now, g.began = map[uint64]tally{}, at
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
		t = tally{was.guesses / 2, was.reports / 2, was.danger / 2}
	}
	fn(&t)
	g.now[id] = t
}

// Guess refuses a look-up after too many wrong ones.
func (g *Gate) Guess(r *http.Request) (err error) {
	g.change(r, func(t *tally) {
		if t.guesses >= g.Limits.Guesses {
			err = errs.New(errs.TooMany, "输错的次数太多，请一小时后再试。孩子有危险，请直接拨打110。")
		}
	})
	return err
}

// Missed counts a wrong receipt.
func (g *Gate) Missed(r *http.Request) { g.change(r, func(t *tally) { t.guesses++ }) }

// Report counts a report, or refuses it beyond all that one network sends.
func (g *Gate) Report(r *http.Request, danger bool) (err error) {
	g.change(r, func(t *tally) {
		n, limit := &t.reports, g.Limits.Reports
		if danger {
			n, limit = &t.danger, g.Limits.Danger
		}
		if *n++; *n > limit {
			err = errs.New(errs.TooMany, "从这个网络提交的报告太多，暂时不能再提交。请拨打110或者12345，也可以换一个网络再试。")
		}
	})
	return err
}

package throttle

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/bits"
	"time"
)

// Permit is what a request brings along that was asked for more.
type Permit struct {
	Ticket string // from the Demand
	Work   string // a number that solves its task; "" = the ticket was waited for
}

// Demand is what a request must bring to be let in: its ticket after the
// wait, or at once with the solved task.
type Demand struct {
	Ticket string
	Wait   time.Duration
	// Bits of zero with which SHA-256 of ticket, colon and the number begins.
	Bits int
}

// Seconds is the wait in whole seconds.
func (d Demand) Seconds() int { return int((d.Wait + time.Second - 1) / time.Second) }

const ticketLife = 2 * time.Hour

// line is the row of those who wait.
type line struct {
	last  time.Time           // when the last one's turn comes
	spent map[uint64]struct{} // tickets that were used in this hour or the one before
	past  map[uint64]struct{}
}

// forget lets go of what was spent before the hour before.
func (l *line) forget(time.Time) { l.past, l.spent = l.spent, map[uint64]struct{}{} }

// ticket is what one holds in the row.
type ticket struct {
	number uint64
	turn   time.Time
	bits   int
}

const (
	ticketBody = 17 // number, turn in milliseconds, bits
	ticketMark = 16
)

func (g *Gate) write(t ticket) string {
	var b [ticketBody]byte
	binary.BigEndian.PutUint64(b[:], t.number)
	binary.BigEndian.PutUint64(b[8:], uint64(t.turn.UnixMilli()))
	b[16] = byte(t.bits)
	return base64.RawURLEncoding.EncodeToString(append(b[:], g.mark("ticket", b[:])...))
}

func (g *Gate) mark(what string, b []byte) []byte {
	m := hmac.New(sha256.New, g.Key)
	m.Write([]byte(what))
	m.Write(b)
	return m.Sum(nil)[:ticketMark]
}

// read gives a ticket of ours that has not been used and is not too old.
func (g *Gate) read(text string, at time.Time) (t ticket, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != ticketBody+ticketMark || !hmac.Equal(b[ticketBody:], g.mark("ticket", b[:ticketBody])) {
		return t, false
	}
	t = ticket{binary.BigEndian.Uint64(b), time.UnixMilli(int64(binary.BigEndian.Uint64(b[8:]))), int(b[16])}
	_, used := g.line.spent[t.number]
	_, before := g.line.past[t.number]
	return t, !used && !before && at.Sub(t.turn) < ticketLife/2
}

// demand lets a permit in that is good, and otherwise says what it takes: the
// more come beyond the limit, the more. The caller holds the lock.
func (g *Gate) demand(p Permit, over, limit int) *Demand {
	at := g.Clock.Now()
	t, ok := g.read(p.Ticket, at)
	if ok && (!at.Before(t.turn) || solves(p.Ticket, p.Work, t.bits)) {
		g.line.spent[t.number] = struct{}{}
		return nil
	}
	if !ok {
		t = g.next(at, over, limit)
		p.Ticket = g.write(t)
	}
	return &Demand{Ticket: p.Ticket, Wait: t.turn.Sub(at), Bits: t.bits}
}

func (g *Gate) next(at time.Time, over, limit int) ticket {
	var number [8]byte
	rand.Read(number[:])
	turn := at.Add(g.Limits.Least)
	if after := g.line.last.Add(g.Limits.Between); after.After(turn) {
		turn = after
	}
	if most := at.Add(g.Limits.Most); turn.After(most) {
		turn = most
	}
	g.line.last = turn
	return ticket{binary.BigEndian.Uint64(number[:]), turn, min(g.Limits.MostBits, g.Limits.LeastBits+bits.Len(uint(over/max(1, limit))))}
}

// solves tells whether a number solves the task of a ticket.
func solves(ticket, work string, zeros int) bool {
	const longest = 20
	if work == "" || len(work) > longest {
		return false
	}
	sum := sha256.Sum256([]byte(ticket + ":" + work))
	return bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:])) >= zeros
}

// Pass marks a receipt that was right, so that what is done with it next
// costs no try.
func (g *Gate) Pass(receipt string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.turn()
	return base64.RawURLEncoding.EncodeToString(g.mark("pass", []byte(receipt)))
}

// Passes tells whether a pass belongs to a receipt.
func (g *Gate) Passes(receipt, pass string) bool {
	return hmac.Equal([]byte(pass), []byte(g.Pass(receipt)))
}

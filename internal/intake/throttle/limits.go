package throttle

import (
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/rule"
)

// Limits are how much may come within an hour before more is asked than to
// send it, and what is asked then.
type Limits struct {
	Guesses int // wrong receipts of one network
	Reports int // reports without danger of one network
	All     int // reports without danger of all networks together

	Least, Most time.Duration // bounds of the wait for a turn
	Between     time.Duration // of two who wait
	// Bits of zero that a task asks for, at first and under the greatest flood.
	// An old phone makes some 100,000 hashes a second.
	LeastBits, MostBits int
}

// Of gives the limits of a county's rules on a day.
func Of(b *rule.Book, on civil.Date) (Limits, error) {
	var l Limits
	var missing string
	number := func(id string) int {
		v, ok := b.Limit(id, on)
		if !ok && missing == "" {
			missing = id
		}
		return int(v.Value)
	}
	seconds := func(id string) time.Duration { return time.Duration(number(id)) * time.Second }
	l.Guesses, l.Reports, l.All = number("intake.guesses"), number("intake.reports"), number("intake.reports-all")
	l.Least, l.Most, l.Between = seconds("intake.wait"), seconds("intake.wait-most"), seconds("intake.wait-between")
	l.LeastBits, l.MostBits = number("intake.task"), number("intake.task-most")
	if missing != "" {
		return l, errs.Newf(errs.Internal, "规则里没有数值“%s”，请系统管理员检查规则。", missing)
	}
	return l, nil
}

// New makes the gate of an installation, which reads its limits from the rules
// of each hour. Processes that serve one installation share the key.
func New(c clock.Clock, book func() *rule.Book, key []byte) (*Gate, error) {
	l, err := Of(book(), civil.DateOf(c.Now()))
	return &Gate{Clock: c, Limits: l, Key: key, book: book}, err
}

// reread takes the limits that hold now; where one has run out without
// another in its place, those before stay.
func (g *Gate) reread(at time.Time) {
	if g.book == nil {
		return
	}
	if l, err := Of(g.book(), civil.DateOf(at)); err == nil {
		g.Limits = l
	}
}

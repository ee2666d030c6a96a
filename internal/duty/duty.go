// Package duty is the kernel of the product: a duty 「责任事项」 says that
// somebody must do something to something by a time, because of a clause, and
// prove it.
//
// It owns duty, duty_place, duty_event, duty_step, duty_request and duty_series. It
// promises: no duty without an owning unit; the clock runs from dispatch,
// signed or not; every rung of a ladder is climbed exactly once and every
// round of a series opens exactly once, through restarts, several processes
// and jumps of the clock; overdue is derived and never stored. A duty is
// closed by the fact that fulfils it, which its slice records in the same
// transaction; there is no ticking off. It never reads what its subject means.
package duty

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// State is where a duty stands; overdue is no state.
type State string

// The states.
const (
	Open      State = "open"
	Done      State = "done"
	LateDone  State = "late-done"
	Waived    State = "waived"
	Cancelled State = "cancelled"
)

// Labels of states, as screens write them.
var stateLabels = map[State]string{Open: "办理中", Done: "已办结", LateDone: "逾期办结", Waived: "已免除", Cancelled: "已撤销"}

// Label gives the official Chinese term.
func (s State) Label() string { return stateLabels[s] }

// Duty is one 责任事项.
type Duty struct {
	ID          ref.Duty
	Kind        string
	Subject     string
	SubjectID   int64
	Whole       int64 // the plan or case of which the subject is a part
	Parent      ref.Duty
	Series      ref.Series
	Round       int64
	Title       string
	Unit        ref.Unit
	Person      ref.User
	Region      string
	Town        string
	County      string
	Rule        string
	Clause      string
	Opened      clock.Instant
	Due         clock.Instant
	Clock       ClockKind
	Span        int
	Anchor      clock.Instant
	Provisional bool
	State       State
	Signed      clock.Instant
	Paused      clock.Instant
	Ladder      string
	Arming      int
	Passed      int // rungs whose time had passed when the ladder was armed
	Closed      clock.Instant
	Fact        string
	FactID      int64
	Pressing    bool // an emergency
}

// Overdue tells whether an open, running duty has passed its due at now.
func (d Duty) Overdue(now clock.Instant) bool {
	return d.State == Open && d.Paused == 0 && now > d.Due
}

// late tells whether a duty that ends now was fulfilled after its due: where
// its clock stood, because somebody checked the result, by when it was stopped.
func (d Duty) late(now clock.Instant) bool {
	if d.Paused != 0 {
		now = d.Paused
	}
	return now > d.Due
}

// Event is something that happened to a duty.
type Event struct {
	ID        ref.Audit
	Duty      ref.Duty
	At        clock.Instant
	Actor     ref.User
	ActorName string
	Unit      ref.Unit
	Action    string
	Note      string
}

// Kernel is the duty engine. Its fields are set once when the program is
// wired; it holds no state of its own.
type Kernel struct {
	// Ladder gives the ladder of an id; an unknown id has no steps.
	Ladder func(id string) rule.Ladder
	// Calendar gives the working-day calendar as loaded.
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
	// Superior gives the unit above a unit, or the unit itself at the top.
	Superior func(ctx context.Context, tx *db.Tx, unit ref.Unit) (ref.Unit, error)
	// Office gives the office 「未保办」 that is responsible for a region.
	Office func(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error)
	// Limits gives the spans of the kernel's own duties and groups as they are now.
	Limits func() Limits
	// Moved is told, in that transaction, of each duty that went to another unit
	// or was waived: its slice lets what hangs on it follow. Nil tells nobody.
	Moved func(ctx context.Context, tx *db.Tx, by access.Actor, was, is Duty) error
	// Closed gives for kinds of subjects the permission without which nobody
	// learns of a duty about one, in whatever unit or region it lies.
	Closed map[string]access.Permission
}

// hidden is the condition that keeps an actor from duties of which he must not
// learn; its column stands in the indexes of lists.
func (k *Kernel) hidden(by access.Actor) (string, []any) {
	where, args := "", []any{}
	for _, subject := range slices.Sorted(maps.Keys(k.Closed)) {
		if by.User != access.Program.User && !by.Can(k.Closed[subject]) {
			where, args = where+" AND d.subject <> ?", append(args, subject)
		}
	}
	return where, args
}

// moved tells of a duty that others than its slice changed.
func (k *Kernel) moved(ctx context.Context, tx *db.Tx, by access.Actor, was, is Duty) error {
	if k.Moved == nil {
		return nil
	}
	return k.Moved(ctx, tx, by, was, is)
}

// Limits are the spans which the county's rules set for the kernel.
type Limits struct {
	Decide   int // workdays for deciding a request (延期, 退回裁定)
	Soon     int // workdays before due from which a duty is 即将到期
	Critical int // workdays after due from which a duty is 严重超期
	// DecideLadder and SuperiorLadder are the ladders of duties to decide a
	// request and of duties which a ladder opened for the superior.
	DecideLadder, SuperiorLadder string
	// Superior is how many workdays the superior has for a duty that climbed.
	Superior int
}

// note writes what happened to a duty for its page.
func note(ctx context.Context, tx *db.Tx, by access.Actor, d ref.Duty, action, words string) error {
	return insertEvent(ctx, tx, Event{ID: ref.New[ref.Audit](tx.Now.Time()), Duty: d, At: tx.Now,
		Actor: by.User, ActorName: by.Name, Unit: by.Post.Unit, Action: action, Note: words})
}

// announce tells the pages of a unit that its duties changed.
func announce(tx *db.Tx, unit ref.Unit) { tx.Notify("duty", ref.Format(unit)) }

func (k *Kernel) calendar(ctx context.Context, tx *db.Tx) (*civil.Calendar, error) {
	c, err := k.Calendar(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("duty: calendar: %w", err)
	}
	return c, nil
}

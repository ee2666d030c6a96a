// Package child keeps the one file of each child 「一人一档」 and everything by
// which a child is found.
//
// It owns every table child_… that its parts do not. It promises: what is private is
// sealed under a key of the child's own and shows only to whoever leaves a
// trace; every change keeps before, after, who, when and why; the categories,
// search keys and kept numbers of a file change with it in one transaction, so
// that a number always equals its list; nobody finds a child outside his scope
// by any way. An identity number is never the key, and may be missing with a
// reason. It never decides a level: that is the assessment's, which tells it.
package child

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Cabinet holds what operations on files need. Its fields are set once when
// the program is wired; it holds no state of its own.
type Cabinet struct {
	Vault *vault.Vault
	Book  func() *rule.Book
	// Grown is told of each file whose child turned into the next band of age,
	// in the transaction of the birthday; nil tells nobody.
	Grown func(ctx context.Context, tx *db.Tx, row Child) error
	// Settled is told of each file that was closed, opened again, united, parted
	// or moved, or whose categories changed, in that transaction: who plans its
	// care follows. nil tells nobody.
	Settled func(ctx context.Context, tx *db.Tx, by access.Actor, rows []Child) error
	// Entrusted is told of each file that changed while somebody was or came to
	// be entrusted with the child's care, in that transaction; nil tells nobody.
	Entrusted func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) error
}

// rehomed tells who follows that a file went to another place: what the old one
// had to do ends, the new one's clocks begin.
func (c *Cabinet) rehomed(ctx context.Context, tx *db.Tx, by access.Actor, was Child) error {
	if c.Settled == nil {
		return nil
	}
	now, err := get(ctx, tx, access.Program, was.ID)
	if err != nil || now.Region == was.Region {
		return err
	}
	gone := was
	gone.State = Closed
	if err := c.Settled(ctx, tx, by, []Child{gone}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, was.ID)
}

// Settle tells who follows how files stand now.
func (c *Cabinet) Settle(ctx context.Context, tx *db.Tx, by access.Actor, ids ...ref.Child) error {
	if c.Settled == nil {
		return nil
	}
	rows, err := lockAll(ctx, tx, access.Program, ids)
	if err != nil {
		return err
	}
	return c.Settled(ctx, tx, by, rows)
}

// State says whether a file is in use.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// NoDue stands as due where nothing must be done.
const NoDue = "9999-12-31"

// MaxLevel is the highest level of risk; 0 means not assessed.
const MaxLevel = 4

// Child is what lists show of a file: class work.
type Child struct {
	ID         ref.Child
	Name       string
	Sex        idcard.Sex
	Birth      civil.Date
	Guessed    int64
	Region     string
	Town       string
	County     string
	Unit       ref.Unit
	School     string
	Grade      string
	Level      int
	Leveled    civil.Date
	Due        string
	Screened   civil.Date
	Campaign   ref.Campaign // the screening in which something was entered last; 0 = none
	Categories string
	Waits      string // what waits to be done on special lists, as func Waits writes it
	Band       int
	Turns      civil.Date
	State      State
	Ended      string
	Successor  ref.Child
	Source     string
	Version    int64
	Created    clock.Instant
	CreatedBy  ref.User
	Changed    clock.Instant
}

// Age gives the full years on a day; ok is false where the birth date is not known.
func (c Child) Age(on civil.Date) (years int, ok bool) {
	if c.Birth.IsZero() {
		return 0, false
	}
	return civil.AgeOn(c.Birth, on), true
}

// Sees tells whether a file lies in an actor's scope.
func (c Child) Sees(by access.Actor) bool { return by.Scope().Sees(c.Unit, c.Region) }

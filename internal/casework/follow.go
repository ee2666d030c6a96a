package casework

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// FollowID names a follow-up.
type FollowID int64

// Follow is a look at a child after its case was closed 「回访」.
type Follow struct {
	ID     FollowID
	Whole  ref.Case
	Child  ref.Child
	Unit   ref.Unit
	Due    civil.Date
	Duty   ref.Duty
	State  string
	Done   clock.Instant
	DoneBy string
	Worry  int64
	Sealed []byte
}

// The states of a follow-up.
const (
	FollowOpen  = "open"
	FollowDone  = "done"
	FollowEnded = "ended"
)

// FollowOf gives a follow-up, and of the child what a visitor must know, to
// the unit that does it. Nothing of the case comes along.
func (k *Desk) FollowOf(ctx context.Context, tx *db.Tx, by access.Actor, id FollowID) (Follow, child.Child, error) {
	if err := by.Require("case.follow"); err != nil {
		return Follow{}, child.Child{}, err
	}
	f, err := follow(ctx, tx, by, id)
	if err != nil {
		return f, child.Child{}, err
	}
	c, err := k.Cabinet.Get(ctx, tx, access.Program, f.Child)
	return f, c, err
}

// Look is what somebody found who followed up.
type Look struct {
	Day   civil.Date
	Safe  bool
	Words string // required where the child is not safe
}

// Follow records a follow-up. What worries the visitor comes back to the unit
// in charge as a duty.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, by access.Actor, id FollowID, in Look) error {
	f, _, err := k.FollowOf(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if f.State != FollowOpen {
		return errs.New(errs.Conflict, "这次回访已经登记或者不再需要。")
	}
	if in.Day.IsZero() {
		in.Day = today(tx)
	}
	fields := errs.Fields{}
	fields.Check(!in.Day.After(today(tx)), "day", "日期晚于今天，请核对。")
	fields.Check(in.Safe || strings.TrimSpace(in.Words) != "", "words", "请写明发现的情况。有紧急危险的，先拨打110。")
	if err := fields.Err(); err != nil {
		return err
	}
	f.State, f.Done, f.DoneBy = FollowDone, tx.Now, by.Name
	if !in.Safe {
		f.Worry = 1
	}
	if f.Sealed, err = k.Vault.SealText(ctx, tx, group(f.Whole), field("casework_follow", "sealed", int64(f.ID)), strings.TrimSpace(in.Words)); err != nil {
		return err
	}
	if err := setFollow(ctx, tx, f); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, f.Duty, "casework_follow", int64(f.ID)); err != nil {
		return err
	}
	mark := "safe"
	if !in.Safe {
		mark = "worry"
	}
	if err := k.note(ctx, tx, by, f.Whole, note{Kind: Followed, Day: in.Day, Mark: mark, Link: int64(f.ID), Words: in.Words}); err != nil {
		return err
	}
	if !in.Safe {
		c, err := known(ctx, tx, f.Whole)
		if err != nil {
			return err
		}
		if _, err := k.duty(ctx, tx, by, c, WorryKind, "核实回访发现的情况", "case.decide"); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, by, "case.follow", "casework_follow", f.ID, map[string]any{"safe": in.Safe})
}

// Calm says that what a follow-up found was looked into and needs no case.
func (k *Desk) Calm(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, words string) error {
	if err := by.Require("case.reopen"); err != nil {
		return err
	}
	if _, err := k.worked(ctx, tx, by, id); err != nil {
		return err
	}
	if strings.TrimSpace(words) == "" {
		return errs.Fields{"words": "请写明核实的情况。"}.Err()
	}
	n, err := k.fulfil(ctx, tx, by, id, WorryKind, Subject, int64(id))
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "没有等待核实的情况。")
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Noted, Words: words}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.reopen", Subject, id, map[string]any{"calm": true})
}

// Freed ends what hangs on a duty that was waived: a decision of a conference
// need not be carried out, nor a follow-up made, and nothing of it waits for
// anybody. What decides on closing stays asked: the second person may answer.
func (k *Desk) Freed(ctx context.Context, tx *db.Tx, by access.Actor, was, is duty.Duty) error {
	if is.State != duty.Waived {
		return nil
	}
	switch was.Kind {
	case DecisionKind:
		return k.freeDecision(ctx, tx, by, DecisionID(was.SubjectID))
	case FollowKind:
		f, err := knownFollow(ctx, tx, FollowID(was.SubjectID))
		if err != nil || f.State != FollowOpen {
			return err
		}
		f.State, f.DoneBy = FollowEnded, by.Name
		if err := setFollow(ctx, tx, f); err != nil {
			return err
		}
		return k.note(ctx, tx, by, f.Whole, note{Kind: Followed, Link: int64(f.ID), Words: "这次回访经批准免除。"})
	}
	return nil
}

func (k *Desk) freeDecision(ctx context.Context, tx *db.Tx, by access.Actor, id DecisionID) error {
	d, err := knownDecision(ctx, tx, id)
	if err != nil || d.Done != 0 {
		return err
	}
	d.Done, d.DoneBy, d.Waived = tx.Now, by.Name, 1
	if err := setDone(ctx, tx, d); err != nil {
		return err
	}
	return k.note(ctx, tx, by, d.Whole, note{Kind: Decided, Link: int64(id), Words: "经批准免除，不再落实。"})
}

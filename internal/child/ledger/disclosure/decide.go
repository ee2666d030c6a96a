package disclosure

import (
	"context"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// Decide refuses, or grants with the file that was prepared; who asked cannot.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Disclosure, made *Prepared, words string) error {
	if err := by.Require("child.disclose_decide"); err != nil {
		return err
	}
	d, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	if err := d.decidable(by); err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if made == nil && words == "" {
		return errs.Fields{"words": "请说明不同意的理由，例如“用统计数据即可，不需要名单”。"}.Err()
	}
	d.State = Refused
	if made != nil {
		if made.of != id {
			return errs.Missing()
		}
		if d.File, err = k.Files.Attach(ctx, tx, by, subject(id), made.in); err != nil {
			return err
		}
		days, err := k.figure("disclosure.days", civil.DateOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		d.State, d.Children, d.Total, d.Expires = Granted, pack(made.ids), int64(len(made.ids)), clock.Of(tx.Now.Time().Add(time.Duration(days)*24*time.Hour))
	}
	if d.Answer, err = k.Vault.SealText(ctx, tx, group(id), sealed(id, "answer"), words); err != nil {
		return err
	}
	d.Decided, d.DecidedBy, d.DecidedName = tx.Now, by.User, by.Name
	if err := k.Duties.Close(ctx, tx, by, d.Duty, "child.disclose_decide", int64(id)); err != nil {
		return err
	}
	if err := put(ctx, tx, d); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.disclose_decide", "child_disclosure", id, map[string]any{"number": d.Number, "state": d.State, "rows": d.Total})
}

// Withdraw takes back what oneself asked for and nobody has decided.
func (k *Desk) Withdraw(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Disclosure) error {
	if err := by.Require("child.disclose"); err != nil {
		return err
	}
	d, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	if d.ByUser != by.User || d.State != Asked {
		return errs.New(errs.Conflict, "只有申请人能撤回，且申请尚未办结。")
	}
	if err := k.Duties.Cancel(ctx, tx, by, d.Duty, "申请人撤回"); err != nil {
		return err
	}
	d.State = Withdrawn
	if err := put(ctx, tx, d); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.disclose", "child_disclosure", id, map[string]any{"number": d.Number, "state": d.State})
}

// Take hands out the file to who asked, and leaves the trace in the register,
// the journal and the file of each child. The caller closes the content and
// serves it only after the commit.
func (k *Desk) Take(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Disclosure) (*file.Content, error) {
	if err := by.Require("child.disclose"); err != nil {
		return nil, err
	}
	d, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return nil, err
	}
	switch {
	case d.ByUser != by.User:
		return nil, errs.New(errs.Forbidden, "名单只能由申请人下载。")
	case d.State == Expired || d.State == Granted && tx.Now >= d.Expires:
		return nil, errs.New(errs.Conflict, "名单已到期删除。仍需使用的，请重新申请。")
	case !d.MayTake(by, tx.Now):
		return nil, errs.New(errs.Conflict, "这项申请没有批准，不能下载。")
	}
	d.Takes++
	take := Take{ID: ref.New[ref.Audit](tx.Now.Time()), Disclosure: id, At: tx.Now, Actor: by.User, ActorName: by.Name, Unit: by.Post.Unit, UnitName: by.Post.UnitName}
	if err := db.Insert(ctx, tx, "child_disclosure_take", take); err != nil {
		return nil, err
	}
	if err := put(ctx, tx, d); err != nil {
		return nil, err
	}
	if err := child.Trace(ctx, tx, by, unpack(d.Children), child.Disclosed); err != nil {
		return nil, err
	}
	if err := audit.Write(ctx, tx, by, "child.disclose", "child_disclosure", id, map[string]any{"number": d.Number, "taken": d.Takes, "rows": d.Total}); err != nil {
		return nil, err
	}
	return k.Files.Open(ctx, tx, by, subject(id), d.File)
}

// Expire removes the files whose days have passed.
func (k *Desk) Expire(ctx context.Context, d *db.DB) (n int, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		list, err := overdue(ctx, tx, tx.Now, expireStep)
		if err != nil {
			return err
		}
		n = len(list)
		for _, x := range list {
			if err := k.Files.Remove(ctx, tx, access.Program, subject(x.ID), x.File); err != nil {
				return err
			}
			x.State, x.File, x.Children = Expired, 0, []byte{}
			if err := put(ctx, tx, x); err != nil {
				return err
			}
			if err := audit.Write(ctx, tx, access.Program, "child.disclose", "child_disclosure", x.ID, map[string]any{"number": x.Number, "state": x.State}); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

const expireStep = 200

// Filter chooses disclosures; zero fields choose all.
type Filter struct {
	Waiting bool
	Before  ref.Disclosure
	Limit   int
}

// List gives an actor's own disclosures and those which he could decide; an
// audit administrator all of them. The latest come first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Disclosure, error) {
	if !by.Can("child.disclose") && !by.Can("child.disclose_list") {
		return nil, by.Require("child.disclose")
	}
	return list(ctx, tx, by, f)
}

// Told is a disclosure with its words and its downloads.
type Told struct {
	Disclosure
	Why, Words string
	Taken      []Take
}

// Show gives a disclosure that the actor may see.
func (k *Desk) Show(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Disclosure) (t Told, err error) {
	if !by.Can("child.disclose") && !by.Can("child.disclose_list") {
		return t, by.Require("child.disclose")
	}
	if t.Disclosure, err = get(ctx, tx, by, id, ""); err != nil {
		return t, err
	}
	if t.Why, err = k.Vault.OpenText(ctx, tx, group(id), sealed(id, "reason"), t.Reason); err != nil {
		return t, err
	}
	if len(t.Answer) > 0 {
		if t.Words, err = k.Vault.OpenText(ctx, tx, group(id), sealed(id, "answer"), t.Answer); err != nil {
			return t, err
		}
	}
	t.Taken, err = takes(ctx, tx, id)
	return t, err
}

package ledger

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Saved is a view under a name 「常用视图」.
type Saved struct {
	ID     ref.View
	Name   string
	Query  string
	Shared int64
	Owner  ref.User
	ByName string
	Unit   ref.Unit
	Made   clock.Instant
}

// View gives what was saved.
func (s Saved) View() View {
	q, err := url.ParseQuery(s.Query)
	if err != nil {
		return View{}
	}
	return Parse(q)
}

// Views lists an actor's own views and those which his unit shares.
func (k *Desk) Views(ctx context.Context, tx *db.Tx, by access.Actor) ([]Saved, error) {
	if err := by.Require("child.list"); err != nil {
		return nil, err
	}
	return savedViews(ctx, tx, by)
}

// Save keeps a view under a name, for oneself or for the unit.
func (k *Desk) Save(ctx context.Context, tx *db.Tx, by access.Actor, name string, shared bool, v View) (ref.View, error) {
	if err := by.Require("child.view"); err != nil {
		return 0, err
	}
	name = strings.TrimSpace(name)
	f := errs.Fields{}
	f.Check(name != "" && utf8.RuneCountInString(name) <= maxViewName, "name", "请写一个名称，20字以内，例如“红橙等级按村”。")
	n, err := ownViews(ctx, tx, by)
	if err != nil {
		return 0, err
	}
	f.Check(n < maxViewsEach, "name", "每人最多保存30个常用视图，请先删除不用的。")
	if err := f.Err(); err != nil {
		return 0, err
	}
	s := Saved{ID: ref.New[ref.View](tx.Now.Time()), Name: name, Query: v.Values().Encode(), Owner: by.User, ByName: by.Name, Unit: by.Post.Unit, Made: tx.Now}
	if shared {
		s.Shared = 1
	}
	if err := db.Insert(ctx, tx, "child_view", s); err != nil {
		return 0, err
	}
	return s.ID, audit.Write(ctx, tx, by, "child.view", "child_view", s.ID, map[string]any{"shared": shared})
}

// Drop removes a view that the actor saved.
func (k *Desk) Drop(ctx context.Context, tx *db.Tx, by access.Actor, id ref.View) error {
	if err := by.Require("child.view"); err != nil {
		return err
	}
	s, err := savedView(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if s.Owner != by.User {
		return errs.New(errs.Forbidden, "只能删除自己保存的视图；共用的由保存人删除。")
	}
	if err := dropView(ctx, tx, id); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.view", "child_view", id, map[string]any{"dropped": true})
}

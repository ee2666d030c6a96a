package intake

import (
	"context"
	"encoding/json"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// View is a ready-made choice of the list.
type View string

// The views.
const (
	Todo     View = "todo"     // 待受理
	Working  View = "working"  // 研判、办理中
	Pressing View = "pressing" // 紧急，未办结
	Alarming View = "alarming" // 紧急，还没有研判
	Asking   View = "asking"   // the reporter wrote and waits
	Done     View = "done"
	All      View = "all"
)

// Filter chooses reports.
type Filter struct {
	View      View
	Channel   string
	Situation string
	Number    string
	Before    ref.Report // page key: older than this one
	Limit     int
}

const (
	pageSize  = 50
	alikeSpan = 30 * 24 * time.Hour
	lookSpan  = 30 * time.Minute
)

// Counts are the numbers beside the views.
type Counts struct{ Todo, Working, Pressing, Asking int64 }

// List gives reports that the actor may see, newest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Report, error) {
	if err := by.Require("intake.list"); err != nil {
		return nil, err
	}
	if viewWhere[f.View] == "" {
		f.View = Todo
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = pageSize
	}
	return list(ctx, tx, by, f)
}

// Counts counts what is open, for the views.
func (k *Desk) Counts(ctx context.Context, tx *db.Tx, by access.Actor) (Counts, error) {
	if err := by.Require("intake.list"); err != nil {
		return Counts{}, err
	}
	return counts(ctx, tx, by)
}

// Get gives a report without what was told.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Report, error) {
	if err := by.Require("intake.show"); err != nil {
		return Report{}, err
	}
	return get(ctx, tx, by, id)
}

// Registered lists what the actor wrote down for others, newest first.
func (k *Desk) Registered(ctx context.Context, tx *db.Tx, by access.Actor, before ref.Report, limit int) ([]Report, error) {
	if err := by.Require("intake.mine"); err != nil {
		return nil, err
	}
	return registered(ctx, tx, by, before, limit)
}

// RegisteredOne gives one report that the actor wrote down, with what the
// office told the reporter; what was told to the office he does not see again.
func (k *Desk) RegisteredOne(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Progress, error) {
	if err := by.Require("intake.mine"); err != nil {
		return Progress{}, err
	}
	r, err := registeredOne(ctx, tx, by, id)
	if err != nil {
		return Progress{}, err
	}
	return k.progress(ctx, tx, r)
}

// About gives the reports on a child that the actor may see, the latest first,
// without what was told and who told it, and without those that were raised.
func (k *Desk) About(ctx context.Context, tx *db.Tx, by access.Actor, child ref.Child) ([]Report, error) {
	if err := by.Require("intake.list"); err != nil {
		return nil, err
	}
	return about(ctx, tx, by, child, pageSize)
}

// Secret tells whether the mere subject of a report is not for everybody who
// may open the child's file: that somebody harmed the child, or may have.
func (k *Desk) Secret(r Report) bool {
	for _, id := range append(r.CodeList(), r.Situation) {
		if s, ok := k.situation(id, r.Received); ok && (s.Mandatory || s.Secret) {
			return true
		}
	}
	return false
}

// Alike gives other reports on the same child, or of the same situation in
// the same township within thirty days.
func (k *Desk) Alike(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]Report, error) {
	r, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	return alike(ctx, tx, by, r, 10)
}

// MergedInto gives the reports that were merged into one the actor may see.
func (k *Desk) MergedInto(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]Report, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return mergedInto(ctx, tx, id)
}

// Told is a report with what was told and said about it.
type Told struct {
	Report
	Telling   Telling
	Messages  []Message
	Decisions []Decision
}

// Look is that somebody looked at what was told.
type Look struct {
	ID     ref.Audit
	Report ref.Report
	At     clock.Instant
	ByUser ref.User
	ByName string
	ByUnit ref.Unit
	What   string // report or reporter
}

// Reveal leaves the trace that the actor looks at a report 「查看留痕」; for half
// an hour Open then shows it to him.
func (k *Desk) Reveal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) error {
	if err := by.Require("intake.reveal"); err != nil {
		return err
	}
	if _, err := get(ctx, tx, by, id); err != nil {
		return err
	}
	return look(ctx, tx, by, id, "report", "intake.reveal")
}

func look(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, what string, action access.Permission) error {
	l := Look{ID: ref.New[ref.Audit](tx.Now.Time()), Report: id, At: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit, What: what}
	if err := insertLook(ctx, tx, l); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, action, "intake_report", id, nil)
}

// Looks lists who looked at a report, the latest first.
func (k *Desk) Looks(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]Look, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return looksOf(ctx, tx, id)
}

// Revealed tells whether the actor has left a trace within the last half hour.
func (k *Desk) Revealed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (bool, error) {
	if !by.Can("intake.reveal") {
		return false, nil
	}
	return lookedSince(ctx, tx, by, id, tx.Now.Add(-lookSpan))
}

// Open gives a report with what was told to whoever has revealed it.
func (k *Desk) Open(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Told, error) {
	if err := by.Require("intake.reveal"); err != nil {
		return Told{}, err
	}
	r, err := get(ctx, tx, by, id)
	if err != nil {
		return Told{}, err
	}
	if ok, err := k.Revealed(ctx, tx, by, id); err != nil || !ok {
		return Told{}, errs.New(errs.Conflict, "请先点击“查看报告内容”，查看会留下记录。")
	}
	t := Told{Report: r}
	if t.Telling, err = k.telling(ctx, tx, r); err != nil {
		return Told{}, err
	}
	if t.Messages, err = k.messages(ctx, tx, id); err != nil {
		return Told{}, err
	}
	t.Decisions, err = k.decisions(ctx, tx, id)
	return t, err
}

func (k *Desk) telling(ctx context.Context, tx *db.Tx, r Report) (t Telling, err error) {
	plain, err := k.Vault.Open(ctx, tx, group(r.ID), field("intake_report", "sealed", int64(r.ID)), r.Sealed)
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(plain, &t)
}

package assessment

import (
	"context"
	"strconv"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Record is that something was done for a child.
type Record struct {
	ID       ref.Record
	Child    ref.Child
	Kind     rule.CareKind
	Day      civil.Date
	At       clock.Instant
	ByUser   ref.User
	ByName   string
	ByUnit   ref.Unit
	Duty     ref.Duty
	Seen     int64
	Present  int64
	Abnormal int64
	Words    []byte
}

// Done is what a person enters after a visit or contact.
type Done struct {
	Kind     rule.CareKind
	Day      civil.Date // zero takes today
	Seen     bool       // the child was met
	Present  bool       // a guardian or caregiver was there
	Abnormal bool
	Words    string // required where something is abnormal
}

// Enter records what was done for a child, closes the duty that it fulfils and
// opens the next one.
func (k *Desk) Enter(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, in Done) (ref.Record, error) {
	if err := by.Require("assessment.record"); err != nil {
		return 0, err
	}
	c, err := k.Cabinet.Lock(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if in.Day.IsZero() {
		in.Day = today(tx)
	}
	days, err := k.Since(tx)
	if err != nil {
		return 0, err
	}
	if err := in.validate(today(tx), days); err != nil {
		return 0, err
	}
	r := Record{ID: ref.New[ref.Record](tx.Now.Time()), Child: id, Kind: in.Kind, Day: in.Day, At: tx.Now, ByUser: by.User, ByName: by.Name,
		ByUnit: by.Post.Unit, Seen: flag(in.Seen), Present: flag(in.Present), Abnormal: flag(in.Abnormal)}
	if r.Words, err = k.Cabinet.Vault.SealText(ctx, tx, vault.GroupOf("child", id), wordsField(r.ID), strings.TrimSpace(in.Words)); err != nil {
		return 0, err
	}
	if r.Duty, err = k.close(ctx, tx, by, id, in.Kind, "assessment_record", int64(r.ID)); err != nil {
		return 0, err
	}
	if in.Kind == rule.Visit && r.Seen != 0 { // who was visited was met
		if err := k.fulfil(ctx, tx, by, id, rule.FirstContact, "assessment_record", int64(r.ID)); err != nil {
			return 0, err
		}
	}
	if err := insertRecord(ctx, tx, r); err != nil {
		return 0, err
	}
	if err := k.Plan(ctx, tx, by, c); err != nil {
		return 0, err
	}
	return r.ID, audit.Write(ctx, tx, by, "assessment.record", "assessment_record", r.ID, map[string]any{"child": id, "kind": in.Kind})
}

func (in Done) validate(now civil.Date, days int) error {
	f := errs.Fields{}
	f.Check(in.Kind.Label() != "" && in.Kind != rule.Reassess && in.Kind != rule.Patrol, "kind", "请选择办理的事项。")
	f.Check(!in.Day.After(now), "day", "日期晚于今天，请核对。")
	if in.Day.Before(now.AddDays(-days)) {
		f.Check(false, "day", TooOld(days))
	}
	f.Check(!in.Abnormal || strings.TrimSpace(in.Words) != "", "words", "请写明异常情况。有紧急危险的，先拨打110。")
	return f.Err()
}

// Since is how many days ago what is entered now may have been done: a figure of the county's rules.
func (k *Desk) Since(tx *db.Tx) (int, error) { return duty.Figure(k.Book(), "record.days", today(tx)) }

// TooOld says that a day lies longer ago than may be entered.
func TooOld(days int) string {
	return "只能补记" + strconv.Itoa(days) + "天以内办理的，请核对日期。"
}

func wordsField(id ref.Record) vault.Field {
	return vault.Field{Table: "assessment_record", Column: "words", Row: int64(id)}
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

// Visited gives the days on which children were visited last, of those who were;
// whoever asks has found them in a scope.
func (k *Desk) Visited(ctx context.Context, tx *db.Tx, ids []ref.Child) (map[ref.Child]civil.Date, error) {
	return lastVisits(ctx, tx, ids)
}

// Entered is a record with its words.
type Entered struct {
	Record
	Text string
}

// Records lists what was done for a child in the actor's scope, latest first.
func (k *Desk) Records(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Entered, error) {
	if _, err := k.Cabinet.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	list, err := records(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Entered, len(list))
	for i, r := range list {
		out[i].Record = r
		if out[i].Text, err = k.Cabinet.Vault.OpenText(ctx, tx, vault.GroupOf("child", id), wordsField(r.ID), r.Words); err != nil {
			return nil, err
		}
	}
	return out, nil
}

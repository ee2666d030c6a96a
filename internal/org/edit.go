package org

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
)

const (
	maxName    = 60
	maxText    = 200
	maxAliases = 40
)

// Draft is what a person may set of a unit.
type Draft struct {
	Name      string
	ShortName string
	Kind      Kind
	Superior  ref.Unit
	Region    string
	Aliases   []string
	Office    bool // runs the standing office for its region
}

// Basis says since when and why a unit changes.
type Basis struct {
	On       civil.Date // today if unknown
	Reason   string
	Document string
}

func (b Basis) check(f errs.Fields, now civil.Date) {
	f.Check(!b.On.After(now), "on", "生效日期不能晚于今天，请在生效当日办理。")
	f.Check(utf8.RuneCountInString(b.Document) <= maxText, "document", "文件名称不超过200字。")
	f.Check(utf8.RuneCountInString(b.Reason) <= maxText, "reason", "说明不超过200字。")
}

// Add adds a unit.
func Add(ctx context.Context, tx *db.Tx, by access.Actor, in Draft, basis Basis) (Unit, error) {
	if err := by.Require("org.edit"); err != nil {
		return Unit{}, err
	}
	in = in.trim()
	if err := in.check(ctx, tx, by, Unit{}, basis); err != nil {
		return Unit{}, err
	}
	u := place(Unit{ID: ref.New[ref.Unit](tx.Now.Time()), Name: in.Name, ShortName: in.ShortName, Kind: in.Kind,
		Superior: in.Superior, Office: in.Office, Status: Active, Source: ByHand, ValidFrom: basis.on(tx)}, in.Region)
	u.Search = searchKey(u, in.Aliases)
	if err := insert(ctx, tx, []Unit{u}); err != nil {
		return u, err
	}
	if err := setAliases(ctx, tx, u.ID, in.Aliases); err != nil {
		return u, err
	}
	if u.Office {
		if err := dropOffice(ctx, tx, u.Region, u.ID); err != nil {
			return u, err
		}
	}
	return u, record(ctx, tx, by, basis, Change{Kind: Added, Unit: u.ID, NewName: u.Name})
}

// Edit changes a unit. Its former name stays as an alias, so that documents
// which use it are still understood.
func Edit(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit, in Draft, basis Basis) error {
	u, err := editable(ctx, tx, by, id)
	if err != nil {
		return err
	}
	in = in.trim()
	if u.Collective() {
		in.Kind, in.Superior, in.Region = u.Kind, u.Superior, u.Region
	}
	if err := in.check(ctx, tx, by, u, basis); err != nil {
		return err
	}
	ch := Change{Kind: Edited, Unit: id, OldName: u.Name, NewName: in.Name}
	if in.Name != u.Name {
		ch.Kind = Renamed
		in.Aliases = append(in.Aliases, u.Name)
	}
	if in.ShortName != u.ShortName && u.ShortName != "" {
		in.Aliases = append(in.Aliases, u.ShortName)
	}
	u.Name, u.ShortName, u.Kind, u.Superior, u.Office = in.Name, in.ShortName, in.Kind, in.Superior, in.Office
	u = place(u, in.Region)
	u.Search = searchKey(u, in.Aliases)
	if err := update(ctx, tx, u); err != nil {
		return err
	}
	if err := setAliases(ctx, tx, id, in.Aliases); err != nil {
		return err
	}
	if u.Office {
		if err := dropOffice(ctx, tx, u.Region, id); err != nil {
			return err
		}
	}
	return record(ctx, tx, by, basis, ch)
}

// Merge ends a unit and puts another in its place 「撤并」: its names become
// aliases of the other, the units below it move there. The flow that calls it
// moves posts and duties.
func Merge(ctx context.Context, tx *db.Tx, by access.Actor, id, into ref.Unit, basis Basis) error {
	old, err := editable(ctx, tx, by, id)
	if err != nil {
		return err
	}
	target, err := editable(ctx, tx, by, into)
	if err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(id != into, "into", "不能并入自身，请选择另一个单位。")
	f.Check(!target.Collective() && !old.Collective(), "into", "“各成员单位”这类统称不能撤并。")
	f.Check(strings.TrimSpace(basis.Reason+basis.Document) != "", "document", "请填写撤并依据的文件，或在说明中写明原因。")
	basis.check(f, today(tx))
	if err := f.Err(); err != nil {
		return err
	}
	return absorb(ctx, tx, by, old, target, basis)
}

// Absorb is Merge for the flow that follows a change of divisions: it asks
// for no right, since the change itself did.
func Absorb(ctx context.Context, tx *db.Tx, by access.Actor, id, into ref.Unit, basis Basis) error {
	old, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	target, err := find(ctx, tx, into)
	if err != nil {
		return err
	}
	return absorb(ctx, tx, by, old, target, basis)
}

func absorb(ctx context.Context, tx *db.Tx, by access.Actor, old, target Unit, basis Basis) error {
	if err := inherit(ctx, tx, old, target); err != nil {
		return err
	}
	if err := setGone(ctx, tx, old.ID, target.ID, basis.on(tx)); err != nil {
		return err
	}
	return record(ctx, tx, by, basis, Change{Kind: Merged, Unit: old.ID, Other: target.ID, OldName: old.Name, NewName: target.Name})
}

// inherit gives the target what the old unit leaves: its names, the units
// below it, the office, and its place above where the target stood below it.
func inherit(ctx context.Context, tx *db.Tx, old, target Unit) error {
	up, err := above(ctx, tx, target.ID)
	if err != nil {
		return err
	}
	if slices.Contains(up, old.ID) {
		target.Superior = old.Superior
	}
	if err := moveInferiors(ctx, tx, old.ID, target.ID); err != nil {
		return err
	}
	mine, err := aliasesOf(ctx, tx, target.ID)
	if err != nil {
		return err
	}
	theirs, err := aliasesOf(ctx, tx, old.ID)
	if err != nil {
		return err
	}
	all := slices.Concat(mine, theirs, []string{old.Name, old.ShortName})
	target.Office = target.Office || old.Office
	target.Search = searchKey(target, all)
	if err := update(ctx, tx, target); err != nil {
		return err
	}
	if target.Office {
		if err := dropOffice(ctx, tx, target.Region, target.ID); err != nil {
			return err
		}
	}
	return setAliases(ctx, tx, target.ID, all)
}

func (d Draft) trim() Draft {
	d.Name, d.ShortName = strings.TrimSpace(d.Name), strings.TrimSpace(d.ShortName)
	if d.ShortName == "" {
		d.ShortName = d.Name
	}
	var aliases []string
	for _, a := range d.Aliases {
		if a = strings.TrimSpace(a); a != "" {
			aliases = append(aliases, a)
		}
	}
	d.Aliases = aliases
	return d
}

func (d Draft) check(ctx context.Context, tx *db.Tx, by access.Actor, was Unit, basis Basis) error {
	f := errs.Fields{}
	f.Check(d.Name != "", "name", "请填写单位全称。")
	f.Check(wellNamed(d.Name), "name", "单位全称不超过60字，不含特殊字符。")
	f.Check(wellNamed(d.ShortName), "short_name", "简称不超过60字，不含特殊字符。")
	f.Check(KindLabel(d.Kind) != string(d.Kind) && (d.Kind != rule.Group || was.Kind == rule.Group), "kind", "请选择单位类别。")
	f.Check(len(d.Aliases) <= maxAliases, "aliases", "别名不超过40个。")
	for _, a := range d.Aliases {
		f.Check(wellNamed(a) && pinyin.Fold(a) != "", "aliases", "别名“"+a+"”不能使用：每行一个，不超过60字，不含特殊字符。")
	}
	f.Check(!was.Office || d.Office, "office", "请先指定另一个单位承担未保办工作，本单位会自动取消。")
	f.Check(d.Superior != 0 || d.Kind == rule.Government || d.Kind == rule.Group, "superior", "请选择上级单位，逾期事项才能逐级催办。")
	basis.check(f, today(tx))
	if err := d.checkPlace(ctx, tx, by, f); err != nil {
		return err
	}
	if err := d.checkSuperior(ctx, tx, by, f, was); err != nil {
		return err
	}
	return f.Err()
}

func (d Draft) checkPlace(ctx context.Context, tx *db.Tx, by access.Actor, f errs.Fields) error {
	r, err := region.Successor(ctx, tx, d.Region)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	f.Check(err == nil && r.Code == d.Region && by.Directory().Sees(0, d.Region), "region", "请选择本县范围内现行的行政区划。")
	return nil
}

// checkSuperior refuses units that lie elsewhere and circles of authority.
func (d Draft) checkSuperior(ctx context.Context, tx *db.Tx, by access.Actor, f errs.Fields, was Unit) error {
	if d.Superior == 0 {
		return nil
	}
	up, err := get(ctx, tx, by, d.Superior)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	f.Check(err == nil && up.Active() && !up.Collective(), "superior", "上级单位不存在或已撤并，请重新选择。")
	if was.ID == 0 {
		return nil
	}
	chain, err := above(ctx, tx, d.Superior)
	f.Check(!slices.Contains(chain, was.ID), "superior", "上级单位不能是本单位或本单位的下级，请重新选择。")
	return err
}

func wellNamed(s string) bool {
	return utf8.RuneCountInString(s) <= maxName && !strings.ContainsAny(s, "\r\n\t<>%")
}

// editable gives a unit that exists in the actor's county, locked.
func editable(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) (Unit, error) {
	if err := by.Require("org.edit"); err != nil {
		return Unit{}, err
	}
	if err := tx.Lock(ctx, "org"); err != nil { // circles of authority are found one change at a time
		return Unit{}, err
	}
	u, err := lock(ctx, tx, by, id)
	if err != nil || u.Active() {
		return u, err
	}
	heir, err := chain(ctx, tx, id)
	if err != nil {
		return u, err
	}
	return u, errs.Newf(errs.Conflict, "%s已撤并，现为%s。请改在%s办理。", u.Call(), heir.Call(), heir.Call())
}

func setAliases(ctx context.Context, tx *db.Tx, unit ref.Unit, aliases []string) error {
	if err := dropAliases(ctx, tx, unit); err != nil {
		return err
	}
	for _, a := range aliases {
		if _, err := addAlias(ctx, tx, Alias{Unit: unit, Folded: pinyin.Fold(a), Alias: a}); err != nil {
			return err
		}
	}
	return nil
}

func record(ctx context.Context, tx *db.Tx, by access.Actor, basis Basis, ch Change) error {
	ch.ID, ch.At, ch.ActorName = ref.New[ChangeID](tx.Now.Time()), tx.Now, by.Name
	ch.OnDate, ch.Reason, ch.Document = basis.on(tx), strings.TrimSpace(basis.Reason), strings.TrimSpace(basis.Document)
	if err := insertChange(ctx, tx, ch); err != nil {
		return err
	}
	tx.Notify(Topic, ref.Format(ch.Unit))
	return audit.Write(ctx, tx, by, "org.edit", "org_unit", ch.Unit,
		map[string]any{"change": ch.Kind, "other": ch.Other, "from": ch.OldName, "to": ch.NewName})
}

func (b Basis) on(tx *db.Tx) civil.Date {
	if b.On.IsZero() {
		return today(tx)
	}
	return b.On
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// Package notice sees to it that school and village learn of entrusted care
// 「委托照护的书面告知」(未成年人保护法 第二十三条).
//
// It owns no table: that they were told, and by which paper, stands in the
// file beside the delegation. It promises that whoever registers entrusted
// care without the notices opens a duty for each of them, of the unit of that
// school or village where there is one, and that only the notice, or the end
// of the care, ends it. It asks for no notice to a school of a child that goes
// to none, and it tells nobody anything by itself: the paper comes from the
// parents or from the unit that has the duty.
package notice

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Desk holds what operations on notices need; it holds no state of its own.
type Desk struct {
	Cabinet *child.Cabinet
	Kernel  *duty.Kernel
	Book    func() *rule.Book
	// Keeper gives the unit that keeps the children of a village: its own, the
	// township's, or the office.
	Keeper func(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error)
}

// The kinds of duties of this package, and the table that they are about.
const (
	SchoolKind  = "child.notice_school"
	VillageKind = "child.notice_village"
	subject     = "child"
)

// Label gives the word for a kind of duty.
func Label(kind string) string {
	return map[string]string{SchoolKind: "委托照护书面告知学校、幼儿园", VillageKind: "委托照护书面告知村（居）委会"}[kind]
}

// Follow opens and ends the duties of a file as its delegations ask for. It
// serves the change of the file, in that transaction.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) error {
	row, n, err := k.Cabinet.Locked(ctx, tx, access.Program, id)
	if err != nil {
		return err
	}
	all, err := k.Kernel.OpenAbout(ctx, tx, subject, int64(id))
	if err != nil {
		return err
	}
	for _, kind := range []string{SchoolKind, VillageKind} {
		if err := k.follow(ctx, tx, by, row, n.Dossier, kind, of(all, kind)); err != nil {
			return err
		}
	}
	return nil
}

func (k *Desk) follow(ctx context.Context, tx *db.Tx, by access.Actor, row child.Child, d child.Dossier, kind string, open *duty.Duty) error {
	wanted, told := waits(row, d, kind, civil.DateOf(tx.Now.Time()))
	switch {
	case open == nil && wanted:
		return k.open(ctx, tx, by, row, kind)
	case open == nil:
		return nil
	case !wanted && told:
		return k.Kernel.Close(ctx, tx, by, open.ID, subject, int64(row.ID))
	case !wanted:
		return k.Kernel.Cancel(ctx, tx, by, open.ID, "委托照护已经结束，或者不需要这项告知")
	case open.Region != row.Region:
		if err := k.Kernel.Cancel(ctx, tx, by, open.ID, "儿童的居住地变了，由现居住地办理"); err != nil {
			return err
		}
		return k.open(ctx, tx, by, row, kind)
	}
	return nil
}

// waits tells whether somebody must still be told of entrusted care that goes
// on, and whether he was told of one.
func waits(row child.Child, d child.Dossier, kind string, on civil.Date) (wanted, told bool) {
	if row.State != child.Open || kind == SchoolKind && row.School == "" && row.Unit == 0 {
		return false, false
	}
	for _, p := range d.People {
		if p.Delegation == nil || p.Delegation.Due(on) {
			continue
		}
		day := p.Delegation.Village
		if kind == SchoolKind {
			day = p.Delegation.School
		}
		wanted, told = wanted || day.IsZero(), told || !day.IsZero()
	}
	return wanted, told
}

func of(list []duty.Duty, kind string) *duty.Duty {
	for i := range list {
		if list[i].Kind == kind {
			return &list[i]
		}
	}
	return nil
}

func (k *Desk) open(ctx context.Context, tx *db.Tx, by access.Actor, row child.Child, kind string) error {
	deadline, clock, err := duty.Ruled(k.Book(), "entrust.notice", tx.Now)
	if err != nil {
		return err
	}
	unit := ref.Unit(0)
	if kind == SchoolKind {
		unit = row.Unit
	}
	if unit == 0 {
		if unit, err = k.Keeper(ctx, tx, row.Region); err != nil {
			return err
		}
	}
	name := row.Name
	if name == "" {
		name = "身份不明儿童"
	}
	_, err = k.Kernel.Open(ctx, tx, by, duty.New{Kind: kind, Subject: subject, SubjectID: int64(row.ID), Title: Label(kind) + "：" + name,
		Unit: unit, Region: row.Region, Rule: "《未成年人保护法》第二十三条", Clause: letter.Punctuate(clock.Label), Deadline: deadline})
	return err
}

// Settled ends the duties of files that were really closed.
func (k *Desk) Settled(ctx context.Context, tx *db.Tx, by access.Actor, rows []child.Child) error {
	for _, row := range rows {
		if row.State == child.Open {
			continue
		}
		all, err := k.Kernel.OpenAbout(ctx, tx, subject, int64(row.ID))
		if err != nil {
			return err
		}
		if of(all, SchoolKind) == nil && of(all, VillageKind) == nil {
			continue
		}
		if err := k.Follow(ctx, tx, by, row.ID); err != nil {
			return err
		}
	}
	return nil
}

// Told is that somebody was told in writing.
type Told struct {
	Day   civil.Date
	Proof string // the receipt's number, or where the paper is kept
}

// Asked gives the duty to be answered and the child that it is about, to the
// unit that has it and to whoever keeps the child's file.
func (k *Desk) Asked(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (duty.Duty, child.Child, error) {
	if err := by.Require("child.notice"); err != nil {
		return duty.Duty{}, child.Child{}, err
	}
	d, err := k.Kernel.Get(ctx, tx, by, id)
	if err != nil {
		return d, child.Child{}, err
	}
	if Label(d.Kind) == "" {
		return d, child.Child{}, errs.Missing()
	}
	c, err := k.Cabinet.Get(ctx, tx, access.Program, ref.Child(d.SubjectID))
	if err == nil && d.Unit != by.Post.Unit && !(c.Sees(by) && by.Can("child.edit")) {
		err = errs.Missing()
	}
	return d, c, err
}

// Confirm enters into the file that the one whom a duty names was told, which
// closes the duty.
func (k *Desk) Confirm(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, t Told) error {
	d, c, err := k.Asked(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if d.State != duty.Open {
		return errs.New(errs.Conflict, "这项告知已经登记，或者委托照护已经结束。")
	}
	proof, f := strings.TrimSpace(t.Proof), errs.Fields{}
	f.Check(!t.Day.IsZero(), "day", "请填写书面告知的日期。")
	f.Check(!t.Day.After(civil.DateOf(tx.Now.Time())), "day", "日期晚于今天，请核对。")
	f.Check(proof != "", "proof", "请写明凭据：告知书或者回执的编号，或者存放在哪里。")
	if err := f.Err(); err != nil {
		return err
	}
	return k.Cabinet.Amend(ctx, tx, by, "child.notice", c.ID, Label(d.Kind), func(n *child.New) {
		for _, p := range n.Dossier.People {
			switch g := p.Delegation; {
			case g == nil:
			case d.Kind == SchoolKind && g.School.IsZero():
				g.School, g.SchoolProof = t.Day, proof
			case d.Kind == VillageKind && g.Village.IsZero():
				g.Village, g.VillageProof = t.Day, proof
			}
		}
	})
}

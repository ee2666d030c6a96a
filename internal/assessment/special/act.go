package special

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
	"weibao/internal/vault"
)

const maxWords = 500

// Done is what a person enters of a step.
type Done struct {
	Day   civil.Date
	Words string
}

func (k *Desk) check(tx *db.Tx, in Done) error {
	days, err := k.Care.Since(tx)
	if err != nil {
		return err
	}
	on, f := today(tx), errs.Fields{}
	f.Check(!in.Day.IsZero(), "day", "请填写办理日期。")
	f.Check(!in.Day.After(on), "day", "日期晚于今天，请核对。")
	f.Check(in.Day.IsZero() || !in.Day.Before(on.AddDays(-days)), "day", assessment.TooOld(days))
	f.Check(strings.TrimSpace(in.Words) != "", "words", "请简要写明办理情况。")
	f.Check(len([]rune(in.Words)) <= maxWords, "words", "内容过长，请简要说明。")
	return f.Err()
}

// Do records what was done for a step of an ordinary list; it closes the duty
// of the step and opens what follows.
func (k *Desk) Do(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, list special.Kind, step string, in Done) error {
	l, c, err := k.held(ctx, tx, by, id, list)
	if err != nil {
		return err
	}
	s, ok := l.Step(step)
	switch {
	case !ok || !special.For(s.Categories, k.codes(c, today(tx))):
		return errs.Missing()
	case s.Kind != "":
		return errs.New(errs.Conflict, "这一项与等级的走访、联系合并办理，请用“登记走访、联系”。")
	case s.Proves:
		return errs.New(errs.Conflict, "材料登记齐全后，这一项自动办结，请逐项登记证明材料。")
	}
	cares, err := k.Care.AllCares(ctx, tx, by, id)
	if err != nil {
		return err
	}
	for _, d := range k.standing(l, cares, k.codes(c, today(tx))).Steps {
		if d.ID == step && d.Waits != "" {
			return errs.Newf(errs.Conflict, "请先登记“%s”，再登记这一项。", d.Waits)
		}
	}
	if err := k.check(tx, in); err != nil {
		return err
	}
	return k.record(ctx, tx, by, c, Step{Child: id, Origin: id, List: list, Step: step, Day: in.Day}, l, in.Words)
}

// held gives a list and a child who stands on it, locked, for whoever may record what was done.
func (k *Desk) held(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, list special.Kind) (special.List, child.Child, error) {
	if err := by.Require("special.step"); err != nil {
		return special.List{}, child.Child{}, err
	}
	l, err := k.ordinary(by, list, today(tx))
	if err != nil {
		return l, child.Child{}, err
	}
	c, err := k.Care.Cabinet.Lock(ctx, tx, by, id)
	if err == nil && !k.on(c, l, today(tx)) {
		err = errs.New(errs.Conflict, "该儿童现在不在这个名单上，可能已由他人办理，请刷新后再看。")
	}
	return l, c, err
}

// record writes what was done, closes the duty and opens what follows.
func (k *Desk) record(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, s Step, l special.List, words string) (err error) {
	s.ID, s.At, s.ByUser, s.ByName, s.ByUnit = ref.New[ref.Step](tx.Now.Time()), tx.Now, by.User, by.Name, by.Post.Unit
	if s.Sealed, err = k.Care.Cabinet.Vault.SealText(ctx, tx, vault.GroupOf("child", s.Origin), stepField(s.ID), strings.TrimSpace(words)); err != nil {
		return err
	}
	if step, ok := l.Step(s.Step); ok {
		if s.Duty, err = k.Care.Fulfil(ctx, tx, by, c, int64(s.Entry), rule.CareKind(l.KindOf(step)), int64(s.ID)); err != nil {
			return err
		}
	}
	if err := db.Insert(ctx, tx, "assessment_step", s); err != nil {
		return err
	}
	if s.Entry != 0 {
		held, err := openOn(ctx, tx, s.Child, l.ID)
		if err != nil {
			return err
		}
		a := assessment.Apart{Entry: int64(s.Entry), Beside: others(held, s.Entry), Want: rule.StepCares(l, nil)}
		if err := k.Care.PlanApart(ctx, tx, by, c, a); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, "special.secret", "assessment_entry", s.Entry, map[string]any{"did": "step"})
	}
	return audit.Write(ctx, tx, by, "special.step", "assessment_step", s.ID, map[string]any{"child": s.Child, "list": s.List, "step": s.Step})
}

func stepField(id ref.Step) vault.Field {
	return vault.Field{Table: "assessment_step", Column: "sealed", Row: int64(id)}
}

func proofField(id ref.Proof) vault.Field {
	return vault.Field{Table: "assessment_proof", Column: "sealed", Row: int64(id)}
}

// Paper is what a person enters of a proof.
type Paper struct {
	Day   civil.Date // of the paper
	Until civil.Date // last day on which it proves; zero = no end
	Words string     // number, who issued it, where it is kept
}

// Prove records a paper; where none is lacking any more, the duty to bring them is done.
func (k *Desk) Prove(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, list special.Kind, proof string, in Paper) error {
	l, c, err := k.held(ctx, tx, by, id, list)
	if err != nil {
		return err
	}
	on := today(tx)
	if p, ok := l.Proof(proof); !ok || !special.For(p.Categories, k.codes(c, on)) {
		return errs.Missing()
	}
	f := errs.Fields{}
	f.Check(!in.Day.IsZero(), "day", "请填写材料上的日期。")
	f.Check(!in.Day.After(on), "day", "日期晚于今天，请核对。")
	f.Check(in.Until.IsZero() || !in.Until.Before(on), "until", "这份材料已经过期，请换新的。")
	f.Check(strings.TrimSpace(in.Words) != "", "words", "请写明材料的编号、出具单位和存放的地方。")
	f.Check(len([]rune(in.Words)) <= maxWords, "words", "内容过长，请简要说明。")
	if err := f.Err(); err != nil {
		return err
	}
	p := Proof{ID: ref.New[ref.Proof](tx.Now.Time()), Child: id, Origin: id, List: list, Proof: proof, Day: in.Day, Until: in.Until,
		At: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit}
	if p.Sealed, err = k.Care.Cabinet.Vault.SealText(ctx, tx, vault.GroupOf("child", id), proofField(p.ID), strings.TrimSpace(in.Words)); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "assessment_proof", p); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "special.step", "assessment_proof", p.ID, map[string]any{"child": id, "list": list, "proof": proof}); err != nil {
		return err
	}
	return k.proved(ctx, tx, by, c, l, int64(p.ID), joined{})
}

// Drop takes a paper back that turned out not to prove.
func (k *Desk) Drop(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, proof ref.Proof) error {
	given, err := proofsOf(ctx, tx, []ref.Child{id})
	if err != nil {
		return err
	}
	for _, p := range given {
		if p.ID != proof {
			continue
		}
		l, c, err := k.held(ctx, tx, by, id, p.List)
		if err != nil {
			return err
		}
		if err := dropProof(ctx, tx, proof); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, by, "special.step", "assessment_proof", proof, map[string]any{"child": id, "dropped": p.Proof}); err != nil {
			return err
		}
		return k.proved(ctx, tx, by, c, l, int64(proof), joined{})
	}
	return errs.Missing()
}

// proved brings the duty to bring the papers of a list to what they are by now.
// Where files were united or parted, it goes on with its due.
func (k *Desk) proved(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, l special.List, factID int64, j joined) error {
	given, err := proofsOf(ctx, tx, []ref.Child{c.ID})
	if err != nil {
		return err
	}
	whole := len(l.Missing(k.codes(c, today(tx)), there(given, l.ID, c.ID, today(tx)))) == 0
	for _, s := range l.Steps {
		if !s.Proves {
			continue
		}
		if !whole {
			return k.Care.Redo(ctx, tx, by, c, rule.CareKind(l.KindOf(s)), assessment.Resumed{Done: j.parted, United: j.united})
		}
		_, err := k.Care.Fulfil(ctx, tx, by, c, 0, rule.CareKind(l.KindOf(s)), factID)
		return err
	}
	return nil
}

// Expire asks anew for papers that have run out, however long ago, each once;
// and tells of how many.
func (k *Desk) Expire(ctx context.Context, d *db.DB) (n int, err error) {
	for {
		list, err := expired(ctx, d.Reader(), today(d.Reader()))
		if err != nil || len(list) == 0 {
			return n, err
		}
		for _, p := range list {
			if err := d.WriteLow(ctx, func(tx *db.Tx) error { return k.expire(ctx, tx, p) }); err != nil {
				return n, err
			}
			n++
		}
	}
}

// expire asks anew for a paper that has run out, where the child still needs it.
func (k *Desk) expire(ctx context.Context, tx *db.Tx, p Proof) error {
	rows, err := k.Care.Cabinet.LockAll(ctx, tx, access.Program, []ref.Child{p.Child})
	if err != nil {
		return err
	}
	if err := lapse(ctx, tx, p.ID); err != nil {
		return err
	}
	l, ok := k.book().SpecialList(p.List, today(tx))
	if len(rows) == 0 || !ok || !k.on(rows[0], l, today(tx)) {
		return nil
	}
	return k.proved(ctx, tx, access.Program, rows[0], l, int64(p.ID), joined{})
}

// Words opens what was written of steps and papers, for whoever has revealed the file.
func (k *Desk) Words(ctx context.Context, tx *db.Tx, steps []Step, papers []Proof) (ofSteps, ofPapers []string, err error) {
	sealed := make([]vault.Sealed, 0, len(steps)+len(papers))
	for _, s := range steps {
		sealed = append(sealed, vault.Sealed{Group: vault.GroupOf("child", s.Origin), Field: stepField(s.ID), Bytes: s.Sealed})
	}
	for _, p := range papers {
		sealed = append(sealed, vault.Sealed{Group: vault.GroupOf("child", p.Origin), Field: proofField(p.ID), Bytes: p.Sealed})
	}
	plain, err := k.Care.Cabinet.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, nil, err
	}
	return plain[:len(steps)], plain[len(steps):], nil
}

package special

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
	"weibao/internal/vault"
)

// Endings say why a child leaves a secret list.
var Endings = []child.Bar{
	{Key: "settled", Label: "专业人员认为不再需要"},
	{Key: "elsewhere", Label: "已由专业机构长期服务"},
	{Key: "declined", Label: "本人和监护人不愿意，且没有危险"},
	{Key: "mistake", Label: "登记有误"},
}

func entryField(id ref.Entry) vault.Field {
	return vault.Field{Table: "assessment_entry", Column: "sealed", Row: int64(id)}
}

// Refer hands a child over to those who look after a secret list. Whoever
// refers learns nothing of the list, not even whether the child stood there.
func (k *Desk) Refer(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, list special.Kind, words string) error {
	if err := by.Require("special.refer"); err != nil {
		return err
	}
	c, err := k.Care.Cabinet.Lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	l, ok := k.book().SpecialList(list, today(tx))
	if !ok || !l.Secret {
		return errs.Missing()
	}
	words = strings.TrimSpace(words)
	f := errs.Fields{}
	f.Check(words != "", "words", "请简要写明看到的情况，不写谈话内容。")
	f.Check(len([]rune(words)) <= maxWords, "words", "内容过长，请简要说明。")
	if err := f.Err(); err != nil {
		return err
	}
	had, err := openOn(ctx, tx, id, list)
	if err != nil {
		return err
	}
	if len(had) > 0 {
		return k.record(ctx, tx, by, c, Step{Child: id, Origin: had[0].Origin, Entry: had[0].ID, List: list, Day: today(tx)}, l, words)
	}
	e := Entry{ID: ref.New[ref.Entry](tx.Now.Time()), List: list, Child: id, Origin: id, Region: c.Region, Town: c.Town, County: c.County, Started: today(tx),
		At: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit}
	if e.Sealed, err = k.Care.Cabinet.Vault.SealText(ctx, tx, vault.GroupOf("child", id), entryField(e.ID), words); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "assessment_entry", e); err != nil {
		return err
	}
	if err := k.Care.PlanApart(ctx, tx, by, int64(e.ID), c, rule.StepCares(l, nil)); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "special.refer", "assessment_entry", e.ID, nil)
}

// Told is an entry of a secret list with all that its page shows.
type Told struct {
	Entry
	Child child.Child
	Standing
	Words string   // on what it rests
	Texts []string // of what was done
}

// Entry gives one entry of a secret list in the actor's scope, and leaves a trace of the look.
func (k *Desk) Entry(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Entry) (Told, error) {
	t, cares, err := k.entry(ctx, tx, by, id)
	if err != nil {
		return t, err
	}
	t.Standing = k.standing(t.Standing.List, cares, nil)
	t.Since = t.Started
	if t.Done, err = stepsOf(ctx, tx, t.Entry.Child, id); err != nil {
		return t, err
	}
	if t.Words, err = k.Care.Cabinet.Vault.OpenText(ctx, tx, vault.GroupOf("child", t.Origin), entryField(id), t.Sealed); err != nil {
		return t, err
	}
	if t.Texts, _, err = k.Words(ctx, tx, t.Done, nil); err != nil {
		return t, err
	}
	return t, audit.Write(ctx, tx, by, "special.secret", "assessment_entry", id, map[string]any{"did": "show"})
}

// entry gives an entry with its care, for whoever may see its list.
func (k *Desk) entry(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Entry) (t Told, cares []assessment.Care, err error) {
	if !by.Can("special.secret") {
		return t, nil, errs.Missing() // that there is such a list is no secret, that there is an entry is
	}
	if t.Entry, err = entryOf(ctx, tx, by, id); err != nil {
		return t, nil, err
	}
	if t.Child, err = k.Care.Cabinet.Get(ctx, tx, by, t.Entry.Child); err != nil {
		return t, nil, err
	}
	if t.Standing.List, err = k.List(by, t.Entry.List, today(tx)); err != nil {
		return t, nil, err
	}
	cares, err = k.Care.Apart(ctx, tx, int64(id))
	return t, cares, err
}

// Serve records what was done for a step of a secret list.
func (k *Desk) Serve(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Entry, step string, in Done) error {
	t, cares, err := k.entry(ctx, tx, by, id)
	if err != nil {
		return err
	}
	l := t.Standing.List
	if _, ok := l.Step(step); !ok {
		return errs.Missing()
	}
	if !t.Ended.IsZero() {
		return errs.New(errs.Conflict, "这名儿童已经退出名单，不必再登记。")
	}
	for _, d := range k.standing(l, cares, nil).Steps {
		if d.ID == step && d.Waits != "" {
			return errs.Newf(errs.Conflict, "请先登记“%s”，再登记这一项。", d.Waits)
		}
	}
	if err := in.check(today(tx)); err != nil {
		return err
	}
	return k.record(ctx, tx, by, t.Child, Step{Child: t.Entry.Child, Origin: t.Origin, Entry: id, List: l.ID, Step: step, Day: in.Day}, l, in.Words)
}

// Leave ends an entry of a secret list for a reason, a key of Endings.
func (k *Desk) Leave(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Entry, reason string) error {
	t, _, err := k.entry(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(Endings, func(b child.Bar) bool { return b.Key == reason }) {
		return errs.Fields{"reason": "请选择退出的原因。"}.Err()
	}
	if !t.Ended.IsZero() {
		return errs.New(errs.Conflict, "这名儿童已经退出名单，不必重复办理。")
	}
	if err := endEntry(ctx, tx, by, id, reason); err != nil {
		return err
	}
	if err := k.Care.PlanApart(ctx, tx, by, int64(id), t.Child, nil); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "special.secret", "assessment_entry", id, map[string]any{"did": "leave", "reason": reason})
}

// Follow takes what is kept here along with files that were united, parted,
// moved, closed or opened again; whoever settles files calls it in the same
// transaction.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, by access.Actor, rows []child.Child) error {
	ids := make([]ref.Child, 0, 2*len(rows))
	for _, r := range rows {
		ids = append(ids, r.ID)
		if r.Successor != 0 {
			ids = append(ids, r.Successor)
		}
	}
	concerned, err := keeps(ctx, tx, ids)
	if err != nil || !concerned {
		return err
	}
	for _, r := range rows {
		if err := carry(ctx, tx, r); err != nil {
			return err
		}
	}
	entries, err := entriesOn(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, e := range entries {
		c, err := k.Care.Cabinet.Get(ctx, tx, access.Program, e.Child)
		if err != nil {
			return err
		}
		if e.Region != c.Region { // the units of the old place are done with it
			gone := c
			gone.State = child.Closed
			if err := k.plan(ctx, tx, by, e, gone); err != nil {
				return err
			}
		}
		if err := placeEntry(ctx, tx, e.ID, c); err != nil {
			return err
		}
		if err := k.plan(ctx, tx, by, e, c); err != nil {
			return err
		}
	}
	return k.proven(ctx, tx, by, ids)
}

// proven asks nobody for papers that are there already.
func (k *Desk) proven(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) error {
	given, err := proofsOf(ctx, tx, ids)
	if err != nil || len(given) == 0 {
		return err
	}
	rows, err := k.Care.Cabinet.LockAll(ctx, tx, access.Program, ids)
	if err != nil {
		return err
	}
	for _, c := range rows {
		for _, l := range k.book().SpecialLists(today(tx)) {
			codes := k.codes(c, today(tx))
			if !k.on(c, l, today(tx)) || len(l.Missing(codes, there(given, l.ID, c.ID, today(tx)))) > 0 || len(l.Proofs) == 0 {
				continue
			}
			if err := k.proved(ctx, tx, by, c, l, int64(given[0].ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// plan brings the duties of an entry to what its list asks for; a closed file asks for nothing.
func (k *Desk) plan(ctx context.Context, tx *db.Tx, by access.Actor, e Entry, c child.Child) error {
	l, ok := k.book().SpecialList(e.List, today(tx))
	var want []rule.Care
	if ok && c.State == child.Open {
		want = rule.StepCares(l, nil)
	}
	return k.Care.PlanApart(ctx, tx, by, int64(e.ID), c, want)
}

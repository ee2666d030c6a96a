package special

import (
	"cmp"
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
	if err := k.plan(ctx, tx, by, e, c, 0); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "special.refer", "assessment_entry", e.ID, nil)
}

// Told is an entry of a secret list with all that its page shows.
type Told struct {
	Entry
	Child child.Child
	Standing
	Both  []Entry  // with those of files that were united with this one; the first does for all
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
	var words []string
	for _, e := range t.Both {
		done, err := stepsOf(ctx, tx, e.Child, e.ID)
		if err != nil {
			return t, err
		}
		said, err := k.Care.Cabinet.Vault.OpenText(ctx, tx, vault.GroupOf("child", e.Origin), entryField(e.ID), e.Sealed)
		if err != nil {
			return t, err
		}
		t.Done, words = append(t.Done, done...), append(words, said)
	}
	slices.SortFunc(t.Done, func(a, b Step) int { return cmp.Compare(b.ID, a.ID) })
	t.Words = strings.Join(words, "\n")
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
	if t.Both, err = openOn(ctx, tx, t.Entry.Child, t.Entry.List); err != nil {
		return t, nil, err
	}
	switch i := slices.IndexFunc(t.Both, func(e Entry) bool { return e.ID == id }); {
	case i < 0: // it has ended
		t.Both = []Entry{t.Entry}
	case i > 0:
		return t, nil, errs.New(errs.Conflict, "这名儿童的两份档案已合并，名单上只保留先登记的一条，请从名单中打开。")
	}
	cares, err = k.Care.Apart(ctx, tx, append([]int64{int64(id)}, others(t.Both, id)...)...)
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
	if err := k.check(tx, in); err != nil {
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
	for _, e := range t.Both {
		if err := endEntry(ctx, tx, by, e.ID, reason); err != nil {
			return err
		}
		if err := k.plan(ctx, tx, by, e, t.Child, 0); err != nil {
			return err
		}
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
	var j joined
	for _, r := range rows {
		n, err := carry(ctx, tx, r)
		if err != nil {
			return err
		}
		if n > 0 {
			j.file, j.parted = r.ID, r.Successor == 0
		}
		if r.Successor != 0 {
			j.united = r.ID
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
			if err := k.plan(ctx, tx, by, e, gone, j.file); err != nil {
				return err
			}
		}
		if err := placeEntry(ctx, tx, e.ID, c); err != nil {
			return err
		}
		if err := k.plan(ctx, tx, by, e, c, j.file); err != nil {
			return err
		}
	}
	return k.proven(ctx, tx, by, ids, j)
}

// joined is what uniting or parting files changes here; the zero value is nothing.
type joined struct {
	file   ref.Child // whose entries, steps or papers went along
	parted bool
	united ref.Child // the file that another stands for now
}

// proven asks nobody for papers that are there already, and anew for those that
// went with a parted file.
func (k *Desk) proven(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child, j joined) error {
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
			if c.State != child.Open || len(l.Proofs) == 0 || !k.on(c, l, today(tx)) {
				continue
			}
			if err := k.proved(ctx, tx, by, c, l, int64(given[0].ID), j); err != nil {
				return err
			}
		}
	}
	return nil
}

// plan brings the duties of an entry to what its list asks for; a closed file
// asks for nothing. Where two files of one child stood on the list, the first
// entry does for both, and the other rests until they are parted.
func (k *Desk) plan(ctx context.Context, tx *db.Tx, by access.Actor, e Entry, c child.Child, united ref.Child) error {
	held, err := openOn(ctx, tx, e.Child, e.List)
	if err != nil {
		return err
	}
	a := assessment.Apart{Entry: int64(e.ID), Beside: others(held, e.ID), United: united}
	l, ok := k.book().SpecialList(e.List, today(tx))
	switch {
	case len(held) > 0 && held[0].ID < e.ID:
		a.United = cmp.Or(united, e.Origin)
	case ok && c.State == child.Open && slices.ContainsFunc(held, func(h Entry) bool { return h.ID == e.ID }):
		a.Want = rule.StepCares(l, nil)
	}
	return k.Care.PlanApart(ctx, tx, by, c, a)
}

// others gives the entries beside one.
func others(held []Entry, id ref.Entry) (out []int64) {
	for _, h := range held {
		if h.ID != id {
			out = append(out, int64(h.ID))
		}
	}
	return out
}

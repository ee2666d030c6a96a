package imports

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/vault"
)

// PromptKind is what differs between a list and the files.
type PromptKind string

// The kinds of prompts.
const (
	MissingHere  PromptKind = "missing_here"  // the list names a child without a file
	MissingThere PromptKind = "missing_there" // a file whose child the list does not name
	Different    PromptKind = "different"     // both know the child and say different things
)

var promptLabels = map[PromptKind]string{MissingHere: "名单有、档案没有", MissingThere: "档案有、名单没有", Different: "两边不一致"}

// Label gives the words for a kind of prompt.
func (p PromptKind) Label() string { return promptLabels[p] }

// Result is what verifying a prompt can give.
type Result struct{ Key, Label string }

// Results are those from which a person chooses.
var Results = []Result{
	{"filed", "已建档"}, {"mended", "已更正档案"}, {"theirs", "对方名单有误，已反馈"}, {"moved", "已迁出或不再符合条件"}, {"right", "核实无误，不必处理"},
}

// ResultLabel gives the word for a result.
func ResultLabel(key string) string {
	if i := slices.IndexFunc(Results, func(r Result) bool { return r.Key == key }); i >= 0 {
		return Results[i].Label
	}
	return ""
}

// DutyKind is the kind of the duties to verify what a comparison found.
const DutyKind = "child.compare"

// promptStep is how many prompts are written together.
const promptStep = 500

// prompts writes down what differs between the list that was read and the files.
func (k *Desk) prompts(ctx context.Context, rd *reading) error {
	w := &prompting{k: k, rd: rd}
	for after := int64(-1); ; {
		next, err := nextBlocks(ctx, k.DB.Reader(), rd.b.ID, after, false, ahead)
		if err != nil {
			return err
		}
		if len(next) == 0 {
			break
		}
		opened, err := k.openBlocks(ctx, k.DB.Reader(), next)
		if err != nil {
			return err
		}
		for _, l := range slices.Concat(opened...) {
			n, _, _ := rd.p.Fresh(l)
			if err := w.add(ctx, Prompt{Kind: MissingHere, Number: int64(l.Number)}, n.Region, detail{Cells: l.Cells}); err != nil {
				return err
			}
		}
		after = next[len(next)-1].Number
	}
	if err := w.rows(ctx, Changed); err != nil {
		return err
	}
	if err := w.rows(ctx, Doubtful); err != nil {
		return err
	}
	if err := w.absent(ctx); err != nil {
		return err
	}
	return w.flush(ctx)
}

type prompting struct {
	k       *Desk
	rd      *reading
	list    []Prompt
	details []detail
}

func (w *prompting) add(ctx context.Context, p Prompt, region string, d detail) error {
	b := w.rd.b
	p.Batch, p.Unit, p.Region = b.ID, b.Unit, cmp.Or(region, b.Region)
	p.Town, p.County = access.Town(p.Region), access.County(p.Region)
	w.list, w.details = append(w.list, p), append(w.details, d)
	if len(w.list) < promptStep {
		return nil
	}
	return w.flush(ctx)
}

func promptField(id ref.Prompt) vault.Field {
	return vault.Field{Table: "child_import_prompt", Column: "sealed", Row: int64(id)}
}

func (w *prompting) flush(ctx context.Context) error {
	err := w.k.DB.WriteLow(ctx, func(tx *db.Tx) error {
		if err := w.rd.r.Hold(ctx, tx); err != nil {
			return err
		}
		sealing := make([]vault.Sealed, len(w.list))
		for i := range w.list {
			plain, err := json.Marshal(w.details[i])
			if err != nil {
				return err
			}
			w.list[i].ID = ref.New[ref.Prompt](tx.Now.Time())
			sealing[i] = vault.Sealed{Group: group(w.rd.b.ID), Field: promptField(w.list[i].ID), Bytes: plain}
		}
		sealed, err := w.k.Vault.SealAll(ctx, tx, sealing)
		if err != nil {
			return err
		}
		for i := range w.list {
			w.list[i].Sealed = sealed[i]
		}
		return insertPrompts(ctx, tx, w.list)
	})
	w.list, w.details = w.list[:0], w.details[:0]
	return err
}

// rows makes prompts of the rows that differ from a file or may be one's.
func (w *prompting) rows(ctx context.Context, o Outcome) error {
	tx, by := w.k.DB.Reader(), w.rd.b.actor()
	for after := int64(-1); ; {
		rows, err := rowsOf(ctx, tx, w.rd.b.ID, o, after, promptStep)
		if err != nil || len(rows) == 0 {
			return err
		}
		details, err := w.k.details(ctx, tx, rows)
		if err != nil {
			return err
		}
		for i, r := range rows {
			at, err := w.k.Cabinet.Get(ctx, tx, by, r.Child)
			if err != nil {
				return err
			}
			if err := w.add(ctx, Prompt{Kind: Different, Child: r.Child, Number: r.Number}, at.Region, details[i]); err != nil {
				return err
			}
		}
		after = rows[len(rows)-1].Number
	}
}

// absent makes prompts of the files that no row named.
func (w *prompting) absent(ctx context.Context) error {
	tx, by := w.k.DB.Reader(), w.rd.b.actor()
	slices.Sort(w.rd.seen)
	for after := ref.Child(0); ; {
		list, err := w.k.InPlace(ctx, tx, by, w.rd.b.Category, after, promptStep)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, c := range list {
			if _, named := slices.BinarySearch(w.rd.seen, c.ID); named {
				continue
			}
			if err := w.add(ctx, Prompt{Kind: MissingThere, Child: c.ID}, c.Region, detail{}); err != nil {
				return err
			}
		}
		after = list[len(list)-1].ID
	}
}

// Hand gives what a comparison found to the towns: one duty each, done when
// all of its prompts are verified.
func (k *Desk) Hand(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) error {
	b, err := k.lock(ctx, tx, by, id, Staged)
	if err != nil {
		return err
	}
	if b.Purpose != Compare {
		return errs.Missing()
	}
	towns, err := promptTowns(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, t := range towns {
		if err := k.handTown(ctx, tx, by, b, t); err != nil {
			return err
		}
	}
	b.State, b.Applied = Applied, tx.Now
	b.own(by)
	if err := update(ctx, tx, b); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.compare", "child_import_batch", id, map[string]any{"did": "hand", "towns": len(towns)})
}

// place is whose duty the prompts of a township are.
func (t promptCount) place(b Batch) string {
	if t.Town == "" {
		return b.Region
	}
	return t.Town + "000"
}

func (k *Desk) handTown(ctx context.Context, tx *db.Tx, by access.Actor, b Batch, t promptCount) error {
	place := t.place(b)
	seat, there, err := org.SeatOf(ctx, tx, place)
	if err != nil {
		return err
	}
	owner := seat.ID
	if !there {
		if owner, err = org.OfficeID(ctx, tx, place); err != nil {
			return err
		}
	}
	deadline, _, err := duty.Ruled(k.Book(), DutyKind, tx.Now)
	if err != nil {
		return err
	}
	opened, err := k.Duties.Open(ctx, tx, by, duty.New{Kind: DutyKind, Subject: "child_import_batch", SubjectID: int64(b.ID), Title: "核实" + SourceLabel(b.Source) + "名单比对差异" + itoa(int(t.N)) + "条",
		Unit: owner, Region: place, Rule: DutyKind, Deadline: deadline})
	if err != nil {
		return err
	}
	return assignPrompts(ctx, tx, b.ID, t.Town, opened[0])
}

// Verify says what came of looking at a prompt.
func (k *Desk) Verify(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Prompt, result string) (Prompt, error) {
	if err := by.Require("child.compare"); err != nil {
		return Prompt{}, err
	}
	p, err := promptAt(ctx, tx, by, id)
	if err != nil {
		return p, err
	}
	if ResultLabel(result) == "" {
		return p, errs.New(errs.Invalid, "请选择核实结果。")
	}
	if p.Duty == 0 {
		return p, errs.New(errs.Conflict, "这批比对还没有下达核实，请先确认下达。")
	}
	open := p.Result == ""
	p.Result, p.Actor, p.Decided = result, by.User, tx.Now
	if err := decidePrompt(ctx, tx, p); err != nil {
		return p, err
	}
	if err := audit.Write(ctx, tx, by, "child.compare", "child_import_prompt", id, map[string]string{"result": result}); err != nil {
		return p, err
	}
	left, err := openPrompts(ctx, tx, p.Duty)
	if err != nil || left > 0 || !open {
		return p, err
	}
	return p, k.Duties.Close(ctx, tx, by, p.Duty, "child_import_batch", int64(p.Batch))
}

// Found is a prompt with what it says, for a reader.
type Found struct {
	Prompt
	Cells       []string
	Differences []roster.Difference
	Why         string
	Child       child.Child
}

// Prompts lists what a comparison found in the actor's scope, a page at a time.
func (k *Desk) Prompts(ctx context.Context, tx *db.Tx, by access.Actor, b Batch, kind PromptKind, after ref.Prompt, limit int) ([]Found, error) {
	if err := by.Require("child.compare"); err != nil {
		return nil, err
	}
	list, err := promptsOf(ctx, tx, by, b.ID, kind, after, limit)
	if err != nil {
		return nil, err
	}
	out := make([]Found, len(list))
	ids := make([]ref.Child, 0, len(list))
	sealed := make([]vault.Sealed, len(list))
	for i, p := range list {
		out[i].Prompt = p
		ids = append(ids, p.Child)
		sealed[i] = vault.Sealed{Group: group(b.ID), Field: promptField(p.ID), Bytes: p.Sealed}
	}
	present, err := k.Presents(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Child = present[list[i].Child].Child
	}
	if b.Shredded != 0 {
		return out, nil
	}
	plain, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	for i, s := range plain {
		var d detail
		if err := json.Unmarshal([]byte(s), &d); err != nil {
			return nil, err
		}
		out[i].Cells, out[i].Differences = d.Cells, d.Differences
		if len(d.Candidates) > 0 {
			out[i].Why = d.Candidates[0].Why
		}
	}
	return out, nil
}

// Share is how many prompts of a comparison go to a township.
type Share struct {
	Name string
	N    int64
}

// Shares tells how many prompts of a comparison each township gets.
func (k *Desk) Shares(ctx context.Context, tx *db.Tx, by access.Actor, b Batch) ([]Share, error) {
	if err := by.Require("child.compare"); err != nil {
		return nil, err
	}
	towns, err := promptTowns(ctx, tx, b.ID)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(towns))
	for i, t := range towns {
		codes[i] = t.place(b)
	}
	names, err := region.Places(ctx, tx, codes)
	out := make([]Share, len(towns))
	for i, t := range towns {
		out[i] = Share{cmp.Or(names[codes[i]], b.RegionName), t.N}
	}
	return out, err
}

// Tallies counts what a comparison found in the actor's scope.
func (k *Desk) Tallies(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) ([]Tally, error) {
	return tallies(ctx, tx, by, id)
}

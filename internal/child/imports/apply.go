package imports

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Apply has a batch carried out by a job in the actor's name.
func (k *Desk) Apply(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) error {
	b, err := k.lock(ctx, tx, by, id, Staged)
	if err != nil {
		return err
	}
	switch {
	case b.Purpose != Ledger:
		return errs.New(errs.Conflict, "数据比对只产生核实提示，不直接修改档案。")
	case by.Post.Region != b.Region:
		return errs.Newf(errs.Conflict, "这一批由“%s”的岗位上传，请由同一辖区的岗位确认导入。", b.RegionName)
	}
	if err := audit.Write(ctx, tx, by, "child.import", "child_import_batch", id, map[string]any{"did": "apply", "fresh": b.Fresh, "changed": b.Changed}); err != nil {
		return err
	}
	return k.start(ctx, tx, by, b, Applying, applyKind)
}

// Decide says what a doubtful or changed row is to become.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import, outcome Outcome, number int64, d Decision) error {
	if _, err := k.lock(ctx, tx, by, id, Staged); err != nil {
		return err
	}
	allowed := map[Outcome][]Decision{Changed: {Undecided, Skip}, Doubtful: {Undecided, SameChild, NewChild, Skip}}
	if !slices.Contains(allowed[outcome], d) {
		return errs.Missing()
	}
	r, err := rowAt(ctx, tx, id, outcome, number)
	if err != nil {
		return err
	}
	r.Decision = d
	return updateRow(ctx, tx, r)
}

// ahead is how many blocks are written in one transaction: search keys fall on pages all over their tables, and some
// thousand files share the writing of a page.
const ahead = 10

// runApply carries a batch out: each block and each row once, in a transaction of its own.
func (k *Desk) runApply(ctx context.Context, r *job.Run) error {
	var in payload
	if err := r.Payload(&in); err != nil {
		return err
	}
	b, err := byID(ctx, r.DB.Reader(), in.Batch)
	if err != nil || b.State != Applying {
		return ignoreGone(err)
	}
	p, _, err := k.parserOf(ctx, r.DB.Reader(), b)
	if err != nil {
		return err
	}
	a := &applying{k: k, r: r, b: b, p: p, by: b.actor()}
	for next := a.blocks; next != nil; {
		more, err := next(ctx)
		if err != nil {
			return err
		}
		if !more {
			next = a.after()
		}
		if err := r.Progress(ctx, a.percent(), "已导入"+itoa(int(a.b.Done))+"行"); err != nil {
			return err
		}
	}
	if err := a.measure(ctx); err != nil {
		return err
	}
	return a.finish(ctx)
}

type applying struct {
	k    *Desk
	r    *job.Run
	b    Batch
	p    *roster.Parser
	by   access.Actor
	rows bool // blocks are done
}

func (a *applying) after() func(context.Context) (bool, error) {
	if a.rows {
		return nil
	}
	a.rows = true
	return a.changes
}

func (a *applying) percent() int {
	return int(99 * a.b.Done / max(a.b.Fresh+a.b.Changed+a.b.Doubtful, 1))
}

// ready is some blocks whose lines are read and, where nothing is wrong with them, made into files.
type ready struct {
	blocks  []block
	lines   []roster.Line
	list    []child.New
	numbers child.Numbers
	made    *child.Batch // nil where a line is refused
}

// blocks carries out all blocks; it opens and prepares the next ones while some are written.
func (a *applying) blocks(ctx context.Context) (more bool, err error) {
	queue := make(chan ready)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	id := a.b.ID
	var failed error
	go func() {
		defer close(queue)
		failed = a.prepare(ctx, id, queue)
	}()
	for first := true; ; first = false {
		made, more := <-queue
		if !more {
			return false, failed
		}
		err := a.block(ctx, made)
		if err == nil && first {
			err = a.measure(ctx)
		}
		if err == nil {
			err = a.r.Progress(ctx, a.percent(), "已导入"+itoa(int(a.b.Done))+"行")
		}
		if err != nil {
			cancel()
			for range queue { // until the reader has ended
			}
			return false, err
		}
	}
}

// measure lets the planner know of the first files, and at the end of all.
func (a *applying) measure(ctx context.Context) error {
	return a.k.DB.WriteLow(ctx, func(tx *db.Tx) error { return a.k.Cabinet.Measure(ctx, tx) })
}

// prepare opens block after block and makes files of their lines, as far as that needs no transaction.
func (a *applying) prepare(ctx context.Context, id ref.Import, queue chan<- ready) error {
	for after := int64(-1); ; {
		tx := a.k.DB.Reader()
		next, err := nextBlocks(ctx, tx, id, after, false, ahead)
		if err != nil || len(next) == 0 {
			return err
		}
		opened, err := a.k.openBlocks(ctx, tx, next)
		if err != nil {
			return err
		}
		some := ready{blocks: next, lines: slices.Concat(opened...)}
		numbers := make([]string, len(some.lines))
		some.list = make([]child.New, len(some.lines))
		for i, l := range some.lines {
			some.list[i], _, _ = a.p.Fresh(l)
			numbers[i] = some.list[i].Dossier.Number
		}
		some.numbers = a.k.Cabinet.Numbers(numbers)
		some.made, err = a.k.Cabinet.Prepare(tx.Now, a.by, some.list)
		if err != nil && !errs.Is(err, errs.Invalid) {
			return err
		}
		select {
		case queue <- some:
		case <-ctx.Done():
			return ctx.Err()
		}
		after = next[len(next)-1].Number
	}
}

// openBlocks opens the lines of blocks.
func (k *Desk) openBlocks(ctx context.Context, tx *db.Tx, list []block) ([][]roster.Line, error) {
	sealed := make([]vault.Sealed, len(list))
	for i, b := range list {
		sealed[i] = vault.Sealed{Group: group(b.Batch), Field: blockField(b.Number), Bytes: b.Sealed}
	}
	plain, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([][]roster.Line, len(list))
	for i, s := range plain {
		if out[i], err = unpack(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// block makes files of the lines of some blocks. A child that somebody else has entered since the list was read becomes a
// doubtful row; lines that are refused become wrong rows, and the rest goes through.
func (a *applying) block(ctx context.Context, made ready) error {
	err := a.write(ctx, made, nil)
	if !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Forbidden) {
		return err
	}
	refused, err := a.probe(ctx, made)
	if err != nil {
		return err
	}
	return a.write(ctx, made, refused)
}

// write carries out a block but for the lines that are refused.
func (a *applying) write(ctx context.Context, made ready, refused map[int]roster.Fault) error {
	var b Batch
	err := a.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		b = a.b
		if err := a.r.Hold(ctx, tx); err != nil {
			return err
		}
		rows, err := a.sort(ctx, tx, made, refused)
		if err != nil {
			return err
		}
		ids, opened, err := a.open(ctx, tx, made, rows)
		if err != nil {
			return err
		}
		for _, block := range made.blocks {
			block.Applied, block.Children = tx.Now, packIDs(ids[:block.Lines])
			if err := markBlock(ctx, tx, block); err != nil {
				return err
			}
			ids = ids[block.Lines:]
		}
		if err := a.k.writeRows(ctx, tx, b.ID, slices.Collect(maps.Values(rows))); err != nil {
			return err
		}
		b.Done += int64(opened)
		b.Fresh -= int64(len(rows))
		for _, r := range rows {
			if r.outcome == Wrong {
				b.Wrong++
			} else {
				b.Doubtful++
			}
		}
		return update(ctx, tx, b)
	})
	if err == nil {
		a.b = b
	}
	return err
}

// open makes files of the lines that become no rows, and gives these by line, 0 for the others.
func (a *applying) open(ctx context.Context, tx *db.Tx, made ready, rows map[int]judged) (ids []ref.Child, opened int, err error) {
	if len(rows) == 0 && made.made != nil {
		return made.made.IDs, len(made.made.IDs), a.k.Cabinet.Store(ctx, tx, a.by, made.made)
	}
	left := make([]child.New, 0, len(made.list))
	for i, n := range made.list {
		if _, out := rows[i]; !out {
			left = append(left, n)
		}
	}
	some, err := a.k.Cabinet.CreateAll(ctx, tx, a.by, left)
	if err != nil {
		return nil, 0, err
	}
	ids = make([]ref.Child, len(made.list))
	opened = len(some)
	for i := range made.list {
		if _, out := rows[i]; !out {
			ids[i], some = some[0], some[1:]
		}
	}
	return ids, opened, nil
}

// sort gives, by line, the rows that lines become which are not made files.
func (a *applying) sort(ctx context.Context, tx *db.Tx, made ready, refused map[int]roster.Fault) (map[int]judged, error) {
	known, err := a.k.Cabinet.KnownOf(ctx, tx, a.by, made.numbers)
	if err != nil {
		return nil, err
	}
	rows := map[int]judged{}
	for i := range made.list {
		l, number := made.lines[i], made.list[i].Dossier.Number
		if fault, bad := refused[i]; bad {
			rows[i] = judged{outcome: Wrong, number: l.Number, detail: detail{Cells: l.Cells, Faults: []roster.Fault{fault}}}
		} else if twins := known[number]; number != "" && len(twins) > 0 {
			rows[i] = judged{outcome: Doubtful, number: l.Number, child: twins[0],
				detail: detail{Cells: l.Cells, Candidates: []Candidate{{twins[0], "读取之后，已有人为这一身份证号建档"}}}}
		}
	}
	return rows, nil
}

// errProbe undoes a trial.
var errProbe = errs.New(errs.Conflict, "")

// probe finds the lines of a block that are refused, by trying each.
func (a *applying) probe(ctx context.Context, made ready) (map[int]roster.Fault, error) {
	refused := map[int]roster.Fault{}
	for i, n := range made.list {
		err := a.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
			if _, err := a.k.Cabinet.Create(ctx, tx, a.by, n); err != nil {
				return err
			}
			return errProbe
		})
		switch {
		case errors.Is(err, errProbe):
		case errs.Is(err, errs.Invalid):
			refused[i] = a.p.FaultOf(err)
		default:
			return nil, err
		}
	}
	return refused, nil
}

// changes carries out the next rows that a person need not or did decide.
func (a *applying) changes(ctx context.Context) (more bool, err error) {
	const some = 50
	done := 0
	var b Batch
	err = a.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		b = a.b
		if err := a.r.Hold(ctx, tx); err != nil {
			return err
		}
		rows, err := dueRows(ctx, tx, b.ID, some)
		if err != nil {
			return err
		}
		details, err := a.k.details(ctx, tx, rows)
		if err != nil {
			return err
		}
		for i, r := range rows {
			if err := a.row(ctx, tx, &b, r, details[i]); err != nil {
				return err
			}
		}
		done = len(rows)
		return update(ctx, tx, b)
	})
	if err == nil {
		a.b = b
	}
	return done > 0, err
}

// details opens what is kept of rows.
func (k *Desk) details(ctx context.Context, tx *db.Tx, rows []row) ([]detail, error) {
	sealed := make([]vault.Sealed, len(rows))
	for i, r := range rows {
		sealed[i] = vault.Sealed{Group: group(r.Batch), Field: rowField(r.Outcome, r.Number), Bytes: r.Sealed}
	}
	plain, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([]detail, len(rows))
	for i, s := range plain {
		if err := json.Unmarshal([]byte(s), &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// row carries one row out: a change of its file, or a new one.
func (a *applying) row(ctx context.Context, tx *db.Tx, b *Batch, r row, d detail) error {
	l := roster.Line{Number: int(r.Number), Cells: d.Cells}
	var problem *roster.Fault
	if r.Decision == NewChild {
		n, faults, lost := a.p.Fresh(l)
		if lost != nil {
			faults = append(faults, *lost)
		}
		if len(faults) == 0 {
			id, err := a.k.Cabinet.Create(ctx, tx, a.by, n)
			if err == nil {
				r.Child = id
			} else if !errs.Is(err, errs.Invalid) {
				return err
			} else {
				f := a.p.FaultOf(err)
				problem = &f
			}
		} else {
			problem = &faults[0]
		}
	} else {
		var err error
		if d.Differences, problem, err = a.merge(ctx, tx, r.Child, l); err != nil {
			return err
		}
	}
	if problem != nil {
		return a.spoil(ctx, tx, b, r, d, *problem)
	}
	r.Applied = tx.Now
	b.Done++
	sealed, err := a.k.sealDetail(ctx, tx, r, d)
	if err != nil {
		return err
	}
	r.Sealed = sealed
	return updateRow(ctx, tx, r)
}

func (k *Desk) sealDetail(ctx context.Context, tx *db.Tx, r row, d detail) ([]byte, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return k.Vault.Seal(ctx, tx, group(r.Batch), rowField(r.Outcome, r.Number), plain)
}

// merge puts what a line says into a file as it stands now, and tells what that changed.
func (a *applying) merge(ctx context.Context, tx *db.Tx, id ref.Child, l roster.Line) ([]roster.Difference, *roster.Fault, error) {
	present, err := a.k.Presents(ctx, tx, a.by, []ref.Child{id})
	if err != nil {
		return nil, nil, err
	}
	at, there := present[id]
	if !there || at.State != child.Open {
		return nil, &roster.Fault{Column: -1, Text: "原档案已结或已移出本辖区，这一行没有导入。请查找后重新确认。"}, nil
	}
	after, diff, faults := a.p.Change(l, at.New, at.Holds)
	if len(faults) > 0 {
		return nil, &faults[0], nil
	}
	err = a.k.Cabinet.Change(ctx, tx, a.by, id, 0, "导入："+SourceLabel(a.b.Source), func(n *child.New) {
		n.Name, n.Sex, n.Birth, n.Guessed, n.Region, n.School, n.Grade, n.Dossier = after.Name, after.Sex, after.Birth, after.Guessed, after.Region, after.School, after.Grade, after.Dossier
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
		f := a.p.FaultOf(err)
		return nil, &f, nil
	}
	for _, d := range diff {
		if err == nil && d.Field == roster.KeyCategory {
			err = a.k.Cabinet.Enter(ctx, tx, a.by, id, child.NewCategory{ID: d.After, Source: a.b.source()})
		}
	}
	return diff, nil, err
}

// spoil turns a row that could not be carried out into a wrong one.
func (a *applying) spoil(ctx context.Context, tx *db.Tx, b *Batch, r row, d detail, f roster.Fault) error {
	if err := deleteRow(ctx, tx, r); err != nil {
		return err
	}
	if r.Outcome == Changed {
		b.Changed--
	} else {
		b.Doubtful--
	}
	b.Wrong++
	d.Faults, d.Differences = []roster.Fault{f}, nil
	return a.k.writeRows(ctx, tx, b.ID, []judged{{outcome: Wrong, number: int(r.Number), child: r.Child, detail: d}})
}

func (a *applying) finish(ctx context.Context) error {
	return a.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		b := a.b
		b.State, b.Applied = Applied, tx.Now
		if err := update(ctx, tx, b); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, a.by, "child.import", "child_import_batch", b.ID, map[string]any{"did": "applied", "rows": b.Done}); err != nil {
			return err
		}
		return a.r.Done(ctx, tx, "已导入"+itoa(int(b.Done))+"行")
	})
}

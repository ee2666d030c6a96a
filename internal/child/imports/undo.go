package imports

import (
	"context"
	"slices"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/ref"
)

// UndoDays is how long a batch can be undone, as the county's rules have it; then its copies are destroyed.
func (k *Desk) UndoDays(tx *db.Tx) (int, error) {
	return duty.Figure(k.Book(), "import.undo", today(tx))
}

// Undo has a batch that was carried out taken back by a job in the actor's name.
func (k *Desk) Undo(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) error {
	if err := by.Require("child.import_undo"); err != nil {
		return err
	}
	b, err := k.lock(ctx, tx, by, id, Applied)
	if err != nil {
		return err
	}
	switch {
	case b.Shredded != 0:
		return errs.New(errs.Conflict, "导入已超过可以撤销的天数，读取的内容已按规定销毁，不能整批撤销。请逐份办理。")
	case by.Post.Region != b.Region:
		return errs.Newf(errs.Conflict, "这一批由“%s”的岗位导入，请由同一辖区的岗位撤销。", b.RegionName)
	}
	if err := audit.Write(ctx, tx, by, "child.import_undo", "child_import_batch", id, nil); err != nil {
		return err
	}
	return k.start(ctx, tx, by, b, Undoing, undoKind)
}

// runUndo takes a batch back: each block and each row once.
func (k *Desk) runUndo(ctx context.Context, r *job.Run) error {
	var in payload
	if err := r.Payload(&in); err != nil {
		return err
	}
	b, err := byID(ctx, r.DB.Reader(), in.Batch)
	if err != nil || b.State != Undoing {
		return ignoreGone(err)
	}
	p, _, err := k.parserOf(ctx, r.DB.Reader(), b)
	if err != nil {
		return err
	}
	u := &undoing{applying{k: k, r: r, b: b, p: p, by: b.actor()}}
	for _, step := range []func(context.Context) (bool, error){u.changes, u.blocks} {
		for more := true; more; {
			if more, err = step(ctx); err != nil {
				return err
			}
			if err := r.Progress(ctx, 99-u.percent(), "还有"+itoa(int(u.b.Done))+"行"); err != nil {
				return err
			}
		}
	}
	return u.finish(ctx)
}

type undoing struct{ applying }

// changes gives the next changed files back what they had, except where that was changed since.
func (u *undoing) changes(ctx context.Context) (more bool, err error) {
	const some = 50
	return u.step(ctx, func(tx *db.Tx, b *Batch) (int, error) {
		rows, err := doneRows(ctx, tx, b.ID, some)
		if err != nil {
			return 0, err
		}
		details, err := u.k.details(ctx, tx, rows)
		if err != nil {
			return 0, err
		}
		for i, r := range rows {
			if err := u.row(ctx, tx, b, r, details[i]); err != nil {
				return 0, err
			}
		}
		return len(rows), nil
	})
}

// blocks closes the files of the next block, except those that were changed since.
func (u *undoing) blocks(ctx context.Context) (more bool, err error) {
	return u.step(ctx, func(tx *db.Tx, b *Batch) (int, error) {
		next, err := nextBlocks(ctx, tx, b.ID, 0, true, 1)
		if err != nil || len(next) == 0 {
			return 0, err
		}
		lines, err := u.k.openBlocks(ctx, tx, next)
		if err != nil {
			return 0, err
		}
		if err := u.removeAll(ctx, tx, b, unpackIDs(next[0].Children), lines[0]); err != nil {
			return 0, err
		}
		next[0].Applied, next[0].Children = 0, []byte{}
		return len(lines[0]), markBlock(ctx, tx, next[0])
	})
}

// step runs one transaction of the undoing.
func (u *undoing) step(ctx context.Context, fn func(tx *db.Tx, b *Batch) (int, error)) (more bool, err error) {
	var b Batch
	n := 0
	err = u.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		b = u.b
		if err := u.r.Hold(ctx, tx); err != nil {
			return err
		}
		var err error
		if n, err = fn(tx, &b); err != nil {
			return err
		}
		return update(ctx, tx, b)
	})
	if err == nil {
		u.b = b
	}
	return n > 0, err
}

// removeAll closes the files that the import made of some lines, unless somebody has worked on them; 0 is no file.
func (u *undoing) removeAll(ctx context.Context, tx *db.Tx, b *Batch, ids []ref.Child, lines []roster.Line) error {
	rows, err := filesByID(ctx, tx, u.by, slices.DeleteFunc(slices.Clone(ids), func(id ref.Child) bool { return id == 0 }))
	if err != nil {
		return err
	}
	files := make(map[ref.Child]child.Child, len(rows))
	for _, r := range rows {
		files[r.ID] = r
	}
	var untouched []ref.Child
	for i, id := range ids {
		at, there := files[id]
		switch {
		case id == 0:
		case there && at.State == child.Closed:
			b.Done--
		case !there || at.Version > 1:
			if err := u.keep(ctx, tx, b, id, lines[i], "导入后又有人修改、评估或移出本辖区，档案保留。确属误建的，请逐份结束。"); err != nil {
				return err
			}
		default:
			b.Done--
			untouched = append(untouched, id)
		}
	}
	return u.k.Cabinet.CloseAll(ctx, tx, u.by, untouched, "undone")
}

// keep notes what an undo left.
func (u *undoing) keep(ctx context.Context, tx *db.Tx, b *Batch, id ref.Child, l roster.Line, why string) error {
	b.Kept++
	b.Done--
	return u.k.writeRows(ctx, tx, b.ID, []judged{{outcome: Kept, number: l.Number, child: id, detail: detail{Cells: l.Cells, Faults: []roster.Fault{{Column: -1, Text: why}}}}})
}

// row takes back what one row changed, field by field.
func (u *undoing) row(ctx context.Context, tx *db.Tx, b *Batch, r row, d detail) error {
	l := roster.Line{Number: int(r.Number), Cells: d.Cells}
	r.Applied = 0
	if err := updateRow(ctx, tx, r); err != nil {
		return err
	}
	if r.Decision == NewChild {
		return u.removeAll(ctx, tx, b, []ref.Child{r.Child}, []roster.Line{l})
	}
	present, err := u.k.Presents(ctx, tx, u.by, []ref.Child{r.Child})
	if err != nil {
		return err
	}
	at, there := present[r.Child]
	if !there || at.Child.State != child.Open {
		return u.keep(ctx, tx, b, r.Child, l, "档案已结或已移出本辖区，没有恢复原值。")
	}
	back, left := roster.Restore(at.New, d.Differences)
	if err := u.k.Cabinet.Change(ctx, tx, u.by, r.Child, 0, "撤销导入："+SourceLabel(b.Source), func(n *child.New) { *n = back }); err != nil {
		if !errs.Is(err, errs.Invalid) {
			return err
		}
		return u.keep(ctx, tx, b, r.Child, l, "没有恢复原值："+text(err))
	}
	for _, diff := range d.Differences {
		if diff.Field == roster.KeyCategory && at.Holds(diff.After) {
			if err := u.k.Cabinet.Leave(ctx, tx, u.by, r.Child, diff.After, "import"); err != nil {
				return err
			}
		}
	}
	if len(left) > 0 {
		return u.keep(ctx, tx, b, r.Child, l, "导入后又有修改，下列内容保留现值："+left)
	}
	b.Done--
	return nil
}

// finish ends the undoing. What was left stays readable until the copies are destroyed.
func (u *undoing) finish(ctx context.Context) error {
	return u.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		b := u.b
		b.State, b.Done = Undone, 0
		if err := update(ctx, tx, b); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, u.by, "child.import_undo", "child_import_batch", b.ID, map[string]any{"did": "undone", "kept": b.Kept}); err != nil {
			return err
		}
		return u.r.Done(ctx, tx, "已撤销")
	})
}

// runShred destroys the copies of batches that nobody needs any more.
func (k *Desk) runShred(ctx context.Context, r *job.Run) error {
	for {
		n := 0
		err := r.DB.WriteLow(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			days, err := k.UndoDays(tx)
			if err != nil {
				return err
			}
			list, err := spent(ctx, tx, tx.Now.Add(-time.Duration(days)*24*time.Hour))
			if err != nil {
				return err
			}
			for _, b := range list {
				if b.State == Mapping || b.State == Staged {
					b.State = Discarded
				}
				if err := k.destroy(ctx, tx, access.Program, b); err != nil {
					return err
				}
			}
			n = len(list)
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

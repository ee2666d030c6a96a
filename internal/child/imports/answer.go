package imports

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/sheet"
)

const (
	markRows  = 20_000  // up to which the sender's own workbook comes back in its own look
	markBytes = 4 << 20 // of the packed workbook
	maxAnswer = 50_000  // rows in a workbook of the wrong ones alone
	answerTab = "需要更正的行"
)

// Answer gives the sender his wrong rows back, in the order of his list: a
// small workbook comes back as it is, each wrong cell marked; of a large one,
// or a text, the wrong rows alone with his headings. Either may be mended and
// sent again.
func (k *Desk) Answer(ctx context.Context, by access.Actor, b Batch, out io.Writer) error {
	if b.Shredded != 0 || b.File == 0 {
		return errs.New(errs.Conflict, "名单已按规定销毁，不能再下载。")
	}
	tx := k.DB.Reader()
	h, err := k.HeadOf(ctx, tx, b)
	if err != nil {
		return err
	}
	wrong, err := k.returned(ctx, tx, by, b)
	if err != nil {
		return err
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, by, b.Purpose.permission(), "child_import_batch", b.ID, map[string]any{"did": "answer", "rows": len(wrong)})
	})
	if err != nil {
		return err
	}
	content, err := k.Files.Open(ctx, tx, by, b.subject(), b.File)
	if err != nil {
		return err
	}
	defer content.Close()
	if content.Kind == "xlsx" && b.Total <= markRows && content.Info.Size <= markBytes && (len(h.Tabs) == 0 || h.Tab == h.Tabs[0]) {
		var faults []sheet.Fault
		for _, l := range wrong {
			for _, f := range l.Faults {
				faults = append(faults, sheet.Fault{Row: l.Number, Column: f.Column, Text: f.Text})
			}
		}
		var own bytes.Buffer
		if err := sheet.Mark(&own, k.Temp, content, content.Info.Size, h.Row, faults); err == nil {
			_, err = own.WriteTo(out)
			return err
		} // a workbook that the marking library cannot write again: the wrong rows alone
	}
	return k.extract(out, content, h, wrong)
}

// returned are the rows that go back: wrong ones and those of which nobody said what they are.
func (k *Desk) returned(ctx context.Context, tx *db.Tx, by access.Actor, b Batch) ([]Line, error) {
	var out []Line
	for _, o := range []Outcome{Wrong, Doubtful} {
		for after := int64(-1); len(out) < maxAnswer; {
			lines, err := k.Lines(ctx, tx, by, b, o, after, promptStep)
			if err != nil {
				return nil, err
			}
			if len(lines) == 0 {
				break
			}
			after = int64(lines[len(lines)-1].Number)
			for _, l := range lines {
				if o == Doubtful {
					if l.Decision != Undecided {
						continue
					}
					l.Faults = []roster.Fault{{Column: -1, Text: "可能与已有档案是同一名儿童（" + l.Candidates[0].Why + "），请核实后补充身份证号，或在系统中确认。"}}
				}
				out = append(out, l)
			}
		}
	}
	slices.SortFunc(out, func(a, b Line) int { return a.Number - b.Number })
	return out, nil
}

// extract writes the wrong rows as they stand in the list, with its headings.
func (k *Desk) extract(out io.Writer, content *file.Content, h roster.Head, wrong []Line) error {
	book, err := sheet.NewBook(k.Temp)
	if err != nil {
		return err
	}
	defer book.Close()
	t := sheet.Table{Name: answerTab}
	for _, c := range h.Columns {
		t.Columns = append(t.Columns, sheet.Column{Title: c.Heading, Width: 16})
	}
	t.Columns = append(t.Columns, sheet.Column{Title: "错误原因", Width: 60})
	w, err := book.Table(t)
	if err != nil {
		return err
	}
	if err := k.copyRows(w, content, h, wrong); err != nil {
		return err
	}
	_, err = book.WriteTo(out)
	return err
}

func (k *Desk) copyRows(w *sheet.Writer, content *file.Content, h roster.Head, wrong []Line) error {
	rows := sheet.ReadCSV(content, content.Info.Size, k.limits())
	if content.Kind == "xlsx" {
		book, err := sheet.Open(content, content.Info.Size, k.limits())
		if err != nil {
			return err
		}
		defer book.Close()
		rows = book.Filled(h.Tab)
	}
	for r, err := range rows {
		if err != nil {
			return err
		}
		if len(wrong) == 0 {
			return nil
		}
		if r.Number != wrong[0].Number {
			continue
		}
		values := make([]any, len(h.Columns)+1)
		for i, c := range h.Columns {
			values[i] = roster.Shown(c, r.Cell(i))
		}
		var reasons []string
		for _, f := range wrong[0].Faults {
			reasons = append(reasons, f.Text)
		}
		values[len(h.Columns)] = "第" + itoa(r.Number) + "行：" + strings.Join(reasons, "")
		if err := w.Row(values...); err != nil {
			return err
		}
		wrong = wrong[1:]
	}
	return nil
}

package imports

import (
	"bytes"
	"context"
	"io"
	"iter"
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
// small workbook comes back as it is, each wrong cell marked; of a large one
// the wrong rows alone with his headings, and so of a text, in its own encoding
// and with its own separator. Each may be mended and sent again. It gives the
// ending of the file's name.
func (k *Desk) Answer(ctx context.Context, by access.Actor, b Batch, out io.Writer) (ending string, err error) {
	if b.Shredded != 0 || b.File == 0 {
		return "", errs.New(errs.Conflict, "名单已按规定销毁，不能再下载。")
	}
	tx := k.DB.Reader()
	h, err := k.HeadOf(ctx, tx, b)
	if err != nil {
		return "", err
	}
	wrong, err := k.returned(ctx, tx, by, b)
	if err != nil {
		return "", err
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, by, b.Purpose.permission(), "child_import_batch", b.ID, map[string]any{"did": "answer", "rows": len(wrong)})
	})
	if err != nil {
		return "", err
	}
	content, err := k.Files.Open(ctx, tx, by, b.subject(), b.File)
	if err != nil {
		return "", err
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
			return ".xlsx", err
		} // a workbook that the marking library cannot write again: the wrong rows alone
	}
	if content.Kind != "xlsx" {
		return ".csv", k.extractText(out, content, h, wrong)
	}
	return ".xlsx", k.extract(out, content, h, wrong)
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

// reasonHead is the heading over what is wrong; a list that is sent again may have it already.
const reasonHead = "错误原因"

// answerTable is the head of what comes back, with the columns of the list that it keeps.
func answerTable(h roster.Head) (t sheet.Table, kept []int) {
	t.Name = answerTab
	for i, c := range h.Columns {
		if c.Heading != reasonHead {
			t.Columns, kept = append(t.Columns, sheet.Column{Title: c.Heading, Width: 16}), append(kept, i)
		}
	}
	t.Columns = append(t.Columns, sheet.Column{Title: reasonHead, Width: 60})
	return t, kept
}

// extract writes the wrong rows as they stand in the list, with its headings.
func (k *Desk) extract(out io.Writer, content *file.Content, h roster.Head, wrong []Line) error {
	book, err := sheet.NewBook(k.Temp)
	if err != nil {
		return err
	}
	defer book.Close()
	t, kept := answerTable(h)
	w, err := book.Table(t)
	if err != nil {
		return err
	}
	own, err := sheet.Open(content, content.Info.Size, k.limits())
	if err != nil {
		return err
	}
	defer own.Close()
	if err := copyRows(w.Row, own.Filled(h.Tab), h, kept, wrong); err != nil {
		return err
	}
	_, err = book.WriteTo(out)
	return err
}

// extractText does so for a text.
func (k *Desk) extractText(out io.Writer, content *file.Content, h roster.Head, wrong []Line) error {
	form, err := sheet.FormOf(content, content.Info.Size)
	if err != nil {
		return err
	}
	t, kept := answerTable(h)
	w, err := form.New(out, t)
	if err != nil {
		return err
	}
	if err := copyRows(w.Row, sheet.ReadCSV(content, content.Info.Size, k.limits()), h, kept, wrong); err != nil {
		return err
	}
	return w.Close()
}

func copyRows(write func(values ...any) error, rows iter.Seq2[sheet.Row, error], h roster.Head, kept []int, wrong []Line) error {
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
		var values []any
		for _, i := range kept {
			values = append(values, roster.Shown(h.Columns[i], r.Cell(i)))
		}
		var reasons []string
		for _, f := range wrong[0].Faults {
			reasons = append(reasons, f.Text)
		}
		if err := write(append(values, "第"+itoa(r.Number)+"行："+strings.Join(reasons, ""))...); err != nil {
			return err
		}
		wrong = wrong[1:]
	}
	return nil
}

package ledger

import (
	"context"
	"io"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
)

// exportStep is how many lines are read together.
const exportStep = 500

// Collect gives all lines of a view in clear, for an approved disclosure, with
// their files; more than most is refused.
func (k *Desk) Collect(ctx context.Context, tx *db.Tx, by access.Actor, l rule.Ledger, v View, most int) (rows [][]any, ids []ref.Child, err error) {
	for after := ref.Child(0); ; after = ids[len(ids)-1] {
		found, err := k.Find(ctx, tx, by, v, after, exportStep)
		if err != nil {
			return nil, nil, err
		}
		if len(ids)+len(found) > most {
			return nil, nil, errs.Newf(errs.Invalid, "名单超过%d人，请缩小范围，分批申请。", most)
		}
		lines, err := k.coded(ctx, tx, by, l, found, false)
		if err != nil {
			return nil, nil, err
		}
		for _, line := range lines {
			ids = append(ids, line.Child.ID)
			rows = append(rows, cells(l, line, len(ids)))
		}
		if len(found) < exportStep {
			return rows, ids, nil
		}
	}
}

// Heads gives the columns of a ledger as a workbook has them: beside words that
// have a national code stands that, and last the number of the file, by which a
// list that comes back is known.
func Heads(l rule.Ledger) (out []sheet.Column) {
	for _, c := range l.Columns {
		kind, head := sheet.Text, letter.Punctuate(c.Head())
		if c.Field == "serial" {
			kind = sheet.Integer
		}
		out = append(out, sheet.Column{Title: head, Width: float64(c.Width), Kind: kind})
		if standards[c.Field] != "" {
			out = append(out, sheet.Column{Title: head + "代码"})
		}
	}
	return append(out, sheet.Column{Title: FileHead, Width: 21})
}

// FileHead is the heading over the numbers of files.
const FileHead = "档案编号"

// Export writes a list as a workbook, covered as on the screen, and journals
// that it was taken; the title says who took it and when. It gives the number
// of lines.
func (k *Desk) Export(ctx context.Context, d *db.DB, by access.Actor, l rule.Ledger, v View, title string, out io.Writer) (n int, err error) {
	if err := by.Require("child.export"); err != nil {
		return 0, err
	}
	book, err := sheet.NewBook("")
	if err != nil {
		return 0, err
	}
	defer book.Close()
	w, err := book.Table(table(l, by, d.Reader().Now.Time().In(civil.Zone).Format("2006-01-02 15:04"), title))
	if err != nil {
		return 0, err
	}
	for after := ref.Child(0); ; {
		rows, err := k.Find(ctx, d.Reader(), by, v, after, exportStep)
		if err != nil {
			return n, err
		}
		lines, err := k.coded(ctx, d.Reader(), by, l, rows, true)
		if err != nil {
			return n, err
		}
		for _, line := range lines {
			n++
			if err := w.Row(cells(l, line, n)...); err != nil {
				return n, err
			}
			after = line.Child.ID
		}
		if len(lines) < exportStep {
			break
		}
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, by, "child.export", "child", ref.Child(0), map[string]any{"ledger": l.ID, "rows": n, "covered": true})
	}); err != nil {
		return n, err
	}
	_, err = book.WriteTo(out)
	return n, err
}

func table(l rule.Ledger, by access.Actor, at, title string) sheet.Table {
	t := sheet.Table{Name: "台账", Title: title, Note: "导出：" + by.Post.UnitName + " " + by.Name + " " + at + "。隐私内容已隐去。" + codeNote(l)}
	t.Columns = Heads(l)
	return t
}

// cells gives a line's values with its number where the list wants one, their codes and the file's number.
func cells(l rule.Ledger, line Line, n int) []any {
	out := make([]any, 0, len(line.Values)+3)
	for i, v := range line.Values {
		field := l.Columns[i].Field
		if field == "serial" {
			out = append(out, n)
			continue
		}
		out = append(out, v)
		if standards[field] != "" {
			out = append(out, line.Codes[i])
		}
	}
	return append(out, ref.Format(line.Child.ID))
}

package importpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type rowsView struct{ Table ui.Table }

const (
	pageRows = 50
	fresh    = "fresh" // the outcome of rows of children without a file
)

func rowsPath(id ref.Import, o imports.Outcome) string {
	return path(id) + "/rows?outcome=" + string(o)
}

var outcomes = map[imports.Outcome]struct{ title, lead string }{
	fresh:            {"新增的行", "没有找到已有档案，将新建。"},
	imports.Changed:  {"有变化的行", "已有档案，下列内容不同，导入时更新。勾选后可以不导入。"},
	imports.Doubtful: {"存疑的行", "可能与已有档案是同一名儿童，请逐人确认；没有确认的不导入。"},
	imports.Wrong:    {"有误的行", "这些行不导入。请下载更正后，只上传这些行。"},
	imports.Kept:     {"撤销时保留的行", "导入后又有人修改，撤销时没有动。"},
}

// Rows lists the rows of one outcome, a page at a time.
func (p *Pages) Rows(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	o := imports.Outcome(r.URL.Query().Get("outcome"))
	words, known := outcomes[o]
	if !known {
		return errs.Missing()
	}
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		after = -1
	}
	ctx, tx := r.Context(), p.DB.Reader()
	var lines []imports.Line
	if o == fresh {
		lines, err = p.Desk.Fresh(ctx, tx, b, after, pageRows+1)
	} else {
		lines, err = p.Desk.Lines(ctx, tx, by, b, o, after, pageRows+1)
	}
	if err != nil {
		return err
	}
	h, err := p.Desk.HeadOf(ctx, tx, b)
	if err != nil {
		return err
	}
	t := p.rowsTable(ctx, tx, b, o, h, lines[:min(len(lines), pageRows)])
	if len(lines) > pageRows {
		t.Pager.Next = rowsPath(b.ID, o) + "&after=" + number(lines[pageRows-1].Number)
	}
	if after >= 0 {
		t.Pager.First = rowsPath(b.ID, o)
	}
	if t.Pager.Next == "" && t.Pager.First == "" {
		t.Pager = nil // one page: nothing to turn
	}
	page := ui.Page{Title: words.title, Nav: "child", Crumbs: crumbs(b), Lead: words.lead}
	if o == imports.Wrong && b.Shredded == 0 {
		page.Action = &ui.Action{Label: "下载有误的行", Href: path(b.ID) + "/answer", Icon: "download"}
	}
	return p.UI.Page(w, r, by, "rows.html", page, rowsView{t})
}

func (p *Pages) rowsTable(ctx context.Context, tx *db.Tx, b imports.Batch, o imports.Outcome, h roster.Head, lines []imports.Line) ui.Table {
	t := ui.Table{Caption: outcomes[o].title, Columns: []ui.Column{{Label: "行号", Num: true, Slim: true}, {Label: "姓名", Slim: true}, {Label: "身份证号", Slim: true}, {Label: "所在村", Slim: true}},
		Pager: &ui.Pager{Note: "行号与原表一致，每页" + number(pageRows) + "行"}, Empty: ui.Empty{Title: "没有这样的行"}}
	last := map[imports.Outcome]string{fresh: "状态", imports.Changed: "变化", imports.Doubtful: "可能是", imports.Wrong: "错误原因和改法", imports.Kept: "原因"}[o]
	t.Columns = append(t.Columns, ui.Column{Label: last, Wide: true})
	choose := b.State == imports.Staged && b.Purpose == imports.Ledger && (o == imports.Changed || o == imports.Doubtful)
	if choose {
		t.Columns = append(t.Columns, ui.Column{Label: "处理", Slim: true})
		t.Batch = &ui.Batch{Unit: "行", Buttons: buttons(b.ID, o)}
	}
	at := columnsOf(h)
	for _, l := range lines {
		cells := []ui.Cell{ui.T(number(l.Number)), ui.T(at.value(l.Cells, roster.KeyName)), ui.T(roster.Masked(roster.KeyNumber, at.value(l.Cells, roster.KeyNumber))), ui.T(at.value(l.Cells, roster.KeyVillage)),
			p.told(ctx, tx, o, h, l)}
		row := ui.Row{Cells: cells}
		if choose {
			row.Cells, row.Select, row.Label = append(cells, ui.T(decided(o, l.Decision))), number(l.Number), "第"+number(l.Number)+"行"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func buttons(id ref.Import, o imports.Outcome) []ui.BatchButton {
	base := path(id) + "/rows/" + string(o) + "/"
	if o == imports.Changed {
		return []ui.BatchButton{{Label: "不导入", Action: base + string(imports.Skip)}, {Label: "恢复导入", Action: base + undecided}}
	}
	return []ui.BatchButton{{Label: "是同一人，更新档案", Action: base + string(imports.SameChild)}, {Label: "不是同一人，新建", Action: base + string(imports.NewChild)}, {Label: "不导入", Action: base + string(imports.Skip)}}
}

// undecided is how an address says that a decision is taken back.
const undecided = "none"

func decided(o imports.Outcome, d imports.Decision) string {
	switch {
	case d == imports.SameChild:
		return "是同一人"
	case d == imports.NewChild:
		return "新建"
	case d == imports.Skip:
		return "不导入"
	case o == imports.Changed:
		return "更新"
	}
	return "待确认"
}

// told says what is with a row.
func (p *Pages) told(ctx context.Context, tx *db.Tx, o imports.Outcome, h roster.Head, l imports.Line) ui.Cell {
	var said []string
	switch o {
	case imports.Changed:
		for _, d := range l.Differences {
			said = append(said, label(d.Field)+"："+p.shown(ctx, tx, d.Field, d.Before)+" → "+p.shown(ctx, tx, d.Field, d.After))
		}
	case imports.Doubtful:
		if len(l.Candidates) > 0 {
			c := l.Candidates[0]
			return ui.Cell{Text: l.Files[c.Child].Name, Href: "/children/" + ref.Format(c.Child), Sub: c.Why}
		}
	case imports.Wrong, imports.Kept:
		for _, f := range l.Faults {
			where := ""
			if f.Column >= 0 && f.Column < len(h.Columns) {
				where = "“" + h.Columns[f.Column].Heading + "”："
			}
			said = append(said, strings.TrimSuffix(where+f.Text, "。"))
		}
		return ui.T(strings.Join(said, "；") + "。")
	default:
		if l.Applied {
			return ui.Link("已建档", "/children/"+ref.Format(l.Child))
		}
		return ui.T("将新建")
	}
	return ui.T(strings.Join(said, "；"))
}

func label(key string) string {
	if key == roster.KeyRegion {
		return "居住地"
	}
	return roster.Label(key)
}

// places of fields among the cells of a row.
type columns map[string]int

func columnsOf(h roster.Head) columns {
	out := columns{}
	for i, c := range h.Columns {
		out[c.Field] = i
	}
	return out
}

func (c columns) value(cells []string, key string) string {
	if i, ok := c[key]; ok && i < len(cells) {
		return cells[i]
	}
	return ""
}

// Decide says what the selected rows are to become.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "没有读到选择的行，请重试。")
	}
	o, d := imports.Outcome(r.PathValue("outcome")), imports.Decision(r.PathValue("decision"))
	if d == undecided {
		d = imports.Undecided
	}
	ids := r.PostForm["id"]
	if len(ids) == 0 || len(ids) > ui.BatchMax {
		return errs.Newf(errs.Invalid, "请先勾选要处理的行，一次最多%d行。", ui.BatchMax)
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return errs.Missing()
			}
			if err := p.Desk.Decide(ctx, tx, by, b.ID, o, n, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, rowsPath(b.ID, o), ui.Done, "已处理"+number(len(ids))+"行。")
	return nil
}

package matchpage

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type reviewView struct {
	Note     *ui.Note
	Problems ui.Problems
	Why      ui.Table
	Reveal   string // address of the reveal; "" = it was done
	Merge    string // address of the merger; "" = the actor may not, or has not looked
	Hidden   []ui.Hidden
	Keep     ui.Field
	Table    ui.Table
	Reason   ui.Field
	Differ   string
}

// comparison is a pair while its page is made.
type comparison struct {
	merge.Pair
	files    [2]child.File
	now      [2]child.New
	shown    [2]child.New
	places   map[string]string
	revealed bool
}

// Review shows two files side by side, what is private covered.
func (p *Pages) Review(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.review(w, r, by, false, nil)
}

// Reveal shows them with what is private, after a trace in both.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.review(w, r, by, true, nil)
}

func (p *Pages) review(w http.ResponseWriter, r *http.Request, by access.Actor, reveal bool, problem error) error {
	c, err := p.compare(r, by, reveal)
	if err != nil {
		return err
	}
	base := pathOf(c.A, c.B)
	view := reviewView{Why: c.why(), Table: c.table(reveal && by.Can("child.merge"))}
	open := c.files[0].State == child.Open && c.files[1].State == child.Open
	switch {
	case !open:
		view.Note = &ui.Note{Tone: ui.Warn, Title: "其中一份档案已结", Text: "已结或已合并的档案不再比对。"}
	case c.State == merge.Different:
		view.Note = &ui.Note{Tone: ui.Info, Title: "已认定不是同一人", Text: c.DecidedName + "，" + civil.FormatTime(c.Decided.Time()) + "。如果认定有误，仍可以合并。"}
	}
	if open && !reveal && by.Can("child.reveal") {
		view.Reveal = base
	}
	if open && by.Can("child.merge") && c.State != merge.Different {
		view.Differ = base + "/differ"
	}
	if open && reveal && by.Can("child.merge") {
		view.Merge, view.Keep = base+"/merge", c.keep()
		view.Hidden = []ui.Hidden{{Name: "version_a", Value: strconv.FormatInt(c.files[0].Version, 10)}, {Name: "version_b", Value: strconv.FormatInt(c.files[1].Version, 10)}}
		view.Reason = ui.Field{Kind: ui.TextArea, Name: "reason", Label: "认定为同一人的依据", Required: true, Rows: 2, Max: 200, Hint: "例如“户口簿核对”“与监护人电话核实”"}
	}
	page := ui.Page{Title: "比对两份档案", Kicker: "疑似重复", Nav: "child", Crumbs: here, More: []ui.Action{{Print: true}}}
	if problem != nil {
		page.Status = ui.Status(problem)
		form := ui.Form{Fields: []ui.Field{view.Reason, view.Keep}}.Fill(r.PostForm, problem)
		view.Problems, view.Reason, view.Keep = form.Problems(), form.Fields[0], form.Fields[1]
	}
	return p.UI.Page(w, r, by, "review.html", page, view)
}

func (p *Pages) compare(r *http.Request, by access.Actor, reveal bool) (*comparison, error) {
	a, err := pathID(r, "a")
	if err != nil {
		return nil, err
	}
	b, err := pathID(r, "b")
	if err != nil {
		return nil, err
	}
	c := &comparison{revealed: reveal}
	look := func(ctx context.Context, tx *db.Tx) (err error) {
		if c.Pair, c.files, err = merge.PairOf(ctx, tx, p.Cabinet, by, a, b); err != nil || !reveal {
			return err
		}
		for _, f := range c.files {
			if _, err := p.Cabinet.Reveal(ctx, tx, by, f.ID, "check"); err != nil {
				return err
			}
		}
		return nil
	}
	if reveal {
		err = p.write(r, look)
	} else {
		err = look(r.Context(), p.DB.Reader())
	}
	if err != nil {
		return nil, err
	}
	var codes []string
	for i, f := range c.files {
		c.now[i] = f.New()
		c.shown[i] = c.now[i]
		if !reveal {
			c.shown[i].Dossier = child.Masked(f.Dossier)
		}
		codes = append(codes, Codes(c.now[i])...)
	}
	c.places, err = region.Places(r.Context(), p.DB.Reader(), codes)
	return c, err
}

func (c *comparison) why() ui.Table {
	t := ui.Table{ID: "why", Caption: "比对理由", Columns: []ui.Column{{Label: "比对理由", Wide: true}, {Label: "分值", Num: true, Slim: true}}}
	for _, r := range c.Why() {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(r.Words()), ui.T(signed(r.Points()))}})
	}
	t.Foot = []ui.Cell{ui.T("合计（15分及以上列为疑似重复）"), ui.T(signed(c.Score))}
	return t
}

func signed(n int) string {
	if n > 0 {
		return "+" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// table shows the parts that differ first; choosing adds the choice of each.
func (c *comparison) table(choosing bool) ui.Table {
	t := ui.Table{ID: "parts", Caption: "两份档案的内容", Sides: true, Columns: []ui.Column{{Label: "项目", Slim: true}, {Label: "档案甲"}, {Label: "档案乙"}, {Label: "比对", Slim: true}}}
	if choosing {
		t.Columns[3] = ui.Column{Label: "合并后采用"}
	}
	t.Rows = []ui.Row{{Cells: []ui.Cell{ui.T("档案"), c.file(0), c.file(1), {}}}}
	var same []ui.Row
	for _, part := range child.Parts() {
		row := ui.Row{Cells: []ui.Cell{ui.T(part.Label), c.cell(part.Key, 0), c.cell(part.Key, 1), {}}}
		switch {
		case part.Same(c.now[0], c.now[1]):
			if row.Cells[1].HTML != "" {
				row.Cells[3] = ui.Tags(ui.Finished, "一致")
				same = append(same, row)
			}
			continue
		case choosing:
			row.Cells[3] = ui.Cell{HTML: c.choice(part)}
		default:
			row.Cells[3] = ui.Tags(ui.Uncertain, "不同")
		}
		t.Rows = append(t.Rows, row)
	}
	if len(same) > 0 {
		t.Rows = append(append(t.Rows, ui.Row{Heading: "两份一致的项目"}), same...)
	}
	return t
}

func (c *comparison) file(i int) ui.Cell {
	f := c.files[i]
	return ui.Cell{Text: "打开档案", Href: childpage.Path(f.ID), Sub: civil.DateOf(f.Created.Time()).String() + "建档"}
}

func (c *comparison) cell(key string, i int) ui.Cell {
	words := Words(key, c.shown[i], c.places)
	if key == "birth" && !c.revealed && !c.now[i].Birth.IsZero() {
		words = strconv.Itoa(c.now[i].Birth.Year()) + "年"
	}
	if words == "" {
		return ui.Cell{}
	}
	return ui.Cell{HTML: template.HTML("<div>" + strings.ReplaceAll(template.HTMLEscapeString(words), "\n", "<br>") + "</div>")}
}

// choice offers whose value is taken: both where they unite, else the one that says something.
func (c *comparison) choice(part child.Part) template.HTML {
	first, second := Words(part.Key, c.now[0], c.places) == "", Words(part.Key, c.now[1], c.places) == ""
	taken := "a"
	switch {
	case part.Unites() && !first && !second:
		taken = "both"
	case first && !second, part.Key == "number" && c.now[0].Dossier.Number == "" && c.now[1].Dossier.Number != "":
		taken = "b"
	}
	var b strings.Builder
	b.WriteString(`<select class="input select" name="take.` + part.Key + `" aria-label="` + part.Label + `采用哪一份">`)
	for _, o := range []struct{ value, label string }{{"a", "档案甲的"}, {"b", "档案乙的"}, {"both", "两份都要"}} {
		if o.value == "both" && !part.Unites() {
			continue
		}
		chosen := ""
		if o.value == taken {
			chosen = " selected"
		}
		b.WriteString(`<option value="` + o.value + `"` + chosen + `>` + o.label + `</option>`)
	}
	b.WriteString(`</select>`)
	return template.HTML(b.String())
}

// keep asks which file stays: by default the one with an identity number, else the older one.
func (c *comparison) keep() ui.Field {
	value := "a"
	if _, err := idcard.Parse(c.now[0].Dossier.Number); err != nil && c.now[1].Dossier.Number != "" {
		value = "b"
	}
	return ui.Field{Kind: ui.Radios, Name: "keep", Label: "保留哪一份档案", Required: true, Value: value, Hint: "另一份随之结束，它的地址转到保留的档案；类别、经过和附件都归到一处，专项名单上办过的事不再重办。合并可以撤销，各自恢复原样。",
		Options: []ui.Option{{Value: "a", Label: "档案甲（" + childpage.NameOf(c.files[0].Child) + "，较早建档）"}, {Value: "b", Label: "档案乙（" + childpage.NameOf(c.files[1].Child) + "）"}}}
}

// Merge unites the two files as the person chose.
func (p *Pages) Merge(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	a, err := pathID(r, "a")
	if err != nil {
		return err
	}
	b, err := pathID(r, "b")
	if err != nil {
		return err
	}
	m, err := readMerging(r, a, b)
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := merge.Merge(ctx, tx, p.Cabinet, by, m)
			return err
		})
	}
	if errs.Is(err, errs.Invalid) {
		return p.review(w, r, by, true, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, childpage.Path(m.Keep), ui.Done, "两份档案已合并。如果认定有误，可以在“合并记录”中撤销。")
	return nil
}

func readMerging(r *http.Request, a, b ref.Child) (merge.Merging, error) {
	m := merge.Merging{Keep: a, Drop: b, Take: map[string]merge.Side{}, Reason: r.PostFormValue("reason")}
	m.KeepVersion, _ = strconv.ParseInt(r.PostFormValue("version_a"), 10, 64)
	m.DropVersion, _ = strconv.ParseInt(r.PostFormValue("version_b"), 10, 64)
	keep := r.PostFormValue("keep")
	switch keep {
	case "a":
	case "b":
		m.Keep, m.Drop, m.KeepVersion, m.DropVersion = b, a, m.DropVersion, m.KeepVersion
	default:
		return m, errs.Fields{"keep": "请选择保留哪一份档案。"}.Err()
	}
	for _, part := range child.Parts() {
		switch r.PostFormValue("take." + part.Key) {
		case "":
		case "both":
			m.Take[part.Key] = merge.Both
		case keep:
			m.Take[part.Key] = merge.Kept
		default:
			m.Take[part.Key] = merge.Dropped
		}
	}
	return m, nil
}

// Differ remembers that the two are different children.
func (p *Pages) Differ(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	a, err := pathID(r, "a")
	if err != nil {
		return err
	}
	b, err := pathID(r, "b")
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return merge.Differ(ctx, tx, p.Cabinet, by, a, b) })
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, ListPath, ui.Done, "已记下不是同一人，以后不再提示这两份档案。")
	return nil
}

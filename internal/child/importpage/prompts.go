package importpage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

var promptKinds = []struct {
	kind       imports.PromptKind
	definition string
}{
	{imports.MissingHere, "名单提到、辖区内没有档案的儿童"}, {imports.MissingThere, "有档案、名单没有提到的儿童"}, {imports.Different, "两边都有，内容不同或可能是同一人"},
}

// compared shows what a comparison found.
func (p *Pages) compared(ctx context.Context, tx *db.Tx, by access.Actor, b imports.Batch, v *showView, page *ui.Page) error {
	found, err := p.Desk.Tallies(ctx, tx, by, b.ID)
	if err != nil {
		return err
	}
	v.Figures = &ui.Figures{}
	all, open := int64(0), int64(0)
	for _, k := range promptKinds {
		f := ui.Figure{Label: k.kind.Label(), Value: "0", Unit: "人", Definition: k.definition}
		for _, t := range found {
			if t.Kind == k.kind {
				f.Value, f.Href = count(t.N), promptsPath(b.ID, k.kind)
				all, open = all+t.N, open+t.Open
			}
		}
		v.Figures.Items = append(v.Figures.Items, f)
	}
	v.Figures.Items = append(v.Figures.Items, ui.Figure{Label: "一致", Value: count(b.Same), Unit: "人", Definition: "两边都有，内容相同"}, p.figure(b, "有误", b.Wrong, imports.Wrong, "没有比对，下载更正后重新上传"))
	switch {
	case b.State == imports.Staged && all == 0:
		v.Note = &ui.Note{Tone: ui.Done, Title: "没有差异", Text: "名单与档案一致，不需要核实。"}
	case b.State == imports.Staged:
		page.More = append(page.More, ui.Action{Label: "放弃", Href: path(b.ID) + "/discard", Danger: true})
		v.Confirm, err = p.handing(ctx, tx, by, b, all)
	default:
		v.Note = &ui.Note{Title: "核实进度", Text: "共" + count(all) + "条，已核实" + count(all-open) + "条。"}
	}
	return err
}

// handing asks whether the prompts are to go out, and says how many go to whom.
func (p *Pages) handing(ctx context.Context, tx *db.Tx, by access.Actor, b imports.Batch, all int64) (*ui.Confirm, error) {
	shares, err := p.Desk.Shares(ctx, tx, by, b)
	c := &ui.Confirm{Title: "下达核实", Text: "共" + count(all) + "条差异，下达给下列乡镇（街道）核实，全部核实后自动办结；档案不自动修改：", Form: ui.Form{Action: path(b.ID) + "/hand", Submit: "下达核实", Cancel: ListPath}}
	for _, s := range shares {
		c.Points = append(c.Points, s.Name+"　"+count(s.N)+"条")
	}
	if all > tooMany*b.Total {
		c.Form.Warning = "名单只有" + count(b.Total) + "行，差异却有" + count(all) + "条。名单可能不全，或者比对的类别选错了：请先核对，不对的放弃这一批，重新上传并选择类别。"
	}
	return c, err
}

// tooMany is how many prompts for each row of a list look like a mistake.
const tooMany = 3

// Hand gives what was found to the towns.
func (p *Pages) Hand(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.do(w, r, by, func(ctx context.Context, tx *db.Tx, id ref.Import) error { return p.Desk.Hand(ctx, tx, by, id) })
}

func promptsPath(id ref.Import, k imports.PromptKind) string {
	return path(id) + "/prompts?kind=" + string(k)
}

// Prompts lists what a comparison found, a page at a time.
func (p *Pages) Prompts(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	kind := imports.PromptKind(r.URL.Query().Get("kind"))
	if kind.Label() == "" {
		return errs.Missing()
	}
	after, _ := ref.Parse[ref.Prompt](r.URL.Query().Get("after")) // nothing is the first page
	ctx, tx := r.Context(), p.DB.Reader()
	list, err := p.Desk.Prompts(ctx, tx, by, b, kind, after, pageRows+1)
	if err != nil {
		return err
	}
	h, err := p.Desk.HeadOf(ctx, tx, b)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: kind.Label(), Columns: []ui.Column{{Label: "姓名", Slim: true}, {Label: "名单中的行", Num: true, Slim: true}, {Label: "差异", Wide: true}, {Label: "核实结果", Slim: true}},
		Pager: &ui.Pager{Note: "每页" + number(pageRows) + "条"}, Empty: ui.Empty{Title: "没有差异"}}
	if len(list) > pageRows {
		list = list[:pageRows]
		t.Pager.Next = promptsPath(b.ID, kind) + "&after=" + ref.Format(list[pageRows-1].ID)
	}
	if after != 0 {
		t.Pager.First = promptsPath(b.ID, kind)
	}
	if b.State == imports.Applied {
		t.Batch = &ui.Batch{Unit: "条"}
		for _, x := range imports.Results {
			t.Batch.Buttons = append(t.Batch.Buttons, ui.BatchButton{Label: x.Label, Action: path(b.ID) + "/prompts/" + string(kind) + "/" + x.Key})
		}
	}
	codes := make([]string, len(list))
	for i, f := range list {
		codes[i] = f.Region
	}
	places, err := region.Places(ctx, tx, codes)
	if err != nil {
		return err
	}
	for _, f := range list {
		t.Rows = append(t.Rows, p.promptRow(ctx, tx, h, f, places[f.Region], t.Batch != nil))
	}
	return p.UI.Page(w, r, by, "rows.html", ui.Page{Title: kind.Label(), Nav: "child", Crumbs: crumbs(b), Lead: "请核实后选择结果；需要建档或更正的，先在档案中办理。"}, rowsView{t})
}

func (p *Pages) promptRow(ctx context.Context, tx *db.Tx, h roster.Head, f imports.Found, place string, choose bool) ui.Row {
	at := columnsOf(h)
	name := ui.T(at.value(f.Cells, roster.KeyName))
	if f.Child.ID != 0 {
		name = ui.Link(f.Child.Name, "/children/"+ref.Format(f.Child.ID))
	}
	var said []string
	for _, d := range f.Differences {
		said = append(said, label(d.Field)+"：档案“"+p.shown(ctx, tx, d.Field, d.Before)+"”，名单“"+p.shown(ctx, tx, d.Field, d.After)+"”")
	}
	switch {
	case f.Why != "":
		said = append(said, f.Why+"，请确认是否同一人")
	case f.Kind == imports.MissingThere:
		said = append(said, strings.TrimSpace(place+"　"+f.Child.School))
	case f.Kind == imports.MissingHere:
		said = append(said, at.value(f.Cells, roster.KeyTown)+at.value(f.Cells, roster.KeyVillage)+" "+roster.Masked(roster.KeyNumber, at.value(f.Cells, roster.KeyNumber)))
	}
	line := ""
	if f.Number > 0 {
		line = count(f.Number)
	}
	result := ui.Tags(ui.Waiting, "待核实")
	if f.Result != "" {
		result = ui.Tags(ui.Finished, imports.ResultLabel(f.Result))
	}
	row := ui.Row{Cells: []ui.Cell{name, ui.T(line), ui.T(strings.Join(said, "；")), result}}
	if choose {
		row.Select, row.Label = ref.Format(f.ID), "这一条"
	}
	return row
}

// Verify says what came of looking at the selected prompts.
func (p *Pages) Verify(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "没有读到选择的内容，请重试。")
	}
	ids := r.PostForm["id"]
	if len(ids) == 0 || len(ids) > ui.BatchMax {
		return errs.Newf(errs.Invalid, "请先勾选已核实的条目，一次最多%d条。", ui.BatchMax)
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		for _, text := range ids {
			id, err := ref.Parse[ref.Prompt](text)
			if err != nil {
				return errs.Missing()
			}
			if _, err := p.Desk.Verify(ctx, tx, by, id, r.PathValue("result")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, promptsPath(b.ID, imports.PromptKind(r.PathValue("kind"))), ui.Done, "已登记"+number(len(ids))+"条核实结果。")
	return nil
}

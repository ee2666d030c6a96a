package guardianshippage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/ui"
)

// The fields of a required document: the file, and why there is none.
const (
	paperPart   = "paper."
	withoutPart = "without."
)

// received are the files of a form: those that go along, and the required
// documents by their ids.
type received struct {
	files  []*file.Incoming
	papers map[string]*file.Incoming
}

// put gives an entry the files of its form, and the reasons for what lacks.
func (r received) put(e *guardianship.Entry, typed url.Values) {
	e.Files, e.Papers = r.files, map[string]guardianship.Given{}
	for id, in := range r.papers {
		e.Papers[id] = guardianship.Given{File: in}
	}
	for name := range typed {
		if id, ok := strings.CutPrefix(name, withoutPart); ok {
			g := e.Papers[id]
			g.Why = strings.TrimSpace(typed.Get(name))
			e.Papers[id] = g
		}
	}
}

// needs ask for the documents that a fact requires.
func (p *Pages) needs(f protection.Fact, on civil.Date) []ui.Field {
	var out []ui.Field
	for _, n := range f.Needs {
		label := "《" + words(p.Desk.Need(n, on)) + "》"
		out = append(out, ui.Field{Kind: ui.File, Name: paperPart + n.ID, Label: label, Accept: file.Accept, MaxMB: file.MaxSize >> 20, Hint: "签名盖章后的扫描件或者照片。依据：" + words(n.Basis()) + "。"},
			ui.Field{Kind: ui.Text, Name: withoutPart + n.ID, Label: "没有" + label + "的原因", Max: 200, Hint: "上传了的不填。以后可以补交。"})
	}
	return out
}

// required lists the documents that the facts of a measure required.
func (p *Pages) required(by access.Actor, t guardianship.Told) *ui.Table {
	if len(t.Papers) == 0 {
		return nil
	}
	table := &ui.Table{ID: "required", Caption: "应有的文书", Columns: []ui.Column{{Label: "文书", Wide: true}, {Label: "哪一步需要"}, {Label: "情况", Slim: true}, {Label: "操作", Tools: true}}}
	for _, a := range t.Papers {
		row := ui.Row{Cells: []ui.Cell{{Text: "《" + words(p.Desk.Need(a.Need, t.Opened)) + "》", Sub: words(a.Need.Basis())}, ui.T(words(a.For.Label)), ui.Tags(ui.Finished, "已有"), {}}}
		if a.File == 0 {
			row.Cells[2] = ui.Tags(ui.Uncertain, "缺，已说明原因")
			row.Cells[2].Sub = a.Why
			if by.Can("guardianship.record") {
				row.Cells[3].Actions = []ui.Action{{Label: "补交", Href: path(t.ID) + "/supply?paper=" + ref.Format(a.ID), Icon: "file"}}
			}
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// Supply asks for a document that lacked.
func (p *Pages) Supply(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showSupply(w, r, by, r.FormValue("paper"), nil)
}

func (p *Pages) showSupply(w http.ResponseWriter, r *http.Request, by access.Actor, paper string, problem error) error {
	t, _, err := p.told(r, by)
	if err != nil {
		return err
	}
	id, err := ref.Parse[guardianship.PaperID](paper)
	lacks := t.Lacking()
	at := slices.IndexFunc(lacks, func(a guardianship.Asked) bool { return a.ID == id })
	if err != nil || at < 0 {
		return errs.Missing()
	}
	a := lacks[at]
	form := ui.Form{Action: path(t.ID) + "/supply", Submit: "补交", Cancel: path(t.ID), Hidden: []ui.Hidden{{Name: "paper", Value: paper}},
		Fields: []ui.Field{{Kind: ui.File, Name: "files", Label: "《" + words(p.Desk.Need(a.Need, t.Opened)) + "》", Required: true, Accept: file.Accept, MaxMB: file.MaxSize >> 20, Hint: "签名盖章后的扫描件或者照片。"}}}
	page := ui.Page{About: t.Child.ID, Title: "补交文书", Nav: nav, Crumbs: []ui.Crumb{{Label: "监护干预措施", Href: ListPath}, {Label: words(t.Rule.Label), Href: path(t.ID)}}}
	if problem != nil {
		form, page.Status = form.Fill(url.Values{}, problem), ui.Status(problem)
	}
	view := recordView{Form: form, Basis: ui.Summary{Facts: []ui.Fact{{Label: "哪一步需要", Value: words(a.For.Label)}, {Label: "依据", Value: words(a.Need.Basis())}}}}
	return p.UI.Page(w, r, by, "record.html", page, view)
}

// SupplyDone takes the document.
func (p *Pages) SupplyDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, _, err := p.told(r, by)
	if err != nil {
		return err
	}
	typed, files, err := p.read(r, t.ID)
	if err == nil {
		id, bad := ref.Parse[guardianship.PaperID](typed.Get("paper"))
		if bad != nil {
			return errs.Missing()
		}
		var in *file.Incoming
		if len(files.files) > 0 {
			in = files.files[0]
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Supply(ctx, tx, by, t.ID, id, in) })
	}
	if errs.Is(err, errs.Invalid) {
		return p.showSupply(w, r, by, typed.Get("paper"), err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(t.ID), ui.Done, "已补交。")
	return nil
}

package matchpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child/childpage"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type mergesView struct{ Table ui.Table }

type undoView struct{ Confirm ui.Confirm }

// Merges lists what was merged into a file.
func (p *Pages) Merges(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r, "child")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	row, err := p.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	list, err := merge.Merges(r.Context(), tx, p.Cabinet, by, id)
	if err != nil {
		return err
	}
	view := mergesView{ui.Table{Caption: "合并记录", Columns: []ui.Column{{Label: "并入的档案"}, {Label: "合并时间"}, {Label: "办理人", Wide: true}, {Label: "办理", Slim: true, Tools: true}},
		Empty: ui.Empty{Title: "没有并入过其他档案"}}}
	for _, m := range list {
		view.Table.Rows = append(view.Table.Rows, ui.Row{Cells: []ui.Cell{ui.Link("打开原档案", childpage.Path(m.Dropped)), ui.T(civil.FormatTime(m.At.Time())), ui.T(m.ByName),
			{Actions: []ui.Action{{Label: "撤销合并", Href: childpage.Path(m.Dropped) + "/unmerge", Icon: "undo", Danger: true}}}}})
	}
	page := ui.Page{Title: "合并记录", Kicker: childpage.NameOf(row), Nav: "child", Crumbs: []ui.Crumb{here[0], {Label: childpage.NameOf(row), Href: childpage.Path(id)}}}
	return p.UI.Page(w, r, by, "merges.html", page, view)
}

// Undo asks before a merger is undone.
func (p *Pages) Undo(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.undo(w, r, by, nil)
}

// Undone undoes a merger.
func (p *Pages) Undone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r, "child")
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return merge.Unmerge(ctx, tx, p.Cabinet, by, id, r.PostFormValue("reason"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.undo(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, childpage.Path(id), ui.Done, "合并已撤销，两份档案都恢复原样。")
	return nil
}

func (p *Pages) undo(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID(r, "child")
	if err != nil {
		return err
	}
	row, err := p.Cabinet.Get(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	if row.Successor == ref.Child(0) {
		return errs.Missing()
	}
	form := ui.Form{Action: childpage.Path(id) + "/unmerge", Submit: "撤销合并", Danger: true, Cancel: childpage.Path(row.Successor) + MergesTail,
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "为什么不是同一人", Required: true, Rows: 2, Max: 200}}}
	page := ui.Page{Title: "撤销合并", Kicker: childpage.NameOf(row), Nav: "child", Crumbs: []ui.Crumb{here[0], {Label: "合并后的档案", Href: childpage.Path(row.Successor)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	view := undoView{ui.Confirm{Title: "撤销合并", Text: "两份档案都恢复到合并以前：", Points: []string{"合并时采用的内容和类别各归各位", "合并以后在保留的档案上所作的修改，仍留在那一份", "两份档案的经过都会记下这次撤销"}, Form: form}}
	return p.UI.Page(w, r, by, "undo.html", page, view)
}

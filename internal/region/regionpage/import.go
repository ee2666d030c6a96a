package regionpage

import (
	"context"
	"net/http"
	"path/filepath"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/region/seed"
	"weibao/internal/ui"
)

type importView struct {
	Ask     *ui.Form
	Figures *ui.Figures
	Nothing *ui.Note
	Tables  []ui.Table
	Confirm *ui.Confirm
}

// maxFileMB is what the server takes; the national villages are 5 MB when packed.
const maxFileMB = 50

// Import asks for a national file, or shows what an uploaded one would change.
func (p *Pages) Import(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if id, err := ref.Parse[region.UploadID](r.URL.Query().Get("staged")); err == nil {
		return p.showStaged(w, r, by, id)
	}
	return p.showImport(w, r, by, nil)
}

// Upload reads a national file as it comes and keeps the county's part.
func (p *Pages) Upload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := p.read(r, by)
	if errs.Is(err, errs.Invalid) {
		return p.showImport(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, importPath+"?staged="+ref.Format(id))
	return nil
}

func (p *Pages) read(r *http.Request, by access.Actor) (region.UploadID, error) {
	if err := by.Require("region.import"); err != nil {
		return 0, err
	}
	code, err := region.Top(r.Context(), p.DB.Reader(), by)
	if err != nil {
		return 0, err
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return 0, errs.Fields{"file": "请选择要导入的文件。"}.Err()
	}
	defer file.Close()
	rows, err := region.Read(file, code)
	if err != nil {
		return 0, err
	}
	return p.stage(r, by, code, filepath.Base(head.Filename), rows)
}

func (p *Pages) stage(r *http.Request, by access.Actor, code, name string, rows []seed.Row) (id region.UploadID, err error) {
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = region.Stage(ctx, tx, by, code, name, rows)
		return err
	})
	return id, err
}

// Confirm imports what was shown.
func (p *Pages) Confirm(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := ref.Parse[region.UploadID](r.PostFormValue("staged"))
	if err != nil {
		return errs.Missing()
	}
	var done region.Difference
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if done, err = region.Confirm(ctx, tx, by, id); err != nil {
			return err
		}
		return p.Flow.AfterRegions(ctx, tx, by)
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, treePath, ui.Done, "已导入：新增"+ui.Count(len(done.Add))+"个，更名"+ui.Count(len(done.Rename))+"个，代码变更"+ui.Count(len(done.Recode))+"个。")
	return nil
}

func (p *Pages) showImport(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	form := ui.Form{Action: importPath, Submit: "上传并查看变化", Cancel: treePath, Fields: []ui.Field{
		{Kind: ui.File, Name: "file", Label: "全国区划文件", Required: true, Accept: ".csv,.json,.gz", MaxMB: maxFileMB,
			Hint: "国家统计局区划的公开整理文件：村级 villages.csv 或 villages.json，乡镇级 streets.csv，较大的文件请先压缩为 gz。只读取本地的部分；确认之前不改动任何数据。"},
	}}
	page := p.importPage()
	if problem != nil {
		form, page.Status = form.Fill(nil, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "import.html", page, importView{Ask: &form})
}

func (p *Pages) importPage() ui.Page {
	return ui.Page{Title: "导入全国区划文件", Nav: "system", Crumbs: []ui.Crumb{{Label: "行政区划", Href: treePath}}}
}

func (p *Pages) showStaged(w http.ResponseWriter, r *http.Request, by access.Actor, id region.UploadID) error {
	up, diff, err := region.Staged(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	view := importView{Figures: figures(diff), Tables: differences(diff)}
	if diff.Changes() == 0 {
		view.Nothing = &ui.Note{Text: "文件与系统中的区划一致，没有需要导入的内容。", Link: &ui.Crumb{Label: "返回行政区划", Href: treePath}}
		return p.UI.Page(w, r, by, "import.html", p.importPage(), view)
	}
	view.Confirm = &ui.Confirm{Title: "确认导入" + ui.Count(diff.Changes()) + "处变化", Text: "新增、更名和代码变更一次完成，记入变更经过。文件中没有的区划不会自动撤销，请逐个办理“并入”或“撤销”。",
		Form: ui.Form{Action: importPath + "/confirm", Submit: "确认导入", Cancel: treePath, Hidden: []ui.Hidden{{Name: "staged", Value: ref.Format(up.ID)}}}}
	return p.UI.Page(w, r, by, "import.html", p.importPage(), view)
}

func figures(d region.Difference) *ui.Figures {
	f := &ui.Figures{}
	for _, x := range []struct {
		label string
		n     int
		what  string
	}{{"一致", d.Same, "代码和名称都相同"}, {"新增", len(d.Add), "文件中有，系统中没有"}, {"更名", len(d.Rename), "代码相同，名称不同"},
		{"代码变更", len(d.Recode), "同一上级下名称相同，代码不同"}, {"文件中没有", len(d.Missing), "系统中有，文件中没有，不自动撤销"}, {"已撤并", len(d.Revived), "文件中有，系统中已撤并，不恢复"}} {
		f.Items = append(f.Items, ui.Figure{Label: x.label, Value: ui.Count(x.n), Unit: "个", Definition: x.what})
	}
	return f
}

// shownRows is how many lines of each sort the preview lists.
const shownRows = 100

func differences(d region.Difference) []ui.Table {
	var tables []ui.Table
	add := func(id, caption string, n int, line func(i int) []ui.Cell) {
		if n == 0 {
			return
		}
		t := ui.Table{ID: id, Caption: caption, Columns: []ui.Column{{Label: "区划代码", Slim: true}, {Label: "名称"}, {Label: "变化", Wide: true}}}
		if n > shownRows {
			t.Pager = &ui.Pager{Note: "只列出前" + ui.Count(shownRows) + "个，共" + ui.Count(n) + "个"}
		}
		for i := range min(n, shownRows) {
			t.Rows = append(t.Rows, ui.Row{Cells: line(i)})
		}
		tables = append(tables, t)
	}
	add("renamed", "更名", len(d.Rename), func(i int) []ui.Cell {
		c := d.Rename[i]
		return []ui.Cell{ui.T(significant(c.Code)), ui.T(c.NewName), ui.T("原名" + c.OldName)}
	})
	add("recoded", "代码变更", len(d.Recode), func(i int) []ui.Cell {
		c := d.Recode[i]
		return []ui.Cell{ui.T(significant(c.Other)), ui.T(c.NewName), ui.T("原代码" + significant(c.Code))}
	})
	add("added", "新增", len(d.Add), func(i int) []ui.Cell {
		return []ui.Cell{ui.T(significant(d.Add[i].Code)), ui.T(d.Add[i].Name), ui.T(region.LevelLabel(d.Add[i].Level))}
	})
	add("missing", "文件中没有的区划（不自动撤销）", len(d.Missing), func(i int) []ui.Cell {
		return []ui.Cell{ui.T(significant(d.Missing[i].Code)), ui.Link(d.Missing[i].Name, regionPath(d.Missing[i].Code)), ui.T("如已撤并，请办理“并入”或“撤销”")}
	})
	return tables
}

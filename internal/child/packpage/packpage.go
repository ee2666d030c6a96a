// Package packpage is the screen on which the audit administrator makes the
// papers of the yearly audit of minors' personal data.
//
// It owns no table. It promises one click: a workbook and a report in one
// archive, without any child's name; that each making leaves its trace; and
// that nobody but the audit administrator reaches it. It shows no file of a
// child and leads to none.
package packpage

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/pack"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screen stands on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Place   string
	Sources pack.Sources
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
}

// Pages serves the screen.
type Pages struct{ Deps }

// New makes the screen and adds its template to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"pack.html": packView{}})
}

// Path is the address of the screen.
const Path = "/system/child-audit"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: Path, Permission: "child.audit_pack", Handle: p.Pack},
		{Method: "POST", Path: Path, Permission: "child.audit_pack", Handle: p.Make},
	}
}

type packView struct {
	Note ui.Note
	Form ui.Form
}

// Pack asks for the year.
func (p *Pages) Pack(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	year := civil.DateOf(p.DB.Reader().Now.Time()).Year()
	var years []ui.Option
	for y := year; y > year-3; y-- {
		years = append(years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y) + "年"})
	}
	form := ui.Form{Action: Path, Submit: "生成审计资料", Fields: []ui.Field{{Kind: ui.Select, Name: "year", Label: "年度", Required: true, Short: true, Options: years, Value: strconv.Itoa(year)}}}
	page := ui.Page{Title: "个人信息合规审计", Lead: "每年一次：谁、在什么岗位、为什么用途、查看了多少份未成年人档案。", Nav: "system", Tabs: p.UI.Tabs(by, "system", Path)}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "pack.html", page, packView{Form: form, Note: ui.Note{Tone: ui.Info, Title: "《未成年人网络保护条例》第三十六条、第三十七条",
		Text: "资料是一个压缩包，内有统计表（Excel）和审计情况（Word）：按单位、岗位、用途和月份统计查看次数，列出非工作时间和数量偏多的查看，以及在用的权限。资料不含未成年人的姓名和任何个人信息。生成会留下记录。"}})
}

// Make hands out the papers of a year.
func (p *Pages) Make(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	year, err := strconv.Atoi(r.PostFormValue("year"))
	if err != nil {
		return p.show(w, r, by, errs.Fields{"year": "请选择年度。"}.Err())
	}
	var made pack.Pack
	words := pack.Words{Place: p.Place, Purpose: purpose}
	err = p.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if made, err = pack.Collect(r.Context(), tx, by, p.Sources, year); err != nil {
			return err
		}
		words.Units, err = p.Units(r.Context(), tx, slices.Compact(slices.Sorted(slices.Values(made.UnitIDs()))))
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.show(w, r, by, err)
	}
	if err == nil {
		err = p.DB.Write(r.Context(), func(tx *db.Tx) error { return made.Trace(r.Context(), tx, by) })
	}
	if err != nil {
		return err
	}
	h := w.Header()
	ui.Headers(h)
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(strconv.Itoa(year)+"年未成年人个人信息合规审计.zip"))
	return made.Write(w, words)
}

func purpose(key string) string {
	for _, p := range child.Purposes {
		if p.Key == key {
			return p.Label
		}
	}
	if key == child.Disclosed {
		return "导出未隐去的名单"
	}
	return ""
}

// Package workdaypage holds the screen of the working-day calendar: which
// years are loaded and from which notice, the days of one year, what is
// missing, and the import of another year.
//
// It owns no table. It says where the data ends and what that means for dues;
// it never offers to enter single days by hand, because a due must be traced
// to a notice. An import is followed by the job that recomputes provisional dues.
package workdaypage

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screen stands on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Flow *flow.Flow
}

// Pages serves the screen.
type Pages struct{ Deps }

// New makes the screen and adds its templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"workdays.html": daysView{}, "import.html": importView{}})
}

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/workdays", Permission: "workday.list", Handle: p.Days},
		{Method: "GET", Path: "/workdays/import", Permission: "workday.import", Handle: p.Import},
		{Method: "POST", Path: "/workdays/import", Permission: "workday.import", Handle: p.Upload},
	}
}

const (
	listPath   = "/workdays"
	importPath = "/workdays/import"
)

type daysView struct {
	Gap   *ui.Note
	Years ui.Table
	Title string
	Days  ui.Table
}

// Days lists the years that are loaded and the days of one of them.
func (p *Pages) Days(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	years, err := workday.Years(ctx, tx, by)
	if err != nil {
		return err
	}
	cal, err := workday.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	today := civil.DateOf(tx.Now.Time())
	year, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil {
		year = today.Year()
	}
	days, err := workday.Days(ctx, tx, by, year)
	if err != nil {
		return err
	}
	view := daysView{Years: yearsTable(years, today.Year()), Title: strconv.Itoa(year) + "年放假和调休", Days: daysTable(days, year)}
	if gap := workday.Gap(cal, today); gap != "" {
		view.Gap = &ui.Note{Tone: ui.Warn, Text: gap}
	}
	page := ui.Page{Title: "工作日历", Nav: "system", Tabs: p.UI.Tabs(by, "system", listPath), More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("workday.import") {
		page.Action = &ui.Action{Label: "导入放假安排", Href: importPath, Icon: "upload"}
	}
	return p.UI.Page(w, r, by, "workdays.html", page, view)
}

// yearsTable lists the loaded years, and this and the next one where they are missing.
func yearsTable(years []workday.Year, now int) ui.Table {
	t := ui.Table{ID: "years", Caption: "已导入的年份", Columns: []ui.Column{{Label: "年份", Slim: true}, {Label: "依据", Wide: true}, {Label: "放假", Num: true}, {Label: "调休上班", Num: true}, {Label: "导入", Slim: true}}}
	known := map[int]bool{}
	for _, y := range years {
		known[y.Year] = true
	}
	for _, year := range []int{now + 1, now} {
		if !known[year] {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(strconv.Itoa(year)), ui.Tags(ui.Uncertain, "尚未导入，暂按周一至周五推算"), ui.T(""), ui.T(""), ui.T("")}})
		}
	}
	for _, y := range years {
		label := strconv.Itoa(y.Year)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(label, listPath+"?year="+label), ui.T(y.Source), ui.T(ui.Count(int(y.Holidays)) + "天"), ui.T(ui.Count(int(y.Makeups)) + "天"), {Text: civil.FormatDate(civil.DateOf(y.At.Time())), Sub: y.ActorName}}})
	}
	return t
}

func daysTable(days []civil.Exception, year int) ui.Table {
	t := ui.Table{ID: "days", Caption: "放假和调休", Columns: []ui.Column{{Label: "日期", Slim: true}, {Label: "安排", Slim: true}, {Label: "名称", Wide: true}},
		Empty: ui.Empty{Title: strconv.Itoa(year) + "年放假安排尚未导入", Text: "国务院办公厅通知一般在上一年10月至11月公布，由系统管理员导入；导入前工作日按周一至周五推算，跨年期限标明“暂定”，导入后自动重算。"}}
	for _, d := range days {
		arrangement := ui.Tags(ui.Ended, "放假")
		if d.Workday {
			arrangement = ui.Tags(ui.Running, "调休上班")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatDate(d.Date)), arrangement, ui.T(d.Name)}})
	}
	return t
}

type importView struct {
	Form   ui.Form
	Sample string
}

// sample is a file as it must be written, for the page.
const sample = `kind: workdays
year: 2027
source: {document: "国务院办公厅关于2027年部分节假日安排的通知"}
days:
  - {date: 2027-01-01, kind: holiday, name: 元旦}
  - {date: 2027-01-03, kind: workday, name: 元旦调休上班}
`

// Import asks for a file.
func (p *Pages) Import(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showImport(w, r, by, nil)
}

// Upload loads a year from a file.
func (p *Pages) Upload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	notice, err := p.read(r)
	if err == nil {
		err = p.DB.Write(r.Context(), func(tx *db.Tx) error { return p.load(r.Context(), tx, by, notice) })
	}
	if errs.Is(err, errs.Invalid) {
		return p.showImport(w, r, by, err)
	}
	if err != nil {
		return err
	}
	year := strconv.Itoa(notice.Year)
	ui.RedirectWith(w, r, listPath+"?year="+year, ui.Done, "已导入"+year+"年放假安排，暂定的期限正在后台重算。")
	return nil
}

func (p *Pages) load(ctx context.Context, tx *db.Tx, by access.Actor, n civil.Notice) error {
	return p.Flow.ImportWorkdays(ctx, tx, by, n)
}

func (p *Pages) read(r *http.Request) (civil.Notice, error) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return civil.Notice{}, errs.Fields{"file": "请选择要导入的文件。"}.Err()
	}
	defer file.Close()
	return workday.Read(file)
}

func (p *Pages) showImport(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	form := ui.Form{Action: importPath, Submit: "导入", Cancel: listPath, Fields: []ui.Field{
		{Kind: ui.File, Name: "file", Label: "放假安排文件", Required: true, Accept: ".yaml,.yml,.txt", MaxMB: 1, Hint: "按下面的样子，把国务院办公厅通知中的放假和调休逐日写入文本文件。同一年再次导入会替换原来的安排。"},
	}}
	page := ui.Page{Title: "导入放假安排", Nav: "system", Crumbs: []ui.Crumb{{Label: "工作日历", Href: listPath}}}
	if problem != nil {
		form, page.Status = form.Fill(nil, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "import.html", page, importView{Form: form, Sample: sample})
}

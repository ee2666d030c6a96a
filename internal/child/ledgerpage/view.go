package ledgerpage

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type viewView struct {
	Note  ui.Note
	Form  ui.Form
	Saved ui.Table
}

// ViewPath is where views are saved.
const ViewPath = ListPath + "/view"

// View asks for the columns and the name of the list that is shown, and lists
// the saved ones.
func (p *Pages) View(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.viewForm(w, r, by, r.URL.Query(), nil)
}

func (p *Pages) viewForm(w http.ResponseWriter, r *http.Request, by access.Actor, q url.Values, problem error) error {
	tx := p.DB.Reader()
	a, err := p.read(tx, by, q)
	if err != nil {
		return err
	}
	saved, err := p.Desk.Views(r.Context(), tx, by)
	if err != nil {
		return err
	}
	values := a.view.Values()
	values.Del("columns")
	view := viewView{Note: ui.Note{Tone: ui.Info, Text: "视图只保存条件、排序、分组和栏目，不保存儿童信息；打开时按当时的档案和您的权限显示。名称中不要写儿童姓名。"},
		Form: ui.Form{Action: ViewPath, Submit: "保存视图", Hidden: []ui.Hidden{{Name: "query", Value: values.Encode()}}, Cancel: address(a.view),
			Also: []ui.SubmitButton{{Label: "只换栏目，不保存", Name: "once", Value: "1"}}, Fields: []ui.Field{
				{Kind: ui.Text, Name: "name", Label: "名称", Max: 20, Short: true, Hint: "例如“红橙等级按村”"},
				{Kind: ui.Check, Name: "shared", Label: "本单位共用"},
				{Kind: ui.PickMany, Name: "columns", Label: "栏目", Options: columnOptions(a), Values: fieldsOf(a)}}},
		Saved: p.savedTable(by, saved)}
	page := ui.Page{Title: "常用视图", Kicker: letter.Punctuate(a.ledger.Label), Nav: "child", Crumbs: []ui.Crumb{{Label: "台账", Href: address(a.view)}}}
	if problem != nil {
		view.Form, page.Status = view.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "view.html", page, view)
}

// DisclosePath is where a list is asked for with what is private in clear.
const DisclosePath = ListPath + "/disclose"

// Choice is a list as another screen needs it: what it shows, its name, the
// columns to choose from and the way back.
type Choice struct {
	View    ledger.View
	Title   string
	Columns []ui.Option
	Fields  []string // the columns it has
	Back    string
}

// Choose reads the list that an address names.
func (p *Pages) Choose(tx *db.Tx, by access.Actor, q url.Values) (Choice, error) {
	a, err := p.read(tx, by, q)
	if q.Get("columns") != "" { // what is asked for is what was chosen, however the county changes its ledger
		a.view.Columns = fieldsOf(a)
	}
	return Choice{View: a.view, Title: letter.Punctuate(a.ledger.Label), Columns: columnOptions(a), Fields: fieldsOf(a), Back: address(a.view)}, err
}

// WithColumns gives an address with columns; reading it brings them into order.
func WithColumns(q url.Values, keys []string) url.Values {
	out := maps.Clone(q)
	out.Set("columns", strings.Join(keys, ","))
	return out
}

// columnOptions offers the ledger's columns as the county calls and orders them, then what else files hold.
func columnOptions(a asked) (out []ui.Option) {
	for _, c := range a.own {
		out = append(out, ui.Option{Value: c.Field, Label: letter.Punctuate(c.Head())})
	}
	for _, f := range ledger.Fields() {
		if !slices.ContainsFunc(a.own, func(c rule.Column) bool { return c.Field == f.Key }) {
			out = append(out, ui.Option{Value: f.Key, Label: letter.Punctuate(f.Label)})
		}
	}
	return out
}

func fieldsOf(a asked) (out []string) {
	for _, c := range a.ledger.Columns {
		out = append(out, c.Field)
	}
	return out
}

func (p *Pages) savedTable(by access.Actor, saved []ledger.Saved) ui.Table {
	t := ui.Table{ID: "saved", Caption: "已保存的视图", Columns: []ui.Column{{Label: "名称", Wide: true}, {Label: "保存人"}, {Label: "保存时间", Slim: true}, {Label: "操作", Tools: true}},
		Empty: ui.Empty{Title: "还没有保存的视图", Text: "在台账上选好条件、排序和分组，再在这里保存，以后一点就开。"}}
	for _, s := range saved {
		row := ui.Row{Label: s.Name, Cells: []ui.Cell{ui.Link(s.Name, ListPath+"?"+s.Query), {Text: s.ByName}, ui.T(civil.FormatTime(s.Made.Time())), {}}}
		if s.Shared != 0 {
			row.Cells[1].Sub = "本单位共用"
		}
		if s.Owner == by.User {
			row.Cells[3].Actions = []ui.Action{{Label: "删除", Post: ViewPath + "/" + ref.Format(s.ID) + "/drop", Icon: "trash", Danger: true}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// SaveView keeps a view, or only shows the list with other columns.
func (p *Pages) SaveView(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	q, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil {
		return errs.New(errs.Invalid, "条件不完整，请从台账重新打开。")
	}
	a, err := p.read(p.DB.Reader(), by, WithColumns(q, r.PostForm["columns"]))
	if err != nil {
		return err
	}
	v := a.view
	if r.PostFormValue("once") != "" {
		http.Redirect(w, r, address(v), http.StatusSeeOther)
		return nil
	}
	err = p.DB.Write(r.Context(), func(tx *db.Tx) error {
		_, err := p.Desk.Save(r.Context(), tx, by, r.PostFormValue("name"), r.PostFormValue("shared") != "", v)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.viewForm(w, r, by, v.Values(), err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, address(v), ui.Done, "视图已保存，列在筛选条件的上方。")
	return nil
}

// DropView removes a saved view.
func (p *Pages) DropView(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := ref.Parse[ref.View](r.PathValue("id"))
	if err != nil {
		return errs.Missing()
	}
	err = p.DB.Write(r.Context(), func(tx *db.Tx) error { return p.Desk.Drop(r.Context(), tx, by, id) })
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, ViewPath, ui.Done, "视图已删除。")
	return nil
}

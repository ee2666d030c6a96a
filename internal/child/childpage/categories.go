package childpage

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type categoriesView struct {
	Held     ui.Table
	Proposed []proposedView
	Form     ui.Form
}

// proposedView is a category which the file suggests, with why.
type proposedView struct {
	Label  string
	Points []pointView
	Needs  string // what proves it
	Choose ui.Action
}

// pointView is a condition of a rule, and whether the file fulfils it.
type pointView struct {
	Words string
	Held  bool
}

// Categories enters a child into categories and leads out of them; it says
// which conditions of the county's rules the file fulfils.
func (p *Pages) Categories(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	f, err := p.opened(r, by, id)
	if err != nil {
		return err
	}
	return p.showCategories(w, r, by, f, r.URL.Query().Get("category"), nil, nil)
}

func (p *Pages) showCategories(w http.ResponseWriter, r *http.Request, by access.Actor, f child.File, chosen string, t *typed, failed error) error {
	tx := p.DB.Reader()
	on := today(tx)
	held, err := p.Cabinet.Belongings(r.Context(), tx, by, f.ID)
	if err != nil {
		return err
	}
	view := categoriesView{Form: p.enterForm(f, on, chosen)}
	facts := p.Cabinet.Facts(f.Child, f.Dossier, on)
	if view.Held, err = p.heldTable(f.Child, held, facts, on); err != nil {
		return err
	}
	if f.Revealed {
		if view.Proposed, err = p.proposed(f.Child, facts, on); err != nil {
			return err
		}
	}
	page := ui.Page{Title: "对象类别", Kicker: NameOf(f.Child) + "的档案", Nav: "child", Crumbs: crumbs(ui.Crumb{Label: NameOf(f.Child), Href: Path(f.ID)})}
	if t != nil {
		view.Form, page.Status = shown(view.Form, *t, punctuated(failed)), ui.Status(failed)
	}
	return p.UI.Page(w, r, by, "categories.html", page, view)
}

func (p *Pages) enterForm(f child.File, on civil.Date, chosen string) ui.Form {
	var options []ui.Option
	for _, c := range p.Cabinet.Book().PickCategories(on) {
		if !f.Holds(c.ID) {
			options = append(options, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
		}
	}
	pick := ui.Field{Kind: ui.Pick, Name: "category", Label: "列入类别", Value: chosen, Required: true, Blank: "请选择", Options: options}
	evidence, started := area("evidence", "依据", ""), date("started", "列入日期", on, on)
	evidence.Required, evidence.Hint, evidence.Rows = true, "例如：残疾人证、判决书、村委会证明、入户走访所见。只对查看隐私内容的人显示。", 2
	return ui.Form{Action: act(f.ID, "/categories"), Submit: "列入", Cancel: Path(f.ID), Guard: true, Parts: []ui.Part{
		{Title: "列入类别", Fields: []ui.Field{pick, started, evidence}}}}
}

// heldTable lists what the child belongs to now, and what suggests the end.
func (p *Pages) heldTable(c child.Child, held []child.Belonging, facts rule.Facts, on civil.Date) (ui.Table, error) {
	t := ui.Table{ID: "held", Caption: "现在列入的类别", Columns: []ui.Column{{Label: "类别", Wide: true}, {Label: "列入日期", Slim: true}, {Label: "提示"}, {Label: "操作", Tools: true, Slim: true}}}
	for _, h := range held {
		if !h.Ended.IsZero() {
			continue
		}
		id := h.Category.Category
		hint := ui.Cell{}
		if category, ok := p.Cabinet.Book().Category(id, on); ok {
			ends, err := category.Ends(facts)
			if err != nil {
				return t, err
			}
			if ends.Held {
				hint = ui.Cell{Tag: &ui.Tag{State: ui.Uncertain, Label: "可能应当退出"}, Sub: strings.Join(endWords(category, ends), "；")}
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(p.categoryLabel(id, on)), ui.T(h.Started.String()), hint,
			{Actions: []ui.Action{{Label: "退出", Href: leavePath(c, id), Icon: "minus-circle"}}}}})
	}
	return t, nil
}

func leavePath(c child.Child, category string) string {
	return act(c.ID, "/categories/"+category+"/leave")
}

// endWords says what suggests the end of a category.
func endWords(c rule.Category, v rule.Verdict) []string {
	var out []string
	for i, cond := range v.Conditions {
		switch {
		case !cond.Held:
		case i < len(c.Exit):
			out = append(out, letter.Punctuate(c.Exit[i].Words()))
		default:
			out = append(out, "已满"+strconv.Itoa(c.Until)+"周岁")
		}
	}
	return out
}

// proposed are the categories whose conditions the file fulfils and which it is not in.
func (p *Pages) proposed(c child.Child, facts rule.Facts, on civil.Date) ([]proposedView, error) {
	var out []proposedView
	for _, category := range p.Cabinet.Book().PickCategories(on) {
		if c.Holds(category.ID) || slices.ContainsFunc(category.Codes, c.Holds) {
			continue
		}
		v, err := category.Judge(facts)
		if err != nil {
			return nil, err
		}
		if !v.Held {
			continue
		}
		view := proposedView{Label: letter.Punctuate(category.Label), Needs: letter.Punctuate(strings.Join(category.Evidence, "、")),
			Choose: ui.Action{Label: "选择这一类", Href: act(c.ID, "/categories?category="+category.ID), Icon: "plus"}}
		for i, cond := range v.Conditions {
			view.Points = append(view.Points, pointView{letter.Punctuate(category.Proposing()[i].Words()), cond.Held})
		}
		out = append(out, view)
	}
	return out, nil
}

// Enter puts the child into a category.
func (p *Pages) Enter(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	t, err := read(r)
	if err != nil {
		return err
	}
	n := child.NewCategory{ID: t.line("category"), Started: t.date("started"), Evidence: t.text("evidence"), Source: "form"}
	t.wrong.Check(n.ID != "", "category", "请选择类别。")
	t.wrong.Check(n.Evidence != "", "evidence", "请写明依据，例如残疾人证、入户走访所见。")
	t.wrong.Check(!n.Started.After(today(p.DB.Reader())), "started", "列入日期晚于今天，请核对。")
	var f child.File
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		f, err = p.Cabinet.Show(ctx, tx, by, id)
		if err == nil {
			err = t.wrong.Err()
		}
		if err == nil {
			err = p.fits(ctx, tx, by, f, n)
		}
		if err == nil {
			err = p.Cabinet.Enter(ctx, tx, by, id, n)
		}
		return err
	})
	if again(err) {
		return p.showCategories(w, r, by, f, n.ID, &t, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id)+"#categories", ui.Done, "已列入。")
	return nil
}

// fits asks whether the file fulfils what the county requires of a category.
func (p *Pages) fits(ctx context.Context, tx *db.Tx, by access.Actor, f child.File, n child.NewCategory) error {
	category, ok := p.Cabinet.Book().Category(n.ID, today(tx))
	if !ok {
		return nil // Enter says so
	}
	dossiers, err := p.Cabinet.Dossiers(ctx, tx, by, []ref.Child{f.ID})
	if err != nil {
		return err
	}
	v, err := category.MayEnter(p.Cabinet.Facts(f.Child, dossiers[f.ID], today(tx)))
	if err != nil || v.Held {
		return err
	}
	var missing []string
	for i, cond := range v.Conditions {
		if !cond.Held {
			missing = append(missing, category.Entering()[i].Words())
		}
	}
	wrong := errs.Fields{}
	wrong.Check(false, "category", "档案里的情况还不符合“"+letter.Punctuate(category.Label)+"”的条件："+letter.Punctuate(strings.Join(missing, "；"))+"。请先核实并修改档案，再列入。")
	return wrong.Err()
}

// Leave asks why the child leaves a category.
func (p *Pages) Leave(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	c, err := p.Cabinet.Get(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	if !c.Holds(r.PathValue("category")) {
		return errs.Missing()
	}
	return p.showLeave(w, r, by, c, nil, nil)
}

func (p *Pages) showLeave(w http.ResponseWriter, r *http.Request, by access.Actor, c child.Child, t *typed, failed error) error {
	category := r.PathValue("category")
	reasons := slices.DeleteFunc(barOptions(child.LeaveReasons), func(o ui.Option) bool { return o.Value == "import" || o.Value == "closed" })
	form := ui.Form{Action: leavePath(c, category), Submit: "退出该类别", Cancel: Path(c.ID), Fields: []ui.Field{
		{Kind: ui.Radios, Name: "why", Label: "为什么退出", Required: true, Options: reasons}},
		Warning: "退出后不再列入这一类的台账和统计；经过保留在档案里。"}
	return p.showForm(w, r, by, c, "退出“"+p.categoryLabel(category, today(p.DB.Reader()))+"”", form, t, failed)
}

// LeaveDone ends a category.
func (p *Pages) LeaveDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	t, err := read(r)
	if err != nil {
		return err
	}
	why := t.line("why")
	t.wrong.Check(why != "", "why", "请选择退出的原因。")
	var c child.Child
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		if c, err = p.Cabinet.Get(ctx, tx, by, id); err != nil {
			return err
		}
		if err := t.wrong.Err(); err != nil {
			return err
		}
		return p.Cabinet.Leave(ctx, tx, by, id, r.PathValue("category"), why)
	})
	if again(err) && c.ID != 0 {
		return p.showLeave(w, r, by, c, &t, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id)+"#categories", ui.Done, "已退出。")
	return nil
}

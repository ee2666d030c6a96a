package planpage

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/plan"
	"weibao/internal/ui"
)

// previewView is what an amendment would do, before it is done.
type previewView struct {
	Figures ui.Figures
	Notes   []ui.Note
	Form    ui.Form
	Table   ui.Table
}

const (
	stepField   = "step"
	stepConfirm = "confirm"
	stepReturn  = "return"
)

// confirmed: the person has seen what would change and wants it.
func confirmed(form url.Values) bool {
	return slices.Contains(form[stepField], stepConfirm) && !returned(form)
}

// returned: the form is wanted again, with what was typed, or with another row.
func returned(form url.Values) bool {
	return slices.Contains(form[stepField], stepReturn) || form.Get("more") != ""
}

// errRehearsed takes back a change that was only tried.
var errRehearsed = errors.New("planpage: rehearsed")

// rehearsed does a change, and takes it back unless it is confirmed: a preview made by the change itself cannot
// promise anything else than what will be done.
func (p *Pages) rehearsed(r *http.Request, change func(ctx context.Context, tx *db.Tx) error) error {
	err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
		err := change(ctx, tx)
		if err == nil && !confirmed(r.PostForm) {
			err = errRehearsed
		}
		return err
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// preview shows what would change for whom, and carries the form along.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request, by access.Actor, v plan.Plan, title string, done plan.Changes) error {
	c, err := p.Desk.Context(r.Context(), p.DB.Reader(), by, v)
	if err != nil {
		return err
	}
	form := ui.Form{Action: r.URL.Path, Submit: "确认并下发", Also: []ui.SubmitButton{{Label: "返回修改", Name: stepField, Value: stepReturn}}}
	names := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.PostForm[name] {
			if name != stepField && name != "more" {
				form.Hidden = append(form.Hidden, ui.Hidden{Name: name, Value: value})
			}
		}
	}
	form.Hidden = append(form.Hidden, ui.Hidden{Name: stepField, Value: stepConfirm})
	page := ui.Page{Title: "调整预览", Kicker: title, Nav: "plan", Crumbs: planCrumbs(v), Lead: "核对下面的变化。确认后各单位的待办立即随之变化，并留有记录。", More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "preview.html", page, previewView{Figures: changeFigures(done), Notes: changeNotes(done), Form: form, Table: changeTable(c, done)})
}

func changeFigures(done plan.Changes) ui.Figures {
	return ui.Figures{Items: []ui.Figure{
		{Label: plan.StepGiven, Value: number(done.Given), Unit: "件", Definition: "由另一个单位接着办"},
		{Label: plan.StepMoved, Value: number(done.Moved), Unit: "件"},
		{Label: plan.StepOpened, Value: number(done.Opened), Unit: "件"},
		{Label: plan.StepCancelled, Value: number(done.Cancelled), Unit: "件", Definition: "未办结的不再办理"},
	}}
}

func changeNotes(done plan.Changes) []ui.Note {
	late := 0
	for _, s := range done.Steps {
		if s.Late {
			late++
		}
	}
	var out []ui.Note
	if done.Opened+done.Moved+done.Given+done.Cancelled == 0 {
		out = append(out, ui.Note{Tone: ui.Info, Title: "责任事项没有变动", Text: "只修改任务的文字、指标等内容，各单位的待办不变。"})
	}
	if late > 0 {
		out = append(out, ui.Note{Tone: ui.Warn, Title: number(late) + "件的时限已经过去", Text: "确认后立即计为超期。可以返回修改时限。"})
	}
	return out
}

// stepOrder puts what changes before what stays.
var stepOrder = []string{plan.StepGiven, plan.StepMoved, plan.StepOpened, plan.StepCancelled, plan.StepKept}

func changeTable(c plan.Context, done plan.Changes) ui.Table {
	t := ui.Table{ID: "changes", Caption: "各单位的变化", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "角色", Slim: true}, {Label: "变化", Slim: true}, {Label: "原时限"}, {Label: "调整后"}, {Label: "事项", Quiet: true}},
		Empty: ui.Empty{Title: "没有责任事项", Text: "这项任务没有要下发的事项，请返回检查责任单位和时限。"}}
	steps := slices.Clone(done.Steps)
	slices.SortStableFunc(steps, func(a, b plan.Step) int { return slices.Index(stepOrder, a.What) - slices.Index(stepOrder, b.What) })
	for _, s := range steps {
		unit := ui.T(c.Register.Name(s.Unit))
		if s.From != 0 {
			unit.Sub = "原由" + c.Register.Name(s.From) + "办理"
		}
		row := ui.Row{Cells: []ui.Cell{unit, ui.T(s.Role), ui.T(s.What), ui.T(orDash(s.Was)), ui.T(orDash(s.Now)), ui.T(s.Title)}}
		if s.Late {
			row.Near, row.Cells[4].Sub = ui.Overdue, "时限已过"
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

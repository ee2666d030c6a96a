package emergencypage

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type formView struct {
	First ui.Note
	Table *ui.Table // checklists that were begun already
	Form  ui.Form
}

// Start asks which checklist is begun.
func (p *Pages) Start(s Source) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showStart(w, r, by, s, nil)
	}
}

func (p *Pages) thing(r *http.Request, tx *db.Tx, by access.Actor, s Source) (Thing, int64, error) {
	id, err := pathID[ref.Duty](r, s.Subject) // any id
	if err != nil {
		return Thing{}, 0, err
	}
	t, err := s.Of(r.Context(), tx, by, int64(id))
	return t, int64(id), err
}

func (p *Pages) showStart(w http.ResponseWriter, r *http.Request, by access.Actor, s Source, problem error) error {
	tx := p.DB.Reader()
	t, id, err := p.thing(r, tx, by, s)
	if err != nil {
		return err
	}
	runs, err := p.Desk.On(r.Context(), tx, emergency.About{Kind: s.Subject, ID: id})
	if err != nil {
		return err
	}
	back := strings.TrimSuffix(r.URL.Path, "/emergency")
	lists, proposed, err := p.lists(r.Context(), tx, t)
	if err != nil {
		return err
	}
	duty, err := p.onDuty(r.Context(), tx, by, t.Region)
	if err != nil {
		return err
	}
	form := ui.Form{Action: r.URL.Path, Submit: "启动清单", Cancel: back, Fields: []ui.Field{
		{Kind: ui.Radios, Name: "list", Label: "发生了什么", Required: true, Options: lists, Value: proposed},
		{Kind: ui.TextArea, Name: "brief", Label: "给办理单位的说明", Required: true, Value: t.Brief, Max: 500, Rows: 3, Hint: "孩子现在在哪里、和谁在一起、联系谁。各单位只看到这段说明和自己的步骤。不要写受侵害的经过。"}}}
	page := ui.Page{About: t.Child, Title: "启动应急清单", Nav: cmp.Or(t.Nav, "casework"), Crumbs: []ui.Crumb{{Label: t.Title, Href: back}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	view := formView{First: first(duty), Form: form}
	if len(runs) > 0 {
		table := ui.Table{ID: "runs", Caption: "已启动的清单", Columns: []ui.Column{{Label: "清单", Wide: true}, {Label: "启动时间", Slim: true}}}
		for _, run := range runs {
			table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{ui.Link(letter.Punctuate(run.Label), Path(run.ID)), ui.T(civil.FormatTime(run.At.Time()))}})
		}
		view.Table = &table
	}
	return p.UI.Page(w, r, by, "start.html", page, view)
}

// lists are the checklists that can be begun: what the plan of a public event
// under way asks for stands first. The one for what was told is proposed.
func (p *Pages) lists(ctx context.Context, tx *db.Tx, t Thing) (out []ui.Option, proposed string, err error) {
	list, err := p.Desk.Lists(ctx, tx, t.Region)
	out = make([]ui.Option, len(list))
	for i, c := range list {
		out[i] = ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label), Hint: letter.Punctuate(c.First)}
		if c.Event != "" {
			out[i].Hint = "正在执行的预案“" + letter.Punctuate(c.Event) + "”使用。" + out[i].Hint
		}
		if proposed == "" && slices.Contains(c.Situations, t.Situation) {
			proposed = c.ID
		}
	}
	return out, proposed, err
}

// StartDone begins the checklist.
func (p *Pages) StartDone(s Source) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		if err := r.ParseForm(); err != nil {
			return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
		}
		var run emergency.RunID
		err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
			t, id, err := p.thing(r, tx, by, s)
			if err != nil {
				return err
			}
			run, err = p.Desk.Begin(ctx, tx, by, emergency.Start{About: emergency.About{Kind: s.Subject, ID: id}, Child: t.Child, Region: t.Region, List: r.PostForm.Get("list"), Brief: r.PostForm.Get("brief")})
			return err
		})
		if errs.Is(err, errs.Invalid) {
			return p.showStart(w, r, by, s, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, Path(run), ui.Done, "清单已启动，各步骤已下达，时限开始计算。")
		return nil
	}
}

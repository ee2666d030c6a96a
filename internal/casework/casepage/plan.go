package casepage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type planView struct {
	Notes []ui.Note
	Form  ui.Form
}

// sides are the dimensions of a plan: those that were judged, and those that
// have a goal all the same.
func sides(r casework.Record) []casework.Side {
	out := append([]casework.Side{}, r.Judged.Sides...)
	for _, g := range r.Goals {
		known := false
		for _, s := range out {
			known = known || s.ID == g.Side
		}
		if !known {
			out = append(out, casework.Side{ID: g.Side, Label: g.Label, Clear: true})
		}
	}
	return out
}

// Plan is the form of the care plan.
func (p *Pages) Plan(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showPlan(w, r, by, nil)
}

func (p *Pages) showPlan(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	rec, err := p.Desk.Plan(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	if rec.Closed != 0 {
		return errs.New(errs.Conflict, "个案已经结案，不能再改。")
	}
	units, err := p.UnitChoices(r.Context(), tx, by)
	if err != nil {
		return err
	}
	form := p.planForm(rec, units, problem != nil)
	page := ui.Page{About: rec.Child.ID, Title: "服务方案", Kicker: rec.Number, Nav: "casework", Crumbs: crumbs(ui.Crumb{Label: rec.Number, Href: Path(id)}), Lead: "需要关注的每个维度都要有目标，方案才能确定。"}
	view := planView{}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		form.Hidden = []ui.Hidden{{Name: "version", Value: strconv.FormatInt(rec.Version, 10)}} // he has seen what was saved meanwhile
		if seen, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64); seen != rec.Version {
			view.Notes = append(view.Notes, ui.Note{Tone: ui.Warn, Title: rec.SavedBy + "在" + civil.FormatTime(rec.Saved.Time()) + "保存过服务方案",
				Text: "您填写的内容还在下面，没有丢失，也还没有保存。每项下面写着已保存的内容，请对照修改后再保存。"})
		}
	}
	if name, since, locked := rec.Lock(by, tx.Now); locked {
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Warn, Title: name + "正在修改服务方案", Text: civil.FormatTime(since.Time()) + "开始。对方保存或者半小时后，您才能保存。"})
	}
	if !rec.Assessed {
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Title: "还没有风险评估", Text: "评估后，这里按评估的维度列出目标。", Link: &ui.Crumb{Label: "去评估", Href: "/children/" + ref.Format(rec.Case.Child) + "/assess"}})
	}
	view.Form = form
	return p.UI.Page(w, r, by, "plan.html", page, view)
}

// planForm makes a part for each dimension. Stale shows beside each field what
// is saved now.
func (p *Pages) planForm(rec casework.Record, units []ui.Option, stale bool) ui.Form {
	form := ui.Form{Action: Path(rec.ID) + "/plan", Submit: "保存方案", Cancel: Path(rec.ID), Guard: true, Wide: true, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(rec.Version, 10)}}}
	for _, s := range append(sides(rec), casework.Side{ID: "other", Label: "其他", Clear: true}) {
		var have casework.Set
		for _, g := range rec.Goals {
			if g.Side == s.ID {
				have = g
			}
		}
		part := ui.Part{Title: letter.Punctuate(s.Label), Text: "评估中没有发现问题，可以不写。"}
		if !s.Clear {
			part.Text = "评估中需要关注，必须有目标。"
		}
		unit, due := "", ""
		if have.Unit != 0 {
			unit, due = ref.Format(have.Unit), have.Due.String()
		}
		hint := ""
		if stale && have.Text != "" {
			hint = "已保存的是：" + have.Text
		}
		part.Fields = []ui.Field{
			{Kind: ui.TextArea, Name: "text." + s.ID, Label: "目标", Value: have.Text, Max: 500, Rows: 2, Required: !s.Clear, Hint: hint},
			{Kind: ui.TextArea, Name: "ways." + s.ID, Label: "措施", Value: have.Ways, Max: 1000, Rows: 2},
			{Kind: ui.Pick, Name: "unit." + s.ID, Label: "负责单位", Value: unit, Blank: "请选择单位", Options: units},
			{Kind: ui.Date, Name: "due." + s.ID, Label: "达成日期", Value: due, Short: true},
			{Kind: ui.Select, Name: "state." + s.ID, Label: "状态", Value: have.State, Blank: "进行中", Short: true, Options: []ui.Option{{Value: casework.GoalMet, Label: "已达成"}, {Value: casework.GoalDropped, Label: "不再需要"}}},
			{Kind: ui.TextArea, Name: "result." + s.ID, Label: "结果", Value: have.Result, Max: 500, Rows: 2, Hint: "已达成或者不再需要的，写明结果或原因。"},
		}
		form.Parts = append(form.Parts, part)
	}
	return form
}

func readPlan(form url.Values, rec casework.Record) ([]casework.GoalIn, error) {
	f := errs.Fields{}
	var out []casework.GoalIn
	for _, s := range append(sides(rec), casework.Side{ID: "other", Label: "其他"}) {
		in := casework.GoalIn{Side: s.ID, Label: s.Label, Text: form.Get("text." + s.ID), Ways: form.Get("ways." + s.ID), State: form.Get("state." + s.ID), Result: form.Get("result." + s.ID)}
		if in.State != casework.GoalMet && in.State != casework.GoalDropped {
			in.State = casework.GoalOpen
		}
		if v := form.Get("unit." + s.ID); v != "" {
			u, err := ref.Parse[ref.Unit](v)
			f.Check(err == nil, "unit."+s.ID, "请从列表中选择单位。")
			in.Unit = u
		}
		if v := form.Get("due." + s.ID); v != "" {
			d, err := civil.Parse(v)
			f.Check(err == nil, "due."+s.ID, "日期请写成2026-11-22的样子。")
			in.Due = d
		}
		if strings.TrimSpace(in.Text) == "" && in.Ways == "" && in.Result == "" {
			continue
		}
		out = append(out, in)
	}
	return out, f.Err()
}

// PlanDone saves the care plan.
func (p *Pages) PlanDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	seen, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64) // none is outdated
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		rec, err := p.Desk.Plan(ctx, tx, by, id)
		if err != nil {
			return err
		}
		goals, err := readPlan(r.PostForm, rec)
		if err != nil {
			return err
		}
		return p.Desk.Save(ctx, tx, by, id, seen, goals)
	})
	if errs.Is(err, errs.Invalid) {
		return p.showPlan(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, "服务方案已保存。")
	return nil
}

// Edit keeps the plan for the actor and leads to its form.
func (p *Pages) Edit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.plain(w, r, p.edit(by, p.Desk.Edit), "/plan", "其他人在您保存前不能修改，半小时后自动解除。")
}

// Leave lets others edit the plan.
func (p *Pages) Leave(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.plain(w, r, p.edit(by, p.Desk.Leave), "", "已解除锁定。")
}

// Confirm makes the plan the one that holds.
func (p *Pages) Confirm(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.plain(w, r, p.edit(by, p.Desk.Confirm), "", "服务方案已确定，复评时间已排好。")
}

func (p *Pages) edit(by access.Actor, do func(context.Context, *db.Tx, access.Actor, ref.Case) error) func(context.Context, *db.Tx, ref.Case) error {
	return func(ctx context.Context, tx *db.Tx, id ref.Case) error { return do(ctx, tx, by, id) }
}

// Part takes somebody out of the team.
func (p *Pages) Part(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	member, err := ref.Parse[casework.MemberID](r.URL.Query().Get("member"))
	if err != nil {
		return errs.Missing()
	}
	return p.plain(w, r, func(ctx context.Context, tx *db.Tx, id ref.Case) error { return p.Desk.Part(ctx, tx, by, id, member) }, "", "已退出个案组，个案不再对其显示。")
}

// plain does an act that needs no words.
func (p *Pages) plain(w http.ResponseWriter, r *http.Request, do func(context.Context, *db.Tx, ref.Case) error, tail, said string) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id)+tail, ui.Done, said)
	return nil
}

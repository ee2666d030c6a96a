package planpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type amendView struct{ Edit editView }

// Amend is the form that corrects a task after issue.
func (p *Pages) Amend(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.amendPage(w, r, by, nil)
}

func (p *Pages) amendPage(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[ref.Task](r, "task")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	v, t, err := p.Desk.Task(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	c, err := p.Desk.Context(r.Context(), tx, by, v)
	if err != nil {
		return err
	}
	edit := editor(c, t)
	edit.Action, edit.Cancel, edit.Reason, edit.Submit = taskPath(id)+"/amend", taskPath(id), true, "下一步：查看影响"
	return p.amending(w, r, by, v, "调整任务："+t.Title, edit, problem)
}

func (p *Pages) amending(w http.ResponseWriter, r *http.Request, by access.Actor, v plan.Plan, title string, edit editView, problem error) error {
	page := ui.Page{Title: title, Nav: "plan", Crumbs: planCrumbs(v), Lead: "改动的单位和时限会同步到已下发的事项，已办结的不受影响。每次调整都留有记录。", Scripts: []string{"plan-review"}}
	if r.Method == http.MethodPost {
		edit.refill(r.PostForm)
	}
	if problem != nil {
		edit.Problem, page.Status = message(problem), http.StatusUnprocessableEntity
	}
	return p.UI.Page(w, r, by, "amend.html", page, amendView{edit})
}

// message gives what is wrong in one line.
func message(err error) string {
	e, ok := err.(*errs.Error)
	if !ok {
		return "没有保存，请检查后重试。"
	}
	for _, m := range e.Fields {
		return m
	}
	return e.Message
}

// AmendDone shows what an amendment would do, and does it when that is confirmed.
func (p *Pages) AmendDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Task](r, "task")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "表单没有传完整，请重新提交。")
	}
	v, t, err := p.Desk.Task(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	if returned(r.PostForm) {
		return p.amendPage(w, r, by, nil)
	}
	in, err := readInput(r.PostForm, t)
	var done plan.Changes
	if err == nil {
		err = p.rehearsed(r, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = p.Desk.Amend(ctx, tx, by, id, in, r.PostFormValue("reason"))
			return err
		})
	}
	switch {
	case errs.Is(err, errs.Invalid):
		return p.amendPage(w, r, by, err)
	case err != nil:
		return err
	case !confirmed(r.PostForm):
		return p.preview(w, r, by, v, "调整任务：“"+t.Title+"”", done)
	}
	ui.RedirectWith(w, r, taskPath(id), ui.Done, "任务已调整："+done.Words()+"。")
	return nil
}

// Withdraw asks why a task is taken back.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.withdrawPage(w, r, by, nil)
}

func (p *Pages) withdrawPage(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[ref.Task](r, "task")
	if err != nil {
		return err
	}
	v, t, err := p.Desk.Task(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	form := ui.Form{Action: taskPath(id) + "/withdraw", Submit: "撤回任务", Danger: true, Cancel: taskPath(id), Warning: "各单位未办结的事项全部撤销，以后各期不再下达；已办结的保留。不能恢复，需要时可以增补任务。",
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "撤回的原因或依据", Required: true, Max: 500, Rows: 3}}}
	page := ui.Page{Title: "撤回任务：" + t.Title, Nav: "plan", Crumbs: planCrumbs(v)}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), http.StatusUnprocessableEntity
	}
	return p.UI.Page(w, r, by, "form.html", page, formView{Form: form})
}

// WithdrawDone takes a task back.
func (p *Pages) WithdrawDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Task](r, "task")
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Withdraw(ctx, tx, by, id, r.PostFormValue("reason"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.withdrawPage(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, taskPath(id), ui.Done, "任务已撤回。")
	return nil
}

// Add is the form of a task that joins an issued plan.
func (p *Pages) Add(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.addPage(w, r, by, nil)
}

func (p *Pages) addPage(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	v, done, err := p.issued(w, r, by)
	if err != nil || done {
		return err
	}
	c, err := p.Desk.Context(r.Context(), p.DB.Reader(), by, v)
	if err != nil {
		return err
	}
	edit := editor(c, plan.Task{})
	edit.Action, edit.Cancel, edit.Reason, edit.Submit = planPath(v.ID)+"/add", planPath(v.ID)+"/tasks", true, "下一步：查看影响"
	return p.amending(w, r, by, v, "增补任务", edit, problem)
}

// AddDone adds a task and gives it to its units.
func (p *Pages) AddDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "表单没有传完整，请重新提交。")
	}
	if returned(r.PostForm) {
		return p.addPage(w, r, by, nil)
	}
	in, err := readInput(r.PostForm, plan.Task{})
	var task ref.Task
	var done plan.Changes
	if err == nil {
		err = p.rehearsed(r, func(ctx context.Context, tx *db.Tx) (err error) {
			task, done, err = p.Desk.AddIssued(ctx, tx, by, id, in, r.PostFormValue("reason"))
			return err
		})
	}
	switch {
	case errs.Is(err, errs.Invalid):
		return p.addPage(w, r, by, err)
	case err != nil:
		return err
	case !confirmed(r.PostForm):
		v, err := p.Desk.Get(r.Context(), p.DB.Reader(), by, id)
		if err != nil {
			return err
		}
		return p.preview(w, r, by, v, "增补任务：“"+in.Title+"”", done)
	}
	ui.RedirectWith(w, r, taskPath(task), ui.Done, "任务已增补并下发。")
	return nil
}

// Close asks before a plan is ended.
func (p *Pages) Close(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, done, err := p.issued(w, r, by)
	if err != nil || done {
		return err
	}
	form := ui.Form{Action: planPath(v.ID) + "/close", Submit: "结束方案", Danger: true, Cancel: planPath(v.ID), Warning: "周期事项不再产生新的一期；已下达、未办结的仍需办结。"}
	return p.UI.Page(w, r, by, "form.html", ui.Page{Title: "结束方案：" + v.Title, Nav: "plan", Crumbs: planCrumbs(v)}, formView{Form: form})
}

// CloseDone ends a plan.
func (p *Pages) CloseDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Close(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, planPath(id), ui.Done, "方案已结束。")
	return nil
}

// Copy makes next year's draft from a plan.
func (p *Pages) Copy(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	var next ref.Plan
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		var err error
		next, err = p.Desk.Copy(ctx, tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, reviewPath(next), ui.Done, "已编制下年方案的草稿：日期顺延一年，单位不变。请逐项审核后下发。")
	return nil
}

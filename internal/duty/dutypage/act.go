package dutypage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// Sign takes notice of a duty.
func (p *Pages) Sign(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.simple(w, r, by, p.Kernel.Sign, "已签收。")
}

// Resume lets a paused clock run again.
func (p *Pages) Resume(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.simple(w, r, by, p.Kernel.Resume, "已恢复计时。")
}

func (p *Pages) simple(w http.ResponseWriter, r *http.Request, by access.Actor,
	do func(context.Context, *db.Tx, access.Actor, ref.Duty) error, said string) error {
	id, err := pathID[ref.Duty](r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, by, id) })
	if err != nil {
		return err
	}
	to := showPath(id)
	if back := r.URL.Query().Get("back"); back != "" {
		to = ui.Local(back)
	}
	ui.RedirectWith(w, r, to, ui.Done, said)
	return nil
}

type askView struct{ Confirm ui.Confirm }

// act is an act on one duty that needs words first: its form, and what it does.
type act struct {
	tail   string // route tail
	title  string
	text   string // what will happen
	danger bool
	said   string
	fields func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty) ([]ui.Field, error)
	do     func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error
}

func reasonField(label string) ui.Field {
	return ui.Field{Kind: ui.TextArea, Name: "reason", Label: label, Required: true, Max: 500, Rows: 3}
}

func onlyReason(label string) func(*Pages, context.Context, *db.Tx, access.Actor, duty.Duty) ([]ui.Field, error) {
	return func(*Pages, context.Context, *db.Tx, access.Actor, duty.Duty) ([]ui.Field, error) {
		return []ui.Field{reasonField(label)}, nil
	}
}

func reason(r *http.Request) string { return strings.TrimSpace(r.PostFormValue("reason")) }

var returning = act{tail: "return", title: "退回事项", said: "已退回，等待未保办裁定。裁定前仍由本单位负责。",
	text:   "只能退回一次。未保办将在规定时限内裁定；裁定前时限不停，裁定后为最终结果。",
	fields: onlyReason("退回的理由和依据"),
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		_, err := p.Kernel.Return(ctx, tx, by, d.ID, reason(r))
		return err
	}}

var extending = act{tail: "extend", title: "申请延期", said: "已提交延期申请，审批前原时限不变。",
	text: "未保办审批同意后，按新的日期计时。",
	fields: func(_ *Pages, _ context.Context, tx *db.Tx, _ access.Actor, d duty.Duty) ([]ui.Field, error) {
		first := civil.DateOf(max(d.Due, tx.Now).Time()).AddDays(1)
		return []ui.Field{{Kind: ui.Date, Name: "until", Label: "延期至", Required: true, Min: first.String(), Short: true,
			Hint: "现在的时限是" + civil.FormatDate(civil.DateOf(d.Due.Time()))}, reasonField("延期的理由")}, nil
	},
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		until, _ := civil.Parse(r.PostFormValue("until")) // no date is refused with its message below
		_, err := p.Kernel.Extend(ctx, tx, by, d.ID, until, reason(r))
		return err
	}}

var assigning = act{tail: "assign", title: "指定承办人", said: "已指定承办人。", text: "承办人会在自己的待办中看到这项工作。",
	fields: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, _ duty.Duty) ([]ui.Field, error) {
		people, err := p.Colleagues(ctx, tx, by)
		return []ui.Field{{Kind: ui.Pick, Name: "person", Label: "承办人", Required: true, Blank: "请选择", Options: people}}, err
	},
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		people, err := p.Colleagues(ctx, tx, by)
		if err != nil {
			return err
		}
		name, person, err := chosen[ref.User](people, r, "person", "请从本单位人员中选择承办人。")
		if err != nil {
			return err
		}
		return p.Kernel.Assign(ctx, tx, by, d.ID, person, name)
	}}

var reassigning = act{tail: "reassign", title: "改派", said: "已改派，时限不变。", text: "改派后原单位不再负责，时限继续计算，新单位需要重新签收。",
	fields: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, _ duty.Duty) ([]ui.Field, error) {
		units, err := p.UnitChoices(ctx, tx, by)
		return []ui.Field{{Kind: ui.Pick, Name: "unit", Label: "改派给", Required: true, Blank: "请选择单位", Options: units}, reasonField("改派的理由")}, err
	},
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		units, err := p.UnitChoices(ctx, tx, by)
		if err != nil {
			return err
		}
		name, unit, err := chosen[ref.Unit](units, r, "unit", "请选择改派到哪个单位。")
		if err != nil {
			return err
		}
		return p.Kernel.Reassign(ctx, tx, by, d.ID, unit, name, reason(r))
	}}

var pausing = act{tail: "pause", title: "挂起", said: "已挂起，计时停止。", text: "挂起期间不计时、不催办；恢复后时限按挂起的天数顺延。",
	fields: onlyReason("挂起的理由"),
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		return p.Kernel.Pause(ctx, tx, by, d.ID, reason(r))
	}}

var waiving = act{tail: "waive", title: "免除", said: "已免除。", danger: true, text: "免除后这项工作不再办理，责任单位的待办中不再出现，不能恢复。",
	fields: onlyReason("免除的理由"),
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		return p.Kernel.Waive(ctx, tx, by, d.ID, reason(r))
	}}

var urging = act{tail: "urge", title: "催办", said: "已催办。", text: "催办记入办理经过，责任单位会在待办中看到。",
	fields: func(*Pages, context.Context, *db.Tx, access.Actor, duty.Duty) ([]ui.Field, error) {
		f := reasonField("催办内容")
		f.Required = false
		return []ui.Field{f}, nil
	},
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, d duty.Duty, r *http.Request) error {
		return p.Kernel.Urge(ctx, tx, by, d.ID, reason(r))
	}}

// chosen reads a choice that must be one of the options shown.
func chosen[T ref.ID](options []ui.Option, r *http.Request, field, message string) (string, T, error) {
	for _, o := range options {
		if o.Value == r.PostFormValue(field) {
			id, err := ref.Parse[T](o.Value)
			return o.Label, id, err
		}
	}
	return "", 0, &errs.Error{Kind: errs.Invalid, Message: message, Fields: map[string]string{field: message}}
}

// elsewhere is the page of the slice that does an act in place of this one; "" where there is none.
func (p *Pages) elsewhere(a act, d duty.Duty) string {
	if k := p.kind(d); a.tail == returning.tail && k.Return != nil {
		return k.Return(d)
	}
	return ""
}

// ask shows the form of an act.
func (p *Pages) ask(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showAct(w, r, by, a, nil)
	}
}

// answer does the act, or shows its form again with what is wrong.
func (p *Pages) answer(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := pathID[ref.Duty](r)
		if err != nil {
			return err
		}
		elsewhere := ""
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			d, err := p.Kernel.Get(ctx, tx, by, id)
			if err != nil {
				return err
			}
			if elsewhere = p.elsewhere(a, d); elsewhere != "" {
				return nil
			}
			return a.do(p, ctx, tx, by, d, r)
		})
		if err == nil && elsewhere != "" {
			ui.Redirect(w, r, elsewhere)
			return nil
		}
		if errs.Is(err, errs.Invalid) {
			return p.showAct(w, r, by, a, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, showPath(id), ui.Done, a.said)
		return nil
	}
}

func (p *Pages) showAct(w http.ResponseWriter, r *http.Request, by access.Actor, a act, problem error) error {
	id, err := pathID[ref.Duty](r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	d, err := p.Kernel.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	if d.State != duty.Open {
		return errs.New(errs.Conflict, "这项工作"+d.State.Label()+"，不能再改。请刷新页面查看最新情况。")
	}
	if to := p.elsewhere(a, d); to != "" {
		ui.Redirect(w, r, to)
		return nil
	}
	fields, err := a.fields(p, r.Context(), tx, by, d)
	if err != nil {
		return err
	}
	form := ui.Form{Action: showPath(id) + "/" + a.tail, Fields: fields, Submit: a.title, Danger: a.danger, Cancel: showPath(id)}
	page := ui.Page{Title: a.title, Kicker: d.Title, Nav: "desk", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}, {Label: "责任事项", Href: showPath(id)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), http.StatusUnprocessableEntity
	}
	return p.UI.Page(w, r, by, "ask.html", page, askView{ui.Confirm{Title: a.title, Text: a.text, Form: form}})
}

package assessmentpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type recordView struct {
	Identity ui.Identity
	First    ui.Note
	Form     ui.Form
}

// Record shows the form for what was done: five touches for an ordinary visit.
func (p *Pages) Record(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showRecord(w, r, by, nil)
}

func (p *Pages) showRecord(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Desk.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	cares, err := p.Desk.Cares(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	today := civil.DateOf(tx.Now.Time()).String()
	yes := []ui.Option{{Value: "1", Label: "是"}, {Value: "0", Label: "否"}}
	form := ui.Form{Action: childPath(id) + "/record", Submit: "保存", Cancel: childPath(id), Guard: true, Fields: []ui.Field{
		{Kind: ui.Radios, Name: "kind", Label: "办理事项", Required: true, Options: kinds(cares), Value: first(cares)},
		{Kind: ui.Radios, Name: "seen", Label: "见到孩子", Required: true, Options: yes},
		{Kind: ui.Radios, Name: "present", Label: "监护人或照护人在场", Required: true, Options: yes},
		{Kind: ui.Radios, Name: "abnormal", Label: "有无异常", Required: true, Options: []ui.Option{{Value: "0", Label: "无"}, {Value: "1", Label: "有"}}},
		{Kind: ui.TextArea, Name: "words", Label: "情况", Max: maxWords, Rows: 3, Hint: "没有异常可以不写。有异常的写明看到的事实和已做的事，不要记录孩子受侵害的经过。"},
		{Kind: ui.Date, Name: "day", Label: "日期", Value: today, Top: today, Short: true},
	}}
	page := ui.Page{Title: "登记走访、联系", Nav: "child", Crumbs: crumbs(c), Lead: "不要求拍照、定位。"}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	note := ui.Note{Tone: ui.Warn, Title: "孩子有危险的，先拨打110", Text: "登记可以以后补。"}
	return p.UI.Page(w, r, by, "record.html", page, recordView{p.identity(c, tx.Now), note, form})
}

// kinds offers what is open first, then what can always be done.
func kinds(cares []assessment.Care) []ui.Option {
	var out []ui.Option
	seen := map[rule.CareKind]bool{rule.Reassess: true, rule.Patrol: true}
	for _, c := range cares {
		if !seen[c.Kind] && c.Kind.Label() != "" { // a step of a special list has a form of its own
			out = append(out, ui.Option{Value: string(c.Kind), Label: c.Kind.Label(), Hint: c.Due.String() + "前"})
			seen[c.Kind] = true
		}
	}
	for _, k := range []rule.CareKind{rule.Visit, rule.Contact} {
		if !seen[k] {
			out = append(out, ui.Option{Value: string(k), Label: k.Label()})
		}
	}
	return out
}

func first(cares []assessment.Care) string {
	for _, c := range cares {
		if c.Kind == rule.Visit {
			return string(rule.Visit)
		}
	}
	if options := kinds(cares); len(options) > 0 {
		return options[0].Value
	}
	return ""
}

// RecordDone takes what was done.
func (p *Pages) RecordDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	var entered ref.Record
	f := errs.Fields{}
	for _, name := range []string{"seen", "present", "abnormal"} {
		v := r.PostFormValue(name)
		f.Check(v == "0" || v == "1", name, "请选择一项。")
	}
	day, err := civil.Parse(r.PostFormValue("day"))
	f.Check(err == nil, "day", "日期请写成2026-11-22的样子。")
	if err = f.Err(); err == nil {
		in := assessment.Done{Kind: rule.CareKind(r.PostFormValue("kind")), Day: day, Seen: r.PostFormValue("seen") == "1",
			Present: r.PostFormValue("present") == "1", Abnormal: r.PostFormValue("abnormal") == "1", Words: r.PostFormValue("words")}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
			entered, err = p.Desk.Enter(ctx, tx, by, id, in)
			return err
		})
	}
	if errs.Is(err, errs.Invalid) {
		return p.showRecord(w, r, by, err)
	}
	if err != nil {
		return err
	}
	if r.PostFormValue("abnormal") == "1" && by.Can("case.open") {
		ui.RedirectWith(w, r, childPath(id)+"/case?origin=visit&of="+ref.Format(entered), ui.Warn, "异常已登记。孩子有危险的，现在就拨打110。需要持续办理的，在这里开立个案；不需要的，点“取消”回到档案。")
		return nil
	}
	ui.RedirectWith(w, r, childPath(id), ui.Done, "已登记，对应的待办已经办结，下一次的时间已排好。")
	return nil
}

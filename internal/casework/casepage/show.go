package casepage

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/referral"
	"weibao/internal/casework/referralpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/procedure"
	"weibao/internal/ui"
)

type showView struct {
	Identity  ui.Identity
	Notes     []ui.Note
	Acts      []ui.Action
	Steps     ui.Table
	Next      ui.Table
	Goals     ui.Table
	PlanActs  []ui.Action
	Referrals ui.Table
	Meetings  ui.Table
	Ready     ui.Table // what closing asks for
	Follows   *ui.Table
	Team      ui.Table
	Files     *ui.Files
	Timeline  ui.Timeline
}

// record is a case while its page is made.
type record struct {
	casework.Record
	by     access.Actor
	now    clock.Instant
	bounds duty.Bounds
	names  map[ref.Unit]string
	ready  []casework.Met
	law    procedure.Closing // by which an open case is closed
}

// Show is the record of a case for its team.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	rec, err := p.gather(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	view := showView{Identity: p.identity(rec), Notes: rec.notes(), Acts: rec.acts(), Steps: rec.steps(), Next: rec.next(), Goals: rec.goals(), PlanActs: rec.planActs(), Referrals: rec.referrals(p),
		Meetings: rec.meetings(), Ready: rec.conditions(), Team: rec.team(), Timeline: p.timeline(rec.Record, rec.names, rec.now)}
	if len(rec.Follows) > 0 {
		t := rec.follows()
		view.Follows = &t
	}
	if len(rec.Files) > 0 {
		view.Files = &ui.Files{Title: "材料"}
		for _, f := range rec.Files {
			view.Files.Items = append(view.Files.Items, ui.FileLink{Name: f.Name, Href: Path(id) + "/files/" + ref.Format(f.ID), Size: ui.Size(f.Size)})
		}
	}
	page := ui.Page{About: rec.Child.ID, Title: called(rec.Child), Kicker: rec.Number, Nav: "casework", Crumbs: crumbs(), More: []ui.Action{{Label: "儿童档案", Href: "/children/" + ref.Format(rec.Child.ID), Icon: "child"}, {Print: true}}}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func (p *Pages) gather(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) (record, error) {
	c, err := p.Desk.Show(ctx, tx, by, id)
	if err != nil {
		return record{}, err
	}
	rec := record{Record: c, by: by, now: tx.Now}
	if rec.bounds, err = p.Kernel.Bounds(ctx, tx); err != nil {
		return rec, err
	}
	if c.Closed == 0 {
		if rec.ready, rec.law, err = p.Desk.Conditions(ctx, tx, by, id); err != nil {
			return rec, err
		}
	}
	rec.names, err = p.names(ctx, tx, rec.units())
	return rec, err
}

func (rec record) units() []ref.Unit {
	ids := []ref.Unit{rec.Case.Unit}
	for _, g := range rec.Goals {
		ids = append(ids, g.Unit)
	}
	for _, m := range rec.Team {
		ids = append(ids, m.Unit)
	}
	for _, e := range rec.Events {
		ids = append(ids, e.Unit)
	}
	for _, row := range rec.Referred {
		ids = append(ids, row.Lead.Unit)
	}
	for _, m := range rec.Meetings {
		for _, a := range m.Attendees {
			ids = append(ids, a.Unit)
		}
		for _, d := range m.Decisions {
			ids = append(ids, d.Unit)
		}
	}
	for _, f := range rec.Follows {
		ids = append(ids, f.Unit)
	}
	return ids
}

func (p *Pages) identity(rec record) ui.Identity {
	level, tag := p.level(rec.Child.Level, rec.now), phaseTag(rec.Phase)
	id := ui.Identity{Title: called(rec.Child), Kind: "个案", Level: &level, Tag: &tag, Facts: []ui.Fact{{Label: "性别", Value: rec.Child.Sex.Word()}}}
	if age, ok := rec.Child.Age(civil.DateOf(rec.now.Time())); ok {
		id.Facts = append(id.Facts, ui.Fact{Label: "年龄", Value: ui.Count(age) + "周岁"})
	}
	id.Facts = append(id.Facts, ui.Fact{Label: "学校", Value: rec.Child.School}, ui.Fact{Label: "负责单位", Value: rec.names[rec.Case.Unit]},
		rec.source(), ui.Fact{Label: "开立", Value: civil.FormatTime(rec.Opened.Time()), Sub: rec.ByName})
	return id
}

func (rec record) notes() []ui.Note {
	var out []ui.Note
	if i := slices.IndexFunc(rec.Team, func(m casework.Member) bool { return m.Holder == rec.by.User && m.Role == casework.Glass }); i >= 0 {
		out = append(out, ui.Note{Tone: ui.Warn, Title: "紧急查看", Text: "您的查看在" + civil.FormatTime(rec.Team[i].Until.Time()) + "自动结束。"})
	}
	if rec.Worry {
		out = append(out, ui.Note{Tone: ui.Warn, Title: "回访发现需要关注的情况，等待核实", Text: "核实后重新开启个案，或者写明核实的结果。"})
	}
	if name, since, locked := rec.Lock(rec.by, rec.now); locked && rec.Closed == 0 {
		out = append(out, ui.Note{Tone: ui.Info, Title: name + "正在修改服务方案", Text: civil.FormatTime(since.Time()) + "开始。对方保存或者半小时后，您可以修改。"})
	}
	if rec.Pending != nil {
		out = append(out, rec.proposed())
	}
	if rec.Closed == 0 && !rec.Assessed {
		out = append(out, ui.Note{Tone: ui.Info, Title: "还没有风险评估", Text: "先评估，再按评估中需要关注的维度制定服务方案。", Link: &ui.Crumb{Label: "去评估", Href: "/children/" + ref.Format(rec.Child.ID) + "/assess"}})
	}
	for _, c := range rec.Kin {
		out = append(out, ui.Note{Tone: ui.Info, Title: "兄弟姐妹的个案", Link: &ui.Crumb{Label: c.Number, Href: Path(c.ID)}})
	}
	return out
}

// proposed says how and why somebody wants to close the case.
func (rec record) proposed() ui.Note {
	o, _ := rec.law.Outcome(rec.Pending.Outcome)
	return ui.Note{Tone: ui.Info, Title: "已提出结案，等待另一人审核：" + o.Label, Text: rec.Pending.ByName + "，" + civil.FormatTime(rec.Pending.At.Time()) + "：" + rec.Reason}
}

// lacking says which conditions of closing do not hold; nil: all do.
func (rec record) lacking() *ui.Note {
	var why []string
	for _, m := range rec.ready {
		if !m.Holds {
			why = append(why, m.Label+"："+m.Why)
		}
	}
	if len(why) == 0 {
		return nil
	}
	return &ui.Note{Tone: ui.Warn, Title: "还不具备的结案条件", Text: strings.Join(why, " ")}
}

// looks tells whether the actor only looks at the case in an emergency.
func (rec record) looks() bool {
	return !slices.ContainsFunc(rec.Team, func(m casework.Member) bool { return m.Holder == rec.by.User && m.Role != casework.Glass })
}

// acts are what the actor can do with the case now.
func (rec record) acts() []ui.Action {
	if rec.looks() {
		return nil
	}
	base := Path(rec.ID)
	var out []ui.Action
	add := func(label, href, icon string, need access.Permission, when bool) {
		if when && rec.by.Can(need) {
			out = append(out, ui.Action{Label: label, Href: href, Icon: icon})
		}
	}
	open := rec.Closed == 0
	child := "/children/" + ref.Format(rec.Child.ID)
	add("审核结案", base+"/decide", "check", "case.decide", rec.Pending != nil && rec.Pending.ByUser != rec.by.User)
	add("登记服务", base+"/service", "edit", "case.serve", open)
	add("听取孩子意见", base+"/opinion", "user", "case.serve", open)
	add("记录、添加材料", base+"/note", "file", "case.serve", open)
	add("转介给单位", base+"/refer", "send", "referral.dispatch", open)
	add("会商", base+"/confer", "meeting", "case.confer", open)
	add("应急清单", base+"/emergency", "alert", "emergency.start", open)
	add("重新评估", child+"/assess", "screen", "assessment.assess", open && rec.Assessed)
	add("加入成员", base+"/join", "plus", "case.team", open)
	add("关联兄弟姐妹", base+"/link", "link", "case.edit", open)
	add("提出结案", base+"/close", "flag", "case.close", open && rec.Pending == nil)
	add("重新开启", base+"/reopen", "undo", "case.reopen", !open)
	add("核实回访情况", base+"/calm", "check", "case.reopen", rec.Worry)
	return out
}

// steps shows the phases with what each rests on.
func (rec record) steps() ui.Table {
	t := ui.Table{ID: "steps", Caption: "办理阶段", Columns: []ui.Column{{Label: "阶段", Slim: true}, {Label: "情况", Wide: true}, {Label: "状态", Slim: true}}}
	here := slices.Index(casework.Phases, rec.Phase)
	words := map[casework.Phase]string{
		casework.Taking: rec.Why, casework.Assessing: when(rec.Facts.Assessed, "最近一次评估"), casework.Planning: when(rec.Planned, "方案确定"),
		casework.Acting: when(rec.Facts.Acted, "最近一次介入"), casework.Closing: when(rec.Closed, "结案"),
	}
	if rec.Facts.Reassessed() {
		words[casework.Reviewing] = when(rec.Facts.Assessed, "复评")
	}
	if i := slices.IndexFunc(rec.Follows, func(f casework.Follow) bool { return f.State == casework.FollowDone }); i >= 0 {
		words[casework.Following] = when(rec.Follows[i].Done, "回访")
	}
	for i, ph := range casework.Phases[:len(casework.Phases)-1] {
		state := ui.Tags(ui.Waiting, "未开始")
		switch {
		case i == here:
			state = ui.Tags(ui.Running, "正在进行")
		case i < here && words[ph] != "":
			state = ui.Tags(ui.Finished, "完成")
		case i < here:
			state = ui.Tags(ui.Ended, "未进行")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(ph.Label()), ui.T(words[ph]), state}})
	}
	return t
}

func when(at clock.Instant, what string) string {
	if at == 0 {
		return ""
	}
	return what + "：" + civil.FormatTime(at.Time())
}

// next are the open duties about the case.
func (rec record) next() ui.Table {
	t := ui.Table{ID: "next", Caption: "下一步", Columns: []ui.Column{{Label: "事项", Wide: true}, {Label: "时限", Slim: true}, {Label: "状态", Slim: true}}, Empty: ui.Empty{Title: "没有待办的事项"}}
	for _, d := range rec.Duties {
		if d.State != duty.Open {
			continue
		}
		due, tag := dutypage.Due(d, rec.bounds), dutypage.Tag(d, rec.now)
		t.Rows = append(t.Rows, ui.Row{Near: due.Near, Cells: []ui.Cell{ui.T(d.Title), ui.Dues(due), {Tag: &tag}}})
	}
	return t
}

var goalStates = map[string]ui.State{casework.GoalOpen: ui.Running, casework.GoalMet: ui.Finished, casework.GoalDropped: ui.Ended}

func (rec record) goals() ui.Table {
	t := ui.Table{ID: "goals", Caption: "服务方案", Columns: []ui.Column{{Label: "维度", Slim: true}, {Label: "目标和措施", Wide: true}, {Label: "负责单位"}, {Label: "达成日期", Slim: true}, {Label: "状态", Slim: true}},
		Empty: ui.Empty{Title: "还没有服务方案", Text: "评估中需要关注的每个维度都要有目标。"}}
	for _, g := range rec.Goals {
		sub := g.Ways
		if g.Result != "" {
			sub += "\n结果：" + g.Result
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(g.Label)), {Text: g.Text, Sub: strings.TrimSpace(sub)}, ui.T(rec.names[g.Unit]), ui.T(civil.FormatDate(g.Due)), ui.Tags(goalStates[g.State], casework.GoalLabel(g.State))}})
	}
	for _, s := range rec.Lacking {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(s.Label)), ui.T("还没有目标"), ui.T(""), ui.T(""), ui.Tags(ui.Uncertain, "缺目标")}})
	}
	return t
}

func (rec record) planActs() []ui.Action {
	if rec.Closed != 0 || rec.looks() || !rec.by.Can("case.edit") {
		return nil
	}
	out := []ui.Action{{Label: "修改方案", Post: Path(rec.ID) + "/edit", Icon: "edit"}}
	if rec.Planned == 0 && rec.Assessed && len(rec.Goals) > 0 && len(rec.Lacking) == 0 {
		out = append(out, ui.Action{Label: "确定方案", Post: Path(rec.ID) + "/confirm", Icon: "check"})
	}
	return out
}

var referralStates = map[referral.State]ui.State{
	referral.Unsigned: ui.Waiting, referral.Running: ui.Running, referral.Disputed: ui.Returned, referral.Paused: ui.Paused, referral.Checking: ui.Checking, referral.Done: ui.Finished, referral.Ended: ui.Ended,
}

func (rec record) referrals(p *Pages) ui.Table {
	t := ui.Table{ID: "referrals", Caption: "转介", Columns: []ui.Column{{Label: "编号、事项", Wide: true}, {Label: "牵头单位"}, {Label: "时限", Slim: true}, {Label: "状态", Slim: true}}, Empty: ui.Empty{Title: "没有转介"}}
	for _, row := range rec.Referred {
		topic, _ := p.Desk.Book().Topic(row.Topic, civil.DateOf(rec.now.Time()))
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: topic.Label, Href: referralpage.Path(row.ID), Sub: row.Number}, ui.T(rec.names[row.Lead.Unit]), ui.Dues(dutypage.Due(row.Lead, rec.bounds)), ui.Tags(referralStates[row.State], row.State.Label())}})
	}
	return t
}

// attended says who came for a unit, and what he held.
func (rec record) attended(a casework.Attendee) string {
	words := rec.names[a.Unit]
	switch {
	case words == "":
		words = a.Name
	case a.Name != "":
		words += "（" + a.Name + "）"
	}
	if opinion := strings.TrimRight(a.Opinion, "。；"); opinion != "" {
		words += "：" + opinion
	}
	return words
}

func (rec record) meetings() ui.Table {
	t := ui.Table{ID: "meetings", Caption: "会商", Columns: []ui.Column{{Label: "日期", Slim: true}, {Label: "事项和结论", Wide: true}, {Label: "决定"}, {Label: "操作", Tools: true}}, Empty: ui.Empty{Title: "没有会商"}}
	for _, m := range rec.Meetings {
		var units, decided []string
		for _, a := range m.Attendees {
			if words := rec.attended(a); words != "" {
				units = append(units, words)
			}
		}
		for _, d := range m.Decisions {
			state := "（办理中）"
			switch {
			case d.Waived != 0:
				state = "（已免除）"
			case d.Done != 0:
				state = "（已落实：" + d.Outcome + "）"
			}
			decided = append(decided, rec.names[d.Unit]+"："+d.Text+state)
		}
		base := Path(rec.ID) + "/conferences/" + ref.Format(m.ID)
		cell := ui.Cell{Actions: []ui.Action{{Label: "下载纪要", Href: base + "/letter", Icon: "file"}}}
		if m.Held == 0 && rec.by.Can("case.confer") {
			cell.Actions = []ui.Action{{Label: "登记纪要", Href: Path(rec.ID) + "/minute?conference=" + ref.Format(m.ID), Icon: "edit"},
				{Label: "取消会商", Href: Path(rec.ID) + "/call-off?conference=" + ref.Format(m.ID), Icon: "undo"}}
		}
		if m.Off != "" {
			cell = ui.T("已取消：" + m.Off)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatDate(m.Day)), {Text: m.Agenda, Sub: strings.TrimSpace(strings.Join(units, "；") + "\n" + m.Summary)}, ui.T(strings.Join(decided, "\n")), cell}})
	}
	return t
}

func (rec record) conditions() ui.Table {
	t := ui.Table{ID: "ready", Caption: "结案条件", Columns: []ui.Column{{Label: "条件", Wide: true}, {Label: "情况", Slim: true}}, Empty: ui.Empty{Title: "个案已经结案"}}
	for _, m := range rec.ready {
		state := ui.Tags(ui.Finished, "具备")
		if !m.Holds {
			state = ui.Tags(ui.Waiting, "还不具备")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: m.Label, Sub: m.Why}, state}})
	}
	return t
}

var followStates = map[string]ui.Tag{casework.FollowOpen: {State: ui.Waiting, Label: "待回访"}, casework.FollowDone: {State: ui.Finished, Label: "已回访"}, casework.FollowEnded: {State: ui.Ended, Label: "不再需要"}}

func (rec record) follows() ui.Table {
	t := ui.Table{ID: "follows", Caption: "回访", Columns: []ui.Column{{Label: "日期", Slim: true}, {Label: "由谁回访", Wide: true}, {Label: "状态", Slim: true}}}
	for _, f := range rec.Follows {
		tag := followStates[f.State]
		if f.Worry != 0 {
			tag = ui.Tag{State: ui.Late, Label: "需要关注"}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatDate(f.Due)), {Text: rec.names[f.Unit], Sub: f.DoneBy}, {Tag: &tag}}})
	}
	return t
}

func (rec record) team() ui.Table {
	t := ui.Table{ID: "team", Caption: "个案组", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "单位"}, {Label: "职责", Slim: true}, {Label: "操作", Tools: true}}}
	for _, m := range rec.Team {
		cell := ui.Cell{}
		if m.Role != casework.Lead && rec.Closed == 0 && !rec.looks() && rec.by.Can("case.team") {
			cell.Actions = []ui.Action{{Label: "退出", Post: Path(rec.ID) + "/part?member=" + ref.Format(m.ID), Danger: true}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(m.Name), ui.T(rec.names[m.Unit]), ui.T(casework.RoleLabel(m.Role)), cell}})
	}
	return t
}

// source says from what the case was opened, and leads there who works at the desk of reports.
func (rec record) source() ui.Fact {
	f := ui.Fact{Label: "来源", Value: rec.Origin.Label()}
	if rec.Origin == casework.FromReport && rec.OriginID != 0 && rec.by.Can("intake.show") {
		f.Href = "/reports/" + ref.Format(ref.Report(rec.OriginID))
	}
	switch {
	case rec.OriginID == 0:
	case rec.Origin == casework.FromAssessment && rec.by.Can("assessment.list"):
		f.Href = "/assessments/" + ref.Format(ref.Assessment(rec.OriginID))
	case rec.Origin == casework.FromVisit && rec.by.Can("assessment.list"):
		f.Href = "/children/" + ref.Format(rec.Child.ID) + "/records"
	}
	return f
}

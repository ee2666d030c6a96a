package triagepage

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
	"weibao/internal/ui"
)

type showView struct {
	Danger   *ui.Note
	News     *ui.Note
	Identity ui.Identity
	Reveal   *ui.Form // shown until the actor has left a trace
	Told     *ui.Summary
	Files    *ui.Files
	Words    string
	Facts    ui.Summary
	Decision *ui.Summary
	Follow   *ui.Summary
	Talk     ui.Timeline
	Alike    *ui.Table
	Looks    ui.Timeline
}

// Show is one report: what must happen next, and after a trace what was told.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	row, err := p.Desk.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	v := showView{Danger: p.danger(row, tx.Now), News: newsNote(row)}
	if v.Identity, err = p.identity(ctx, tx, row); err != nil {
		return err
	}
	if v.Facts, err = p.facts(ctx, tx, by, row); err != nil {
		return err
	}
	open, err := p.Desk.Revealed(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if open {
		err = p.told(ctx, tx, by, id, &v)
	} else {
		v.Reveal = &ui.Form{Action: Path(id) + "/reveal", Submit: "查看报告内容"}
	}
	if err != nil {
		return err
	}
	follow, err := p.Follow(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if len(follow.Facts) > 0 {
		v.Follow = &ui.Summary{Title: "应急、转办和个案", Facts: follow.Facts}
	}
	if err := p.around(ctx, tx, by, row, &v); err != nil {
		return err
	}
	page := ui.Page{Title: p.Desk.Call(row), Kicker: row.Number, Nav: "intake", Crumbs: crumbs()}
	page.Action, page.More = actions(row, follow, by)
	return p.UI.Page(w, r, by, "show.html", page, v)
}

// danger is said first.
func (p *Pages) danger(r intake.Report, now clock.Instant) *ui.Note {
	if r.Urgency != response.Emergency || !r.State.Open() {
		return nil
	}
	text := p.phones(now) + "打过以后，点“登记首次处置”写明时间和对方。本系统登记不代替报警。"
	if r.Acted != 0 {
		return &ui.Note{Tone: ui.Warn, Title: "紧急报告，已于" + civil.FormatTime(r.Acted.Time()) + "首次处置", Text: "孩子没有脱离危险以前，不要等派单。"}
	}
	return &ui.Note{Tone: ui.Danger, Title: "有现实危险：先打电话，再办手续", Text: text}
}

// newsNote says that somebody waits for the office.
func newsNote(r intake.Report) *ui.Note {
	switch {
	case r.Waiting == 0:
		return nil
	case slices.Contains(order.Channels, r.Channel):
		return &ui.Note{Tone: ui.Warn, Title: "热线又送来补充情况", Text: "查看报告内容，读过以后点“已阅热线补充”；需要答复来电人的，在办结时一并答复。"}
	}
	return &ui.Note{Tone: ui.Warn, Title: "报告人有新的留言，等待答复", Text: "查看报告内容，再点“答复报告人”或者“询问报告人”。"}
}

func (p *Pages) identity(ctx context.Context, tx *db.Tx, r intake.Report) (ui.Identity, error) {
	state := tag(r)
	places, err := p.Places(ctx, tx, []string{r.Region})
	id := ui.Identity{Kind: "报告", Title: p.Desk.Call(r), Tag: &state, Facts: []ui.Fact{
		{Label: "紧急程度", Tag: urgencyTag(r.Urgency)}, {Label: "发生地", Value: places[r.Region]}, {Label: "渠道", Value: p.channel(r.Channel, tx.Now)},
		{Label: "收到", Value: civil.FormatTime(r.Received.Time())}}}
	if words := marks(r); words != "" {
		id.Marks = []string{words}
	}
	return id, err
}

func (p *Pages) facts(ctx context.Context, tx *db.Tx, by access.Actor, r intake.Report) (ui.Summary, error) {
	s := ui.Summary{Title: "办理"}
	units := []ref.Unit{r.Unit, r.Lead}
	names, err := p.UnitNames(ctx, tx, units)
	if err != nil {
		return s, err
	}
	at := func(i clock.Instant) string {
		if i == 0 {
			return ""
		}
		return civil.FormatTime(i.Time())
	}
	s.Facts = []ui.Fact{{Label: "首接单位", Value: names[r.Unit], Sub: "首接负责：转给别的单位以后，仍由首接单位协调和答复"},
		{Label: "受理", Value: at(r.Accepted), Sub: r.AcceptedName}, {Label: "首次处置", Value: at(r.Acted)},
		{Label: "研判", Value: at(r.Decided)}, {Label: "牵头单位", Value: names[r.Lead]}, {Label: "首次答复报告人", Value: at(r.Answered)},
		{Label: "办结", Value: at(r.Closed), Sub: r.ClosedName}}
	var codes []string
	for _, c := range r.CodeList() {
		if sit, ok := p.Book().Situation(c, civil.DateOf(r.Received.Time())); ok {
			codes = append(codes, sit.Label)
		}
	}
	s.Facts = append(s.Facts, ui.Fact{Label: "强制报告情形", Value: strings.Join(codes, "；")})
	if r.Child != 0 && by.Can("child.show") {
		s.Facts = append(s.Facts, ui.Fact{Label: "孩子的档案", Value: "查看档案", Href: "/children/" + ref.Format(r.Child)})
	}
	if r.Merged != 0 {
		s.Facts = append(s.Facts, ui.Fact{Label: "并入", Value: "另一件报告", Href: Path(r.Merged)})
	}
	if r.Named == 1 && by.Can("intake.identity_ask") {
		s.Facts = append(s.Facts, ui.Fact{Label: "报告人", Value: "实名，身份另行保管", Href: Path(r.ID) + "/identity"})
	}
	return s, nil
}

// told adds what was told to the page of who left a trace.
func (p *Pages) told(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, v *showView) error {
	t, err := p.Desk.Open(ctx, tx, by, id)
	if err != nil {
		return err
	}
	v.Words = t.Telling.Narrative
	s := ui.Summary{Facts: []ui.Fact{{Label: "事项", Value: t.Telling.What}, {Label: "具体地方", Value: t.Telling.Place}}}
	if c := t.Telling.Child; c != nil {
		s.Facts = append(s.Facts, ui.Fact{Label: "孩子", Value: joined(c.Name, c.Sex, c.Age)}, ui.Fact{Label: "学校", Value: c.School},
			ui.Fact{Label: "孩子现在在哪里", Value: c.Now}, ui.Fact{Label: "孩子的电话", Value: c.Phone}, ui.Fact{Label: "孩子的住址", Value: c.Address})
	}
	if c := t.Telling.Called; c != nil {
		s.Facts = append(s.Facts, ui.Fact{Label: "报告人所述报警情况", Value: joined(c.At, c.Officer, c.Number), Sub: "以公安机关签收为准"})
	}
	for _, a := range intake.Abouts {
		if a.Value == t.Telling.About {
			s.Facts = append(s.Facts, ui.Fact{Label: "反映的对象", Value: a.Label + "的干部、工作人员或者其亲属", Sub: "注意回避：可以对有关人员屏蔽，或者提级办理"})
		}
	}
	v.Told = &s
	v.Talk = talk(t.Messages)
	files, err := p.Desk.FilesOf(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		v.Files = &ui.Files{Title: "报告人补充的照片和文件"}
		for _, f := range files {
			v.Files.Items = append(v.Files.Items, ui.FileLink{Name: f.Name, Href: Path(id) + "/files/" + ref.Format(f.ID), Size: ui.Size(f.Size), Note: civil.FormatTime(f.Added.Time())})
		}
	}
	if len(t.Decisions) > 0 {
		v.Decision, err = p.decided(ctx, tx, t.Decisions[0])
	}
	return err
}

func joined(parts ...string) string {
	var list []string
	for _, s := range parts {
		if s != "" {
			list = append(list, s)
		}
	}
	return strings.Join(list, "，")
}

var messageTitles = map[intake.MessageSort]string{intake.Said: "报告人留言", intake.Added: "热线补充", intake.Asked: "询问报告人", intake.Answered: "答复报告人", intake.Notice: "告知报告人", intake.Note: "处置记录（报告人看不到）"}

func talk(list []intake.Message) ui.Timeline {
	t := ui.Timeline{Title: "与报告人的往来和处置记录", Empty: "还没有往来。"}
	for _, m := range list {
		e := ui.Event{Title: messageTitles[m.Kind], Text: m.Text, Who: m.ByName, When: civil.FormatTime(m.At.Time()), Icon: "send"}
		if m.Side == intake.ByReporter {
			e.Icon, e.Tone = "user", ui.Warn
		}
		t.Items = append([]ui.Event{e}, t.Items...)
	}
	return t
}

func (p *Pages) decided(ctx context.Context, tx *db.Tx, d intake.Decision) (*ui.Summary, error) {
	names, err := p.UnitNames(ctx, tx, append([]ref.Unit{d.Lead}, d.Support...))
	if err != nil {
		return nil, err
	}
	var support []string
	for _, u := range d.Support {
		support = append(support, names[u])
	}
	lead := names[d.Lead]
	if d.Lead == 0 {
		lead = "首接单位自办"
	}
	basis := "按派单规则"
	if d.Route == "" {
		basis = "与派单规则不同"
	}
	return &ui.Summary{Title: "研判结果", Facts: []ui.Fact{{Label: "牵头单位", Value: lead, Sub: basis}, {Label: "配合单位", Value: strings.Join(support, "、")},
		{Label: "按哪一处地方", Value: response.Places[d.Place]}, {Label: "理由和要求", Value: d.Words}, {Label: "研判人", Value: d.ByName, Sub: civil.FormatTime(d.At.Time())}}}, nil
}

// around adds what stands around a report: what came of it, others like it, who looked.
func (p *Pages) around(ctx context.Context, tx *db.Tx, by access.Actor, r intake.Report, v *showView) error {
	alike, err := p.Desk.Alike(ctx, tx, by, r.ID)
	if err != nil {
		return err
	}
	merged, err := p.Desk.MergedInto(ctx, tx, by, r.ID)
	if err != nil {
		return err
	}
	alike = slices.DeleteFunc(alike, func(o intake.Report) bool { return o.Merged == r.ID })
	if all := append(merged, alike...); len(all) > 0 {
		v.Alike = &ui.Table{ID: "alike", Caption: "可能是同一件事的报告", Columns: []ui.Column{{Label: "编号"}, {Label: "情形", Wide: true}, {Label: "收到"}, {Label: "状态", Slim: true}}}
		for _, o := range all {
			v.Alike.Rows = append(v.Alike.Rows, Line(p.Desk, o))
		}
	}
	looks, err := p.Desk.Looks(ctx, tx, by, r.ID)
	v.Looks = ui.Timeline{Title: "谁查看过", Empty: "还没有人查看过内容。"}
	for _, l := range looks {
		what := map[string]string{"report": "查看报告内容", "reporter": "查看报告人身份"}[l.What]
		v.Looks.Items = append(v.Looks.Items, ui.Event{Title: what, Who: l.ByName, When: civil.FormatTime(l.At.Time()), Icon: "eye"})
	}
	return err
}

// actions are the one thing to do next, and what else may be done.
func actions(r intake.Report, follow Followed, by access.Actor) (*ui.Action, []ui.Action) {
	at := func(tail, label, icon string) ui.Action {
		return ui.Action{Label: label, Href: Path(r.ID) + "/" + tail, Icon: icon}
	}
	var next *ui.Action
	var more []ui.Action
	if r.State.Open() {
		more = append(more, at("act", "登记首次处置", "phone"))
	}
	switch r.State {
	case intake.Received:
		next = &ui.Action{Label: "受理", Post: Path(r.ID) + "/accept", Icon: "check"}
		more = append(more, at("reject", "不予受理", "return"))
	case intake.Accepted:
		a := at("decide", "研判", "split")
		next, more = &a, append(more, at("reject", "不予受理", "return"))
	case intake.Decided:
		a := at("close", "答复并办结", "check-circle")
		next = &a
		if by.Can("referral.dispatch") {
			more = append(more, at("refer", "转办给单位", "send"))
		}
	}
	if r.Waiting > 0 && slices.Contains(order.Channels, r.Channel) {
		more = append(more, ui.Action{Label: "已阅热线补充", Post: Path(r.ID) + "/read", Icon: "check"})
	}
	next, more = onward(r, follow, by, next, more)
	more = append(more, at("answer", "答复报告人", "send"), at("ask", "询问报告人", "question"))
	if r.State.Open() && by.Can("intake.merge") {
		more = append(more, at("merge", "合并", "merge"))
	}
	if by.Can("intake.shield") {
		more = append(more, at("shield", "回避", "lock"))
	}
	return next, more
}

// onward adds what leads to other work. Danger comes before every other step,
// whatever the state.
func onward(r intake.Report, follow Followed, by access.Actor, next *ui.Action, more []ui.Action) (*ui.Action, []ui.Action) {
	if !r.State.Open() {
		return next, more
	}
	if by.Can("emergency.start") {
		alarm := ui.Action{Label: "启动应急清单", Href: Path(r.ID) + "/emergency", Icon: "alert"}
		if r.Urgency == response.Emergency && !follow.Alarm {
			if next != nil {
				more = append([]ui.Action{*next}, more...)
			}
			next = &alarm
		} else {
			more = append(more, alarm)
		}
	}
	switch {
	case r.Child == 0 && r.State != intake.Received:
		more = append(more, ui.Action{Label: "关联档案", Href: Path(r.ID) + "/child", Icon: "child"})
	case r.Child != 0 && by.Can("case.open") && !follow.Case:
		more = append(more, ui.Action{Label: "开立个案", Href: "/children/" + ref.Format(r.Child) + "/case?report=" + ref.Format(r.ID), Icon: "case"})
	}
	return next, more
}

// Reveal leaves a trace and shows the page with what was told.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.simply(w, r, by, "内容显示30分钟，本次查看已经留下记录。", func(ctx context.Context, tx *db.Tx, id ref.Report) error { return p.Desk.Reveal(ctx, tx, by, id) })
}

// Accept takes the report on.
func (p *Pages) Accept(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.simply(w, r, by, "已受理，研判的时限从现在起算。", func(ctx context.Context, tx *db.Tx, id ref.Report) error { return p.Desk.Accept(ctx, tx, by, id) })
}

// Read notes that what a hotline added was read.
func (p *Pages) Read(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.simply(w, r, by, "已登记，热线的补充已经看过。", func(ctx context.Context, tx *db.Tx, id ref.Report) error { return p.Desk.Read(ctx, tx, by, id) })
}

// Raise gives the report to the unit above.
func (p *Pages) Raise(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Raise(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/reports", ui.Done, "已提级办理。")
	return nil
}

// simply does what needs no form.
func (p *Pages) simply(w http.ResponseWriter, r *http.Request, by access.Actor, said string, do func(ctx context.Context, tx *db.Tx, id ref.Report) error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, id) }); err != nil {
		if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Conflict {
			ui.RedirectWith(w, r, Path(id), ui.Warn, e.Message)
			return nil
		}
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, said)
	return nil
}

// File hands out a file of a report to whoever has revealed it.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	f, err := ref.Parse[ref.File](r.PathValue("file"))
	if err != nil {
		return errs.Missing()
	}
	content, err := p.Desk.OpenFile(r.Context(), p.DB.Reader(), by, id, f)
	if err != nil {
		return err
	}
	defer content.Close()
	content.Serve(w, r, true)
	return nil
}

package server

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/casepage"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/emergencypage"
	"weibao/internal/casework/referral"
	"weibao/internal/casework/referralpage"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/flow"
	"weibao/internal/intake"
	"weibao/internal/intake/hotlinepage"
	"weibao/internal/intake/numberspage"
	"weibao/internal/intake/order"
	"weibao/internal/intake/orderpage"
	"weibao/internal/intake/publicpage"
	"weibao/internal/intake/throttle"
	"weibao/internal/intake/triagepage"
	"weibao/internal/letter"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

// intakeEntries are the doors to reports.
var intakeEntries = []ui.Entry{
	{Key: "intake", Path: "/reports", Permission: "intake.list", Label: "报告受理"},
	{Key: "intake", Path: "/intake/new", Permission: "intake.register", Label: "登记报告"},
	{Key: "intake", Path: "/intake/mine", Permission: "intake.mine", Label: "我登记的报告"},
	{Key: "intake", Path: orderpage.ListPath, Permission: "intake.order", Label: "热线工单"},
	{Key: "system", Path: orderpage.PartnersPath, Permission: "intake.partner", Label: "热线对接口令"},
	{Key: "intake", Path: "/intake/numbers", Permission: "intake.numbers", Label: "受理统计"},
}

// reception is the desk of reports, joined to those of referrals, cases and emergencies.
func (a *App) reception() *intake.Desk {
	d := &intake.Desk{Vault: a.Vault, Kernel: a.Kernel, Book: func() *rule.Book { return a.Rules }, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}}
	a.Reception = d
	w := a.ways()
	d.Dispatch, d.Police, d.Pending = w.Send, w.Signed, w.Pending
	a.Cases.Urgent, a.Cases.Turned = w.Urgent, w.Turned
	told, insider := a.Referrer.Moved, a.Referrer.Insider
	a.Referrer.Moved = func(ctx context.Context, tx *db.Tx, by access.Actor, r referral.Referral, move referral.Move) error {
		if r.Subject != referral.OnReport {
			return told(ctx, tx, by, r, move)
		}
		return w.Moved(ctx, tx, by, r, move)
	}
	a.Referrer.Insider = func(ctx context.Context, tx *db.Tx, by access.Actor, about referral.About) (bool, error) {
		if about.Kind != referral.OnReport {
			return insider(ctx, tx, by, about)
		}
		_, err := d.Get(ctx, tx, by, ref.Report(about.ID))
		if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Forbidden) {
			return false, nil
		}
		return err == nil, err
	}
	return d
}

// ways leads reports on to units, cases and back.
func (a *App) ways() *flow.Ways {
	return &flow.Ways{Desk: a.Reception, Cabinet: a.Cabinet, Referrer: a.Referrer, Cases: a.Cases, Alarm: a.Alarm,
		Police: func(ctx context.Context, tx *db.Tx) (ref.Unit, error) { return a.unitOf(ctx, tx, "", "公安") }}
}

// reports makes the public pages, the API and the office's screens of reports.
func (a *App) reports() ([]ui.Route, error) {
	book := func() *rule.Book { return a.Rules }
	gate, err := throttle.New(a.Clock, book, a.Vault.Blind("throttle.ticket", ""))
	if err != nil {
		return nil, err
	}
	public, err := publicpage.New(publicpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Reception, Book: book, Gate: gate})
	if err != nil {
		return nil, err
	}
	a.Lost = public.Lost
	office, err := triagepage.New(triagepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Reception, Book: book, UnitNames: org.Names, UnitChoices: unitChoices,
		Colleagues: a.colleagues, Places: region.Places, Regions: anywhere, Ways: a.ways(), Files: a.filesFor, FileOf: a.fileOf, Follow: a.reportFollow})
	if err != nil {
		return nil, err
	}
	desk, err := hotlinepage.New(hotlinepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Reception, Book: book, Regions: anywhere, Known: a.known})
	if err != nil {
		return nil, err
	}
	counted, err := numberspage.New(numberspage.Deps{DB: a.DB, UI: a.UI, Book: book, Calendar: workday.Calendar, Places: region.Places})
	if err != nil {
		return nil, err
	}
	orders, err := orderpage.New(orderpage.Deps{DB: a.DB, UI: a.UI, Book: book, Units: org.Names, Desk: a.Orders()})
	if err != nil {
		return nil, err
	}
	return slices.Concat(public.Routes(), office.Routes(), desk.Routes(), counted.Routes(), orders.Routes()), nil
}

// Orders is the desk of work orders of hotlines.
func (a *App) Orders() *order.Desk {
	return &order.Desk{DB: a.DB, Intake: a.Reception, Files: a.Reception.Files, Temp: a.Config.Data, Places: a.places}
}

// places are the divisions of the county with their names, for orders that name a place in words.
func (a *App) places(ctx context.Context, tx *db.Tx) ([]order.Place, error) {
	list, err := region.Under(ctx, tx, a.Rules.County().Region)
	out := make([]order.Place, len(list))
	for i, r := range list {
		out[i] = order.Place{Code: r.Code, Names: []string{r.Name, r.ShortName}}
	}
	return out, err
}

// anywhere gives the divisions of the actor's county in which something can happen.
func anywhere(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	list, err := region.Under(ctx, tx, by.Directory().Region)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	options := make([]ui.Option, 0, len(list))
	for _, r := range list {
		names[r.Code] = r.ShortName
		options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search, Group: names[r.Parent]})
	}
	return options, nil
}

// known gives the files of children that fit what is typed at the desk of the
// hotline: of whom the actor may see files their names, of nobody else anything.
func (a *App) known(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]hotlinepage.Child, error) {
	if !by.Can("child.search") {
		return nil, nil
	}
	const most = 5
	list, err := a.Cabinet.Find(ctx, tx, by, query, most)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Region
	}
	names, err := region.Places(ctx, tx, codes)
	found := make([]hotlinepage.Child, len(list))
	for i, c := range list {
		found[i] = hotlinepage.Child{Words: childpage.NameOf(c) + "，" + childpage.AgeWords(c, civil.DateOf(tx.Now.Time())) + "，" + names[c.Region], Href: childpage.Path(c.ID)}
	}
	return found, err
}

// intakeDuties describes the duties that reports open, for the inbox.
func intakeDuties(kinds map[string]dutypage.Kind) {
	for kind, label := range map[string]string{intake.AcceptKind: "受理报告", intake.DecideKind: "研判报告", intake.AnswerKind: "答复报告人",
		intake.MessageKind: "留言和补充", intake.IdentityKind: "报告人身份"} {
		kinds[kind] = dutypage.Kind{Label: label, Icon: "intake", Href: triagepage.DutyHref, Needs: "intake.show"}
	}
}

// filesFor gives the files of children that fit what an officer asks.
func (a *App) filesFor(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]ui.Option, error) {
	const most = 8
	list, err := a.Cabinet.Find(ctx, tx, by, query, most)
	if err != nil {
		return nil, err
	}
	return a.fileOptions(ctx, tx, list)
}

// fileOf says of which child a file is.
func (a *App) fileOf(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (ui.Option, error) {
	c, err := a.Cabinet.Get(ctx, tx, by, id)
	if err != nil {
		return ui.Option{}, err
	}
	list, err := a.fileOptions(ctx, tx, []child.Child{c})
	if err != nil {
		return ui.Option{}, err
	}
	return list[0], nil
}

func (a *App) fileOptions(ctx context.Context, tx *db.Tx, list []child.Child) ([]ui.Option, error) {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Region
	}
	names, err := region.Places(ctx, tx, codes)
	out := make([]ui.Option, len(list))
	for i, c := range list {
		out[i] = ui.Option{Value: ref.Format(c.ID), Label: childpage.NameOf(c), Hint: strings.Trim(childpage.AgeWords(c, civil.DateOf(tx.Now.Time()))+"，"+names[c.Region]+"，"+c.School, "，")}
	}
	return out, err
}

// reportSource lets work be sent to units because of a report.
func (a *App) reportSource() referralpage.Source {
	return referralpage.Source{Subject: referral.OnReport, Prefix: "/reports", Of: func(ctx context.Context, tx *db.Tx, by access.Actor, id int64, look bool) (referralpage.Thing, error) {
		row, err := a.Reception.Get(ctx, tx, by, ref.Report(id))
		if err != nil {
			return referralpage.Thing{}, err
		}
		t, items, err := a.ways().Along(ctx, tx, by, ref.Report(id), row.Child, look)
		if err != nil {
			return referralpage.Thing{}, err
		}
		state := ui.Tag{State: ui.Running, Label: t.State.Label()}
		return referralpage.Thing{Title: a.Reception.Call(t.Report), Child: t.Child, Region: t.Seat(), Secret: true, Items: items,
			Identity: ui.Identity{Kind: "报告", Title: a.Reception.Call(t.Report), Tag: &state, Facts: []ui.Fact{{Label: "编号", Value: t.Number}}}}, nil
	}}
}

// reportDanger is a report as a checklist of an emergency is begun from it.
// What was told fills the brief in for who has looked at it already; nobody
// must look before he can begin.
func (a *App) reportDanger(ctx context.Context, tx *db.Tx, by access.Actor, id int64) (emergencypage.Thing, error) {
	r, err := a.Reception.Get(ctx, tx, by, ref.Report(id))
	t := emergencypage.Thing{Title: r.Number, Child: r.Child, Region: r.Seat(), Situation: r.Situation, Nav: "intake"}
	if err != nil {
		return t, err
	}
	seen, err := a.Reception.Revealed(ctx, tx, by, r.ID)
	if err != nil || !seen {
		return t, err
	}
	told, err := a.Reception.Open(ctx, tx, by, r.ID)
	if err != nil {
		return t, err
	}
	where := told.Telling.Place
	if c := told.Telling.Child; c != nil && c.Now != "" {
		where = c.Now
	}
	if where != "" {
		t.Brief = "孩子现在的地方：" + where + "。"
	}
	return t, nil
}

// childReports lists the reports on a child that somebody may see on its file:
// those of his scope that are not hidden from him. What says that somebody
// harmed the child stands there for the team of the case to which it led alone.
func (a *App) childReports(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (ui.Table, error) {
	t := ui.Table{ID: "reports", Caption: "关于这个孩子的报告", Columns: []ui.Column{{Label: "编号", Slim: true}, {Label: "情形", Wide: true}, {Label: "收到", Slim: true}, {Label: "状态", Slim: true}}}
	if !by.Can("intake.list") {
		return t, nil
	}
	list, err := a.Reception.About(ctx, tx, by, id)
	if err != nil {
		return t, err
	}
	for _, r := range list {
		if a.Reception.Secret(r) {
			known, err := a.onCaseOf(ctx, tx, by, r.ID)
			if err != nil {
				return t, err
			}
			if !known {
				continue
			}
		}
		t.Rows = append(t.Rows, triagepage.Line(a.Reception, r))
	}
	return t, nil
}

// onCaseOf tells whether somebody is on the team of a case to which a report led.
func (a *App) onCaseOf(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (bool, error) {
	if !by.Can("case.list") {
		return false, nil
	}
	cases, err := a.Cases.From(ctx, tx, by, casework.FromReport, int64(id))
	return len(cases) > 0, err
}

// caseReport is a report as a case is opened from it.
func (a *App) caseReport(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (title, why string, of ref.Child, err error) {
	r, err := a.Reception.Get(ctx, tx, by, id)
	return "报告" + r.Number, "报告反映：" + a.Reception.Call(r) + "。", r.Child, err
}

// reportFollow tells what became of a report: checklists, referrals, cases.
func (a *App) reportFollow(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (triagepage.Followed, error) {
	var f triagepage.Followed
	runs, err := a.Alarm.On(ctx, tx, emergency.About{Kind: referral.OnReport, ID: int64(id)})
	if err != nil {
		return f, err
	}
	f.Alarm = len(runs) > 0
	for _, r := range runs {
		fact := ui.Fact{Label: "应急清单", Value: letter.Punctuate(r.Label), Sub: civil.FormatTime(r.At.Time()) + "启动"}
		if by.Can("emergency.start") {
			fact.Href = emergencypage.Path(r.ID)
		}
		f.Facts = append(f.Facts, fact)
	}
	if by.Can("referral.list") {
		rows, err := a.Referrer.On(ctx, tx, by, referral.About{Kind: referral.OnReport, ID: int64(id)})
		if err != nil {
			return f, err
		}
		f.Sent = len(rows) > 0
		leads := make([]ref.Unit, len(rows))
		for i, r := range rows {
			leads[i] = r.Lead.Unit
		}
		names, err := org.Names(ctx, tx, leads)
		if err != nil {
			return f, err
		}
		for _, r := range rows {
			f.Facts = append(f.Facts, ui.Fact{Label: r.Number, Value: names[r.Lead.Unit] + "，" + r.State.Label(), Href: referralpage.Path(r.ID)})
		}
	}
	if !by.Can("case.list") {
		return f, nil
	}
	cases, err := a.Cases.From(ctx, tx, by, casework.FromReport, int64(id))
	f.Case = len(cases) > 0
	for _, c := range cases {
		f.Facts = append(f.Facts, ui.Fact{Label: c.Number, Value: c.Phase.Label(), Href: casepage.Path(c.ID)})
	}
	return f, err
}

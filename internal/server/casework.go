package server

import (
	"context"
	"maps"
	"slices"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/auth"
	"weibao/internal/casework"
	"weibao/internal/casework/casepage"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/emergencypage"
	"weibao/internal/casework/numberspage"
	"weibao/internal/casework/referral"
	"weibao/internal/casework/referralpage"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/flow"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// caseworkEntries are the doors to cases and referrals.
var caseworkEntries = []ui.Entry{
	{Key: "casework", Path: casepage.ListPath, Permission: "case.list", Label: "我的个案"},
	{Key: "casework", Path: referralpage.ListPath, Permission: "referral.list", Label: "转介和交办"},
	{Key: "casework", Path: emergencypage.WatchPath, Permission: "emergency.show", Label: "应急值守"},
	{Key: "casework", Path: numberspage.Path, Permission: "case.numbers", Label: "个案和转介统计"},
}

// caseworkLinks stand on a child's file.
var caseworkLinks = []childpage.Link{
	{Label: "开立个案", Icon: "case", Path: "/case", Permission: "case.open"},
	{Label: "转介给单位", Icon: "send", Path: "/refer", Permission: "referral.dispatch"},
	{Label: "启动应急清单", Icon: "alert", Path: "/emergency", Permission: "emergency.start"},
	{Label: "走访、联系记录", Icon: "visit", Path: "/records", Permission: "assessment.list"},
}

// caseworkUploads are the permissions of casework whose routes take files.
var caseworkUploads = []access.Permission{"referral.progress", "referral.reply", "referral.return", "referral.supplement", "case.serve"}

// caseworkDesks makes the desks of referrals and cases, which know each other.
func (a *App) caseworkDesks() {
	files := &file.Store{Dir: a.Config.Files(), Vault: a.Vault}
	book := func() *rule.Book { return a.Rules }
	a.Referrer = &referral.Desk{Kernel: a.Kernel, Vault: a.Vault, Files: files, Book: book, Clock: a.clockNow, Units: org.Names}
	a.Cases = &casework.Desk{Cabinet: a.Cabinet, Kernel: a.Kernel, Vault: a.Vault, Files: files, Book: book, Referrals: a.Referrer, Clock: a.clockNow, Units: org.Names,
		Judged: a.judged, Unit: a.caller, Person: a.person}
	a.Alarm = a.alarm()
	a.Referrer.Insider, a.Referrer.Moved = a.Cases.Insider, a.Cases.Moved
	a.Assessor.Held = func(ctx context.Context, tx *db.Tx, by access.Actor, s assessment.Assessment) error {
		return a.Cases.Assessed(ctx, tx, by, s.Child, s.ID, s.Level)
	}
}

// judged gives the last assessment of a child as a case uses it.
func (a *App) judged(ctx context.Context, tx *db.Tx, id ref.Child) (casework.Judged, bool, error) {
	t, ok, err := a.Assessor.Last(ctx, tx, id)
	if err != nil || !ok {
		return casework.Judged{}, false, err
	}
	j := casework.Judged{ID: t.ID, At: t.At, Level: t.Level}
	for _, d := range t.Result.Dimensions {
		j.Sides = append(j.Sides, casework.Side{ID: d.ID, Label: d.Label, Clear: d.Clear})
	}
	return j, true, nil
}

// caller gives the unit that looks after a child who lives in a region.
func (a *App) caller(ctx context.Context, tx *db.Tx, region, who string) (ref.Unit, error) {
	return a.carer(ctx, tx, region, map[string]string{"village": "child_director", "township": "supervisor"}[who], "")
}

// person tells who somebody is that may join a team: of several posts the one
// that may decide on closing counts, then the one that may see cases.
func (a *App) person(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) (casework.Person, error) {
	holders, err := a.holders(ctx, tx, by)
	if err != nil {
		return casework.Person{}, err
	}
	out, best := casework.Person{}, 0
	for _, h := range holders {
		if h.Holder != id {
			continue
		}
		as := access.Actor{User: id, Post: access.Post{Role: h.Role}}
		worth := 1
		if as.Can("case.show") {
			worth = 2
		}
		if as.Can("case.decide") {
			worth = 3
		}
		if worth > best {
			out, best = casework.Person{ID: id, Name: h.Name, Unit: h.Unit, Role: h.Role}, worth
		}
	}
	if best == 0 {
		return out, errs.Missing()
	}
	return out, nil
}

// holders gives who holds posts in the county of the actor's post.
func (a *App) holders(ctx context.Context, tx *db.Tx, by access.Actor) ([]auth.Holder, error) {
	list, err := a.Guard.Holders(ctx, tx, auth.HolderFilter{On: civil.DateOf(tx.Now.Time())})
	return slices.DeleteFunc(list, func(h auth.Holder) bool {
		return h.Unit == 0 || access.County(h.Region) != access.County(by.Post.Region)
	}), err
}

// people gives those who may join a team.
func (a *App) people(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	holders, err := a.holders(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	var ids []ref.Unit
	for _, h := range holders {
		ids = append(ids, h.Unit)
	}
	slices.Sort(ids)
	names, err := org.Names(ctx, tx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	seen := map[ref.User]bool{by.User: true}
	for _, h := range holders {
		if !seen[h.Holder] && (access.Actor{User: h.Holder, Post: access.Post{Role: h.Role}}).Can("case.show") {
			seen[h.Holder] = true
			out = append(out, ui.Option{Value: ref.Format(h.Holder), Label: h.Name + "（" + names[h.Unit] + "，" + h.Role.Label() + "）"})
		}
	}
	return out, nil
}

// alarm makes the desk of emergencies.
func (a *App) alarm() *emergency.Desk {
	return &emergency.Desk{Cabinet: a.Cabinet, Kernel: a.Kernel, Vault: a.Vault, Book: func() *rule.Book { return a.Rules }, Clock: a.clockNow, Unit: a.rescuer,
		Insider: func(ctx context.Context, tx *db.Tx, by access.Actor, about emergency.About) (bool, error) {
			return a.Referrer.Insider(ctx, tx, by, referral.About{Kind: about.Kind, ID: about.ID})
		},
		Told: func(ctx context.Context, tx *db.Tx, by access.Actor, about emergency.About, id emergency.RunID, words string) error {
			switch about.Kind {
			case referral.OnCase:
				return a.Cases.Alarmed(ctx, tx, by, ref.Case(about.ID), int64(id), words)
			case referral.OnReport:
				return a.ways().Alarmed(ctx, tx, by, ref.Report(about.ID), id, words)
			}
			return nil
		}}
}

// rescuer gives the unit that acts in an emergency: of a short form that
// nobody is sure of, the office finds out.
func (a *App) rescuer(ctx context.Context, tx *db.Tx, region, who, short string) (ref.Unit, error) {
	if short != "" {
		if u, err := a.unitOf(ctx, tx, region, short); err != nil || u != 0 {
			return u, err
		}
		return org.OfficeID(ctx, tx, region)
	}
	return a.caller(ctx, tx, region, who)
}

// clockNow gives a time limit as it holds now in a region: public events change some.
func (a *App) clockNow(ctx context.Context, tx *db.Tx, region, id string) (rule.Clock, error) {
	c, ok := a.Rules.Clock(id, civil.DateOf(tx.Now.Time()))
	if !ok {
		return c, errs.New(errs.Conflict, "本县规则中没有这项时限，请联系县未保办设置。")
	}
	return emergency.Limit(ctx, tx, a.Rules, region, c)
}

// unitOf finds the unit of a short form such as 公安; 0 where nobody is sure.
func (a *App) unitOf(ctx context.Context, tx *db.Tx, _, short string) (ref.Unit, error) {
	r, err := org.NewResolver(ctx, tx, a.Rules)
	if err != nil {
		return 0, err
	}
	return r.Resolve(short).Unit, nil
}

// casework makes the screens of cases and referrals and gives their routes.
func (a *App) casework() ([]ui.Route, error) {
	sent, err := referralpage.New(referralpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Referrer, Kernel: a.Kernel, UnitChoices: unitChoices, Resolve: a.unitOf,
		Sources: []referralpage.Source{{Subject: referral.OnChild, Prefix: childpage.ListPath, Of: a.childThing}, {Subject: referral.OnCase, Prefix: casepage.ListPath, Of: a.caseThing}, a.reportSource()}})
	if err != nil {
		return nil, err
	}
	cases, err := casepage.New(casepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Cases, Kernel: a.Kernel, UnitChoices: unitChoices, People: a.people, Report: a.caseReport, Of: a.caseOf})
	if err != nil {
		return nil, err
	}
	alarms, err := emergencypage.New(emergencypage.Deps{DB: a.DB, UI: a.UI, Desk: a.Alarm, Kernel: a.Kernel, Units: org.Names,
		Sources: []emergencypage.Source{{Subject: referral.OnChild, Prefix: childpage.ListPath, Of: a.childDanger}, {Subject: referral.OnCase, Prefix: casepage.ListPath, Of: a.caseDanger},
			{Subject: referral.OnReport, Prefix: "/reports", Of: a.reportDanger}}})
	if err != nil {
		return nil, err
	}
	counted, err := numberspage.New(numberspage.Deps{DB: a.DB, UI: a.UI, Book: func() *rule.Book { return a.Rules }, Units: org.Names})
	if err != nil {
		return nil, err
	}
	return slices.Concat(cases.Routes(), sent.Routes(), alarms.Routes(), counted.Routes()), nil
}

// caseOf gives an assessment or a visit as a case of the child is opened from it.
func (a *App) caseOf(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, o casework.Origin, of int64) (string, error) {
	switch o {
	case casework.FromAssessment:
		t, err := a.Assessor.Get(ctx, tx, by, ref.Assessment(of))
		if err == nil && t.Child != id {
			err = errs.Missing()
		}
		return civil.FormatTime(t.At.Time()) + "评估", err
	case casework.FromVisit:
		list, err := a.Assessor.Records(ctx, tx, by, id)
		for _, r := range list {
			if int64(r.ID) == of {
				return civil.FormatDate(r.Day) + r.Kind.Label(), nil
			}
		}
		if err != nil {
			return "", err
		}
	}
	return "", errs.Missing()
}

// casesOf gives the cases that were opened from an assessment or a visit.
func (a *App) casesOf(ctx context.Context, tx *db.Tx, by access.Actor, origin string, id int64) ([]ui.Fact, error) {
	if !by.Can("case.list") {
		return nil, nil
	}
	cases, err := a.Cases.From(ctx, tx, by, casework.Origin(origin), id)
	var out []ui.Fact
	for _, c := range cases {
		out = append(out, ui.Fact{Label: "由此开立的个案", Value: c.Number, Sub: c.Phase.Label(), Href: casepage.Path(c.ID)})
	}
	return out, err
}

func (a *App) childDanger(ctx context.Context, tx *db.Tx, by access.Actor, id int64) (emergencypage.Thing, error) {
	c, err := a.Cabinet.Get(ctx, tx, by, ref.Child(id))
	return emergencypage.Thing{Title: childpage.NameOf(c), Child: c.ID, Region: c.Region}, err
}

func (a *App) caseDanger(ctx context.Context, tx *db.Tx, by access.Actor, id int64) (emergencypage.Thing, error) {
	c, err := a.Cases.Get(ctx, tx, by, ref.Case(id))
	return emergencypage.Thing{Title: c.Number, Child: c.Child, Region: c.Region}, err
}

// childThing is a child's file as a referral is made from it.
func (a *App) childThing(ctx context.Context, tx *db.Tx, by access.Actor, id int64, look bool) (referralpage.Thing, error) {
	c, items, err := flow.Along(ctx, tx, by, a.Cabinet, ref.Child(id), look)
	if err != nil {
		return referralpage.Thing{}, err
	}
	on := civil.DateOf(tx.Now.Time())
	return referralpage.Thing{Title: childpage.NameOf(c), Child: c.ID, Region: c.Region, Items: items,
		Identity: ui.Identity{Title: childpage.NameOf(c), Kind: "未成年人档案", Facts: []ui.Fact{{Label: "性别", Value: c.Sex.Word()}, {Label: "年龄", Value: childpage.AgeWords(c, on)}, {Label: "学校", Value: c.School}}}}, nil
}

// caseThing is a case as a referral is made from it: the data come from the
// child's file, and what the case holds stays with its team.
func (a *App) caseThing(ctx context.Context, tx *db.Tx, by access.Actor, id int64, look bool) (referralpage.Thing, error) {
	c, err := a.Cases.Get(ctx, tx, by, ref.Case(id))
	if err != nil {
		return referralpage.Thing{}, err
	}
	t, err := a.childThing(ctx, tx, by, int64(c.Child), look)
	t.Title, t.Secret = c.Number, true
	return t, err
}

func caseworkDuties(kinds map[string]dutypage.Kind) {
	maps.Copy(kinds, referralpage.Kinds())
	maps.Copy(kinds, casepage.Kinds())
	maps.Copy(kinds, emergencypage.Kinds())
}

package screening

import (
	"context"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
)

// New is a campaign to be begun.
type New struct {
	Name   string
	Form   string // id of a pattern of the rules
	Region string
	Begins civil.Date
	Due    civil.Date
}

// Place is a village as a campaign would go there.
type Place struct {
	Region string
	Name   string
	Town   string // name of the township
	Known  int64
	Unit   ref.Unit
}

// Plan is what beginning a campaign would do.
type Plan struct {
	Form   rule.Screening
	Places []Place
}

// Known counts the children of all places.
func (p Plan) Known() (n int64) {
	for _, x := range p.Places {
		n += x.Known
	}
	return n
}

const maxName = 60

func (n *New) validate(by access.Actor, form rule.Screening, known bool, now civil.Date) error {
	f := errs.Fields{}
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	f.Check(n.Name != "", "name", "请填写排查名称，例如“2026年未成年人集中排查”。")
	f.Check(len([]rune(n.Name)) <= maxName, "name", "名称过长，请控制在"+strconv.Itoa(maxName)+"字以内。")
	f.Check(known, "form", "请从本县规则中选择排查表。")
	f.Check(access.Prefix(n.Region) != "" && by.Scope().Sees(0, n.Region), "region", "请选择本辖区内的排查范围。")
	f.Check(access.County(n.Region) != "", "region", "请按县（市、区）分别发起排查。")
	f.Check(!n.Begins.IsZero(), "begins", "请填写开始日期。")
	f.Check(!n.Due.IsZero(), "due", "请填写完成期限。")
	f.Check(n.Due.IsZero() || !n.Due.Before(now), "due", "完成期限早于今天，请核对。")
	f.Check(n.Due.IsZero() || n.Begins.IsZero() || !n.Due.Before(n.Begins), "due", "完成期限早于开始日期，请核对。")
	return f.Err()
}

// Preview tells to which villages a campaign would go and how many children
// are known there, and does nothing.
func (k *Desk) Preview(ctx context.Context, tx *db.Tx, by access.Actor, n New) (Plan, error) {
	if err := by.Require("screening.begin"); err != nil {
		return Plan{}, err
	}
	form, known := k.Book().Screening(n.Form, today(tx))
	if err := n.validate(by, form, known, today(tx)); err != nil {
		return Plan{}, err
	}
	places, err := k.places(ctx, tx, n.Region, form)
	return Plan{form, places}, err
}

// places gives the villages of a division; where one has none, itself.
func (k *Desk) places(ctx context.Context, tx *db.Tx, code string, form rule.Screening) ([]Place, error) {
	list, err := region.Under(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	names, parents := map[string]string{}, map[string]bool{}
	for _, r := range list {
		names[r.Code] = r.ShortName
		parents[r.Parent] = true
	}
	var out []Place
	for _, r := range list {
		if r.Level < region.Township {
			continue
		}
		p := Place{Region: r.Code, Name: r.ShortName, Town: names[r.Parent]}
		if parents[r.Code] { // of a township with villages only those files that name none of them
			n, err := direct(ctx, tx, r.Code)
			if err != nil {
				return nil, err
			}
			if n.N == 0 {
				continue
			}
			p.Name, p.Town = r.ShortName+noVillage, r.ShortName
		}
		if p.Unit, err = k.Unit(ctx, tx, r.Code, form.Who, ""); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, errs.New(errs.Invalid, "所选范围内没有村（社区）。请先在“行政区划”中维护。")
	}
	codes := make([]string, len(out))
	for i, p := range out {
		codes[i] = p.Region
	}
	known, err := k.known(ctx, tx, form, codes, today(tx))
	for i := range out {
		out[i].Known = known[out[i].Region]
	}
	return out, err
}

// known counts the children whom a form asks about, village by village.
func (k *Desk) known(ctx context.Context, tx *db.Tx, form rule.Screening, regions []string, on civil.Date) (map[string]int64, error) {
	out := map[string]int64{}
	ids, none := k.group(form, on)
	if none {
		return out, nil
	}
	read := func() ([]count, error) { return k.everybody(ctx, tx, regions) }
	if len(ids) > 0 {
		read = func() ([]count, error) { return belonging(ctx, tx, regions, ids) }
	}
	rows, err := read()
	for _, r := range rows {
		out[r.Region] = r.N
	}
	return out, err
}

// everybody counts the children of villages, and of townships those who live in no village that is known.
func (k *Desk) everybody(ctx context.Context, tx *db.Tx, regions []string) ([]count, error) {
	var villages []string
	var out []count
	for _, code := range regions {
		if isVillage(code) {
			villages = append(villages, code)
			continue
		}
		n, err := direct(ctx, tx, code)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	rows, err := living(ctx, tx, villages)
	return append(out, rows...), err
}

func isVillage(code string) bool { return len(access.Prefix(code)) == len(code) }

// noVillage is said of files that name a township alone.
const noVillage = "（未落实到村）"

// Begin begins a campaign: each village gets a duty, nobody is copied.
func (k *Desk) Begin(ctx context.Context, tx *db.Tx, by access.Actor, n New) (ref.Campaign, error) {
	plan, err := k.Preview(ctx, tx, by, n)
	if err != nil {
		return 0, err
	}
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	c := Campaign{ID: ref.New[ref.Campaign](tx.Now.Time()), Name: n.Name, Form: n.Form, Asof: today(tx), Region: n.Region, Town: access.Town(n.Region),
		County: access.County(n.Region), Unit: by.Post.Unit, Begins: n.Begins, Due: n.Due, State: Open, Begun: tx.Now, BegunBy: by.User, BegunName: by.Name}
	list, duties := make([]Village, len(plan.Places)), make([]duty.New, len(plan.Places))
	for i, p := range plan.Places {
		list[i] = Village{Campaign: c.ID, Region: p.Region, Town: access.Town(p.Region), County: access.County(p.Region), Unit: p.Unit, Expected: NotSaid}
		duties[i] = c.duty(list[i], p.Name, plan.Form)
	}
	if err := k.carry(ctx, tx, c, plan.Form, list); err != nil {
		return 0, err
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duties...)
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		list[i].Duty = id
	}
	if err := insert(ctx, tx, c, list); err != nil {
		return 0, err
	}
	if err := k.answered(ctx, tx, by, c, plan.Form); err != nil {
		return 0, err
	}
	if err := c.note(tx, by, "", "screening.begin", ""); err != nil {
		return 0, err
	}
	return c.ID, audit.Write(ctx, tx, by, "screening.begin", subject, c.ID, map[string]any{"form": n.Form, "region": n.Region, "villages": len(list), "known": plan.Known()})
}

// carry counts for each village whom nobody met in the campaign before.
func (k *Desk) carry(ctx context.Context, tx *db.Tx, c Campaign, form rule.Screening, list []Village) error {
	was, err := k.Earlier(ctx, tx, c)
	if err != nil {
		return err
	}
	codes := make([]string, len(list))
	for i, v := range list {
		codes[i] = v.Region
	}
	counts, err := k.Carried(ctx, tx, form, was, codes)
	for i := range list {
		list[i].Carried = counts[list[i].Region]
	}
	return err
}

// duty is what a village has to do.
func (c Campaign) duty(v Village, name string, form rule.Screening) duty.New {
	return duty.New{Kind: VillageKind, Subject: subject, SubjectID: int64(c.ID), Whole: int64(c.ID), Title: c.Name + "：" + name, Unit: v.Unit,
		Region: v.Region, Rule: basis, Clause: form.Label, Deadline: duty.On(c.Due)}
}

// Event is something that happened to a campaign or a village in it.
type Event struct {
	ID        ref.Audit
	Campaign  ref.Campaign
	Region    string // "" is the whole campaign
	At        clock.Instant
	Actor     ref.User
	ActorName string
	Unit      ref.Unit
	Action    string
	Words     string
}

// note writes what happened for the campaign's page.
func (c Campaign) note(tx *db.Tx, by access.Actor, region, action, words string) error {
	return insertEvent(tx, Event{ID: ref.New[ref.Audit](tx.Now.Time()), Campaign: c.ID, Region: region, At: tx.Now, Actor: by.User, ActorName: by.Name,
		Unit: by.Post.Unit, Action: action, Words: words})
}

// Pending is a pattern of the rules with what a new campaign of it would be
// like, and the last one of its period.
type Pending struct {
	Form  rule.Screening
	New   New
	Since civil.Date // the first day of the period
	Begun *Campaign  // nil where none of the period was begun
}

// Patterns lists what the rules know to be screened in the actor's division.
func (k *Desk) Patterns(ctx context.Context, tx *db.Tx, by access.Actor) ([]Pending, error) {
	if err := by.Require("screening.begin"); err != nil {
		return nil, err
	}
	now, code := today(tx), by.Scope().Region
	var out []Pending
	for _, form := range k.Book().Screenings(now) {
		usual, err := duty.Figure(k.Book(), "screening.usual", now)
		if err != nil {
			return nil, err
		}
		p := Pending{Form: form, New: propose(form, code, now, usual), Since: periodOf(form, now)}
		begun, err := begunOf(ctx, tx, form.ID, code, p.Since.String())
		if err != nil {
			return nil, err
		}
		if len(begun) > 0 {
			p.Begun = &begun[0]
		}
		out = append(out, p)
	}
	return out, nil
}

// periodOf gives the first day of the period for which a pattern is screened once.
func periodOf(form rule.Screening, now civil.Date) civil.Date {
	year, _ := civil.NewDate(now.Year(), 1, 1)
	switch form.Every {
	case "month":
		return now.MonthStart()
	case "quarter":
		return now.QuarterStart()
	case "halfyear", "term":
		if now.Month() > 6 {
			return year.AddMonths(6)
		}
	}
	return year
}

// propose gives a campaign as the rules have it; usual is how many days one takes whose pattern names none.
func propose(form rule.Screening, code string, now civil.Date, usual int) New {
	n := New{Name: inYearName(now.Year(), form.Label), Form: form.ID, Region: code, Begins: now, Due: now.AddDays(usual)}
	switch form.Every {
	case "halfyear", "term":
		n.Name = strconv.Itoa(now.Year()) + "年" + map[bool]string{true: "上半年", false: "下半年"}[now.Month() <= 6] + form.Label
	}
	if form.Ends == "" {
		return n
	}
	begins, ends := inYear(form.Begins, now.Year()), inYear(form.Ends, now.Year())
	if ends.Before(now) {
		begins, ends = inYear(form.Begins, now.Year()+1), inYear(form.Ends, now.Year()+1)
		n.Name = inYearName(now.Year()+1, form.Label)
	}
	n.Begins, n.Due = begins, ends
	return n
}

// inYearName names a campaign of a year: 2026年度集中排查, not 2026年年度集中排查.
func inYearName(year int, label string) string {
	return strconv.Itoa(year) + "年" + strings.TrimPrefix(label, "年")
}

func inYear(monthDay string, year int) civil.Date {
	d, err := civil.Parse(strconv.Itoa(year) + "-" + monthDay)
	if err != nil { // the 29th of February in a common year
		d, _ = civil.NewDate(year, 2, 28)
	}
	return d
}

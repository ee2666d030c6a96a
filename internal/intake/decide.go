package intake

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
	"weibao/internal/vault"
)

// Decision is the saved end of triage 「研判结果」: what it is, how urgent, who
// takes it on. What follows from it, such as a referral, is another slice's.
type Decision struct {
	ID        ref.Audit
	Report    ref.Report
	At        clock.Instant
	By        ref.User
	ByName    string
	Situation string
	Urgency   response.Urgency
	Lead      ref.Unit // 0: the office itself
	Support   []ref.Unit
	Place     string // rule of place: occurrence, residence, registered
	Region    string
	Route     string            // id of the rule that was followed; "" = decided otherwise
	Answers   map[string]string // to the questions of triage
	Words     string
	Child     ref.Child
	Along     Along // not kept here: it stands in the referral
}

// Along says what goes to the units with a decision.
type Along struct {
	Ask    string   // what the lead unit is asked to do
	Items  []string // keys of the facts that the lead reads
	Shared []string // of these, what units that support it read
	File   bool     // the child's file stood there before and fills the facts in
	Seen   string   // digest of the facts as they were shown before
}

type decisionRow struct {
	ID        ref.Audit
	Report    ref.Report
	At        clock.Instant
	ByUser    ref.User
	ByName    string
	Situation string
	Urgency   response.Urgency
	Lead      ref.Unit
	Support   string
	Place     string
	Region    string
	Route     string
	Answers   string
	Sealed    []byte
}

// DecideIn is what an officer decides.
type DecideIn struct {
	Situation string
	Answers   map[string]string
	Urgency   response.Urgency // "": as the answers say
	Lead      ref.Unit         // 0: the office itself
	Support   []ref.Unit
	Region    string // the place by the rule of place; "": where it happened
	Words     string // required where urgency or lead differ from the rules
	Child     ref.Child
	Along     Along
}

// Proposal is what the rules say about a situation.
type Proposal struct {
	Route   response.Route
	Lead    ref.Unit
	Support []ref.Unit
	Unknown []string // units that the county's list does not name
}

// Propose gives who takes on a situation by the routing rules.
func (k *Desk) Propose(ctx context.Context, tx *db.Tx, situation string) (Proposal, error) {
	route, ok := k.Book().Route(situation, civil.DateOf(tx.Now.Time()))
	if !ok {
		return Proposal{}, nil
	}
	p := Proposal{Route: route}
	resolver, err := org.NewResolver(ctx, tx, k.Book())
	if err != nil {
		return p, err
	}
	find := func(spelling string) ref.Unit {
		m := resolver.Resolve(spelling)
		if m.Unit == 0 {
			p.Unknown = append(p.Unknown, spelling)
		}
		return m.Unit
	}
	if route.Lead != "" {
		p.Lead = find(route.Lead)
	}
	for _, s := range route.Support {
		if u := find(s); u != 0 && u != p.Lead && !slices.Contains(p.Support, u) {
			p.Support = append(p.Support, u)
		}
	}
	return p, nil
}

// Decide saves the end of triage, opens the duty to answer the reporter, and
// sends the report to whom it named.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, in DecideIn) (Decision, error) {
	if err := by.Require("intake.decide"); err != nil {
		return Decision{}, err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return Decision{}, err
	}
	if r.State != Accepted {
		return Decision{}, errMoved()
	}
	d, err := k.judge(ctx, tx, by, r, in)
	if err != nil {
		return d, err
	}
	d.ID, d.Report, d.At, d.By, d.ByName = ref.New[ref.Audit](tx.Now.Time()), id, tx.Now, by.User, by.Name
	if err := k.keep(ctx, tx, d); err != nil {
		return d, err
	}
	if err := k.settle(ctx, tx, by, &r.Duty, id); err != nil {
		return d, err
	}
	r.State, r.Decided, r.Situation, r.Urgency, r.Lead, r.Child = Decided, tx.Now, d.Situation, d.Urgency, d.Lead, d.Child
	if r.Duty, err = k.open(ctx, tx, by, r, AnswerKind); err != nil {
		return d, err
	}
	if err := save(ctx, tx, r); err != nil {
		return d, err
	}
	if err := audit.Write(ctx, tx, by, "intake.decide", "intake_report", id,
		map[string]any{"situation": d.Situation, "urgency": d.Urgency, "lead": d.Lead, "support": d.Support, "route": d.Route}); err != nil {
		return d, err
	}
	if k.Dispatch == nil {
		return d, nil
	}
	return d, k.Dispatch(ctx, tx, by, d)
}

// Try tells what a decision would be, without deciding.
func (k *Desk) Try(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, in DecideIn) (Decision, error) {
	if err := by.Require("intake.decide"); err != nil {
		return Decision{}, err
	}
	r, err := get(ctx, tx, by, id)
	if err != nil {
		return Decision{}, err
	}
	if r.State != Accepted {
		return Decision{}, errMoved()
	}
	d, err := k.judge(ctx, tx, by, r, in)
	d.Report = id
	return d, err
}

// Link says of which child a report tells 「关联档案」; 0 takes that back.
func (k *Desk) Link(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, child ref.Child) error {
	if err := by.Require("intake.decide"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !r.State.Open() {
		return errMoved()
	}
	r.Child = child
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.link", "intake_report", id, map[string]any{"child": child})
}

// judge completes what was decided by the rules, and asks for words where it differs from them.
func (k *Desk) judge(ctx context.Context, tx *db.Tx, by access.Actor, r Report, in DecideIn) (Decision, error) {
	f := errs.Fields{}
	s, known := k.situation(in.Situation, tx.Now)
	f.Check(known, "situation", "请选择情形。")
	tree, _ := k.Book().Triage(civil.DateOf(tx.Now.Time()))
	verdict := tree.Judge(in.Answers)
	f.Check(verdict.Open == "", verdict.Open, "请回答这个问题。")
	least := response.Higher(verdict.Urgency, s.Urgency)
	if in.Urgency == "" {
		in.Urgency = least
	}
	f.Check(slices.Contains(response.Urgencies, in.Urgency), "urgency", "请选择紧急程度。")
	in.Words = clean(in.Words)
	f.Check(utf8.RuneCountInString(in.Words) <= MaxMessage, "words", "最多2000字，请缩短后再提交。")
	p, err := k.Propose(ctx, tx, in.Situation)
	if err != nil {
		return Decision{}, err
	}
	differs := in.Lead != p.Lead
	slower := in.Urgency != least && response.Higher(in.Urgency, least) == least
	f.Check(in.Words != "" || !differs, "words", "牵头单位与派单规则不同，请说明理由。")
	f.Check(in.Words != "" || !slower, "words", "紧急程度低于研判结果，请说明理由。")
	f.Check(in.Lead == 0 || !slices.Contains(in.Support, in.Lead), "support", "牵头单位不能同时是配合单位。")
	if err := apart(ctx, tx, by, r, in, f); err != nil {
		return Decision{}, err
	}
	if err := f.Err(); err != nil {
		return Decision{}, err
	}
	if in.Region == "" {
		in.Region = r.Region
	}
	d := Decision{Situation: in.Situation, Urgency: in.Urgency, Lead: in.Lead, Support: in.Support, Place: p.Route.Place, Region: in.Region,
		Answers: answered(verdict), Words: in.Words, Child: in.Child, Along: in.Along}
	if d.Child == 0 {
		d.Child = r.Child
	}
	if !differs {
		d.Route = p.Route.ID
	}
	return d, nil
}

// apart refuses units of the very village or township whose people a report is
// about 「回避」.
func apart(ctx context.Context, tx *db.Tx, by access.Actor, r Report, in DecideIn, f errs.Fields) error {
	if r.About == "" {
		return nil
	}
	for _, u := range append([]ref.Unit{in.Lead}, in.Support...) {
		if u == 0 {
			continue
		}
		unit, err := org.Get(ctx, tx, by, u)
		if err != nil {
			return err
		}
		own := r.About == "village" && len(access.Prefix(unit.Region)) > town && unit.Region == r.Region ||
			r.About == "township" && r.Town != "" && access.Town(unit.Region) == r.Town
		name := "support"
		if u == in.Lead {
			name = "lead"
		}
		f.Check(!own, name, "报告反映的是"+unit.Name+"所在地方的工作人员，应当回避，请选择其他单位。")
	}
	return nil
}

// answered keeps the answers that the way through the tree used.
func answered(v response.Verdict) map[string]string {
	m := map[string]string{}
	for _, s := range v.Path {
		m[s.Question] = s.Answer
	}
	return m
}

func (k *Desk) keep(ctx context.Context, tx *db.Tx, d Decision) error {
	support, err := json.Marshal(append([]ref.Unit{}, d.Support...))
	if err != nil {
		return err
	}
	answers, err := json.Marshal(d.Answers)
	if err != nil {
		return err
	}
	row := decisionRow{ID: d.ID, Report: d.Report, At: d.At, ByUser: d.By, ByName: d.ByName, Situation: d.Situation, Urgency: d.Urgency, Lead: d.Lead,
		Support: string(support), Place: d.Place, Region: d.Region, Route: d.Route, Answers: string(answers)}
	if row.Sealed, err = k.Vault.SealText(ctx, tx, group(d.Report), field("intake_decision", "sealed", int64(d.ID)), d.Words); err != nil {
		return err
	}
	return insertDecision(ctx, tx, row)
}

func (k *Desk) decisions(ctx context.Context, tx *db.Tx, id ref.Report) ([]Decision, error) {
	rows, err := decisionsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	sealed := make([]vault.Sealed, len(rows))
	for i, r := range rows {
		sealed[i] = vault.Sealed{Group: group(id), Field: field("intake_decision", "sealed", int64(r.ID)), Bytes: r.Sealed}
	}
	words, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([]Decision, len(rows))
	for i, r := range rows {
		out[i] = Decision{ID: r.ID, Report: r.Report, At: r.At, By: r.ByUser, ByName: r.ByName, Situation: r.Situation, Urgency: r.Urgency, Lead: r.Lead,
			Place: r.Place, Region: r.Region, Route: r.Route, Words: words[i]}
		if err := json.Unmarshal([]byte(r.Support), &out[i].Support); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(r.Answers), &out[i].Answers); err != nil {
			return nil, err
		}
	}
	return out, nil
}

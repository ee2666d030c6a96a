package screening

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// In is what somebody enters of one child.
type In struct {
	// Answers are those that were given; to a question left out the file
	// answers as it did.
	Answers map[string]string
	// Absent is a key of Reasons for a child who was not met: nothing else is asked then.
	Absent string
	Words  string // of an absent child
}

// Told tells what came of an entry.
type Told struct {
	Outcome    Outcome
	Leads      []string        // labels of questions whose answers lead to an assessment
	Duty       ref.Duty        // to assess; 0 where none was opened
	Never      bool            // was never assessed, and is listed as to be assessed
	Categories []rule.Category // which the answers suggest
	Kept       []string        // labels of questions whose answers the file did not take over
}

// visit is one child at the time of an entry.
type visit struct {
	campaign Campaign
	form     rule.Screening
	file     child.Child
	dossier  child.Dossier
	facts    rule.Facts
	told     map[string]string // what the file says
	before   Answer            // of the same campaign
	again    bool              // there was one
}

// carried gives what a child's facts answer to a form.
func carried(form rule.Screening, f rule.Facts) map[string]string {
	out := map[string]string{}
	for _, q := range form.Asked(f.Age) {
		if a := q.Told(f); a != "" {
			out[q.ID] = a
		}
	}
	return out
}

// Enter records what was found of one child: the file takes over what differs,
// and what leads to an assessment becomes a duty.
func (k *Desk) Enter(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, who ref.Child, in In) (Told, error) {
	if err := by.Require("screening.answer"); err != nil {
		return Told{}, err
	}
	c, form, err := k.running(ctx, tx, by, id)
	if err != nil {
		return Told{}, err
	}
	v, err := k.visit(ctx, tx, by, c, form, who)
	if err != nil {
		return Told{}, err
	}
	if in.Absent != "" {
		return k.absent(ctx, tx, by, v, in)
	}
	return k.met(ctx, tx, by, v, in)
}

// running gives a campaign that takes entries, with its form.
func (k *Desk) running(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign) (Campaign, rule.Screening, error) {
	c, err := get(ctx, tx, by, id, "")
	if err != nil {
		return c, rule.Screening{}, err
	}
	if c.State != Open {
		return c, rule.Screening{}, errs.New(errs.Conflict, "这次排查已经结束，不能再登记。确需补登的，请发起单位重新开启。")
	}
	form, err := k.FormOf(c)
	return c, form, err
}

func (k *Desk) visit(ctx context.Context, tx *db.Tx, by access.Actor, c Campaign, form rule.Screening, who ref.Child) (visit, error) {
	v := visit{campaign: c, form: form}
	row, n, err := k.Cabinet.Locked(ctx, tx, by, who)
	if err != nil {
		return v, err
	}
	v.file, v.dossier = row, n.Dossier
	if err := k.belongs(ctx, tx, by, v); err != nil {
		return v, err
	}
	v.facts = k.Cabinet.Facts(row, n.Dossier, today(tx))
	v.told = carried(form, v.facts)
	v.before, v.again, err = answerOf(ctx, tx, c.ID, who)
	return v, err
}

// belongs refuses children about whom the campaign does not ask.
func (k *Desk) belongs(ctx context.Context, tx *db.Tx, by access.Actor, v visit) error {
	if v.file.State != child.Open {
		return errs.New(errs.Conflict, "这份档案已结，不在排查范围。确需登记的，请先恢复档案。")
	}
	if !k.asks(v.form, v.file, today(tx)) {
		return errs.New(errs.Conflict, "该儿童不属于这次排查的对象。")
	}
	if _, err := village(ctx, tx, by, v.campaign.ID, v.file.Region, ""); err != nil {
		return errs.New(errs.Conflict, "该儿童现在的居住地不在这次排查范围内，请核对档案中的居住地。")
	}
	return nil
}

func (k *Desk) absent(ctx context.Context, tx *db.Tx, by access.Actor, v visit, in In) (Told, error) {
	f := errs.Fields{}
	f.Check(ReasonLabel(in.Absent) != "", "absent", "请选择没有见到的原因。")
	f.Check(len([]rune(in.Words)) <= maxWords, "words", "内容过长，请简要说明。")
	if err := f.Err(); err != nil {
		return Told{}, err
	}
	a := v.answer(tx, by, Absent)
	a.Reason = in.Absent
	if err := k.put(ctx, tx, by, v, a, Paper{Words: strings.TrimSpace(in.Words)}, nil); err != nil {
		return Told{}, err
	}
	return Told{Outcome: Absent}, audit.Write(ctx, tx, by, "screening.answer", "child", v.file.ID, map[string]any{"campaign": v.campaign.ID, "outcome": Absent})
}

const maxWords = 500

// met records a child who was met.
func (k *Desk) met(ctx context.Context, tx *db.Tx, by access.Actor, v visit, in In) (Told, error) {
	answers := v.merge(in.Answers)
	after, err := v.form.Apply(v.facts, answers)
	if err != nil {
		return Told{}, err
	}
	told := Told{Outcome: v.outcome(answers)}
	paper, row, dossier := Paper{Answers: answers}, v.file, v.dossier
	if told.Outcome != Same {
		if paper.Kept, err = k.fill(ctx, tx, by, v, after); err != nil {
			return Told{}, err
		}
		told.Kept = paper.Kept
		var n child.New
		if row, n, err = k.Cabinet.Locked(ctx, tx, by, v.file.ID); err != nil {
			return Told{}, err
		}
		dossier = n.Dossier
	}
	a := v.answer(tx, by, told.Outcome)
	if told.Categories, err = k.suggested(row, dossier, today(tx)); err != nil {
		return Told{}, err
	}
	a.Proposed = words(ids(told.Categories))
	for _, q := range v.leads(answers) {
		told.Leads = append(told.Leads, q.Label)
	}
	lead, asks := v.weighs(row, told.Outcome, len(told.Leads))
	a.Lead = max(a.Lead, lead)
	if asks {
		list := []entry{{v, a, paper, true}}
		if err := k.promptAll(ctx, tx, by, list); err != nil {
			return Told{}, err
		}
		a = list[0].row
		told.Duty = a.Duty
	}
	told.Never = lead == 1 && !asks
	now := today(tx)
	if err := k.put(ctx, tx, by, v, a, paper, &now); err != nil {
		return Told{}, err
	}
	return told, audit.Write(ctx, tx, by, "screening.answer", "child", v.file.ID, map[string]any{"campaign": v.campaign.ID, "outcome": told.Outcome, "lead": a.Lead})
}

// weighs tells whether a child is listed as to be assessed 「排查即评估」, and
// whether that is somebody's duty: of what leads to it, and with a pattern that
// says so of whoever was never assessed or has changed. Whoever was never
// assessed stays listed in any campaign until it is.
func (v visit) weighs(row child.Child, o Outcome, leads int) (lead int64, asks bool) {
	asks = leads > 0 || v.form.Assess && (row.Level == 0 || o != Same)
	return flag(asks || row.Level == 0), asks
}

// merge adds to what was given what the file says, and that the child was met.
func (v visit) merge(given map[string]string) map[string]string {
	out := map[string]string{}
	for id, a := range given {
		if a != "" {
			out[id] = a
		}
	}
	for _, q := range v.form.Asked(v.facts.Age) {
		switch {
		case out[q.ID] != "":
		case q.Meeting():
			out[q.ID] = rule.Yes
		case v.told[q.ID] != "":
			out[q.ID] = v.told[q.ID]
		}
	}
	return out
}

// outcome tells whether anything is other than the file says.
func (v visit) outcome(answers map[string]string) Outcome {
	if v.file.Source == Source(v.campaign.ID) {
		return Found
	}
	for _, q := range v.form.Asked(v.facts.Age) {
		a := answers[q.ID]
		calm := q.Calm()
		if a != "" && a != v.told[q.ID] && (calm == "" || a != calm) {
			return Changed
		}
	}
	// What changed the file earlier in this campaign stays a change.
	if v.again && v.before.Outcome == Changed {
		return Changed
	}
	return Same
}

// leads gives the questions whose answers lead to an assessment: what is new,
// and for a child who was never assessed also what was known.
func (v visit) leads(answers map[string]string) []rule.Question {
	return slices.DeleteFunc(v.form.Leads(answers), func(q rule.Question) bool {
		return v.file.Level > 0 && answers[q.ID] == v.told[q.ID] && q.Calm() == ""
	})
}

// answer is the row of an entry, without what is private.
func (v visit) answer(tx *db.Tx, by access.Actor, o Outcome) Answer {
	a := Answer{ID: int64(ref.New[ref.Audit](tx.Now.Time())), Campaign: v.campaign.ID, Child: v.file.ID}
	if v.again {
		a.ID, a.Duty, a.Lead, a.Assessed = v.before.ID, v.before.Duty, v.before.Lead, v.before.Assessed
	}
	a.Region, a.Town, a.County, a.Unit, a.Counted = v.file.Region, v.file.Town, v.file.County, v.file.Unit, 1
	a.Outcome, a.At, a.ByUser, a.ByName, a.ByUnit = o, tx.Now, by.User, by.Name, by.Post.Unit
	return a
}

// put stores an entry, marks the file with it and brings the village's numbers
// up to date; met is the day on which the child was.
func (k *Desk) put(ctx context.Context, tx *db.Tx, by access.Actor, v visit, a Answer, p Paper, met *civil.Date) error {
	plain, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if a.Sealed, err = k.Cabinet.Vault.Seal(ctx, tx, vault.GroupOf("child", a.Child), answerField(a.ID), plain); err != nil {
		return err
	}
	if err := k.Cabinet.Tell(ctx, tx, by, a.Child, child.Set{Screened: met, Campaign: &a.Campaign}); err != nil {
		return err
	}
	if !v.again {
		if err := insertAnswers(ctx, tx, []Answer{a}); err != nil {
			return err
		}
		return addTally(ctx, tx, a.Campaign, a.Region, a.tally())
	}
	if err := updateAnswer(ctx, tx, a); err != nil {
		return err
	}
	return shift(ctx, tx, v.before, a)
}

// tally is what an answer adds to the numbers of its village.
func (a Answer) tally() tally {
	if a.Counted == 0 {
		return tally{}
	}
	t := tally{leads: a.Lead, gone: flag(a.Reason == MovedAway)}
	switch a.Outcome {
	case Same:
		t.same = 1
	case Changed:
		t.changed = 1
	case Found:
		t.found = 1
	case Absent:
		t.absent = 1
	}
	return t
}

func (t tally) negated() tally {
	return tally{-t.same, -t.changed, -t.found, -t.absent, -t.gone, -t.leads}
}

// shift moves a child from what it counted as to what it counts as now, the
// villages in one order for all writers.
func shift(ctx context.Context, tx *db.Tx, was, now Answer) error {
	if was.Region == now.Region {
		if t := now.tally().plus(was.tally().negated()); t != (tally{}) {
			return addTally(ctx, tx, now.Campaign, now.Region, t)
		}
		return nil
	}
	steps := []Answer{was, now}
	slices.SortFunc(steps, func(a, b Answer) int { return strings.Compare(a.Region, b.Region) })
	for _, s := range steps {
		t := s.tally()
		if s.Region == was.Region {
			t = t.negated()
		}
		if t == (tally{}) {
			continue
		}
		if err := addTally(ctx, tx, s.Campaign, s.Region, t); err != nil {
			return err
		}
	}
	return nil
}

// Source is what the files of children bear who were found in a campaign.
func Source(id ref.Campaign) string { return "screening:" + ref.Format(id) }

// suggested gives the categories whose conditions a file fulfils and which it is not in.
func (k *Desk) suggested(c child.Child, d child.Dossier, on civil.Date) ([]rule.Category, error) {
	facts := k.Cabinet.Facts(c, d, on)
	var out []rule.Category
	for _, category := range k.Book().PickCategories(on) {
		if c.Holds(category.ID) || category.Class == rule.Secret || slices.ContainsFunc(category.Codes, c.Holds) {
			continue
		}
		v, err := category.Judge(facts)
		if err != nil {
			return nil, err
		}
		if v.Held {
			out = append(out, category)
		}
	}
	return out, nil
}

func ids(list []rule.Category) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

// promptAll opens for each of some entries that ask for it the duty to assess
// the child, unless one stands already.
func (k *Desk) promptAll(ctx context.Context, tx *db.Tx, by access.Actor, list []entry) error {
	var who []ref.Child
	for _, e := range list {
		if e.duty {
			who = append(who, e.file.ID)
		}
	}
	if len(who) == 0 {
		return nil
	}
	open, err := prompted(ctx, tx, who)
	if err != nil {
		return err
	}
	deadline, _, err := duty.Ruled(k.Book(), "screening.assess", tx.Now)
	if err != nil {
		return err
	}
	units := map[string]ref.Unit{}
	var duties []duty.New
	var of []int
	for i, e := range list {
		if !e.duty || slices.Contains(open, e.file.ID) {
			continue
		}
		unit, known := units[e.file.Region]
		if !known {
			if unit, err = k.Unit(ctx, tx, e.file.Region, e.form.Who, ""); err != nil {
				return err
			}
			units[e.file.Region] = unit
		}
		of = append(of, i)
		duties = append(duties, duty.New{Kind: AssessKind, Subject: "child", SubjectID: int64(e.file.ID), Whole: int64(e.campaign.ID),
			Title: "排查后评估：" + shown(e.file), Unit: unit, Region: e.file.Region, Rule: basis, Clause: "排查即评估", Deadline: deadline})
	}
	if len(duties) == 0 {
		return nil
	}
	opened, err := k.Kernel.Open(ctx, tx, by, duties...)
	if err != nil {
		return err
	}
	for n, i := range of {
		list[i].row.Duty, list[i].row.Assessed = opened[n], 0
	}
	return nil
}

// sealAll closes what is private in some entries.
func (k *Desk) sealAll(ctx context.Context, tx *db.Tx, list []entry) error {
	open := make([]vault.Sealed, len(list))
	for i, e := range list {
		plain, err := json.Marshal(e.paper)
		if err != nil {
			return err
		}
		open[i] = vault.Sealed{Group: vault.GroupOf("child", e.row.Child), Field: answerField(e.row.ID), Bytes: plain}
	}
	sealed, err := k.Cabinet.Vault.SealAll(ctx, tx, open)
	for i := range sealed {
		list[i].row.Sealed = sealed[i]
	}
	return err
}

// shown is how a duty calls a child.
func shown(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

// Assessed closes the duties to assess a child, because it was assessed.
func (k *Desk) Assessed(ctx context.Context, tx *db.Tx, by access.Actor, who ref.Child, assessment ref.Assessment) error {
	list, err := unassessed(ctx, tx, who)
	if err != nil {
		return err
	}
	for _, a := range list {
		a.Assessed = tx.Now
		if err := updateAnswer(ctx, tx, a); err != nil {
			return err
		}
		if a.Duty == 0 {
			continue
		}
		if err := k.Kernel.Close(ctx, tx, by, a.Duty, "assessment", int64(assessment)); err != nil {
			return err
		}
	}
	return nil
}

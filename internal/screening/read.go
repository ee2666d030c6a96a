package screening

import (
	"context"
	"encoding/json"
	"math"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Row is a village of a campaign with who lives there now.
type Row struct {
	Village
	Name   string
	Living int64 // children known there now, or when the campaign was closed
}

// Missing counts those who live there and of whom nothing was entered.
func (r Row) Missing() int64 { return r.Living - r.Done() }

// Unknown counts those whom another source names and no file knows; nothing
// where nobody named a number.
func (r Row) Unknown() int64 { return max(r.Expected-r.Living, 0) }

// Late tells whether the village is not done on a day after the campaign's due.
func (r Row) Late(c Campaign, on civil.Date) bool {
	return r.Finished == 0 && on.After(c.Due) || r.Finished != 0 && civil.DateOf(r.Finished.Time()).After(c.Due)
}

// Progress is a campaign with its villages in the actor's scope.
type Progress struct {
	Campaign
	Pattern rule.Screening
	Rows    []Row
}

// List gives the campaigns with villages in the actor's scope, latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Campaign, limit int) ([]Campaign, error) {
	if err := by.Require("screening.list"); err != nil {
		return nil, err
	}
	if after == 0 {
		after = math.MaxInt64
	}
	return campaigns(ctx, tx, by, after, limit)
}

// Get gives a campaign that reaches into the actor's scope.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign) (Campaign, error) {
	if err := by.Require("screening.list"); err != nil {
		return Campaign{}, err
	}
	return get(ctx, tx, by, id, "")
}

// Progress tells how far the villages in the actor's scope have come.
func (k *Desk) Progress(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign) (Progress, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Progress{}, err
	}
	list, err := villages(ctx, tx, by, id)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Campaign: c}
	if p.Pattern, err = k.FormOf(c); err != nil {
		return p, err
	}
	p.Rows, err = k.rows(ctx, tx, p.Pattern, list)
	p.Rows = still(c, p.Rows)
	return p, err
}

func (k *Desk) rows(ctx context.Context, tx *db.Tx, form rule.Screening, list []Village) ([]Row, error) {
	codes := make([]string, len(list))
	for i, v := range list {
		codes[i] = v.Region
	}
	known, err := k.known(ctx, tx, form, codes, today(tx))
	if err != nil {
		return nil, err
	}
	names, err := region.Names(ctx, tx, codes)
	out := make([]Row, len(list))
	for i, v := range list {
		out[i] = Row{v, names[v.Region], known[v.Region]}
		if isVillage(v.Region) || err != nil {
			continue
		}
		below, failed := region.Under(ctx, tx, v.Region)
		if failed != nil {
			return nil, failed
		}
		if len(below) > 1 {
			out[i].Name += noVillage
		}
	}
	return out, err
}

// still gives rows as they were when their campaign was closed.
func still(c Campaign, rows []Row) []Row {
	for i := range rows {
		if c.State == Closed {
			rows[i].Living = rows[i].Known
		}
	}
	return rows
}

// Village gives one village of a campaign.
func (k *Desk) Village(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string) (Campaign, Row, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return c, Row{}, err
	}
	v, err := village(ctx, tx, by, id, code, "")
	if err != nil {
		return c, Row{}, err
	}
	form, err := k.FormOf(c)
	if err != nil {
		return c, Row{}, err
	}
	rows, err := k.rows(ctx, tx, form, []Village{v})
	if err != nil {
		return c, Row{}, err
	}
	return c, still(c, rows)[0], nil
}

// Key is a place in the list of who is missing.
type Key struct {
	Level int
	Due   string
	ID    ref.Child
}

// KeyOf gives the page key of a child.
func KeyOf(c child.Child) Key { return Key{c.Level, c.Due, c.ID} }

// Missing lists the children who live in a village now and of whom nothing was
// entered, those of high risk first, a page at a time.
func (k *Desk) Missing(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, after Key, limit int) ([]child.Child, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if _, err := village(ctx, tx, by, id, code, ""); err != nil {
		return nil, err
	}
	form, err := k.FormOf(c)
	if err != nil {
		return nil, err
	}
	ids, none := k.group(form, today(tx))
	if none {
		return nil, nil
	}
	return missing(ctx, tx, id, code, ids, after, limit)
}

// Search finds children whom a campaign asks about in one village, and leaves
// the trace of a search.
func (k *Desk) Search(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code, query string) ([]child.Child, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	form, err := k.FormOf(c)
	if err != nil {
		return nil, err
	}
	hits, err := k.Cabinet.Search(ctx, tx, by, query)
	return slices.DeleteFunc(hits, func(x child.Child) bool { return x.Region != code || !k.asks(form, x, today(tx)) }), err
}

// Entry is an answer with the file of the child.
type Entry struct {
	Answer
	File child.Child
}

// Part is which of a village's results are listed; the zero value is all.
type Part struct {
	Outcomes []Outcome
	Leads    bool // those alone who have to be assessed, or were
}

// Entered lists the results of the children who live in a village now, latest
// first.
func (k *Desk) Entered(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, of Part, after int64, limit int) ([]Entry, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	if _, err := village(ctx, tx, by, id, code, ""); err != nil {
		return nil, err
	}
	list, err := entered(ctx, tx, id, code, of, after, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]ref.Child, len(list))
	for i, a := range list {
		ids[i] = a.Child
	}
	rows, err := files(ctx, tx, by, ids)
	out := make([]Entry, 0, len(list))
	for _, a := range list {
		if i := slices.IndexFunc(rows, func(c child.Child) bool { return c.ID == a.Child }); i >= 0 {
			out = append(out, Entry{a, rows[i]})
		}
	}
	return out, err
}

// Events tells what happened to a campaign, or with a village's code to that
// village as well, latest first.
func (k *Desk) Events(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, limit int) ([]Event, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	regions := []string{""}
	if code != "" {
		if _, err := village(ctx, tx, by, id, code, ""); err != nil {
			return nil, err
		}
		regions = append(regions, code)
	}
	return events(ctx, tx, id, regions, limit)
}

// Sheet is what is asked of one child.
type Sheet struct {
	Campaign Campaign
	File     child.Child
	Asked    []rule.Question // those that a person answers
	Told     []string        // ids of questions which the file answers already
	Lacks    []rule.Question // required ones which neither the file nor calm answers: 无变化 is not possible
	Answer   *Answer         // what was entered in this campaign
	Answers  map[string]string
	Paper    Paper // after a reveal
	Revealed bool
}

// Sheet gives what is asked of a child in a campaign; what the file says to it
// stays covered.
func (k *Desk) Sheet(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, who ref.Child) (Sheet, error) {
	s, told, err := k.sheet(ctx, tx, by, id, who)
	for _, q := range s.Asked {
		if told[q.ID] != "" && q.Sets != "" {
			s.Told = append(s.Told, q.ID)
		}
	}
	return s, err
}

// Reveal is Sheet with what the file and the last entry say, and leaves the
// trace of the look.
func (k *Desk) Reveal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, who ref.Child) (Sheet, error) {
	if _, err := k.Cabinet.Reveal(ctx, tx, by, who, "check"); err != nil {
		return Sheet{}, err
	}
	s, told, err := k.sheet(ctx, tx, by, id, who)
	if err != nil {
		return s, err
	}
	s.Answers, s.Revealed = told, true
	if s.Answer != nil {
		s.Paper, err = k.open(ctx, tx, *s.Answer)
		for q, a := range s.Paper.Answers {
			if s.Answers[q] == "" {
				s.Answers[q] = a
			}
		}
	}
	return s, err
}

func (k *Desk) sheet(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, who ref.Child) (Sheet, map[string]string, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Sheet{}, nil, err
	}
	s := Sheet{Campaign: c}
	if s.File, err = k.Cabinet.Get(ctx, tx, by, who); err != nil {
		return s, nil, err
	}
	form, err := k.FormOf(c)
	if err != nil {
		return s, nil, err
	}
	a, there, err := answerOf(ctx, tx, id, who)
	if err != nil {
		return s, nil, err
	}
	if there {
		s.Answer = &a
	}
	papers, err := k.Cabinet.Dossiers(ctx, tx, by, []ref.Child{who})
	if err != nil {
		return s, nil, err
	}
	told := carried(form, k.Cabinet.Facts(s.File, papers[who], today(tx)))
	age, _ := s.File.Age(today(tx))
	for _, q := range form.Asked(max(age, 0)) {
		if q.Meeting() {
			continue
		}
		s.Asked = append(s.Asked, q)
		if q.Required && told[q.ID] == "" && q.Calm() == "" {
			s.Lacks = append(s.Lacks, q)
		}
	}
	return s, told, nil
}

func answerField(id int64) vault.Field {
	return vault.Field{Table: "screening_answer", Column: "sealed", Row: id}
}

func (k *Desk) open(ctx context.Context, tx *db.Tx, a Answer) (p Paper, err error) {
	plain, err := k.Cabinet.Vault.Open(ctx, tx, vault.GroupOf("child", a.Child), answerField(a.ID), a.Sealed)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(plain, &p)
}

// Recount gives the villages of a campaign whose kept numbers differ from a
// full count of the answers; none, unless somebody edited a table.
func (k *Desk) Recount(ctx context.Context, tx *db.Tx, id ref.Campaign) ([]Village, error) {
	kept, err := villages(ctx, tx, access.Program, id)
	if err != nil {
		return nil, err
	}
	truth, err := recounted(ctx, tx, id)
	var out []Village
	for _, v := range kept {
		var t Village
		if i := slices.IndexFunc(truth, func(x Village) bool { return x.Region == v.Region }); i >= 0 {
			t = truth[i]
		}
		if t.tally() != v.tally() {
			out = append(out, v)
		}
	}
	return out, err
}

func (v Village) tally() tally { return tally{v.Same, v.Changed, v.Found, v.Absent, v.Gone, v.Leads} }

// Total is the sum of some villages.
type Total struct {
	Villages, Finished, Zero                                   int
	Living, Missing, Same, Changed, Found, Absent, Gone, Leads int64
	Carried                                                    int64
	Expected                                                   int64 // of the villages for which somebody named a number
	Named                                                      int   // how many those are
}

// Done counts the children whose result was entered.
func (t Total) Done() int64 { return t.Same + t.Changed + t.Found + t.Absent }

// Sum adds villages up.
func Sum(rows []Row) (t Total) {
	for _, r := range rows {
		t.Villages++
		if r.Finished != 0 {
			t.Finished++
		}
		t.Zero += int(r.Zero)
		t.Living, t.Missing = t.Living+r.Living, t.Missing+r.Missing()
		t.Same, t.Changed, t.Found, t.Absent = t.Same+r.Same, t.Changed+r.Changed, t.Found+r.Found, t.Absent+r.Absent
		t.Gone, t.Leads, t.Carried = t.Gone+r.Gone, t.Leads+r.Leads, t.Carried+r.Carried
		if r.Expected != NotSaid {
			t.Expected, t.Named = t.Expected+r.Expected, t.Named+1
		}
	}
	return t
}

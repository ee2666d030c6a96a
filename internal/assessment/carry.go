package assessment

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// turn is what must change for a child: its care, and perhaps its level.
type turn struct {
	child child.Child
	have  []Care
	plan  plan
	level *int  // the new one, where it changes
	apart int64 // the entry of a secret list; 0 = the child's own care

	united ref.Child // the file by whose uniting with another it changes: what ends rests
	lent   []Care    // whose due goes on in what begins
}

// why says for what reason the duties of a turn end.
func (t turn) why() string {
	if t.united != 0 {
		return "两份档案合并，事项由保留的档案承接"
	}
	return "等级或类别已变化"
}

// carryOut does what must change for some children, each named once, with
// statements that serve all of them.
func (k *Desk) carryOut(ctx context.Context, tx *db.Tx, by access.Actor, list []turn) error {
	var past []int64
	cares, duties := map[ref.Child][]int64{}, map[string][]ref.Duty{}
	for _, t := range list {
		for _, h := range t.plan.past {
			past = append(past, h.ID)
		}
		for _, h := range t.plan.end {
			cares[t.united], duties[t.why()] = append(cares[t.united], h.ID), append(duties[t.why()], h.Duty)
		}
	}
	for united, ids := range cares {
		if err := endCares(ctx, tx, ids, united); err != nil {
			return err
		}
	}
	if err := leaveCares(ctx, tx, past); err != nil {
		return err
	}
	for why, ids := range duties {
		if err := k.Kernel.CancelMany(ctx, tx, by, ids, why); err != nil {
			return err
		}
	}
	opened, err := k.openAll(ctx, tx, by, list)
	if err != nil {
		return err
	}
	news, listed := make([]child.News, 0, len(list)), k.listed(today(tx))
	for i, t := range list {
		if t.apart == 0 { // what stands apart moves nothing on the file
			open := t.after(opened[i])
			due, waits := earliest(open), waitsOf(open, listed)
			news = append(news, child.News{Child: t.child.ID, Set: child.Set{Due: &due, Level: t.level, Waits: &waits}})
		}
	}
	return k.Cabinet.TellAll(ctx, tx, by, news)
}

// openAll opens a duty for each care that must begin, and gives these by child.
func (k *Desk) openAll(ctx context.Context, tx *db.Tx, by access.Actor, list []turn) ([][]Care, error) {
	out, m := make([][]Care, len(list)), maker{Desk: k, units: map[seat]ref.Unit{}, ends: map[string]end{}}
	var rows []Care
	var duties []duty.New
	for i, t := range list {
		for _, w := range t.plan.open {
			care, d, err := m.make(ctx, tx, t, w)
			if err != nil {
				return nil, err
			}
			out[i], rows, duties = append(out[i], care), append(rows, care), append(duties, d)
		}
	}
	if len(rows) == 0 {
		return out, nil
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duties...)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		rows[i].Duty = id
	}
	return out, db.InsertAll(ctx, tx, "assessment_care", rows)
}

// maker makes the care of one transaction and asks once for each unit and end.
type maker struct {
	*Desk
	units map[seat]ref.Unit
	ends  map[string]end
}

type seat struct{ region, who, key string }

type end struct {
	deadline duty.Deadline
	due      civil.Date
}

func (m maker) make(ctx context.Context, tx *db.Tx, t turn, w rule.Care) (Care, duty.New, error) {
	var err error
	c := t.child
	at, terms := seat{c.Region, w.Who, w.Unit}, termsOf(w)
	unit, known := m.units[at]
	if !known {
		if unit, err = m.Unit(ctx, tx, c.Region, w.Who, w.Unit); err != nil {
			return Care{}, duty.New{}, err
		}
		m.units[at] = unit
	}
	by, known := m.ends[terms]
	if i := slices.IndexFunc(t.lent, func(h Care) bool { return h.Terms == terms }); i >= 0 {
		by, known = end{deadline: duty.On(t.lent[i].Due), due: t.lent[i].Due}, true
	}
	if !known {
		if by.deadline, by.due, err = m.deadline(ctx, tx, w); err != nil {
			return Care{}, duty.New{}, err
		}
		m.ends[terms] = by
	}
	d := duty.New{Kind: DutyKind(w.Kind), Subject: "child", SubjectID: int64(c.ID), Title: w.Call() + "：" + shown(c),
		Unit: unit, Region: c.Region, Rule: basis, Clause: w.Call(), Deadline: by.deadline}
	if t.apart != 0 {
		d.Kind, d.Subject, d.SubjectID, d.Title, d.Rule, d.Clause = ApartKind, "assessment_entry", t.apart, ApartWord, ApartWord, ""
	}
	return Care{ID: int64(ref.New[ref.Audit](tx.Now.Time())), Child: c.ID, Kind: w.Kind, Terms: terms, Due: by.due, State: careOpen, Opened: tx.Now, Apart: t.apart}, d, nil
}

// after gives the care that is open after a turn.
func (t turn) after(opened []Care) []Care {
	return slices.DeleteFunc(slices.Concat(t.have, opened), func(h Care) bool {
		return h.State != careOpen || slices.ContainsFunc(t.plan.end, func(e Care) bool { return e.ID == h.ID })
	})
}

// earliest is the first due of open care; the zero date is none.
func earliest(open []Care) civil.Date {
	var due civil.Date
	for _, h := range open {
		if due.IsZero() || h.Due.Before(due) {
			due = h.Due
		}
	}
	return due
}

// listed are the kinds of care that special lists count. Secret lists count nothing.
func (k *Desk) listed(on civil.Date) map[rule.CareKind]bool {
	out := map[rule.CareKind]bool{}
	for _, l := range k.Book().SpecialLists(on) {
		for _, s := range l.Steps {
			if !l.Secret {
				out[rule.CareKind(l.KindOf(s))] = true
			}
		}
	}
	return out
}

// waitsOf writes what of open care special lists count, for the child's file.
func waitsOf(open []Care, listed map[rule.CareKind]bool) string {
	waits := map[string]civil.Date{}
	for _, h := range open {
		if listed[h.Kind] {
			waits[string(h.Kind)] = h.Due
		}
	}
	return child.Waits(waits)
}

// relevel gives children the levels that their answers have under the rules in force.
func (k *Desk) relevel(ctx context.Context, tx *db.Tx, by access.Actor, list []subject) error {
	if len(list) == 0 {
		return nil
	}
	rows, papers, items := make([]Assessment, len(list)), make([]In, len(list)), make([]audit.Item, len(list))
	for i, s := range list {
		a := s.last
		a.ID, a.At, a.ByUser, a.ByName, a.ByUnit = ref.New[ref.Assessment](tx.Now.Time()), tx.Now, by.User, by.Name, by.Post.Unit
		a.Scale, a.Version, a.Total, a.Scored, a.Level, a.Before = s.scale.ID, s.scale.Version, s.result.Total, s.result.Level, s.level, s.child.Level
		a.Region, a.Town, a.County, a.Unit, a.State, a.Duty = s.child.Region, s.child.Town, s.child.County, s.child.Unit, Held, 0
		a.Confirmed, a.Decided, a.DecidedBy, a.DecidedName, a.Decision = 0, tx.Now, by.User, by.Name, []byte{}
		rows[i], papers[i] = a, In{Answers: s.paper.Answers, Words: s.paper.Words, Reason: "评估规则变化，按原作答重新计算"}
		items[i] = audit.Item{ID: int64(a.ID), Detail: map[string]any{"child": a.Child, "level": a.Level, "before": a.Before}}
	}
	if err := k.sealAll(ctx, tx, rows, papers); err != nil {
		return err
	}
	if err := insertAll(ctx, tx, rows); err != nil {
		return err
	}
	return audit.WriteAll(ctx, tx, by, "assessment.replan", "assessment", items)
}

package emergency

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/procedure"
	"weibao/internal/vault"
)

// The states of a child whom a public event touches.
const (
	Unheard = "unheard" // nobody has asked after it yet
	Lost    = "lost"    // was looked for and is not reached
	Safe    = "safe"
	Care    = "care" // nobody looks after it: its checklist is worked off
	Left    = "left" // is not touched after all
)

// Event is what the duties of reaching children are about.
const Event = "casework_contingency"

// TouchedID names a child whom an event touches.
type TouchedID int64

// Touched is a child whom a public event touches 「涉及的未成年人」.
type Touched struct {
	ID          TouchedID
	Contingency int64
	Child       ref.Child
	Unit        ref.Unit
	Region      string
	Town        string
	County      string
	State       string
	Run         RunID
	Added       clock.Instant
	Told        clock.Instant
	ByName      string
	Sealed      []byte
}

// Reached tells whether somebody knows where the child is.
func (t Touched) Reached() bool { return t.State != Unheard && t.State != Lost }

// Choice says whom an event touches: the open files of a place, of a category,
// of a school.
type Choice struct{ Region, Category, School string }

const (
	maxTouched = 5000
	touchPage  = 500
)

// Touch puts the files of a choice within the actor's scope on the list of an
// event, and asks each village to reach its children. It tells how many came
// to the list.
func (k *Desk) Touch(ctx context.Context, tx *db.Tx, by access.Actor, event int64, in Choice) (int, error) {
	if err := by.Require("emergency.touch"); err != nil {
		return 0, err
	}
	c, err := k.lasting(ctx, tx, by, event)
	if err != nil {
		return 0, err
	}
	rows, err := k.chosen(ctx, tx, by, c, in)
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 {
		return 0, errs.Fields{"region": "没有新的未成年人符合这些条件，请换一个条件。"}.Err()
	}
	if err := insertTouched(ctx, tx, rows); err != nil {
		return 0, err
	}
	if err := k.search(ctx, tx, by, c, rows); err != nil {
		return 0, err
	}
	return len(rows), audit.Write(ctx, tx, by, "emergency.touch", Event, c.ID, map[string]any{"added": len(rows), "region": in.Region, "category": in.Category})
}

// lasting gives an event that the actor sees and that is under way.
func (k *Desk) lasting(ctx context.Context, tx *db.Tx, by access.Actor, event int64) (Contingency, error) {
	c, err := contingency(ctx, tx, by, event)
	if err == nil && c.Ended != 0 {
		err = errs.New(errs.Conflict, "预案已经结束，名单不能再改。")
	}
	return c, err
}

// chosen gives the children of a choice that are not on the list yet.
func (k *Desk) chosen(ctx context.Context, tx *db.Tx, by access.Actor, c Contingency, in Choice) ([]Touched, error) {
	have, err := touchedChildren(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	places, err := k.Places(ctx, tx, []Contingency{c})
	if err != nil {
		return nil, err
	}
	divisions, err := aims(by, places[c.ID], in.Region)
	if err != nil {
		return nil, err
	}
	var out []Touched
	units := map[string]ref.Unit{}
	for _, division := range divisions {
		f := child.Filter{Region: division, Category: in.Category, Level: child.AnyLevel, Limit: touchPage}
		for more := true; more; {
			page, err := k.Cabinet.List(ctx, tx, by, f)
			if err != nil {
				return nil, err
			}
			for _, file := range page {
				if slices.Contains(have, file.ID) || in.School != "" && !strings.Contains(file.School, in.School) {
					continue
				}
				if _, known := units[file.Region]; !known {
					if units[file.Region], err = k.Unit(ctx, tx, file.Region, procedure.Village, ""); err != nil {
						return nil, err
					}
				}
				out = append(out, Touched{ID: ref.New[TouchedID](tx.Now.Time()), Contingency: c.ID, Child: file.ID, Unit: units[file.Region], Region: file.Region, Town: access.Town(file.Region),
					County: access.County(file.Region), State: Unheard, Added: tx.Now, Sealed: []byte{}})
			}
			if len(out) > maxTouched {
				return nil, errs.Fields{"region": "一次最多列入5000名，请缩小范围，例如按乡镇分次列入。"}.Err()
			}
			if more = len(page) == touchPage; more {
				f.After = child.KeyOf(page[len(page)-1])
			}
		}
	}
	return out, nil
}

// search asks the units of children to reach them, those that are not asked yet.
func (k *Desk) search(ctx context.Context, tx *db.Tx, by access.Actor, c Contingency, rows []Touched) error {
	asked, err := reachDuties(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	plan, step := k.finding(c, civil.DateOf(tx.Now.Time()))
	var list []duty.New
	for _, t := range rows {
		if t.Reached() || slices.ContainsFunc(asked, func(d reach) bool { return d.Unit == t.Unit }) {
			continue
		}
		asked = append(asked, reach{Unit: t.Unit})
		n := duty.New{Kind: ReachKind, Subject: Event, SubjectID: c.ID, Title: "突发事件：联系涉及的每名孩子（" + plan.Label + "）", Unit: t.Unit, Region: t.Region, Rule: step.Basis, Clause: plan.Label,
			Deadline: duty.After(rule.Clock{Span: rule.Span{N: step.Within.N, Unit: step.Within.Unit}}, tx.Now)}
		if step.Within.Unit == "hours" {
			n.Ladder, n.Pressing = "hours", true
		}
		list = append(list, n)
	}
	if len(list) == 0 {
		return nil
	}
	_, err = k.Kernel.Open(ctx, tx, by, list...)
	return err
}

// finding gives the plan of an event and the step by which its children are
// found: the first of the plan's first checklist.
func (k *Desk) finding(c Contingency, on civil.Date) (procedure.Contingency, procedure.Step) {
	plan, _ := k.Book().Contingency(c.Plan, on)
	step := procedure.Step{Within: procedure.Span{N: 24, Unit: "hours"}, Basis: "突发事件预案"}
	if list, ok := k.careList(plan, on); ok && len(list.Steps) > 0 {
		step = list.Steps[0]
	}
	return plan, step
}

// careList is the checklist that is worked off for a child whom nobody looks after.
func (k *Desk) careList(plan procedure.Contingency, on civil.Date) (procedure.Checklist, bool) {
	for _, id := range plan.Lists {
		if list, ok := k.Book().Checklist(id, on); ok {
			return list, true
		}
	}
	return procedure.Checklist{}, false
}

// Reach tells of children whom an event touches that they are safe, need care,
// or were looked for and not found. Who needs care gets the plan's checklist,
// its first step done. The unit's duty ends when all of its children are reached.
func (k *Desk) Reach(ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []TouchedID, state, words string) error {
	if err := by.Require("emergency.step"); err != nil {
		return err
	}
	c, err := k.lasting(ctx, tx, by, event)
	if err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	f := errs.Fields{}
	f.Check(state == Safe || state == Care || state == Lost, "state", "请选择孩子的情况。")
	f.Check(state == Safe || words != "", "words", map[bool]string{true: "请写明找过哪里、问过谁。", false: "请写明孩子在哪里、现在由谁看着。"}[state == Lost])
	f.Check(utf8.RuneCountInString(words) <= maxBrief, "words", "不超过500字。")
	if err := f.Err(); err != nil {
		return err
	}
	rows, err := k.marked(ctx, tx, by, c, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		if state == Care && rows[i].Run == 0 {
			if rows[i].Run, err = k.careFor(ctx, tx, by, c, rows[i], words); err != nil {
				return err
			}
		}
	}
	return k.tellAll(ctx, tx, by, c, rows, "emergency.step", state, words)
}

// Leave takes children off the list of an event, with a reason.
func (k *Desk) Leave(ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []TouchedID, reason string) error {
	if err := by.Require("emergency.touch"); err != nil {
		return err
	}
	c, err := k.lasting(ctx, tx, by, event)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return errs.Fields{"words": "请写明为什么不再涉及，例如“已随父母外出，不在本县”。"}.Err()
	}
	rows, err := k.marked(ctx, tx, by, c, ids)
	if err != nil {
		return err
	}
	return k.tellAll(ctx, tx, by, c, rows, "emergency.touch", Left, strings.TrimSpace(reason))
}

// marked gives chosen children of an event that the actor may see, for a change.
func (k *Desk) marked(ctx context.Context, tx *db.Tx, by access.Actor, c Contingency, ids []TouchedID) ([]Touched, error) {
	if len(ids) == 0 {
		return nil, errs.Fields{"id": "请先勾选孩子。"}.Err()
	}
	rows, err := someTouched(ctx, tx, by, c.ID, ids, tx.ForUpdate())
	if err == nil && len(rows) != len(ids) {
		err = errs.Missing()
	}
	return rows, err
}

// tellAll stores what is told of children and settles the duties of their units.
func (k *Desk) tellAll(ctx context.Context, tx *db.Tx, by access.Actor, c Contingency, rows []Touched, p access.Permission, state, words string) error {
	children := make([]ref.Child, len(rows))
	units := map[ref.Unit]Touched{}
	for i, t := range rows {
		t.State, t.Told, t.ByName = state, tx.Now, by.Name
		var err error
		if t.Sealed, err = k.Vault.SealText(ctx, tx, eventGroup(c.ID), field("casework_touched", int64(t.ID)), words); err != nil {
			return err
		}
		if err := setTouched(ctx, tx, t); err != nil {
			return err
		}
		children[i], units[t.Unit] = t.Child, t
	}
	for _, unit := range slices.Sorted(maps.Keys(units)) {
		if err := k.settleReach(ctx, tx, by, c, units[unit]); err != nil {
			return err
		}
	}
	tx.Notify("emergency", ref.Format(TouchedID(c.ID)))
	return audit.Write(ctx, tx, by, p, Event, c.ID, map[string]any{"state": state, "children": children})
}

// settleReach brings the duty of a unit to what its children's states say: it
// ends when all are reached, and is asked for anew when one is lost again.
func (k *Desk) settleReach(ctx context.Context, tx *db.Tx, by access.Actor, c Contingency, t Touched) error {
	left, err := unreachedOf(ctx, tx, c.ID, t.Unit)
	if err != nil {
		return err
	}
	duties, err := reachDuties(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(duties, func(d reach) bool { return d.Unit == t.Unit })
	switch {
	case left > 0 && i < 0:
		t.State = Unheard
		return k.search(ctx, tx, by, c, []Touched{t})
	case left > 0 && t.Unit == by.Post.Unit && by.Can("duty.sign"):
		return k.Kernel.Sign(ctx, tx, by, duties[i].ID)
	case left == 0 && i >= 0:
		return k.Kernel.Close(ctx, tx, by, duties[i].ID, "casework_touched", int64(t.ID))
	}
	return nil
}

// careFor begins the checklist of a child whom nobody looks after: where it is,
// is known already. It is the office's to guide.
func (k *Desk) careFor(ctx context.Context, tx *db.Tx, by access.Actor, c Contingency, t Touched, words string) (RunID, error) {
	plan, _ := k.finding(c, civil.DateOf(tx.Now.Time()))
	list, ok := k.careList(plan, civil.DateOf(tx.Now.Time()))
	if !ok {
		return 0, errs.New(errs.Conflict, "本县规则没有为这个预案规定应急清单，请联系县未保办。")
	}
	office, err := k.Unit(ctx, tx, t.Region, procedure.Office, "")
	if err != nil {
		return 0, err
	}
	id, err := k.begin(ctx, tx, by, office, list, Start{About: About{"child", int64(t.Child)}, Child: t.Child, Region: t.Region, Brief: words})
	if err != nil {
		return 0, err
	}
	steps, err := stepsOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	s := steps[0]
	s.State, s.Done, s.ByName = Done, tx.Now, by.Name
	if err := k.seal(ctx, tx, &s, Proof{Words: words}); err != nil {
		return 0, err
	}
	if err := setStep(ctx, tx, s); err != nil {
		return 0, err
	}
	return id, k.Kernel.Close(ctx, tx, by, s.Duty, StepSubject, int64(s.ID))
}

func eventGroup(event int64) vault.Group { return vault.GroupOf(Event, TouchedID(event)) }

package assessment

import (
	"context"
	"encoding/json"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Effect is what changed rules would change.
type Effect struct {
	Looked   int // children looked at
	Children int // whose level or care would change
	Levels   map[Move]int
	Opens    int       // duties that would open
	Ends     int       // duties that would end
	Touched  []Touched // the first of the children, named; of a preview alone
}

// Touched is a child whose level or care changed rules would change.
type Touched struct {
	Child child.Child
	Level int // by the new rules
	Opens []rule.Care
	Ends  []Care
}

// MaxTouched is how many children a preview names.
const MaxTouched = 200

// Move is a change of level.
type Move struct{ From, To int }

func (e *Effect) add(s subject) {
	e.Looked++
	if !s.changes() {
		return
	}
	e.Children++
	e.Opens, e.Ends = e.Opens+len(s.plan.open), e.Ends+len(s.plan.end)
	if s.level != s.child.Level {
		e.Levels[Move{s.child.Level, s.level}]++
	}
}

// step is how many children are looked at together.
const step = 500

// Preview tells what a book of rules would change for the children in the
// actor's scope: levels judged anew from the answers that are there, and the
// care that follows. Nothing is written.
func (k *Desk) Preview(ctx context.Context, tx *db.Tx, by access.Actor, book *rule.Book) (Effect, error) {
	e := Effect{Levels: map[Move]int{}}
	if err := by.Require("assessment.replan"); err != nil {
		return e, err
	}
	for after := ref.Child(0); ; {
		rows, err := k.Cabinet.Walk(ctx, tx, by, after, step)
		if err != nil || len(rows) == 0 {
			return e, err
		}
		subjects, err := k.judge(ctx, tx, book, rows)
		if err != nil {
			return e, err
		}
		for _, s := range subjects {
			e.add(s)
			if s.changes() && len(e.Touched) < MaxTouched {
				e.Touched = append(e.Touched, Touched{s.child, s.level, s.plan.open, s.plan.end})
			}
		}
		after = rows[len(rows)-1].ID
	}
}

// Replan brings the children in the actor's scope to what the rules in force
// ask for, some in each transaction, and tells what it changed. A level that
// a rule lowers falls without a second look at the child: deciding on the
// rule was the county's decision, and the assessment says so. Cut off, it
// goes on where it is called again.
func (k *Desk) Replan(ctx context.Context, d *db.DB, by access.Actor, progress func(done int)) (Effect, error) {
	e := Effect{Levels: map[Move]int{}}
	if by.User != access.Program.User {
		if err := by.Require("assessment.replan"); err != nil {
			return e, err
		}
	}
	for after := ref.Child(0); ; {
		n, last, part := 0, after, Effect{}
		err := d.WriteLow(ctx, func(tx *db.Tx) error {
			part = Effect{Levels: map[Move]int{}}
			rows, err := k.Cabinet.Walk(ctx, tx, by, after, replanStep)
			if err != nil || len(rows) == 0 {
				n = 0
				return err
			}
			n, last = len(rows), rows[len(rows)-1].ID
			if rows, err = k.Cabinet.LockAll(ctx, tx, by, idsOf(rows)); err != nil {
				return err
			}
			return k.replan(ctx, tx, by, rows, &part)
		})
		if err != nil || n == 0 {
			return e, err
		}
		after = last
		e.take(part)
		if progress != nil {
			progress(e.Looked)
		}
	}
}

// ReplanJob is the kind of background work that calls Replan.
const ReplanJob = "assessment.replan"

// replanStep keeps a transaction short, so that others write between.
const replanStep = 100

func (e *Effect) take(part Effect) {
	e.Looked, e.Children, e.Opens, e.Ends = e.Looked+part.Looked, e.Children+part.Children, e.Opens+part.Opens, e.Ends+part.Ends
	for m, n := range part.Levels {
		e.Levels[m] += n
	}
}

func (k *Desk) replan(ctx context.Context, tx *db.Tx, by access.Actor, rows []child.Child, e *Effect) error {
	subjects, err := k.judge(ctx, tx, k.Book(), rows)
	if err != nil {
		return err
	}
	var moved []subject
	var turns []turn
	for _, s := range subjects {
		e.add(s)
		if !s.changes() && !s.stale {
			continue
		}
		t := turn{child: s.child, have: s.have, plan: s.plan}
		if s.level != s.child.Level {
			moved, t.level = append(moved, s), &s.level
		}
		turns = append(turns, t)
	}
	if err := k.relevel(ctx, tx, by, moved); err != nil {
		return err
	}
	return k.carryOut(ctx, tx, by, turns)
}

// subject is a child judged by a book of rules.
type subject struct {
	child  child.Child
	last   Assessment
	paper  Paper
	scale  rule.Scale
	result rule.Result
	level  int
	have   []Care
	plan   plan
	stale  bool // lists count other care than the file was told of
}

func (s subject) changes() bool { return s.level != s.child.Level || !s.plan.empty() }

// judge finds for some children the level and care that a book asks for.
func (k *Desk) judge(ctx context.Context, tx *db.Tx, book *rule.Book, rows []child.Child) ([]subject, error) {
	last, papers, err := k.lastOf(ctx, tx, idsOf(rows))
	if err != nil {
		return nil, err
	}
	have, err := k.CaresBy(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	on := today(tx)
	scale, chosen := book.CountyScale(on)
	listed := k.listed(on)
	out := make([]subject, len(rows))
	for i, c := range rows {
		s := subject{child: c, last: last[c.ID], paper: papers[c.ID], scale: scale, level: c.Level, have: have[c.ID]}
		if s.last.ID != 0 && s.last.Level == s.last.Scored && s.last.Level == c.Level && chosen {
			if r, err := scale.Score(s.last.Age, s.paper.Answers); err == nil { // answers of another scale stay as they were judged
				s.result, s.level = r, r.Level
			}
		}
		judged := c
		if judged.Level = s.level; s.level != c.Level {
			judged.Leveled = on
		}
		s.plan = compare(book, judged, have[c.ID], on)
		s.stale = waitsOf(turn{have: s.have}.after(nil), listed) != c.Waits
		out[i] = s
	}
	return out, nil
}

func (k *Desk) lastOf(ctx context.Context, tx *db.Tx, ids []ref.Child) (map[ref.Child]Assessment, map[ref.Child]Paper, error) {
	list, err := latestHeld(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	sealed := make([]vault.Sealed, len(list))
	for i, a := range list {
		sealed[i] = vault.Sealed{Group: vault.GroupOf("child", a.Child), Field: sealedField(a.ID), Bytes: a.Sealed}
	}
	plain, err := k.Cabinet.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, nil, err
	}
	last, papers := make(map[ref.Child]Assessment, len(list)), make(map[ref.Child]Paper, len(list))
	for i, a := range list {
		var p Paper
		if err := json.Unmarshal([]byte(plain[i]), &p); err != nil {
			return nil, nil, err
		}
		last[a.Child], papers[a.Child] = a, p
	}
	return last, papers, nil
}

// Follow brings the care of the files that changed since an instant to what
// the rules ask for: whatever changed a file outside this slice, such as an
// import, is followed at night. It moves no level.
func (k *Desk) Follow(ctx context.Context, d *db.DB, since clock.Instant) error {
	for after := ref.Child(0); ; {
		rows, err := k.Cabinet.Walk(ctx, d.Reader(), access.Program, after, step)
		if err != nil || len(rows) == 0 {
			return err
		}
		after = rows[len(rows)-1].ID
		changed := idsOf(slices.DeleteFunc(rows, func(c child.Child) bool { return c.Changed < since }))
		for some := range slices.Chunk(changed, replanStep) {
			err := d.WriteLow(ctx, func(tx *db.Tx) error {
				list, err := k.Cabinet.LockAll(ctx, tx, access.Program, some)
				if err != nil {
					return err
				}
				return k.PlanAll(ctx, tx, access.Program, list)
			})
			if err != nil {
				return err
			}
		}
	}
}

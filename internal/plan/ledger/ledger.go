// Package ledger lists and counts the duties of plans 「任务清单」: by due, by
// unit, by state, and what they come to for each task.
//
// It owns no table: it reads duty, plan, plan_task and plan_reply, and keeps
// no figure of its own. It promises that a number is counted by the very
// filter of the list which it opens; that pages go by key, so that page 1,000
// of a million duties costs what page 1 does; that counts stop at a limit;
// and that nobody sees a duty outside his scope.
package ledger

import (
	"context"
	"encoding/json"
	"slices"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// State is a part of the ledger by where duties stand.
type State string

// The states of the ledger. Each is one state of the kernel and a condition on it.
const (
	Open      State = "open"
	Unsigned  State = "unsigned" // open, and its unit has not signed
	Checking  State = "checking" // open, and a reply waits for its check
	Soon      State = "soon"     // open, and due within the county's days of warning
	Late      State = "late"     // open, and past its due
	Finished  State = "finished" // done in time or late
	Done      State = "done"
	LateDone  State = "late-done"
	Waived    State = "waived"
	Cancelled State = "cancelled"

	// Any is whatever was not cancelled. It chooses tasks; lists of duties are of one state.
	Any State = "any"
)

// States lists the states in the order of screens.
var States = []State{Open, Unsigned, Checking, Soon, Late, Finished, Done, LateDone, Waived, Cancelled}

var labels = map[State]string{Open: "未办结", Unsigned: "待签收", Checking: "待审核", Soon: "即将到期", Late: "已超期",
	Finished: "已办结", Done: "按期办结", LateDone: "逾期办结", Waived: "已免除", Cancelled: "已撤销"}

var definitions = map[State]string{Open: "已下发、还没有办结的事项", Unsigned: "责任单位还没有签收的事项", Checking: "已反馈、等待审核的事项",
	Soon: "未办结且临近时限的事项", Late: "未办结且已过时限的事项", Finished: "已反馈并通过审核的事项，含逾期办结", Done: "在时限内反馈并通过审核的事项", LateDone: "超过时限才反馈并通过审核的事项",
	Waived: "经批准不再办理的事项", Cancelled: "因任务调整、撤回而撤销的事项"}

// Label gives the Chinese term.
func (s State) Label() string { return labels[s] }

// Definition says what is counted.
func (s State) Definition() string { return definitions[s] }

// Known tells whether a word names a state.
func (s State) Known() bool { return labels[s] != "" }

// Closed tells whether the duties of the state have ended.
func (s State) Closed() bool {
	return s == Finished || s == Done || s == LateDone || s == Waived || s == Cancelled
}

// Filter chooses duties of plans; zero fields choose all that are open.
type Filter struct {
	Plan     ref.Plan
	Unit     ref.Unit
	Kind     string // of the duty
	State    State  // "" = Open
	ByUnit   bool   // by unit, then due; otherwise by due, closed ones latest first
	Tasks    []ref.Task
	From, To clock.Instant // dues from included to excluded
	After    Key
	Before   Key
	Limit    int
}

// Key is a place in a list.
type Key struct {
	Unit ref.Unit // of a list by unit
	At   clock.Instant
	ID   ref.Duty
}

// Item is a duty with the task and plan to which it belongs.
type Item struct {
	duty.Duty
	Task  string
	Path  string `db:"path"` // JSON, see Headings
	Plan  string
	Reply int64 // the reply that waits for its check, 0 = none
}

// Headings gives the clause of the task.
func (i Item) Headings() (out []string) {
	_ = json.Unmarshal([]byte(i.Path), &out) // written by package plan; what cannot be read is shown as none
	return out
}

// Ledger reads with the bounds of the duty kernel.
type Ledger struct{ Duties *duty.Kernel }

const (
	pageSize = 50
	pageMax  = 500
)

// List gives a page of duties.
func (l Ledger) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Item, error) {
	q, err := l.query(ctx, tx, by, f)
	if err != nil {
		return nil, err
	}
	if f.Limit <= 0 || f.Limit > pageMax {
		f.Limit = pageSize
	}
	out, err := items(ctx, tx, q, f.Limit)
	if f.Before != (Key{}) {
		slices.Reverse(out)
	}
	return out, err
}

// Count counts duties up to a limit.
func (l Ledger) Count(ctx context.Context, tx *db.Tx, by access.Actor, f Filter, limit int) (int, error) {
	if f.After == (Key{}) && f.Before == (Key{}) {
		f.ByUnit = false // no order matters, and the index of units alone would be read from end to end
	}
	q, err := l.query(ctx, tx, by, f)
	if err != nil {
		return 0, err
	}
	return count(ctx, tx, q, limit)
}

// KeyOf gives the page key of an item in a list made with the filter.
func (f Filter) KeyOf(i Item) Key {
	k := Key{At: i.Due, ID: i.ID}
	if f.ByUnit {
		k.Unit = i.Unit
	}
	if f.byClosing() {
		k.At = i.Closed
	}
	return k
}

// byClosing tells whether the list goes by time of closing, latest first.
func (f Filter) byClosing() bool { return f.State.Closed() && !f.ByUnit && f.Plan == 0 }

// Tally is what the duties of one task come to.
type Tally struct {
	Task                                           ref.Task
	Open, Late, Unsigned, Checking, Done, LateDone int
	Next                                           clock.Instant // earliest due of an open duty, 0 = none
}

// Total counts what was opened and not taken back.
func (t Tally) Total() int { return t.Open + t.Done + t.LateDone }

// Tallies gives what the duties of tasks come to, as far as the actor sees them.
func (l Ledger) Tallies(ctx context.Context, tx *db.Tx, by access.Actor, tasks []ref.Task) (map[ref.Task]Tally, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	rows, err := tallies(ctx, tx, by, tasks)
	out := make(map[ref.Task]Tally, len(rows))
	for _, r := range rows {
		out[r.Task] = r
	}
	return out, err
}

// UnitTally is what a plan's duties come to for one unit, or for one unit and task.
type UnitTally struct {
	Unit ref.Unit
	Task ref.Task // 0 = all
	Kind string   // the unit's best role: plan.task, plan.document, plan.support
	Tally
}

// Units gives for each unit what a plan asks of it, as far as the actor sees it.
func (l Ledger) Units(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]UnitTally, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	return unitTallies(ctx, tx, by, plan)
}

// Spot is how a task stands with what was due on one day.
type Spot struct {
	Task             ref.Task
	Day              int64 // days since 1970-01-01 in Beijing
	Open, Late, Done int
}

// Spots gives for each task of a plan and each day what was due on it, as far as the actor sees it.
func (l Ledger) Spots(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]Spot, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	return spots(ctx, tx, by, plan)
}

// Tasks gives the tasks of f.Plan which have a duty that the filter chooses,
// in the order of the plan, from after (or, if back, before) a task.
func (l Ledger) Tasks(ctx context.Context, tx *db.Tx, by access.Actor, f Filter, from ref.Task, back bool) ([]ref.Task, error) {
	q, err := l.taskQuery(ctx, tx, by, f)
	if err != nil {
		return nil, err
	}
	if f.Limit <= 0 || f.Limit > pageMax {
		f.Limit = pageSize
	}
	out, err := tasks(ctx, tx, q, from, back, f.Limit)
	if back {
		slices.Reverse(out)
	}
	return out, err
}

// CountTasks counts the tasks which Tasks lists, up to a limit.
func (l Ledger) CountTasks(ctx context.Context, tx *db.Tx, by access.Actor, f Filter, limit int) (int, error) {
	q, err := l.taskQuery(ctx, tx, by, f)
	if err != nil {
		return 0, err
	}
	return countTasks(ctx, tx, q, limit)
}

// Cell is how one unit stands with one task.
type Cell struct {
	Task             ref.Task
	Unit             ref.Unit
	Kind             string
	Open, Late, Done int
}

// Cells gives how each unit stands with each task of a plan; what recurs
// counts with its rounds so far, and stands with none before the first.
func (l Ledger) Cells(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]Cell, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	return cells(ctx, tx, by, plan)
}

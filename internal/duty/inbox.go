package duty

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Group is a part of the inbox 「待办」, by how urgent its duties are.
type Group string

// The groups, most urgent first.
const (
	Critical Group = "critical" // 严重超期
	Late     Group = "late"     // 已超期
	Soon     Group = "soon"     // 即将到期
	Later    Group = "later"    // 未到期
)

// Groups lists the groups in the order of screens.
var Groups = []Group{Critical, Late, Soon, Later}

var groupLabels = map[Group]string{Critical: "严重超期", Late: "已超期", Soon: "即将到期", Later: "未到期"}

// Label gives the official Chinese term.
func (g Group) Label() string { return groupLabels[g] }

// Bounds are the instants that part the groups at one moment.
type Bounds struct{ Critical, Now, Soon clock.Instant }

// Bounds gives the bounds of the groups at the Tx's instant.
func (k *Kernel) Bounds(ctx context.Context, tx *db.Tx) (Bounds, error) {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return Bounds{}, err
	}
	today := clock.Of(civil.DateOf(tx.Now.Time()).End())
	return Bounds{
		Critical: at(cal, today, rule.Span{N: -k.Limits().Critical, Unit: "workdays"}),
		Now:      tx.Now,
		Soon:     clock.Of(endOf(at(cal, today, rule.Span{N: k.Limits().Soon, Unit: "workdays"})).End()),
	}, nil
}

func endOf(i clock.Instant) civil.Date { return civil.DateOf(i.Time()) }

// Of tells the group of a due.
func (b Bounds) Of(due clock.Instant) Group {
	switch {
	case due < b.Critical:
		return Critical
	case due < b.Now:
		return Late
	case due <= b.Soon:
		return Soon
	}
	return Later
}

// within gives the dues of a group, from included to excluded.
func (b Bounds) within(g Group) (from, to clock.Instant) {
	const end = clock.Instant(1) << 62
	switch g {
	case Critical:
		return -end, b.Critical
	case Late:
		return b.Critical, b.Now
	case Soon:
		return b.Now, b.Soon + 1
	case Later:
		return b.Soon + 1, end
	}
	return -end, end
}

// Key is a place in a list: the instant by which it is ordered and the id.
type Key struct {
	At clock.Instant
	ID ref.Duty
}

// Filter chooses duties; zero fields choose all.
type Filter struct {
	Unit     ref.Unit // owner
	Mine     bool     // the actor's unit as owner: the inbox
	Person   ref.User
	Kind     string
	Group    Group
	From, To clock.Instant // dues from included to excluded, for the calendar
	Closed   bool          // 已办, by time of closing, latest first
	Unsigned bool
	Pressing bool   // emergencies alone
	Words    string // every one of which the title must hold
	After    Key    // page key: what follows it
	Before   Key    // page key: what precedes it
	Limit    int
}

// pageSize is the number of rows of a page that asks for none.
const pageSize = 50

// List gives duties in the actor's scope, open ones by due, closed ones
// latest first. Pages go by key, so that page 1,000 costs what page 1 does.
func (k *Kernel) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Duty, error) {
	if err := by.Require("duty.inbox"); err != nil {
		return nil, err
	}
	b, err := k.Bounds(ctx, tx)
	if err != nil {
		return nil, err
	}
	where, args := k.chosen(tx, by, f, b)
	limit := f.Limit
	if limit <= 0 || limit > 500 {
		limit = pageSize
	}
	out, err := page(ctx, tx, where, args, f.order(), limit)
	if f.Before.ID != 0 {
		reverse(out)
	}
	return out, err
}

// Count counts duties in the actor's scope up to a limit.
func (k *Kernel) Count(ctx context.Context, tx *db.Tx, by access.Actor, f Filter, limit int) (int, error) {
	if err := by.Require("duty.inbox"); err != nil {
		return 0, err
	}
	b, err := k.Bounds(ctx, tx)
	if err != nil {
		return 0, err
	}
	where, args := k.chosen(tx, by, f, b)
	return countUpTo(ctx, tx, where, args, f.order(), limit)
}

// chosen are the conditions of a filter for an actor.
func (k *Kernel) chosen(tx *db.Tx, by access.Actor, f Filter, b Bounds) ([]string, []any) {
	where, args := f.where(tx, by, b)
	if hidden, more := k.hidden(by); hidden != "" {
		where, args = append(where, strings.TrimPrefix(hidden, " AND ")), append(args, more...)
	}
	return where, args
}

func (f Filter) column() string {
	if f.Closed {
		return "d.closed"
	}
	return "d.due"
}

func (f Filter) order() string {
	if f.Closed != (f.Before.ID != 0) {
		return f.column() + " DESC, d.id DESC"
	}
	return f.column() + ", d.id"
}

func (f Filter) where(tx *db.Tx, by access.Actor, b Bounds) ([]string, []any) {
	var c conditions
	if f.Mine || by.Scope().Reach == access.OwnUnit {
		c.add("d.unit = ?", by.Post.Unit)
	} else {
		where, args := by.Scope().Where(scopeColumns(tx, f.Unit))
		c.add(where, args...)
	}
	if f.Closed {
		c.add("d.closed > 0")
	} else {
		c.add("d.state = 'open'")
	}
	c.when(f.Unit != 0, "d.unit = ?", f.Unit)
	c.when(f.Person != 0, "d.person = ? AND d.person > 0", f.Person)
	c.when(f.Kind != "", "d.kind = ?", f.Kind)
	c.when(f.Unsigned, "d.signed = 0")
	c.when(f.Pressing, "d.pressing = 1")
	if f.Group != "" {
		from, to := b.within(f.Group)
		c.add("d.due >= ? AND d.due < ?", from, to)
		c.when(f.Group == Critical || f.Group == Late, "d.paused = 0")
	}
	c.when(f.To != 0, "d.due >= ? AND d.due < ?", f.From, f.To)
	for word := range strings.FieldsSeq(f.Words) {
		c.add(tx.Holds("d.title"), word)
	}
	c.key(f)
	return c.where, c.args
}

type conditions struct {
	where []string
	args  []any
}

func (c *conditions) add(where string, args ...any) {
	c.where, c.args = append(c.where, where), append(c.args, args...)
}

func (c *conditions) when(use bool, where string, args ...any) {
	if use {
		c.add(where, args...)
	}
}

func (c *conditions) key(f Filter) {
	pair := "(" + f.column() + ", d.id)"
	after, before := " > (?, ?)", " < (?, ?)"
	if f.Closed {
		after, before = before, after
	}
	c.when(f.After.ID != 0, pair+after, f.After.At, f.After.ID)
	c.when(f.Before.ID != 0, pair+before, f.Before.At, f.Before.ID)
}

func reverse(list []Duty) {
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
}

// KeyOf gives the page key of a duty in a list made with the filter.
func (f Filter) KeyOf(d Duty) Key {
	if f.Closed {
		return Key{d.Closed, d.ID}
	}
	return Key{d.Due, d.ID}
}

// Get gives a duty in the actor's scope, or asked of a support unit by his own.
func (k *Kernel) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (Duty, error) {
	if err := by.Require("duty.show"); err != nil {
		return Duty{}, err
	}
	return k.get(ctx, tx, by, id)
}

// OfSubject gives the duties about a thing that the actor may see.
func (k *Kernel) OfSubject(ctx context.Context, tx *db.Tx, by access.Actor, subject string, id int64) ([]Duty, error) {
	if err := by.Require("duty.show"); err != nil {
		return nil, err
	}
	return k.ofSubject(ctx, tx, by, subject, id)
}

// OpenAbout gives the open duties about a thing and holds them, for work of a
// slice that has its own right to it.
func (k *Kernel) OpenAbout(ctx context.Context, tx *db.Tx, subject string, id int64) ([]Duty, error) {
	return openOf(ctx, tx, subject, id)
}

// Story is all that happened to a duty.
type Story struct {
	Duty     Duty
	Events   []Event
	Steps    []Step
	Requests []Request
	Support  []Duty // duties of support units under it
}

// Story gives the course of a duty in the actor's scope.
func (k *Kernel) Story(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (Story, error) {
	d, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Story{}, err
	}
	s := Story{Duty: d}
	if s.Events, err = events(ctx, tx, id); err != nil {
		return s, err
	}
	if s.Steps, err = steps(ctx, tx, s.Duty); err != nil {
		return s, err
	}
	if s.Requests, err = requests(ctx, tx, id); err != nil {
		return s, err
	}
	s.Support, err = children(ctx, tx, id)
	return s, err
}

// Concerned gives, for those of the listed duties which the ladder opened, the
// unit whose late work they are about.
func (k *Kernel) Concerned(ctx context.Context, tx *db.Tx, list []Duty) (map[ref.Duty]ref.Unit, error) {
	var late []ref.Duty
	for _, d := range list {
		if d.Subject == "duty" {
			late = append(late, ref.Duty(d.SubjectID))
		}
	}
	if len(late) == 0 {
		return nil, nil
	}
	owners, err := unitsOf(ctx, tx, late)
	out := make(map[ref.Duty]ref.Unit, len(late))
	for _, d := range list {
		if d.Subject == "duty" {
			out[d.ID] = owners[ref.Duty(d.SubjectID)]
		}
	}
	return out, err
}

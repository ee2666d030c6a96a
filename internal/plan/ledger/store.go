package ledger

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// query is the WHERE and ORDER of a list.
//
// Exactly one index drives it: that of the unit, of the plan, or of the
// scope. On SQLite, which has no statistics and would take the wrong one and
// read a million rows for fifty, conditions on the others are written as
// expressions. PostgreSQL has statistics, which expressions would hide.
type query struct {
	where   []string
	args    []any
	order   string
	sent    bool // driven by the replies that wait, which are few
	dialect db.Dialect
}

// aside gives a column in a form that drives no index: number and text.
func aside(d db.Dialect, column string) string {
	switch {
	case d == db.Postgres:
		return column
	case strings.HasSuffix(column, "unit"), strings.HasSuffix(column, "whole"), strings.HasSuffix(column, "_id"):
		return column + " + 0"
	}
	return column + " || ''"
}

func (q *query) aside(column string) string { return aside(q.dialect, column) }

func asideScope(d db.Dialect) access.Columns {
	c := access.ScopeColumns("d")
	return access.Columns{Unit: aside(d, c.Unit), Region: aside(d, c.Region), Town: aside(d, c.Town), County: aside(d, c.County)}
}

func (q *query) add(where string, args ...any) {
	q.where, q.args = append(q.where, where), append(q.args, args...)
}

func (q *query) when(use bool, where string, args ...any) {
	if use {
		q.add(where, args...)
	}
}

// driver is the index that drives a query.
type driver int

const (
	byScope driver = iota
	byUnit
	byPlan
	byReply
	byTask
)

func (l Ledger) query(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) (*query, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	if f.State == "" {
		f.State = Open
	}
	d, err := drive(ctx, tx, by, f)
	if err != nil {
		return nil, err
	}
	covered, err := coversPlan(ctx, tx, by, f.Plan)
	if err != nil {
		return nil, err
	}
	q := &query{dialect: tx.Dialect, sent: f.State == Checking}
	q.scope(by, f, d, covered)
	if err := l.state(ctx, tx, q, f); err != nil {
		return nil, err
	}
	q.when(f.Kind != "", "d.kind = ?", f.Kind)
	q.when(f.To != 0, "d.due >= ? AND d.due < ?", f.From, f.To)
	if f.Tasks != nil {
		q.add(q.aside("d.subject_id")+" IN "+db.In(len(f.Tasks)), db.Args(f.Tasks)...)
	}
	q.page(f)
	return q, nil
}

// drive chooses the index.
func drive(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) (driver, error) {
	units := f.Unit != 0 || f.ByUnit || by.Scope().Reach == access.OwnUnit
	switch {
	case f.State == Checking:
		return byReply, nil
	case f.Plan != 0 && units:
		small, err := smallPlan(ctx, tx, f.Plan)
		if small {
			return byPlan, err
		}
		return byUnit, err
	case units:
		return byUnit, nil
	case f.Plan != 0:
		return byPlan, nil
	}
	return byScope, nil
}

// coversPlan tells whether the actor's region holds the whole plan: then all
// its duties lie in it, and the index of the plan alone answers.
func coversPlan(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) (bool, error) {
	if plan == 0 || by.Scope().Reach != access.InRegion {
		return false, nil
	}
	region, _, err := db.Maybe[string](ctx, tx, "SELECT region FROM plan WHERE id = ?", plan)
	return by.Scope().Sees(0, region), err
}

// scope limits to what the actor may see, and to plan and unit.
func (q *query) scope(by access.Actor, f Filter, d driver, covered bool) {
	q.when(f.Plan == 0, q.aside("d.subject")+" = 'plan_task'")
	own := by.Scope().Reach == access.OwnUnit
	switch {
	case own && d == byUnit:
		q.add("d.unit = ?", by.Post.Unit)
		q.when(f.Unit != 0, q.aside("d.unit")+" = ?", f.Unit)
	case own:
		q.add(q.aside("d.unit")+" = ?", by.Post.Unit)
		q.when(f.Unit != 0, q.aside("d.unit")+" = ?", f.Unit)
	case d == byUnit:
		q.when(f.Unit != 0, "d.unit = ?", f.Unit)
	default:
		q.when(f.Unit != 0, q.aside("d.unit")+" = ?", f.Unit)
	}
	if !own && !covered {
		columns := access.ScopeColumns("d")
		if d != byScope {
			columns = asideScope(q.dialect)
		}
		where, args := by.Scope().Where(columns)
		q.add(where, args...)
	}
	switch {
	case f.Plan == 0:
	case d == byPlan:
		q.add("d.whole = ? AND d.whole > 0", f.Plan)
	default:
		q.add(q.aside("d.whole")+" = ?", f.Plan)
	}
}

// state is the condition of a state, with literals so that partial indexes serve it.
func (l Ledger) state(ctx context.Context, tx *db.Tx, q *query, f Filter) error {
	switch f.State {
	case Any:
		q.add("d.state <> 'cancelled'")
		return nil
	case Finished:
		q.add("d.state IN ('done', 'late-done')")
		q.when(f.byClosing(), "d.closed > 0")
		return nil
	case Done, LateDone, Waived, Cancelled:
		q.add("d.state = '" + string(f.State) + "'")
		q.when(f.byClosing(), "d.closed > 0")
		return nil
	}
	q.add("d.state = 'open'")
	switch f.State {
	case Unsigned:
		q.add("d.signed = 0")
	case Checking:
		sent, args := "SELECT r.duty FROM plan_reply r WHERE r.state = 'sent'", []any(nil)
		if f.Plan != 0 {
			sent, args = sent+" AND r.plan = ?", []any{f.Plan}
		}
		q.add("d.id IN ("+sent+")", args...)
	case Late:
		q.add("d.due < ? AND d.paused = 0", tx.Now)
	case Soon:
		b, err := l.Duties.Bounds(ctx, tx)
		if err != nil {
			return err
		}
		q.add("d.due >= ? AND d.due <= ?", b.Now, b.Soon)
	}
	return nil
}

func (q *query) page(f Filter) {
	columns, down := []string{"d.due", "d.id"}, ""
	switch {
	case f.ByUnit:
		columns = []string{"d.unit", "d.due", "d.id"}
	case f.byClosing():
		columns, down = []string{"d.closed", "d.id"}, " DESC"
	}
	bind := func(k Key) []any {
		if f.ByUnit {
			return []any{k.Unit, k.At, k.ID}
		}
		return []any{k.At, k.ID}
	}
	after, before := " > ", " < "
	if down != "" {
		after, before = before, after
	}
	row := "(" + strings.Join(columns, ", ") + ")"
	marks := "(?" + strings.Repeat(", ?", len(columns)-1) + ")"
	q.when(f.After != Key{}, row+after+marks, bind(f.After)...)
	q.when(f.Before != Key{}, row+before+marks, bind(f.Before)...)
	if f.Before != (Key{}) {
		down = map[string]string{"": " DESC", " DESC": ""}[down]
	}
	q.order = strings.Join(columns, down+", ") + down
}

// someDuties is up to how many open duties a plan is sorted, which its index
// alone answers, rather than sought in the index of units.
const someDuties = 5000

func smallPlan(ctx context.Context, tx *db.Tx, plan ref.Plan) (bool, error) {
	n, err := db.Get[int](ctx, tx, "SELECT count(*) FROM (SELECT 1 FROM duty d WHERE d.whole = ? AND d.whole > 0 AND d.state = 'open' LIMIT ?) AS found", plan, someDuties)
	return n < someDuties, err
}

var dutyColumns = db.ColumnsOf[duty.Duty]("d")

func items(ctx context.Context, tx *db.Tx, q *query, limit int) ([]Item, error) {
	// The inner query reads the index alone and finds the ids; only they are read in full.
	return db.All[Item](ctx, tx, "SELECT "+dutyColumns+`, t.title AS task, t.path AS path, p.title AS plan, coalesce(r.id, 0) AS reply
		FROM duty d JOIN plan_task t ON t.id = d.subject_id JOIN plan p ON p.id = t.plan
		LEFT JOIN plan_reply r ON r.duty = d.id AND r.state = 'sent'
		WHERE d.id IN (SELECT d.id FROM duty d WHERE `+strings.Join(q.where, " AND ")+" ORDER BY "+q.order+" LIMIT ?) ORDER BY "+q.order, append(q.args, limit)...)
}

// count counts up to a limit. The order keeps PostgreSQL from trying its luck
// without an index: those that are done stand together at the end of a million.
func count(ctx context.Context, tx *db.Tx, q *query, limit int) (int, error) {
	order := ""
	if q.dialect == db.Postgres && !q.sent {
		order = " ORDER BY " + q.order
	}
	return db.Get[int](ctx, tx, "SELECT count(*) FROM (SELECT 1 FROM duty d WHERE "+strings.Join(q.where, " AND ")+order+" LIMIT ?) AS found", append(q.args, limit)...)
}

// seen is the scope of an actor over duties that some other index drives.
func seen(tx *db.Tx, by access.Actor) (string, []any) {
	own := aside(tx.Dialect, "d.unit") + " = ?"
	if by.Scope().Reach == access.OwnUnit {
		return own, []any{by.Post.Unit}
	}
	where, args := by.Scope().Where(asideScope(tx.Dialect))
	return "(" + where + " OR " + own + ")", append(args, by.Post.Unit)
}

const figures = `sum(CASE WHEN d.state = 'open' THEN 1 ELSE 0 END) AS open,
	sum(CASE WHEN d.state = 'open' AND d.paused = 0 AND d.due < ? THEN 1 ELSE 0 END) AS late,
	sum(CASE WHEN d.state = 'open' AND d.signed = 0 THEN 1 ELSE 0 END) AS unsigned,
	sum(CASE WHEN d.state = 'open' AND d.paused > 0 THEN 1 ELSE 0 END) AS checking,
	sum(CASE WHEN d.state = 'done' THEN 1 ELSE 0 END) AS done,
	sum(CASE WHEN d.state = 'late-done' THEN 1 ELSE 0 END) AS late_done,
	coalesce(min(CASE WHEN d.state = 'open' THEN d.due END), 0) AS next`

func tallies(ctx context.Context, tx *db.Tx, by access.Actor, tasks []ref.Task) ([]Tally, error) {
	where, args := seen(tx, by)
	return db.All[Tally](ctx, tx, "SELECT d.subject_id AS task, "+figures+" FROM duty d WHERE d.subject = 'plan_task' AND d.subject_id IN "+db.In(len(tasks))+
		" AND "+where+" GROUP BY d.subject_id", append(append([]any{tx.Now}, db.Args(tasks)...), args...)...)
}

func unitTallies(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]UnitTally, error) {
	where, args := seen(tx, by)
	type row struct {
		Unit                                           ref.Unit
		Kind                                           string
		Open, Late, Unsigned, Checking, Done, LateDone int
		Next                                           clock.Instant
	}
	rows, err := db.All[row](ctx, tx, "SELECT d.unit AS unit, max(d.kind) AS kind, "+figures+" FROM duty d WHERE d.whole = ? AND d.whole > 0 AND "+where+" GROUP BY d.unit",
		append([]any{tx.Now, plan}, args...)...)
	out := make([]UnitTally, len(rows))
	for i, r := range rows {
		out[i] = UnitTally{Unit: r.Unit, Kind: r.Kind, Tally: Tally{Open: r.Open, Late: r.Late, Unsigned: r.Unsigned, Checking: r.Checking, Done: r.Done, LateDone: r.LateDone, Next: r.Next}}
	}
	return out, err
}

func cells(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]Cell, error) {
	where, args := seen(tx, by)
	soon, more := seenSeries(by)
	return db.All[Cell](ctx, tx, `SELECT x.task AS task, x.unit AS unit, x.kind AS kind, sum(x.open) AS open, sum(x.late) AS late, sum(x.done) AS done FROM (
		SELECT d.subject_id AS task, d.unit AS unit, d.kind AS kind,
			CASE WHEN d.state = 'open' THEN 1 ELSE 0 END AS open,
			CASE WHEN d.state = 'open' AND d.paused = 0 AND d.due < ? THEN 1 ELSE 0 END AS late,
			CASE WHEN d.state IN ('done', 'late-done') THEN 1 ELSE 0 END AS done
		FROM duty d WHERE d.whole = ? AND d.whole > 0 AND d.state <> 'cancelled' AND `+where+`
		UNION ALL SELECT s.subject_id, s.unit, s.kind, 0, 0, 0
		FROM plan_task t JOIN duty_series s ON s.subject = 'plan_task' AND s.subject_id = t.id
		WHERE t.plan = ? AND s.state = 'open' AND `+soon+`) AS x GROUP BY x.task, x.unit, x.kind`,
		slices.Concat([]any{tx.Now, plan}, args, []any{plan}, more)...)
}

// seenSeries is the scope of an actor over series.
func seenSeries(by access.Actor) (string, []any) {
	if by.Scope().Reach == access.OwnUnit {
		return "s.unit = ?", []any{by.Post.Unit}
	}
	where, args := by.Scope().Where(access.Columns{Unit: "s.unit", Region: "s.region", Town: "substr(s.region, 1, 9)", County: "substr(s.region, 1, 6)"})
	return "(" + where + " OR s.unit = ?)", append(args, by.Post.Unit)
}

// spots groups by the day in Beijing, which is 8 hours ahead of the instants.
func spots(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]Spot, error) {
	where, args := seen(tx, by)
	return db.All[Spot](ctx, tx, `SELECT d.subject_id AS task, (d.due + 28800000) / 86400000 AS day,
		sum(CASE WHEN d.state = 'open' THEN 1 ELSE 0 END) AS open,
		sum(CASE WHEN d.state = 'open' AND d.paused = 0 AND d.due < ? THEN 1 ELSE 0 END) AS late,
		sum(CASE WHEN d.state IN ('done', 'late-done') THEN 1 ELSE 0 END) AS done
		FROM duty d WHERE d.whole = ? AND d.whole > 0 AND d.state IN ('open', 'done', 'late-done') AND `+where+" GROUP BY d.subject_id, day",
		append([]any{tx.Now, plan}, args...)...)
}

// taskQuery chooses tasks of a plan: all of them for who sees the whole plan
// and asks for nothing in particular, else those with a duty that is chosen.
func (l Ledger) taskQuery(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) (*query, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	covered, err := coversPlan(ctx, tx, by, f.Plan)
	if err != nil {
		return nil, err
	}
	q := &query{}
	q.add("t.plan = ? AND t.state <> 'draft'", f.Plan)
	if f.Tasks != nil {
		q.add("t.id + 0 IN "+db.In(len(f.Tasks)), db.Args(f.Tasks)...)
	}
	plain := f.State == Any && f.To == 0
	if plain && covered && f.Unit == 0 && f.Kind == "" {
		return q, nil
	}
	d := &query{}
	d.scope(by, f, byTask, covered)
	if err := l.state(ctx, tx, d, f); err != nil {
		return nil, err
	}
	d.when(f.Kind != "", "d.kind = ?", f.Kind)
	d.when(f.To != 0, "d.due >= ? AND d.due < ?", f.From, f.To)
	exists := "EXISTS (SELECT 1 FROM duty d WHERE d.subject = 'plan_task' AND d.subject_id = t.id AND " + strings.Join(d.where, " AND ") + ")"
	if !plain {
		q.add(exists, d.args...)
		return q, nil
	}
	where, args := seenSeries(by)
	s := &query{}
	s.add(where, args...)
	s.when(f.Unit != 0, "s.unit = ?", f.Unit)
	s.when(f.Kind != "", "s.kind = ?", f.Kind)
	q.add("("+exists+" OR EXISTS (SELECT 1 FROM duty_series s WHERE s.subject = 'plan_task' AND s.subject_id = t.id AND s.state = 'open' AND "+
		strings.Join(s.where, " AND ")+"))", append(d.args, s.args...)...)
	return q, nil
}

func tasks(ctx context.Context, tx *db.Tx, q *query, from ref.Task, back bool, limit int) ([]ref.Task, error) {
	order := "t.seq, t.id"
	if back {
		order = "t.seq DESC, t.id DESC"
	}
	if from != 0 {
		op := " > "
		if back {
			op = " < "
		}
		q.add("(t.seq, t.id)"+op+"(SELECT a.seq, a.id FROM plan_task a WHERE a.id = ?)", from)
	}
	return db.All[ref.Task](ctx, tx, "SELECT t.id FROM plan_task t WHERE "+strings.Join(q.where, " AND ")+" ORDER BY "+order+" LIMIT ?", append(q.args, limit)...)
}

func countTasks(ctx context.Context, tx *db.Tx, q *query, limit int) (int, error) {
	return db.Get[int](ctx, tx, "SELECT count(*) FROM (SELECT 1 FROM plan_task t WHERE "+strings.Join(q.where, " AND ")+" LIMIT ?) AS found", append(q.args, limit)...)
}

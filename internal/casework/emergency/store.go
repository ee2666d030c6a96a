package emergency

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var (
	runColumns  = db.ColumnsOf[Run]("r")
	stepColumns = db.ColumnsOf[Step]("s")
)

func insertRun(ctx context.Context, tx *db.Tx, r Run) error {
	return db.Insert(ctx, tx, "casework_run", r)
}

func insertStep(ctx context.Context, tx *db.Tx, s Step) error {
	return db.Insert(ctx, tx, "casework_step", s)
}

func run(ctx context.Context, tx *db.Tx, id RunID) (Run, error) {
	return db.Get[Run](ctx, tx, "SELECT "+runColumns+" FROM casework_run r WHERE r.id = ?", id)
}

func step(ctx context.Context, tx *db.Tx, id StepID) (Step, error) {
	return db.Get[Step](ctx, tx, "SELECT "+stepColumns+" FROM casework_step s WHERE s.id = ?"+tx.ForUpdate(), id)
}

// stepsOf gives the steps of a checklist; a step that was handed to another
// unit counts as that unit's.
func stepsOf(ctx context.Context, tx *db.Tx, id RunID) ([]Step, error) {
	return db.All[Step](ctx, tx, "SELECT s.id, s.run, s.step, s.label, s.record, COALESCE(d.unit, s.unit) AS unit, s.duty, s.state, s.done, s.by_name, s.sealed FROM casework_step s LEFT JOIN duty d ON d.id = s.duty WHERE s.run = ? ORDER BY s.id", id)
}

func setStep(ctx context.Context, tx *db.Tx, s Step) error {
	return tx.One(ctx, "UPDATE casework_step SET unit = ?, duty = ?, state = ?, done = ?, by_name = ?, sealed = ? WHERE id = ?", s.Unit, s.Duty, s.State, s.Done, s.ByName, append([]byte{}, s.Sealed...), s.ID)
}

func runsOf(ctx context.Context, tx *db.Tx, a About) ([]Run, error) {
	return db.All[Run](ctx, tx, "SELECT "+runColumns+" FROM casework_run r WHERE r.subject = ? AND r.subject_id = ? ORDER BY r.id DESC LIMIT 100", a.Kind, a.ID)
}

func runsOfUnit(ctx context.Context, tx *db.Tx, unit ref.Unit, limit int) ([]Run, error) {
	return db.All[Run](ctx, tx, "SELECT "+runColumns+" FROM casework_run r WHERE r.unit = ? ORDER BY r.id DESC LIMIT ?", unit, limit)
}

// dutiesOf counts the duties of a unit in a checklist and what follows from it.
func dutiesOf(ctx context.Context, tx *db.Tx, id RunID, unit ref.Unit) (int, error) {
	return db.Get[int](ctx, tx, `SELECT count(*) FROM duty d WHERE d.unit = ? AND (d.subject = 'casework_run' AND d.subject_id = ?
		OR d.subject = 'casework_step' AND d.subject_id IN (SELECT s.id FROM casework_step s WHERE s.run = ?))`, unit, id, id)
}

// openOf gives the open duties of a unit that follow from a checklist.
func openOf(ctx context.Context, tx *db.Tx, id RunID, unit ref.Unit) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, "SELECT d.id FROM duty d WHERE d.subject = 'casework_run' AND d.subject_id = ? AND d.unit = ? AND d.state = 'open' ORDER BY d.id", id, unit)
}

func openSteps(ctx context.Context, tx *db.Tx, a About) (int, error) {
	return db.Get[int](ctx, tx, "SELECT count(*) FROM casework_step s JOIN casework_run r ON r.id = s.run WHERE r.subject = ? AND r.subject_id = ? AND s.state = 'open'", a.Kind, a.ID)
}

// pending gives the units of the steps that are still to be done of a thing.
func pending(ctx context.Context, tx *db.Tx, a About) ([]ref.Unit, error) {
	return db.All[ref.Unit](ctx, tx, "SELECT DISTINCT d.unit FROM casework_run r JOIN casework_step s ON s.run = r.id JOIN duty d ON d.id = s.duty "+
		"WHERE r.subject = ? AND r.subject_id = ? AND s.state = 'open' ORDER BY d.unit", a.Kind, a.ID)
}

// signatures gives the units that signed for steps of a thing.
func signatures(ctx context.Context, tx *db.Tx, a About) ([]Signature, error) {
	return db.All[Signature](ctx, tx, `SELECT d.unit, min(d.signed) AS at FROM casework_run r JOIN casework_step s ON s.run = r.id JOIN duty d ON d.id = s.duty
		WHERE r.subject = ? AND r.subject_id = ? AND d.signed > 0 GROUP BY d.unit ORDER BY d.unit`, a.Kind, a.ID)
}

// Rosters and events.

func watches(ctx context.Context, tx *db.Tx, county string, from, to civil.Date) ([]Watch, error) {
	return db.All[Watch](ctx, tx, "SELECT "+db.ColumnsOf[Watch]("w")+" FROM casework_roster w WHERE w.county = ? AND w.ended = 0 AND w.day >= ? AND w.day <= ? ORDER BY w.day", county, from, to)
}

func relieved(ctx context.Context, tx *db.Tx, county string, from civil.Date) ([]Watch, error) {
	return db.All[Watch](ctx, tx, "SELECT "+db.ColumnsOf[Watch]("w")+" FROM casework_roster w WHERE w.county = ? AND w.ended > 0 AND w.day >= ? ORDER BY w.ended DESC, w.id DESC LIMIT 50", county, from)
}

// watch gives an entry of a division's roster, for a change.
func watch(ctx context.Context, tx *db.Tx, county string, id int64) (Watch, error) {
	return db.Get[Watch](ctx, tx, "SELECT "+db.ColumnsOf[Watch]("w")+" FROM casework_roster w WHERE w.id = ? AND w.county = ?"+tx.ForUpdate(), id, county)
}

func relieve(ctx context.Context, tx *db.Tx, county string, day civil.Date, by string) error {
	_, err := tx.Exec(ctx, "UPDATE casework_roster SET ended = ?, ended_by = ? WHERE county = ? AND day = ? AND ended = 0", tx.Now, by, county, day)
	return err
}

func insertContingency(ctx context.Context, tx *db.Tx, c Contingency) error {
	return db.Insert(ctx, tx, "casework_contingency", c)
}

func endContingency(ctx context.Context, tx *db.Tx, id int64, by string) error {
	return tx.One(ctx, "UPDATE casework_contingency SET ended = ?, ended_by = ? WHERE id = ? AND ended = 0", tx.Now, by, id)
}

// concerns is the condition under which an event concerns an actor: it holds
// where he works, or in a division that his scope holds.
func concerns(by access.Actor) (string, []any) {
	here := holding(by.Post.Region)
	where := "c.region IN " + db.In(len(here))
	if by.Can("child.list") {
		within, args := by.Scope().Where(access.Columns{Unit: "0", Region: "c.region", Town: "substr(c.region, 1, 9)", County: "substr(c.region, 1, 6)"})
		where, here = where+" OR "+within, append(here, args...)
	}
	return "(" + where + ")", here
}

func contingencies(ctx context.Context, tx *db.Tx, by access.Actor) ([]Contingency, error) {
	where, args := concerns(by)
	return db.All[Contingency](ctx, tx, "SELECT "+db.ColumnsOf[Contingency]("c")+" FROM casework_contingency c WHERE "+where+" ORDER BY CASE WHEN c.ended = 0 THEN 0 ELSE 1 END, c.id DESC LIMIT 50", args...)
}

// underWay gives the plans of the events that name a place, or where it lies.
func underWay(ctx context.Context, tx *db.Tx, region string) ([]string, error) {
	here := holding(region)
	return db.All[string](ctx, tx, "SELECT c.plan FROM casework_contingency c WHERE c.ended = 0 AND EXISTS (SELECT 1 FROM casework_event_place p WHERE p.contingency = c.id AND p.region IN "+
		db.In(len(here))+") ORDER BY c.id", here...)
}

// eventPlace is a place that an event names.
type eventPlace struct {
	Contingency int64
	Region      string
}

func insertPlaces(ctx context.Context, tx *db.Tx, event int64, places []string) error {
	rows := make([]eventPlace, len(places))
	for i, p := range places {
		rows[i] = eventPlace{event, p}
	}
	return db.InsertAll(ctx, tx, "casework_event_place", rows)
}

func placesOf(ctx context.Context, tx *db.Tx, events []int64) ([]eventPlace, error) {
	if len(events) == 0 {
		return nil, nil
	}
	return db.All[eventPlace](ctx, tx, "SELECT "+db.ColumnsOf[eventPlace]("p")+" FROM casework_event_place p WHERE p.contingency IN "+db.In(len(events))+" ORDER BY p.contingency, p.region", db.Args(events)...)
}

// Rehome gives what was set going in a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	if _, err := tx.Exec(ctx, "INSERT INTO casework_event_place (contingency, region) SELECT p.contingency, CAST(? AS TEXT) FROM casework_event_place p WHERE p.region = ? ON CONFLICT (contingency, region) DO NOTHING", now, was); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM casework_event_place WHERE region = ?", was); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE casework_run SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE casework_touched SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

// Children of public events.

var touchedColumns = db.ColumnsOf[Touched]("t")

func contingency(ctx context.Context, tx *db.Tx, by access.Actor, id int64) (Contingency, error) {
	where, args := concerns(by)
	return db.Get[Contingency](ctx, tx, "SELECT "+db.ColumnsOf[Contingency]("c")+" FROM casework_contingency c WHERE c.id = ? AND ("+where+" OR EXISTS (SELECT 1 FROM casework_touched t WHERE t.contingency = c.id AND t.unit = ?))",
		append(append([]any{id}, args...), by.Post.Unit)...)
}

func insertTouched(ctx context.Context, tx *db.Tx, rows []Touched) error {
	return db.InsertAll(ctx, tx, "casework_touched", rows)
}

func touchedChildren(ctx context.Context, tx *db.Tx, event int64) ([]ref.Child, error) {
	return db.All[ref.Child](ctx, tx, "SELECT t.child FROM casework_touched t WHERE t.contingency = ?", event)
}

// sees is the condition under which an actor sees children of an event: those
// of his scope, and those that his unit is to reach.
func sees(by access.Actor) (string, []any) {
	if !by.Can("child.list") {
		return "t.unit = ?", []any{by.Post.Unit}
	}
	where, args := by.Scope().Where(access.ScopeColumns("t"))
	return "(" + where + " OR t.unit = ?)", append(args, by.Post.Unit)
}

// inState is the condition of a filter's state.
func inState(state string) (string, []any) {
	switch state {
	case "":
		return "t.state <> 'left'", nil
	case Unreached:
		return "t.state IN ('unheard', 'lost')", nil
	}
	return "t.state = ?", []any{state}
}

func touched(ctx context.Context, tx *db.Tx, by access.Actor, event int64, f TouchFilter) ([]Touched, error) {
	where, more := sees(by)
	state, of := inState(f.State)
	args := append(append([]any{event, int64(f.After), int64(f.Unit), int64(f.Unit)}, more...), of...)
	return db.All[Touched](ctx, tx, "SELECT "+touchedColumns+" FROM casework_touched t WHERE t.contingency = ? AND t.id > ? AND (? = 0 OR t.unit = ?) AND "+where+" AND "+state+" ORDER BY t.id LIMIT ?", append(args, int64(f.Limit))...)
}

// someTouched gives chosen children that the actor sees.
func someTouched(ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []TouchedID, suffix string) ([]Touched, error) {
	where, more := sees(by)
	return db.All[Touched](ctx, tx, "SELECT "+touchedColumns+" FROM casework_touched t WHERE t.contingency = ? AND t.id IN "+db.In(len(ids))+" AND "+where+" ORDER BY t.id"+suffix,
		append(append([]any{event}, db.Args(ids)...), more...)...)
}

func setTouched(ctx context.Context, tx *db.Tx, t Touched) error {
	return tx.One(ctx, "UPDATE casework_touched SET state = ?, run = ?, told = ?, by_name = ?, sealed = ? WHERE id = ?", t.State, t.Run, t.Told, t.ByName, t.Sealed, t.ID)
}

func giveTouched(ctx context.Context, tx *db.Tx, event int64, from, to ref.Unit) error {
	_, err := tx.Exec(ctx, "UPDATE casework_touched SET unit = ? WHERE contingency = ? AND unit = ?", to, event, from)
	return err
}

type counted struct {
	State string
	N     int64
}

func tally(ctx context.Context, tx *db.Tx, by access.Actor, event int64, unit ref.Unit) ([]counted, error) {
	where, more := sees(by)
	return db.All[counted](ctx, tx, "SELECT t.state, count(*) AS n FROM casework_touched t WHERE t.contingency = ? AND (? = 0 OR t.unit = ?) AND "+where+" GROUP BY t.state ORDER BY t.state",
		append([]any{event, int64(unit), int64(unit)}, more...)...)
}

func behinds(ctx context.Context, tx *db.Tx, by access.Actor, event int64) ([]Behind, error) {
	where, more := sees(by)
	return db.All[Behind](ctx, tx, `SELECT t.unit, count(CASE WHEN t.state IN ('unheard', 'lost') THEN 1 END) AS n, count(*) AS "all", CAST(0 AS BIGINT) AS duty, CAST(0 AS BIGINT) AS due, min(t.region) AS region
		FROM casework_touched t WHERE t.contingency = ? AND t.state <> 'left' AND `+where+` GROUP BY t.unit HAVING count(CASE WHEN t.state IN ('unheard', 'lost') THEN 1 END) > 0 ORDER BY 2 DESC, t.unit LIMIT 500`,
		append([]any{event}, more...)...)
}

func unreachedOf(ctx context.Context, tx *db.Tx, event int64, unit ref.Unit) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM casework_touched t WHERE t.contingency = ? AND t.unit = ? AND t.state IN ('unheard', 'lost')", event, unit)
}

func unreachedAll(ctx context.Context, tx *db.Tx, event int64) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM casework_touched t WHERE t.contingency = ? AND t.state IN ('unheard', 'lost')", event)
}

// reach is an open duty of reaching the children of an event.
type reach struct {
	ID   ref.Duty
	Unit ref.Unit
	Due  clock.Instant
}

func reachDuties(ctx context.Context, tx *db.Tx, event int64) ([]reach, error) {
	return db.All[reach](ctx, tx, "SELECT d.id, d.unit, d.due FROM duty d WHERE d.subject = 'casework_contingency' AND d.subject_id = ? AND d.kind = 'emergency.reach' AND d.state = 'open' ORDER BY d.id", event)
}

// Far is how far a checklist is.
type Far struct {
	Run   RunID
	Done  int64 // steps that ended
	Total int64 // steps that were asked for
	Late  int64 // steps that are overdue
}

// progress tells how far checklists are.
func progress(ctx context.Context, tx *db.Tx, runs []RunID) ([]Far, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	return db.All[Far](ctx, tx, `SELECT s.run, count(CASE WHEN s.state IN ('done', 'skipped') THEN 1 END) AS done, count(*) AS total, count(CASE WHEN s.state = 'open' AND d.state = 'open' AND d.paused = 0 AND d.due < ? THEN 1 END) AS late
		FROM casework_step s LEFT JOIN duty d ON d.id = s.duty WHERE s.state <> 'spare' AND s.run IN `+db.In(len(runs))+" GROUP BY s.run ORDER BY s.run", append([]any{tx.Now}, db.Args(runs)...)...)
}

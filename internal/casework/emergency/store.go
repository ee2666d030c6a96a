package emergency

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
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

// signatures gives the units that signed for steps of a thing.
func signatures(ctx context.Context, tx *db.Tx, a About) ([]Signature, error) {
	return db.All[Signature](ctx, tx, `SELECT d.unit, min(d.signed) AS at FROM casework_run r JOIN casework_step s ON s.run = r.id JOIN duty d ON d.id = s.duty
		WHERE r.subject = ? AND r.subject_id = ? AND d.signed > 0 GROUP BY d.unit ORDER BY d.unit`, a.Kind, a.ID)
}

// Rosters and events.

func watches(ctx context.Context, tx *db.Tx, county string, from, to civil.Date) ([]Watch, error) {
	return db.All[Watch](ctx, tx, "SELECT "+db.ColumnsOf[Watch]("w")+" FROM casework_roster w WHERE w.county = ? AND w.day >= ? AND w.day <= ? ORDER BY w.day", county, from, to)
}

func putWatch(ctx context.Context, tx *db.Tx, w Watch) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_roster (id, county, day, name, phone, at, by_user) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (county, day) DO UPDATE SET name = excluded.name, phone = excluded.phone, at = excluded.at, by_user = excluded.by_user`, w.ID, w.County, w.Day, w.Name, w.Phone, w.At, w.ByUser)
	return err
}

func insertContingency(ctx context.Context, tx *db.Tx, c Contingency) error {
	return db.Insert(ctx, tx, "casework_contingency", c)
}

func endContingency(ctx context.Context, tx *db.Tx, county string, id int64, by string) error {
	return tx.One(ctx, "UPDATE casework_contingency SET ended = ?, ended_by = ? WHERE id = ? AND county = ? AND ended = 0", tx.Now, by, id, county)
}

func contingencies(ctx context.Context, tx *db.Tx, county string) ([]Contingency, error) {
	return db.All[Contingency](ctx, tx, "SELECT "+db.ColumnsOf[Contingency]("c")+" FROM casework_contingency c WHERE c.county = ? ORDER BY CASE WHEN c.ended = 0 THEN 0 ELSE 1 END, c.id DESC LIMIT 50", county)
}

// underWay gives the plans that hold in a county: its own, and those declared
// above counties.
func underWay(ctx context.Context, tx *db.Tx, county string) ([]string, error) {
	return db.All[string](ctx, tx, "SELECT c.plan FROM casework_contingency c WHERE c.ended = 0 AND c.county IN ('', ?) ORDER BY c.id", county)
}

// Rehome gives what was set going in a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE casework_run SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

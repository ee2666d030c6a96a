package guardianship

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

var (
	columns     = db.ColumnsOf[Measure]("m")
	factColumns = db.ColumnsOf[Fact]("f")
	taskColumns = db.ColumnsOf[Task]("t")
)

// visible is the condition under which an actor knows of a measure.
func visible(by access.Actor) (string, []any) {
	if by.User == access.Program.User {
		return "1 = 1", nil
	}
	if by.Post.Role.Admin() {
		return "1 = 0", nil
	}
	party := "EXISTS (SELECT 1 FROM guardianship_party p WHERE p.measure = m.id AND p.unit = ?)"
	if !seesRegion(by.Post.Role) {
		return party, []any{by.Post.Unit}
	}
	where, args := by.Scope().Where(access.ScopeColumns("m"))
	return "((m.secret = 0 AND " + where + ") OR " + party + ")", append(args, by.Post.Unit)
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, suffix string) (Measure, error) {
	where, args := visible(by)
	return db.Get[Measure](ctx, tx, "SELECT "+columns+" FROM guardianship_measure m WHERE m.id = ? AND "+where+suffix, append([]any{id}, args...)...)
}

func insert(ctx context.Context, tx *db.Tx, m Measure) error {
	return db.Insert(ctx, tx, "guardianship_measure", m)
}

func update(ctx context.Context, tx *db.Tx, m Measure) error {
	return tx.One(ctx, "UPDATE guardianship_measure SET phase = ?, state = ?, until = ?, alarm = ?, version = ? WHERE id = ? AND version = ?",
		m.Phase, m.State, m.Until, m.Alarm, m.Version+1, m.ID, m.Version)
}

// list gives measures, the latest first.
func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Measure, error) {
	where, args := visible(by)
	conditions := []string{where}
	add := func(condition string, values ...any) {
		conditions, args = append(conditions, condition), append(args, values...)
	}
	if len(f.children) > 0 {
		add("m.child IN "+db.In(len(f.children)), db.Args(f.children)...)
	}
	if f.Kind != "" {
		add("m.kind = ?", f.Kind)
	}
	switch f.View {
	case Working:
		add("m.phase <> ?", protection.Ended)
	case Alarmed:
		add("m.alarm = 1")
	case Expired:
		add("m.phase = ? AND m.until <> '' AND m.until < ?", protection.Held, today(tx))
	case Finished:
		add("m.phase = ?", protection.Ended)
	}
	if f.Before != 0 {
		add("m.id < ?", f.Before)
	}
	return db.All[Measure](ctx, tx, "SELECT "+columns+" FROM guardianship_measure m WHERE "+strings.Join(conditions, " AND ")+" ORDER BY m.id DESC LIMIT ?",
		append(args, f.Limit)...)
}

func insertFact(ctx context.Context, tx *db.Tx, f Fact) error {
	return db.Insert(ctx, tx, "guardianship_fact", f)
}

func factsOf(ctx context.Context, tx *db.Tx, id ref.Measure) ([]Fact, error) {
	return db.All[Fact](ctx, tx, "SELECT "+factColumns+" FROM guardianship_fact f WHERE f.measure = ? ORDER BY f.at, f.id", id)
}

func strike(ctx context.Context, tx *db.Tx, id ref.Record, who string, reason []byte) error {
	return tx.One(ctx, "UPDATE guardianship_fact SET struck = ?, struck_by = ?, reason = ? WHERE id = ? AND struck = 0", tx.Now, who, reason, id)
}

// lastDay gives the last day of a fact in the measures of a kind of some files
// of one child; zero where there is none.
func lastDay(ctx context.Context, tx *db.Tx, ids []ref.Child, kind, fact string) (civil.Date, error) {
	at, err := db.Get[clock.Instant](ctx, tx, "SELECT COALESCE(max(f.at), 0) FROM guardianship_fact f JOIN guardianship_measure m ON m.id = f.measure WHERE m.child IN "+db.In(len(ids))+
		" AND m.kind = ? AND f.kind = ? AND f.struck = 0", append(db.Args(ids), kind, fact)...)
	if err != nil || at == 0 {
		return civil.Date{}, err
	}
	return civil.DateOf(at.Time()), nil
}

func insertPaper(ctx context.Context, tx *db.Tx, p Required) error {
	return db.Insert(ctx, tx, "guardianship_paper", p)
}

func papersOf(ctx context.Context, tx *db.Tx, id ref.Measure) ([]Required, error) {
	return db.All[Required](ctx, tx, "SELECT "+db.ColumnsOf[Required]("q")+" FROM guardianship_paper q WHERE q.measure = ? ORDER BY q.id", id)
}

func paperOf(ctx context.Context, tx *db.Tx, id ref.Measure, paper PaperID) (Required, error) {
	return db.Get[Required](ctx, tx, "SELECT "+db.ColumnsOf[Required]("q")+" FROM guardianship_paper q WHERE q.measure = ? AND q.id = ?", id, paper)
}

func setPaperFile(ctx context.Context, tx *db.Tx, p Required) error {
	return tx.One(ctx, "UPDATE guardianship_paper SET file = ? WHERE id = ? AND file = 0", p.File, p.ID)
}

func tasksOf(ctx context.Context, tx *db.Tx, id ref.Measure) ([]Task, error) {
	return db.All[Task](ctx, tx, "SELECT "+taskColumns+" FROM guardianship_task t WHERE t.measure = ? ORDER BY t.id", id)
}

// taskOf gives the open task of a duty.
func taskOf(ctx context.Context, tx *db.Tx, id ref.Duty) (Task, error) {
	return db.Get[Task](ctx, tx, "SELECT "+taskColumns+" FROM guardianship_task t WHERE t.duty = ? AND t.state = 'open'", id)
}

func setTaskUnit(ctx context.Context, tx *db.Tx, id int64, unit ref.Unit) error {
	return tx.One(ctx, "UPDATE guardianship_task SET unit = ? WHERE id = ?", unit, id)
}

func insertTask(ctx context.Context, tx *db.Tx, t Task) error {
	return db.Insert(ctx, tx, "guardianship_task", t)
}

func closeTask(ctx context.Context, tx *db.Tx, t Task) error {
	return tx.One(ctx, "UPDATE guardianship_task SET state = ?, fact = ?, closed = ? WHERE id = ? AND state = 'open'", t.State, t.Fact, tx.Now, t.ID)
}

func parties(ctx context.Context, tx *db.Tx, id ref.Measure) ([]Party, error) {
	return db.All[Party](ctx, tx, "SELECT "+db.ColumnsOf[Party]("p")+" FROM guardianship_party p WHERE p.measure = ? ORDER BY p.at, p.unit", id)
}

// join makes units parties; who is one already stays so.
func join(ctx context.Context, tx *db.Tx, id ref.Measure, by ref.User, units ...ref.Unit) error {
	for _, u := range slices.Compact(slices.Sorted(slices.Values(units))) {
		if u <= 0 {
			continue
		}
		if _, err := tx.Exec(ctx, "INSERT INTO guardianship_party (measure, unit, at, by_user) VALUES (?, ?, ?, ?) ON CONFLICT (measure, unit) DO NOTHING", id, u, tx.Now, by); err != nil {
			return err
		}
	}
	return nil
}

func leave(ctx context.Context, tx *db.Tx, id ref.Measure, unit ref.Unit) error {
	return tx.One(ctx, "DELETE FROM guardianship_party WHERE measure = ? AND unit = ?", id, unit)
}

// Rehome gives the measures of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE guardianship_measure SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

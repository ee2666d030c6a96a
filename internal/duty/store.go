package duty

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

var columns = db.ColumnsOf[Duty]("d")

// visible is the scope of an actor over duties: what his unit owns, what it
// asked support units for, and what lies in his region.
func (k *Kernel) visible(by access.Actor) (string, []any) {
	where, args := by.Scope().Where(access.ScopeColumns("d"))
	if by.Scope().Reach == access.Nothing {
		return where, args
	}
	hidden, more := k.hidden(by)
	return "(" + where + " OR d.unit = ? OR EXISTS (SELECT 1 FROM duty p WHERE p.id = d.parent AND p.unit = ?))" + hidden,
		append(append(args, by.Post.Unit, by.Post.Unit), more...)
}

func (k *Kernel) get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (Duty, error) {
	where, args := k.visible(by)
	return db.Get[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.id = ? AND "+where, append([]any{id}, args...)...)
}

// lock gives a duty for a change, without scope: callers check it.
func lock(ctx context.Context, tx *db.Tx, id ref.Duty) (Duty, error) {
	return db.Get[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.id = ?"+tx.ForUpdate(), id)
}

// lockIn gives a duty for a change if it lies in the actor's scope.
func (k *Kernel) lockIn(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (Duty, error) {
	where, args := by.Scope().Where(access.ScopeColumns("d"))
	hidden, more := k.hidden(by)
	return db.Get[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.id = ? AND "+where+hidden+tx.ForUpdate(), append(append([]any{id}, args...), more...)...)
}

// lockOwn gives a duty for a change if the actor's unit owns it.
func (k *Kernel) lockOwn(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (Duty, error) {
	hidden, more := k.hidden(by)
	return db.Get[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.id = ? AND d.unit = ?"+hidden+tx.ForUpdate(), append([]any{id, by.Post.Unit}, more...)...)
}

func insertEvent(ctx context.Context, tx *db.Tx, e Event) error {
	return db.Append(tx, "duty_event", e)
}

func events(ctx context.Context, tx *db.Tx, id ref.Duty) ([]Event, error) {
	return db.All[Event](ctx, tx, "SELECT "+db.ColumnsOf[Event]("e")+" FROM duty_event e WHERE e.duty = ? ORDER BY e.id LIMIT 1000", id)
}

func steps(ctx context.Context, tx *db.Tx, d Duty) ([]Step, error) {
	return db.All[Step](ctx, tx, "SELECT "+db.ColumnsOf[Step]("s")+" FROM duty_step s WHERE s.due = ? AND s.duty = ? ORDER BY s.arming, s.step", d.Due, d.ID)
}

// moveSteps lets the steps of a duty follow its due, which is the head of their key.
func moveSteps(ctx context.Context, tx *db.Tx, id ref.Duty, from, to clock.Instant) error {
	if from == to {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE duty_step SET due = ? WHERE due = ? AND duty = ?", to, from, id)
	return err
}

// unitsOf gives who owns each of some duties.
func unitsOf(ctx context.Context, tx *db.Tx, ids []ref.Duty) (map[ref.Duty]ref.Unit, error) {
	type row struct {
		ID   ref.Duty
		Unit ref.Unit
	}
	rows, err := db.All[row](ctx, tx, "SELECT d.id, d.unit FROM duty d WHERE d.id IN "+db.In(len(ids)), db.Args(ids)...)
	out := make(map[ref.Duty]ref.Unit, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Unit
	}
	return out, err
}

func setSigned(ctx context.Context, tx *db.Tx, id ref.Duty, person ref.User) error {
	return tx.One(ctx, "UPDATE duty SET signed = ?, person = CASE WHEN person = 0 THEN ? ELSE person END WHERE id = ?", tx.Now, person, id)
}

func setTitle(ctx context.Context, tx *db.Tx, id ref.Duty, title string) error {
	return tx.One(ctx, "UPDATE duty SET title = ? WHERE id = ?", title, id)
}

func setClock(ctx context.Context, tx *db.Tx, id ref.Duty, kind ClockKind, span int) error {
	return tx.One(ctx, "UPDATE duty SET clock = ?, span = ? WHERE id = ?", kind, span, id)
}

func setPerson(ctx context.Context, tx *db.Tx, id ref.Duty, person ref.User) error {
	return tx.One(ctx, "UPDATE duty SET person = ? WHERE id = ?", person, id)
}

func setKind(ctx context.Context, tx *db.Tx, id ref.Duty, kind, title string) error {
	return tx.One(ctx, "UPDATE duty SET kind = ?, title = ? WHERE id = ?", kind, title, id)
}

func setUnit(ctx context.Context, tx *db.Tx, id ref.Duty, unit ref.Unit) error {
	return tx.One(ctx, "UPDATE duty SET unit = ?, person = 0, signed = 0 WHERE id = ?", unit, id)
}

// rearm sets a new due and begins the ladder anew.
func rearm(ctx context.Context, tx *db.Tx, d Duty) error {
	return tx.One(ctx, "UPDATE duty SET due = ?, anchor = ?, provisional = ?, paused = ?, arming = arming + 1, passed = ? WHERE id = ?",
		d.Due, d.Anchor, d.Provisional, d.Paused, d.Passed, d.ID)
}

func setPaused(ctx context.Context, tx *db.Tx, id ref.Duty) error {
	return tx.One(ctx, "UPDATE duty SET paused = ? WHERE id = ? AND state = 'open' AND paused = 0", tx.Now, id)
}

func setClosed(ctx context.Context, tx *db.Tx, id ref.Duty, state State, fact string, factID int64) error {
	return tx.One(ctx, "UPDATE duty SET state = ?, closed = ?, fact = ?, fact_id = ?, paused = 0 WHERE id = ? AND state = 'open'",
		state, tx.Now, fact, factID, id)
}

// Many duties that end together.

// maxIn bounds the values of one list in a statement.
const maxIn = 500

// lockAll gives duties for a change, in the order of their ids.
func lockAll(ctx context.Context, tx *db.Tx, ids []ref.Duty) ([]Duty, error) {
	ids = slices.Sorted(slices.Values(ids))
	return inParts(ids, func(some []ref.Duty) ([]Duty, error) {
		list, err := db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.id IN "+db.In(len(some))+" ORDER BY d.id"+tx.ForUpdate(), db.Args(some)...)
		if err == nil && len(list) != len(some) {
			err = errs.Missing()
		}
		return list, err
	})
}

// inParts asks for the duties of a list, some at a time.
func inParts[T any](ids []ref.Duty, ask func(some []ref.Duty) ([]T, error)) ([]T, error) {
	var out []T
	for some := range slices.Chunk(ids, maxIn) {
		list, err := ask(some)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

func cancelAll(ctx context.Context, tx *db.Tx, ids []ref.Duty) error {
	for some := range slices.Chunk(ids, maxIn) {
		n, err := tx.Exec(ctx, "UPDATE duty SET state = ?, closed = ?, fact = 'duty.cancel', fact_id = id, paused = 0 WHERE id IN "+db.In(len(some))+" AND state = 'open'",
			append([]any{Cancelled, tx.Now}, db.Args(some)...)...)
		if err != nil {
			return err
		}
		if n != int64(len(some)) {
			return errs.Missing()
		}
	}
	return nil
}

// leaveAll takes duties, given as they were stored, off their ladders. Their
// places are named by the whole key: a list of duties alone would make the
// database read all places.
func leaveAll(ctx context.Context, tx *db.Tx, duties []Duty) error {
	running := slices.DeleteFunc(slices.Clone(duties), func(d Duty) bool { return d.Paused != 0 })
	for some := range slices.Chunk(running, maxIn) {
		left := int64(len(some))
		for try := 0; left > 0 && try < mostRaises; try++ { // as in atPlace
			n, err := leaveSome(ctx, tx, some)
			if err != nil {
				return err
			}
			left -= n
		}
	}
	return nil
}

func leaveSome(ctx context.Context, tx *db.Tx, duties []Duty) (int64, error) {
	level, err := levels(ctx, tx, duties)
	if err != nil {
		return 0, err
	}
	args := make([]any, 0, 4*len(duties))
	for _, d := range duties {
		at, climbed := level[armed{d.ID, d.Arming}]
		if !climbed {
			at = d.Passed
		}
		args = append(args, d.Ladder, at, d.Due, d.ID)
	}
	return tx.Exec(ctx, "DELETE FROM duty_place WHERE (ladder, level, due, duty) IN (VALUES (?, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))"+
		strings.Repeat(", (?, ?, ?, ?)", len(duties)-1)+")", args...)
}

type armed struct {
	Duty   ref.Duty
	Arming int
}

// levels gives the last rung that each of some duties has climbed, for each arming.
func levels(ctx context.Context, tx *db.Tx, duties []Duty) (map[armed]int, error) {
	args := make([]any, 0, 2*len(duties))
	for _, d := range duties {
		args = append(args, d.Due, d.ID)
	}
	type climbed struct {
		Duty          ref.Duty
		Arming, Level int
	}
	steps, err := db.All[climbed](ctx, tx, "SELECT s.duty, s.arming, max(s.step) AS level FROM duty_step s WHERE (s.due, s.duty) IN (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT))"+
		strings.Repeat(", (?, ?)", len(duties)-1)+") GROUP BY s.duty, s.arming", args...)
	level := make(map[armed]int, len(steps))
	for _, s := range steps {
		level[armed{s.Duty, s.Arming}] = s.Level
	}
	return level, err
}

// askedAbout gives those of some duties about which a request waits.
func askedAbout(ctx context.Context, tx *db.Tx, ids []ref.Duty) ([]ref.Duty, error) {
	return inParts(ids, func(some []ref.Duty) ([]ref.Duty, error) {
		return db.All[ref.Duty](ctx, tx, "SELECT DISTINCT r.duty FROM duty_request r WHERE r.duty IN "+db.In(len(some))+" AND r.state = 'asked'", db.Args(some)...)
	})
}

// followedOf gives those of some duties because of which the kernel opened others.
func followedOf(ctx context.Context, tx *db.Tx, ids []ref.Duty) ([]ref.Duty, error) {
	return inParts(ids, func(some []ref.Duty) ([]ref.Duty, error) {
		return db.All[ref.Duty](ctx, tx, "SELECT DISTINCT d.subject_id FROM duty d WHERE d.subject = 'duty' AND d.subject_id IN "+db.In(len(some))+" AND d.state = 'open'", db.Args(some)...)
	})
}

func openOf(ctx context.Context, tx *db.Tx, subject string, id int64) ([]Duty, error) {
	return db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.subject = ? AND d.subject_id = ? AND d.state = 'open' ORDER BY d.id"+tx.ForUpdate(), subject, id)
}

// openAbout gives the open work about duties that are late, for a change.
func openAbout(ctx context.Context, tx *db.Tx, late []due) (map[ref.Duty][]Duty, error) {
	args := make([]any, len(late))
	for i, d := range late {
		args[i] = d.ID
	}
	list, err := db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.subject = 'duty' AND d.subject_id IN "+db.In(len(late))+
		" AND d.state = 'open' ORDER BY d.id"+tx.ForUpdate(), args...)
	out := map[ref.Duty][]Duty{}
	for _, d := range list {
		out[ref.Duty(d.SubjectID)] = append(out[ref.Duty(d.SubjectID)], d)
	}
	return out, err
}

func (k *Kernel) ofSubject(ctx context.Context, tx *db.Tx, by access.Actor, subject string, id int64) ([]Duty, error) {
	where, args := k.visible(by)
	return db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.subject = ? AND d.subject_id = ? AND "+where+
		" ORDER BY d.due, d.id LIMIT 1000", append([]any{subject, id}, args...)...)
}

func children(ctx context.Context, tx *db.Tx, parent ref.Duty) ([]Duty, error) {
	return db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.parent = ? AND d.parent > 0 ORDER BY d.id", parent)
}

func openOfPerson(ctx context.Context, tx *db.Tx, unit ref.Unit, person ref.User) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, "SELECT d.id FROM duty d WHERE d.person = ? AND d.unit = ? AND d.state = 'open' ORDER BY d.due, d.id"+tx.ForUpdate(), person, unit)
}

func setPersonOfAll(ctx context.Context, tx *db.Tx, unit ref.Unit, from, to ref.User) (int64, error) {
	return tx.Exec(ctx, "UPDATE duty SET person = ? WHERE person = ? AND unit = ? AND state = 'open'", to, from, unit)
}

// Successions of units and divisions.

func openOfUnit(ctx context.Context, tx *db.Tx, unit ref.Unit) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, "SELECT d.id FROM duty d WHERE d.unit = ? AND d.state = 'open' ORDER BY d.due, d.id"+tx.ForUpdate(), unit)
}

func setUnitOfAll(ctx context.Context, tx *db.Tx, from, to ref.Unit) error {
	for _, q := range []string{"UPDATE duty SET unit = ? WHERE unit = ? AND state = 'open'", "UPDATE duty_series SET unit = ? WHERE unit = ? AND next > 0"} {
		if _, err := tx.Exec(ctx, q, to, from); err != nil {
			return err
		}
	}
	return nil
}

func inRegion(ctx context.Context, tx *db.Tx, region string) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, `SELECT d.id FROM duty d WHERE d.county = ? AND d.state = 'open' AND d.region = ?
		UNION ALL SELECT d.id FROM duty d WHERE d.county = ? AND d.closed > 0 AND d.region = ?`,
		access.County(region), region, access.County(region), region)
}

func rehome(ctx context.Context, tx *db.Tx, ids []ref.Duty, region string) error {
	_, err := tx.Exec(ctx, "UPDATE duty SET region = ?, town = ?, county = ? WHERE id IN "+db.In(len(ids)),
		append([]any{region, access.Town(region), access.County(region)}, db.Args(ids)...)...)
	return err
}

func rehomeSeries(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE duty_series SET region = ? WHERE region = ?", now, was)
	return err
}

func countNamed(ctx context.Context, tx *db.Tx, unit ref.Unit, person ref.User) (open, overdue int64, err error) {
	type counts struct{ Open, Late int64 }
	c, err := db.Get[counts](ctx, tx, `SELECT count(*) AS open, count(*) FILTER (WHERE d.paused = 0 AND d.due < ?) AS late
		FROM duty d WHERE d.person = ? AND d.unit = ? AND d.state = 'open'`, tx.Now, person, unit)
	return c.Open, c.Late, err
}

// Requests.

func insertRequest(ctx context.Context, tx *db.Tx, r Request) error {
	return db.Insert(ctx, tx, "duty_request", r)
}

func request(ctx context.Context, tx *db.Tx, id ref.Request) (Request, error) {
	return db.Get[Request](ctx, tx, "SELECT "+db.ColumnsOf[Request]("r")+" FROM duty_request r WHERE r.id = ?", id)
}

func lockRequest(ctx context.Context, tx *db.Tx, id ref.Request) (Request, error) {
	return db.Get[Request](ctx, tx, "SELECT "+db.ColumnsOf[Request]("r")+" FROM duty_request r WHERE r.id = ? AND r.state = 'asked'"+tx.ForUpdate(), id)
}

func setDecision(ctx context.Context, tx *db.Tx, id ref.Request, state RequestState, by ref.User, words string) error {
	return tx.One(ctx, "UPDATE duty_request SET state = ?, decided = ?, decided_by = ?, decision = ? WHERE id = ?", state, tx.Now, by, words, id)
}

func askedOf(ctx context.Context, tx *db.Tx, id ref.Duty) ([]ref.Request, error) {
	return db.All[ref.Request](ctx, tx, "SELECT r.id FROM duty_request r WHERE r.duty = ? AND r.state = 'asked'"+tx.ForUpdate(), id)
}

func requests(ctx context.Context, tx *db.Tx, id ref.Duty) ([]Request, error) {
	return db.All[Request](ctx, tx, "SELECT "+db.ColumnsOf[Request]("r")+" FROM duty_request r WHERE r.duty = ? ORDER BY r.id", id)
}

func returnedBefore(ctx context.Context, tx *db.Tx, id ref.Duty) (bool, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM duty_request r WHERE r.duty = ? AND r.kind = 'return'", id)
	return n > 0, err
}

// Places on ladders.

type place struct {
	Ladder string
	Level  int
	Due    clock.Instant
	Duty   ref.Duty
}

// stand puts running duties that were armed just now onto their ladders.
func stand(tx *db.Tx, duties ...Duty) error {
	var places []place
	for _, d := range duties {
		if d.State == Open && d.Paused == 0 {
			places = append(places, place{d.Ladder, d.Passed, d.Due, d.ID})
		}
	}
	return db.Append(tx, "duty_place", places...)
}

// isPlace finds the place of a duty by its key: its level is the last rung it climbed.
const isPlace = `ladder = ? AND level = (SELECT coalesce(max(s.step), ?) FROM duty_step s WHERE s.due = ? AND s.duty = ? AND s.arming = ?) AND due = ? AND duty = ?`

func placeArgs(d Duty) []any { return []any{d.Ladder, d.Passed, d.Due, d.ID, d.Arming, d.Due, d.ID} }

// mostRaises bounds how often a sweep can raise a duty before the eyes of who
// seeks its place: more rungs than a ladder has.
const mostRaises = 20

// atPlace runs a statement on the place of a running duty. Where a sweep was
// about to raise it, the statement has waited for that and found nothing: the
// next try finds the place where the sweep has put it, unless it is raised again.
func atPlace(ctx context.Context, tx *db.Tx, d Duty, statement string, args ...any) error {
	if d.Paused != 0 {
		return nil
	}
	for range mostRaises {
		n, err := tx.Exec(ctx, statement+" WHERE "+isPlace, slices.Concat(args, placeArgs(d))...)
		if err != nil || n > 0 {
			return err
		}
	}
	return nil
}

// leave takes a duty, given as it was stored, off its ladder.
func leave(ctx context.Context, tx *db.Tx, d Duty) error {
	return atPlace(ctx, tx, d, "DELETE FROM duty_place")
}

// moveDue gives the place of a duty, which is as it was stored, another due.
func moveDue(ctx context.Context, tx *db.Tx, d Duty, due clock.Instant) error {
	return atPlace(ctx, tx, d, "UPDATE duty_place SET due = ?", due)
}

// due is what the sweep must know of a duty: of one that climbs a rung which
// opens no other, only what needs no text to be read.
type due struct {
	ID      ref.Duty
	Subject string
	Title   string
	Unit    ref.Unit
	Region  string
	County  string
	Rule    string
	Clause  string
	Due     clock.Instant
	Ladder  string
	Arming  int
}

// ladderAfter gives the next ladder that a duty stands on: one step in the key.
func ladderAfter(ctx context.Context, tx *db.Tx, id string) (string, bool, error) {
	return db.Maybe[string](ctx, tx, "SELECT p.ladder FROM duty_place p WHERE p.ladder > ? ORDER BY p.ladder LIMIT 1", id)
}

// standing gives the duties on one level of a ladder that are due by an
// instant. It locks their places alone: whoever changes a duty takes it off its
// place, and waits there.
func standing(ctx context.Context, tx *db.Tx, ladder string, level int, by clock.Instant, whole bool, limit int) ([]due, error) {
	what := "d.id, d.unit, d.region, d.county, p.due, p.ladder, d.arming"
	if whole {
		what = db.ColumnsOf[due]("d")
	}
	return db.All[due](ctx, tx, "SELECT "+what+` FROM duty_place p JOIN duty d ON d.id = p.duty
		WHERE p.ladder = ? AND p.level = ? AND p.due <= ? ORDER BY p.due, p.duty LIMIT ?`+tx.SkipLocked("p"), ladder, level, by, limit)
}

// raise moves duties, which standing gave in this order, to the next level.
func raise(ctx context.Context, tx *db.Tx, ladder string, level int, list []due) error {
	last := list[len(list)-1]
	args, places := []any{ladder, level, last.Due, last.ID}, make([]place, len(list))
	for i, d := range list {
		args, places[i] = append(args, d.ID), place{ladder, level + 1, d.Due, d.ID}
	}
	if _, err := tx.Exec(ctx, "DELETE FROM duty_place WHERE ladder = ? AND level = ? AND (due, duty) <= (?, ?) AND duty IN "+db.In(len(list)), args...); err != nil {
		return err
	}
	return db.Append(tx, "duty_place", places...)
}

func provisional(ctx context.Context, tx *db.Tx, after ref.Duty, limit int) ([]Duty, error) {
	return db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE d.provisional = 1 AND d.state = 'open' AND d.id > ? ORDER BY d.id LIMIT ?"+tx.ForUpdate(), after, limit)
}

func setDue(ctx context.Context, tx *db.Tx, d Duty) error {
	return tx.One(ctx, "UPDATE duty SET due = ?, provisional = ? WHERE id = ?", d.Due, d.Provisional, d.ID)
}

// Series.

func insertSeries(ctx context.Context, tx *db.Tx, s Series) error {
	return db.Insert(ctx, tx, "duty_series", s)
}

func seriesDue(ctx context.Context, tx *db.Tx, now clock.Instant, limit int) ([]Series, error) {
	return db.All[Series](ctx, tx, "SELECT "+db.ColumnsOf[Series]("s")+" FROM duty_series s WHERE s.next > 0 AND s.next <= ? ORDER BY s.next, s.id LIMIT ?"+tx.SkipLocked(), now, limit)
}

func seriesOf(ctx context.Context, tx *db.Tx, subject string, id int64) ([]Series, error) {
	return db.All[Series](ctx, tx, "SELECT "+db.ColumnsOf[Series]("s")+" FROM duty_series s WHERE s.subject = ? AND s.subject_id = ? ORDER BY s.id"+tx.ForUpdate(), subject, id)
}

func lockSeries(ctx context.Context, tx *db.Tx, id ref.Series) (Series, error) {
	return db.Get[Series](ctx, tx, "SELECT "+db.ColumnsOf[Series]("s")+" FROM duty_series s WHERE s.id = ?"+tx.ForUpdate(), id)
}

func setNextRound(ctx context.Context, tx *db.Tx, s Series) error {
	return tx.One(ctx, "UPDATE duty_series SET next_due = ?, next = ?, state = ? WHERE id = ?", s.NextDue, s.Next, s.State, s.ID)
}

func roundDuty(ctx context.Context, tx *db.Tx, series ref.Series, round int64) (ref.Duty, bool, error) {
	return db.Maybe[ref.Duty](ctx, tx, "SELECT id FROM duty WHERE series = ? AND series > 0 AND round = ?", series, round)
}

// Lists.

// scopeColumns are the columns of a duty's place. SQLite, which has no
// statistics, would read a whole county for the duties of one unit: beside a
// unit the place is an expression that drives no index.
func scopeColumns(tx *db.Tx, unit ref.Unit) access.Columns {
	c := access.ScopeColumns("d")
	if unit == 0 || tx.Dialect == db.Postgres {
		return c
	}
	return access.Columns{Unit: c.Unit, Region: c.Region + " || ''", Town: c.Town + " || ''", County: c.County + " || ''"}
}

func page(ctx context.Context, tx *db.Tx, where []string, args []any, order string, limit int) ([]Duty, error) {
	return db.All[Duty](ctx, tx, "SELECT "+columns+" FROM duty d WHERE "+strings.Join(where, " AND ")+" ORDER BY "+order+" LIMIT ?", append(args, limit)...)
}

// countUpTo counts at most limit rows, so that a badge costs the same in a
// large county; the order keeps PostgreSQL from trying its luck without an index.
func countUpTo(ctx context.Context, tx *db.Tx, where []string, args []any, order string, limit int) (int, error) {
	return db.Get[int](ctx, tx, "SELECT count(*) FROM (SELECT 1 FROM duty d WHERE "+strings.Join(where, " AND ")+" ORDER BY "+order+" LIMIT ?) AS limited", append(args, limit)...)
}

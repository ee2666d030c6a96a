package job

import (
	"context"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// databaseNow is the database's own clock in milliseconds: leases must mean
// the same to every process and never follow a moved product clock.
func databaseNow(tx *db.Tx) string {
	if tx.Dialect == db.Postgres {
		return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
	}
	return "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
}

func upsert(ctx context.Context, tx *db.Tx, row Row) (ref.Job, error) {
	if row.Key == "" {
		return row.ID, db.Insert(ctx, tx, "job", row)
	}
	return db.Get[ref.Job](ctx, tx, `INSERT INTO job (id, kind, key, payload, state, next_at, attempt, again, holder, until, percent, note, failure, created_by, created_at, ended_at)
		VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', 0, 0, '', '', ?, ?, 0)
		ON CONFLICT (kind, key) WHERE key <> '' AND state IN ('waiting', 'running') DO UPDATE SET
			next_at = CASE WHEN job.state = 'waiting' AND excluded.next_at < job.next_at THEN excluded.next_at ELSE job.next_at END,
			payload = excluded.payload,
			again = CASE WHEN job.state = 'running' THEN 1 ELSE job.again END
		RETURNING id`,
		row.ID, row.Kind, row.Key, row.Payload, row.State, row.NextAt, row.CreatedBy, row.CreatedAt)
}

func planPeriodic(ctx context.Context, tx *db.Tx, kind string, next clock.Instant) error {
	_, err := tx.Exec(ctx, `INSERT INTO job (id, kind, key, payload, state, next_at, attempt, again, holder, until, percent, note, failure, created_by, created_at, ended_at)
		VALUES (?, ?, ?, '{}', 'waiting', ?, 0, 0, '', 0, 0, '', '', ?, ?, 0)
		ON CONFLICT (kind, key) WHERE key <> '' AND state IN ('waiting', 'running') DO UPDATE SET next_at = excluded.next_at
			WHERE job.next_at > excluded.next_at AND job.state = 'waiting'`,
		ref.New[ref.Job](tx.Now.Time()), kind, everyKey, next, ref.System, tx.Now)
	return err
}

func freeAll(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE job SET state = 'waiting', holder = '', until = 0 WHERE state = 'running'")
	return err
}

// freeExpired leaves alone a row that its holder has locked: who writes is not silent.
func freeExpired(ctx context.Context, tx *db.Tx) (int64, error) {
	return tx.Exec(ctx, "UPDATE job SET state = 'waiting', holder = '', until = 0 WHERE id IN (SELECT id FROM job WHERE state = 'running' AND until <= "+
		databaseNow(tx)+tx.SkipLocked()+")")
}

// anyStale tells whether a lease ran out, or a periodic time lies too far ahead.
func anyStale(ctx context.Context, tx *db.Tx, periodic map[string]clock.Instant) (bool, error) {
	expired, err := db.Get[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM job WHERE state = 'running' AND until <= "+databaseNow(tx)+")")
	if err != nil || expired || len(periodic) == 0 {
		return expired, err
	}
	rows, err := db.All[Row](ctx, tx, "SELECT "+db.ColumnsOf[Row]("j")+" FROM job j WHERE j.state = 'waiting' AND j.key = ?", everyKey)
	for _, row := range rows {
		if next, known := periodic[row.Kind]; known && row.NextAt > next {
			return true, err
		}
	}
	return false, err
}

func anyDue(ctx context.Context, tx *db.Tx, kinds []string) (bool, error) {
	return db.Get[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM job WHERE state = 'waiting' AND next_at <= ? AND kind IN "+db.In(len(kinds))+")",
		append([]any{tx.Now}, db.Args(kinds)...)...)
}

func claim(ctx context.Context, tx *db.Tx, kinds []string, holder string, lease time.Duration) (Row, bool, error) {
	lock := tx.ForUpdate()
	if lock != "" {
		lock += " SKIP LOCKED"
	}
	args := append([]any{holder, lease.Milliseconds(), tx.Now}, db.Args(kinds)...)
	return db.Maybe[Row](ctx, tx, `UPDATE job SET state = 'running', attempt = attempt + 1, again = 0, percent = 0, note = '',
			holder = ?, until = ? + `+databaseNow(tx)+`
		WHERE id = (SELECT id FROM job WHERE state = 'waiting' AND next_at <= ? AND kind IN `+db.In(len(kinds))+`
			ORDER BY next_at, id LIMIT 1`+lock+`)
		RETURNING id, kind, key, payload, state, next_at, attempt, again, holder, until, percent, note, failure, created_by, created_at, ended_at`, args...)
}

// mine is the condition under which a row still belongs to an attempt.
const mine = " WHERE id = ? AND holder = ? AND attempt = ? AND state = 'running'"

func change(ctx context.Context, tx *db.Tx, row Row, set string, args ...any) error {
	n, err := tx.Exec(ctx, "UPDATE job SET "+set+mine, append(args, row.ID, row.Holder, row.Attempt)...)
	if err == nil && n == 0 {
		return errLost
	}
	return err
}

func extend(ctx context.Context, tx *db.Tx, row Row, lease time.Duration) error {
	return change(ctx, tx, row, "until = ? + "+databaseNow(tx), lease.Milliseconds())
}

// finish ends the job, or lets it wait for next or for the repetition asked for while it ran.
func finish(ctx context.Context, tx *db.Tx, row Row, next clock.Instant, note string) error {
	end, at := Done, row.NextAt
	if next > 0 {
		end, at = Waiting, next
	}
	return change(ctx, tx, row, `state = CASE WHEN again = 1 THEN 'waiting' ELSE ? END,
		next_at = CASE WHEN again = 1 THEN CAST(? AS BIGINT) ELSE ? END,
		attempt = CASE WHEN again = 1 THEN 0 ELSE ? END,
		again = 0, holder = '', until = 0, percent = 100, note = ?, failure = '', ended_at = ?`,
		end, tx.Now, at, attemptAfter(row, next), note, tx.Now)
}

// attemptAfter is the count that stays on a row: a periodic one starts anew.
func attemptAfter(row Row, next clock.Instant) int64 {
	if next > 0 {
		return 0
	}
	return row.Attempt
}

func progress(ctx context.Context, tx *db.Tx, row Row, lease time.Duration, percent int, note string) error {
	return change(ctx, tx, row, "percent = ?, note = ?, until = ? + "+databaseNow(tx), percent, note, lease.Milliseconds())
}

func release(ctx context.Context, tx *db.Tx, row Row) error {
	return change(ctx, tx, row, "state = 'waiting', holder = '', until = 0, attempt = attempt - 1")
}

func postpone(ctx context.Context, tx *db.Tx, row Row, next clock.Instant, failure string) error {
	return change(ctx, tx, row, "state = 'waiting', holder = '', until = 0, next_at = ?, failure = ?, ended_at = ?", next, failure, tx.Now)
}

func giveUp(ctx context.Context, tx *db.Tx, row Row, note, failure string) error {
	return change(ctx, tx, row, "state = 'failed', holder = '', until = 0, note = ?, failure = ?, ended_at = ?", note, failure, tx.Now)
}

func get(ctx context.Context, tx *db.Tx, id ref.Job) (Row, error) {
	return db.Get[Row](ctx, tx, "SELECT "+db.ColumnsOf[Row]("j")+" FROM job j WHERE j.id = ?", id)
}

func list(ctx context.Context, tx *db.Tx, f Filter, limit int) ([]Row, error) {
	query, args := "SELECT "+db.ColumnsOf[Row]("j")+" FROM job j WHERE j.key <> ?", []any{everyKey}
	if f.Every {
		query = "SELECT " + db.ColumnsOf[Row]("j") + " FROM job j WHERE j.key = ?"
	}
	if f.State != "" {
		query, args = query+" AND j.state = ?", append(args, f.State)
	}
	if f.Kind != "" {
		query, args = query+" AND j.kind = ?", append(args, f.Kind)
	}
	if f.Before != 0 {
		query, args = query+" AND j.id < ?", append(args, f.Before)
	}
	return db.All[Row](ctx, tx, query+" ORDER BY j.id DESC LIMIT ?", append(args, limit)...)
}

func counts(ctx context.Context, tx *db.Tx) ([]Count, error) {
	return db.All[Count](ctx, tx, "SELECT state, count(*) AS n, coalesce(min(next_at), 0) AS oldest FROM job WHERE state <> 'done' GROUP BY state")
}

func states(ctx context.Context, tx *db.Tx) ([]KindState, error) {
	return db.All[KindState](ctx, tx, "SELECT kind, state, count(*) AS n, coalesce(max(attempt), 0) AS attempts, coalesce(min(next_at), 0) AS oldest FROM job GROUP BY kind, state")
}

func queue(ctx context.Context, tx *db.Tx) (Queue, error) {
	return db.Get[Queue](ctx, tx, `SELECT count(*) FILTER (WHERE state = 'waiting' AND next_at <= ?) AS due, count(*) FILTER (WHERE state = 'running') AS running,
			count(*) FILTER (WHERE state = 'failed') AS failed, coalesce(min(next_at) FILTER (WHERE state = 'waiting' AND next_at <= ?), 0) AS oldest
		FROM job WHERE state <> 'done'`, tx.Now, tx.Now)
}

func stopped(ctx context.Context, tx *db.Tx, kind, key string) (bool, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM job WHERE kind = ? AND key = ? AND key <> '' AND state IN ('waiting', 'running')", kind, key)
	return n == 0, err
}

func reopen(ctx context.Context, tx *db.Tx, id ref.Job) error {
	return tx.One(ctx, "UPDATE job SET state = 'waiting', next_at = ?, attempt = 0, percent = 0, note = '' WHERE id = ? AND state = 'failed'", tx.Now, id)
}

func removeDone(ctx context.Context, tx *db.Tx, before clock.Instant, limit int) (int64, error) {
	return tx.Exec(ctx, "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = 'done' AND ended_at < ? ORDER BY ended_at LIMIT ?)", before, limit)
}

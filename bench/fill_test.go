package bench_test

import (
	"fmt"
	"testing"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// fill puts n open duties and n/10 closed ones into the measured county, with
// ladders that stand where they should.
func fill(t testing.TB, d *db.DB, k *duty.Kernel, n int) {
	t.Helper()
	ctx := t.Context()
	now := clock.Of(d.Clock.Now())
	first := int64(ref.New[ref.Duty](d.Clock.Now().Add(-30 * 24 * time.Hour)))
	today := civil.DateOf(d.Clock.Now()).End()
	const step = 50_000
	for from := 0; from < n+n/10; from += step {
		to := min(from+step, n+n/10) - 1
		err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, fmt.Sprintf(fillText, from, to, first, clock.Of(today), now, n, max(n/50, 1)))
			if err != nil || to+1 < n+n/10 {
				return err
			}
			_, err = tx.Exec(ctx, "INSERT INTO duty_place (ladder, level, due, duty) SELECT ladder, passed, due, id FROM duty WHERE state = 'open' ORDER BY ladder, passed, due, id")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	analyze(t, d)
	if _, err := k.Sweep(ctx, d); err != nil {
		t.Fatal(err)
	}
	analyze(t, d)
}

// analyze leaves the tables as a server that has run for a while finds them: on
// PostgreSQL visited by its own VACUUM, which follows inserts and makes
// statistics. SQLite makes none by itself and the program asks for none: with
// samples of values it would plan a prepared query anew for each argument.
func analyze(t testing.TB, d *db.DB) {
	t.Helper()
	if d.Dialect != db.Postgres {
		return
	}
	err := d.Write(t.Context(), func(tx *db.Tx) error { // VACUUM runs outside of transactions only
		if _, err := tx.Exec(t.Context(), "COMMIT"); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "VACUUM (ANALYZE)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fillText takes first and last number, first id, end of today, now, number of
// open duties, and the distance between those of the quiet unit. One duty in
// twenty runs by hours, so its due is shared with few others; the rest is due
// at the end of one of 190 days, of which ten have passed.
const fillText = `
INSERT INTO duty (id, kind, subject, subject_id, whole, parent, series, round, title, unit, person, region, town, county, rule, clause,
	opened, due, clock, span, anchor, provisional, state, signed, paused, ladder, arming, passed, closed, fact, fact_id)
WITH RECURSIVE n(i) AS (SELECT CAST(%[1]d AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %[2]d),
shape AS (SELECT i, (i * 104729) %% 190 - 10 AS days, CASE WHEN i %% 10 = 3 THEN '' ELSE '990101' || CAST(100 + (i * 31) %% 9 AS TEXT) END AS town,
	CASE WHEN i %% %[7]d = 1 THEN 21 WHEN i %% 10 = 0 THEN 20 ELSE 30 + (i * 7919) %% 370 END AS unit,
	CASE WHEN i %% 20 = 7 THEN 'hours' ELSE 'calendar' END AS clock FROM n),
timed AS (SELECT *, %[4]d + days * 86400000 - CASE WHEN clock = 'hours' THEN (i * 7907) %% 86400000 ELSE 0 END AS due FROM shape)
SELECT %[3]d + i * 4096, 'plan.task', 'plan_task', i, 1 + i / 400, 0, 0, 0, '开展本辖区留守儿童和困境儿童走访排查并更新动态台账第' || CAST(i AS TEXT) || '项',
	unit, 0, CASE WHEN town = '' THEN '990101000000' ELSE town || '000' END, town, '990101', '云岭县未成年人保护工作实施方案', '二(一)3',
	%[5]d - 864000000, due, clock, CASE WHEN clock = 'hours' THEN 72 ELSE 0 END, %[5]d - 864000000, 0,
	CASE WHEN i < %[6]d THEN 'open' ELSE 'done' END, i %% 3, 0, 'default', 0,
	CASE WHEN due < %[5]d THEN 2 ELSE 0 END,
	CASE WHEN i < %[6]d THEN 0 ELSE %[5]d - i END, CASE WHEN i < %[6]d THEN '' ELSE 'plan_reply' END, CASE WHEN i < %[6]d THEN 0 ELSE i END
FROM timed`

package duty_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// Lists, counts and single duties are read through an index in its own order,
// on both databases: what reads or sorts the whole table is slow in a large county.
func TestNothingReadsTheWholeTable(t *testing.T) {
	withKernel(t, func(b bench) {
		b.Closed = map[string]access.Permission{"justice_unseal": "justice.unseal_decide"}
		ids := b.many(20000)
		supervisor := actor(500, station, town, access.Supervisor)
		key := duty.Key{At: b.get(ids[5000]).Due, ID: ids[5000]}
		tx := b.d.Explained(func(query string, plan []string) {
			text := strings.Join(plan, "\n")
			if b.d.Dialect == db.SQLite && countsOpen(query) && !strings.Contains(text, "COVERING") {
				t.Errorf("a count reads rows: %s\n%s", query, text)
			}
			for _, bad := range []string{"SCAN d\n", "SCAN d USING", "Seq Scan on duty d ", "TEMP B-TREE", "ANY("} {
				if strings.Contains(text+"\n", bad) {
					t.Errorf("%s\n%s", query, text)
				}
			}
		})
		ctx := t.Context()
		for _, by := range []access.Actor{officer, liaison, supervisor} {
			for _, f := range []duty.Filter{{}, {Mine: true}, {Group: duty.Critical}, {Group: duty.Soon}, {Group: duty.Later, Unsigned: true}, {To: clock.Of(b.c.Now())},
				{After: key}, {Before: key}, {Closed: true}, {Closed: true, Mine: true}, {Unit: bureau}, {Mine: true, Person: 200}, {Mine: true, Pressing: true}} {
				_, err := b.List(ctx, tx, by, f)
				b.must(err)
				_, err = b.Count(ctx, tx, by, f, 999)
				b.must(err)
			}
			_, err := b.Story(ctx, tx, officer, ids[7])
			b.must(err)
		}
	})
}

// countsOpen tells whether a query counts open duties by one scope, and by
// nothing that its index does not hold.
func countsOpen(query string) bool {
	place := strings.Contains(query, "d.town = ?") || strings.Contains(query, "d.county = ?")
	return strings.Contains(query, "count(*)") && strings.Contains(query, "d.state = 'open'") &&
		!strings.Contains(query, "d.person") && !(place && strings.Contains(query, "d.unit = ?"))
}

// many opens duties of many units and townships.
func (b bench) many(n int) []ref.Duty {
	b.t.Helper()
	var ids []ref.Duty
	list := make([]duty.New, n)
	for i := range list {
		list[i] = sample(duty.In(1 + i%2000))
		list[i].SubjectID = int64(i)
		list[i].Region = fmt.Sprintf("990101%03d000", 100+i%9)
		if i%5 != 0 {
			list[i].Unit = ref.Unit(20 + i%200)
		}
	}
	b.must(b.write(func(ctx context.Context, tx *db.Tx) (err error) {
		ids, err = b.Open(ctx, tx, officer, list...)
		return err
	}))
	b.must(b.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE duty SET state = 'done', closed = due WHERE subject_id % 7 = 3")
		return err
	}))
	b.must(b.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "ANALYZE")
		return err
	}))
	return ids
}

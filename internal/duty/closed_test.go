package duty_test

import (
	"context"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Of a duty about something closed nobody learns without the permission: not
// its own unit, not who sees the region; no list, count, page or act tells.
func TestAClosedDutyIsKnownOnlyToWhoHasThePermission(t *testing.T) {
	leader := actor(500, office, county, access.Leader)
	withKernel(t, func(b bench) {
		b.Closed = map[string]access.Permission{"justice_unseal": "justice.unseal_decide"}
		n := sample(duty.Within(2))
		n.Subject, n.SubjectID, n.Unit, n.Title = "justice_unseal", 5, office, "审批"
		var id ref.Duty
		b.must(b.write(func(ctx context.Context, tx *db.Tx) error {
			ids, err := b.Open(ctx, tx, liaison, n)
			id = ids[0]
			return err
		}))
		colleague := actor(600, office, county, access.Liaison)
		for _, by := range []access.Actor{leader, officer, colleague, liaison, admin} {
			knows := by.User == leader.User
			ctx, tx := t.Context(), b.d.Reader()
			if _, err := b.Get(ctx, tx, by, id); (err == nil) != knows {
				t.Errorf("%s of unit %d reads it: %v", by.Post.Role, by.Post.Unit, err)
			}
			if list, err := b.OfSubject(ctx, tx, by, "justice_unseal", 5); err == nil && (len(list) == 1) != knows {
				t.Errorf("%s finds it by its subject", by.Post.Role)
			}
			for _, f := range []duty.Filter{{}, {Mine: true}, {Words: "审批"}, {Unsigned: true}, {Unit: office}, {Kind: n.Kind}} {
				list, err := b.List(ctx, tx, by, f)
				count, _ := b.Count(ctx, tx, by, f, 9)
				if err == nil && ((len(list) == 1) != knows || (count == 1) != knows) {
					t.Errorf("%s of unit %d, %+v: %d listed, %d counted", by.Post.Role, by.Post.Unit, f, len(list), count)
				}
			}
		}
		for name, act := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"signs": func(ctx context.Context, tx *db.Tx) error { return b.Sign(ctx, tx, colleague, id) },
			"reassigns": func(ctx context.Context, tx *db.Tx) error {
				return b.Reassign(ctx, tx, officer, id, bureau, "某局", "不归我们")
			},
			"waives": func(ctx context.Context, tx *db.Tx) error { return b.Waive(ctx, tx, officer, id, "不办") },
			"urges":  func(ctx context.Context, tx *db.Tx) error { return b.Urge(ctx, tx, officer, id, "快办") },
		} {
			if err := b.write(act); !errs.Is(err, errs.NotFound) {
				t.Errorf("who may not learn of it %s: %v", name, err)
			}
		}
	})
}

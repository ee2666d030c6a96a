package justice_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/justice"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

const county = "990101000000"

func actor(user ref.User, unit ref.Unit, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, Region: county, Role: role}}
}

var (
	officer    = actor(1, 100, access.Officer)
	leader     = actor(2, 100, access.Leader)
	prosecutor = actor(3, 300, access.Liaison)
	colleague  = actor(4, 300, access.Liaison)
	stranger   = actor(5, 500, access.Liaison)
)

type desk struct {
	*justice.Desk
	d *db.DB
	t *testing.T
}

func withDesk(t *testing.T, test func(t *testing.T, k desk, c *clock.Manual)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		kernel := testkit.Kernel(testkit.Calendar(t), 100)
		test(t, desk{&justice.Desk{Vault: testkit.Cabinet(t, d, "demo").Vault, Kernel: kernel,
			Deciders: func(context.Context, *db.Tx, string) (ref.Unit, error) { return 100, nil },
			Clock:    func(string, civil.Date) string { return "" }}, d, t}, c)
	})
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

// number is a valid one of a division that does not exist.
const number = "990101201506010018"

func (k desk) add() (id ref.Justice) {
	k.t.Helper()
	in := justice.In{Kind: "unprosecuted", Unit: 300, Name: "某某", Number: validNumber(), Contact: "某检察官", Phone: "0990-1234567"}
	if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) { id, err = k.Add(ctx, tx, officer, in); return err }); err != nil {
		k.t.Fatal(err)
	}
	return id
}

// validNumber gives the number with its check digit.
func validNumber() string {
	weights, sum := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 0
	for i, w := range weights {
		sum += int(number[i]-'0') * w
	}
	return number[:17] + string("10X98765432"[sum%11])
}

func (k desk) seal(id ref.Justice) {
	k.t.Helper()
	if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Seal(ctx, tx, prosecutor, id) }); err != nil {
		k.t.Fatal(err)
	}
}

func (k desk) ask(w justice.Wish) (id ref.Unseal) {
	k.t.Helper()
	w.Words = "某检刑〔2026〕1号"
	if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.Ask(ctx, tx, prosecutor, "case", w)
		return err
	}); err != nil {
		k.t.Fatal(err)
	}
	return id
}

func (k desk) decide(by access.Actor, id ref.Unseal, grant bool) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error { return k.Decide(ctx, tx, by, id, grant, 0) })
}

func (k desk) look(by access.Actor, id ref.Unseal) (list []justice.Content, err error) {
	err = k.write(func(ctx context.Context, tx *db.Tx) (err error) { _, list, err = k.Look(ctx, tx, by, id); return err })
	return list, err
}

func TestARecordIsKnownToTheUnitsThatKeepItAndEnteredItAlone(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk, _ *clock.Manual) {
		id := k.add()
		ctx := context.Background()
		for by, sees := range map[*access.Actor]bool{&officer: true, &prosecutor: true, &colleague: true, &stranger: false} {
			_, err := k.Get(ctx, k.d.Reader(), *by, id)
			if (err == nil) != sees {
				t.Errorf("%d: %v", by.User, err)
			}
		}
	})
}

func TestASealedRecordAnswersLikeOneThatDoesNotExist(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk, _ *clock.Manual) {
		id := k.add()
		k.seal(id)
		ctx := context.Background()
		for _, by := range []access.Actor{officer, prosecutor, colleague, stranger} {
			_, sealed := k.Get(ctx, k.d.Reader(), by, id)
			_, absent := k.Get(ctx, k.d.Reader(), by, 12345)
			if sealed == nil || sealed.Error() != absent.Error() {
				t.Errorf("%d: %v, of what does not exist %v", by.User, sealed, absent)
			}
			if list, err := k.List(ctx, k.d.Reader(), by, 0, 10); err != nil || len(list) != 0 {
				t.Errorf("%d lists %v, %v", by.User, list, err)
			}
			err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Seal(ctx, tx, by, id) })
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%d seals it again: %v", by.User, err)
			}
		}
		if list, err := k.Kernel.List(ctx, k.d.Reader(), officer, duty.Filter{Limit: 10}); err != nil || len(list) != 0 {
			t.Errorf("duties tell of it: %v, %v", list, err)
		}
	})
}

func TestWhatTheTableAndTheJournalHoldOfASealedRecordNamesNobody(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk, _ *clock.Manual) {
		id := k.add()
		k.seal(id)
		r, err := db.Get[justice.Record](context.Background(), k.d.Reader(), "SELECT "+db.ColumnsOf[justice.Record]("r")+" FROM justice_record r WHERE r.id = ?", id)
		if err != nil || r.Kind != "" || r.Unit != 0 || r.ByUnit != 0 || r.At != 0 || strings.Contains(r.Number, number[:10]) {
			t.Errorf("%+v, %v", r, err)
		}
		rows, err := db.All[string](context.Background(), k.d.Reader(), "SELECT subject || ' ' || subject_id || ' ' || detail FROM audit_entry WHERE action LIKE 'justice.%'")
		if err != nil || len(rows) != 2 {
			t.Fatalf("%v, %v", rows, err)
		}
		for _, row := range rows {
			if strings.Contains(row, ref.Format(id)) {
				t.Errorf("the journal names it: %s", row)
			}
		}
	})
}

func TestTwoPersonsOpenASealedRecordForATime(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk, c *clock.Manual) {
		id := k.add()
		k.seal(id)
		for name, w := range map[string]justice.Wish{"by identity number": {Number: validNumber()}, "by its own number": {Handle: ref.Format(id)}} {
			t.Run(name, func(t *testing.T) {
				u := k.ask(w)
				if _, err := k.look(prosecutor, u); !errs.Is(err, errs.Forbidden) {
					t.Errorf("looks before it was granted: %v", err)
				}
				if err := k.decide(officer, u, true); !errs.Is(err, errs.Forbidden) {
					t.Errorf("an officer grants: %v", err)
				}
				if err := k.decide(leader, u, true); err != nil {
					t.Fatal(err)
				}
				list, err := k.look(prosecutor, u)
				if err != nil || len(list) != 1 || list[0].Contact != "某检察官" || list[0].Kind != "unprosecuted" {
					t.Errorf("%v, %v", list, err)
				}
				for _, by := range []access.Actor{officer, colleague, stranger} {
					if _, err := k.look(by, u); err == nil {
						t.Errorf("%d looks by another's request", by.User)
					}
				}
				c.Advance(24 * time.Hour)
				if _, err := k.look(prosecutor, u); !errs.Is(err, errs.Forbidden) {
					t.Errorf("looks after it expired: %v", err)
				}
			})
		}
	})
}

func TestARequestTellsNobodyWhetherThereIsAnything(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk, _ *clock.Manual) {
		id := k.add()
		k.seal(id)
		there, nothing := k.ask(justice.Wish{Handle: ref.Format(id)}), k.ask(justice.Wish{Handle: "12345"})
		ctx := context.Background()
		for _, by := range []access.Actor{prosecutor, leader} {
			a, err := k.Inquire(ctx, k.d.Reader(), by, there)
			if err != nil {
				t.Fatal(err)
			}
			b, err := k.Inquire(ctx, k.d.Reader(), by, nothing)
			if err != nil {
				t.Fatal(err)
			}
			a.ID, a.Sealed, a.Duty, a.Wish.Handle = b.ID, b.Sealed, b.Duty, b.Wish.Handle
			if a.State != b.State || a.Ground != b.Ground || a.Wish != b.Wish || a.Expires != b.Expires {
				t.Errorf("%+v\n%+v", a, b)
			}
		}
		if err := k.decide(leader, nothing, true); err != nil {
			t.Fatal(err)
		}
		if list, err := k.look(prosecutor, nothing); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
		if _, err := k.Inquire(ctx, k.d.Reader(), colleague, there); !errs.Is(err, errs.NotFound) {
			t.Errorf("another sees the request: %v", err)
		}
	})
}

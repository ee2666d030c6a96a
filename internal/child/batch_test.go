package child_test

import (
	"context"
	"slices"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

func TestManyFilesAreFilledAsIfOneByOne(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		people := slices.Collect(generate.Population{Seed: 5, N: 4_300, Today: civil.DateOf(testkit.Noon)}.New())
		var ids []ref.Child
		if err := generate.Fill(t.Context(), k.Cabinet, k.d, access.Program, slices.Values(people), func(some []ref.Child) { ids = append(ids, some...) }); err != nil {
			t.Fatal(err)
		}
		if len(ids) != len(people) {
			t.Fatalf("%d of %d stored", len(ids), len(people))
		}
		for i := 0; i < len(ids); i += 97 {
			was := people[i]
			got, err := k.Get(t.Context(), k.d.Reader(), officer, ids[i])
			if err != nil || got.Name != was.Name || was.Told.Level != nil && (got.Level != *was.Told.Level || got.Due != was.Told.Due.String()) {
				t.Fatalf("file %d: %+v, %v", i, got, err)
			}
			private, err := k.Dossiers(t.Context(), k.d.Reader(), access.Program, ids[i:i+1])
			if err != nil || private[ids[i]].Number != was.Dossier.Number {
				t.Fatalf("file %d: what is private differs (%v)", i, err)
			}
		}
		if diff, err := k.Recount(t.Context(), k.d.Reader()); err != nil || len(diff) > 0 {
			t.Errorf("kept numbers are off by %v, %v", diff, err)
		}
		type kept struct{ Entries, Names int64 }
		journal, err := db.Get[kept](t.Context(), k.d.Reader(), "SELECT count(*) AS entries, sum((length(detail) - length(replace(detail, ',', '')))) AS names FROM audit_entry WHERE action = 'child.add'")
		if err != nil || journal.Entries != 2 || journal.Names < int64(len(ids))-3 {
			t.Errorf("the journal holds %+v, %v", journal, err)
		}
	})
}

func TestAFillStopsAtWhatIsWrong(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		people := slices.Collect(generate.Population{Seed: 5, N: 4_500, Today: civil.DateOf(testkit.Noon)}.New())
		people[4_200].Region = "99"
		stored := 0
		err := generate.Fill(t.Context(), k.Cabinet, k.d, access.Program, slices.Values(people), func(some []ref.Child) { stored += len(some) })
		if !errs.Is(err, errs.Invalid) || stored > 4_000 {
			t.Errorf("%d stored, %v", stored, err)
		}
	})
}

func TestAPreparedBatchMayBeStoredAgainAfterItsTransactionFailed(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		people := slices.Collect(generate.Population{Seed: 6, N: 20, Today: civil.DateOf(testkit.Noon)}.New())
		b, err := k.Prepare(clock.Of(k.d.Clock.Now()), access.Program, people)
		if err != nil {
			t.Fatal(err)
		}
		store := func(ctx context.Context, tx *db.Tx) error { return k.Store(ctx, tx, access.Program, b) }
		failing := errs.New(errs.Conflict, "停")
		_ = k.write(func(ctx context.Context, tx *db.Tx) error {
			if err := store(ctx, tx); err != nil {
				t.Error(err)
			}
			return failing
		})
		if err := k.write(store); err != nil {
			t.Fatal(err)
		}
		list, err := k.List(t.Context(), k.d.Reader(), officer, child.Filter{Level: child.AnyLevel, Limit: 50})
		if err != nil || len(list) != len(people) {
			t.Errorf("%d files, %v", len(list), err)
		}
	})
}

package server_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/screening"
	"weibao/internal/testkit"
)

// stay says of tables that name a place why a row stays where it was when the
// division is no more, or by which test it is known to follow.
var stay = map[string]string{
	"region":               "the division itself, as it was",
	"region_change":        "what became of divisions",
	"org_county":           "a county keeps its code while the program serves it",
	"child_month":          "months that have passed stay as they were counted",
	"child_count":          "kept numbers of a place that is no more are zero, which the recount proves",
	"child_wait":           "as child_count",
	"intake_decision":      "what was decided then, by the place of then",
	"screening_event":      "who did what in a campaign, and where it was then",
	"auth_post":            "live posts follow with their stamps: TestEverythingFollowsAMergedTownship in internal/flow",
	"casework_contingency": "of a county, which keeps its code, or of a division above", "casework_roster": "of a county", "intake_partner": "of a county, or of the installation", "casework_serial": "of a county",
	"child_import_mapping": "of a county", "justice_unseal": "of a county",
}

// column is a column of a table, with its type.
type column struct{ Tab, Name, Kind string }

// place tells whether it names a division: region, town or county of a row,
// or of one end of it.
func (c column) place(what string) bool {
	return c.Name == what || strings.HasPrefix(c.Name, what+"_") && c.Name != what+"_name" || strings.HasSuffix(c.Name, "_"+what)
}

func columnsOf(t *testing.T, d *db.DB, dialect db.Dialect) map[string][]column {
	t.Helper()
	text := "SELECT m.name AS tab, p.name AS name, p.type AS kind FROM sqlite_master m JOIN pragma_table_info(m.name) p ON 1 = 1 WHERE m.type = 'table'"
	if dialect == db.Postgres {
		text = "SELECT table_name AS tab, column_name AS name, data_type AS kind FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY ordinal_position"
	}
	list, err := db.All[column](t.Context(), d.Reader(), text)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]column{}
	for _, c := range list {
		out[c.Tab] = append(out[c.Tab], c)
	}
	return out
}

// holds counts the rows of a table which name a place in some column.
func (w *world) holds(table, name, place string) int64 {
	w.t.Helper()
	n, err := db.Get[int64](w.t.Context(), w.DB.Reader(), "SELECT count(*) FROM "+table+" t WHERE t."+name+" = ?", place)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// any puts a row that lies in a village into a table of which the world has
// none; known are values by column that it must have.
func (w *world) any(table string, columns []column, code string, known map[string]any) {
	w.t.Helper()
	var names []string
	var values []any
	for _, c := range columns {
		names = append(names, c.Name)
		kind := strings.ToLower(c.Kind)
		value, given := known[c.Name]
		switch {
		case given:
			values = append(values, value)
		case c.place("region"):
			values = append(values, code)
		case c.place("town"):
			values = append(values, access.Town(code))
		case c.place("county"):
			values = append(values, access.County(code))
		case kind == "text":
			values = append(values, "甲")
		case strings.HasPrefix(kind, "byte") || kind == "blob":
			values = append(values, []byte{1})
		default:
			values = append(values, int64(1))
		}
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES "+db.In(len(names)), values...)
		return err
	})
}

// screened begins a campaign of the village, puts a child into a category, and
// gives what rows about these two must say.
func (w *world) screened() map[string]map[string]any {
	officer := w.cast["officer"]
	day := civil.DateOf(w.Clock.Now())
	forms := w.Rules.Screenings(day)
	var id ref.Campaign
	var twin ref.Child
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Screener.Begin(ctx, tx, officer, screening.New{Name: "集中排查", Form: forms[0].ID, Region: village, Begins: day, Due: day.AddDays(30)})
		return err
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Cabinet.Enter(ctx, tx, officer, w.child(), child.NewCategory{ID: "C16", Source: "form", Evidence: "走访"})
	})
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		twin, err = w.Cabinet.Create(ctx, tx, officer, child.New{Name: "单晓明", Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
		return err
	})
	return map[string]map[string]any{
		"screening_answer": {"campaign": id, "child": w.child()},
		"child_pair":       {"a": w.child(), "b": twin},
	}
}

// TestEverythingThatLiesInADivisionFollowsIt merges a village into one of
// another township and asks every table that names a place whether anything
// was left behind. A new table with such a column follows, or stands in stay.
func TestEverythingThatLiesInADivisionFollowsIt(t *testing.T) {
	const heir = "990101101200"
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := ""
			if dialect == db.Postgres {
				dsn = testkit.DSN(t, dialect)
			}
			w := newWorldOn(t, dsn, "甲")
			known := w.screened()
			tables := columnsOf(t, w.DB, dialect)
			for table, columns := range tables {
				if stay[table] != "" || !slices.ContainsFunc(columns, func(c column) bool { return c.place("region") }) {
					continue
				}
				if w.holds(table, columns[slices.IndexFunc(columns, func(c column) bool { return c.place("region") })].Name, village) == 0 {
					w.any(table, columns, village, known[table])
				}
			}
			w.merge(heir)
			for table, columns := range tables {
				for _, c := range columns {
					for what, was := range map[string]string{"region": village, "town": access.Town(village)} {
						if stay[table] == "" && c.place(what) && w.holds(table, c.Name, was) > 0 && !w.own(table, what) {
							t.Errorf("%s.%s: something stays in %s; bring it along in internal/server/rehome.go, or say in stay why not", table, c.Name, was)
						}
					}
					if c.place("county") && stay[table] == "" && !slices.ContainsFunc(columns, func(c column) bool { return c.place("region") }) {
						t.Errorf("%s.%s names a county alone: say in stay why it never follows", table, c.Name)
					}
				}
			}
			if diff, err := w.Cabinet.Recount(t.Context(), w.DB.Reader()); err != nil || len(diff) != 0 {
				t.Error(diff, err)
			}
		})
	}
}

// own tells of tables in which others lie in the same township besides.
func (w *world) own(table, what string) bool { return what == "town" && table == "org_unit" }

// merge lets one village go into another and runs what follows.
func (w *world) merge(heir string) {
	w.t.Helper()
	admin := access.Actor{User: 900, Name: "管理员", Post: access.Post{ID: 900, Unit: w.units["office"], Region: county, Role: access.SystemAdmin}}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if err := region.Merge(ctx, tx, admin, village, heir, region.Basis{On: civil.DateOf(w.Clock.Now()), Document: "文"}); err != nil {
			return err
		}
		_, err := job.Add(ctx, tx, admin, job.Want{Kind: "region.rehome", Key: "region.rehome"})
		return err
	})
	kinds := slices.DeleteFunc(slices.Clone(w.Kinds), func(k job.Kind) bool { return k.Name != "region.rehome" })
	ctx, stop := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() {
		done <- (&job.Runner{DB: w.DB, Kinds: kinds, Log: slog.New(slog.DiscardHandler), Workers: 1, Poll: 10 * time.Millisecond}).Run(ctx, time.Minute)
	}()
	for open := true; open; time.Sleep(20 * time.Millisecond) {
		w.Clock.(*clock.Manual).Advance(time.Second)
		open = w.holds("job", "kind", "region.rehome") > 0 && w.waits()
	}
	stop()
	if err := <-done; err != nil {
		w.t.Fatal(err)
	}
}

// waits tells whether the job of changed divisions is still to be done.
func (w *world) waits() bool {
	w.t.Helper()
	state, err := db.Get[string](w.t.Context(), w.DB.Reader(), "SELECT j.state FROM job j WHERE j.kind = 'region.rehome'")
	if err != nil || state == string(job.Failed) {
		w.t.Fatal("the job failed", err)
	}
	return state != string(job.Done)
}

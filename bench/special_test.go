package bench_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/special"
	"weibao/internal/assessment/specialpage"
	"weibao/internal/child"
	columns "weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

// specialBound is that of every page of a desk. Pages that count long lists
// are slow, so that each is called a few times.
const (
	specialBound = 8 * time.Millisecond
	specialCalls = 40
)

// specials measures the special lists of a county.
type specials struct {
	*ledger
	desk  *special.Desk
	pages *specialpage.Pages
}

func measureSpecial(t *testing.T, out *table) {
	eachDialect(t, func(t *testing.T, dialect db.Dialect) {
		x := &ledger{t: t, out: &table{}, dsn: durable(t, dialect), dialect: dialect}
		x.open()
		n := 2_000
		if *full {
			n = childVolume
		}
		x.grow(n)
		x.out = out
		s := &specials{ledger: x}
		s.wire()
		s.begin()
		s.measure()
	})
}

func (s *specials) wire() {
	book, cal := testkit.Book(s.t, "demo"), testkit.Calendar(s.t)
	kernel := testkit.Kernel(cal, office)
	care := &assessment.Desk{Cabinet: s.cabinet, Kernel: kernel, Book: func() *rule.Book { return book },
		Unit:     func(context.Context, *db.Tx, string, string, string) (ref.Unit, error) { return office, nil },
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
	s.desk = &special.Desk{Care: care, Ledgers: &columns.Desk{Cabinet: s.cabinet, Names: region.Names}}
	var err error
	if s.pages, err = specialpage.New(specialpage.Deps{DB: s.d, UI: uitest.New(s.t), Desk: s.desk, Kernel: kernel}); err != nil {
		s.t.Fatal(err)
	}
}

// begin opens what the lists and levels ask for of everybody who stands on a list.
func (s *specials) begin() {
	on := civil.DateOf(s.d.Clock.Now())
	var categories []string
	for _, l := range s.desk.Lists(officer, on) {
		categories = append(categories, s.desk.Care.Book().SpecialCategories(l.ID, on)...)
	}
	rows, err := db.All[child.Child](s.t.Context(), s.d.Reader(), "SELECT DISTINCT "+db.ColumnsOf[child.Child]("c")+" FROM child_category h JOIN child c ON c.id = h.child WHERE h.ended = '' AND h.category IN "+
		db.In(len(categories))+" ORDER BY c.id", db.Args(categories)...)
	if err != nil {
		s.t.Fatal(err)
	}
	for some := range slices.Chunk(rows, 500) {
		s.write(func(ctx context.Context, tx *db.Tx) error { return s.desk.Care.PlanAll(ctx, tx, officer, some) })
	}
	analyze(s.t, s.d)
}

func (s *specials) measure() {
	on := civil.DateOf(s.d.Clock.Now())
	s.page("overview of the special lists, county", "", s.pages.Index, officer)
	counts, err := s.desk.Counts(s.t.Context(), s.d.Reader(), officer, "")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, l := range s.desk.Lists(officer, on) {
		if l.Secret {
			continue
		}
		what := fmt.Sprintf("list %s of %d children, county", l.ID, counts[l.ID].Children)
		s.page(what, string(l.ID), s.pages.List, officer)
		s.page(what+", one step", string(l.ID)+"?step="+l.Steps[0].ID, s.pages.List, officer)
		s.page(fmt.Sprintf("list %s, township", l.ID), string(l.ID), s.pages.List, supervisor)
	}
}

func (s *specials) page(what, path string, handle func(http.ResponseWriter, *http.Request, access.Actor) error, by access.Actor) {
	s.t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /specials/{list...}", func(w http.ResponseWriter, r *http.Request) {
		if err := handle(w, r, by); err != nil {
			s.t.Errorf("%s: %v", r.URL, err)
		}
	})
	list := durations(min(s.times(), specialCalls), func() {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/specials/"+path, nil))
		if w.Code != http.StatusOK {
			s.t.Errorf("%s: status %d", path, w.Code)
		}
	})
	p95 := quantile(list, 0.95)
	s.out.add(row{part: "special", what: what, where: string(s.dialect), size: s.size, bound: "≤ " + ms(specialBound), ok: p95 <= specialBound,
		got: fmt.Sprintf("%s (median %s)", ms(p95), ms(quantile(list, 0.5)))})
}

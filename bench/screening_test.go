package bench_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/screening/screeningpage"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const (
	beginBound     = time.Second
	screeningBound = 8 * time.Millisecond
)

// campaign measures a screening of a county.
type campaign struct {
	*ledger
	desk  *screening.Desk
	mux   *http.ServeMux
	id    ref.Campaign
	large string // the village with the most children
}

func measureScreening(t *testing.T, out *table) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			x := &ledger{t: t, out: &table{}, dsn: durable(t, dialect), dialect: dialect} // how fast it is filled, the children's part tells
			x.open()
			n := 2_000
			if *full {
				n = childVolume
			}
			x.grow(n)
			x.out = out
			c := &campaign{ledger: x}
			c.wire()
			c.measure()
		})
	}
}

func (c *campaign) wire() {
	book := testkit.Book(c.t, "demo")
	c.desk = &screening.Desk{Cabinet: c.cabinet, Kernel: testkit.Kernel(testkit.Calendar(c.t), office), Book: func() *rule.Book { return book },
		Unit: func(context.Context, *db.Tx, string, string, string) (ref.Unit, error) { return office, nil }}
	pages, err := screeningpage.New(screeningpage.Deps{DB: c.d, UI: uitest.New(c.t), Desk: c.desk, Units: org.Names})
	if err != nil {
		c.t.Fatal(err)
	}
	c.mux = http.NewServeMux()
	for _, route := range pages.Routes() {
		c.mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := route.Handle(w, r, officer); err != nil {
				c.t.Errorf("%s: %v", r.URL, err)
			}
		})
	}
	if c.large, err = db.Get[string](c.t.Context(), c.d.Reader(), "SELECT region FROM child WHERE state = 'open' GROUP BY region ORDER BY count(*) DESC LIMIT 1"); err != nil {
		c.t.Fatal(err)
	}
}

func (c *campaign) measure() {
	day := civil.DateOf(c.d.Clock.Now())
	start := time.Now()
	c.write(func(ctx context.Context, tx *db.Tx) (err error) {
		c.id, err = c.desk.Begin(ctx, tx, officer, screening.New{Name: "集中排查", Form: "yearly", Region: county, Begins: day, Due: day.AddDays(30)})
		return err
	})
	took := time.Since(start)
	p, err := c.desk.Progress(c.t.Context(), c.d.Reader(), officer, c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	c.out.under("screening", fmt.Sprintf("a campaign begins in %d villages, with their duties", len(p.Rows)), c.dialect, c.size, took, beginBound)
	path := "/screenings/" + ref.Format(c.id)
	c.page("progress of the townships", path)
	c.page("progress of all villages", path+"?show=all")
	c.page(fmt.Sprintf("list of a village of %d, nobody entered", c.living()), path+"/villages/"+c.large)
	c.many()
	c.enterAll()
	c.page("list of the same village, all but twenty entered", path+"/villages/"+c.large)
	c.page("results of the same village", path+"/villages/"+c.large+"?show=done")
}

func (c *campaign) living() (n int64) {
	_, row, err := c.desk.Village(c.t.Context(), c.d.Reader(), officer, c.id, c.large)
	if err != nil {
		c.t.Fatal(err)
	}
	return row.Living
}

func (c *campaign) page(what, path string) {
	c.t.Helper()
	list := durations(c.times(), func() {
		w := httptest.NewRecorder()
		c.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			c.t.Errorf("%s: status %d", path, w.Code)
		}
	})
	c.out.add(row{part: "screening", what: what, where: string(c.dialect), size: c.size, bound: "≤ " + ms(screeningBound), ok: quantile(list, 0.95) <= screeningBound,
		got: fmt.Sprintf("%s (median %s)", ms(quantile(list, 0.95)), ms(quantile(list, 0.5)))})
}

// many enters a full batch without changes.
func (c *campaign) many() {
	who := c.missing(screening.MaxBatch)
	start := time.Now()
	c.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := c.desk.EnterSame(ctx, tx, officer, c.id, who)
		return err
	})
	c.out.under("screening", fmt.Sprintf("无变化 for %d children at once", len(who)), c.dialect, c.size, time.Since(start), 0)
}

func (c *campaign) missing(limit int) (ids []ref.Child) {
	list, err := c.desk.Missing(c.t.Context(), c.d.Reader(), officer, c.id, c.large, screening.Key{}, limit)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, x := range list {
		ids = append(ids, x.ID)
	}
	return ids
}

// enterAll enters most of a village by SQL, as many people would in weeks.
func (c *campaign) enterAll() {
	list, err := c.desk.Missing(c.t.Context(), c.d.Reader(), officer, c.id, c.large, screening.Key{}, 100_000)
	if err != nil {
		c.t.Fatal(err)
	}
	rows := make([]screening.Answer, max(len(list)-20, 0))
	for i := range rows { // those that remain stand at the far end of the list
		rows[i] = c.answer(list[i])
	}
	c.write(func(ctx context.Context, tx *db.Tx) error {
		if err := db.InsertAll(ctx, tx, "screening_answer", rows); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE child SET campaign = ? WHERE id IN (SELECT a.child FROM screening_answer a WHERE a.campaign = ?)", c.id, c.id); err != nil {
			return err
		}
		return tx.One(ctx, "UPDATE screening_village SET same = same + ? WHERE campaign = ? AND region = ?", len(rows), c.id, c.large)
	})
	analyze(c.t, c.d)
}

func (c *campaign) answer(who child.Child) screening.Answer {
	return screening.Answer{ID: int64(ref.New[ref.Audit](c.d.Clock.Now())), Campaign: c.id, Child: who.ID, Region: who.Region, Town: access.Town(who.Region),
		County: access.County(who.Region), Counted: 1, Outcome: screening.Same, At: 1, ByUser: officer.User, ByName: officer.Name, Sealed: []byte{}}
}

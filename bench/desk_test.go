package bench_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const (
	deskBound = 8 * time.Millisecond
	rowsOfOne = 50 // rows of a page
	farPage   = 1000
)

func measureDesk(t *testing.T, out *table) {
	eachDatabase(t, clock.At(testkit.Noon), func(t *testing.T, d *db.DB) {
		k := newKernel(t)
		for i, n := range sizes() {
			if i > 0 {
				empty(t, d)
			}
			fill(t, d, k, n)
			x := &desk{t: t, d: d, out: out, size: n, part: "desk", path: "/duties?", inbox: inbox(t, d, k)}
			x.measure()
		}
	})
}

func empty(t testing.TB, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, table := range []string{"duty", "duty_place", "duty_step", "duty_event", "audit_entry"} {
			if _, err := tx.Exec(t.Context(), "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func inbox(t testing.TB, d *db.DB, k *duty.Kernel) ui.Handler {
	t.Helper()
	var choices []ui.Option
	for i := range 130 {
		choices = append(choices, ui.Option{Value: strconv.Itoa(30 + i), Label: "县直单位" + strconv.Itoa(i)})
	}
	pages, err := dutypage.New(dutypage.Deps{DB: d, UI: uitest.New(t), Kernel: k,
		Units: func(_ context.Context, _ *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
			names := make(map[ref.Unit]string, len(ids))
			for _, id := range ids {
				names[id] = "县直单位" + ref.Format(id)
			}
			return names, nil
		},
		UnitChoices: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) { return choices, nil },
		Colleagues:  func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages.Inbox
}

type desk struct {
	t     *testing.T
	d     *db.DB
	out   *table
	size  int
	part  string
	path  string
	inbox ui.Handler
}

func (x *desk) measure() {
	for _, p := range []struct {
		who   string
		by    access.Actor
		query string
		far   bool
	}{
		{"liaison of a unit with few, inbox", few, "", false},
		{"liaison of a unit with many, inbox", many, "", true},
		{"liaison of a unit with many, not signed", many, "unsigned=1", false},
		{"liaison of a unit with many, done", many, "view=closed", false},
		{"township supervisor, whole township", supervisor, "view=all", true},
		{"township supervisor, overdue", supervisor, "view=late", false},
		{"county officer, whole county", officer, "view=all", true},
		{"county officer, overdue", officer, "view=late", false},
		{"county officer, critically overdue", officer, "view=all&group=critical", false},
		{"county officer, one unit of the county", officer, "view=all&unit=57", false},
	} {
		x.page(p.who+", page 1", p.by, p.query)
		if !p.far {
			continue
		}
		if key, n := x.key(p.by, p.query); key != "" {
			x.page(fmt.Sprintf("%s, page %d", p.who, n), p.by, p.query+key)
		}
	}
}

func (x *desk) page(what string, by access.Actor, query string) {
	x.t.Helper()
	times := 300
	if !*full {
		times = 5
	}
	path := x.path + query
	used := processorTime()
	all := durations(times, func() {
		w := httptest.NewRecorder()
		if err := x.inbox(w, httptest.NewRequest(http.MethodGet, path, nil), by); err != nil || w.Code != http.StatusOK {
			x.t.Fatalf("%s: %v, status %d", what, err, w.Code)
		}
	})
	p95 := quantile(all, 0.95)
	cpu := (processorTime() - used) / time.Duration(times)
	x.out.add(row{part: x.part, what: what, where: string(x.d.Dialect), size: x.size, bound: "≤ " + ms(deskBound), ok: p95 <= deskBound,
		got: fmt.Sprintf("%s (median %s, processor %s)", ms(p95), ms(quantile(all, 0.5)), ms(cpu))})
}

// key gives the address of a far page, or of the last one there is.
func (x *desk) key(by access.Actor, query string) (string, int) {
	x.t.Helper()
	where, arg := "d.unit = ?", any(by.Post.Unit)
	if q, _ := url.ParseQuery(query); q.Get("view") == "all" {
		text, args := by.Scope().Where(access.ScopeColumns("d"))
		where, arg = text, args[0]
	}
	tx := x.d.Reader()
	n, err := db.Get[int](x.t.Context(), tx, "SELECT count(*) FROM duty d WHERE d.state = 'open' AND "+where, arg)
	if err != nil {
		x.t.Fatal(err)
	}
	page := min(farPage, n/rowsOfOne)
	if page < 3 {
		return "", 0
	}
	key, err := db.Get[duty.Key](x.t.Context(), tx, "SELECT d.due AS at, d.id FROM duty d WHERE d.state = 'open' AND "+where+
		" ORDER BY d.due, d.id LIMIT 1 OFFSET ?", arg, (page-1)*rowsOfOne-1)
	if err != nil {
		x.t.Fatal(err)
	}
	return "&after=" + ref.Format(key.ID) + "&after_at=" + strconv.FormatInt(int64(key.At), 10), page
}

package bench_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/plan/viewpage"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

// measureTasks measures the task lists of plans over the duties that the desk
// pages are measured over: four hundred tasks to a plan, one duty to a task.
func measureTasks(t *testing.T, out *table) {
	eachDatabase(t, clock.At(testkit.Noon), func(t *testing.T, d *db.DB) {
		k, plans := newKernel(t), planDesk(t, d)
		for i, n := range sizes() {
			if i > 0 {
				empty(t, d)
			}
			fill(t, d, k, n)
			fillPlans(t, d)
			plans.Duties = k
			pages, err := viewpage.New(viewpage.Deps{DB: d, UI: uitest.New(t), Desk: plans,
				Units: func(_ context.Context, _ *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
					names := make(map[ref.Unit]string, len(ids))
					for _, id := range ids {
						names[id] = "县直单位" + ref.Format(id)
					}
					return names, nil
				}})
			if err != nil {
				t.Fatal(err)
			}
			x := &tasks{desk: desk{t: t, d: d, out: out, size: n, part: "tasks"}, pages: pages}
			x.measure()
		}
	})
}

// planDesk is a desk over the units of the sample county.
func planDesk(t *testing.T, d *db.DB) *plan.Desk {
	t.Helper()
	book := testkit.Book(t, "demo")
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := region.LoadSeed(t.Context(), tx, access.Program, county); err != nil {
			return err
		}
		_, err := org.LoadCounty(t.Context(), tx, access.Program, book)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	books := func(string) *rule.Book { return book }
	return &plan.Desk{Rules: books, Units: plan.Directory(books)}
}

type tasks struct {
	desk
	pages *viewpage.Pages
}

func (x *tasks) measure() {
	for _, p := range []struct {
		what, query, scope, order string
	}{
		{"all plans by due", "", "d.county = '990101'", "d.due, d.id"},
		{"all plans by unit", "group=unit", "d.county = '990101'", "d.unit, d.due, d.id"},
		{"one unit", "unit=57", "d.unit = 57", "d.due, d.id"},
		{"unit with many", "unit=20", "d.unit = 20", "d.due, d.id"},
		{"overdue", "state=late", "", ""},
		{"due soon", "state=soon", "", ""},
		{"not signed", "state=unsigned", "", ""},
		{"done", "state=done", "", ""},
	} {
		x.inbox = x.pages.All
		x.path = "/tasks?" + p.query
		x.page("task list, "+p.what+", page 1", officer, "")
		if p.scope == "" {
			continue
		}
		if key, n := x.far(p.scope, p.order); key != "" {
			x.path = "/tasks?" + p.query + "&after=" + key
			x.page(fmt.Sprintf("task list, %s, page %d", p.what, n), officer, "")
		}
	}
	x.inbox = func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		r.SetPathValue("id", "1")
		return x.pages.Tasks(w, r, by)
	}
	for _, group := range []string{"clause", "due", "unit"} {
		x.path = "/plan/1/tasks?group=" + group
		x.page("task list of one plan by "+group+", page 1", officer, "")
	}
}

// far gives the key of a far page of a list, or of its last one.
func (x *tasks) far(scope, order string) (string, int) {
	x.t.Helper()
	tx := x.d.Reader()
	n, err := db.Get[int](x.t.Context(), tx, "SELECT count(*) FROM duty d WHERE d.state = 'open' AND "+scope)
	if err != nil {
		x.t.Fatal(err)
	}
	page := min(farPage, n/rowsOfOne)
	if page < 3 {
		return "", 0
	}
	last, err := db.Get[duty.Duty](x.t.Context(), tx, "SELECT "+db.ColumnsOf[duty.Duty]("d")+" FROM duty d WHERE d.state = 'open' AND "+scope+
		" ORDER BY "+order+" LIMIT 1 OFFSET ?", (page-1)*rowsOfOne-1)
	if err != nil {
		x.t.Fatal(err)
	}
	return fmt.Sprintf("%d.%d.%d", last.Unit, last.Due, last.ID), page
}

// fillPlans puts the tasks of the duties and their plans.
func fillPlans(t testing.TB, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, q := range []string{"DELETE FROM plan_task", "DELETE FROM plan", fillTasks, fillPlan} {
			if _, err := tx.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	analyze(t, d)
}

const (
	fillTasks = `INSERT INTO plan_task (id, plan, seq, path, span_start, span_end, quote, title, state, standing, review, checked, rules, version)
SELECT subject_id, whole, subject_id, '["二、工作任务","(一)家庭保护"]', 0, 0, title, title, 'issued', 0, '', 1, '[]', 1 FROM duty WHERE subject = 'plan_task'`
	fillPlan = `INSERT INTO plan (id, title, issuer, unit, region, town, county, year, dated, state, file, digest, previous, quiet, version, head, created, created_by, issued, issued_by, closed)
SELECT DISTINCT whole, '云岭县未成年人保护工作实施方案', '云岭县人民政府', 10, '990101000000', '', '990101', 2026, '', 'issued', '', '', 0, 0, 1, 0, 0, 0, 1, 0, 0 FROM duty WHERE subject = 'plan_task'`
)

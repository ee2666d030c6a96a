package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

// stored is a row of plan_task as a test puts it in place.
type stored struct {
	ID                 ref.Task
	Plan               ref.Plan
	Seq                int64
	Path               string
	SpanStart, SpanEnd int64
	Quote, Title       string
	State              string
	Standing           int64
	Review             string
	Checked            int64
	Rules              string
	Version            int64
}

var searcher = access.Actor{User: 7, Post: access.Post{ID: 1, Unit: 10, Region: county, Role: access.Officer}}

func shelf(t testing.TB, d *db.DB, id ref.Plan, region, state string, tasks ...stored) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		if err := db.Insert(t.Context(), tx, "plan", plan.Plan{ID: id, Title: "工作方案", Region: region, Town: access.Town(region), County: access.County(region), State: plan.State(state)}); err != nil {
			return err
		}
		for i := range tasks {
			tasks[i].Plan, tasks[i].Path, tasks[i].Rules = id, `["二、主要任务","（一）家庭保护"]`, "[]"
			tasks[i].Seq = int64(i)
			if tasks[i].State == "" {
				tasks[i].State = "issued"
			}
		}
		return db.InsertAll(t.Context(), tx, "plan_task", tasks)
	})
	must(t, err)
}

func titles(found []plan.Found) (out []string) {
	for _, f := range found {
		out = append(out, f.Title)
	}
	return out
}

func TestASearchFindsTasksByTheWordsOfTitleOrPlan(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		desk := &plan.Desk{}
		shelf(t, d, 1, county, "issued",
			stored{ID: 1, Title: "建立台账", Quote: "对辍学学生逐一劝返，建立台账。"}, stored{ID: 2, Title: "劝返辍学学生", Quote: "县教育局牵头。"},
			stored{ID: 3, Title: "完成率达到100%", Quote: "完成率达到100%。"}, stored{ID: 4, Title: "已撤回的辍学任务", State: "withdrawn"})
		shelf(t, d, 2, "990102000000", "issued", stored{ID: 5, Title: "外县的辍学任务"})
		shelf(t, d, 3, county, "draft", stored{ID: 6, Title: "起草中的辍学任务"})
		search := func(by access.Actor, words string) []string {
			t.Helper()
			found, err := desk.Search(t.Context(), d.Reader(), by, words, 10)
			must(t, err)
			return titles(found)
		}
		for words, want := range map[string][]string{
			"辍学":       {"起草中的辍学任务", "劝返辍学学生", "建立台账"},
			"辍学 台账":    {"建立台账"},
			"0%":       {"完成率达到100%"},
			"_":        nil,
			"没有这样的词":   nil,
			"   ":      nil,
			"县教育局":     {"劝返辍学学生"},
			"' OR 1=1": nil,
		} {
			if got := search(searcher, words); !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", words, got, want)
			}
		}
		leader := searcher
		leader.Post.Role = access.Leader
		if got := search(leader, "辍学"); slices.Contains(got, "起草中的辍学任务") {
			t.Errorf("a draft is found by who may not review it: %v", got)
		}
		stranger := access.Actor{User: 8, Post: access.Post{ID: 2, Unit: 99, Region: county, Role: access.Liaison}}
		if got := search(stranger, "辍学"); len(got) != 0 {
			t.Errorf("a unit of which nothing is asked finds %v", got)
		}
		admin := access.Actor{User: 9, Post: access.Post{Region: county, Role: access.SystemAdmin}}
		if _, err := desk.Search(t.Context(), d.Reader(), admin, "辍学", 10); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an administrator searches tasks: %v", err)
		}
	})
}

func BenchmarkSearchAmong100000Tasks(b *testing.B) {
	const plans, tasks = 200, 500
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			d := testkit.Open(b, dialect, clock.At(testkit.Noon))
			for p := range plans {
				rows := make([]stored, tasks)
				for i := range rows {
					n := p*tasks + i
					rows[i] = stored{ID: ref.Task(n + 1), Title: fmt.Sprintf("落实第%d项关爱保护措施并定期报送情况", n),
						Quote: fmt.Sprintf("（%d）县民政局牵头，县教育局、县公安局、县卫生健康局、各乡镇人民政府配合，健全发现报告、应急处置、评估帮扶、监护干预机制，"+
							"对农村留守儿童、困境儿童逐一建档，每季度至少走访一次，年底前完成第%d项任务并形成专题报告报县未保办备案。", i, n)}
				}
				shelf(b, d, ref.Plan(p+1), county, "issued", rows...)
			}
			for _, words := range []string{"没有的词", "第77777项", "关爱"} {
				b.Run(words, func(b *testing.B) {
					for b.Loop() {
						if _, err := (&plan.Desk{}).Search(b.Context(), d.Reader(), searcher, words, 9); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

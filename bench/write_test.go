package bench_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// order is what a request carries, on both sides.
type order struct {
	Title  string `json:"title"`
	Unit   int64  `json:"unit"`
	Region string `json:"region"`
	Days   int    `json:"days"`
}

const orderText = `{"title":"开展本辖区留守儿童和困境儿童走访排查并更新动态台账","unit":57,"region":"990101103000","days":5}`

// bareBound is the share of the bare server's rate which the product must reach.
const bareBound = 0.7

func measureWrite(t *testing.T, out *table) {
	rounds, during := 7, 3*time.Second
	if !*full {
		rounds, during = 1, 200*time.Millisecond
	}
	eachDialect(t, func(t *testing.T, dialect db.Dialect) {
		product, bare := apart(t, "write", dialect), apart(t, "write, bare", dialect)
		for _, conns := range []int{32, 128} {
			product.burst(t, "/", orderText, conns, during/3)
			bare.burst(t, "/", orderText, conns, during/3)
			var ours, theirs []result
			for range rounds {
				theirs = append(theirs, bare.burst(t, "/", orderText, conns, during))
				ours = append(ours, product.burst(t, "/", orderText, conns, during))
			}
			reportWrite(out, dialect, conns, ours, theirs)
		}
	})
}

func reportWrite(out *table, dialect db.Dialect, conns int, ours, theirs []result) {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i].rate / theirs[i].rate
	}
	slices.Sort(ratios)
	ratio := ratios[len(ratios)/2]
	what := fmt.Sprintf("%d connections", conns)
	if dialect == db.SQLite { // PostgreSQL works in processes of its own
		bare, product := cpuOf(theirs), cpuOf(ours)
		out.add(row{part: "write", what: what + ", processor time, bare and product", where: string(dialect),
			got: fmt.Sprintf("%d and %d µs, ratio %.2f", bare.Microseconds(), product.Microseconds(), float64(bare)/float64(product))})
	}
	out.add(row{part: "write", what: what + ", bare", where: string(dialect), got: rateText(theirs)})
	out.add(row{part: "write", what: what + ", product", where: string(dialect), got: rateText(ours)})
	out.add(row{part: "write", what: what + ", ratio", where: string(dialect),
		got: fmt.Sprintf("%.2f (%.2f–%.2f)", ratio, ratios[0], ratios[len(ratios)-1]), bound: fmt.Sprintf("≥ %.1f", bareBound), ok: ratio >= bareBound})
}

func cpuOf(list []result) time.Duration {
	times := make([]time.Duration, len(list))
	for i, r := range list {
		times[i] = r.cpu
	}
	slices.Sort(times)
	return times[len(times)/2]
}

func rateText(list []result) string {
	byRate := slices.SortedFunc(slices.Values(list), func(a, b result) int { return int(a.rate - b.rate) })
	r := byRate[len(byRate)/2]
	return fmt.Sprintf("%.0f/s, p50 %s, p99 %s", r.rate, ms(r.p50), ms(r.p99))
}

func productSide(t testing.TB, _ db.Dialect, dsn string) http.Handler {
	t.Helper()
	d, k := openSide(t, dsn), newKernel(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var o order
		if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var ids []ref.Duty
		err := d.Write(r.Context(), func(tx *db.Tx) (err error) {
			ids, err = k.Open(r.Context(), tx, officer, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: int64(len(o.Title)), Whole: 1,
				Title: o.Title, Unit: ref.Unit(o.Unit), Region: o.Region, Rule: "云岭县未成年人保护工作实施方案", Clause: "二(一)3", Deadline: duty.Within(o.Days)})
			return err
		})
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"%d"}`, ids[0])
	})
}

package ledgerpage_test

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/idcard"
	"weibao/internal/tally/cover"
)

// span is what a reader knows of a number.
type span struct {
	low, high int64
	truth     int64
	veil      cover.Veil
}

// reader puts together what all pages tell.
type reader struct {
	known map[string]*span
	sums  [][]string  // the sum before its parts
	least [][2]string // what is no more than what
}

func (r *reader) see(key string, n int64, v cover.Veil) string {
	s := map[cover.Veil]span{cover.Bare: {low: n, high: n}, cover.Few: {low: 1, high: cover.Small - 1}, cover.Withheld: {high: math.MaxInt32}}[v]
	s.truth, s.veil = n, v
	r.known[key] = &s
	return key
}

// reckon narrows each number by all others until nothing moves.
func (r *reader) reckon() {
	for moved := true; moved; {
		moved = false
		put := func(s *span, low, high int64) {
			if low > s.low {
				s.low, moved = low, true
			}
			if high < s.high {
				s.high, moved = high, true
			}
		}
		for _, sum := range r.sums {
			for i, key := range sum {
				low, high := int64(0), int64(0) // of the other parts
				for j, other := range sum {
					if j > 0 && j != i {
						low, high = low+r.known[other].low, high+r.known[other].high
					}
				}
				if i == 0 {
					put(r.known[key], low, high)
				} else {
					put(r.known[key], r.known[sum[0]].low-high, r.known[sum[0]].high-low)
				}
			}
		}
		for _, l := range r.least {
			put(r.known[l[0]], 0, r.known[l[1]].high)
			put(r.known[l[1]], r.known[l[0]].low, math.MaxInt32)
		}
	}
}

// someone draws children of a county of two or three towns with some villages, and of its past months.
func someone(t *rapid.T, categories []string) (map[string][]string, []child.Cell, map[string][]ledger.Month) {
	tree, sums := map[string][]string{}, map[child.Cell]int64{}
	count := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 3), rapid.Int64Range(0, 9), rapid.Int64Range(0, 60))
	for i := range rapid.IntRange(1, 3).Draw(t, "towns") {
		town := "t" + strconv.Itoa(i)
		tree["county"] = append(tree["county"], town)
		for j := range rapid.IntRange(0, 3).Draw(t, "villages") {
			tree[town] = append(tree[town], town+"v"+strconv.Itoa(j))
		}
		for _, at := range append([]string{""}, tree[town]...) { // "" = in the town itself
			for range rapid.IntRange(0, 3).Draw(t, "kinds") {
				c := child.Cell{Level: rapid.IntRange(0, child.MaxLevel).Draw(t, "level"), Band: rapid.SampledFrom([]int{0, 1, 2}).Draw(t, "band"), Sex: rapid.SampledFrom([]idcard.Sex{idcard.Male, idcard.Female}).Draw(t, "sex")}
				n := count.Draw(t, "n")
				if at == "" && len(tree[town]) > 0 && n > 20 {
					n = 0
				}
				for k, category := range categories {
					if k > 0 {
						n = rapid.Int64Range(0, n).Draw(t, "of it")
					}
					for _, region := range []string{"county", town, at} {
						if c.Region, c.Category = region, category; region != "" {
							sums[c] += n
						}
					}
				}
			}
		}
	}
	var cells []child.Cell
	for c, n := range sums {
		c.N = n
		cells = append(cells, c)
	}
	months := map[string][]ledger.Month{}
	for range rapid.IntRange(0, 2).Draw(t, "months") {
		var all ledger.Month
		for k, category := range categories {
			m := ledger.Month{Month: "2026-0" + strconv.Itoa(1+len(months[category]))}
			for i := range m.Levels {
				if m.Levels[i] = count.Draw(t, "n"); k > 0 {
					m.Levels[i] = min(m.Levels[i], all.Levels[i])
				}
			}
			if k == 0 {
				all = m
			}
			months[category] = append(months[category], m)
		}
	}
	return tree, cells, months
}

func TestNoCoveredNumberCanBeReckonedFromAllPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		categories := []string{"", "C03"}
		tree, cells, months := someone(t, categories)
		told := ledgerpage.Tell("county", tree, cells, months, categories)
		r := reader{known: map[string]*span{}}
		for _, category := range categories {
			r.levels(told, tree, category)
			counts, veils := told.Ages(category)
			r.table("ages "+category, counts, veils, true)
			corner := "ages " + category + " " + strconv.Itoa(len(counts)-1) + " 0"
			r.sums = append(r.sums, []string{corner, "county " + category + " 0"})
			counts, veils = told.Months(category)
			r.table("months "+category, counts, veils, false)
		}
		for key := range r.known {
			for _, kind := range []string{"ages ", "months "} {
				if rest, ok := cutPrefix(key, kind+"C03 "); ok {
					r.least = append(r.least, [2]string{key, kind + " " + rest})
				}
			}
		}
		r.reckon()
		for key, s := range r.known {
			switch {
			case s.truth < s.low || s.truth > s.high:
				t.Fatalf("%s is %d, reckoned %d to %d", key, s.truth, s.low, s.high)
			case s.veil != cover.Bare && s.low == s.high && s.truth > 0 && s.veil != beside: // that nobody is behind a number is no secret
				t.Fatalf("%s is covered as %q and can only be %d", key, s.veil.Words(), s.low)
			case s.veil == cover.Bare && s.truth > 0 && s.truth < cover.Small, s.veil == beside && s.low == s.high && s.low > 0 && s.low < cover.Small:
				t.Fatalf("%s is told: %d", key, s.truth)
			}
		}
	})
}

// beside marks what a town has beside its villages: told nowhere, so that it may be reckoned unless it is small.
const beside cover.Veil = 9

func cutPrefix(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || s[:len(prefix)] != prefix {
		return "", false
	}
	return s[len(prefix):], true
}

// levels sees all pages of places and categories.
func (r *reader) levels(told ledgerpage.Told, tree map[string][]string, category string) {
	key := func(region string, column int) string { return region + " " + category + " " + strconv.Itoa(column) }
	var visit func(region string)
	visit = func(region string) {
		counts, veils := told.Levels(region, category)
		line := []string{}
		for j, n := range counts {
			line = append(line, r.see(key(region, j), n, veils[j]))
			if category != "" {
				r.least = append(r.least, [2]string{key(region, j), region + "  " + strconv.Itoa(j)})
			}
		}
		r.sums = append(r.sums, line)
		if len(tree[region]) == 0 {
			return
		}
		rest := make([]string, len(counts))
		for j, n := range counts {
			sum := []string{key(region, j)}
			for _, below := range tree[region] {
				got, _ := told.Levels(below, category)
				n, sum = n-got[j], append(sum, key(below, j))
			}
			rest[j] = key(region+"*", j)
			r.known[rest[j]] = &span{high: math.MaxInt32, truth: n, veil: beside}
			r.sums = append(r.sums, append(sum, rest[j]))
		}
		r.sums = append(r.sums, rest)
		for _, below := range tree[region] {
			visit(below)
		}
	}
	visit("county")
}

func (r *reader) table(name string, counts [][]int64, veils [][]cover.Veil, summed bool) {
	for i, row := range counts {
		var line []string
		for j, n := range row {
			line = append(line, r.see(name+" "+strconv.Itoa(i)+" "+strconv.Itoa(j), n, veils[i][j]))
		}
		r.sums = append(r.sums, line)
	}
	for j := 0; summed && j < len(counts[0]); j++ {
		column := []string{name + " " + strconv.Itoa(len(counts)-1) + " " + strconv.Itoa(j)}
		for i := range len(counts) - 1 {
			column = append(column, name+" "+strconv.Itoa(i)+" "+strconv.Itoa(j))
		}
		r.sums = append(r.sums, column)
	}
}

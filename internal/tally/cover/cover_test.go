package cover_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/tally/cover"
)

// covered gives a table as whoever may not see what is behind it reads it.
func covered(counts [][]int64, summed bool) (out [][]string) {
	for i, row := range (cover.Grid{Counts: counts, Summed: summed}).Veils() {
		var cells []string
		for j, veil := range row {
			if cells = append(cells, veil.Words()); veil == cover.Bare {
				cells[j] = strconv.FormatInt(counts[i][j], 10)
			}
		}
		out = append(out, cells)
	}
	return out
}

// span is what a reader knows of a cell.
type span struct{ low, high int64 }

// reckon narrows each cell by the sums of rows and columns until nothing moves.
func reckon(counts [][]int64, shown [][]string, summed bool) [][]span {
	known := make([][]span, len(counts))
	for i, row := range counts {
		for j, n := range row {
			s := span{n, n}
			switch shown[i][j] {
			case "<5":
				s = span{1, 4}
			case "不公开":
				s = span{0, math.MaxInt32}
			}
			known[i] = append(known[i], s)
		}
	}
	var lines [][]*span // the sum first
	for i := range known {
		var line []*span
		for j := range known[i] {
			line = append(line, &known[i][j])
		}
		lines = append(lines, line)
	}
	for j := range known[0] {
		line := []*span{&known[len(known)-1][j]}
		for i := range len(known) - 1 {
			line = append(line, &known[i][j])
		}
		if summed && len(known) > 1 {
			lines = append(lines, line)
		}
	}
	for moved := true; moved; {
		moved = false
		for _, line := range lines {
			moved = narrow(line) || moved
		}
	}
	return known
}

// narrow brings each cell of a line within what the others leave it.
func narrow(line []*span) (moved bool) {
	for i, s := range line {
		was, low, high := *s, int64(0), int64(0) // of the other parts together
		for j, other := range line {
			if j != 0 && j != i {
				low, high = low+other.low, high+other.high
			}
		}
		if i > 0 {
			low, high = line[0].low-high, line[0].high-low
		}
		s.low, s.high = max(s.low, low), min(s.high, high)
		moved = moved || *s != was
	}
	return moved
}

// sums puts sums before the rows and below the columns.
func sums(parts [][]int64, summed bool) [][]int64 {
	all := make([]int64, len(parts[0])+1)
	var out [][]int64
	for _, row := range parts {
		line := make([]int64, 1, len(row)+1)
		for j, n := range row {
			line, line[0] = append(line, n), line[0]+n
			all[j+1] += n
			all[0] += n
		}
		out = append(out, line)
	}
	if summed {
		out = append(out, all)
	}
	return out
}

func hidden(cell string) bool { return cell == "<5" || cell == "不公开" }

func TestNoCoveredCellCanBeReckoned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns, summed := rapid.IntRange(1, 8).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "columns"), rapid.Bool().Draw(t, "summed")
		cell := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 4), rapid.Int64Range(0, 12), rapid.Int64Range(0, 300))
		counts := sums(rapid.SliceOfN(rapid.SliceOfN(cell, columns, columns), rows, rows).Draw(t, "parts"), summed)
		shown := covered(counts, summed)
		for i, row := range reckon(counts, shown, summed) {
			for j, s := range row {
				if n := counts[i][j]; n > 0 && n < 5 && !hidden(shown[i][j]) || n < s.low || n > s.high {
					t.Fatalf("%d is shown as %s, %+v", n, shown[i][j], s)
				}
				if hidden(shown[i][j]) && s.low == s.high {
					t.Fatalf("row %d, column %d of %v can only be %d", i, j, shown, s.low)
				}
			}
		}
	})
}

func TestCoveringLeavesWhatTellsNothing(t *testing.T) {
	for _, c := range []struct {
		parts [][]int64
		want  string
	}{
		{[][]int64{{20, 30}, {40, 50}}, "50 20 30|90 40 50|140 60 80"},
		{[][]int64{{15, 9, 1, 1}}, "26 15 不公开 <5 <5"},
		{[][]int64{{130, 3}, {20, 30}}, "133 不公开 <5|50 不公开 不公开|183 150 33"},
	} {
		var rows []string
		for _, row := range covered(sums(c.parts, len(c.parts) > 1), len(c.parts) > 1) {
			rows = append(rows, strings.Join(row, " "))
		}
		if got := strings.Join(rows, "|"); got != c.want {
			t.Errorf("%v: %s, want %s", c.parts, got, c.want)
		}
	}
}

func BenchmarkCovering(b *testing.B) {
	var parts [][]int64
	for i := range int64(24) {
		parts = append(parts, []int64{100 + i, i % 7, 20 + i, i % 9, i % 4})
	}
	counts := sums(parts, true)
	for b.Loop() {
		covered(counts, true)
	}
}

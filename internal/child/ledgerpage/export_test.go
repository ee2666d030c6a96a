package ledgerpage

// Covered gives a table as whoever may not see the files reads it.
func Covered(counts [][]int64, summed bool) (out [][]string) {
	g := grid{summed: summed}
	for _, row := range counts {
		g.rows = append(g.rows, gridRow{counts: row})
	}
	g.cover()
	for _, r := range g.rows {
		var cells []string
		for i := range r.counts {
			cells = append(cells, r.shown(i))
		}
		out = append(out, cells)
	}
	return out
}

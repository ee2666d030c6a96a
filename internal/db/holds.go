package db

// Holds gives the condition that a text holds a word, which is its one
// argument, sign for sign. It scans; at Han text it costs a third of LIKE.
func (t *Tx) Holds(column string) string {
	if t.Dialect == Postgres {
		return "strpos(" + column + ", ?) > 0"
	}
	return "instr(" + column + ", ?) > 0"
}

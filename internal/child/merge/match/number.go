package match

// The places of a number: division 0–5, birth 6–13, sequence 14–16, check 17.
const (
	length   = 18
	checked  = 17 // digits before the check digit, which follows from them
	sequence = 14
)

// number compares identity numbers. A slip in one digit that nobody noticed
// came with its own check digit, so that one is left out.
func number(a, b Card) Reason {
	switch {
	case a.Number == "" || b.Number == "":
		return "number.missing"
	case a.Number == b.Number:
		return "number.equal"
	case len(a.Number) != length || len(b.Number) != length:
		return "number.different"
	}
	var at []int
	for i := range checked {
		if a.Number[i] != b.Number[i] {
			at = append(at, i)
		}
	}
	switch {
	case len(at) == 1 && at[0] >= sequence:
		return "number.sequence" // so do the numbers of twins differ
	case len(at) == 1, len(at) == 2 && at[1] == at[0]+1 && a.Number[at[0]] == b.Number[at[1]] && a.Number[at[1]] == b.Number[at[0]]:
		return "number.typo"
	case swapped(a.Number, b.Number):
		return "number.typo"
	}
	return "number.different"
}

// swapped tells whether two numbers differ in that month and day stand in each other's place.
func swapped(a, b string) bool {
	return a[:10] == b[:10] && a[14:17] == b[14:17] && a[10:12] == b[12:14] && a[12:14] == b[10:12]
}

package match

import "weibao/internal/civil"

// guess is by how many days an estimated birth date may miss the true one.
const guess = 550

func birthOf(a, b Card) Reason {
	x, y := a.Birth, b.Birth
	switch {
	case x.IsZero() || y.IsZero():
		return "birth.missing"
	case x == y:
		return "birth.equal"
	case x.Year() == y.Year() && x.Month() == y.Day() && x.Day() == y.Month():
		return "birth.swapped"
	case (a.Guessed || b.Guessed) && max(x.Sub(y), y.Sub(x)) <= guess:
		return "birth.guessed"
	case oneDigit(x, y):
		return "birth.typo"
	}
	return "birth.different"
}

// oneDigit tells whether two dates differ in one written digit.
func oneDigit(x, y civil.Date) bool {
	a, b, n := x.String(), y.String(), 0
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n == 1
}

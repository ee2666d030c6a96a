package idcard

import "strings"

// MaskNumber shows the first six and the last four characters of an identity number, 6+********+4. A shorter
// number of another paper keeps a third of its characters at most.
func MaskNumber(s string) string {
	r := []rune(s)
	if len(r) == 18 {
		return mask(r, 6, 4)
	}
	return mask(r, len(r)/6, len(r)/6)
}

// MaskPhone shows the first three and the last four digits of a mobile number, 138****5678; of a shorter number
// the last two.
func MaskPhone(s string) string {
	r := []rune(s)
	if len(r) >= 10 {
		return mask(r, 3, 4)
	}
	return mask(r, 0, min(2, len(r)/3))
}

// MaskName shows the first and the last character of a name: 张*三, 欧**明; of two characters the first, of one none.
func MaskName(s string) string {
	r := []rune(s)
	switch len(r) {
	case 0, 1:
		return mask(r, 0, 0)
	case 2:
		return mask(r, 1, 0)
	}
	return mask(r, 1, 1)
}

func mask(r []rune, head, tail int) string {
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}

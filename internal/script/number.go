package script

import "strings"

const hanDigits = "〇一二三四五六七八九十"

// Number reads a Chinese numeral up to 99, or digits; 0 if it is none.
func Number(s string) int {
	total, unit := 0, 0
	for _, r := range s {
		switch {
		case IsDigit(r):
			unit = unit*10 + int(r-'0')
			if unit > 1_000_000_000 {
				return 0
			}
		case r == '两':
			unit = 2
		case r == '廿':
			total, unit = 20, 0
		case r == '十':
			total += max(unit, 1) * 10
			unit = 0
		default:
			i := strings.IndexRune(hanDigits, r)
			if i < 0 {
				return 0
			}
			unit = i / len("一")
		}
	}
	return total + unit
}

// IsHanDigit: one of 一 to 十.
func IsHanDigit(r rune) bool { return strings.ContainsRune("一二三四五六七八九十", r) }

// IsDigit: one of 0 to 9.
func IsDigit(r rune) bool { return r >= '0' && r <= '9' }

// Package receipt makes and reads the 16 digits 「查询码」 by which a reporter
// comes back to his report.
//
// It owns no table. Fifteen digits are a number, the sixteenth is their check
// digit (Luhn), so that one wrong digit or two neighbours in the wrong order
// are told to the person as a typing error and never cost a try. It promises
// that every receipt it makes it reads back, with or without spaces, hyphens
// and full-width digits, and that no two serials of a process are the same. It
// never stores a receipt: it is the serial of a report, enciphered.
package receipt

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

// Len is the number of digits.
const Len = 16

// Digits is the number of digits before the check digit.
const Digits = Len - 1

// Of writes a number below 10^15 as a receipt.
func Of(n uint64) string {
	digits := fmt.Sprintf("%015d", n)
	return digits + string(check(digits))
}

// Number is what Of wrote.
func Number(receipt string) uint64 {
	n, _ := strconv.ParseUint(receipt[:Digits], 10, 64)
	return n
}

// check gives the Luhn digit of fifteen digits.
func check(digits string) byte {
	sum := 0
	for i := range len(digits) {
		d := int(digits[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// Parse reads what a person typed; false says that it cannot be a receipt.
func Parse(typed string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\t\r\n\u00a0\u3000—－", r) {
			return -1
		}
		return r
	}, width.Narrow.String(typed))
	if len(digits) != Len || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits, check(digits[:Digits]) == digits[Digits]
}

// Format writes a receipt in four groups, as a person copies it.
func Format(r string) string {
	if len(r) != Len {
		return r
	}
	return r[:4] + " " + r[4:8] + " " + r[8:12] + " " + r[12:]
}

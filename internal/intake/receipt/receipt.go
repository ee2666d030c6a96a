// Package receipt makes and reads the 16 digits 「查询码」 by which a reporter
// comes back to his report.
//
// It owns no table. Fifteen digits are drawn, the sixteenth is their check
// digit (Luhn), so that one wrong digit or two neighbours in the wrong order
// are told to the person as a typing error and never cost a try. It promises
// that every receipt it makes it reads back, with or without spaces, hyphens
// and full-width digits. It never stores a receipt: whoever keeps one keeps a
// keyed hash.
package receipt

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/text/width"
)

// Len is the number of digits.
const Len = 16

const drawn = 1_000_000_000_000_000 // 15 digits

// New draws a receipt.
func New() string {
	var b [16]byte
	rand.Read(b[:])
	return Of(b[:])
}

// Of makes the receipt that belongs to a digest of at least sixteen bytes.
func Of(digest []byte) string {
	// 128 bits over 10^15 leave no digit more likely than another by more than 10^-23.
	high, low := binary.BigEndian.Uint64(digest), binary.BigEndian.Uint64(digest[8:])
	const step = (1 << 63) % drawn * 2 % drawn // 2^64 over 10^15
	n := (mul(high%drawn, step) + low%drawn) % drawn
	digits := fmt.Sprintf("%015d", n)
	return digits + string(check(digits))
}

// mul multiplies below 10^15 without overflow.
func mul(a, b uint64) uint64 {
	var sum uint64
	for b > 0 {
		if b&1 == 1 {
			sum = (sum + a) % drawn
		}
		a = a * 2 % drawn
		b >>= 1
	}
	return sum
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
	return digits, check(digits[:Len-1]) == digits[Len-1]
}

// Format writes a receipt in four groups, as a person copies it.
func Format(r string) string {
	if len(r) != Len {
		return r
	}
	return r[:4] + " " + r[4:8] + " " + r[8:12] + " " + r[12:]
}

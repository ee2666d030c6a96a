// Package idcard knows the citizen identity number 公民身份号码 of GB 11643-1999: its check digit, the birth date and
// the sex that stand in it, and how personal data is masked for a screen 脱敏.
//
// It owns no table and keeps nothing. It promises that no error and no text it returns contains the number that was
// given to it. It never compares the first six digits with the present divisions: they are those of the day of
// registration (纳雍县 was 522426 before 2012), and it never says that a person exists: a right check digit only
// says that nobody mistyped.
package idcard

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/width"

	"weibao/internal/civil"
)

// Sex is a code of GB/T 2261.1.
type Sex string

// The codes of GB/T 2261.1.
const (
	SexUnknown   Sex = "0"
	Male         Sex = "1"
	Female       Sex = "2"
	SexNotStated Sex = "9"
)

// Word is the code's word on a screen.
func (s Sex) Word() string {
	switch s {
	case Male:
		return "男"
	case Female:
		return "女"
	case SexNotStated:
		return "未说明"
	}
	return "未知"
}

// Document says which paper carries the number; all of them share length, birth date and check digit.
type Document string

// The papers, told apart by the first digits.
const (
	Citizen           Document = "居民身份证"
	HongKongResident  Document = "港澳台居民居住证(香港)"
	MacaoResident     Document = "港澳台居民居住证(澳门)"
	TaiwanResident    Document = "港澳台居民居住证(台湾)"
	PermanentResident Document = "外国人永久居留身份证"
)

// Card is what a valid number says.
type Card struct {
	Number   string // 18 characters, X in upper case
	Division string // first six digits, as of the day of registration
	Birth    civil.Date
	Sex      Sex
	Document Document
}

// The ways in which a number can be wrong; each text is for the person who typed it.
var (
	ErrEmpty      = errors.New("请填写公民身份号码。")
	ErrOldFifteen = errors.New("这是15位的旧号码，请核对户口簿后填写18位公民身份号码。")
	ErrLength     = errors.New("公民身份号码应为18位，请核对是否多写或漏写。")
	ErrCharacter  = errors.New("公民身份号码前17位只能是数字，末位是数字或X，请核对。")
	ErrBirth      = errors.New("公民身份号码中的出生日期(第7至14位)不是真实的日期，请核对。")
	ErrCheck      = errors.New("公民身份号码校验位不符，多半有一位写错，请对照证件核对。")
)

var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const checkDigits = "10X98765432"

// Normalize brings a number to the form in which it is compared and stored: half-width, without blanks and
// hyphens, X in upper case.
func Normalize(s string) string {
	s = strings.ToUpper(width.Narrow.String(s))
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '-', '\u00A0', '\u3000', '\uFEFF', '\u200B':
			return -1
		}
		return r
	}, s)
}

// Parse reads a number as somebody typed it. The error is one of those above.
func Parse(s string) (Card, error) {
	n := Normalize(s)
	switch {
	case n == "":
		return Card{}, ErrEmpty
	case len(n) == 15 && digits(n):
		return Card{}, ErrOldFifteen
	case len([]rune(n)) != 18:
		return Card{}, ErrLength
	case len(n) != 18 || !digits(n[:17]) || (n[17] != 'X' && !digits(n[17:])):
		return Card{}, ErrCharacter
	}
	birth, ok := civil.NewDate(number(n[6:10]), number(n[10:12]), number(n[12:14]))
	if !ok || birth.Year() < 1850 {
		return Card{}, ErrBirth
	}
	if n[17] != check(n) {
		return Card{}, ErrCheck
	}
	c := Card{Number: n, Division: n[:6], Birth: birth, Sex: Female, Document: document(n)}
	if (n[16]-'0')%2 == 1 {
		c.Sex = Male
	}
	return c, nil
}

// Make builds the number of a synthetic person for demo data and tests; sequence is 0 to 999, odd for a boy.
func Make(division string, birth civil.Date, sequence int) (string, error) {
	if len(division) != 6 || !digits(division) || birth.IsZero() || sequence < 0 || sequence > 999 {
		return "", errors.New("idcard: parts of a number out of range")
	}
	n := fmt.Sprintf("%s%04d%02d%02d%03d", division, birth.Year(), birth.Month(), birth.Day(), sequence)
	return n + string(check(n)), nil
}

// check computes the last character from the first seventeen (ISO 7064 MOD 11-2).
func check(n string) byte {
	sum := 0
	for i, w := range weights {
		sum += int(n[i]-'0') * w
	}
	return checkDigits[sum%11]
}

func document(n string) Document {
	switch n[:2] {
	case "81":
		return HongKongResident
	case "82":
		return MacaoResident
	case "83":
		return TaiwanResident
	}
	// 9, then the two digits of the province that applied for the card.
	if n[0] == '9' && n[1] >= '1' && n[1] <= '6' {
		return PermanentResident
	}
	return Citizen
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func number(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

package script_test

import (
	"testing"

	"weibao/internal/script"
)

func TestMarksOfDirectionAreKnown(t *testing.T) {
	for _, r := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" {
		if !script.Turns(r) {
			t.Errorf("%U turns", r)
		}
	}
	for _, r := range "\u2029\u202f\u2065\u206a甲a \n" {
		if script.Turns(r) {
			t.Errorf("%U turns nothing", r)
		}
	}
}

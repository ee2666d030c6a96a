package script_test

import (
	"testing"
	"unicode/utf8"

	"weibao/internal/script"
)

func TestFoldingKeepsEveryCodePointInItsPlace(t *testing.T) {
	const words = "（一）１．责任单位：县民政局，县公安局；\u3000\u2002\r\n〔2026〕7号～“甲”〔乙局〕"
	s := script.New(words)
	if len(s.Norm) != utf8.RuneCountInString(words) || len(s.Orig) != len(s.Norm) {
		t.Fatalf("%d folded of %d", len(s.Norm), utf8.RuneCountInString(words))
	}
	if got, want := s.Str, "(一)1.责任单位:县民政局,县公安局;  \n\n〔2026〕7号-“甲”(乙局)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range s.Norm {
		if got := s.At(s.Byte(i)); got != i {
			t.Errorf("code point %d is found at %d", i, got)
		}
	}
}

func TestNumbersInBothFigures(t *testing.T) {
	for words, want := range map[string]int{"三": 3, "十": 10, "十二": 12, "二十": 20, "三十一": 31, "廿五": 25, "两": 2, "15": 15, "2026": 2026, "": 0, "若干": 0} {
		if got := script.Number(words); got != want {
			t.Errorf("%s: got %d, want %d", words, got, want)
		}
	}
}

func TestBracketsAreClosedInPairs(t *testing.T) {
	s := script.New("（甲（乙）丙）丁")
	if got := s.Closing(0, len(s.Norm)); got != 6 {
		t.Errorf("got %d", got)
	}
	if got := s.Closing(0, 5); got != -1 {
		t.Errorf("an open bracket closes at %d", got)
	}
}

// Package script holds a Chinese text for exact reading: as it was written, and folded for matching (full-width
// forms, dashes, brackets, white space), both of equal length in code points, so that a span found in the one
// holds in the other.
//
// It owns no tables and knows nothing of plans. It promises that folding never adds or drops a code point, that
// spans are half-open and counted in code points, and that numbers in Chinese or Arabic figures are read alike.
// It never changes the text.
package script

import (
	"sort"
	"strings"
	"unicode"
)

// Span is a half-open range of code points of a text.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Between is the span from start up to end.
func Between(start, end int) Span { return Span{start, end} }

// Len is the number of code points in the span.
func (s Span) Len() int { return s.End - s.Start }

// Contains tells whether t lies wholly inside s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Overlaps tells whether the spans share a code point.
func (s Span) Overlaps(t Span) bool { return s.Start < t.End && t.Start < s.End }

// Fact is something read from a text: where it stands, its words as written, and the rule that found it.
type Fact struct {
	Span
	Text string `json:"text"`
	Rule string `json:"rule"`
}

// Text is a text in two forms of equal length.
type Text struct {
	Orig []rune  // as written
	Norm []rune  // folded for matching
	Str  string  // string(Norm)
	off  []int32 // off[i] is where Norm[i] begins in Str; one more entry than runes
}

// New folds a text.
func New(text string) *Text {
	s := &Text{Orig: []rune(text)}
	s.Norm = make([]rune, len(s.Orig))
	s.off = make([]int32, len(s.Orig)+1)
	var b strings.Builder
	b.Grow(len(text))
	tortoise := false
	for i, r := range s.Orig {
		f := Fold(r)
		switch {
		case r == '〔' && i+1 < len(s.Orig) && !yearly(s.Orig[i+1]):
			f, tortoise = '(', true
		case r == '〕' && tortoise:
			f, tortoise = ')', false
		}
		s.Norm[i] = f
		s.off[i] = int32(b.Len())
		b.WriteRune(f)
	}
	s.off[len(s.Orig)] = int32(b.Len())
	s.Str = b.String()
	return s
}

// yearly: the first sign within 〔2026〕 or 〔XX〕; the brackets of a document's number stay as they are, those around
// names (〔县民政局〕) are brackets like others.
func yearly(r rune) bool { r = Fold(r); return IsDigit(r) || r == 'X' || r == 'x' || r == '二' }

// folds are characters that mean the same to a reader: dashes, brackets, colons, bars.
var folds = map[rune]rune{
	'—': '-', '–': '-', '―': '-', '−': '-', '‐': '-', '‑': '-', '‒': '-', '﹣': '-', '~': '-', '～': '-', '─': '-',
	'【': '(', '】': ')', '〖': '(', '〗': ')', '[': '(', ']': ')', '［': '(', '］': ')', '﹙': '(', '﹚': ')', '〈': '(', '〉': ')',
	'∶': ':', '︰': ':', '﹕': ':', '﹔': ';', '﹐': ',', '､': '、', '｡': '。', '•': '·', '・': '·',
	'│': '|', '┃': '|', '丨': '|', '￨': '|',
}

// Fold maps full-width forms to half-width ones, all white space but line breaks to one space.
func Fold(r rune) rune {
	if f, ok := folds[r]; ok {
		return f
	}
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f' || r == '\u0085':
		return '\n'
	case Blank(r):
		return ' '
	case r >= 0xff01 && r <= 0xff5e:
		if f, ok := folds[r-0xfee0]; ok {
			return f
		}
		return r - 0xfee0
	}
	return r
}

// Blank counts zero-width characters as space, too.
func Blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == '\u200c' || r == '\u200d'
}

// Sub is the folded words of a span.
func (s *Text) Sub(sp Span) string { return s.Str[s.off[sp.Start]:s.off[sp.End]] }

// Raw is the words of a span as written.
func (s *Text) Raw(sp Span) string { return string(s.Orig[sp.Start:sp.End]) }

// Byte is where code point i begins in Str.
func (s *Text) Byte(i int) int { return int(s.off[i]) }

// At is the code point that begins at or after byte b of Str.
func (s *Text) At(b int) int {
	return sort.Search(len(s.off), func(i int) bool { return int(s.off[i]) >= b })
}

// Trim shortens a span by the white space at its ends.
func (s *Text) Trim(sp Span) Span {
	for sp.Start < sp.End && s.Space(sp.Start) {
		sp.Start++
	}
	for sp.End > sp.Start && s.Space(sp.End-1) {
		sp.End--
	}
	return sp
}

// Space tells whether code point i is white space.
func (s *Text) Space(i int) bool { r := s.Norm[i]; return r == ' ' || r == '\n' || r == '\t' }

// Run is the end of the longest run of code points from i, before end, that satisfy ok.
func (s *Text) Run(i, end int, ok func(rune) bool) int {
	for i < end && ok(s.Norm[i]) {
		i++
	}
	return i
}

// Fact cuts a fact out of the text.
func (s *Text) Fact(sp Span, rule string) Fact { return Fact{Span: sp, Text: s.Raw(sp), Rule: rule} }

// Closing finds the bracket that closes the one at i, before end; -1 if none does.
func (s *Text) Closing(i, end int) int {
	depth := 0
	for j := i; j < end; j++ {
		switch s.Norm[j] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// Squeeze removes white space inside words that are set wide (索 引 号).
func Squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' {
			return -1
		}
		return r
	}, s)
}

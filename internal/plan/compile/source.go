package compile

import (
	"sort"
	"strings"
	"unicode"
)

// source is the text in two forms of equal length: as decoded, and folded for matching. One code point of the
// text is one code point of the folded form, so a span found in one holds in the other.
type source struct {
	text []rune
	norm []rune
	str  string  // string(norm)
	off  []int32 // off[i] is where norm[i] begins in str; one more entry than runes
}

func newSource(text string) *source {
	s := &source{text: []rune(text)}
	s.norm = make([]rune, len(s.text))
	s.off = make([]int32, len(s.text)+1)
	var b strings.Builder
	b.Grow(len(text))
	for i, r := range s.text {
		f := fold(r)
		s.norm[i] = f
		s.off[i] = int32(b.Len())
		b.WriteRune(f)
	}
	s.off[len(s.text)] = int32(b.Len())
	s.str = b.String()
	return s
}

// folds are characters that mean the same to a reader: dashes, brackets, colons, bars.
var folds = map[rune]rune{
	'—': '-', '–': '-', '―': '-', '−': '-', '‐': '-', '~': '-', '～': '-', '─': '-',
	'【': '(', '】': ')', '〖': '(', '〗': ')', '[': '(', ']': ')', '［': '(', '］': ')', '﹙': '(', '﹚': ')', '〈': '(', '〉': ')',
	'∶': ':', '︰': ':', '﹕': ':', '﹔': ';', '﹐': ',', '､': '、', '｡': '。', '•': '·', '・': '·',
	'│': '|', '┃': '|', '丨': '|', '￨': '|',
}

// fold maps full-width forms to half-width ones, all white space but line breaks to one space.
func fold(r rune) rune {
	if f, ok := folds[r]; ok {
		return f
	}
	switch {
	case r == '\n' || r == '\t':
		return r
	case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f' || r == '\u0085':
		return '\n'
	case blank(r):
		return ' '
	case r >= 0xff01 && r <= 0xff5e:
		if f, ok := folds[r-0xfee0]; ok {
			return f
		}
		return r - 0xfee0
	}
	return r
}

func (s *source) sub(sp Span) string { return s.str[s.off[sp.Start]:s.off[sp.End]] }
func (s *source) raw(sp Span) string { return string(s.text[sp.Start:sp.End]) }

// at is the code point that begins at or after byte b of str.
func (s *source) at(b int) int {
	return sort.Search(len(s.off), func(i int) bool { return int(s.off[i]) >= b })
}

// trim shortens a span by the white space at its ends.
func (s *source) trim(sp Span) Span {
	for sp.Start < sp.End && s.space(sp.Start) {
		sp.Start++
	}
	for sp.End > sp.Start && s.space(sp.End-1) {
		sp.End--
	}
	return sp
}

func (s *source) space(i int) bool { r := s.norm[i]; return r == ' ' || r == '\n' || r == '\t' }

// fact cuts a fact out of the text.
func (s *source) fact(sp Span, rule string) Fact { return Fact{Span: sp, Text: s.raw(sp), Rule: rule} }

// closing finds the bracket that closes the one at i, before end; -1 if none does.
func (s *source) closing(i, end int) int {
	depth := 0
	for j := i; j < end; j++ {
		switch s.norm[j] {
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

// plausible refuses texts that cannot be a Chinese plan at all.
func (s *source) plausible() error {
	han, letters := 0, 0
	for _, r := range s.norm {
		if unicode.Is(unicode.Han, r) {
			han++
		} else if unicode.IsLetter(r) {
			letters++
		}
	}
	if han < 20 || han < letters {
		return fail(ErrNotPlan, "")
	}
	return nil
}

// squeeze removes white space inside words that are set wide (索 引 号).
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' {
			return -1
		}
		return r
	}, s)
}

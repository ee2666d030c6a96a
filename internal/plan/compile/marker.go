package compile

import "strings"

// markKind is a form of numbering; its value is its usual rank, outer forms being smaller.
type markKind int

const (
	markNone    markKind = 0
	markPart    markKind = 10 // 第一部分
	markChapter markKind = 20 // 第一章
	markSection markKind = 30 // 第一节
	markHan     markKind = 40 // 一、
	markArticle markKind = 45 // 第一条
	markParen   markKind = 50 // (一)
	markStage   markKind = 55 // 第一阶段
	markNum     markKind = 60 // 1.
	markDecimal markKind = 61 // 1.1, one more for each further step
	markParNum  markKind = 70 // (1)
	markHalf    markKind = 75 // 1)
	markCircle  markKind = 80 // ①
	markItem    markKind = 90 // 一是
)

// marker is a number at the head of a line or inside a paragraph.
type marker struct {
	Span
	kind markKind
	num  int
}

const hanDigits = "〇一二三四五六七八九十"

// hanValue reads a Chinese numeral up to 99 or digits up to 999; 0 if it is none.
func hanValue(s string) int {
	total, unit := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			unit = unit*10 + int(r-'0')
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
			unit = i / 3
		}
	}
	return total + unit
}

func isHanDigit(r rune) bool { return strings.ContainsRune("一二三四五六七八九十", r) }
func isDigit(r rune) bool    { return r >= '0' && r <= '9' }

// run is the end of the longest run of runes at i that satisfy ok.
func (s *source) run(i, end int, ok func(rune) bool) int {
	for i < end && ok(s.norm[i]) {
		i++
	}
	return i
}

// parseMarker reads the number at the head of a line.
func parseMarker(s *source, sp Span) (marker, bool) {
	for _, parse := range []func(*source, Span) (marker, bool){ordinalMarker, hanMarker, parenMarker, numberMarker, signMarker} {
		if m, ok := parse(s, sp); ok {
			m.Start = sp.Start
			for m.End < sp.End && s.space(m.End) {
				m.End++
			}
			return m, true
		}
	}
	return marker{}, false
}

var ordinals = []struct {
	word string
	kind markKind
}{{"部分", markPart}, {"章", markChapter}, {"节", markSection}, {"条", markArticle}, {"阶段", markStage}}

// ordinalMarker: 第一章, 第十二条, 第一阶段.
func ordinalMarker(s *source, sp Span) (marker, bool) {
	if s.norm[sp.Start] != '第' {
		return marker{}, false
	}
	i := s.run(sp.Start+1, sp.End, func(r rune) bool { return isHanDigit(r) || isDigit(r) })
	num := hanValue(string(s.norm[sp.Start+1 : i]))
	rest := string(s.norm[i:min(i+3, sp.End)])
	for _, o := range ordinals {
		if num > 0 && strings.HasPrefix(rest, o.word) {
			end := i + len([]rune(o.word))
			if end < sp.End && strings.ContainsRune(":、,.", s.norm[end]) {
				end++
			}
			return marker{Span{sp.Start, end}, o.kind, num}, true
		}
	}
	return marker{}, false
}

// hanMarker: 一、 or 一. or 一 followed by space.
func hanMarker(s *source, sp Span) (marker, bool) {
	i := s.run(sp.Start, min(sp.End, sp.Start+3), isHanDigit)
	if i == sp.Start || i >= sp.End {
		return marker{}, false
	}
	num := hanValue(string(s.norm[sp.Start:i]))
	j := s.run(i, sp.End, func(r rune) bool { return r == ' ' })
	switch {
	case j < sp.End && strings.ContainsRune("、.", s.norm[j]):
		return marker{Span{sp.Start, j + 1}, markHan, num}, true
	case j > i && sp.Len() <= 30:
		return marker{Span{sp.Start, j}, markHan, num}, true
	}
	return itemMarkerAt(s, sp.Start, sp.End)
}

// parenMarker: (一) or (1), also with 、 behind.
func parenMarker(s *source, sp Span) (marker, bool) {
	if s.norm[sp.Start] != '(' {
		return marker{}, false
	}
	i := s.run(sp.Start+1, sp.End, func(r rune) bool { return r == ' ' })
	j := s.run(i, min(sp.End, i+3), func(r rune) bool { return isHanDigit(r) || isDigit(r) })
	k := s.run(j, sp.End, func(r rune) bool { return r == ' ' })
	if j == i || k >= sp.End || s.norm[k] != ')' {
		return marker{}, false
	}
	kind := markParNum
	if isHanDigit(s.norm[i]) {
		kind = markParen
	}
	k++
	if k < sp.End && strings.ContainsRune("、.", s.norm[k]) {
		k++
	}
	return marker{Span{sp.Start, k}, kind, hanValue(string(s.norm[i:j]))}, true
}

// numberMarker: 1. 1、 1) 1.1, but not 2.5% or 2024.3.
func numberMarker(s *source, sp Span) (marker, bool) {
	i := s.run(sp.Start, min(sp.End, sp.Start+3), isDigit)
	if i == sp.Start || i >= sp.End {
		return marker{}, false
	}
	num := hanValue(string(s.norm[sp.Start:i]))
	if s.norm[i] == ')' {
		return marker{Span{sp.Start, i + 1}, markHalf, num}, true
	}
	steps := 0
	for i+1 < sp.End && s.norm[i] == '.' && isDigit(s.norm[i+1]) {
		j := s.run(i+1, sp.End, isDigit)
		num, i, steps = hanValue(string(s.norm[i+1:j])), j, steps+1
	}
	if steps > 0 {
		if i >= sp.End || !strings.ContainsRune(" .、", s.norm[i]) {
			return marker{}, false
		}
		return marker{Span{sp.Start, i + 1}, markDecimal + markKind(min(steps, 5)) - 1, num}, true
	}
	j := s.run(i, sp.End, func(r rune) bool { return r == ' ' })
	if j >= sp.End || !strings.ContainsRune(".、", s.norm[j]) {
		return marker{}, false
	}
	return marker{Span{sp.Start, j + 1}, markNum, num}, true
}

// signMarker: ① ⑴ ⒈ ㈠, one character each.
func signMarker(s *source, sp Span) (marker, bool) {
	r := s.norm[sp.Start]
	for _, b := range []struct {
		first, last rune
		kind        markKind
	}{{'①', '⑳', markCircle}, {'⑴', '⒇', markParNum}, {'⒈', '⒛', markNum}, {'㈠', '㈩', markParen}} {
		if r >= b.first && r <= b.last {
			end := sp.Start + 1
			if end < sp.End && strings.ContainsRune("、.", s.norm[end]) {
				end++
			}
			return marker{Span{sp.Start, end}, b.kind, int(r-b.first) + 1}, true
		}
	}
	return marker{}, false
}

// itemMarkerAt: 一是 二是, 一要 二要, at i.
func itemMarkerAt(s *source, i, end int) (marker, bool) {
	j := s.run(i, min(end, i+3), isHanDigit)
	if j == i || j >= end {
		return marker{}, false
	}
	if r := s.norm[j]; r != '是' && r != '要' {
		return marker{}, false
	}
	m := marker{Span{i, j + 1}, markItem, hanValue(string(s.norm[i:j]))}
	if m.End < end && strings.ContainsRune(":,", s.norm[m.End]) {
		m.End++
	}
	return m, true
}

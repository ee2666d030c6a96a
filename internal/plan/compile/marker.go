package compile

import (
	"regexp"
	"strings"
	"unicode"

	"weibao/internal/script"
)

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
	markLabel   markKind = 52 // 任务一:
	markStage   markKind = 55 // 第一阶段
	markUnit    markKind = 57 // 县民政局: alone on its line above 1. 2.
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

// parseMarker reads the number at the head of a line.
func parseMarker(s *source, sp Span) (marker, bool) {
	for _, parse := range []func(*source, Span) (marker, bool){ordinalMarker, labelMarker, hanMarker, parenMarker, numberMarker, signMarker} {
		if m, ok := parse(s, sp); ok {
			m.Start = sp.Start
			for m.End < sp.End && s.Space(m.End) {
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
}{{"部分", markPart}, {"章", markChapter}, {"节", markSection}, {"条", markArticle}, {"阶段", markStage}, {"时段", markStage}, {"步骤", markStage}}

// ordinalMarker: 第一章, 第十二条, 第一阶段.
func ordinalMarker(s *source, sp Span) (marker, bool) {
	if s.Norm[sp.Start] != '第' {
		return marker{}, false
	}
	i := s.Run(sp.Start+1, sp.End, func(r rune) bool { return script.IsHanDigit(r) || script.IsDigit(r) })
	num := script.Number(string(s.Norm[sp.Start+1 : i]))
	rest := string(s.Norm[i:min(i+3, sp.End)])
	for _, o := range ordinals {
		if num > 0 && strings.HasPrefix(rest, o.word) {
			end := i + len([]rune(o.word))
			if end < sp.End && strings.ContainsRune(":、,.", s.Norm[end]) {
				end++
			}
			return marker{script.Between(sp.Start, end), o.kind, num}, true
		}
	}
	return marker{}, false
}

var labels = regexp.MustCompile(`^(?:任务|行动|措施|举措|工程|专项|事项|项目|步骤|清单)([一二三四五六七八九十]{1,3}|\d{1,2})(?:[:、.] *| +)`)

// labelMarker: 任务一:, 行动二、.
func labelMarker(s *source, sp Span) (marker, bool) {
	words := s.Sub(script.Between(sp.Start, min(sp.End, sp.Start+9)))
	m := labels.FindStringSubmatchIndex(words)
	if m == nil {
		return marker{}, false
	}
	end := s.At(s.Byte(sp.Start) + m[1])
	return marker{script.Between(sp.Start, end), markLabel, script.Number(words[m[2]:m[3]])}, end < sp.End
}

// hanMarker: 一、 or 一. or 一 followed by space.
func hanMarker(s *source, sp Span) (marker, bool) {
	i := s.Run(sp.Start, min(sp.End, sp.Start+3), script.IsHanDigit)
	if i == sp.Start || i >= sp.End {
		return marker{}, false
	}
	num := script.Number(string(s.Norm[sp.Start:i]))
	j := s.Run(i, sp.End, func(r rune) bool { return r == ' ' })
	switch {
	case j < sp.End && strings.ContainsRune("、.", s.Norm[j]):
		return marker{script.Between(sp.Start, j+1), markHan, num}, true
	case j > i && sp.Len() <= 30:
		return marker{script.Between(sp.Start, j), markHan, num}, true
	}
	return itemMarkerAt(s, sp.Start, sp.End)
}

// parenMarker: (一) or (1), also with 、 behind.
func parenMarker(s *source, sp Span) (marker, bool) {
	if s.Norm[sp.Start] != '(' {
		return marker{}, false
	}
	i := s.Run(sp.Start+1, sp.End, func(r rune) bool { return r == ' ' })
	j := s.Run(i, min(sp.End, i+3), func(r rune) bool { return script.IsHanDigit(r) || script.IsDigit(r) })
	k := s.Run(j, sp.End, func(r rune) bool { return r == ' ' })
	if j == i || k >= sp.End || s.Norm[k] != ')' {
		return marker{}, false
	}
	kind := markParNum
	if script.IsHanDigit(s.Norm[i]) {
		kind = markParen
	}
	k++
	if k < sp.End && strings.ContainsRune("、.", s.Norm[k]) {
		k++
	}
	return marker{script.Between(sp.Start, k), kind, script.Number(string(s.Norm[i:j]))}, true
}

// numberMarker: 1. 1、 1) 1.1, but not 2.5% or 2024.3.
func numberMarker(s *source, sp Span) (marker, bool) {
	i := s.Run(sp.Start, min(sp.End, sp.Start+3), script.IsDigit)
	if i == sp.Start || i >= sp.End {
		return marker{}, false
	}
	num := script.Number(string(s.Norm[sp.Start:i]))
	if s.Norm[i] == ')' {
		return marker{script.Between(sp.Start, i+1), markHalf, num}, true
	}
	steps := 0
	for i+1 < sp.End && s.Norm[i] == '.' && script.IsDigit(s.Norm[i+1]) {
		j := s.Run(i+1, sp.End, script.IsDigit)
		num, i, steps = script.Number(string(s.Norm[i+1:j])), j, steps+1
	}
	if steps > 0 {
		if i >= sp.End || !strings.ContainsRune(" .、", s.Norm[i]) {
			return marker{}, false
		}
		return marker{script.Between(sp.Start, i+1), markDecimal + markKind(min(steps, 5)) - 1, num}, true
	}
	j := s.Run(i, sp.End, func(r rune) bool { return r == ' ' })
	if j > i && j < sp.End && num > 0 && num < 60 && unicode.Is(unicode.Han, s.Norm[j]) && !strings.ContainsRune("个名年月日号条项人岁次所家户元米天小时至到以", s.Norm[j]) {
		return marker{script.Between(sp.Start, j), markNum, num}, true // 1 加强领导
	}
	if j >= sp.End || !strings.ContainsRune(".、", s.Norm[j]) {
		return marker{}, false
	}
	return marker{script.Between(sp.Start, j+1), markNum, num}, true
}

// signMarker: ① ⑴ ⒈ ㈠, one character each.
func signMarker(s *source, sp Span) (marker, bool) {
	r := s.Norm[sp.Start]
	for _, b := range []struct {
		first, last rune
		kind        markKind
	}{{'①', '⑳', markCircle}, {'⑴', '⒇', markParNum}, {'⒈', '⒛', markNum}, {'㈠', '㈩', markParen}} {
		if r >= b.first && r <= b.last {
			end := sp.Start + 1
			if end < sp.End && strings.ContainsRune("、.", s.Norm[end]) {
				end++
			}
			return marker{script.Between(sp.Start, end), b.kind, int(r-b.first) + 1}, true
		}
	}
	return marker{}, false
}

// itemMarkerAt: 一是 二是, 一要 二要, at i.
func itemMarkerAt(s *source, i, end int) (marker, bool) {
	j := s.Run(i, min(end, i+3), script.IsHanDigit)
	if j == i || j >= end {
		return marker{}, false
	}
	if r := s.Norm[j]; r != '是' && r != '要' {
		return marker{}, false
	}
	m := marker{script.Between(i, j+1), markItem, script.Number(string(s.Norm[i:j]))}
	if m.End < end && strings.ContainsRune(":,", s.Norm[m.End]) {
		m.End++
	}
	return m, true
}

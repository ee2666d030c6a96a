package compile

import (
	"strings"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// item is one of the entries of a paragraph that counts 一是…二是… or (1)…(2)… within itself.
type item struct {
	mark  marker
	body  Span
	label string
}

// items cuts a paragraph at its running numbers. Entries numbered in figures count only if each is an order,
// since figures also number things; nil if there are fewer than two.
func (t *tree) items(para Span) []item {
	marks := itemMarks(t.src, para)
	if len(marks) < 2 {
		return nil
	}
	out := make([]item, len(marks))
	for i, m := range marks {
		end := para.End
		if i+1 < len(marks) {
			end = marks[i+1].Start
		}
		body := t.src.Trim(script.Between(m.End, end))
		out[i] = item{m, body, strings.TrimRight(t.src.Raw(m.Span), ":：,， 、.．")}
		if m.kind != markItem && (body.Len() < 10 || !owner.Commanding(t.src.Sub(body))) {
			return nil
		}
	}
	return out
}

// itemMarks lists the marks of the first series that starts at one and goes on without a gap.
func itemMarks(s *source, para Span) []marker {
	var marks []marker
	depth := 0
	for i := para.Start; i < para.End; i++ {
		r := s.Norm[i]
		if !script.IsHanDigit(r) && r != '第' && r != '(' && r != '其' && (r < '①' || r > '⑳') {
			if r == ')' {
				depth = max(0, depth-1)
			}
			continue
		}
		if depth == 0 && (i == para.Start || strings.ContainsRune("。;:,、!)” ", s.Norm[i-1])) {
			if m, ok := itemMark(s, i, para.End); ok && m.num == len(marks)+1 && (len(marks) == 0 || m.kind == marks[0].kind) {
				marks = append(marks, m)
				i = m.End - 1
				continue
			}
		}
		if r == '(' {
			depth++
		}
	}
	return marks
}

// itemMark reads a running number at i: 一是, 一要, 其一, 第一, (1) or ①.
func itemMark(s *source, i, end int) (marker, bool) {
	switch r := s.Norm[i]; {
	case script.IsHanDigit(r):
		return itemMarkerAt(s, i, end)
	case r == '第' || r == '其':
		j := s.Run(i+1, min(end, i+4), script.IsHanDigit)
		if j == i+1 || j >= end || !strings.ContainsRune(",:", s.Norm[j]) {
			return marker{}, false
		}
		return marker{script.Between(i, j+1), markItem, script.Number(string(s.Norm[i+1 : j]))}, true
	case r == '(':
		m, ok := parenMarker(s, script.Between(i, end))
		return m, ok && m.kind == markParNum
	}
	return signMarker(s, script.Between(i, end))
}

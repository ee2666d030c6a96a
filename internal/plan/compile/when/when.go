// Package when reads the expressions of time in a Chinese work plan that bind somebody: deadlines, recurrences,
// horizons, each with a canonical form (norm) such as month=05-end or every=quarter,min=1.
//
// It owns no tables. It promises that the rules are a table in order of precedence, that each is tried only where
// one of its first characters stands, so that reading stays linear, and that every result names its rule.
// It never makes a date of a vague word: those are reported apart. It never reads a look back or a condition.
package when

import (
	"fmt"
	"regexp"
	"strings"

	"weibao/internal/script"
)

// timeRule reads one form of time. Its pattern is tried only where one of the runes of first stands, and only there.
type timeRule struct {
	name  string
	first string
	re    *regexp.Regexp
	read  func(m timeMatch) (kind, norm string)
}

// timeMatch gives the named groups of a pattern.
type timeMatch struct {
	rule       *timeRule
	words      string
	groups     []int
	before     rune // the character before the match
	completion bool // in an owner line or table cell: the whole text is a time
	behind     string
}

func (m timeMatch) get(name string) string {
	i := m.rule.re.SubexpIndex(name)
	if i < 0 || m.groups[2*i] < 0 {
		return ""
	}
	return m.words[m.groups[2*i]:m.groups[2*i+1]]
}

func (m timeMatch) all() string { return m.words[m.groups[0]:m.groups[1]] }

// window is how many code points a time expression may span.
const window = 64

// Kinds of time rules.
const (
	KindDeadline   = "deadline"
	KindRecurrence = "recurrence"
	KindHorizon    = "horizon"
)

// Time is an expression that binds somebody, with its canonical form.
type Time struct {
	script.Fact
	Kind string `json:"kind"`
	Norm string `json:"norm"`
	Day  int    `json:"day,omitempty"` // of a month which the norm only calls the begin or end of a period (每季度次月5日前)
}

// Exact is the norm with the day that it leaves out.
func (t Time) Exact() string {
	if t.Day == 0 {
		return t.Norm
	}
	return fmt.Sprintf("%s,day=%02d", t.Norm, t.Day)
}

// Counted tells that the rule was read together with its own figure (每季度至少1次), or is a date: it then claims
// its words against a target.
func (t Time) Counted() bool {
	return strings.HasSuffix(t.Rule, "_counted") || t.Kind == KindDeadline || t.Kind == KindHorizon
}

type reader struct{ *script.Text }

// Read finds the time rules of a region. The spans of masked (titles of papers, in reading order) are passed over.
// In a region that holds nothing but a completion time (an owner line, a table cell) bare months and years count, too.
func Read(text *script.Text, region script.Span, masked []script.Span, completion bool) []Time {
	return (&reader{text}).times(region, masked, completion)
}

// Vague finds the words of time that say no time, outside what was understood.
func Vague(text *script.Text, region script.Span, known []Time) []script.Fact {
	return (&reader{text}).vague(region, known)
}

func (s *reader) times(region script.Span, titles []script.Span, completion bool) []Time {
	var out []Time
	next := 0
	for i := region.Start; i < region.End; i++ {
		if next < len(titles) && i >= titles[next].Start {
			i = max(i, titles[next].End) - 1
			next++
			continue
		}
		rules := timeRulesAt[s.Norm[i]]
		if len(rules) == 0 {
			continue
		}
		end := min(region.End, i+window)
		if next < len(titles) {
			end = min(end, titles[next].Start)
		}
		if t, ok := s.timeAt(script.Between(i, end), region, rules, completion); ok {
			if more, ok := s.secondFrequency(t, region); ok {
				out = append(out, t)
				t = more
			}
			out = append(out, s.sameYear(out, t))
			i = t.End - 1
		}
	}
	return out
}

// sameYear: in 2026年2月、8月 the second month is of the same year.
func (s *reader) sameYear(before []Time, t Time) Time {
	if len(before) == 0 {
		return t
	}
	last := before[len(before)-1]
	key, value, _ := strings.Cut(t.Norm, "=")
	lastKey, lastValue, _ := strings.Cut(last.Norm, "=")
	if key == lastKey && undated.MatchString(value) && dated.MatchString(lastValue) && strings.ContainsAny("、和及", s.Sub(script.Between(last.End, t.Start))) {
		t.Norm = key + "=" + lastValue[:5] + value
	}
	return t
}

var (
	undated = regexp.MustCompile(`^\d\d(-|$)`)
	dated   = regexp.MustCompile(`^20\d\d-`)
)

// timeAt tries the rules that may begin with the first rune of sp.
func (s *reader) timeAt(sp, region script.Span, rules []*timeRule, completion bool) (Time, bool) {
	words := s.Sub(sp)
	var before rune
	if sp.Start > region.Start {
		before = s.Norm[sp.Start-1]
	}
	for _, r := range rules {
		g := r.re.FindStringSubmatchIndex(words)
		if g == nil {
			continue
		}
		m := timeMatch{r, words, g, before, completion, words[g[1]:]}
		if condition.MatchString(m.behind) && !(strings.HasSuffix(r.name, "_counted") && strings.HasPrefix(m.behind, "以上")) {
			continue
		}
		if kind, norm := r.read(m); norm != "" {
			last := g[1]
			if i := r.re.SubexpIndex("T"); i >= 0 && g[2*i+1] >= 0 {
				last = g[2*i+1] // what follows only proves it
			}
			end := s.At(s.Byte(sp.Start) + last)
			t := Time{Fact: s.Fact(script.Between(sp.Start, end), "time."+r.name), Kind: kind, Norm: norm}
			if strings.HasPrefix(norm, "every=quarter,at=") {
				t.Day = script.Number(m.get("D"))
			}
			return t, true
		}
	}
	return Time{}, false
}

// condition: what follows makes the expression a condition or a look back, not an order.
var condition = regexp.MustCompile(`^(以上|以下|以来|以后|未(?:[^成]|$)|仍|左右的|内未|龄|岁|级)`)

// secondFrequency: 每季度开展1次…和2次… : the unit of the first figure stands for the second.
func (s *reader) secondFrequency(t Time, region script.Span) (Time, bool) {
	if !strings.HasSuffix(t.Rule, "_counted") {
		return Time{}, false
	}
	unit, _, _ := strings.Cut(t.Norm, ",")
	tail := script.Between(t.End, min(region.End, t.End+28))
	m := secondCount.FindStringSubmatchIndex(s.Sub(tail))
	if m == nil || !strings.HasPrefix(unit, "every=") {
		return Time{}, false
	}
	words := s.Sub(tail)
	base := s.Byte(tail.Start)
	sp := script.Between(s.At(base+m[2]), s.At(base+m[1]))
	n := script.Number(words[m[4]:m[5]])
	return Time{Fact: s.Fact(sp, "time.second_counted"), Kind: KindRecurrence, Norm: fmt.Sprintf("%s,min=%d", unit, n)}, true
}

var secondCount = regexp.MustCompile(`^[^,。;每\d]{0,14}?((?:、|和|及|以及)(?:至少|不少于|不低于)?(\d+|[一二两三四五六七八九十])(?:次|课时|场))`)

// vagueWords bind somebody without saying when. They are reported, never turned into a date.
var vagueWords = []string{
	"第一时间", "不定期", "定期", "适时", "及时", "随时", "立即", "即日起", "尽快", "尽早", "近期", "长期坚持", "长期", "持续推进", "持续", "常态化", "逐年", "逐步",
	"寒暑假", "节假日", "假期", "分阶段", "按时", "按期", "限期", "限时", "按季节", "实时", "经常性", "阶段性",
}

var vagueFirst = func() map[rune][]string {
	m := map[rune][]string{}
	for _, w := range vagueWords {
		r := []rune(w)[0]
		m[r] = append(m[r], w)
	}
	return m
}()

// vague finds the words of time that say no time, outside the rules that were understood.
func (s *reader) vague(region script.Span, known []Time) []script.Fact {
	var out []script.Fact
	for i := region.Start; i < region.End; i++ {
		for _, w := range vagueFirst[s.Norm[i]] {
			sp := script.Between(i, i+len([]rune(w)))
			if sp.End > region.End || s.Sub(sp) != w {
				continue
			}
			if !overlapsAny(known, sp) {
				out = append(out, s.Fact(sp, "time.vague"))
			}
			i = sp.End - 1
			break
		}
	}
	return out
}

func overlapsAny(times []Time, sp script.Span) bool {
	for _, t := range times {
		if t.Overlaps(sp) {
			return true
		}
	}
	return false
}

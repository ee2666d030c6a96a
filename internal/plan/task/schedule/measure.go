package schedule

import (
	"strconv"
	"strings"
)

// Measure is what a target asks to be measured: a value, the direction in
// which it is good, and the figure to be reached.
type Measure struct {
	Name      string // what is measured, in words
	Direction string // ">=", "<=", "=" or "" where only a yes or no can be reported
	Value     float64
	Unit      string // %, 人, 个 …
	Per       string // 每…, of "2名/站"
}

var measureNames = map[string]string{
	"coverage": "覆盖率", "rate": "比率", "ratio": "比例", "count": "数量", "files": "建档数", "hours": "时长",
	"amount": "金额", "area": "面积", "retention": "保存时长", "myopia-rate": "近视率变化",
}

// MeasureOf reads the norm of a target. Where it holds no figure the unit
// reports whether it is reached.
func MeasureOf(norm string) Measure {
	at := strings.IndexAny(norm, "<>=:")
	if at < 0 {
		return Measure{Name: "达标情况"}
	}
	m := Measure{Name: measureNames[norm[:at]]}
	if m.Name == "" {
		m.Name = "完成值"
	}
	op, rest := ">=", strings.TrimLeft(norm[at:], "<>=:")
	switch mark := norm[at : len(norm)-len(rest)]; mark {
	case "<=", "<":
		op = "<="
	case "=":
		op = "="
	case ":":
		op = change(rest)
	}
	rest, _, _ = strings.Cut(rest, ",")
	rest, m.Per, _ = strings.Cut(rest, "/")
	number, unit := figure(rest)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || strings.ContainsAny(unit, ":：") { // a time of the day is no figure
		return Measure{Name: "达标情况"}
	}
	m.Direction, m.Value, m.Unit = op, v, measureUnit(unit)
	return m
}

// Restate gives the norm of a target whose direction (">=", "<=", "=" or "" for a yes or no), value or unit a person
// has changed. What he left stays as the plan wrote it.
func Restate(norm, direction, value, unit string) string {
	was := MeasureOf(norm)
	if direction == was.Direction && (direction == "" || value == was.Figure() && unit == was.Unit) {
		return norm
	}
	if direction == "" {
		return "done"
	}
	key, rest, mark := "count", "", direction
	if was.Direction != "" {
		at := strings.IndexAny(norm, "<>=:")
		key, rest = norm[:at], strings.TrimLeft(norm[at:], "<>=:")
		if norm[at] == ':' { // a change: its sign is its direction
			mark, value = ":", sign(direction)+strings.TrimLeft(value, "+-")
		}
	}
	if unit == was.Unit {
		plain, _, _ := strings.Cut(rest, ",")
		plain, _, _ = strings.Cut(plain, "/")
		_, unit = figure(plain)
	}
	suffix := ""
	if i := strings.IndexAny(rest, "/,"); i >= 0 {
		suffix = rest[i:]
	}
	return key + mark + value + unit + suffix
}

func sign(direction string) string {
	if direction == "<=" {
		return "-"
	}
	return "+"
}

// Figure is the value as it is written.
func (m Measure) Figure() string { return strconv.FormatFloat(m.Value, 'f', -1, 64) }

// change of a rate is good in the direction of its sign: -0.5pp is a fall.
func change(rest string) string {
	if strings.HasPrefix(rest, "-") {
		return "<="
	}
	return ">="
}

// figure cuts "1-2名" into 1 and 名: of a range the lower end must be reached.
func figure(s string) (number, unit string) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || i == 0 && s[i] == '-') {
		i++
	}
	number, unit = s[:i], s[i:]
	if strings.HasPrefix(unit, "-") {
		_, unit = figure(unit[1:])
	}
	return number, unit
}

var unitWords = map[string]string{"pp": "个百分点", "month": "个月", "m2": "平方米", "h": "小时", "": ""}

func measureUnit(s string) string {
	if word, known := unitWords[s]; known {
		return word
	}
	return s
}

// Words says what is to be reached: 覆盖率不低于93%.
func (m Measure) Words() string {
	if m.Direction == "" {
		return m.Name
	}
	s := m.Name + map[string]string{">=": "不低于", "<=": "不高于", "=": "达到"}[m.Direction] +
		m.Figure() + m.Unit
	if m.Per != "" {
		s += "（每" + perWord(m.Per) + "）"
	}
	return s
}

func perWord(per string) string {
	switch per {
	case "year":
		return "年"
	case "day":
		return "天"
	case "month":
		return "月"
	}
	return strings.TrimPrefix(per, "每")
}

// Reached tells whether a reported value reaches the target, and whether that
// can be told at all.
func (m Measure) Reached(value string) (reached, known bool) {
	if m.Direction == "" {
		return value == "达到", value != ""
	}
	v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), m.Unit), 64)
	if err != nil {
		return false, false
	}
	switch m.Direction {
	case ">=":
		return v >= m.Value, true
	case "<=":
		return v <= m.Value, true
	}
	return v == m.Value, true
}

package roster

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/width"

	"weibao/internal/pinyin"
	"weibao/internal/rule"
	"weibao/internal/sheet"
)

// Column is a column of the list with the field for which it is taken.
type Column struct {
	Heading string `json:"heading"`
	Sample  string `json:"sample,omitempty"` // of the first row with content
	Field   string `json:"field"`            // key of a Field; "" where nothing is known of it
	Sure    bool   `json:"sure"`             // the heading says it in so many words
}

// Head is where the headings of a list end and what its columns are.
type Head struct {
	Row      int      `json:"row"` // as Excel counts; 0 = the list has no headings that are known
	Tab      string   `json:"tab,omitempty"`
	Tabs     []string `json:"tabs,omitempty"`
	Columns  []Column `json:"columns"`
	Recalled bool     `json:"recalled,omitempty"` // the meanings are those of the last list with these headings
}

// maxHead is how many rows from the top may belong to title, notes and headings.
const maxHead = 12

// minKnown is how many headings a row must have that are known for it to be the head.
const minKnown = 2

// Recognize finds the headings in the first rows of a list: one row, or two of which the upper one groups the lower
// 「监护人信息：姓名、电话」.
func (w Words) Recognize(top []sheet.Row) Head {
	best, most := -1, minKnown-1
	for i := range min(len(top), maxHead) {
		if n := w.knownIn(headings(top, i)); n > most {
			best, most = i, n
		}
	}
	if best < 0 {
		return Head{}
	}
	single := headings(top, best)
	if best+1 < len(top) {
		if joined := w.jointly(single, headings(top, best+1)); w.knownIn(joined) > most && headlike(top[best+1]) {
			return w.head(top, best+1, joined)
		}
	}
	if best > 0 && headlike(top[best-1]) {
		if joined := w.jointly(headings(top, best-1), single); w.knownIn(joined) >= most && differs(headings(top, best-1), single) {
			single = joined
		}
	}
	return w.head(top, best, single)
}

func headings(top []sheet.Row, i int) []string {
	out := make([]string, len(top[i].Cells))
	for c, cell := range top[i].Cells {
		out[c] = strings.Join(strings.Fields(width.Narrow.String(cell.Text)), "")
	}
	return out
}

// headlike tells a row of headings from a title over all columns and from a row with numbers.
func headlike(r sheet.Row) bool {
	words := map[string]bool{}
	for _, c := range r.Cells {
		if c.Number || len([]rune(c.Text)) > 30 {
			return false
		}
		words[c.Text] = true
	}
	return len(words) > 2
}

func differs(a, b []string) bool { return !slices.Equal(a, b) }

// jointly puts the upper heading before the lower where they are not the same.
func (w Words) jointly(upper, lower []string) []string {
	out := make([]string, max(len(upper), len(lower)))
	for i := range out {
		u, l := at(upper, i), at(lower, i)
		switch {
		case u == l || l == "":
			out[i] = u
		case u == "":
			out[i] = l
		default:
			out[i] = w.grouped(u, l)
		}
	}
	return out
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// grouped is a heading under a group: the two together where that is known, else the lower one.
func (w Words) grouped(upper, lower string) string {
	stem := upper
	for _, tail := range []string{"基本信息", "基本情况", "信息", "情况", "资料"} {
		stem = strings.TrimSuffix(stem, tail)
	}
	if key, sure := w.fieldOf(stem + lower); sure && key != "" {
		return stem + lower
	}
	if key, sure := w.fieldOf(lower); sure && key != "" && slices.Contains([]string{"", "儿童", "本人", "个人", "未成年人", "学生", "对象", "人员", "孩子"}, stem) {
		return lower
	}
	if stem == "" {
		return lower
	}
	return stem + lower
}

func (w Words) knownIn(list []string) int {
	seen := map[string]bool{}
	for _, h := range list {
		if key, sure := w.fieldOf(h); sure && key != "" {
			seen[key] = true
		}
	}
	return len(seen)
}

func (w Words) head(top []sheet.Row, last int, words []string) Head {
	h := Head{Row: top[last].Number}
	taken := map[string]bool{}
	columns := len(words)
	for i := last + 1; i < len(top); i++ {
		columns = max(columns, len(top[i].Cells))
	}
	for i := range columns {
		key, sure := w.fieldOf(at(words, i))
		if key != KeyIgnored && taken[key] {
			key, sure = "", false // two columns of one meaning: a person decides
		}
		taken[key] = key != ""
		h.Columns = append(h.Columns, Column{Heading: at(words, i), Sample: sample(top[last+1:], i), Field: key, Sure: sure})
	}
	return h
}

func sample(rows []sheet.Row, column int) string {
	for _, r := range rows {
		if s := r.Cell(column).Trimmed(); s != "" {
			return s
		}
	}
	return ""
}

// fieldOf finds the field that a heading means: by its words, then by their sound.
func (w Words) fieldOf(heading string) (key string, sure bool) {
	n := normal(heading)
	if n == "" {
		return "", false
	}
	dictionary := words()
	if key, ok := dictionary.written[n]; ok {
		return key, true
	}
	if w.rules != nil {
		if key, ok := w.rules.Field(heading); ok && ruled[key] != "" {
			return ruled[key], true
		}
	}
	if sound := pinyin.Full(n); len(sound) > 0 && len([]rune(n)) > 2 {
		if key, ok := dictionary.spoken[sound[0]]; ok {
			return key, true
		}
	}
	return "", false
}

// Words are those by which headings are known: the ones of every list, and those of the county's rules.
type Words struct{ rules *rule.Headings }

// WordsOf takes the headings of rules beside the ones that are known everywhere.
func WordsOf(h *rule.Headings) Words { return Words{h} }

// ruled are the fields of a list for those of the rules; what a file works out by itself or another slice decides is not imported.
var ruled = map[string]string{
	"group": "group", "serial": KeyIgnored, "age": KeyIgnored, "name": KeyName, "idnumber": KeyNumber, "sex": "sex", "birth": keyBirth, "ethnic": "ethnic", "hukou": "household",
	"registered": "registered", "residence": keyAddress, "address": keyAddress, "township": KeyTown, "region": KeyVillage, "categories": KeyCategory,
	"guardian": "guardian", "guardian_relation": "guardian_relation", "guardian_idnumber": "guardian_number", "guardian_phone": "guardian_phone",
	"caregiver": "caregiver", "caregiver_phone": "caregiver_phone", "father": "father", "father_phone": "father_phone", "father_state": "father_situation",
	"mother": "mother", "mother_phone": "mother_phone", "mother_state": "mother_situation", "away": "away", "enrolment": "schooling", "school": "school",
	"grade": "grade", "classroom": "class", "disability": "disability", "disability_grade": "disability_grade", "disability_card": "certificate",
	"illness": "illness", "health": "health", "welfare": "welfare", "remarks": "remarks",
}

// normal is a heading without width, case, blanks, marks and what stands in brackets.
func normal(s string) string {
	s = strings.ToLower(width.Narrow.String(s))
	depth := 0
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("([{（【〔「", r):
			depth++
			return -1
		case strings.ContainsRune(")]}）】〕」", r):
			depth = max(depth-1, 0)
			return -1
		case depth > 0, !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return -1
		}
		return r
	}, s)
}

type dictionary struct{ written, spoken map[string]string }

var words = sync.OnceValue(func() dictionary {
	d := dictionary{map[string]string{}, map[string]string{}}
	for _, f := range Fields {
		for _, name := range append([]string{f.Label}, f.names...) {
			n := normal(name)
			if _, taken := d.written[n]; !taken {
				d.written[n] = f.Key
			}
			if sound := pinyin.Full(n); len(sound) > 0 && len([]rune(n)) > 2 {
				if _, taken := d.spoken[sound[0]]; !taken {
					d.spoken[sound[0]] = f.Key
				}
			}
		}
	}
	return d
})

// Fingerprint is the same for lists with the same headings, whatever their width, case and brackets.
func (h Head) Fingerprint() string {
	var b strings.Builder
	for _, c := range h.Columns {
		b.WriteString(normal(c.Heading) + "|")
	}
	return b.String()
}

// Problems tells what is missing in a mapping for it to be used, field by field.
func (h Head) Problems() []string {
	count := map[string]int{}
	for _, c := range h.Columns {
		if c.Field != "" && c.Field != KeyIgnored {
			count[c.Field]++
		}
	}
	var out []string
	for _, f := range Fields {
		if count[f.Key] > 1 {
			out = append(out, "有"+itoa(count[f.Key])+"列都选了“"+f.Label+"”，请只保留一列。")
		}
	}
	if count[KeyName] == 0 {
		out = append(out, "请指出哪一列是“姓名”。")
	}
	return out
}

// Fields are the keys of the fields that are taken.
func (h Head) Fields() []string {
	var out []string
	for _, c := range h.Columns {
		if c.Field != "" && c.Field != KeyIgnored {
			out = append(out, c.Field)
		}
	}
	return out
}

// Recall takes the meanings of the last list with these headings.
func (h *Head) Recall(fields string) {
	keys := strings.Split(fields, ",")
	if len(keys) != len(h.Columns) {
		return
	}
	for i := range h.Columns {
		h.Columns[i].Field, h.Columns[i].Sure = keys[i], true
	}
	h.Recalled = true
}

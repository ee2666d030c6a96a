package ledger

import (
	"strconv"
	"strings"

	"weibao/internal/child"
	"weibao/internal/letter"
	"weibao/internal/rule"
)

// standards are the national ones whose codes stand beside the words of a column in exports.
var standards = map[string]string{
	"sex": "GB/T 2261.1", "ethnic": "GB/T 3304", "guardian_relation": "GB/T 4761", "caregiver_relation": "GB/T 4761",
	"disability": "GB/T 26341", "disability_grade": "GB/T 26341", "township": "GB/T 2260、GB/T 10114", "region": "GB/T 2260、GB/T 10114",
}

// code writes the code of a field's value; "" where the field has none.
func code(field string, c child.Child, d child.Dossier) string {
	switch field {
	case "sex":
		return string(c.Sex)
	case "ethnic":
		return d.Ethnic
	case "township":
		return c.Town + "000"
	case "region":
		return c.Region
	case "disability", "disability_grade":
		var codes []string
		for _, x := range d.Health.Disability {
			n := x.Kind
			if field == "disability_grade" {
				n = x.Grade
			}
			if n > 0 {
				codes = append(codes, strconv.Itoa(n))
			}
		}
		return strings.Join(codes, "、")
	case "guardian_relation", "caregiver_relation":
		who, _, _ := strings.Cut(field, "_")
		p, _ := people[who](d)
		return p.Relation
	}
	return ""
}

// codeNote says of which standards the codes of a ledger's columns are.
func codeNote(l rule.Ledger) string {
	var words []string
	for _, c := range l.Columns {
		if s := standards[c.Field]; s != "" {
			words = append(words, letter.Punctuate(c.Head())+" "+s)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "代码：" + strings.Join(words, "，") + "。"
}

package rule

import (
	"slices"
	"strings"

	"weibao/internal/civil"
)

// CodeTable turns words into the codes of a standard and back.
type CodeTable struct {
	ID, Label string
	Standard  string // GB/T 3304-1991 …, empty where it is nobody's standard
	Codes     []Code
	Source    Source
	Status    Status
	Verified  bool

	index map[string]int // code, word and synonym, folded
}

// Code is one line of a table.
type Code struct {
	Code, Label string
	Also        []string // other spellings that mean the same
}

// Word gives the word for a code.
func (t CodeTable) Word(code string) (string, bool) {
	for _, c := range t.Codes {
		if c.Code == code {
			return c.Label, true
		}
	}
	return "", false
}

// Find gives the line of a text that is a code, the word for it or a synonym, whatever its width and spaces.
func (t CodeTable) Find(text string) (Code, bool) {
	i, ok := t.index[text]
	if !ok {
		i, ok = t.index[fold(text)]
	}
	if !ok {
		return Code{}, false
	}
	return t.Codes[i], true
}

// Codes gives a table by id: "sex", "ethnic", "relation", "disability-kind" …
func (b *Book) Codes(id string, on civil.Date) (CodeTable, bool) { return b.codes.at(id, on) }

// CodeTables gives every table.
func (b *Book) CodeTables(on civil.Date) []CodeTable { return b.codes.all(on) }

// checkCodes completes a table and refuses a spelling that means two codes.
func checkCodes(t *CodeTable, it item) {
	t.index = map[string]int{}
	for i, c := range t.Codes {
		for _, s := range slices.Concat([]string{c.Code, c.Label}, c.Also) {
			s = fold(s)
			if other, taken := t.index[s]; taken && other != i {
				it.under("codes", i).complain("的“%s”既是“%s”又是“%s”,无法区分", s, t.Codes[other].Label, c.Label)
			}
			t.index[s] = i
		}
	}
}

// Heading is how departments write the heading of a column for a field of the dossier.
type Heading struct {
	Field    string `yaml:"id"` // key of the field
	Label    string
	Headings []string
	Source   Source
	Status   Status
}

// Headings recognises columns. It is made once and may be used by many.
type Headings struct{ fields map[string]string }

// Headings builds the index of headings on a day: what the county adds stands beside the national ones.
func (b *Book) Headings(on civil.Date) *Headings {
	h := &Headings{fields: map[string]string{}}
	for _, id := range b.headings.order {
		for _, e := range b.headings.entries[id] {
			if e.holds(on) {
				for _, s := range e.value.spellings() {
					h.fields[foldHeading(s)] = e.value.Field
				}
			}
		}
	}
	return h
}

// HeadingLists gives how each field is headed.
func (b *Book) HeadingLists(on civil.Date) []Heading { return b.headings.all(on) }

func (h Heading) spellings() []string { return append([]string{h.Label}, h.Headings...) }

// Field gives the key of the field which a heading means. Stars, colons, numbering and what stands in brackets do
// not matter: *1.姓名(必填): is 姓名.
func (h *Headings) Field(heading string) (string, bool) {
	folded := foldHeading(heading)
	outer, _ := brackets(folded)
	for _, s := range []string{folded, outer, strings.TrimLeft(folded, numbering), strings.TrimLeft(outer, numbering)} {
		if key, ok := h.fields[s]; ok {
			return key, true
		}
	}
	return "", false
}

const numbering = "0123456789.、)"

// foldHeading is fold without the marks which forms add to headings.
func foldHeading(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("*:/_-;#", r) {
			return -1
		}
		return r
	}, fold(s))
}

// checkHeadings refuses headings of no field, and one that means two fields.
func (b *Book) checkHeadings(found *Findings) {
	owners := map[string]entry[Heading]{}
	for _, id := range b.headings.order {
		if _, ok := DossierField(id); !ok {
			e := b.headings.entries[id][0]
			found.Add(e.file, e.line, "“%s”不是档案的字段", id)
		}
		for _, e := range b.headings.entries[id] {
			for _, s := range e.value.spellings() {
				key := foldHeading(s)
				if o, taken := owners[key]; taken && o.ID != id && o.meets(e.head) {
					found.Add(e.file, e.line, "表头“%s”既是“%s”又是“%s”,无法区分", s, o.value.Label, e.value.Label)
				}
				owners[key] = e
			}
		}
	}
}

// Package ledger shows the files of children as a county's lists 「台账」 want
// them: columns by the county's rules, each a live view and never a copy.
//
// It owns child_view, the views that people keep under a name, child_month and
// child_month_kept, the numbers at the end of each month. It promises that a line says what the file says at that
// moment, covered unless the reader may see it; that the number above a list
// is the number of its lines; and that an export holds the lines of the list.
package ledger

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Desk holds what lists need; it holds no state of its own.
type Desk struct {
	Cabinet *child.Cabinet
	// Names gives the names of divisions by their codes.
	Names func(ctx context.Context, tx *db.Tx, codes []string) (map[string]string, error)
	// Visited gives the days on which children were visited last.
	Visited func(ctx context.Context, tx *db.Tx, ids []ref.Child) (map[ref.Child]civil.Date, error)
}

// Line is a file as a row of a list.
type Line struct {
	Child  child.Child
	Values []string // one per column
	Codes  []string // their codes of the national standards, in exports
}

// Categories gives the county's categories of which a list consists; none
// means all children. A list names them by their id or national code.
func Categories(book *rule.Book, l rule.Ledger, on civil.Date) []rule.Category {
	var out []rule.Category
	for _, c := range Shown(book, on) {
		if named(c, l.Categories) {
			out = append(out, c)
		}
	}
	return out
}

// Picked gives the categories of lists into which children can come: those of
// the county, and the national ones that it has not put into its own words.
func Picked(book *rule.Book, on civil.Date) []rule.Category {
	return slices.DeleteFunc(book.PickCategories(on), func(c rule.Category) bool { return c.Class == rule.Secret })
}

// Shown gives the categories that lists may show: that a child belongs to a
// secret one is told on its file alone.
func Shown(book *rule.Book, on civil.Date) []rule.Category {
	return slices.DeleteFunc(slices.Clone(book.Categories(on)), func(c rule.Category) bool { return c.Class == rule.Secret })
}

// named tells whether a list of ids and national codes means a category.
func named(c rule.Category, list []string) bool {
	return slices.Contains(list, c.ID) || slices.ContainsFunc(c.Codes, func(code string) bool { return slices.Contains(list, code) })
}

// Lines writes the lines of some files, covered.
func (k *Desk) Lines(ctx context.Context, tx *db.Tx, by access.Actor, l rule.Ledger, rows []child.Child) ([]Line, error) {
	w, err := k.writer(ctx, tx, by, l, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		out[i] = Line{Child: r, Values: w.written(l, r, true, w.value)}
	}
	return out, nil
}

// coded writes the lines of some files with the codes, for an export.
func (k *Desk) coded(ctx context.Context, tx *db.Tx, by access.Actor, l rule.Ledger, rows []child.Child, cover bool) ([]Line, error) {
	w, err := k.writer(ctx, tx, by, l, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		out[i] = Line{Child: r, Values: w.written(l, r, cover, w.value), Codes: w.written(l, r, cover, code)}
	}
	return out, nil
}

// written gives what a writer says of each column, covered where asked.
func (w writer) written(l rule.Ledger, r child.Child, cover bool, write func(field string, c child.Child, d child.Dossier) string) []string {
	out, d := make([]string, len(l.Columns)), w.dossiers[r.ID]
	for j, column := range l.Columns {
		out[j] = write(column.Field, r, d)
	}
	if !cover {
		return out
	}
	child.Mask(&d)
	for j, column := range l.Columns {
		if out[j] != "" { // what is covered whole must not look as if there were none
			out[j] = cmp.Or(write(column.Field, r, d), child.Cover)
		}
	}
	return out
}

// writer reads what the columns of a list need beside the open parts of files, once for all.
func (k *Desk) writer(ctx context.Context, tx *db.Tx, by access.Actor, l rule.Ledger, rows []child.Child) (w writer, err error) {
	w = writer{on: civil.DateOf(tx.Now.Time()), book: k.Cabinet.Book(), labels: map[string]string{}}
	ids := make([]ref.Child, len(rows))
	codes := make([]string, 0, len(rows)*2)
	for i, r := range rows {
		ids[i], codes = r.ID, append(codes, r.Region, r.Town+"000")
	}
	if needs(l, opened) {
		if w.dossiers, err = k.Cabinet.Dossiers(ctx, tx, by, ids); err != nil {
			return w, err
		}
	}
	if needs(l, placed) {
		if w.names, err = k.Names(ctx, tx, codes); err != nil {
			return w, err
		}
	}
	if needs(l, []string{"last_visit"}) && k.Visited != nil {
		if w.visited, err = k.Visited(ctx, tx, ids); err != nil {
			return w, err
		}
	}
	for _, c := range Shown(w.book, w.on) {
		w.labels[c.ID] = c.Label
		if named(c, l.Categories) {
			w.listed = append(w.listed, c.ID)
		}
	}
	if needs(l, []string{"category_since"}) {
		if w.since, err = since(ctx, tx, ids, w.listed); err != nil {
			return w, err
		}
	}
	for _, level := range w.book.Levels(w.on) {
		w.levels[level.N] = level.Label
	}
	return w, nil
}

// needs tells whether a list has a column of some.
func needs(l rule.Ledger, fields []string) bool {
	return slices.ContainsFunc(l.Columns, func(c rule.Column) bool { return slices.Contains(fields, c.Field) })
}

var placed = []string{"region", "township", "residence"}

// opened are the fields that stand in the sealed part of a file.
var opened = []string{"idnumber", "no_idnumber", "ethnic", "hukou", "registered", "group", "address", "guardian", "guardian_relation", "guardian_idnumber", "guardian_phone",
	"caregiver", "caregiver_relation", "caregiver_phone", "delegate", "delegate_phone", "father", "father_state", "father_phone", "mother", "mother_state",
	"mother_phone", "away", "away_place", "away_since", "household", "siblings", "enrolment", "classroom", "boarding", "disability", "disability_grade",
	"disability_card", "illness", "health", "welfare", "remarks", "assigned", "assigned_phone"}

// writer writes the values of columns.
type writer struct {
	on       civil.Date
	book     *rule.Book
	dossiers map[ref.Child]child.Dossier
	names    map[string]string
	visited  map[ref.Child]civil.Date
	since    map[ref.Child]civil.Date // they came onto the list
	listed   []string                 // categories of the list
	labels   map[string]string
	levels   [child.MaxLevel + 1]string
}

// value writes a field of a file; what a file does not hold stays empty, for
// people to write on paper.
func (w writer) value(field string, c child.Child, d child.Dossier) string {
	if v, ok := w.open(field, c); ok {
		return v
	}
	if v, ok := person(field, d); ok {
		return v
	}
	switch field {
	case "idnumber":
		return d.Number
	case "no_idnumber":
		return child.LabelOf(child.NoNumberReasons, d.NoNumber)
	case "ethnic":
		return child.Ethnic(d.Ethnic)
	case "siblings":
		return siblings(d)
	case "hukou":
		return d.Household.Kind
	case "group":
		return d.Places.Residence.Group
	case "address":
		return d.Places.Residence.Text
	case "registered":
		return d.Places.Registered.Text
	case "away":
		return d.Family.Away
	case "away_place":
		return d.Family.AwayTo
	case "away_since":
		return d.Family.AwaySince.String()
	case "enrolment":
		return d.Schooling.State
	case "classroom":
		return d.Schooling.Class
	case "boarding":
		return map[bool]string{true: "是", false: "否"}[d.Schooling.Boards]
	case "disability", "disability_grade":
		return disability(field, d)
	case "disability_card":
		return d.Health.Certificate
	case "illness":
		return d.Health.Illness
	case "health":
		return d.Health.State
	case "welfare":
		return strings.Join(d.Welfare, "、")
	case "household":
		return count(len(d.People))
	case "remarks":
		return d.Remarks
	}
	return contact(field, d)
}

// open writes what stands in the open part of a file.
func (w writer) open(field string, c child.Child) (string, bool) {
	switch field {
	case "name":
		return c.Name, true
	case "sex":
		return c.Sex.Word(), true
	case "birth":
		return c.Birth.String(), true
	case "age":
		if age, known := c.Age(w.on); known {
			return strconv.Itoa(age), true
		}
		return "", true
	case "school":
		return c.School, true
	case "grade":
		return c.Grade, true
	case "region", "residence":
		return w.names[c.Region], true
	case "township":
		return w.names[c.Town+"000"], true
	case "categories":
		return w.categories(c), true
	case "level":
		if c.Level == 0 {
			return "未评估", true
		}
		return w.levels[c.Level], true
	case "level_since", "assessed":
		return c.Leveled.String(), true
	case "next_due":
		if c.Due == child.NoDue {
			return "", true
		}
		return c.Due, true
	case "last_visit":
		return w.visited[c.ID].String(), true
	case "category_since":
		return w.since[c.ID].String(), true
	case "status":
		return "在档", true
	}
	return "", false
}

func (w writer) categories(c child.Child) string {
	var words []string
	for _, id := range c.CategoryIDs() {
		if label := w.labels[id]; label != "" {
			words = append(words, label)
		}
	}
	return strings.Join(words, "、")
}

func disability(field string, d child.Dossier) string {
	var words []string
	for _, x := range d.Health.Disability {
		list, n := child.DisabilityKinds, x.Kind
		if field == "disability_grade" {
			list, n = child.DisabilityGrades, x.Grade
		}
		if n >= 1 && n <= len(list) {
			words = append(words, list[n-1])
		}
	}
	return strings.Join(words, "、")
}

func siblings(d child.Dossier) string {
	var names []string
	for _, p := range d.People {
		if slices.Contains(child.Siblings, p.Relation) {
			names = append(names, cmp.Or(p.Name, child.LabelOf(child.Relations, p.Relation)))
		}
	}
	return strings.Join(names, "、")
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n + 1) // and the child
}

// people finds who a field speaks of.
var people = map[string]func(d child.Dossier) (child.Person, bool){
	"guardian":  func(d child.Dossier) (child.Person, bool) { return first(d.Guardians()) },
	"caregiver": child.Dossier.Caregiver,
	"father":    func(d child.Dossier) (child.Person, bool) { return related(d, "51") },
	"mother":    func(d child.Dossier) (child.Person, bool) { return related(d, "52") },
	"delegate": func(d child.Dossier) (child.Person, bool) {
		return first(slices.DeleteFunc(slices.Clone(d.People), func(p child.Person) bool { return p.Delegation == nil }))
	},
}

func first(list []child.Person) (child.Person, bool) {
	if len(list) == 0 {
		return child.Person{}, false
	}
	return list[0], true
}

func related(d child.Dossier, relation string) (child.Person, bool) {
	return first(slices.DeleteFunc(slices.Clone(d.People), func(p child.Person) bool { return p.Relation != relation }))
}

// person writes a field that speaks of somebody around the child.
func person(field string, d child.Dossier) (string, bool) {
	who, what, _ := strings.Cut(field, "_")
	find, known := people[who]
	if !known {
		return "", false
	}
	p, _ := find(d)
	switch what {
	case "":
		return p.Warned(p.Name), true
	case "phone":
		return p.Warned(p.Phone), true
	case "idnumber":
		return p.Number, true
	case "relation":
		return child.LabelOf(child.Relations, p.Relation), true
	case "state":
		return strings.Join(p.Situation, "、"), true
	}
	return "", true
}

func contact(field string, d child.Dossier) string {
	if d.Contact == nil {
		return ""
	}
	switch field {
	case "assigned":
		return d.Contact.Name
	case "assigned_phone":
		return d.Contact.Phone
	}
	return ""
}

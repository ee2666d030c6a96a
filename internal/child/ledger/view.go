package ledger

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/idcard"
	"weibao/internal/rule"
)

// View is what is shown of a ledger and how: the whole of it stands in an
// address, and in a saved view.
type View struct {
	Ledger  string
	Filter  child.Filter // without After and Limit
	Sort    Sort
	Desc    bool
	Group   Group
	Columns []string // keys of fields; empty for the ledger's own
}

// Sort is the order of a list.
type Sort string

// The orders. By due, level and place a page costs the same anywhere in the
// list. The others read the whole of the list, so that they are offered for one
// village or school alone: an index for each would cost every import more than
// whoever looks for a name gains by it, who has the search.
const (
	ByDue    Sort = ""
	ByLevel  Sort = "level" // the highest first
	ByPlace  Sort = "place"
	ByName   Sort = "name"
	ByBirth  Sort = "birth"
	BySince  Sort = "since"
	BySchool Sort = "school"
)

// sortOf gives the order that fits a column.
var sortOf = map[string]Sort{"next_due": ByDue, "level": ByLevel, "region": ByPlace, "residence": ByPlace, "township": ByPlace,
	"name": ByName, "birth": ByBirth, "age": ByBirth, "level_since": BySince, "assessed": BySince, "school": BySchool}

// SortOf gives the order that fits a column, if there is one.
func SortOf(field string) (Sort, bool) {
	s, ok := sortOf[field]
	return s, ok
}

// column is where the value of a simple order stands; "" for those made of lists.
func (s Sort) column() string {
	return map[Sort]string{ByName: "c.name", ByBirth: "c.birth", BySince: "c.leveled", BySchool: "c.school"}[s]
}

// Turns tells whether an order can also run the other way round.
func (s Sort) Turns() bool { return s.column() != "" }

// Offered tells whether the list of a view can run in an order at a cost that
// does not grow with the county.
func (v View) Offered(s Sort, by access.Actor) bool {
	column, _, err := v.Filter.Within(by)
	return !s.Turns() || err == nil && (column == "region" || column == "unit")
}

// For gives the view as an actor may have it: in an order that is offered.
func (v View) For(by access.Actor) View {
	if !v.Offered(v.Sort, by) {
		v.Sort, v.Desc = ByDue, false
	}
	return v
}

// Label gives the word for an order.
func (s Sort) Label() string {
	return map[Sort]string{ByDue: "应办日期", ByLevel: "风险等级", ByPlace: "地方", ByName: "姓名", ByBirth: "出生日期", BySince: "等级确定日期", BySchool: "学校"}[s]
}

// Sorts lists the orders.
var Sorts = []Sort{ByDue, ByLevel, ByPlace, ByName, ByBirth, BySince, BySchool}

// Group is what a list is counted by.
type Group string

// The groupings.
const (
	ByNothing    Group = ""
	GroupPlace   Group = "place"
	GroupLevel   Group = "level"
	GroupKind    Group = "category"
	GroupAge     Group = "age"
	GroupSex     Group = "sex"
	maxViewName        = 20
	maxViewsEach       = 30
)

// Label gives the word for a grouping.
func (g Group) Label() string {
	return map[Group]string{GroupPlace: "地方", GroupLevel: "风险等级", GroupKind: "对象类别", GroupAge: "年龄段", GroupSex: "性别"}[g]
}

// Groups lists the groupings.
var Groups = []Group{GroupPlace, GroupLevel, GroupKind, GroupAge, GroupSex}

// Parse reads a view from an address; what it does not know is left out.
func Parse(q url.Values) View {
	v := View{Ledger: q.Get("ledger"), Desc: q.Get("desc") == "1", Filter: child.Filter{Region: q.Get("region"), Category: q.Get("category"), Level: child.AnyLevel}}
	if level, err := strconv.Atoi(q.Get("level")); err == nil && level >= 0 && level <= child.MaxLevel {
		v.Filter.Level = level
	}
	if sex := idcard.Sex(q.Get("sex")); sex == idcard.Male || sex == idcard.Female {
		v.Filter.Sex = sex
	}
	if band, err := strconv.Atoi(q.Get("age")); err == nil && child.BandLabel(band) != "" {
		v.Filter.Age = band + 1
	}
	if s := Sort(q.Get("sort")); slices.Contains(Sorts, s) {
		v.Sort = s
	}
	if g := Group(q.Get("group")); slices.Contains(Groups, g) {
		v.Group = g
	}
	v.Desc = v.Desc && v.Sort.Turns()
	for _, key := range strings.Split(q.Get("columns"), ",") {
		if Shows(key) && !slices.Contains(v.Columns, key) {
			v.Columns = append(v.Columns, key)
		}
	}
	return v
}

// Values writes the view as an address does.
func (v View) Values() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("ledger", v.Ledger)
	set("region", v.Filter.Region)
	set("category", v.Filter.Category)
	if v.Filter.Level != child.AnyLevel {
		set("level", strconv.Itoa(v.Filter.Level))
	}
	set("sex", string(v.Filter.Sex))
	if v.Filter.Age != 0 {
		set("age", strconv.Itoa(v.Filter.Age-1))
	}
	set("sort", string(v.Sort))
	if v.Desc {
		set("desc", "1")
	}
	set("group", string(v.Group))
	set("columns", strings.Join(v.Columns, ","))
	return q
}

// Order is how the list runs: grouped lists by what groups them.
func (v View) Order() Sort {
	switch v.Group {
	case GroupPlace:
		return ByPlace
	case GroupLevel:
		return ByLevel
	}
	return v.Sort
}

// Apply gives the ledger with the columns of the view.
func (v View) Apply(l rule.Ledger) rule.Ledger {
	if len(v.Columns) == 0 {
		return l
	}
	own := map[string]rule.Column{}
	for _, c := range l.Columns {
		own[c.Field] = c
	}
	l.Columns = nil
	for _, key := range v.Columns {
		c, there := own[key]
		if !there {
			c = rule.Column{Field: key}
		}
		l.Columns = append(l.Columns, c)
	}
	return l
}

// InOrder puts chosen columns in the order of the ledger, then of the county's
// papers; none where they are the ledger's own, so that a view follows it when
// the county changes it.
func InOrder(l rule.Ledger, keys []string) (out []string) {
	for _, c := range l.Columns {
		if slices.Contains(keys, c.Field) {
			out = append(out, c.Field)
		}
	}
	if len(out) == len(l.Columns) && len(out) == len(keys) {
		return nil
	}
	for _, f := range Fields() {
		if slices.Contains(keys, f.Key) && !slices.Contains(out, f.Key) {
			out = append(out, f.Key)
		}
	}
	return out
}

// penned are columns that no file holds: their cells are for the pen.
var penned = []string{"needs", "measures"}

// Shows tells whether lists can show a field.
func Shows(field string) bool {
	if _, known := rule.DossierField(field); !known {
		return false
	}
	_, isOpen := (writer{}).open(field, child.Child{Due: child.NoDue})
	return isOpen || slices.Contains(opened, field) || field == "serial" || slices.Contains(penned, field)
}

// Fields lists what lists can show, in the order of the county's papers.
func Fields() []rule.Field {
	return slices.DeleteFunc(rule.DossierFields(), func(f rule.Field) bool { return !Shows(f.Key) })
}

// GroupOf gives the group under whose heading a list shows a file; "" where
// the list is not in the order of its groups.
func GroupOf(v View, c child.Child) string {
	switch v.Group {
	case GroupLevel:
		return strconv.Itoa(c.Level)
	case GroupPlace:
		if len(access.Prefix(v.Filter.Region)) == 6 {
			return c.Town + "000"
		}
		return c.Region
	}
	return ""
}

// Narrow brings a view to one of its groups.
func (v *View) Narrow(key string) {
	switch v.Group {
	case GroupPlace:
		v.Filter.Region = key
	case GroupLevel:
		v.Filter.Level, _ = strconv.Atoi(key)
	case GroupKind:
		v.Filter.Category = key
	case GroupAge:
		band, _ := strconv.Atoi(key)
		v.Filter.Age = band + 1
	case GroupSex:
		v.Filter.Sex = idcard.Sex(key)
	}
	v.Group = ByNothing
}

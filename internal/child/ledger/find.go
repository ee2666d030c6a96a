package ledger

import (
	"context"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
)

// Find gives a page of a view's list in the actor's scope: what follows a file,
// or with the zero id the first.
func (k *Desk) Find(ctx context.Context, tx *db.Tx, by access.Actor, v View, after ref.Child, limit int) ([]child.Child, error) {
	if err := by.Require("child.list"); err != nil {
		return nil, err
	}
	v = v.For(by)
	f := v.Filter
	f.After, f.Limit = child.Key{}, limit
	var last child.Child
	if after != 0 {
		// Only its place in the order is read, so the file may have left the scope meanwhile.
		var err error
		if last, err = k.Cabinet.Get(ctx, tx, access.Program, after); err != nil {
			return nil, err
		}
	}
	switch v.Order() {
	case ByLevel:
		return k.byLevel(ctx, tx, by, f, last)
	case ByPlace:
		return k.byPlace(ctx, tx, by, f, last)
	case ByDue:
		if after != 0 {
			f.After = child.KeyOf(last)
		}
		return k.Cabinet.List(ctx, tx, by, f)
	}
	column, value, err := f.Within(by)
	if err != nil {
		return nil, err
	}
	rows, err := sorted(ctx, tx, f, column, value, v, last)
	return slices.DeleteFunc(rows, func(c child.Child) bool { return !c.Sees(by) }), err
}

// byLevel lists the highest level first, each by due.
func (k *Desk) byLevel(ctx context.Context, tx *db.Tx, by access.Actor, f child.Filter, last child.Child) ([]child.Child, error) {
	if f.Level != child.AnyLevel {
		if last.ID != 0 {
			f.After = child.KeyOf(last)
		}
		return k.Cabinet.List(ctx, tx, by, f)
	}
	from := child.MaxLevel
	if last.ID != 0 {
		from, f.After = last.Level, child.KeyOf(last)
	}
	var out []child.Child
	want := f.Limit
	for f.Level = from; f.Level >= 0 && len(out) < want; f.Level-- {
		f.Limit = want - len(out)
		rows, err := k.Cabinet.List(ctx, tx, by, f)
		if err != nil {
			return nil, err
		}
		out, f.After = append(out, rows...), child.Key{}
	}
	return out, nil
}

// byPlace lists village by village, each by due.
func (k *Desk) byPlace(ctx context.Context, tx *db.Tx, by access.Actor, f child.Filter, last child.Child) ([]child.Child, error) {
	column, value, err := f.Within(by)
	if err != nil {
		return nil, err
	}
	if column == "unit" || column == "region" {
		return k.byColumn(ctx, tx, by, f, column, value, last)
	}
	region, want := last.Region, f.Limit
	if last.ID != 0 {
		f.After = child.KeyOf(last)
	}
	var out []child.Child
	for len(out) < want {
		if region == "" || f.After == (child.Key{}) {
			next, there, err := nextRegion(ctx, tx, value.(string), region)
			if err != nil || !there {
				return out, err
			}
			region = next
		}
		f.Region, f.Limit = region, want-len(out)
		rows, err := k.Cabinet.List(ctx, tx, by, f)
		if err != nil {
			return nil, err
		}
		out, f.After = append(out, rows...), child.Key{}
	}
	return out, nil
}

// byColumn orders by place where all are of one place, or of a school.
func (k *Desk) byColumn(ctx context.Context, tx *db.Tx, by access.Actor, f child.Filter, column string, value any, last child.Child) ([]child.Child, error) {
	if column == "region" {
		if last.ID != 0 {
			f.After = child.KeyOf(last)
		}
		return k.Cabinet.List(ctx, tx, by, f)
	}
	return sorted(ctx, tx, f, column, value, View{Sort: ByPlace}, last)
}

// Count gives the number of files of a view: that of the lines of its list.
func (k *Desk) Count(ctx context.Context, tx *db.Tx, by access.Actor, v View) (int64, error) {
	if err := by.Require("child.list"); err != nil {
		return 0, err
	}
	column, value, err := v.Filter.Within(by)
	if err != nil {
		return 0, err
	}
	return number(ctx, tx, v.Filter, column, value)
}

// Tally is the number of a group.
type Tally struct {
	Key   string // region, level, category, band or sex
	Label string
	N     int64
}

// Tallies counts a view's list by its groups, from the kept numbers; a school's
// list, which has none, is not counted.
func (k *Desk) Tallies(ctx context.Context, tx *db.Tx, by access.Actor, v View, below []string) ([]Tally, error) {
	column, _, err := v.Filter.Within(by)
	if err != nil || column == "unit" || v.Group == ByNothing {
		return nil, err
	}
	if v.Group == GroupPlace {
		return k.byRegion(ctx, tx, by, v, below)
	}
	region := v.Filter.Region
	if region == "" {
		region = by.Scope().Region
	}
	cells, err := k.Cabinet.Cells(ctx, tx, by, []string{region})
	if err != nil {
		return nil, err
	}
	sums := map[string]int64{}
	for _, c := range cells {
		if v.holds(c) {
			sums[v.Group.keyOf(c)] += c.N
		}
	}
	return k.named(v, civil.DateOf(tx.Now.Time()), sums), nil
}

// holds tells whether a kept number counts for a view; grouped by category it
// counts those of each category.
func (v View) holds(c child.Cell) bool {
	f := v.Filter
	if v.Group == GroupKind {
		if c.Category == "" || f.Category != "" && c.Category != f.Category {
			return false
		}
	} else if c.Category != f.Category {
		return false
	}
	return (f.Level == child.AnyLevel || c.Level == f.Level) && (f.Sex == "" || c.Sex == f.Sex) && (f.Age == 0 || c.Band == f.Age-1)
}

func (g Group) keyOf(c child.Cell) string {
	switch g {
	case GroupLevel:
		return strconv.Itoa(c.Level)
	case GroupKind:
		return c.Category
	case GroupAge:
		return strconv.Itoa(c.Band)
	}
	return string(c.Sex)
}

// named puts the sums in the order of screens and gives them their words.
func (k *Desk) named(v View, on civil.Date, sums map[string]int64) (out []Tally) {
	add := func(key, label string) {
		if n := sums[key]; n > 0 {
			out = append(out, Tally{key, label, n})
		}
	}
	book := k.Cabinet.Book()
	switch v.Group {
	case GroupLevel:
		levels := book.Levels(on)
		for i := len(levels) - 1; i >= 0; i-- {
			add(strconv.Itoa(levels[i].N), levels[i].Label)
		}
		add("0", "未评估")
	case GroupKind:
		for _, c := range Shown(book, on) {
			add(c.ID, c.Label)
		}
	case GroupAge:
		for _, b := range child.Bands {
			add(strconv.Itoa(b.Band), b.Label)
		}
		add(strconv.Itoa(child.UnknownBand), child.BandLabel(child.UnknownBand))
	case GroupSex:
		for _, s := range []idcard.Sex{idcard.Male, idcard.Female} {
			add(string(s), s.Word())
		}
		rest := int64(0)
		for key, n := range sums {
			if key != string(idcard.Male) && key != string(idcard.Female) {
				rest += n
			}
		}
		if rest > 0 {
			out = append(out, Tally{"", "性别不详", rest})
		}
	}
	return out
}

func (k *Desk) byRegion(ctx context.Context, tx *db.Tx, by access.Actor, v View, below []string) (out []Tally, err error) {
	names, err := k.Names(ctx, tx, below)
	if err != nil {
		return nil, err
	}
	for _, code := range below {
		v.Filter.Region = code
		n, err := k.Count(ctx, tx, by, v)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, Tally{code, names[code], n})
		}
	}
	return out, nil
}

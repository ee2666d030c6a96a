package org

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
)

// Loaded tells what LoadCounty added.
type Loaded struct {
	Units   int // from the pack
	Places  int // townships and villages that the pack does not name
	Aliases int
	Office  string // who runs the office
}

// LoadCounty brings in the units of a county's pack, and a unit for each
// township and village that the pack does not name. Done again it adds what
// is new in the pack and leaves alone what people have changed. An
// installation of another county is refused. Commands call it.
func LoadCounty(ctx context.Context, tx *db.Tx, by access.Actor, book *rule.Book) (Loaded, error) {
	c := book.County()
	if err := claim(ctx, tx, c); err != nil {
		return Loaded{}, err
	}
	l := loading{by: by, book: book}
	if err := l.known(ctx, tx); err != nil {
		return Loaded{}, err
	}
	l.fromPack(tx)
	if err := l.fromRegions(ctx, tx); err != nil {
		return Loaded{}, err
	}
	l.linkUp()
	l.chooseOffice(tx)
	if err := l.store(ctx, tx); err != nil {
		return Loaded{}, err
	}
	tx.Notify(Topic, c.Region)
	err := audit.Write(ctx, tx, by, "org.edit", "org_county", ref.Unit(0),
		map[string]any{"county": c.Name, "units": l.done.Units, "places": l.done.Places, "aliases": l.done.Aliases})
	return l.done, err
}

// claim binds an empty installation to the county and refuses one of another.
func claim(ctx context.Context, tx *db.Tx, c rule.County) error {
	if c.Region == "" {
		return errs.New(errs.Invalid, "全国通用规则不是县规则包，请写明县规则包的名称。")
	}
	here, installed, err := county(ctx, tx)
	if err != nil {
		return err
	}
	if installed {
		if here.Region != c.Region {
			return errs.Newf(errs.Conflict, "本系统已为“%s”建立，不能再载入“%s”。请另建数据目录。", here.Title, c.Title)
		}
		return nil
	}
	n, err := countUnits(ctx, tx)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.Newf(errs.Conflict, "本系统已有%d个单位，不是空系统，不能载入“%s”。请另建数据目录。", n, c.Title)
	}
	return insertCounty(ctx, tx, County{Region: c.Region, Name: c.Name, Title: c.Title, Tier: c.Tier, At: tx.Now})
}

// loading gathers the units to be added before any is stored, since they
// point at each other.
type loading struct {
	by      access.Actor
	book    *rule.Book
	codes   map[string]ref.Unit // of all units, also those to be added
	seats   map[string]ref.Unit // division → the unit that governs it
	offices bool
	fresh   []Unit
	above   map[ref.Unit]string // unit to be added → code of its superior
	aliases []Alias
	done    Loaded
}

// governs tells whether a unit of the kind stands for its division.
func governs(k Kind) bool {
	return k == rule.Government || k == rule.District || k == rule.Township || k == rule.Village
}

func (l *loading) known(ctx context.Context, tx *db.Tx) error {
	var err error
	if l.codes, err = codes(ctx, tx); err != nil {
		return err
	}
	units, err := allActive(ctx, tx)
	l.seats, l.above = map[string]ref.Unit{}, map[ref.Unit]string{}
	for _, u := range units {
		l.seat(u)
		l.offices = l.offices || u.Office
	}
	return err
}

func (l *loading) seat(u Unit) {
	if _, taken := l.seats[u.Region]; governs(u.Kind) && !taken {
		l.seats[u.Region] = u.ID
	}
}

func (l *loading) fromPack(tx *db.Tx) {
	units := l.book.Units(today(tx))
	slices.SortStableFunc(units, func(a, b rule.Unit) int { return rankOf(a.Kind) - rankOf(b.Kind) }) // lists follow the order of ids
	for _, p := range units {
		id, known := l.codes[p.Key]
		if !known {
			u := Unit{ID: ref.New[ref.Unit](tx.Now.Time()), Code: p.Key, Name: written.Replace(p.Name), ShortName: written.Replace(p.Call()), Kind: p.Kind,
				Covers: strings.Join(p.Covers, " "), Members: groupJSON(p), Status: Active, Source: FromPack}
			u = place(u, cmp.Or(p.Region, l.book.County().Region))
			u.Search = searchKey(u, p.Aliases)
			l.add(u, p.Superior)
			l.done.Units++
			id = u.ID
		}
		for _, a := range p.Aliases {
			if folded := pinyin.Fold(a); folded != "" {
				l.aliases = append(l.aliases, Alias{id, folded, a})
			}
		}
	}
}

// rankOf is where a kind stands in lists.
func rankOf(k Kind) int {
	return slices.IndexFunc(Kinds, func(info KindInfo) bool { return info.Kind == k })
}

// written brings brackets to the form in which screens and documents show
// them; resolving folds both forms.
var written = strings.NewReplacer("(", "\uff08", ")", "\uff09")

func (l *loading) add(u Unit, superior string) {
	l.fresh, l.codes[u.Code] = append(l.fresh, u), u.ID
	l.above[u.ID] = superior
	l.seat(u)
}

func groupJSON(p rule.Unit) string {
	if p.Kind != rule.Group {
		return ""
	}
	b, err := json.Marshal(p.Members)
	if err != nil {
		return ""
	}
	return string(b)
}

// fromRegions adds a unit for each township and village that has none.
func (l *loading) fromRegions(ctx context.Context, tx *db.Tx) error {
	all, err := region.Under(ctx, tx, l.book.County().Region)
	if err != nil {
		return err
	}
	for _, r := range all {
		if _, taken := l.seats[r.Code]; taken || r.Level < region.Township {
			continue
		}
		kind, code := rule.Township, "township."+r.Town
		if r.Level == region.Village {
			kind, code = rule.Village, "village."+r.Code
		}
		if _, known := l.codes[code]; known {
			continue
		}
		u := place(Unit{ID: ref.New[ref.Unit](tx.Now.Time()), Code: code, Name: seatName(r), ShortName: r.ShortName, Kind: kind,
			Status: Active, Source: FromRegion}, r.Code)
		u.Search = searchKey(u, nil)
		l.add(u, "")
		l.done.Places++
	}
	return nil
}

// seatName is what the authority of a division is called.
func seatName(r region.Region) string {
	switch r.Kind {
	case region.Street:
		return r.Name + "办事处"
	case region.Town, region.Rural:
		return r.Name + "人民政府"
	}
	return r.Name
}

// linkUp gives each new unit the one above it: as the pack says, else whoever
// governs the division or the one above it.
func (l *loading) linkUp() {
	for i, u := range l.fresh {
		switch code := l.above[u.ID]; {
		case code != "":
			l.fresh[i].Superior = l.codes[code]
		case u.Collective():
		case governs(u.Kind):
			l.fresh[i].Superior = l.seatAbove(u.Region)
		default:
			l.fresh[i].Superior = cmp.Or(l.seats[u.Region], l.seatAbove(u.Region))
		}
	}
}

func (l *loading) seatAbove(code string) ref.Unit {
	prefix := access.Prefix(code)
	for _, n := range []int{9, 6, 4} {
		if n < len(prefix) {
			if id := l.seats[prefix[:n]+strings.Repeat("0", 12-n)]; id != 0 {
				return id
			}
		}
	}
	return 0
}

// chooseOffice marks who runs the office: a unit of that kind, else the one
// that the pack's terms name, else the county's own government.
func (l *loading) chooseOffice(tx *db.Tx) {
	chosen := ref.Unit(0)
	for i, u := range l.fresh {
		if u.Kind == rule.Office {
			l.fresh[i].Office, l.offices = true, true
			l.done.Office = u.Call()
		}
	}
	if l.offices {
		return
	}
	names := l.book.Names(today(tx))
	for _, id := range []string{"office", "office-short"} {
		if t, ok := l.book.Term(id, today(tx)); ok && chosen == 0 {
			chosen = l.codes[names.Resolve(t.Text).Key]
		}
	}
	chosen = cmp.Or(chosen, l.seats[l.book.County().Region])
	for i, u := range l.fresh {
		if u.ID == chosen {
			l.fresh[i].Office, l.done.Office = true, u.Call()
		}
	}
}

func (l *loading) store(ctx context.Context, tx *db.Tx) error {
	if len(l.fresh) > 0 {
		if err := insert(ctx, tx, l.fresh); err != nil {
			return err
		}
	}
	touched := map[ref.Unit]bool{}
	for _, a := range l.aliases {
		added, err := addAlias(ctx, tx, a)
		if err != nil {
			return err
		}
		if added {
			l.done.Aliases++
			touched[a.Unit] = true
		}
	}
	for _, u := range l.fresh {
		delete(touched, u.ID) // these were stored with their aliases
	}
	for id := range touched {
		if err := renew(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// renew makes the search column of a unit anew.
func renew(ctx context.Context, tx *db.Tx, id ref.Unit) error {
	u, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	aliases, err := aliasesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	u.Search = searchKey(u, aliases)
	return setSearch(ctx, tx, u)
}

// SeatOf gives the unit that governs a division, if there is one.
func SeatOf(ctx context.Context, tx *db.Tx, code string) (Unit, bool, error) {
	return seatOf(ctx, tx, code)
}

// Rehome gives units that stand in a division which is no longer in force the
// one in its place. The flow that follows changes of divisions calls it.
func Rehome(ctx context.Context, tx *db.Tx, by access.Actor, was, now string) error {
	n, err := setRegion(ctx, tx, was, place(Unit{}, now))
	if err != nil || n == 0 {
		return err
	}
	tx.Notify(Topic, now)
	return audit.Write(ctx, tx, by, "region.edit", "org_unit", ref.Unit(0), map[string]any{"from": was, "to": now, "units": n})
}

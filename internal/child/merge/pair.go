package merge

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/merge/match"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// PairState says what became of two files that looked alike.
type PairState string

// The states of a pair.
const (
	Found     PairState = "found"
	Different PairState = "different" // a person said that they are two children
	Merged    PairState = "merged"
)

// Pair is two files that may be those of one child 「疑似重复」.
type Pair struct {
	A, B        ref.Child
	Score       int
	Reasons     string
	State       PairState
	Found       clock.Instant
	Decided     clock.Instant
	DecidedBy   ref.User
	DecidedName string
	UnitA       ref.Unit
	RegionA     string
	TownA       string
	CountyA     string
	UnitB       ref.Unit
	RegionB     string
	TownB       string
	CountyB     string
}

// Why lists the reasons of a pair.
func (p Pair) Why() []match.Reason {
	var out []match.Reason
	for key := range strings.FieldsSeq(p.Reasons) {
		out = append(out, match.Reason(key))
	}
	return out
}

// PairKey is a place in the list of pairs.
type PairKey struct {
	Score int
	A, B  ref.Child
}

// KeyOfPair gives the page key of a pair.
func KeyOfPair(p Pair) PairKey { return PairKey{p.Score, p.A, p.B} }

// Pairs lists the pairs of which the actor sees both files and about which
// nobody has decided, the most alike first.
func Pairs(ctx context.Context, tx *db.Tx, by access.Actor, after PairKey, limit int) ([]Pair, error) {
	if err := by.Require("child.match"); err != nil {
		return nil, err
	}
	return pairs(ctx, tx, by, after, limit)
}

// Abroad lists the pairs of which a county's officer sees one file and the
// other lies in another county. Of the other he learns only that county.
func Abroad(ctx context.Context, tx *db.Tx, by access.Actor, limit int) ([]Pair, error) {
	if err := by.Require("child.match"); err != nil {
		return nil, err
	}
	if by.Post.Role != access.Officer {
		return nil, nil
	}
	list, err := abroad(ctx, tx, by, limit)
	for i, p := range list {
		if !by.Scope().Sees(p.UnitA, p.RegionA) {
			p = p.turned()
		}
		p.B, p.UnitB, p.RegionB, p.TownB = 0, 0, p.CountyB+"000000", ""
		list[i] = p
	}
	return list, err
}

func (p Pair) turned() Pair {
	p.A, p.UnitA, p.RegionA, p.TownA, p.CountyA, p.B, p.UnitB, p.RegionB, p.TownB, p.CountyB = p.B, p.UnitB, p.RegionB, p.TownB, p.CountyB, p.A, p.UnitA, p.RegionA, p.TownA, p.CountyA
	return p
}

// PairOf gives the pair of two files that the actor sees; files that nobody
// matched may be compared all the same.
func PairOf(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, a, b ref.Child) (Pair, [2]child.File, error) {
	if err := by.Require("child.match"); err != nil {
		return Pair{}, [2]child.File{}, err
	}
	var files [2]child.File
	if a == b {
		return Pair{}, files, errs.Missing()
	}
	for i, id := range []ref.Child{min(a, b), max(a, b)} {
		row, err := c.Get(ctx, tx, by, id)
		if err != nil {
			return Pair{}, files, err
		}
		papers, err := c.Dossiers(ctx, tx, by, []ref.Child{id})
		if err != nil {
			return Pair{}, files, err
		}
		files[i] = child.File{Child: row, Dossier: papers[id], Revealed: true}
	}
	p, known, err := pairOf(ctx, tx, files[0].ID, files[1].ID)
	if err == nil && !known {
		p, _ = Likeness(files[0], files[1], tx.Now)
	}
	return p, files, err
}

// Differ remembers that two files are those of two children 「不是同一人」.
func Differ(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, a, b ref.Child) error {
	if err := by.Require("child.merge"); err != nil {
		return err
	}
	p, files, err := PairOf(ctx, tx, c, by, a, b)
	if err != nil {
		return err
	}
	if files[0].State != child.Open || files[1].State != child.Open {
		return errs.New(errs.Conflict, "其中一份档案已结或已经合并，不必再判断。")
	}
	if p.State == Different {
		return nil
	}
	p.State, p.Decided, p.DecidedBy, p.DecidedName = Different, tx.Now, by.User, by.Name
	if err := putPair(ctx, tx, p); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.match", "child", p.A, map[string]any{"different": p.B, "score": p.Score})
}

// Likeness judges two files and gives them as a pair, the older one first, and
// whether a person should look at it.
func Likeness(a, b child.File, now clock.Instant) (Pair, bool) {
	if b.ID < a.ID {
		a, b = b, a
	}
	s := match.Compare(card(a), card(b))
	words := make([]string, len(s.Reasons))
	for i, r := range s.Reasons {
		words[i] = string(r)
	}
	return Pair{A: a.ID, B: b.ID, Score: s.Points, Reasons: strings.Join(words, " "), State: Found, Found: now,
		UnitA: a.Unit, RegionA: a.Region, TownA: a.Town, CountyA: a.County, UnitB: b.Unit, RegionB: b.Region, TownB: b.Town, CountyB: b.County}, s.Likely()
}

// card gives what matching looks at in a file.
func card(f child.File) match.Card {
	d := f.Dossier
	m := match.Card{ID: f.ID, Name: f.Name, Sex: f.Sex, Birth: f.Birth, Guessed: f.Guessed != 0, Region: f.Region,
		Registered: d.Places.Registered.Region, School: f.School, Number: d.Number, Phone: d.Phone}
	for _, p := range d.Papers {
		m.Papers = append(m.Papers, p.Number)
	}
	for _, p := range d.People {
		switch {
		case p.Child != 0 || sibling(p.Relation):
			m.Siblings = append(m.Siblings, match.Sibling{Name: p.Name, Child: p.Child})
		default:
			m.Adults = append(m.Adults, match.Adult{Name: p.Name, Phone: p.Phone})
		}
	}
	return m
}

// siblings are the codes of brothers and sisters of GB/T 4761, without those by marriage.
var siblings = []string{"71", "73", "75", "77", "79"}

func sibling(relation string) bool { return slices.Contains(siblings, relation) }

package task

import "weibao/internal/ref"

// Register is the units of a county as the desk needs them. It does not change.
type Register struct {
	Units   []Unit
	Resolve func(name string) Match
	byID    map[ref.Unit]int
}

// Unit is a unit that can be named as an owner.
type Unit struct {
	ID      ref.Unit
	Name    string // as lists call it
	Region  string
	Keys    string // pinyin initials and aliases, for searching
	Kind    string
	Group   bool       // a word for several units: 各乡镇
	Members []ref.Unit // of a group
}

// Match is the answer to a name: one unit, or candidates among which a person chooses.
type Match struct {
	Unit       ref.Unit
	Candidates []ref.Unit
}

// NewRegister makes a register of units and a way to find them by name.
func NewRegister(units []Unit, resolve func(string) Match) *Register {
	r := &Register{Units: units, Resolve: resolve, byID: make(map[ref.Unit]int, len(units))}
	for i, u := range units {
		r.byID[u.ID] = i
	}
	return r
}

// Unit gives a unit by id.
func (r *Register) Unit(id ref.Unit) (Unit, bool) {
	i, ok := r.byID[id]
	if !ok {
		return Unit{}, false
	}
	return r.Units[i], true
}

// Name gives the name of a unit, or what stands in for it.
func (r *Register) Name(id ref.Unit) string {
	if u, ok := r.Unit(id); ok {
		return u.Name
	}
	return "已撤并单位"
}

// Members gives the units who are meant by a unit: itself, or the members of a group.
func (r *Register) Members(id ref.Unit) []ref.Unit {
	if u, ok := r.Unit(id); ok && u.Group {
		return u.Members
	}
	return []ref.Unit{id}
}

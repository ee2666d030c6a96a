package rule

import (
	"cmp"
	"slices"

	"weibao/internal/civil"
	"weibao/internal/rule/special"
)

type listing struct{ specials shelf[special.List] }

// SpecialList gives a special list with its duties and proofs.
func (b *Book) SpecialList(k special.Kind, on civil.Date) (special.List, bool) {
	return b.specials.at(string(k), on)
}

// SpecialLists gives every special list.
func (b *Book) SpecialLists(on civil.Date) []special.List { return b.specials.all(on) }

// listDuties gives what the lists make somebody do on which a child in these categories stands.
func (b *Book) listDuties(categories []string, on civil.Date) (out []Care) {
	for _, l := range b.SpecialLists(on) {
		its := b.SpecialCategories(l.ID, on)
		if !l.Secret && slices.ContainsFunc(categories, func(id string) bool { return slices.Contains(its, id) }) {
			out = append(out, StepCares(l, b.withCodes(categories, on))...)
		}
	}
	return out
}

// StepCares writes the steps of a list as care for a child with these national codes.
func StepCares(l special.List, codes []string) (out []Care) {
	for _, s := range l.Steps {
		if !special.For(s.Categories, codes) {
			continue
		}
		c := Care{Kind: CareKind(l.KindOf(s)), Within: Span(s.Within), Every: s.Every, Times: s.Times, Who: s.Who, Label: s.Label,
			Status: Status(cmp.Or(s.Status, l.Status)), List: l.ID, Proves: s.Proves}
		if before, ok := l.Step(s.After); ok {
			c.After = CareKind(l.KindOf(before))
		}
		out = append(out, c)
	}
	return out
}

package match

import (
	"slices"

	"weibao/internal/pinyin"
)

func phone(a, b Card) Reason {
	others := phones(b)
	if slices.ContainsFunc(phones(a), func(p string) bool { return slices.Contains(others, p) }) {
		return "phone.equal"
	}
	return ""
}

func phones(c Card) []string {
	var out []string
	if c.Phone != "" {
		out = append(out, c.Phone)
	}
	for _, p := range c.Adults {
		if p.Phone != "" {
			out = append(out, p.Phone)
		}
	}
	return out
}

func adult(a, b Card) Reason {
	mine, others := adults(a), adults(b)
	switch {
	case len(mine) == 0 || len(others) == 0:
		return ""
	case meet(mine, others):
		return "adult.equal"
	}
	for _, x := range mine {
		for _, y := range others {
			if like(x, y) != "" {
				return "adult.homophone"
			}
		}
	}
	return "adult.different"
}

func adults(c Card) []string {
	var out []string
	for _, p := range c.Adults {
		if name := pinyin.Fold(p.Name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// sibling tells whether two cards name each other, or a brother or sister of both.
func sibling(a, b Card) Reason {
	if lists(a, b) || lists(b, a) {
		return "sibling.listed"
	}
	if meet(siblings(a), siblings(b)) {
		return "sibling.shared"
	}
	return ""
}

// lists tells whether a file names the other as brother or sister. The same
// name alone does not: two files of one child may name the same siblings.
func lists(a, b Card) bool {
	return slices.ContainsFunc(a.Siblings, func(s Sibling) bool {
		if s.Child != 0 && s.Child == b.ID {
			return true
		}
		return s.Name != "" && pinyin.Fold(s.Name) == pinyin.Fold(b.Name) && pinyin.Fold(a.Name) != pinyin.Fold(b.Name)
	})
}

func siblings(c Card) []string {
	var out []string
	for _, s := range c.Siblings {
		if name := pinyin.Fold(s.Name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

package rule

import (
	"slices"
	"strconv"

	"weibao/internal/civil"
	"weibao/internal/rule/special"
)

// Category is a group of children whom a norm names. Conditions of one list must all hold.
type Category struct {
	ID, Label string
	Codes     []string     // the national categories behind it, the nearest first; empty for a national one
	When      []Condition  `yaml:"-"` // stands for Entry and Propose where they are not written
	Entry     []Condition  `yaml:"-"` // without which nobody may be entered; empty leaves it to a person
	Propose   []Condition  `yaml:"-"` // with which the system proposes to enter; empty where only a person can tell
	Exit      []Condition  `yaml:"-"` // with which the system proposes the end
	Until     int          // age at which the end is proposed, 0 where it has none of its own
	Evidence  []string     // what proves it: 残疾人证, 判决书 …
	Group     special.Kind // the special list to which it belongs, empty for none
	Class     Class        // who may know that a child belongs to it
	Source    Source
	Status    Status
	Verified  bool
}

// Class says how closely data is kept.
type Class string

// The classes of data, each closer than the one before.
const (
	Open    Class = "open"    // may stand on a screen of anybody who works here
	Work    Class = "work"    // for those whose work it is
	Private Class = "private" // masked until it is revealed
	Secret  Class = "secret"  // by approval only: 心理、涉罪、受侵害
)

var classLabels = map[Class]string{Open: "公开", Work: "工作信息", Private: "敏感信息", Secret: "保密信息"}

// Apart tells whether who belongs to a category is kept apart from the files, in the register of its secret list.
func (c Category) Apart() bool { return c.Class == Secret && c.Group != "" }

// Label is the word for a class.
func (c Class) Label() string { return classLabels[c] }

// Verdict says whether a rule holds and which of its conditions did.
type Verdict struct {
	Held       bool
	Conditions []Held
}

// Held is the answer to one condition.
type Held struct {
	Text string
	Held bool
}

// Judge tells whether the system proposes to enter a child, condition by condition, so that a page can say which ones
// held. A category without conditions is never held by rule: only a person can tell.
func (c Category) Judge(f Facts) (Verdict, error) { return judge(c.Proposing(), f, false) }

// MayEnter tells whether a person may enter a child; without conditions anybody may be entered.
func (c Category) MayEnter(f Facts) (Verdict, error) { return judge(c.Entering(), f, true) }

// Ends tells whether the system proposes the end: at the age of Until, or when all conditions of Exit hold.
func (c Category) Ends(f Facts) (Verdict, error) {
	v, err := judge(c.Exit, f, false)
	if err != nil || c.Until == 0 {
		return v, err
	}
	aged := f.Age >= c.Until
	v.Conditions = append(v.Conditions, Held{Text: "年龄 >= " + strconv.Itoa(c.Until), Held: aged})
	v.Held = v.Held || aged
	return v, nil
}

// Proposing gives the conditions under which the system proposes to enter a child.
func (c Category) Proposing() []Condition { return firstOf(c.Propose, c.When) }

// Entering gives the conditions without which a child may not be entered.
func (c Category) Entering() []Condition { return firstOf(c.Entry, c.When) }

func firstOf(own, common []Condition) []Condition {
	if len(own) > 0 {
		return own
	}
	return common
}

// judge evaluates conditions one by one; empty is the answer where there are none.
func judge(conditions []Condition, f Facts, empty bool) (Verdict, error) {
	v := Verdict{Held: len(conditions) > 0 || empty}
	for _, cond := range conditions {
		held, err := cond.Holds(f)
		if err != nil {
			return Verdict{}, err
		}
		v.Held = v.Held && held
		v.Conditions = append(v.Conditions, Held{Text: cond.Text, Held: held})
	}
	return v, nil
}

// Category gives a category of children by id.
func (b *Book) Category(id string, on civil.Date) (Category, bool) {
	c, ok := b.categories.at(id, on)
	if !ok {
		return Category{}, false
	}
	return b.inherit(c, on), true
}

// Categories gives every category of children, the national ones before those of the county.
func (b *Book) Categories(on civil.Date) []Category {
	list := b.categories.all(on)
	for i := range list {
		list[i] = b.inherit(list[i], on)
	}
	return list
}

// OwnCategories gives the categories as the county's own paper lists them; empty where it lists none.
func (b *Book) OwnCategories(on civil.Date) []Category {
	var list []Category
	for _, id := range b.categories.order {
		if c, ok := b.categories.own(id, on); ok {
			list = append(list, b.inherit(c, on))
		}
	}
	return list
}

// PickCategories gives what a person chooses from: the county's own list, then the national ones which no category of
// that list covers; without those that are kept apart.
func (b *Book) PickCategories(on civil.Date) []Category {
	list := b.OwnCategories(on)
	covered := map[string]bool{}
	for _, c := range list {
		covered[c.ID] = true
		for _, code := range c.Codes {
			covered[code] = true
		}
	}
	for _, c := range b.Categories(on) {
		if !covered[c.ID] {
			list = append(list, c)
		}
	}
	return slices.DeleteFunc(list, Category.Apart)
}

// SpecialCategories gives the ids of the categories that belong to a special list.
func (b *Book) SpecialCategories(s special.Kind, on civil.Date) []string {
	var list []string
	for _, c := range b.Categories(on) {
		if c.Group == s {
			list = append(list, c.ID)
		}
	}
	return list
}

// CategoryLabels gives the labels of categories by id, in their order; an id that nobody knows has none.
func (b *Book) CategoryLabels(ids []string, on civil.Date) []string {
	var list []string
	for _, id := range ids {
		if c, ok := b.categories.at(id, on); ok {
			list = append(list, c.Label)
		}
	}
	return list
}

// CategoryFacts gives what stands in Facts.Categories for a child in these categories: ids, labels, and the same of
// the national categories behind them.
func (b *Book) CategoryFacts(categories []string, on civil.Date) []string {
	var list []string
	for _, id := range b.withCodes(categories, on) {
		list = append(list, id)
		if c, ok := b.categories.at(id, on); ok {
			list = append(list, c.Label)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// withCodes adds the national codes that stand behind categories.
func (b *Book) withCodes(categories []string, on civil.Date) []string {
	held := slices.Clone(categories)
	for _, id := range categories {
		if c, ok := b.categories.at(id, on); ok {
			held = append(held, c.Codes...)
		}
	}
	return held
}

// inherit completes a county's category by the national ones behind it: list, class and age by the nearest, and the
// conditions where there is but one and the county wrote none.
func (b *Book) inherit(c Category, on civil.Date) Category {
	if len(c.Codes) > 0 {
		n := b.behind(c.Codes[0], on)
		if c.Group == "" {
			c.Group = n.Group
		}
		if c.Class == "" {
			c.Class = n.Class
		}
		if c.Until == 0 {
			c.Until = n.Until
		}
		bare := len(c.When) == 0 && len(c.Entry) == 0 && len(c.Propose) == 0
		if len(c.Codes) == 1 && bare {
			c.When, c.Entry, c.Propose = n.When, n.Entry, n.Propose
		}
		if len(c.Codes) == 1 && len(c.Exit) == 0 {
			c.Exit = n.Exit
		}
		if len(c.Evidence) == 0 {
			c.Evidence = n.Evidence
		}
	}
	if c.Class == "" {
		c.Class = Private
	}
	return c
}

// behind gives a national category; one that began later stands behind earlier days, too.
func (b *Book) behind(code string, on civil.Date) Category {
	if c, ok := b.categories.at(code, on); ok {
		return c
	}
	if list := b.categories.entries[code]; len(list) > 0 {
		return list[0].value
	}
	return Category{}
}

// checkCategories refuses codes which are not national and words which no fact can have.
func (b *Book) checkCategories(found *Findings) {
	for _, id := range b.categories.order {
		for _, e := range b.categories.entries[id] {
			for _, code := range e.value.Codes {
				list := b.categories.entries[code]
				if len(list) == 0 || len(list[0].value.Codes) > 0 {
					found.Add(e.file, e.line, "“%s”对应的全国类别“%s”不在全国类别表里", e.ID, code)
				}
			}
			for _, c := range slices.Concat(e.value.When, e.value.Entry, e.value.Propose, e.value.Exit) {
				b.checkWords(c, e.place, e.ID, found)
			}
		}
	}
}

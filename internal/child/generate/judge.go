package generate

import (
	"slices"

	"weibao/internal/child"
	"weibao/internal/civil"
)

// judge gives the child the categories that its facts carry by the national
// rules, with their days, a level, and when something is due next.
func (f *family) judge(c *Child, k kid, p plight) {
	words := c.New.Dossier.Situation
	holds := func(word string) bool { return slices.Contains(words, word) }
	enter := func(held bool, id string, since civil.Date, evidence string) {
		if held {
			c.New.Categories = append(c.New.Categories, child.NewCategory{ID: id, Source: "demo", Evidence: evidence,
				Started: later(since, k.birth)})
		}
	}
	rural := c.New.Dossier.Household.Kind == "农村"
	left := rural && (f.away == "双方" || f.away == "一方" && f.unable)
	stopped := p.schooling == "辍学" || p.schooling == "失学"
	struck, recent := later(f.father.since, f.mother.since), f.Today.AddDays(-1-f.IntN(300))
	months := monthsSince(f.moved, f.Today)
	enter(holds("父母双亡"), "C01", struck, "死亡证明、户籍注销证明")
	enter(holds("父母双方无力履行抚养"), "C02", struck, "事实无人抚养儿童审核表")
	enter(left, "C03", f.awaySince, "入户排查登记")
	enter(months >= 6 && k.age < 16, "C04", f.moved.AddMonths(6), "居住登记")
	enter(len(f.welfare) > 0, "C06", recent, "社会救助信息系统比对")
	enter(holds("持残疾人证"), "C07", recent, "残疾人证")
	enter(p.illness != "", "C08", recent, "诊断证明")
	enter(holds("父母服刑") || holds("父母强制隔离戒毒"), "C10", struck, "司法行政部门通报")
	enter(stopped && k.age >= 6 && k.age < 16 && (months >= 6 || holds("不在学满六个月")), "C11", recent, "学籍系统比对")
	enter(p.conduct, "C12", recent, "派出所通报")
	enter(p.harm != "", "C13", recent, "强制报告")
	enter(stopped, "C16", c.New.Dossier.Schooling.Left, "学校报告")
	enter(!rural && c.New.Dossier.Household.Kind == "无", "C17", k.birth, "入户排查登记")
	aided := slices.Contains(f.welfare, "低保") || slices.Contains(f.welfare, "特困")
	ids := func(id string) bool {
		return slices.ContainsFunc(c.New.Categories, func(n child.NewCategory) bool { return n.ID == id })
	}
	enter(ids("C01") || ids("C02") || ids("C07") || ids("C08") || ids("C13") || aided, "C05", recent, "困境儿童认定表")
	if left && k.age >= 16 {
		c.Left = append(c.Left, Leaving{"C03", "age"})
	}
	f.tell(c)
	f.end(c)
}

func monthsSince(day, today civil.Date) int {
	if day.IsZero() {
		return 0
	}
	n := (today.Year()-day.Year())*12 + today.Month() - day.Month()
	if today.Day() < day.Day() {
		n--
	}
	return n
}

// weight is how heavy a category weighs on the level.
var weight = map[string]int{"C13": 4, "C02": 3, "C01": 2, "C10": 2, "C12": 2, "C16": 2, "C03": 1, "C07": 1, "C08": 1, "C04": 1, "C06": 1, "C11": 2, "C17": 1}

// rest is how many days may pass at a level before something is due.
var rest = [child.MaxLevel + 1]int{0, 180, 90, 30, 7}

// tell gives the level and what is due by it.
func (f *family) tell(c *Child) {
	level, many := 0, 0
	for _, n := range c.New.Categories {
		level, many = max(level, weight[n.ID]), many+1
	}
	switch {
	case level == 0 && f.of(5_500), level > 0 && f.of(400):
		return // not assessed yet
	case level == 0:
		level = 1
	case level < 3 && (many > 2 || f.of(1_500)):
		level++
	}
	since := f.Today.AddDays(-f.IntN(200))
	due := f.Today.AddDays(f.IntN(rest[level]))
	if f.of(300) {
		due = f.Today.AddDays(-1 - f.IntN(20))
	}
	screened := since.AddDays(-f.IntN(20))
	c.New.Told = child.Set{Level: &level, Leveled: &since, Due: &due, Screened: &screened}
}

// end closes a few files.
func (f *family) end(c *Child) {
	switch {
	case f.of(80):
		c.Ended = "moved"
	case f.of(6):
		c.Ended = "died"
	case c.New.Dossier.NoNumber == "" && f.of(8):
		c.Ended = "mistake"
	}
}

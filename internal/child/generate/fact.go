package generate

import (
	"slices"

	"weibao/internal/child"
)

// decide draws what befalls the family: who is away, dead, ill or in prison,
// who cares, what aid it has.
func (f *family) decide() {
	f.leave()
	f.strike()
	if f.moved.IsZero() && f.of(500) {
		f.migrate()
	}
	switch {
	case f.of(450), f.father.gone != "" && f.of(5_000):
		f.welfare = append(f.welfare, "低保")
	case f.of(120):
		f.welfare = append(f.welfare, "低保边缘")
	case f.of(100):
		f.welfare = append(f.welfare, "防返贫监测")
	case f.of(25):
		f.welfare = append(f.welfare, "特困")
	}
}

// leave sends parents to work elsewhere.
func (f *family) leave() {
	switch f.weighted(62, 21, 17) {
	case 1:
		f.away = "一方"
		f.carer = byMother
		if f.of(2_000) {
			f.carer = byFather
		}
		f.unable = f.of(350)
	case 2:
		f.away, f.carer = "双方", byElder
		if f.of(600) {
			f.carer = byDelegate
		}
	}
	if f.away != "无" {
		f.awayTo = pick(f.maker, away)
		f.awaySince = f.Today.AddDays(-60 - f.IntN(1800))
	}
	if f.unable {
		f.carer = byElder
	}
}

// strike is misfortune: few families in a thousand.
func (f *family) strike() {
	since := f.Today.AddDays(-220 - f.IntN(1500)) // what lasts less than half a year counts for nothing yet
	hit := func(father, mother string) {
		f.father.gone, f.mother.gone, f.father.since, f.mother.since = father, mother, since, since
		f.away, f.awayTo, f.unable, f.carer = "无", "", false, byElder
		if mother == "" {
			f.carer = byMother
		}
	}
	switch f.weighted(9_780, 35, 35, 40, 30, 30, 25, 15, 10) {
	case 1:
		hit("死亡", "死亡")
	case 2:
		hit("死亡", "失联")
	case 3:
		hit("服刑", "")
	case 4:
		hit("服刑", "失联")
	case 5:
		hit("强戒", "")
	case 6:
		hit("重残", "失联")
	case 7:
		hit("死亡", "")
	case 8:
		hit("重病", "")
	}
}

// migrate brings a family in from another county.
func (f *family) migrate() {
	f.moved = f.Today.AddDays(-20 - f.IntN(900))
	other := f.county.number + 1 + f.IntN(40)
	from := villageOf(codeOf(other), f.IntN(towns), f.IntN(villages))
	f.registered = child.Place{Region: from.code, Text: nameOf(other) + from.town + from.address(f.maker)}
}

// plight is what befalls one child.
type plight struct {
	disability []child.Disability
	illness    string
	schooling  string // 在学, 失学, 辍学, 未入学, 毕业
	left       int    // days since it stopped going
	harm       string // R1 to R9
	conduct    bool
	papers     string // why there is no number
}

func (f *family) plightOf(k kid) plight {
	p := plight{schooling: "在学"}
	if f.of(140) {
		p.disability = []child.Disability{{Kind: 1 + f.IntN(6), Grade: 1 + f.weighted(2, 3, 3, 2)}}
	}
	if f.of(60) {
		p.illness = pick(f.maker, []string{"先天性心脏病", "白血病", "癫痫", "肾病综合征", "血友病"})
	}
	switch {
	case k.age < 3:
		p.schooling = "未入学"
	case k.age >= 7 && f.of(30):
		p.schooling, p.left = "辍学", 10+f.IntN(400)
		if f.of(3_000) {
			p.schooling = "失学"
		}
	case k.age >= 16 && f.of(600):
		p.schooling = "毕业"
	}
	if f.of(12) {
		p.harm = pick(f.maker, []string{"R1", "R2", "R3", "R4", "R6", "R9"})
	}
	p.conduct = k.age >= 10 && f.of(35)
	switch {
	case f.of(10):
		p.papers = "unregistered"
	case k.age == 0 && f.of(800):
		p.papers = "newborn"
	case f.of(90):
		p.papers = "missing"
	}
	return p
}

// lost tells whether a parent cannot care.
func (a adult) lost() bool { return a.gone != "" }

// missing tells whether a parent is not in the household any more: dead, lost, imprisoned.
func (a adult) missing() bool { return a.lost() && a.gone != "重残" && a.gone != "重病" }

// situation are the established facts in the words of rules.
func (f *family) situation(p plight) []string {
	var out []string
	add := func(held bool, word string) {
		if held && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	either := func(word string) bool { return f.father.gone == word || f.mother.gone == word }
	add(f.father.gone == "死亡" && f.mother.gone == "死亡", "父母双亡")
	add(f.father.lost() && f.mother.lost() && !(f.father.gone == "死亡" && f.mother.gone == "死亡"), "父母双方无力履行抚养")
	add(either("服刑"), "父母服刑")
	add(either("强戒"), "父母强制隔离戒毒")
	add(len(p.disability) > 0, "持残疾人证")
	add(p.left > 0 && monthsSince(f.Today.AddDays(-p.left), f.Today) >= 6, "不在学满六个月")
	add(p.harm != "", p.harm)
	return out
}

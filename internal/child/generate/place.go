package generate

import (
	"fmt"
	"strings"
	"sync"

	"weibao/internal/region/seed"
)

// demoCounty is the county whose divisions ship with the program.
const demoCounty = "990101"

// county is where households live.
type county struct {
	number   int
	code     string // six digits
	name     string
	villages []village
}

type village struct {
	code     string // 12 digits
	name     string
	town     string // its short name
	townCode string // nine digits
	urban    bool
}

// countyOf gives the demo county as the first, then invented ones.
func countyOf(number int) county {
	if list := shipped(); number == 0 && len(list) > 0 {
		return county{code: demoCounty, name: "云岭县", villages: list}
	}
	c := county{number: number, code: codeOf(number), name: nameOf(number)}
	for t := range towns {
		for v := range villages {
			c.villages = append(c.villages, villageOf(c.code, t, v))
		}
	}
	return c
}

// An invented county has so many towns, each with so many villages.
const (
	towns    = 12
	villages = 20
)

func codeOf(number int) string { return fmt.Sprintf("99%02d%02d", 2+number/90, 1+number%90) }

func nameOf(number int) string { return fmt.Sprintf("示例%d县", number) }

func villageOf(county string, town, n int) village {
	code := fmt.Sprintf("%s%03d", county, 100+town)
	return village{code: fmt.Sprintf("%s%03d", code, 200+n), name: fmt.Sprintf("第%d村", n+1), town: fmt.Sprintf("第%d镇", town+1), townCode: code}
}

var shipped = sync.OnceValue(func() []village {
	rows, err := seed.OfCounty(demoCounty)
	if err != nil {
		return nil
	}
	return villagesOf(rows)
})

func villagesOf(rows []seed.Row) []village {
	towns := map[string]string{}
	var out []village
	for _, r := range rows {
		switch r.Level {
		case seed.Township:
			towns[r.Code[:9]] = seed.Short(r.Name)
		case seed.Village:
			out = append(out, village{code: r.Code, name: seed.Short(r.Name), town: towns[r.Code[:9]], townCode: r.Code[:9],
				urban: strings.Contains(r.Name, "社区")})
		}
	}
	return out
}

// home gives a village; some have three times as many children as others.
func (m *maker) home() village {
	n := len(m.county.villages)
	at := m.IntN(n)
	if m.of(4_000) {
		at = at * at / n
	}
	return m.county.villages[at]
}

func (v village) address(m *maker) string {
	if v.urban {
		return fmt.Sprintf("%s%d号%d栋%d室", v.name, 1+m.IntN(120), 1+m.IntN(20), 101+100*m.IntN(6)+m.IntN(4))
	}
	return fmt.Sprintf("%s%d组%d号", v.name, 1+m.IntN(12), 1+m.IntN(90))
}

// school gives the school and grade for an age in full years, and whether the
// child sleeps there.
func (v village) school(m *maker, c county, age int) (name, grade string, boards bool) {
	switch {
	case age < 3:
		return "", "", false
	case age < 6:
		return v.town + "中心幼儿园", []string{"小班", "中班", "大班"}[age-3], false
	case age < 12:
		name = v.town + "中心小学"
		if m.of(3_000) {
			name = v.town + "第二小学"
		}
		return name, []string{"一年级", "二年级", "三年级", "四年级", "五年级", "六年级"}[age-6], m.of(1_000)
	case age < 15:
		return v.town + "初级中学", []string{"七年级", "八年级", "九年级"}[age-12], m.of(5_000)
	}
	name = c.name + "第一中学"
	switch m.weighted(4, 4, 3) {
	case 1:
		name = c.name + "第二中学"
	case 2:
		name = c.name + "职业技术学校"
	}
	return name, []string{"高一", "高二", "高三"}[age-15], m.of(7_000)
}

// away are the places to which parents go.
var away = []string{"浙江省宁波市", "浙江省温州市", "广东省东莞市", "广东省深圳市", "福建省泉州市", "江苏省苏州市", "贵州省贵阳市", "上海市", "云南省昆明市", "新疆喀什地区"}

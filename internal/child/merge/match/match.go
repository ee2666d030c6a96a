// Package match judges whether two files may be those of one child 「查重」, and
// says why.
//
// It owns no table and reads nothing: Compare is a pure function of two cards.
// Each factor adds or takes points with a reason that a person can read and
// that holds no personal data. It promises that twins and other siblings are
// not taken for one child because they share a household, a birth date and
// most of a name, and that Compare does not care which card comes first. It
// never decides: what it finds, a person looks at.
package match

import (
	"weibao/internal/civil"
	"weibao/internal/idcard"
	"weibao/internal/ref"
)

// Card is what matching looks at in a file.
type Card struct {
	ID         ref.Child
	Name       string
	Sex        idcard.Sex
	Birth      civil.Date
	Guessed    bool
	Region     string // 居住地
	Registered string // 户籍地
	School     string
	Number     string
	Papers     []string
	Phone      string // the child's own
	Adults     []Adult
	Siblings   []Sibling
}

// Adult is a guardian or caregiver on a card.
type Adult struct{ Name, Phone string }

// Sibling is a brother or sister whom a file names.
type Sibling struct {
	Name  string
	Child ref.Child // its own file; 0 = not known
}

// Reason is what a factor said.
type Reason string

// Points is what a reason adds to a score.
func (r Reason) Points() int { return reasons[r].points }

// Words says the reason to a person.
func (r Reason) Words() string { return reasons[r].words }

// Score is the judgement on two cards.
type Score struct {
	Points  int
	Reasons []Reason
}

// Enough is the score from which two files are shown to a person.
const Enough = 15

// Likely tells whether a person should look at the two files.
func (s Score) Likely() bool { return s.Points >= Enough }

type weight struct {
	points int
	words  string
}

// The weights are logarithms of how much more often a reason holds between two
// files of one child than between files of two, rounded.
var reasons = map[Reason]weight{
	"number.equal":     {20, "公民身份号码相同"},
	"number.typo":      {9, "公民身份号码只差一位或相邻两位颠倒"},
	"number.sequence":  {4, "公民身份号码仅顺序码差一位"},
	"number.different": {-22, "公民身份号码不同"},
	"number.missing":   {0, "至少一份没有公民身份号码"},
	"paper.equal":      {15, "其他证件号码相同"},
	"name.equal":       {8, "姓名相同"},
	"name.variant":     {7, "姓名为异体字或形近字"},
	"name.homophone":   {6, "姓名同音"},
	"name.near":        {4, "姓名读音相近"},
	"name.newborn":     {7, "一份以“某某之子（女）”登记，监护人与另一份相同"},
	"name.one":         {-4, "姓名相差一个字"},
	"name.different":   {-12, "姓名不同"},
	"name.missing":     {0, "至少一份没有姓名"},
	"birth.equal":      {6, "出生日期相同"},
	"birth.swapped":    {4, "出生日期的月、日颠倒"},
	"birth.typo":       {1, "出生日期只差一位"},
	"birth.guessed":    {1, "出生日期相近，其中有估计的"},
	"birth.missing":    {0, "至少一份没有出生日期"},
	"birth.different":  {-10, "出生日期不同"},
	"sex.equal":        {1, "性别相同"},
	"sex.different":    {-8, "性别不同"},
	"phone.equal":      {5, "联系电话相同"},
	"adult.equal":      {4, "监护人或照护人姓名相同"},
	"adult.homophone":  {3, "监护人或照护人姓名同音"},
	"adult.different":  {-2, "监护人、照护人都不同"},
	"sibling.shared":   {2, "兄弟姐妹相同"},
	"sibling.listed":   {-40, "互为登记的兄弟姐妹"},
	"twins":            {-12, "同一家庭同日出生而姓名不同，可能是双胞胎"},
	"place.village":    {3, "居住在同一村（社区）"},
	"place.town":       {1, "居住在同一乡镇"},
	"place.registered": {2, "户籍地相同"},
	"school.equal":     {1, "就读学校相同"},
}

// Compare judges two cards.
func Compare(a, b Card) Score {
	j := &judgement{}
	j.add(number(a, b), paper(a, b))
	name, birth := nameOf(a, b), birthOf(a, b)
	j.add(name, birth, sex(a, b), phone(a, b), adult(a, b), sibling(a, b), place(a, b), school(a, b))
	if a.Registered != "" && a.Registered == b.Registered {
		j.add("place.registered")
	}
	apart := name == "name.one" || name == "name.different"
	if apart && birth == "birth.equal" && (j.has("phone.equal") || j.has("adult.equal") || j.has("number.sequence")) && !j.has("number.equal") {
		j.add("twins")
	}
	return j.Score
}

type judgement struct{ Score }

func (j *judgement) add(list ...Reason) {
	for _, r := range list {
		if r != "" {
			j.Points += r.Points()
			j.Reasons = append(j.Reasons, r)
		}
	}
}

func (j *judgement) has(r Reason) bool {
	for _, had := range j.Reasons {
		if had == r {
			return true
		}
	}
	return false
}

func paper(a, b Card) Reason {
	for _, p := range a.Papers {
		for _, q := range b.Papers {
			if p != "" && p == q {
				return "paper.equal"
			}
		}
	}
	return ""
}

func sex(a, b Card) Reason {
	known := func(s idcard.Sex) bool { return s == idcard.Male || s == idcard.Female }
	switch {
	case !known(a.Sex) || !known(b.Sex):
		return ""
	case a.Sex == b.Sex:
		return "sex.equal"
	}
	return "sex.different"
}

func place(a, b Card) Reason {
	const town = 9
	switch {
	case a.Region == "" || b.Region == "":
		return ""
	case a.Region == b.Region:
		return "place.village"
	case len(a.Region) >= town && len(b.Region) >= town && a.Region[:town] == b.Region[:town]:
		return "place.town"
	}
	return ""
}

func school(a, b Card) Reason {
	if a.School != "" && a.School == b.School {
		return "school.equal"
	}
	return ""
}

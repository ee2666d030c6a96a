package child

import (
	"weibao/internal/civil"
	"weibao/internal/ref"
)

// Dossier is the private part of a file. It is stored as one sealed document;
// field names in it are part of the stored form.
type Dossier struct {
	Number    string     `json:"number,omitempty"`    // identity number, normalised
	NoNumber  string     `json:"no_number,omitempty"` // why there is none: a key of NoNumberReasons
	Papers    []Paper    `json:"papers,omitempty"`
	Ethnic    string     `json:"ethnic,omitempty"` // GB/T 3304
	Phone     string     `json:"phone,omitempty"`  // the child's own
	Household Residence  `json:"household,omitzero"`
	Places    Places     `json:"places,omitzero"`
	People    []Person   `json:"people,omitempty"`
	Schooling Schooling  `json:"schooling,omitzero"`
	Health    Health     `json:"health,omitzero"`
	Family    Family     `json:"family,omitzero"`
	Situation []string   `json:"situation,omitempty"` // what was established 「情形」: words of rule.Facts
	Welfare   []string   `json:"welfare,omitempty"`   // 低保, 特困, 低保边缘, 防返贫监测 …
	Remarks   string     `json:"remarks,omitempty"`
	Photo     ref.File   `json:"photo,omitempty"`
	Checked   []string   `json:"checked,omitempty"` // keys of fields that a department has checked: they change by request only
	Contact   *Contact   `json:"contact,omitempty"`
	Extra     []Answered `json:"extra,omitempty"` // what a county's list asks beyond these fields
}

// Paper is another document that says who the child is.
type Paper struct {
	Kind   string `json:"kind"` // 出生医学证明, 护照 …
	Number string `json:"number"`
}

// Residence says how the child is registered.
type Residence struct {
	Kind  string     `json:"kind,omitempty"` // 农村, 城镇, 无
	Moved civil.Date `json:"moved,omitzero"` // when it left the registered place, for 流动
}

// Place is a division with the words of an address below it.
type Place struct {
	Region string `json:"region,omitempty"` // 12 digits
	Group  string `json:"group,omitempty"`  // the villagers' group 「村民小组」, of the residence
	Text   string `json:"text,omitempty"`
}

// Places are the four that decide who is responsible; where the child lives
// is Child.Region, with its address here.
type Places struct {
	Registered Place `json:"registered,omitzero"` // 户籍地
	Residence  Place `json:"residence,omitzero"`  // 居住地; Region repeats Child.Region
	School     Place `json:"school,omitzero"`     // 就读地
	Occurrence Place `json:"occurrence,omitzero"` // 发生地
}

// Person is somebody around the child.
type Person struct {
	Name       string      `json:"name,omitempty"`
	Relation   string      `json:"relation,omitempty"` // GB/T 4761, two digits
	Guardian   bool        `json:"guardian,omitempty"`
	Caregiver  bool        `json:"caregiver,omitempty"` // who really cares
	Member     bool        `json:"member,omitempty"`    // of the household
	Number     string      `json:"number,omitempty"`
	Phone      string      `json:"phone,omitempty"`
	Address    string      `json:"address,omitempty"`
	Situation  []string    `json:"situation,omitempty"` // 服刑, 强戒, 失联, 重残, 重病, 外出 …
	Since      civil.Date  `json:"since,omitzero"`      // since when the situation holds
	Blocked    string      `json:"blocked,omitempty"`   // why he may not be contacted; '' = he may
	Child      ref.Child   `json:"child,omitempty"`     // a sibling's own file
	Delegation *Delegation `json:"delegation,omitempty"`
}

// Delegation is care given into somebody's hands for a time 「委托照护」
// (未成年人保护法 第二十二、二十三条).
type Delegation struct {
	From          civil.Date `json:"from"`
	Until         civil.Date `json:"until,omitzero"`
	Signed        civil.Date `json:"signed,omitzero"`         // the written agreement
	Cleared       []string   `json:"cleared"`                 // keys of Bars that were asked about and do not hold
	School        civil.Date `json:"school,omitzero"`         // written notice to the school
	Village       civil.Date `json:"village,omitzero"`        // written notice to the village
	SchoolProof   string     `json:"school_proof,omitempty"`  // by which paper, or where it is kept
	VillageProof  string     `json:"village_proof,omitempty"` // the same
	ContactWeekly bool       `json:"contact_weekly,omitempty"`
	Consulted     bool       `json:"consulted,omitempty"` // the child was asked
	Unable        string     `json:"unable,omitempty"`    // why the child cannot say what it wants
}

// Warned writes a name or phone of somebody with the ban to contact him before
// it; why stands in the file alone.
func (p Person) Warned(value string) string {
	if p.Blocked == "" || value == "" {
		return value
	}
	return Banned + value
}

// Banned stands in lists before whoever may not be contacted.
const Banned = "【不得联系】"

// Schooling is where and how the child learns.
type Schooling struct {
	State   string     `json:"state,omitempty"` // 在学, 失学, 辍学, 未入学, 毕业
	Class   string     `json:"class,omitempty"`
	Student string     `json:"student,omitempty"` // 学籍号
	Boards  bool       `json:"boards,omitempty"`
	Left    civil.Date `json:"left,omitzero"` // when it stopped going
	Teacher string     `json:"teacher,omitempty"`
	Phone   string     `json:"phone,omitempty"`
}

// Health is what the county must know to help.
type Health struct {
	State       string       `json:"state,omitempty"` // 健康, 一般, 患病
	Disability  []Disability `json:"disability,omitempty"`
	Certificate string       `json:"certificate,omitempty"` // 残疾人证号
	Illness     string       `json:"illness,omitempty"`
}

// Disability is a kind 1–7 and grade 1–4, 1 the heaviest (GB/T 26341).
type Disability struct {
	Kind  int `json:"kind"`
	Grade int `json:"grade"`
}

// Family is how the child is looked after.
type Family struct {
	Away         string     `json:"away,omitempty"` // 双方, 一方, 无
	AwaySince    civil.Date `json:"away_since,omitzero"`
	AwayTo       string     `json:"away_to,omitempty"`
	Guardianship []string   `json:"guardianship,omitempty"` // 无监护能力, 监护缺失 …: words of rule.Facts
	Quality      string     `json:"quality,omitempty"`      // 较好, 一般, 差
	Income       string     `json:"income,omitempty"`
	Carer        string     `json:"carer,omitempty"` // who cares where nobody of the file does: 机构, 自己, 无
}

// Contact is who keeps contact with the child, and how often.
type Contact struct {
	Unit  ref.Unit `json:"unit"`
	Name  string   `json:"name"`
	Phone string   `json:"phone,omitempty"`
}

// Answered is a value of a field that only one county's list has.
type Answered struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Bar is a reason for which somebody may not be given the care of a child.
type Bar struct{ Key, Label string }

// Bars are those of 未成年人保护法 第二十二条第二款.
var Bars = []Bar{
	{"harmed", "曾实施性侵害、虐待、遗弃、拐卖、暴力伤害等违法犯罪行为"},
	{"habits", "有吸毒、酗酒、赌博等恶习"},
	{"refused", "曾拒不履行或者长期怠于履行监护、照护职责"},
	{"other", "其他不适宜担任被委托人的情形"},
}

// NoNumberReasons say why a child has no identity number.
var NoNumberReasons = []Bar{
	{"unregistered", "尚未登记户口"},
	{"unknown", "身份不明"},
	{"foreign", "外国人或无国籍"},
	{"newborn", "新生儿，正在办理"},
	{"missing", "暂未取得，待补"},
}

// Guardians are those who hold guardianship, first the one who cares.
func (d Dossier) Guardians() []Person {
	var out []Person
	for _, p := range d.People {
		if p.Guardian && p.Caregiver {
			out = append(out, p)
		}
	}
	for _, p := range d.People {
		if p.Guardian && !p.Caregiver {
			out = append(out, p)
		}
	}
	return out
}

// Caregiver is who really cares for the child.
func (d Dossier) Caregiver() (Person, bool) {
	for _, p := range d.People {
		if p.Caregiver {
			return p, true
		}
	}
	return Person{}, false
}

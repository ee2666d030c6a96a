package rule

// UnitKind sorts the units of a county by what they are.
type UnitKind string

// The kinds of units.
const (
	Government  UnitKind = "government"  // the place's own government: 县人民政府, 场部
	District    UnitKind = "district"    // government of a county or district under a prefecture
	Body        UnitKind = "body"        // 领导小组, 委员会, 专班, 议事协调机制
	Office      UnitKind = "office"      // the body's standing office: 未保办
	Department  UnitKind = "department"  // department of government
	PartyOrgan  UnitKind = "party"       // 宣传部, 政法委, 组织部, 网信办
	Justice     UnitKind = "justice"     // 法院, 检察院
	MassOrgan   UnitKind = "mass"        // 团委, 妇联, 残联, 总工会, 关工委
	Institution UnitKind = "institution" // 未保中心, 救助站, 福利机构, 融媒体中心
	School      UnitKind = "school"
	Kinder      UnitKind = "kindergarten"
	Medical     UnitKind = "medical"        // 医院, 卫生院
	Police      UnitKind = "police-station" // 派出所
	Hotline     UnitKind = "hotline"
	Township    UnitKind = "township"
	Village     UnitKind = "village"
	Social      UnitKind = "social" // 社会组织, 慈善总会
	Group       UnitKind = "group"  // a word for several units: 各村(社区), 各成员单位, 学校
)

// Unit is an organisation that can own a duty, or a Group of them, as the county names it.
type Unit struct {
	Key      string   `yaml:"id"` // stays the same whatever the unit is called
	Name     string   // full official name
	Short    string   // how the county's papers call it; empty where that is Name
	Aliases  []string // further spellings
	Covers   []string // ids of the national short forms it answers to; its own key where empty
	Kind     UnitKind
	Superior string // key of the unit above, empty for the highest
	Region   string // 12 digits
	Members  Members
	Source   Source
	Status   Status
}

// Call is the name that fits a list: the short one where there is one.
func (u Unit) Call() string {
	if u.Short != "" {
		return u.Short
	}
	return u.Name
}

// Members says of a Group whom it means.
type Members struct {
	All   bool       // every member unit of the lead body
	Kinds []UnitKind // every unit of these kinds in the region
	Units []string   // these units
}

// Form is the ordinary short forms of one sort of unit, the same everywhere: 民政局, 民政部门, 民政.
type Form struct {
	ID     string
	Label  string
	Forms  []string // {级} stands for the county's own 县, 市, 镇 …: 团{级}委
	Status Status
	Source Source
}

// County is the place for which a Book was loaded.
type County struct {
	Name     string // name of the folder
	Title    string // 壤塘县
	FullName string `yaml:"full_name"` // 四川省阿坝藏族羌族自治州壤塘县
	Region   string // 12 digits
	Tier     string // "prefecture", "county", "township", "farm"
	Source   Source
	Status   Status
}

// Level is the county's own 县, 市, 镇, 乡 or 场, which stands before unit names: 县民政局.
func (c County) level() string {
	r := []rune(c.Title)
	if len(r) == 0 {
		return ""
	}
	if c.Tier == "farm" {
		return "场"
	}
	return string(r[len(r)-1])
}

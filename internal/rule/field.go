package rule

import "slices"

// Field is one thing that a file of a child holds and a ledger, an import or an export can name by its key.
type Field struct {
	Key   string
	Label string
	Kind  FieldKind
	Codes string // id of the table of codes, empty where it is no code
	Class Class
}

// FieldKind is the sort of value of a field.
type FieldKind string

// The kinds of fields.
const (
	Text   FieldKind = "text"
	Date   FieldKind = "date"
	Number FieldKind = "number"
	Coded  FieldKind = "code"  // one code of a table
	Coding FieldKind = "codes" // several codes of a table
	YesNo  FieldKind = "yes-no"
	Place  FieldKind = "region"
)

// Fields of a dossier by key. They are the only names by which ledgers, headings and exports speak of a file.
var dossier = []Field{
	{"serial", "序号", Number, "", Open},
	{"name", "姓名", Text, "", Private},
	{"former_name", "曾用名", Text, "", Private},
	{"document", "证件种类", Coded, "document", Work},
	{"idnumber", "身份证号", Text, "", Private},
	{"no_idnumber", "无证件原因", Text, "", Private},
	{"sex", "性别", Coded, "sex", Work},
	{"birth", "出生日期", Date, "", Private},
	{"age", "年龄", Number, "", Work},
	{"ethnic", "民族", Coded, "ethnic", Work},
	{"hukou", "户口性质", Coded, "hukou", Work},
	{"registered", "户籍地", Place, "", Private},
	{"residence", "居住地", Place, "", Private},
	{"township", "乡镇(街道)", Place, "", Work},
	{"region", "村(社区)", Place, "", Work},
	{"group", "村民小组", Text, "", Work},
	{"address", "详细地址", Text, "", Private},
	{"guardian", "监护人", Text, "", Private},
	{"guardian_relation", "监护人与儿童关系", Coded, "relation", Work},
	{"guardian_idnumber", "监护人身份证号", Text, "", Private},
	{"guardian_phone", "监护人电话", Text, "", Private},
	{"caregiver", "实际照护人", Text, "", Private},
	{"caregiver_relation", "实际照护人与儿童关系", Coded, "relation", Work},
	{"caregiver_age", "实际照护人年龄", Number, "", Work},
	{"caregiver_phone", "实际照护人电话", Text, "", Private},
	{"delegate", "受委托照护人", Text, "", Private},
	{"delegate_phone", "受委托照护人电话", Text, "", Private},
	{"father", "父亲姓名", Text, "", Private},
	{"father_state", "父亲情况", Coded, "parent-state", Private},
	{"father_phone", "父亲电话", Text, "", Private},
	{"mother", "母亲姓名", Text, "", Private},
	{"mother_state", "母亲情况", Coded, "parent-state", Private},
	{"mother_phone", "母亲电话", Text, "", Private},
	{"away", "父母外出", Coded, "away", Work},
	{"away_place", "父母外出地点", Text, "", Private},
	{"away_since", "父母外出时间", Date, "", Work},
	{"household", "家庭人口", Number, "", Work},
	{"siblings", "兄弟姐妹", Text, "", Private},
	{"enrolment", "就学情况", Coded, "enrolment", Work},
	{"school", "就读学校", Text, "", Private},
	{"grade", "年级", Coded, "grade", Work},
	{"classroom", "班级", Text, "", Private},
	{"boarding", "是否寄宿", YesNo, "", Work},
	{"schooling", "受教育程度", Coded, "schooling", Work},
	{"disability", "残疾类别", Coded, "disability-kind", Private},
	{"disability_grade", "残疾等级", Coded, "disability-grade", Private},
	{"disability_card", "残疾人证号", Text, "", Private},
	{"illness", "重病病种", Text, "", Private},
	{"health", "健康状况", Text, "", Private},
	{"mental", "心理状况", Text, "", Secret},
	{"welfare", "享受政策", Coding, "welfare", Private},
	{"categories", "对象类别", Text, "", Private},
	{"category_since", "列入日期", Date, "", Work},
	{"level", "风险等级", Number, "", Private},
	{"level_since", "定级日期", Date, "", Work},
	{"assessed", "最近评估日期", Date, "", Work},
	{"last_visit", "最近走访日期", Date, "", Work},
	{"next_due", "下次到期", Date, "", Work},
	{"assigned", "包保责任人", Text, "", Work},
	{"assigned_phone", "包保责任人电话", Text, "", Work},
	{"director", "儿童主任", Text, "", Work},
	{"needs", "主要困难和需求", Text, "", Private},
	{"measures", "关爱帮扶措施", Text, "", Private},
	{"status", "档案状态", Text, "", Work},
	{"remarks", "备注", Text, "", Private},
}

// DossierFields lists the fields of a dossier.
func DossierFields() []Field { return slices.Clone(dossier) }

// DossierField gives a field by key.
func DossierField(key string) (Field, bool) {
	for _, f := range dossier {
		if f.Key == key {
			return f, true
		}
	}
	return Field{}, false
}

// Package roster reads what lists say of children 「名单」: which column means
// what, which village is meant, what is wrong with a row and how to mend it.
//
// It owns no table and keeps nothing. It promises that the same list under the
// same rules is always read alike, that every complaint names the column and
// the cure, and that an empty cell never empties a field. It never decides
// whether a row's child has a file: that is the import's.
package roster

import (
	"slices"
	"strings"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/idcard"
)

// kind says how the cells of a field are read.
type kind int

const (
	plain kind = iota
	dated
	identity
	telephone
	coded // other digits of which none may be lost
	ignored
)

// Field is something that a list says of a child.
type Field struct {
	Key   string
	Label string
	Group string // of the choice on the screen

	names []string // headings that mean it, beside the label
	kind  kind
	get   func(n *child.New) string
	set   func(n *child.New, value string) (problem string) // nil where place or category is made of it
}

// The keys of fields of which others must know.
const (
	KeyNumber   = "number"
	KeyName     = "name"
	keyBirth    = "birth"
	KeyTown     = "town"
	KeyVillage  = "village"
	KeyRegion   = "region"
	keyAddress  = "residence"
	KeyCategory = "category"
	KeyFile     = "file" // of a list that this program gave out
	KeyIgnored  = "ignored"
)

// Fields are all that can be imported, in the order of the screen.
var Fields = slices.Concat(ownFields, placeFields, guardianFields, parentFields("father", "父亲", "51"), parentFields("mother", "母亲", "52"), stateFields,
	[]Field{{Key: KeyIgnored, Label: "不导入", kind: ignored, names: []string{"序号", "编号", "年龄", "周岁", "No", "填报人", "填表人", "填报日期", "更新时间", "错误原因", "县", "区县", "县区", "市", "省", "县市区", "所属县",
		"性别代码", "民族代码", "乡镇代码", "残疾类别代码", "残疾等级代码", "监护人与儿童关系代码", "实际照护人与儿童关系代码"}}})

var fieldByKey = func() map[string]*Field {
	m := map[string]*Field{}
	for i := range Fields {
		m[Fields[i].Key] = &Fields[i]
	}
	return m
}()

// Known tells whether a key is a field's.
func Known(key string) bool { return fieldByKey[key] != nil }

// Label gives the word for a field's key.
func Label(key string) string {
	if f := fieldByKey[key]; f != nil {
		return f.Label
	}
	return key
}

var ownFields = []Field{
	{Key: KeyName, Label: "姓名", Group: "本人", names: []string{"儿童姓名", "孩子姓名", "学生姓名", "未成年人姓名", "残疾人姓名", "对象姓名", "人员姓名", "本人姓名", "名字", "被保障人姓名"},
		get: func(n *child.New) string { return n.Name }, set: func(n *child.New, v string) string { n.Name = v; return "" }},
	{Key: KeyNumber, Label: "公民身份号码", Group: "本人", kind: identity, names: []string{"身份证号", "身份证号码", "身份证", "居民身份证号", "居民身份证号码", "公民身份证号码", "公民身份证号",
		"证件号", "证件号码", "身份证件号", "身份证件号码", "儿童身份证号", "学生身份证号", "孩子身份证号", "未成年人身份证号", "残疾人身份证号", "本人身份证号", "对象身份证号"},
		get: func(n *child.New) string { return n.Dossier.Number }, set: func(n *child.New, v string) string { n.Dossier.Number = v; return "" }},
	{Key: "sex", Label: "性别", Group: "本人", names: []string{"儿童性别", "学生性别"}, get: func(n *child.New) string { return n.Sex.Word() }, set: setSex},
	{Key: keyBirth, Label: "出生日期", Group: "本人", kind: dated, names: []string{"出生年月", "出生年月日", "生日", "出生时间", "出生"},
		get: func(n *child.New) string { return n.Birth.String() }, set: setBirth},
	{Key: "ethnic", Label: "民族", Group: "本人", names: []string{"族别"}, get: ethnic, set: setEthnic},
	{Key: "phone", Label: "本人电话", Group: "本人", kind: telephone, names: []string{"儿童电话", "学生电话", "本人联系电话", "本人手机号"},
		get: func(n *child.New) string { return n.Dossier.Phone }, set: func(n *child.New, v string) string { n.Dossier.Phone = v; return "" }},
	{Key: KeyCategory, Label: "对象类别", Group: "本人", names: []string{"类别", "儿童类别", "儿童类型", "人员类别", "未成年人类别", "困境类型", "困境儿童类型", "对象类型", "人员类型", "保障类别", "类型"}},
	{Key: KeyFile, Label: "档案编号", Group: "本人", kind: coded},
}

var placeFields = []Field{
	{Key: KeyTown, Label: "所在乡镇（街道）", Group: "地点", names: []string{"乡镇", "乡镇街道", "镇", "镇街", "街道", "乡镇名称", "所属乡镇", "所属镇", "乡", "所在乡镇", "镇办", "乡镇办"}},
	{Key: KeyVillage, Label: "所在村（社区）", Group: "地点", names: []string{"村", "村社区", "村居", "行政村", "所属村", "村委会", "居委会", "村居委会", "社区", "村名", "所在村", "村委", "村社", "所在村居", "村居名称"}},
	{Key: KeyRegion, Label: "区划代码", Group: "地点", kind: coded, names: []string{"行政区划代码", "居住地区划代码", "村代码", "区划编码"}},
	{Key: "group", Label: "村民小组", Group: "地点", names: []string{"组", "小组", "村组", "村民组", "所在组", "所在小组", "组别", "居民小组"},
		get: func(n *child.New) string { return n.Dossier.Places.Residence.Group }, set: func(n *child.New, v string) string { n.Dossier.Places.Residence.Group = v; return "" }},
	{Key: keyAddress, Label: "居住地址", Group: "地点", names: []string{"现住址", "现居住地", "居住地", "家庭住址", "家庭地址", "常住地址", "详细地址", "住址", "地址", "实际居住地", "实际居住地址", "现居住地址", "现居住详细地址", "住所", "居住详址"},
		get: func(n *child.New) string { return n.Dossier.Places.Residence.Text }, set: func(n *child.New, v string) string { n.Dossier.Places.Residence.Text = v; return "" }},
	{Key: "registered", Label: "户籍地址", Group: "地点", names: []string{"户籍地", "户籍所在地", "户口所在地", "户口地址", "户籍", "户籍详细地址", "户籍住址"},
		get: func(n *child.New) string { return n.Dossier.Places.Registered.Text }, set: func(n *child.New, v string) string { n.Dossier.Places.Registered.Text = v; return "" }},
	{Key: "household", Label: "户口性质", Group: "地点", names: []string{"户口类别", "户籍类型", "户口类型", "户籍性质"},
		get: func(n *child.New) string { return n.Dossier.Household.Kind }, set: setHousehold},
}

var guardianFields = []Field{
	person("guardian", "监护人姓名", []string{"监护人", "法定监护人", "监护人名字", "家长姓名", "家长", "户主姓名", "第一监护人", "主要监护人", "主要监护人姓名"}, plain, guardian, func(p *child.Person) *string { return &p.Name }),
	{Key: "guardian_relation", Label: "与监护人关系", Group: "监护人", names: []string{"监护人关系", "关系", "与儿童关系", "与本人关系", "与未成年人关系", "监护人与儿童关系", "与被监护人关系", "监护关系", "与孩子关系", "与学生关系"},
		get: func(n *child.New) string {
			return child.LabelOf(child.Relations, value(n, guardian, func(p *child.Person) *string { return &p.Relation }))
		}, set: setRelation},
	person("guardian_phone", "监护人电话", []string{"联系电话", "联系方式", "电话", "手机", "手机号", "手机号码", "电话号码", "监护人联系电话", "监护人联系方式", "监护人手机号", "监护人手机", "家长电话", "家长联系电话", "监护人手机号码"}, telephone, guardian, func(p *child.Person) *string { return &p.Phone }),
	person("guardian_number", "监护人身份证号", []string{"监护人公民身份号码", "监护人身份证号码", "监护人身份证", "家长身份证号", "监护人证件号码"}, identity, guardian, func(p *child.Person) *string { return &p.Number }),
	person("caregiver", "实际照护人姓名", []string{"实际照护人", "实际照料人", "照护人", "照料人", "受委托人", "受委托监护人", "被委托人", "实际照料人姓名", "受委托照护人", "委托照护人", "受托人姓名"}, plain, caregiver, func(p *child.Person) *string { return &p.Name }),
	person("caregiver_phone", "实际照护人电话", []string{"照护人电话", "照料人电话", "实际照料人电话", "受委托人电话", "实际照护人联系电话", "照料人联系电话"}, telephone, caregiver, func(p *child.Person) *string { return &p.Phone }),
}

func parentFields(key, label, relation string) []Field {
	slot := func(d *child.Dossier, make bool) *child.Person { return relative(d, relation, make) }
	return []Field{
		person(key, label+"姓名", []string{label}, plain, slot, func(p *child.Person) *string { return &p.Name }),
		person(key+"_number", label+"身份证号", []string{label + "身份证号码", label + "公民身份号码", label + "身份证"}, identity, slot, func(p *child.Person) *string { return &p.Number }),
		person(key+"_phone", label+"电话", []string{label + "联系电话", label + "联系方式", label + "手机号", label + "手机"}, telephone, slot, func(p *child.Person) *string { return &p.Phone }),
		{Key: key + "_situation", Label: label + "情况", Group: "父母", names: []string{label + "状况", label + "现状", label + "情形", label + "状态"},
			get: func(n *child.New) string {
				if p := slot(&n.Dossier, false); p != nil {
					return strings.Join(p.Situation, "、")
				}
				return ""
			},
			set: func(n *child.New, v string) string {
				words, wrong := wordsOf(v, situations)
				if wrong != "" {
					return "“" + wrong + "”不在可选的情况中。可填：" + strings.Join(child.PersonSituations, "、") + "；无特殊情况请留空。"
				}
				if words != nil || v == "" {
					slot(&n.Dossier, true).Situation = words
				}
				return ""
			}},
	}
}

var stateFields = []Field{
	{Key: "school", Label: "就读学校", Group: "就学", names: []string{"学校", "所在学校", "学校名称", "就读学校名称", "就学学校", "在读学校"},
		get: func(n *child.New) string { return n.School }, set: func(n *child.New, v string) string { n.School = v; return "" }},
	{Key: "grade", Label: "年级", Group: "就学", names: []string{"就读年级", "所在年级", "年级班级", "就读年级班级"},
		get: func(n *child.New) string { return n.Grade }, set: func(n *child.New, v string) string { n.Grade = v; return "" }},
	{Key: "class", Label: "班级", Group: "就学", names: []string{"就读班级", "所在班级"},
		get: func(n *child.New) string { return n.Dossier.Schooling.Class }, set: func(n *child.New, v string) string { n.Dossier.Schooling.Class = v; return "" }},
	{Key: "student", Label: "学籍号", Group: "就学", names: []string{"全国学籍号", "学籍号码", "学生学籍号", "学号"}, kind: coded,
		get: func(n *child.New) string { return n.Dossier.Schooling.Student }, set: func(n *child.New, v string) string { n.Dossier.Schooling.Student = v; return "" }},
	choice("schooling", "就学状态", "就学", []string{"就读状态", "在读状态", "学籍状态", "就学情况", "在学情况", "是否在校"}, child.SchoolingStates,
		map[string]string{"在校": "在学", "在读": "在学", "是": "在学", "就读": "在学", "休学": "失学", "学龄前": "未入学", "学前": "未入学"}, func(n *child.New) *string { return &n.Dossier.Schooling.State }),
	choice("away", "父母外出情况", "状况", []string{"父母外出", "外出务工情况", "外出情况", "父母务工情况"}, child.AwayKinds,
		map[string]string{"父母双方": "双方", "双方外出": "双方", "父母均外出": "双方", "双方外出务工": "双方", "父亲": "一方", "母亲": "一方", "一方外出": "一方", "单方": "一方", "未外出": "无", "否": "无"}, func(n *child.New) *string { return &n.Dossier.Family.Away }),
	choice("quality", "监护情况", "状况", []string{"监护状况", "监护质量"}, child.Qualities, map[string]string{"好": "较好", "良好": "较好", "较差": "差"}, func(n *child.New) *string { return &n.Dossier.Family.Quality }),
	choice("health", "健康状况", "状况", []string{"健康情况", "身体状况", "身体健康状况", "身体情况"}, child.HealthStates,
		map[string]string{"良好": "健康", "正常": "健康", "健康或良好": "健康", "一般或较弱": "一般", "较弱": "一般", "重病": "患病", "有病": "患病"}, func(n *child.New) *string { return &n.Dossier.Health.State }),
	{Key: "illness", Label: "疾病名称", Group: "状况", names: []string{"病种", "疾病", "所患疾病", "患病情况"},
		get: func(n *child.New) string { return n.Dossier.Health.Illness }, set: func(n *child.New, v string) string { n.Dossier.Health.Illness = v; return "" }},
	{Key: "disability", Label: "残疾类别", Group: "状况", names: []string{"残疾类型", "残疾种类"}, get: disabilityKind, set: setDisabilityKind},
	{Key: "disability_grade", Label: "残疾等级", Group: "状况", names: []string{"残疾级别", "残疾程度"}, get: disabilityGrade, set: setDisabilityGrade},
	{Key: "certificate", Label: "残疾人证号", Group: "状况", names: []string{"残疾证号", "残疾证号码", "残疾证编号", "残疾人证号码"}, kind: coded,
		get: func(n *child.New) string { return n.Dossier.Health.Certificate }, set: func(n *child.New, v string) string { n.Dossier.Health.Certificate = v; return "" }},
	{Key: "welfare", Label: "享受保障", Group: "状况", names: []string{"享受政策", "保障情况", "救助情况", "社会救助", "享受待遇", "救助类别"}, get: func(n *child.New) string { return strings.Join(n.Dossier.Welfare, "、") }, set: setWelfare},
	{Key: "remarks", Label: "备注", Group: "状况", names: []string{"说明", "备注说明", "其他情况", "备注信息"},
		get: func(n *child.New) string { return n.Dossier.Remarks }, set: func(n *child.New, v string) string { n.Dossier.Remarks = v; return "" }},
}

// slot finds a person of a file, or makes the place for one.
type slot func(d *child.Dossier, make bool) *child.Person

func person(key, label string, names []string, k kind, s slot, part func(p *child.Person) *string) Field {
	group := "监护人"
	if strings.HasPrefix(key, "father") || strings.HasPrefix(key, "mother") {
		group = "父母"
	}
	return Field{Key: key, Label: label, Group: group, names: names, kind: k,
		get: func(n *child.New) string { return value(n, s, part) },
		set: func(n *child.New, v string) string {
			*part(s(&n.Dossier, true)) = v
			return ""
		}}
}

func value(n *child.New, s slot, part func(p *child.Person) *string) string {
	if p := s(&n.Dossier, false); p != nil {
		return *part(p)
	}
	return ""
}

func guardian(d *child.Dossier, make bool) *child.Person {
	is := func(p child.Person) bool { return p.Guardian && p.Caregiver } // as ledgers name them
	if !slices.ContainsFunc(d.People, is) {
		is = func(p child.Person) bool { return p.Guardian }
	}
	return first(d, make, is, child.Person{Guardian: true})
}

func caregiver(d *child.Dossier, make bool) *child.Person {
	return first(d, make, func(p child.Person) bool { return p.Caregiver }, child.Person{Caregiver: true})
}

func relative(d *child.Dossier, relation string, make bool) *child.Person {
	return first(d, make, func(p child.Person) bool { return p.Relation == relation }, child.Person{Relation: relation, Member: true})
}

func first(d *child.Dossier, make bool, is func(child.Person) bool, blank child.Person) *child.Person {
	i := slices.IndexFunc(d.People, is)
	if i < 0 {
		if !make {
			return nil
		}
		d.People = append(d.People, blank)
		i = len(d.People) - 1
	}
	return &d.People[i]
}

// unite makes one person of a guardian and a parent who bear one name: lists
// name the father twice.
func unite(d *child.Dossier) {
	for i := 0; i < len(d.People); i++ {
		for j := len(d.People) - 1; j > i; j-- {
			a, b := &d.People[i], d.People[j]
			if a.Name == "" || a.Name != b.Name || a.Relation != "" && b.Relation != "" && a.Relation != b.Relation {
				continue
			}
			a.Guardian, a.Caregiver, a.Member = a.Guardian || b.Guardian, a.Caregiver || b.Caregiver, a.Member || b.Member
			a.Relation, a.Phone, a.Number = orElse(a.Relation, b.Relation), orElse(a.Phone, b.Phone), orElse(a.Number, b.Number)
			if len(a.Situation) == 0 {
				a.Situation = b.Situation
			}
			d.People = slices.Delete(d.People, j, j+1)
		}
	}
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// The setters take "" to empty a field: an undo gives back what was not there.

func setSex(n *child.New, v string) string {
	switch v {
	case "", idcard.SexUnknown.Word(), idcard.SexNotStated.Word():
		n.Sex = idcard.SexUnknown
	case "男", "男性", "1":
		n.Sex = idcard.Male
	case "女", "女性", "2":
		n.Sex = idcard.Female
	default:
		return "性别只能填“男”或“女”。"
	}
	return ""
}

func setBirth(n *child.New, v string) string {
	if v == "" {
		n.Birth, n.Guessed = civil.Date{}, false
		return ""
	}
	if d, err := civil.Parse(v); err == nil {
		n.Birth, n.Guessed = d, false
		return ""
	}
	d, err := civil.Parse(v + "-01") // a month alone
	if err != nil {
		return "出生日期无法识别，请写成2015-03-08这样的年月日。"
	}
	n.Birth, n.Guessed = d, true
	return ""
}

func ethnic(n *child.New) string { return child.Ethnic(n.Dossier.Ethnic) }

func setHousehold(n *child.New, v string) string {
	switch {
	case v == "":
		n.Dossier.Household.Kind = ""
	case strings.Contains(v, "非农"), strings.Contains(v, "城"), strings.Contains(v, "居民"):
		n.Dossier.Household.Kind = "城镇"
	case strings.Contains(v, "农"):
		n.Dossier.Household.Kind = "农村"
	case strings.Contains(v, "无"), strings.Contains(v, "未"):
		n.Dossier.Household.Kind = "无"
	default:
		return "户口性质只能填“农村”“城镇”或“无”。"
	}
	return ""
}

func setRelation(n *child.New, v string) string {
	code := relationCode(v)
	if code == "" && v != "" {
		return "“" + v + "”不是可识别的关系。可填：父亲、母亲、祖父、祖母、外祖父、外祖母、兄、姐、其他亲属、非亲属等。"
	}
	guardian(&n.Dossier, true).Relation = code
	return ""
}

func choice(key, label, group string, names, words []string, also map[string]string, part func(n *child.New) *string) Field {
	return Field{Key: key, Label: label, Group: group, names: names,
		get: func(n *child.New) string { return *part(n) },
		set: func(n *child.New, v string) string {
			if w, ok := also[v]; ok {
				v = w
			}
			if v != "" && !slices.Contains(words, v) {
				return label + "只能填：" + strings.Join(words, "、") + "。"
			}
			*part(n) = v
			return ""
		}}
}

func setWelfare(n *child.New, v string) string {
	words, wrong := wordsOf(v, welfare)
	if wrong != "" {
		return "“" + wrong + "”不在可选的保障中。可填：" + strings.Join(child.WelfareKinds, "、") + "。"
	}
	if words != nil || v == "" {
		n.Dossier.Welfare = words
	}
	return ""
}

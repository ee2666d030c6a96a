package child

import (
	"slices"
	"strconv"

	"weibao/internal/idcard"
	"weibao/internal/rule"
)

// The words of a dossier that forms offer and lists accept.
var (
	// ResidenceKinds say how a child is registered.
	ResidenceKinds = []string{"农村", "城镇", "无"}
	// SchoolingStates say whether a child learns.
	SchoolingStates = []string{"在学", "未入学", "失学", "辍学", "毕业"}
	// AwayKinds say which parents are away.
	AwayKinds = []string{"双方", "一方", "无"}
	// HealthStates are those of the household survey.
	HealthStates = []string{"健康", "一般", "患病"}
	// Qualities are how well a child is looked after 「监护情况」.
	Qualities = []string{"较好", "一般", "差"}
	// WelfareKinds are what a household or child receives.
	WelfareKinds = rule.Vocabulary("福利")
	// PersonSituations are what can keep somebody from caring for a child.
	PersonSituations = []string{Dead, "失踪", "重残", "重病", Jailed, Rehab, "其他限制人身自由", Lost, "撤销监护资格", "遣送出境", Working}
	// GuardianshipWords are what was established of how a child is looked after.
	GuardianshipWords = rule.Vocabulary("监护")
	// SituationWords are what was established of a child; rules ask for them.
	SituationWords = rule.Vocabulary("情形")
)

// The words of people's and children's situations from which a file concludes.
const (
	Dead    = "死亡"
	Jailed  = "服刑"
	Rehab   = "强制隔离戒毒"
	Lost    = "失联"
	Working = "外出务工"

	BothDead     = "父母双亡"
	BothUnable   = "父母双方无力履行抚养"
	ParentJailed = "父母服刑"
	ParentRehab  = "父母强制隔离戒毒"
	Certified    = "持残疾人证"
	OutSixMonths = "不在学满六个月"
	OtherUnable  = "另一方无监护能力"
)

// Harms are the situations of mandatory reporting (关于建立侵害未成年人案件强制报告制度的意见 第四条), by their code.
var Harms = []Bar{
	{"R1", "隐私部位非正常损伤"}, {"R2", "不满14周岁女性疑似遭受性侵害、怀孕、流产"}, {"R3", "14周岁以上女性疑似遭受性侵害所致怀孕、流产"},
	{"R4", "多处损伤、严重营养不良、意识不清，疑似遭受暴力、虐待"}, {"R5", "非正常原因伤残、死亡"}, {"R6", "被遗弃或者长期无人照料"},
	{"R7", "来源不明、失踪或者被拐卖、收买"}, {"R8", "被组织乞讨"}, {"R9", "其他严重侵害或者面临不法侵害危险"},
}

// Relations are what somebody is to a child (GB/T 4761, two digits).
var Relations = []Bar{
	{"51", "父亲"}, {"52", "母亲"}, {"57", "继父或养父"}, {"58", "继母或养母"}, {"61", "祖父"}, {"62", "祖母"}, {"63", "外祖父"}, {"64", "外祖母"},
	{"71", "兄"}, {"73", "弟"}, {"75", "姐"}, {"77", "妹"}, {"81", "伯父"}, {"83", "叔父"}, {"85", "舅父"}, {"88", "姨母"}, {"90", "姑母"},
	{"97", "其他亲属"}, {"99", "非亲属"},
}

// DisabilityKinds are those of GB/T 26341, by number from 1.
var DisabilityKinds = []string{"视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾"}

// DisabilityGrades are those of GB/T 26341, by number from 1, the heaviest.
var DisabilityGrades = []string{"一级", "二级", "三级", "四级"}

// Ethnics are the peoples by their number from 1 (GB/T 3304).
var Ethnics = []string{"汉族", "蒙古族", "回族", "藏族", "维吾尔族", "苗族", "彝族", "壮族", "布依族", "朝鲜族", "满族", "侗族", "瑶族", "白族", "土家族",
	"哈尼族", "哈萨克族", "傣族", "黎族", "傈僳族", "佤族", "畲族", "高山族", "拉祜族", "水族", "东乡族", "纳西族", "景颇族", "柯尔克孜族", "土族",
	"达斡尔族", "仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族", "锡伯族", "阿昌族", "普米族", "塔吉克族", "怒族", "乌孜别克族", "俄罗斯族",
	"鄂温克族", "德昂族", "保安族", "裕固族", "京族", "塔塔尔族", "独龙族", "鄂伦春族", "赫哲族", "门巴族", "珞巴族", "基诺族"}

// Ethnic gives the word for a people's code.
func Ethnic(code string) string {
	n, err := strconv.Atoi(code)
	if err != nil {
		return ""
	}
	return nth(Ethnics, n)
}

// Siblings are the relations of brothers and sisters.
var Siblings = []string{"71", "73", "75", "77"}

// LabelOf gives the word for a key of a list, or the key where the list has none.
func LabelOf(list []Bar, key string) string {
	if i := slices.IndexFunc(list, func(b Bar) bool { return b.Key == key }); i >= 0 {
		return list[i].Label
	}
	return key
}

// Word gives how people speak of a disability: 肢体残疾二级.
func (d Disability) Word() string {
	return nth(DisabilityKinds, d.Kind) + nth(DisabilityGrades, d.Grade)
}

func nth(list []string, n int) string {
	if n < 1 || n > len(list) {
		return ""
	}
	return list[n-1]
}

// certificateLength is that of a disability certificate's number: an identity
// number, the kind and the grade.
const certificateLength = 20

// ReadCertificate gives the disability that a certificate's number names.
func ReadCertificate(number string) (Disability, bool) {
	if len(number) != certificateLength {
		return Disability{}, false
	}
	d := Disability{Kind: int(number[18] - '0'), Grade: int(number[19] - '0')}
	_, err := idcard.Parse(number[:18])
	return d, err == nil && nth(DisabilityKinds, d.Kind) != "" && nth(DisabilityGrades, d.Grade) != ""
}

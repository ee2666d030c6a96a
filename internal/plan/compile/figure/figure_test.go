package figure_test

import (
	"strings"
	"testing"

	"weibao/internal/plan/compile/figure"
	"weibao/internal/script"
)

func read(words string) string {
	text := script.New(words)
	var out []string
	for _, t := range figure.Read(text, script.Between(0, len(text.Norm)), nil) {
		out = append(out, t.Text+" → "+t.Norm)
	}
	return strings.Join(out, "；")
}

func TestFiguresThatCanBeChecked(t *testing.T) {
	for words, want := range map[string]string{
		"家长学校覆盖率93%":                   "家长学校覆盖率93% → coverage>=93%",
		"配备率达到80%以上":                   "配备率达到80%以上 → rate>=80%",
		"12岁儿童患龋率下降至25%以下":             "岁儿童患龋率下降至25%以下 → rate<=25%",
		"抽查比例不低于20%":                   "抽查比例不低于20% → ratio>=20%",
		"总体近视率在2018年的基础上每年降低0.5个百分点以上": "总体近视率在2018年的基础上每年降低0.5个百分点以上 → myopia-rate:-0.5pp/year,base=2018",
		"近视率较上年下降1个百分点":                "近视率较上年下降1个百分点 → myopia-rate:-1pp/year",
		"每个村(社区)至少设立一名儿童主任":            "每个村(社区)至少设立一名儿童主任 → count>=1/村(社区)",
		"每个工作站配备不少于2名人员":               "每个工作站配备不少于2名人员 → count>=2/站",
		"明确2名正式干部":                     "2名正式干部 → count=2",
		"培育儿童类社会组织10家以上":               "10家以上 → count>=10",
		"组织宣传活动不少于50场":                 "不少于50场 → count>=50",
		"每人每月不低于1800元":                 "每人每月不低于1800元 → amount>=1800元/人月",
		"专项经费不少于100万元":                 "不少于100万元 → amount>=100万元",
		"保障学生每天2小时体育活动时间":              "每天2小时体育活动时间 → hours>=2/day",
		"视频保存至少3个月":                    "视频保存至少3个月 → retention>=3month",
		"晚上10点开始到早上6点之前都无法使用":          "晚上10点开始到早上6点之前都无法使用 → blocked=22:00-06:00",
		"校园周边200米范围内不得设置网吧":            "校园周边200米范围内不得设置网吧 → count=0,within=200m",
		"建立一人一档、一户一策":                  "一人一档 → files=1/人；一户一策 → plans=1/户",
		"实现同步录音录像全覆盖":                  "实现同步录音录像全覆盖 → coverage=100%",
		"安装使用覆盖全乡公职人员":                 "安装使用覆盖全乡公职人员 → coverage=100%",
		"普及率达百分之九十以上":                  "普及率达百分之九十以上 → rate>=90%",
		"会同8个部门联合印发":                   "",
		"每人培训不少于12学时":                  "每人培训不少于12学时 → hours>=12/人",
		"开展售烟检查不少于4次":                  "不少于4次 → count>=4",
		"举办培训不少于3期、150人次":              "150人次 → count>=150",
		"每个儿童之家每周开放不少于4天":              "每周开放不少于4天 → days>=4/week",
		"一户一册、一生一案":                    "一户一册 → files=1/户；一生一案 → plans=1/生",
		"对每个站点给予1万元补助":                 "每个站点给予1万元 → amount=1万元",
		"明确1名分管领导和1名儿童督导员":             "1名分管领导和 → count=1；1名儿童督导员 → count=1",
		"轮训儿童主任800人次":                  "800人次 → count=800",
		"按照每个村不低于2000元安排经费":            "每个村不低于2000元 → amount>=2000元/村",
		"占年度考核的10%":                    "",
		"全省30件民生实事":                    "",
		"第48次常务会议，七大类群体，6周岁以上":         "",
		"一套人员两个机构":                     "",
	} {
		if got := read(words); got != want {
			t.Errorf("%s\n got %s\nwant %s", words, got, want)
		}
	}
}

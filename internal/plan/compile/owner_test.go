package compile_test

import (
	"strings"
	"testing"

	"weibao/internal/plan/compile"
	"weibao/internal/plan/compile/owner"
)

// names joins the units of a task: lead | support.
func owners(t compile.Task) string {
	join := func(us []compile.Unit) string {
		var out []string
		for _, u := range us {
			out = append(out, u.Name)
		}
		return strings.Join(out, " ")
	}
	return join(t.Lead) + " | " + join(t.Support)
}

// compiled compiles a few clauses under a title.
func compiled(t *testing.T, clauses string) *compile.Plan {
	t.Helper()
	p, err := compile.CompileText("x", "某县未成年人保护工作方案\n"+clauses+"\n")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const filler = "\n二、强化保障。加大经费投入，保障工作需要，确保各项任务落到实处。"

func TestWrittenOwnersInAllTheirForms(t *testing.T) {
	for form, want := range map[string]string{
		"(牵头单位:县民政局;责任单位:县教育局、县公安局)":              "县民政局 | 县教育局 县公安局",
		"（牵头部门：县民政局，配合部门：县教育局、县公安局。）":             "县民政局 | 县教育局 县公安局",
		"【牵头单位:县民政局】【责任单位:县教育局】":                  "县民政局 | 县教育局",
		"\n责任单位:县民政局（牵头）、县教育局、县公安局":               "县民政局 | 县教育局 县公安局",
		"（牵头：县民政局；配合：县教育局、县公安局）":                  "县民政局 | 县教育局 县公安局",
		"(县民政局负责牵头，县教育局配合)":                       "县民政局 | 县教育局",
		"(县民政局负责，县教育局、各乡镇(街道)配合)":                 "县民政局 | 县教育局 各乡镇(街道)",
		"(县民政局、县财政局负责；县教育局协助)":                    "县民政局 县财政局 | 县教育局",
		"(县民政局、县财政局；县民政局牵头)":                      "县民政局 | 县财政局",
		"(县教育局主抓，团县委配合落实)":                        "县教育局 | 团县委",
		"(县教育局、县应急管理局等部门和各乡镇人民政府按职责分工负责)":         " | 县教育局 县应急管理局 各乡镇人民政府",
		"\n责任单位：\n1.县民政局\n2.县教育局；\n3.各乡镇人民政府。":    " | 县民政局 县教育局 各乡镇人民政府",
		"\n责任单位：\n（1）县民政局；\n（2）县教育局。":             " | 县民政局 县教育局",
		"\n牵头责任单位：县民政局；配合责任单位：县教育局":               "县民政局 | 县教育局",
		"\n[牵头单位] 县民政局 [责任单位] 县教育局":               "县民政局 | 县教育局",
		"\n责任单位：\n县民政局、县教育局":                      " | 县民政局 县教育局",
		"\n分管领导：张三\n责任单位：县民政局\n责任人：李四":            " | 县民政局",
		"\n——县民政局、县教育局":                           " | 县民政局 县教育局",
		"\n牵头单位：县民政局\t配合单位：县教育局\t完成时限：6月底前":       "县民政局 | 县教育局",
		"(县民政局牵头，各乡镇、街道具体实施)":                     "县民政局 | 各乡镇 街道",
		"(牵头单位:县民政局　　完成时限:2026年6月)":               "县民政局 | ",
		"(县民政局牵头,县教育局、县公安局等配合)":                   "县民政局 | 县教育局 县公安局",
		"(县民政局、县教育局按职责分工负责)":                      " | 县民政局 县教育局",
		"(县民政局、县教育局负责,各县(市、区)人民政府负责落实)":           " | 县民政局 县教育局 各县(市、区)人民政府",
		"(由县民政局会同县教育局、县公安局落实)":                    "县民政局 | 县教育局 县公安局",
		"(县民政局、县教育局)":                             " | 县民政局 县教育局",
		"\n责任单位:县民政局、县教育局":                        " | 县民政局 县教育局",
		"\n责任单位：县民政局、县教育局，各乡镇人民政府":                " | 县民政局 县教育局 各乡镇人民政府",
		"\n责任单位：县民政局 县教育局":                        " | 县民政局 县教育局",
		"\n牵头单位：县民政局\n配合单位：县教育局、\n县公安局":           "县民政局 | 县教育局 县公安局",
		"\n县民政局牵头,县教育局配合。":                        "县民政局 | 县教育局",
		"责任单位:县民政局和县教育局":                          " | 县民政局 县教育局",
		"\n责任单位：县人力资源和社会保障局、县住房和城乡建设局及县应急管理局":     " | 县人力资源和社会保障局 县住房和城乡建设局 县应急管理局",
		"\n牵头单位:省市场监管局（省知识产权局）\n责任人:张三":           "省市场监管局（省知识产权局） | ",
		"\n主要责任部门:县民政局、各乡(镇)人民政府":                 " | 县民政局 各乡(镇)人民政府",
		"\n责任单位:县民政局;配合单位:县财政局、县住建局":              " | 县民政局 县财政局 县住建局",
		"〔县民政局、县教育局〕":                             " | 县民政局 县教育局",
		"\n责任单位：县民政局、县财政局牵头，县教育局配合":               "县民政局 县财政局 | 县教育局",
		"（责任单位：县民政局牵头；县教育局、县公安局按职责分工负责）":          "县民政局 | 县教育局 县公安局",
		"\n主办单位：县民政局  协办单位：县教育局":                  "县民政局 | 县教育局",
		"（共青团某县委、县妇女联合会、县残疾人联合会按职责落实）":            " | 共青团某县委 县妇女联合会 县残疾人联合会",
		"\n★责任单位：县民政局":                            " | 县民政局",
		"\n责任主体：各村（社区）；监管主体：镇民政办":                 " | 各村（社区） 镇民政办",
		"\n责任单位—县民政局":                             " | 县民政局",
		"\n责任单位及责任人：县民政局 张三":                      " | 县民政局",
		"\n责任单位:县12345热线、县公安局":                    " | 县12345热线 县公安局",
		"(县大数据局牵头，县民政局、县教育局等部门配合)":                "县大数据局 | 县民政局 县教育局",
		"\n牵头领导:李四\n责任单位:县民政局\n责任人:王五\n完成时限:6月底前": " | 县民政局",
	} {
		p := compiled(t, "一、开展排查。对全县儿童开展全面摸底排查，建立工作台账。"+form+filler)
		if got := owners(p.Tasks[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", form, got, want)
		}
	}
}

func TestConventionsThatTheTextDeclares(t *testing.T) {
	for declared, want := range map[string]string{
		"责任单位:民政局,教育局、公安局(逗号前为牵头部门,下同)":   "民政局 | 教育局 公安局",
		"责任单位:民政局、教育局、公安局(列第一位的为牵头单位,下同)": "民政局 | 教育局 公安局",
		"责任单位:*民政局、教育局(标*的为牵头单位,下同)":      "民政局 | 教育局",
		"责任单位:民政局,教育局、公安局":                " | 民政局 教育局 公安局",
	} {
		p := compiled(t, "一、开展排查。对全县儿童开展全面摸底排查，建立工作台账。\n"+declared+filler)
		if got := owners(p.Tasks[0]); got != want {
			t.Errorf("%s: got %s, want %s", declared, got, want)
		}
	}
}

func TestBracketsThatAreNoOwners(t *testing.T) {
	for _, words := range []string{"在各街道办事处(乡镇)开展排查。", "建好阵地(儿童之家、未保站)并管好用好。", "发挥民政牵头、部门参与的机制作用(含乡村两级)。", "依托热线(12345)受理求助。"} {
		p := compiled(t, "一、开展排查。"+words+"建立台账，落实动态管理。"+filler)
		if got := owners(p.Tasks[0]); got != " | " {
			t.Errorf("%s: got owners %s", words, got)
		}
	}
}

func TestOneLineBehindAGroupStandsForAllOfIt(t *testing.T) {
	p := compiled(t, "一、主要任务\n(一)救助保护\n1.建立排查制度。对困境儿童开展摸底排查。\n2.建立救助制度。对困境儿童给予救助。\n责任单位:县民政局、县财政局\n(二)教育保护\n1.落实控辍保学。做好劝返复学工作。\n2.落实资助政策。资助困难学生。\n责任单位:县教育局")
	want := []string{" | 县民政局 县财政局", " | 县民政局 县财政局", " | 县教育局", " | 县教育局"}
	for i, task := range p.Tasks {
		if got := owners(task); got != want[i] {
			t.Errorf("task %d: got %s, want %s", i, got, want[i])
		}
	}
	if b := p.Tasks[0].Support[0].Basis; b != owner.BasisInherited {
		t.Errorf("basis of the first is %s", b)
	}
}

func TestALineOfItsOwnStaysWithItsClause(t *testing.T) {
	p := compiled(t, "一、主要任务\n1.建立排查制度。对困境儿童开展摸底排查。\n责任单位:县民政局\n2.建立救助制度。对困境儿童给予救助。\n3.落实控辍保学。做好劝返复学工作。\n责任单位:县教育局")
	want := []string{" | 县民政局", " | ", " | 县教育局"}
	for i, task := range p.Tasks {
		if got := owners(task); got != want[i] {
			t.Errorf("task %d: got %s, want %s", i, got, want[i])
		}
	}
}

func TestALineAtTheHeadOfAGroupCoversItsClauses(t *testing.T) {
	for _, head := range []string{"(一)救助保护(牵头单位:县民政局;配合单位:县财政局)\n", "(一)救助保护\n牵头单位:县民政局;配合单位:县财政局\n"} {
		p := compiled(t, "一、主要任务\n"+head+"1.建立排查制度。对困境儿童开展摸底排查。\n2.建立救助制度。对困境儿童给予救助。")
		for _, task := range p.Tasks {
			if got := owners(task); got != "县民政局 | 县财政局" {
				t.Errorf("%s: got %s", head, got)
			}
		}
	}
}

func TestTheDoerOfTheSentenceWhereNoLineStands(t *testing.T) {
	for words, want := range map[string]string{
		"县民政局要加强对未成年人救助保护机构的指导。":                 "县民政局 | ",
		"县教育局、县公安局应当建立联动机制。":                     " | 县教育局 县公安局",
		"乡政府接到通报后,要会同派出所、学校开展调查评估。":              "乡政府 | 派出所 学校",
		"由县未保办统筹,各村按照职责开展评估。":                    "县未保办 | 各村",
		"成立县未成年人保护工作领导小组,负责统筹协调全县工作。各乡镇要成立相应机构。": "县未成年人保护工作领导小组 | 各乡镇",
		"领导小组办公室组织开展检查验收。":                       "领导小组办公室 | ",
		"各责任单位确定1名联络员，每周五前报送进展。":                 " | 各责任单位",
		"工作分三个阶段组织开展，各学校要抓好落实。":                  " | 各学校",
		"应急管理部门负责统筹救援力量。":                        "应急管理部门 | ",
		"各村、社区要张贴宣传标语。":                          " | 各村 社区",
		"各乡镇、县直有关部门要高度重视。":                       " | 各乡镇 县直有关部门",
		"县公安局会同有关部门加强巡逻。":                        "县公安局 | ",
		"各县区要建立由妇联、教育部门共同牵头的协调机制。":               " | 各县区",
		"加强学校保护责任落实,提高社会参与程度,健全机制。":              " | ",
		"父母要依法履行监护职责,不得使未成年人处于无人照护状态。":           " | ",
	} {
		p := compiled(t, "一、工作措施\n(一)强化责任落实。"+words+"\n(二)强化宣传。营造关爱未成年人的氛围，宣传先进典型。")
		if got := owners(p.Tasks[0]); got != want {
			t.Errorf("%s: got %s, want %s", words, got, want)
		}
	}
}

func TestUnitsHeadTheirParagraphs(t *testing.T) {
	p := compiled(t, "一、职责分工\n现将各单位职责明确如下:\n县民政局:承担领导小组日常工作。\n县文旅局、县融媒体中心：做好宣传报道。\n社会组织:参与关爱服务。")
	want := []string{"县民政局 | ", "县文旅局 县融媒体中心 | ", "社会组织 | "}
	if len(p.Tasks) != len(want) {
		t.Fatalf("%d tasks", len(p.Tasks))
	}
	for i, task := range p.Tasks {
		if got := owners(task); got != want[i] {
			t.Errorf("got %s, want %s", got, want[i])
		}
	}
}

func TestDutiesNumberedUnderAUnitAreTheUnits(t *testing.T) {
	p := compiled(t, "一、责任分工\n镇教管中心：\n1、制定实施方案，建立学生台账。\n2、每月25日前汇总流动情况。\n镇派出所：配合学校开展核查。\n镇民政办、镇妇联：一是开展走访；二是落实救助。\n各村、“两基”工作组：摸清学生返乡情况。\n二、工作要求\n加强宣传引导，营造良好氛围。")
	want := []string{"镇教管中心 | ", "镇教管中心 | ", "镇派出所 | ", "镇民政办 镇妇联 | ", "镇民政办 镇妇联 | ", "各村 “两基”工作组 | "}
	if len(p.Tasks) != len(want)+1 {
		t.Fatalf("%d tasks:\n%s", len(p.Tasks), paths(p))
	}
	for i, w := range want {
		if got := owners(p.Tasks[i]); got != w {
			t.Errorf("%v: got %s, want %s", p.Tasks[i].Path, got, w)
		}
	}
}

func TestNormalizeBringsSpellingsTogether(t *testing.T) {
	for _, pair := range [][2]string{{"县民政局", "民政局"}, {"各村（社区）", "各村(社区)"}, {"市教育局等", "教育局"}, {"县委组织部（关工委）", "县委组织部"}} {
		if a, b := owner.Normalize(pair[0]), owner.Normalize(pair[1]); a != b {
			t.Errorf("%s → %s, %s → %s", pair[0], a, pair[1], b)
		}
	}
}

package compile_test

import (
	"strings"
	"testing"

	"weibao/internal/plan/compile"
)

func paths(p *compile.Plan) string {
	var out []string
	for _, t := range p.Tasks {
		out = append(out, strings.Join(t.Path, ">"))
	}
	return strings.Join(out, "\n")
}

func TestOutlineForms(t *testing.T) {
	p := compiled(t, `第一部分　总体安排
一、工作目标
到2028年，体系健全。
第二部分　重点任务
一 、家庭保护
（一）加强指导
１．开展培训。组织家长培训，提升监护能力。
２．开展走访。对困境儿童逐户走访。
（1）建立台账。对走访情况逐一登记。
（2）落实帮扶。对困难家庭给予帮扶。
二 、学校保护
①健全制度。完善学生欺凌防治制度。
②强化检查。加强校园安全检查。`)
	want := `第二部分　重点任务>一 、家庭保护>（一）加强指导>１．开展培训
第二部分　重点任务>一 、家庭保护>（一）加强指导>２．开展走访>（1）建立台账
第二部分　重点任务>一 、家庭保护>（一）加强指导>２．开展走访>（2）落实帮扶
第二部分　重点任务>二 、学校保护>①健全制度
第二部分　重点任务>二 、学校保护>②强化检查`
	if got := paths(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestItemsOfAParagraphAreTasksWithTheDutiesAroundThem(t *testing.T) {
	p := compiled(t, "一、主要任务\n(一)加强能力建设。逐级建立民政牵头、部门参与的领导机构。一是明确专人负责;二是建好工作站;三是用好热线,做好受理。各成员单位每月25日前报送工作小结。\n(二)强化宣传。广泛宣传未成年人保护法律法规。")
	want := "一、主要任务>(一)加强能力建设\n一、主要任务>(一)加强能力建设>一是\n一、主要任务>(一)加强能力建设>二是\n一、主要任务>(一)加强能力建设>三是\n一、主要任务>(一)加强能力建设\n一、主要任务>(二)强化宣传"
	if got := paths(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSectionsThatOrderNothingGiveNoTasks(t *testing.T) {
	for _, head := range []string{"指导思想", "总体要求", "工作目标", "基本原则", "重要意义", "保护对象", "适用范围", "工作背景"} {
		p := compiled(t, "一、"+head+"\n(一)坚持儿童优先。把儿童利益放在首位。\n(二)坚持预防为主。做到早发现早干预。\n二、工作措施\n(一)开展排查。对困境儿童逐户排查。\n(二)落实救助。对困境儿童给予救助。")
		if len(p.Tasks) != 2 {
			t.Errorf("%s: %d tasks, want the two measures", head, len(p.Tasks))
		}
		if p.Outline[0].Duties || !p.Outline[len(p.Outline)-1].Duties {
			t.Errorf("%s: the outline does not tell duties from the rest", head)
		}
	}
}

func TestABareOrderIsATaskAndALostHeadingIsNotInvented(t *testing.T) {
	p := compiled(t, "一、总体目标\n到2020年，体系健全，氛围浓厚。\n(一)落实家庭主体责任。\n(二)建立救助保护体系。\n三、救助机制\n(一)建立强制报告机制。学校发现情况的应当报告。\n(二)完善应急处置机制。公安机关要及时受理。")
	want := "(一)落实家庭主体责任\n(二)建立救助保护体系\n三、救助机制>(一)建立强制报告机制\n三、救助机制>(二)完善应急处置机制"
	if got := paths(p); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWhatStandsAroundAPlanIsLeftOut(t *testing.T) {
	body := "一、主要任务\n(一)开展排查。对困境儿童逐户排查。\n(二)落实救助。对困境儿童给予救助。\n"
	plain := compiled(t, body)
	framed := compiled(t, "首页>政务公开\n索引号:123/2026-1 发布日期:2026-02-01\n各乡镇人民政府:\n现将方案印发给你们，请认真贯彻执行。\n"+body+"附件:1.领导小组成员名单\n2.登记表\n某县人民政府\n2026年2月1日\n附件1\n领导小组成员名单\n组  长:张某某 副县长\n成  员:李某某 县民政局局长\n王某某 县教育局局长\n扫一扫在手机打开当前页\n主办:某县人民政府办公室\n1.无障碍浏览。请开启功能。")
	if paths(plain) != paths(framed) {
		t.Errorf("got\n%s\nwant\n%s", paths(framed), paths(plain))
	}
}

func TestAnAnnexOfDutiesCounts(t *testing.T) {
	p := compiled(t, "一、主要任务\n(一)开展排查。对困境儿童逐户排查。\n(二)落实救助。对困境儿童给予救助。\n附件:成员单位职责分工\n附件\n成员单位职责分工\n县民政局:承担日常工作,协调成员单位。\n县教育局:督促学校落实保护责任。\n县公安局:打击侵害未成年人犯罪。")
	if n := len(p.Tasks); n != 5 {
		t.Errorf("%d tasks:\n%s", n, paths(p))
	}
}

func TestTablesOfTasks(t *testing.T) {
	p := compiled(t, "附件1\n重点任务分解表\n序号|工作任务|具体措施|牵头单位|责任单位|完成时限\n一、家庭保护|||||\n1|监护指导|开展家长培训，培训率100%|县妇联|县教育局、县民政局|6月底前\n2|监护干预|印发《监护干预办法》|县民政局|县公安局 县法院|长期坚持")
	if len(p.Tasks) != 2 {
		t.Fatalf("%d tasks", len(p.Tasks))
	}
	a, b := p.Tasks[0], p.Tasks[1]
	if owners(a) != "县妇联 | 县教育局 县民政局" || owners(b) != "县民政局 | 县公安局 县法院" {
		t.Errorf("owners %s; %s", owners(a), owners(b))
	}
	if len(a.Times) != 1 || a.Times[0].Norm != "month=06-end" || len(b.Times) != 0 || len(b.Unclear) != 1 || len(b.Documents) != 1 || len(a.Targets) != 1 {
		t.Errorf("facts: %+v %+v", a, b)
	}
}

func TestATableGoesOnBehindItsSectionRows(t *testing.T) {
	p := compiled(t, "序号\t重点任务\t工作内容\t牵头领导\t牵头单位\t配合单位\t完成时间\n一、家庭保护\n1\t家庭教育\t建设指导中心1个\t张某\t县妇联\t县教育局\t9月底前\n二、学校保护\n2\t防治欺凌\t每学期开展1次排查\t王某\t县教育局\t县公安局、县司法局\t6月、12月")
	if len(p.Tasks) != 2 || owners(p.Tasks[0]) != "县妇联 | 县教育局" || owners(p.Tasks[1]) != "县教育局 | 县公安局 县司法局" {
		t.Fatalf("%d tasks: %+v", len(p.Tasks), p.Tasks)
	}
	if n := len(p.Tasks[1].Times); n != 2 {
		t.Errorf("%d times in the second row", n)
	}
}

func TestATableDrawnWithSigns(t *testing.T) {
	p := compiled(t, "| 序号 | 重点任务 | 主要举措 | 责任处室 | 配合单位 | 时间节点 |\n| --- | :---: | --- | --- | --- | --- |\n| 1 | 提标扩面 | 提高孤儿养育标准 | 儿童福利科 | 县财政局 | 7月1日起 |\n| 2 | 明天计划 | 实施手术康复60例 | 儿童福利科 | / | 全年 |")
	if len(p.Tasks) != 2 || owners(p.Tasks[0]) != " | 儿童福利科 县财政局" || owners(p.Tasks[1]) != " | 儿童福利科" {
		t.Fatalf("%d tasks: %+v", len(p.Tasks), p.Tasks)
	}
}

func TestArticlesThatOnlySpeakOfTheTextOrderNothing(t *testing.T) {
	p := compiled(t, "第一条 为及时有效惩治侵害未成年人违法犯罪，结合本县实际，制定本办法。\n第二条 本办法所称强制报告，是指发现未成年人遭受侵害的，应当立即报案。\n第三条 学校、医疗机构应当在6小时内向公安机关报案。\n第四条 县教育局负责将强制报告纳入岗前培训内容。\n第五条 本办法自印发之日起施行，由县检察院负责解释。")
	if len(p.Tasks) != 2 {
		t.Errorf("%d tasks, want the two of articles three and four:\n%s", len(p.Tasks), paths(p))
	}
}

func TestDocumentsToBeIssuedAreToldFromThoseToBeFollowed(t *testing.T) {
	for words, want := range map[string]string{
		"制定印发《工作方案》和《应急预案》,落实《规划纲要》":     "《工作方案》《应急预案》",
		"根据《未成年人保护法》制定《实施细则》":            "《实施细则》",
		"推动《提升计划(2021-2025年)》《防控方案》落地落实": "",
		"按照市民政局印发的《排查方案》要求开展排查":          "",
		"贯彻落实《中华人民共和国未成年人保护法》":           "",
		"依法向监护人送达《限期复学通知书》":              "《限期复学通知书》",
		"向乡镇报送《走访情况月报表》":                 "《走访情况月报表》",
		"指导监护人与受委托人签订《委托照护协议》":           "《委托照护协议》",
		"发放《关于<家庭教育>的公告》":                "《关于<家庭教育>的公告》",
	} {
		p := compiled(t, "一、主要任务\n(一)完善制度。"+words+"。\n(二)落实救助。对困境儿童给予救助。")
		got := ""
		for _, d := range p.Tasks[0].Documents {
			got += d.Title
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", words, got, want)
		}
	}
}

func TestTextsThatAreNoPlanAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"English":   strings.Repeat("The committee shall meet every month and report. ", 40),
		"a letter":  "亲爱的家长：您好！学校将于下周举行运动会，欢迎您前来观看孩子们的精彩表演，为他们加油鼓劲。谢谢您的支持与配合。",
		"a story":   strings.Repeat("从前有一座山，山上有一座庙，庙里有一个老和尚在讲故事。", 30),
		"few signs": "未成年人",
	} {
		if _, err := compile.CompileText("x", text); err == nil || !strings.Contains(err.Error(), "不像是一份工作方案") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATimeThatTheColumnOnlyRepeatsIsOneRule(t *testing.T) {
	p := compiled(t, "序号 | 工作任务 | 牵头单位 | 完成时限\n1 | 每季度举办一期家庭教育讲座。 | 县妇联 | 每季度\n2 | 每季度开展一次排查。 | 县教育局 | 2026年9月底前")
	if n := len(p.Tasks[0].Times); n != 1 {
		t.Errorf("%d rules: %+v", n, p.Tasks[0].Times)
	}
	if n := len(p.Tasks[1].Times); n != 2 {
		t.Errorf("%d rules: %+v", n, p.Tasks[1].Times)
	}
}

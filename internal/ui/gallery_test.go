package ui_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"weibao/internal/access"
	"weibao/internal/errs"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

type (
	inboxView struct {
		Figures ui.Figures
		Filter  ui.Filter
		Tasks   ui.TaskList
	}
	listView struct {
		Filter ui.Filter
		Table  ui.Table
	}
	recordView struct {
		Identity ui.Identity
		Note     ui.Note
		Timeline ui.Timeline
		Summary  ui.Summary
		Files    ui.Files
	}
	formView   struct{ Form ui.Form }
	loginView  struct{ Form ui.Form }
	chartsView struct {
		Figures ui.Figures
		Bars    ui.Bars
		Lines   ui.Lines
		Stacked ui.Bars
		Donut   ui.Donut
		Matrix  ui.Matrix
	}
	statesView struct {
		Levels   []ui.Level
		Tags     []ui.Tag
		Dues     []ui.Due
		Notes    []ui.Note
		Flashes  []ui.Flash
		Progress []ui.Progress
		Table    ui.Table
		Confirm  ui.Confirm
		Actions  []ui.Action
	}
)

func gallery(t *testing.T) *ui.Renderer {
	t.Helper()
	r := uitest.New(t)
	err := r.Add(os.DirFS("testdata"), map[string]any{
		"inbox.html": inboxView{}, "list.html": listView{}, "record.html": recordView{}, "form.html": formView{},
		"login.html": loginView{}, "charts.html": chartsView{}, "states.html": statesView{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestComponentsFitTheirTypes(t *testing.T) {
	uitest.Templates(t, gallery(t))
}

// TestGallery renders every component and checks the HTML. With
// WEIBAO_GALLERY=DIR it also writes the pages there, to be looked at.
func TestGallery(t *testing.T) {
	r := gallery(t)
	for _, p := range []struct {
		name, template string
		page           ui.Page
		by             access.Actor
		view           any
	}{
		{"inbox", "inbox.html", ui.Page{Title: "我的待办", Nav: "desk", Tabs: inboxTabs}, uitest.Officer, inbox()},
		{"list", "list.html", ui.Page{
			Title: "任务清单", Nav: "plan", Lead: "云岭县2026年未成年人保护工作方案 · 已下发62项",
			Crumbs: []ui.Crumb{{Label: "工作台", Href: "/"}, {Label: "方案任务", Href: "/plans"}}, Tabs: planTabs,
			Action: &ui.Action{Label: "增补任务", Href: "/plans/1/add", Icon: "plus"},
			More:   []ui.Action{{Label: "导出Excel", Href: "/plans/1/export", Icon: "download"}, {Print: true}},
		}, uitest.Officer, list()},
		{"record", "record.html", ui.Page{
			Title: "建立困境儿童动态台账并按月更新", Kicker: "责任事项", Nav: "plan",
			Crumbs: []ui.Crumb{{Label: "方案任务", Href: "/plans"}, {Label: "任务清单", Href: "/plans/1"}},
			Action: &ui.Action{Label: "审核办理结果", Href: "/duties/1/check", Icon: "check"},
			More:   []ui.Action{{Label: "催办", Post: "/duties/1/urge", Icon: "send"}, {Label: "同意延期", Href: "/duties/1/extend", Dialog: true}},
			Flash:  &ui.Flash{Tone: ui.Done, Text: "已签收。时限到 2026-11-30 周一为止。"},
		}, uitest.Officer, record()},
		{"form", "form.html", ui.Page{Title: "反馈办理结果", Nav: "plan", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/"}}, Status: 422}, uitest.Officer, form()},
		{"charts", "charts.html", ui.Page{Title: "方案落实情况", Nav: "plan", Tabs: planTabs}, uitest.Officer, charts()},
		{"states", "states.html", ui.Page{Title: "标记与状态", Nav: "system"}, uitest.Officer, states()},
		{"login", "login.html", ui.Page{Title: "登录", Bare: true, Plain: true}, access.Actor{}, login()},
	} {
		t.Run(p.name, func(t *testing.T) {
			w := uitest.Get(t, r, p.by, "/"+p.name, func(w http.ResponseWriter, req *http.Request, by access.Actor) error {
				return r.Page(w, req, by, p.template, p.page, p.view)
			})
			if w.Code != cmp.Or(p.page.Status, 200) {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			uitest.Page(t, w.Body.Bytes())
			keep(t, p.name, w.Body.Bytes())
		})
	}
	for name, err := range map[string]error{
		"missing": errs.Missing(), "conflict": errs.New(errs.Conflict, "这项任务刚刚由教育局签收，请刷新后再操作。"), "fault": errors.New("disk on fire"),
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r.Error(w, httptest.NewRequest(http.MethodGet, "/duties/9", nil), uitest.Officer, err)
			uitest.Page(t, w.Body.Bytes())
			keep(t, name, w.Body.Bytes())
		})
	}
}

func keep(t *testing.T, name string, body []byte) {
	t.Helper()
	dir := os.Getenv("WEIBAO_GALLERY")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name+".html"), body, 0o600); err != nil {
		t.Fatal(err)
	}
}

var (
	inboxTabs = []ui.Tab{{Label: "待办", Href: "/", Here: true, Count: 23, Urgent: true}, {Label: "已办", Href: "/?done"}, {Label: "我发起的", Href: "/?mine", Count: 6}, {Label: "日历", Href: "/calendar"}}
	planTabs  = []ui.Tab{{Label: "任务清单", Href: "/plans/1", Here: true}, {Label: "时间轴", Href: "/plans/1/time"}, {Label: "责任网络", Href: "/plans/1/net"}, {Label: "总体进展", Href: "/plans/1/sum"}, {Label: "方案原文", Href: "/plans/1/text"}}

	critical = ui.Due{Date: "2026-11-05 周四", Distance: "超期17天", Near: ui.Critical}
	overdue  = ui.Due{Date: "2026-11-20 周五", Distance: "超期2天", Near: ui.Overdue}
	soon     = ui.Due{Date: "2026-11-25 周三", Distance: "还有3天", Near: ui.Soon}
	later    = ui.Due{Date: "2026-12-31 周四", Distance: "还有39天", Near: ui.Later}
	settled  = ui.Due{Date: "2026-10-30 周五", Near: ui.Settled}
)

func inbox() inboxView {
	task := func(i int, title, owner string, due ui.Due, state ui.State, word string) ui.TaskRow {
		return ui.TaskRow{Icon: "plan", Kind: "方案任务", Title: title, Href: fmt.Sprintf("/duties/%d", i), Owner: owner, From: "年度方案 第三部分（二）", Due: due, Tag: ui.Tag{State: state, Label: word}, Select: fmt.Sprint(i)}
	}
	report := task(7, "核实中学校园欺凌线索并反馈", "县教育局 · 沈海", ui.Due{Date: "2026-11-23 10:00", Distance: "还有23小时", Near: ui.Soon}, ui.Waiting, "待签收")
	report.Kind, report.Icon, report.From, report.Level = "报告线索", "intake", "12345热线转办", &ui.Level{Rank: 3, Label: "橙色 · 较高风险"}
	return inboxView{
		Figures: ui.Figures{Asof: "2026-11-22 10:00", Items: []ui.Figure{
			{Label: "严重超期", Value: "2", Unit: "项", Href: "/?near=critical", Near: ui.Critical}, {Label: "已超期", Value: "4", Unit: "项", Href: "/?near=overdue", Near: ui.Overdue},
			{Label: "七日内到期", Value: "9", Unit: "项", Href: "/?near=soon", Near: ui.Soon}, {Label: "待我审核", Value: "8", Unit: "项", Href: "/?state=checking"}, {Label: "本月已办结", Value: "31", Unit: "项", Href: "/?done"},
		}},
		Filter: ui.Filter{Action: "/", Search: &ui.Field{Kind: ui.Query, Name: "q", Label: "关键词", Hint: ""}, Fields: []ui.Field{
			{Kind: ui.Select, Name: "kind", Label: "事项类型", Options: []ui.Option{{Value: "plan", Label: "方案任务"}, {Value: "report", Label: "报告线索"}}},
			{Kind: ui.Pick, Name: "unit", Label: "责任单位", Options: units()},
		}, Clear: "/"},
		Tasks: ui.TaskList{
			Batch: &ui.Batch{Action: "/duties/urge", Buttons: []ui.BatchButton{{Label: "批量催办", Icon: "send"}, {Label: "批量签收", Action: "/duties/sign", Icon: "check"}}},
			Groups: []ui.TaskGroup{
				{Label: "严重超期", Near: ui.Critical, Count: 2, Rows: []ui.TaskRow{task(1, "开展校园周边环境集中整治", "县市场监管局", critical, ui.Late, "超期未反馈"), task(2, "印发儿童主任工作手册", "县民政局 · 罗敏", critical, ui.Returned, "已退回")}},
				{Label: "已超期", Near: ui.Overdue, Count: 4, More: "/?near=overdue", Rows: []ui.TaskRow{task(3, "组织第四季度儿童督导员培训", "县民政局", overdue, ui.Running, "办理中")}},
				{Label: "即将到期", Near: ui.Soon, Count: 9, Rows: []ui.TaskRow{report, task(4, "建立困境儿童动态台账并按月更新", "青石镇人民政府", soon, ui.Checking, "待审核"), task(5, "向未保办报送第四季度工作小结和数据报表", "县妇联", soon, ui.Waiting, "待签收")}},
				{Label: "未到期", Near: ui.Later, Count: 8, Rows: []ui.TaskRow{task(6, "乡镇未保站规范化建设达标", "各乡镇人民政府", later, ui.Running, "办理中")}},
			},
			Pager: &ui.Pager{Next: "/?after=6", Note: "本页7项，共23项"},
		},
	}
}

func units() []ui.Option {
	return []ui.Option{
		{Value: "1", Label: "县民政局", Keys: "xmzj mzj", Group: "县直单位"}, {Value: "2", Label: "县教育局", Keys: "xjyj jyj", Group: "县直单位"}, {Value: "3", Label: "县公安局", Keys: "xgaj gaj", Group: "县直单位"},
		{Value: "4", Label: "青石镇人民政府", Keys: "qsz", Group: "乡镇"}, {Value: "5", Label: "白鹿乡人民政府", Keys: "blx", Group: "乡镇"},
	}
}

func list() listView {
	v := listView{
		Filter: ui.Filter{
			Action: "/plans/1", Search: &ui.Field{Kind: ui.Query, Name: "q", Label: "关键词"},
			Quick:  []ui.Tab{{Label: "全部", Href: "/plans/1", Here: true, Count: 62}, {Label: "超期", Href: "/plans/1?near=overdue", Count: 6, Urgent: true}, {Label: "待审核", Href: "/plans/1?state=checking", Count: 8}, {Label: "没有时限", Href: "/plans/1?due=none", Count: 11}},
			Fields: []ui.Field{{Kind: ui.Pick, Name: "unit", Label: "责任单位", Value: "2", Options: units()}, {Kind: ui.Select, Name: "state", Label: "状态", Options: []ui.Option{{Value: "a", Label: "待签收"}, {Value: "b", Label: "办理中"}}}},
			More:   []ui.Field{{Kind: ui.Date, Name: "from", Label: "时限不早于"}, {Kind: ui.Date, Name: "to", Label: "时限不晚于"}},
			Tags:   []ui.FilterTag{{Label: "责任单位", Value: "县教育局", Remove: "/plans/1?"}}, Clear: "/plans/1",
		},
		Table: ui.Table{
			Caption: "方案任务清单",
			Columns: []ui.Column{{Label: "序号", Num: true, Slim: true, Quiet: true}, {Label: "任务", Wide: true}, {Label: "牵头单位", Sort: "/plans/1?sort=unit"}, {Label: "配合单位", Quiet: true}, {Label: "完成时限", Sort: "/plans/1?sort=-due", Sorted: "asc"}, {Label: "进展", Slim: true}, {Label: "状态", Slim: true}, {Label: "操作", Slim: true, Tools: true}},
			Batch:   &ui.Batch{Action: "/plans/1/urge", Buttons: []ui.BatchButton{{Label: "催办", Icon: "send"}, {Label: "撤回", Action: "/plans/1/withdraw", Icon: "return", Danger: true}}},
			Pager:   &ui.Pager{First: "/plans/1", Prev: "/plans/1?before=51", Next: "/plans/1?after=100", Note: "本页50项，共62项"},
		},
	}
	row := func(i int, title, lead, support string, due ui.Due, percent int, state ui.State, word string) {
		v.Table.Rows = append(v.Table.Rows, ui.Row{Select: fmt.Sprint(i), Label: title, Near: due.Near, Cells: []ui.Cell{
			ui.T(fmt.Sprint(i)), {Text: title, Href: fmt.Sprintf("/tasks/%d", i), Sub: "第三部分（二）1."}, ui.T(lead), ui.T(support), ui.Dues(due), {Bar: &ui.Bar{Percent: percent, Label: fmt.Sprintf("%d%%", percent), Late: state == ui.Late}}, ui.Tags(state, word), {Actions: []ui.Action{{Label: "调整", Href: "/x"}}},
		}})
	}
	group := func(title string, n int) { v.Table.Rows = append(v.Table.Rows, ui.Row{Heading: title, Count: n}) }
	group("三、重点任务（一）加强家庭监护", 3)
	row(1, "开展家庭监护能力评估，对监护缺失、监护不当的家庭逐户建立干预台账", "县民政局", "县妇联、县教育局、各乡镇人民政府", critical, 40, ui.Late, "超期")
	row(2, "每季度至少开展一次家庭教育指导活动", "县妇联", "县教育局、团县委", soon, 75, ui.Running, "办理中")
	row(3, "落实委托照护备案制度", "各乡镇人民政府", "县民政局", later, 0, ui.Waiting, "待签收")
	group("三、重点任务（二）强化学校保护", 4)
	row(4, "校园欺凌防治专项检查覆盖率达到100%", "县教育局", "县公安局、县检察院", overdue, 90, ui.Checking, "待审核")
	row(5, "建立控辍保学联控联保机制", "县教育局", "县公安局、县司法局、各乡镇人民政府", settled, 100, ui.Finished, "已办结")
	row(6, "教职员工从业查询", "县教育局", "县检察院、县公安局", later, 20, ui.Returned, "已退回")
	row(7, "校园及周边环境整治", "县市场监管局", "县文旅局、县公安局", ui.Due{Date: "长期", Near: ui.Later}, 0, ui.Paused, "已挂起")
	return v
}

func record() recordView {
	return recordView{
		Identity: ui.Identity{Title: "青石镇人民政府", Kind: "牵头单位", Tag: &ui.Tag{State: ui.Checking, Label: "待审核"}, Due: &soon, Level: &ui.Level{Rank: 2, Label: "黄色 · 一般风险"},
			Facts: []ui.Fact{{Label: "承办人", Value: "何秀英"}, {Label: "下发", Value: "2026-03-02 09:30"}, {Label: "依据", Value: "年度方案 第三部分（一）2.", Href: "/plans/1#c12"}, {Label: "周期", Value: "每月25日前"}},
			Marks: []string{"涉及未成年人信息，查看会留下记录"}},
		Note: ui.Note{Tone: ui.Warn, Title: "时限为暂定", Text: "2027年的放假安排尚未公布，跨年的工作日时限会在公布后重新计算。"},
		Timeline: ui.Timeline{Title: "办理经过", More: "/x", Items: []ui.Event{
			{Title: "报告办结，等待审核", Who: "何秀英 · 青石镇人民政府", When: "今天 09:12", Icon: "send", Text: "11月台账已更新，新增2户、退出1户，附盖章扫描件。", Files: []ui.FileLink{{Name: "11月台账（盖章）.pdf", Href: "/f/1", Size: "1.2 MB"}}},
			{Title: "系统催办", Who: "系统", When: "昨天 08:00", Icon: "alert", Tone: ui.Danger, Text: "距时限还有4天。"},
			{Title: "申请延期，已同意", Who: "周岚 · 县未保办", When: "2026-11-18 16:40", Icon: "clock", Tag: &ui.Tag{State: ui.Finished, Label: "同意"}, Text: "原时限 2026-11-20，延至 2026-11-25。理由：两个村的入户核实因道路中断推迟。"},
			{Title: "签收", Who: "何秀英 · 青石镇人民政府", When: "2026-11-02 10:05", Icon: "check"},
			{Title: "下发", Who: "周岚 · 县未保办", When: "2026-11-01 09:00", Icon: "plan"},
		}},
		Summary: ui.Summary{Title: "任务要求", Action: &ui.Action{Label: "查看条款原文", Href: "/plans/1#c12"}, Facts: []ui.Fact{
			{Label: "牵头单位", Value: "青石镇人民政府"}, {Label: "配合单位", Value: "县民政局、县残联、县妇联"}, {Label: "要求", Value: "每月更新困境儿童台账，做到底数清、情况明。"},
			{Label: "目标", Value: "台账更新率 100%"}, {Label: "佐证", Value: "台账扫描件"}, {Label: "联系电话", Value: "136****0021", Reveal: &ui.Action{Label: "查看", Post: "/reveal", Icon: "eye"}}, {Label: "没有值的不显示"},
		}},
		Files: ui.Files{Title: "佐证材料", Items: []ui.FileLink{{Name: "10月台账（盖章）.pdf", Href: "/f/2", Size: "1.1 MB", Note: "何秀英 2026-10-24"}, {Name: "入户核实记录.docx", Href: "/f/3", Size: "86 KB", Note: "何秀英 2026-10-22"}}},
	}
}

func form() formView {
	f := ui.Form{
		Action: "/duties/1/reply", Submit: "提交反馈", Cancel: "/duties/1", Guard: true, Also: []ui.SubmitButton{{Label: "存为草稿", Name: "draft", Value: "1"}},
		Fields: []ui.Field{
			{Kind: ui.TextArea, Name: "text", Label: "办理情况", Hint: "写明做了什么、效果如何。不要填写未成年人的姓名和住址。", Required: true, Max: 500},
			{Kind: ui.Radios, Name: "result", Label: "办理结果", Required: true, Options: []ui.Option{{Value: "done", Label: "已完成"}, {Value: "part", Label: "阶段性完成", Hint: "剩余部分会继续计时"}, {Value: "none", Label: "本期没有新增情况"}}},
			{Kind: ui.Date, Name: "on", Label: "完成日期", Required: true, Short: true},
			{Kind: ui.Number, Name: "count", Label: "更新户数", Unit: "户", Short: true},
			{Kind: ui.Pick, Name: "unit", Label: "一并办理的单位", Options: units(), Blank: "请选择"},
			{Kind: ui.PickMany, Name: "support", Label: "配合单位", Options: units(), Values: []string{"2"}},
			{Kind: ui.File, Name: "file", Label: "佐证材料", Hint: "可以是扫描件、照片或表格。", Many: true, MaxMB: 20, Accept: ".pdf,.docx,.xlsx,.jpg,.png"},
		},
		Parts: []ui.Part{{Title: "审核人", Text: "由县未保办审核。", Fields: []ui.Field{{Kind: ui.Check, Name: "seal", Label: "材料已加盖公章"}}}},
	}
	problems := errs.Fields{}
	problems.Check(false, "text", "请填写办理情况，至少10个字。")
	problems.Check(false, "on", "完成日期不能晚于今天。")
	return formView{f.Fill(url.Values{"text": {"已办"}, "result": {"part"}, "on": {"2026-12-01"}, "count": {"31"}, "support": {"2", "4"}}, problems.Err())}
}

func login() loginView {
	return loginView{ui.Form{Action: "/login", Submit: "登录", Fields: []ui.Field{
		{Name: "name", Label: "账号", Required: true, Autocomplete: "username", Focus: true},
		{Kind: ui.Password, Name: "password", Label: "密码", Required: true, Autocomplete: "current-password"},
		{Kind: ui.Code, Name: "code", Label: "动态口令", Hint: "身份验证器上的6位数字。", Max: 6, Short: true, Autocomplete: "one-time-code"},
	}}}
}

func charts() chartsView {
	asof := "2026-11-22 10:00"
	mark := func(lead, support int) []ui.Mark {
		ms := make([]ui.Mark, 8)
		ms[lead] = ui.Mark{Sign: "牵头", Tone: "lead", Label: "牵头2项", Href: "/x"}
		ms[support] = ui.Mark{Sign: "配合", Tone: "support", Label: "配合3项", Href: "/x"}
		return ms
	}
	return chartsView{
		Figures: ui.Figures{Asof: asof, Items: []ui.Figure{{Label: "任务总数", Value: "62", Unit: "项", Href: "/x", Definition: "已下发、未撤回"}, {Label: "已办结", Value: "31", Unit: "项", Href: "/x", Definition: "审核通过"}, {Label: "按期办结率", Value: "86.1", Unit: "%", Href: "/x", Definition: "按期办结÷应办结"}, {Label: "超期", Value: "6", Unit: "项", Href: "/x", Near: ui.Overdue, Definition: "时限已过、未办结"}}},
		Bars:    ui.Bars{Title: "各单位未办结任务", Definition: "已下发、未办结的任务数。", Asof: asof, Unit: "项", Items: []ui.BarItem{{Label: "县教育局", Href: "/x", Values: []float64{12}}, {Label: "县民政局", Href: "/x", Values: []float64{9}}, {Label: "县公安局", Href: "/x", Values: []float64{5}}, {Label: "青石镇人民政府", Href: "/x", Values: []float64{3}}, {Label: "县残联", Href: "/x", Values: []float64{0}}}},
		Stacked: ui.Bars{Title: "各乡镇任务状态", Asof: asof, Unit: "项", Series: []ui.Series{{Label: "已办结", Tone: "a"}, {Label: "办理中", Tone: "c"}, {Label: "超期", Tone: "late"}}, Items: []ui.BarItem{{Label: "青石镇", Values: []float64{8, 3, 1}}, {Label: "白鹿乡", Values: []float64{6, 4, 2}}, {Label: "双河镇", Values: []float64{9, 2, 0}}}},
		Lines:   ui.Lines{Title: "每月办结", Definition: "按办结日期统计。", Asof: asof, Unit: "项", Labels: []string{"3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月"}, Series: []ui.LineSeries{{Label: "办结", Tone: "a", Values: []float64{2, 5, 9, 14, 12, 18, 22, 27, 31}}, {Label: "超期", Tone: "late", Values: []float64{0, 1, 1, 3, 2, 4, 3, 5, 6}}}},
		Donut:   ui.Donut{Title: "任务来源", Asof: asof, Total: "62", Unit: "项", Parts: []ui.Share{{Label: "年度方案", Href: "/x", Value: 41, Tone: "a"}, {Label: "会议议定", Value: 13, Tone: "b"}, {Label: "督办", Value: 8, Tone: "rest"}}},
		Matrix: ui.Matrix{Caption: "单位与条款的牵头和配合关系", Corner: "单位", Columns: []ui.MatrixHead{{Label: "家庭监护"}, {Label: "学校保护"}, {Label: "社会保护"}, {Label: "网络保护"}, {Label: "政府保护"}, {Label: "司法保护"}, {Label: "宣传教育"}, {Label: "阵地建设"}},
			Rows:   []ui.MatrixRow{{MatrixHead: ui.MatrixHead{Label: "县民政局", Href: "/x"}, Cells: mark(0, 4)}, {MatrixHead: ui.MatrixHead{Label: "县教育局", Href: "/x"}, Cells: mark(1, 0)}, {MatrixHead: ui.MatrixHead{Label: "县公安局", Href: "/x"}, Cells: mark(3, 1)}, {MatrixHead: ui.MatrixHead{Label: "县检察院", Href: "/x"}, Cells: mark(5, 1)}},
			Legend: []ui.Mark{{Sign: "牵头", Tone: "lead", Label: "对整项任务负责"}, {Sign: "配合", Tone: "support", Label: "对牵头单位负责"}}},
	}
}

func states() statesView {
	return statesView{
		Levels:   []ui.Level{{}, {Rank: 1, Label: "蓝色 · 低风险"}, {Rank: 2, Label: "黄色 · 一般风险"}, {Rank: 3, Label: "橙色 · 较高风险"}, {Rank: 4, Label: "红色 · 高风险"}},
		Tags:     []ui.Tag{{State: ui.Drafting, Label: "拟稿"}, {State: ui.Waiting, Label: "待签收"}, {State: ui.Running, Label: "办理中"}, {State: ui.Checking, Label: "待审核"}, {State: ui.Finished, Label: "已办结"}, {State: ui.Late, Label: "超期"}, {State: ui.Returned, Label: "已退回"}, {State: ui.Paused, Label: "已挂起"}, {State: ui.Ended, Label: "已免除"}, {State: ui.Uncertain, Label: "待确认"}},
		Dues:     []ui.Due{critical, overdue, soon, later, settled},
		Notes:    []ui.Note{{Title: "系统建议值", Text: "本县文件没有写明周期，请本县确定。", Link: &ui.Crumb{Label: "去设置", Href: "/rules"}}, {Tone: ui.Danger, Title: "生命危险先报警", Text: "请先拨打110或120，再登记。"}},
		Flashes:  []ui.Flash{{Tone: ui.Info, Text: "方案已解析，共识别62项任务。"}, {Tone: ui.Done, Text: "已下发62项任务。", Link: &ui.Crumb{Label: "查看清单", Href: "/x"}}, {Tone: ui.Warn, Text: "有3个单位名称没有找到，请逐一确认。"}, {Tone: ui.Danger, Text: "没有保存：文件超过20MB。请压缩后重新上传。"}},
		Progress: []ui.Progress{{ID: "p1", Poll: "/p", Label: "正在解析方案", Percent: 40, Note: "已处理 1,200 / 3,000 行"}, {ID: "p2", Poll: "/p", Label: "正在排队", Percent: -1}, {ID: "p3", Label: "解析完成", Done: true, Percent: 100, Next: &ui.Action{Label: "开始审核", Href: "/x"}}, {ID: "p4", Label: "解析没有完成", Failed: "文件已加密，无法读取。请在文字处理软件里取消密码后重新上传。"}},
		Table:    ui.Table{Empty: ui.Empty{Title: "还没有工作方案", Text: "上传本县印发的方案后，这里会列出其中的每一项任务、责任单位和时限。", Action: &ui.Action{Label: "上传方案", Href: "/plans/upload", Icon: "upload"}}},
		Confirm:  ui.Confirm{Title: "下发62项任务？", Text: "下发后各单位会立即收到待办，时限开始计算。", Points: []string{"牵头单位 18 个，配合单位 27 个", "11 项没有时限，按长期任务下发"}, Form: ui.Form{Action: "/plans/1/issue", Submit: "下发", Cancel: "/plans/1", Warning: "下发后不能整体收回，只能逐项撤回。"}},
		Actions:  []ui.Action{{Label: "导出", Href: "/x", Icon: "download"}, {Label: "删除", Post: "/x", Icon: "trash", Danger: true}},
	}
}

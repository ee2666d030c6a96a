package access

import "slices"

// Permission names one thing that a person can do; the same word is route
// tail, template, audit action and test.
type Permission string

// Two permissions need no post.
const (
	Public   Permission = "public"    // anybody, without a session
	SignedIn Permission = "signed_in" // any session, also one without a post
)

// Grant is a row of the permission table.
type Grant struct {
	Permission Permission
	Label      string // what it lets a person do, for the rights page
	Roles      []Role
}

var (
	working   = []Role{Officer, Leader, Supervisor, ChildDirector, Liaison, Operator}
	desk      = []Role{Officer, Leader, Supervisor, Liaison}
	handling  = []Role{Officer, Supervisor, ChildDirector, Liaison, Operator}
	guardians = []Role{Officer, Leader, Supervisor, ChildDirector}
	keeping   = []Role{Officer, Supervisor, ChildDirector}
	office    = []Role{Officer}
	guiding   = []Role{Officer, Leader}
	admins    = []Role{SystemAdmin, SecurityAdmin, AuditAdmin}
)

// Table is the whole of what roles may do; whatever is not in it is refused.
var Table = []Grant{
	{"duty.inbox", "查看待办、已办和超期事项", working},
	{"duty.calendar", "查看责任事项日历", working},
	{"duty.show", "查看责任事项的经过", working},
	{"duty.sign", "签收责任事项", []Role{Officer, Supervisor, ChildDirector, Liaison, Operator}},
	{"duty.return", "退回责任事项并说明理由", []Role{Officer, Supervisor, Liaison, Operator}},
	{"duty.extend", "申请延期", []Role{Officer, Supervisor, ChildDirector, Liaison}},
	{"duty.extend_check", "审批延期申请", guiding},
	{"duty.pause", "挂起和恢复责任事项", office},
	{"duty.waive", "免除责任事项", guiding},
	{"duty.reassign", "改派责任事项", office},
	{"duty.assign", "在本单位内指定承办人", []Role{Officer, Supervisor, Liaison}},
	{"duty.urge", "催办", guiding},

	{"plan.list", "查看工作方案和任务", desk},
	{"plan.upload", "上传并解析工作方案", office},
	{"plan.review", "审核方案解析结果", office},
	{"plan.issue", "下发方案任务", office},
	{"plan.amend", "下发后调整、撤回、增补任务", office},
	{"plan.task", "查看一项任务从条款到佐证", working},
	{"plan.progress", "登记任务进展和佐证材料", handling},
	{"plan.reply", "反馈任务办理结果", handling},
	{"plan.check", "审核任务办理结果（配合单位的反馈由牵头单位审核）", handling},
	{"plan.export", "导出和打印任务清单", desk},
	{"plan.copy", "以本年方案编制下年方案", office},

	{"org.list", "查看单位、联络员和领导小组", append(slices.Clone(working), SystemAdmin, SecurityAdmin)},
	{"org.edit", "维护单位、别名和隶属关系", []Role{Officer, SystemAdmin}},
	{"org.group", "维护领导小组成员名单", office},
	{"org.handover", "办理岗位交接", []Role{Officer, SystemAdmin}},
	{"region.list", "查看行政区划", append(slices.Clone(working), SystemAdmin, SecurityAdmin)},
	{"region.edit", "新增、更名、合并行政区划", []Role{SystemAdmin}},
	{"region.import", "导入行政区划", []Role{SystemAdmin}},
	{"workday.list", "查看工作日历", append(slices.Clone(working), SystemAdmin)},
	{"workday.import", "导入国务院放假和调休安排", []Role{SystemAdmin}},
	{"rule.list", "查看本县规则及其依据", append(slices.Clone(desk), SystemAdmin, SecurityAdmin)},

	{"user.list", "查看账号和岗位", []Role{SystemAdmin, SecurityAdmin}},
	{"user.create", "新建、停用账号，申请岗位授权", []Role{SystemAdmin}},
	{"user.grant", "审批和撤销岗位授权", []Role{SecurityAdmin}},
	{"user.reset", "重置登录凭据", []Role{SystemAdmin}},
	{"key.list", "查看密钥状态", []Role{SecurityAdmin}},
	{"key.rotate", "轮换密钥", []Role{SecurityAdmin}},
	{"audit.list", "查询审计记录", []Role{AuditAdmin}},
	{"audit.verify", "校验审计链", []Role{AuditAdmin}},
	{"job.list", "查看后台作业和失败清单", []Role{SystemAdmin}},
	{"job.retry", "重试失败的后台作业", []Role{SystemAdmin}},
	{"system.status", "查看系统状态和备份", admins},
	{"system.bundle", "制作支持包（不含业务数据和个人信息）", []Role{SystemAdmin}},

	{"child.list", "查看未成年人台账", guardians},
	{"child.search", "查找未成年人档案", guardians},
	{"child.show", "查看档案（隐去隐私内容）", guardians},
	{"child.reveal", "查看档案中的隐私内容并留痕", guardians},
	{"child.add", "建立档案", keeping},
	{"child.edit", "修改档案", keeping},
	{"child.category", "登记对象类别的进入和退出", keeping},
	{"child.close", "结束和恢复档案", keeping},
	{"child.match", "查看疑似重复的档案", guardians},
	{"child.merge", "合并重复档案、撤销合并、认定不是同一人", []Role{Officer, Supervisor}},
	{"child.import", "导入名单、建立和更新档案", keeping},
	{"child.import_undo", "整批撤销导入", keeping},
	{"child.compare", "比对部门名单、核实差异", keeping},
	{"child.numbers", "查看统计数据", append(slices.Clone(guardians), Liaison)},
	{"child.view", "保存和删除台账的常用视图", guardians},
	{"child.export", "导出台账（隐去隐私内容）", guardians},
	{"child.disclose", "申请导出未隐去的名单，下载批准的名单", guardians},
	{"child.disclose_decide", "审批导出未隐去的名单", []Role{Officer, Supervisor}},
	{"child.disclose_list", "查看导出未隐去名单的登记", []Role{AuditAdmin}},
	{"child.request", "申请更正、转出、转入和结束档案", keeping},
	{"child.notice", "登记委托照护的书面告知", []Role{Officer, Supervisor, ChildDirector, Liaison}},
	{"child.decide", "审批档案申请，签收转入的档案", []Role{Officer, Supervisor}},
	{"child.audit_pack", "生成个人信息合规审计资料", []Role{AuditAdmin}},

	{"assessment.list", "查看风险评估及其依据", guardians},
	{"assessment.assess", "评估风险等级", keeping},
	{"assessment.decide", "审定、确认风险等级", []Role{Officer, Leader, Supervisor}},
	{"assessment.replan", "按变化后的规则更新等级和关爱安排", office},
	{"assessment.record", "登记走访、联系等关爱服务", keeping},

	{"special.list", "查看专项名单", guardians},
	{"special.step", "登记专项名单事项的办理和证明材料", keeping},
	{"special.refer", "提出由专业人员关爱（登记后只有保密名单的经办人看得到）", keeping},
	{"special.secret", "查看和办理单独保密的名单", []Role{Officer, Supervisor}},

	{"case.list", "查看本人参加的个案", guardians},
	{"case.show", "查看本人参加的个案（不是个案组成员的看不到）", guardians},
	{"case.open", "开立个案", keeping},
	{"case.edit", "制定和修改服务方案", keeping},
	{"case.team", "调整个案组成员", keeping},
	{"case.serve", "登记服务、儿童本人意见和情况", keeping},
	{"case.confer", "组织会商、登记纪要", keeping},
	{"case.decision", "落实会商决定", handling},
	{"case.close", "提出结案", keeping},
	{"case.decide", "审核结案", []Role{Officer, Leader, Supervisor}},
	{"case.follow", "登记结案后的回访", keeping},
	{"case.reopen", "重新开启个案", keeping},
	{"case.enter", "紧急查看个案并留痕", office},
	{"case.numbers", "查看个案和转介统计", guiding},

	{"emergency.show", "查看应急清单和值班安排", working},
	{"emergency.start", "启动应急清单、增减步骤", []Role{Officer, Supervisor}},
	{"emergency.step", "登记应急步骤的办理情况", handling},
	{"emergency.roster", "安排应急值班", office},
	{"emergency.touch", "列入突发事件涉及的未成年人", []Role{Officer, Supervisor}},
	{"emergency.declare", "启动和结束突发事件预案", guiding},

	{"referral.list", "查看转介和交办", working},
	{"referral.show", "查看一项转介的内容和办理经过", working},
	{"referral.dispatch", "下达转介、增加协办单位", []Role{Officer, Supervisor}},
	{"referral.supplement", "补充转介材料", []Role{Officer, Supervisor}},
	{"referral.withdraw", "撤回转介", []Role{Officer, Supervisor}},
	{"referral.return", "退回转介并说明理由和依据", []Role{Officer, Supervisor, Liaison, Operator}},
	{"referral.progress", "登记转介办理进展", handling},
	{"referral.reply", "反馈转介办理结果", handling},
	{"referral.check", "审核转介反馈（协办单位的反馈由牵头单位审核）", handling},

	{"screening.list", "查看排查进度和名单", guardians},
	{"screening.begin", "发起排查", []Role{Officer, Supervisor}},
	{"screening.answer", "登记每名儿童的排查结果", keeping},
	{"screening.expect", "登记预计人数及其来源", keeping},
	{"screening.finish", "报告本村（社区）完成排查、零报告", keeping},
	{"screening.review", "退回村（社区）重查", []Role{Officer, Supervisor}},
	{"screening.close", "结束和重新开启排查", []Role{Officer, Supervisor}},
	{"screening.export", "导出排查进度表", guardians},
	{"guardianship.list", "查看监护干预措施（保密的限参与单位）", append(slices.Clone(guardians), Liaison)},
	{"guardianship.open", "对监护人采取干预措施", []Role{Officer, Supervisor}},
	{"guardianship.record", "登记监护干预措施的进展", []Role{Officer, Supervisor, ChildDirector, Liaison}},
	{"guardianship.reveal", "查看监护干预措施的隐私内容并留痕", append(slices.Clone(guardians), Liaison)},
	{"guardianship.paper", "生成监护干预文书", []Role{Officer, Supervisor, Liaison}},
	{"guardianship.party", "确定哪些单位参与监护干预措施", []Role{Officer, Supervisor}},

	{"intake.register", "登记报告线索", handling},
	{"intake.mine", "查看本人登记的报告的办理状态", handling},
	{"intake.list", "查看报告线索", guiding},
	{"intake.show", "查看一件报告的办理经过（隐去内容）", guiding},
	{"intake.reveal", "查看报告内容并留痕", guiding},
	{"intake.accept", "受理报告，登记首次处置", guiding},
	{"intake.decide", "研判报告，确定牵头和配合单位", guiding},
	{"intake.answer", "答复、询问报告人，办结报告", guiding},
	{"intake.reject", "不予受理、退回报告并说明理由", guiding},
	{"intake.merge", "合并反映同一件事的报告", office},
	{"intake.shield", "对有关人员屏蔽报告，提级办理", guiding},
	{"intake.identity_ask", "申请查看报告人身份", guiding},
	{"intake.identity_decide", "审批查看报告人身份的申请", guiding},
	{"intake.order", "导入热线工单，导出办理结果", []Role{Officer, Operator}},
	{"intake.order_return", "退回热线工单并说明理由", guiding},
	{"intake.partner", "发放和收回热线对接口令", []Role{SecurityAdmin}},
	{"intake.numbers", "查看报告受理统计", guiding},

	{"justice.list", "查看本单位登记的司法保护事项", []Role{Officer, Liaison}},
	{"justice.add", "登记司法保护事项的保管单位和联系人", []Role{Officer, Liaison}},
	{"justice.reveal", "查看司法保护事项涉及的人和联系人并留痕", []Role{Officer, Liaison}},
	{"justice.seal", "封存司法保护事项", []Role{Officer, Liaison}},
	{"justice.unseals", "查看保密查询申请", []Role{Officer, Leader, Liaison}},
	{"justice.unseal", "申请查询封存的事项", []Role{Officer, Liaison}},
	{"justice.unseal_decide", "审批保密查询申请", []Role{Leader}},
	{"justice.look", "在获准的时间内查看封存的事项并留痕", []Role{Officer, Liaison}},

	{"search.find", "搜索任务、单位和地方", append(slices.Clone(working), SystemAdmin, SecurityAdmin)},
	{"suggestion.add", "提出意见建议，查看对自己的答复", append(slices.Clone(working), admins...)},
	{"suggestion.list", "查看本地区的意见建议", guiding},
	{"suggestion.answer", "答复意见建议", office},
}

var granted = func() map[Permission]map[Role]bool {
	m := make(map[Permission]map[Role]bool, len(Table))
	for _, g := range Table {
		m[g.Permission] = make(map[Role]bool, len(g.Roles))
		for _, r := range g.Roles {
			m[g.Permission][r] = true
		}
	}
	return m
}()

// Known tells whether a permission stands in the table or is one of the two open ones.
func Known(p Permission) bool {
	_, ok := granted[p]
	return ok || p == Public || p == SignedIn
}

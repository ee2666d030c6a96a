package authpage

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
)

// actionWords names what is journalled without being a permission of its own.
var actionWords = []struct{ action, label string }{
	{"auth.login", "登录"}, {"auth.logout", "退出登录"}, {"auth.refuse", "登录失败"}, {"auth.lock", "连续失败，暂停登录"}, {"auth.spray", "疑似批量猜测口令"},
	{"auth.password", "修改口令"}, {"auth.enrol", "绑定动态口令"}, {"auth.switch", "切换岗位"},
	{"user.create", "新建账号"}, {"user.disable", "停用账号"}, {"user.enable", "启用账号"}, {"user.request", "申请岗位"}, {"user.grant", "批准岗位"}, {"user.refuse", "不批准岗位"},
	{"user.end", "撤销岗位"}, {"user.factor", "解除动态口令"}, {"user.activate", "发放激活码"}, {"user.recover", "在服务器上恢复管理员账号"}, {"user.edited", "岗位记录被改动"},
	{"duty.open", "下达责任事项"}, {"duty.close", "办结责任事项"}, {"duty.begin", "开始计时"}, {"duty.resume", "恢复计时"}, {"duty.amend", "调整责任事项"}, {"duty.cancel", "撤销责任事项"},
	{"duty.handover", "交接责任事项"}, {"duty.recalculate", "重新计算时限"}, {"duty.remind", "到期提醒"}, {"duty.superior", "报上级督促"}, {"duty.propose", "建议发督办单"},
	{"region.rehome", "区划调整后转交事项"}, {"workday.recalculate", "按新工作日历重算时限"},
	{"key.retire", "销毁旧主密钥"}, {"key.shred", "销毁档案密钥"}, {"file.add", "上传附件"}, {"file.remove", "移除附件"},
}

func actionLabel(action string) string {
	for _, a := range actionWords {
		if a.action == action {
			return a.label
		}
	}
	for _, g := range access.Table {
		if string(g.Permission) == action {
			return g.Label
		}
	}
	return action
}

// subjectWords names the kinds of things in the journal.
var subjectWords = map[string]string{
	"auth_user": "账号", "auth_post": "岗位", "plan": "工作方案", "plan_task": "方案任务", "duty": "责任事项", "duty_series": "周期事项",
	"org_unit": "单位", "org_county": "本县设置", "org_member": "领导小组成员", "region": "行政区划", "workday_year": "工作日历",
	"vault_master": "主密钥", "job": "后台作业", "suggestion": "意见建议", "file": "附件", "plan_reply": "反馈", "duty_step": "责任事项", "search": "搜索",
	"casework_case": "个案", "casework_referral": "转介", "casework_reply": "转介反馈", "casework_decision": "会商决定", "casework_conference": "会商", "casework_follow": "结案回访",
	"casework_run": "应急清单", "casework_step": "应急步骤", "casework_roster": "应急值班", "casework_contingency": "突发事件预案", "intake_report": "报告", "intake_order": "热线工单", "intake_partner": "热线对接口令",
	"guardianship_measure": "监护措施", "assessment_proof": "评估证明", "assessment_step": "专项名单事项", "child_disclosure": "未隐去名单的导出", "child_import_batch": "导入批次", "child_view": "名单视图",
	"justice": "封存档案", "justice_unseal": "解封", "system": "系统",
	"child": "未成年人档案", "assessment": "评估", "assessment_record": "评估记录",
}

// detailWords names what the details of entries hold, in the order in which
// they are read.
var detailWords = []struct{ key, label string }{
	{"login", "账号"}, {"holder", "用户"}, {"role", "角色"}, {"unit", "单位"}, {"region", "行政区划"}, {"starts", "自"}, {"ends", "至"},
	{"until", "锁定至"}, {"cause", "原因"}, {"key", "密钥"}, {"group", "记录组"}, {"file", "附件"}, {"kind", "类型"},
	{"form", "形式"}, {"source", "来源"}, {"tasks", "任务"}, {"duties", "事项"}, {"duty", "事项"}, {"series", "周期事项"}, {"units", "单位"}, {"days", "天数"}, {"added", "新增"},
	{"result", "结果"}, {"edit", "修改次序"}, {"step", "步骤"}, {"recurrence", "周期"}, {"digest", "文件摘要"}, {"discard", "文件摘要"}, {"from", "原"}, {"to", "现"}, {"new", "新岗位"},
	{"change", "变更"}, {"other", "相关单位"}, {"county", "县"}, {"places", "区划"}, {"aliases", "别名"}, {"body", "领导小组"}, {"rank", "职务"}, {"ended", "卸任"}, {"named", "署名"}, {"length", "查询字数"}, {"found", "结果"}, {"hits", "结果"},
	{"child", "档案"}, {"level", "等级"}, {"agreed", "同意"}, {"entered", "纳入"}, {"left", "退出"}, {"reopened", "重新建档"}, {"fields", "项目"}, {"purpose", "用途"}, {"reason", "理由"},
	{"due", "时限"}, {"ground", "依据"}, {"case", "个案"}, {"referral", "转介"}, {"report", "报告"}, {"request", "申请"}, {"state", "状态"}, {"lead", "牵头单位"}, {"support", "协办单位"}, {"supports", "协办单位"},
	{"number", "编号"}, {"outcome", "结果"}, {"decisions", "决定"}, {"off", "取消"}, {"calm", "核实无需办理"}, {"rows", "行数"}, {"files", "附件"}, {"channel", "渠道"}, {"situation", "情形"}, {"urgency", "紧急程度"},
}

// valueWords are values that programs write, in the words of people.
var valueWords = map[string]map[string]string{
	"form":   {"xlsx": "表格", "docx": "公文"},
	"result": {"accept": "审核通过", "back": "退回补充"},
	"step":   {"undo": "撤销", "redo": "恢复"},
	"cause":  {"code": "动态口令不正确"},
	"ground": {"case": "司法机关办案需要", "state": "有关单位根据国家有关规定查询"},
}

// people finds the accounts which entries are about.
func (p *Pages) people(ctx context.Context, tx *db.Tx, by access.Actor, rows []audit.Entry) (map[ref.User]string, error) {
	var ids []ref.User
	for _, e := range rows {
		if e.Subject == "auth_user" {
			ids = append(ids, ref.User(e.SubjectID))
		}
		if id, err := ref.Parse[ref.User](fmt.Sprint(values(e.Detail)["holder"])); err == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return p.Guard.Logins(ctx, tx, by, slices.Compact(ids))
}

// unitKeys are the details that hold a unit.
var unitKeys = []string{"unit", "lead", "other"}

// units names the units which entries are about.
func units(ctx context.Context, tx *db.Tx, rows []audit.Entry) (map[ref.Unit]string, error) {
	var ids []ref.Unit
	for _, e := range rows {
		m := values(e.Detail)
		for _, key := range unitKeys {
			if n, ok := m[key].(json.Number); ok {
				id, _ := n.Int64() // none is of no unit
				ids = append(ids, ref.Unit(id))
			}
		}
	}
	return org.Names(ctx, tx, ids)
}

func subject(e audit.Entry, people map[ref.User]string) string {
	word := subjectWords[e.Subject]
	if word == "" {
		word = e.Subject
	}
	switch {
	case e.Subject == "auth_user" && people[ref.User(e.SubjectID)] != "":
		return word + " " + people[ref.User(e.SubjectID)]
	case e.Subject == "auth_user" && e.SubjectID == 0:
		return "不存在的账号"
	case e.SubjectID == 0:
		return word
	}
	return word + " " + strconv.FormatInt(e.SubjectID, 10)
}

func values(detail string) map[string]any {
	var m map[string]any
	decoder := json.NewDecoder(strings.NewReader(detail))
	decoder.UseNumber()
	if decoder.Decode(&m) != nil {
		return nil
	}
	return m
}

// maxDetail bounds what a row of the list shows of an entry's details.
const maxDetail = 160

func detail(text string, people map[ref.User]string, names map[ref.Unit]string) string {
	m := values(text)
	var parts []string
	for _, w := range detailWords {
		if v := value(w.key, m[w.key], people, names); v != "" {
			parts = append(parts, w.label+" "+v)
		}
		delete(m, w.key)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, key+" "+fmt.Sprint(m[key]))
	}
	out := []rune(strings.Join(parts, "，"))
	if len(out) > maxDetail {
		return string(out[:maxDetail]) + "…"
	}
	return string(out)
}

func value(key string, v any, people map[ref.User]string, names map[ref.Unit]string) string {
	if v == nil {
		return ""
	}
	switch v := v.(type) {
	case []any:
		return strconv.Itoa(len(v)) + "项"
	case map[string]any:
		sum := int64(0)
		for _, n := range v {
			n, _ := n.(json.Number)
			i, _ := n.Int64()
			sum += i
		}
		return strconv.FormatInt(sum, 10) + "项"
	case bool:
		return map[bool]string{true: "是", false: "否"}[v]
	}
	text := fmt.Sprint(v)
	if word := valueWords[key][text]; word != "" {
		return word
	}
	switch key {
	case "role":
		return access.Role(text).Label()
	case "until", "due":
		ms, _ := strconv.ParseInt(text, 10, 64) // none is shown as none
		return civil.FormatTime(clock.Instant(ms).Time())
	case "holder":
		if id, err := ref.Parse[ref.User](text); err == nil && people[id] != "" {
			return people[id]
		}
	case "unit", "lead", "other":
		if text == "0" {
			return ""
		}
		id, _ := strconv.ParseInt(text, 10, 64) // none has no name
		if name := names[ref.Unit(id)]; name != "" {
			return name
		}
	}
	return text
}

package systempage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/ui"
)

type pledgeView struct {
	Basis ui.Note
	Bans  []ban
	Also  []string
	Ask   *ui.Action
}

// ban is one thing which the State Council's office forbids to tools for
// officials, with how the product keeps it and how anybody can see that.
type ban struct {
	Title string // the ban
	Does  string // what the product does instead
	Proof string // what shows it
}

// bans are the five of 国办函〔2026〕12号, in short; its wording was seen in
// excerpts only.
var bans = []ban{
	{"不随意、不重复要求基层填表报数",
		"一件事只登记一次，清单、月报、季报和汇报材料都从日常办理的记录里生成。没有变化可以直接确认“无变化”，零报告同样有效，几秒钟就能完成。",
		"每一份清单和报表都能点回它依据的记录；系统里没有“再报一遍”的表格。"},
	{"不打卡签到，不积分排名，不计在线时长",
		"系统不设打卡、签到积分和个人排行。督办和考核只看事项是否按时办结，对象是单位和乡镇，不给儿童主任和工作人员个人排名。",
		"数据库里没有打卡、积分、在线时长这些内容，每次发布前由程序自动检查；登录记录只用于账号安全，不对外统计。"},
	{"不强制推广，不考核安装率，不要求定期登录",
		"用浏览器打开网址就能用，不需要安装。多久登录一次由工作决定，没有事项时不必登录，系统也不催促登录。",
		"系统不统计安装量、登录率和活跃度，也没有这样的报表。"},
	{"不异化为考核督查的载体，不强制拍照、录像、留轨迹",
		"走访和巡查用选择和文字登记。照片是可选的佐证，由办理人自己决定是否上传；系统不读取位置，不记录行动轨迹，也不评比点赞和学习时长。",
		"网页已向浏览器声明不使用定位、摄像头和麦克风，浏览器不会弹出这些授权；每次发布前由程序自动检查。"},
	{"不搞经营活动",
		"系统没有广告、商城、充值和第三方链接，不向任何公司提供数据。",
		"网页只从本县的服务器加载内容，不连接其他网站。"},
}

var also = []string{
	"发现孩子有危险，先拨打110或120。系统不会让任何表格排在报警前面。",
	"每个数字都写明统计口径和时间，可以点开看到对应的清单。",
	"您看到的每条规则都标明依据；没有文件规定的，标明“系统建议值”。",
}

// Pledge shows what the product never does to people, and where to complain.
func (p *Pages) Pledge(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v := pledgeView{Bans: bans, Also: also, Basis: ui.Note{Tone: ui.Info, Title: "依据国办函〔2026〕12号",
		Text: "国务院办公厅要求防治“指尖上的形式主义”，政务应用不得加重基层负担，并应设置意见反馈入口。下列五条按该文件的禁止事项归纳，依据原文未核对。"}}
	page := ui.Page{Title: "减负承诺", Nav: section(by), Lead: "本系统为减轻基层负担而建。下面五件事，系统过去没有、以后也不做。",
		More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("suggestion.add") {
		page.Action = &ui.Action{Label: "提意见、投诉", Href: "/suggestions/add", Icon: "edit"}
		v.Ask = &ui.Action{Label: "查看我提出的意见和答复", Href: "/suggestions?view=mine", Icon: "history"}
	}
	return p.UI.Page(w, r, by, "pledge.html", page, v)
}

// section is the navigation entry under which the actor works.
func section(by access.Actor) string {
	if by.Can("duty.inbox") {
		return "desk"
	}
	return "system"
}

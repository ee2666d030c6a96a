package childpage

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/imports"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/idcard"
	"weibao/internal/ui"
)

// How much of what happened stands on the record itself, and at most on a page.
const (
	timelineRows = 8
	revealedRows = 20
	wholeHistory = 500
)

type historyView struct{ Timeline ui.Timeline }

// History is all that happened to a file, without the values.
func (p *Pages) History(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	f, err := p.Cabinet.Show(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	rec, err := p.gather(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	page := ui.Page{Title: "全部经过", Kicker: NameOf(f.Child) + "的档案", Nav: "child", Crumbs: crumbs(ui.Crumb{Label: NameOf(f.Child), Href: Path(id)}),
		Lead: "改动前后的内容，在档案页选择用途、查看隐私内容后显示。"}
	return p.UI.Page(w, r, by, "history.html", page, historyView{p.timeline(rec, wholeHistory)})
}

// titleOf says in a few words what a change was, without a word of its reason.
func titleOf(t child.Told) string {
	switch {
	case t.Action == "child.decide":
		return decidedTitle(t)
	case t.Action == "child.edit":
		return editTitle(t.Words)
	}
	if title, ok := actionTitles[string(t.Action)]; ok {
		return title
	}
	return "修改档案"
}

// decidedTitle is that of a change which one person asked for and another granted.
func decidedTitle(t child.Told) string {
	for _, d := range t.Differences {
		switch {
		case d.Field == "state" && d.After == string(child.Closed):
			return "经审批结束档案"
		case d.Field == "state":
			return "经审批恢复使用"
		case d.Field == "region":
			return "转入签收，居住地变更"
		}
	}
	return "经审批更正档案"
}

// editTitle tells a person's edit from what a department's list or a screening brought.
func editTitle(words string) string {
	for prefix, title := range map[string]string{"导入：": "按部门名单更新", "撤销导入：": "撤销名单导入"} {
		key, ok := strings.CutPrefix(words, prefix)
		if !ok {
			continue
		}
		if slices.ContainsFunc(imports.Sources, func(s imports.Source) bool { return s.Label == key }) {
			title += "（" + key + "）"
		}
		return title
	}
	if strings.HasPrefix(words, "集中排查：") {
		return "集中排查登记"
	}
	return "修改档案"
}

var actionTitles = map[string]string{
	"child.close": "档案状态变化", "child.category": "对象类别变化", "child.add": "建立档案", "child.notice": "登记委托照护的书面告知", "child.merge": "与重复档案合并、分开", "region.edit": "行政区划调整",
}

// timeline is what happened to the file, the latest first.
func (p *Pages) timeline(rec record, most int) ui.Timeline {
	now := rec.bounds.Now.Time()
	var all []Dated
	add := func(at clock.Instant, e ui.Event) {
		e.When = ui.Clockwise(at.Time(), now)
		all = append(all, Dated{at, e})
	}
	on := func(day civil.Date, e ui.Event) {
		e.When = civil.FormatDate(day)
		all = append(all, Dated{clock.Of(day.End()), e})
	}
	for _, t := range rec.past {
		add(t.At, ui.Event{Title: titleOf(t), Text: rec.changeWords(t), Who: joinWho(t.ActorName, rec.units[t.Unit]), Icon: "edit"})
	}
	for _, l := range visits(rec.looks) {
		add(l.At, ui.Event{Title: l.words(), Text: "用途：" + strings.Join(l.purposes, "、"), Who: joinWho(l.ActorName, l.UnitName), Icon: "eye"})
	}
	for _, h := range rec.held {
		label := p.categoryWords([]string{h.Category.Category}, rec.on, rec.Revealed)
		on(h.Started, ui.Event{Title: "列入“" + label + "”", Icon: "flag"})
		if !h.Ended.IsZero() {
			on(h.Ended, ui.Event{Title: "退出“" + label + "”", Text: child.LabelOf(child.LeaveReasons, h.Reason), Icon: "minus-circle"})
		}
	}
	for _, e := range rec.assessed.Events {
		add(e.At, e.Event)
	}
	add(rec.Created, ui.Event{Title: "建立档案", Text: sourceWord(rec.Source), Icon: "plus"})
	slices.SortStableFunc(all, func(a, b Dated) int { return cmp.Compare(b.At, a.At) })
	t := ui.Timeline{Title: "经过"}
	for i, d := range all {
		if i == most {
			t.More = Path(rec.ID) + "/history"
			break
		}
		t.Items = append(t.Items, d.Event)
	}
	return t
}

// visit is what one person looked at in a row on one day.
type visit struct {
	child.Look
	times    int
	purposes []string
}

func (v visit) words() string {
	if v.times == 1 {
		return "查看隐私内容"
	}
	return "查看隐私内容" + strconv.Itoa(v.times) + "次"
}

// visits joins looks of one person that follow each other on one day; each of them stands in the list of looks.
func visits(looks []child.Look) []visit {
	var out []visit
	for _, l := range looks {
		purpose := purposeWord(l.Purpose)
		if n := len(out) - 1; n >= 0 && out[n].Actor == l.Actor && civil.DateOf(out[n].At.Time()) == civil.DateOf(l.At.Time()) {
			out[n].times++
			if !slices.Contains(out[n].purposes, purpose) {
				out[n].purposes = append(out[n].purposes, purpose)
			}
			continue
		}
		out = append(out, visit{l, 1, []string{purpose}})
	}
	return out
}

func joinWho(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " · " + unit
}

func purposeWord(key string) string {
	for _, purpose := range child.Purposes {
		if purpose.Key == key {
			return purpose.Label
		}
	}
	if key == child.Disclosed {
		return "导出未隐去的名单"
	}
	return key
}

// changeWords says what a change did: before a reveal which fields, after it with values and reason.
func (rec record) changeWords(t child.Told) string {
	var parts []string
	if !rec.Revealed {
		for _, d := range t.Differences {
			if word := fieldWord(d.Field); !slices.Contains(parts, word) {
				parts = append(parts, word)
			}
		}
		return "改动：" + strings.Join(parts, "、")
	}
	for _, d := range t.Differences {
		parts = append(parts, fieldWord(d.Field)+"由"+quoted(rec.valueWord(d.Field, d.Before))+"改为"+quoted(rec.valueWord(d.Field, d.After)))
	}
	text := strings.Join(parts, "；")
	if t.Words != "" {
		text += "。依据：" + t.Words
	}
	return text
}

func quoted(value string) string {
	if value == "" {
		return "（空）"
	}
	return "“" + value + "”"
}

// fieldWords name the paths of a file; # stands for a place in a list.
var fieldWords = map[string]string{
	"name": "姓名", "sex": "性别", "birth": "出生日期", "region": "居住地", "school": "学校", "grade": "年级", "state": "档案状态", "unit": "学校",
	"dossier.number": "公民身份号码", "dossier.no_number": "无身份号码原因", "dossier.papers.#.kind": "其他证件", "dossier.papers.#.number": "其他证件号码",
	"dossier.ethnic": "民族", "dossier.phone": "本人电话", "dossier.household.kind": "户籍性质", "dossier.household.moved": "离开户籍地的日期",
	"dossier.places.registered.region": "户籍地", "dossier.places.registered.text": "户籍地址", "dossier.places.residence.region": "居住地",
	"dossier.places.residence.group": "村民小组", "dossier.places.residence.text": "居住地址", "dossier.places.school.region": "就读地", "dossier.places.school.text": "学校地址",
	"dossier.places.occurrence.region": "发生地", "dossier.places.occurrence.text": "发生地址",
	"dossier.people.#.name": "人员姓名", "dossier.people.#.relation": "人员与儿童的关系", "dossier.people.#.guardian": "监护人", "dossier.people.#.caregiver": "实际照护人",
	"dossier.people.#.member": "同住家庭成员", "dossier.people.#.number": "人员身份号码", "dossier.people.#.phone": "人员电话", "dossier.people.#.address": "人员住址",
	"dossier.people.#.situation.#": "人员情况", "dossier.people.#.since": "人员情况起始日期", "dossier.people.#.blocked": "不得联系", "dossier.people.#.child": "人员本人档案",
	"dossier.people.#.delegation.from": "委托照护开始日期", "dossier.people.#.delegation.until": "委托照护预计结束日期", "dossier.people.#.delegation.signed": "委托照护协议签订日期",
	"dossier.people.#.delegation.cleared.#": "受委托人逐项核实", "dossier.people.#.delegation.school": "委托照护书面告知学校", "dossier.people.#.delegation.village": "委托照护书面告知村（居）委会",
	"dossier.people.#.delegation.school_proof": "告知学校的凭据", "dossier.people.#.delegation.village_proof": "告知村（居）委会的凭据", "dossier.people.#.delegation.unable": "不能表达意愿的原因",
	"dossier.people.#.delegation.contact_weekly": "约定监护人每周联系儿童", "dossier.people.#.delegation.consulted": "委托照护听取儿童意见",
	"dossier.schooling.state": "就学情况", "dossier.schooling.class": "班级", "dossier.schooling.student": "学籍号", "dossier.schooling.boards": "住校",
	"dossier.schooling.left": "离校日期", "dossier.schooling.teacher": "班主任", "dossier.schooling.phone": "班主任电话",
	"dossier.health.state": "健康状况", "dossier.health.disability.#.kind": "残疾类别", "dossier.health.disability.#.grade": "残疾等级",
	"dossier.health.certificate": "残疾人证号", "dossier.health.illness": "疾病",
	"dossier.family.away": "父母外出", "dossier.family.away_since": "外出起始日期", "dossier.family.away_to": "外出地", "dossier.family.guardianship.#": "监护状况",
	"dossier.family.quality": "监护质量", "dossier.family.income": "主要收入", "dossier.situation.#": "已核实的情形", "dossier.welfare.#": "享受保障",
	"dossier.remarks": "备注", "dossier.photo": "照片", "dossier.checked.#": "部门核对的项目",
	"dossier.contact.unit": "联系人单位", "dossier.contact.name": "联系人", "dossier.contact.phone": "联系人电话",
	"dossier.extra.#.key": "本县字段", "dossier.extra.#.value": "本县字段",
}

var position = regexp.MustCompile(`\.\d+(\.|$)`)

func generic(path string) string { return position.ReplaceAllString(path, ".#$1") }

// fieldWord names a path of a file.
func fieldWord(path string) string {
	if word, ok := fieldWords[generic(path)]; ok {
		return word
	}
	return "其他内容"
}

func regionField(path string) bool { return path == "region" || strings.HasSuffix(path, ".region") }

// valueWord says a stored value as people do.
func (rec record) valueWord(path, value string) string {
	switch {
	case value == "":
		return ""
	case regionField(path):
		return orSelf(rec.places[value], value)
	case path == "sex":
		return idcard.Sex(value).Word()
	case path == "state":
		return map[string]string{string(child.Open): "在用", string(child.Closed): "已结"}[value]
	case path == "dossier.no_number":
		return child.LabelOf(child.NoNumberReasons, value)
	case path == "dossier.ethnic":
		return orSelf(child.Ethnic(value), value)
	case strings.HasSuffix(path, ".relation"):
		return child.LabelOf(child.Relations, value)
	case strings.Contains(path, ".disability."):
		return disabilityWord(path, value)
	case value == "true" || value == "false":
		return yes(value == "true")
	case strings.HasPrefix(path, "dossier.situation."):
		return child.LabelOf(child.Harms, value)
	case strings.Contains(path, ".delegation.cleared."):
		return "已核实没有：" + child.LabelOf(child.Bars, value)
	}
	if on, err := civil.Parse(value); err == nil {
		return civil.FormatDate(on)
	}
	return value
}

func disabilityWord(path, value string) string {
	n, err := strconv.Atoi(value)
	list := child.DisabilityKinds
	if strings.HasSuffix(path, ".grade") {
		list = child.DisabilityGrades
	}
	if err != nil || n < 1 || n > len(list) {
		return value
	}
	return list[n-1]
}

func orSelf(word, value string) string {
	if word == "" {
		return value
	}
	return word
}

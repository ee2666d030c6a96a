package rulepage

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type showView struct {
	Note     *ui.Note
	Identity ui.Identity
	Key      string // the rule's number in the files
	Parts    *ui.Table
	History  ui.Table
	Uses     []ui.Crumb
}

// Show is one rule: what it says, since when, by what authority, and where it works.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	kind, id := rule.Kind(r.PathValue("kind")), r.PathValue("id")
	history := p.Book().History(kind, id)
	if len(history) == 0 {
		return errs.Missing()
	}
	today := p.today()
	at, now := inForce(history, today)
	e := history[at]
	v := showView{Note: noteOf(e, now), Identity: identity(e), Key: id, Parts: parts(e), History: historyTable(history, at, now, today),
		Uses: append(p.Uses[string(kind)+"/"+id], p.Uses[string(kind)]...)}
	if c, ok := e.Value.(rule.Category); ok {
		v.Identity.Facts = append(v.Identity.Facts, categoryFacts(c, p.Book().CategoryLabels(c.Codes, today))...)
	}
	page := ui.Page{Title: letter.Punctuate(e.Label), Kicker: kind.Label(), Nav: "system", Crumbs: []ui.Crumb{{Label: "本县规则", Href: "/rules"}},
		More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "show.html", page, v)
}

// inForce gives the value that holds today, or the latest where none does.
func inForce(history []rule.Entry, today civil.Date) (at int, now bool) {
	for i, e := range history {
		if e.Holds(today) {
			return i, true
		}
	}
	return 0, false
}

func noteOf(e rule.Entry, now bool) *ui.Note {
	switch {
	case !now:
		return &ui.Note{Tone: ui.Warn, Title: "这条规则今天不在有效期内", Text: "下面是最近一次的内容，系统现在不按它办理。"}
	case e.Status == rule.Suggested:
		return &ui.Note{Tone: ui.Warn, Title: rule.SuggestedNote, Text: "没有文件规定这一项，系统先按建议值办理。未保办确定后，由系统管理员写入本县规则并注明文件名称和条款。"}
	case notRead(e):
		return &ui.Note{Tone: ui.Warn, Title: unread, Text: "这一项取自摘录或转载，编制时没有看到文件原文。据此作出重要决定前，请先查对原文。"}
	}
	return nil
}

func identity(e rule.Entry) ui.Identity {
	i := ui.Identity{Kind: "规定内容", Title: value(e), Tag: statusTag(e.Status), Facts: []ui.Fact{
		{Label: "责任主体", Value: who(e.Value)}, {Label: "依据", Value: source(e.Source)}, {Label: "说明", Value: letter.Punctuate(e.Source.Note)},
		{Label: "有效期", Value: days(e)}, {Label: "来源", Value: origin(e)}}}
	if l, ok := e.Value.(rule.Level); ok {
		i.Level = &ui.Level{Rank: l.N, Label: letter.Punctuate(l.Label), Color: l.Color, Figure: l.Shape}
	}
	return i
}

// parts explains line by line what does not fit one: conditions, rungs, indicators, duties.
func parts(e rule.Entry) *ui.Table {
	switch v := e.Value.(type) {
	case rule.Category:
		return conditions(v)
	case rule.Scale:
		return scaleTable(v)
	case rule.Matrix:
		return matrixTable(v)
	case rule.Ladder:
		t := &ui.Table{ID: "steps", Caption: "步骤", Columns: []ui.Column{{Label: "顺序", Slim: true}, {Label: "时间", Slim: true}, {Label: "做什么", Wide: true}, {Label: "对谁", Slim: true}}}
		for i, s := range v.Steps {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T("第" + numerals[min(i, len(numerals)-1)] + "步"), ui.T(offsetWords(s.Offset)), ui.T(letter.Punctuate(s.Label)), ui.T(receivers[s.To])}})
		}
		return t
	}
	return listParts(e.Value)
}

var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "末"}

// conditions lists the conditions of a category by what they decide.
func conditions(c rule.Category) *ui.Table {
	t := &ui.Table{ID: "conditions", Caption: "认定条件", Columns: []ui.Column{{Label: "条件，须同时符合", Wide: true}, {Label: "规则文件中的写法", Quiet: true}}}
	for _, part := range []struct {
		heading string
		list    []rule.Condition
	}{{"符合才能登记", c.Entering()}, {"符合就提示登记", c.Proposing()}, {"符合就提示退出", c.Exit}} {
		if len(part.list) == 0 {
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Heading: part.heading})
		for _, w := range part.list {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(w.Words())), {HTML: formula(w.Text)}}})
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

// categoryFacts says what else a category fixes.
func categoryFacts(c rule.Category, national []string) []ui.Fact {
	facts := []ui.Fact{{Label: "信息分级", Value: c.Class.Label()}, {Label: "专项名单", Value: c.Group.Label()},
		{Label: "证明材料", Value: letter.Punctuate(strings.Join(c.Evidence, "；"))}, {Label: "对应全国类别", Value: strings.Join(national, "；")}}
	if c.Until > 0 {
		facts = append(facts, ui.Fact{Label: "提示退出的年龄", Value: fmt.Sprintf("满%d周岁", c.Until)})
	}
	return facts
}

func historyTable(history []rule.Entry, shown int, now bool, today civil.Date) ui.Table {
	t := ui.Table{ID: "history", Caption: "历次规定", Columns: []ui.Column{{Label: "有效期", Slim: true}, {Label: "来源", Slim: true}, {Label: "规定内容", Wide: true}, {Label: "性质", Slim: true}, {Label: "依据"}, {Label: "现在", Slim: true}}}
	for i, e := range history {
		state := "已失效"
		switch {
		case now && i == shown:
			state = "正在执行"
		case e.From.After(today):
			state = "尚未生效"
		case e.Holds(today):
			state = "本县另有规定"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(days(e)), ui.T(origin(e)), ui.T(value(e)), {Tag: statusTag(e.Status)}, ui.T(source(e.Source)), ui.T(state)}})
	}
	return t
}

// formula keeps what stands in a file as it is: signs of a machine, not of a text.
func formula(text string) template.HTML {
	return template.HTML(`<code translate="no">` + template.HTMLEscapeString(strings.TrimSpace(text)) + "</code>")
}

package screeningpage

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

type villageView struct {
	Notes    []ui.Note
	Identity ui.Identity
	Figures  ui.Figures
	Links    []ui.Action
	Box      *boxView
	Tabs     []ui.Tab
	Table    ui.Table
	Timeline ui.Timeline
}

// boxView is the box in which a child of the village is searched.
type boxView struct{ Action, Words, Hint string }

// Village is the page on which a village is screened.
func (p *Pages) Village(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	view, page, err := p.village(r.Context(), tx, by, id, code, r.URL.Query().Get("show"))
	if err != nil {
		return err
	}
	if view.Table, err = p.listed(r.Context(), tx, by, id, code, r.URL.Query()); err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "village.html", page, view)
}

// village is the page without its list.
func (p *Pages) village(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code, show string) (villageView, ui.Page, error) {
	c, row, err := p.Desk.Village(ctx, tx, by, id, code)
	if err != nil {
		return villageView{}, ui.Page{}, err
	}
	places, err := region.Places(ctx, tx, []string{code})
	if err != nil {
		return villageView{}, ui.Page{}, err
	}
	events, err := p.Desk.Events(ctx, tx, by, id, code, eventRows)
	if err != nil {
		return villageView{}, ui.Page{}, err
	}
	bounds, err := p.Desk.Kernel.Bounds(ctx, tx)
	if err != nil {
		return villageView{}, ui.Page{}, err
	}
	view := villageView{Identity: ui.Identity{Title: places[code], Kind: c.Name, Tag: villageTag(c, row, today(tx)), Due: dueOf(c, bounds)},
		Figures: villageFigures(row), Timeline: p.timeline(ctx, tx, events), Links: links(by, c, row), Tabs: tabs(c, row, show)}
	if row.Finished != 0 {
		view.Identity.Due.Near, view.Identity.Due.Distance = ui.Settled, ""
		view.Identity.Facts = []ui.Fact{{Label: "报告", Value: row.FinishedName, Sub: civil.FormatTime(row.Finished.Time())}, {Label: "说明", Value: row.Words}}
	}
	if view.Notes, err = p.notes(ctx, tx, c, row); err != nil {
		return villageView{}, ui.Page{}, err
	}
	if row.Living > boxFrom {
		view.Box = &boxView{Action: villagePath(id, code) + "/search"}
	}
	page := ui.Page{Title: "排查名单", Nav: "screening", Crumbs: crumbs(crumbOf(c)), More: []ui.Action{{Label: "打印", Print: true}}}
	if c.State == screening.Open && row.Finished == 0 && by.Can("screening.finish") {
		page.Action = &ui.Action{Label: finishWord(row), Href: villagePath(id, code) + "/finish", Icon: "check-circle"}
	}
	return view, page, nil
}

// boxFrom is the number of children from which a list has a box to search in.
const boxFrom = 15

func finishWord(r screening.Row) string {
	if r.Living == 0 {
		return "零报告"
	}
	return "报告完成"
}

func villageFigures(r screening.Row) ui.Figures {
	expected := "还没有登记预计人数"
	if r.Expected != screening.NotSaid {
		expected = "预计" + count(r.Expected) + "人：" + r.Source
	}
	return ui.Figures{Items: []ui.Figure{
		{Label: "未查", Value: count(r.Missing()), Unit: "人", Definition: "在档减已查"},
		{Label: "已查", Value: count(r.Done()), Unit: "人", Definition: "含写明原因的"},
		{Label: "在档", Value: count(r.Living), Unit: "人", Definition: expected}}}
}

func (p *Pages) notes(ctx context.Context, tx *db.Tx, c screening.Campaign, r screening.Row) ([]ui.Note, error) {
	out := standing(c, r)
	if c.State != screening.Open {
		return out, nil
	}
	was, err := p.Desk.Earlier(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	form, err := p.Desk.FormOf(c)
	if err != nil {
		return nil, err
	}
	left, err := p.Desk.Carried(ctx, tx, form, was, []string{r.Region})
	if n := left[r.Region]; n > 0 {
		out = append(out, ui.Note{Tone: ui.Warn, Title: "结转：还有" + count(n) + "人上次就没有见到", Text: "“" + was.Name + "”以来一直没有见到，名单里写着“结转”，请先查。"})
	}
	return out, err
}

// standing says what holds for the whole village.
func standing(c screening.Campaign, r screening.Row) []ui.Note {
	var out []ui.Note
	switch {
	case c.State == screening.Closed:
		out = append(out, ui.Note{Tone: ui.Info, Text: "这次排查已经结束，以下是结束时的数字。"})
	case r.Finished != 0 && r.Missing() > 0:
		out = append(out, ui.Note{Tone: ui.Warn, Title: "报告完成后又有" + count(r.Missing()) + "名儿童没有结果", Text: "可能是新建档或迁入的，请补查；不需要再次报告。"})
	case r.Unknown() > 0:
		out = append(out, ui.Note{Tone: ui.Info, Text: "预计比在档多" + count(r.Unknown()) + "人。找到的请建档；确实没有的，报告完成时说明原因即可，不必凑数。"})
	}
	return out
}

func links(by access.Actor, c screening.Campaign, r screening.Row) []ui.Action {
	var out []ui.Action
	path := villagePath(c.ID, r.Region)
	if c.State != screening.Open {
		return nil
	}
	if by.Can("screening.answer") {
		out = append(out, ui.Action{Label: "发现新的孩子", Href: path + "/new", Icon: "plus"})
	}
	if by.Can("screening.expect") {
		out = append(out, ui.Action{Label: "登记预计人数", Href: path + "/expect", Icon: "edit"})
	}
	if by.Can("screening.review") && r.Finished != 0 {
		out = append(out, ui.Action{Label: "退回重查", Href: path + "/review", Icon: "return"})
	}
	return out
}

// lists are the parts of a village's list, by the word in the address.
var lists = []struct {
	key, label string
	part       screening.Part
}{
	{"", "未查", screening.Part{}},
	{"done", "已查", screening.Part{}},
	{"news", "有变化、新发现", screening.Part{Outcomes: []screening.Outcome{screening.Changed, screening.Found}}},
	{"absent", "未见到", screening.Part{Outcomes: []screening.Outcome{screening.Absent}}},
	{"assess", "需评估", screening.Part{Leads: true}},
}

// tabs leads to the parts of the list with their numbers.
func tabs(c screening.Campaign, r screening.Row, here string) []ui.Tab {
	counts := map[string]int64{"": r.Missing(), "done": r.Done(), "news": r.Changed + r.Found, "absent": r.Absent, "assess": r.Leads}
	var out []ui.Tab
	for _, l := range lists {
		href := villagePath(c.ID, r.Region)
		if l.key != "" {
			href += "?show=" + l.key
		}
		out = append(out, ui.Tab{Label: l.label, Href: href, Here: l.key == here, Count: int(counts[l.key])})
	}
	return out
}

func (p *Pages) listed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, q url.Values) (ui.Table, error) {
	for _, l := range lists[1:] {
		if l.key == q.Get("show") {
			return p.done(ctx, tx, by, id, code, q, l.part)
		}
	}
	return p.missing(ctx, tx, by, id, code, q)
}

// missing lists who was not seen yet, to be ticked off together or one by one.
func (p *Pages) missing(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, q url.Values) (ui.Table, error) {
	c, err := p.Desk.Get(ctx, tx, by, id)
	if err != nil {
		return ui.Table{}, err
	}
	var after screening.Key
	if who, err := ref.Parse[ref.Child](q.Get("after")); err == nil {
		level, _ := strconv.Atoi(q.Get("level")) // what is not a number is the lowest
		after = screening.Key{Level: level, Due: q.Get("due"), ID: who}
	}
	rows, err := p.Desk.Missing(ctx, tx, by, id, code, after, pageRows+1)
	if err != nil {
		return ui.Table{}, err
	}
	was, err := p.Desk.Earlier(ctx, tx, c)
	if err != nil {
		return ui.Table{}, err
	}
	t := p.childTable(c, was, rows, tx, by)
	t.Empty = ui.Empty{Title: "没有未查的儿童", Text: "都查过了就可以报告完成。本村确实没有符合条件的儿童，也请报告，零报告同样有效。"}
	if c.State == screening.Closed {
		t.Rows, t.Empty = nil, ui.Empty{Title: "这次排查已经结束", Text: "结束时的未查人数见上。现在的情况请看未成年人台账。"}
		return t, nil
	}
	if len(rows) > pageRows || after != (screening.Key{}) {
		t.Pager = &ui.Pager{Note: "风险高的在前，每页" + strconv.Itoa(pageRows) + "人"}
		if after != (screening.Key{}) {
			t.Pager.First = villagePath(id, code)
		}
		if len(rows) > pageRows {
			last := rows[pageRows-1]
			t.Rows = t.Rows[:pageRows]
			t.Pager.Next = villagePath(id, code) + "?" + url.Values{"level": {strconv.Itoa(last.Level)}, "due": {last.Due}, "after": {ref.Format(last.ID)}}.Encode()
		}
	}
	return t, nil
}

// childTable lists children with what can be done at once.
func (p *Pages) childTable(c screening.Campaign, was screening.Earlier, rows []child.Child, tx *db.Tx, by access.Actor) ui.Table {
	t := ui.Table{Caption: "还没有查的儿童", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "风险等级", Slim: true}, {Label: "上次排查", Slim: true, Quiet: true}}}
	takes := c.State == screening.Open && by.Can("screening.answer")
	if takes && len(rows) > 0 {
		t.Batch = &ui.Batch{Action: villagePath(c.ID, rows[0].Region) + "/same", Unit: "人", Buttons: []ui.BatchButton{{Label: "勾选的都没有变化", Icon: "check"}}}
	}
	for _, x := range rows {
		row := ui.Row{Label: called(x), Cells: []ui.Cell{{Text: called(x), Href: childPath(c.ID, x.ID), Sub: p.about(x, today(tx))}, {}, ui.T(screened(x))}}
		if was.Carries(x) {
			row.Cells[0].Sub = "结转，上次没有见到　" + row.Cells[0].Sub
		}
		if x.Level > 0 {
			row.Cells[1].Level = p.level(x.Level, today(tx))
		}
		if takes {
			row.Select, row.Cells[0].HTML = ref.Format(x.ID), sameButton(x.ID)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// sameButton enters one child of the list by one touch; its form is the list's.
func sameButton(id ref.Child) template.HTML {
	return template.HTML(`<button class="btn btn-small" name="one" value="` + ref.Format(id) + `">无变化</button>`)
}

func screened(c child.Child) string {
	if c.Screened.IsZero() {
		return "没有"
	}
	return c.Screened.String()
}

// done lists what was entered.
func (p *Pages) done(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, q url.Values, of screening.Part) (ui.Table, error) {
	after, _ := strconv.ParseInt(q.Get("after"), 10, 64) // the first page has none
	list, err := p.Desk.Entered(ctx, tx, by, id, code, of, after, pageRows+1)
	if err != nil {
		return ui.Table{}, err
	}
	t := ui.Table{Caption: "已经登记的结果", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "结果", Slim: true}, {Label: "提示"}, {Label: "登记", Quiet: true}},
		Empty: ui.Empty{Title: "这里还没有人", Text: "登记排查结果后会列在这里。"}}
	if len(list) > pageRows || after > 0 {
		t.Pager = &ui.Pager{Note: "后登记的在前，每页" + strconv.Itoa(pageRows) + "人"}
		base := villagePath(id, code) + "?show=" + url.QueryEscape(q.Get("show"))
		if after > 0 {
			t.Pager.First = base
		}
		if len(list) > pageRows {
			list = list[:pageRows]
			t.Pager.Next = base + "&after=" + strconv.FormatInt(list[pageRows-1].ID, 10)
		}
	}
	c, err := p.Desk.Get(ctx, tx, by, id)
	if err != nil {
		return t, err
	}
	was, err := p.Desk.Earlier(ctx, tx, c)
	if err != nil {
		return t, err
	}
	for _, e := range list {
		hint := ui.Cell{Text: screening.ReasonLabel(e.Reason)}
		if e.Lead == 1 {
			hint.Tag = leadTag(e.Answer)
		}
		if was.Carries(e.File) {
			hint.Sub = "上次也没有见到（结转）"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: called(e.File), Href: childPath(id, e.Child), Sub: p.about(e.File, today(tx))},
			{Tag: outcomeTag(e.Outcome)}, hint, {Text: e.ByName, Sub: civil.FormatTime(e.At.Time())}}})
	}
	return t, nil
}

func outcomeTag(o screening.Outcome) *ui.Tag {
	states := map[screening.Outcome]ui.State{screening.Same: ui.Finished, screening.Changed: ui.Checking, screening.Found: ui.Drafting, screening.Absent: ui.Uncertain}
	return &ui.Tag{State: states[o], Label: o.Label()}
}

func leadTag(a screening.Answer) *ui.Tag {
	if a.Assessed != 0 {
		return &ui.Tag{State: ui.Finished, Label: "已评估"}
	}
	return &ui.Tag{State: ui.Waiting, Label: "需评估"}
}

// Same takes the children with whom nothing has changed.
func (p *Pages) Same(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	values := r.PostForm["id"]
	if one := r.PostForm.Get("one"); one != "" {
		values = []string{one}
	}
	var who []ref.Child
	for _, v := range values {
		x, err := ref.Parse[ref.Child](v)
		if err != nil {
			return errs.Missing()
		}
		who = append(who, x)
	}
	var b screening.Batch
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		if _, _, err := p.Desk.Village(ctx, tx, by, id, code); err != nil {
			return err
		}
		b, err = p.Desk.EnterSame(ctx, tx, by, id, who)
		return err
	})
	if refused(err) {
		ui.RedirectWith(w, r, villagePath(id, code), ui.Warn, message(err))
		return nil
	}
	if err != nil {
		return err
	}
	if len(who) == 1 && len(b.Lacking) == 1 {
		ui.RedirectWith(w, r, childPath(id, who[0]), ui.Warn, "档案里还缺必须了解的情况，请补填一次，以后就不用再填。")
		return nil
	}
	tone, words := sameWords(b)
	ui.RedirectWith(w, r, villagePath(id, code), tone, words)
	return nil
}

func sameWords(b screening.Batch) (ui.Tone, string) {
	words := []string{"已登记" + ui.Count(b.Entered) + "人没有变化。"}
	if b.Before > 0 {
		words = append(words, ui.Count(b.Before)+"人本次已有结果，保持不变。")
	}
	if b.Leads > 0 {
		words = append(words, ui.Count(b.Leads)+"人需要评估，已列入待办。")
	}
	if b.Never > 0 {
		words = append(words, ui.Count(b.Never)+"人从未评估，已列入“需评估”。")
	}
	if len(b.Lacking) > 0 {
		return ui.Warn, strings.Join(append(words, ui.Count(len(b.Lacking))+"人的档案缺少必须了解的情况，仍在名单里，请逐人补填一次。"), "")
	}
	return ui.Done, strings.Join(words, "")
}

// message is what an error says to the person.
func message(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Message
	}
	return "没有办成，请刷新后重试。"
}

// Search finds children of the village by name, initials or the last four of a number.
func (p *Pages) Search(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	view, page, err := p.village(r.Context(), tx, by, id, code, "")
	if err != nil {
		return err
	}
	c, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	was, err := p.Desk.Earlier(r.Context(), tx, c)
	if err != nil {
		return err
	}
	words := r.PostFormValue("q")
	var hits []child.Child
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		hits, err = p.Desk.Search(ctx, tx, by, id, code, words)
		return err
	})
	hint := "找到" + ui.Count(len(hits)) + "人"
	if errs.Is(err, errs.Invalid) {
		hint, err = "请至少输入两个字、两个拼音首字母，或号码的后四位", nil
	}
	if err != nil {
		return err
	}
	view.Box = &boxView{villagePath(id, code) + "/search", words, hint}
	view.Table = p.childTable(c, was, hits, tx, by)
	view.Table.Empty = ui.Empty{Title: "本村没有找到", Text: "请核对用字，或改用拼音首字母。确实没有档案的，点“发现新的孩子”。"}
	return p.UI.Page(w, r, by, "village.html", page, view)
}

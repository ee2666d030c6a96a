package emergencypage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

// EventPath is the address of public events.
const EventPath = "/emergency-events"

func eventPath(id int64) string { return EventPath + "/" + strconv.FormatInt(id, 10) }

type eventView struct {
	First  ui.Note
	Facts  ui.Summary
	Filter ui.Filter
	Table  ui.Table
	Behind *ui.Table // villages with children that are not reached
	Form   *ui.Form  // puts children on the list
	Widen  *ui.Form  // lets it hold in more places
}

const touchedRows = 50

// reachStates are what can be told of a child, in the order of the tabs.
var reachStates = []struct {
	key, label string
	state      ui.State
}{
	{emergency.Unheard, "未联系", ui.Waiting}, {emergency.Lost, "联系不上", ui.Late}, {emergency.Care, "需要照护", ui.Running}, {emergency.Safe, "平安", ui.Finished}, {emergency.Left, "不再涉及", ui.Ended},
}

func reachTag(state string) *ui.Tag {
	for _, s := range reachStates {
		if s.key == state {
			return &ui.Tag{State: s.state, Label: s.label}
		}
	}
	return nil
}

// Event is a public event with the children whom it touches: who is reached,
// who is not, and how far each one's checklist is.
func (p *Pages) Event(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showEvent(w, r, by, nil)
}

func eventOf(r *http.Request) (int64, error) {
	id, err := ref.Parse[ref.Duty](r.PathValue("event")) // any id
	if err != nil {
		return 0, errs.Missing()
	}
	return int64(id), nil
}

func (p *Pages) showEvent(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := eventOf(r)
	if err != nil {
		return err
	}
	ctx, tx, q := r.Context(), p.DB.Reader(), r.URL.Query()
	c, err := p.Desk.Contingency(ctx, tx, by, id)
	if err != nil {
		return err
	}
	plan, _ := p.Desk.Book().Contingency(c.Plan, civil.DateOf(tx.Now.Time()))
	unit, _ := ref.Parse[ref.Unit](q.Get("unit")) // none is any
	counts, err := p.Desk.Tally(ctx, tx, by, id, unit)
	if err != nil {
		return err
	}
	holds, err := p.Desk.Places(ctx, tx, []emergency.Contingency{c})
	if err != nil {
		return err
	}
	names, err := region.Places(ctx, tx, holds[id])
	if err != nil {
		return err
	}
	view := eventView{First: first(letter.Punctuate(plan.First)), Filter: eventTabs(id, q, counts), Facts: ui.Summary{Facts: []ui.Fact{{Label: "启动的依据", Value: c.Reason},
		{Label: "范围", Value: held(names, holds[id])}, {Label: "启动", Value: civil.FormatTime(c.Began.Time()), Sub: c.ByName}, {Label: "结束", Value: civil.FormatTime(c.Ended.Time()), Sub: c.EndedBy},
		{Label: "涉及", Value: ui.Count(int(counts[""])) + "名", Sub: "没有联系上的" + ui.Count(int(counts[emergency.Unreached])) + "名"}}}}
	if c.Ended == 0 {
		view.Facts.Facts[3].Value = ""
	}
	if view.Table, err = p.touched(ctx, tx, by, c, q); err != nil {
		return err
	}
	if view.Behind, err = p.behind(ctx, tx, by, id); err != nil {
		return err
	}
	page := ui.Page{Title: letter.Punctuate(plan.Label), Kicker: "突发事件", Nav: "casework", Crumbs: []ui.Crumb{{Label: "应急值守", Href: WatchPath}}, More: []ui.Action{{Print: true}}}
	if view.Form, err = p.touchForm(ctx, tx, by, c); err != nil {
		return err
	}
	if view.Widen, err = p.widenForm(ctx, tx, by, c, holds[id]); err != nil {
		return err
	}
	if view.Form != nil && counts[""] > 0 {
		page.Action = &ui.Action{Label: "列入名单", Href: "#" + view.Form.ID, Icon: "plus"}
	}
	if problem != nil {
		page.Status = ui.Status(problem)
		for _, f := range []*ui.Form{view.Form, view.Widen} {
			if f != nil && f.Action == r.URL.Path {
				*f = f.Fill(r.PostForm, problem)
			}
		}
	}
	return p.UI.Page(w, r, by, "event.html", page, view)
}

// eventTabs lead to the parts of the list with their numbers.
func eventTabs(id int64, q url.Values, counts map[string]int64) ui.Filter {
	f := ui.Filter{Action: eventPath(id)}
	add := func(state, label string) {
		f.Quick = append(f.Quick, ui.Tab{Label: label, Href: eventAddress(id, state, q.Get("unit"), ""), Here: q.Get("show") == state, Count: int(counts[state]), Urgent: state == emergency.Unreached})
	}
	add("", "全部")
	add(emergency.Unreached, "没有联系上")
	for _, s := range reachStates {
		add(s.key, s.label)
	}
	return f
}

func eventAddress(id int64, show, unit, after string) string {
	v := url.Values{}
	for name, value := range map[string]string{"show": show, "unit": unit, "after": after} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return eventPath(id)
	}
	return eventPath(id) + "?" + v.Encode()
}

// touched is the list of the children.
func (p *Pages) touched(ctx context.Context, tx *db.Tx, by access.Actor, c emergency.Contingency, q url.Values) (ui.Table, error) {
	unit, _ := ref.Parse[ref.Unit](q.Get("unit"))              // none is any
	after, _ := ref.Parse[emergency.TouchedID](q.Get("after")) // none is the first page
	f := emergency.TouchFilter{State: q.Get("show"), Unit: unit, After: after, Limit: touchedRows + 1}
	rows, err := p.Desk.Touched(ctx, tx, by, c.ID, f)
	t := ui.Table{ID: "touched", Caption: "涉及的未成年人", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "情况", Slim: true}, {Label: "应急清单", Slim: true}, {Label: "由谁联系"}},
		Empty: ui.Empty{Title: "没有符合条件的未成年人", Text: "列入名单后，各村（社区）会收到逐一联系的待办。"}}
	if err != nil {
		return t, err
	}
	if len(rows) > touchedRows || after != 0 {
		t.Pager = &ui.Pager{Note: "每页" + strconv.Itoa(touchedRows) + "名"}
		if after != 0 {
			t.Pager.First = eventAddress(c.ID, f.State, q.Get("unit"), "")
		}
		if len(rows) > touchedRows {
			rows = rows[:touchedRows]
			t.Pager.Next = eventAddress(c.ID, f.State, q.Get("unit"), ref.Format(rows[touchedRows-1].ID))
		}
	}
	codes, units := make([]string, len(rows)), make([]ref.Unit, len(rows))
	for i, row := range rows {
		codes[i], units[i] = row.Region, row.Unit
	}
	places, err := placed(ctx, tx, by, codes)
	if err != nil {
		return t, err
	}
	names, err := p.Units(ctx, tx, units)
	for _, row := range rows {
		t.Rows = append(t.Rows, touchedRow(by, row, places[row.Region], names[row.Unit], civil.DateOf(tx.Now.Time())))
	}
	if c.Ended == 0 {
		t.Batch = eventBatch(by, c.ID)
	}
	return t, err
}

// placed names places as a list does; who looks after more than a county reads the county, too.
func placed(ctx context.Context, tx *db.Tx, by access.Actor, codes []string) (map[string]string, error) {
	places, err := region.Places(ctx, tx, codes)
	if err != nil || access.County(by.Post.Region) != "" {
		return places, err
	}
	counties := make([]string, len(codes))
	for i, code := range codes {
		counties[i] = emergency.SeatOf(code)
	}
	names, err := region.Names(ctx, tx, counties)
	for i, code := range codes {
		if counties[i] != code && !strings.HasPrefix(places[code], names[counties[i]]) {
			places[code] = names[counties[i]] + places[code]
		}
	}
	return places, err
}

func touchedRow(by access.Actor, row emergency.Line, place, unit string, on civil.Date) ui.Row {
	name := ui.Cell{Text: called(row.File), Sub: row.File.Sex.Word() + "　" + aged(row.File, on) + "　" + place}
	if by.Can("child.show") && row.File.Sees(by) {
		name.Href = "/children/" + ref.Format(row.File.ID)
	}
	list, asked := ui.Cell{}, ui.Cell{Text: unit}
	if row.Run != 0 {
		list = ui.T("已办" + ui.Count(int(row.Done)) + "步，共" + ui.Count(int(row.All)) + "步")
		if by.Can("emergency.step") {
			list.Href = Path(row.Run)
		}
	}
	if row.Told != 0 {
		asked.Sub = row.ByName + "，" + civil.FormatTime(row.Told.Time())
	}
	return ui.Row{Select: ref.Format(row.ID), Label: name.Text, Cells: []ui.Cell{name, {Tag: reachTag(row.State), Sub: row.Words}, list, asked}}
}

// eventBatch is what can be told of many children at once.
func eventBatch(by access.Actor, id int64) *ui.Batch {
	b := &ui.Batch{Unit: "人"}
	if by.Can("emergency.step") {
		b.Action = eventPath(id) + "/safe"
		b.Buttons = []ui.BatchButton{{Label: "平安", Icon: "check"}, {Label: "需要照护", Action: eventPath(id) + "/care", Icon: "alert"}, {Label: "联系不上", Action: eventPath(id) + "/lost", Icon: "send"}}
	}
	if by.Can("emergency.touch") {
		b.Buttons = append(b.Buttons, ui.BatchButton{Label: "不再涉及", Action: eventPath(id) + "/left", Icon: "return"})
	}
	if len(b.Buttons) == 0 {
		return nil
	}
	return b
}

// behind lists where children are not reached, nil where nobody is missing.
func (p *Pages) behind(ctx context.Context, tx *db.Tx, by access.Actor, id int64) (*ui.Table, error) {
	rows, err := p.Desk.Behinds(ctx, tx, by, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids, codes := make([]ref.Unit, len(rows)), make([]string, len(rows))
	for i, b := range rows {
		ids[i], codes[i] = b.Unit, b.Region
	}
	names, err := p.Units(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	places, err := placed(ctx, tx, by, codes)
	if err != nil {
		return nil, err
	}
	bounds, err := p.Kernel.Bounds(ctx, tx)
	t := &ui.Table{ID: "behind", Caption: "还有孩子没有联系上的单位", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "没有联系上", Num: true}, {Label: "涉及", Num: true}, {Label: "时限", Slim: true}, {Label: "操作", Tools: true}}}
	for _, b := range rows {
		unit := ui.Link(names[b.Unit], eventAddress(id, emergency.Unreached, ref.Format(b.Unit), ""))
		if access.County(by.Post.Region) == "" {
			unit.Sub = places[b.Region]
		}
		row := ui.Row{Cells: []ui.Cell{unit, ui.T(ui.Count(int(b.N))), ui.T(ui.Count(int(b.All))), {}, {}}}
		if b.Duty != 0 {
			due := dueOf(b, bounds)
			row.Near, row.Cells[3] = due.Near, ui.Dues(due)
			if by.Can("duty.urge") {
				row.Cells[4].Actions = []ui.Action{{Label: "催办", Href: "/duties/" + ref.Format(b.Duty) + "/urge", Icon: "send", Dialog: true}}
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t, err
}

func dueOf(b emergency.Behind, bounds duty.Bounds) ui.Due {
	return dutypage.Due(duty.Duty{ID: b.Duty, Unit: b.Unit, State: duty.Open, Due: b.Due, Clock: duty.Hours}, bounds)
}

// touchForm asks whom the event touches.
func (p *Pages) touchForm(ctx context.Context, tx *db.Tx, by access.Actor, c emergency.Contingency) (*ui.Form, error) {
	if c.Ended != 0 || !by.Can("emergency.touch") {
		return nil, nil
	}
	scope := by.Scope().Region
	if len(access.Prefix(scope)) < len(access.Prefix(c.Region)) {
		scope = c.Region
	}
	holds, err := p.Desk.Places(ctx, tx, []emergency.Contingency{c})
	if err != nil {
		return nil, err
	}
	regions, err := divisions(ctx, tx, by, scope)
	if err != nil {
		return nil, err
	}
	regions = slices.DeleteFunc(regions, func(o ui.Option) bool { // lists of children are of one county
		return access.County(o.Value) == "" || !slices.ContainsFunc(holds[c.ID], func(place string) bool { return emergency.Within(o.Value, place) })
	})
	above := access.County(scope) == "" && slices.ContainsFunc(holds[c.ID], func(place string) bool { return access.County(place) == "" })
	var categories []ui.Option
	for _, category := range ledger.Shown(p.Desk.Book(), civil.DateOf(tx.Now.Time())) {
		categories = append(categories, ui.Option{Value: category.ID, Label: letter.Punctuate(category.Label)})
	}
	return &ui.Form{ID: "touch", Action: eventPath(c.ID) + "/touch", Submit: "列入名单", Fields: []ui.Field{
		{Kind: ui.Pick, Name: "region", Label: "哪里的孩子", Blank: map[bool]string{true: "请选择县（市、区）或者乡镇（街道）", false: "全部"}[above], Required: above, Options: regions, Short: true},
		{Kind: ui.Pick, Name: "category", Label: "类别", Blank: "不限", Options: categories, Short: true},
		{Kind: ui.Text, Name: "school", Label: "学校", Max: 60, Short: true, Hint: "只列入这所学校的孩子，按学校名称中的字查找。"}}}, nil
}

// divisions lists what lies below a division, down to townships, in a county down to villages.
func divisions(ctx context.Context, tx *db.Tx, by access.Actor, top string) ([]ui.Option, error) {
	places, err := region.Choices(ctx, tx, by, top)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, place := range places {
		out = append(out, ui.Option{Value: place.Code, Label: place.ShortName, Keys: place.Search})
		if len(access.Prefix(top)) > 6 {
			continue
		}
		below, err := region.Choices(ctx, tx, by, place.Code)
		if err != nil {
			return nil, err
		}
		for _, b := range below {
			out = append(out, ui.Option{Value: b.Code, Label: place.ShortName + b.ShortName, Keys: b.Search})
		}
	}
	return out, nil
}

// widenForm asks where else the event's plan is to hold.
func (p *Pages) widenForm(ctx context.Context, tx *db.Tx, by access.Actor, c emergency.Contingency, holds []string) (*ui.Form, error) {
	if c.Ended != 0 || !by.Can("emergency.declare") || c.Region != emergency.SeatOf(by.Post.Region) || slices.Contains(holds, c.Region) {
		return nil, nil
	}
	places, err := divisions(ctx, tx, by, c.Region)
	places = slices.DeleteFunc(places, func(o ui.Option) bool {
		return slices.ContainsFunc(holds, func(place string) bool { return emergency.Within(o.Value, place) })
	})
	return &ui.Form{ID: "widen", Action: eventPath(c.ID) + "/widen", Submit: "扩大范围", Fields: []ui.Field{
		{Kind: ui.PickMany, Name: "place", Label: "还有哪里涉及", Required: true, Options: places, Hint: "预案的时限和清单从现在起也在这些地方执行。"}}}, err
}

// Widen lets an event hold in more places.
func (p *Pages) Widen(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := eventOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Widen(ctx, tx, by, id, r.PostForm["place"])
	})
	if errs.Is(err, errs.Invalid) {
		return p.showEvent(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, eventPath(id), ui.Done, "范围已扩大。请把这些地方的孩子列入名单。")
	return nil
}

// held says in which places an event holds, a few of them by name.
func held(names map[string]string, places []string) string {
	const few = 4
	var out []string
	for i, place := range places {
		if i == few {
			return strings.Join(out, "、") + "等" + ui.Count(len(places)) + "处"
		}
		out = append(out, names[place])
	}
	return strings.Join(out, "、")
}

func called(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

func aged(c child.Child, on civil.Date) string {
	years, ok := c.Age(on)
	if !ok {
		return ""
	}
	return ui.Count(years) + "周岁"
}

package casepage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// act is something that is done to a case with words: its form, and what it does.
type act struct {
	tail, title, said string
	permission        access.Permission
	note              *ui.Note
	danger            bool
	fields            func(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, c casework.Case) ([]ui.Field, error)
	do                func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, files []*file.Incoming) error
}

const maxFiles = 20

// only gives fields that depend on nothing.
func only(fields ...ui.Field) func(*Pages, *http.Request, *db.Tx, access.Actor, casework.Case) ([]ui.Field, error) {
	return func(*Pages, *http.Request, *db.Tx, access.Actor, casework.Case) ([]ui.Field, error) {
		return fields, nil
	}
}

func words(name, label, hint string) ui.Field {
	return ui.Field{Kind: ui.TextArea, Name: name, Label: label, Hint: hint, Required: true, Max: 2000, Rows: 4}
}

func day(label string) ui.Field {
	return ui.Field{Kind: ui.Date, Name: "day", Label: label, Short: true, Hint: "不填就是今天。"}
}

const noNarrative = "只写办理需要的事实。不要让孩子复述、也不要记录受侵害的经过。"

var acts = []act{
	{tail: "service", title: "登记服务", said: "服务已登记。", permission: "case.serve", fields: serviceFields, do: serve},
	{tail: "opinion", title: "听取儿童本人意见", said: "已记录。", permission: "case.serve",
		note: &ui.Note{Tone: ui.Info, Title: "按孩子能听懂的话问他的想法", Text: "问他希望怎么办、愿意和谁生活、担心什么。" + noNarrative},
		fields: only(ui.Field{Kind: ui.Radios, Name: "able", Label: "孩子能否表达意见", Required: true, Options: []ui.Option{{Value: "1", Label: "能，已听取"}, {Value: "0", Label: "不能，或者没有听取"}}},
			words("words", "孩子的意见，或者没有听取的原因", "")),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			if v := typed.Get("able"); v != "0" && v != "1" {
				return errs.Fields{"able": "请选择一项。"}.Err()
			}
			return p.Desk.Hear(ctx, tx, by, id, casework.Heard{Able: typed.Get("able") == "1", Words: typed.Get("words")})
		}},
	{tail: "note", title: "记录情况、添加材料", said: "已记录。", permission: "case.serve",
		fields: only(ui.Field{Kind: ui.TextArea, Name: "words", Label: "情况", Max: 2000, Rows: 4, Hint: noNarrative},
			ui.Field{Kind: ui.File, Name: "files", Label: "材料", Many: true, MaxMB: file.MaxSize >> 20, Accept: file.Accept, Hint: "照片中的拍摄地点和时间会自动去除。"}),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, files []*file.Incoming) error {
			return p.Desk.Note(ctx, tx, by, id, typed.Get("words"), files)
		}},
	{tail: "join", title: "加入个案组成员", said: "已加入。", permission: "case.team", fields: joinFields,
		note: &ui.Note{Tone: ui.Info, Title: "成员能看到个案的全部内容", Text: "需要其他单位办事的，用转介，不必加入个案组。"},
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			person, err := ref.Parse[ref.User](typed.Get("person"))
			if err != nil {
				return errs.Fields{"person": "请选择成员。"}.Err()
			}
			return p.Desk.Join(ctx, tx, by, id, person, typed.Get("role"))
		}},
	{tail: "link", title: "关联兄弟姐妹的个案", said: "两个个案已互相关联。", permission: "case.edit", fields: linkFields,
		note: &ui.Note{Tone: ui.Info, Title: "每个孩子一个个案，互相关联", Text: "关联后，两个个案组的成员只在都是成员时才看得到对方的个案。"},
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			other, err := ref.Parse[ref.Case](typed.Get("other"))
			if err != nil {
				return errs.Fields{"other": "请选择要关联的个案。"}.Err()
			}
			return p.Desk.Link(ctx, tx, by, id, other)
		}},
	{tail: "confer", title: "召集会商", said: "会商已登记，参加单位已收到待办。会后请登记纪要。", permission: "case.confer", fields: conferFields, do: confer},
	{tail: "call-off", title: "取消会商", said: "会商已取消，参加单位不再办理。", permission: "case.confer", fields: offFields, do: callOff},
	{tail: "minute", title: "登记会商纪要", said: "纪要已登记，决定已下达。", permission: "case.confer", fields: minuteFields, do: minute,
		note: &ui.Note{Tone: ui.Info, Title: "决定由单位落实", Text: "每项决定成为承办单位的一件待办；单位只看到决定本身，看不到个案。"}},
	{tail: "close", title: "提出结案", said: "已提出结案，等待另一人审核。", permission: "case.close", fields: closeFields,
		note: &ui.Note{Tone: ui.Info, Title: "结案要具备条件，并由另一人审核", Text: "介入之后没有复评的不能结案。审核通过后按规则安排回访。"},
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			return p.Desk.Propose(ctx, tx, by, id, typed.Get("outcome"), typed.Get("words"))
		}},
	{tail: "decide", title: "审核结案", said: "审核结果已记录。", permission: "case.decide",
		fields: only(ui.Field{Kind: ui.Radios, Name: "agree", Label: "审核结果", Required: true, Options: []ui.Option{{Value: "1", Label: "同意结案"}, {Value: "0", Label: "不同意"}}},
			ui.Field{Kind: ui.TextArea, Name: "words", Label: "审核意见", Max: 500, Rows: 3, Hint: "不同意的必须写明理由。提出结案的人不能审核。"}),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			if v := typed.Get("agree"); v != "0" && v != "1" {
				return errs.Fields{"agree": "请选择一项。"}.Err()
			}
			return p.Desk.Decide(ctx, tx, by, id, typed.Get("agree") == "1", typed.Get("words"))
		}},
	{tail: "reopen", title: "重新开启个案", said: "个案已重新开启，请修订服务方案。", permission: "case.reopen", fields: only(words("reason", "重新开启的原因", noNarrative)),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			return p.Desk.Reopen(ctx, tx, by, id, typed.Get("reason"))
		}},
	{tail: "calm", title: "核实回访发现的情况", said: "已记录核实的结果。", permission: "case.reopen", fields: only(words("words", "核实的情况", "核实后需要继续办理的，请重新开启个案。")),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
			return p.Desk.Calm(ctx, tx, by, id, typed.Get("words"))
		}},
}

// linked is how many cases of the actor's can be chosen from.
const linked = 200

func linkFields(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, c casework.Case) ([]ui.Field, error) {
	rows, err := p.Desk.List(r.Context(), tx, by, casework.Filter{Limit: linked})
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, row := range rows {
		if row.ID != c.ID && (c.Family == 0 || row.Family != c.Family) {
			options = append(options, ui.Option{Value: ref.Format(row.ID), Label: called(row.Child) + "，" + row.Number})
		}
	}
	return []ui.Field{{Kind: ui.Pick, Name: "other", Label: "兄弟姐妹的个案", Required: true, Blank: "请选择个案", Options: options, Hint: "列出您参加的、正在办理的个案。"}}, nil
}

func serviceFields(_ *Pages, _ *http.Request, _ *db.Tx, by access.Actor, _ casework.Case) ([]ui.Field, error) {
	var kinds []ui.Option
	for _, s := range casework.Services {
		kinds = append(kinds, ui.Option{Value: s.Key, Label: s.Label})
	}
	return []ui.Field{{Kind: ui.Radios, Name: "kind", Label: "服务种类", Required: true, Options: kinds}, {Kind: ui.Text, Name: "provider", Label: "由谁提供", Required: true, Max: 100, Value: by.Post.UnitName},
		day("日期"), {Kind: ui.TextArea, Name: "words", Label: "做了什么", Max: 2000, Rows: 4, Hint: noNarrative}}, nil
}

func serve(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
	on, err := dayOf(typed)
	if err != nil {
		return err
	}
	return p.Desk.Serve(ctx, tx, by, id, casework.Done{Kind: typed.Get("kind"), Provider: typed.Get("provider"), Day: on, Words: typed.Get("words")})
}

func dayOf(typed url.Values) (civil.Date, error) {
	if typed.Get("day") == "" {
		return civil.Date{}, nil
	}
	on, err := civil.Parse(typed.Get("day"))
	if err != nil {
		return on, errs.Fields{"day": "日期请写成2026-11-22的样子。"}.Err()
	}
	return on, nil
}

func joinFields(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, _ casework.Case) ([]ui.Field, error) {
	people, err := p.People(r.Context(), tx, by)
	return []ui.Field{{Kind: ui.Pick, Name: "person", Label: "成员", Required: true, Blank: "请选择", Options: people},
		{Kind: ui.Radios, Name: "role", Label: "职责", Required: true, Value: casework.Mate, Options: []ui.Option{{Value: casework.Mate, Label: "成员"}, {Value: casework.Second, Label: "审核人", Hint: "审核结案，不能是提出结案的人"}, {Value: casework.Lead, Label: "负责人", Hint: "接替现在的负责人"}}}}, err
}

func conferFields(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, _ casework.Case) ([]ui.Field, error) {
	units, err := p.UnitChoices(r.Context(), tx, by)
	return []ui.Field{{Kind: ui.Date, Name: "day", Label: "会商日期", Required: true, Short: true}, {Kind: ui.Text, Name: "place", Label: "地点", Max: 100, Hint: "参加单位在待办中看到日期和地点。不要写孩子的住址。"},
		words("agenda", "会商事项", noNarrative), {Kind: ui.PickMany, Name: "units", Label: "参加单位", Required: true, Options: units}}, err
}

func confer(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
	on, err := dayOf(typed)
	if err != nil {
		return err
	}
	m := casework.Minutes{Place: typed.Get("place"), Agenda: typed.Get("agenda")}
	for _, v := range typed["units"] {
		u, err := ref.Parse[ref.Unit](v)
		if err != nil {
			return errs.Fields{"units": "请从列表中选择单位。"}.Err()
		}
		m.Attendees = append(m.Attendees, casework.Attendee{Unit: u})
	}
	_, err = p.Desk.Call(ctx, tx, by, id, on, m)
	return err
}

func offFields(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, c casework.Case) ([]ui.Field, error) {
	field, _, err := p.meetingField(r, tx, by, c.ID)
	return []ui.Field{field, words("reason", "取消的原因", noNarrative)}, err
}

// meetingField says which conference an act is about.
func (p *Pages) meetingField(r *http.Request, tx *db.Tx, by access.Actor, id ref.Case) (ui.Field, casework.Meeting, error) {
	key := r.URL.Query().Get("conference")
	if key == "" {
		key = r.PostForm.Get("conference")
	}
	m, err := p.meeting(r.Context(), tx, by, id, key)
	return ui.Field{Kind: ui.Select, Name: "conference", Label: "会商", Required: true, Value: key, Options: []ui.Option{{Value: key, Label: civil.FormatDate(m.Day) + " " + m.Agenda}}}, m, err
}

func callOff(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
	m, err := p.meeting(ctx, tx, by, id, typed.Get("conference"))
	if err != nil {
		return err
	}
	return p.Desk.CallOff(ctx, tx, by, id, m.ID, typed.Get("reason"))
}

// decisions is how many decisions the form of minutes takes.
const decisions = 5

func (p *Pages) meeting(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, key string) (casework.Meeting, error) {
	rec, err := p.Desk.Show(ctx, tx, by, id)
	if err != nil {
		return casework.Meeting{}, err
	}
	for _, m := range rec.Meetings {
		if ref.Format(m.ID) == key {
			return m, nil
		}
	}
	return casework.Meeting{}, errs.Missing()
}

func minuteFields(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, c casework.Case) ([]ui.Field, error) {
	which, m, err := p.meetingField(r, tx, by, c.ID)
	if err != nil {
		return nil, err
	}
	units, err := p.UnitChoices(r.Context(), tx, by)
	if err != nil {
		return nil, err
	}
	var ids []ref.Unit
	for _, a := range m.Attendees {
		ids = append(ids, a.Unit)
	}
	names, err := p.names(r.Context(), tx, ids)
	if err != nil {
		return nil, err
	}
	fields := []ui.Field{which}
	for i, a := range m.Attendees {
		n := strconv.Itoa(i)
		fields = append(fields, ui.Field{Kind: ui.Text, Name: "name." + n, Label: names[a.Unit] + "参加人", Max: 60, Short: true},
			ui.Field{Kind: ui.TextArea, Name: "opinion." + n, Label: names[a.Unit] + "的意见", Max: 1000, Rows: 2})
	}
	fields = append(fields, words("summary", "会商结论", noNarrative))
	for i := range decisions {
		n := strconv.Itoa(i)
		fields = append(fields, ui.Field{Kind: ui.TextArea, Name: "text." + n, Label: "决定" + strconv.Itoa(i+1), Max: 500, Rows: 2, Hint: "只写请单位做什么，不写孩子的情况。没有的不填。"},
			ui.Field{Kind: ui.Pick, Name: "unit." + n, Label: "决定" + strconv.Itoa(i+1) + "的承办单位", Blank: "请选择单位", Options: units},
			ui.Field{Kind: ui.Date, Name: "due." + n, Label: "决定" + strconv.Itoa(i+1) + "的完成日期", Short: true})
	}
	return fields, nil
}

func minute(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, typed url.Values, _ []*file.Incoming) error {
	m, err := p.meeting(ctx, tx, by, id, typed.Get("conference"))
	if err != nil {
		return err
	}
	out := casework.Minutes{Summary: typed.Get("summary")}
	for i, a := range m.Attendees {
		n := strconv.Itoa(i)
		out.Attendees = append(out.Attendees, casework.Attendee{Unit: a.Unit, Name: typed.Get("name." + n), Opinion: typed.Get("opinion." + n)})
	}
	var list []casework.Resolve
	for i := range decisions {
		n := strconv.Itoa(i)
		if strings.TrimSpace(typed.Get("text."+n)) == "" {
			continue
		}
		unit, err := ref.Parse[ref.Unit](typed.Get("unit." + n))
		if err != nil {
			return errs.Fields{"unit." + n: "请选择由哪个单位落实。"}.Err()
		}
		d := casework.Resolve{Unit: unit, Text: typed.Get("text." + n)}
		if v := typed.Get("due." + n); v != "" {
			if d.Due, err = civil.Parse(v); err != nil {
				return errs.Fields{"due." + n: "日期请写成2026-11-22的样子。"}.Err()
			}
		}
		list = append(list, d)
	}
	return p.Desk.Minute(ctx, tx, by, id, m.ID, out, list)
}

func closeFields(p *Pages, r *http.Request, tx *db.Tx, by access.Actor, c casework.Case) ([]ui.Field, error) {
	_, law, err := p.Desk.Conditions(r.Context(), tx, by, c.ID)
	if err != nil {
		return nil, err
	}
	var outcomes []ui.Option
	for _, o := range law.Outcomes {
		outcomes = append(outcomes, ui.Option{Value: o.ID, Label: o.Label})
	}
	return []ui.Field{{Kind: ui.Radios, Name: "outcome", Label: "结案原因", Required: true, Options: outcomes}, words("words", "孩子现在的情况和结案的理由", noNarrative)}, nil
}

// ask shows the form of an act.
func (p *Pages) ask(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showAct(w, r, by, a, nil, nil)
	}
}

// answer does the act, or shows its form again with what is wrong.
func (p *Pages) answer(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := pathID[ref.Case](r, "case")
		if err != nil {
			return err
		}
		if _, err := p.Desk.Get(r.Context(), p.DB.Reader(), by, id); err != nil {
			return err
		}
		typed, files, err := p.Desk.Files.ReadForm(r, casework.FilesOf(id), "files", maxFiles)
		if err == nil {
			err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return a.do(p, ctx, tx, by, id, typed, files) })
		}
		if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) && a.tail == "close" {
			return p.showAct(w, r, by, a, typed, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, Path(id), ui.Done, a.said)
		return nil
	}
}

func (p *Pages) showAct(w http.ResponseWriter, r *http.Request, by access.Actor, a act, typed url.Values, problem error) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	if r.PostForm == nil {
		r.PostForm = typed
	}
	fields, err := a.fields(p, r, tx, by, c)
	if err != nil {
		return err
	}
	form := ui.Form{Action: Path(id) + "/" + a.tail, Fields: fields, Submit: a.title, Danger: a.danger, Cancel: Path(id), Guard: true}
	notes := []*ui.Note{a.note}
	if a.tail == "decide" {
		rec, err := p.gather(r.Context(), tx, by, id)
		if err != nil {
			return err
		}
		if rec.Pending != nil {
			proposed := rec.proposed()
			notes = append(notes, &proposed, rec.lacking())
		}
	}
	page := ui.Page{About: c.Child, Title: a.title, Kicker: c.Number, Nav: "casework", Crumbs: crumbs(ui.Crumb{Label: c.Number, Href: Path(id)})}
	return p.UI.Ask(w, r, by, page, form, typed, problem, notes...)
}

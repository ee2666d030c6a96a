package referralpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/procedure"
	"weibao/internal/ui"
)

type dispatchView struct {
	Identity ui.Identity
	Topics   *ui.Form // asks for the topic first: it decides on the data
	Note     ui.Note
	Form     *ui.Form
}

type previewView struct {
	Identity ui.Identity
	Lead     sight
	Support  *sight
	Form     ui.Form
}

// sight is what a unit will see, word for word.
type sight struct {
	Title string
	Facts ui.Summary
	Ask   string
}

// asked is a referral while its form goes back and forth.
type asked struct {
	referral.Order
	topic procedure.Topic
}

// Dispatch asks what to send, to whom, and with which data.
func (p *Pages) Dispatch(s Source) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showDispatch(w, r, by, s, r.URL.Query(), nil)
	}
}

func (p *Pages) thing(r *http.Request, tx *db.Tx, by access.Actor, s Source, look bool) (Thing, int64, error) {
	id, err := pathID[ref.Duty](r, s.Subject) // any id
	if err != nil {
		return Thing{}, 0, err
	}
	t, err := s.Of(r.Context(), tx, by, int64(id), look)
	return t, int64(id), err
}

func (p *Pages) showDispatch(w http.ResponseWriter, r *http.Request, by access.Actor, s Source, typed url.Values, problem error) error {
	tx := p.DB.Reader()
	thing, _, err := p.thing(r, tx, by, s, false)
	if err != nil {
		return err
	}
	on := civil.DateOf(tx.Now.Time())
	page := ui.Page{About: thing.Child, Title: "下达转介", Nav: "casework", Crumbs: []ui.Crumb{{Label: thing.Title, Href: strings.TrimSuffix(r.URL.Path, "/refer")}}}
	topic, known := p.Desk.Book().Topic(typed.Get("topic"), on)
	if !known {
		form := ui.Form{Method: "get", Action: r.URL.Path, Submit: "下一步", Cancel: strings.TrimSuffix(r.URL.Path, "/refer"),
			Fields: []ui.Field{{Kind: ui.Radios, Name: "topic", Label: "请单位做什么", Required: true, Options: topicOptions(p.Desk.Book().Topics(on))}}}
		return p.UI.Page(w, r, by, "dispatch.html", page, dispatchView{Identity: thing.Identity, Topics: &form,
			Note: ui.Note{Tone: ui.Info, Title: "按事项带出最少的资料", Text: "选定事项后，系统只勾选办这件事必需的资料，可以再减；单位只能看到勾选的内容。"}})
	}
	form, err := p.form(r.Context(), tx, by, r.URL.Path, thing, topic)
	if err != nil {
		return err
	}
	if problem != nil || typed.Get("ask") != "" {
		form = form.Fill(typed, problem)
	}
	if problem != nil {
		page.Status = ui.Status(problem)
	}
	page.Title = "下达转介：" + topic.Label
	return p.UI.Page(w, r, by, "dispatch.html", page, dispatchView{Identity: thing.Identity, Form: &form,
		Note: ui.Note{Tone: ui.Info, Title: "单位只能看到勾选的资料", Text: "下一步逐字显示“该单位将看到以下内容”，确认后才下达。"}})
}

func topicOptions(list []procedure.Topic) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, t := range list {
		out[i] = ui.Option{Value: t.ID, Label: t.Label}
	}
	return out
}

func (p *Pages) form(ctx context.Context, tx *db.Tx, by access.Actor, action string, thing Thing, topic procedure.Topic) (ui.Form, error) {
	units, err := p.UnitChoices(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	lead, err := p.Resolve(ctx, tx, thing.Region, topic.Lead)
	if err != nil {
		return ui.Form{}, err
	}
	chosen := ""
	if lead != 0 {
		chosen = ref.Format(lead)
	}
	var items []ui.Option
	for _, i := range thing.Items {
		items = append(items, ui.Option{Value: i.Key, Label: i.Label})
	}
	var clocks []ui.Option
	for _, id := range referral.Clocks {
		c, err := p.Desk.Clock(ctx, tx, thing.Region, id)
		if err != nil {
			return ui.Form{}, err
		}
		clocks = append(clocks, ui.Option{Value: id, Label: letter.Punctuate(c.Label), Hint: spanWords(c.Span.N, c.Span.Unit)})
	}
	return ui.Form{Action: action, Submit: "下一步：查看单位将看到的内容", Cancel: strings.TrimSuffix(action, "/refer"), Guard: true,
		Hidden: []ui.Hidden{{Name: "topic", Value: topic.ID}}, Fields: []ui.Field{
			{Kind: ui.Pick, Name: "lead", Label: "牵头单位", Required: true, Blank: "请选择单位", Options: units, Value: chosen, Hint: "发给单位，不发给个人；由单位自己指定承办人。"},
			{Kind: ui.PickMany, Name: "supports", Label: "协办单位", Options: units, Hint: "协办单位向牵头单位反馈，由牵头单位统一答复。"},
			{Kind: ui.Radios, Name: "clock", Label: "办理时限", Required: true, Options: clocks, Value: referral.Ordinary},
			{Kind: ui.TextArea, Name: "ask", Label: "请单位做什么", Required: true, Max: 2000, Rows: 5, Hint: letter.Punctuate(topic.Hint)},
			{Kind: ui.Checks, Name: "items", Label: "牵头单位看到的资料", Options: items, Values: have(thing.Items, topic.Items), Hint: "已勾选办这件事通常需要的；不需要的请去掉。"},
			{Kind: ui.Checks, Name: "shared", Label: "协办单位看到的资料", Options: items, Values: have(thing.Items, topic.Support), Hint: "只能从牵头单位看到的资料里选。"},
		}}, nil
}

var spanUnits = map[string]string{"hours": "小时", "workdays": "个工作日", "days": "天", "months": "个月"}

func spanWords(n int, unit string) string { return ui.Count(n) + spanUnits[unit] }

// have gives those of the wanted keys for which there is a value.
func have(items []referral.Item, want []string) []string {
	var out []string
	for _, i := range items {
		if slices.Contains(want, i.Key) {
			out = append(out, i.Key)
		}
	}
	return out
}

// DispatchDone shows what the units will see, and sends it once that was confirmed.
func (p *Pages) DispatchDone(s Source) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		if err := r.ParseForm(); err != nil {
			return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
		}
		if r.PostForm.Get("back") != "" {
			return p.showDispatch(w, r, by, s, r.PostForm, nil)
		}
		if r.PostForm.Get("confirm") == "" {
			return p.preview(w, r, by, s)
		}
		var id ref.Referral
		err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
			thing, subject, err := p.thing(r, tx, by, s, false)
			if err != nil {
				return err
			}
			a, err := p.asked(tx, s, thing, subject, r.PostForm)
			if err != nil {
				return err
			}
			if referral.Digest(a.Items) != r.PostForm.Get("seen") {
				return errs.Fields{"items": "资料在确认期间有变化，请重新核对单位将看到的内容。"}.Err()
			}
			id, err = p.Desk.Dispatch(ctx, tx, by, a.Order)
			return err
		})
		if errs.Is(err, errs.Invalid) {
			return p.showDispatch(w, r, by, s, r.PostForm, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, Path(id), ui.Done, "已下达，时限开始计算。")
		return nil
	}
}

// asked reads the form against the thing as it is now.
func (p *Pages) asked(tx *db.Tx, s Source, thing Thing, id int64, form url.Values) (asked, error) {
	topic, ok := p.Desk.Book().Topic(form.Get("topic"), civil.DateOf(tx.Now.Time()))
	if !ok {
		return asked{}, errs.Fields{"topic": "请选择转介事项。"}.Err()
	}
	f := errs.Fields{}
	o := referral.Order{About: referral.About{Kind: s.Subject, ID: id}, Child: thing.Child, Region: thing.Region, Secret: thing.Secret,
		Topic: topic.ID, Label: topic.Label, Ask: form.Get("ask"), Clock: form.Get("clock")}
	o.Lead, _ = ref.Parse[ref.Unit](form.Get("lead")) // no unit is refused below
	f.Check(o.Lead > 0, "lead", "请选择牵头办理的单位。")
	for _, v := range form["supports"] {
		u, err := ref.Parse[ref.Unit](v)
		f.Check(err == nil, "supports", "请从列表中选择单位。")
		o.Supports = append(o.Supports, u)
	}
	f.Check(strings.TrimSpace(o.Ask) != "", "ask", "请写明请该单位做什么。")
	for _, key := range form["shared"] {
		f.Check(slices.Contains(form["items"], key), "shared", "协办单位看到的资料只能从牵头单位看到的资料里选。")
	}
	o.Items = referral.Choose(thing.Items, form["items"], form["shared"])
	return asked{o, topic}, f.Err()
}

func (p *Pages) preview(w http.ResponseWriter, r *http.Request, by access.Actor, s Source) error {
	var thing Thing
	var a asked
	err := p.write(r, func(_ context.Context, tx *db.Tx) (err error) {
		var id int64
		if thing, id, err = p.thing(r, tx, by, s, true); err == nil {
			a, err = p.asked(tx, s, thing, id, r.PostForm)
		}
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showDispatch(w, r, by, s, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	names, err := p.names(r.Context(), tx, append([]ref.Unit{a.Lead}, a.Supports...))
	if err != nil {
		return err
	}
	view := previewView{Identity: thing.Identity, Lead: sight{"牵头单位将看到以下内容：" + names[a.Lead], facts(a.Items, false), a.Ask}}
	if len(a.Supports) > 0 {
		var list []string
		for _, u := range a.Supports {
			list = append(list, names[u])
		}
		view.Support = &sight{"协办单位将看到以下内容：" + strings.Join(list, "、"), facts(a.Items, true), a.Ask}
	}
	view.Form = ui.Form{Action: r.URL.Path, Submit: "确认下达", Also: []ui.SubmitButton{{Label: "返回修改", Name: "back", Value: "1"}}, Hidden: []ui.Hidden{{Name: "confirm", Value: "1"}, {Name: "seen", Value: referral.Digest(a.Items)}}}
	for _, name := range []string{"topic", "lead", "supports", "clock", "ask", "items", "shared"} {
		for _, v := range r.PostForm[name] {
			view.Form.Hidden = append(view.Form.Hidden, ui.Hidden{Name: name, Value: v})
		}
	}
	page := ui.Page{About: thing.Child, Title: "核对单位将看到的内容", Kicker: "下达转介：" + a.topic.Label, Nav: "casework", Crumbs: []ui.Crumb{{Label: thing.Title, Href: strings.TrimSuffix(r.URL.Path, "/refer")}},
		Lead: "除这些内容和补充材料外，单位看不到档案、个案、报告中的其他内容。"}
	return p.UI.Page(w, r, by, "preview.html", page, view)
}

func facts(items []referral.Item, support bool) ui.Summary {
	s := ui.Summary{}
	for _, i := range items {
		if !support || i.Support {
			s.Facts = append(s.Facts, ui.Fact{Label: i.Label, Value: i.Value})
		}
	}
	return s
}

func (p *Pages) names(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(u ref.Unit) bool { return u == 0 })
	return p.Desk.Units(ctx, tx, ids)
}

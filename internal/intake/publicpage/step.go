package publicpage

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/receipt"
	"weibao/internal/rule/response"
	"weibao/internal/ui"
)

// flow is one way through the pages.
type flow struct {
	path, channel, title string
	child, duty          bool
	words                words
}

// words are what the pages of a flow say.
type words struct{ danger, dangerHint, what, where, whereHint, tell, tellHint, who, sent, urgent, call, done string }

var adult = words{
	danger: "孩子现在有危险吗？", dangerHint: "正在挨打、受伤、走失、被控制、想伤害自己，都算有危险。",
	what: "发生了什么事？", where: "在哪里？", whereHint: "写到村（社区）、小区、学校就可以，不知道的可以不填。",
	tell: "说说情况", tellHint: "看到、听到了什么，什么时候，孩子大概多大。一句话也可以。",
	who: "留不留姓名，由您决定", sent: "已经收到您的报告", done: "提交",
	urgent: "有危险请现在就打电话，打完再继续填。", call: "还没有打110的，请现在就打。提交到这里，不等于已经报警。",
}

var kid = words{
	danger: "你现在有危险吗？", dangerHint: "有人正在打你、追你，你受伤了，或者很害怕，都算有危险。",
	what: "发生了什么事？", where: "你在哪里？", whereHint: "写学校、村子、小区的名字就行，不知道可以不写。",
	tell: "告诉我们怎么了", tellHint: "想到什么写什么，写错字也没关系。",
	who: "你可以不写名字", sent: "我们收到了，谢谢你告诉我们", done: "发给我们",
	urgent: "有危险就马上打电话，打完再接着写。", call: "还没有打110的，马上就打。写在这里，警察还不知道。",
}

var flows = []flow{
	{path: "/report/new", channel: "web", title: "我要报告", words: adult},
	{path: childPath, channel: "child", title: "告诉我们", child: true, words: kid},
	{path: "/report/duty", channel: "mandatory", title: "强制报告", duty: true, words: adult},
}

const steps = 4

// carried are the answers that travel from page to page.
var carried = []string{"key", "danger", "what", "codes", "region", "place", "narrative", "about", "name", "phone", "unit", "post", "called", "called_officer", "called_number"}

// begin shows the first page, with a key that makes a second sending of the
// same report harmless.
func (p *Pages) begin(f flow) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.ask(w, r, f, 1, url.Values{"key": {rand.Text()}}, nil)
	}
}

// step takes the answer of one page and shows the next, or stores the report.
func (p *Pages) step(f flow) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return errs.Wrap(errs.Invalid, err, "内容没有传完整，请返回上一页重试。")
		}
		n, err := strconv.Atoi(r.PostForm.Get("step"))
		if err != nil || n < 1 || n > steps {
			n = 1
		}
		switch {
		case r.PostForm.Get("back") != "":
			return p.ask(w, r, f, max(n-1, 1), r.PostForm, nil)
		case n < steps:
			if err := answered(f, n, r.PostForm); err != nil {
				return p.ask(w, r, f, n, r.PostForm, err)
			}
			return p.ask(w, r, f, n+1, r.PostForm, nil)
		}
		return p.finish(w, r, f)
	}
}

// answered asks for what a page cannot do without.
func answered(f flow, n int, form url.Values) error {
	wrong := errs.Fields{}
	switch n {
	case 1:
		wrong.Check(slices.Contains([]string{"yes", "no", "unknown"}, form.Get("danger")), "danger", "请选一个。不确定就选“不清楚”。")
	case 2:
		name := "what"
		if f.duty {
			name = "codes"
		}
		wrong.Check(form.Get(name) != "", name, "请选一个。说不清就选最后一个。")
	}
	return wrong.Err()
}

// finish stores the report and shows its receipt.
func (p *Pages) finish(w http.ResponseWriter, r *http.Request, f flow) error {
	form := r.PostForm
	if err := missing(f, form); err != nil {
		return p.ask(w, r, f, steps, form, err)
	}
	if d := p.Gate.Report(r, form.Get("danger") == "yes", permit(form)); d != nil {
		return p.hold(w, r, f, d)
	}
	out, err := p.Desk.Take(r.Context(), p.DB, access.Program, read(f, form), form.Get("key"))
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Kind == errs.Invalid {
		return p.ask(w, r, f, stepOf(e), form, err)
	}
	if err != nil {
		return err
	}
	return p.thanks(w, r, f, out, form.Get("danger") == "yes")
}

// missing asks for what the last page cannot do without.
func missing(f flow, form url.Values) error {
	wrong := errs.Fields{}
	wrong.Check(strings.TrimSpace(form.Get("narrative")) != "", "narrative", "请写一句话，让我们知道怎么了。")
	if f.duty {
		wrong.Check(strings.TrimSpace(form.Get("unit")) != "", "unit", "请填写单位名称，凭证上要写明。")
		wrong.Check(strings.TrimSpace(form.Get("name")) != "", "name", "请填写报告人姓名，凭证上要写明。")
	}
	return wrong.Err()
}

// stepOf is the page on which the first wrong field stands.
func stepOf(e *errs.Error) int {
	for _, at := range []struct {
		name string
		step int
	}{{"what", 2}, {"situations", 2}, {"place", 3}} {
		if e.Fields[at.name] != "" {
			return at.step
		}
	}
	return steps
}

// read makes a report of the answers.
func read(f flow, form url.Values) intake.In {
	in := intake.In{Danger: form.Get("danger") == "yes", What: form.Get("what"), Narrative: form.Get("narrative"), Channel: f.channel, About: form.Get("about"),
		Place: intake.Place{Region: form.Get("region"), Text: form.Get("place")}, Mandatory: f.duty}
	if f.duty {
		in.Codes = form["codes"]
		in.What = in.Codes[0]
		in.Called = &intake.Called{At: form.Get("called"), Officer: form.Get("called_officer"), Number: form.Get("called_number")}
	}
	in.Reporter = &intake.Reporter{Name: form.Get("name"), Phone: form.Get("phone"), Unit: form.Get("unit"), Post: form.Get("post")}
	return in
}

// ask shows one page of a flow.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, f flow, n int, typed url.Values, problem error) error {
	v, err := p.page(r, f, n, typed, problem)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.Status(problem)
	}
	return p.show(w, r, status, v)
}

// page is one page of a flow with what was typed.
func (p *Pages) page(r *http.Request, f flow, n int, typed url.Values, problem error) (view, error) {
	fields, err := p.fields(r, f, n)
	if err != nil {
		return view{}, err
	}
	form := ui.Form{Action: f.path, Submit: "下一步", Fields: fields, Optional: true, Hidden: []ui.Hidden{{Name: "step", Value: strconv.Itoa(n)}}}
	for _, name := range carried {
		if slices.ContainsFunc(fields, func(x ui.Field) bool { return x.Name == name }) {
			continue
		}
		for _, value := range typed[name] {
			form.Hidden = append(form.Hidden, ui.Hidden{Name: name, Value: value})
		}
	}
	if n > 1 {
		form.Also = []ui.SubmitButton{{Label: "上一步", Name: "back", Value: "1"}}
	}
	if n == steps {
		form.Submit = f.words.done
	}
	form = voiceOf(r).fill(form, typed, problem)
	v := view{Title: f.title, Stage: "第" + strconv.Itoa(n) + "步，共" + strconv.Itoa(steps) + "步", Form: &form, Urgent: typed.Get("danger") == "yes"}
	if f.duty && n == 1 {
		v.Notes = []string{"依法应当立即向公安机关报告。请先拨打110，再在这里登记；本页的凭证不能代替报警。"}
	}
	if v.Urgent {
		v.Lead = f.words.urgent
	}
	return v, nil
}

// fields are what a page asks.
func (p *Pages) fields(r *http.Request, f flow, n int) ([]ui.Field, error) {
	t := f.words
	switch n {
	case 1:
		return []ui.Field{{Kind: ui.Radios, Name: "danger", Label: t.danger, Hint: t.dangerHint,
			Options: []ui.Option{{Value: "yes", Label: "有危险"}, {Value: "no", Label: "没有"}, {Value: "unknown", Label: "不清楚"}}}}, nil
	case 2:
		return []ui.Field{p.what(f)}, nil
	case 3:
		towns, err := p.towns(r.Context())
		return []ui.Field{
			{Kind: ui.Select, Name: "region", Label: t.where, Blank: "不清楚或者不在这里", Options: towns},
			{Kind: ui.Text, Name: "place", Label: "具体地方", Hint: t.whereHint, Max: 300},
		}, err
	}
	return tellFields(f), nil
}

// what asks for the situation in the words of the flow.
func (p *Pages) what(f flow) ui.Field {
	field := ui.Field{Kind: ui.Radios, Name: "what", Label: f.words.what}
	if f.duty {
		field = ui.Field{Kind: ui.Checks, Name: "codes", Label: "属于哪几种情形（可以多选）"}
	}
	for _, s := range p.Book().Situations(civil.DateOf(p.DB.Clock.Now())) {
		if label := f.label(s); label != "" {
			field.Options = append(field.Options, ui.Option{Value: s.ID, Label: label})
		}
	}
	return field
}

func (f flow) label(s response.Situation) string {
	switch {
	case f.duty && s.Mandatory:
		return s.Label
	case f.duty || s.Mandatory:
		return ""
	case f.child:
		return s.Child
	}
	return s.Plain
}

func tellFields(f flow) []ui.Field {
	t := f.words
	list := []ui.Field{{Kind: ui.TextArea, Name: "narrative", Label: t.tell, Hint: t.tellHint, Rows: 6}}
	if f.duty {
		return append(list,
			ui.Field{Kind: ui.Text, Name: "unit", Label: "单位名称", Max: 100, Autocomplete: "organization"},
			ui.Field{Kind: ui.Text, Name: "name", Label: "报告人姓名", Max: 50, Autocomplete: "name"},
			ui.Field{Kind: ui.Phone, Name: "phone", Label: "联系电话（可不填）", Max: 20, Autocomplete: "tel"},
			ui.Field{Kind: ui.Text, Name: "called", Label: "拨打110的时间（还没有打的，请现在就打）", Max: 50, Hint: "例如 11月22日9时30分"},
			ui.Field{Kind: ui.Text, Name: "called_officer", Label: "接警人员或者警号（可不填）", Max: 50},
			ui.Field{Kind: ui.Text, Name: "called_number", Label: "公安机关回执号（可不填）", Max: 50})
	}
	if f.child {
		return append(list,
			ui.Field{Kind: ui.Text, Name: "name", Label: "你的名字或者小名（可以不写）", Max: 50},
			ui.Field{Kind: ui.Phone, Name: "phone", Label: "怎么联系你最安全（可以不写）", Max: 100, Hint: "可以写信任的老师、亲戚的电话。不写也能凭查询码回来看。"})
	}
	var about []ui.Option
	for _, a := range intake.Abouts {
		about = append(about, ui.Option{Value: a.Value, Label: a.Label + "的干部、工作人员或者其亲属"})
	}
	return append(list,
		ui.Field{Kind: ui.Select, Name: "about", Label: "反映的对象是不是干部、工作人员或者其亲属（可不选）", Blank: "不是或者不清楚", Options: about},
		ui.Field{Kind: ui.Text, Name: "name", Label: "您的姓名（可不填）", Max: 50, Hint: t.who + "。不留姓名也会办理，凭查询码看结果。", Autocomplete: "off"},
		ui.Field{Kind: ui.Phone, Name: "phone", Label: "联系电话（可不填）", Max: 20, Autocomplete: "off"})
}

type receiptPart struct {
	Voice  *voice
	Groups []string
	Duty   bool
	At     string
	Number string // of the report, for who must prove his duty
	Proof  *ui.Form
}

// thanks shows the receipt. It never says that the police know.
func (p *Pages) thanks(w http.ResponseWriter, r *http.Request, f flow, out intake.Lodged, danger bool) error {
	part := &receiptPart{Voice: voiceOf(r), Groups: strings.Fields(receipt.Format(out.Receipt)), Duty: f.duty, At: moment(out.At), Number: out.Number}
	if f.duty {
		part.Proof = proofForm([]ui.Hidden{{Name: "receipt", Value: out.Receipt}, {Name: "pass", Value: p.Gate.Pass(out.Receipt)}})
	}
	v := view{Title: f.words.sent, Urgent: danger, Receipt: part, Notes: []string{
		"请把查询码抄下来或者截屏。我们不存查询码，丢了不能补。",
		"凭查询码随时回来看结果、补充情况、回答问题。",
	}}
	if f.child {
		v.Notes = []string{"把这16个数字抄在安全的地方，别让伤害你的人看到。", "过一两天回来，填上这些数字，就能看到我们写给你的话。"}
	}
	if danger || f.duty {
		v.Lead = f.words.call
	}
	return p.show(w, r, http.StatusCreated, v)
}

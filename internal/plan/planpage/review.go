package planpage

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type reviewView struct {
	Base     string
	Show     string
	Said     string // what was just done, read aloud
	Problem  string
	Title    string
	Issuer   string
	Year     string
	Total    int
	Checked  int
	Open     int // open questions
	AskYear  bool
	AskStand int
	Filters  []ui.Tab
	Undo     string
	Redo     string
	Issue    string
	Legend   []legend
	Doc      template.HTML
	Cards    []card
	Partial  bool
}

// legend names a colour of the text.
type legend struct{ Kind, Word string }

var legends = []legend{{"lead", "牵头单位"}, {"support", "配合单位"}, {"time", "时限"}, {"vague", "没有日期的时间用语"}, {"target", "指标"}, {"document", "文件"}, {"ask", "单位待确认"}}

func escape(s string) string { return url.QueryEscape(s) }

// spans tells whether a norm is a span that does not say from when.
func spans(norm string) bool {
	return strings.HasPrefix(norm, "within=") && (strings.Contains(norm, "workday") || strings.HasSuffix(norm, "h"))
}

// Review is the screen on which a draft is checked against its text.
func (p *Pages) Review(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	v, page, err := p.reviewView(r, by, id)
	if err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "review.html", page, v)
}

func (p *Pages) reviewView(r *http.Request, by access.Actor, id ref.Plan) (reviewView, ui.Page, error) {
	rev, err := p.Desk.OpenReview(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return reviewView{}, ui.Page{}, err
	}
	show := r.URL.Query().Get("show")
	v := reviewView{Base: reviewPath(id), Show: show, Title: rev.Plan.Title, Issuer: rev.Plan.Issuer, Total: len(rev.Tasks), Open: len(rev.Questions),
		Undo: rev.Undo, Redo: rev.Redo, Issue: planPath(id) + "/issue", Legend: legends, AskYear: rev.Plan.Year == 0, Cards: cards(rev, show, r.URL.Query().Get("edit"))}
	if rev.Plan.Year > 0 {
		v.Year = strconv.Itoa(rev.Plan.Year)
	}
	v.Filters = filters(v.Base, show, rev)
	for _, t := range rev.Tasks {
		if t.Checked {
			v.Checked++
		}
	}
	for _, q := range rev.Questions {
		if q.Topic == plan.AskStanding {
			v.AskStand++
		}
	}
	v.Doc = document(rev.Text, rev)
	page := ui.Page{Title: rev.Plan.Title, Kicker: "审核方案", Nav: "plan", Crumbs: crumbs(), Scripts: []string{"plan-review"},
		More: []ui.Action{{Label: "删除草稿", Href: planPath(id) + "/discard", Dialog: true, Danger: true}}, Action: &ui.Action{Label: "预览并下发", Href: v.Issue, Icon: "send"}}
	return v, page, nil
}

// filters are the parts of the list with their counts.
func filters(base, show string, rev plan.Review) []ui.Tab {
	byTopic, asked, unchecked := map[plan.Topic]int{}, map[ref.Task]bool{}, 0
	for _, q := range rev.Questions {
		byTopic[q.Topic]++
		if q.Task != 0 {
			asked[q.Task] = true
		}
	}
	for _, t := range rev.Tasks {
		if !t.Checked {
			unchecked++
		}
	}
	tab := func(label, key string, n int, urgent bool) ui.Tab {
		href := base
		if key != "" {
			href += "?show=" + key
		}
		return ui.Tab{Label: label, Href: href, Here: show == key, Count: n, Urgent: urgent}
	}
	out := []ui.Tab{tab("全部任务", showAll, len(rev.Tasks), false), tab("待确认", showQuestions, len(asked), true), tab("未采纳", showUnchecked, unchecked, false)}
	for _, t := range []plan.Topic{plan.AskUnit, plan.AskOwner, plan.AskTime, plan.AskStanding, plan.AskMaker, plan.AskDue} {
		if byTopic[t] > 0 {
			out = append(out, tab(t.Label(), string(t), byTopic[t], false))
		}
	}
	return out
}

// change is an act on a draft: it reads its form and does it, and gives the
// words for what was done and the task to look at afterwards.
type change func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (said string, at ref.Task, err error)

// reviewed does a change and answers with the renewed parts of the screen, or
// leads back to it.
func (p *Pages) reviewed(do change) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := pathID[ref.Plan](r, "plan")
		if err != nil {
			return err
		}
		var said string
		var at ref.Task
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			var err error
			said, at, err = do(p, ctx, tx, by, id, r)
			return err
		})
		if err != nil {
			return err
		}
		if htmx(r) && r.Header.Get("HX-Target") != "dialog" && r.FormValue("plain") == "" {
			v, _, err := p.reviewView(r, by, id)
			if err != nil {
				return err
			}
			v.Said, v.Partial = said, true
			return p.UI.Part(w, r, "review-update", v)
		}
		to := reviewPath(id)
		if show := r.URL.Query().Get("show"); show != "" {
			to += "?show=" + escape(show)
		}
		if at != 0 {
			to += "#task-" + ref.Format(at)
		}
		ui.RedirectWith(w, r, to, ui.Done, said+"。")
		return nil
	}
}

// seen reads the task in the address and the version which the person saw.
func seen(r *http.Request) (ref.Task, int64, error) {
	id, err := pathID[ref.Task](r, "task")
	if err != nil {
		return 0, 0, err
	}
	version, err := strconv.ParseInt(r.FormValue("version"), 10, 64)
	if err != nil {
		version = 0
	}
	return id, version, nil
}

func acceptTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, _, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	return "已采纳", task, p.Desk.Accept(ctx, tx, by, id, task)
}

func acceptAll(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, _ *http.Request) (string, ref.Task, error) {
	return "已全部采纳", 0, p.Desk.Accept(ctx, tx, by, id)
}

func standTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, _, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	return "已按长期任务处理", task, p.Desk.Stand(ctx, tx, by, id, task)
}

func standAll(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, _ *http.Request) (string, ref.Task, error) {
	return "其余时间用语不明的任务都按长期任务处理", 0, p.Desk.Stand(ctx, tx, by, id)
}

func mergeTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, version, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	return "已与下一项合并", task, p.Desk.Merge(ctx, tx, by, id, task, version)
}

func deleteTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, version, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	return "已删除，可以撤销", 0, p.Desk.Delete(ctx, tx, by, id, task, version)
}

func undo(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, _ *http.Request) (string, ref.Task, error) {
	words, err := p.Desk.Undo(ctx, tx, by, id)
	return "已撤销：" + words, 0, err
}

func redo(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, _ *http.Request) (string, ref.Task, error) {
	words, err := p.Desk.Redo(ctx, tx, by, id)
	return "已恢复：" + words, 0, err
}

func addTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	start, err1 := strconv.Atoi(r.PostFormValue("start"))
	end, err2 := strconv.Atoi(r.PostFormValue("end"))
	if err1 != nil || err2 != nil {
		start, end = 0, 0
	}
	task, err := p.Desk.Add(ctx, tx, by, id, start, end, r.PostFormValue("title"))
	return "已新增任务", task, err
}

func setHead(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	year := strings.TrimSpace(r.PostFormValue("year"))
	n, err := strconv.Atoi(year)
	if err != nil && year != "" {
		return "", 0, errs.Fields{"year": "年份应写成4位数字，如2026。"}.Err()
	}
	return "已修改方案信息", 0, p.Desk.SetHead(ctx, tx, by, id, plan.Head{Title: r.PostFormValue("title"), Issuer: r.PostFormValue("issuer"), Year: n})
}

func nameUnit(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	name := r.PostFormValue("name")
	if r.PostFormValue("drop") != "" {
		return "已删除“" + name + "”", 0, p.Desk.Name(ctx, tx, by, id, name, 0)
	}
	unit, err := ref.Parse[ref.Unit](r.PostFormValue("unit"))
	if err != nil {
		return "", 0, errs.Fields{"unit": "请选择单位。"}.Err()
	}
	return "已确认“" + name + "”", 0, p.Desk.Name(ctx, tx, by, id, name, unit)
}

// answerFact decides a time or a document by one press.
func answerFact(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, _, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	fact, err := ref.Parse[ref.Task](r.PostFormValue("fact"))
	if err != nil {
		return "", 0, errs.Missing()
	}
	return "已确认", task, p.Desk.Answer(ctx, tx, by, id, task, int64(fact), r.PostFormValue("norm"))
}

// Name asks which unit a name means.
func (p *Pages) Name(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	rev, err := p.Desk.OpenReview(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("name")
	form := ui.Form{Action: reviewPath(id) + "/name", Submit: "确定", Cancel: reviewPath(id), Hidden: []ui.Hidden{{Name: "name", Value: name}, {Name: "plain", Value: "1"}},
		Fields: []ui.Field{{Kind: ui.Pick, Name: "unit", Label: "“" + name + "”是哪个单位", Blank: "输入名称或拼音首字母", Options: unitOptions(rev.Register, true), Focus: true,
			Hint: "方案中所有同名的责任单位一并确认。"}},
		Also: []ui.SubmitButton{{Label: "不是责任单位，全部删除", Name: "drop", Value: "1"}}}
	return p.UI.Page(w, r, by, "name.html", ui.Page{Title: "选择单位", Nav: "plan", Crumbs: planCrumbs(rev.Plan)}, formView{Form: form})
}

// Discard asks before a draft is thrown away.
func (p *Pages) Discard(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	v, err := p.Desk.Get(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	form := ui.Form{Action: planPath(id) + "/discard", Submit: "删除草稿", Danger: true, Cancel: reviewPath(id), Warning: "草稿和审核中的修改都会删除，不能恢复。可以重新上传文件再次解析。"}
	return p.UI.Page(w, r, by, "form.html", ui.Page{Title: "删除草稿：" + v.Title, Nav: "plan", Crumbs: crumbs()}, formView{Form: form})
}

// DiscardDone throws a draft away.
func (p *Pages) DiscardDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Discard(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/plans", ui.Done, "草稿已删除。")
	return nil
}

package planpage

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// editView is a task in its form: on the review screen, and after issue.
type editView struct {
	Action    string
	Cancel    string
	Live      bool // sent with htmx to the review screen
	Version   int64
	Title     string
	Quote     string
	Reason    bool // asks why, after issue
	Why       string
	Problem   string
	Submit    string
	Owners    []ownerRow
	Units     []addRow // to add owners
	Times     []timeRow
	Targets   []targetRow
	Documents []documentRow
	Standing  bool
	Review    ui.Field
	options   []ui.Option
}

func (v *editView) addOwner() {
	v.Units = append(v.Units, addRow{Field: ui.Field{Kind: ui.Pick, Name: "unit-" + number(len(v.Units)), Label: "增加单位", Blank: "名称或拼音首字母", Options: v.options}})
}

type ownerRow struct {
	Key, Name, Kind string
	Unit            string
	Ask             bool
}

// addRow is an empty row for another owner.
type addRow struct {
	Field ui.Field
	Lead  bool
}

// timeRow is a time with the ways to say it.
type timeRow struct {
	Key, Text string
	Means     string
	New       bool
	Ways      []choice
	Date, N   string
}

type documentRow struct {
	Key, Text string
	New       bool
	Drop      bool
	Maker     ui.Field
	Date      string
	WithRound bool
	Slots     []choice
}

type choice struct {
	Value, Label string
	On           bool
}

// ways are the forms in which a person says a time; the form posts one of
// them with a date or a number, which timeNorm turns into a norm.
var ways = []choice{{Value: "keep", Label: "按原文"}, {Value: "date", Label: "在某日之前"}, {Value: "monthly-day", Label: "每月几日前"}, {Value: "week", Label: "每周"}, {Value: "2week", Label: "每两周"},
	{Value: "month", Label: "每月"}, {Value: "2month", Label: "每两个月"}, {Value: "quarter", Label: "每季度"}, {Value: "halfyear", Label: "每半年"}, {Value: "term", Label: "每学期"},
	{Value: "year", Label: "每年"}, {Value: "yearly", Label: "每年某日前"}, {Value: "months", Label: "每年的某几个月"}, {Value: "workdays", Label: "下发后几个工作日内"}, {Value: "drop", Label: "删除这个时限"}}

// reviews are the cycles in which a standing task may be reviewed.
var reviews = []ui.Option{{Value: "", Label: "按本县规定"}, {Value: "every=month", Label: "每月"}, {Value: "every=quarter", Label: "每季度"}, {Value: "every=halfyear", Label: "每半年"}, {Value: "every=year", Label: "每年"}}

// adding is how many empty rows a form offers for new owners at first; 「再加一行」 gives more, up to the most.
const (
	adding     = 3
	addingMost = 60
)

func editorOf(r plan.Review, t plan.Task) editView {
	base := reviewPath(r.Plan.ID)
	v := editor(r.Context, t)
	v.Action, v.Cancel, v.Live, v.Submit = base+"/"+ref.Format(t.ID)+"/edit", base+"#task-"+ref.Format(t.ID), true, "保存"
	return v
}

// editor fills the form with a task.
func editor(c plan.Context, t plan.Task) editView {
	v := editView{Version: t.Version, Title: t.Title, Quote: t.Quote, Standing: t.Standing || len(t.Of(plan.Time)) == 0 && len(t.Of(plan.Vague)) == 0,
		Review: ui.Field{Kind: ui.Select, Name: "review", Label: "长期任务多久复核一次", Value: t.Review, Options: reviews, Required: true, Short: true, Hint: "没有具体时限时适用。"}}
	for _, f := range t.Owners() {
		o := ownerRow{Key: key(f.ID), Name: f.Norm, Kind: string(f.Kind), Ask: f.Unit == 0}
		if f.Unit != 0 {
			o.Name, o.Unit = c.Register.Name(f.Unit), ref.Format(f.Unit)
		}
		v.Owners = append(v.Owners, o)
	}
	options := unitOptions(c.Register, true)
	v.options = options
	for range adding {
		v.addOwner()
	}
	for _, f := range t.Of(plan.Time) {
		v.Times = append(v.Times, timeOf(c, f))
	}
	v.Times = append(v.Times, timeRow{Key: "new", New: true, Ways: chosenWay("drop", true)})
	for _, f := range t.Of(plan.Target) {
		v.Targets = append(v.Targets, targetOf(f))
	}
	v.Targets = append(v.Targets, targetRow{Key: "new", New: true, Ways: targetWay(">=", true)})
	for _, f := range t.Of(plan.Document) {
		v.Documents = append(v.Documents, documentOf(c, t, f, options))
	}
	v.Documents = append(v.Documents, documentRow{Key: "new", New: true, Maker: ui.Field{Kind: ui.Pick, Name: "document-maker-new", Label: "制发单位", Blank: "牵头单位", Options: options}})
	return v
}

func key(id int64) string { return strconv.FormatInt(id, 10) }

func timeOf(c plan.Context, f plan.Fact) timeRow {
	s := c.Calendar.Read(f.Norm)
	row := timeRow{Key: key(f.ID), Text: f.Text, Means: s.Words(), Ways: chosenWay("keep", false)}
	if s.Pace == schedule.Once && !s.Due.IsZero() {
		row.Date = s.Due.String()
	}
	return row
}

func chosenWay(value string, fresh bool) []choice {
	var out []choice
	for _, w := range ways {
		if fresh && w.Value == "keep" {
			continue
		}
		if fresh && w.Value == "drop" {
			w.Label = "不增加时限"
		}
		w.On = w.Value == value
		if fresh && w.On {
			out = append([]choice{w}, out...)
			continue
		}
		out = append(out, w)
	}
	return out
}

func documentOf(c plan.Context, t plan.Task, f plan.Fact, options []ui.Option) documentRow {
	row := documentRow{Key: key(f.ID), Text: f.Text, WithRound: f.Norm == plan.WithReview,
		Maker: ui.Field{Kind: ui.Pick, Name: "document-maker-" + key(f.ID), Label: "制发单位", Blank: "牵头单位", Options: options}}
	if f.Unit != 0 {
		row.Maker.Value = ref.Format(f.Unit)
	}
	if s := c.Calendar.Read(f.Norm); s.Pace == schedule.Once {
		row.Date = s.Due.String()
	}
	for _, x := range t.Of(plan.Time) {
		row.Slots = append(row.Slots, choice{Value: key(x.ID), Label: x.Text, On: f.Slot == x.ID})
	}
	return row
}

// readInput reads the form of a task against the task as it is.
func readInput(form url.Values, t plan.Task) (plan.Input, error) {
	in := plan.Input{Title: form.Get("title"), Standing: form.Get("standing") == "1", Review: form.Get("review")}
	in.Version, _ = strconv.ParseInt(form.Get("version"), 10, 64) // none: whatever version there is
	in.Facts = append(in.Facts, readOwners(form, t)...)
	times, err := readTimes(form, t)
	if err != nil {
		return in, err
	}
	in.Facts = append(in.Facts, times...)
	in.Facts = append(in.Facts, t.Of(plan.Vague)...)
	targets, err := readTargets(form, t)
	if err != nil {
		return in, err
	}
	in.Facts = append(in.Facts, targets...)
	documents, err := readDocuments(form, t)
	in.Facts = append(in.Facts, documents...)
	return in, err
}

func readOwners(form url.Values, t plan.Task) []plan.Fact {
	var out []plan.Fact
	for _, f := range t.Owners() {
		switch role := form.Get("role-" + key(f.ID)); role {
		case "lead", "support":
			f.Kind = plan.Kind(role)
			out = append(out, f)
		}
	}
	for i := range rowsIn(form) {
		unit, err := ref.Parse[ref.Unit](form.Get("unit-" + number(i)))
		if err != nil {
			continue
		}
		kind := plan.Support
		if form.Get("unit-role-"+number(i)) == "lead" {
			kind = plan.Lead
		}
		out = append(out, plan.Fact{Kind: kind, Unit: unit, Text: "增加的单位", Norm: "增加的单位"})
	}
	return out
}

func readTimes(form url.Values, t plan.Task) ([]plan.Fact, error) {
	var out []plan.Fact
	for _, f := range append(t.Of(plan.Time), plan.Fact{Kind: plan.Time}) {
		k := key(f.ID)
		if f.ID == 0 {
			k = "new"
		}
		way := form.Get("time-way-" + k)
		if way == "" || way == "drop" {
			continue
		}
		if way != "keep" {
			norm, err := timeNorm(way, form.Get("time-date-"+k), strings.TrimSpace(form.Get("time-n-"+k)))
			if err != nil {
				return nil, errs.Fields{"time-way-" + k: err.Error()}.Err()
			}
			f.Norm = norm
		}
		if f.Text == "" {
			f.Text = schedule.Calendar{}.Read(f.Norm).Words()
			if f.Text == "待确认" {
				f.Text = f.Norm
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// timeNorm turns what a person chose into a norm.
func timeNorm(way, date, n string) (string, error) {
	count, err := strconv.Atoi(n)
	counted := err == nil && count >= 1 && count <= 366
	switch way {
	case "date", "yearly":
		d, err := civil.Parse(date)
		if err != nil || d.IsZero() {
			return "", fmt.Errorf("请填写日期。")
		}
		if way == "yearly" {
			return "yearly=" + d.String()[5:], nil
		}
		return "date=" + d.String(), nil
	case "monthly-day":
		days, ok := numbers(n, 31)
		if !ok || len(days) == 0 {
			return "", fmt.Errorf("请填写每月几日，1至31；有几日的用顿号隔开，如“10、25”。")
		}
		return "monthly-day=" + strings.Join(days, ","), nil
	case "workdays":
		if !counted {
			return "", fmt.Errorf("请填写几个工作日。")
		}
		return "within=" + n + "workdays," + schedule.FromIssue, nil
	case "months":
		list, ok := numbers(n, 12)
		if !ok || len(list) < 2 {
			return "", fmt.Errorf("请填写两个以上的月份，如“8、12”。")
		}
		return "months=" + strings.Join(list, ","), nil
	}
	if !counted {
		count = 1
	}
	return fmt.Sprintf("every=%s,min=%d", way, count), nil
}

// numbers reads 10、25 or 8月、12月, each from 1 to a limit.
func numbers(s string, most int) ([]string, bool) {
	list := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，月日号 ", r) })
	for _, x := range list {
		if n, err := strconv.Atoi(x); err != nil || n < 1 || n > most {
			return nil, false
		}
	}
	return list, true
}

func readDocuments(form url.Values, t plan.Task) ([]plan.Fact, error) {
	var out []plan.Fact
	for _, f := range append(t.Of(plan.Document), plan.Fact{Kind: plan.Document}) {
		k := key(f.ID)
		if f.ID == 0 {
			k = "new"
		}
		text := strings.TrimSpace(form.Get("document-text-" + k))
		if text == "" || form.Get("document-drop-"+k) != "" {
			continue
		}
		if f.ID == 0 || text != f.Text {
			f.Text = "《" + strings.Trim(text, "《》") + "》"
		}
		f.Unit, _ = ref.Parse[ref.Unit](form.Get("document-maker-" + k)) // none is the lead
		f.Norm = ""
		if form.Get("document-round-"+k) != "" {
			f.Norm = plan.WithReview
		} else if date := form.Get("document-date-" + k); date != "" {
			if _, err := civil.Parse(date); err != nil {
				return nil, errs.Fields{"document-date-" + k: "请填写制发日期。"}.Err()
			}
			f.Norm = "date=" + date
		}
		if slot, err := strconv.ParseInt(form.Get("document-slot-"+k), 10, 64); err == nil {
			f.Slot = slot
		}
		out = append(out, f)
	}
	return out, nil
}

// Edit is the form of one task: in its card, or with the whole screen around it.
func (p *Pages) Edit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	task, err := pathID[ref.Task](r, "task")
	if err != nil {
		return err
	}
	rev, err := p.Desk.OpenReview(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	for _, t := range rev.Tasks {
		switch {
		case t.ID != task:
		case htmx(r):
			return p.UI.Part(w, r, "card-edit", editorOf(rev, t))
		default:
			ui.Redirect(w, r, reviewPath(id)+"?edit="+ref.Format(task)+"#task-"+ref.Format(task))
			return nil
		}
	}
	return errs.Missing()
}

// EditDone saves a task, or gives its form another row.
func (p *Pages) EditDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "表单没有传完整，请重新提交。")
	}
	if r.PostForm.Get("more") == "" {
		return p.reviewed(editTask)(w, r, by)
	}
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	task, _, err := seen(r)
	if err != nil {
		return err
	}
	rev, err := p.Desk.OpenReview(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rev.Tasks, func(t plan.Task) bool { return t.ID == task })
	if at < 0 {
		return errs.Missing()
	}
	v := editorOf(rev, rev.Tasks[at])
	v.refill(r.PostForm)
	if htmx(r) {
		return p.UI.Part(w, r, "card-edit", v)
	}
	page := ui.Page{Title: "修改任务：" + rev.Tasks[at].Title, Nav: "plan", Crumbs: crumbs(ui.Crumb{Label: "审核方案", Href: reviewPath(id)}), Scripts: []string{"plan-review"}}
	return p.UI.Page(w, r, by, "amend.html", page, amendView{v})
}

func editTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, _, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	old, err := p.Desk.Drafted(ctx, tx, by, id, task)
	if err != nil {
		return "", 0, err
	}
	in, err := readInput(r.Form, old)
	if err != nil {
		return "", 0, err
	}
	return "已保存", task, p.Desk.Update(ctx, tx, by, id, task, in)
}

type splitView struct {
	Form  ui.Form
	Quote string
}

// Split asks behind which sentence a task is cut.
func (p *Pages) Split(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	task, err := pathID[ref.Task](r, "task")
	if err != nil {
		return err
	}
	rev, err := p.Desk.OpenReview(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	text := []rune(rev.Text)
	for _, t := range rev.Tasks {
		if t.ID != task {
			continue
		}
		form := ui.Form{Action: reviewPath(id) + "/" + ref.Format(task) + "/split", Submit: "拆分", Cancel: reviewPath(id) + "#task-" + ref.Format(task),
			Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(t.Version, 10)}, {Name: "plain", Value: "1"}}}
		field := ui.Field{Kind: ui.Radios, Name: "at", Label: "在哪一句之后拆分", Required: true, Hint: "责任单位两项都保留，时限、指标和文件归到所在的一项。"}
		start := t.Start
		for _, cut := range t.Cuts(text) {
			field.Options = append(field.Options, ui.Option{Value: number(cut), Label: "…" + tail(string(text[start:cut]), 30), Hint: "下一项从“" + head(string(text[cut:t.End]), 16) + "”开始"})
			start = cut
		}
		if len(field.Options) == 0 {
			return errs.New(errs.Conflict, "这项任务只有一句话，不能再拆分。可以先新增任务，再修改这一项。")
		}
		form.Fields = []ui.Field{field}
		return p.UI.Page(w, r, by, "split.html", ui.Page{Title: "拆分任务：" + t.Title, Nav: "plan", Crumbs: planCrumbs(rev.Plan)}, splitView{Form: form})
	}
	return errs.Missing()
}

func tail(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[max(len(r)-n, 0):])
}

func head(s string, n int) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(n, len(r))])
}

func splitTask(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, r *http.Request) (string, ref.Task, error) {
	task, version, err := seen(r)
	if err != nil {
		return "", 0, err
	}
	at, err := strconv.Atoi(r.PostFormValue("at"))
	if err != nil {
		return "", 0, errs.Fields{"at": "请选择在哪一句之后拆分。"}.Err()
	}
	return "已拆分", task, p.Desk.Split(ctx, tx, by, id, task, version, at)
}

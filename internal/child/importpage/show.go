package importpage

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/child/imports/roster"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	Note     *ui.Note
	Tab      *ui.Form
	Columns  *ui.Form
	Progress *ui.Progress
	Figures  *ui.Figures
	Summary  ui.Summary
	Confirm  *ui.Confirm
}

// Show is the page of a batch wherever it stands.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	return p.show(w, r, by, b, nil, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, b imports.Batch, typed url.Values, problem error) error {
	ctx, tx := r.Context(), p.DB.Reader()
	page := ui.Page{Title: title(b), Nav: "child", Crumbs: crumbs(b)[:1]}
	v := showView{Summary: p.summary(ctx, tx, by, b)}
	var err error
	switch {
	case b.State == imports.Mapping:
		err = p.mapping(ctx, tx, b, &v)
		if v.Columns != nil && problem != nil {
			filled := v.Columns.Fill(typed, problem)
			v.Columns, page.Status = &filled, ui.Status(problem)
		}
		page.More = []ui.Action{{Label: "放弃", Href: path(b.ID) + "/discard", Danger: true}}
	case b.State.Busy():
		err = p.busy(ctx, tx, b, &v)
	default:
		err = p.results(ctx, tx, by, b, &v, &page)
	}
	if err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "show.html", page, v)
}

// busy shows how far the work is, or that it was given up.
func (p *Pages) busy(ctx context.Context, tx *db.Tx, b imports.Batch, v *showView) error {
	stopped, err := p.Desk.Stopped(ctx, tx, b)
	progress := p.progress(b)
	if v.Progress = &progress; !stopped {
		return err
	}
	v.Progress = nil
	v.Confirm = &ui.Confirm{Title: "中途停下了", Text: "系统多次重新启动，" + b.State.Label() + "没有办完，" + progress.Note + "。已办的部分不会重复，继续后从停下的地方接着办。",
		Form: ui.Form{Action: path(b.ID) + "/resume", Submit: "继续办理"}}
	return err
}

// Resume has the work of a batch go on.
func (p *Pages) Resume(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.do(w, r, by, func(ctx context.Context, tx *db.Tx, id ref.Import) error { return p.Desk.Resume(ctx, tx, by, id) })
}

func (p *Pages) summary(ctx context.Context, tx *db.Tx, by access.Actor, b imports.Batch) ui.Summary {
	name, err := p.Desk.FileName(ctx, tx, by, b)
	if err != nil || name == "" {
		name = "已按规定销毁"
	}
	state := ui.Tag{State: look(b.State), Label: b.State.Label()}
	s := ui.Summary{Title: "名单", Facts: []ui.Fact{{Label: "状态", Tag: &state}, {Label: "文件", Value: name}, {Label: "来源", Value: imports.SourceLabel(b.Source)}, {Label: "范围", Value: b.RegionName},
		{Label: "经办", Value: b.ActorName, Sub: b.UnitName}, {Label: "上传时间", Value: civil.FormatTime(b.Created.Time())}}}
	if c, ok := p.category(tx, b.Category); ok {
		s.Facts = append(s.Facts, ui.Fact{Label: "比对类别", Value: c.Label})
	}
	if b.Applied != 0 {
		s.Facts = append(s.Facts, ui.Fact{Label: "确认时间", Value: civil.FormatTime(b.Applied.Time())})
	}
	return s
}

// mapping asks what the columns mean.
func (p *Pages) mapping(ctx context.Context, tx *db.Tx, b imports.Batch, v *showView) error {
	h, err := p.Desk.HeadOf(ctx, tx, b)
	if err != nil {
		return err
	}
	switch {
	case b.Problem != "":
		v.Note = &ui.Note{Tone: ui.Danger, Title: "没有读完", Text: b.Problem}
	case h.Row == 0:
		v.Note = &ui.Note{Tone: ui.Warn, Title: "没有找到标题行", Text: "请在表格前几行写明各列的标题，例如“姓名”“身份证号”“村（社区）”，放弃这一批后重新上传；或下载模板填写。", Link: &ui.Crumb{Label: "下载模板", Href: ListPath + "/template"}}
	case h.Recalled:
		v.Note = &ui.Note{Text: "已按上次同一来源、同样标题的名单填好各列的含义，请核对。"}
	}
	if len(h.Tabs) > 1 {
		tab := ui.Field{Kind: ui.Select, Name: "tab", Label: "读取哪个工作表", Value: h.Tab, Required: true}
		for _, name := range h.Tabs {
			tab.Options = append(tab.Options, ui.Option{Value: name, Label: name})
		}
		v.Tab = &ui.Form{Action: path(b.ID) + "/tab", Submit: "换成这个工作表", Fields: []ui.Field{tab}}
	}
	if h.Row == 0 {
		return nil
	}
	form := ui.Form{Action: path(b.ID) + "/columns", Submit: "读取并预览", Cancel: ListPath, Wide: true}
	if b.Purpose == imports.Compare {
		form.Parts = append(form.Parts, ui.Part{Title: "与谁比对", Fields: []ui.Field{p.categoryField(tx, b)}})
	}
	columns := ui.Part{Title: "每一列是什么"}
	for i, c := range h.Columns {
		columns.Fields = append(columns.Fields, columnField(i, c))
	}
	form.Parts = append(form.Parts, columns)
	v.Columns = &form
	return nil
}

func (p *Pages) categoryField(tx *db.Tx, b imports.Batch) ui.Field {
	all := p.Desk.Book().Categories(civil.DateOf(tx.Now.Time()))
	f := ui.Field{Kind: ui.Select, Name: "category", Label: "与哪一类档案比对", Required: true, Value: cmp.Or(b.Category, imports.CategoryOf(p.Desk.Book(), b.Source, civil.DateOf(tx.Now.Time()))), Blank: "请选择",
		Hint: "例如残联名单与“残疾儿童”比对；名单没有提到的这一类儿童，会列入“档案有、名单没有”。"}
	for _, c := range all {
		f.Options = append(f.Options, ui.Option{Value: c.ID, Label: c.Label})
	}
	f.Options = append(f.Options, ui.Option{Value: imports.Everybody, Label: "辖区内全部档案（名单包括全部儿童时才选）"})
	return f
}

func columnName(i int) string { return "column-" + number(i) }

func columnField(i int, c roster.Column) ui.Field {
	label := c.Heading
	if label == "" {
		label = "（无标题）"
	}
	f := ui.Field{Kind: ui.Select, Name: columnName(i), Label: "第" + number(i+1) + "列　" + label, Value: c.Field, Blank: "不认识，不导入"}
	switch {
	case c.Field == "":
		f.Hint = "没有认出这一列，请选择含义。"
	case c.Sample != "":
		f.Hint = "例：" + sampleOf(c)
	}
	for _, field := range roster.Fields {
		f.Options = append(f.Options, ui.Option{Value: field.Key, Label: field.Label, Group: field.Group})
	}
	return f
}

// sampleOf shows what a column holds without showing whose it is.
func sampleOf(c roster.Column) string {
	sample := []rune(roster.Masked(c.Field, c.Sample))
	const few = 12
	switch {
	case c.Field == roster.KeyName || strings.HasSuffix(roster.Label(c.Field), "姓名"):
		return string(sample[:1]) + "某某"
	case len(sample) > few:
		return string(sample[:few]) + "……"
	}
	return string(sample)
}

// Columns says what the columns mean and has the list read.
func (p *Pages) Columns(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	h, err := p.Desk.HeadOf(r.Context(), p.DB.Reader(), b)
	if err != nil {
		return err
	}
	fields := make([]string, len(h.Columns))
	for i := range fields {
		fields[i] = r.PostFormValue(columnName(i))
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Map(ctx, tx, by, b.ID, fields, r.PostFormValue("category"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.show(w, r, by, b, r.PostForm, underColumn(err, fields))
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, path(b.ID))
	return nil
}

// underColumn puts what is wrong with the columns under the first that bears no name, so that it can be reached.
func underColumn(err error, fields []string) error {
	e, ok := err.(*errs.Error)
	if !ok || e.Fields["columns"] == "" {
		return err
	}
	at := 0
	for i, key := range fields {
		if key == "" {
			at = i
			break
		}
	}
	return errs.Fields{columnName(at): e.Fields["columns"]}.Err()
}

// Tab has another sheet of the workbook looked at.
func (p *Pages) Tab(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	if err := p.Desk.Look(r.Context(), by, b.ID, r.PostFormValue("tab")); err != nil {
		return err
	}
	ui.Redirect(w, r, path(b.ID))
	return nil
}

// Progress is the part that asks for itself again until the job has ended.
func (p *Pages) Progress(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	v := p.progress(b)
	stopped, err := p.Desk.Stopped(r.Context(), p.DB.Reader(), b)
	if err != nil {
		return err
	}
	if stopped {
		v.Failed, v.Next = "系统多次重新启动，没有办完。", &ui.Action{Label: "查看并继续", Href: path(b.ID)}
	}
	return p.UI.Part(w, r, "import-progress", v)
}

func (p *Pages) progress(b imports.Batch) ui.Progress {
	v := ui.Progress{ID: "import-" + ref.Format(b.ID), Poll: path(b.ID) + "/progress", Percent: -1}
	due := b.Fresh + b.Changed
	switch b.State {
	case imports.Reading:
		v.Label, v.Note = "正在读取和比对", "已读取"+count(b.Total)+"行"
	case imports.Applying:
		v.Label, v.Note, v.Percent = "正在导入", "已导入"+count(b.Done)+" / "+count(due)+"行", int(100*b.Done/max(due, 1))
	case imports.Undoing:
		v.Label, v.Note = "正在撤销", "还有"+count(b.Done)+"行"
	default:
		v.Label, v.Done, v.Percent, v.Next = b.State.Label(), true, 100, &ui.Action{Label: "查看结果", Href: path(b.ID)}
	}
	return v
}

// results shows what the rows are, and what can be done next.
func (p *Pages) results(ctx context.Context, tx *db.Tx, by access.Actor, b imports.Batch, v *showView, page *ui.Page) error {
	if b.Wrong > 0 && b.Shredded == 0 {
		page.More = append(page.More, ui.Action{Label: "下载有误的行", Href: path(b.ID) + "/answer", Icon: "download"})
	}
	if b.Purpose == imports.Compare {
		return p.compared(ctx, tx, by, b, v, page)
	}
	v.Figures = &ui.Figures{Items: []ui.Figure{
		p.figure(b, "新增", b.Fresh, imports.Outcome(fresh), "没有找到已有档案，将新建"), {Label: "一致", Value: count(b.Same), Unit: "行", Definition: "与已有档案相同，不改动"},
		p.figure(b, "有变化", b.Changed, imports.Changed, "已有档案，内容不同，将更新"), p.figure(b, "存疑", b.Doubtful, imports.Doubtful, "可能是已有档案的同一名儿童，请逐人确认"),
		p.figure(b, "有误", b.Wrong, imports.Wrong, "不导入，下载更正后只需重新上传这些行")}}
	switch b.State {
	case imports.Staged:
		page.More = append(page.More, ui.Action{Label: "放弃", Href: path(b.ID) + "/discard", Danger: true})
		return p.ready(ctx, tx, b, v)
	case imports.Applied:
		days, err := p.Desk.UndoDays(tx)
		if err != nil {
			return err
		}
		v.Note = &ui.Note{Tone: ui.Done, Title: "已导入" + count(b.Done) + "行", Text: "导入后" + number(days) + "天内可以整批撤销：新建的档案结束，改动的内容恢复原值；此后又有人修改的保留并列出。"}
		if by.Can("child.import_undo") && b.Shredded == 0 {
			page.More = append(page.More, ui.Action{Label: "整批撤销", Href: path(b.ID) + "/import_undo", Danger: true, Dialog: true})
		}
	case imports.Undone:
		v.Note = &ui.Note{Title: "已撤销", Text: "新建的档案已结束，改动的内容已恢复。"}
		if b.Kept > 0 {
			v.Note = &ui.Note{Tone: ui.Warn, Title: "已撤销，" + count(b.Kept) + "份保留", Text: "这些档案在导入后又有人修改，没有动。", Link: &ui.Crumb{Label: "查看保留的行", Href: rowsPath(b.ID, imports.Kept)}}
		}
	}
	return nil
}

func (p *Pages) figure(b imports.Batch, label string, n int64, o imports.Outcome, definition string) ui.Figure {
	f := ui.Figure{Label: label, Value: count(n), Unit: "行", Definition: definition}
	if n > 0 && b.Shredded == 0 {
		f.Href = rowsPath(b.ID, o)
	}
	return f
}

// ready asks whether a batch is to be carried out.
func (p *Pages) ready(ctx context.Context, tx *db.Tx, b imports.Batch, v *showView) error {
	open, err := p.Desk.Undecided(ctx, tx, b)
	if err != nil {
		return err
	}
	var points []string
	for _, x := range []struct {
		n    int64
		text string
	}{{b.Fresh, "新建%份档案"}, {b.Changed, "更新%份已有档案（可在“有变化”中逐行选择不导入）"}, {open, "%行存疑的没有确认，不导入"}, {b.Wrong, "%行有误的不导入"}} {
		if x.n > 0 {
			points = append(points, strings.Replace(x.text, "%", count(x.n), 1))
		}
	}
	v.Confirm = &ui.Confirm{Title: "确认导入", Text: "确认后在后台写入，可以离开本页：", Points: points, Form: ui.Form{Action: path(b.ID) + "/apply", Submit: "确认导入", Cancel: ListPath}}
	return nil
}

// Apply has the batch carried out.
func (p *Pages) Apply(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.do(w, r, by, func(ctx context.Context, tx *db.Tx, id ref.Import) error { return p.Desk.Apply(ctx, tx, by, id) })
}

// do runs an act on the batch of the address and shows it.
func (p *Pages) do(w http.ResponseWriter, r *http.Request, by access.Actor, act func(ctx context.Context, tx *db.Tx, id ref.Import) error) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return act(ctx, tx, b.ID) }); err != nil {
		return err
	}
	ui.Redirect(w, r, path(b.ID))
	return nil
}

package childpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type showView struct {
	Notes      []ui.Note // what everybody must know before anything else
	Trace      *ui.Note  // after a reveal: that it was noted
	Identity   ui.Identity
	Photo      string // address of the picture; "" = there is none, or nothing was revealed
	Links      []ui.Action
	Ask        *askView // asks why before it shows what is private
	Next       ui.TaskList
	Categories ui.Table
	Category   *ui.Action // leads to entering and leaving
	End        *ui.Action // closes or reopens the file
	Assessed   *ui.Table
	Reports    *ui.Table
	Timeline   ui.Timeline
	Sheets     []sheetView
}

// askView is the form of a reveal.
type askView struct {
	Action  string
	Purpose ui.Field
}

// sheetView is a part of the file.
type sheetView struct {
	ID, Title string
	Edit      *ui.Action
	Facts     []ui.Fact
	People    []personView
	Empty     string
}

// record is a file while its page is made.
type record struct {
	child.File
	by     access.Actor
	on     civil.Date
	bounds duty.Bounds
	places map[string]string
	units  map[ref.Unit]string
	past   []child.Told
	looks  []child.Look
	held   []child.Belonging
	duties []duty.Duty

	assessed Story
}

// Show is the record of a child; what is private is covered.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	f, err := p.Cabinet.Show(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	return p.record(w, r, tx, by, f)
}

// Reveal is the record with what is private, after the trace of it was written.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	var f child.File
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		f, err = p.Cabinet.Reveal(ctx, tx, by, id, r.PostFormValue("purpose"))
		return err
	})
	if errs.Is(err, errs.Invalid) {
		ui.RedirectWith(w, r, Path(id), ui.Warn, "请先选择查看的用途。")
		return nil
	}
	if err != nil {
		return err
	}
	return p.record(w, r, p.DB.Reader(), by, f)
}

func (p *Pages) record(w http.ResponseWriter, r *http.Request, tx *db.Tx, by access.Actor, f child.File) error {
	rec, err := p.gather(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	view := showView{Notes: rec.notes(), Identity: p.identity(rec), Next: p.next(rec), Categories: p.categories(rec), Sheets: p.sheets(rec)}
	most := timelineRows
	if f.Revealed {
		most = revealedRows
		view.Trace = &ui.Note{Tone: ui.Info, Text: "隐私内容已显示。本次查看已记下您的姓名、岗位、时间和用途。", Link: &ui.Crumb{Label: "谁看过这份档案", Href: act(f.ID, "/looks")}}
	}
	if f.Revealed && f.Dossier.Photo != 0 {
		view.Photo = Path(f.ID) + PhotoTail
	}
	view.Timeline = p.timeline(rec, most)
	for _, l := range p.Links {
		if by.Can(l.Permission) && (f.State == child.Closed) == l.Closed && f.Successor == 0 {
			view.Links = append(view.Links, ui.Action{Label: l.Label, Icon: l.Icon, Href: Path(f.ID) + l.Path})
		}
	}
	if !f.Revealed && by.Can("child.reveal") {
		view.Ask = &askView{Path(f.ID) + "/reveal", ui.Field{Kind: ui.Select, Name: "purpose", Label: "查看用途", Required: true, Blank: "请选择用途", Options: purposeOptions()}}
	}
	if may(by, "child.category", f.Child) {
		view.Category = &ui.Action{Label: "列入、退出", Href: act(f.ID, "/categories"), Icon: "edit"}
	}
	switch {
	case may(by, "child.request", f.Child):
		view.End = &ui.Action{Label: "申请结束档案", Href: act(f.ID, endTail), Danger: true}
	case by.Can("child.close") && f.Successor == 0:
		view.End = &ui.Action{Label: "恢复档案", Href: act(f.ID, "/reopen"), Icon: "undo"}
	}
	if len(rec.assessed.Table.Rows) > 0 {
		view.Assessed = &rec.assessed.Table
	}
	if view.Reports, err = p.reports(r.Context(), tx, by, f.ID); err != nil {
		return err
	}
	page := ui.Page{Title: NameOf(f.Child), Kicker: "未成年人档案", Nav: "child", Crumbs: crumbs(), Warned: true, More: []ui.Action{{Label: "谁看过", Href: Path(f.ID) + "/looks", Icon: "eye"}, {Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

// reports are those on the child; who may see none does not learn that there could be.
func (p *Pages) reports(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (*ui.Table, error) {
	if p.Reports == nil {
		return nil, nil
	}
	t, err := p.Reports(ctx, tx, by, id)
	if err != nil || len(t.Rows) == 0 {
		return nil, err
	}
	return &t, nil
}

func crumbs(more ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{{Label: "未成年人档案", Href: ListPath}}, more...)
}

func purposeOptions() []ui.Option {
	options := make([]ui.Option, len(child.Purposes))
	for i, purpose := range child.Purposes {
		options[i] = ui.Option{Value: purpose.Key, Label: purpose.Label}
	}
	return options
}

// gather reads what the page shows of a file besides the file.
func (p *Pages) gather(ctx context.Context, tx *db.Tx, by access.Actor, f child.File) (record, error) {
	rec := record{File: f, by: by, on: today(tx)}
	var err error
	for _, read := range []func() error{
		func() error { rec.bounds, err = p.Kernel.Bounds(ctx, tx); return err },
		func() error { rec.past, err = p.Cabinet.History(ctx, tx, by, f.ID); return err },
		func() error { rec.looks, err = p.Cabinet.Looks(ctx, tx, by, f.ID); return err },
		func() error { rec.held, err = p.Cabinet.Belongings(ctx, tx, by, f.ID); return err },
		func() error { rec.duties, err = p.Kernel.OfSubject(ctx, tx, by, subject, int64(f.ID)); return err },
		func() error { rec.places, err = region.Places(ctx, tx, rec.regions()); return err },
		func() error { rec.units, err = p.Units(ctx, tx, rec.unitIDs()); return err },
		func() error {
			if p.Assessed != nil {
				rec.assessed, err = p.Assessed(ctx, tx, by, f.ID, f.Revealed)
			}
			return err
		},
	} {
		if err := read(); err != nil {
			return rec, err
		}
	}
	return rec, nil
}

// subject is what duties about a child name as theirs.
const subject = "child"

func (rec record) regions() []string {
	d := rec.Dossier.Places
	codes := []string{rec.Region, d.Registered.Region, d.School.Region, d.Occurrence.Region}
	for _, told := range rec.past {
		for _, diff := range told.Differences {
			if regionField(diff.Field) {
				codes = append(codes, diff.Before, diff.After)
			}
		}
	}
	return codes
}

func (rec record) unitIDs() []ref.Unit {
	var ids []ref.Unit
	add := func(u ref.Unit) {
		if u != 0 {
			ids = append(ids, u)
		}
	}
	add(rec.Unit)
	if rec.Dossier.Contact != nil {
		add(rec.Dossier.Contact.Unit)
	}
	for _, t := range rec.past {
		add(t.Unit)
	}
	for _, d := range rec.duties {
		add(d.Unit)
	}
	return ids
}

// notes are what everybody must know first: the file is closed, somebody may not be contacted.
func (rec record) notes() []ui.Note {
	var out []ui.Note
	if rec.State == child.Closed {
		n := ui.Note{Tone: ui.Warn, Title: "这份档案已结", Text: "原因：" + child.LabelOf(child.CloseReasons, rec.Ended) + "。档案可以查看，不再列入台账、统计和搜索。"}
		if rec.Successor != 0 {
			n.Text, n.Link = "已并入另一份档案，请以那一份为准。", &ui.Crumb{Label: "打开现在的档案", Href: Path(rec.Successor)}
		}
		out = append(out, n)
	}
	if years, ok := rec.Age(rec.on); ok && years >= majority && rec.State == child.Open {
		n := ui.Note{Tone: ui.Warn, Title: "已满18周岁", Text: "是否结束档案由人决定：仍需跟进的（例如在读的孤儿）可以保留。"}
		if rec.by.Can("child.request") {
			n.Link = &ui.Crumb{Label: "申请结束档案", Href: act(rec.ID, endTail)}
		}
		out = append(out, n)
	}
	for _, person := range rec.Dossier.People {
		if person.Blocked != "" {
			out = append(out, ban(person, rec.Revealed))
		}
	}
	return out
}

// Bans say on other pages who may not be contacted, without the reason.
func Bans(people []child.Person) []ui.Note {
	var out []ui.Note
	for _, person := range people {
		out = append(out, ban(person, false))
	}
	return out
}

func ban(person child.Person, revealed bool) ui.Note {
	n := ui.Note{Tone: ui.Danger, Title: "不得联系：" + relationWord(person) + person.Name, Text: "联系其他监护人或照护人前，请先在档案里查看原因。不得把走访安排、儿童所在等情况告诉此人。"}
	if revealed {
		n.Text = "原因：" + person.Blocked + "。不得把走访安排、儿童所在等情况告诉此人。"
	}
	return n
}

// majority is the age from which somebody is no minor (未成年人保护法 第二条).
const majority = 18

func (p *Pages) identity(rec record) ui.Identity {
	level := LevelOf(p.Cabinet.Book().Levels(rec.on), rec.Level)
	id := ui.Identity{Title: sexAge(rec.Child, rec.on), Level: &level, Facts: []ui.Fact{
		{Label: "下次应办", Due: dueOf(rec.Child, rec.bounds)},
		{Label: "居住地", Value: rec.places[rec.Region]}, {Label: "学校", Value: rec.School, Sub: rec.Grade},
		{Label: "评定日期", Value: civil.FormatDate(rec.Leveled)}, {Label: "最近排查", Value: civil.FormatDate(rec.Screened)},
		{Label: "对象类别", Value: p.categoryWords(rec.CategoryIDs(), rec.on, rec.Revealed)},
	}}
	if rec.State == child.Closed {
		id.Tag, id.Facts[0].Due = &ui.Tag{State: ui.Ended, Label: "已结"}, nil
	}
	return id
}

// next is what must happen for the child.
func (p *Pages) next(rec record) ui.TaskList {
	list := ui.TaskList{ID: "next"}
	var rows []ui.TaskRow
	for _, d := range rec.duties {
		if d.State != duty.Open {
			continue
		}
		k, href := p.Kinds[d.Kind], "/duties/"+ref.Format(d.ID)
		if k.Opens(rec.by, d) {
			href = k.Href(d)
		}
		rows = append(rows, ui.TaskRow{Icon: k.Icon, Kind: k.Label, Title: d.Title, Href: href, Owner: rec.units[d.Unit],
			From: d.Rule + " " + d.Clause, Due: dutypage.Due(d, rec.bounds), Tag: dutypage.Tag(d, rec.bounds.Now)})
	}
	if len(rows) > 0 {
		list.Groups = []ui.TaskGroup{{Label: "接下来要办", Near: rows[0].Due.Near, Count: len(rows), Rows: rows}}
	}
	return list
}

func (p *Pages) categories(rec record) ui.Table {
	t := ui.Table{ID: "categories", Caption: "对象类别", Columns: []ui.Column{{Label: "类别", Wide: true}, {Label: "列入日期", Slim: true}, {Label: "退出日期", Slim: true}, {Label: "依据"}}}
	for _, h := range rec.held {
		words, left := h.Words, ui.T("")
		if !rec.Revealed && words != "" {
			words = "（隐去）"
		}
		if h.Ended.IsZero() && p.aged(rec, h.Category.Category) {
			left = ui.Tags(ui.Uncertain, "已过年龄，请核实退出")
		}
		if !h.Ended.IsZero() {
			left = ui.Cell{Text: h.Ended.String(), Sub: child.LabelOf(child.LeaveReasons, h.Reason)}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(p.categoryWords([]string{h.Category.Category}, rec.on, rec.Revealed)), ui.T(h.Started.String()), left, ui.T(words)}})
	}
	return t
}

// aged tells whether a child has reached the age at which a category ends; a person decides that it does.
func (p *Pages) aged(rec record, category string) bool {
	c, ok := p.Cabinet.Book().Category(category, rec.on)
	years, known := rec.Age(rec.on)
	return ok && known && c.Until != 0 && years >= c.Until && rec.State == child.Open
}

package disclosurepage

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/ledger"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type showView struct {
	Identity ui.Identity
	Reason   ui.Note
	Answer   *ui.Note
	Form     *ui.Form
	Take     string // address of the download; "" = none
	Withdraw string
	Taken    ui.Table
}

// Show is one disclosure: what, why, who decided, who downloaded.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	d, err := p.Desk.Show(ctx, tx, by, id)
	if err != nil {
		return err
	}
	places, err := region.Places(ctx, tx, []string{d.Region})
	if err != nil {
		return err
	}
	on, expired := civil.DateOf(tx.Now.Time()), d.State == disclosure.Granted && tx.Now >= d.Expires
	tag := stateTag(by, d.Disclosure, expired)
	view := showView{Reason: ui.Note{Title: "用途和依据", Text: d.Why}, Identity: ui.Identity{Kind: "明文导出", Title: d.Number, Tag: &tag, Facts: []ui.Fact{
		{Label: "名单", Value: p.ledgerLabel(d.Disclosure, on), Sub: p.conditions(d.View(), on)}, {Label: "地方", Value: places[d.Region]},
		{Label: "人数", Value: ui.Count(int(d.Total)) + "人"}, {Label: "栏目", Value: columnWords(d.View())},
		{Label: "申请", Value: d.UnitName + "　" + d.ByName, Sub: civil.FormatTime(d.At.Time())}, {Label: "审批", Value: d.DecidedName, Sub: moment(d.Disclosure)},
		{Label: "到期删除", Value: until(d.Disclosure)}}}}
	if d.Words != "" {
		view.Answer = &ui.Note{Title: "审批意见", Text: d.Words}
	}
	view.Taken = takenTable(d.Taken)
	if d.MayDecide(by) {
		f := ui.Form{Action: path(id) + "/decide", Submit: "提交", Fields: []ui.Field{
			{Kind: ui.Radios, Name: "decision", Label: "审批结果", Required: true, Options: []ui.Option{{Value: "grant", Label: "同意导出"}, {Value: "refuse", Label: "不同意"}}},
			{Kind: ui.TextArea, Name: "words", Label: "意见", Rows: 2, Max: 500, Hint: "不同意的，写明理由"}}}
		if problem != nil {
			f = f.Fill(r.PostForm, problem)
		}
		view.Form = &f
	}
	if d.MayTake(by, tx.Now) {
		view.Take = path(id) + "/take"
	}
	if d.State == disclosure.Asked && d.ByUser == by.User {
		view.Withdraw = path(id) + "/withdraw"
	}
	page := ui.Page{Title: "明文导出 " + d.Number, Nav: "child", Plain: false, Crumbs: []ui.Crumb{{Label: "明文导出", Href: ListPath}}, More: []ui.Action{{Label: "打印", Print: true}}}
	if auditor(by) {
		page.Nav, page.Crumbs = "system", []ui.Crumb{{Label: "明文导出登记", Href: RegisterPath}}
	}
	if problem != nil {
		page.Status = ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func takenTable(taken []disclosure.Take) ui.Table {
	t := ui.Table{ID: "taken", Caption: "下载记录", Columns: []ui.Column{{Label: "时间", Slim: true}, {Label: "下载人"}, {Label: "单位", Wide: true}},
		Empty: ui.Empty{Title: "还没有下载过"}}
	for _, x := range taken {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatTime(x.At.Time())), ui.T(x.ActorName), ui.T(x.UnitName)}})
	}
	return t
}

func moment(d disclosure.Disclosure) string {
	if d.Decided == 0 {
		return ""
	}
	return civil.FormatTime(d.Decided.Time())
}

func until(d disclosure.Disclosure) string {
	if d.Expires == 0 {
		return ""
	}
	return civil.FormatTime(d.Expires.Time())
}

// columnWords names the columns that stand in clear.
func columnWords(v ledger.View) string {
	var words []string
	for _, key := range v.Columns {
		if f, known := rule.DossierField(key); known {
			words = append(words, letter.Punctuate(f.Label))
		}
	}
	return strings.Join(words, "、")
}

// conditions says in words what the list was narrowed to.
func (p *Pages) conditions(v ledger.View, on civil.Date) string {
	var words []string
	book := p.Desk.Lists.Cabinet.Book()
	if c, there := book.Category(v.Filter.Category, on); there {
		words = append(words, letter.Punctuate(c.Label))
	}
	for _, l := range book.Levels(on) {
		if l.N == v.Filter.Level {
			words = append(words, letter.Punctuate(l.Label))
		}
	}
	if v.Filter.Sex != "" {
		words = append(words, v.Filter.Sex.Word())
	}
	return cmp.Or(strings.Join(words, "，"), "全部")
}

// Decide refuses, or makes the file and grants.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var made *disclosure.Prepared
	switch r.PostFormValue("decision") {
	case "grant":
		made, err = p.Desk.Prepare(r.Context(), p.DB, by, id)
	case "refuse":
	default:
		err = errs.Fields{"decision": "请选择同意或不同意。"}.Err()
	}
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			return p.Desk.Decide(ctx, tx, by, id, made, r.PostFormValue("words"))
		})
	}
	return p.done(w, r, by, id, err, "审批已登记。")
}

// Withdraw takes the request back.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Withdraw(ctx, tx, by, id) })
	return p.done(w, r, by, id, err, "申请已撤回。")
}

func (p *Pages) done(w http.ResponseWriter, r *http.Request, by access.Actor, id ref.Disclosure, err error, said string) error {
	if errs.Is(err, errs.Invalid) {
		return p.show(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, said)
	return nil
}

// Take hands out the file, once its trace is durable.
func (p *Pages) Take(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var content *file.Content
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		content, err = p.Desk.Take(ctx, tx, by, id)
		return err
	})
	if content != nil {
		defer content.Close()
	}
	if err != nil {
		return err
	}
	content.Serve(w, r, false)
	return nil
}

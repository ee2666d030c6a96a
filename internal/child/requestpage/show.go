package requestpage

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/matchpage"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type showView struct {
	Identity ui.Identity
	Reveal   string // address of the reveal; "" = nothing covered, or it was done
	Changes  *ui.Table
	Reason   ui.Note
	Answer   *ui.Note
	Letter   string // address of the letter; "" = none
	Forms    []ui.Form
	Withdraw string
}

// Show is a request; the values of a correction are covered.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, false, nil)
}

// Reveal is the request with its values, after a trace in the file.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, true, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, reveal bool, problem error) error {
	id, err := pathID[ref.Request](r, "id")
	if err != nil {
		return err
	}
	var q request.Inquiry
	look := func(ctx context.Context, tx *db.Tx) (err error) {
		if q, err = p.Counter.Inquire(ctx, tx, by, id); err == nil && reveal {
			_, err = p.Counter.Reveal(ctx, tx, by, q.Child, "check")
		}
		return err
	}
	if reveal {
		err = p.write(r, look)
	} else {
		err = look(r.Context(), p.DB.Reader())
	}
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	places, err := region.Places(r.Context(), tx, append(append([]string{q.Region, q.ToRegion}, matchpage.Codes(q.Wish.Before)...), matchpage.Codes(q.Wish.After)...))
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), tx, []ref.Unit{q.ByUnit, q.Decider})
	if err != nil {
		return err
	}
	view := showView{Identity: p.identity(by, q, places, names, civil.DateOf(tx.Now.Time())), Reason: ui.Note{Title: "理由和依据", Text: q.Wish.Reason}, Changes: changes(q, places, reveal)}
	if q.Words != "" {
		view.Answer = &ui.Note{Title: "审批意见", Text: q.Words}
	}
	if view.Changes != nil && !reveal && by.Can("child.reveal") && q.Row.Sees(by) {
		view.Reveal = path(id)
	}
	if view.Reveal == "" || !q.MayDecide(by) || problem != nil { // who decides has seen what he decides on
		view.offer(by, q, problem, r)
	}
	page := ui.Page{About: q.Row.ID, Title: p.title(q.Request, civil.DateOf(tx.Now.Time())), Kicker: childpage.NameOf(q.Row), Nav: "child", Crumbs: here, More: []ui.Action{{Print: true}}}
	if q.Row.Sees(by) {
		page.More = append([]ui.Action{{Label: "打开档案", Href: childpage.Path(q.Child), Icon: "user"}}, page.More...)
	}
	if problem != nil {
		page.Status = ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func (p *Pages) identity(by access.Actor, q request.Inquiry, places map[string]string, names map[ref.Unit]string, on civil.Date) ui.Identity {
	tag := tagOf(by, q.Request)
	return ui.Identity{Kind: q.Kind.Label(), Title: childpage.NameOf(q.Row) + "　" + q.Row.Sex.Word() + "，" + childpage.AgeWords(q.Row, on), Tag: &tag, Facts: []ui.Fact{
		{Label: "地方", Value: way(q, places)}, {Label: "提出", Value: strings.TrimSpace(names[q.ByUnit] + "　" + q.ByName), Sub: civil.FormatTime(q.At.Time())},
		{Label: "结束的原因", Value: ending(q)},
		{Label: "审批单位", Value: names[q.Decider]}, {Label: "审批", Value: q.DecidedName, Sub: decidedAt(q.Request)}}}
}

func decidedAt(r request.Request) string {
	if r.Decided == 0 {
		return ""
	}
	return civil.FormatTime(r.Decided.Time())
}

func ending(q request.Inquiry) string {
	if q.Kind != request.Ending {
		return ""
	}
	return child.LabelOf(child.CloseReasons, q.Detail)
}

// changes are the parts of a correction before and after, covered until revealed.
func changes(q request.Inquiry, places map[string]string, revealed bool) *ui.Table {
	if q.Kind != request.Correct {
		return nil
	}
	before, after := q.Wish.Before, q.Wish.After
	if !revealed {
		before.Dossier, after.Dossier = child.Masked(before.Dossier), child.Masked(after.Dossier)
	}
	t := &ui.Table{ID: "changes", Caption: "要更正的内容", Columns: []ui.Column{{Label: "项目", Slim: true}, {Label: "现在"}, {Label: "更正为"}}}
	for _, key := range strings.Fields(q.Parts) {
		part, known := child.PartOf(key)
		if !known {
			continue
		}
		was, now := ui.T("（隐去）"), ui.T("（隐去）")
		if revealed || key != "birth" {
			was, now = text(key, before, places), text(key, after, places)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(part.Label), was, now}})
	}
	return t
}

func text(key string, n child.New, places map[string]string) ui.Cell {
	return ui.Cell{HTML: template.HTML(strings.ReplaceAll(template.HTMLEscapeString(matchpage.Words(key, n, places)), "\n", "<br>"))}
}

// offer adds what the actor can do with the request.
func (v *showView) offer(by access.Actor, q request.Inquiry, problem error, r *http.Request) {
	base := path(q.ID)
	add := func(f ui.Form) {
		if problem != nil {
			f = f.Fill(r.PostForm, problem)
		}
		v.Forms = append(v.Forms, f)
	}
	if q.MayDecide(by) {
		f := decidingOf(q.Request)
		add(ui.Form{Action: base + "/decide", Submit: "提交", Fields: []ui.Field{
			{Kind: ui.Radios, Name: "decision", Label: f.label, Required: true, Options: []ui.Option{{Value: "grant", Label: f.grant, Hint: f.then}, {Value: "refuse", Label: f.refuse, Hint: f.stays}}},
			{Kind: ui.TextArea, Name: "words", Label: "意见", Required: q.Kind == request.AgeOut, Rows: 2, Max: 500, Hint: f.hint}}})
	}
	if q.State == request.Sent && by.Can("child.decide") && by.Scope().Sees(q.Unit, q.Region) {
		v.Letter = base + "/letter"
		add(ui.Form{Action: base + "/acknowledge", Submit: "登记回执并结束档案", Fields: []ui.Field{
			{Kind: ui.TextArea, Name: "words", Label: "对方的回执", Required: true, Rows: 2, Max: 500, Hint: "对方单位、日期和文号或经办人。登记以前仍由本地负责"}}})
	}
	if q.Open() && q.ByUser == by.User {
		v.Withdraw = base + "/withdraw"
	}
}

// decision are the words of a decision: what follows from either answer, and what to write.
type decision struct{ label, grant, then, refuse, stays, hint string }

const whyNot = "不同意的，写明理由"

var deciding = map[request.Kind]decision{
	request.Correct: {"审批结果", "同意，按申请更正", "档案随即更正，前后内容都留在变更记录里", "不同意", "档案不变", whyNot},
	request.MoveOut: {"签收结果", "同意，接收档案", "签收后由接收地负责，走访、联系等事项转到接收的村（社区）", "不同意，退回转出地", "档案和各项事项仍由转出地负责", whyNot},
	request.MoveIn:  {"审批结果", "同意，恢复档案", "档案恢复使用，按现在的等级和类别重新安排事项", "不同意", "档案仍为已结", whyNot},
	request.Ending:  {"审批结果", "同意，结束档案", "档案退出名单和统计，没有办完的事项一并取消，档案仍可查阅", "不同意", "档案和各项事项不变", whyNot},
	request.AgeOut:  {"核对结果", "退出", "这一类别的事项随之结束，档案和其他类别不变", "继续保留", "类别和各项事项不变", "继续保留的写明依据，例如“在县一中读高二”“在职校就读”；退出的写明去向"},
}

func decidingOf(r request.Request) decision {
	d := deciding[r.Kind]
	switch {
	case r.Outside():
		d.label, d.grant, d.then, d.refuse = "审批结果", "同意转出", "下一步打印移交函；收到对方回执以前，仍由本地负责", "不同意"
	case r.Kind == request.AgeOut && r.Detail == "":
		d.then, d.stays = deciding[request.Ending].then, deciding[request.Ending].stays
	}
	return d
}

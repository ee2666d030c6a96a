package authpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type auditView struct {
	Filter ui.Filter
	Table  ui.Table
}

// Audit searches the journal, newest first.
func (p *Pages) Audit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx, q := p.DB.Reader(), r.URL.Query()
	f, found, err := p.auditQuery(r.Context(), tx, by, q)
	if err != nil {
		return err
	}
	var rows []audit.Entry
	if found {
		if rows, err = audit.List(r.Context(), tx, by, f); err != nil {
			return err
		}
	}
	shown := rows[:min(len(rows), pageRows)]
	people, err := p.people(r.Context(), tx, by, shown)
	if err != nil {
		return err
	}
	names, err := units(r.Context(), tx, shown)
	if err != nil {
		return err
	}
	view := auditView{Filter: auditFilter(q), Table: auditTable(shown, people, names)}
	view.Table.Pager = auditPager(q, rows)
	page := ui.Page{Title: "审计记录", Nav: "system", Tabs: p.UI.Tabs(by, "system", AuditPath), More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "audit.html", page, view)
}

// auditQuery reads the address; found is false where nobody has the account asked for.
func (p *Pages) auditQuery(ctx context.Context, tx *db.Tx, by access.Actor, q url.Values) (f audit.Filter, found bool, err error) {
	f = audit.Filter{Action: access.Permission(q.Get("action")), Limit: pageRows + 1}
	if d, err := civil.Parse(q.Get("from")); err == nil && !d.IsZero() {
		f.From = clock.Of(d.Start())
	}
	if d, err := civil.Parse(q.Get("to")); err == nil && !d.IsZero() {
		f.To = clock.Of(d.End())
	}
	f.Before, _ = ref.Parse[ref.Audit](q.Get("before")) // none is the first page
	login := strings.TrimSpace(q.Get("login"))
	if login == "" {
		return f, true, nil
	}
	f.Actor, err = p.Guard.FindLogin(ctx, tx, by, login)
	return f, f.Actor != 0, err
}

func auditFilter(q url.Values) ui.Filter {
	actions := ui.Field{Kind: ui.Pick, Name: "action", Label: "操作", Value: q.Get("action"), Blank: "全部操作"}
	for _, a := range actionWords {
		actions.Options = append(actions.Options, ui.Option{Value: a.action, Label: a.label})
	}
	for _, g := range access.Table {
		if actionLabel(string(g.Permission)) == g.Label {
			actions.Options = append(actions.Options, ui.Option{Value: string(g.Permission), Label: g.Label})
		}
	}
	return ui.Filter{Action: AuditPath, Clear: AuditPath, Search: &ui.Field{Kind: ui.Query, Name: "login", Label: "操作人账号", Value: q.Get("login")},
		Fields: []ui.Field{actions, {Kind: ui.Date, Name: "from", Label: "起始日期", Value: q.Get("from")}, {Kind: ui.Date, Name: "to", Label: "截止日期", Value: q.Get("to")}}}
}

func auditTable(rows []audit.Entry, people map[ref.User]string, names map[ref.Unit]string) ui.Table {
	t := ui.Table{Caption: "审计记录", Columns: []ui.Column{{Label: "时间", Slim: true}, {Label: "操作人"}, {Label: "身份"}, {Label: "操作", Wide: true}, {Label: "对象"}, {Label: "内容", Quiet: true}, {Label: "封存"}},
		Empty: ui.Empty{Title: "没有符合条件的记录", Text: "可以放宽日期范围或去掉操作条件再查。"}}
	for _, e := range rows {
		seal := ui.Tags(ui.Waiting, "待封存")
		if e.Block > 0 {
			seal = ui.Tags(ui.Finished, "第"+strconv.FormatInt(e.Block, 10)+"块")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatTime(e.At.Time())), ui.T(e.ActorName), ui.T(e.Role.Label()), ui.T(actionLabel(string(e.Action))),
			plain(subject(e, people)), plain(detail(e.Detail, people, names)), seal}})
	}
	return t
}

func auditPager(q url.Values, rows []audit.Entry) *ui.Pager {
	keep := url.Values{}
	for _, name := range []string{"login", "action", "from", "to"} {
		if q.Get(name) != "" {
			keep.Set(name, q.Get(name))
		}
	}
	pager := &ui.Pager{}
	if q.Get("before") != "" {
		pager.First = AuditPath + "?" + keep.Encode()
	}
	if len(rows) > pageRows {
		keep.Set("before", ref.Format(rows[pageRows-1].ID))
		pager.Next = AuditPath + "?" + keep.Encode()
	}
	if pager.First == "" && pager.Next == "" {
		return nil
	}
	return pager
}

type verifyView struct {
	Note   *ui.Note
	Faults *ui.Table
	Form   ui.Form
}

// AskVerify says what verifying does.
func (p *Pages) AskVerify(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.verifyPage(w, r, by, verifyView{})
}

func (p *Pages) verifyPage(w http.ResponseWriter, r *http.Request, by access.Actor, view verifyView) error {
	view.Form = ui.Form{Action: verifyPath, Submit: "开始校验"}
	page := ui.Page{Title: "审计校验", Nav: "system", Tabs: p.UI.Tabs(by, "system", verifyPath),
		Lead: "逐条核对全部审计记录与封存值，并与数据库之外的封存清单比对。改动、删除、插入、调换、截断和回退都会被发现；校验不改动任何内容。"}
	return p.UI.Page(w, r, by, "verify.html", page, view)
}

// Verify reads the whole journal and says what it found.
func (p *Pages) Verify(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	report, err := p.Sealer.Verify(r.Context(), p.DB.Reader())
	if err != nil {
		return err
	}
	counts := "共" + ui.Count(int(report.Blocks)) + "块，" + ui.Count(int(report.Sealed)) + "条已封存，" + ui.Count(int(report.Open)) + "条待封存。"
	if report.OK() {
		return p.verifyPage(w, r, by, verifyView{Note: &ui.Note{Tone: ui.Done, Title: "审计记录完好", Text: counts}})
	}
	t := ui.Table{ID: "faults", Caption: "发现的问题", Columns: []ui.Column{{Label: "位置", Slim: true}, {Label: "问题", Wide: true}}}
	for _, f := range report.Faults {
		place := "整体"
		if f.Block > 0 {
			place = "第" + strconv.FormatInt(f.Block, 10) + "块"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(place), ui.T(f.What)}})
	}
	return p.verifyPage(w, r, by, verifyView{Faults: &t, Note: &ui.Note{Tone: ui.Danger, Title: "审计记录被改动",
		Text: counts + "请立即断开外部访问、保护现场和备份，并报告本单位网络安全负责人。"}})
}

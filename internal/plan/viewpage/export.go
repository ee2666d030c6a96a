package viewpage

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/letter"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/sheet"
)

// line is a task as exports write it.
type line struct {
	No                                        int
	Clause, Title, Lead, Support, When, State string
	Open, Late, Done                          int
	Targets, Documents, Reply                 string
}

// dossier is what exports write of a plan.
type dossier struct {
	plan.Outline
	office string
	lines  []line
	now    string
	today  civil.Date
}

// gather reads a plan for an export and leaves the trace of it.
func (p *Pages) gather(r *http.Request, by access.Actor, form string) (dossier, error) {
	id, err := pathID[ref.Plan](r)
	if err != nil {
		return dossier{}, err
	}
	var d dossier
	err = p.DB.Write(r.Context(), func(tx *db.Tx) error {
		ctx := r.Context()
		if err := by.Require("plan.export"); err != nil {
			return err
		}
		if d.Outline, err = p.Desk.Outline(ctx, tx, by, id, nil); err != nil {
			return err
		}
		if err := p.lines(ctx, tx, by, &d); err != nil {
			return err
		}
		d.now, d.today = civil.FormatTime(tx.Now.Time()), civil.DateOf(tx.Now.Time())
		return audit.Write(ctx, tx, by, "plan.export", "plan", id, map[string]any{"form": form, "tasks": len(d.lines)})
	})
	return d, err
}

func (p *Pages) lines(ctx context.Context, tx *db.Tx, by access.Actor, d *dossier) error {
	mine, err := p.mine(ctx, tx, by, d.Plan.ID)
	if err != nil {
		return err
	}
	replies, err := p.Desk.Latest(ctx, tx, by, d.Plan.ID)
	if err != nil {
		return err
	}
	units := []ref.Unit{d.Plan.Unit}
	for _, r := range replies {
		units = append(units, r.Unit)
	}
	names, err := p.names(ctx, tx, units)
	if err != nil {
		return err
	}
	d.office = names[d.Plan.Unit]
	tallies, err := p.tallies(ctx, tx, by, mine)
	if err != nil {
		return err
	}
	seen := map[ref.Task]bool{}
	for _, t := range mine {
		seen[t] = true
	}
	for _, t := range d.Tasks {
		if !seen[t.ID] || t.State == plan.TaskWithdrawn {
			continue
		}
		l := lineOf(d.Outline, t, tallies[t.ID])
		l.No = len(d.lines) + 1
		if reply, ok := replies[t.ID]; ok {
			l.Reply = fmt.Sprintf("%s（%s，%s，%s）", reply.Text, names[reply.Unit], civil.DateOf(reply.At.Time()), replyTags[reply.State].Label)
		}
		d.lines = append(d.lines, l)
	}
	return nil
}

// mine lists the tasks in which the actor has a part, page by page.
func (p *Pages) mine(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) ([]ref.Task, error) {
	var out []ref.Task
	for {
		var last ref.Task
		if len(out) > 0 {
			last = out[len(out)-1]
		}
		part, err := p.ledger.Tasks(ctx, tx, by, ledger.Filter{Plan: id, State: ledger.Any, Limit: wholeLimit}, last, false)
		out = append(out, part...)
		if err != nil || len(part) < wholeLimit {
			return out, err
		}
	}
}

func (p *Pages) tallies(ctx context.Context, tx *db.Tx, by access.Actor, tasks []ref.Task) (map[ref.Task]ledger.Tally, error) {
	out := map[ref.Task]ledger.Tally{}
	for len(tasks) > 0 {
		n := min(len(tasks), wholeLimit)
		part, err := p.ledger.Tallies(ctx, tx, by, tasks[:n])
		if err != nil {
			return nil, err
		}
		for k, v := range part {
			out[k] = v
		}
		tasks = tasks[n:]
	}
	return out, nil
}

func lineOf(o plan.Outline, t plan.Task, n ledger.Tally) line {
	lead, support := o.Names(t, plan.Lead), o.Names(t, plan.Support)
	if len(lead) == 0 {
		lead, support = support, nil
	}
	return line{Clause: t.Clause(), Title: t.Title, Lead: strings.Join(lead, "、"), Support: strings.Join(support, "、"), When: o.When(t), State: stateWords(n),
		Open: n.Open, Late: n.Late, Done: n.Done + n.LateDone, Targets: strings.Join(o.Names(t, plan.Target), "；"), Documents: strings.Join(o.Names(t, plan.Document), "；")}
}

// stateWords says in one word how a task stands, and how much of it is done.
func stateWords(n ledger.Tally) string {
	share := fmt.Sprintf("（%d/%d）", n.Done+n.LateDone, n.Total())
	switch {
	case n.Total() == 0:
		return "尚未到首个周期"
	case n.Late > 0:
		return fmt.Sprintf("超期%d项", n.Late) + share
	case n.Open > 0:
		return "办理中" + share
	}
	return "已办结" + share
}

// attach says that the answer is a file to keep.
func attach(w http.ResponseWriter, name, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}

// Sheet exports the 任务清单 as a workbook.
func (p *Pages) Sheet(w http.ResponseWriter, r *http.Request, by access.Actor) (err error) {
	d, err := p.gather(r, by, "xlsx")
	if err != nil {
		return err
	}
	book, err := sheet.NewBook("")
	if err != nil {
		return err
	}
	defer book.Close()
	if err := d.fill(book); err != nil {
		return err
	}
	attach(w, d.Plan.Title+"任务清单.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	_, err = book.WriteTo(w)
	return err
}

func (d dossier) fill(book *sheet.Book) error {
	t, err := book.Table(sheet.Table{Name: "任务清单", Title: d.Plan.Title + "任务清单", Note: d.office + "　统计时间 " + d.now + "　事项按下达到单位的每一项、每一周期计",
		Columns: []sheet.Column{{Title: "序号", Kind: sheet.Integer, Width: 6, Center: true}, {Title: "条款", Width: 26}, {Title: "任务", Width: 42}, {Title: "牵头单位", Width: 18}, {Title: "配合单位", Width: 26},
			{Title: "时限或周期", Width: 22}, {Title: "指标", Width: 20}, {Title: "制发文件", Width: 20}, {Title: "状态", Width: 16}, {Title: "未办结", Kind: sheet.Integer}, {Title: "超期", Kind: sheet.Integer}, {Title: "已办结", Kind: sheet.Integer}, {Title: "最近反馈", Width: 44}}})
	if err != nil {
		return err
	}
	for _, l := range d.lines {
		if err := t.Row(l.No, l.Clause, l.Title, l.Lead, l.Support, l.When, l.Targets, l.Documents, l.State, l.Open, l.Late, l.Done, l.Reply); err != nil {
			return err
		}
	}
	return book.Describe(sheet.Properties{Title: d.Plan.Title + "任务清单", Unit: d.office, Made: d.today.Start()})
}

// Letter exports the 任务清单 as a notice with the list as its annex.
func (p *Pages) Letter(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	d, err := p.gather(r, by, "docx")
	if err != nil {
		return err
	}
	attach(w, d.Plan.Title+"任务清单.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	return d.notice().Write(w)
}

func (d dossier) notice() letter.Document {
	issuer := d.Plan.Issuer
	if issuer == "" {
		issuer = d.office
	}
	var open, late, done int
	rows := make([][]string, len(d.lines))
	for i, l := range d.lines {
		open, late, done = open+l.Open, late+l.Late, done+l.Done
		rows[i] = []string{fmt.Sprint(l.No), l.Title, l.Lead, l.Support, l.When, l.State}
	}
	table := letter.Table{Size: 10.5, Rows: rows, Columns: []letter.Column{{Title: "序号", Share: 1, Center: true}, {Title: "任务", Share: 7}, {Title: "牵头单位", Share: 3}, {Title: "配合单位", Share: 5}, {Title: "时限或周期", Share: 4}, {Title: "进展", Share: 3, Center: true}}}
	name := "《" + strings.Trim(d.Plan.Title, "《》") + "》"
	return letter.Document{
		Issuer: issuer, Title: issuer + "\n关于印发" + name + "任务清单的通知", To: "各责任单位：",
		Body: []letter.Block{
			letter.Text("为抓好" + name + "的落实，现将任务清单印发给你们，请对照清单认真组织实施。"),
			letter.LeadIn(1, "一、任务进展。", fmt.Sprintf("清单共%d项任务。截至%s，下达到各单位的事项已办结%d项，未办结%d项，其中超期%d项。", len(d.lines), civil.FormatDateLong(d.today), done, open, late)),
			letter.LeadIn(1, "二、压实责任。", "牵头单位负责统筹推进和汇总反馈，配合单位按照职责分工协同落实，并及时向牵头单位反馈办理情况。"),
			letter.LeadIn(1, "三、按时反馈。", "各单位要在时限内办结并提供佐证材料。确需延期的，请在到期前提出申请并说明理由。"),
		},
		Attachments: []letter.Attachment{{Title: strings.Trim(d.Plan.Title, "《》") + "任务清单", Wide: true, Body: []letter.Block{table}}},
		Signer:      issuer, Date: d.today,
	}
}

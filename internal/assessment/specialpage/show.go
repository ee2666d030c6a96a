package specialpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/special"
	"weibao/internal/ui"
)

type showView struct {
	Reveal string // address of the reveal; "" = it was done, or nothing was written
	Empty  *ui.Note
	Lists  []standingView
}

// standingView is one list on which the child stands.
type standingView struct {
	Title  string
	Basis  *ui.Note
	Ending *ui.Note
	Facts  ui.Summary
	Steps  ui.Table
	Proofs *ui.Table
	Done   ui.Timeline
}

// Show tells on which lists a child stands, what waits, and what proves it.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, false)
}

// Reveal shows it with what was written, after a trace.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, true)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, reveal bool) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	if reveal {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			_, err := p.Desk.Care.Cabinet.Reveal(ctx, tx, by, id, "check")
			return err
		})
		if err != nil {
			return err
		}
	}
	tx := p.DB.Reader()
	c, on, err := p.Desk.On(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	bounds, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	view := showView{}
	for _, s := range on {
		v := p.standing(c, s, by, bounds, today(tx))
		if reveal {
			if v, err = p.told(r.Context(), tx, v, s); err != nil {
				return err
			}
		} else if len(s.Done)+len(s.Given) > 0 && by.Can("child.reveal") {
			view.Reveal = childPath(id)
		}
		view.Lists = append(view.Lists, v)
	}
	if len(on) == 0 {
		view.Empty = &ui.Note{Tone: ui.Info, Title: "现在不在任何专项名单上", Text: "在“对象类别”里列入孤儿、事实无人抚养、重病残疾、失学辍学、服刑强戒人员子女等类别后，这里列出应办的事和证明材料。"}
	}
	page := ui.Page{Title: "专项名单", Kicker: childpage.NameOf(c), Nav: "child", Crumbs: crumbs(c)}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func crumbs(c child.Child) []ui.Crumb {
	return []ui.Crumb{{Label: "未成年人档案", Href: childpage.ListPath}, {Label: childpage.NameOf(c), Href: childpage.Path(c.ID)}}
}

func (p *Pages) standing(c child.Child, s lists.Standing, by access.Actor, b duty.Bounds, on civil.Date) standingView {
	base := childPath(c.ID) + "/" + string(s.List.ID)
	v := standingView{Title: letter.Punctuate(s.List.Label), Basis: basis(s.List), Facts: ui.Summary{Facts: []ui.Fact{{Label: "列入日期", Value: s.Since.String()}}}}
	v.Steps = ui.Table{ID: "steps-" + string(s.List.ID), Caption: "应办的事", Columns: stepColumns}
	for _, d := range s.Steps {
		row := stepRow(d, b)
		if by.Can("special.step") && d.Waits == "" && !d.Proves {
			href := base + "/steps/" + d.ID
			if d.Step.Kind != "" {
				href = childpage.Path(c.ID) + "/record"
			}
			row.Cells[3].Actions = []ui.Action{{Label: "登记", Href: href, Icon: "edit"}}
		}
		v.Steps.Rows = append(v.Steps.Rows, row)
	}
	if s.Ending {
		v.Ending = &ui.Note{Tone: ui.Warn, Title: "档案里的情况可能已不符合条件", Text: "请核实后在“对象类别”里退出，这里的事项随之结束。", Link: &ui.Crumb{Label: "对象类别", Href: childpage.Path(c.ID) + "/categories"}}
	}
	if len(s.Needed) > 0 {
		t := proofTable(c, s, by, on)
		v.Proofs = &t
	}
	v.Done = ui.Timeline{Title: "办理经过", Empty: "还没有登记过。"}
	for _, a := range s.Done {
		step, _ := s.List.Step(a.Step)
		v.Done.Items = append(v.Done.Items, ui.Event{Title: letter.Punctuate(step.Label), Who: a.ByName, When: a.Day.String(), Icon: "check", Tone: ui.Done})
	}
	return v
}

// proofTable shows what proves the list, what is there and what is lacking.
func proofTable(c child.Child, s lists.Standing, by access.Actor, on civil.Date) ui.Table {
	t := ui.Table{ID: "proofs-" + string(s.List.ID), Caption: "证明材料", Columns: []ui.Column{{Label: "材料", Wide: true}, {Label: "现在", Slim: true}, {Label: "材料日期", Slim: true}, {Label: "办理", Tools: true, Slim: true}}}
	lacking, group := map[string]bool{}, map[string]bool{}
	for _, x := range s.Lacks {
		lacking[x.ID] = true
		group[x.Instead] = x.Instead != ""
	}
	for _, need := range s.Needed {
		row := ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(need.Label), Sub: letter.Punctuate(insteadWords(s.Needed, need))}, {}, {}, {}}}
		row.Cells[1].Tag = &ui.Tag{State: ui.Ended, Label: "不必再交"}
		switch {
		case group[need.Instead]:
			row.Cells[1].Tag = &ui.Tag{State: ui.Late, Label: "同组还缺一件"}
		case lacking[need.ID]:
			row.Cells[1].Tag = &ui.Tag{State: ui.Late, Label: "还缺"}
		}
		if by.Can("special.step") {
			row.Cells[3].Actions = []ui.Action{{Label: "登记材料", Href: childPath(c.ID) + "/" + string(s.List.ID) + "/proofs/" + need.ID, Icon: "plus"}}
		}
		for _, g := range s.Given {
			if g.Proof != need.ID || g.Dropped != 0 {
				continue
			}
			row.Cells[2] = ui.Cell{Text: g.Day.String(), Sub: g.ByName + "登记"}
			row.Cells[1].Tag = &ui.Tag{State: ui.Finished, Label: "有"}
			if !g.Holds(on) {
				row.Cells[1] = ui.Cell{Tag: &ui.Tag{State: ui.Late, Label: "已过期"}, Sub: g.Until.String() + "到期"}
			} else if !g.Until.IsZero() {
				row.Cells[1].Sub = g.Until.String() + "到期"
			}
			if by.Can("special.step") {
				row.Cells[3].Actions = append(row.Cells[3].Actions, ui.Action{Label: "撤回", Post: childPath(c.ID) + "/drop/" + ref.Format(g.ID), Icon: "undo"})
			}
			break
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// insteadWords says which papers stand instead of each other.
func insteadWords(list []special.Proof, p special.Proof) string {
	if p.Instead == "" {
		return p.Hint
	}
	n := 0
	for _, o := range list {
		if o.Instead == p.Instead {
			n++
		}
	}
	if n < 2 {
		return p.Hint
	}
	if p.Hint == "" {
		return "与同组材料有一件即可。"
	}
	return p.Hint + "与同组材料有一件即可。"
}

// told adds what was written.
func (p *Pages) told(ctx context.Context, tx *db.Tx, v standingView, s lists.Standing) (standingView, error) {
	steps, papers, err := p.Desk.Words(ctx, tx, s.Done, s.Given)
	if err != nil {
		return v, err
	}
	for i, text := range steps {
		v.Done.Items[i].Text = text
	}
	for i, g := range s.Given {
		proof, _ := s.List.Proof(g.Proof)
		title := letter.Punctuate(proof.Label)
		if g.Dropped != 0 {
			title += "（已撤回）"
		}
		v.Done.Items = append(v.Done.Items, ui.Event{Title: title, Text: papers[i], Who: g.ByName, When: g.Day.String(), Icon: "file"})
	}
	return v, nil
}

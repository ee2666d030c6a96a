package viewpage

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type networkView struct {
	Asof   string
	Matrix ui.Matrix
	Beyond int // how many units a printed matrix has no room for
	Blank  bool
	Empty  ui.Empty
	Units  ui.Table
}

// printed is how many columns of units an A4 page in landscape holds; _views.scss leaves out the others.
const printed = 36

// Network is the 责任网络 of a plan: which unit leads and supports which task.
func (p *Pages) Network(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	o, err := p.outline(r, by, id)
	if err != nil {
		return err
	}
	cells, err := p.ledger.Cells(ctx, tx, by, id)
	if err != nil {
		return err
	}
	n := network{all: ask{plan: id, whole: true, group: byDue}, outline: o, marks: map[netKey]part{}, units: map[ref.Unit]*load{}}
	for _, c := range cells {
		n.add(c)
	}
	names, err := p.names(ctx, tx, n.ids())
	if err != nil {
		return err
	}
	n.sort(names)
	view := networkView{Asof: civil.FormatTime(tx.Now.Time()), Blank: len(n.order) == 0, Beyond: max(len(n.order)-printed, 0), Matrix: n.matrix(names), Units: n.table(names),
		Empty: ui.Empty{Title: "还没有责任单位", Text: "方案下发后，各单位牵头、配合的任务会列在这里。"}}
	shell := page(by, o.Plan, "责任网络", "network")
	shell.Wide = true
	return p.UI.Page(w, r, by, "network.html", shell, view)
}

type netKey struct {
	task ref.Task
	unit ref.Unit
}

// part is how a unit takes part in a task.
type part struct {
	kind             string // the strongest
	open, late, done int
}

// load is what a unit carries: tasks by role, duties by state.
type load struct {
	unit             ref.Unit
	tasks            map[string]int // by kind
	open, late, done int
}

type network struct {
	all     ask
	outline plan.Outline
	marks   map[netKey]part
	units   map[ref.Unit]*load
	order   []*load
}

// strength orders the kinds: who leads and also drafts a document is shown as lead.
var strength = map[string]int{plan.KindTask: 3, plan.KindDocument: 2, plan.KindSupport: 1}

func (n *network) add(c ledger.Cell) {
	k := netKey{c.Task, c.Unit}
	m := n.marks[k]
	if strength[c.Kind] > strength[m.kind] {
		m.kind = c.Kind
	}
	m.open, m.late, m.done = m.open+c.Open, m.late+c.Late, m.done+c.Done
	n.marks[k] = m
	u := n.units[c.Unit]
	if u == nil {
		u = &load{unit: c.Unit, tasks: map[string]int{}}
		n.units[c.Unit] = u
	}
	u.tasks[c.Kind]++
	u.open, u.late, u.done = u.open+c.Open, u.late+c.Late, u.done+c.Done
}

func (n *network) ids() []ref.Unit {
	var out []ref.Unit
	for id := range n.units {
		out = append(out, id)
	}
	return out
}

// sort puts the units with the most tasks to lead first.
func (n *network) sort(names map[ref.Unit]string) {
	for _, u := range n.units {
		n.order = append(n.order, u)
	}
	slices.SortFunc(n.order, func(a, b *load) int {
		return cmp.Or(cmp.Compare(b.tasks[plan.KindTask], a.tasks[plan.KindTask]), cmp.Compare(b.tasks[plan.KindSupport], a.tasks[plan.KindSupport]),
			cmp.Compare(names[a.unit], names[b.unit]), cmp.Compare(a.unit, b.unit))
	})
}

// by is the list of the tasks in which a unit has a role.
func (n *network) by(u ref.Unit, kind string) ask {
	a := n.all
	a.group, a.state, a.unit, a.kind = byClause, ledger.Any, u, kind
	return a
}

func (n *network) matrix(names map[ref.Unit]string) ui.Matrix {
	m := ui.Matrix{Caption: "责任网络：各单位在各项任务中的角色", Corner: "任务", Legend: []ui.Mark{
		{Sign: "牵头", Tone: "lead", Label: "牵头或共同负责"}, {Sign: "配合", Tone: "support", Label: "配合"}, {Sign: "制发", Tone: "support", Label: "制发文件"},
		{Sign: "▲牵头", Tone: "late", Label: "有超期事项"}, {Sign: "✓牵头", Tone: "done", Label: "现有事项全部办结"}}}
	lead, support := ui.MatrixRow{MatrixHead: ui.MatrixHead{Label: "合计：牵头任务"}}, ui.MatrixRow{MatrixHead: ui.MatrixHead{Label: "合计：配合任务"}}
	for _, u := range n.order {
		m.Columns = append(m.Columns, ui.MatrixHead{Label: names[u.unit], Href: n.by(u.unit, "").href()})
		lead.Cells = append(lead.Cells, n.total(u, plan.KindTask, names))
		support.Cells = append(support.Cells, n.total(u, plan.KindSupport, names))
	}
	m.Rows = append(m.Rows, lead, support)
	for _, t := range n.outline.Tasks {
		if t.State == plan.TaskWithdrawn {
			continue
		}
		row := ui.MatrixRow{MatrixHead: ui.MatrixHead{Label: t.Title, Href: TaskPath(t.ID)}}
		for _, u := range n.order {
			row.Cells = append(row.Cells, n.mark(t, u.unit, names[u.unit]))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func (n *network) total(u *load, kind string, names map[ref.Unit]string) ui.Mark {
	count := u.tasks[kind]
	if count == 0 {
		return ui.Mark{}
	}
	return ui.Mark{Sign: strconv.Itoa(count), Label: names[u.unit] + roles[kind] + "任务" + strconv.Itoa(count) + "项", Href: n.by(u.unit, kind).href()}
}

func (n *network) mark(t plan.Task, unit ref.Unit, name string) ui.Mark {
	p, known := n.marks[netKey{t.ID, unit}]
	if !known {
		return ui.Mark{}
	}
	m := ui.Mark{Sign: roles[p.kind], Tone: "support", Label: name + roles[p.kind] + "：" + t.Title}
	if p.kind == plan.KindTask {
		m.Tone = "lead"
	}
	a := n.all
	a.unit = unit
	switch {
	case p.late > 0:
		m.Sign, m.Tone, m.Label = "▲"+m.Sign, "late", m.Label+"，超期"+strconv.Itoa(p.late)+"项"
		m.Href = a.of(t.ID, ledger.Late).href()
	case p.open > 0:
		m.Label += "，未办结" + strconv.Itoa(p.open) + "项"
		m.Href = a.of(t.ID, ledger.Open).href()
	case p.done > 0:
		m.Sign, m.Tone, m.Label = "✓"+m.Sign, "done", m.Label+"，已办结"+strconv.Itoa(p.done)+"项"
		m.Href = a.of(t.ID, ledger.Finished).href()
	default:
		m.Label += "，尚未到首个周期"
		m.Href = TaskPath(t.ID)
	}
	return m
}

// table says what each unit carries; every number opens its list.
func (n *network) table(names map[ref.Unit]string) ui.Table {
	t := ui.Table{ID: "units", Caption: "各单位承担情况", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "牵头任务", Num: true, Slim: true}, {Label: "配合任务", Num: true, Slim: true},
		{Label: "制发文件", Num: true, Slim: true}, {Label: "未办结事项", Num: true, Slim: true}, {Label: "超期事项", Num: true, Slim: true}, {Label: "已办结事项", Num: true, Slim: true}}}
	for _, u := range n.order {
		a := n.all
		a.unit = u.unit
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(names[u.unit], n.by(u.unit, "").href()),
			number(u.tasks[plan.KindTask], n.by(u.unit, plan.KindTask)), number(u.tasks[plan.KindSupport], n.by(u.unit, plan.KindSupport)), number(u.tasks[plan.KindDocument], n.by(u.unit, plan.KindDocument)),
			number(u.open, a.duties(ledger.Open)), number(u.late, a.duties(ledger.Late)), number(u.done, a.duties(ledger.Finished))}})
	}
	return t
}

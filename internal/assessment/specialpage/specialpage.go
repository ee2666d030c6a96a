// Package specialpage holds the screens of special lists 「专项名单」: the lists
// with what waits, one list with its columns, what a child's lists ask for and
// what proves them, and apart from these the list that is secret.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that what people wrote
// of a step or paper shows only in the answer to a reveal, which leaves its
// trace, and that a secret list, its entries and their pages look to everybody
// else like what does not exist. It decides nothing: the county's rules say
// what must be done.
package specialpage

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/assessment"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB     *db.DB
	UI     *ui.Renderer
	Desk   *lists.Desk
	Kernel *duty.Kernel
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"index.html": indexView{}, "list.html": listView{}, "show.html": showView{}, "entry.html": entryView{}})
}

// ListPath is the address of the lists; the tails stand behind that of a file.
const (
	ListPath  = "/specials"
	Tail      = "/specials"
	ReferTail = "/concern"
)

// DutyHref is the page on which a duty of a special list is handled, for the inbox.
func DutyHref(d duty.Duty) string {
	if d.Kind == assessment.ApartKind {
		return entryPath(ref.Entry(d.SubjectID))
	}
	return childPath(ref.Child(d.SubjectID))
}

func childPath(id ref.Child) string { return childpage.Path(id) + Tail }

func entryPath(id ref.Entry) string { return ListPath + "/entries/" + ref.Format(id) }

func childOf(r *http.Request) (ref.Child, error) {
	id, err := ref.Parse[ref.Child](r.PathValue("child"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func entryOf(r *http.Request) (ref.Entry, error) {
	id, err := ref.Parse[ref.Entry](r.PathValue("entry"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// basis says on what a list rests, and whether the county has still to decide on it.
func basis(l special.List) *ui.Note {
	n := &ui.Note{Tone: ui.Info, Text: letter.Punctuate(strings.TrimSuffix(l.Purpose, "。")) + "。依据：" + letter.Punctuate(l.Source.Document+l.Source.Article) + "。"}
	if l.Source.Note != "" {
		n.Text += letter.Punctuate(l.Source.Note) + "。"
	}
	if note := rule.Status(l.Status).Note(); note != "" {
		n.Text += strings.TrimSuffix(note, "。") + "。"
	}
	return n
}

// due shows by when a step must be done.
func due(on civil.Date, b duty.Bounds) *ui.Due {
	if on.IsZero() {
		return nil
	}
	out := dutypage.Due(duty.Duty{State: duty.Open, Due: clock.Of(on.End())}, b)
	return &out
}

var periods = map[string]string{"day": "每天", "week": "每周", "2week": "每两周", "month": "每月", "2month": "每两个月", "quarter": "每季度", "halfyear": "每半年",
	"term": "每学期", "school-year": "每学年", "year": "每年", "2year": "每两年"}

var spans = map[string]string{"hours": "小时", "workdays": "个工作日", "days": "日", "months": "个月", "years": "年"}

// often says when a step must be done.
func often(s special.Step) string {
	if s.Every != "" {
		return periods[s.Every] + "至少" + strconv.Itoa(max(s.Times, 1)) + "次"
	}
	return strconv.Itoa(s.Within.N) + spans[s.Within.Unit] + "内"
}

// stepRow shows a step as it stands for a child.
func stepRow(d lists.Due, b duty.Bounds) ui.Row {
	row := ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(d.Label), Sub: letter.Punctuate(d.Hint)}, {Text: often(d.Step), Sub: letter.Punctuate(partyWords(d.Party))}, {}, {}}}
	switch {
	case d.Open != nil:
		row.Cells[2].Due = due(d.Open.Due, b)
		row.Near = row.Cells[2].Due.Near
	case d.Done:
		row.Cells[2].Tag = &ui.Tag{State: ui.Finished, Label: "已办"}
	case d.Waits != "":
		row.Cells[2] = ui.Cell{Tag: &ui.Tag{State: ui.Ended, Label: "尚未开始"}, Sub: "先办：" + letter.Punctuate(d.Waits)}
	default:
		row.Cells[2].Tag = &ui.Tag{State: ui.Ended, Label: "没有待办"}
	}
	return row
}

func partyWords(s string) string {
	if s == "" {
		return ""
	}
	return "涉及：" + s
}

var stepColumns = []ui.Column{{Label: "事项", Wide: true}, {Label: "时间"}, {Label: "现在", Slim: true}, {Label: "办理", Tools: true, Slim: true}}

// who is how a row says who a child is.
func who(c child.Child, on civil.Date) string {
	return c.Sex.Word() + "，" + childpage.AgeWords(c, on)
}

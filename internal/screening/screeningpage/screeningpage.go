// Package screeningpage holds the screens of 集中排查: what is screened and how
// far it has come, the villages with who was seen and who was not, and the few
// questions about one child.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that a child with whom
// nothing has changed costs one touch, that what the file says is covered
// until somebody asks for it and leaves a trace, and that villages stand in
// the order of their codes: nobody is ranked.
package screeningpage

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB    *db.DB
	UI    *ui.Renderer
	Desk  *screening.Desk
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{}, "begin.html": beginView{}, "show.html": showView{}, "village.html": villageView{},
		"answer.html": answerView{}, "new.html": newView{}, "form.html": formView{},
	})
}

// ListPath is the address of the list.
const ListPath = "/screenings"

const newPath = ListPath + "/new"

func showPath(id ref.Campaign) string { return ListPath + "/" + ref.Format(id) }

func villagePath(id ref.Campaign, code string) string { return showPath(id) + "/villages/" + code }

func childPath(id ref.Campaign, who ref.Child) string {
	return showPath(id) + "/children/" + ref.Format(who)
}

func filePath(who ref.Child) string { return "/children/" + ref.Format(who) }

// DutyHref is the page on which a village's duty is handled, for the inbox.
func DutyHref(d duty.Duty) string { return villagePath(ref.Campaign(d.SubjectID), d.Region) }

// BeginHref is the page on which the duty to begin a screening is handled.
func BeginHref(duty.Duty) string { return newPath }

func campaignOf(r *http.Request) (ref.Campaign, error) {
	id, err := ref.Parse[ref.Campaign](r.PathValue("campaign"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

// villageOf reads the campaign and the village of an address.
func villageOf(r *http.Request) (ref.Campaign, string, error) {
	id, err := campaignOf(r)
	code := r.PathValue("village")
	if err == nil && access.Prefix(code) == "" {
		err = errs.Missing()
	}
	return id, code, err
}

// childOf reads the campaign and the child of an address.
func childOf(r *http.Request) (ref.Campaign, ref.Child, error) {
	id, err := campaignOf(r)
	if err != nil {
		return 0, 0, err
	}
	who, err := ref.Parse[ref.Child](r.PathValue("child"))
	if err != nil {
		return 0, 0, errs.Missing()
	}
	return id, who, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

func crumbs(more ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{{Label: "集中排查", Href: ListPath}}, more...)
}

func crumbOf(c screening.Campaign) ui.Crumb { return ui.Crumb{Label: c.Name, Href: showPath(c.ID)} }

func count(n int64) string { return ui.Count(int(n)) }

// called is how a row names a child.
func called(c child.Child) string {
	if c.Name == "" {
		return "姓名不详"
	}
	return c.Name
}

// about says in a line who a child is.
func (p *Pages) about(c child.Child, on civil.Date) string {
	words := []string{c.Sex.Word()}
	if age, ok := c.Age(on); ok {
		words = append(words, ui.Count(age)+"岁")
	}
	for _, id := range c.CategoryIDs() {
		category, ok := p.Desk.Book().Category(id, on)
		if ok && category.Class != rule.Secret && !slices.Contains(words, letter.Punctuate(category.Label)) {
			words = append(words, letter.Punctuate(category.Label))
		}
	}
	return strings.Join(words, "　")
}

// level is how the county shows a level.
func (p *Pages) level(n int, on civil.Date) *ui.Level {
	for _, l := range p.Desk.Book().Levels(on) {
		if l.N == n {
			return &ui.Level{Rank: n, Label: letter.Punctuate(l.Label), Color: l.Color, Figure: l.Shape}
		}
	}
	return &ui.Level{Rank: n}
}

// dueOf is a campaign's limit as screens show it.
func dueOf(c screening.Campaign, b duty.Bounds) *ui.Due {
	due := ui.DueAt(c.Due.End(), b.Now.Time(), false, 0, 0)
	due.Near = ui.Near(nears[b.Of(clock.Of(c.Due.End()))])
	if c.State == screening.Closed {
		due.Near, due.Distance = ui.Settled, ""
	}
	return &due
}

var nears = map[duty.Group]ui.Near{duty.Critical: ui.Critical, duty.Late: ui.Overdue, duty.Soon: ui.Soon, duty.Later: ui.Later}

// again gives the day by which somebody who looks again should be done, unless somebody says otherwise.
func (p *Pages) again(on civil.Date) (civil.Date, error) {
	days, err := duty.Figure(p.Desk.Book(), "screening.again", on)
	return on.AddDays(days), err
}

func stateOf(c screening.Campaign, now clock.Instant) *ui.Tag {
	switch {
	case c.State == screening.Closed:
		return &ui.Tag{State: ui.Ended, Label: "已结束"}
	case civil.DateOf(now.Time()).Before(c.Begins):
		return &ui.Tag{State: ui.Waiting, Label: "未开始"}
	}
	return &ui.Tag{State: ui.Running, Label: "进行中"}
}

// formView is a page that is one form.
type formView struct {
	Notes  []ui.Note
	Points []string
	Form   ui.Form
}

// asked shows a form, or shows it again with what was typed and why it was refused.
func (p *Pages) asked(w http.ResponseWriter, r *http.Request, by access.Actor, page ui.Page, view formView, problem error) error {
	page.Nav = "screening"
	if problem != nil {
		view.Form, page.Status = view.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "form.html", page, view)
}

// refused tells whether a form is to be shown again.
func refused(err error) bool { return errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) }

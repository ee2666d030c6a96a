// Package assessmentpage holds the screens of 风险评估: the scale to fill in,
// what came out and why, the decision of a second person, and the record of a
// visit or contact.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that an emergency is
// asked about first, with whom to call before anything else, and that what
// lies outside the actor's scope looks like what does not exist.
package assessmentpage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *assessment.Desk
	// Cases gives the cases that were opened from an "assessment" or a "visit",
	// of those that the actor may see; nil knows none.
	Cases func(ctx context.Context, tx *db.Tx, by access.Actor, origin string, id int64) ([]ui.Fact, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"assess.html":  assessView{},
		"show.html":    showView{},
		"waiting.html": waitingView{},
		"record.html":  recordView{},
		"records.html": recordsView{},
		"replan.html":  replanView{},
	})
}

// DutyHref is the page on which a duty of this slice is handled, for the inbox.
func DutyHref(d duty.Duty) string {
	if d.Subject == "assessment" {
		return showPath(ref.Assessment(d.SubjectID))
	}
	if d.Kind == "assessment."+string(rule.Reassess) {
		return AssessHref(d)
	}
	return childPath(ref.Child(d.SubjectID)) + "/record"
}

// AssessHref is the page on which a duty about a child is handled by assessing it.
func AssessHref(d duty.Duty) string { return childPath(ref.Child(d.SubjectID)) + "/assess" }

func showPath(id ref.Assessment) string { return "/assessments/" + ref.Format(id) }

func childPath(id ref.Child) string { return "/children/" + ref.Format(id) }

func childOf(r *http.Request) (ref.Child, error) {
	id, err := ref.Parse[ref.Child](r.PathValue("child"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// level is how the county calls a level.
func (p *Pages) level(n int, now clock.Instant) ui.Level { return levelOf(p.Desk.Book(), n, now) }

// identity is the bar above a screen about a child.
func (p *Pages) identity(c child.Child, now clock.Instant) ui.Identity {
	level := p.level(c.Level, now)
	id := ui.Identity{Title: called(c), Kind: "未成年人档案", Level: &level, Facts: []ui.Fact{{Label: "性别", Value: c.Sex.Word()}}}
	if age, ok := c.Age(civil.DateOf(now.Time())); ok {
		id.Facts = append(id.Facts, ui.Fact{Label: "年龄", Value: ui.Count(age) + "周岁"})
	}
	id.Facts = append(id.Facts, ui.Fact{Label: "学校", Value: c.School})
	return id
}

func called(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

func crumbs(c child.Child) []ui.Crumb {
	return []ui.Crumb{{Label: "未成年人", Href: "/children"}, {Label: called(c), Href: childPath(c.ID)}}
}

// suggested is said where the county has not decided on its own values.
func suggested(s rule.Status) *ui.Note {
	if note := s.Note(); note != "" {
		return &ui.Note{Tone: ui.Info, Text: note}
	}
	return nil
}

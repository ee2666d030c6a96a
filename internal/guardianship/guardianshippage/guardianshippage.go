// Package guardianshippage holds the screens of 监护干预: the list of measures,
// those of one child, opening one, its file with facts, duties, documents and
// parties, and the form for what happened.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that whom to call in
// danger stands before every form, that what is private shows only in the
// answer to a reveal, that values which no law fixes are marked, and that a
// measure of which the actor may not know looks like one that does not exist.
package guardianshippage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB    *db.DB
	UI    *ui.Renderer
	Desk  *guardianship.Desk
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	// Choices gives the units that can take part.
	Choices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Villages gives the villages of the actor's scope.
	Villages func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{}, "kinds.html": kindsView{}, "open.html": openView{}, "show.html": showView{}, "record.html": recordView{},
	})
}

// ListPath is the address of the list of measures.
const ListPath = "/guardianship"

// RescuesPath is the address of the list of rescues.
const RescuesPath = "/rescues"

// nav is the section to which the screens belong.
const nav = "casework"

// DutyHref is the page on which a duty of this slice is handled, for the inbox.
func DutyHref(d duty.Duty) string { return path(ref.Measure(d.SubjectID)) }

func path(id ref.Measure) string { return ListPath + "/" + ref.Format(id) }

func childPath(id ref.Child) string { return childpage.Path(id) + "/measures" }

func measureOf(r *http.Request) (ref.Measure, error) {
	id, err := ref.Parse[ref.Measure](r.PathValue("measure"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

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

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// words sets punctuation as screens have it.
func words(s string) string { return letter.Punctuate(s) }

// danger stands before every form.
var danger = ui.Note{Tone: ui.Warn, Title: "孩子正在危险中的，现在就拨打110", Text: "受伤的同时拨打120。登记可以以后补。"}

// standing is the tag of how a measure stands.
func standing(m guardianship.Measure, on civil.Date) ui.Tag {
	switch {
	case m.Alarm != 0:
		return ui.Tag{State: ui.Late, Label: "需要处理：" + words(m.State)}
	case m.Expired(on):
		return ui.Tag{State: ui.Late, Label: "已到期：" + words(m.State)}
	case m.Phase == protection.Ended:
		return ui.Tag{State: ui.Finished, Label: words(m.State)}
	case m.Phase == protection.Held:
		return ui.Tag{State: ui.Running, Label: words(m.State)}
	}
	return ui.Tag{State: ui.Waiting, Label: words(m.State)}
}

// sure marks what was not checked against the text of the law.
func sure(r protection.Measure) *ui.Note {
	if r.Verified {
		return nil
	}
	return &ui.Note{Tone: ui.Info, Title: "未核实", Text: "这项措施的条文和期限没有核对原文，请以现行法律和本县规定为准。"}
}

// filed is the link to the child's file for whoever sees it.
func filed(by access.Actor, c child.Child) string {
	if by.Can("child.show") && c.Sees(by) {
		return childpage.Path(c.ID)
	}
	return ""
}

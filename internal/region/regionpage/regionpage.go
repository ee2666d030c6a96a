// Package regionpage holds the screens of divisions: the tree, one division
// with its history, adding, renaming and merging, and the import of a
// national file with its preview.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. Every change is told before it is
// made, names the document that orders it, and is followed by the job which
// brings units, posts and duties along. It never offers to delete.
package regionpage

import (
	"context"
	"embed"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/flow"
	"weibao/internal/region"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Flow *flow.Flow
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"tree.html":   treeView{},
		"former.html": formerView{},
		"act.html":    actView{},
		"import.html": importView{},
	})
}

const (
	treePath   = "/regions"
	formerPath = "/regions/former"
	importPath = "/regions/import"
)

func regionPath(code string) string { return treePath + "/" + code }

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// section fills in what all screens of divisions share.
func (p *Pages) section(by access.Actor, page ui.Page, here string) ui.Page {
	page.Nav, page.Tabs = "system", p.UI.Tabs(by, "system", here)
	return page
}

// significant shortens a code to the digits that say something.
func significant(code string) string {
	if short := access.Prefix(code); short != "" {
		return short
	}
	return code
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

func basisOf(r *http.Request) region.Basis {
	on, err := civil.Parse(r.PostFormValue("on"))
	if err != nil {
		on = civil.Date{}
	}
	return region.Basis{On: on, Reason: strings.TrimSpace(r.PostFormValue("reason")), Document: r.PostFormValue("document")}
}

func basisFields(now civil.Date) []ui.Field {
	return []ui.Field{
		{Kind: ui.Date, Name: "on", Label: "生效日期", Required: true, Value: now.String(), Top: now.String(), Short: true},
		{Kind: ui.Text, Name: "document", Label: "批准文件", Required: true, Hint: "名称和文号，记入区划变更经过。"},
		{Kind: ui.Text, Name: "reason", Label: "说明"},
	}
}

// Package importpage holds the screens of imports 「导入、数据比对」: upload,
// the meaning of columns, what the rows are, carrying out, wrong rows back,
// undo, and the prompts of a comparison.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. Numbers and phones of a list are
// masked on every screen: whoever needs them has the list. Addresses hold ids
// and row numbers alone.
package importpage

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/child/imports/roster"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// ListPath is where imports begin.
const ListPath = "/imports"

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *imports.Desk
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "upload.html": formView{}, "show.html": showView{}, "rows.html": rowsView{}, "confirm.html": confirmView{},
		"import-progress": ui.Progress{}})
}

// formView is a page that is one form.
type formView struct {
	Note *ui.Note
	Form ui.Form
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// batch gives the batch of the address.
func (p *Pages) batch(r *http.Request, by access.Actor) (imports.Batch, error) {
	id, err := ref.Parse[ref.Import](r.PathValue("import"))
	if err != nil {
		return imports.Batch{}, errs.Missing()
	}
	return p.Desk.Get(r.Context(), p.DB.Reader(), by, id)
}

func path(id ref.Import) string { return ListPath + "/" + ref.Format(id) }

// DutyHref leads from a duty to verify differences to what was found.
func DutyHref(d duty.Duty) string { return path(ref.Import(d.SubjectID)) }

func count(n int64) string { return ui.Count(int(n)) }

func crumbs(b imports.Batch) []ui.Crumb {
	return []ui.Crumb{{Label: "导入", Href: ListPath}, {Label: title(b), Href: path(b.ID)}}
}

// title is what a batch is called: its source and day, never the name of its file.
func title(b imports.Batch) string {
	words := "名单导入"
	if b.Purpose == imports.Compare {
		words = "名单比对"
	}
	if b.Source == "ledger" {
		words = strings.TrimPrefix(words, "名单")
	}
	return imports.SourceLabel(b.Source) + words + " " + civil.FormatDate(civil.DateOf(b.Created.Time()))
}

// shown is a value of a field in the words of the screen.
func (p *Pages) shown(ctx context.Context, tx *db.Tx, key, value string) string {
	switch {
	case value == "":
		return "空"
	case key == roster.KeyRegion:
		if names, err := region.Places(ctx, tx, []string{value}); err == nil && names[value] != "" {
			return names[value]
		}
	case key == roster.KeyCategory:
		if c, ok := p.category(tx, value); ok {
			return c.Label
		}
	}
	return roster.Masked(key, value)
}

func (p *Pages) category(tx *db.Tx, id string) (rule.Category, bool) {
	return p.Desk.Book().Category(id, civil.DateOf(tx.Now.Time()))
}

func number(n int) string { return strconv.Itoa(n) }

// Package matchpage holds the screens of files that may be those of one child:
// the list with the reasons, two files side by side with a choice for each
// part, what was merged, and its undoing.
//
// It owns no table. It promises that nothing personal stands in an address,
// that what is private in the two files shows only after a reveal of both,
// which leaves its traces, and that who may see but one of them sees neither
// the pair nor the other. It decides nothing: a person does.
package matchpage

import (
	"context"
	"embed"
	"net/http"
	"strings"

	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Cabinet *child.Cabinet
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "review.html": reviewView{}, "merges.html": mergesView{}, "undo.html": undoView{}})
}

// ListPath is the address of the list.
const ListPath = "/pairs"

// MergesTail stands behind the address of a file.
const MergesTail = "/merges"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "child.match", Handle: p.List},
		{Method: "GET", Path: "/pairs/{a}/{b}", Permission: "child.match", Handle: p.Review},
		{Method: "POST", Path: "/pairs/{a}/{b}", Permission: "child.reveal", Handle: p.Reveal},
		{Method: "POST", Path: "/pairs/{a}/{b}/merge", Permission: "child.merge", Handle: p.Merge},
		{Method: "POST", Path: "/pairs/{a}/{b}/differ", Permission: "child.merge", Handle: p.Differ},
		{Method: "GET", Path: "/children/{child}/merges", Permission: "child.merge", Handle: p.Merges},
		{Method: "GET", Path: "/children/{child}/unmerge", Permission: "child.merge", Handle: p.Undo},
		{Method: "POST", Path: "/children/{child}/unmerge", Permission: "child.merge", Handle: p.Undone},
	}
}

func pathOf(a, b ref.Child) string {
	return ListPath + "/" + ref.Format(min(a, b)) + "/" + ref.Format(max(a, b))
}

func pathID(r *http.Request, name string) (ref.Child, error) {
	id, err := ref.Parse[ref.Child](r.PathValue(name))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

var here = []ui.Crumb{{Label: "未成年人档案", Href: "/children"}, {Label: "疑似重复", Href: ListPath}}

// reasonWords says why two files look alike: what speaks for it.
func reasonWords(p merge.Pair) string {
	var words []string
	for _, r := range p.Why() {
		if r.Points() > 1 {
			words = append(words, r.Words())
		}
	}
	return strings.Join(words, "，")
}

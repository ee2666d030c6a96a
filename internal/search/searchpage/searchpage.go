// Package searchpage is the one search box of the product: tasks, duties,
// units and places by words, names or pinyin initials, in groups.
//
// It owns no table and knows no slice: what can be found is handed in as
// functions, each of which keeps to the actor's scope, so that nothing
// outside it is confirmed to exist. A search leaves a trace: how long the
// words were and how much was found, never the words, which may be a name.
package searchpage

import (
	"context"
	"embed"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screen stands on.
type Deps struct {
	DB     *db.DB
	UI     *ui.Renderer
	Groups []Group // in the order of the screen
}

// Group is a sort of thing that can be found.
type Group struct {
	Key        string // names it in the journal
	Label      string
	Icon       string
	Permission access.Permission // who lacks it is not shown the group
	// Find gives at most limit things within the actor's scope, best first.
	Find func(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]Hit, error)
	// More is the address of the whole list for the words; nil is none.
	More func(words string) string
}

// Hit is something that was found.
type Hit struct {
	Title string
	Sub   string // what tells it apart: its plan and clause, its region
	Href  string
	Tag   *ui.Tag
}

// Pages serves the screen.
type Pages struct{ Deps }

// New makes the screen and adds its template to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"find.html": findView{}})
}

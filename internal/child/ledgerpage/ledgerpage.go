// Package ledgerpage holds the screens of 台账 and of the numbers over them:
// a county's lists with their own columns, their export and print, and the
// kept numbers by place, category, level, sex and age.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that a number leads to
// the list which it counts, and that small cells are covered for whoever may
// not see the files behind them.
package ledgerpage

import (
	"embed"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Cabinet *child.Cabinet
	Desk    *ledger.Desk
}

// Pages serves the screens.
type Pages struct {
	Deps
	shrouds shrouds
}

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{Deps: d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "numbers.html": numbersView{}, "view.html": viewView{}})
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// inside gives the division that an address asks for, or the reader's own.
func inside(by access.Actor, q url.Values) string {
	own := by.Scope().Region
	if own == "" || !by.Can("child.list") {
		own = by.Directory().Region
	}
	if asked := q.Get("region"); len(asked) == len(own) && len(asked) > 0 && access.Prefix(asked) != "" {
		if prefix := access.Prefix(own); asked[:len(prefix)] == prefix {
			return asked
		}
	}
	return own
}

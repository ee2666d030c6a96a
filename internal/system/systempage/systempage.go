// Package systempage holds screens about the product itself: how the
// installation stands 「系统状态」, for the three administrators, the support
// bundle 「支持包」, for the one of accounts and backups, and what the product
// never does to people 「减负承诺」, for everybody.
//
// It owns no table and shows no business data and no person. Each screen is
// one file with the template of its name; routes.go is the only list of
// addresses. What is wrong is said with what to do about it. The promise is
// kept by a test of the house (internal/arch), not by this page.
package systempage

import (
	"context"
	"embed"
	"time"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/system/bundle"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Version string // of the program
	// Calendar gives the working-day calendar as loaded.
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
	// Space gives the bytes that are free and that there are where the data lies.
	Space func() (free, total uint64, err error)
	// Backup gives when the last backup was finished; the zero time is never.
	// Nil says that the database is backed up by its own means.
	Backup func() (time.Time, error)
	// Bundle makes the support bundle.
	Bundle func(ctx context.Context) (bundle.Bundle, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"status.html": statusView{},
		"pledge.html": pledgeView{},
		"bundle.html": bundleView{},
	})
}

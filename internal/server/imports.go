package server

import (
	"weibao/internal/child/importpage"
	"weibao/internal/child/imports"
	"weibao/internal/duty/dutypage"
	"weibao/internal/file"
	"weibao/internal/ui"
)

// importEntries are the doors to lists that are sent in.
var importEntries = []ui.Entry{{Key: "child", Path: importpage.ListPath, Permission: "child.import", Label: "导入"}}

// Imports takes lists in.
func (a *App) Imports() *imports.Desk {
	return &imports.Desk{DB: a.DB, Cabinet: a.Cabinet, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}, Vault: a.Vault, Duties: a.Kernel, Book: a.Cabinet.Book, Temp: a.Config.Data}
}

// lists makes the screens of imports and gives their routes.
func (a *App) lists() ([]ui.Route, error) {
	pages, err := importpage.New(importpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Imports()})
	if err != nil {
		return nil, err
	}
	return pages.Routes(), nil
}

func importDuties(kinds map[string]dutypage.Kind) {
	kinds[imports.DutyKind] = dutypage.Kind{Label: "数据比对", Icon: "search", Href: importpage.DutyHref, Needs: "child.compare"}
}

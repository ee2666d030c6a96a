package systempage

import (
	"weibao/internal/access"
	"weibao/internal/system/bundle"
	"weibao/internal/ui"
)

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/system/status", Permission: "system.status", Handle: p.Status},
		{Method: "GET", Path: bundlePath, Permission: bundle.Permission, Handle: p.Bundle},
		{Method: "POST", Path: bundlePath, Permission: bundle.Permission, Handle: p.BundleDone},
		{Method: "GET", Path: "/system/pledge", Permission: access.SignedIn, Handle: p.Pledge},
	}
}

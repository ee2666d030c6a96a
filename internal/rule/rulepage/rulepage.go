// Package rulepage shows 「本县规则」: what the county's pack and the national
// rules say, with value, validity, source and status, one rule with its
// history and where it works, and the list as an Excel file.
//
// It owns no table and changes nothing: rules change by files, which
// `weibao rules check` examines. Each screen is one file with the template of
// its name; routes.go is the only list of addresses. It promises that a value
// which no document fixes is marked 系统建议值 wherever it stands, and one
// whose source was not read 依据原文未核对.
package rulepage

import (
	"embed"

	"weibao/internal/clock"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	UI    *ui.Renderer
	Clock clock.Clock // says which day it is
	// Book gives the rules in force for this installation.
	Book func() *rule.Book
	// Uses says which screens work by a rule, by kind and id joined with a
	// slash; by the kind alone for all rules of a kind.
	Uses map[string][]ui.Crumb
	// UnitsPath is the page of the units, which the county's pack also holds; "" is nowhere.
	UnitsPath string
	// TempDir is where large workbooks are put together; "" is the system's.
	TempDir string
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{},
		"show.html": showView{},
	})
}

const (
	unread   = "依据原文未核对"
	national = "全国规则"
	local    = "本县规则"
)

var statusLabels = map[rule.Status]string{rule.Law: "法律法规", rule.Local: "本县规定", rule.Suggested: "系统建议值"}

var statusStates = map[rule.Status]ui.State{rule.Law: ui.Finished, rule.Local: ui.Finished, rule.Suggested: ui.Uncertain}

func statusTag(s rule.Status) *ui.Tag { return &ui.Tag{State: statusStates[s], Label: statusLabels[s]} }

// notRead tells whether a rule's source was not read; a proposal has none to read.
func notRead(e rule.Entry) bool { return !e.Verified && e.Status != rule.Suggested }

// source cites a rule's source as official writing does.
func source(s rule.Source) string { return letter.Punctuate(s.String()) }

// days says when a value holds.
func days(e rule.Entry) string {
	from := e.From.String() + "起"
	if e.To.IsZero() {
		return from
	}
	return e.From.String() + "至" + e.To.String()
}

func origin(e rule.Entry) string {
	if e.Local {
		return local
	}
	return national
}

func showPath(e rule.Entry) string { return "/rules/" + string(e.Kind) + "/" + e.ID }

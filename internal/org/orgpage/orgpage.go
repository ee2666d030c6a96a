// Package orgpage holds the screens of units: the list, one unit with its
// people and its place, editing and merging, the leading group, and what
// stands vacant.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It shows whoever works in the
// county the county's units, which are open data, and counts duties only for
// who may see them. It never shows the phone or account of a person.
package orgpage

import (
	"context"
	"embed"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
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
		"units.html":    unitsView{},
		"unit.html":     unitView{},
		"edit.html":     editView{},
		"merge.html":    mergeView{},
		"group.html":    groupView{},
		"seat.html":     seatView{},
		"vacant.html":   vacantView{},
		"handover.html": handoverView{},
	})
}

const (
	unitsPath  = "/units"
	groupPath  = "/group"
	vacantPath = "/units/vacant"
)

func unitPath(id ref.Unit) string { return unitsPath + "/" + ref.Format(id) }

func pathUnit(r *http.Request) (ref.Unit, error) {
	id, err := ref.Parse[ref.Unit](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// people tells who holds posts in units today.
func (p *Pages) people(ctx context.Context, tx *db.Tx, units []ref.Unit) (map[ref.Unit][]auth.Holder, error) {
	f := auth.HolderFilter{On: today(tx)}
	if len(units) == 1 {
		f.Unit = units[0]
	}
	holders, err := p.Flow.Guard.Holders(ctx, tx, f)
	found := map[ref.Unit][]auth.Holder{}
	for _, h := range holders {
		if h.Unit != 0 && slices.Contains(units, h.Unit) {
			found[h.Unit] = append(found[h.Unit], h)
		}
	}
	return found, err
}

// countLimit is where counting ends; screens say 999+ beyond it.
const countLimit = 1000

// load counts the open and overdue duties of a unit that the actor may see.
func (p *Pages) load(ctx context.Context, tx *db.Tx, by access.Actor, unit ref.Unit) (open, late int, err error) {
	if open, err = p.Flow.Kernel.Count(ctx, tx, by, duty.Filter{Unit: unit}, countLimit); err != nil {
		return 0, 0, err
	}
	late, err = p.Flow.Kernel.Count(ctx, tx, by, duty.Filter{Unit: unit, To: tx.Now}, countLimit)
	return open, late, err
}

func items(n int) string {
	if n >= countLimit {
		return "999项以上"
	}
	return ui.Count(n) + "项"
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// lines splits a text into what stands on its lines.
func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(strings.ReplaceAll(text, "\r", ""), "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func basisOf(r *http.Request) org.Basis {
	on, err := civil.Parse(r.PostFormValue("on"))
	if err != nil {
		on = civil.Date{}
	}
	return org.Basis{On: on, Reason: r.PostFormValue("reason"), Document: r.PostFormValue("document")}
}

func basisFields(now civil.Date) []ui.Field {
	return []ui.Field{
		{Kind: ui.Date, Name: "on", Label: "生效日期", Value: now.String(), Top: now.String(), Short: true},
		{Kind: ui.Text, Name: "document", Label: "依据文件", Hint: "名称和文号，例如机构改革方案。"},
		{Kind: ui.Text, Name: "reason", Label: "说明"},
	}
}

// unitOptions are the units of the county that a form offers, without villages and group words.
func unitOptions(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	var kinds []org.Kind
	for _, k := range org.Kinds {
		if k.Kind != rule.Village && k.Kind != rule.Group {
			kinds = append(kinds, k.Kind)
		}
	}
	units, err := org.OfKinds(ctx, tx, by, kinds...)
	options := make([]ui.Option, len(units))
	for i, u := range units {
		options[i] = unitOption(u)
	}
	return options, err
}

func unitOption(u org.Unit) ui.Option {
	return ui.Option{Value: ref.Format(u.ID), Label: u.Call(), Hint: u.Name, Keys: u.Search}
}

// withUnit makes sure that the options offer what is chosen already.
func withUnit(ctx context.Context, tx *db.Tx, by access.Actor, options []ui.Option, id ref.Unit) []ui.Option {
	if id == 0 || slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == ref.Format(id) }) {
		return options
	}
	if u, err := org.Get(ctx, tx, by, id); err == nil {
		return append(options, unitOption(u))
	}
	return options
}

// regionOptions are the county and its townships, and the division which is chosen already.
func regionOptions(ctx context.Context, tx *db.Tx, by access.Actor, chosen string) ([]ui.Option, error) {
	top, err := region.Top(ctx, tx, by)
	if err != nil || top == "" {
		return nil, err
	}
	list, err := region.Under(ctx, tx, top)
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, r := range list {
		if r.Level != region.Village || r.Code == chosen || len(list) <= smallCounty {
			options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Hint: r.Label(), Keys: r.Search})
		}
	}
	return options, nil
}

// smallCounty is how many divisions a form can offer at once without growing heavy.
const smallCounty = 150

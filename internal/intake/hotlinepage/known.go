package hotlinepage

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/ui"
)

type knownView struct {
	Calls    []ui.Fact
	Children []Child
}

// enough is how much of a name or phone must stand before it is looked up.
const enough = 2

// Known says who called before and which child has a file, while somebody
// types; names and phones travel in the body, never in an address.
func (p *Pages) Known(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx, v := r.Context(), p.DB.Reader(), knownView{}
	if phone := strings.TrimSpace(r.PostFormValue("phone")); len(phone) >= 7 {
		calls, err := p.Desk.Callers(ctx, tx, by, phone)
		if err != nil {
			return err
		}
		for _, c := range calls {
			v.Calls = append(v.Calls, ui.Fact{Label: civil.FormatTime(c.Received.Time()), Value: p.Desk.Call(c) + "（" + c.State.Label() + "）"})
		}
	}
	if name := strings.TrimSpace(r.PostFormValue("child")); p.Deps.Known != nil && utf8.RuneCountInString(name) >= enough {
		children, err := p.Deps.Known(ctx, tx, by, name)
		if err != nil {
			return err
		}
		v.Children = children
	}
	return p.UI.Part(w, r, "known.html", v)
}

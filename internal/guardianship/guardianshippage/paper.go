package guardianshippage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/guardianship"
	"weibao/internal/region"
	"weibao/internal/ui"
)

// Paper hands out a document that was filled in from the measure.
func (p *Pages) Paper(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, _, err := p.told(r, by)
	if err != nil {
		return err
	}
	var d guardianship.Draft
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
		places, err := region.Places(ctx, tx, []string{t.Region})
		if err != nil {
			return err
		}
		d, err = p.Desk.Paper(ctx, tx, by, t.ID, r.PathValue("paper"), places[t.Region])
		return err
	}); err != nil {
		return err
	}
	ui.Headers(w.Header())
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(d.Name))
	return d.Write(w)
}

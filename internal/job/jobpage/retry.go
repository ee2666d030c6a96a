package jobpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/ui"
)

// Retry lets a failed job run again.
func (p *Pages) Retry(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := p.DB.Write(ctx, func(tx *db.Tx) error { return job.Retry(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, "已重新排队，很快开始执行。")
	return nil
}

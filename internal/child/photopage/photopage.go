// Package photopage holds the photo of a child 「照片」: optional, put in by
// whoever may change the file, and shown to whoever has just revealed it.
//
// It owns no table; the picture lies with the attachments, sealed and shredded
// with the file. It promises that a picture is drawn anew, small, from what was
// sent, so that nothing of the camera, place or time comes along; that it is
// never asked for; and that without a reveal of the last minutes, which left
// its trace, its address looks like what does not exist.
package photopage

import (
	"context"
	"embed"
	"net/http"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/merge"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Cabinet *child.Cabinet
	Files   *file.Store
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their template to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"edit.html": editView{}})
}

// EditTail stands behind the address of a file.
const EditTail = childpage.PhotoTail + "/edit"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/children/{child}" + childpage.PhotoTail, Permission: "child.reveal", Handle: p.Show},
		{Method: "GET", Path: "/children/{child}" + EditTail, Permission: "child.edit", Handle: p.Edit},
		{Method: "POST", Path: "/children/{child}" + EditTail, Permission: "child.edit", Handle: p.Edited},
	}
}

// seenFor is how long after a reveal the picture shows.
const seenFor = 30 * time.Minute

// Show gives the picture to whoever has revealed the file shortly before.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	if _, err := p.Cabinet.Get(r.Context(), tx, by, id); err != nil {
		return err
	}
	seen, err := p.Cabinet.Looked(r.Context(), tx, by, id, clock.Of(tx.Now.Time().Add(-seenFor)))
	if err != nil {
		return err
	}
	if !seen {
		return errs.Missing()
	}
	papers, err := p.Cabinet.Dossiers(r.Context(), tx, by, []ref.Child{id})
	if err != nil {
		return err
	}
	c, err := p.open(r.Context(), tx, by, id, papers[id].Photo)
	if err != nil {
		return err
	}
	defer c.Close()
	c.Serve(w, r, true)
	return nil
}

// open finds the picture where it was put in: on the file, or on one that was merged into it.
func (p *Pages) open(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, photo ref.File) (*file.Content, error) {
	if photo == 0 {
		return nil, errs.Missing()
	}
	c, err := p.Files.Open(ctx, tx, by, file.Of("child", id), photo)
	if !errs.Is(err, errs.NotFound) {
		return c, err
	}
	merged, err := merge.Merges(ctx, tx, p.Cabinet, by, id)
	if err != nil {
		return nil, err
	}
	for _, m := range merged {
		if c, err := p.Files.Open(ctx, tx, by, file.Of("child", m.Dropped), photo); !errs.Is(err, errs.NotFound) {
			return c, err
		}
	}
	return nil, errs.Missing()
}

func childOf(r *http.Request) (ref.Child, error) {
	id, err := ref.Parse[ref.Child](r.PathValue("child"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

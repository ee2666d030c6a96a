package dutypage

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"weibao/internal/access"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// liveFor bounds one stream: the browser asks again, with its session checked anew.
const liveFor = 5 * time.Minute

// Live tells an open page, as server-sent events, that the duties of its unit
// changed, whichever process changed them: how many are open and overdue.
func (p *Pages) Live(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("duty.live: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	changes := p.DB.Listen(r.Context(), "duty")
	first, err := p.counts(r, by)
	if err != nil {
		return err
	}
	fmt.Fprint(w, "retry: 3000\n\n"+first)
	if err := out.Flush(); err != nil {
		return nil
	}
	unit := ref.Format(by.Post.Unit)
	end, beat := time.NewTimer(liveFor), time.NewTicker(25*time.Second)
	defer end.Stop()
	defer beat.Stop()
	for {
		event := ""
		select {
		case <-r.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-beat.C:
			event = ": still here\n\n"
		case changed, ok := <-changes:
			if !ok {
				return nil
			}
			if changed != unit {
				continue
			}
			if event, err = p.counts(r, by); err != nil {
				return nil
			}
		}
		if _, err := fmt.Fprint(w, event); err != nil {
			return nil
		}
		if err := out.Flush(); err != nil {
			return nil
		}
	}
}

// counts gives the event for the badge.
func (p *Pages) counts(r *http.Request, by access.Actor) (string, error) {
	open, overdue, err := p.Badge(r.Context(), by)
	return fmt.Sprintf("event: duty\ndata: %d %d\n\n", open, overdue), err
}

// Badge counts the open and overdue duties of the actor's unit, up to a limit.
func (p *Pages) Badge(ctx context.Context, by access.Actor) (open, overdue int, err error) {
	tx := p.DB.Reader()
	if open, err = p.Kernel.Count(ctx, tx, by, duty.Filter{Mine: true}, countLimit); err != nil {
		return 0, 0, err
	}
	overdue, err = p.Kernel.Count(ctx, tx, by, duty.Filter{Mine: true, To: tx.Now}, countLimit)
	return open, overdue, err
}

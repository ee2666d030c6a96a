package dutypage

import (
	"fmt"
	"net/http"
	"time"

	"weibao/internal/access"
	"weibao/internal/ref"
)

// liveFor bounds one stream: the browser asks again, with its session checked anew.
const liveFor = 5 * time.Minute

// Live tells an open page, as server-sent events, that the duties of its unit
// changed, whichever process changed them. It carries no content.
func (p *Pages) Live(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("duty.live: %w", err)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprint(w, "retry: 3000\n\n")
	if err := out.Flush(); err != nil {
		return nil
	}
	changes := p.DB.Listen(r.Context(), "duty")
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
			event = "event: duty\ndata: 1\n\n"
		}
		if _, err := fmt.Fprint(w, event); err != nil {
			return nil
		}
		if err := out.Flush(); err != nil {
			return nil
		}
	}
}

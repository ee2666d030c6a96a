package publicpage

import (
	"fmt"
	"net/http"
	"net/url"

	"weibao/internal/errs"
	"weibao/internal/intake/receipt"
	"weibao/internal/intake/throttle"
	"weibao/internal/ui"
)

// workPart asks a browser for the task of a ticket; without scripts the
// person waits for his turn.
type workPart struct {
	throttle.Demand
	Words, Auto string
	Danger      string // to who may be in danger and need not wait
}

// permit is what a form brings along that was held before.
func permit(form url.Values) throttle.Permit {
	return throttle.Permit{Ticket: form.Get("ticket"), Work: form.Get("work")}
}

// hold shows the last page of a flow again, with what was typed, until its
// turn comes.
func (p *Pages) hold(w http.ResponseWriter, r *http.Request, f flow, d *throttle.Demand) error {
	v, err := p.page(r, f, steps, r.PostForm, nil)
	if err != nil {
		return err
	}
	return p.held(w, r, v, d, true)
}

func (p *Pages) held(w http.ResponseWriter, r *http.Request, v view, d *throttle.Demand, danger bool) error {
	say := voiceOf(r)
	v.Work = &workPart{Demand: *d, Words: fmt.Sprintf(say.Wait, d.Seconds()), Auto: say.Auto}
	if danger {
		v.Work.Danger = say.Danger
	}
	v.Form.Hidden = append(v.Form.Hidden, ui.Hidden{Name: "ticket", Value: d.Ticket})
	return p.show(w, r, http.StatusTooManyRequests, v)
}

// errHeld is that a look-up must wait for its turn.
type errHeld struct{ *throttle.Demand }

// Error tells a machine's operator.
func (e errHeld) Error() string { return "too many wrong receipts" }

// guess lets a try of a receipt in, or says what it takes. Who has a pass
// from a page that showed his report makes no try.
func (p *Pages) guess(r *http.Request, code string, brought throttle.Permit) error {
	if digits, ok := receipt.Parse(code); ok && p.Gate.Passes(digits, r.PostFormValue("pass")) {
		return nil
	}
	if d := p.Gate.Guess(r, brought); d != nil {
		return errHeld{d}
	}
	return nil
}

const (
	ticketHeader = "Waiting-Ticket"
	workHeader   = "Proof-Of-Work"
)

// brought is what a machine brings along that was held before.
func brought(r *http.Request) throttle.Permit {
	return throttle.Permit{Ticket: r.Header.Get(ticketHeader), Work: r.Header.Get(workHeader)}
}

// challenge is what a machine does to be let in.
type challenge struct {
	Ticket  string `json:"ticket"`
	Bits    int    `json:"bits"`
	Seconds int    `json:"wait_seconds"`
}

func errTooMany() error {
	return errs.New(errs.TooMany, "现在提交的太多。请按 challenge 解题，或者等 wait_seconds 秒，再带上 Waiting-Ticket 重新提交。有危险请拨打110。")
}

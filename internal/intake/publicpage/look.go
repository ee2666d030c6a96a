package publicpage

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/receipt"
	"weibao/internal/intake/throttle"
	"weibao/internal/ui"
)

type progressPart struct {
	State, Words, Received string
	Sent                   string // what the time is of
	Messages               []messagePart
	Asked                  bool // the office asked something last
	Say                    ui.Form
	File                   *ui.Form
	Proof                  *ui.Form
	Rate                   *ui.Form // how a named reporter finds what came of it
}

type messagePart struct{ Who, When, Text, Tone string }

// Look asks for the receipt.
func (p *Pages) Look(w http.ResponseWriter, r *http.Request) error {
	return p.lookForm(w, r, nil, nil)
}

const maxTyped = 30 // of a receipt with spaces

func (p *Pages) lookForm(w http.ResponseWriter, r *http.Request, typed url.Values, problem error) error {
	held, waits := errors.AsType[errHeld](problem)
	if waits {
		problem = nil
	}
	say := voiceOf(r)
	form := ui.Form{Action: say.Path + "/look", Submit: say.check, Optional: true,
		Fields: []ui.Field{{Kind: ui.Text, Name: "receipt", Label: say.lookLabel, Hint: say.lookHint, Max: maxTyped, Autocomplete: "off"}}}
	status := http.StatusOK
	if problem != nil {
		status = ui.Status(problem)
	}
	if typed != nil {
		form = say.fill(form, typed, problem)
	}
	v := view{Title: say.look, Form: &form}
	if waits {
		return p.held(w, r, v, held.Demand, false)
	}
	return p.show(w, r, status, v)
}

// LookDone shows how the report of a receipt stands.
func (p *Pages) LookDone(w http.ResponseWriter, r *http.Request) error {
	code := r.PostFormValue("receipt")
	found, err := p.lookup(r, code, permit(r.PostForm))
	if err != nil {
		return p.notFound(w, r, err)
	}
	return p.progress(w, r, code, found, nil)
}

// notFound asks again for a receipt that was wrong or has to wait.
func (p *Pages) notFound(w http.ResponseWriter, r *http.Request, err error) error {
	if _, held := errors.AsType[errHeld](err); held || errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		return p.lookForm(w, r, r.PostForm, under("receipt", err))
	}
	return err
}

// lookup finds a report; wrong tries count against the network they come from.
func (p *Pages) lookup(r *http.Request, code string, brought throttle.Permit) (intake.Progress, error) {
	if err := p.guess(r, code, brought); err != nil {
		return intake.Progress{}, err
	}
	found, err := p.Desk.Lookup(r.Context(), p.DB.Reader(), code)
	if errs.Is(err, errs.NotFound) {
		p.Gate.Missed(r)
	}
	return found, err
}

// under puts what is wrong with the whole under one field.
func under(name string, err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Fields[name] == "" {
		return &errs.Error{Kind: e.Kind, Message: "有内容需要改正，请看标红的项。", Fields: map[string]string{name: e.Message}}
	}
	return err
}

func (p *Pages) progress(w http.ResponseWriter, r *http.Request, code string, found intake.Progress, problem error) error {
	var err error
	say := about(found)
	digits, _ := receipt.Parse(code)
	own := []ui.Hidden{{Name: "receipt", Value: digits}, {Name: "pass", Value: p.Gate.Pass(digits)}}
	part := &progressPart{State: say.state(found), Words: found.Words, Received: moment(found.Received), Sent: say.Sent}
	for _, m := range found.Messages {
		who, tone := say.office, "office"
		if m.Side == intake.ByReporter {
			who, tone = say.own, "own"
		}
		part.Messages = append(part.Messages, messagePart{who, moment(m.At), m.Text, tone})
		part.Asked = m.Kind == intake.Asked
	}
	label := say.add
	if part.Asked {
		label = say.answer
	}
	part.Say = ui.Form{Action: say.Path + "/say", Submit: say.send, Optional: true, Hidden: own,
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "text", Label: label, Hint: say.addHint, Rows: 4}}}
	if p.Desk.Files != nil {
		part.File = fileForm(say, own)
	}
	if found.Mandatory {
		part.Proof = proofForm(own)
	}
	if part.Rate, err = p.rateForm(r, say, found, own); err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.Status(problem)
		if e, ok := errors.AsType[*errs.Error](problem); ok && e.Fields["file"] != "" && part.File != nil {
			filled := say.fill(*part.File, nil, problem)
			part.File = &filled
		} else {
			part.Say = say.fill(part.Say, r.PostForm, problem)
		}
	}
	return p.show(w, r, status, view{Title: say.progress, Voice: say, Progress: part})
}

// Say takes what the reporter adds.
func (p *Pages) Say(w http.ResponseWriter, r *http.Request) error {
	code := r.PostFormValue("receipt")
	found, err := p.lookup(r, code, permit(r.PostForm))
	if err != nil {
		return p.notFound(w, r, err)
	}
	problem := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Say(ctx, tx, code, r.PostFormValue("text")) })
	if problem != nil && !errs.Is(problem, errs.Invalid) {
		return problem
	}
	if problem == nil {
		if found, err = p.Desk.Lookup(r.Context(), p.DB.Reader(), code); err != nil {
			return err
		}
	}
	return p.progress(w, r, code, found, problem)
}

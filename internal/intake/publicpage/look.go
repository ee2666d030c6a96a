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
	form := ui.Form{Action: "/report/look", Submit: "查看", Optional: true,
		Fields: []ui.Field{{Kind: ui.Text, Name: "receipt", Label: "查询码", Hint: "16位数字，有没有空格都可以", Max: maxTyped, Autocomplete: "off"}}}
	status := http.StatusOK
	if problem != nil {
		status = ui.Status(problem)
	}
	if typed != nil {
		form = form.Fill(typed, problem)
	}
	v := view{Title: "查看办理情况", Form: &form}
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
	digits, _ := receipt.Parse(code)
	own := []ui.Hidden{{Name: "receipt", Value: digits}, {Name: "pass", Value: p.Gate.Pass(digits)}}
	part := &progressPart{State: found.State.Label(), Words: found.Words, Received: moment(found.Received)}
	for _, m := range found.Messages {
		who, tone := "未保办", "office"
		if m.Side == intake.ByReporter {
			who, tone = "您", "own"
		}
		part.Messages = append(part.Messages, messagePart{who, moment(m.At), m.Text, tone})
		part.Asked = m.Kind == intake.Asked
	}
	label := "补充情况"
	if part.Asked {
		label = "回答上面的问题"
	}
	part.Say = ui.Form{Action: "/report/say", Submit: "发送", Optional: true, Hidden: own,
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "text", Label: label, Hint: "孩子有新的危险，请直接拨打110。", Rows: 4}}}
	if p.Desk.Files != nil {
		part.File = fileForm(own)
	}
	if found.Mandatory {
		part.Proof = proofForm(own)
	}
	if part.Rate, err = p.rateForm(r, found, own); err != nil {
		return err
	}
	status := http.StatusOK
	if problem != nil {
		status = ui.Status(problem)
		if e, ok := errors.AsType[*errs.Error](problem); ok && e.Fields["file"] != "" && part.File != nil {
			filled := part.File.Fill(nil, problem)
			part.File = &filled
		} else {
			part.Say = part.Say.Fill(r.PostForm, problem)
		}
	}
	return p.show(w, r, status, view{Title: "办理情况", Progress: part})
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

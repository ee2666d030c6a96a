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
	"weibao/internal/ui"
)

type progressPart struct {
	State, Words, Received string
	Messages               []messagePart
	Asked                  bool // the office asked something last
	Say                    ui.Form
	File                   *ui.Form
	Proof                  *ui.Form
}

type messagePart struct{ Who, When, Text, Tone string }

// Look asks for the receipt.
func (p *Pages) Look(w http.ResponseWriter, r *http.Request) error {
	return p.lookForm(w, r, nil, nil)
}

func (p *Pages) lookForm(w http.ResponseWriter, r *http.Request, typed url.Values, problem error) error {
	form := ui.Form{Action: "/report/look", Submit: "查看", Optional: true,
		Fields: []ui.Field{{Kind: ui.Text, Name: "receipt", Label: "查询码", Hint: "16位数字，有没有空格都可以", Max: 30, Autocomplete: "off"}}}
	status := http.StatusOK
	if problem != nil {
		form, status = form.Fill(typed, problem), ui.Status(problem)
	}
	return p.show(w, r, status, view{Title: "查看办理情况", Form: &form})
}

// LookDone shows how the report of a receipt stands.
func (p *Pages) LookDone(w http.ResponseWriter, r *http.Request) error {
	code := r.PostFormValue("receipt")
	found, err := p.lookup(r, code)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		return p.lookForm(w, r, r.PostForm, under("receipt", err))
	}
	if err != nil {
		return err
	}
	return p.progress(w, r, code, found, nil)
}

// lookup finds a report; wrong tries count against the network they come from.
func (p *Pages) lookup(r *http.Request, code string) (intake.Progress, error) {
	if err := p.Gate.Guess(r); err != nil {
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
	digits, _ := receipt.Parse(code)
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
	part.Say = ui.Form{Action: "/report/say", Submit: "发送", Optional: true, Hidden: []ui.Hidden{{Name: "receipt", Value: digits}},
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "text", Label: label, Hint: "孩子有新的危险，请直接拨打110。", Rows: 4}}}
	if p.Desk.Files != nil {
		part.File = fileForm(digits)
	}
	if found.Mandatory {
		part.Proof = proofForm(digits)
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
	found, err := p.lookup(r, code)
	if err != nil {
		return p.lookForm(w, r, r.PostForm, under("receipt", err))
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

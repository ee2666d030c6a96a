package publicpage

import (
	"context"
	"net/http"

	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/satisfaction"
	"weibao/internal/ui"
)

// rateForm asks a named reporter, once his report has ended, how he finds what
// came of it; nil for everybody else.
func (p *Pages) rateForm(r *http.Request, say *voice, found intake.Progress, own []ui.Hidden) (*ui.Form, error) {
	if !satisfaction.Asked(found) {
		return nil, nil
	}
	given, err := satisfaction.Given(r.Context(), p.DB.Reader(), found.ID)
	if err != nil {
		return nil, err
	}
	options := make([]ui.Option, len(satisfaction.Marks))
	for i, m := range satisfaction.Marks {
		options[i] = ui.Option{Value: string(m.Mark), Label: say.mark(string(m.Mark), m.Label)}
	}
	return &ui.Form{Action: say.Path + "/satisfied", Submit: say.rateSend, Optional: true, Hidden: own, Fields: []ui.Field{{Kind: ui.Radios, Name: "mark", Label: say.rate, Value: string(given), Options: options,
		Hint: say.rateHint}}}, nil
}

// Satisfied takes how a named reporter finds what came of his report.
func (p *Pages) Satisfied(w http.ResponseWriter, r *http.Request) error {
	code := r.PostFormValue("receipt")
	found, err := p.lookup(r, code, permit(r.PostForm))
	if err != nil {
		return p.notFound(w, r, err)
	}
	if mark := satisfaction.Mark(r.PostFormValue("mark")); mark != "" { // saying nothing is an answer, too
		if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return satisfaction.Say(ctx, tx, p.Desk, code, mark) }); err != nil {
			return err
		}
		found.Words += about(found).rated
	}
	return p.progress(w, r, code, found, nil)
}

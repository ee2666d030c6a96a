package orderpage

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// problem is the answer to a request that did not succeed.
type problem struct {
	Error struct {
		Kind    string            `json:"kind"`
		Message string            `json:"message"`
		Fields  map[string]string `json:"fields,omitempty"`
	} `json:"error"`
}

// api asks for a partner's token and turns errors into JSON.
func (p *Pages) api(handle func(w http.ResponseWriter, r *http.Request, by order.Partner) error) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		partner, err := p.Desk.Bearer(r.Context(), p.DB.Reader(), token)
		if err == nil {
			err = handle(w, r, partner)
		}
		e, ours := errors.AsType[*errs.Error](err)
		if err == nil || !ours || e.Kind == errs.Internal {
			return err
		}
		if e.Kind == errs.SignIn {
			w.Header().Set("WWW-Authenticate", "Bearer")
		}
		var out problem
		out.Error.Kind, out.Error.Message, out.Error.Fields = string(e.Kind), e.Message, e.Fields
		return send(w, ui.Status(err), out)
	}
}

func send(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}

// decode reads one JSON value and nothing after it.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	if err := d.Decode(into); err != nil {
		return errs.New(errs.Invalid, "请求内容不是有效的 JSON，请检查格式和字段类型。")
	}
	if _, more := d.Token(); more != io.EOF {
		return errs.New(errs.Invalid, "请求内容在 JSON 之后还有别的，请检查。")
	}
	return nil
}

// posted is an order as a partner sends it.
type posted struct {
	Number string       `json:"number"`
	Title  string       `json:"title"`
	Text   string       `json:"content"`
	Danger bool         `json:"danger_now"`
	Place  intake.Place `json:"place"`
	Caller *struct {
		Name  string `json:"name"`
		Phone string `json:"phone"`
	} `json:"caller"`
	Child *intake.Child `json:"child"`
	Due   string        `json:"due_at"`
}

func (o posted) order() (order.In, error) {
	in := order.In{Number: o.Number, Report: intake.In{Danger: o.Danger, What: o.Title, Narrative: o.Text, Place: o.Place, Child: o.Child}}
	if in.Report.What == "" {
		in.Report.What = "热线工单"
	}
	if o.Caller != nil {
		in.Report.Reporter = &intake.Reporter{Name: o.Caller.Name, Phone: o.Caller.Phone}
	}
	if o.Due == "" {
		return in, nil
	}
	at, err := time.Parse(time.RFC3339, o.Due)
	if err != nil {
		return in, errs.Fields{"due_at": "due_at 应为 2026-11-30T18:00:00+08:00 这样的时间。"}.Err()
	}
	in.Due = at.UnixMilli()
	return in, nil
}

type accepted struct {
	Number  string `json:"number"`
	Report  string `json:"report"`
	At      string `json:"received_at"`
	Receipt string `json:"receipt,omitempty"`
	Call    string `json:"call,omitempty"` // whom the caller should call at once
	Added   bool   `json:"supplement,omitempty"`
}

// apiTake stores an order, or adds to one; sent again it gets the same answer.
func (p *Pages) apiTake(w http.ResponseWriter, r *http.Request, by order.Partner) error {
	var o posted
	if err := decode(r, &o); err != nil {
		return err
	}
	in, err := o.order()
	if err != nil {
		return err
	}
	out, err := p.Desk.Take(r.Context(), order.From{Channel: by.Channel, Home: order.Home(by.Region), By: access.Program, Key: r.Header.Get("Idempotency-Key")}, in)
	if err != nil {
		return err
	}
	answer := accepted{Number: strings.TrimSpace(o.Number), Report: out.Report, At: stamp(out.At), Receipt: out.Receipt, Added: out.Added}
	if o.Danger {
		answer.Call = "110"
	}
	return send(w, http.StatusCreated, answer)
}

type result struct {
	Number   string `json:"number"`
	Report   string `json:"report"`
	State    string `json:"state"`
	Words    string `json:"words"`
	Received string `json:"received_at"`
	Accepted string `json:"accepted_at,omitempty"`
	Closed   string `json:"closed_at,omitempty"`
	First    string `json:"first_unit,omitempty"`
	Lead     string `json:"lead_unit,omitempty"`
	Answer   string `json:"answer,omitempty"`
	Returned string `json:"returned,omitempty"`
}

func resultOf(o order.Result, names map[ref.Unit]string) result {
	return result{Number: o.Number, Report: o.Call, State: string(o.State), Words: o.Words(), Received: stamp(o.At), Accepted: stamp(o.Accepted), Closed: stamp(o.Closed),
		First: names[o.First], Lead: names[o.Lead], Answer: o.Answer, Returned: o.Returned}
}

// apiFind tells how one order of the partner's stands.
func (p *Pages) apiFind(w http.ResponseWriter, r *http.Request, by order.Partner) error {
	var in struct {
		Number string `json:"number"`
	}
	if err := decode(r, &in); err != nil {
		return err
	}
	found, err := p.Desk.Find(r.Context(), p.DB.Reader(), by, in.Number)
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), []order.Result{found})
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, resultOf(found, names))
}

// apiResults tells what ended since the place that the partner has read to.
func (p *Pages) apiResults(w http.ResponseWriter, r *http.Request, by order.Partner) error {
	after, err := order.ParseCursor(r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	rows, next, err := p.Desk.Ended(r.Context(), p.DB.Reader(), by, after)
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), rows)
	if err != nil {
		return err
	}
	out := struct {
		Results []result `json:"results"`
		Next    string   `json:"next"`
	}{[]result{}, next.String()}
	for _, o := range rows {
		out.Results = append(out.Results, resultOf(o, names))
	}
	return send(w, http.StatusOK, out)
}

func stamp(at clock.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().In(civil.Zone).Format(time.RFC3339)
}

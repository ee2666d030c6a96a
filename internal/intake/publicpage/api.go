package publicpage

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ui"
)

//go:embed openapi.json
var openAPI []byte

// problem is the answer to a request that did not succeed.
type problem struct {
	Error struct {
		Kind    string            `json:"kind"`
		Message string            `json:"message"`
		Fields  map[string]string `json:"fields,omitempty"`
	} `json:"error"`
	Phones    []string   `json:"phones,omitempty"`    // whom to call while nothing can be stored
	Challenge *challenge `json:"challenge,omitempty"` // what lets in while more come than people send
}

var errJSON = errs.New(errs.Invalid, "请求内容不是有效的 JSON，请检查格式和字段类型。")

// api turns an error into JSON; faults of ours say nothing of their cause.
func (p *Pages) api(handle func(w http.ResponseWriter, r *http.Request) error) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by actor) error {
		err := handle(w, r)
		if err == nil {
			return nil
		}
		if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
			err = errs.Wrap(errs.TooLarge, big, "提交的内容过大，请减小后重新提交。")
		}
		var out problem
		if held, ok := errors.AsType[errHeld](err); ok {
			out.Challenge, err = &challenge{held.Ticket, held.Bits, held.Seconds()}, errTooMany()
			w.Header().Set("Retry-After", strconv.Itoa(out.Challenge.Seconds))
		}
		status := ui.Status(err)
		if errors.Is(err, errJSON) {
			status = http.StatusBadRequest
		}
		if errs.KindOf(err) == errs.Internal {
			return err
		}
		out.Error.Kind, out.Error.Message = string(errs.KindOf(err)), message(err)
		if e, ok := errors.AsType[*errs.Error](err); ok {
			out.Error.Fields = e.Fields
		}
		if errs.Is(err, errs.Full) || out.Challenge != nil {
			for _, c := range p.phones(false) {
				out.Phones = append(out.Phones, c.Number)
			}
		}
		return send(w, status, out)
	}
}

// message is what a person reads of an error.
func message(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Message
	}
	return ""
}

func send(w http.ResponseWriter, status int, body any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(body)
}

// strange names the field that the interface does not know.
func strange(err error) error {
	if _, name, unknown := strings.Cut(err.Error(), "unknown field "); unknown {
		return errs.Newf(errs.Invalid, "请求中的字段 %s 不认识，没有保存。请对照接口说明改正字段名后重新发送。", name)
	}
	return errJSON
}

// decode reads one JSON value and nothing after it.
func decode(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields() // a field written wrongly may be the one that says who must not see it
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errJSON
		}
	}
	if _, big := errors.AsType[*http.MaxBytesError](err); big {
		return err
	}
	if err != nil {
		return strange(err)
	}
	return nil
}

type posted struct {
	Receipt string `json:"receipt"`
	Call    string `json:"call,omitempty"` // whom to call at once
}

// Post takes a report; 201 is answered after the durable commit.
func (p *Pages) Post(w http.ResponseWriter, r *http.Request) error {
	var in intake.In
	if err := decode(r, &in); err != nil {
		return err
	}
	if d := p.Gate.Report(r, in.Danger, brought(r)); d != nil {
		return errHeld{d}
	}
	out, err := p.Desk.Take(r.Context(), p.DB, access.Program, in, r.Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	answer := posted{Receipt: out.Receipt}
	if in.Danger {
		answer.Call = "110"
	}
	return send(w, http.StatusCreated, answer)
}

type found struct {
	State    intake.State `json:"state"`
	Words    string       `json:"words"`
	Received string       `json:"received_at"`
	Accepted string       `json:"accepted_at,omitempty"`
	Closed   string       `json:"closed_at,omitempty"`
	Messages []said       `json:"messages"`
}

type said struct {
	At   string             `json:"at"`
	From intake.Side        `json:"from"`
	Kind intake.MessageSort `json:"kind"`
	Text string             `json:"text"`
}

// Lookup tells how the report of a receipt stands.
func (p *Pages) Lookup(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Receipt string `json:"receipt"`
	}
	if err := decode(r, &in); err != nil {
		return err
	}
	progress, err := p.lookup(r, in.Receipt, brought(r))
	if err != nil {
		return err
	}
	out := found{State: progress.State, Words: progress.Words, Received: stamp(progress.Received), Accepted: stamp(progress.Accepted), Closed: stamp(progress.Closed), Messages: []said{}}
	for _, m := range progress.Messages {
		out.Messages = append(out.Messages, said{stamp(m.At), m.Side, m.Kind, m.Text})
	}
	return send(w, http.StatusOK, out)
}

func stamp(at clock.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().In(civil.Zone).Format(time.RFC3339)
}

// OpenAPI describes the interface.
func (p *Pages) OpenAPI(w http.ResponseWriter, _ *http.Request, _ actor) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, err := w.Write(openAPI)
	return err
}

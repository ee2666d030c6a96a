package server

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
)

// Phone is a number to call.
type Phone struct{ Number, Label string }

//go:embed busy.html
var busyText string

var busyPage = template.Must(template.New("busy").Parse(busyText))

// busySeconds is after how long somebody may try again.
const busySeconds = "5"

const busyWords = "现在使用的人太多，这次没有处理。请过几秒钟再试。"

// crowdedWords is what somebody is told for whom there is no room, made once: to
// tell it must cost next to nothing.
type crowdedWords struct{ page, api []byte }

func newNotice(phones []Phone) crowdedWords {
	var page strings.Builder
	if err := busyPage.Execute(&page, phones); err != nil {
		page.Reset()
		page.WriteString(busyWords)
	}
	var out struct {
		Error struct {
			Kind    string `json:"kind"`
			Message string `json:"message"`
		} `json:"error"`
		Phones []string `json:"phones"`
	}
	out.Error.Kind, out.Error.Message = "busy", busyWords
	for _, p := range phones {
		out.Phones = append(out.Phones, p.Number)
	}
	api, _ := json.Marshal(out) // strings alone
	return crowdedWords{[]byte(page.String()), api}
}

// refuse tells at once that there is no room, with the numbers to call.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	if a, ok := w.(*answer); ok {
		a.shed = true
	}
	h, body := w.Header(), s.busy.page
	h.Set("Retry-After", busySeconds)
	h.Set("Content-Type", "text/html; charset=utf-8")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.Set("Content-Type", "application/json; charset=utf-8")
		body = s.busy.api
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(body) // who has gone needs no answer
}

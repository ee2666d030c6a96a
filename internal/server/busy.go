package server

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"weibao/assets"
	"weibao/internal/intake/publicpage"
)

// Phone is a number to call.
type Phone struct{ Number, Label, When, Child string }

//go:embed busy.html
var busyText string

var busyPage = template.Must(template.New("busy").Parse(busyText))

// busySeconds is after how long somebody may try again.
const busySeconds = "5"

const busyWords = "现在使用的人太多，这次没有处理。请过几秒钟再试。"

// crowdedWords is what somebody is told for whom there is no room, made once: to
// tell it must cost next to nothing, and to show it nothing more is asked for.
type crowdedWords struct {
	page, child, api []byte
	policy           string // lets in the one style that is written into the pages
}

type busyView struct {
	Title, Head, Lead string
	Child             bool
	Style             template.HTML
	Phones            []Phone
	Notes             []string
}

func newNotice(phones []Phone, set *assets.Set) crowdedWords {
	style, policy := "", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	if set != nil {
		style = set.Text("public.css")
	}
	adult := busyView{Title: "现在使用的人太多，请过几秒钟再试", Head: "未成年人保护", Lead: "有人正在受伤害，请直接打电话，不用等。", Phones: phones, Notes: []string{
		"刚才填写的内容没有保存。请用浏览器的“返回”回到上一页，内容还在，再提交一次；同一份报告重复提交也只算一件。"}}
	child := busyView{Title: "现在人太多了，请等一会儿再试", Head: "未成年人保护", Lead: "有人正在伤害你，就马上打电话，不用等。", Child: true, Notes: []string{
		"你写的还没有发出去。请按“返回”回到上一页，你写的还在，再按一次就行。按几次都没关系。"}}
	for _, p := range phones {
		if p.Child != "" {
			p.When = p.Child
		}
		child.Phones = append(child.Phones, p)
	}
	if style != "" {
		sum := sha256.Sum256([]byte(style))
		policy += "; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		adult.Style = template.HTML("<style>" + style + "</style>") // the program's own
		child.Style = adult.Style
	}
	return crowdedWords{written(adult), written(child), busyAnswer(phones), policy}
}

func written(v busyView) []byte {
	var page strings.Builder
	if err := busyPage.Execute(&page, v); err != nil {
		return []byte(busyWords)
	}
	return []byte(page.String())
}

// busyAnswer tells machines.
func busyAnswer(phones []Phone) []byte {
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
	return api
}

// refuse tells at once that there is no room, with the numbers to call.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request) {
	if a, ok := w.(*answer); ok {
		a.shed = true
	}
	h, body := w.Header(), s.busy.page
	h.Set("Retry-After", busySeconds)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", s.busy.policy)
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
		h.Set("Content-Type", "application/json; charset=utf-8")
		body = s.busy.api
	case publicpage.ForChildren(r):
		body = s.busy.child
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(body) // who has gone needs no answer
}

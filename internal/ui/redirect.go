package ui

import (
	"encoding/base64"
	"net/http"
	"strings"
)

const flashCookie = "weibao_notice"

// Redirect sends the browser to a path of this server after a form was done:
// 303, or a full load when a script sent the form: it must not follow by
// itself, else the notice for the next page would be shown to nobody.
func Redirect(w http.ResponseWriter, r *http.Request, to string) {
	to = Local(to)
	if htmx(r) || r.Header.Get("X-Upload") == "true" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// RedirectWith is Redirect with a notice that the next page shows once.
// The text travels in a cookie: numbers and names of tasks or units, never of people.
func RedirectWith(w http.ResponseWriter, r *http.Request, to string, tone Tone, text string) {
	http.SetCookie(w, &http.Cookie{
		Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(string(tone) + "|" + text)),
		Path: "/", MaxAge: 60, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	Redirect(w, r, to)
}

// Local gives to if it is a path of this server, else the front page.
func Local(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/"
	}
	return to
}

func takeFlash(w http.ResponseWriter, req *http.Request) *Flash {
	c, err := req.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	tone, text, ok := strings.Cut(string(raw), "|")
	if err != nil || !ok || text == "" {
		return nil
	}
	return &Flash{Tone: known(Tone(tone)), Text: text}
}

func known(t Tone) Tone {
	switch t {
	case Done, Warn, Danger:
		return t
	}
	return Info
}

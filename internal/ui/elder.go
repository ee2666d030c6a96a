package ui

import (
	"net/http"

	"weibao/internal/access"
)

// ElderPath is where the switch of the reading mode posts to.
const ElderPath = "/elder"

const elderCookie = "weibao_elder"

// Routes are the routes which the face itself brings: the switch of 长者模式.
func (r *Renderer) Routes() []Route {
	return []Route{{Method: http.MethodPost, Path: ElderPath, Permission: access.Public, Handle: switchElder}}
}

// switchElder turns 长者模式 on or off and goes back to where the person was.
func switchElder(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
	c := &http.Cookie{Name: elderCookie, Value: "1", Path: "/", MaxAge: 400 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil}
	if r.FormValue("on") != "1" {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
	Redirect(w, r, r.FormValue("back"))
	return nil
}

func elder(r *http.Request) bool {
	c, err := r.Cookie(elderCookie)
	return err == nil && c.Value == "1"
}

package auth

import (
	"context"
	"net"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/errs"
)

// Visit is what a request knows of the person behind it.
type Visit struct {
	Token   string
	Session Session
	Actor   access.Actor // zero unless the login is complete
}

type visitKey struct{}

// Attach finds the session of a request and puts it into the request's
// context. A request without or with an ended session gets the zero Visit and
// no error: the route's permission decides whether that is enough.
func (g *Guard) Attach(r *http.Request) (*http.Request, Visit, error) {
	v := Visit{}
	if c, err := r.Cookie(g.name("weibao")); err == nil {
		s, a, err := g.Resume(r.Context(), c.Value)
		if err != nil && !errs.Is(err, errs.SignIn) {
			return r, v, err
		}
		if err == nil {
			v = Visit{c.Value, s, a}
		}
	}
	return r.WithContext(context.WithValue(r.Context(), visitKey{}, v)), v, nil
}

// VisitOf gives what Attach put into the context; the zero Visit otherwise.
func VisitOf(ctx context.Context) Visit {
	v, _ := ctx.Value(visitKey{}).(Visit)
	return v
}

// SetCookie gives the browser the token of a session; an empty one takes it away.
// The cookie ends with the browser and is sent to this host alone.
func (g *Guard) SetCookie(w http.ResponseWriter, token string) {
	c := g.cookie("weibao", token)
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// SetDevice marks the browser as one from which the person has logged in.
func (g *Guard) SetDevice(w http.ResponseWriter, value string) {
	c := g.cookie("weibao_device", value)
	c.MaxAge = 180 * 24 * 3600
	http.SetCookie(w, c)
}

// TryOf reads where a login comes from. The address is that of the
// connection; a server behind a proxy puts the proxy's word into RemoteAddr first.
func (g *Guard) TryOf(r *http.Request) Try {
	t := Try{Login: r.PostFormValue("login"), Password: r.PostFormValue("password"), Network: r.RemoteAddr}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		t.Network = host
	}
	if c, err := r.Cookie(g.name("weibao_device")); err == nil {
		t.Device = c.Value
	}
	return t
}

func (g *Guard) cookie(name, value string) *http.Cookie {
	return &http.Cookie{Name: g.name(name), Value: value, Path: "/", HttpOnly: true, Secure: g.Secure, SameSite: http.SameSiteLaxMode}
}

func (g *Guard) name(plain string) string {
	if g.Secure {
		return "__Host-" + plain
	}
	return plain
}

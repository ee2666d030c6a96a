package uitest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/ui"
)

// Desk asks the routes of a page package as the server would.
type Desk struct {
	T      testing.TB
	UI     *ui.Renderer
	Routes []ui.Route
	Tick   func() // before each form that is sent; nil: time stands
}

// Do asks a route as an actor: his right first, then the handler; an error becomes its page.
func (d Desk) Do(by access.Actor, method, path string, form url.Values) *httptest.ResponseRecorder {
	d.T.Helper()
	mux := http.NewServeMux()
	for _, route := range d.Routes {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			err := by.Require(route.Permission)
			if err == nil {
				err = route.Handle(w, r, by)
			}
			if err != nil {
				d.UI.Error(w, r, by, err)
			}
		})
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// Post sends a form that must succeed and gives the address to which it leads.
func (d Desk) Post(by access.Actor, path string, form url.Values) string {
	d.T.Helper()
	if d.Tick != nil {
		d.Tick()
	}
	w := d.Do(by, http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		d.T.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// Refused sends a form that must come back with a status and words.
func (d Desk) Refused(by access.Actor, path string, form url.Values, status int, want string) {
	d.T.Helper()
	if w := d.Do(by, http.MethodPost, path, form); w.Code != status || !strings.Contains(w.Body.String(), want) {
		d.T.Errorf("%s: status %d, does not say %q", path, w.Code, want)
	}
}

// Page asks for a page that must come, checks it, and asks that it says what
// is wanted. With WEIBAO_GALLERY it is kept there under the name, to look at.
func (d Desk) Page(by access.Actor, name, path string, want ...string) string {
	d.T.Helper()
	w := d.Do(by, http.MethodGet, path, nil)
	body := w.Body.String()
	if w.Code != http.StatusOK {
		d.T.Fatalf("%s: status %d: %s", path, w.Code, body)
	}
	Page(d.T, w.Body.Bytes())
	for _, text := range want {
		if !strings.Contains(body, text) {
			d.T.Errorf("%s does not say %q", path, text)
		}
	}
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(body), 0o600); err != nil {
			d.T.Fatal(err)
		}
	}
	return body
}

// Refuses asks that every route which needs a right refuses an actor without
// it, and that nothing is done: answers are not found or forbidden.
func (d Desk) Refuses(by access.Actor, parts map[string]string) {
	d.T.Helper()
	for _, route := range d.Routes {
		if by.Can(route.Permission) {
			continue
		}
		path := route.Path
		for name, value := range parts {
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		}
		if w := d.Do(by, route.Method, path, nil); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden && w.Code != http.StatusUnauthorized {
			d.T.Errorf("%s %s: status %d for an actor without %s", route.Method, route.Path, w.Code, route.Permission)
		}
	}
}

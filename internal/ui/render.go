package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"strings"
	"sync"

	"weibao/assets"
	"weibao/internal/access"
	"weibao/internal/clock"
)

//go:embed templates/*.html
var templates embed.FS

// Options set up a Renderer. Clock is required; what is empty is left out of the shell.
type Options struct {
	Product    string // name of the product, 未保通 if empty
	Place      string // whose installation it is, e.g. the county's name
	Clock      clock.Clock
	Nav        []Entry
	SearchPath string // GET with q
	LoginPath  string // where who has no session is sent
	PostPath   string // POST with post: work under another post
	LogoutPath string // POST
	SelfPath   string // the person's own account
	InboxPath  string // 待办
	// Menu stands under the person's name, for whoever has the permission; keys of entries are not used.
	Menu []Entry
	// Inbox counts the open and overdue duties of the actor for the badge.
	Inbox func(r *http.Request, by access.Actor) (open, overdue int)
	// Warn says what must be known before anything else on a page about a child.
	Warn func(r *http.Request, by access.Actor, page Page) []Note
	Log  *slog.Logger
	// Assets is the bundle; the embedded one if nil.
	Assets *assets.Set
}

// Renderer renders pages and parts. It is safe for concurrent use after the last Add.
type Renderer struct {
	opts  Options
	base  *template.Template // never executed, so that Add can clone it
	own   *template.Template // the shell
	views map[viewKey]*template.Template
	zero  map[viewKey]any
	pool  sync.Pool

	sprite string // address of the icons
}

// viewKey tells two templates of one name in two packages apart by their view.
type viewKey struct {
	name string
	view reflect.Type
}

// New makes a Renderer with the shell and the components.
func New(o Options) (*Renderer, error) {
	if o.Clock == nil {
		return nil, errors.New("ui: no clock")
	}
	if o.Product == "" {
		o.Product = "未保通"
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Assets == nil {
		set, err := assets.Load()
		if err != nil && !errors.Is(err, assets.ErrNotBuilt) {
			return nil, err
		}
		o.Assets = set
	}
	r := &Renderer{opts: o, views: map[viewKey]*template.Template{}, zero: map[viewKey]any{}, sprite: o.Assets.URL("icons.svg")}
	r.pool.New = func() any { return new(bytes.Buffer) }
	base, err := template.New("ui").Funcs(r.funcs()).ParseFS(templates, "templates/*.html")
	if err != nil {
		return nil, err
	}
	r.base = base
	if r.own, err = base.Clone(); err != nil {
		return nil, err
	}
	key := viewKey{"ask", reflect.TypeFor[Question]()}
	r.views[key], r.zero[key] = r.own, Question{}
	return r, nil
}

// Add takes the templates of a page package. Views maps each template that
// handlers render, a file name or the name of a define in one of the files,
// to the zero value of its view struct. Two packages may use the same names.
func (r *Renderer) Add(fsys fs.FS, views map[string]any) error {
	set, err := r.base.Clone()
	if err != nil {
		return err
	}
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(p) != ".html" {
			return err
		}
		text, err := fs.ReadFile(fsys, p)
		if err == nil {
			_, err = set.New(path.Base(p)).Parse(string(text))
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("ui: %w", err)
	}
	for name, view := range views {
		if set.Lookup(name) == nil {
			return fmt.Errorf("ui: no template %s for %T", name, view)
		}
		key := viewKey{name, reflect.TypeOf(view)}
		if _, twice := r.views[key]; twice {
			return fmt.Errorf("ui: template %s for %T is added twice", name, view)
		}
		r.views[key], r.zero[key] = set, view
	}
	return nil
}

// Each calls visit with every template that was added and the zero value of
// its view, for the test that type-checks them.
func (r *Renderer) Each(visit func(set *template.Template, name string, view any)) {
	for key, set := range r.views {
		visit(set, key.name, r.zero[key])
	}
}

// Page answers with a screen: the whole page, or only its main part when htmx
// asks for less than the body.
func (r *Renderer) Page(w http.ResponseWriter, req *http.Request, by access.Actor, name string, page Page, view any) error {
	main := r.buffer()
	defer r.release(main)
	if err := r.execute(main, name, view); err != nil {
		return err
	}
	s := r.shell(w, req, by, page)
	if r.opts.Warn != nil && !page.Warned && !by.IsZero() {
		s.Warnings = r.opts.Warn(req, by, page)
	}
	return r.send(w, req, page.Status, s, main.Bytes())
}

// Question is a screen that asks for words before something is done: what to
// know first, and the form.
type Question struct {
	Notes []Note
	Form  Form
}

// Ask answers with a screen that asks for words; a nil note says nothing. After
// a refusal it shows the form as it was typed, with the messages of problem.
func (r *Renderer) Ask(w http.ResponseWriter, req *http.Request, by access.Actor, page Page, form Form, typed url.Values, problem error, notes ...*Note) error {
	q := Question{Form: form}
	for _, n := range notes {
		if n != nil {
			q.Notes = append(q.Notes, *n)
		}
	}
	if problem != nil {
		q.Form, page.Status = form.Fill(typed, problem), Status(problem)
	}
	return r.Page(w, req, by, "ask", page, q)
}

// Part answers with a fragment for htmx. The status is 200.
func (r *Renderer) Part(w http.ResponseWriter, req *http.Request, name string, view any) error {
	buf := r.buffer()
	defer r.release(buf)
	if err := r.execute(buf, name, view); err != nil {
		return err
	}
	write(w, req, http.StatusOK, buf.Bytes())
	return nil
}

// Whole answers with a document of the page package's own, without the shell:
// for pages that must be light and work in browsers older than the desk's.
func (r *Renderer) Whole(w http.ResponseWriter, req *http.Request, name string, status int, view any) error {
	buf := r.buffer()
	defer r.release(buf)
	if err := r.execute(buf, name, view); err != nil {
		return err
	}
	write(w, req, status, buf.Bytes())
	return nil
}

func (r *Renderer) execute(buf *bytes.Buffer, name string, view any) error {
	set := r.views[viewKey{name, reflect.TypeOf(view)}]
	if set == nil {
		return fmt.Errorf("ui: no template %s for %T; register both with Add", name, view)
	}
	return set.ExecuteTemplate(buf, name, view)
}

// here marks in the shell where the main part goes: a template would copy it
// thrice. Nobody's words can look like it, for they are escaped.
const here = "<!-- main -->"

func (r *Renderer) send(w http.ResponseWriter, req *http.Request, status int, s shell, main []byte) error {
	buf := r.buffer()
	defer r.release(buf)
	s.Main = here
	layout := "layout"
	if partial(req) {
		layout = "main"
	}
	if err := r.own.ExecuteTemplate(buf, layout, s); err != nil {
		return err
	}
	if status == 0 {
		status = http.StatusOK
	}
	before, after, _ := bytes.Cut(buf.Bytes(), []byte(here))
	write(w, req, status, before, main, after)
	return nil
}

// partial tells whether htmx asks for less than a page.
func partial(req *http.Request) bool {
	return htmx(req) && req.Header.Get("HX-Target") != "body" && req.Header.Get("HX-History-Restore-Request") == ""
}

func htmx(req *http.Request) bool { return req.Header.Get("HX-Request") == "true" }

func (r *Renderer) buffer() *bytes.Buffer {
	buf := r.pool.Get().(*bytes.Buffer)
	buf.Reset()
	return buf
}

func (r *Renderer) release(buf *bytes.Buffer) {
	const keep = 1 << 20
	if buf.Cap() <= keep {
		r.pool.Put(buf)
	}
}

// Headers sets what every page and part carries: the browser loads from this
// server alone, runs no script or style written into a page, and keeps no copy.
func Headers(h http.Header) {
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'self'", "base-uri 'none'", "object-src 'none'", "form-action 'self'", "frame-ancestors 'none'",
	}, "; "))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

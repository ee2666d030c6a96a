// Package ui is the face of the product: the shell around every page, the
// components from which screens are put together, and the one place where
// errors become status and words.
//
// A screen is a template with one typed struct; it is registered with
// Renderer.Add and rendered with Renderer.Page (whole, or only the main part
// when htmx asks) or Renderer.Part. Components are templates with one typed
// argument each: {{template "table" .Tasks}} takes a Table. The package owns
// no table and two cookies: the reading mode (长者模式) and a notice that
// survives one redirect. It never decides rights beyond hiding what
// the actor cannot open, and never puts personal data into a cookie or URL.
package ui

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/ref"
)

// Handler serves one route for an actor; a returned error becomes status and
// page in Renderer.Error. By is the zero Actor on access.Public routes
// without a session.
type Handler func(w http.ResponseWriter, r *http.Request, by access.Actor) error

// Route is one line of a page package's list: who may call what.
// Path is in net/http pattern syntax without the method, e.g. "/plans/{id}/review".
type Route struct {
	Method     string
	Path       string
	Permission access.Permission
	Handle     Handler
	Files      bool // takes files, where its permission alone does not tell
	First      bool // goes before everything else when there is more to do than can be done
}

// Page is what the shell needs to know of a screen.
type Page struct {
	Title   string    // the h1 and the window's title
	Kicker  string    // what kind of thing it is, small above the title, e.g. 「责任事项」
	Lead    string    // one sentence under the title
	Nav     string    // key of the navigation entry that is marked as here
	Crumbs  []Crumb   // the way to here, without the page itself
	Tabs    []Tab     // sub-navigation of the section
	Action  *Action   // the one primary action, always at the right of the title
	More    []Action  // further actions beside it: export, print
	Flash   *Flash    // a notice of this answer; after a redirect use RedirectWith
	Status  int       // HTTP status, 0 means 200; a form shown again with errors is 422
	Scripts []string  // further bundles, e.g. "plan-review" for assets/src/pages/plan-review.ts
	Bare    bool      // without navigation: sign-in and the like
	Wide    bool      // printed on A4 landscape
	About   ref.Child // whom the page is about, where its address does not name the child
	Warned  bool      // the page says itself who may not be contacted
	Plain   bool      // without the visible title row; the template brings its own h1
}

// Crumb is one step of the way to a page.
type Crumb struct{ Label, Href string }

// Tab is one entry of a section's sub-navigation.
type Tab struct {
	Label, Href string
	Here        bool
	Count       int  // shown beside the label when above zero
	Urgent      bool // the count is of things overdue
}

// Action is a link or a button.
type Action struct {
	Label  string
	Href   string // a link, unless Post
	Post   string // address to which a button posts
	Icon   string
	Danger bool
	Dialog bool   // opens Href as a dialog where scripts run, as a page otherwise
	Print  bool   // prints the page
	Key    string // access key, one letter
}

// Tone is the colour of a notice; each has a word and an icon beside it.
type Tone string

// The tones.
const (
	Info   Tone = "info"
	Done   Tone = "done"
	Warn   Tone = "warn"
	Danger Tone = "danger"
)

// Flash is a notice at the top of a page.
type Flash struct {
	Tone Tone
	Text string
	Link *Crumb // where to go on, if anywhere
}

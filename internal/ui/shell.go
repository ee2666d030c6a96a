package ui

import (
	"html/template"
	"net/http"
	"strconv"

	"weibao/internal/access"
)

// shell is what the layout shows around a screen.
type shell struct {
	Page
	Product, Place string
	By             access.Actor
	Posts          []postChoice
	Links          shellLinks
	Items          []navItem
	Menu           []Crumb
	Open, Overdue  int
	Query          string
	Elder          bool
	Here           string // path to come back to after switching the reading mode
	Styles         string
	Script         string
	Sheets         []string
	Partial        bool
	Warnings       []Note
	Main           template.HTML
}

type shellLinks struct{ Search, Post, Logout, Self, Inbox, Elder string }

type postChoice struct {
	ID    string
	Label string // unit and role
	Place string
	Here  bool
}

func (r *Renderer) shell(w http.ResponseWriter, req *http.Request, by access.Actor, page Page) shell {
	o := r.opts
	s := shell{
		Page: page, Product: o.Product, Place: o.Place, By: by,
		Links: shellLinks{o.SearchPath, o.PostPath, o.LogoutPath, o.SelfPath, o.InboxPath, ElderPath},
		Elder: elder(req), Here: req.URL.RequestURI(),
		Styles: o.Assets.URL("desk.css"), Script: o.Assets.URL("desk.js"),
		Partial: partial(req),
	}
	for _, name := range page.Scripts {
		if url := o.Assets.URL(name + ".js"); url != "" {
			s.Sheets = append(s.Sheets, url)
		}
	}
	if s.Flash == nil {
		s.Flash = takeFlash(w, req)
	}
	if s.Partial || by.IsZero() {
		return s
	}
	s.Items = nav(o.Nav, by, page.Nav)
	for _, e := range o.Menu {
		if by.Can(e.Permission) {
			s.Menu = append(s.Menu, Crumb{e.Label, e.Path})
		}
	}
	if !reaches(o.Nav, by, o.InboxPath) {
		s.Links.Inbox = ""
	}
	s.Posts = posts(by)
	s.Query = req.URL.Query().Get("q")
	if o.Inbox != nil {
		s.Open, s.Overdue = o.Inbox(req, by)
	}
	return s
}

func posts(by access.Actor) []postChoice {
	choices := make([]postChoice, 0, len(by.Posts))
	for _, p := range by.Posts {
		choices = append(choices, postChoice{
			ID: strconv.FormatInt(int64(p.ID), 10), Label: p.UnitName + " · " + p.Role.Label(),
			Place: p.RegionName, Here: p.ID == by.Post.ID,
		})
	}
	return choices
}

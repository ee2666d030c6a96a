package server_test

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// form is a form of a page.
type form struct {
	action, method string
	multipart      bool
	controls       []control
}

type control struct {
	name, kind, value, mode, accept string
	max                             int
	on, required, wrong             bool
	options                         []string
}

// prose tells whether anything may be typed into a control.
func (c control) prose() bool {
	return (c.kind == "text" || c.kind == "search" || c.kind == "textarea" || c.kind == "tel") && c.mode != "numeric" && c.name != ""
}

func attr(n *html.Node, name string) string {
	v, _ := has(n, name)
	return v
}

func has(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// read gives the links and forms of a page.
func read(body []byte) (links []string, forms []form) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, nil
	}
	var walk func(n *html.Node, f *form)
	walk = func(n *html.Node, f *form) {
		if n.Type == html.ElementNode {
			switch n.Data {
			case "a":
				links = append(links, attr(n, "href"))
			case "form":
				forms = append(forms, form{})
				f = &forms[len(forms)-1]
				f.action, f.method, f.multipart = attr(n, "action"), strings.ToLower(attr(n, "method")), attr(n, "enctype") != ""
				for c := n.FirstChild; c != nil; c = c.NextSibling {
					walk(c, f)
				}
				return
			case "input", "textarea", "select", "button":
				if f != nil {
					f.controls = append(f.controls, controlOf(n))
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, f)
		}
	}
	walk(root, nil)
	return links, forms
}

func controlOf(n *html.Node) control {
	c := control{name: attr(n, "name"), kind: n.Data, value: attr(n, "value"), mode: attr(n, "inputmode"), accept: attr(n, "accept"), max: 1 << 20}
	for _, name := range []string{"maxlength", "data-max"} {
		if m, err := strconv.Atoi(attr(n, name)); err == nil {
			c.max = m
		}
	}
	_, c.on = has(n, "checked")
	_, c.required = has(n, "required")
	c.wrong = attr(n, "aria-invalid") == "true"
	switch n.Data {
	case "input":
		if c.kind = attr(n, "type"); c.kind == "" {
			c.kind = "text"
		}
	case "textarea":
		if n.FirstChild != nil {
			c.value = n.FirstChild.Data
		}
	case "select":
		var options func(*html.Node)
		options = func(o *html.Node) {
			if o.Data == "option" {
				c.options = append(c.options, attr(o, "value"))
				if _, chosen := has(o, "selected"); chosen {
					c.value = attr(o, "value")
				}
			}
			for k := o.FirstChild; k != nil; k = k.NextSibling {
				options(k)
			}
		}
		options(n)
	}
	return c
}

package uitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page checks a whole page.
func Page(t testing.TB, page []byte) {
	t.Helper()
	for _, problem := range PageProblems(string(page)) {
		t.Error(problem)
	}
}

// Fragment checks a part which htmx puts into a page.
func Fragment(t testing.TB, part []byte) {
	t.Helper()
	for _, problem := range FragmentProblems(string(part)) {
		t.Error(problem)
	}
}

// PageProblems lists what is wrong with a whole page.
func PageProblems(page string) []string {
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	c := newChecker(doc)
	c.once("h1")
	c.once("main")
	c.once("title")
	if root := c.first("html"); root == nil || attr(root, "lang") != "zh-CN" {
		c.say("html has no lang zh-CN")
	}
	return c.problems
}

// FragmentProblems lists what is wrong with a part of a page.
func FragmentProblems(part string) []string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(part), body)
	if err != nil {
		return []string{err.Error()}
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return newChecker(body).problems
}

type checker struct {
	elements []*html.Node
	ids      map[string]int
	labels   map[string]bool // ids that a label names
	problems []string
}

func newChecker(root *html.Node) *checker {
	c := &checker{ids: map[string]int{}, labels: map[string]bool{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			c.elements = append(c.elements, n)
		}
		if n.Type == html.TextNode {
			c.words(n)
		}
	}
	for _, n := range c.elements {
		c.identity(n)
	}
	for _, n := range c.elements {
		c.element(n)
	}
	return c
}

func (c *checker) say(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *checker) first(name string) *html.Node {
	for _, n := range c.elements {
		if n.Data == name {
			return n
		}
	}
	return nil
}

func (c *checker) once(name string) {
	count := 0
	for _, n := range c.elements {
		if n.Data == name && n.Namespace == "" {
			count++
		}
	}
	if count != 1 {
		c.say("%d elements %s, want one", count, name)
	}
}

func (c *checker) identity(n *html.Node) {
	if id := attr(n, "id"); id != "" {
		if c.ids[id]++; c.ids[id] == 2 {
			c.say("id %s stands twice", id)
		}
	}
	if n.Data == "label" && attr(n, "for") != "" {
		c.labels[attr(n, "for")] = true
	}
}

func (c *checker) element(n *html.Node) {
	c.attributes(n)
	switch n.Data {
	case "style":
		c.say("style element in the page")
	case "script":
		if attr(n, "src") == "" || n.FirstChild != nil {
			c.say("script in the page")
		}
	case "input", "select", "textarea":
		c.control(n)
	case "button", "a", "summary":
		if name(n) == "" {
			c.say("%s has no words: %s", n.Data, describe(n))
		}
	case "img":
		if !has(n, "alt") {
			c.say("img without alt")
		}
	case "table":
		if find(n, "th") == nil {
			c.say("table without th")
		}
	case "form":
		if m := strings.ToLower(attr(n, "method")); m != "get" && m != "post" && m != "dialog" {
			c.say("form without method: %s", attr(n, "action"))
		}
	}
}

func (c *checker) attributes(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on"):
			c.say("%s carries %s", n.Data, a.Key)
		case strings.HasPrefix(strings.TrimSpace(strings.ToLower(a.Val)), "javascript:") || strings.HasPrefix(a.Val, "js:"):
			c.say("%s: %s runs script", n.Data, a.Key)
		case strings.Contains(a.Val, "ZgotmplZ"):
			c.say("%s: %s was refused by the template engine", n.Data, a.Key)
		case a.Key == "aria-describedby" || a.Key == "aria-labelledby":
			for _, id := range strings.Fields(a.Val) {
				// The dialog's title comes with its content.
				if c.ids[id] == 0 && id != "dialog-title" {
					c.say("%s points to %s, which is not there", a.Key, id)
				}
			}
		case slices.Contains([]string{"title", "placeholder", "aria-label", "alt"}, a.Key):
			c.latin(a.Val)
		}
	}
}

// control asks for a label: around it, for its id, or in aria-label.
func (c *checker) control(n *html.Node) {
	kind := attr(n, "type")
	if kind == "hidden" || kind == "submit" || kind == "button" {
		return
	}
	if attr(n, "name") == "" && !has(n, "data-batch-all") {
		c.say("%s without name: %s", n.Data, describe(n))
	}
	if attr(n, "aria-label") != "" || attr(n, "aria-labelledby") != "" || c.labels[attr(n, "id")] {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" && name(p) != "" {
			return
		}
	}
	c.say("%s without label: %s", n.Data, describe(n))
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func find(root *html.Node, data string) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == data {
			return n
		}
	}
	return nil
}

// name gives what a reader would say of an element.
func name(n *html.Node) string {
	if label := attr(n, "aria-label"); label != "" {
		return label
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func describe(n *html.Node) string {
	var parts []string
	for _, a := range n.Attr {
		if a.Key == "id" || a.Key == "name" || a.Key == "href" || a.Key == "class" {
			parts = append(parts, a.Key+"="+a.Val)
		}
	}
	return strings.Join(parts, " ")
}

package letter

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// node is an element, a text, or what else stands in a part; it goes back to XML as it came, prefixes included.
type node struct {
	name     string // w:p; empty for a text
	attrs    []xml.Attr
	children []*node
	text     string
	other    xml.Token // comment, instruction
}

const maxDepth = 200

var errDepth = errors.New("letter: nested too deep")

// parse reads a part into a tree.
func parse(r io.Reader) (*node, error) {
	root := &node{}
	open := []*node{root}
	for d := xml.NewDecoder(r); ; {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if len(open) != 1 || len(root.children) == 0 {
				return nil, io.ErrUnexpectedEOF
			}
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: qualified(t.Name), attrs: t.Copy().Attr}
			top.children = append(top.children, n)
			if open = append(open, n); len(open) > maxDepth {
				return nil, errDepth
			}
		case xml.EndElement:
			if top.name != qualified(t.Name) || len(open) == 1 {
				return nil, io.ErrUnexpectedEOF
			}
			open = open[:len(open)-1]
		case xml.CharData:
			top.children = append(top.children, &node{text: string(t)})
		case xml.Directive:
			return nil, errors.New("letter: a DOCTYPE has no place in a document")
		default:
			top.children = append(top.children, &node{other: xml.CopyToken(token)})
		}
	}
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// render writes the tree.
func (n *node) render(b *strings.Builder) {
	switch other := n.other.(type) {
	case xml.ProcInst:
		b.WriteString("<?" + other.Target + " " + string(other.Inst) + "?>")
		return
	case xml.Comment:
		return
	}
	if n.name == "" && n.children == nil {
		_, _ = inText.WriteString(b, clean(n.text)) // a strings.Builder does not fail
		return
	}
	if n.name != "" {
		b.WriteString("<" + n.name)
		for _, a := range n.attrs {
			b.WriteString(" " + qualified(a.Name) + `="`)
			_ = xml.EscapeText(b, []byte(clean(a.Value)))
			b.WriteString(`"`)
		}
		b.WriteString(">")
	}
	for _, c := range n.children {
		c.render(b)
	}
	if n.name != "" {
		b.WriteString("</" + n.name + ">")
	}
}

// inText leaves line ends as they are: outside the root element they must not be written as references.
var inText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

func (n *node) clone() *node {
	c := &node{name: n.name, attrs: n.attrs, text: n.text, other: n.other}
	for _, child := range n.children {
		c.children = append(c.children, child.clone())
	}
	return c
}

// texts lists the w:t elements below, in order.
func (n *node) texts() []*node {
	if n.name == "w:t" {
		return []*node{n}
	}
	var all []*node
	for _, c := range n.children {
		all = append(all, c.texts()...)
	}
	return all
}

// content is the text of a w:t.
func (n *node) content() string {
	var b strings.Builder
	for _, c := range n.children {
		b.WriteString(c.text)
	}
	return b.String()
}

func (n *node) setContent(s string) {
	n.children = []*node{{text: s}}
	n.attrs = []xml.Attr{{Name: xml.Name{Space: "xml", Local: "space"}, Value: "preserve"}}
}

// words is all text below.
func (n *node) words() string {
	var b strings.Builder
	for _, t := range n.texts() {
		b.WriteString(t.content())
	}
	return b.String()
}

// each calls f for every element below with that name, from the outside in.
func (n *node) each(name string, f func(*node)) {
	if n.name == name {
		f(n)
	}
	for _, c := range n.children {
		c.each(name, f)
	}
}

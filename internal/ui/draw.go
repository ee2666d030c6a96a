package ui

import (
	"html/template"
	"strings"
)

// What a page repeats a hundred or a thousand times is drawn here: a template
// needs ten times as long for it.

// attr writes an attribute unless its value is empty.
func attr(b *strings.Builder, name, value string) {
	if value != "" {
		b.WriteString(" " + name + `="`)
		text(b, value)
		b.WriteByte('"')
	}
}

// text writes words as html/template escapes them in text and in attributes.
func text(b *strings.Builder, s string) {
	from := 0
	for i := range len(s) {
		if instead := escapes[s[i]]; instead != "" {
			b.WriteString(s[from:i])
			b.WriteString(instead)
			from = i + 1
		}
	}
	b.WriteString(s[from:])
}

var escapes = [256]string{0: "\uFFFD", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '>': "&gt;"}

// word writes text, as a link where it has an address.
func word(b *strings.Builder, s, href string) {
	if href == "" {
		text(b, s)
		return
	}
	b.WriteString("<a")
	attr(b, "href", href)
	b.WriteByte('>')
	text(b, s)
	b.WriteString("</a>")
}

// Draw gives the row as HTML.
func (r MatrixRow) Draw() template.HTML {
	var b strings.Builder
	b.WriteString(`<tr><th scope="row">`)
	word(&b, r.Label, r.Href)
	b.WriteString("</th>")
	for _, m := range r.Cells {
		b.WriteString("<td")
		if m.Tone != "" {
			attr(&b, "class", "mark-"+m.Tone)
		}
		attr(&b, "title", m.Label)
		b.WriteByte('>')
		word(&b, m.Sign, m.Href)
		b.WriteString("</td>")
	}
	b.WriteString("</tr>\n")
	return template.HTML(b.String())
}

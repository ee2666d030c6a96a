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
		template.HTMLEscape(b, []byte(value))
		b.WriteByte('"')
	}
}

func text(b *strings.Builder, s string) { template.HTMLEscape(b, []byte(s)) }

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

// Draw gives the options of a select as HTML.
func (c choices) Draw() template.HTML {
	var b strings.Builder
	for _, o := range c.Options {
		b.WriteString(`<option value="`)
		text(&b, o.Value)
		b.WriteByte('"')
		if o.On {
			b.WriteString(" selected")
		}
		attr(&b, "data-keys", o.Keys)
		b.WriteByte('>')
		text(&b, o.Label)
		b.WriteString("</option>")
	}
	return template.HTML(b.String())
}

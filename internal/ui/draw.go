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

// DrawSelect gives the field's list of options as HTML.
func (f Field) DrawSelect() template.HTML {
	var b strings.Builder
	b.Grow(200 + 80*len(f.Options))
	b.WriteString(`<select class="input select"`)
	attr(&b, "id", f.ID())
	attr(&b, "name", f.Name)
	flag := func(on bool, s string) {
		if on {
			b.WriteString(s)
		}
	}
	flag(f.Kind == Pick, " data-pick")
	flag(f.Required, " required")
	attr(&b, "aria-describedby", f.Describes())
	flag(f.Error != "", ` aria-invalid="true"`)
	flag(f.Focus, " autofocus")
	b.WriteByte('>')
	if f.Blank != "" || !f.Required {
		b.WriteString(`<option value="">`)
		text(&b, or(f.Blank, "不限"))
		b.WriteString("</option>")
	}
	group := ""
	for _, o := range f.Options {
		if o.Group != group {
			flag(group != "", "</optgroup>")
			if group = o.Group; group != "" {
				b.WriteString("<optgroup")
				attr(&b, "label", group)
				b.WriteByte('>')
			}
		}
		b.WriteString(`<option value="`)
		text(&b, o.Value)
		b.WriteByte('"')
		flag(f.Chosen(o.Value), " selected")
		attr(&b, "data-keys", o.Keys)
		b.WriteByte('>')
		text(&b, o.Label)
		b.WriteString("</option>")
	}
	flag(group != "", "</optgroup>")
	b.WriteString("</select>")
	return template.HTML(b.String())
}

package letter

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/script"
)

// writer collects the XML of the document's body.
type writer struct {
	b     strings.Builder
	width int // of the text on this page
}

func (w *writer) raw(format string, args ...any) { fmt.Fprintf(&w.b, format, args...) }

func (w *writer) escape(s string) {
	_ = xml.EscapeText(&w.b, []byte(clean(s))) // a strings.Builder does not fail
}

// clean drops what XML cannot hold, and marks of direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0xFFFD && r != 0xFFFE && r != 0xFFFF && !script.Turns(r) {
			return r
		}
		return -1
	}, s)
}

// font is the look of a run.
type font struct {
	face string // empty for the text's
	size int    // half points; 0 for the text's
	red  bool
}

// layout is the look of a paragraph.
type layout struct {
	style string // empty for the text's
	align string // left, center, right; empty for both sides
	first int    // indent of the first line in characters
	left  int    // indents in characters; all that follow likewise
	right float64
	extra string // further elements, in the order of the schema, after the spacing
}

// paragraph opens one, hands it to fill, and closes it.
func (w *writer) paragraph(l layout, fill func()) {
	w.raw("<w:p><w:pPr>")
	if l.style != "" {
		w.raw(`<w:pStyle w:val="%s"/>`, l.style)
	}
	w.raw("%s", l.extra)
	if l.first != 0 || l.left != 0 || l.right != 0 {
		w.raw(`<w:ind w:leftChars="%d" w:left="%d" w:rightChars="%d" w:right="%d" w:firstLineChars="%d" w:firstLine="%d"/>`,
			l.left*100, l.left*twipsEm, int(l.right*100), int(l.right*twipsEm), l.first*100, l.first*twipsEm)
	}
	if l.align != "" {
		w.raw(`<w:jc w:val="%s"/>`, l.align)
	}
	w.raw("</w:pPr>")
	fill()
	w.raw("</w:p>")
}

// run writes a text in one look; its line breaks become breaks.
func (w *writer) run(f font, text string) {
	if text == "" {
		return
	}
	w.raw("<w:r>")
	if f != (font{}) {
		w.raw("<w:rPr>")
		if f.face != "" {
			w.raw(`<w:rFonts w:eastAsia="%s"/>`, f.face)
		}
		if f.red {
			w.raw(`<w:color w:val="FF0000"/>`)
		}
		if f.size != 0 {
			w.raw(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, f.size, f.size)
		}
		w.raw("</w:rPr>")
	}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		if i > 0 {
			w.raw("<w:br/>")
		}
		w.raw(`<w:t xml:space="preserve">`)
		w.escape(line)
		w.raw("</w:t>")
	}
	w.raw("</w:r>")
}

func (w *writer) line(l layout, f font, text string) {
	w.paragraph(l, func() { w.run(f, text) })
}

func (w *writer) blank(n int) {
	for range n {
		w.line(layout{}, font{}, "")
	}
}

func (p Paragraph) write(w *writer) {
	level := min(max(p.Level, 0), len(faces)-1)
	l := layout{}
	if level > 0 && p.Lead == "" {
		l.style = fmt.Sprintf("Heading%d", level)
	}
	w.paragraph(l, func() {
		if p.Lead != "" {
			w.run(font{face: faces[level]}, p.Lead)
		}
		w.run(font{}, p.Text)
	})
}

func (PageBreak) write(w *writer) {
	w.raw(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`)
}

// Write writes the document as .docx.
func (d Document) Write(out io.Writer) error {
	return pack(out, d.parts())
}

// body is word/document.xml.
func (d Document) body() string {
	w := &writer{width: textWidth}
	w.raw(`%s<w:document xmlns:w="%s" xmlns:r="%s"><w:body>`, xml.Header, nsWord, nsRelations)
	d.writeHead(w)
	for _, line := range strings.Split(d.Title, "\n") {
		if line != "" {
			w.line(layout{style: "Title"}, font{}, line)
		}
	}
	if d.To != "" {
		w.blank(1)
		w.line(layout{style: "Flush"}, font{}, d.To)
	} else if d.Title != "" {
		w.blank(1)
	}
	for _, b := range d.Body {
		b.write(w)
	}
	d.writeList(w)
	d.writeSignature(w)
	if d.Note != "" {
		w.line(layout{}, font{}, "（"+d.Note+"）")
	}
	for i := range d.Attachments {
		d.writeAttachment(w, i)
	}
	d.writeCopies(w)
	w.raw("%s</w:body></w:document>", section(d.lastIsWide()))
	return w.b.String()
}

// writeHead writes 版头: the issuer in red, the number, the red line.
func (d Document) writeHead(w *writer) {
	if d.Issuer != "" {
		w.blank(3) // 发文机关标志上边缘至版心上边缘为35 mm
		size := min(72, int(2*float64(textWidth)/20/em(d.Issuer)))
		w.line(layout{style: "Flush", align: "center", extra: `<w:spacing w:line="240" w:lineRule="auto"/>`}, font{xiaobiaosong, size, true}, d.Issuer)
		w.blank(2)
	}
	if d.Number != "" || d.Issuer != "" {
		rule := `<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="4" w:color="FF0000"/></w:pBdr>`
		w.line(layout{style: "Flush", align: "center", extra: rule}, font{}, d.Number)
		w.blank(2)
	}
}

// writeList writes 附件说明: one blank line below the text, numbered when there are several, without full stops.
func (d Document) writeList(w *writer) {
	if len(d.Attachments) == 0 {
		return
	}
	w.blank(1)
	for i, a := range d.Attachments {
		name := strings.ReplaceAll(a.Title, "\n", "")
		switch {
		case len(d.Attachments) == 1:
			w.line(layout{}, font{}, "附件："+name)
		case i == 0:
			w.line(layout{}, font{}, "附件：1. "+name)
		default:
			w.line(layout{left: 5, style: "Flush"}, font{}, fmt.Sprintf("%d. %s", i+1, name))
		}
	}
}

const dateIndent = 4.0 // 成文日期右空四字

// writeSignature writes 署名 centred over 成文日期, which stands four characters from the right; the seal covers both,
// and its top lies within a line of the text.
func (d Document) writeSignature(w *writer) {
	if d.Signer == "" && d.Date.IsZero() {
		return
	}
	w.blank(1)
	date := civil.FormatDateLong(d.Date)
	middle := dateIndent + em(date)/2
	for _, signer := range strings.Split(d.Signer, "\n") {
		if signer != "" {
			w.line(layout{style: "Flush", align: "right", right: max(0, middle-em(signer)/2), extra: "<w:keepNext/>"}, font{}, signer)
		}
	}
	w.line(layout{style: "Flush", align: "right", right: dateIndent}, font{}, date)
}

// writeAttachment starts a page: 附件1 flush left in 黑体, the title on the third line.
func (d Document) writeAttachment(w *writer, i int) {
	a := d.Attachments[i]
	before := i > 0 && d.Attachments[i-1].Wide
	label := "附件"
	if len(d.Attachments) > 1 {
		label = fmt.Sprintf("附件%d", i+1)
	}
	extra := "<w:pageBreakBefore/>"
	if a.Wide != before {
		w.raw("<w:p><w:pPr>%s</w:pPr></w:p>", section(before))
		extra = ""
	}
	w.width = textWidth
	if a.Wide {
		w.width = wideWidth
	}
	w.line(layout{style: "Flush", extra: extra}, font{face: heiti}, label)
	w.blank(1)
	for _, line := range strings.Split(a.Title, "\n") {
		if line != "" {
			w.line(layout{style: "Title"}, font{}, line)
		}
	}
	w.blank(1)
	for _, b := range a.Body {
		b.write(w)
	}
}

func (d Document) lastIsWide() bool {
	n := len(d.Attachments)
	return n > 0 && d.Attachments[n-1].Wide
}

// writeCopies writes 版记 in 4号: rules as wide as the text, what stands between them set in by one character.
func (d Document) writeCopies(w *writer) {
	if d.CopyTo == "" && d.Print == "" {
		return
	}
	w.blank(1)
	w.raw(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>`+
		`<w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/><w:insideH w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tblBorders>`+
		`<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="%d" w:type="dxa"/><w:right w:w="%d" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w="%d"/></w:tblGrid>`,
		w.width, sihao*10, sihao*10, w.width)
	small := font{size: sihao}
	cell := func(l layout, fill func()) {
		w.raw(`<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, w.width)
		w.paragraph(l, fill)
		w.raw("</w:tc></w:tr>")
	}
	if d.CopyTo != "" {
		cell(layout{style: "Flush"}, func() { w.run(small, "抄送："+d.CopyTo) })
	}
	if d.Print != "" {
		tab := fmt.Sprintf(`<w:tabs><w:tab w:val="right" w:pos="%d"/></w:tabs>`, w.width-2*sihao*10)
		cell(layout{style: "Flush", extra: tab}, func() {
			w.run(small, d.Print)
			w.raw("<w:r><w:tab/></w:r>")
			if !d.Date.IsZero() {
				w.run(small, civil.FormatDateLong(d.Date)+"印发")
			}
		})
	}
	w.raw("</w:tbl>")
	w.line(layout{style: "Last"}, font{}, "")
}

// section is the page: size, margins, grid and page numbers.
func section(wide bool) string {
	size := fmt.Sprintf(`<w:pgSz w:w="%d" w:h="%d"/>`, pageWidth, pageHeight)
	margins := [4]int{topMargin, rightMargin, lowMargin, leftMargin}
	if wide {
		size = fmt.Sprintf(`<w:pgSz w:w="%d" w:h="%d" w:orient="landscape"/>`, pageHeight, pageWidth)
		margins = [4]int{leftMargin, topMargin, rightMargin, lowMargin}
	}
	return fmt.Sprintf(`<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>`+
		`<w:type w:val="nextPage"/>%s<w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="851" w:footer="%d" w:gutter="0"/>`+
		`<w:docGrid w:type="lines" w:linePitch="%d"/></w:sectPr>`,
		size, margins[0], margins[1], margins[2], margins[3], min(footer, margins[2]-400), linePitch)
}

// Package pdf writes short papers as PDF: a title, paragraphs and tables of
// package letter on A4.
//
// It owns no table. No font is shipped or embedded: the text names the
// standard collection of simplified Chinese (Adobe-GB1 with UniGB-UTF16-H),
// for which every reader in a Chinese office has a face of its own; see the
// decision of 2026-11-22. It promises that the same document gives the same
// bytes, that every character of it can be searched and copied, and that a
// long cell goes on over the page. It never writes what can run, points
// outside, or tells when and by whom it was made.
package pdf

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"weibao/internal/civil"
	"weibao/internal/letter"
	"weibao/internal/script"
)

// Measures in points.
const (
	pageWidth  = 595.28 // A4
	pageHeight = 841.89
	margin     = 71.0
	textWidth  = pageWidth - 2*margin
	bodySize   = 12.0
	titleSize  = 20.0
	leading    = 1.6
	padding    = 5.0
	footSize   = 9.0
)

// Write writes a document.
func Write(out io.Writer, d letter.Document) error {
	p := &pages{}
	p.turn()
	for line := range strings.SplitSeq(d.Title, "\n") {
		p.center(titleSize, line)
	}
	p.down(bodySize)
	for _, b := range d.Body {
		switch b := b.(type) {
		case letter.Paragraph:
			p.paragraph(b)
		case letter.Table:
			p.table(b)
		case letter.PageBreak:
			p.turn()
		}
	}
	if d.Signer != "" {
		p.down(bodySize)
		p.right(d.Signer)
		p.right(civil.FormatDateLong(d.Date))
	}
	return p.write(out)
}

// pages are drawn from above to below.
type pages struct {
	list []*bytes.Buffer
	y    float64
}

func (p *pages) page() *bytes.Buffer { return p.list[len(p.list)-1] }

func (p *pages) turn() {
	p.list, p.y = append(p.list, &bytes.Buffer{}), pageHeight-margin
}

func (p *pages) down(h float64) { p.y -= h }

// room turns the page unless a height is left.
func (p *pages) room(h float64) {
	if p.y-h < margin {
		p.turn()
	}
}

// em is the width of a text in its own size: signs of ASCII take half.
func em(s string) (w float64) {
	for _, r := range s {
		if w += 1; r < 0x7f {
			w -= 0.5
		}
	}
	return w
}

// code writes a text as the encoding of the font wants it.
func code(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String()
}

func (p *pages) text(x, y, size float64, s string) {
	fmt.Fprintf(p.page(), "BT /F1 %.2f Tf %.2f %.2f Td <%s> Tj ET\n", size, x, y, code(s))
}

func (p *pages) center(size float64, s string) {
	p.room(size * leading)
	p.down(size * leading)
	p.text(margin+(textWidth-em(s)*size)/2, p.y, size, s)
}

func (p *pages) right(s string) {
	p.room(bodySize * leading)
	p.down(bodySize * leading)
	p.text(pageWidth-margin-em(s)*bodySize, p.y, bodySize, s)
}

// hanging are signs that do not begin a line.
const hanging = "，。、；：！？）】》”’,.;:!?)"

// wrap breaks a text into lines of a width in characters; first is how many
// the first line of each of its own lines is indented.
func wrap(s string, width float64, first float64) (lines []string) {
	for part := range strings.SplitSeq(strings.ReplaceAll(s, "\r", ""), "\n") {
		var line strings.Builder
		used := first
		for _, r := range clean(part) {
			w := em(string(r))
			if used+w > width && !strings.ContainsRune(hanging, r) {
				lines = append(lines, line.String())
				line.Reset()
				used = 0
			}
			line.WriteRune(r)
			used += w
		}
		lines = append(lines, line.String())
	}
	return lines
}

// clean drops what is no sign, and marks of direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		if r < ' ' || r == 0x7f || r == 0xFFFD || script.Turns(r) {
			return -1
		}
		return r
	}, s)
}

func (p *pages) paragraph(b letter.Paragraph) {
	indent := 2.0
	if b.Level > 0 {
		indent = 0
	}
	for i, line := range wrap(b.Lead+b.Text, textWidth/bodySize, indent) {
		p.room(bodySize * leading)
		p.down(bodySize * leading)
		x := margin
		if i == 0 {
			x += indent * bodySize
		}
		p.text(x, p.y, bodySize, line)
	}
	p.down(bodySize * 0.4)
}

func (p *pages) table(t letter.Table) {
	size := t.Size
	if size <= 0 {
		size = bodySize - 1
	}
	shares, widths := 0.0, make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = max(c.Share, 1)
		if c.Share > 0 {
			widths[i] = c.Share
		}
		shares += widths[i]
	}
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		widths[i], titles[i] = widths[i]/shares*textWidth, c.Title
	}
	p.down(bodySize * 0.6)
	for _, cells := range append([][]string{titles}, t.Rows...) {
		p.row(widths, cells, size)
	}
	p.down(bodySize * 0.6)
}

// row draws the cells of a row; one that does not fit goes on over the page.
func (p *pages) row(widths []float64, cells []string, size float64) {
	lines, most := make([][]string, len(widths)), 1
	for i, w := range widths {
		if i < len(cells) {
			lines[i] = wrap(cells[i], (w-2*padding)/size-1, 0) // one less, for a sign that hangs over
		}
		most = max(most, len(lines[i]))
	}
	height := size * leading
	for from := 0; from < most; {
		p.room(2*padding + height)
		n := min(most-from, int((p.y-margin-2*padding)/height))
		tall, x := float64(n)*height+2*padding, margin
		for i, w := range widths {
			fmt.Fprintf(p.page(), "0.5 w %.2f %.2f %.2f %.2f re S\n", x, p.y-tall, w, tall)
			for j := from; j < min(from+n, len(lines[i])); j++ {
				p.text(x+padding, p.y-padding-float64(j-from+1)*height+size*0.4, size, lines[i][j])
			}
			x += w
		}
		p.down(tall)
		from += n
	}
}

// write puts the objects of the file one after the other, with the table that tells where each begins.
func (p *pages) write(out io.Writer) error {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var at []int
	object := func(format string, args ...any) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n"+format+"\nendobj\n", append([]any{len(at)}, args...)...)
	}
	const before = 5 // catalogue, pages, and three for the font
	var kids []string
	for i := range p.list {
		kids = append(kids, fmt.Sprintf("%d 0 R", before+1+2*i))
	}
	object("<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>")
	object("<< /Type /Pages /Count %d /Kids [%s] >>", len(p.list), strings.Join(kids, " "))
	object("<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UTF16-H /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>")
	// Of the collection the signs 1 to 95 are those of ASCII, half as wide as the others.
	object("<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R /DW 1000 /W [1 95 500] >>")
	object("<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>")
	for i, page := range p.list {
		foot := fmt.Sprintf("第%d页，共%d页", i+1, len(p.list))
		fmt.Fprintf(page, "BT /F1 %.2f Tf %.2f %.2f Td <%s> Tj ET\n", footSize, (pageWidth-em(foot)*footSize)/2, margin/2, code(foot))
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", pageWidth, pageHeight, before+2+2*i)
		object("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String())
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	_, err := out.Write(b.Bytes())
	return err
}

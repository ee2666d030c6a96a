// Package letter makes Word documents in the layout of official documents 公文格式 (GB/T 9704-2012), and fills
// templates which an office has made in Word or WPS.
//
// It owns no table. It promises A4 with 天头 37 mm, 订口 28 mm and 版心 156 × 225 mm, 22 lines of 28 characters, the
// typefaces by name (they are licensed to the office's own machines and never shipped), page numbers "— 1 —" outside
// right and left, the same bytes for the same input, and a file that opens clean in Word, WPS and LibreOffice.
//
// It knows nothing of plans or cases: callers hand over title, text, tables and date. It never signs, seals or
// numbers a document, and never runs what a template contains.
package letter

import (
	"unicode/utf8"

	"weibao/internal/civil"
)

// Document is an official document from its head to its copies; empty parts are left out.
type Document struct {
	Issuer string // 发文机关标志, red over the red line: 云岭县未成年人保护工作委员会办公室
	Number string // 发文字号: 云未保办〔2026〕1号
	Title  string // "\n" breaks the line where the meaning does
	To     string // 主送机关, with its colon

	Body        []Block
	Attachments []Attachment

	Signer string     // 发文机关署名
	Date   civil.Date // 成文日期, four characters from the right
	Note   string     // 附注, without brackets: 联系人…
	CopyTo string     // 抄送, without the word
	Print  string     // 印发机关; its date is Date
}

// Attachment starts on a page of its own.
type Attachment struct {
	Title string
	Body  []Block
	Wide  bool // A4 landscape, for ledgers
}

// Block is a Paragraph, a Table or a PageBreak.
type Block interface{ write(w *writer) }

// Paragraph is a paragraph of the text, indented by two characters.
type Paragraph struct {
	Level int    // 0 text; 1 to 4 a heading: 一、 (一) 1. (1)
	Lead  string // what stands in the type of the level before Text, for a heading that runs into its text
	Text  string // "\n" starts a new line
}

// PageBreak starts a new page.
type PageBreak struct{}

// Table is a table over the width of the text whose head repeats on each page.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string // "\n" starts a new line in a cell
	Size    float64    // type in points; 0 is 12 (小四)
}

// Column is a column of a table.
type Column struct {
	Title  string
	Share  float64 // of the width in relation to the others; 0 is 1
	Center bool
}

// Text is a paragraph of plain text.
func Text(s string) Block { return Paragraph{Text: s} }

// Heading is a heading of level 1 to 4 on a line of its own.
func Heading(level int, s string) Block { return Paragraph{Level: level, Text: s} }

// LeadIn is a heading that runs into its text: (一)压实责任。各乡镇…
func LeadIn(level int, lead, text string) Block {
	return Paragraph{Level: level, Lead: lead, Text: text}
}

// em measures a text in full-width characters; digits and Latin letters take half.
func em(s string) float64 {
	n := 0.0
	for _, r := range s {
		if utf8.RuneLen(r) == 1 {
			n += 0.5
		} else {
			n++
		}
	}
	return n
}

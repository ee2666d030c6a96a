package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Limits of a .docx: a plan of a hundred pages stays far below them.
const (
	maxParts    = 4000     // files in the archive
	maxXML      = 48 << 20 // one part, unpacked
	maxUnpacked = 600 << 20
	maxRatio    = 400 // unpacked to packed, for parts above a megabyte
	maxDepth    = 200 // nesting of elements
	maxText     = 8 << 20
)

// docxText reads the text of a .docx file.
func docxText(raw []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return "", Fail(Damaged, "")
	}
	parts, err := safeParts(z)
	if err != nil {
		return "", err
	}
	main := parts["word/document.xml"]
	if main == nil {
		return "", Fail(Format, "压缩包或其他 Office 文件")
	}
	n, err := readNumbering(parts["word/numbering.xml"], parts["word/styles.xml"])
	if err != nil {
		return "", err
	}
	body, err := unpack(main)
	if err != nil {
		return "", err
	}
	w := &docxWalker{dec: xml.NewDecoder(bytes.NewReader(body)), num: n}
	if err := w.walk(); err != nil {
		return "", err
	}
	text := w.out.String()
	if strings.TrimSpace(text) == "" {
		return "", Fail(Empty, "")
	}
	return text, nil
}

// safeParts lists the parts of the archive by name after refusing macros and bombs.
func safeParts(z *zip.Reader) (map[string]*zip.File, error) {
	if len(z.File) > maxParts {
		return nil, Fail(Bomb, "")
	}
	parts := map[string]*zip.File{}
	total := uint64(0)
	for _, f := range z.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if strings.HasSuffix(name, "vbaproject.bin") || strings.HasSuffix(name, "vbadata.xml") {
			return nil, Fail(Macro, "")
		}
		if f.Flags&1 != 0 {
			return nil, Fail(Encrypted, "")
		}
		total += f.UncompressedSize64
		if total > maxUnpacked || f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > maxRatio {
			return nil, Fail(Bomb, "")
		}
		parts[name] = f
	}
	if ct := parts["[content_types].xml"]; ct != nil {
		b, err := unpack(ct)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(bytes.ToLower(b), []byte("macroenabled")) {
			return nil, Fail(Macro, "")
		}
	}
	return parts, nil
}

// unpack reads one part; what its header says of its size is not trusted.
func unpack(f *zip.File) ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, Fail(Damaged, "")
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, maxXML+1))
	switch {
	case len(b) > maxXML:
		return nil, Fail(Bomb, "")
	case err != nil:
		return nil, Fail(Damaged, "")
	}
	return b, nil
}

// docxWalker turns the body of a document into lines: a paragraph is a line, a table row is a line of cells between bars.
type docxWalker struct {
	dec    *xml.Decoder
	num    *numbering
	out    strings.Builder
	paras  []*docxPara // open paragraphs; text boxes nest
	table  []*docxTable
	depth  int
	inText bool
	skip   int // depth at which skipped content began
}

type docxPara struct {
	text  strings.Builder
	style string
	numID string
	level int
	has   bool // numbering stated at the paragraph itself
}

// skipped elements hold text that is no part of the document as it now reads.
var skipped = map[string]bool{"del": true, "moveFrom": true, "delText": true, "instrText": true, "delInstrText": true, "Fallback": true,
	"footnoteReference": true, "endnoteReference": true, "commentReference": true, "rPrChange": true, "pPrChange": true, "sdtPr": true, "rt": true}

func (w *docxWalker) walk() error {
	for {
		tok, err := w.dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Fail(Damaged, "")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if w.depth++; w.depth > maxDepth || w.out.Len() > maxText {
				return Fail(Bomb, "")
			}
			if w.skip == 0 && skipped[t.Name.Local] {
				w.skip = w.depth
			}
			if w.skip == 0 {
				w.start(t)
			}
		case xml.EndElement:
			if w.skip == 0 {
				w.end(t.Name.Local)
			} else if w.skip == w.depth {
				w.skip = 0
			}
			w.depth--
		case xml.CharData:
			if w.skip == 0 && len(w.paras) > 0 && w.inText {
				w.para().text.Write(t)
			}
		}
	}
}

func (w *docxWalker) para() *docxPara { return w.paras[len(w.paras)-1] }

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (w *docxWalker) start(t xml.StartElement) {
	switch t.Name.Local {
	case "p":
		w.paras = append(w.paras, &docxPara{})
	case "tbl":
		w.table = append(w.table, &docxTable{})
	}
	if len(w.paras) > 0 {
		w.inPara(t)
	}
	if len(w.table) > 0 {
		w.table[len(w.table)-1].start(t)
	}
}

// inPara reads what a paragraph says of itself and its text.
func (w *docxWalker) inPara(t xml.StartElement) {
	p := w.para()
	switch t.Name.Local {
	case "t":
		w.inText = true
	case "tab":
		p.text.WriteByte(' ')
	case "br", "cr":
		p.text.WriteByte('\n')
	case "noBreakHyphen":
		p.text.WriteByte('-')
	case "pStyle":
		p.style = attr(t, "val")
	case "ilvl":
		p.level = small(attr(t, "val"))
	case "numId":
		p.numID, p.has = attr(t, "val"), true
	}
}

func (w *docxWalker) end(name string) {
	switch name {
	case "t":
		w.inText = false
	case "p":
		if len(w.paras) == 0 {
			return
		}
		p := w.para()
		w.paras = w.paras[:len(w.paras)-1]
		w.line(w.num.label(p) + p.text.String())
	case "tc", "tr", "tbl":
		w.endTable(name)
	}
}

// line writes a line into the cell that is open, or into the text.
func (w *docxWalker) line(text string) {
	if len(w.table) > 0 {
		w.table[len(w.table)-1].write(text)
		return
	}
	w.out.WriteString(text)
	w.out.WriteByte('\n')
}

func (w *docxWalker) endTable(name string) {
	if len(w.table) == 0 {
		return
	}
	t := w.table[len(w.table)-1]
	switch name {
	case "tc":
		t.endCell()
	case "tr":
		t.endRow()
	case "tbl":
		w.table = w.table[:len(w.table)-1]
		for _, row := range t.lines {
			w.line(row)
		}
	}
}

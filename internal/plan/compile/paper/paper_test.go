package paper_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"weibao/internal/plan/compile/paper"
)

// part is a file in a .docx.
type part struct{ name, body string }

const (
	head = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	foot = `</w:body></w:document>`
)

func p(words string) string { return "<w:p><w:r><w:t>" + words + "</w:t></w:r></w:p>" }

func docx(t testing.TB, parts ...part) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, x := range parts {
		w, err := z.Create(x.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, x.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func document(t testing.TB, body string, more ...part) []byte {
	t.Helper()
	return docx(t, append([]part{{"word/document.xml", head + body + foot}}, more...)...)
}

func text(t *testing.T, raw []byte) string {
	t.Helper()
	got, err := paper.Text("plan.docx", raw)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestParagraphsBecomeLinesAndChangesAreAsAccepted(t *testing.T) {
	got := text(t, document(t, p("一、总体要求")+
		`<w:p><w:r><w:t>保留</w:t></w:r><w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:ins><w:r><w:t>新增</w:t></w:r></w:ins><w:r><w:footnoteReference w:id="1"/></w:r><w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom></w:p>`+
		`<w:p><w:r><w:instrText>PAGE</w:instrText><w:t xml:space="preserve">甲 </w:t><w:tab/><w:t>乙</w:t></w:r></w:p>`))
	if want := "一、总体要求\n保留新增\n甲  乙\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

const numberingXML = `<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="●"/></w:lvl></w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num></w:numbering>`

const stylesXML = `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:style w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style><w:style w:styleId="H1a"><w:basedOn w:val="H1"/></w:style></w:styles>`

func TestAutomaticNumbersAreWrittenOut(t *testing.T) {
	item := func(list, level int, words string) string {
		return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>`, level, list, words)
	}
	styled := `<w:p><w:pPr><w:pStyle w:val="H1a"/></w:pPr><w:r><w:t>戊</w:t></w:r></w:p>`
	got := text(t, document(t, item(3, 0, "甲")+item(3, 1, "子")+item(3, 1, "丑")+item(3, 2, "寅")+item(3, 3, "点")+item(3, 0, "乙")+item(3, 1, "卯")+item(0, 0, "无号")+styled+item(4, 0, "己"),
		part{"word/numbering.xml", numberingXML}, part{"word/styles.xml", stylesXML}))
	if want := "一、甲\n（一）子\n（二）丑\n1.寅\n点\n二、乙\n（一）卯\n无号\n三、戊\n五、己\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTablesBecomeRowsOfCells(t *testing.T) {
	cell := func(props, words string) string {
		return "<w:tc><w:tcPr>" + props + "</w:tcPr>" + p(words) + "</w:tc>"
	}
	row := func(cells ...string) string { return "<w:tr>" + strings.Join(cells, "") + "</w:tr>" }
	got := text(t, document(t, "<w:tbl>"+
		row(cell("", "序号"), cell("", "任务"), cell("", "责任单位"))+
		row(cell("", "1"), cell(`<w:vMerge w:val="restart"/>`, "建档"), "<w:tc>"+p("县民政局")+p("县教育局")+"</w:tc>")+
		row(cell("", "2"), cell("<w:vMerge/>", ""), cell("", "县公安局"))+
		row(cell(`<w:gridSpan w:val="3"/>`, "二、保障"))+"</w:tbl>"))
	if want := "序号 | 任务 | 责任单位\n1 | 建档 | 县民政局 县教育局\n2 | 建档 | 县公安局\n二、保障 |  |\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// ole is a compound file with one stream name in its directory.
func ole(stream string) []byte {
	b := []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 504))
	for _, r := range stream {
		b = binary.LittleEndian.AppendUint16(b, uint16(r))
	}
	return append(b, make([]byte, 512)...)
}

// bomb is a small archive that unpacks to 100 MB while its header says 1 KB.
func bomb(t testing.TB) []byte {
	t.Helper()
	var packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	zeros := bytes.Repeat([]byte("<a/>"), 1<<18)
	for range 100 {
		if _, err := f.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 1024})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBadFilesAreNamedForWhatTheyAre(t *testing.T) {
	plan := document(t, p("一、加强领导"))
	huge := part{"word/media/x.bin", strings.Repeat("A", 20<<20)}
	cases := []struct {
		name string
		file string
		raw  []byte
		want paper.Kind
	}{
		{"nothing", "a.txt", nil, paper.Empty},
		{"white space", "a.txt", []byte(" \r\n\t　\n"), paper.Empty},
		{"BOM alone", "a.txt", []byte("\xef\xbb\xbf"), paper.Empty},
		{"empty document", "a.docx", document(t, p("")), paper.Empty},
		{"more than 50 MB", "a.txt", bytes.Repeat([]byte("未成年人"), paper.MaxBytes/12+1), paper.TooLarge},
		{"NUL bytes", "a.txt", []byte("abc\x00\x01\x02def"), paper.Binary},
		{"picture", "a.docx", []byte("\x89PNG\r\n\x1a\n0000"), paper.Binary},
		{"PDF", "a.pdf", []byte("%PDF-1.7 ..."), paper.Format},
		{"RTF", "a.doc", []byte(`{\rtf1 ...}`), paper.Format},
		{"Latin-1", "a.txt", []byte("caf\xe9 cr\xe8me br\xfbl\xe9e \xe0 la carte, d\xe9j\xe0 vu, na\xefve"), paper.Encoding},
		{"cut UTF-16", "a.txt", []byte("\xff\xfe\x00\xd8\x41\x00"), paper.Encoding},
		{"password", "a.docx", ole("EncryptedPackage"), paper.Encrypted},
		{"old Word", "a.doc", ole("WordDocument"), paper.LegacyDoc},
		{"old Excel", "a.xls", ole("Workbook"), paper.Format},
		{"macro by name", "a.docm", plan, paper.Macro},
		{"macro inside", "a.docx", document(t, p("一"), part{"word/vbaProject.bin", "x"}), paper.Macro},
		{"macro type", "a.docx", document(t, p("一"), part{"[Content_Types].xml", `<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>`}), paper.Macro},
		{"bomb that states its size", "a.docx", document(t, p("一"), huge), paper.Bomb},
		{"bomb that hides its size", "a.docx", bomb(t), paper.Damaged},
		{"deep nesting", "a.docx", document(t, strings.Repeat("<w:sdt>", 500)), paper.Bomb},
		{"broken XML", "a.docx", document(t, "<w:p><w:r>"), paper.Damaged},
		{"cut archive", "a.docx", plan[:len(plan)/2], paper.Damaged},
		{"other archive", "a.docx", docx(t, part{"readme.txt", "x"}), paper.Format},
	}
	for _, c := range cases {
		_, err := paper.Text(c.file, c.raw)
		var e *paper.Error
		if !errors.As(err, &e) || e.Kind != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			continue
		}
		if msg := e.Error(); !strings.Contains(msg, "请") || strings.Contains(msg, "\n") || !errors.Is(err, paper.Fail(c.want, "")) {
			t.Errorf("%s: %q does not say on one line what to do", c.name, msg)
		}
	}
}

func FuzzDocx(f *testing.F) {
	f.Add(document(f, p("一、加强领导")))
	f.Add(document(f, "<w:tbl><w:tr><w:tc>"+p("序号")+"</w:tc></w:tr></w:tbl>", part{"word/numbering.xml", numberingXML}, part{"word/styles.xml", stylesXML}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, err := paper.Text("x.docx", raw)
		var e *paper.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T", err)
		}
		if err == nil && !utf8.ValidString(text) {
			t.Fatal("text is not UTF-8")
		}
	})
}

// FuzzDocument puts what it is given into a well-formed archive, so that the reading of the parts is tried, too.
func FuzzDocument(f *testing.F) {
	f.Add(p("一、加强领导"), numberingXML, stylesXML)
	f.Add("<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr></w:tc></w:tr>", "", "")
	f.Fuzz(func(t *testing.T, body, numbers, styles string) {
		_, err := paper.Text("x.docx", document(t, body, part{"word/numbering.xml", numbers}, part{"word/styles.xml", styles}))
		var e *paper.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T", err)
		}
	})
}

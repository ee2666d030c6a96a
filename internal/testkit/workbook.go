package testkit

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Workbook writes rows as Excel and WPS save them, texts in the shared table, and gives the path. A text that
// starts with '#' is stored as a number. It keeps the texts in a file of their own meanwhile, so that a large
// workbook costs its maker no memory that a measurement would see.
func Workbook(t testing.TB, rows int, row func(i int) []string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "workbook.xlsx")
	if err := writeWorkbook(path, filepath.Join(dir, "texts.xml"), rows, row); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeWorkbook(path, textsPath string, rows int, row func(int) []string) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	texts, err := os.Create(textsPath)
	if err != nil {
		return err
	}
	defer texts.Close()
	z := zip.NewWriter(out)
	for name, text := range map[string]string{
		"[Content_Types].xml":        `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`,
		"_rels/.rels":                `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	part, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	if err := writeRows(part, texts, rows, row); err != nil {
		return err
	}
	if part, err = z.Create("xl/sharedStrings.xml"); err != nil {
		return err
	}
	if _, err := texts.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(part, texts); err != nil {
		return err
	}
	return z.Close()
}

func writeRows(part, texts io.Writer, rows int, row func(int) []string) error {
	sheet, shared := bufio.NewWriterSize(part, 1<<16), bufio.NewWriterSize(texts, 1<<16)
	sheet.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetFormatPr defaultRowHeight="14.4"/><sheetData>`)
	shared.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
	known, number := map[string]int{}, 0
	for i := range rows {
		at := strconv.Itoa(i + 1)
		sheet.WriteString(`<row r="` + at + `" spans="1:20">`)
		for c, text := range row(i) {
			if text == "" {
				continue
			}
			ref := string(rune('A'+c)) + at
			if digits, ok := strings.CutPrefix(text, "#"); ok {
				sheet.WriteString(`<c r="` + ref + `" s="1"><v>` + digits + `</v></c>`)
				continue
			}
			n, ok := known[text]
			if !ok {
				n = number
				number++
				if len(known) < 20_000 { // repeated texts come early
					known[text] = n
				}
				shared.WriteString("<si><t>")
				if err := xml.EscapeText(shared, []byte(text)); err != nil {
					return err
				}
				shared.WriteString("</t></si>")
			}
			sheet.WriteString(`<c r="` + ref + `" s="2" t="s"><v>` + strconv.Itoa(n) + `</v></c>`)
		}
		sheet.WriteString("</row>")
	}
	sheet.WriteString(`</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`)
	shared.WriteString("</sst>")
	if err := sheet.Flush(); err != nil {
		return err
	}
	return shared.Flush()
}

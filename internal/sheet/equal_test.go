package sheet_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"weibao/internal/sheet"
)

// parts makes a workbook of one tab out of its two large parts, stored as they are.
func parts(t fataler, worksheet, shared string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet name="a" id="r"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<r><Relationship Id="r" Target="worksheets/s.xml"/></r>`,
		"xl/worksheets/s.xml":        worksheet, "xl/sharedStrings.xml": shared,
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// textsByLibrary gives the text of each inline cell of a worksheet as encoding/xml reads it.
func textsByLibrary(worksheet string) (map[string]string, error) {
	tokens := xml.NewDecoder(strings.NewReader(worksheet))
	out := map[string]string{}
	at, inText, phonetic, row, column := "", false, false, 0, 0
	for {
		token, err := tokens.RawToken()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		switch e := token.(type) {
		case xml.Directive:
			return nil, errors.New("directive")
		case xml.StartElement:
			switch e.Name.Local {
			case "row":
				row, column = row+1, -1
				for _, a := range e.Attr {
					if a.Name.Local == "r" && a.Value != "" {
						row, _ = strconv.Atoi(a.Value)
						break
					}
				}
			case "c":
				column, inText, phonetic = column+1, false, false
				for _, a := range e.Attr {
					if a.Name.Local == "r" && a.Value != "" {
						column, _, _ = excelize.CellNameToCoordinates(strings.ToUpper(strings.TrimRight(a.Value, "0123456789")) + "1")
						column--
						break
					}
				}
				at = fmt.Sprint(row, ",", column)
				delete(out, at)
			case "t", "v":
				inText = true
			case "rPh":
				phonetic = true
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t", "v":
				inText = false
			case "rPh":
				phonetic = false
			}
		case xml.CharData:
			if inText && !phonetic {
				out[at] += string(e)
			}
		}
	}
}

// FuzzSameAsLibrary: what the scanner takes, encoding/xml takes too, with the same texts. Cells are made text cells
// outside of the fuzzed piece, so that only the XML is compared.
func FuzzSameAsLibrary(f *testing.F) {
	for _, piece := range []string{
		"甲乙", "a&amp;b&lt;&#x4e2d;&#20013;", "<![CDATA[a<b]]>", "<!-- a - b -->x", "a\r\nb\rc", "</t><t xml:space='preserve'> b ", "<r><t>a</t></r>", "<?pi a?>b",
		"<rPh sb=\"0\"><t>x</t></rPh>y", "<x a = '>' b=\"'\"/>z", "]]>", "&#xD800;", "\x01", "\xff", "<a:b:c/>", "<!---->", "<!DOCTYPE a>", "<x a='<'/>", "&nbsp;", "\uFFFE",
	} {
		f.Add(piece)
	}
	f.Fuzz(func(t *testing.T, piece string) {
		worksheet := `<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>` + piece + `</t></is></c></row></sheetData></worksheet>`
		if strings.Contains(piece, "_x") || strings.Contains(piece, "<c") || strings.Contains(piece, "row") || strings.Contains(piece, ":c") {
			return
		}
		rows, err := read(parts(t, worksheet, "<sst/>"), sheet.Limits{})
		if err != nil {
			return
		}
		want, err := textsByLibrary(worksheet)
		if err != nil {
			t.Fatalf("taken, though %v", err)
		}
		if len(rows) == 0 {
			if strings.TrimSpace(want["1,0"]) != "" {
				t.Fatalf("lost %q", want["1,0"])
			}
			return
		}
		if got := rows[0].Cell(0).Text; got != want["1,0"] {
			t.Fatalf("%q, the library reads %q", got, want["1,0"])
		}
	})
}

// Whatever excelize writes, in the ways in which it can write it, is read as excelize reads it.
func TestWorkbooksAreReadAsExcelizeReadsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := excelize.NewFile()
		defer f.Close()
		date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 40).Draw(t, "cells") {
			at, err := excelize.CoordinatesToCellName(rapid.IntRange(1, 30).Draw(t, "column"), rapid.IntRange(1, 30).Draw(t, "row"))
			if err != nil {
				t.Fatal(err)
			}
			switch rapid.IntRange(0, 6).Draw(t, "kind") {
			case 0:
				err = f.SetCellValue("Sheet1", at, rapid.Float64Range(-1e9, 1e9).Draw(t, "number"))
			case 1:
				err = f.SetCellValue("Sheet1", at, rapid.IntRange(-1000, 1_000_000).Draw(t, "whole"))
			case 2:
				err = errors.Join(f.SetCellValue("Sheet1", at, rapid.IntRange(61, 60_000).Draw(t, "day")), f.SetCellStyle("Sheet1", at, at, date))
			case 3:
				err = f.SetCellBool("Sheet1", at, rapid.Bool().Draw(t, "bool"))
			case 4:
				err = f.SetCellRichText("Sheet1", at, []excelize.RichTextRun{{Text: "张"}, {Text: rapid.StringMatching(`[a-z<&一-龥 ]{0,9}`).Draw(t, "run")}})
			default:
				err = f.SetCellStr("Sheet1", at, rapid.StringMatching(`[ -~一-龥·𠮷\n]{0,20}`).Draw(t, "text"))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if rapid.Bool().Draw(t, "merged") {
			if err := f.MergeCell("Sheet1", "A1", "C2"); err != nil {
				t.Fatal(err)
			}
		}
		file, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(file.Bytes(), sheet.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if have, want := byPlace(got), byExcelize(t, file.Bytes()); !maps.Equal(have, want) {
			t.Fatalf("read %q, excelize reads %q", have, want)
		}
	})
}

func byPlace(rows []sheet.Row) map[string]string {
	out := map[string]string{}
	for _, r := range rows {
		for i, c := range r.Cells {
			if c.Text != "" {
				out[fmt.Sprint(r.Number, ",", i)] = c.Text
			}
		}
	}
	return out
}

func byExcelize(t fataler, file []byte) map[string]string {
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for r, row := range rows {
		for c, s := range row {
			if strings.TrimSpace(s) == "" {
				continue
			}
			at, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				t.Fatal(err)
			}
			switch kind, _ := f.GetCellType("Sheet1", at); kind {
			case excelize.CellTypeNumber, excelize.CellTypeUnset:
				n, err := strconv.ParseFloat(s, 64)
				if err != nil {
					t.Fatal(err)
				}
				s = strconv.FormatFloat(n, 'f', -1, 64)
			case excelize.CellTypeBool:
				s = map[string]string{"1": "TRUE", "0": "FALSE"}[s]
			}
			out[fmt.Sprint(r+1, ",", c)] = s
		}
	}
	return out
}

// Thousands of workbooks damaged inside and outside their parts: an error or rows, quickly and in bounded memory.
func TestDamagedWorkbooksAreErrorsWithinTimeAndMemory(t *testing.T) {
	good := book(t, ledger, []any{1, "排查"}, []any{2, "建档"}, []any{3, "走访"})
	tab, shared := unzip(t, good, "xl/worksheets/sheet1.xml"), []byte("<sst><si><t>甲</t></si><si><r><t>乙</t></r></si></sst>")
	n := 10_000
	if testing.Short() {
		n = 1_000
	}
	random := rand.New(rand.NewPCG(20261122, 1))
	refused, slowest := 0, time.Duration(0)
	for i := range n {
		var file []byte
		if i%4 == 0 {
			file = damage(random, good)
		} else {
			file = parts(t, string(damage(random, tab)), string(damage(random, shared)))
		}
		begin := time.Now()
		_, err := read(file, sheet.Limits{Rows: 1000, Columns: 50, Bytes: 4 << 20})
		slowest = max(slowest, time.Since(begin))
		if err != nil {
			if refused++; err.Error() == "" {
				t.Fatal("an error without a word")
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d of %d refused, slowest %v, %d MB from the system", refused, n, slowest, m.Sys>>20)
	if slowest > 5*time.Second || m.Sys > 256<<20 {
		t.Errorf("slowest %v, %d MB", slowest, m.Sys>>20)
	}
	if refused < n/3 {
		t.Errorf("only %d of %d refused: the damage does not reach the reader", refused, n)
	}
}

// damage flips, cuts, doubles and moves pieces, and puts in what an attacker would.
func damage(random *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + random.IntN(3) {
		if len(b) < 10 {
			return b
		}
		i := random.IntN(len(b))
		j := min(len(b), i+random.IntN(60))
		switch random.IntN(7) {
		case 0:
			b[i] ^= byte(1 << random.IntN(8))
		case 1:
			b = append(b[:i:i], b[j:]...)
		case 2:
			b = append(b[:j:j], b[i:]...)
		case 3:
			b = b[:i]
		case 4:
			b[i] = byte(random.IntN(256))
		case 5:
			words := []string{"<", ">", "&", "]]>", "<!DOCTYPE a>", "&#x0;", "<row r=\"9999999\">", "<c r=\"ZZZZ1\"/>", "<c t=\"s\"><v>99999999999999999999</v></c>", "<v>1e999</v>", "\x00", "\xff", strings.Repeat("<x>", 500), strings.Repeat("9", 5000)}
			b = append(b[:i:i], append([]byte(words[random.IntN(len(words))]), b[i:]...)...)
		case 6:
			k := random.IntN(len(b))
			copy(b[k:], bytes.Clone(b[i:j]))
		}
	}
	return b
}

// The largest parts that the limits let in, of the densest kinds, are refused or read in time.
func TestTheDensestPartsAreReadInTime(t *testing.T) {
	const size = 48 << 20
	for name, piece := range map[string]string{"cells": "<c/>", "rows": "<row/>", "texts": "<si/>", "spaces": " ", "comments": "<!---->", "references": "&#9;"} {
		t.Run(name, func(t *testing.T) {
			head, tail := "<worksheet><sheetData><row>", "</row></sheetData></worksheet>"
			shared := "<sst/>"
			body := strings.Repeat(piece, size/len(piece))
			switch name {
			case "texts":
				shared, body = "<sst>"+body+"</sst>", "<c t=\"s\"><v>1</v></c>"
			case "rows":
				head, tail = "<worksheet><sheetData>", "</sheetData></worksheet>"
			}
			file := parts(t, head+body+tail, shared)
			body = ""
			begin := time.Now()
			_, err := read(file, sheet.Limits{Bytes: 64 << 20})
			t.Logf("%v, %v", time.Since(begin), err)
			if took := time.Since(begin); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

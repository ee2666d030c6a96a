package sheet_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/sheet"
)

var ledger = sheet.Table{
	Name: "任务清单", Title: "云岭县任务清单", Note: "截止2026年11月22日",
	Columns: []sheet.Column{{Title: "序号", Kind: sheet.Integer}, {Title: "任务", Width: 40}, {Title: "时限", Kind: sheet.Date}, {Title: "签收时间", Kind: sheet.Instant}, {Title: "进度", Kind: sheet.Percent}},
}

// book writes a workbook of one table and gives its bytes.
func book(t testing.TB, table sheet.Table, rows ...[]any) []byte {
	t.Helper()
	b, err := sheet.NewBook(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	w, err := b.Table(table)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Row(r...); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if _, err := b.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(b []byte, l sheet.Limits) (rows []sheet.Row, err error) {
	for r, e := range sheet.Read(bytes.NewReader(b), int64(len(b)), l) {
		if e != nil {
			return rows, e
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func texts(r sheet.Row) []string {
	var out []string
	for _, c := range r.Cells {
		out = append(out, c.Text)
	}
	return out
}

func TestWorkbookComesBackAsWritten(t *testing.T) {
	signed := time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC)
	rows, err := read(book(t, ledger,
		[]any{1, "排查\n建档", civil.MustParse("2026-12-31"), signed, 0.5},
		[]any{int64(2), "110105194912310021", nil, time.Time{}, nil},
	), sheet.Limits{})
	if err != nil || len(rows) != 5 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0].Cell(0).Text != "云岭县任务清单" || rows[2].Cell(1).Text != "任务" || rows[3].Number != 4 {
		t.Errorf("head: %v", rows[:3])
	}
	task := rows[3]
	if d, ok := task.Cell(2).Date(); !ok || d != civil.MustParse("2026-12-31") || task.Cell(1).Text != "排查\n建档" || task.Cell(0).Text != "1" || task.Cell(4).Text != "0.5" {
		t.Errorf("row: %q", texts(task))
	}
	if d, ok := task.Cell(3).Date(); !ok || d != civil.MustParse("2026-11-22") || !strings.HasPrefix(task.Cell(3).Text, "46348.5868") {
		t.Errorf("14:05 in Beijing came back as %s", task.Cell(3).Text)
	}
	if id := rows[4].Cell(1); id.Number || id.LostDigits() || id.Text != "110105194912310021" || len(rows[4].Cells) != 2 {
		t.Errorf("row: %q", texts(rows[4]))
	}
}

func TestWorkbookPrintsAsLandscapeLedger(t *testing.T) {
	f, err := excelize.OpenReader(bytes.NewReader(book(t, ledger, []any{1, "排查"})))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	layout, err := f.GetPageLayout("任务清单")
	if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("layout %+v, %v", layout, err)
	}
	panes, err := f.GetPanes("任务清单")
	if err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if names := f.GetDefinedName(); len(names) != 1 || names[0].RefersTo != "'任务清单'!$1:$3" {
		t.Errorf("names %+v", names)
	}
	if foot, err := f.GetHeaderFooter("任务清单"); err != nil || foot.OddFooter != "&C第 &P 页 共 &N 页" {
		t.Errorf("footer %+v, %v", foot, err)
	}
	if merged, err := f.GetMergeCells("任务清单"); err != nil || len(merged) != 2 {
		t.Errorf("merged %v, %v", merged, err)
	}
}

func TestTemplateHasMarksHintsAndLists(t *testing.T) {
	b := book(t, sheet.Table{Name: "导入:模板/1", Columns: []sheet.Column{
		{Title: "姓名", Required: true, Hint: "与户口簿一致"}, {Title: "性别", Choices: []string{"男", "女"}}}})
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tab := f.GetSheetList()[0]
	if tab != "导入-模板-1" {
		t.Errorf("tab %q", tab)
	}
	comments, err := f.GetComments(tab)
	if err != nil || len(comments) != 1 || comments[0].Cell != "A1" {
		t.Errorf("comments %+v, %v", comments, err)
	}
	lists, err := f.GetDataValidations(tab)
	if err != nil || len(lists) != 1 || lists[0].Sqref != "B2:B1001" || lists[0].Formula1 != `"男,女"` {
		t.Errorf("lists %+v, %v", lists, err)
	}
	if v, _ := f.GetCellValue(tab, "A1"); v != "*姓名" {
		t.Errorf("A1 = %q", v)
	}
}

func TestSeveralTablesShareABook(t *testing.T) {
	b, err := sheet.NewBook(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for range 2 {
		w, err := b.Table(ledger)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Row(1, "排查"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Describe(sheet.Properties{Title: "任务清单", Unit: "云岭县民政局", Made: time.Unix(1795300000, 0)}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if _, err := b.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	wb, err := sheet.Open(bytes.NewReader(out.Bytes()), int64(out.Len()), sheet.Limits{})
	if err != nil || strings.Join(wb.Tabs(), " ") != "任务清单 任务清单(2)" {
		t.Fatalf("%v, %v", wb.Tabs(), err)
	}
	for _, tab := range wb.Tabs() {
		n := 0
		for _, err := range wb.Rows(tab) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 4 {
			t.Errorf("%s has %d rows", tab, n)
		}
	}
}

var hostile = rapid.Custom(func(t *rapid.T) string {
	head := rapid.SampledFrom([]string{"=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "'", "", " "}).Draw(t, "head")
	return head + rapid.StringOf(rapid.RuneFrom([]rune("=+-@\"',;\t\r\n<>&_x0041 cmd|A1()中文\u0001\uFFFE😀"))).Draw(t, "rest")
})

// held is what a cell can hold of a text.
func held(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFD {
			return -1
		}
		return r
	}, s)
}

// S-05: 10,000 strings as texts of a workbook; each must come back as the same text, and no cell may be a formula.
func TestTextsNeverBecomeFormulasInWorkbooks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(hostile, 100, 100).Draw(t, "texts")
		b, err := sheet.NewBook(os.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		w, err := b.Table(sheet.Table{Columns: []sheet.Column{{Title: "甲"}, {Title: "乙"}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range in {
			if err := w.Row("x", s); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if _, err := b.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		if part := unzip(t, out.Bytes(), "xl/worksheets/sheet1.xml"); bytes.Contains(part, []byte("<f")) {
			t.Fatal("a cell is a formula")
		}
		rows, err := read(out.Bytes(), sheet.Limits{})
		if err != nil || len(rows) != len(in)+1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for i, s := range in {
			if want := held(s); rows[i+1].Cell(1).Text != want && strings.TrimSpace(want) != "" {
				t.Fatalf("%q came back as %q", want, rows[i+1].Cell(1).Text)
			}
		}
	})
}

type fataler interface {
	Fatal(args ...any)
}

func unzip(t fataler, b []byte, part string) []byte {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(part)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTextsNeverBecomeFormulasInCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(hostile, 100, 100).Draw(t, "texts")
		encoding := rapid.SampledFrom([]sheet.Encoding{sheet.UTF8, sheet.GB18030}).Draw(t, "encoding")
		var out bytes.Buffer
		c, err := sheet.NewCSV(&out, sheet.Table{Columns: []sheet.Column{{Title: "甲"}, {Title: "乙"}}}, encoding)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range in {
			if err := c.Row("文", s); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		rows, err := read(out.Bytes(), sheet.Limits{})
		if err != nil || len(rows) != len(in)+1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for i, s := range in {
			got, want := rows[i+1].Cell(1).Text, strings.ReplaceAll(held(s), "\r", "") // a CSV file has one kind of line break
			if got != "" && strings.ContainsRune("=+-@\t\r\n\uFF1D", []rune(got)[0]) {
				t.Fatalf("%q opens as a formula", got)
			}
			if strings.TrimSpace(want) != "" && got != want && got != "'"+want {
				t.Fatalf("%q came back as %q", want, got)
			}
		}
	})
}

func TestCSVIsReadInBothEncodingsAndWithEverySeparator(t *testing.T) {
	want := []string{"村", "户数", "备注"}
	for name, text := range map[string]string{
		"utf-8":          "村,户数,备注\n甲村,12,\"有,逗号\"\n",
		"byte order":     "\uFEFF村,户数,备注\r\n甲村,12,\"有,逗号\"\r\n",
		"tab":            "村\t户数\t备注\n甲村\t12\t有,逗号\n",
		"semicolon":      "村;户数;备注\n甲村;12;有,逗号\n",
		"gb18030":        "\xb4\xe5,\xbb\xa7\xca\xfd,\xb1\xb8\xd7\xa2\n\xbc\xd7\xb4\xe5,12,\"\xd3\xd0,\xb6\xba\xba\xc5\"\n",
		"blank lines":    "\n,,\n村,户数,备注\n\n甲村,12,\"有,逗号\",,,\n",
		"no last return": "村,户数,备注\n甲村,12,\"有,逗号\"",
	} {
		rows, err := read([]byte(text), sheet.Limits{})
		if err != nil || len(rows) != 2 || strings.Join(texts(rows[0]), " ") != strings.Join(want, " ") || rows[1].Cell(2).Text != "有,逗号" || rows[1].Cell(9).Text != "" {
			t.Errorf("%s: %v, %v", name, rows, err)
		}
	}
}

// edit rewrites a part of a workbook, or adds it.
func edit(t testing.TB, b []byte, part string, change func([]byte) []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	parts, found := []string{}, false
	for _, f := range z.File {
		parts, found = append(parts, f.Name), found || f.Name == part
	}
	if !found {
		parts = append(parts, part)
	}
	for _, name := range parts {
		var text []byte
		if name != part || found {
			text = unzip(t, b, name)
		}
		if name == part {
			text = change(text)
		}
		e, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestEachBadFileHasItsOwnCure(t *testing.T) {
	good := book(t, ledger, []any{1, "排查"}, []any{2, "建档"})
	const part = "xl/worksheets/sheet1.xml"
	put := func(old, new string) func([]byte) []byte {
		return func(b []byte) []byte {
			if !bytes.Contains(b, []byte(old)) {
				t.Fatalf("%q is not in the part", old)
			}
			return bytes.Replace(b, []byte(old), []byte(new), 1)
		}
	}
	ole := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 512)...)
	encrypted := append(bytes.Clone(ole), []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")...)
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, sheet.ErrEmpty},
		{"blank csv", []byte("\n ,\n"), sheet.ErrEmpty},
		{"picture", []byte("\x89PNG\r\n\x1a\n\x00\x00"), sheet.ErrNotTable},
		{"old format", ole, sheet.ErrOldFormat},
		{"encrypted", encrypted, sheet.ErrEncrypted},
		{"cut off", good[:len(good)/2], sheet.ErrCorrupt},
		{"macro", edit(t, good, "xl/vbaProject.bin", func([]byte) []byte { return []byte("x") }), sheet.ErrMacro},
		{"binary workbook", edit(t, good, "xl/workbook.bin", func([]byte) []byte { return []byte("x") }), sheet.ErrOldFormat},
		{"no workbook", zipped(t, "word/document.xml", []byte("<w/>")), sheet.ErrNotTable},
		{"sheet ends early", edit(t, good, part, put("</sheetData>", "")), sheet.ErrCorrupt},
		{"sheet cut off", edit(t, good, part, func(b []byte) []byte { return b[:len(b)-200] }), sheet.ErrCorrupt},
		{"doctype", edit(t, good, part, put("<worksheet", `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet`)), sheet.ErrCorrupt},
		{"entity", edit(t, good, part, put("排查", "&a;")), sheet.ErrCorrupt},
		{"rows out of order", edit(t, good, part, put(`<row r="5"`, `<row r="2"`)), sheet.ErrCorrupt},
		{"row beyond the end", edit(t, good, part, put(`<row r="5"`, `<row r="9999999"`)), sheet.ErrCorrupt},
		{"column beyond the end", edit(t, good, part, put(`r="B5"`, `r="ZZZZ5"`)), sheet.ErrCorrupt},
		{"far column", edit(t, good, part, put(`r="B5"`, `r="XFD5"`)), sheet.ErrTooManyColumns},
		{"no sheet", edit(t, good, "xl/workbook.xml", put(`name="任务清单"`, `state="hidden" name="任务清单"`)), sheet.ErrNoSheet},
		{"bomb", edit(t, good, part, put("排查", strings.Repeat("a", 9<<20))), sheet.ErrCorrupt},
		{"csv too large", bytes.Repeat([]byte("a,b\n"), 9<<20), sheet.ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.file, sheet.Limits{})
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if _, err := read(bytes.Repeat([]byte("a,b\n"), 11), sheet.Limits{Rows: 10}); !errors.Is(err, sheet.ErrTooManyRows) {
		t.Errorf("rows: %v", err)
	}
	if _, err := read(good, sheet.Limits{Rows: 4}); !errors.Is(err, sheet.ErrTooManyRows) {
		t.Errorf("rows: %v", err)
	}
	if _, err := read(good, sheet.Limits{Columns: 3}); !errors.Is(err, sheet.ErrTooManyColumns) {
		t.Errorf("columns: %v", err)
	}
	if _, err := read(good, sheet.Limits{Bytes: 1000}); !errors.Is(err, sheet.ErrTooLarge) {
		t.Errorf("bytes: %v", err)
	}
	for text, want := range map[string]string{"甲,乙\n丙,\"丁\n": "第2行的引号", "甲\n\xff\xff\n": "第1行有无法识别的文字", "甲\n\n乙,\"" + strings.Repeat("丙\n", 2<<20): "第2行的引号"} {
		if _, err := read([]byte(text), sheet.Limits{}); err == nil || !strings.Contains(err.Error(), want) || !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func zipped(t testing.TB, name string, text []byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Files of other programs: shared texts with phonetic guides, cells without references, formulas, styled blanks.
func TestFilesOfOtherProgramsAreRead(t *testing.T) {
	good := book(t, sheet.Table{Columns: []sheet.Column{{Title: "甲"}}})
	b := edit(t, good, "xl/sharedStrings.xml", func([]byte) []byte {
		return []byte(`<sst><si><t>张</t><rPh sb="0" eb="1"><t>zhang</t></rPh><r><t>小明</t></r></si><si><t>a_x000D_b</t></si></sst>`)
	})
	b = edit(t, b, "xl/worksheets/sheet1.xml", func([]byte) []byte {
		return []byte(`<worksheet><cols><col min="1" max="16384"/></cols><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="b"><v>1</v></c><c><f>1+1</f><v>2</v></c><c t="str"><f>A1</f><v>文</v></c></row>` +
			`<row r="7"><c r="A7"><v>0.10000000000000001</v></c><c r="C7"><v>1.1010519491231E17</v></c><c r="XFD7" s="3"/></row><row r="1048576" s="1"><c r="A1048576" s="1"/></row></sheetData></worksheet>`)
	})
	rows, err := read(b, sheet.Limits{})
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if got := strings.Join(texts(rows[0]), "|"); got != "张小明|a\rb|TRUE|2|文" {
		t.Errorf("%q", got)
	}
	if r := rows[1]; r.Number != 7 || r.Cell(0).Text != "0.1" || !r.Cell(2).LostDigits() || len(r.Cells) != 3 {
		t.Errorf("%+v", r)
	}
}

// The village that stands once before its children, a head of two lines, a joined title.
func TestJoinedCellsAllHaveTheValueOfTheFirst(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for at, text := range map[string]string{"A1": "台账", "A2": "村", "B2": "监护人", "B3": "姓名", "C3": "电话", "A4": "甲村", "B4": "张", "B5": "李", "B7": "王", "C8": "1"} {
		if err := f.SetCellStr("Sheet1", at, text); err != nil {
			t.Fatal(err)
		}
	}
	for _, ends := range [][2]string{{"A1", "C1"}, {"A2", "A3"}, {"B2", "C2"}, {"A4", "A7"}} {
		if err := f.MergeCell("Sheet1", ends[0], ends[1]); err != nil {
			t.Fatal(err)
		}
	}
	file, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	b, err := sheet.Open(bytes.NewReader(file.Bytes()), int64(file.Len()), sheet.Limits{Columns: 10})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row, err := range b.Filled("Sheet1") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(row.Number, " ", strings.Join(texts(row), ",")))
	}
	want := "1 台账,台账,台账|2 村,监护人,监护人|3 村,姓名,电话|4 甲村,张|5 甲村,李|7 甲村,王|8 ,,1"
	if strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}

func TestDatesAreReadHoweverPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		cell sheet.Cell
		want string
	}{
		{sheet.Cell{Text: "2026-11-22"}, "2026-11-22"}, {sheet.Cell{Text: " 2026/1/2 "}, "2026-01-02"}, {sheet.Cell{Text: "2026.1.2"}, "2026-01-02"},
		{sheet.Cell{Text: "2026年1月2日"}, "2026-01-02"}, {sheet.Cell{Text: "20260102"}, "2026-01-02"}, {sheet.Cell{Text: "2026-11-22 14:05"}, "2026-11-22"},
		{sheet.Cell{Text: "46348", Number: true}, "2026-11-22"}, {sheet.Cell{Text: "20261122", Number: true}, "2026-11-22"}, {sheet.Cell{Text: "61", Number: true}, "1900-03-01"},
		{sheet.Cell{Text: "2026-02-30"}, ""}, {sheet.Cell{Text: "3", Number: true}, ""}, {sheet.Cell{Text: "明天"}, ""}, {sheet.Cell{}, ""}, {sheet.Cell{Text: "26-1-2"}, ""},
	} {
		if d, ok := c.cell.Date(); d.String() != c.want || ok != (c.want != "") {
			t.Errorf("%q = %s, %v", c.cell.Text, d, ok)
		}
	}
}

func TestNothingStaysInTheTemporaryDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	b, err := sheet.NewBook("")
	if err != nil {
		t.Fatal(err)
	}
	w, err := b.Table(ledger)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("文", 8000)
	for i := range 900 {
		if err := w.Row(i, long); err != nil {
			t.Fatal(err)
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "sheet-*", "*")); len(files) == 0 {
		t.Error("a large table was expected to go to the book's own directory")
	}
	var out bytes.Buffer
	if _, err := b.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if rows, err := read(out.Bytes(), sheet.Limits{}); err != nil || len(rows) != 903 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWrongCallsAreErrors(t *testing.T) {
	b, err := sheet.NewBook(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := b.Table(sheet.Table{}); err == nil {
		t.Error("a table without columns")
	}
	w, err := b.Table(ledger)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row(struct{}{}); err == nil {
		t.Error("a value of no kind")
	}
	if err := w.Row(1, 2, 3, 4, 5, 6); err == nil {
		t.Error("more values than columns")
	}
	if _, err := b.WriteTo(io.Discard); err != nil {
		t.Fatal(err)
	}
	if err := w.Row(1); err == nil {
		t.Error("a row after the end")
	}
}

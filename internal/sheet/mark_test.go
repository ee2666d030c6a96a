package sheet_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"weibao/internal/sheet"
)

func TestWrongRowsComeBackInTheOwnFile(t *testing.T) {
	template := sheet.Table{Name: "单位", Columns: []sheet.Column{{Title: "名称", Required: true, Hint: "全称"}, {Title: "电话"}}}
	file := book(t, template, []any{"县民政局", "13800000000"}, []any{"", "12"}, []any{"县公安局", "110"})
	dir := t.TempDir()
	faults := []sheet.Fault{{Row: 3, Column: 1, Text: "电话应为7至12位"}, {Row: 3, Column: 0, Text: "=请填写名称"}, {Row: 4, Column: -1, Text: "与第2行重复"}}
	mark := func(b []byte, faults []sheet.Fault) []byte {
		var out bytes.Buffer
		if err := sheet.Mark(&out, dir, bytes.NewReader(b), int64(len(b)), 1, faults); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	first := append([]sheet.Fault{{Row: 2, Column: 1, Text: "号码停用"}}, faults...)
	once := mark(file, faults)
	for name, b := range map[string][]byte{"once": once, "marked again after the first try": mark(mark(file, first), faults)} {
		rows, err := read(b, sheet.Limits{})
		if err != nil || len(rows) != 4 {
			t.Fatalf("%s: %d rows, %v", name, len(rows), err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, strings.Join(texts(r), "|"))
		}
		want := []string{"*名称|电话|错误原因", "县民政局|13800000000", "|12|=请填写名称\n电话应为7至12位", "县公安局|110|与第2行重复"}
		if strings.Join(got, ";") != strings.Join(want, ";") {
			t.Errorf("%s: %q", name, got)
		}
		f, err := excelize.OpenReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		comments, err := f.GetComments("单位")
		if err != nil || len(comments) != 3 {
			t.Errorf("%s: %d comments, %v", name, len(comments), err)
		}
		for cell, red := range map[string]bool{"A3": true, "B3": true, "C3": true, "A2": false, "B2": false, "C2": false, "B4": false} {
			id, err := f.GetCellStyle("单位", cell)
			if err != nil {
				t.Fatal(err)
			}
			style, err := f.GetStyle(id)
			if err != nil || (len(style.Fill.Color) > 0) != red || style.Font == nil || style.Font.Family != "宋体" && cell[0] != 'C' {
				t.Errorf("%s: style of %s: %+v, %v", name, cell, style, err)
			}
		}
		if formula, _ := f.GetCellFormula("单位", "C3"); formula != "" {
			t.Error("a reason became a formula")
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

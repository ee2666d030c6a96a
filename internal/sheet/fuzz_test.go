package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/sheet"
)

func FuzzRead(f *testing.F) {
	good := book(f, ledger, []any{1, "排查", civil.MustParse("2026-12-31")})
	f.Add(good)
	f.Add(good[:len(good)-30])
	f.Add([]byte("村,户数\n甲村,12\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		for r, err := range sheet.Read(bytes.NewReader(b), int64(len(b)), sheet.Limits{Rows: 100, Columns: 20, Bytes: 1 << 20}) {
			if err != nil && err.Error() == "" {
				t.Error("an error without a word")
			}
			if len(r.Cells) > 20 {
				t.Errorf("%d columns", len(r.Cells))
			}
			n++
		}
		if n > 101 {
			t.Errorf("%d rows", n)
		}
	})
}

// FuzzWorksheet fuzzes what stands inside the zip, which FuzzRead hardly reaches.
func FuzzWorksheet(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>`), []byte("<sst><si><t>a</t></si></sst>"))
	f.Fuzz(func(t *testing.T, part, shared []byte) {
		if rows, err := read(parts(t, string(part), string(shared)), sheet.Limits{Rows: 100, Columns: 20, Bytes: 1 << 20}); errors.Is(err, sheet.ErrNotTable) || len(rows) > 100 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("村,户数\n甲村,12\n"))
	f.Add([]byte("\xb4\xe5\t\"a\nb\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		last := 0
		for r, err := range sheet.ReadCSV(bytes.NewReader(b), int64(len(b)), sheet.Limits{Rows: 100, Columns: 20, Bytes: 1 << 20}) {
			if err == nil && (len(r.Cells) == 0 || len(r.Cells) > 20 || r.Number <= last) {
				t.Errorf("%+v after line %d", r, last)
			}
			last = r.Number
		}
	})
}

// BenchmarkWrite writes 100,000 rows of 12 columns and reports rows per second and the memory that stays.
func BenchmarkWrite(b *testing.B) {
	columns := make([]sheet.Column, 12)
	row := make([]any, 12)
	for i := range columns {
		columns[i] = sheet.Column{Title: "列"}
		row[i] = "云岭县青石镇石门村"
	}
	const rows = 100_000
	for b.Loop() {
		book, err := sheet.NewBook(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		w, err := book.Table(sheet.Table{Columns: columns})
		if err != nil {
			b.Fatal(err)
		}
		for i := range rows {
			row[0] = i
			if err := w.Row(row...); err != nil {
				b.Fatal(err)
			}
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapInuse)/(1<<20), "MB-in-use")
		if _, err := book.WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
		if err := book.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkRead(b *testing.B) {
	columns := make([]sheet.Column, 12)
	row := make([]any, 12)
	for i := range columns {
		columns[i] = sheet.Column{Title: "列"}
		row[i] = "云岭县青石镇石门村"
	}
	rows := make([][]any, 100_000)
	for i := range rows {
		rows[i] = row
	}
	file := book(b, sheet.Table{Columns: columns}, rows...)
	rows = nil
	n := 0
	for b.Loop() {
		for _, err := range sheet.Read(bytes.NewReader(file), int64(len(file)), sheet.Limits{Bytes: 512 << 20}) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapInuse)/(1<<20), "MB-in-use")
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

package sheet

import (
	"bytes"
	"cmp"
	"io"
	"iter"
	"slices"
)

// area is a rectangle of joined cells, of which only the first holds a value; rows from 1, columns from 0.
type area struct{ top, left, bottom, right int }

const maxAreas = 200_000

// Filled is Rows in which each of several joined cells has the value of the first, as whoever looks at the sheet
// sees it: the village that stands once before its ten children stands before each of them. A row with nothing of
// its own is not given.
func (b *Workbook) Filled(name string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		areas, err := b.areas(name)
		if err != nil {
			yield(Row{}, err)
			return
		}
		f := filler{areas: areas, columns: b.limits.Columns}
		for row, err := range b.Rows(name) {
			if err == nil {
				f.fill(&row)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

type filler struct {
	areas   []area // by their top, those yet to come
	open    []joined
	columns int
}

type joined struct {
	area
	value Cell
}

func (f *filler) fill(row *Row) {
	f.open = slices.DeleteFunc(f.open, func(j joined) bool { return j.bottom < row.Number })
	for len(f.areas) > 0 && f.areas[0].top <= row.Number {
		if a := f.areas[0]; a.top == row.Number {
			if c := row.Cell(a.left); c.Text != "" {
				f.open = append(f.open, joined{a, c})
			}
		}
		f.areas = f.areas[1:]
	}
	for _, j := range f.open {
		for c := j.left; c <= min(j.right, f.columns-1); c++ {
			for len(row.Cells) <= c {
				row.Cells = append(row.Cells, Cell{})
			}
			if row.Cells[c].Text == "" {
				row.Cells[c] = j.value
			}
		}
	}
}

// areas reads the joined cells of a tab. They stand behind its rows, which are passed over unread.
func (b *Workbook) areas(name string) ([]area, error) {
	i := slices.IndexFunc(b.tabs, func(t tab) bool { return t.name == name })
	if i < 0 {
		return nil, ErrNoSheet
	}
	f := b.parts[b.tabs[i].part]
	if f == nil {
		return nil, ErrCorrupt
	}
	if f.UncompressedSize64 > uint64(b.limits.Bytes) {
		return nil, ErrTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrCorrupt
	}
	defer r.Close()
	rest, err := behindRows(io.LimitReader(r, b.limits.Bytes+1))
	if err != nil {
		return nil, err
	}
	var out []area
	for tokens := newScanner(rest); ; {
		e, err := tokens.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, ErrCorrupt
		}
		if !e.is(starts, "mergeCell") {
			continue
		}
		if a, ok := areaOf(e.raw("ref")); ok {
			out = append(out, a)
		}
		if len(out) > maxAreas {
			return nil, ErrTooLarge
		}
	}
	slices.SortFunc(out, func(a, b area) int { return cmp.Or(a.top-b.top, a.left-b.left) })
	return out, nil
}

// behindRows passes over a worksheet up to the end of its rows.
func behindRows(r io.Reader) (io.Reader, error) {
	buf, kept := make([]byte, 256<<10), 0
	for {
		n, err := r.Read(buf[kept:])
		b := buf[:kept+n]
		for _, mark := range []string{"</sheetData>", "</x:sheetData>"} {
			if i := bytes.Index(b, []byte(mark)); i >= 0 {
				return io.MultiReader(bytes.NewReader(b[i+len(mark):]), r), nil
			}
		}
		switch {
		case err == io.EOF:
			return bytes.NewReader(nil), nil
		case err != nil:
			return nil, ErrCorrupt
		}
		kept = copy(buf, b[max(0, len(b)-len("</x:sheetData>")):])
	}
}

// areaOf reads "A2:B5".
func areaOf(ref []byte) (area, bool) {
	first, second, found := bytes.Cut(ref, []byte(":"))
	a := area{left: columnOf(first), right: columnOf(second)}
	var ok1, ok2 bool
	a.top, ok1 = small(bytes.TrimLeft(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	a.bottom, ok2 = small(bytes.TrimLeft(second, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return a, found && ok1 && ok2 && a.left >= 0 && a.right >= a.left && a.bottom >= a.top && a.top > 0
}

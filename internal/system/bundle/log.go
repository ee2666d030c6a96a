package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// MaxLines is how many recent lines of the log a bundle holds.
const MaxLines = 2000

// maxLine bounds one of them in bytes; a stack is longer than others.
const maxLine = 16 << 10

// Recent keeps the last lines that were written to it. It is safe for
// concurrent use.
type Recent struct {
	mu    sync.Mutex
	lines [MaxLines][]byte
	next  int
}

// Write takes one line, as a handler of a log writes them.
func (r *Recent) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	slot := &r.lines[r.next%MaxLines]
	*slot = append((*slot)[:0], line[:min(len(line), maxLine)]...)
	r.next++
	return len(line), nil
}

// Lines gives what is kept, the oldest first.
func (r *Recent) Lines() [][]byte {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var out [][]byte
	for n := max(0, r.next-MaxLines); n < r.next; n++ {
		out = append(out, bytes.Clone(r.lines[n%MaxLines]))
	}
	return out
}

// plain are the entries of a line whose values the program itself makes;
// spoken are those that repeat what something else said.
var (
	plain  = []string{"time", "level", "msg", "id", "number", "route", "method", "status", "bytes", "ms", "kind", "attempt", "took"}
	spoken = []string{"error", "panic", "stack"}
)

// lines gives the recent lines of the log with what may stay of each.
func lines(_ context.Context, s Source, _ func(int, int)) (any, error) {
	var out bytes.Buffer
	dropped := 0
	for _, line := range s.Log[max(0, len(s.Log)-MaxLines):] {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		kept, ok := keep(line)
		if !ok {
			dropped++
			continue
		}
		out.Write(kept)
		out.WriteByte('\n')
	}
	if dropped > 0 || out.Len() == 0 {
		note, err := json.Marshal(map[string]any{"msg": "lines left out", "lines": dropped})
		if err != nil {
			return nil, err
		}
		out.Write(append(note, '\n'))
	}
	return out.Bytes(), nil
}

// shape is what a value of the program's own looks like: words of Latin
// letters, routes, figures.
var shape = regexp.MustCompile(`^[A-Za-z0-9 _.:;,/{}$()+\-]*$`)

func keep(line []byte) ([]byte, bool) {
	var all map[string]any
	if json.Unmarshal(line, &all) != nil {
		return nil, false
	}
	kept := map[string]any{}
	for name, value := range all {
		said, isText := value.(string)
		switch {
		case slices.Contains(spoken, name) && isText:
			kept[name] = scrub(said)
		case !slices.Contains(plain, name):
		case !isText:
			kept[name] = value
		case name == "time" && isTime(said), name == "took" && isSpan(said), shape.MatchString(said) && !numbers.MatchString(said) && !addresses.MatchString(said), name == "id" && requestID.MatchString(said):
			kept[name] = said
		default:
			kept[name] = hidden
		}
	}
	if id, isNumber := kept["id"].(float64); isNumber && id != 0 {
		kept["id"] = hidden // of a row, not of a request
	}
	text, err := json.Marshal(kept)
	return text, err == nil
}

func isTime(said string) bool {
	_, err := time.Parse(time.RFC3339Nano, said)
	return err == nil
}

func isSpan(said string) bool {
	_, err := time.ParseDuration(said)
	return err == nil
}

const hidden = "…"

var (
	requestID = regexp.MustCompile(`^[A-Z2-7]{12}$`)
	// Figures of five and more may be a part of a number of a person, a phone, a receipt or an id.
	numbers   = regexp.MustCompile(`[0-9０-９][0-9０-９ \-]{3,}[0-9０-９Xx]`)
	addresses = regexp.MustCompile(`[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]+)?|\[?[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f.]*\]?`)
	links     = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.\-]*://[^\s"'，。]+`)
	mails     = regexp.MustCompile(`[^\s"'<>=]+@[^\s"'<>]+`)
	quotes    = regexp.MustCompile("\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`|“[^”\n]*”|「[^」\n]*」|\\([^()\n]*=[^()\n]*\\)")
	paths     = regexp.MustCompile(`(^|[\s(=:])/[^\s:,)]+`)
	han       = regexp.MustCompile(`[\p{Han}·]+`)
)

// scrub takes off an error's text whatever may be of a person or a place:
// what stands in quotes, figures, addresses, folders, Chinese words.
func scrub(said string) string { return han.ReplaceAllString(scrubKeepingWords(said), hidden) }

// scrubKeepingWords is scrub for texts whose Chinese words are the program's.
func scrubKeepingWords(said string) string {
	for _, hide := range []*regexp.Regexp{quotes, links, mails} {
		said = hide.ReplaceAllString(said, hidden)
	}
	said = paths.ReplaceAllString(said, "$1"+hidden)
	said = addresses.ReplaceAllString(said, hidden)
	return strings.ToValidUTF8(numbers.ReplaceAllString(said, hidden), "")
}

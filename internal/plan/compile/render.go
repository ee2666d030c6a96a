package compile

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// The JSON form, as `weibao plan compile --format json` prints it. The names of the first group are a contract;
// issued, year, unclear and facts are additions.
type planJSON struct {
	Plan   string     `json:"plan"`
	Title  string     `json:"title"`
	Issuer string     `json:"issuer"`
	Issued string     `json:"issued,omitempty"`
	Year   int        `json:"year,omitempty"`
	Tasks  []taskJSON `json:"tasks"`
}

type taskJSON struct {
	ID        string       `json:"id"`
	Path      []string     `json:"path"`
	Start     int          `json:"start"`
	End       int          `json:"end"`
	Quote     string       `json:"quote"`
	Title     string       `json:"title"`
	Lead      []string     `json:"lead"`
	Support   []string     `json:"support"`
	Time      []timeJSON   `json:"time"`
	Targets   []targetJSON `json:"targets"`
	Documents []string     `json:"documents"`
	FoundBy   []string     `json:"found_by"`
	Unclear   []Fact       `json:"unclear,omitempty"`
	Facts     []factJSON   `json:"facts,omitempty"`
}

type timeJSON struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	Norm string `json:"norm"`
}

type targetJSON struct {
	Text string `json:"text"`
	Norm string `json:"norm"`
}

// factJSON is where a fact of the task stands and which rule found it.
type factJSON struct {
	What string `json:"what"`
	Fact
	Basis string `json:"basis,omitempty"`
}

// WriteJSON prints the plan as one object on one line.
func WriteJSON(w io.Writer, p *Plan) error {
	out := planJSON{Plan: p.Name, Title: p.Title, Issuer: p.Issuer, Issued: p.Issued, Year: p.Year, Tasks: make([]taskJSON, 0, len(p.Tasks))}
	for i := range p.Tasks {
		out.Tasks = append(out.Tasks, taskForm(&p.Tasks[i]))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

func taskForm(t *Task) taskJSON {
	j := taskJSON{ID: t.ID, Path: orEmpty(t.Path), Start: t.Start, End: t.End, Quote: t.Quote, Title: t.Title, Lead: names(t.Lead), Support: names(t.Support),
		Time: []timeJSON{}, Targets: []targetJSON{}, Documents: []string{}, FoundBy: orEmpty(t.FoundBy), Unclear: t.Unclear}
	for _, u := range t.Lead {
		j.Facts = append(j.Facts, factJSON{"lead", u.Fact, u.Basis})
	}
	for _, u := range t.Support {
		j.Facts = append(j.Facts, factJSON{"support", u.Fact, u.Basis})
	}
	for _, x := range t.Times {
		j.Time = append(j.Time, timeJSON{x.Kind, x.Text, x.Norm})
		j.Facts = append(j.Facts, factJSON{"time", x.Fact, ""})
	}
	for _, x := range t.Targets {
		j.Targets = append(j.Targets, targetJSON{x.Text, x.Norm})
		j.Facts = append(j.Facts, factJSON{"target", x.Fact, ""})
	}
	for _, x := range t.Documents {
		j.Documents = append(j.Documents, x.Title)
		j.Facts = append(j.Facts, factJSON{"document", x.Fact, ""})
	}
	return j
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func names(units []Unit) []string {
	out := make([]string, 0, len(units))
	for _, u := range units {
		out = append(out, u.Name)
	}
	return out
}

// tableColumns are the headings and widths (in half-width columns) of the table form.
var tableColumns = []struct {
	head  string
	width int
}{{"序号", 4}, {"任务", 40}, {"牵头单位", 24}, {"配合单位", 36}, {"时限", 28}, {"指标与文件", 32}}

// WriteTable prints the plan for a reader at a terminal.
func WriteTable(w io.Writer, p *Plan) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, strings.TrimSpace(oneLine(p.Title+"  "+p.Issuer)))
	cells := make([]string, len(tableColumns))
	for i, c := range tableColumns {
		cells[i] = c.head
	}
	writeRow(b, cells)
	for i := range p.Tasks {
		t := &p.Tasks[i]
		writeRow(b, []string{fmt.Sprint(i + 1), t.Title, strings.Join(names(t.Lead), "、"), strings.Join(names(t.Support), "、"), timeCell(t), proofCell(t)})
	}
	fmt.Fprintf(b, "共 %d 项任务\n", len(p.Tasks))
	return b.Flush()
}

func timeCell(t *Task) string {
	var words []string
	for _, x := range t.Times {
		words = append(words, x.Text)
	}
	return strings.Join(words, "；")
}

func proofCell(t *Task) string {
	var words []string
	for _, x := range t.Targets {
		words = append(words, x.Text)
	}
	for _, x := range t.Documents {
		words = append(words, x.Title)
	}
	return strings.Join(words, "；")
}

func writeRow(b *bufio.Writer, cells []string) {
	var line strings.Builder
	for i, c := range cells {
		line.WriteString(fit(oneLine(c), tableColumns[i].width))
		line.WriteString("  ")
	}
	fmt.Fprintln(b, strings.TrimRight(line.String(), " "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// fit cuts or fills words to a width in half-width columns; Chinese characters take two.
func fit(words string, width int) string {
	used := 0
	for i, r := range words {
		w := runeWidth(r)
		if used+w > width-2 && columns(words[i:]) > width-used {
			return words[:i] + "…" + strings.Repeat(" ", max(0, width-used-1))
		}
		used += w
	}
	return words + strings.Repeat(" ", width-used)
}

func columns(words string) int {
	n := 0
	for _, r := range words {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x20000) {
		return 2
	}
	return 1
}

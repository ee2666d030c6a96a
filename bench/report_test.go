package bench_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// sections are the parts of docs/performance.md which this package measures.
var sections = []struct{ part, title, text string }{
	{"write", "Durable writes through HTTP",
		"One request opens one duty with its audit entry in one durable transaction. The other side is a bare `net/http` server that inserts the same number of rows, three, of the same width into three tables without further indexes: in group commits on both: one writer at `synchronous=FULL` on SQLite, two connections at `fsync=on, synchronous_commit=on` on PostgreSQL. Each side has a process and a database of its own (decision of 2026-11-22 on the pages of SQLite); they take turns; each figure is the median of the rounds, the ratio that of the rounds' ratios, with the least and the greatest. Client, server and database share the machine. Processor time is that of client and server together for one request; a busy machine does not bend it. What remains between the two is six index entries for each duty; at 32 connections a commit serves few requests, so that more pages are written for each."},
	{"desk", "Desk pages at a million duties",
		"Time of the handler with its template: p95 of 300 calls, their median, and the processor time of one. All duties lie in one county; one unit owns a tenth of them. A far page is reached by its key, 50 rows to a page."},
	{"tasks", "Task lists of plans at a million duties",
		"As the desk pages, over the same duties: four hundred tasks to a plan, one duty to a task. The lists of all plans show six figures above, each counted up to its limit."},
	{"sweep", "Sweep",
		"Of the duties that are due, 45 % are reminded, 45 % urged, 8 % go to the superior and 2 % are proposed for supervision (these last two open a duty each). The waiting of small writes is measured beside a sweep of as many. A changed ladder is obeyed by the next sweep (decision of 2026-11-22): measured is the first sweep after every rung has moved to the front by a working day, and after it has moved back again. A commit waits for the disk, and a sweep of 20,000 makes 34 of them: on a busy machine the processor time tells more than the clock on the wall. What is made due is brought into the file before the sweep begins, and the log cut, as if it had been there for days."},
	{"children", "Children's files",
		"Files of one county of 300,000 children are opened by the program from generated households; larger numbers are copies of it under other counties, so that officer and supervisor read theirs among all. The page is the handler with its template, 50 rows; a far page lies in the middle of its list and is reached by its key. p95 of 300 calls. A search asks for another name each time. The bare side of the throughput reads fifty rows of the same index by plain `database/sql` and writes them as JSON over `net/http`."},
	{"screening", "Screening",
		"One county of 300,000 children opened by the program, in 91 villages. A campaign sets up villages and duties and copies nobody. Pages are the handler with its template, 50 rows, p95 of 300 calls; a list of who is missing is read from the files, each of which bears the campaign in which something was entered last."},
	{"special", "Special lists",
		"One county of 300,000 children opened by the program; everybody who stands on a special list has what it and the level ask for open, as duties. Pages are the handler with its template, 50 rows, p95 of 300 calls; above a list stand its number and what waits for each step."},
	{"intake", "Reports through HTTP",
		"One request of fifteen fields becomes a report sealed under a key of its own, its reporter sealed under another, a serial that enciphered is its receipt, a duty with its clock and two entries of the journal, eight rows in one durable transaction. The bare side reads the same JSON, seals the same two texts with SM4-GCM under new keys, wraps these, hashes with SM3 and keeps eight rows of the same width in four tables without further indexes, in group commits on both: one writer at `synchronous=FULL` on SQLite, two connections at `fsync=on, synchronous_commit=on` on PostgreSQL. Each side has a process and a database of its own; they take turns. The steady load is four fifths of the median rate of 128 connections, sent over 256 at a fixed pace; its times are from when each request was due, whether or not the connection was free. NORMAL is the program itself on connections that sync at checkpoints alone, which it never opens outside of this measurement."},
	{"overload", "Ten times more than can be done",
		"The program's server in a process of its own, with its lanes. First clients ask for a page of duties as fast as it comes; then 160 times as many connections ask for it, coming again 20 ms after each 503, while 32 connections send reports without a pause. Clients and server share the machine. The memory is the most that the process has held."},
	{"compile", "Plan compiler", "Median of repeated runs, one core."},
}

// page gives docs/performance.md with what was measured now in the place of
// what it said before; other sections stay.
func (t *table) page(before string) string {
	head, rest, _ := strings.Cut(before, "\n## ")
	var order []string
	texts := map[string]string{}
	for section := range strings.SplitSeq(rest, "\n## ") {
		title, text, _ := strings.Cut(section, "\n")
		if title != "" {
			order, texts[title] = append(order, title), strings.TrimSpace(text)
		}
	}
	for _, s := range sections {
		lines := t.lines(s.part)
		if len(lines) == 0 {
			continue
		}
		if !slices.Contains(order, s.title) {
			order = append(order, s.title)
		}
		texts[s.title] = fmt.Sprintf("%s\n\nMeasured %s on %s; %s.\n\n| what | database | size | measured | to reach | |\n|---|---|---:|---|---|---|\n%s",
			s.text, time.Now().UTC().Format(time.DateOnly), machine(), postgresVersion(), strings.Join(lines, "\n"))
	}
	var b strings.Builder
	b.WriteString(strings.TrimSpace(head) + "\n")
	for _, title := range order {
		b.WriteString("\n## " + title + "\n\n" + texts[title] + "\n")
	}
	return b.String()
}

func (t *table) lines(part string) (out []string) {
	for _, r := range t.rows {
		if r.part != part {
			continue
		}
		verdict, size := "", ""
		switch {
		case r.bound != "" && r.ok:
			verdict = "met"
		case r.bound != "":
			verdict = "**missed**"
		}
		if r.size > 0 {
			size = fmt.Sprint(r.size)
		}
		out = append(out, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", r.what, r.where, size, r.got, r.bound, verdict))
	}
	return out
}

func TestAPartlyMeasuredPageKeepsTheRest(t *testing.T) {
	out := &table{}
	out.add(row{part: "compile", what: "a plan", got: "1 ms", bound: "≤ 30 ms", ok: true})
	page := out.page("# Performance\n\nIntroduction.\n\n## Plan compiler\nold\n## Size of pages\n\nsizes\n")
	for _, want := range []string{"# Performance\n\nIntroduction.\n\n## Plan compiler\n\nMedian", "| a plan |  |  | 1 ms | ≤ 30 ms | met |\n", "\n## Size of pages\n\nsizes\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	if strings.Contains(page, "old") {
		t.Error("what was measured anew still stands")
	}
}

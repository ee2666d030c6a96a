package bench_test

import (
	"fmt"
	"strings"
	"time"
)

var titles = []struct{ part, title, text string }{
	{"write", "Durable writes through HTTP",
		"One request opens one duty with its audit entry in one durable transaction. The other side is a bare `net/http` server that inserts two rows of the same width into two tables without further indexes: group commit at `synchronous=FULL` on SQLite, a transaction for each request at `fsync=on, synchronous_commit=on` on PostgreSQL. Both sides take turns; each figure is the median of the rounds, the ratio that of the rounds' ratios. Client, server and database share the machine."},
	{"desk", "Pages of the desk",
		"Time of the handler with its template, p95. All duties lie in one county; one unit owns a tenth of them. Page 1,000 is reached by its key, 50 rows to a page."},
	{"sweep", "Sweep and re-evaluation",
		"Of the duties that are due, 45 % are reminded, 45 % urged, 8 % go to the superior and 2 % are proposed for supervision (these last two open a duty each). The waiting of small writes is measured while 20,000 are swept."},
	{"compile", "Compiling plans", "Median of repeated runs, one core."},
}

// page gives the figures as docs/performance.md.
func (t *table) page() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Performance\n\nMeasured figures; `make bench` writes this page anew. %s. %s; %s.\n", time.Now().UTC().Format(time.DateOnly), machine(), postgresVersion())
	b.WriteString("\nThe machine was shared with other work while this ran, so compare ratios rather than absolute times.\n")
	for _, s := range titles {
		var lines []string
		for _, r := range t.rows {
			if r.part == s.part {
				verdict := ""
				if r.bound != "" {
					verdict = "met"
					if !r.ok {
						verdict = "**missed**"
					}
				}
				lines = append(lines, fmt.Sprintf("| %s | %s | %d | %s | %s | %s |", r.what, r.where, r.size, r.got, r.bound, verdict))
			}
		}
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| what | database | duties | measured | to reach | |\n|---|---|---:|---|---|---|\n%s\n", s.title, s.text, strings.Join(lines, "\n"))
		}
	}
	return b.String()
}

package viewpage_test

import (
	"html"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
)

var (
	figure = regexp.MustCompile(`<a href="([^"]*)"><span class="figure-label">[^<]*</span><span class="figure-value">(\d+)<`)
	number = regexp.MustCompile(`<td class="num slim"[^>]*><a href="([^"]*)">(\d+)</a>`)
	cell   = regexp.MustCompile(`<a class="time-mark[^"]*" href="([^"]*)" title="[^"]*，(\d+)项"`)
	sign   = regexp.MustCompile(`title="[^"]*(?:超期|未办结|已办结|任务)(\d+)项"><a href="([^"]*)">`)
	next   = regexp.MustCompile(`href="([^"]*[?&](?:amp;)?after=[^"]*)"`)
	found  = regexp.MustCompile(`<p class="found" role="status">[^<\d]*(\d+)项</p>`)
	line   = regexp.MustCompile(`<td class="wide"`)
)

// walk counts the rows of a list over all its pages, and checks the number it writes above them.
func (h *house) walk(by access.Actor, path string) int {
	h.t.Helper()
	rows, said := 0, ""
	for pages := 0; path != "" && pages < 50; pages++ {
		body := h.Page(by, "view-walk", path)
		rows += len(line.FindAllString(body, -1))
		if m := found.FindStringSubmatch(body); m != nil {
			said = m[1]
		}
		path = ""
		if m := next.FindStringSubmatch(body); m != nil {
			path = html.UnescapeString(m[1])
		}
	}
	if said != strconv.Itoa(rows) {
		h.t.Errorf("%s says %s and lists %d", path, said, rows)
	}
	return rows
}

// numbers asks of every number on a page that the list which it opens is as long.
func (h *house) numbers(by access.Actor, rnd *rand.Rand, path string, forms ...*regexp.Regexp) {
	h.t.Helper()
	body := h.Page(by, "view-numbers", path)
	for _, form := range forms {
		all := form.FindAllStringSubmatch(body, -1)
		rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, m := range all[:min(len(all), 5)] {
			href, n := m[1], m[2]
			if form == sign {
				href, n = m[2], m[1]
			}
			href = html.UnescapeString(href)
			if got := h.walk(by, href); strconv.Itoa(got) != n {
				h.t.Errorf("%s of %s: the number is %s, its list %s has %d", path, by.Post.UnitName, n, href, got)
			}
		}
	}
}

func TestEveryNumberOpensItsList(t *testing.T) {
	inHouse(t, func(h *house) {
		h.carry()
		rnd := rand.New(rand.NewPCG(11, 12))
		for _, by := range []access.Actor{h.officer, h.liaison("县教育局")} {
			h.numbers(by, rnd, h.path("timeline"), cell)
			h.numbers(by, rnd, h.path("network"), number, sign)
			h.numbers(by, rnd, h.path("tasks"), number)
			for range 8 {
				h.numbers(by, rnd, h.any(rnd), figure)
			}
		}
	})
}

// any gives a list with random conditions.
func (h *house) any(rnd *rand.Rand) string {
	pick := func(words ...string) string { return words[rnd.IntN(len(words))] }
	q := url.Values{"group": {pick("clause", "unit", "due")}, "state": {pick(append(states(), "", "nonsense")...)},
		"due": {pick("", "", "7d", "30d", "2026-06", "2026-08", "x")}, "role": {pick("", "", "plan.task", "plan.support")}}
	if rnd.IntN(3) == 0 {
		q.Set("unit", ref.Format(h.unit(pick("县教育局", "县公安局", "县民政局"))))
	}
	path := pick(h.path("tasks"), h.path("tasks"), "/tasks")
	if rnd.IntN(3) == 0 {
		body := h.Page(h.officer, "view-any", h.path("tasks"))
		options := regexp.MustCompile(`<option value="([0-9a-z]+)">　*（`).FindAllStringSubmatch(body, -1)
		if len(options) == 0 {
			h.t.Fatal("no clauses to choose from")
		}
		q.Set("clause", options[rnd.IntN(len(options))][1])
	}
	return path + "?" + strings.TrimPrefix(q.Encode(), "?")
}

func states() (out []string) {
	for _, s := range ledger.States {
		out = append(out, string(s))
	}
	return out
}

package ledgerpage_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weibao/internal/ui/uitest"
)

var (
	serials = regexp.MustCompile(`data-label="序号">(\d*)<`)
	onward  = regexp.MustCompile(`rel="next" href="([^"]+)"`)
	heads   = regexp.MustCompile(`<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)`)
)

func found(re *regexp.Regexp, body string) (out []string) {
	for _, m := range re.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return out
}

func TestTheNumbersOfLinesGoOnOverPages(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		for _, path := range []string{"/ledgers?ledger=village", "/ledgers?ledger=village&group=place", "/ledgers?ledger=village&sort=level"} {
			first := x.Do(supervisor, "GET", path, nil).Body.String()
			next := found(onward, first)
			if got := found(serials, first); len(got) != 50 || got[0] != "1" || got[49] != "50" || len(next) != 1 {
				t.Fatalf("%s: lines %v, next %v", path, got, next)
			}
			second := x.Do(supervisor, "GET", strings.ReplaceAll(next[0], "&amp;", "&"), nil).Body.String()
			if got := found(serials, second); len(got) != 10 || got[0] != "51" || got[9] != "60" {
				t.Errorf("%s: the lines of the second page are %v", path, got)
			}
			q, _ := url.Parse(strings.ReplaceAll(next[0], "&amp;", "&"))
			bare := x.Do(supervisor, "GET", path+"&after="+q.Query().Get("after"), nil).Body.String()
			if got := found(serials, bare); len(got) != 10 || got[0] != "" {
				t.Errorf("%s: lines of an address that tells nothing before them are numbered %v", path, got)
			}
		}
	})
}

func TestAViewKeepsTheOrderOfTheCountysColumns(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		headsOf := func(path string) []string { return found(heads, x.Do(supervisor, "GET", path, nil).Body.String()) }
		own := headsOf("/ledgers?ledger=village")
		save := func(name string, keys ...string) string {
			w := x.Do(supervisor, "POST", "/ledgers/view", url.Values{"query": {"ledger=village"}, "name": {name}, "columns": keys})
			if w.Code != http.StatusSeeOther {
				t.Fatalf("saving: status %d", w.Code)
			}
			return w.Header().Get("Location")
		}
		form := x.Do(supervisor, "GET", "/ledgers/view?ledger=village", nil).Body.String()
		var all []string
		for _, m := range regexp.MustCompile(`name="columns" value="([^"]+)" id="[^"]*" checked`).FindAllStringSubmatch(form, -1) {
			all = append(all, m[1])
		}
		if len(all) != len(own) {
			t.Fatalf("%d of the ledger's %d columns stand ticked in the form", len(all), len(own))
		}
		same := save("原样", slices.Sorted(slices.Values(all))...)
		if strings.Contains(same, "columns=") {
			t.Errorf("a view of the ledger's own columns fixes them: %s", same)
		}
		if got := headsOf(same); !slices.Equal(got, own) {
			t.Errorf("columns %v, the ledger has %v", got, own)
		}
		without := slices.DeleteFunc(slices.Clone(all), func(k string) bool { return k == "sex" })
		if got, want := headsOf(save("少一栏", append([]string{"ethnic"}, without...)...)), append(slices.DeleteFunc(slices.Clone(own), func(h string) bool { return h == "性别" }), "民族"); !slices.Equal(got, want) {
			t.Errorf("columns %v, want %v", got, want)
		}
	})
}

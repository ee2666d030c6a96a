package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
)

var things = regexp.MustCompile(`"/(children|cases|reports|tasks|duties|referrals|emergencies|guardianship|screenings|plan|imports|requests|disclosures|justice|intake/orders)/\d{15,19}`)

var idIn = regexp.MustCompile(`\d{15,19}`)

// ours are addresses that hold no data of one county: the law's rules, and
// what the three administrators of the one installation look after.
var ours = regexp.MustCompile(`^/(rules|workdays|jobs|users|audit|keys|system)(/|\?|$)`)

// S-02 in a whole county: every address with an id that somebody of it opens,
// and every form with one, is asked by every role of another county. It
// answers like what never was: in status, in body, and as fast.
func TestNobodyOfAnotherCountyReachesWhatAWholeCountyHolds(t *testing.T) {
	w := newTramp(t, 2)
	type request struct{ method, path string }
	met := map[request]bool{}
	for _, who := range w.cast {
		if who.by.IsZero() {
			continue
		}
		w.walk(who, func(f form) {
			if path, _, _ := strings.Cut(f.action, "?"); f.method == "post" && idIn.MatchString(path) {
				met[request{http.MethodPost, path}] = true
			}
		})
		for path := range w.opened {
			if idIn.MatchString(path) {
				met[request{http.MethodGet, path}] = true
			}
		}
	}
	away := []access.Actor{}
	for _, by := range strangers() {
		if access.County(by.Post.Region) != access.County(county) {
			away = append(away, by)
		}
	}
	asked, lists, routes := 0, 0, map[string][2][]time.Duration{}
	for q := range met {
		if !idIn.MatchString(q.path) || ours.MatchString(q.path) || strings.HasSuffix(q.path, "/live") {
			continue
		}
		ids := idIn.FindAllString(q.path, -1)
		none := absent(ids)
		route := w.route(q.method, strings.Split(q.path, "?")[0])
		for _, by := range away {
			w.by = by
			if !idIn.MatchString(strings.Split(q.path, "?")[0]) { // a list with conditions is anybody's, and empty
				if found := things.FindString(w.do(q.method, q.path, nil).Body.String()); found != "" {
					t.Errorf("%s as %s lists %s", q.path, by.Post.Role, found)
				}
				lists++
				continue
			}
			start := clock.Mark()
			got := w.do(q.method, q.path, url.Values{})
			middle := clock.Mark()
			want := w.do(q.method, swap(q.path, ids, none), url.Values{})
			spans := routes[route]
			spans[0], spans[1] = append(spans[0], middle.Sub(start)), append(spans[1], clock.Since(middle))
			routes[route] = spans
			asked++
			name := fmt.Sprintf("%s %s as %s", q.method, number.ReplaceAllString(q.path, "/N"), by.Post.Role)
			if got.Code < 400 {
				t.Errorf("%s: status %d", name, got.Code)
			}
			if got.Code != want.Code || swap(got.Body.String(), ids, none) != want.Body.String() {
				t.Errorf("%s: status %d with %d bytes, what does not exist %d with %d", name, got.Code, got.Body.Len(), want.Code, want.Body.Len())
			}
		}
	}
	var apart []time.Duration
	for route, spans := range routes {
		d := (middleOf(spans[0]) - middleOf(spans[1])).Abs()
		apart = append(apart, d)
		if d > 5*time.Millisecond {
			t.Errorf("%s: what is refused and what never was differ by %v", route, d)
		}
	}
	if asked < 3000 || lists < 100 || len(routes) < 120 || len(met) < 250 {
		t.Errorf("%d requests for %d things at %d routes only", asked, len(met), len(routes))
	}
	t.Logf("%d requests of %d roles of another county for %d things at %d routes, %d for lists; what is refused and what never was differ by %v in the middle, %v at most", asked, len(away), len(met), len(routes), lists, middleOf(apart), slices.Max(apart))
}

func middleOf(list []time.Duration) time.Duration {
	list = slices.Clone(list)
	slices.Sort(list)
	return list[len(list)/2]
}

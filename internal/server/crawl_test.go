package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"weibao/internal/access"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

var wildcards = regexp.MustCompile(`\{([a-z_.]+)\}`)

// at gives the address of a route for the things of the world, and the ids in
// it; ok is false where the world has nothing of the kind.
func (w *world) at(r ui.Route) (path string, ids []string, ok bool) {
	path, ok = strings.TrimSuffix(r.Path, "{$}"), true
	if !strings.Contains(path, "{") {
		return path, nil, false
	}
	out := wildcards.ReplaceAllStringFunc(path, func(hole string) string {
		name := strings.Trim(hole, "{}")
		before, _, _ := strings.Cut(path, "/{")
		id := ""
		for _, part := range strings.Split(path, "/") { // replies/{reply}/files/{file} is told by what stands before
			if v := w.ids[part+" "+name]; v != "" {
				id = v
			}
		}
		for _, key := range []string{before + " " + name, name} {
			if id == "" {
				id = w.ids[key]
			}
		}
		if id == "" {
			ok = false
		}
		if name != "paper" {
			ids = append(ids, id)
		}
		return id
	})
	return out, ids, ok
}

// absent gives ids of the same length at which nothing ever was.
func absent(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		n, _ := strconv.ParseInt(id, 10, 64)
		out[i] = strconv.FormatInt(n-9_000_000_000_000, 10)
	}
	return out
}

func swap(text string, from, to []string) string {
	for i := range from {
		text = strings.ReplaceAll(text, from[i], to[i])
	}
	return text
}

// typed is a form that every operation could take, as far as its fields go.
func (w *world) typed() url.Values {
	one := func(v ...string) []string { return v }
	office := ref.Format(w.units["office"])
	f := url.Values{"accept": one("1"), "agree": one("1"), "able": one("1"), "safe": one("1"), "grant": one("1"), "confirm": one("1"), "version": one("1"), "hours": one("24"), "urgent": one("1"),
		"outcome": one("done"), "topic": one("counsel"), "list": one("alone"), "origin": one("hand"), "role": one("member"), "kind": one("advice"), "fact": one("visited"), "place": one("relative"),
		"lead": one(office), "unit": one(office), "units": one(office), "clock": one("referral.ordinary"), "conference": one(w.ids["conference"]), "day": one("2026-03-02"), "until": one("2026-05-02"),
		"situation": one("alone"), "urgency": one("ordinary"), "who": one("village"), "grounds": one("duty"), "items": one("name"), "person": one(ref.Format(w.cast["second"].User)), "asker": one("police")}
	for _, name := range []string{"words", "reason", "text", "ground", "ask", "brief", "why", "provider", "agenda", "summary", "name", "phone", "contact", "number", "where", "signs", "handle", "narrative", "answer", "question"} {
		f.Set(name, w.words())
	}
	return f
}

// strangers have nothing to do with the child: other regions, other units,
// and those who see no business data at all. Every role is among them.
func strangers() []access.Actor {
	out := []access.Actor{}
	add := func(role access.Role, region string) {
		n := ref.User(900 + len(out))
		out = append(out, access.Actor{User: n, Name: "外人", Post: access.Post{ID: ref.Post(n), Unit: ref.Unit(99_000 + n), UnitName: "外单位", Region: region, RegionName: "外地", Role: role}})
	}
	for _, info := range access.Roles {
		add(info.Role, "990102000000")
	}
	add(access.Supervisor, "990101101000")
	add(access.ChildDirector, "990101100201")
	add(access.Liaison, county)
	add(access.Operator, county)
	return out
}

// S-02: what belongs to another region or unit answers like what never was, to
// every role, at every address of reports, cases, referrals, emergencies,
// measures and justice, with an empty form and with one that could be taken.
func TestNobodyReachesWhatBelongsToOthers(t *testing.T) {
	w := newWorld(t, "甲")
	asked, reached := 0, map[string]bool{}
	for _, r := range w.Routes {
		path, ids, ok := w.at(r)
		if !ok || strings.HasSuffix(path, "/live") {
			continue
		}
		none := swap(path, ids, absent(ids))
		for _, form := range []url.Values{{}, w.typed()} {
			for _, by := range strangers() {
				w.by = by
				if strings.HasPrefix(r.Path, "/emergency-events/") && access.County(by.Post.Region) == access.County(county) {
					w.nobodyOfAnEvent(r, path)
					continue
				}
				got, want := w.do(r.Method, path, form), w.do(r.Method, none, form)
				asked++
				name := fmt.Sprintf("%s %s as %s of %s", r.Method, r.Path, by.Post.Role, by.Post.Region)
				if got.Code < 400 {
					t.Errorf("%s: status %d", name, got.Code)
				}
				if got.Code != want.Code || swap(got.Body.String(), ids, absent(ids)) != want.Body.String() {
					t.Errorf("%s: status %d with %d bytes, what does not exist %d with %d", name, got.Code, got.Body.Len(), want.Code, want.Body.Len())
				}
			}
			if r.Method == http.MethodGet {
				break
			}
		}
		for _, by := range w.cast {
			if w.by = by; r.Method == http.MethodGet && !reached[path] && w.do(r.Method, path, nil).Code == http.StatusOK {
				reached[path] = true
			}
		}
	}
	if asked < 3000 || len(reached) < 50 {
		t.Errorf("asked %d times; whose it is reached %d addresses", asked, len(reached))
	}
	t.Logf("%d requests of strangers, %d addresses open to whose they are", asked, len(reached))
}

// nobodyOfAnEvent asks for a public event, of which the whole county knows: of
// its children only those show whom who asks may see.
func (w *world) nobodyOfAnEvent(r ui.Route, path string) {
	w.t.Helper()
	if got := w.do(r.Method, path, url.Values{}); strings.Contains(got.Body.String(), "单小明") {
		w.t.Errorf("%s %s as %s: shows a child of another place", r.Method, r.Path, w.by.Post.Role)
	}
}

// A case is closed to the whole county but for its team, its own office and leader included.
func TestTheOfficeItselfReachesNoCaseOfOthers(t *testing.T) {
	w := newWorld(t, "甲")
	colleague := w.cast["officer"]
	colleague.User, colleague.Post.ID = 990, 990
	for _, by := range []access.Actor{colleague, w.cast["leader"], w.cast["supervisor"], w.cast["director"]} {
		for _, r := range w.Routes {
			path, ids, ok := w.at(r)
			if !ok || !strings.HasPrefix(r.Path, "/cases/") {
				continue
			}
			none := swap(path, ids, absent(ids))
			w.by = by
			got, want := w.do(r.Method, path, w.typed()), w.do(r.Method, none, w.typed())
			if got.Code < 400 || got.Code != want.Code || swap(got.Body.String(), ids, absent(ids)) != want.Body.String() {
				t.Errorf("%s %s as %s: status %d, what does not exist %d", r.Method, r.Path, by.Post.Role, got.Code, want.Code)
			}
		}
	}
}

// probe breaks out of text, attributes, elements without markup, scripts,
// addresses and templates, wherever it were written raw.
const probe = `"' onxss=1 --></textarea></title></script></style><xss-probe onxss="1">{{7}}<svg onload=onxss>javascript:onxss()`

// shortProbe is that for fields of one line.
const shortProbe = `"' onxss=1><xss-probe onxss="1">`

// S-06: what people type stands as words in every view and every document.
func TestWhatPeopleTypeStaysWordsInEveryViewAndDocument(t *testing.T) {
	w := newWorld(t, probe)
	shown, documents := map[string]bool{}, 0
	look := func(name string, a *httptest.ResponseRecorder) {
		kind := a.Header().Get("Content-Type")
		switch {
		case strings.HasPrefix(kind, "text/html"):
			if raw(t, name, a.Body.Bytes()) {
				shown[name] = true
			}
		case strings.Contains(kind, "wordprocessingml"):
			documents++
			if wordParts(t, name, a.Body.Bytes()) {
				shown[name] = true
			}
		}
		if head := fmt.Sprint(a.Header()); strings.Contains(head, "<xss-probe") {
			t.Errorf("%s: %s", name, head)
		}
	}
	for _, r := range w.Routes {
		path, _, ok := w.at(r)
		if !ok && strings.Contains(path, "{") || strings.HasSuffix(path, "/live") {
			continue
		}
		for who, by := range w.cast {
			w.by = by
			name := r.Method + " " + r.Path + " as " + who
			switch {
			case !by.Can(r.Permission):
			case r.Method == http.MethodGet:
				look(name, w.do(r.Method, path, nil))
			case ok: // forms come back with what was typed, reveals with what is private
				look(name, w.do(r.Method, path, url.Values{"words": {probe}, "text": {probe}, "ask": {probe}, "reason": {probe}, "topic": {"counsel"}, "lead": {probe}}))
			}
		}
	}
	views := map[string]bool{}
	for name := range shown {
		views[strings.Split(name, " as ")[0]] = true
	}
	if len(views) < 60 || documents < 2 {
		t.Errorf("the words were shown by %d views only, %d documents", len(views), documents)
	}
	t.Logf("shown by %d views, %d documents", len(views), documents)
}

// raw tells whether a page shows the probe, and complains if it became markup.
func raw(t *testing.T, name string, body []byte) bool {
	t.Helper()
	seen := false
	for z := html.NewTokenizer(bytes.NewReader(body)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return seen
		case html.TextToken:
			seen = seen || bytes.Contains(z.Text(), []byte("xss-probe"))
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data == "xss-probe" || token.Data == "svg" && slices.ContainsFunc(token.Attr, func(a html.Attribute) bool { return a.Key == "onload" }) {
				t.Errorf("%s: a text became an element", name)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: a text became the attribute %s", name, a.Key)
				}
				if (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s: a text became an address", name)
				}
				seen = seen || strings.Contains(a.Val, "xss-probe")
			}
		}
	}
}

func wordParts(t *testing.T, name string, b []byte) bool {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(name, err)
	}
	seen := false
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(name, err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(name, err)
		}
		seen = seen || bytes.Contains(text, []byte("xss-probe"))
		if bytes.Contains(text, []byte("<xss-probe")) {
			t.Errorf("%s: a text became an element of %s", name, f.Name)
		}
	}
	return seen
}

package server_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/db"
	"weibao/internal/demo"
	"weibao/internal/ref"
	"weibao/internal/server"
)

// tramp walks through the demo county as everybody, types into every field
// that it meets, sends every form, and walks again to see what was typed.
type tramp struct {
	*house
	t       *testing.T
	cast    []walker
	mux     *http.ServeMux // tells the route of an address
	each    int            // addresses of one kind that one person opens
	forms   []string       // of words, the mark as §
	dealt   int
	round   int
	receipt string                     // of a report that is looked after
	typed   map[string]string          // field in which a mark was typed
	field   map[string]map[string]bool // of each field of words: offered, taken, seen
	sent    map[string]int             // forms taken, by route and names of fields
	tried   map[string]int
	kinds   map[string]int
	shown   map[string]bool   // kinds of pages that show what was typed
	pages   map[string]string // one page of each such kind, with who opens it
	opened  map[string]bool   // addresses of the last walk that answered
	turn    sync.Mutex        // of browsers, one at a time
}

type walker struct {
	name string
	by   access.Actor
}

func newTramp(t *testing.T, each int) *tramp {
	t.Helper()
	w := &tramp{house: &house{}, t: t, each: each, mux: http.NewServeMux(), typed: map[string]string{}, field: map[string]map[string]bool{}, sent: map[string]int{}, tried: map[string]int{}, kinds: map[string]int{}, pages: map[string]string{}, shown: map[string]bool{}}
	today := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	story := clock.At(today)
	g, err := server.OpenGround(t.Context(), config.Config{Data: t.TempDir()}, story, slog.New(slog.NewJSONHandler(&w.log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	if _, err := g.LoadCounty(t.Context(), demo.County); err != nil {
		t.Fatal(err)
	}
	a, err := server.Assemble(t.Context(), g, config.Serve{Listen: "127.0.0.1:0", Profile: "demo", Token: "token"})
	if err != nil {
		t.Fatal(err)
	}
	stage := demo.Stage{DB: g.DB, Clock: story, Guard: a.Guard, Book: a.Rules, Say: io.Discard, Desk: a.Plans, Cabinet: a.Cabinet, Children: 60, Assessor: a.Assessor, Cases: a.Cases, Referrer: a.Referrer, Alarm: a.Alarm,
		Screener: a.Screener, Reception: a.Reception, Orders: a.Orders(), Guardian: a.Guardian, Justice: a.Justice,
		Numbers: a.Ledgers(), Lists: a.Imports(), Clear: a.Disclosure(), Special: a.Specialist(), Requests: a.Counter()}
	if _, err := stage.Play(t.Context(), today); err != nil {
		t.Fatal(err)
	}
	w.App = a
	a.Attach = func(r *http.Request) (*http.Request, access.Actor, error) { return r, w.by, nil }
	if w.handler, err = a.Server(); err != nil {
		t.Fatal(err)
	}
	for _, r := range a.Routes {
		w.mux.Handle(r.Method+" "+r.Path, http.NotFoundHandler())
	}
	w.people()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/reports", strings.NewReader(`{"danger_now":false,"what":"hurt","mandatory":true,"situations":["R4"],"narrative":"夜里有哭声","reporter":{"name":"石老师","phone":"13900001234"}}`))
	r.Header.Set("Content-Type", "application/json")
	taken := httptest.NewRecorder()
	w.handler.ServeHTTP(taken, r)
	var answer struct{ Receipt string }
	if err := json.Unmarshal(taken.Body.Bytes(), &answer); err != nil || answer.Receipt == "" {
		t.Fatal(taken.Body, err)
	}
	w.receipt = answer.Receipt
	return w
}

// people is one person of each role, those of the guide first.
func (w *tramp) people() {
	w.t.Helper()
	type account struct {
		ID    ref.User
		Login string
	}
	rows, err := db.All[account](w.t.Context(), w.DB.Reader(), "SELECT id, login FROM auth_user ORDER BY id")
	if err != nil {
		w.t.Fatal(err)
	}
	met := map[string]bool{}
	for _, first := range []bool{true, false} {
		for _, row := range rows {
			guide := slices.ContainsFunc(demo.Guide, func(a demo.Account) bool { return a.Login == row.Login })
			by, err := w.Guard.ActorOf(w.t.Context(), w.DB.Reader(), row.ID)
			if err != nil || guide != first || !guide && met[string(by.Post.Role)] || by.Post.ID == 0 {
				continue
			}
			met[string(by.Post.Role)] = true
			w.cast = append(w.cast, walker{row.Login, by})
		}
	}
	w.cast = append(w.cast, walker{name: "nobody"})
}

// route gives the pattern of an address, or "".
func (w *tramp) route(method, path string) string {
	r := httptest.NewRequest(method, "http://example.cn"+path, nil)
	_, pattern := w.mux.Handler(r)
	return pattern
}

// word is a form of words that fits, with a mark of its own.
func (w *tramp) word(field string, limit int) string {
	for range w.forms {
		f := w.forms[w.dealt%len(w.forms)]
		w.dealt++
		mark := fmt.Sprintf("xq%04dx", w.dealt%10_000)
		if p := strings.ReplaceAll(f, "§", mark); len(utf16.Encode([]rune(p))) <= limit {
			w.typed[mark[2:6]] = field
			return p
		}
	}
	return "甲"
}

func (w *tramp) note(field, what string) {
	if w.field[field] == nil {
		w.field[field] = map[string]bool{}
	}
	w.field[field][what] = true
}

// plausible is what a field wants that takes no words of any form; each
// further time it is something else.
func (w *tramp) plausible(c control, times int) string {
	if times > 1 && !c.required {
		return ""
	}
	today := clock.Of(w.Clock.Now()).Time()
	for _, is := range []struct{ part, first, then string }{
		{"receipt", w.receipt, ""}, {"phone", "13900001234", ""}, {"login", "user" + strconv.Itoa(w.dealt), ""}, {"hour", "09:30", ""}, {"year", "2026", ""},
		{"code", "", ""}, {"birth", "2015-06-01", ""}, {"until", "2026-12-15", "2026-11-20"}, {"due", "2026-12-15", "2026-11-20"},
		{"time", today.Format("2006-01-02T15:04"), ""}, {"value", "95", ""}, {"mobile", "13900001234", ""},
	} {
		if strings.Contains(c.name, is.part) {
			return map[bool]string{true: is.then, false: is.first}[times > 1]
		}
	}
	switch {
	case c.kind == "tel":
		return "13900001234"
	case c.kind == "date" || strings.Contains(c.name, "day") || strings.Contains(c.name, "date"):
		return map[bool]string{true: "2026-12-15", false: "2026-11-20"}[times > 1]
	case c.mode == "numeric" || c.kind == "number":
		return "2"
	}
	return "测试内容" + strconv.Itoa(w.dealt)
}

// filled fills a form in: words into every field that takes any, but those in plain.
func (w *tramp) filled(f form, route string, plain map[string]int) (values url.Values, files []control, marks []string) {
	values = url.Values{}
	several := map[string]int{}
	for _, c := range f.controls {
		several[c.name]++
	}
	for _, c := range f.controls {
		switch {
		case c.name == "":
		case c.kind == "file":
			files = append(files, c)
		case c.prose():
			p := w.plausible(c, plain[c.name])
			if plain[c.name] == 0 {
				p = w.word(route+" "+long.ReplaceAllString(c.name, "N"), c.max)
				if m := mark.FindStringSubmatch(p); m != nil {
					marks = append(marks, m[1])
				}
			}
			values.Add(c.name, p)
		case c.kind == "radio":
			if values.Get(c.name) == "" || c.on {
				values.Set(c.name, c.value)
			}
		case c.kind == "checkbox":
			if c.on || c.required || several[c.name] > 1 && values.Get(c.name) == "" {
				values.Add(c.name, c.value)
			}
		case c.kind == "select":
			choices := slices.DeleteFunc(append([]string{c.value}, c.options...), func(o string) bool { return o == "" })
			if len(choices) > 0 {
				values.Set(c.name, choices[min(plain[c.name]*2, len(choices)-1)])
			}
		case c.kind == "hidden":
			values.Add(c.name, c.value)
		case c.kind == "button", c.kind == "submit":
		case c.value != "" && plain[c.name] == 0:
			values.Add(c.name, c.value)
		default:
			values.Add(c.name, w.plausible(c, plain[c.name]))
		}
	}
	return values, files, marks
}

// send sends a form as a browser would.
func (w *tramp) send(f form, values url.Values, files []control) *httptest.ResponseRecorder {
	if f.method == "get" || f.method == "" {
		path, _, _ := strings.Cut(f.action, "?")
		return w.do(http.MethodGet, path+"?"+values.Encode(), nil)
	}
	route := w.route(http.MethodPost, f.action)
	if !f.multipart {
		return w.do(http.MethodPost, f.action, values)
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for name, list := range values {
		for _, v := range list {
			_ = m.WriteField(name, v)
		}
	}
	for _, c := range files {
		content, ending := "材料", ".txt"
		if strings.Contains(c.accept, "csv") {
			content, ending = w.list(route), ".csv"
		}
		if strings.HasPrefix(f.action, "/plans") {
			content = "云岭县未成年人保护工作方案\n一、工作任务\n（一）" + w.word(route+" text", 200) + "。由县教育局牵头，县民政局配合，于2026年12月底前完成。\n（二）每月走访一次。" + w.word(route+" text", 200) + "\n"
		}
		part, err := m.CreateFormFile(c.name, strings.NewReplacer("/", "", "\\", "", "\n", "", `"`, "").Replace(w.word(route+" name of the file", 60))+ending)
		if err == nil {
			_, _ = part.Write([]byte(content))
		}
	}
	m.Close()
	r := httptest.NewRequest(http.MethodPost, f.action, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	a := httptest.NewRecorder()
	w.handler.ServeHTTP(a, r)
	return a
}

// list is a list of children, or of orders, whose cells are words.
func (w *tramp) list(action string) string {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	rows := [][]string{{"姓名", "性别", "出生日期", "居住地", "学校"}}
	if strings.Contains(action, "orders") {
		rows = [][]string{{"工单编号", "诉求内容", "诉求人", "地址"}}
	}
	for i := range 3 {
		row := []string{w.word(action+" cell 1", 60), "男", "2016-01-0" + strconv.Itoa(i+1), "上坪村", w.word(action+" cell 5", 60)}
		if strings.Contains(action, "orders") {
			row = []string{"YL2026112000" + strconv.Itoa(i), w.word(action+" cell 2", 60), w.word(action+" cell 3", 60), w.word(action+" cell 4", 60)}
		}
		rows = append(rows, row)
	}
	_ = c.WriteAll(rows) // a buffer takes all
	return b.String()
}

// harmless are forms without words that show something, or lead to forms with words.
var harmless = regexp.MustCompile(`/(reveal|read|look|open|enter|accept|sign|carried|check|known|same|take|letter)$`)

// shunned end the walk or take the ground away under it.
var shunned = regexp.MustCompile(`^/(logout|post|login|password|factor|system/bundle|keys)|/(abolish|disable|discard|undo|unmerge|import_undo)$|/live$`)

// submit sends a form in one go or, where fields refuse what was typed, with
// something plausible in those.
func (w *tramp) submit(who walker, f form, depth int) {
	path, _, _ := strings.Cut(f.action, "?")
	method := strings.ToUpper(f.method)
	if method == "" {
		method = http.MethodGet
	}
	route := w.route(method, path)
	names, prose := []string{}, false
	for _, c := range f.controls {
		if c.kind == "password" {
			return
		}
		prose = prose || c.prose() || c.kind == "file"
		if c.name != "" && c.kind != "hidden" && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	key := route + " " + strings.Join(names, ",")
	if route == "" || shunned.MatchString(path) || !prose && w.round == 0 && !harmless.MatchString(path) && !strings.HasPrefix(path, "/report/") || w.sent[key] >= w.each || w.tried[key+who.name] >= 2*w.each || depth > 8 {
		return
	}
	w.tried[key+who.name]++
	plain := map[string]int{}
	for range 4 {
		values, files, marks := w.filled(f, route, plain)
		for _, m := range marks {
			w.note(w.typed[m], "offered")
		}
		a := w.send(f, values, files)
		name := route + " as " + who.name
		w.look(name, a)
		if a.Code >= 500 {
			w.t.Errorf("%s: status %d", name, a.Code)
		}
		if a.Code < 400 {
			w.sent[key]++
			for _, m := range marks {
				w.note(w.typed[m], "taken")
			}
			if to := a.Header().Get("Location"); a.Code == http.StatusSeeOther && strings.HasPrefix(to, "/") && !shunned.MatchString(to) {
				a = w.do(http.MethodGet, to, nil)
				w.look("GET "+number.ReplaceAllString(to, "/N")+" as "+who.name, a)
			}
			if a.Code == http.StatusOK && strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
				_, forms := read(a.Body.Bytes())
				for _, next := range forms {
					w.submit(who, next, depth+1)
				}
			}
			return
		}
		more := false
		if a.Code == http.StatusUnprocessableEntity {
			_, forms := read(a.Body.Bytes())
			for _, g := range forms {
				for _, c := range g.controls {
					if g.action == f.action && c.wrong {
						plain[c.name]++
						more = true
					}
				}
			}
			if !more && len(plain) == 0 { // it says of the whole what is wrong
				for _, c := range f.controls {
					if figures.MatchString(c.name) {
						plain[c.name], more = 1, true
					}
				}
			}
		}
		if !more {
			return
		}
	}
}

// look looks through an answer and notes which fields were seen in it.
func (w *tramp) look(name string, a *httptest.ResponseRecorder) (found int) {
	kind, marks := whole(w.t, name, a)
	w.kinds[kind]++
	if a.Code != http.StatusOK {
		return 0 // a form that comes back is no view of what is kept
	}
	for _, m := range marks {
		if f := w.typed[m]; f != "" && !strings.HasPrefix(name, strings.SplitN(f, " ", 3)[0]+" "+strings.SplitN(f, " ", 3)[1]) {
			w.note(f, "seen")
			w.note(f, "seen in "+kind)
		}
	}
	return len(marks)
}

// long are ids in names of fields.
var long = regexp.MustCompile(`\d{6,}`)

// figures are names of fields that want a figure.
var figures = regexp.MustCompile(`value|number|year|round|count`)

var number = regexp.MustCompile(`/\d+|=[^&]*`)

// walk goes through every page that a person reaches; what it does with the forms is told.
func (w *tramp) walk(who walker, do func(f form)) (pages int) {
	w.by, w.opened = who.by, map[string]bool{}
	seen, met := map[string]bool{}, map[string]int{}
	var queue []string
	push := func(href string) {
		u, err := url.Parse(href)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/assets/") || shunned.MatchString(u.Path) {
			return
		}
		u.Fragment = ""
		kind := number.ReplaceAllString(u.RequestURI(), "/N")
		if seen[u.RequestURI()] || met[kind] >= w.each {
			return
		}
		seen[u.RequestURI()] = true
		met[kind]++
		queue = append(queue, u.RequestURI())
	}
	for _, r := range w.Routes {
		if r.Method == http.MethodGet && !strings.Contains(strings.TrimSuffix(r.Path, "{$}"), "{") && (r.Permission == access.Public || who.by.Can(r.Permission)) {
			push(strings.TrimSuffix(r.Path, "{$}"))
		}
	}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		a := w.do(http.MethodGet, path, nil)
		name := "GET " + number.ReplaceAllString(path, "/N") + " as " + who.name
		if a.Code >= 500 {
			w.t.Errorf("%s: status %d", name, a.Code)
		}
		if w.look(name, a) > 0 && a.Code == http.StatusOK {
			if kind := strings.Split(name, " ")[1]; !w.shown[kind] {
				w.shown[kind] = true
				w.pages[path] = who.name
			}
		}
		pages++
		w.opened[path] = a.Code == http.StatusOK
		if a.Code != http.StatusOK || !strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
			continue
		}
		links, forms := read(a.Body.Bytes())
		for _, l := range links {
			push(l)
		}
		for _, f := range forms {
			if f.action == "" {
				f.action = path
			}
			do(f)
		}
	}
	maps.DeleteFunc(w.opened, func(_ string, ok bool) bool { return !ok })
	return pages
}

// S-06: every field of words of every form that anybody in a whole county
// meets, plans, screening, units, regions, accounts and settings among them:
// what is typed stands as words in every page and file that anybody opens.
func TestFaultOfNoFieldOfAnyForm(t *testing.T) {
	each, rounds := 1, 2
	if n, err := strconv.Atoi(os.Getenv("WEIBAO_FAULTS")); err == nil {
		each = max(1, min(n/100, 3))
	}
	w := newTramp(t, each)
	for _, b := range breakouts {
		for _, e := range elements {
			w.forms = append(w.forms, b+e)
		}
	}
	w.forms = append(w.forms, others...)
	for i := range w.forms { // as many short ones as long ones come early
		j := (i * 211) % len(w.forms)
		w.forms[i], w.forms[j] = w.forms[j], w.forms[i]
	}
	pages := 0
	for w.round = range rounds { // what was typed first opens further forms
		for _, who := range w.cast {
			pages += w.walk(who, func(f form) { w.submit(who, f, 0) })
		}
	}
	w.shown, w.pages = map[string]bool{}, map[string]string{}
	for _, who := range w.cast {
		pages += w.walk(who, func(form) {})
	}
	w.report(pages)
	if file := os.Getenv("WEIBAO_MARKUP"); file != "" {
		w.serve(file)
	}
}

// serve lets a browser open the pages that show what was typed, as who opens
// them; the file tells of them, and ends it when it goes.
func (w *tramp) serve(file string) {
	s := httptest.NewServer(http.HandlerFunc(func(a http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/live") {
			a.WriteHeader(http.StatusNoContent) // stays open, and nobody else would have his turn
			return
		}
		w.turn.Lock()
		defer w.turn.Unlock()
		w.by = access.Actor{}
		for _, who := range w.cast {
			if who.name == r.Header.Get("X-Who") {
				w.by = who.by
			}
		}
		w.handler.ServeHTTP(a, r)
	}))
	defer s.Close()
	text, err := json.Marshal(map[string]any{"url": s.URL, "pages": w.pages})
	if err == nil {
		err = os.WriteFile(file+".part", text, 0o600)
	}
	if err == nil {
		err = os.Rename(file+".part", file)
	}
	for deadline := time.Now().Add(15 * time.Minute); err == nil && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		_, err = os.Stat(file)
	}
}

// areas are parts of the product in which something typed must be seen again.
var areas = []string{"/plan/", "/plans/", "/tasks/", "/screenings/", "/units/", "/users/", "/regions/", "/group/", "/suggestions/", "/children/", "/imports/", "/reports/", "/report/", "/intake/", "/cases/", "/referrals/", "/emergency-", "/guardianship/", "/duties/"}

// report tells what was reached, and fails if that is too little.
func (w *tramp) report(pages int) {
	t := w.t
	offered, taken, seen := 0, 0, 0
	for _, f := range slices.Sorted(maps.Keys(w.field)) {
		of := w.field[f]
		offered++
		if of["taken"] {
			taken++
		} else {
			t.Logf("not taken: %s", f)
		}
		if of["seen"] {
			seen++
		} else if of["taken"] {
			t.Logf("not seen: %s", f)
		}
	}
	reached := map[string]bool{}
	for key := range w.sent {
		reached[strings.Join(strings.Fields(key)[:2], " ")] = true
	}
	posts := 0
	for _, r := range w.Routes {
		if r.Method != http.MethodPost {
			continue
		}
		posts++
		if !reached[r.Method+" "+r.Path] {
			t.Logf("not sent: %s %s", r.Method, r.Path)
		}
	}
	for _, area := range areas {
		seen := slices.ContainsFunc(slices.Collect(maps.Keys(w.field)), func(f string) bool { return strings.HasPrefix(f, "POST "+area) && w.field[f]["seen"] })
		if !seen {
			t.Errorf("nothing that was typed under %s was seen anywhere", area)
		}
	}
	if offered < 220 || taken < 160 || seen < 80 || len(reached) < 150 || w.kinds["pdf"] < 1 || w.kinds["word"] < 5 || w.kinds["book"] < 50 {
		t.Error("too few fields, forms or files were reached")
	}
	t.Logf("%d people, %d pages; %d fields of words offered, %d taken, %d seen elsewhere; %d of %d routes that take forms; %d marks; answers %v", len(w.cast), pages, offered, taken, seen, len(reached), posts, w.dealt, w.kinds)
}

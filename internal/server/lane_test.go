package server_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"weibao/assets"
	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/server"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

// crowded is a server with one page that never ends by itself and one route that goes first.
func crowded(t *testing.T) (s *server.Server, begun chan struct{}, end func()) {
	t.Helper()
	d, err := db.Open(t.Context(), testkit.DSN(t, db.SQLite), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	style, err := assets.Read(fstest.MapFS{"manifest.json": {Data: []byte(`{"public.css":"public.1.css"}`)}, "public.1.css": {Data: []byte("b>i{color:red}")}})
	if err != nil {
		t.Fatal(err)
	}
	begun, hold := make(chan struct{}, 1<<12), make(chan struct{})
	handle := func(wait bool) ui.Handler {
		return func(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
			if wait {
				begun <- struct{}{}
				<-hold
			}
			body, err := io.ReadAll(r.Body)
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return nil // he has gone
			}
			if err == nil {
				_, err = w.Write(body)
			}
			return err
		}
	}
	s, err = server.New(server.Options{UI: uitest.New(t), DB: d, Log: slog.New(slog.DiscardHandler),
		Attach: func(r *http.Request) (*http.Request, access.Actor, error) { return r, access.Actor{}, nil },
		Phones: []server.Phone{{Number: "110", Label: "公安报警", Child: "有人伤害你"}, {Number: "12345", Label: "热线", When: "咨询"}}, Assets: style,
		Routes: []ui.Route{
			{Method: "GET", Path: "/slow", Permission: access.Public, Handle: handle(true)},
			{Method: "GET", Path: "/door", Permission: access.Public, Handle: handle(false), First: true},
			{Method: "POST", Path: "/api/report", Permission: access.Public, Handle: handle(false), First: true},
			{Method: "GET", Path: "/report/child/slow", Permission: access.Public, Handle: handle(true)},
			{Method: "POST", Path: "/api/slow", Permission: access.Public, Handle: handle(true), First: true},
		}})
	if err != nil {
		t.Fatal(err)
	}
	return s, begun, sync.OnceFunc(func() { close(hold) })
}

// stands asks that a page is light and asks the crowded server for nothing more.
func stands(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	page := w.Body.String()
	_, rest, _ := strings.Cut(page, "<style>")
	text, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(text))
	if text == "" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("style %q under %q", text, w.Header().Get("Content-Security-Policy"))
	}
	if len(page) > 40<<10 || strings.Contains(page, "<link") || strings.Contains(page, "src=") {
		t.Errorf("%d bytes: %s", len(page), page)
	}
}

func ask(s http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

func TestWhatHasNoRoomIsToldWhomToCallWhileReportsGoOn(t *testing.T) {
	s, begun, end := crowded(t)
	defer end()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	n := 12 * runtime.GOMAXPROCS(0)
	for range n {
		wg.Go(func() { ask(s, "GET", "/slow", "") })
	}
	for range n {
		<-begun
	}
	w := ask(s, "GET", "/slow", "")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	for _, want := range []string{`href="tel:110"`, `href="tel:12345"`, "请过几秒钟再试"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the answer lacks %s", want)
		}
	}
	stands(t, w)
	w = ask(s, "GET", "/report/child/slow", "")
	stands(t, w)
	if page := w.Body.String(); !strings.Contains(page, "有人伤害你") || !strings.Contains(page, "你写的还在") || strings.Contains(page, "提交") || !strings.Contains(page, "咨询") {
		t.Errorf("a child reads %s", page)
	}
	if w := ask(s, "POST", "/api/report", "told"); w.Code != http.StatusOK || w.Body.String() != "told" {
		t.Errorf("a report meets %d %s", w.Code, w.Body)
	}
	if w := ask(s, "GET", "/door", ""); w.Code != http.StatusOK {
		t.Errorf("who wants to report meets %d", w.Code)
	}
	end()
	wg.Wait()
	if w := ask(s, "GET", "/slow", ""); w.Code != http.StatusOK {
		t.Errorf("with room again: %d", w.Code)
	}
}

func TestReportsAreBoundedToo(t *testing.T) {
	s, begun, end := crowded(t)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer end()
	for range 256 {
		wg.Go(func() { ask(s, "POST", "/api/slow", "") })
	}
	for range 256 {
		<-begun
	}
	w := ask(s, "POST", "/api/report", "told")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), `"phones":["110","12345"]`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// Who sends his body slowly holds no place of those who have sent theirs.
func TestSlowSendersHoldNoTurn(t *testing.T) {
	s, _, end := crowded(t)
	defer end()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	var slow []net.Conn
	defer func() {
		for _, c := range slow {
			c.Close()
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	for range 300 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
		fmt.Fprint(c, "POST /api/report HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow")
	}
	time.Sleep(100 * time.Millisecond) // their requests have come in
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprint(c, "POST /api/report HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ntold")
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Errorf("status %d", r.StatusCode)
	}
}

func TestABodyThatIsTooLongForAReportIsRefused(t *testing.T) {
	s, _, end := crowded(t)
	defer end()
	if w := ask(s, "POST", "/api/report", strings.Repeat("长", 100_000)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

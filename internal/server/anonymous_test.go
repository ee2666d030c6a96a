package server_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two hundred people report without a name through the whole program, each
// from an address and with a browser that is known here: nothing of it stands
// in the data folder, in a backup, or in the log.
func TestNothingOfTheProgramTellsWhoReportedWithoutAName(t *testing.T) {
	h := newHouse(t, nil)
	var traces []string
	for i := range 200 {
		trace := fmt.Sprintf("Reporter%03dAgent", i)
		address := fmt.Sprintf("203.0.113.%d", i)
		body := `{"danger_now":false,"what":"hurt","narrative":"夜里有哭声"}`
		r := httptest.NewRequest(http.MethodPost, "/api/v1/reports", strings.NewReader(body))
		r.RemoteAddr = address + ":40000"
		for _, name := range []string{"User-Agent", "Referer", "Accept-Language", "X-Device", "Cookie"} {
			r.Header.Set(name, trace)
		}
		r.Header.Set("X-Forwarded-For", address)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		if w.Code != http.StatusCreated {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w.Header().Get("Set-Cookie") != "" {
			t.Error("who reports is given a cookie")
		}
		traces = append(traces, trace, address)
	}
	target := filepath.Join(t.TempDir(), "backup")
	if err := h.Backup(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	look := func(where string, content []byte) {
		for _, trace := range traces {
			if bytes.Contains(content, []byte(trace)) {
				t.Errorf("%s holds %s", where, trace)
			}
		}
	}
	look("the log", h.log.Bytes())
	if !strings.Contains(h.log.String(), "/api/v1/reports") {
		t.Error("the log tells nothing at all, so that this test sees nothing")
	}
	for _, root := range []string{h.Config.Data, filepath.Dir(target)} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			look(filepath.Base(path), content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/server"
	"weibao/internal/system/bundle"
)

// bundles gives the parts of the support bundles that the page and the command
// make, of which each must hold the log and the numbers of rows.
func bundles(t *testing.T, h *house) map[string][]byte {
	t.Helper()
	h.by = access.Actor{User: 7, Name: "管理员", Post: access.Post{ID: 7, Region: county, Role: access.SystemAdmin}}
	page := h.do(http.MethodPost, "/system/bundle", nil)
	if page.Code != http.StatusOK {
		t.Fatalf("bundle: status %d", page.Code)
	}
	file := filepath.Join(t.TempDir(), "bundle.zip")
	parts, traced, err := server.Bundle(t.Context(), h.Config, h.Clock, h.Log, file, h.Recent.Lines(), func(string, int, int) {})
	if err != nil || !traced {
		t.Fatal(traced, err)
	}
	for _, p := range parts {
		if p.Failed != "" {
			t.Errorf("%s: %s", p.Name, p.Failed)
		}
	}
	command, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for maker, zipped := range map[string][]byte{"page": page.Body.Bytes(), "command": command} {
		z, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if out[maker+" "+f.Name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		log, tables := string(out[maker+" log.jsonl"]), string(out[maker+" tables.json"])
		if !strings.Contains(log, "ControlOfTheBundle") || strings.Count(log, "POST /api/v1/reports") < 200 {
			t.Errorf("the bundle of the %s holds no log, so that this test sees nothing", maker)
		}
		if !regexp.MustCompile(`"name": "intake_report",\s+"rows": 200,`).MatchString(tables) {
			t.Errorf("the bundle of the %s does not count the reports: %s", maker, tables)
		}
	}
	return out
}

// Two hundred people report without a name through the whole program, each
// from an address and with a browser that is known here: nothing of it stands
// in the data folder, in a backup, or in the log.
func TestNothingOfTheProgramTellsWhoReportedWithoutAName(t *testing.T) {
	h := newHouse(t, nil)
	// The log of this house is kept as that of the program is; the control goes
	// through it and must be found.
	h.Recent = new(bundle.Recent)
	h.Recent.Write([]byte(`{"level":"INFO","msg":"ControlOfTheBundle"}` + "\n"))
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
	for line := range bytes.Lines(h.log.Bytes()) {
		h.Recent.Write(line)
	}
	for where, content := range bundles(t, h) {
		look(where, content)
	}
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

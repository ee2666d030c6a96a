package bundle_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/system/bundle"
	"weibao/internal/testkit"
)

func source(t *testing.T, d *db.DB, c clock.Clock) bundle.Source {
	t.Helper()
	return bundle.Source{DB: d, Clock: c, Config: config.Config{Data: t.TempDir()}, Version: "1.2.3", County: "demo",
		Checks: func(context.Context) []bundle.Check {
			return []bundle.Check{{What: "数据库", Says: "完好", State: "ok"}}
		}}
}

// made gives the files of a bundle.
func made(t *testing.T, s bundle.Source) (map[string]string, bundle.Bundle) {
	t.Helper()
	b, err := bundle.Make(t.Context(), s, func(string, int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Zip), int64(len(b.Zip)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out, b
}

func TestABundleTellsHowTheInstallationStandsAndNothingOfWhatItHolds(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		by := access.Actor{User: 7, Name: "石秀兰", Post: access.Post{ID: 7, Region: "990101000000", Role: access.SystemAdmin}}
		for range 3 {
			if err := bundle.Trace(t.Context(), d, by); err != nil {
				t.Fatal(err)
			}
		}
		if held, err := db.Get[int64](t.Context(), d.Reader(), "SELECT count(*) FROM audit_entry WHERE actor_name = '石秀兰' AND action = 'system.bundle'"); err != nil || held != 3 {
			t.Fatal("the journal holds", held, err)
		}
		s := source(t, d, c)
		told := map[string]bool{}
		if _, err := bundle.Make(t.Context(), s, func(label string, _, _ int) { told[label] = true }); err != nil || len(told) != len(bundle.Labels()) {
			t.Errorf("told of %d parts, %v", len(told), err)
		}
		files, b := made(t, s)
		for _, p := range b.Parts {
			if p.Failed != "" {
				t.Errorf("%s: %s", p.Name, p.Failed)
			}
			if !strings.Contains(files["README.txt"], p.Name) {
				t.Errorf("the readme is silent about %s", p.Name)
			}
		}
		for name, want := range map[string]string{"versions.json": string(d.Dialect), "health.json": "完好", "migrations.json": `"applied": "`, "machine.json": "MemTotal", "log.jsonl": "left out"} {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s lacks %s: %.300s", name, want, files[name])
			}
		}
		var tables struct {
			Bytes  int64
			Tables []struct {
				Name        string
				Rows, Bytes int64
			}
		}
		if err := json.Unmarshal([]byte(files["tables.json"]), &tables); err != nil || tables.Bytes == 0 || len(tables.Tables) < 30 {
			t.Fatalf("%v: %+v", err, tables)
		}
		for _, table := range tables.Tables {
			if table.Name == "audit_entry" && table.Rows != 3 || table.Rows < 0 || table.Bytes < 0 {
				t.Errorf("%+v", table)
			}
		}
		for name, text := range files {
			if strings.Contains(text, "石秀兰") {
				t.Errorf("%s holds a name", name)
			}
		}
	})
}

func TestOnlyTheSystemAdministratorAndTheCommandLineMakeOne(t *testing.T) {
	d := testkit.Open(t, db.SQLite, clock.At(testkit.Noon))
	for _, info := range access.Roles {
		by := access.Actor{User: 7, Name: "甲", Post: access.Post{ID: 7, Region: "990101000000", Role: info.Role}}
		if err := bundle.Trace(t.Context(), d, by); (err == nil) != (info.Role == access.SystemAdmin) || err != nil && !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: %v", info.Role, err)
		}
	}
	if err := bundle.Trace(t.Context(), d, access.Program); err != nil {
		t.Error(err)
	}
}

func TestSettingsTellNoSecretAndNoAddress(t *testing.T) {
	t.Setenv("WEIBAO_METRICS_TOKEN", "geheimes-zeichen")
	s := bundle.Source{Clock: clock.At(testkit.Noon), Checks: func(context.Context) []bundle.Check { return nil },
		Config: config.Config{Data: "/srv/lisi/data", Keys: "/media/lisi/k", Database: "postgres://wang:geheim@203.0.113.3:5432,203.0.113.4:5432/kreis?sslmode=verify-full&passfile=/srv/lisi/p"},
		Serve:  &config.Serve{Listen: "203.0.113.9:8443", Profile: "dengbao", Secure: true, Proxies: []string{"203.0.113.8"}, Token: "geheimes-zeichen"}}
	files, b := made(t, s)
	for name, text := range files {
		for _, secret := range []string{"geheim", "lisi", "wang", "203.0.113", "kreis"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %s", name, secret)
			}
		}
	}
	for _, want := range []string{"verify-full", `"hosts": 2`, `"port": "8443"`, `"metrics_token": true`, "WEIBAO_METRICS_TOKEN"} {
		if !strings.Contains(files["settings.json"], want) {
			t.Errorf("settings lack %s: %s", want, files["settings.json"])
		}
	}
	failed := 0
	for _, p := range b.Parts {
		if p.Failed != "" {
			failed++
		}
	}
	if failed != 3 || !strings.Contains(files["README.txt"], "没有取到") {
		t.Errorf("%d parts failed without a database", failed)
	}
}

func TestOfTheLogStaysOnlyWhatTellsNothingOfPeople(t *testing.T) {
	recent := &bundle.Recent{}
	log := slog.New(slog.NewJSONHandler(recent, nil))
	log.Info("request", "id", "ABCDEFGHIJKL", "route", "POST /reports/{report}/accept", "status", 201, "bytes", 123456, "ms", 12, "client", "203.0.113.7", "agent", "Geheim/1.0")
	log.Warn("job", "kind", "duty.sweep", "id", 286709199669270699, "took", "1.234567ms", "attempt", 2,
		"error", errs.New(errs.Invalid, `单小明 already has 990101201506010018 in "单小红" at /srv/lisi/data/x from 203.0.113.7:4000, ask wang@example.cn, pg://u:p@h/x, tel 139 0000 1234, fe80::1 (name)=(单)`))
	log.Error("panic", "route", "GET /x 单小明", "panic", "index 5 out of range of 单小明", "stack", "weibao/internal/server.(*Server).page(0xc000123456)\n\tweibao/internal/server/routes.go:112 +0x12", "phone", "13900001234")
	log.Info("a line about 单小明")
	s := bundle.Source{Clock: clock.At(testkit.Noon), Checks: func(context.Context) []bundle.Check { return nil }, Log: append(recent.Lines(), []byte("panic: plain words of 单小明\n"))}
	files, _ := made(t, s)
	text := files["log.jsonl"]
	for _, gone := range []string{"单", "小", "203.0.113", "Geheim", "99010", "lisi", "wang", "example", "139", "1234\"", "fe80", "286709199669270699", "u:p"} {
		if strings.Contains(text, gone) {
			t.Errorf("holds %s", gone)
		}
	}
	for _, stays := range []string{"ABCDEFGHIJKL", "POST /reports/{report}/accept", `"status":201`, "duty.sweep", "1.234567ms", "already has", "out of range", "routes.go:112", `"lines":1`} {
		if !strings.Contains(text, stays) {
			t.Errorf("lacks %s", stays)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestTheLogIsKeptToItsLastLines(t *testing.T) {
	var recent bundle.Recent
	for i := range bundle.MaxLines + 10 {
		fmt.Fprintf(&recent, "%d\n", i)
	}
	lines := recent.Lines()
	if len(lines) != bundle.MaxLines || string(lines[0]) != "10\n" || string(lines[len(lines)-1]) != fmt.Sprintf("%d\n", bundle.MaxLines+9) {
		t.Errorf("%d lines from %s to %s", len(lines), lines[0], lines[len(lines)-1])
	}
	var none *bundle.Recent
	if none.Lines() != nil {
		t.Error("without a log there are lines")
	}
}

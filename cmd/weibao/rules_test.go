package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func runRules(t *testing.T, args ...string) (status int, out, complaints string) {
	t.Helper()
	var o, c bytes.Buffer
	status = run(append([]string{"rules", "check"}, args...), &o, &c)
	return status, o.String(), c.String()
}

func TestRulesCheckPassesWhatIsShipped(t *testing.T) {
	status, out, complaints := runRules(t)
	if status != 0 || complaints != "" || !strings.Contains(out, "规则没有问题:全国规则和9个县规则包") {
		t.Errorf("got %d %q %q", status, out, complaints)
	}
}

func TestRulesCheckNamesFileLineAndCause(t *testing.T) {
	dir := t.TempDir()
	pack := filepath.Join(dir, "county", "x")
	write(t, filepath.Join(pack, "county.yaml"), "kind: county\ntitle: 某县\nfull_name: 某省某县\nregion: \"990102000000\"\ntier: county\nstatus: local\nvalid_from: 2020-01-01\nsource: {document: 某}\n")
	bad := filepath.Join(pack, "terms.yaml")
	write(t, bad, "kind: terms\nitems:\n  - {id: seal, label: 印, text: 印, status: local, valid_from: 2020-01-01}\n")
	for _, path := range []string{dir, pack, bad} {
		status, out, complaints := runRules(t, path)
		if status == 0 || !strings.Contains(out, bad+":3: 缺少来源(source)") || strings.Count(complaints, "\n") != 1 {
			t.Errorf("%s: got %d %q %q", path, status, out, complaints)
		}
	}
	write(t, bad, "kind: terms\nitems:\n  - {id: seal, label: 印, text: 印, status: local, valid_from: 2020-01-01, source: {document: 某}}\n")
	for _, path := range []string{dir, pack, bad} {
		if status, out, complaints := runRules(t, path); status != 0 {
			t.Errorf("%s: got %d %q %q", path, status, out, complaints)
		}
	}
}

func TestRulesCheckRefusesWhatIsNoRules(t *testing.T) {
	dir := t.TempDir()
	for path, says := range map[string]string{filepath.Join(dir, "nix"): "没有“", dir: "不是规则文件夹"} {
		status, _, complaints := runRules(t, path)
		if status == 0 || !strings.Contains(complaints, says) || strings.Count(complaints, "\n") != 1 {
			t.Errorf("got %d %q", status, complaints)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const samplePlans = "../../internal/plan/compile/testdata/text/"

func runCompile(t *testing.T, args ...string) (status int, out, complaints string) {
	t.Helper()
	var o, c bytes.Buffer
	status = run(append([]string{"plan", "compile"}, args...), &o, &c)
	return status, o.String(), c.String()
}

func TestPlanCompilePrintsOneObjectALine(t *testing.T) {
	status, out, complaints := runCompile(t, samplePlans+"yunxi.txt", samplePlans+"heping.txt")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if status != 0 || complaints != "" || len(lines) != 2 {
		t.Fatalf("got %d, %d lines, %q", status, len(lines), complaints)
	}
	var plan struct {
		Plan  string
		Tasks []struct {
			ID, Quote  string
			Start, End int
			Lead       []string
			FoundBy    []string `json:"found_by"`
		}
	}
	if err := json.Unmarshal([]byte(lines[0]), &plan); err != nil {
		t.Fatal(err)
	}
	if plan.Plan != "yunxi" || len(plan.Tasks) != 10 || plan.Tasks[0].ID != "yunxi-01" || plan.Tasks[0].Lead[0] != "县民政局" || len(plan.Tasks[0].FoundBy) == 0 {
		t.Errorf("got %+v", plan)
	}
}

func TestPlanCompileTableIsAligned(t *testing.T) {
	status, out, _ := runCompile(t, "--format", "table", samplePlans+"yunxi.txt")
	if status != 0 || !strings.Contains(out, "牵头单位") || !strings.Contains(out, "共 10 项任务") {
		t.Errorf("got %d\n%s", status, out)
	}
}

func TestPlanCompileSaysWhatIsWrongInOneLine(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "空.txt")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for words, args := range map[string][]string{
		"文件是空的":    {empty},
		"文件不存在":    {filepath.Join(dir, "没有.txt")},
		"这是文件夹":    {dir},
		"--format": {"--format", "xml", empty},
		"缺少参数":     {},
	} {
		status, out, complaints := runCompile(t, args...)
		if status == 0 || out != "" || strings.Count(complaints, "\n") != 1 || !strings.Contains(complaints, words) {
			t.Errorf("%v: got %d %q %q", args, status, out, complaints)
		}
	}
	status, out, complaints := runCompile(t, empty, samplePlans+"yunxi.txt")
	if status == 0 || strings.Count(out, "\n") != 1 || strings.Count(complaints, "\n") != 1 {
		t.Errorf("one bad file among two: got %d %q %q", status, out, complaints)
	}
}

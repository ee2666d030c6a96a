package pdf_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/letter"
	"weibao/internal/letter/pdf"
)

func paper(t *testing.T) letter.Document {
	t.Helper()
	day, err := civil.Parse("2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("昨天夜里十点左右听到隔壁孩子哭喊，今天上学看到脸上有伤。", 80)
	return letter.Document{Title: "强制报告凭证", Signer: "云岭县未保办", Date: day, Body: []letter.Block{letter.Text("下列报告已经提交。"),
		letter.Table{Columns: []letter.Column{{Title: "项目", Share: 1}, {Title: "内容", Share: 3}}, Rows: [][]string{{"报告编号", "20260302-12345-67890"}, {"报告内容", long}, {"尾", "(最后) \\一行)"}}}}}
}

func TestAPaperCanBeReadAndIsTheSameTwice(t *testing.T) {
	var first, again bytes.Buffer
	if err := pdf.Write(&first, paper(t)); err != nil {
		t.Fatal(err)
	}
	if err := pdf.Write(&again, paper(t)); err != nil || !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Errorf("the same paper differs, %v", err)
	}
	if n := first.Len(); n > 100<<10 {
		t.Errorf("%d bytes", n)
	}
	read, err := exec.LookPath("pdftotext")
	if _, none := os.Stat("/usr/share/poppler/cMap/Adobe-GB1"); err != nil || none != nil {
		t.Skip("reads the text back with pdftotext and poppler-data, which are not installed (scripts/deps.sh installs them)")
	}
	path := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(path, first.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(read, "-layout", path, "-").CombinedOutput()
	text := string(said)
	for _, want := range []string{"强制报告凭证", "20260302-12345-67890", "(最后) \\一行)", "云岭县未保办", "2026年3月2日", "第1页，共", "第2页，共"} {
		if err != nil || !strings.Contains(text, want) {
			t.Fatalf("no %q in %s, %v", want, text, err)
		}
	}
	if n := strings.Count(strings.Join(strings.Fields(text), ""), "脸上有伤"); n < 70 {
		t.Errorf("%d of 80 sentences can be found", n)
	}
}

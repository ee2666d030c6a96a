package letter_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"weibao/internal/civil"
	"weibao/internal/letter"
)

// wholeXML is what Go's decoder does not insist on: nothing but blanks around the root.
var wholeXML = regexp.MustCompile(`(?s)^(<\?xml [^>]*\?>)?\s*<.*>\s*$`)

var update = flag.Bool("update", false, "rewrite the golden files")

func sample() letter.Document {
	return letter.Document{
		Issuer: "云岭县未成年人保护工作委员会办公室文件", Number: "云未保办〔2026〕12号",
		Title: "云岭县未成年人保护工作委员会办公室\n关于2026年第三季度任务进展的通报", To: "各乡镇人民政府，各成员单位：",
		Body: []letter.Block{
			letter.Text("现将2026年第三季度未成年人保护工作方案各项任务的进展通报如下。"),
			letter.Heading(1, "一、总体情况"),
			letter.Text("全县30个成员单位承担任务64项，已办结51项，按时办结率92.3%，较上季度提高3.1个百分点。"),
			letter.LeadIn(2, "（一）办理较好的单位。", "县教育局、县民政局、白鹤镇按时办结全部任务，佐证材料齐全。"),
			letter.LeadIn(3, "1.排查建档。", "8个乡镇完成了第三季度排查，建档率100%。"),
			letter.Table{Caption: "表1 超期任务清单", Columns: []letter.Column{{Title: "序号", Share: 1, Center: true}, {Title: "任务", Share: 5}, {Title: "牵头单位", Share: 3}, {Title: "超期", Share: 2, Center: true}},
				Rows: [][]string{{"1", "每季度开展一次校园周边巡查", "县市场监管局", "超期2天"}, {"2", "建立重点对象台账 <A&B>", "河湾镇人民政府", "超期5天"}}},
			letter.Heading(1, "二、下一步要求"),
			letter.Text("请超期单位于2026年10月20日前办结，并报送书面说明。"),
		},
		Attachments: []letter.Attachment{
			{Title: "任务进展汇总表", Wide: true, Body: []letter.Block{letter.Table{Size: 10.5, Columns: []letter.Column{{Title: "单位", Share: 2}, {Title: "任务数", Center: true}, {Title: "办结数", Center: true}, {Title: "备注", Share: 4}}, Rows: [][]string{{"县民政局", "12", "12", "全部办结"}, {"县公安局", "9", "7", "两项\n延期"}}}}},
			{Title: "填报说明", Body: []letter.Block{letter.Text("按附件1格式填报。")}},
		},
		Signer: "云岭县未成年人保护工作委员会办公室", Date: civil.MustParse("2026-10-12"), Note: "联系人：县民政局未保股",
		CopyTo: "县委办公室，县人大常委会办公室，县政府办公室。", Print: "云岭县未成年人保护工作委员会办公室",
	}
}

func write(t testing.TB, d letter.Document) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := d.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// parts unzips a document and checks that every part is whole XML with known prefixes.
func parts(t testing.TB, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
		if !wholeXML.Match(text) {
			t.Fatalf("%s begins %.60q", f.Name, text)
		}
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Space != "" && !strings.Contains(e.Name.Space, ":") {
				t.Fatalf("%s: prefix %s is not declared", f.Name, e.Name.Space)
			}
		}
	}
	return all
}

func TestPackageIsWhole(t *testing.T) {
	all := parts(t, write(t, sample()))
	for name := range all {
		if name != "[Content_Types].xml" && !strings.HasSuffix(name, ".rels") && !strings.Contains(all["[Content_Types].xml"], `PartName="/`+name+`"`) {
			t.Errorf("%s has no content type", name)
		}
	}
	for _, base := range []string{"word/", ""} {
		rels := all[base+"_rels/"+map[string]string{"word/": "document.xml", "": ""}[base]+".rels"]
		for _, target := range strings.Split(rels, `Target="`)[1:] {
			target, _, _ = strings.Cut(target, `"`)
			if _, ok := all[base+target]; !ok {
				t.Errorf("%s points at %s, which is not there", base, target)
			}
		}
	}
}

func TestDocumentEqualsGolden(t *testing.T) {
	all := parts(t, write(t, sample()))
	for _, name := range []string{"document.xml", "styles.xml"} {
		golden := filepath.Join("testdata", name)
		got := strings.ReplaceAll(all["word/"+name], "><", ">\n<")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from %s; look at a rendered page, then run with -update", name, golden)
		}
	}
}

func TestSameDocumentGivesSameBytes(t *testing.T) {
	if !bytes.Equal(write(t, sample()), write(t, sample())) {
		t.Error("two writings differ")
	}
}

func TestTextIsEscapedAndCleaned(t *testing.T) {
	hostile := "</w:t></w:r><w:evil/>&\"'\x00\x08\uFFFE]]>"
	all := parts(t, write(t, letter.Document{Issuer: hostile, Number: hostile, Title: hostile, To: hostile, Signer: hostile, Note: hostile, CopyTo: hostile, Print: hostile, Date: civil.MustParse("2026-01-01"),
		Body: []letter.Block{letter.Text(hostile), letter.Table{Caption: hostile, Columns: []letter.Column{{Title: hostile}}, Rows: [][]string{{hostile}, nil}}, letter.PageBreak{}}, Attachments: []letter.Attachment{{Title: hostile}}}))
	for name, text := range all {
		if strings.Contains(text, "<w:evil") {
			t.Errorf("%s: a text became an element", name)
		}
	}
}

func TestEmptyDocumentIsStillOne(t *testing.T) {
	parts(t, write(t, letter.Document{}))
}

// pages renders a document and gives the lines of each page; it skips where LibreOffice is absent.
func pages(t testing.TB, b []byte) [][]string {
	t.Helper()
	for _, tool := range []string{"soffice", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "a.docx")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(name string, args ...string) []byte {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return out
	}
	run("soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir, file)
	text := run("pdftotext", "-layout", filepath.Join(dir, "a.pdf"), "-")
	if keep := os.Getenv("LETTER_KEEP"); keep != "" {
		pdf, err := os.ReadFile(filepath.Join(dir, "a.pdf"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(keep, t.Name()+".pdf"), pdf, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var all [][]string
	for _, page := range strings.Split(strings.TrimSuffix(string(text), "\f"), "\f") {
		var lines []string
		for _, l := range strings.Split(page, "\n") {
			if l = strings.TrimSpace(l); l != "" {
				lines = append(lines, l)
			}
		}
		all = append(all, lines)
	}
	return all
}

// GB/T 9704-2012 5.2.3: 22 lines a page, 28 characters a line.
func TestPageHolds22LinesOf28Characters(t *testing.T) {
	text := strings.Repeat("保护未成年人身心健康保障未成年人合法权益促进未成年人全面发展", 60)
	all := pages(t, write(t, letter.Document{Body: []letter.Block{letter.Text(text)}}))
	if len(all) < 3 {
		t.Fatalf("%d pages", len(all))
	}
	for n, lines := range all[:2] {
		number := fmt.Sprintf("—%d—", n+1)
		if got := strings.ReplaceAll(lines[len(lines)-1], " ", ""); got != number {
			t.Errorf("page number %q, want %q", got, number)
		}
		lines = lines[:len(lines)-1]
		if len(lines) != 22 {
			t.Errorf("page %d has %d lines", n+1, len(lines))
		}
		for i, l := range lines {
			want := 28
			if n == 0 && i == 0 {
				want = 26
			}
			if got := utf8.RuneCountInString(strings.ReplaceAll(l, " ", "")); got != want {
				t.Errorf("page %d line %d has %d characters: %s", n+1, i+1, got, l)
			}
		}
	}
}

func TestDocumentRendersInOrder(t *testing.T) {
	all := pages(t, write(t, sample()))
	if len(all) < 3 {
		t.Fatalf("%d pages: %q", len(all), all)
	}
	text := ""
	for _, page := range all {
		text += strings.ReplaceAll(strings.Join(page, ""), " ", "")
	}
	at := 0
	for _, want := range []string{"云岭县未成年人保护工作委员会办公室文件", "云未保办〔2026〕12号", "第三季度任务进展的通报", "各乡镇人民政府", "一、总体情况", "（一）办理较好的单位。县教育局", "表1 超期任务清单", "建立重点对象台账 <A&B>", "二、下一步要求", "附件：1. 任务进展汇总表", "2. 填报说明", "2026年10月12日", "联系人", "附件1", "任务进展汇总表", "附件2", "抄送：县委办公室", "2026年10月12日印发"} {
		i := strings.Index(text[at:], strings.ReplaceAll(want, " ", ""))
		if i < 0 {
			t.Fatalf("%q does not follow in\n%s", want, text)
		}
		at += i
	}
}

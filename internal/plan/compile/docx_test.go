package compile_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"weibao/internal/plan/compile"
)

// wordFile packs a body, and numbering if any, into a .docx.
func wordFile(t *testing.T, body, numbering string) []byte {
	t.Helper()
	const space = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"word/document.xml":  "<w:document" + space + "><w:body>" + body + "</w:body></w:document>",
		"word/numbering.xml": "<w:numbering" + space + ">" + numbering + "</w:numbering>",
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWordFileWithNumbersAndATableCompilesLikeItsText(t *testing.T) {
	para := func(words string) string { return "<w:p><w:r><w:t>" + words + "</w:t></w:r></w:p>" }
	counted := func(level, words string) string {
		return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>` + words + "</w:t></w:r></w:p>"
	}
	row := func(cells ...string) string {
		out := "<w:tr>"
		for _, c := range cells {
			out += "<w:tc>" + c + "</w:tc>"
		}
		return out + "</w:tr>"
	}
	body := para("青禾县未成年人保护工作方案") +
		counted("0", "总体要求") + para("坚持儿童优先，守住安全底线。") +
		counted("0", "重点任务") +
		counted("1", "开展排查。对困境儿童逐户排查，5月底前完成。") + para("责任单位：县民政局、县教育局") +
		counted("1", "强化救助。对困境儿童给予救助。") + para("责任单位：县民政局、县财政局") +
		para("附件1") + para("重点任务分解表") + "<w:tbl>" +
		row(para("序号"), para("工作任务"), para("牵头单位"), para("责任单位"), para("完成时限")) +
		row(para("1"), para("印发《儿童主任管理办法》"), para("县民政局"), para("县妇联")+para("团县委"), para("6月底前")) + "</w:tbl>"
	level := func(n, format, text string) string {
		return `<w:lvl w:ilvl="` + n + `"><w:start w:val="1"/><w:numFmt w:val="` + format + `"/><w:lvlText w:val="` + text + `"/></w:lvl>`
	}
	numbering := `<w:abstractNum w:abstractNumId="0">` + level("0", "chineseCounting", "%1、") + level("1", "chineseCounting", "（%2）") + `</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>`

	p, err := compile.Compile("方案.docx", wordFile(t, body, numbering))
	if err != nil {
		t.Fatal(err)
	}
	checkSpans(t, p)
	want := []string{" | 县民政局 县教育局", " | 县民政局 县财政局", "县民政局 | 县妇联 团县委"}
	if len(p.Tasks) != len(want) {
		t.Fatalf("%d tasks:\n%s", len(p.Tasks), paths(p))
	}
	for i, w := range want {
		if got := owners(p.Tasks[i]); got != w {
			t.Errorf("task %d: got %s, want %s", i, got, w)
		}
	}
	if got := strings.Join(p.Tasks[0].Path, ">"); got != "二、重点任务>（一）开展排查" {
		t.Errorf("path %s", got)
	}
	if last := p.Tasks[2]; len(last.Times) != 1 || last.Times[0].Norm != "month=06-end" || len(last.Documents) != 1 {
		t.Errorf("facts of the row: %+v", last)
	}
}

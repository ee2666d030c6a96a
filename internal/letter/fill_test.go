package letter_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"weibao/internal/errs"
	"weibao/internal/letter"
)

const (
	openBody  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="urn:m" xmlns:w14="urn:w" mc:Ignorable="w14"><w:body>`
	closeBody = `<w:sectPr/></w:body></w:document>`
)

func template(t testing.TB, body string, more ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i, text := range append([]string{"word/document.xml", openBody + body + closeBody}, more...) {
		if i%2 == 1 {
			continue
		}
		w, err := z.Create(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, append([]string{"", openBody + body + closeBody}, more...)[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func fill(t testing.TB, body string, v letter.Values) (string, letter.Report) {
	t.Helper()
	b := template(t, body)
	var out bytes.Buffer
	r, err := letter.Fill(&out, bytes.NewReader(b), int64(len(b)), v)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(parts(t, out.Bytes())["word/document.xml"], openBody)
	return strings.TrimSuffix(strings.ReplaceAll(text, ` xml:space="preserve"`, ""), "<w:sectPr></w:sectPr></w:body></w:document>"), r
}

func p(runs ...string) string {
	return "<w:p><w:r><w:t>" + strings.Join(runs, "</w:t></w:r><w:r><w:t>") + "</w:t></w:r></w:p>"
}

func tr(cells ...string) string {
	return "<w:tr><w:tc>" + strings.Join(cells, "</w:tc><w:tc>") + "</w:tc></w:tr>"
}

func TestTemplateIsFilled(t *testing.T) {
	rows := []letter.Values{{Text: map[string]string{"任务": "排查"}}, {Text: map[string]string{"任务": "建档", "单位": "河湾镇"}}}
	v := letter.Values{Text: map[string]string{"单位": "县民政局", "说明": "甲\n乙", "怪": "<&>{{单位}}", "空": ""}, Rows: map[string][]letter.Values{"清单": rows, "无": nil}}
	for _, c := range []struct{ name, body, want string }{
		{"plain", p("主送{{单位}}:"), p("主送县民政局:")},
		{"blanks in the braces", p("{{ 单位 }}"), p("县民政局")},
		{"split over runs", p("主送{", "{单", "位}", "}:"), p("主送县民政局", "", "", ":")},
		{"two in one, both split", p("{{单", "位}}和{{单", "位}}"), p("县民政局", "和县民政局", "")},
		{"line breaks", p("{{说明}}"), "<w:p><w:r><w:t>甲</w:t><w:br></w:br><w:t>乙</w:t></w:r></w:p>"},
		{"values are not templates", p("{{怪}}"), p("&lt;&amp;&gt;{{单位}}")},
		{"empty value", p("a{{空}}b"), p("ab")},
		{"table row", "<w:tbl>" + tr(p("任务"), p("单位")) + tr(p("{{#清单}}{{任务}}"), p("{{单位}}{{/清单}}")) + "</w:tbl>",
			"<w:tbl>" + tr(p("任务"), p("单位")) + tr(p("排查"), p("县民政局")) + tr(p("建档"), p("河湾镇")) + "</w:tbl>"},
		{"several rows", "<w:tbl>" + tr(p("{{#清单}}{{任务}}")) + tr(p("{{单位}}{{/清单}}")) + "</w:tbl>",
			"<w:tbl>" + tr(p("排查")) + tr(p("县民政局")) + tr(p("建档")) + tr(p("河湾镇")) + "</w:tbl>"},
		{"paragraphs between markers", p("{{#清单}}") + p("{{任务}}") + p("{{/清单}}"), p("排查") + p("建档")},
		{"one paragraph", p("{{#清单}}{{任务}};{{/清单}}"), p("排查;") + p("建档;")},
		{"no rows", p("前") + p("{{#无}}{{任务}}{{/无}}") + p("后"), p("前") + p("后")},
		{"cell keeps a paragraph", "<w:tbl>" + tr(p("{{#无}}")+p("x")+p("{{/无}}")) + "</w:tbl>", "<w:tbl>" + tr("<w:p></w:p>") + "</w:tbl>"},
		{"paragraphs in a cell", "<w:tbl>" + tr(p("{{#清单}}")+p("{{任务}}")+p("{{/清单}}"), p("x")) + "</w:tbl>", "<w:tbl>" + tr(p("排查")+p("建档"), p("x")) + "</w:tbl>"},
		{"table without rows", "<w:tbl><w:tblPr></w:tblPr>" + tr(p("{{#无}}{{任务}}{{/无}}")) + "</w:tbl>", "<w:p></w:p>"},
		{"other braces", p("{{}} {单位} {{ }}"), p("{{}} {单位} {{ }}")},
		{"prefixes stay", `<w:p w14:paraId="1"><mc:x a="&lt;"></mc:x></w:p>`, `<w:p w14:paraId="1"><mc:x a="&lt;"></mc:x></w:p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := fill(t, c.body, v); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestLoopsNest(t *testing.T) {
	inner := func(names ...string) (rows []letter.Values) {
		for _, n := range names {
			rows = append(rows, letter.Values{Text: map[string]string{"村": n}})
		}
		return rows
	}
	v := letter.Values{Rows: map[string][]letter.Values{"乡镇": {
		{Text: map[string]string{"名": "河湾镇"}, Rows: map[string][]letter.Values{"村居": inner("上河村", "下河村")}},
		{Text: map[string]string{"名": "青石镇"}, Rows: map[string][]letter.Values{"村居": inner("石门村")}},
	}}}
	got, _ := fill(t, p("{{#乡镇}}")+p("{{名}}")+p("{{#村居}}{{名}}{{村}}{{/村居}}")+p("{{/乡镇}}"), v)
	if want := p("河湾镇") + p("河湾镇上河村") + p("河湾镇下河村") + p("青石镇") + p("青石镇石门村"); got != want {
		t.Errorf("got %s", got)
	}
}

func TestWhatDoesNotMeetIsReported(t *testing.T) {
	got, r := fill(t, p("{{单位}}{{文号}}{{#甲}}{{/甲}}{{/乙}}"), letter.Values{Text: map[string]string{"单位": "x", "多余": "y"}, Rows: map[string][]letter.Values{"行": nil}})
	if !slices.Equal(r.Unknown, []string{"文号", "甲"}) && !slices.Equal(r.Unknown, []string{"甲"}) || !slices.Equal(r.Unused, []string{"单位", "多余", "行"}) {
		t.Errorf("%+v", r)
	}
	if got != "" {
		t.Errorf("got %s", got)
	}
	if got, r := fill(t, p("{{文号}}{{/乙}}"), letter.Values{}); got != p("〔未填：文号〕") || !slices.Equal(r.Unknown, []string{"乙", "文号"}) {
		t.Errorf("%s, %+v", got, r)
	}
}

func TestHeadersAreFilledAndOtherPartsStay(t *testing.T) {
	b := template(t, p("x"), "word/header1.xml", `<w:hdr xmlns:w="w">`+p("{{单位}}")+`</w:hdr>`, "word/styles.xml", "{{单位}}", "word/media/a.png", "\x89PNG\x00")
	var out bytes.Buffer
	if _, err := letter.Fill(&out, bytes.NewReader(b), int64(len(b)), letter.Values{Text: map[string]string{"单位": "县民政局"}}); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"word/header1.xml": "县民政局", "word/styles.xml": "{{单位}}", "word/media/a.png": "\x89PNG\x00"} {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}

func TestBadTemplatesSayWhatToDo(t *testing.T) {
	long := letter.Values{Rows: map[string][]letter.Values{"行": make([]letter.Values, 300_000)}}
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"no zip", []byte("hello"), letter.ErrNotWord},
		{"empty", nil, letter.ErrNotWord},
		{"workbook", mustZip(t, "xl/workbook.xml", "<x/>"), letter.ErrNotWord},
		{"macro", template(t, p("x"), "word/vbaProject.bin", "x"), letter.ErrMacro},
		{"broken part", template(t, "<w:p>"), letter.ErrCorrupt},
		{"too large", template(t, p("x"), "word/media/a.bin", strings.Repeat("a", 21<<20)), letter.ErrTooLarge},
		{"too deep", template(t, strings.Repeat("<w:p>", 500)+strings.Repeat("</w:p>", 500)), letter.ErrCorrupt},
		{"too many copies", template(t, p("{{#行}}x{{/行}}", "a", "b")), letter.ErrTooManyCopies},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := letter.Fill(io.Discard, bytes.NewReader(c.file), int64(len(c.file)), long); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	b := template(t, p("{{#行}}x"))
	if _, err := letter.Fill(io.Discard, bytes.NewReader(b), int64(len(b)), long); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "{{/行}}") {
		t.Errorf("open loop: %v", err)
	}
}

func mustZip(t testing.TB, name, text string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The writer's own document serves as a template: what it writes, the filler reads and LibreOffice shows.
func TestFilledDocumentRenders(t *testing.T) {
	b := write(t, letter.Document{Title: "{{标题}}", Body: []letter.Block{letter.Table{
		Columns: []letter.Column{{Title: "姓名"}, {Title: "日期"}}, Rows: [][]string{{"{{#走访}}{{姓名}}", "{{日期}}{{/走访}}"}}}}})
	v := letter.Values{Text: map[string]string{"标题": "走访记录"}, Rows: map[string][]letter.Values{}}
	for range 50 {
		v.Rows["走访"] = append(v.Rows["走访"], letter.Values{Text: map[string]string{"姓名": "张小三", "日期": "2026-11-22"}})
	}
	var out bytes.Buffer
	if r, err := letter.Fill(&out, bytes.NewReader(b), int64(len(b)), v); err != nil || len(r.Unknown)+len(r.Unused) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	text := ""
	for _, page := range pages(t, out.Bytes()) {
		text += strings.Join(page, "\n") + "\n"
	}
	if strings.Count(text, "张小三") != 50 || strings.Count(text, "姓名") < 2 || !strings.Contains(text, "走访记录") {
		t.Errorf("rendered:\n%s", text)
	}
}

func TestPunctuate(t *testing.T) {
	for in, want := range map[string]string{
		"各乡镇,各部门:请于14:05前报送(见附件1);A,B不变.": "各乡镇，各部门：请于14:05前报送（见附件1）；A,B不变.",
		"《方案》(试行)": "《方案》（试行）", "": "",
	} {
		if got := letter.Punctuate(in); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add([]byte(p("主送{", "{单", "位}", "}:")))
	f.Add([]byte("<w:tbl>" + tr(p("{{#清单}}{{任务}}"), p("{{单位}}{{/清单}}")) + "</w:tbl>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		b := template(t, string(body))
		v := letter.Values{Text: map[string]string{"单位": "a\nb"}, Rows: map[string][]letter.Values{"清单": {{}, {}}}}
		var out bytes.Buffer
		if _, err := letter.Fill(&out, bytes.NewReader(b), int64(len(b)), v); err != nil {
			return
		}
		if _, err := letter.Fill(io.Discard, bytes.NewReader(out.Bytes()), int64(out.Len()), v); errors.Is(err, letter.ErrCorrupt) {
			t.Errorf("what was filled cannot be read: %s", body)
		}
	})
}

func BenchmarkFill(b *testing.B) {
	file := write(b, letter.Document{Body: []letter.Block{letter.Table{Columns: []letter.Column{{Title: "姓名"}, {Title: "日期"}}, Rows: [][]string{{"{{#走访}}{{姓名}}", "{{日期}}{{/走访}}"}}}}})
	v := letter.Values{Rows: map[string][]letter.Values{"走访": make([]letter.Values, 50)}}
	for b.Loop() {
		if _, err := letter.Fill(io.Discard, bytes.NewReader(file), int64(len(file)), v); err != nil {
			b.Fatal(err)
		}
	}
}

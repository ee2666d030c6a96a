package compile_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"weibao/internal/plan/compile"
	"weibao/internal/testkit"
)

var update = flag.Bool("update", false, "write the golden files anew")

func samples(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/text/*.txt")
	if err != nil || len(files) < 6 {
		t.Fatalf("want the project's sample plans, got %v", files)
	}
	return files
}

// floors are the figures that must be reached.
type floors map[string]float64

func (f floors) hold(t *testing.T, s score, plans int) {
	t.Helper()
	for _, m := range measures {
		t.Logf("%d plans, %-16s %s", plans, m, s[m])
		if s[m].f1() < f[m] {
			t.Errorf("%s: F1 %.3f, want at least %.3f", m, s[m].f1(), f[m])
		}
	}
}

func TestSamplePlansReachTheFigures(t *testing.T) {
	s, n := scoreDir(t, "testdata")
	floors{"tasks": 0.97, "lead": 0.93, "lead written": 0.99, "support": 0.96, "support written": 0.99, "time": 0.97, "targets": 0.95, "documents": 0.97}.hold(t, s, n)
}

func TestRealPlansReachTheFigures(t *testing.T) {
	dir, ok := testkit.Shared(t, "plans")
	if !ok {
		t.Skip("the real plans are not here")
	}
	s, n := scoreDir(t, dir)
	floors{"tasks": 0.95, "lead": 0.90, "lead written": 0.97, "support": 0.95, "support written": 0.97, "time": 0.95, "targets": 0.90, "documents": 0.95}.hold(t, s, n)
}

func TestComposedFormsReachTheFigures(t *testing.T) {
	dir, ok := testkit.Shared(t, "plans", "forms")
	if !ok {
		t.Skip("the composed plans are not here")
	}
	s, n := scoreDir(t, dir)
	floors{"tasks": 0.95, "lead written": 0.97, "support written": 0.97, "time": 0.95, "targets": 0.90, "documents": 0.95}.hold(t, s, n)
}

func TestPlansWithoutDatesGetNone(t *testing.T) {
	dir, ok := testkit.Shared(t, "plans", "text")
	if !ok {
		t.Skip("the real plans are not here")
	}
	for _, name := range []string{"beiliu", "jinyuan", "nongchang", "wuhai"} {
		for _, task := range compileFile(t, filepath.Join(dir, name+".txt")).Tasks {
			if len(task.Times) > 0 {
				t.Errorf("%s: invented %q in a plan without dates", task.ID, task.Times[0].Text)
			}
		}
	}
}

func TestSpansLieInTheTextAndSayWhatTheFactSays(t *testing.T) {
	for _, f := range samples(t) {
		checkSpans(t, compileFile(t, f))
	}
}

// checkSpans fails where a span leaves the text or its words differ from the fact's.
func checkSpans(t testing.TB, p *compile.Plan) {
	t.Helper()
	text := []rune(p.Text)
	check := func(id string, f compile.Fact) {
		if f.Start < 0 || f.End > len(text) || f.Start >= f.End {
			t.Fatalf("%s: span %v leaves the text of %d", id, f.Span, len(text))
		}
		if got := string(text[f.Start:f.End]); got != f.Text {
			t.Fatalf("%s: span says %q, fact says %q", id, got, f.Text)
		}
		if f.Rule == "" {
			t.Fatalf("%s: %q names no rule", id, f.Text)
		}
	}
	for i := range p.Tasks {
		task := &p.Tasks[i]
		if task.Start < 0 || task.End > len(text) || task.Start >= task.End {
			t.Fatalf("%s: task span %v", task.ID, task.Span)
		}
		for _, u := range task.Lead {
			check(task.ID, u.Fact)
		}
		for _, u := range task.Support {
			check(task.ID, u.Fact)
		}
		for _, x := range task.Times {
			check(task.ID, x.Fact)
		}
		for _, x := range task.Targets {
			check(task.ID, x.Fact)
		}
		for _, x := range task.Documents {
			check(task.ID, x.Fact)
		}
		for _, x := range task.Unclear {
			check(task.ID, x)
		}
		if len(task.FoundBy) == 0 {
			t.Fatalf("%s names no rule", task.ID)
		}
	}
	for i, h := range p.Outline {
		if h.Start < 0 || h.End > len(text) || h.Parent >= i {
			t.Fatalf("outline %d: %+v", i, h)
		}
	}
}

func TestTheSameTextGivesTheSamePlan(t *testing.T) {
	for _, f := range samples(t) {
		if a, b := compileFile(t, f), compileFile(t, f); !reflect.DeepEqual(a, b) {
			t.Errorf("%s compiles differently the second time", f)
		}
	}
}

func TestOutputStaysAsItIs(t *testing.T) {
	for _, f := range samples(t) {
		p := compileFile(t, f)
		var js, tab bytes.Buffer
		if err := compile.WriteJSON(&js, p); err != nil {
			t.Fatal(err)
		}
		if err := compile.WriteTable(&tab, p); err != nil {
			t.Fatal(err)
		}
		golden(t, p.Name+".json", js.Bytes())
		golden(t, p.Name+".table", tab.Bytes())
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s changed; if that is meant, run the test with -update and read the difference", name)
	}
}

func TestEveryEncodingGivesTheSameTasks(t *testing.T) {
	utf8, err := os.ReadFile("testdata/text/yunxi.txt")
	if err != nil {
		t.Fatal(err)
	}
	want, err := compile.Compile("yunxi.txt", utf8)
	if err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(utf8)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(utf8)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"GB18030": gb, "UTF-16": utf16, "UTF-8 with BOM": append([]byte("\xef\xbb\xbf"), utf8...)} {
		got, err := compile.Compile("yunxi.txt", raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the plan differs from the one in UTF-8", name)
		}
	}
}

func TestHeaderIsReadOnlyWhereTheTextStatesIt(t *testing.T) {
	for _, c := range []struct{ name, title, issuer, issued string }{
		{"yunxi", "云溪县2026年未成年人保护工作要点", "云溪县未成年人保护委员会", "2026-03-04"},
		{"shiqiao", "石桥镇未成年人保护工作实施方案", "石桥镇人民政府", "2026-02-26"},
		{"heping", "和平县困境儿童分类保障实施意见", "和平县人民政府办公室", "2026-05-18"},
		{"liutang", "柳塘村未成年人关爱保护工作方案", "柳塘村", ""},
	} {
		p := compileFile(t, "testdata/text/"+c.name+".txt")
		if p.Title != c.title || p.Issuer != c.issuer || p.Issued != c.issued {
			t.Errorf("%s: title %q, issuer %q, issued %q", c.name, p.Title, p.Issuer, p.Issued)
		}
	}
}

func TestVagueTimesAreReportedNotGuessed(t *testing.T) {
	p := compileFile(t, "testdata/text/yunxi.txt")
	last := p.Tasks[len(p.Tasks)-1]
	if len(last.Unclear) == 0 || !strings.Contains(last.Unclear[len(last.Unclear)-1].Text, "长期") {
		t.Errorf("长期坚持 is not reported as unclear: %+v", last.Unclear)
	}
	for _, task := range p.Tasks {
		for _, u := range task.Unclear {
			for _, x := range task.Times {
				if x.Overlaps(u.Span) {
					t.Errorf("%s: %q is both unclear and a rule", task.ID, u.Text)
				}
			}
		}
	}
}

func TestWorkGrowsWithTheLengthOfTheText(t *testing.T) {
	raw, err := os.ReadFile("testdata/text/dongling.txt")
	if err != nil {
		t.Fatal(err)
	}
	perTask := func(times int) float64 {
		text := strings.Repeat(string(raw), times)
		return float64(testing.AllocsPerRun(2, func() {
			if _, err := compile.CompileText("x", text); err != nil {
				t.Fatal(err)
			}
		})) / float64(times)
	}
	if small, large := perTask(10), perTask(80); large > 1.5*small {
		t.Errorf("eight times the text costs %.1f times as much per copy", large/small)
	}
}

func BenchmarkCompile13000(b *testing.B) {
	file := filepath.Join("testdata", "text", "dongling.txt")
	if dir, ok := testkit.Shared(b, "plans", "text"); ok {
		file = filepath.Join(dir, "rangtang.txt")
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := compile.Compile("plan.txt", raw); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, file := range samples(f) {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("一、加强领导。(牵头单位:县民政局;责任单位:县教育局)"))
	f.Add([]byte("序号|任务|责任单位|时限\n1|开展排查|县民政局|每月5日前\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := compile.Compile("x.txt", raw)
		if err != nil {
			if _, ok := err.(*compile.Error); !ok {
				t.Fatalf("%T is no *compile.Error", err)
			}
			return
		}
		checkSpans(t, p)
		if again, err := compile.Compile("x.txt", raw); err != nil || !reflect.DeepEqual(p, again) {
			t.Fatal("not deterministic")
		}
	})
}

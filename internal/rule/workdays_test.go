package rule_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/rules"
)

func TestNoticesOfThreeYearsAreShipped(t *testing.T) {
	notices := load(t, "").Notices()
	cal := civil.CalendarOf(notices)
	if got := cal.Years(); len(got) != 3 || got[0] != 2024 || got[2] != 2026 {
		t.Fatalf("got %v", got)
	}
	for year, want := range map[int]string{
		2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
		2025: "01-26 02-08 04-27 09-28 10-11",
		2026: "01-04 02-14 02-28 05-09 09-20 10-10",
	} {
		var got []string
		for _, n := range notices {
			for _, d := range n.Days {
				if n.Year == year && d.Workday {
					got = append(got, d.Date.String()[5:])
				}
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d: make-up days %v, want %s", year, got, want)
		}
	}
	for day, want := range map[string]bool{"2026-02-23": false, "2026-02-24": true, "2026-02-28": true, "2026-10-10": true, "2026-10-11": false} {
		if got, known := cal.IsWorkday(civil.MustParse(day)); got != want || !known {
			t.Errorf("%s: got %v, known %v", day, got, known)
		}
	}
}

func TestAnUploadedNoticeIsRead(t *testing.T) {
	text, err := fs.ReadFile(rules.FS, "national/workdays/2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n, err := rule.ParseWorkdays(strings.NewReader(string(text)))
	if err != nil || n.Year != 2026 || len(n.Days) != 39 || !strings.Contains(n.Source, "2026年部分节假日") {
		t.Errorf("got %d, %d days, %q, %v", n.Year, len(n.Days), n.Source, err)
	}
}

func TestAWrongNoticeSaysWhereAndWhy(t *testing.T) {
	const head = "kind: workdays\nyear: 2027\nsource: {document: 某通知}\ndays:\n"
	for says, text := range map[string]string{
		":5: 2026-01-01不在2027年":    head + "  - {date: 2026-01-01, kind: holiday, name: 元旦}\n",
		":6: 2027-01-01写了两次,第5行已有": head + "  - {date: 2027-01-01, kind: holiday, name: 元旦}\n  - {date: 2027-01-01, kind: holiday, name: 元旦}\n",
		":5: 2027-01-04是星期一至星期五":   head + "  - {date: 2027-01-04, kind: workday, name: 元旦}\n",
		":5: 种类(kind)“frei”不在可选范围": head + "  - {date: 2027-01-01, kind: frei, name: 元旦}\n",
		":5: 缺少名称(name)":           head + "  - {date: 2027-01-01, kind: holiday}\n",
		"日期不对":                     head + "  - {date: 2027-02-30, kind: holiday, name: 春节}\n",
		"日期(days)不能为空":             head[:len(head)-1] + " []\n",
		"缺少来源(source)":             "kind: workdays\nyear: 2027\ndays:\n  - {date: 2027-01-01, kind: holiday, name: 元旦}\n",
		"这不是节假日文件":                 "kind: terms\nitems: []\n",
		"不是UTF-8":                  "\xff\xfe",
		"文件是空的":                    "",
	} {
		if _, err := rule.ParseWorkdays(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
}

// lineBreak is what YAML counts as the end of a line.
var lineBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

func FuzzFile(f *testing.F) {
	f.Add([]byte("d: clockc\r\r\rk"))
	for _, dir := range []string{"national", "county/demo"} {
		_ = fs.WalkDir(rules.FS, dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(rules.FS, name)
			if len(text) < 4000 {
				f.Add(text)
			}
			return err
		})
	}
	for _, m := range mistakes {
		f.Add([]byte(m.text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		found := rule.CheckFile("x.yaml", text)
		lines := 1 + len(lineBreak.FindAllIndex(text, -1))
		for _, one := range found {
			if one.Line < 0 || one.Line > lines+1 || one.Message == "" {
				t.Errorf("%+v in a file of %d lines", one, lines)
			}
		}
		_, _ = rule.ParseWorkdays(strings.NewReader(string(text)))
	})
}

package workday_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/workday"
	"weibao/rules"
)

var (
	admin = access.Actor{User: 7, Name: "系统管理员", Post: access.Post{ID: 1, Region: "990101000000", Role: access.SystemAdmin}}
	clerk = access.Actor{User: 8, Name: "工作人员", Post: access.Post{ID: 2, Region: "990101000000", Role: access.Officer}}
)

func TestShippedYearsAreSeededOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		book, err := rule.Load(rules.FS, "")
		must(t, err)
		for _, want := range []int{len(book.Notices()), 0} {
			must(t, d.Write(ctx, func(tx *db.Tx) error {
				n, err := workday.Seed(ctx, tx, access.Program, book.Notices())
				if n != want {
					t.Errorf("%d years seeded, want %d", n, want)
				}
				return err
			}))
		}
		cal, err := workday.Calendar(ctx, d.Reader())
		must(t, err)
		for day, want := range map[string]bool{"2026-10-01": false, "2026-10-10": true, "2026-10-12": true, "2026-11-22": false} {
			if got, known := cal.IsWorkday(civil.MustParse(day)); got != want || !known {
				t.Errorf("%s is a workday: %t, known %t", day, got, known)
			}
		}
		if _, provisional := cal.AddWorkdays(civil.MustParse("2026-12-30"), 3); !provisional {
			t.Error("a due beyond the data is not provisional")
		}
		years, err := workday.Years(ctx, d.Reader(), clerk)
		must(t, err)
		if len(years) != len(book.Notices()) || years[0].Year != 2026 || years[0].Makeups != 6 || years[0].Holidays < 25 {
			t.Errorf("%+v", years)
		}
	})
}

const next = `kind: workdays
year: 2027
source: {document: 虚构的2027年通知}
days:
  - {date: 2026-12-27, kind: workday, name: 元旦调休上班}
  - {date: 2027-01-01, kind: holiday, name: 元旦}
`

func TestImportReplacesAYearAndIsSeenAtOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		heard := d.Listen(ctx, workday.Topic)
		must(t, load(ctx, d, admin, next))
		workdays(t, d, map[string]bool{"2026-12-27": true, "2027-01-01": false, "2027-01-04": true})
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			if err := workday.Import(ctx, tx, admin, parse(t, strings.ReplaceAll(next, "2027-01-01", "2027-01-04"))); err != nil {
				return err
			}
			cal, err := workday.Calendar(ctx, tx)
			if works, _ := cal.IsWorkday(civil.MustParse("2027-01-04")); works {
				t.Error("the transaction does not see its own import")
			}
			return err
		}))
		workdays(t, d, map[string]bool{"2026-12-27": true, "2027-01-01": true, "2027-01-04": false})
		if d.Dialect == db.SQLite {
			if text := <-heard; text != "2027" {
				t.Errorf("heard %q", text)
			}
		}
		days, err := workday.Days(ctx, d.Reader(), clerk, 2027)
		must(t, err)
		if len(days) != 2 || !days[0].Workday || days[0].Name != "元旦调休上班" {
			t.Errorf("%+v", days)
		}
	})
}

func TestADayMovedByTheNextYearsNoticeStays(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		must(t, load(t.Context(), d, admin, next))
		must(t, load(t.Context(), d, admin, `kind: workdays
year: 2026
source: {document: 虚构的2026年通知}
days:
  - {date: 2026-12-27, kind: holiday, name: 假日}
  - {date: 2026-10-01, kind: holiday, name: 国庆节}
`))
		workdays(t, d, map[string]bool{"2026-12-27": true, "2026-10-01": false})
	})
}

func TestBadFilesChangeNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		for name, c := range map[string]struct{ text, want string }{
			"day of another year":   {strings.ReplaceAll(next, "2027-01-01", "2029-01-01"), "第6行：2029-01-01不在2027年"},
			"make-up day on Monday": {strings.ReplaceAll(next, "2026-12-27", "2026-12-28"), "第5行：2026-12-28是星期一至星期五"},
			"no file of this kind":  {"kind: units\nitems: []\n", "这不是放假安排文件"},
			"empty":                 {"", "这不是放假安排文件"},
			"binary":                {"PK\x03\x04\x00\x00", "这不是放假安排文件"},
			"huge":                  {strings.Repeat("workdays\n", 200_000), "超过1 MB"},
			"no holiday":            {strings.ReplaceAll(next, "  - {date: 2027-01-01, kind: holiday, name: 元旦}\n", ""), "没有一天是放假"},
		} {
			t.Run(name, func(t *testing.T) {
				n, err := workday.Read(strings.NewReader(c.text))
				if err == nil {
					err = d.Write(ctx, func(tx *db.Tx) error { return workday.Import(ctx, tx, admin, n) })
				}
				if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
			})
		}
		if years, err := workday.Years(ctx, d.Reader(), admin); err != nil || len(years) != 0 {
			t.Errorf("%v, %v", years, err)
		}
	})
}

func TestOnlyTheSystemAdministratorImports(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for _, role := range access.Roles {
			by := access.Actor{User: 9, Post: access.Post{Region: "990101000000", Role: role.Role}}
			if err := load(t.Context(), d, by, next); errs.Is(err, errs.Forbidden) == (role.Role == access.SystemAdmin) {
				t.Errorf("%s: %v", role.Role, err)
			}
		}
		if err := load(t.Context(), d, access.Actor{}, next); err == nil {
			t.Error("nobody imported")
		}
		auditor := access.Actor{User: 9, Post: access.Post{Role: access.AuditAdmin}}
		if _, err := workday.Years(t.Context(), d.Reader(), auditor); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the audit administrator reads the calendar: %v", err)
		}
	})
}

func TestGapIsSaid(t *testing.T) {
	cal := civil.NewCalendar([]int{2026}, nil)
	for day, want := range map[string]string{"2026-03-02": "", "2026-11-01": "2027年放假安排尚未导入，跨年期限暂按周一至周五推算", "2027-01-04": "2027年放假安排尚未导入，工作日暂按"} {
		if got := workday.Gap(cal, civil.MustParse(day)); want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", day, got)
		}
	}
}

func load(ctx context.Context, d *db.DB, by access.Actor, text string) error {
	n, err := workday.Read(strings.NewReader(text))
	return errors.Join(err, d.Write(ctx, func(tx *db.Tx) error { return workday.Import(ctx, tx, by, n) }))
}

func parse(t *testing.T, text string) civil.Notice {
	t.Helper()
	n, err := workday.Read(strings.NewReader(text))
	must(t, err)
	return n
}

func workdays(t *testing.T, d *db.DB, want map[string]bool) {
	t.Helper()
	cal, err := workday.Calendar(t.Context(), d.Reader())
	must(t, err)
	for day, works := range want {
		if got, known := cal.IsWorkday(civil.MustParse(day)); got != works || !known {
			t.Errorf("%s is a workday: %t, known %t", day, got, known)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

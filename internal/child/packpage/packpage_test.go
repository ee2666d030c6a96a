package packpage_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/pack"
	"weibao/internal/child/packpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const county = "990101000000"

func actor(user ref.User, name string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: county, Role: role}}
}

var (
	officer = actor(100, "周岚", access.Officer)
	second  = actor(110, "何静", access.Supervisor)
	auditor = actor(500, "郑审计", access.AuditAdmin)
)

var sources = pack.Sources{
	Rights: func(context.Context, *db.Tx, civil.Date) ([]pack.Right, error) {
		return []pack.Right{{Unit: 100, Role: access.Officer, N: 2}}, nil
	},
}

type desk struct {
	uitest.Desk
	cabinet *child.Cabinet
	d       *db.DB
	clock   *clock.Manual
	ids     []ref.Child
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cabinet, r := testkit.Cabinet(t, d, "demo"), uitest.New(t)
		s := sources
		s.Calendar = func(context.Context, *db.Tx) (*civil.Calendar, error) { return testkit.Calendar(t), nil }
		units := func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) {
			return map[ref.Unit]string{100: "云岭县未保办", 110: "青石镇人民政府"}, nil
		}
		pages, err := packpage.New(packpage.Deps{DB: d, UI: r, Place: "云岭县", Sources: s, Units: units})
		if err != nil {
			t.Fatal(err)
		}
		x := desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, cabinet, d, c, nil}
		var list []child.New
		for i := range pack.ManyFiles {
			number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), i)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, child.New{Name: "欧阳小水", Region: "990101100200", Source: "form", Dossier: child.Dossier{Number: number}})
		}
		x.write(func(ctx context.Context, tx *db.Tx) (err error) {
			x.ids, err = cabinet.CreateAll(ctx, tx, officer, list)
			return err
		})
		test(x)
	})
}

func (x desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	x.T.Helper()
	if err := x.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		x.T.Fatal(err)
	}
}

func (x desk) look(by access.Actor, at string, ids ...ref.Child) {
	x.T.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", at, civil.Zone)
	if err != nil {
		x.T.Fatal(err)
	}
	x.clock.Set(when)
	x.write(func(ctx context.Context, tx *db.Tx) error {
		for _, id := range ids {
			if _, err := x.cabinet.Reveal(ctx, tx, by, id, "visit"); err != nil {
				return err
			}
		}
		return nil
	})
}

// tabs reads the workbook and the report out of the archive.
func (x desk) papers(archive []byte) (rows map[string]bool, report string) {
	x.T.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil || len(z.File) != 2 {
		x.T.Fatal("not an archive of two papers", err)
	}
	rows = map[string]bool{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			x.T.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			x.T.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".docx") {
			report = documentText(x.T, b)
			continue
		}
		for row, err := range sheet.Read(bytes.NewReader(b), int64(len(b)), sheet.Limits{}) {
			if err != nil {
				x.T.Fatal(err)
			}
			var words []string
			for _, c := range row.Cells {
				words = append(words, c.Trimmed())
			}
			rows[strings.Join(words, "|")] = true
		}
	}
	return rows, report
}

func documentText(t testing.TB, docx []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOneClickTellsWhoLookedWithoutNamingAChild(t *testing.T) {
	withDesk(t, func(x desk) {
		x.look(officer, "2026-03-02 10:00", x.ids[0], x.ids[1], x.ids[0])
		x.look(second, "2026-03-07 23:10", x.ids[2]) // a Saturday night
		x.look(officer, "2026-04-01 09:00", x.ids...)
		x.Page(auditor, "audit-pack", packpage.Path, "第三十六条", "生成审计资料")
		w := x.Do(auditor, http.MethodPost, packpage.Path, url.Values{"year": {"2026"}})
		if w.Code != http.StatusOK {
			t.Fatal(w.Code, w.Body)
		}
		rows, report := x.papers(w.Body.Bytes())
		for _, want := range []string{"云岭县未保办|未保办工作人员|走访联系|33|30|1", "青石镇人民政府|儿童督导员|走访联系|1|1|1"} {
			if !rows[want] {
				t.Errorf("the workbook does not say %s: %v", want, rows)
			}
		}
		for _, want := range []string{"共有2人", "34次", "涉及档案30份", "2026-03-07", "数量偏多", "何静", "在用权限"} {
			if !strings.Contains(report, want) {
				t.Error("the report does not say", want)
			}
		}
		if strings.Contains(report, "欧阳小水") || strings.Contains(report, ref.Format(x.ids[0])) {
			t.Error("the report names a child")
		}
		n, err := db.Get[int64](t.Context(), x.d.Reader(), "SELECT COUNT(*) FROM audit_entry WHERE action = 'child.audit_pack'")
		if err != nil || n != 1 {
			t.Error("no trace of the pack", n, err)
		}
	})
}

func TestOnlyTheAuditAdministratorMakesThePack(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Refuses(officer, nil)
		for _, year := range []string{"", "2027", "1999"} {
			if w := x.Do(auditor, http.MethodPost, packpage.Path, url.Values{"year": {year}}); w.Code != http.StatusUnprocessableEntity {
				t.Error(year, w.Code)
			}
		}
		uitest.Templates(t, x.UI)
	})
}

package noticepage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/notice"
	"weibao/internal/child/noticepage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, RegionName: "某地", Role: role}}
}

func TestASchoolEntersThatItWasTold(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		officer, teacher, stranger := actor(100, "990101000000", access.Officer), actor(77, "990101000000", access.Liaison), actor(78, "990101000000", access.Liaison)
		book := testkit.Book(t, "demo")
		desk := &notice.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book },
			Keeper: func(context.Context, *db.Tx, string) (ref.Unit, error) { return 300, nil }}
		desk.Cabinet.Entrusted = desk.Follow
		given := child.Delegation{From: civil.MustParse("2026-02-01"), Signed: civil.MustParse("2026-01-31"), Consulted: true}
		for _, b := range child.Bars {
			given.Cleared = append(given.Cleared, b.Key)
		}
		var open []duty.Duty
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			id, err := desk.Cabinet.Create(t.Context(), tx, officer, child.New{Name: "单小明", Region: "990101100200", Unit: 77, School: "青石镇中心小学", Source: "form", Birth: civil.MustParse("2015-06-01"),
				Dossier: child.Dossier{NoNumber: "missing", People: []child.Person{{Name: "李桂花", Relation: "62", Phone: "13900001111"}}}})
			if err != nil {
				return err
			}
			if err := desk.Cabinet.Delegate(t.Context(), tx, officer, child.Child{ID: id}, 0, &given, "家长申请"); err != nil {
				return err
			}
			open, err = desk.Kernel.OpenAbout(t.Context(), tx, "child", int64(id))
			return err
		})
		if err != nil || len(open) != 2 || open[0].Kind != notice.SchoolKind {
			t.Fatal(open, err)
		}
		r := uitest.New(t)
		pages, err := noticepage.New(noticepage.Deps{DB: d, UI: r, Desk: desk})
		if err != nil {
			t.Fatal(err)
		}
		x := uitest.Desk{T: t, UI: r, Routes: pages.Routes()}
		path := noticepage.DutyHref(open[0])
		if body := x.Page(teacher, "notice", path, "单小明", "书面告知的日期", "凭据"); strings.Contains(body, "李桂花") || strings.Contains(body, "13900001111") {
			t.Error("shows what is private")
		}
		for _, by := range []access.Actor{stranger, actor(79, "990102000000", access.Officer)} {
			if w := x.Do(by, "GET", path, nil); w.Code != http.StatusNotFound {
				t.Errorf("status %d for %s", w.Code, by.Post.Role)
			}
		}
		x.Refuses(actor(80, "990101000000", access.SystemAdmin), map[string]string{"duty": ref.Format(open[0].ID)})
		for _, bad := range []url.Values{{"proof": {"回执"}}, {"day": {"2026-03-01"}}} {
			if w := x.Do(teacher, "POST", path, bad); w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%v: status %d", bad, w.Code)
			}
		}
		if w := x.Do(teacher, "POST", path, url.Values{"day": {"2026-03-01"}, "proof": {"回执3号"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w := x.Do(teacher, "GET", path, nil); w.Code != http.StatusSeeOther {
			t.Errorf("told, it asks again: status %d", w.Code)
		}
	})
}

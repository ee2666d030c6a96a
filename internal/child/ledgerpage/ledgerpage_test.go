package ledgerpage_test

import (
	"bytes"
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
	other   = "990101101200"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
	liaison    = actor(600, county, access.Liaison)
	admin      = actor(500, county, access.SystemAdmin)
)

func withDesk(t *testing.T, test func(x uitest.Desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		cabinet, r := testkit.Cabinet(t, d, "demo"), uitest.New(t)
		names := func(_ context.Context, _ *db.Tx, codes []string) (map[string]string, error) {
			out := map[string]string{}
			for _, c := range codes {
				out[c] = "某地" + c[8:]
			}
			return out, nil
		}
		pages, err := ledgerpage.New(ledgerpage.Deps{DB: d, UI: r, Cabinet: cabinet, Desk: &ledger.Desk{Cabinet: cabinet, Names: names}})
		if err != nil {
			t.Fatal(err)
		}
		fill(t, d, cabinet)
		test(uitest.Desk{T: t, UI: r, Routes: pages.Routes()})
	})
}

// fill enters 60 children of one village, most of them left behind, and one of another.
func fill(t *testing.T, d *db.DB, cabinet *child.Cabinet) {
	t.Helper()
	var list []child.New
	for i := range 61 {
		number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), i+100)
		if err != nil {
			t.Fatal(err)
		}
		n := child.New{Name: "单小明", Region: village, School: "某小学", Source: "form", Dossier: child.Dossier{Number: number,
			People: []child.Person{{Name: "单大山", Relation: "51", Guardian: true, Phone: "13800001234"}}}}
		if i < 57 {
			n.Categories = []child.NewCategory{{ID: "C03", Source: "form"}}
		}
		if i == 60 {
			n.Name, n.Region = "郑远山", other
		}
		list = append(list, n)
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := cabinet.CreateAll(t.Context(), tx, officer, list); return err }); err != nil {
		t.Fatal(err)
	}
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x uitest.Desk) { uitest.Templates(t, x.UI) })
}

func TestAListIsCoveredAndItsNumberIsItsLines(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		body := x.Page(director, "ledger-village", "/ledgers", "单小明", "共60人", "138****1234", "某小学")
		for _, secret := range []string{"13800001234", "单大山", "郑远山", "99010120150601"} {
			if strings.Contains(body, secret) {
				t.Errorf("the list tells %s", secret)
			}
		}
		if n := strings.Count(body, "单小明</a>"); n != 50 {
			t.Errorf("%d rows on the first page", n)
		}
		x.Page(officer, "ledger-county", "/ledgers", "共61人")
		x.Page(officer, "ledger-leftbehind", "/ledgers?ledger=leftbehind", "共57人", "留守")
		x.Page(supervisor, "ledger-level", "/ledgers?ledger=township&level=2", "共0人", "没有符合条件")
	})
}

func TestAnExportHoldsTheLinesOfTheList(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		for path, want := range map[string]int{"/ledgers.xlsx?ledger=village": 60, "/ledgers.xlsx?ledger=leftbehind": 57} {
			w := x.Do(supervisor, "GET", path, nil)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: status %d", path, w.Code)
			}
			n, all := 0, w.Body.Bytes()
			for row, err := range sheet.Read(bytes.NewReader(all), int64(len(all)), sheet.Limits{}) {
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range row.Cells {
					if c.Text == "单小明" {
						n++
					}
					if strings.Contains(c.Text, "13800001234") || strings.Contains(c.Text, "郑远山") {
						t.Error("the export tells what the list covers")
					}
				}
			}
			if n != want {
				t.Errorf("%s: %d lines, the list has %d", path, n, want)
			}
		}
	})
}

func TestNumbersLeadToTheirListsAndCoverWhatIsSmall(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		x.Page(officer, "numbers", "/numbers", "怎样统计", "57", "相符", "/numbers?category=C03")
		of := x.Page(officer, "numbers-of", "/numbers?category=C03", "各地人数和风险等级：", "/numbers.xlsx?category=C03")
		numberIsList(t, x, of)
		if places, _, _ := strings.Cut(of, `id="categories"`); strings.Count(places, ">57<") < 2 {
			t.Error("the numbers of a category are not told place by place")
		}
		body := x.Page(liaison, "numbers-covered", "/numbers", "少于5人的格子不显示")
		if w := x.Do(liaison, "GET", "/numbers?region="+other, nil); w.Code != http.StatusNotFound {
			t.Errorf("a division of which nothing is told to this reader: status %d", w.Code)
		}
		if strings.Contains(body, "/ledgers?") {
			t.Error("a number leads where its reader may not go")
		}
		if w := x.Do(supervisor, "GET", "/numbers?region="+url.QueryEscape(other), nil); w.Code != http.StatusOK || strings.Contains(w.Body.String(), ">61<") || !strings.Contains(w.Body.String(), ">60<") {
			t.Errorf("numbers of another township: status %d", w.Code)
		}
		if w := x.Do(officer, "GET", "/numbers.xlsx", nil); w.Code != http.StatusOK || w.Body.Len() < 1000 {
			t.Errorf("workbook: status %d, %d bytes", w.Code, w.Body.Len())
		}
	})
}

func TestEveryRouteRefusesOthers(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		x.Refuses(admin, nil)
		x.Refuses(liaison, nil)
	})
}

// numberIsList opens the list behind each number of a page and counts its lines.
func numberIsList(t *testing.T, x uitest.Desk, page string) {
	t.Helper()
	links := regexp.MustCompile(`<td class="num"[^>]*><a href="(/ledgers\?[^"]+)">([0-9,]+)</a>`).FindAllStringSubmatch(page, -1)
	if len(links) < 5 {
		t.Fatalf("%d numbers lead to their lists", len(links))
	}
	for _, m := range links {
		body := x.Do(officer, "GET", html.UnescapeString(m[1]), nil).Body.String()
		if !strings.Contains(body, "共"+m[2]+"人") {
			t.Errorf("%s of the numbers: its list says otherwise: %s", m[2], m[1])
		}
	}
}

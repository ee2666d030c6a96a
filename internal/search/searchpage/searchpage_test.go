package searchpage_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/search/searchpage"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const county = "990101000000"

var (
	officer = uitest.Officer
	auditor = access.Actor{User: 7, Post: access.Post{Region: county, Role: access.AuditAdmin}}
)

func stranger() access.Actor {
	by := officer
	by.Post.Region = "110101000000"
	return by
}

func units(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]searchpage.Hit, error) {
	found, err := org.Search(ctx, tx, by, words)
	var hits []searchpage.Hit
	for _, u := range found[:min(len(found), limit)] {
		hits = append(hits, searchpage.Hit{Title: u.Name, Sub: org.KindLabel(u.Kind), Href: "/units/" + ref.Format(u.ID)})
	}
	return hits, err
}

func regions(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]searchpage.Hit, error) {
	found, err := region.Search(ctx, tx, by, words)
	var hits []searchpage.Hit
	for _, r := range found[:min(len(found), limit)] {
		hits = append(hits, searchpage.Hit{Title: r.Name, Sub: r.Label(), Href: "/regions/" + r.Code})
	}
	return hits, err
}

func withCounty(t *testing.T, test func(t *testing.T, x uitest.Desk, d *db.DB)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		book := testkit.Book(t, "demo")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := region.LoadSeed(t.Context(), tx, access.Program, county); err != nil {
				return err
			}
			_, err := org.LoadCounty(t.Context(), tx, access.Program, book)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r := uitest.New(t)
		pages, err := searchpage.New(searchpage.Deps{DB: d, UI: r, Groups: []searchpage.Group{
			{Key: "units", Label: "单位", Icon: "unit", Permission: "org.list", Find: units, More: func(words string) string { return "/units?" + url.Values{"q": {words}}.Encode() }},
			{Key: "regions", Label: "行政区划", Icon: "pin", Permission: "region.list", Find: regions},
		}})
		if err != nil {
			t.Fatal(err)
		}
		test(t, uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, d)
	})
}

func at(words string) string { return "/search?" + url.Values{"q": {words}}.Encode() }

func TestTemplatesFitTheirViews(t *testing.T) {
	withCounty(t, func(t *testing.T, x uitest.Desk, _ *db.DB) { uitest.Templates(t, x.UI) })
}

func TestOneBoxFindsUnitsAndPlacesByNameOrInitials(t *testing.T) {
	withCounty(t, func(t *testing.T, x uitest.Desk, _ *db.DB) {
		x.Page(officer, "search-begin", "/search", "输入一个词开始搜索", "单位、行政区划")
		x.Page(officer, "search-found", at("民政"), "<mark>民政</mark>局", "/units/")
		x.Page(officer, "search-one", at("县教育局"), "找到1项")
		x.Page(officer, "search-initials", at("mzj"), "民政局", "/units/")
		x.Page(officer, "search-wide", at("　ＭＺＪ　"), "民政局")
		x.Page(officer, "search-many", at("村"), "请加一个词缩小范围", "全部", "/units?q=")
		x.Page(officer, "search-none", at("没有这样的单位"), "没有找到符合的内容")
	})
}

func TestASearchConfirmsNothingOutsideOnesScope(t *testing.T) {
	withCounty(t, func(t *testing.T, x uitest.Desk, _ *db.DB) {
		// A post switched or ended elsewhere changes nothing else on the page, so that
		// the answer for what exists is the answer for what does not, word by word.
		far := x.Page(stranger(), "search-far", at("民政"))
		none := x.Page(stranger(), "search-far-none", at("无此"))
		if strings.ReplaceAll(far, url.QueryEscape("民政"), url.QueryEscape("无此")) == far {
			t.Fatal("the page does not hold its own address")
		}
		for _, same := range [][2]string{{url.QueryEscape("民政"), url.QueryEscape("无此")}, {"民政", "无此"}} {
			far = strings.ReplaceAll(far, same[0], same[1])
		}
		if far != none {
			t.Error("what exists elsewhere looks other than what does not exist")
		}
		x.Refuses(auditor, nil)
		x.Refuses(access.Actor{}, nil)
	})
}

func TestASearchLeavesATraceWithoutItsWords(t *testing.T) {
	withCounty(t, func(t *testing.T, x uitest.Desk, d *db.DB) {
		x.Page(officer, "search-trace", at("民政局 张小明"))
		x.Page(officer, "search-empty", at("  "))
		log, err := audit.List(t.Context(), d.Reader(), auditor, audit.Filter{Action: "search.find"})
		if err != nil || len(log) != 1 {
			t.Fatalf("journal: %+v %v", log, err)
		}
		if log[0].Actor != officer.User || !strings.Contains(log[0].Detail, `"length":7`) || !strings.Contains(log[0].Detail, `"units":0`) {
			t.Errorf("trace: %+v", log[0])
		}
		if strings.Contains(log[0].Detail, "张") {
			t.Error("the words stand in the journal")
		}
	})
}

func TestOddInputIsTakenAsWords(t *testing.T) {
	withCounty(t, func(t *testing.T, x uitest.Desk, _ *db.DB) {
		for _, words := range []string{"%", "_", "'", `"><script>`, strings.Repeat("民", 500), "\xff\xfe", "民政\x00局"} {
			w := x.Do(officer, "GET", at(words), nil)
			if w.Code != 200 {
				t.Errorf("%q: status %d", words, w.Code)
			}
			if strings.Contains(w.Body.String(), "<script>") || strings.Count(w.Body.String(), "民") > 500+2*60 { // the box of the shell keeps what was typed
				t.Errorf("%q stands in the page as it is", words)
			}
		}
	})
}

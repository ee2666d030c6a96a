package matchpage_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/matchpage"
	"weibao/internal/child/merge/compare"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
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
	return access.Actor{User: user, Name: "周岚", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
)

type desk struct {
	uitest.Desk
	cabinet *child.Cabinet
	d       *db.DB
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := region.LoadSeed(t.Context(), tx, access.Program, county); return err }); err != nil {
			t.Fatal(err)
		}
		cabinet := testkit.Cabinet(t, d, "demo")
		r := uitest.New(t)
		pages, err := matchpage.New(matchpage.Deps{DB: d, UI: r, Cabinet: cabinet})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, cabinet, d})
	})
}

// two makes two files of one girl and lets the job find them.
func (x desk) two(second string) (a, b ref.Child) {
	x.T.Helper()
	number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), 12)
	if err != nil {
		x.T.Fatal(err)
	}
	people := []child.Person{{Name: "欧阳大山", Relation: "51", Guardian: true, Phone: "13800001234"}}
	list := []child.New{
		{Name: "欧阳小水", Region: village, Source: "form", School: "青石镇中心小学", Dossier: child.Dossier{Number: number, People: people, Places: child.Places{Residence: child.Place{Text: "三组17号"}}}},
		{Name: "欧阳晓水", Region: second, Source: "form", Birth: civil.MustParse("2015-06-01"), Sex: idcard.Female, Dossier: child.Dossier{NoNumber: "missing", Phone: "13900005678", People: people, Welfare: []string{"低保"}}},
	}
	var ids []ref.Child
	err = x.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		ids, err = x.cabinet.CreateAll(context.Background(), tx, officer, list)
		return err
	})
	if err == nil {
		_, err = compare.Match(context.Background(), x.cabinet, x.d)
	}
	if err != nil {
		x.T.Fatal(err)
	}
	return ids[0], ids[1]
}

func (x desk) post(by access.Actor, path string, status int, form url.Values) string {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, path, form)
	if w.Code != status {
		x.T.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

var secrets = []string{"13800001234", "13900005678", "欧阳大山", "三组17号"}

func pairPath(a, b ref.Child) string { return "/pairs/" + ref.Format(a) + "/" + ref.Format(b) }

func TestTwoFilesAreComparedMergedAndParted(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b := x.two(village)
		x.Page(director, "match-list", "/pairs", "欧阳小水", "欧阳晓水", "姓名同音", "出生日期相同", pairPath(a, b))
		covered := x.Page(officer, "match-covered", pairPath(a, b), "不同", "姓名同音", "15分及以上", "查看隐私内容")
		for _, secret := range secrets {
			if strings.Contains(covered, secret) {
				t.Error("shown unrevealed:", secret)
			}
		}
		open := x.post(officer, pairPath(a, b), http.StatusOK, nil)
		uitest.Page(t, []byte(open))
		keep(t, "match-review", open)
		for _, word := range append(secrets, "take.phone", "保留哪一份档案") {
			if !strings.Contains(open, word) {
				t.Error("the review does not show", word)
			}
		}
		if looks, err := x.cabinet.Looks(t.Context(), x.d.Reader(), officer, b); err != nil || len(looks) != 1 {
			t.Error("the reveal leaves no trace", looks, err)
		}
		form := url.Values{"keep": {"a"}, "take.phone": {"b"}, "take.welfare": {"both"}, "version_a": {"1"}, "version_b": {"1"}}
		if body := x.post(officer, pairPath(a, b)+"/merge", http.StatusUnprocessableEntity, form); !strings.Contains(body, "依据") {
			t.Error("merged without a reason")
		}
		form.Set("reason", "户口簿核对")
		x.post(officer, pairPath(a, b)+"/merge", http.StatusSeeOther, form)
		dossiers, err := x.cabinet.Dossiers(t.Context(), x.d.Reader(), officer, []ref.Child{a})
		if err != nil || dossiers[a].Phone != "13900005678" || len(dossiers[a].Welfare) != 1 {
			t.Error(dossiers, err)
		}
		x.Page(officer, "match-merges", childpage.Path(a)+"/merges", "撤销合并", "周岚")
		x.Page(officer, "match-undo", childpage.Path(b)+"/unmerge", "撤销合并")
		x.post(officer, childpage.Path(b)+"/unmerge", http.StatusUnprocessableEntity, url.Values{})
		x.post(officer, childpage.Path(b)+"/unmerge", http.StatusSeeOther, url.Values{"reason": {"是双胞胎"}})
		x.post(supervisor, pairPath(a, b)+"/differ", http.StatusSeeOther, nil)
		if body := x.Page(officer, "match-none", "/pairs"); !strings.Contains(body, "没有疑似重复") {
			t.Error("a decided pair is still shown")
		}
	})
}

func TestAPairIsNotFoundByWhoSeesOneFile(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b := x.two(other)
		for _, by := range []access.Actor{supervisor, director} {
			if body := x.Page(by, "", "/pairs"); strings.Contains(body, "欧阳") {
				t.Error(by.Post.Role, "sees the pair")
			}
			if w := x.Do(by, http.MethodGet, pairPath(a, b), nil); w.Code != http.StatusNotFound {
				t.Error(by.Post.Role, w.Code)
			}
			x.post(by, pairPath(a, b), http.StatusNotFound, nil)
		}
		x.post(supervisor, pairPath(a, b)+"/merge", http.StatusNotFound, url.Values{"keep": {"a"}, "reason": {"户口簿"}})
		x.post(supervisor, pairPath(a, b)+"/differ", http.StatusNotFound, nil)
		x.post(director, pairPath(a, b)+"/differ", http.StatusForbidden, nil)
		if w := x.Do(officer, http.MethodGet, pairPath(a, a), nil); w.Code != http.StatusNotFound {
			t.Error("a file is compared with itself", w.Code)
		}
	})
}

// keep lays an answer to a form beside the pages, to look at.
func keep(t *testing.T, name, body string) {
	t.Helper()
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

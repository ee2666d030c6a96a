package requestpage_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/request"
	"weibao/internal/child/requestpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const (
	county  = "990101000000"
	village = "990101100200"
	other   = "990101101200"
)

func actor(user ref.User, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: name + "的单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer   = actor(100, "周岚", county, access.Officer)
	sending   = actor(200, "赵督导", "990101100000", access.Supervisor)
	receiving = actor(250, "钱督导", "990101101000", access.Supervisor)
	director  = actor(300, "石秀兰", village, access.ChildDirector)
	stranger  = actor(400, "外县人员", "990102000000", access.Officer)
)

type desk struct {
	uitest.Desk
	cabinet *child.Cabinet
	d       *db.DB
	clock   *clock.Manual
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := region.LoadSeed(t.Context(), tx, access.Program, county); return err }); err != nil {
			t.Fatal(err)
		}
		cabinet := testkit.Cabinet(t, d, "demo")
		counter := &request.Counter{Cabinet: cabinet, Duties: testkit.Kernel(testkit.Calendar(t), ref.Unit(officer.User))}
		cabinet.Grown = counter.Grown
		r := uitest.New(t)
		pages, err := requestpage.New(requestpage.Deps{DB: d, UI: r, Counter: counter, Units: org.Names})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, cabinet, d, c})
	})
}

func (x desk) create(birth string, categories ...string) (id ref.Child) {
	x.T.Helper()
	number, err := idcard.Make("990101", civil.MustParse(birth), 12)
	if err != nil {
		x.T.Fatal(err)
	}
	n := child.New{Name: "欧阳小水", Region: village, Source: "form", Dossier: child.Dossier{Number: number, Ethnic: "06", Checked: []string{"name", "dossier.number"},
		People: []child.Person{{Name: "欧阳大山", Relation: "51", Guardian: true, Phone: "13800001234"}}}}
	for _, c := range categories {
		n.Categories = append(n.Categories, child.NewCategory{ID: c, Source: "form"})
	}
	err = x.d.Write(context.Background(), func(tx *db.Tx) (err error) {
		id, err = x.cabinet.Create(context.Background(), tx, officer, n)
		return err
	})
	if err != nil {
		x.T.Fatal(err)
	}
	return id
}

func (x desk) post(by access.Actor, path string, status int, form url.Values) (body, to string) {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, path, form)
	if w.Code != status {
		x.T.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Body.String(), w.Header().Get("Location")
}

func (x desk) says(body string, want bool, texts ...string) {
	x.T.Helper()
	for _, text := range texts {
		if strings.Contains(body, text) != want {
			x.T.Errorf("the page says %q: should be %v", text, want)
		}
	}
}

func file(id ref.Child, tail string) string { return "/children/" + ref.Format(id) + tail }

func TestACorrectionIsAskedRevealedAndDecided(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create("2015-06-01")
		number, _ := idcard.Make("990101", civil.MustParse("2015-06-11"), 12)
		x.Page(director, "request-correct", file(id, "/correct"), "只填需要更正的项目", "欧阳小水")
		body, _ := x.post(director, file(id, "/correct"), http.StatusUnprocessableEntity, url.Values{"number": {"99"}, "reason": {"户口簿"}})
		x.says(body, true, "18位")
		x.post(director, file(id, "/correct"), http.StatusUnprocessableEntity, url.Values{"reason": {"户口簿"}})
		_, to := x.post(director, file(id, "/correct"), http.StatusSeeOther, url.Values{"number": {number}, "name": {"欧阳晓水"}, "reason": {"户口簿第3页"}})
		x.Page(officer, "request-list", "/requests", "申请更正", "待我办理", "石秀兰")
		covered := x.Page(officer, "request-covered", to, "要更正的内容", "户口簿第3页", "查看隐私内容并核对")
		x.says(covered, false, number, "同意，按申请更正") // who decides looks first
		x.says(x.Page(director, "request-own", to), false, "同意，按申请更正")
		open, _ := x.post(officer, to, http.StatusOK, nil)
		x.says(open, true, number, "欧阳晓水", "同意，按申请更正", "前后内容都留在变更记录里")
		x.post(director, to+"/decide", http.StatusForbidden, url.Values{"decision": {"grant"}})
		x.post(officer, to+"/decide", http.StatusUnprocessableEntity, url.Values{})
		x.post(stranger, to+"/decide", http.StatusNotFound, url.Values{"decision": {"grant"}})
		x.post(officer, to+"/decide", http.StatusSeeOther, url.Values{"decision": {"grant"}})
		x.Page(officer, "request-closed", "/requests?closed=1", "已同意", "待办理的申请")
		if c, err := x.cabinet.Get(t.Context(), x.d.Reader(), officer, id); err != nil || c.Name != "欧阳晓水" || c.Birth.String() != "2015-06-11" {
			t.Error(c, err)
		}
	})
}

func TestAMoveIsSignedForByTheReceivingPlace(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create("2015-06-01")
		x.Page(sending, "request-move", file(id, "/move"), "对方签收以前")
		x.post(sending, file(id, "/move"), http.StatusUnprocessableEntity, url.Values{"reason": {"随父母迁居"}})
		_, to := x.post(sending, file(id, "/move"), http.StatusSeeOther, url.Values{"to": {other}, "reason": {"随父母迁居"}})
		x.says(x.Page(sending, "request-transfer", to), true, "转移中，待签收", "撤回申请")
		x.says(x.Page(receiving, "request-sign", to, "接收档案", "随父母迁居"), false, "13800001234", "打开档案")
		if w := x.Do(stranger, http.MethodGet, to, nil); w.Code != http.StatusNotFound {
			t.Error("another county opens it", w.Code)
		}
		x.post(receiving, to+"/decide", http.StatusSeeOther, url.Values{"decision": {"grant"}})
		if c, err := x.cabinet.Get(t.Context(), x.d.Reader(), receiving, id); err != nil || c.Region != other {
			t.Error(c, err)
		}
	})
}

func TestTheLetterGoesWithAChildWhoLeaves(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create("2015-06-01", "C03")
		_, to := x.post(director, file(id, "/move"), http.StatusSeeOther, url.Values{"abroad": {"某省某县民政局"}, "reason": {"随父母迁居"}})
		x.post(officer, to+"/letter", http.StatusConflict, nil)
		x.post(officer, to+"/decide", http.StatusSeeOther, url.Values{"decision": {"grant"}})
		x.Page(officer, "request-sent", to, "下载移交函", "登记回执并结束档案", "待对方回执")
		letter, _ := x.post(officer, to+"/letter", http.StatusOK, nil)
		x.says(words(t, letter), true, "某省某县民政局", "欧阳大山", "13800001234", "请函复", "儿童")
		x.post(officer, to+"/acknowledge", http.StatusUnprocessableEntity, url.Values{})
		x.post(officer, to+"/acknowledge", http.StatusSeeOther, url.Values{"words": {"该局3月5日函复"}})
		if c, err := x.cabinet.Get(t.Context(), x.d.Reader(), officer, id); err != nil || c.State != child.Closed {
			t.Error(c, err)
		}
		_, back := x.post(director, file(id, "/return"), http.StatusSeeOther, url.Values{"to": {village}, "reason": {"迁回"}})
		x.post(officer, back+"/decide", http.StatusSeeOther, url.Values{"decision": {"grant"}})
		if c, err := x.cabinet.Get(t.Context(), x.d.Reader(), officer, id); err != nil || c.State != child.Open {
			t.Error(c, err)
		}
	})
}

// words gives the text of a Word document.
func words(t *testing.T, docx string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(docx)), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestComingOfAgeIsAQuestion(t *testing.T) {
	withDesk(t, func(x desk) {
		x.create("2010-03-02", "C03")
		x.clock.Set(civil.MustParse("2026-03-02").Start())
		// The file was entered on the birthday's eve by the clock of the test.
		if _, err := x.cabinet.Turn(t.Context(), x.d); err != nil {
			t.Fatal(err)
		}
		x.create("2008-03-03", "C07")
		x.clock.Set(civil.MustParse("2026-03-03").Start())
		if _, err := x.cabinet.Turn(t.Context(), x.d); err != nil {
			t.Fatal(err)
		}
		body := x.Page(officer, "request-age", "/requests", "年满18周岁，是否结束档案", "系统")
		at := strings.Index(body, `href="/requests/`)
		to := body[at+6 : at+6+strings.Index(body[at+6:], `"`)]
		x.Page(officer, "request-age-one", to, "继续保留", "在职校就读")
		x.post(officer, to+"/decide", http.StatusUnprocessableEntity, url.Values{"decision": {"refuse"}})
		x.post(officer, to+"/decide", http.StatusSeeOther, url.Values{"decision": {"refuse"}, "words": {"在县职校就读"}})
		x.Page(officer, "request-age-done", "/requests?closed=1", "继续保留")
	})
}

func TestFormsAreForFilesInScope(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create("2015-06-01")
		for _, tail := range []string{"/correct", "/move", "/return", "/end"} {
			if w := x.Do(receiving, http.MethodGet, file(id, tail), nil); w.Code != http.StatusNotFound {
				t.Error(tail, w.Code)
			}
			x.post(receiving, file(id, tail), http.StatusNotFound, url.Values{"reason": {"理由"}, "to": {other}, "detail": {"died"}, "name": {"某某"}})
		}
		x.Page(director, "request-end", file(id, "/end"), "结束的原因")
		x.post(director, file(id, "/end"), http.StatusUnprocessableEntity, url.Values{"reason": {"理由"}})
		x.post(director, file(id, "/return"), http.StatusConflict, url.Values{"reason": {"理由"}, "to": {village}})
	})
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

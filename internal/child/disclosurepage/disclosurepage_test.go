package disclosurepage_test

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/disclosurepage"
	"weibao/internal/child/ledger"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
)

func actor(user ref.User, name, region string, unit ref.Unit, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: name + "的单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, "周岚", county, 100, access.Officer)
	colleague  = actor(101, "吴敏", county, 100, access.Officer)
	supervisor = actor(200, "赵督导", town, 200, access.Supervisor)
	elsewhere  = actor(250, "钱督导", "990101101000", 250, access.Supervisor)
	stranger   = actor(400, "外县人员", "990102000000", 400, access.Officer)
	auditor    = actor(500, "审计员", county, 500, access.AuditAdmin)
	liaison    = actor(600, "联络员", county, 600, access.Liaison)
)

type desk struct {
	uitest.Desk
	own   *disclosure.Desk
	d     *db.DB
	clock *clock.Manual
	dir   string
}

func withDesk(t *testing.T, list []child.New, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cabinet, r, dir := testkit.Cabinet(t, d, "demo"), uitest.New(t), t.TempDir()
		lists := &ledger.Desk{Cabinet: cabinet, Names: region.Names}
		own := &disclosure.Desk{Lists: lists, Duties: testkit.Kernel(testkit.Calendar(t), 100), Files: &file.Store{Dir: dir, Vault: cabinet.Vault}, Vault: cabinet.Vault}
		ledgers, err := ledgerpage.New(ledgerpage.Deps{DB: d, UI: r, Cabinet: cabinet, Desk: lists})
		if err != nil {
			t.Fatal(err)
		}
		pages, err := disclosurepage.New(disclosurepage.Deps{DB: d, UI: r, Desk: own, Lists: ledgers})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := region.LoadSeed(t.Context(), tx, access.Program, county); err != nil {
				return err
			}
			_, err := cabinet.CreateAll(t.Context(), tx, officer, list)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, own, d, c, dir})
	})
}

func children(t *testing.T, n int, fill func(i int, n *child.New)) (list []child.New) {
	for i := range n {
		number, err := idcard.Make("990101", civil.MustParse("2015-06-01").AddDays(i/900), i%900+50)
		if err != nil {
			t.Fatal(err)
		}
		c := child.New{Name: "单小明", Region: village, Source: "form", Dossier: child.Dossier{Number: number,
			People: []child.Person{{Name: "单大山", Relation: "51", Guardian: true, Phone: "13800001234"}}}}
		if fill != nil {
			fill(i, &c)
		}
		list = append(list, c)
	}
	return list
}

func (x desk) ask(by access.Actor, columns string) ref.Disclosure {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, ledgerpage.DisclosePath, url.Values{"query": {"ledger=village"}, "reason": {"送县医保局核对参保情况"}, "columns": strings.Split(columns, ",")})
	if w.Code != http.StatusSeeOther {
		x.T.Fatalf("asking: status %d: %s", w.Code, w.Body)
	}
	id, err := ref.Parse[ref.Disclosure](strings.TrimPrefix(w.Header().Get("Location"), disclosurepage.ListPath+"/"))
	if err != nil {
		x.T.Fatal(err)
	}
	return id
}

func (x desk) post(by access.Actor, id ref.Disclosure, tail string, form url.Values, want int) []byte {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, disclosurepage.ListPath+"/"+ref.Format(id)+tail, form)
	if w.Code != want {
		x.T.Fatalf("%s as %s: status %d, not %d: %s", tail, by.Name, w.Code, want, w.Body)
	}
	return w.Body.Bytes()
}

var grant = url.Values{"decision": {"grant"}}

func TestAListInClearNeedsASecondPersonAndLeavesATraceWithEachChild(t *testing.T) {
	list := children(t, 3, nil)
	withDesk(t, list, func(x desk) {
		uitest.Templates(t, x.UI)
		x.Page(supervisor, "disclosure-ask", ledgerpage.DisclosePath+"?ledger=village", "申请明文导出", "共3人", "用途和依据")
		id := x.ask(supervisor, "serial,name,idnumber,guardian,guardian_phone")
		x.post(supervisor, id, "/decide", grant, http.StatusForbidden)
		x.post(supervisor, id, "/take", nil, http.StatusConflict)
		for _, by := range []access.Actor{elsewhere, stranger} {
			x.post(by, id, "/decide", grant, http.StatusNotFound)
		}
		x.Page(officer, "disclosure-decide", disclosurepage.ListPath+"/"+ref.Format(id), "待我审批", "送县医保局", "身份证号")
		x.post(officer, id, "/decide", grant, http.StatusSeeOther)
		x.post(colleague, id, "/decide", url.Values{"decision": {"refuse"}, "words": {"不用"}}, http.StatusConflict)
		x.post(officer, id, "/take", nil, http.StatusForbidden)
		x.Page(supervisor, "disclosure-take", disclosurepage.ListPath+"/"+ref.Format(id), "已同意", "下载名单", "到期删除")
		body := x.post(supervisor, id, "/take", nil, http.StatusOK)
		x.wholeAndMarked(body, list)
		x.post(supervisor, id, "/take", nil, http.StatusOK)
		x.traced(len(list), 2)
		x.Page(auditor, "disclosure-register", disclosurepage.RegisterPath, "20260302-0001", "赵督导", "周岚", ">2<")
		if shown := x.Page(auditor, "disclosure-of-auditor", disclosurepage.RegisterPath+"/"+ref.Format(id), "赵督导"); strings.Contains(shown, "单小明") || strings.Contains(shown, "下载名单") {
			t.Error("the register tells of a child, or hands out the list")
		}
		x.unreadable("13800001234", "单小明", list[0].Dossier.Number)
		x.expires(id)
	})
}

// wholeAndMarked looks that the workbook holds the lines in clear and bears its number thrice.
func (x desk) wholeAndMarked(body []byte, list []child.New) {
	x.T.Helper()
	all, title := "", ""
	for row, err := range sheet.Read(bytes.NewReader(body), int64(len(body)), sheet.Limits{}) {
		if err != nil {
			x.T.Fatal(err)
		}
		for _, c := range row.Cells {
			all += c.Text + "\n"
			if title == "" {
				title = c.Text
			}
		}
	}
	for _, n := range list {
		if !strings.Contains(all, n.Dossier.Number) {
			x.T.Error("a number is missing in the list")
		}
	}
	for _, want := range []string{"13800001234", "单大山", "编号20260302-0001", "赵督导"} {
		if !strings.Contains(all, want) {
			x.T.Errorf("the list lacks %s", want)
		}
	}
	if sheet.Hidden(title) != "20260302-0001" {
		x.T.Errorf("hidden in the title: %q", sheet.Hidden(title))
	}
	parts := unzip(x.T, body)
	if !strings.Contains(parts["docProps/custom.xml"], "20260302-0001") || !strings.Contains(parts["xl/worksheets/sheet1.xml"], "<sheetProtection ") {
		x.T.Error("the file is not marked or not locked")
	}
}

func unzip(t testing.TB, body []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

// traced looks at the trace of each child.
func (x desk) traced(children, times int) {
	x.T.Helper()
	tx := x.d.Reader()
	rows, err := x.own.Lists.Cabinet.Walk(x.T.Context(), tx, officer, 0, 100)
	if err != nil || len(rows) != children {
		x.T.Fatal(err, len(rows))
	}
	for _, c := range rows {
		looks, err := x.own.Lists.Cabinet.Looks(x.T.Context(), tx, officer, c.ID)
		if err != nil || len(looks) != times || looks[0].Actor != supervisor.User || looks[0].Purpose != child.Disclosed {
			x.T.Errorf("looks %v, %v", looks, err)
		}
	}
}

// unreadable looks that nothing of the list stands on disk in clear.
func (x desk) unreadable(secrets ...string) {
	x.T.Helper()
	n := 0
	err := filepath.WalkDir(x.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		n++
		b, err := os.ReadFile(path)
		for _, s := range append(secrets, "xl/worksheets") {
			if bytes.Contains(b, []byte(s)) {
				x.T.Errorf("%s stands on disk in clear", s)
			}
		}
		return err
	})
	if err != nil || n == 0 {
		x.T.Error(err, n)
	}
}

// expires looks that the list is gone after seven days, before the job and after it.
func (x desk) expires(id ref.Disclosure) {
	x.T.Helper()
	x.clock.Advance(7*24*time.Hour - time.Minute)
	if n, err := x.own.Expire(x.T.Context(), x.d); err != nil || n != 0 {
		x.T.Fatalf("%d ended too early, %v", n, err)
	}
	x.post(supervisor, id, "/take", nil, http.StatusOK)
	x.clock.Advance(2 * time.Minute)
	x.post(supervisor, id, "/take", nil, http.StatusConflict)
	if n, err := x.own.Expire(x.T.Context(), x.d); err != nil || n != 1 {
		x.T.Fatalf("%d ended, %v", n, err)
	}
	x.post(supervisor, id, "/take", nil, http.StatusConflict)
	told, err := x.own.Show(x.T.Context(), x.d.Reader(), supervisor, id)
	if err != nil || told.State != disclosure.Expired || told.File != 0 || len(told.Children) != 0 || len(told.Taken) != 3 {
		x.T.Errorf("after its days: %+v, %v", told.State, err)
	}
}

func TestWhatIsIncompleteOrRefusedHandsOutNothing(t *testing.T) {
	withDesk(t, children(t, 2, nil), func(x desk) {
		for _, form := range []url.Values{
			{"query": {"ledger=village"}, "reason": {"看看"}, "columns": {"name"}},
			{"query": {"ledger=village"}, "reason": {"送县医保局核对参保情况"}},
			{"query": {"ledger=village&level=4"}, "reason": {"送县医保局核对参保情况"}, "columns": {"name"}},
		} {
			if w := x.Do(supervisor, http.MethodPost, ledgerpage.DisclosePath, form); w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%v: status %d", form, w.Code)
			}
		}
		id := x.ask(supervisor, "name,idnumber")
		x.post(officer, id, "/decide", url.Values{"decision": {"refuse"}}, http.StatusUnprocessableEntity)
		x.post(officer, id, "/decide", url.Values{}, http.StatusUnprocessableEntity)
		x.post(officer, id, "/decide", url.Values{"decision": {"refuse"}, "words": {"用统计数据即可"}}, http.StatusSeeOther)
		x.post(supervisor, id, "/take", nil, http.StatusConflict)
		taken := x.ask(supervisor, "name")
		x.post(colleague, taken, "/withdraw", nil, http.StatusConflict)
		x.post(supervisor, taken, "/withdraw", nil, http.StatusSeeOther)
		x.post(officer, taken, "/decide", grant, http.StatusConflict)
		x.Refuses(liaison, map[string]string{"id": ref.Format(id)})
	})
}

// TestNothingInAListInClearIsAFormula fills ten thousand fields with what
// spreadsheets would take for one.
func TestNothingInAListInClearIsAFormula(t *testing.T) {
	const n = 5000
	r := rand.New(rand.NewPCG(3, 5))
	starts, pool := []string{"=", "+", "-", "@", "\t", "\r", "＝", "=HYPERLINK(\"http://x\")", "=cmd|'/C calc'!A0", "-2+3", "@SUM(A1)"}, []rune("ABC123()+-*/=!:;'\"<>&|,. 张\t")
	word := func() string {
		s := starts[r.IntN(len(starts))]
		for range r.IntN(12) {
			s += string(pool[r.IntN(len(pool))])
		}
		return s
	}
	list := children(t, n, func(_ int, c *child.New) { c.Dossier.Remarks, c.Dossier.Places.Residence.Text = word(), word() })
	withDesk(t, list, func(x desk) {
		id := x.ask(supervisor, "serial,name,address,remarks")
		x.post(officer, id, "/decide", grant, http.StatusSeeOther)
		body := x.post(supervisor, id, "/take", nil, http.StatusOK)
		parts := unzip(t, body)
		page := parts["xl/worksheets/sheet1.xml"]
		if strings.Contains(page, "<f>") || strings.Contains(page, "<f ") || strings.Contains(page, "<hyperlink") {
			t.Error("the sheet holds a formula or a link")
		}
		texts := 0
		for row, err := range sheet.Read(bytes.NewReader(body), int64(len(body)), sheet.Limits{}) {
			if err != nil {
				t.Fatal(err)
			}
			if len(row.Cells) >= 2 && row.Cells[1].Text == "单小明" {
				texts++
			}
		}
		if texts != n {
			t.Errorf("%d lines of %d", texts, n)
		}
		if strings.Count(page, `t="inlineStr"`)+strings.Count(page, `t="s"`)+strings.Count(page, `t="str"`) < 3*n {
			t.Error("cells are not texts")
		}
	})
}

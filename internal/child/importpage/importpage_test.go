package importpage_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child/importpage"
	"weibao/internal/child/imports"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const (
	county = "990101000000"
	town   = "990101100000"
)

func actor(user ref.User, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: name + "的单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, "周岚", county, access.Officer)
	supervisor = actor(200, "赵督导", town, access.Supervisor)
	leader     = actor(150, "何主任", county, access.Leader)
	stranger   = actor(400, "外县人员", "990102000000", access.Officer)
)

type desk struct {
	uitest.Desk
	k *imports.Desk
	t *testing.T
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		cabinet := testkit.Cabinet(t, d, "demo")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := region.LoadSeed(t.Context(), tx, access.Program, county)
			if err == nil {
				_, err = org.LoadCounty(t.Context(), tx, access.Program, cabinet.Book())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		k := &imports.Desk{DB: d, Cabinet: cabinet, Vault: cabinet.Vault, Book: cabinet.Book, Files: &file.Store{Dir: t.TempDir(), Vault: cabinet.Vault},
			Duties: testkit.Kernel(testkit.Calendar(t), 100), Temp: t.TempDir()}
		r := uitest.New(t)
		pages, err := importpage.New(importpage.Deps{DB: d, UI: r, Desk: k})
		if err != nil {
			t.Fatal(err)
		}
		x := &desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, k, t}
		x.work()
		test(x)
	})
}

func (x *desk) work() {
	ctx, cancel := context.WithCancel(x.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r := job.Runner{DB: x.k.DB, Kinds: x.k.Jobs(), Workers: 1, Poll: 20 * time.Millisecond}
		if err := r.Run(ctx, time.Second); err != nil {
			x.t.Error(err)
		}
	}()
	x.t.Cleanup(func() { cancel(); <-ended })
}

// send uploads a list through its form and gives where that leads.
func (x *desk) send(by access.Actor, path, source, content string) *httptest.ResponseRecorder {
	x.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("source", source); err != nil {
		x.t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", "名单.csv")
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		x.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		x.t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, route := range x.Routes {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			err := by.Require(route.Permission)
			if err == nil {
				err = route.Handle(w, r, by)
			}
			if err != nil {
				x.UI.Error(w, r, by, err)
			}
		})
	}
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func (x *desk) post(by access.Actor, path string, form url.Values) string {
	x.t.Helper()
	w := x.Do(by, http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		x.t.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

var selected = regexp.MustCompile(`(?s)<select[^>]*name="(column-\d+)".*?</select>`)
var chosen = regexp.MustCompile(`<option value="([^"]*)" selected`)

// columns reads the form of the columns as the page shows it.
func columns(body string) url.Values {
	form := url.Values{}
	for _, m := range selected.FindAllStringSubmatch(body, -1) {
		form.Set(m[1], "")
		if c := chosen.FindStringSubmatch(m[0]); c != nil {
			form.Set(m[1], c[1])
		}
	}
	return form
}

// settle waits until no job works on the batch.
func (x *desk) settle(by access.Actor, path string) {
	x.t.Helper()
	for range 1000 {
		if body := x.Do(by, http.MethodGet, path, nil).Body.String(); !strings.Contains(body, "every 1s") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	x.t.Fatal("the job does not end")
}

func number(birth string, serial int) string {
	s := "990101" + birth + fmt.Sprintf("%03d", serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

func TestTemplatesFitTheirViews(t *testing.T) {
	r := uitest.New(t)
	if _, err := importpage.New(importpage.Deps{UI: r}); err != nil {
		t.Fatal(err)
	}
	uitest.Templates(t, r)
}

func TestListIsSentMappedPreviewedImportedAndUndone(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.Page(officer, "imports-none", "/imports", "还没有导入过名单", "比对部门名单")
		x.Page(officer, "imports-upload", "/imports/upload", "名单来源", "下载模板")
		if w := x.send(officer, "/imports/upload", "", "a"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请选择这份名单来自哪里") {
			t.Errorf("no source: %d", w.Code)
		}
		good, bad := number("20150308", 12), number("20150309", 13)[:17]+"?"
		list := "姓名,身份证号,乡镇,村,监护人,联系电话,片区\n韦小明," + good + ",青石镇,石门村,韦大山,13800000001,一\n李欣怡," + bad + ",青石镇,大湾村,李强,13800000002,二\n"
		w := x.send(officer, "/imports/upload", "civil", list)
		if w.Code != http.StatusSeeOther {
			t.Fatalf("%d: %s", w.Code, w.Body)
		}
		batch := w.Header().Get("Location")
		if w := x.send(officer, "/imports/upload", "civil", list); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), batch) {
			t.Errorf("sent twice: %d", w.Code)
		}
		body := x.Page(officer, "imports-columns", batch, "每一列是什么", "没有认出这一列", "韦某某", "读取并预览")
		if strings.Contains(body, good) || strings.Contains(body, "韦小明") {
			t.Error("the page of the columns shows whose list it is")
		}
		form := columns(body)
		broken := url.Values{}
		for k := range form {
			broken.Set(k, "")
		}
		if w := x.Do(officer, http.MethodPost, batch+"/columns", broken); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请指出哪一列是“姓名”") {
			t.Errorf("no names: %d", w.Code)
		}
		x.post(officer, batch+"/columns", form)
		x.settle(officer, batch)
		x.Page(officer, "imports-staged", batch, "确认导入", "新建1份档案", "1行有误的不导入", "下载有误的行")
		x.Page(officer, "imports-fresh", batch+"/rows?outcome=fresh", "韦小明", "将新建")
		body = x.Page(officer, "imports-wrong", batch+"/rows?outcome=wrong", "李欣怡", "“身份证号”：公民身份号码前17位只能是数字")
		if strings.Contains(body, good) || strings.Contains(body, bad) {
			t.Error("numbers are not masked")
		}
		if w := x.Do(officer, http.MethodGet, batch+"/answer", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "错误原因") || !strings.HasSuffix(w.Header().Get("Content-Disposition"), ".csv") {
			t.Errorf("answer: %d", w.Code)
		}
		x.post(officer, batch+"/apply", nil)
		x.settle(officer, batch)
		x.Page(officer, "imports-applied", batch, "已导入1行", "整批撤销")
		x.Page(officer, "imports-list", "/imports", "民政名单导入", "已导入1行")
		x.Page(officer, "imports-undo", batch+"/import_undo", "确认撤销")
		x.post(officer, batch+"/import_undo", nil)
		x.settle(officer, batch)
		x.Page(officer, "imports-undone", batch, "已撤销")
		for _, by := range []access.Actor{leader, stranger, supervisor} {
			if w := x.Do(by, http.MethodGet, batch, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", by.Name, w.Code)
			}
		}
	})
}

func TestChangedAndDoubtfulRowsAreDecided(t *testing.T) {
	withDesk(t, func(x *desk) {
		known := number("20150308", 12)
		first := "姓名,身份证号,出生日期,乡镇,村,监护人,联系电话\n韦小明," + known + ",,青石镇,石门村,韦大山,13800000001\n"
		batch := x.send(officer, "/imports/upload", "civil", first).Header().Get("Location")
		x.post(officer, batch+"/columns", columns(x.Do(officer, http.MethodGet, batch, nil).Body.String()))
		x.settle(officer, batch)
		x.post(officer, batch+"/apply", nil)
		x.settle(officer, batch)
		second := "姓名,身份证号,出生日期,乡镇,村,监护人,联系电话\n韦小明," + known + ",,青石镇,石门村,韦大山,13800000009\n韦小明,,2015-03-08,青石镇,石门村,,\n"
		batch = x.send(officer, "/imports/upload", "civil", second).Header().Get("Location")
		x.post(officer, batch+"/columns", columns(x.Do(officer, http.MethodGet, batch, nil).Body.String()))
		x.settle(officer, batch)
		body := x.Page(officer, "imports-changed", batch+"/rows?outcome=changed", "监护人电话：138****0001 → 138****0009", "恢复导入")
		if strings.Contains(body, "13800000009") {
			t.Error("phones are not masked")
		}
		x.Page(officer, "imports-doubtful", batch+"/rows?outcome=doubtful", "姓名相同，出生日期相同，村（社区）相同", "是同一人，更新档案")
		x.post(officer, batch+"/rows/doubtful/skip", url.Values{"id": {"3"}})
		x.Page(officer, "imports-decided", batch+"/rows?outcome=doubtful", "不导入")
		x.Page(officer, "imports-discard", batch+"/discard", "确认放弃")
		x.post(officer, batch+"/discard", nil)
		if w := x.Do(officer, http.MethodGet, batch, nil); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "名单.csv") {
			t.Errorf("discarded: %d", w.Code)
		}
	})
}

func TestComparisonBecomesPromptsAndADuty(t *testing.T) {
	withDesk(t, func(x *desk) {
		known, gone := number("20150308", 12), number("20150309", 13)
		first := "姓名,身份证号,乡镇,村\n韦小明," + known + ",青石镇,石门村\n李欣怡," + gone + ",青石镇,大湾村\n"
		for i := range 6 {
			first += "某某" + string(rune('甲'+i)) + "," + number("20140310", 20+i) + ",青石镇,石门村\n"
		}
		batch := x.send(officer, "/imports/upload", "civil", first).Header().Get("Location")
		x.post(officer, batch+"/columns", columns(x.Do(officer, http.MethodGet, batch, nil).Body.String()))
		x.settle(officer, batch)
		x.post(officer, batch+"/apply", nil)
		x.settle(officer, batch)
		second := "姓名,身份证号,残疾类别\n韦小明," + known + ",肢体\n新人," + number("20150310", 14) + ",听力\n"
		batch = x.send(officer, "/imports/compare", "disabled", second).Header().Get("Location")
		x.Page(officer, "imports-compare", "/imports/compare", "比对部门名单")
		body := x.Page(officer, "imports-compare-columns", batch, `<option value="C07" selected>`)
		form := columns(body)
		if w := x.Do(officer, http.MethodPost, batch+"/columns", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请选择与哪一类档案比对") {
			t.Errorf("compared with nobody in particular: %d", w.Code)
		}
		form.Set("category", "C07")
		x.post(officer, batch+"/columns", form)
		x.settle(officer, batch)
		if body := x.Page(officer, "imports-compared", batch, "共2条差异", "青石镇　1条"); strings.Contains(body, "名单只有") {
			t.Error("a usual comparison is warned of")
		}
		x.post(officer, batch+"/discard", nil)
		batch = x.send(officer, "/imports/compare", "disabled", second).Header().Get("Location")
		form.Set("category", imports.Everybody)
		x.post(officer, batch+"/columns", form)
		x.settle(officer, batch)
		x.Page(officer, "imports-far-more", batch, "共9条差异", "青石镇　8条", "名单只有2行，差异却有9条")
		x.post(officer, batch+"/hand", nil)
		x.Page(officer, "imports-handed", batch, "共9条，已核实0条")
		x.Page(officer, "imports-missing-there", batch+"/prompts?kind=missing_there", "李欣怡", "大湾村", "待核实")
		x.Page(officer, "imports-different", batch+"/prompts?kind=different", "韦小明", "残疾类别：档案“空”，名单“肢体残疾”")
		body = x.Page(officer, "imports-missing-here", batch+"/prompts?kind=missing_here", "新人")
		id := regexp.MustCompile(`name="id" value="(\d+)"`).FindStringSubmatch(body)
		if id == nil {
			t.Fatal("nothing to select")
		}
		x.post(officer, batch+"/prompts/missing_here/filed", url.Values{"id": {id[1]}})
		x.Page(officer, "imports-verified", batch, "共9条，已核实1条")
	})
}

package authpage_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/auth"
	"weibao/internal/auth/authpage"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const county = "990101000000"

type office struct {
	t     *testing.T
	d     *db.DB
	c     *clock.Manual
	g     *auth.Guard
	r     *ui.Renderer
	mux   *http.ServeMux
	vault *vault.Vault
}

func offices(t *testing.T, test func(o *office)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys.json"), vault.SM)
		must(t, err)
		profile, err := auth.ProfileOf("dengbao")
		must(t, err)
		profile.Work = auth.Work{MemoryKiB: 64, Passes: 1, Lanes: 1}
		o := &office{t: t, d: d, c: c, vault: v, r: uitest.New(t), mux: http.NewServeMux(), g: &auth.Guard{DB: d, Vault: v, Profile: profile, Places: names}}
		pages, err := authpage.New(authpage.Deps{DB: d, UI: o.r, Guard: o.g, Vault: v, Sealer: v.Sealer(filepath.Join(t.TempDir(), "seals.txt")),
			Units: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "20", Label: "县教育局"}}, nil
			},
			Regions: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: county, Label: "云岭县"}}, nil
			}})
		must(t, err)
		for _, route := range pages.Routes() {
			o.mux.HandleFunc(route.Method+" "+route.Path, o.serve(route))
		}
		test(o)
	})
}

func names(_ context.Context, _ *db.Tx, posts []access.Post) error {
	for i := range posts {
		posts[i].RegionName = "云岭县"
		if posts[i].Unit != 0 {
			posts[i].UnitName = "县教育局"
		}
	}
	return nil
}

// serve stands before a route as the server does.
func (o *office) serve(route ui.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r, v, err := o.g.Attach(r)
		if err == nil && route.Permission != access.Public && v.Actor.IsZero() {
			err = errs.New(errs.SignIn, "请先登录。")
		}
		if err == nil {
			err = v.Actor.Require(route.Permission)
		}
		if err == nil {
			err = route.Handle(w, r, v.Actor)
		}
		if err != nil {
			o.r.Error(w, r, v.Actor, err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// browser keeps the cookies of one person.
type browser struct {
	*office
	cookies map[string]string
}

func (o *office) browser() *browser { return &browser{o, map[string]string{}} }

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

// get opens a page that must be there and be right, and keeps it for the gallery.
func (b *browser) get(name, path string, want ...string) string {
	b.t.Helper()
	w := b.do("GET", path, nil)
	return b.check(w, http.StatusOK, name, want...)
}

func (b *browser) check(w *httptest.ResponseRecorder, status int, name string, want ...string) string {
	b.t.Helper()
	body := w.Body.String()
	if w.Code != status {
		b.t.Fatalf("%s: status %d, want %d: %s", name, w.Code, status, body)
	}
	uitest.Page(b.t, w.Body.Bytes())
	for _, text := range want {
		if !strings.Contains(body, text) {
			b.t.Errorf("%s does not say %q", name, text)
		}
	}
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" && b.d.Dialect == db.SQLite && name != "" {
		must(b.t, os.WriteFile(filepath.Join(dir, name+".html"), []byte(body), 0o600))
	}
	return body
}

// post sends a form that must lead to another page.
func (b *browser) post(path string, form url.Values, to string) {
	b.t.Helper()
	w := b.do("POST", path, form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		b.t.Fatalf("POST %s: status %d to %q, want %q: %s", path, w.Code, w.Header().Get("Location"), to, w.Body)
	}
}

var secretText = regexp.MustCompile(`<dt>(一次性口令|激活码|恢复码1)</dt><dd><b translate="no">([^<]+)</b>`)

func secret(t *testing.T, body string) string {
	t.Helper()
	m := secretText.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("no secret on the page")
	}
	return html.UnescapeString(m[2])
}

func (o *office) code(body string) string {
	o.t.Helper()
	m := regexp.MustCompile(`手工输入密钥：<b translate="no">([^<]+)</b>`).FindStringSubmatch(body)
	if m == nil {
		o.t.Fatal("no key on the page")
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(m[1], " ", ""), o.c.Now())
	must(o.t, err)
	return code
}

// enter goes the whole way of a first login and gives the browser of a person at work.
func (o *office) enter(login, password, activation, own string) *browser {
	o.t.Helper()
	b := o.browser()
	b.post("/login", url.Values{"login": {login}, "password": {password}}, "/login/password")
	b.post("/login/password", url.Values{"new": {own}, "again": {own}, "activation": {activation}}, "/login/factor")
	body := b.get("", "/login/factor")
	w := b.do("POST", "/login/factor", url.Values{"code": {o.code(body)}})
	b.check(w, http.StatusOK, "", "恢复码10")
	return b
}

// admins sets the house up and gives the three administrators at work.
func (o *office) admins() (system, security, auditor *browser) {
	o.t.Helper()
	handed, err := o.g.Setup(o.t.Context(), county)
	must(o.t, err)
	var out []*browser
	for i, h := range handed {
		out = append(out, o.enter(h.Login, h.Password, h.Activation, fmt.Sprintf("Maple.river%d", i)))
	}
	return out[0], out[1], out[2]
}

func TestTemplatesFitTheirViews(t *testing.T) {
	offices(t, func(o *office) { uitest.Templates(o.t, o.r) })
}

func TestTheFirstLoginGoesItsWholeWay(t *testing.T) {
	offices(t, func(o *office) {
		handed, err := o.g.Setup(o.t.Context(), county)
		must(o.t, err)
		h, b := handed[0], o.browser()
		b.get("login", "/login?next=/users", "账号", "口令")
		w := b.do("POST", "/login", url.Values{"login": {h.Login}, "password": {"wrong"}, "next": {"/users"}})
		body := b.check(w, http.StatusUnauthorized, "login-refused", "账号或口令不正确", `value="`+h.Login+`"`, `value="/users"`)
		if strings.Contains(body, "wrong") {
			o.t.Error("the password comes back")
		}
		b.post("/login", url.Values{"login": {h.Login}, "password": {h.Password}, "next": {"/users"}}, "/login/password?next=%2Fusers")
		if w := b.do("GET", "/users", nil); w.Code == http.StatusOK {
			o.t.Error("a half login opens pages")
		}
		b.get("password", "/login/password?next=/users", "激活码", "至少 10 个字符")
		w = b.do("POST", "/login/password", url.Values{"new": {"Maple.river1"}, "again": {"Maple.river1"}, "activation": {"ABCD-EFGH"}, "next": {"/users"}})
		b.check(w, http.StatusUnprocessableEntity, "password-refused", "激活码不正确")
		before := b.cookies["weibao"]
		b.post("/login/password", url.Values{"new": {"Maple.river1"}, "again": {"Maple.river1"}, "activation": {h.Activation}, "next": {"/users"}}, "/login/factor?next=%2Fusers")
		if b.cookies["weibao"] == before {
			o.t.Error("the token stays over a step of login")
		}
		page := b.get("factor", "/login/factor?next=/users", "只需绑定一次")
		picture := b.do("GET", "/login/factor/qr.png", nil)
		if picture.Header().Get("Content-Type") != "image/png" || !strings.HasPrefix(picture.Body.String(), "\x89PNG") {
			o.t.Error("no picture")
		}
		w = b.do("POST", "/login/factor", url.Values{"code": {"123456"}, "next": {"/users"}})
		b.check(w, http.StatusUnprocessableEntity, "", "动态口令不正确")
		w = b.do("POST", "/login/factor", url.Values{"code": {o.code(page)}, "next": {"/users"}})
		recovery := secret(o.t, b.check(w, http.StatusOK, "recovery", "恢复码10", `href="/users"`))
		b.get("users-first", "/users", "系统管理员")
		b.post("/logout", nil, "/login")
		if w := b.do("GET", "/users", nil); w.Header().Get("Location") != "/login?next=%2Fusers" {
			o.t.Errorf("after logout: %d %s", w.Code, w.Header().Get("Location"))
		}
		b.post("/login", url.Values{"login": {h.Login}, "password": {"Maple.river1"}}, "/login/code")
		b.get("code", "/login/code", "动态口令")
		w = b.do("POST", "/login/code", url.Values{"code": {"000000"}})
		b.check(w, http.StatusUnprocessableEntity, "", "动态口令不正确")
		b.post("/login/code", url.Values{"code": {recovery}}, "/")
		b.get("self", "/me", "已绑定", "剩余恢复码9个", "系统管理员")
	})
}

// A foreign address behind next must not take a person away after login.
func TestLoginLeadsToPagesOfThisServerOnly(t *testing.T) {
	offices(t, func(o *office) {
		o.g.Profile.SecondFactor = "none"
		o.person("lihua")
		for _, next := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
			b := o.browser()
			b.post("/login", url.Values{"login": {"lihua"}, "password": {"Maple.river7"}, "next": {next}}, "/")
		}
	})
}

func (o *office) person(login string) ref.User {
	o.t.Helper()
	c, err := o.g.Fixed(o.t.Context(), "Maple.river7")
	must(o.t, err)
	var id ref.User
	must(o.t, o.d.Write(o.t.Context(), func(tx *db.Tx) (err error) {
		id, err = o.g.CreateUser(o.t.Context(), tx, access.Program, auth.NewUser{Login: login, Name: "李花", Phone: "13900000001", Password: c})
		return err
	}))
	return id
}

func TestAnAccountAndItsPostTakeTwoAdministrators(t *testing.T) {
	offices(t, func(o *office) {
		system, security, auditor := o.admins()
		w := system.do("POST", "/users/new", url.Values{"login": {"Li Hua"}, "name": {""}})
		system.check(w, http.StatusUnprocessableEntity, "user-new-refused", "请填写姓名", "小写字母")
		system.get("user-new", "/users/new", "手机号")
		w = system.do("POST", "/users/new", url.Values{"login": {"lihua"}, "name": {"李花"}, "phone": {"13900000001"}})
		password := secret(o.t, system.check(w, http.StatusOK, "user-created", "只显示这一次"))
		u := o.find("lihua")
		base := "/users/" + ref.Format(u)
		system.get("user", base, "139****0001", "还没有岗位")
		system.get("post-new", base+"/post", "联络员", "云岭县")
		w = system.do("POST", base+"/post", url.Values{"role": {"liaison"}})
		system.check(w, http.StatusUnprocessableEntity, "", "请选择所在单位")
		system.post(base+"/post", url.Values{"role": {"liaison"}, "unit": {"20"}, "region": {county}, "starts": {"2026-03-01"}}, base)
		system.get("user-requested", base, "待审批", "县教育局")
		body := security.get("requests", "/users/requests", "李花", "批准")
		grant := regexp.MustCompile(`/users/posts/\d+/grant`).FindString(body)
		for name, b := range map[string]*browser{"system": system, "audit": auditor} {
			if w := b.do("POST", grant, nil); w.Code != http.StatusForbidden {
				o.t.Errorf("%s grants: %d", name, w.Code)
			}
		}
		security.post(grant, nil, "/users/requests")
		if w := security.do("POST", grant, nil); w.Code != http.StatusConflict {
			o.t.Errorf("granted twice: %d", w.Code)
		}
		person := o.enter("lihua", password, "", "Maple.river77")
		person.get("self-liaison", "/me", "联络员 · 县教育局 · 云岭县")
		end := strings.Replace(grant, "grant", "end", 1)
		security.get("post-end", end, "撤销岗位", "李花：联络员")
		w = security.do("POST", end, url.Values{"reason": {""}})
		security.check(w, http.StatusUnprocessableEntity, "", "请写明撤销的理由")
		security.post(end, url.Values{"reason": {"调离"}}, base)
		person.get("", "/me", "您还没有岗位")
		security.get("user-ended", base, "已撤销", "调离")
		security.post(base+"/factor", nil, base)
		if w := person.do("GET", "/me", nil); w.Code == http.StatusOK {
			o.t.Error("a session outlives the reset of the factor")
		}
		w = system.do("POST", base+"/reset", nil)
		secret(o.t, system.check(w, http.StatusOK, "user-reset", "口令已重置"))
		system.get("user-disable", base+"/disable", "立即退出登录")
		system.post(base+"/disable", nil, base)
		system.get("users", "/users?state=disabled", "李花", "已停用")
		system.post(base+"/enable", nil, base)
	})
}

func (o *office) find(login string) ref.User {
	o.t.Helper()
	id, err := db.Get[ref.User](o.t.Context(), o.d.Reader(), "SELECT id FROM auth_user WHERE login = ?", login)
	must(o.t, err)
	return id
}

func TestAnAdministratorsPostComesWithACode(t *testing.T) {
	offices(t, func(o *office) {
		system, security, _ := o.admins()
		id := o.person("wangfang")
		base := "/users/" + ref.Format(id)
		system.post(base+"/post", url.Values{"role": {"audit_admin"}, "region": {county}, "starts": {"2026-03-01"}}, base)
		grant := regexp.MustCompile(`/users/posts/\d+/grant`).FindString(security.get("", "/users/requests"))
		code := secret(o.t, security.check(security.do("POST", grant, nil), http.StatusOK, "activation", "管理员岗位已批准"))
		b := o.enter("wangfang", "Maple.river7", code, "Maple.river78")
		b.get("", "/audit", "批准岗位")
		w := system.do("POST", base+"/disable", nil)
		system.check(w, http.StatusConflict, "", "请先由安全保密管理员撤销其岗位")
	})
}

// None of the three reaches what is another's.
func TestAdministratorsReachTheirOwnPagesOnly(t *testing.T) {
	offices(t, func(o *office) {
		system, security, auditor := o.admins()
		for path, who := range map[string]string{"/users": "system security", "/users/new": "system", "/users/requests": "security", "/keys": "security", "/keys/rotate": "security", "/audit": "audit", "/audit/verify": "audit"} {
			for name, b := range map[string]*browser{"system": system, "security": security, "audit": auditor, "nobody": o.browser()} {
				w := b.do("GET", path, nil)
				if want := strings.Contains(who, name); want != (w.Code == http.StatusOK) {
					o.t.Errorf("%s opens %s: %d", name, path, w.Code)
				}
			}
		}
	})
}

func TestKeysAreRotatedFromTheScreen(t *testing.T) {
	offices(t, func(o *office) {
		_, security, _ := o.admins()
		security.get("keys", "/keys", "使用中", "精确查找")
		security.get("key-rotate", "/keys/rotate", "重新离线备份")
		security.post("/keys/rotate", nil, "/keys")
		security.get("keys-rotating", "/keys", "正在更换", "旧密钥")
		_, err := o.vault.Finish(o.t.Context(), o.d, nil)
		must(o.t, err)
		if body := security.get("", "/keys"); strings.Contains(body, "正在更换") {
			o.t.Error("still rotating")
		}
	})
}

func TestTheJournalIsSearchedAndVerified(t *testing.T) {
	offices(t, func(o *office) {
		_, _, auditor := o.admins()
		for i := range 60 {
			o.c.Advance(time.Second)
			_, _, _ = o.g.Login(o.t.Context(), auth.Try{Login: "sysadmin", Password: "wrong", Network: fmt.Sprintf("198.51.%d.1", i/5)})
		}
		body := auditor.get("audit", "/audit", "登录失败", "下一页")
		next := html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body)[1])
		auditor.get("", next, "首页")
		auditor.get("", "/audit?action=auth.lock", "连续失败，暂停登录")
		must(o.t, o.d.Write(o.t.Context(), func(tx *db.Tx) error {
			return audit.Write(o.t.Context(), tx, access.Program, "duty.open", "casework_case", ref.Case(7), map[string]any{"due": tx.Now, "unit": 0})
		}))
		if body := auditor.get("", "/audit?action=duty.open", "个案 7", "时限 2026-03-02 "); strings.Contains(body, "due 1") {
			o.t.Error("a time stands there as a number")
		}
		if body := auditor.get("", "/audit?login=nobody", "没有符合条件的记录"); strings.Contains(body, "登录失败</td>") {
			o.t.Error("an unknown login finds entries")
		}
		auditor.get("", "/audit?login=secadmin&from=2026-03-02&to=2026-03-02", "绑定动态口令")
		if body := auditor.get("", "/audit?login=secadmin&to=2026-03-01", "没有符合条件的记录"); strings.Contains(body, "auth_user") {
			o.t.Error("the day before finds entries")
		}
		auditor.get("verify", "/audit/verify", "开始校验")
		if _, err := o.vault.Sealer(filepath.Join(o.t.TempDir(), "other.txt")).Seal(o.t.Context(), o.d); err != nil {
			o.t.Fatal(err)
		}
		must(o.t, o.d.Write(o.t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(o.t.Context(), "UPDATE audit_entry SET actor_name = '别人' WHERE action = 'auth.enrol'")
			return err
		}))
		auditor.check(auditor.do("POST", "/audit/verify", nil), http.StatusOK, "verify-faults", "审计记录被改动", "记录内容被改动")
	})
}

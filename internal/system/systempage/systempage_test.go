package systempage_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/system/bundle"
	"weibao/internal/system/systempage"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

func admin(role access.Role) access.Actor {
	return access.Actor{User: 7, Name: role.Label(), Post: access.Post{ID: 7, Region: "990101000000", RegionName: "云岭县", UnitName: "县未保办", Role: role}}
}

var director = access.Actor{User: 8, Name: "石秀兰", Post: access.Post{ID: 8, Region: "990101100200", RegionName: "上坪村", UnitName: "上坪村", Role: access.ChildDirector}}

// house is an installation whose parts a test can spoil.
type house struct {
	uitest.Desk
	d      *db.DB
	c      *clock.Manual
	free   uint64
	disk   error
	backup time.Time
	v      *vault.Vault
}

func withHouse(t *testing.T, test func(t *testing.T, x *house)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal := testkit.Calendar(t)
		sm, _ := vault.SuiteOf("sm")
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys.json"), sm)
		if err != nil {
			t.Fatal(err)
		}
		x := &house{d: d, c: c, free: 80 << 30, backup: c.Now().Add(-5 * time.Hour), v: v}
		r := uitest.New(t)
		pages, err := systempage.New(systempage.Deps{DB: d, UI: r, Version: "1.0.0",
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
			Space:    func() (uint64, uint64, error) { return x.free, 100 << 30, x.disk },
			Backup:   func() (time.Time, error) { return x.backup, nil },
			Bundle: func(ctx context.Context) (bundle.Bundle, error) {
				return bundle.Make(ctx, bundle.Source{DB: d, Clock: c, Checks: func(context.Context) []bundle.Check { return nil }}, func(string, int, int) {})
			}})
		if err != nil {
			t.Fatal(err)
		}
		x.Desk = uitest.Desk{T: t, UI: r, Routes: pages.Routes()}
		test(t, x)
	})
}

func (x *house) act(t *testing.T) {
	t.Helper()
	err := x.d.Write(t.Context(), func(tx *db.Tx) error {
		return audit.Write(t.Context(), tx, admin(access.SystemAdmin), "user.create", "auth_user", ref.User(9), nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (x *house) seal(t *testing.T) {
	t.Helper()
	if _, err := x.v.Sealer("").Seal(t.Context(), x.d); err != nil {
		t.Fatal(err)
	}
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withHouse(t, func(t *testing.T, x *house) { uitest.Templates(t, x.UI) })
}

func TestASoundInstallationSaysSo(t *testing.T) {
	withHouse(t, func(t *testing.T, x *house) {
		x.act(t)
		x.seal(t)
		for _, role := range []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin} {
			body := x.Page(admin(role), "system-good", "/system/status", "各项正常", "已封存1条，共1块", "剩余 80.0 GB，共 100.0 GB", "上次备份今天 07:00", "放假安排已导入到2026年", "1.0.0", "排队0项")
			if links := strings.Contains(body, `href="/jobs"`); links != (role == access.SystemAdmin) {
				t.Errorf("%s: the way to what only the system administrator may open: %v", role, links)
			}
		}
	})
}

func TestWhatIsWrongIsSaidWithItsCure(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, x *house)
		want  []string
	}{
		"no backup yet":          {func(_ *testing.T, x *house) { x.backup = time.Time{} }, []string{"1项异常", "还没有备份", "请在服务器上运行备份命令"}},
		"backup is old":          {func(_ *testing.T, x *house) { x.backup = x.c.Now().Add(-73 * time.Hour) }, []string{"1项需要注意", "请检查自动备份"}},
		"disk nearly full":       {func(_ *testing.T, x *house) { x.free = 500 << 20 }, []string{"1项异常", "空间即将用完"}},
		"disk cannot be asked":   {func(_ *testing.T, x *house) { x.disk = errors.New("statfs: bad") }, []string{"1项异常", "无法读取"}},
		"journal is not sealed":  {func(t *testing.T, x *house) { x.act(t); x.c.Advance(2 * time.Hour) }, []string{"1项异常", "待封存1条", "审计记录封存"}},
		"journal is a bit late":  {func(t *testing.T, x *house) { x.act(t); x.c.Advance(15 * time.Minute) }, []string{"1项需要注意", "封存有延迟"}},
		"next year's days lack":  {func(_ *testing.T, x *house) { x.move("2026-11-20") }, []string{"2027年放假安排尚未导入", "国务院办公厅通知"}},
		"spring needs no notice": {func(_ *testing.T, x *house) { x.move("2026-09-20") }, []string{"各项正常"}},
		"key is old":             {func(_ *testing.T, x *house) { x.move("2027-09-20") }, []string{"轮换密钥"}},
	} {
		t.Run(name, func(t *testing.T) {
			withHouse(t, func(t *testing.T, x *house) {
				c.spoil(t, x)
				x.Page(admin(access.SystemAdmin), "system-"+strings.ReplaceAll(name, " ", "-"), "/system/status", c.want...)
			})
		})
	}
}

// move sets the clock to a day on which everything else is well.
func (x *house) move(day string) {
	x.c.Set(civil.MustParse(day).Start().Add(10 * time.Hour))
	x.backup = x.c.Now().Add(-time.Hour)
}

func TestTheStateOfTheSystemIsForAdministrators(t *testing.T) {
	withHouse(t, func(t *testing.T, x *house) {
		for _, by := range []access.Actor{{}, director, uitest.Officer} {
			x.Refuses(by, nil)
			if w := x.Do(by, "GET", "/system/status", nil); w.Code != 404 {
				t.Errorf("%s: status %d", by.Post.Role, w.Code)
			}
		}
	})
}

func TestTheSystemAdministratorMakesABundleWhichIsJournalled(t *testing.T) {
	withHouse(t, func(t *testing.T, x *house) {
		by := admin(access.SystemAdmin)
		if body := x.Page(by, "system-status-bundle", "/system/status"); !strings.Contains(body, "/system/bundle") {
			t.Error("the state of the system does not lead to the bundle")
		}
		x.Page(by, "system-bundle", "/system/bundle", "不含业务数据和个人信息", "各表的行数和大小（不含内容）", "制作并下载")
		w := x.Do(by, "POST", "/system/bundle", nil)
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/zip" || !strings.HasPrefix(w.Body.String(), "PK") || !strings.Contains(w.Header().Get("Content-Disposition"), "weibao-support-") {
			t.Errorf("status %d, %v", w.Code, w.Header())
		}
		made, err := db.Get[int64](t.Context(), x.d.Reader(), "SELECT count(*) FROM audit_entry WHERE action = 'system.bundle' AND actor = 7")
		if err != nil || made != 1 {
			t.Errorf("journalled %d times, %v", made, err)
		}
		for _, role := range []access.Role{access.SecurityAdmin, access.AuditAdmin} {
			if w := x.Do(admin(role), "POST", "/system/bundle", nil); w.Code != 403 {
				t.Errorf("%s: status %d", role, w.Code)
			}
		}
	})
}

func TestEverybodyReadsThePledgeAndFindsWhereToComplain(t *testing.T) {
	withHouse(t, func(t *testing.T, x *house) {
		for _, by := range []access.Actor{director, uitest.Officer, admin(access.AuditAdmin)} {
			body := x.Page(by, "system-pledge", "/system/pledge", "国办函〔2026〕12号", "/suggestions/add",
				"不随意、不重复要求基层填表报数", "不打卡签到，不积分排名，不计在线时长", "不强制推广，不考核安装率", "不强制拍照、录像、留轨迹", "不搞经营活动")
			if strings.Count(body, "<li><h2>") != 5 {
				t.Errorf("%s: not five bans", by.Post.Role)
			}
		}
		nobody := access.Actor{User: 9, Name: "新用户"}
		if body := x.Page(nobody, "system-pledge-no-post", "/system/pledge"); strings.Contains(body, "/suggestions") {
			t.Error("who has no post is led to what he cannot open")
		}
		h := make(map[string][]string)
		ui.Headers(h)
		if p := strings.Join(h["Permissions-Policy"], ""); !strings.Contains(p, "geolocation=()") || !strings.Contains(p, "camera=()") || !strings.Contains(p, "microphone=()") {
			t.Errorf("the promise to the browser: %s", p)
		}
	})
}

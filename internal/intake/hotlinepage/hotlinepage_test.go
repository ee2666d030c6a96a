package hotlinepage_test

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/hotlinepage"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const county = "990101000000"

func actor(role access.Role) access.Actor {
	return access.Actor{User: access.Program.User + 100, Name: "坐席甲", Post: access.Post{ID: 1, Unit: 200, UnitName: "热线", Region: county, Role: role}}
}

var operator = actor(access.Operator)

func withDesk(t *testing.T, test func(x uitest.Desk, k *intake.Desk, d *db.DB)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		rules := testkit.Book(t, "demo")
		book := func() *rule.Book { return rules }
		k := &intake.Desk{Vault: v, Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: book}
		r := uitest.New(t)
		p, err := hotlinepage.New(hotlinepage.Deps{DB: d, UI: r, Desk: k, Book: book,
			Regions: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "990101100200", Label: "上坪村"}}, nil
			},
			Known: func(_ context.Context, _ *db.Tx, _ access.Actor, q string) ([]hotlinepage.Child, error) {
				return []hotlinepage.Child{{Words: q + "，8周岁"}}, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		test(uitest.Desk{T: t, UI: r, Routes: p.Routes()}, k, d)
	})
}

var call = url.Values{"danger": {"no"}, "what": {"alone"}, "region": {"990101100200"}, "narrative": {"奶奶住院，孩子一人在家"}, "child": {"某某"}, "phone": {"13900000002"}, "channel": {"phone"}}

var groups = regexp.MustCompile(`<span>(\d{4})</span>`)

func TestACallIsWrittenDownOnOnePage(t *testing.T) {
	withDesk(t, func(x uitest.Desk, k *intake.Desk, d *db.DB) {
		page := x.Page(operator, "hotline-new", "/intake/new", "先转110")
		if n := strings.Count(page, `class="label"`); n > 12 {
			t.Errorf("%d fields", n)
		}
		w := x.Do(operator, "POST", "/intake/new", call)
		if w.Code != http.StatusCreated || len(groups.FindAllString(w.Body.String(), -1)) != 4 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		mine := x.Page(operator, "hotline-mine", "/intake/mine", "无人照料", "待受理")
		at := regexp.MustCompile(`/intake/mine/\d+`).FindString(mine)
		if one := x.Page(operator, "hotline-one", at, "等待未保办受理"); strings.Contains(one, "奶奶") {
			t.Error("what the caller said is shown again")
		}
		other := operator
		other.User++
		if w := x.Do(other, "GET", at, nil); w.Code != http.StatusNotFound {
			t.Errorf("another's report: %d", w.Code)
		}
		known := x.Do(operator, "POST", "/intake/known", url.Values{"phone": {"139 0000 0002"}, "child": {"某某"}}).Body.String()
		if !strings.Contains(known, "无人照料") || !strings.Contains(known, "某某，8周岁") {
			t.Error(known)
		}
		uitest.Fragment(t, []byte(known))
	})
}

func TestWhatWasTypedComesBackAfterACrash(t *testing.T) {
	withDesk(t, func(x uitest.Desk, k *intake.Desk, d *db.DB) {
		if w := x.Do(operator, "POST", "/intake/draft", call); w.Code != http.StatusNoContent {
			t.Fatal(w.Code)
		}
		x.Page(operator, "hotline-draft", "/intake/new", "奶奶住院", "接着上次没有提交的登记")
		if w := x.Do(operator, "POST", "/intake/new", url.Values{"narrative": {"甲"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请先问清孩子现在有没有危险") {
			t.Error(w.Code)
		}
		if w := x.Do(operator, "POST", "/intake/new", call); w.Code != http.StatusCreated {
			t.Fatal(w.Code)
		}
		if page := x.Page(operator, "hotline-new", "/intake/new"); strings.Contains(page, "奶奶住院") {
			t.Error("the draft outlived the report")
		}
	})
}

func TestNobodyElseComesIn(t *testing.T) {
	withDesk(t, func(x uitest.Desk, k *intake.Desk, d *db.DB) {
		for _, role := range []access.Role{access.Leader, access.SystemAdmin, access.AuditAdmin} {
			x.Refuses(actor(role), map[string]string{"report": "5"})
		}
		x.Refuses(access.Actor{}, map[string]string{"report": "5"})
		uitest.Templates(t, x.UI)
	})
}

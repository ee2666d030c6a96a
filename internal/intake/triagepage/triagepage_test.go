package triagepage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/intake"
	"weibao/internal/intake/triagepage"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const county, village = "990101000000", "990101100200"

func actor(user ref.User, unit ref.Unit, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: "某单位", Region: region, RegionName: "云岭县", Role: role}}
}

var (
	officer  = actor(101, 100, county, access.Officer)
	second   = actor(102, 100, county, access.Officer)
	stranger = actor(105, 300, "990201000000", access.Officer)
	liaison  = actor(106, 400, county, access.Liaison)
)

type desk struct {
	uitest.Desk
	k *intake.Desk
	d *db.DB
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := region.LoadSeed(t.Context(), tx, access.Program, county); return err }); err != nil {
			t.Fatal(err)
		}
		cabinet, book := testkit.Cabinet(t, d, "demo"), testkit.Book(t, "demo")
		books := func() *rule.Book { return book }
		k := &intake.Desk{Vault: cabinet.Vault, Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: books}
		r := uitest.New(t)
		pages, err := triagepage.New(triagepage.Deps{DB: d, UI: r, Desk: k, Book: books, Places: region.Places, Ways: &flow.Ways{Desk: k, Cabinet: cabinet},
			UnitNames: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) {
				return map[ref.Unit]string{100: "县未保办", 200: "县民政局"}, nil
			},
			UnitChoices: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "200", Label: "县民政局"}}, nil
			},
			Colleagues: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "102", Label: "另一人"}}, nil
			},
			Files: func(context.Context, *db.Tx, access.Actor, string) ([]ui.Option, error) { return nil, nil },
			FileOf: func(_ context.Context, _ *db.Tx, _ access.Actor, id ref.Child) (ui.Option, error) {
				return ui.Option{}, errs.Missing()
			},
			Regions: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: village, Label: "石门村"}}, nil
			},
			Follow: func(context.Context, *db.Tx, access.Actor, ref.Report) (triagepage.Followed, error) {
				return triagepage.Followed{}, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		uitest.Templates(t, r)
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, k, d})
	})
}

const words, caller = "夜里听到独有的哭喊", "13900005678"

func (x desk) lodge(in intake.In) string {
	x.T.Helper()
	if in.Narrative == "" {
		in.Narrative = words
	}
	if in.Place.Region == "" {
		in.Place.Region = village
	}
	out, err := x.k.Take(context.Background(), x.d, access.Program, in, "")
	if err != nil {
		x.T.Fatal(err)
	}
	return triagepage.Path(out.ID)
}

// post sends a form that must lead on, and gives where to.
func (x desk) post(by access.Actor, path string, form url.Values) string {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		x.T.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// refused sends a form that must come back with what is wrong and what was typed.
func (x desk) refused(by access.Actor, path string, form url.Values, want ...string) {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, path, form)
	if w.Code != http.StatusUnprocessableEntity {
		x.T.Errorf("%s: status %d", path, w.Code)
	}
	uitest.Page(x.T, w.Body.Bytes())
	for _, text := range want {
		if !strings.Contains(w.Body.String(), text) {
			x.T.Errorf("%s does not say %q", path, text)
		}
	}
}

var calm = url.Values{"situation": {"alone"}, "q-danger": {"no"}, "q-harm": {"no"}, "q-care": {"no"}, "q-again": {"no"}}

func TestAReportShowsWhatWasToldOnlyAfterATrace(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.lodge(intake.In{What: "alone", Reporter: &intake.Reporter{Name: "邻居", Phone: caller}})
		before := x.Page(officer, "triage-covered", one, "查看报告内容", "受理", "实名，身份另行保管")
		if strings.Contains(before, words) || strings.Contains(before, caller) {
			t.Error("what was told shows without a trace")
		}
		for _, tail := range []string{"/decide", "/child"} {
			if w := x.Do(officer, "GET", one+tail, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != one {
				t.Errorf("%s before the look: %d", tail, w.Code)
			}
		}
		x.post(officer, one+"/reveal", nil)
		after := x.Page(officer, "triage-open", one, words, "谁查看过")
		if strings.Contains(after, caller) {
			t.Error("the page says who reported")
		}
		if strings.Contains(x.Page(second, "triage-other", one), words) {
			t.Error("one's look opens it for another")
		}
	})
}

func TestDangerStandsBeforeEverythingElse(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.lodge(intake.In{What: "hurt", Danger: true})
		page := x.Page(officer, "triage-danger", one, "先打电话，再办手续", "110")
		if strings.Index(page, "先打电话") > strings.Index(page, "查看报告内容") {
			t.Error("danger stands below")
		}
		x.Page(officer, "triage-list", "/reports?view=pressing", "紧急")
		x.lodge(intake.In{What: "alone"})
		if list := x.Page(officer, "triage-todo", "/reports?view=todo", "紧急，先办这些"); strings.Index(list, one) > strings.Index(list, ">报告<") && strings.Contains(list, ">报告<") {
			t.Error("a newer report stands above an emergency")
		}
		for _, view := range []string{"todo", "all"} {
			list := x.Page(officer, "triage-once", "/reports?view="+view, "<h2>紧急，先办这些</h2>", "<h2>其他报告</h2>")
			if n := strings.Count(list, `href="`+one+`"`); n != 1 {
				t.Errorf("view %s: the emergency stands %d times", view, n)
			}
		}
	})
}

// What is known to be alike is offered; who wants another types its number.
func TestMergingOffersWhatIsAlike(t *testing.T) {
	withDesk(t, func(x desk) {
		at := intake.Place{Region: village}
		one, two, far := x.lodge(intake.In{What: "alone", Place: at}), x.lodge(intake.In{What: "alone", Place: at}), x.lodge(intake.In{What: "other", Place: at})
		id := func(path string) string { return strings.TrimPrefix(path, "/reports/") }
		page := x.Page(officer, "triage-merge-choice", one+"/merge", "同一乡镇（街道）、同一情形", `value="`+id(two)+`"`, "不在上面，填写编号")
		if strings.Contains(page, `value="`+id(far)+`"`) || strings.Contains(page, `value="`+id(one)+`"`) {
			t.Error("what is not alike, or the report itself, is offered")
		}
		x.refused(officer, one+"/merge", url.Values{}, "请选择一件报告，或者填写编号")
		x.refused(officer, one+"/merge", url.Values{"into": {"other"}, "number": {""}}, "没有找到这个编号")
		x.refused(officer, one+"/merge", url.Values{"into": {"x"}}, "请选择一件报告")
		if to := x.post(officer, one+"/merge", url.Values{"into": {id(two)}}); to != one {
			t.Error(to)
		}
		x.Page(officer, "triage-merged", one, "并入", two)
		if page := x.Page(officer, "triage-merge-none", far+"/merge", "报告编号"); strings.Contains(page, "不在上面") {
			t.Error("a choice of nothing")
		}
	})
}

func TestTriageAsksAndKeepsWhatWasTyped(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.lodge(intake.In{What: "alone"})
		x.post(officer, one+"/accept", nil)
		x.post(officer, one+"/reveal", nil)
		x.Page(officer, "triage-decide", one+"/decide", words, "依次回答", "是哪个孩子", "由谁办理", "单位将看到什么")
		x.refused(officer, one+"/decide", url.Values{"situation": {"alone"}, "words": {"独有的理由"}}, "请回答这个问题", "独有的理由")
		x.refused(officer, one+"/decide", with(calm, "lead", "200"), "与派单规则不同，请说明理由")
		x.post(officer, one+"/decide", with(calm, "words", "由未保办自己上门"))
		x.Page(officer, "triage-decided", one, "研判结果", "首接单位自办", "由未保办自己上门", "答复并办结")
		if w := x.Do(officer, "POST", one+"/decide", with(calm, "words", "再来一次")); w.Code != http.StatusConflict {
			t.Errorf("decided twice: %d", w.Code)
		}
	})
}

func with(form url.Values, name, value string) url.Values {
	out := url.Values{name: {value}}
	for k, v := range form {
		out[k] = v
	}
	return out
}

func TestTheChildOfAReportIsLinkedOrNot(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.lodge(intake.In{What: "aid", Child: &intake.Child{Name: "莫小川", Age: "8"}})
		x.post(officer, one+"/reveal", nil)
		x.Page(officer, "triage-child", one+"/child", "建立新档案", "暂不关联", "石门村")
		x.refused(officer, one+"/child", url.Values{"child": {"x"}}, "请从列出的档案里选择")
		x.refused(officer, one+"/child", url.Values{"child": {"new"}}, "哪个乡镇")
		if w := x.Do(officer, "POST", one+"/child", url.Values{"child": {"12345678"}}); w.Code != http.StatusNotFound {
			t.Errorf("a file outside the scope: %d", w.Code)
		}
		x.post(officer, one+"/child", url.Values{"child": {"new"}, "region": {village}})
		x.Page(officer, "triage-linked", one, "查看档案")
		x.post(officer, one+"/child", url.Values{"child": {"none"}})
		if strings.Contains(x.Page(officer, "triage-unlinked", one), "查看档案") {
			t.Error("the link was not taken back")
		}
	})
}

func TestEachDeedAsksForItsWords(t *testing.T) {
	withDesk(t, func(x desk) {
		one, two := x.lodge(intake.In{What: "alone"}), x.lodge(intake.In{What: "alone"})
		for _, tail := range []string{"act", "answer", "ask", "reject"} {
			x.Page(officer, "triage-"+tail, one+"/"+tail)
			x.refused(officer, one+"/"+tail, url.Values{"text": {" "}}, "请写明内容")
		}
		x.refused(officer, one+"/merge", url.Values{"number": {"20260101-00000-00000"}}, "没有找到这个编号")
		x.refused(officer, one+"/shield", url.Values{"holder": {"x"}}, "请选择要回避的人")
		x.post(officer, one+"/act", url.Values{"text": {"已拨打110"}})
		x.post(officer, one+"/reject", url.Values{"text": {"请向学校询问"}})
		if to := x.post(officer, one+"/accept", nil); to != one {
			t.Errorf("what has ended is accepted: %s", to)
		}
		x.Page(officer, "triage-rejected", one, "不予受理")
		x.post(officer, two+"/shield", url.Values{"holder": {"102"}})
		if w := x.Do(second, "GET", two, nil); w.Code != http.StatusNotFound {
			t.Errorf("for whom it is hidden: %d", w.Code)
		}
		if strings.Contains(x.Page(second, "triage-hidden", "/reports?view=all"), two) {
			t.Error("it stands in his list")
		}
	})
}

func TestWhatAHotlineAddedIsReadByOnePress(t *testing.T) {
	withDesk(t, func(x desk) {
		told := intake.In{What: "alone", Channel: "o12345", Narrative: words, Place: intake.Place{Region: village}}
		out, err := x.k.Take(t.Context(), x.d, access.Program, told, "order")
		if err != nil {
			t.Fatal(err)
		}
		more := intake.More{In: told}
		more.Narrative += "，孩子发烧了"
		if err := x.d.Write(t.Context(), func(tx *db.Tx) error {
			_, _, err := x.k.Supplement(t.Context(), tx, access.Program, "order", more)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		one := triagepage.Path(out.ID)
		x.Page(officer, "triage-added", one, "热线又送来补充情况", "已阅热线补充")
		x.post(officer, one+"/read", nil)
		x.Page(officer, "triage-unread", one, "热线又送来补充情况") // nobody reads what he has not opened
		x.post(officer, one+"/reveal", nil)
		x.Page(officer, "triage-added-open", one, "热线补充", "孩子发烧了")
		x.post(officer, one+"/read", nil)
		if body := x.Page(officer, "triage-read", one); strings.Contains(body, "热线又送来补充情况") {
			t.Error("it still waits")
		}
	})
}

func TestOthersReachNoPageOfReports(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.lodge(intake.In{What: "alone"})
		id := one[strings.LastIndex(one, "/")+1:]
		x.Refuses(liaison, map[string]string{"report": id, "file": "1", "request": "1"})
		for _, tail := range []string{"", "/decide", "/child", "/act", "/identity"} {
			if w := x.Do(stranger, "GET", one+tail, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s from another county: %d", tail, w.Code)
			}
		}
	})
}

func TestWhoReportedIsAskedForAndDecidedByAnother(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.lodge(intake.In{What: "alone", Reporter: &intake.Reporter{Name: "邻居", Phone: caller}})
		x.Page(officer, "triage-identity", one+"/identity", "报告人身份另行保管")
		x.refused(officer, one+"/identity", url.Values{"reason": {""}}, "请写明为什么必须知道")
		x.post(officer, one+"/identity", url.Values{"reason": {"需要当面核实"}})
		page := x.Page(second, "triage-identity-decide", one+"/identity", "需要当面核实", "不批准")
		_, rest, _ := strings.Cut(page, `action="`+one+`/identity/`)
		at := one + "/identity/" + rest[:strings.Index(rest, `"`)]
		if w := x.Do(officer, "POST", at, url.Values{"grant": {"1"}}); w.Code != http.StatusForbidden {
			t.Errorf("one's own request: %d", w.Code)
		}
		if w := x.Do(officer, "POST", at+"/open", nil); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), caller) {
			t.Errorf("before it is granted: %d", w.Code)
		}
		x.post(second, at, url.Values{"grant": {"1"}})
		if w := x.Do(officer, "POST", at+"/open", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), caller) {
			t.Errorf("after: %d", w.Code)
		}
		if w := x.Do(second, "POST", at+"/open", nil); w.Code != http.StatusForbidden {
			t.Errorf("another's: %d", w.Code)
		}
	})
}

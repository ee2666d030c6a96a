package emergencypage_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// children makes files of some children in a village.
func (x *desk) children(region string, names ...string) {
	x.T.Helper()
	for _, name := range names {
		if err := x.d.Write(x.T.Context(), func(tx *db.Tx) error {
			_, err := x.k.Cabinet.Create(x.T.Context(), tx, officer, child.New{Name: name, Region: region, Source: "form", School: "青石小学", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
			return err
		}); err != nil {
			x.T.Fatal(err)
		}
	}
}

// event declares a disaster and gives its address and id.
func (x *desk) event() (string, int64) {
	x.T.Helper()
	x.Post(officer, "/emergency-watch/declare", url.Values{"plan": {"disaster"}, "reason": {"县应急指挥部通知"}})
	list, err := x.k.Contingencies(x.T.Context(), x.d.Reader(), officer)
	if err != nil || len(list) == 0 {
		x.T.Fatal(list, err)
	}
	return "/emergency-events/" + ref.Format(emergency.TouchedID(list[0].ID)), list[0].ID
}

// ids gives the children of an event that an actor sees in a state, which must
// be as many as are counted.
func (x *desk) ids(by access.Actor, event int64, state string) (out []string) {
	x.T.Helper()
	rows, err := x.k.Touched(x.T.Context(), x.d.Reader(), by, event, emergency.TouchFilter{State: state, Limit: 100})
	if err != nil {
		x.T.Fatal(err)
	}
	counts, err := x.k.Tally(x.T.Context(), x.d.Reader(), by, event, 0)
	if err != nil || counts[state] != int64(len(rows)) {
		x.T.Fatalf("%s: %d listed, %d counted, %v", state, len(rows), counts[state], err)
	}
	for _, r := range rows {
		out = append(out, ref.Format(r.ID))
	}
	return out
}

func (x *desk) reaching(by access.Actor) (out []duty.Duty) {
	for _, d := range x.duties(by) {
		if d.Kind == emergency.ReachKind {
			out = append(out, d)
		}
	}
	return out
}

func TestChildrenOfAnEventAreReachedManyAtOnceAndNobodyIsForgotten(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.children(village, "单小明", "单小红", "单小军")
		x.children(elsewhere, "郑小雨")
		path, event := x.event()
		x.Page(officer, "event-empty", path, "列入名单", "县应急指挥部通知")
		x.Post(officer, path+"/touch", url.Values{"school": {"青石"}})
		if w := x.Do(officer, "POST", path+"/touch", nil); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("nobody new: status %d", w.Code)
		}
		if n := len(x.ids(officer, event, emergency.Unreached)); n != 4 {
			t.Fatalf("%d to be reached", n)
		}
		if list := x.reaching(director); len(list) != 1 || list[0].Clock != duty.Hours || list[0].Span != 4 {
			t.Fatalf("the village is asked %+v", list)
		}
		if body := x.Page(stranger, "event-village", path, "郑小雨"); strings.Contains(body, "单小") {
			t.Error("a village sees another's children")
		}
		mine := x.ids(director, event, emergency.Unheard)
		if w := x.Do(stranger, "POST", path+"/safe", url.Values{"id": mine[:1]}); w.Code != http.StatusNotFound {
			t.Errorf("a child of another village: status %d", w.Code)
		}
		x.Post(director, path+"/safe", url.Values{"id": mine[:2]})
		if list := x.reaching(director); len(list) != 1 || list[0].Signed == 0 {
			t.Errorf("one is not reached yet: %+v", list)
		}
		if w := x.Do(director, "POST", path+"/care", url.Values{"id": mine[2:]}); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "单小军") {
			t.Errorf("asked for words: status %d", w.Code)
		}
		if w := x.Do(director, "POST", path+"/care", url.Values{"id": mine[2:], "asked": {"1"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without words: status %d", w.Code)
		}
		x.Post(director, path+"/care", url.Values{"id": mine[2:], "asked": {"1"}, "words": {"在村委会，父母在外地"}})
		if len(x.reaching(director)) != 0 {
			t.Error("all are reached, and the duty goes on")
		}
		for _, state := range []string{"", emergency.Unreached, emergency.Safe, emergency.Care, emergency.Lost, emergency.Left} {
			x.ids(officer, event, state)
			x.ids(director, event, state)
		}
		x.Page(officer, "event-care", path+"?show=care", "在村委会，父母在外地", "已办1步，共3步", "还有孩子没有联系上的单位")
		if w := x.Do(officer, "POST", "/emergency-watch/recall?id="+ref.Format(emergency.TouchedID(event)), nil); w.Code != http.StatusConflict {
			t.Errorf("ended while a child is missing: status %d", w.Code)
		}
		theirs := x.ids(stranger, event, emergency.Unreached)
		x.Post(stranger, path+"/lost", url.Values{"id": theirs, "asked": {"1"}, "words": {"家里、学校都没有"}})
		if len(x.reaching(stranger)) != 1 || len(x.ids(officer, event, emergency.Unreached)) != 1 {
			t.Error("who was not found counts as reached")
		}
		x.Post(officer, path+"/left", url.Values{"id": theirs, "asked": {"1"}, "words": {"已随父母外出"}})
		if len(x.reaching(stranger)) != 0 {
			t.Error("nobody is left to be reached, and the duty goes on")
		}
		x.Post(officer, "/emergency-watch/recall?id="+ref.Format(emergency.TouchedID(event)), nil)
		if w := x.Do(director, "POST", path+"/safe", url.Values{"id": mine[:1]}); w.Code != http.StatusConflict {
			t.Errorf("after the end: status %d", w.Code)
		}
		x.Page(officer, "event-ended", path, "结束")
	})
}

func TestChildrenOfAnEventGoWithTheDutyAndOneLostAgainIsSoughtAgain(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.children(village, "单小明")
		path, event := x.event()
		x.Post(officer, path+"/touch", nil)
		if err := x.d.Write(t.Context(), func(tx *db.Tx) error {
			return x.k.Kernel.Reassign(t.Context(), tx, officer, x.reaching(director)[0].ID, police.Post.Unit, "县公安局", "村里联系不上")
		}); err != nil {
			t.Fatal(err)
		}
		x.Page(police, "event-police", path, "单小明")
		one := x.ids(police, event, emergency.Unreached)
		x.Post(police, path+"/safe", url.Values{"id": one})
		if len(x.reaching(police)) != 0 {
			t.Error("reached, and the duty goes on")
		}
		x.Post(police, path+"/lost", url.Values{"id": one, "asked": {"1"}, "words": {"又走散了"}})
		if len(x.reaching(police)) != 1 {
			t.Error("nobody seeks who was lost again")
		}
	})
}

func TestAStepThatWasWaivedIsLeftOut(t *testing.T) {
	withDesk(t, func(x *desk) {
		path := x.begin()
		id, err := ref.Parse[emergency.RunID](strings.TrimPrefix(path, "/emergencies/"))
		if err != nil {
			t.Fatal(err)
		}
		d := x.duties(director)[0]
		if err := x.d.Write(t.Context(), func(tx *db.Tx) error {
			return x.k.Kernel.Waive(t.Context(), tx, officer, d.ID, "情况变化")
		}); err != nil {
			t.Fatal(err)
		}
		s, err := x.k.Get(t.Context(), x.d.Reader(), officer, id)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range s.Steps {
			if int64(step.ID) == d.SubjectID && step.State != emergency.Skipped {
				t.Errorf("its duty was waived, and the step is %s", step.State)
			}
		}
	})
}

func TestAnEventOfAPrefectureHoldsInItsCountiesAlone(t *testing.T) {
	prefecture := actor(600, 600, "市未保办", "990100000000", access.Officer)
	beside := actor(700, 700, "邻市未保办", "990200000000", access.Officer)
	neighbour := actor(710, 710, "邻市的县", "990201000000", access.Officer)
	withDesk(t, func(x *desk) {
		x.children(village, "单小明")
		x.children(elsewhere, "郑小雨")
		declared := x.Post(prefecture, "/emergency-watch/declare", url.Values{"plan": {"disaster"}, "reason": {"市应急指挥部通知"}})
		list, err := x.k.Contingencies(t.Context(), x.d.Reader(), officer)
		if err != nil || len(list) != 1 || declared != "/emergency-watch" {
			t.Fatal(list, err)
		}
		event := list[0].ID
		path, recall := "/emergency-events/"+ref.Format(emergency.TouchedID(event)), "/emergency-watch/recall?id="+ref.Format(emergency.TouchedID(event))
		if lists, err := x.k.Lists(t.Context(), x.d.Reader(), village); err != nil || lists[0].Event == "" {
			t.Errorf("its plan does not hold in a village: %v", err)
		}
		if lists, err := x.k.Lists(t.Context(), x.d.Reader(), neighbour.Post.Region); err != nil || lists[0].Event != "" {
			t.Errorf("its plan holds in the prefecture beside: %v", err)
		}
		x.Post(officer, path+"/touch", url.Values{"region": {village}})
		if w := x.Do(prefecture, "POST", path+"/touch", nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请选择一个县") {
			t.Errorf("no county chosen: status %d", w.Code)
		}
		x.Post(prefecture, path+"/touch", url.Values{"region": {county}})
		for _, by := range []access.Actor{prefecture, officer} {
			if n := len(x.ids(by, event, emergency.Unreached)); n != 2 {
				t.Errorf("%s sees %d of two children", by.Name, n)
			}
		}
		if n := len(x.ids(director, event, "")); n != 1 {
			t.Errorf("a village sees %d children", n)
		}
		x.Page(prefecture, "event-prefecture", path, "单小明", "郑小雨", "列入名单")
		for _, by := range []access.Actor{beside, neighbour} {
			for _, at := range []string{path, path + "/touch", recall} {
				method := map[bool]string{true: "GET", false: "POST"}[at == path]
				if w := x.Do(by, method, at, nil); w.Code != http.StatusNotFound {
					t.Errorf("%s, %s: status %d", by.Name, at, w.Code)
				}
			}
		}
		if w := x.Do(officer, "POST", recall, nil); w.Code != http.StatusForbidden {
			t.Errorf("a county ends the prefecture's event: status %d", w.Code)
		}
		if w := x.Do(prefecture, "POST", path+"/touch", url.Values{"region": {"990201100200"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a village of another prefecture: status %d", w.Code)
		}
		x.Post(director, path+"/safe", url.Values{"id": x.ids(director, event, "")})
		x.Post(stranger, path+"/safe", url.Values{"id": x.ids(stranger, event, "")})
		x.Post(prefecture, recall, nil)
		if again, err := x.k.Lists(t.Context(), x.d.Reader(), village); err != nil || again[0].Event != "" {
			t.Errorf("it goes on after its end: %v", err)
		}
		x.Post(prefecture, "/emergency-watch", url.Values{"day": {"2030-01-01"}, "name": {"市值班室"}, "phone": {"0990-6100120"}})
		if rows, err := x.k.Roster(t.Context(), x.d.Reader(), beside, civil.MustParse("2030-01-01"), 1); err != nil || len(rows) != 0 {
			t.Errorf("the prefecture beside reads its roster: %v %v", rows, err)
		}
	})
}

// span gives the time limit of an urgent referral as it holds in a place.
func (x *desk) span(region string) int {
	x.T.Helper()
	c, err := x.k.Clock(x.T.Context(), x.d.Reader(), region, "referral.urgent")
	if err != nil {
		x.T.Fatal(err)
	}
	return c.Span.N
}

// listed tells whether the plan's checklist stands first in a place.
func (x *desk) listed(region string) bool {
	x.T.Helper()
	lists, err := x.k.Lists(x.T.Context(), x.d.Reader(), region)
	if err != nil {
		x.T.Fatal(err)
	}
	return lists[0].Event != ""
}

func TestAnEventChangesClocksAndListsOnlyWhereItNamesAPlace(t *testing.T) {
	const town, wide = "990101100000", "990101101000"
	withDesk(t, func(x *desk) {
		x.children(village, "单小明")
		x.children(elsewhere, "郑小雨")
		usual := x.span(village)
		if w := x.Do(officer, "POST", "/emergency-watch/declare", url.Values{"plan": {"disaster"}, "reason": {"通知"}, "place": {"990201000000"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a place of another county: status %d", w.Code)
		}
		x.Post(officer, "/emergency-watch/declare", url.Values{"plan": {"disaster"}, "reason": {"县应急指挥部通知"}, "place": {village, town}})
		list, err := x.k.Contingencies(t.Context(), x.d.Reader(), officer)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if places, err := x.k.Places(t.Context(), x.d.Reader(), list); err != nil || len(places[list[0].ID]) != 1 || places[list[0].ID][0] != town {
			t.Errorf("a village of a named township is named besides: %v %v", places, err)
		}
		for region, holds := range map[string]bool{village: true, town: true, elsewhere: false, wide: false, county: false} {
			if got := x.span(region); (got != usual) != holds {
				t.Errorf("%s: %d hours, usually %d", region, got, usual)
			}
			if x.listed(region) != holds {
				t.Errorf("%s: the plan's checklist stands first: %v", region, !holds)
			}
		}
		path, event := "/emergency-events/"+ref.Format(emergency.TouchedID(list[0].ID)), list[0].ID
		if w := x.Do(officer, "POST", path+"/touch", url.Values{"region": {elsewhere}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "先扩大范围") {
			t.Errorf("children of a place that is not named: status %d", w.Code)
		}
		x.Post(officer, path+"/touch", nil)
		if n := len(x.ids(officer, event, "")); n != 1 {
			t.Errorf("%d children of the named township", n)
		}
		for _, places := range [][]string{nil, {village}, {"990201000000"}} {
			if w := x.Do(officer, "POST", path+"/widen", url.Values{"place": places}); w.Code != http.StatusUnprocessableEntity {
				t.Errorf("widened by %v: status %d", places, w.Code)
			}
		}
		x.Post(officer, path+"/widen", url.Values{"place": {elsewhere}})
		if x.span(elsewhere) == usual || !x.listed(elsewhere) || x.span(wide) != usual {
			t.Error("it holds in the added village and in no other of its township")
		}
		x.Post(officer, path+"/touch", url.Values{"region": {elsewhere}})
		if n := len(x.ids(officer, event, "")); n != 2 {
			t.Errorf("%d children after it was widened", n)
		}
		x.Page(officer, "event-places", path, "列入名单")
	})
}

package server_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/ref"
)

var foundLink = regexp.MustCompile(`<li><a href="([^"]+)"><span class="found-title">`)

// search asks the box and gives the page and where its results lead.
func (h *house) search(t *testing.T, words string) (page string, links []string) {
	t.Helper()
	w := h.do("GET", "/search?"+url.Values{"q": {words}}.Encode(), nil)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", words, w.Code, w.Body)
	}
	for _, m := range foundLink.FindAllStringSubmatch(w.Body.String(), -1) {
		links = append(links, m[1])
	}
	return w.Body.String(), links
}

func TestTheBoxLeadsToWhatTheActorMayOpen(t *testing.T) {
	h := newHouse(t, nil)
	office, err := org.OfficeID(t.Context(), h.DB.Reader(), county)
	if err != nil {
		t.Fatal(err)
	}
	officer := access.Actor{User: 100, Name: "甲", Post: access.Post{ID: 1, Unit: office, Region: county, Role: access.Officer}}
	h.by = officer
	if err := h.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := h.Kernel.Open(t.Context(), tx, access.Program, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 1,
			Title: "报送校园周边排查情况", Unit: office, Region: county, Rule: "云岭县工作方案", Deadline: duty.Within(3)})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"校园周边", "mzj", "民政 ", "村"} {
		page, links := h.search(t, words)
		if len(links) == 0 {
			t.Errorf("%s finds nothing", words)
		}
		for _, link := range links {
			if w := h.do("GET", link, nil); w.Code != http.StatusOK && !strings.HasPrefix(link, "/plans/duties/") {
				t.Errorf("%s leads to %s: status %d", words, link, w.Code)
			}
		}
		if words == "校园周边" && !strings.Contains(page, "本单位待办") {
			t.Error("the duty does not stand among those of the unit")
		}
	}
	h.by.Post.Unit, h.by.Post.Role = 99, access.Liaison
	if _, links := h.search(t, "校园周边"); len(links) != 0 {
		t.Errorf("another unit's duty is found: %v", links)
	}
	h.by.Post.Role = access.SystemAdmin
	if page, links := h.search(t, "校园周边"); len(links) != 0 || strings.Contains(page, "本单位待办") {
		t.Errorf("an administrator finds business data: %v", links)
	}
}

func TestTheBoxFindsTasksOfPlansByTheirWords(t *testing.T) {
	h := newHouse(t, nil)
	office, err := org.OfficeID(t.Context(), h.DB.Reader(), county)
	if err != nil {
		t.Fatal(err)
	}
	h.by = access.Actor{User: 100, Name: "甲", Post: access.Post{ID: 1, Unit: office, Region: county, Role: access.Officer}}
	raw, err := os.ReadFile(filepath.Join("..", "plan", "testdata", "yunling.txt"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := plan.Compile("方案.txt", raw)
	if err != nil {
		t.Fatal(err)
	}
	var id ref.Plan
	if err := h.DB.Write(t.Context(), func(tx *db.Tx) error {
		id, err = h.Plans.Upload(t.Context(), tx, h.by, c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	page, links := h.search(t, "儿童")
	if len(links) == 0 || links[0] != "/plan/"+ref.Format(id)+"/review" || !strings.Contains(page, "尚未下发") {
		t.Errorf("a draft's tasks: %v", links)
	}
	h.by.Post.Role = access.Leader
	if _, links := h.search(t, "儿童"); len(links) != 0 && strings.HasPrefix(links[0], "/plan/") {
		t.Errorf("a leader finds a draft: %v", links)
	}
}

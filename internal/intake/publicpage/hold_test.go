package publicpage_test

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

// flood sends as many reports as one network may without being asked for more.
func (h house) flood() {
	for range h.gate.Limits.Reports {
		receiptOf(h.T, h.api("/api/v1/reports", body))
	}
}

// last goes to the last page of a report.
func (h house) last(danger string) string {
	page := h.Page(nobody, "hold-1", "/report/new")
	for _, answers := range []url.Values{{"danger": {danger}}, {"what": {"hurt"}}, {"place": {"村口"}}} {
		page = h.next("/report/new", page, answers).Body.String()
	}
	return page
}

func TestInAFloodAPageWithoutScriptsLetsInAfterAWait(t *testing.T) {
	withHouse(t, func(h house) {
		h.flood()
		told := url.Values{"narrative": {"夜里有哭声"}}
		w := h.next("/report/new", h.last("no"), told)
		page := w.Body.String()
		uitest.Page(t, []byte(page))
		h.keep("hold", 2, page)
		for _, want := range []string{"请等30秒", "夜里有哭声", "不用等", `href="tel:110"`, `data-work="`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not say %s", want)
			}
		}
		if w.Code != http.StatusTooManyRequests {
			t.Errorf("status %d", w.Code)
		}
		if w := h.next("/report/new", page, told); w.Code != http.StatusTooManyRequests {
			t.Errorf("too early: %d", w.Code)
		}
		h.c.Advance(31 * time.Second)
		if w := h.next("/report/new", page, told); w.Code != http.StatusCreated {
			t.Errorf("after the wait: %d", w.Code)
		}
		if w := h.next("/report/new", h.last("yes"), told); w.Code != http.StatusCreated {
			t.Errorf("somebody in danger: %d", w.Code)
		}
	})
}

func TestInAFloodAMachineSolvesTheTask(t *testing.T) {
	withHouse(t, func(h house) {
		h.flood()
		w := h.api("/api/v1/reports", body)
		var out struct {
			Challenge struct {
				Ticket string
				Bits   int
			}
			Phones []string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || len(out.Phones) < 6 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		n := 0
		for ; ; n++ {
			sum := sha256.Sum256([]byte(out.Challenge.Ticket + ":" + strconv.Itoa(n)))
			if int(sum[0])<<16|int(sum[1])<<8|int(sum[2]) < 1<<(24-out.Challenge.Bits) {
				break
			}
		}
		receiptOf(t, h.api("/api/v1/reports", body, "Waiting-Ticket", out.Challenge.Ticket, "Proof-Of-Work", strconv.Itoa(n)))
		receiptOf(t, h.api("/api/v1/reports", strings.Replace(body, `"danger_now":false`, `"danger_now":true`, 1)))
	})
}

// A pupil who has his receipt is kept from nothing by another's wrong ones.
func TestGuessesOfOthersKeepNobodyFromAnswering(t *testing.T) {
	withHouse(t, func(h house) {
		code := receiptOf(t, h.api("/api/v1/reports", body))
		page := h.Do(nobody, "POST", "/report/look", url.Values{"receipt": {code}}).Body.String()
		for range h.gate.Limits.Guesses {
			h.api("/api/v1/receipts/lookup", `{"receipt":"0000000000000000"}`)
		}
		if w := h.next("/report/say", page, url.Values{"text": {"和外婆"}}); w.Code != http.StatusOK {
			t.Errorf("an answer: %d", w.Code)
		}
		w := h.Do(nobody, "POST", "/report/look", url.Values{"receipt": {code}})
		if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "data-work=") {
			t.Fatalf("a look without a pass: %d", w.Code)
		}
		h.c.Advance(31 * time.Second)
		if w := h.next("/report/look", w.Body.String(), url.Values{"receipt": {code}}); w.Code != http.StatusOK {
			t.Errorf("after the wait: %d", w.Code)
		}
	})
}

// On the wire a whole report costs at most 100 KB with style and script, one page 40 KB.
func TestTheWayOfAReportIsLight(t *testing.T) {
	dist := filepath.Join(testkit.Root(t), "assets", "dist")
	text, err := os.ReadFile(filepath.Join(dist, "manifest.json"))
	if err != nil {
		t.Skip("weighs the built styles and scripts: make build makes them, make test does so first")
	}
	names := map[string]string{}
	if err := json.Unmarshal(text, &names); err != nil {
		t.Fatal(err)
	}
	bundle := 0
	for _, name := range []string{"public.css", "public.js", "favicon.svg"} {
		info, err := os.Stat(filepath.Join(dist, names[name]+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		bundle += int(info.Size())
	}
	withHouse(t, func(h house) {
		for _, path := range []string{"/report/new", "/report/child", "/report/duty"} {
			page := h.Page(nobody, "light", path)
			total := bundle + len(page)
			for _, answers := range []url.Values{{"danger": {"no"}}, {"what": {"hurt"}, "codes": {"R4"}}, {"place": {"村口"}}, {"narrative": {strings.Repeat("夜里有哭声", 100)}, "unit": {"县医院"}, "name": {"某"}}} {
				page = h.next(path, page, answers).Body.String()
				if total += len(page); len(page)+bundle > 40<<10 {
					t.Errorf("%s: a page of %d bytes with style and script", path, len(page)+bundle)
				}
			}
			if !regexp.MustCompile(`\d{4}</span>`).MatchString(page) || total > 100<<10 {
				t.Errorf("%s: %d bytes in all", path, total)
			}
		}
	})
}

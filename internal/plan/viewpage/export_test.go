package viewpage_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"weibao/internal/db"
	"weibao/internal/sheet"
)

// export asks for a file and tells how many entries of the journal it left.
func (h *house) export(path string) ([]byte, int) {
	h.t.Helper()
	trace := func() int {
		n, err := db.Get[int](h.t.Context(), h.d.Reader(), "SELECT count(*) FROM audit_entry WHERE action = 'plan.export'")
		must(h.t, err)
		return n
	}
	before := trace()
	w := h.Do(h.officer, "GET", h.path(path), nil)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		h.t.Fatalf("%s: status %d", path, w.Code)
	}
	return w.Body.Bytes(), trace() - before
}

func TestTheWorkbookHoldsEveryTask(t *testing.T) {
	inHouse(t, func(h *house) {
		h.carry()
		file, traces := h.export("tasks.xlsx")
		if traces != 1 {
			h.t.Errorf("%d entries in the journal, want 1", traces)
		}
		book, err := sheet.Open(bytes.NewReader(file), int64(len(file)), sheet.Limits{})
		must(h.t, err)
		var text strings.Builder
		rows := 0
		for row, err := range book.Rows(book.Tabs()[0]) {
			must(h.t, err)
			rows++
			for i := range 13 {
				text.WriteString(row.Cell(i).Text + "\t")
			}
		}
		tasks, err := h.plans.Tasks(h.t.Context(), h.d.Reader(), h.officer, h.id)
		must(h.t, err)
		if rows != len(tasks)+3 { // title, note and head
			h.t.Errorf("%d rows for %d tasks", rows, len(tasks))
		}
		for _, want := range []string{"开展心理健康筛查", "县教育局", "县卫健局", "每学期", "已办结（2/2）", "台账和影像资料齐全", "《云岭县法治副校长履职清单》"} {
			if !strings.Contains(text.String(), want) {
				h.t.Errorf("the workbook does not say %q", want)
			}
		}
	})
}

func TestTheNoticeCarriesTheList(t *testing.T) {
	inHouse(t, func(h *house) {
		h.carry()
		file, traces := h.export("tasks.docx")
		if traces != 1 {
			h.t.Errorf("%d entries in the journal, want 1", traces)
		}
		body := document(h.t, file)
		for _, want := range []string{"云岭县未成年人保护工作委员会办公室", "任务清单的通知", "附件：", `w:orient="landscape"`, "办好家长学校", "县妇联", "2026年8月29日", "清单共20项任务"} {
			if !strings.Contains(body, want) {
				h.t.Errorf("the notice does not say %q", want)
			}
		}
	})
}

func document(t testing.TB, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	f, err := z.Open("word/document.xml")
	must(t, err)
	defer f.Close()
	b, err := io.ReadAll(f)
	must(t, err)
	return string(b)
}

func TestAUnitExportsItsOwnTasksAlone(t *testing.T) {
	inHouse(t, func(h *house) {
		w := h.Do(h.liaison("县妇联"), "GET", h.path("tasks.docx"), nil)
		if w.Code != http.StatusOK {
			h.t.Fatalf("status %d", w.Code)
		}
		body := document(h.t, w.Body.Bytes())
		if !strings.Contains(body, "办好家长学校") || strings.Contains(body, "心理健康筛查") {
			h.t.Error("the list of a unit is not that of its tasks")
		}
	})
}

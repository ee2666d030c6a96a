package publicpage_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"image"
	"image/jpeg"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/testkit"
)

// withFiles is a house that takes attachments.
func withFiles(t *testing.T, test func(h house, dir string)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		h, dir := newHouse(t, d, c), t.TempDir()
		h.desk.Files = &file.Store{Dir: dir, Vault: h.desk.Vault}
		test(h, dir)
	})
}

// upload sends a file for a receipt.
func (h house) upload(code, name string, content []byte) *httptest.ResponseRecorder {
	h.T.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("receipt", code)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		h.T.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = m.Close()
	return h.api("/report/file", body.String(), "Content-Type", m.FormDataContentType())
}

// photo is a picture with a place and a phone in its EXIF block.
func photo(t *testing.T) []byte {
	t.Helper()
	var pure bytes.Buffer
	if err := jpeg.Encode(&pure, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("Exif\x00\x00"), []byte("GPS-29.5630-106.5516 PhoneOfTheReporter")...)
	block := append([]byte{0xff, 0xe1, byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}, exif...)
	return append(append(append([]byte{}, pure.Bytes()[:2]...), block...), pure.Bytes()[2:]...)
}

func TestAPictureLosesWhatTellsWhoTookIt(t *testing.T) {
	withFiles(t, func(h house, dir string) {
		code := receiptOf(t, h.api("/api/v1/reports", body))
		if w := h.upload(code, "李雷的手机照片.jpg", photo(t)); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "照片已经收到") {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if w := h.upload(code, "证词.docx", document(t)); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "只收照片") {
			t.Errorf("a document: %d", w.Code)
		}
		if w := h.upload("0000000000000000", "a.jpg", photo(t)); w.Code != http.StatusNotFound {
			t.Errorf("with another's receipt: %d", w.Code)
		}
		list, err := h.desk.List(t.Context(), h.tx(), officer, intake.Filter{View: intake.All})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.desk.FilesOf(t.Context(), h.tx(), officer, list[0].ID); err == nil {
			t.Error("files show without a trace")
		}
		h.do(func(tx *db.Tx) error { return h.desk.Reveal(t.Context(), tx, officer, list[0].ID) })
		files, err := h.desk.FilesOf(t.Context(), h.tx(), officer, list[0].ID)
		if err != nil || len(files) != 1 || files[0].Name != "附件.jpg" {
			t.Fatalf("%+v %v", files, err)
		}
		content, err := h.desk.OpenFile(t.Context(), h.tx(), officer, list[0].ID, files[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		defer content.Close()
		got, err := io.ReadAll(content)
		if err != nil || bytes.Contains(got, []byte("GPS")) || bytes.Contains(got, []byte("PhoneOf")) || len(got) < 100 {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	})
}

func document(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte("<w:document/>"))
	_ = z.Close()
	return b.Bytes()
}

// Who reports without a name leaves nothing by which he could be found.
func TestNothingTellsWhoAnAnonymousReporterIs(t *testing.T) {
	c := clock.At(testkit.Noon)
	dsn := testkit.DSN(t, db.SQLite)
	d, err := db.Open(t.Context(), dsn, c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	h, dir := newHouse(t, d, c), t.TempDir()
	h.desk.Files = &file.Store{Dir: dir, Vault: h.desk.Vault}
	const agent, name = "Agent-of-the-reporter/7.3", "李雷的手机照片"
	for i := range 200 {
		w := h.api("/api/v1/reports", body, "User-Agent", agent, "X-Forwarded-For", "203.0.113.77", "Accept-Language", "zh-CN-reporter", "Referer", "http://reporter.example/")
		if i == 0 {
			h.upload(receiptOf(t, w), name+".jpg", photo(t))
		}
		receiptOf(t, w)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{filepath.Dir(dsn), dir} {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			all, err := os.ReadFile(path)
			for _, trace := range []string{agent, name, "203.0.113", "192.0.2.1", "zh-CN-reporter", "reporter.example", "PhoneOfTheReporter", "GPS-29"} {
				if bytes.Contains(all, []byte(trace)) {
					t.Errorf("%s holds %q", filepath.Base(path), trace)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheProofSaysWhatThePoliceSignedAndNothingMore(t *testing.T) {
	withHouse(t, func(h house) {
		text := strings.Replace(body, `"narrative"`, `"situations":["R4"],"mandatory":true,"reporter":{"unit":"县医院","name":"李医生"},"called_110":{"at":"9时30分"},"narrative"`, 1)
		code := receiptOf(t, h.api("/api/v1/reports", text))
		proof := func() string {
			w := h.Do(nobody, "POST", "/report/proof", url.Values{"receipt": {code}, "format": {"docx"}})
			z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
			if err != nil {
				t.Fatalf("%d %v", w.Code, err)
			}
			f, err := z.Open("word/document.xml")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			all, _ := io.ReadAll(f)
			return string(all)
		}
		first := proof()
		for _, want := range []string{"县医院", "李医生", "9时30分", "夜里有哭声", "公安机关尚未在本系统签收", "不代表公安机关已经接到报警", "校验码"} {
			if !strings.Contains(first, want) {
				t.Errorf("the proof does not say %s", want)
			}
		}
		if proof() != first {
			t.Error("the same proof differs the second time")
		}
		if w := h.Do(nobody, "POST", "/report/proof", url.Values{"receipt": {code}}); w.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(w.Body.String(), "%PDF-") {
			t.Errorf("as PDF: %d", w.Code)
		}
		plain := receiptOf(t, h.api("/api/v1/reports", body))
		if w := h.Do(nobody, "POST", "/report/proof", url.Values{"receipt": {plain}}); w.Code != http.StatusConflict {
			t.Errorf("a proof for who has no duty: %d", w.Code)
		}
		if h.count("SELECT count(*) FROM audit_entry WHERE action = 'intake.proof'") != 3 {
			t.Error("handing out a proof left no entry")
		}
	})
}

func (h house) count(query string) int {
	h.T.Helper()
	n, err := db.Get[int](h.T.Context(), h.tx(), query)
	if err != nil {
		h.T.Fatal(err)
	}
	return n
}

// What somebody writes stays text in the papers, too.
func TestPapersHoldWhatWasWrittenAsText(t *testing.T) {
	withHouse(t, func(h house) {
		const attack = `]]></w:t><script>alert(1)</script>&x; ) Tj ET (\\`
		quoted := strings.ReplaceAll(strings.ReplaceAll(attack, `\`, `\\`), `"`, `\"`)
		text := strings.Replace(body, `"narrative":"夜里有哭声"`, `"situations":["R4"],"mandatory":true,"reporter":{"unit":"`+quoted+`","name":"`+quoted+`"},"called_110":{"at":"`+quoted+`","officer":"`+quoted+`"},"narrative":"`+quoted+`"`, 1)
		code := receiptOf(t, h.api("/api/v1/reports", text))
		w := h.Do(nobody, "POST", "/report/proof", url.Values{"receipt": {code}, "format": {"docx"}})
		z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("word/document.xml")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		all, _ := io.ReadAll(f)
		if strings.Contains(string(all), "<script") || xml.Unmarshal(all, new(struct{})) != nil {
			t.Error("what was written became a part of the document")
		}
		paper := h.Do(nobody, "POST", "/report/proof", url.Values{"receipt": {code}}).Body.String()
		if strings.Contains(paper, "<script") || strings.Count(paper, "BT /F1") != strings.Count(paper, "> Tj ET\n") {
			t.Error("what was written is not a text of the paper")
		}
	})
}

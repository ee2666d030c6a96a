package server_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// S-06: each form of words that a reporter types stands in the proof of duty,
// as words: read back from the PDF, sign by sign.
func TestWhatReportersTypeIsReadBackFromThePaper(t *testing.T) {
	h := newHouse(t, nil)
	list := payloads()
	const fields = 8 // besides what is told at length
	rest, papers, read := list, 0, 0
	for len(rest) > 0 {
		take := func(limit int) string {
			if len(rest) == 0 {
				rest = []string{"甲"}
			}
			p := rest[0]
			if len([]rune(p)) > limit {
				t.Fatalf("%q is too long for a field", p)
			}
			rest = rest[1:]
			return p
		}
		var in [fields]string
		for i := range in {
			in[i] = take(100)
		}
		story := ""
		for range 30 {
			story += take(200) + "\n"
		}
		paper := h.proof(t, fmt.Sprintf("203.0.113.%d", papers), in, story)
		papers++
		said := pdfWords(t, paper)
		for _, p := range append(strings.Split(strings.TrimSuffix(story, "\n"), "\n"), in[:]...) {
			if want := signs(p); !strings.Contains(said, want) {
				t.Errorf("paper %d lacks %q", papers, want)
			}
			read += strings.Count(p, "xq")
		}
	}
	if read < len(list) {
		t.Errorf("%d of %d forms stood in a paper", read, len(list))
	}
	t.Logf("%d forms read back from %d papers", read, papers)
}

// proof reports with words in every field that the paper shows, and takes it.
func (h *house) proof(t *testing.T, address string, in [8]string, story string) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"danger_now": false, "what": "hurt", "mandatory": true, "situations": []string{"R4"}, "narrative": story,
		"place": map[string]string{"text": in[0] + in[1]}, "reporter": map[string]string{"unit": in[2], "name": in[3], "post": in[4]},
		"called_110": map[string]string{"at": in[5], "officer": in[6], "number": in[7]}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, kind, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.RemoteAddr = address + ":40000"
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w
	}
	taken := ask("/api/v1/reports", "application/json", string(body))
	var receipt struct{ Receipt string }
	if err := json.Unmarshal(taken.Body.Bytes(), &receipt); err != nil || taken.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", taken.Code, taken.Body)
	}
	paper := ask("/report/proof", "application/x-www-form-urlencoded", url.Values{"receipt": {receipt.Receipt}}.Encode())
	if paper.Code != http.StatusOK || paper.Header().Get("Content-Type") != "application/pdf" {
		t.Fatalf("status %d: %s", paper.Code, paper.Body)
	}
	return paper.Body.Bytes()
}

var (
	shown  = regexp.MustCompile(`<([0-9A-F]*)> Tj`)
	active = regexp.MustCompile(`/(JavaScript|JS|Launch|URI|OpenAction|AA|Annots|AcroForm|EmbeddedFile|SubmitForm|GoToR|RichMedia|XFA)\b`)
)

// pdfWords gives all that a paper says, and complains if a text has become
// more than words: outside of the strings that are drawn stands none of it.
func pdfWords(t *testing.T, paper []byte) string {
	t.Helper()
	var units []uint16
	for _, m := range shown.FindAllSubmatch(paper, -1) {
		b, err := hex.DecodeString(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(b); i += 2 {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
	}
	frame := shown.ReplaceAll(paper, nil)
	if found := active.Find(frame); found != nil {
		t.Errorf("the paper holds %s", found)
	}
	if bytes.Contains(frame, []byte("xq")) || strings.Count(string(frame), "endstream") != strings.Count(string(frame), "\nstream") {
		t.Error("a text became a part of the file")
	}
	return string(utf16.Decode(units))
}

// signs are the characters of a text that a paper can show, in their order.
func signs(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || strings.ContainsRune(turning, r):
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

// turning are marks of direction, which turn what others read, and signs that nobody sees; intake leaves them out.
const turning = "\u200b\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// The control: the reading above finds what is active, and what stands
// outside of the drawn strings. Another program reads the same words.
func TestThePaperIsReadAsOtherProgramsReadIt(t *testing.T) {
	h := newHouse(t, nil)
	in := [8]string{`</w:t>(甲) Tj ET`, `\) /JS (乙)`, `/URI (//丙)`, `<script>丁</script>`, `"><img src=x>`, `=1+1`, `{{戊}}`, `&lt;己`}
	paper := h.proof(t, "203.0.113.1", in, "endstream endobj << /OpenAction 庚 >>")
	for _, want := range append(in[:], "endstream endobj << /OpenAction 庚 >>") {
		if said := pdfWords(t, paper); !strings.Contains(said, want) {
			t.Errorf("lacks %q", want)
		}
	}
	if active.Find(bytes.Replace(paper, []byte("/Catalog"), []byte("/Catalog /OpenAction 9 0 R"), 1)) == nil {
		t.Error("what is active would not be seen")
	}
	tool, err := exec.LookPath("pdftotext")
	if _, none := os.Stat("/usr/share/poppler/cMap/Adobe-GB1"); err != nil || none != nil {
		t.Skip("reads the text back with pdftotext and poppler-data, which are not installed (scripts/deps.sh installs them)")
	}
	file := filepath.Join(t.TempDir(), "proof.pdf")
	if err := os.WriteFile(file, paper, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command(tool, "-raw", file, "-").Output()
	text := strings.Join(strings.Fields(string(said)), "")
	for _, want := range append(in[:], "endstream endobj << /OpenAction 庚 >>") {
		if err != nil || !strings.Contains(text, strings.Join(strings.Fields(want), "")) {
			t.Errorf("another program does not read %q: %v\n%s", want, err, said)
		}
	}
}

package file_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

var (
	officer = access.Actor{User: 7, Name: "测试员", Post: access.Post{Unit: 3, Role: access.Officer}}
	duty    = file.Of("duty", ref.Duty(41))
)

type desk struct {
	*file.Store
	t *testing.T
	d *db.DB
}

func desks(t *testing.T, test func(t *testing.T, s *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys.json"), vault.SM)
		must(t, err)
		test(t, &desk{&file.Store{Dir: filepath.Join(t.TempDir(), "files"), Vault: v}, t, d})
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *desk) add(sub file.Subject, name string, body []byte) ref.File {
	s.t.Helper()
	in, err := s.Receive(s.t.Context(), sub, name, bytes.NewReader(body))
	must(s.t, err)
	var id ref.File
	must(s.t, s.d.Write(s.t.Context(), func(tx *db.Tx) (err error) {
		id, err = s.Attach(s.t.Context(), tx, officer, sub, in)
		return err
	}))
	return id
}

func (s *desk) read(sub file.Subject, id ref.File) ([]byte, error) {
	c, err := s.Open(s.t.Context(), s.d.Reader(), officer, sub, id)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return io.ReadAll(c)
}

func (s *desk) blobs() (paths []string) {
	must(s.t, filepath.WalkDir(s.Dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

func pdf(n int) []byte {
	b := []byte("%PDF-1.7\n")
	for len(b) < n {
		b = binary.BigEndian.AppendUint64(b, rand.Uint64())
	}
	return b[:max(n, 9)]
}

func TestContentComesBackWhole(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		const chunk = 64 << 10
		for _, n := range []int{9, 1000, chunk - 1, chunk, chunk + 1, 3 * chunk, 3*chunk + 77} {
			body := pdf(n)
			id := s.add(duty, "证明.pdf", body)
			got, err := s.read(duty, id)
			if err != nil || !bytes.Equal(got, body) {
				t.Fatalf("%d bytes: %d came back, %v", n, len(got), err)
			}
			c, err := s.Open(t.Context(), s.d.Reader(), officer, duty, id)
			must(t, err)
			part := make([]byte, min(5, n))
			if _, err := c.ReadAt(part, int64(n-len(part))); err != nil && err != io.EOF || !bytes.Equal(part, body[n-len(part):]) {
				t.Errorf("%d bytes: the end differs: %v", n, err)
			}
			must(t, c.Close())
		}
	})
}

func TestNothingStandsInClear(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		secret := "走访记录 SECRET-CANARY-4711"
		s.add(duty, "CANARYNAME.txt", []byte(strings.Repeat(secret, 3000)))
		for _, p := range s.blobs() {
			b, err := os.ReadFile(p)
			must(t, err)
			if bytes.Contains(b, []byte("CANARY")) || strings.Contains(p, "CANARY") {
				t.Errorf("%s shows the content", p)
			}
			if info, _ := os.Stat(p); info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
		}
		if s.d.Dialect == db.SQLite {
			for _, end := range []string{"", "-wal"} {
				if b, _ := os.ReadFile(s.d.Path() + end); bytes.Contains(b, []byte("CANARY")) {
					t.Error("the database shows the name")
				}
			}
		}
	})
}

func TestDamageIsNoticed(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		body := pdf(200_000)
		id := s.add(duty, "a.pdf", body)
		path := s.blobs()[0]
		whole, err := os.ReadFile(path)
		must(t, err)
		chunk := 64<<10 + 16
		damages := map[string][]byte{
			"cut by a chunk": whole[:8+chunk], "cut inside": whole[:len(whole)-5], "only the header": whole[:8], "empty": {}, "longer": append(bytes.Clone(whole), 0),
			"chunks swapped": slicesConcat(whole[:8], whole[8+chunk:8+2*chunk], whole[8:8+chunk], whole[8+2*chunk:]),
			"other suite":    append([]byte("WBF1aes\x00"), whole[8:]...),
		}
		for i := range 200 {
			bad := bytes.Clone(whole)
			bit := rand.IntN(len(bad) * 8)
			bad[bit/8] ^= 1 << (bit % 8)
			damages[fmt.Sprintf("bit %d (%d)", bit, i)] = bad
		}
		for name, bad := range damages {
			must(t, os.WriteFile(path, bad, 0o600))
			if got, err := s.read(duty, id); err == nil {
				t.Errorf("%s: unnoticed, %d bytes", name, len(got))
			}
		}
		must(t, os.Remove(path))
		if _, err := s.read(duty, id); err == nil {
			t.Error("a missing blob is unnoticed")
		}
		must(t, os.WriteFile(path, whole, 0o600))
		if got, err := s.read(duty, id); err != nil || !bytes.Equal(got, body) {
			t.Errorf("restored: %v", err)
		}
	})
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestAFileIsServedForItsSubjectOnly(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		id := s.add(duty, "a.pdf", pdf(100))
		for _, other := range []file.Subject{file.Of("duty", ref.Duty(42)), file.Of("plan", ref.Plan(41))} {
			if _, err := s.read(other, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("opens for %s %d: %v", other.Kind, other.ID, err)
			}
			if err := s.d.Write(t.Context(), func(tx *db.Tx) error { return s.Remove(t.Context(), tx, officer, other, id) }); !errs.Is(err, errs.NotFound) {
				t.Errorf("removed for %s %d: %v", other.Kind, other.ID, err)
			}
			if list, err := s.List(t.Context(), s.d.Reader(), officer, other); err != nil || len(list) != 0 {
				t.Errorf("listed for %s: %v %v", other.Kind, list, err)
			}
		}
		if _, err := s.Open(t.Context(), s.d.Reader(), access.Actor{}, duty, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("nobody opens: %v", err)
		}
		list, err := s.List(t.Context(), s.d.Reader(), officer, duty)
		if err != nil || len(list) != 1 || list[0].Name != "a.pdf" || list[0].AddedBy != officer.User {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestEqualContentIsKeptOnceWithinAGroupOnly(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		body := pdf(1000)
		first, second := s.add(duty, "a.pdf", body), s.add(duty, "b.pdf", body)
		s.add(file.Of("duty", ref.Duty(42)), "a.pdf", body)
		blobs, err := db.All[string](t.Context(), s.d.Reader(), "SELECT blob FROM file GROUP BY blob")
		must(t, err)
		if len(blobs) != 2 {
			t.Errorf("%d blobs for two groups", len(blobs))
		}
		must(t, s.d.Write(t.Context(), func(tx *db.Tx) error { return s.Remove(t.Context(), tx, officer, duty, first) }))
		s.age(48 * time.Hour)
		if n, err := s.Sweep(t.Context(), s.d); err != nil || n != 1 { // the second upload's own blob
			t.Errorf("swept %d, %v", n, err)
		}
		if got, err := s.read(duty, second); err != nil || !bytes.Equal(got, body) {
			t.Errorf("the twin is gone: %v", err)
		}
	})
}

func (s *desk) age(by time.Duration) {
	for _, p := range s.blobs() {
		old := time.Now().Add(-by)
		must(s.t, os.Chtimes(p, old, old))
	}
}

// An upload that never reached its row is removed after a day, and nothing else.
func TestOrphansAreSwept(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		kept := s.add(duty, "a.pdf", pdf(1000))
		_, err := s.Receive(t.Context(), duty, "b.pdf", bytes.NewReader(pdf(2000)))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(s.Dir, "incoming", "in-123"), []byte("half"), 0o600))
		gone := s.add(duty, "c.pdf", pdf(3000))
		must(t, s.d.Write(t.Context(), func(tx *db.Tx) error { return s.Remove(t.Context(), tx, officer, duty, gone) }))
		if n, err := s.Sweep(t.Context(), s.d); err != nil || n != 0 {
			t.Errorf("fresh ones swept: %d %v", n, err)
		}
		s.age(25 * time.Hour)
		if n, err := s.Sweep(t.Context(), s.d); err != nil || n != 3 {
			t.Errorf("swept %d, want 3: %v", n, err)
		}
		if _, err := s.read(duty, kept); err != nil {
			t.Error(err)
		}
	})
}

func TestFailedUploadsLeaveNothing(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		broken := errors.New("line cut")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for name, try := range map[string]func() error{
			"cut line": func() error {
				return s.receive("a.pdf", io.MultiReader(bytes.NewReader(pdf(100_000)), failing{broken}))
			},
			"too large": func() error { return s.receive("a.pdf", io.MultiReader(bytes.NewReader(pdf(10)), zeros(50<<20))) },
			"empty":     func() error { return s.receive("a.pdf", strings.NewReader("")) },
			"cancelled": func() error { _, err := s.Receive(ended, duty, "a.pdf", bytes.NewReader(pdf(10))); return err },
		} {
			err := try()
			if err == nil || name == "too large" && !errs.Is(err, errs.TooLarge) || name == "empty" && !errs.Is(err, errs.Invalid) || name == "cut line" && !errors.Is(err, broken) {
				t.Errorf("%s: %v", name, err)
			}
			if left := s.blobs(); len(left) != 0 {
				t.Errorf("%s: left %v", name, left)
			}
		}
		if err := s.receive("a.pdf", io.MultiReader(bytes.NewReader(pdf(10)), zeros(50<<20-10))); err != nil {
			t.Errorf("exactly the limit: %v", err)
		}
	})
}

func (s *desk) receive(name string, r io.Reader) error {
	_, err := s.Receive(s.t.Context(), duty, name, r)
	return err
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func zeros(n int64) io.Reader { return io.LimitReader(endless{}, n) }

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func zipped(names ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, _ := z.Create(n)
		fmt.Fprint(w, "<xml/>")
	}
	z.Close()
	return b.Bytes()
}

var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range []string{"word/document.xml", "word/x.bin"} {
		w, _ := z.Create(n)
		io.Copy(w, zeros(300<<20))
	}
	z.Close()
	return b.Bytes()
})

func TestKindIsToldByContent(t *testing.T) {
	old, err := os.ReadFile("testdata/plain.doc")
	must(t, err)
	macros := bytes.Replace(old, []byte("1\x00T\x00a\x00b\x00l\x00e\x00"), []byte("M\x00a\x00c\x00r\x00o\x00s\x00"), 1)
	gb := []byte{0xb1, 0xa8, 0xb8, 0xe6, '\n'} // 报告 in GB18030
	cases := map[string]struct {
		name string
		body []byte
		want file.Kind
		says string // of a refusal
	}{
		"pdf": {"a.pdf", pdf(100), "pdf", ""}, "docx": {"a.docx", zipped("[Content_Types].xml", "word/document.xml"), "docx", ""},
		"xlsx": {"a.xlsx", zipped("xl/workbook.xml"), "xlsx", ""}, "pptx": {"a.pptx", zipped("ppt/presentation.xml"), "pptx", ""}, "ofd": {"a.ofd", zipped("OFD.xml"), "ofd", ""},
		"jpg": {"a.jpg", photo(), "jpg", ""}, "png": {"a.png", drawing(), "png", ""}, "text": {"a.txt", []byte("报告\r\n"), "txt", ""}, "text of an old office": {"a.txt", gb, "txt", ""},
		"pdf under another ending": {"a.exe", pdf(100), "pdf", ""},
		"old document":             {"a.doc", old, "doc", ""}, "document of WPS": {"a.WPS", old, "wps", ""}, "old document with macros": {"a.doc", macros, "", "宏"},
		"program": {"a.pdf", []byte("MZ\x90\x00\x03\x00\x00\x00"), "", "不能上传"}, "elf": {"a.txt", []byte("\x7fELF\x02\x01\x01\x00"), "", "不能上传"}, "gif": {"a.jpg", []byte("GIF89a\x01\x00\x01\x00"), "", "不能上传"},
		"plain zip": {"a.docx", zipped("a.txt"), "", "不能上传"}, "zip slip": {"a.docx", zipped("word/document.xml", "../../etc/x"), "", "不能上传"}, "macro": {"a.docx", zipped("word/document.xml", "word/vbaProject.bin"), "", "宏"},
		"zip bomb": {"a.docx", bomb(), "", "过大"}, "half a docx": {"a.docx", zipped("word/document.xml")[:40], "", "损坏"}, "half an old doc": {"a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1abc"), "", "损坏"},
		"half a photo": {"a.jpg", photo()[:300], "", "损坏"}, "half a drawing": {"a.png", drawing()[:60], "", "损坏"}, "only the start of a photo": {"a.jpg", []byte("\xff\xd8\xff"), "", "损坏"},
	}
	desks(t, func(t *testing.T, s *desk) {
		for name, c := range cases {
			in, err := s.Receive(t.Context(), duty, c.name, bytes.NewReader(c.body))
			switch {
			case c.says == "" && (err != nil || in.Kind != c.want):
				t.Errorf("%s: %+v %v", name, in, err)
			case c.says != "" && (!errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.says)):
				t.Errorf("%s: %v, want a word of %s", name, err, c.says)
			}
		}
	})
}

func TestNamesAreMadeSafe(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		for from, want := range map[string]string{
			"证明材料(盖章).pdf": "证明材料(盖章).pdf", `D:\a\b.pdf`: "b.pdf", "../../etc/passwd": "passwd.pdf", "a\r\nSet-Cookie: x.pdf": "aSet-Cookie x.pdf", "": "附件.pdf",
			"\u202efdp.exe": "fdp.pdf", "照片.JPG": "照片.pdf", "a.PDF": "a.PDF", strings.Repeat("长", 300) + ".pdf": strings.Repeat("长", 100) + ".pdf", "\xff\xfe.pdf": "附件.pdf",
		} {
			in, err := s.Receive(t.Context(), duty, from, bytes.NewReader(pdf(50)))
			must(t, err)
			if in.Name != want {
				t.Errorf("%q became %q, want %q", from, in.Name, want)
			}
		}
		in, err := s.Receive(t.Context(), duty, "名单.csv", strings.NewReader("姓名,性别\n"))
		if must(t, err); in.Name != "名单.csv" || in.Kind != "txt" {
			t.Errorf("a list of values separated by commas became %q, %s", in.Name, in.Kind)
		}
	})
}

func TestServing(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		body := pdf(100_000)
		id := s.add(duty, "走访 记录.pdf", body)
		for _, inline := range []bool{false, true} {
			c, err := s.Open(t.Context(), s.d.Reader(), officer, duty, id)
			must(t, err)
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil)
			r.Header.Set("Range", "bytes=10-19")
			c.Serve(w, r, inline)
			must(t, c.Close())
			h := w.Result().Header
			how := map[bool]string{true: "inline", false: "attachment"}[inline]
			if d := h.Get("Content-Disposition"); d != how+`; filename="file.pdf"; filename*=UTF-8''%E8%B5%B0%E8%AE%BF%20%E8%AE%B0%E5%BD%95.pdf` {
				t.Error(d)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Type") != "application/pdf" || !strings.Contains(h.Get("Cache-Control"), "no-store") || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%v", h)
			}
			if !bytes.Equal(w.Body.Bytes(), body[10:20]) || w.Code != 206 {
				t.Errorf("range: %d, %d bytes", w.Code, w.Body.Len())
			}
		}
		text := s.add(duty, "a.txt", []byte("<script>alert(1)</script>"))
		c, err := s.Open(t.Context(), s.d.Reader(), officer, duty, text)
		must(t, err)
		defer c.Close()
		w := httptest.NewRecorder()
		c.Serve(w, httptest.NewRequest("GET", "/x", nil), true)
		if !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Error("text is shown in the page's origin")
		}
	})
}

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 90, 60))
	for i := range m.Pix {
		m.Pix[i] = byte(rand.IntN(256))
	}
	m.Set(0, 0, color.White)
	return m
}

// photo is a JPEG with what phones put into it.
func photo() []byte {
	var b bytes.Buffer
	jpeg.Encode(&b, picture(), &jpeg.Options{Quality: 95})
	body := b.Bytes()
	exif := []byte("Exif\x00\x00II\x2a\x00\x08\x00\x00\x00\x02\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x0f\x01\x02\x00\x14\x00\x00\x00\x26\x00\x00\x00\x00\x00\x00\x00GPS-CANARY 31.23,121")
	var extra []byte
	for marker, data := range map[byte][]byte{0xe1: exif, 0xed: []byte("Photoshop CANARY"), 0xfe: []byte("comment CANARY"), 0xe2: []byte("MPF\x00CANARY"), 0xe5: []byte("CANARY")} {
		extra = append(append(extra, 0xff, marker, byte((len(data)+2)>>8), byte(len(data)+2)), data...)
	}
	return slicesConcat(body[:2], extra, body[2:], []byte("trailing CANARY"))
}

// drawing is a PNG with texts.
func drawing() []byte {
	var b bytes.Buffer
	png.Encode(&b, picture())
	body := b.Bytes()
	at := 8 + 25 // behind IHDR
	var extra []byte
	for _, name := range []string{"tEXt", "eXIf", "iTXt", "tIME", "prVt"} {
		extra = append(extra, chunk(name, []byte("CANARY data"))...)
	}
	return slicesConcat(body[:at], extra, body[at:], []byte("trailing CANARY"))
}

func chunk(name string, data []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	c = append(append(c, name...), data...)
	return binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
}

func TestPicturesLoseWhatTellsPlaceAndTime(t *testing.T) {
	desks(t, func(t *testing.T, s *desk) {
		for name, body := range map[string][]byte{"a.jpg": photo(), "a.png": drawing()} {
			if !bytes.Contains(body, []byte("CANARY")) {
				t.Fatal("nothing to strip")
			}
			got, err := s.read(duty, s.add(duty, name, body))
			must(t, err)
			if bytes.Contains(got, []byte("CANARY")) {
				t.Errorf("%s: still there", name)
			}
			before, _, err := image.Decode(bytes.NewReader(body))
			must(t, err)
			after, _, err := image.Decode(bytes.NewReader(got))
			must(t, err)
			for y := range 60 {
				for x := range 90 {
					if before.At(x, y) != after.At(x, y) {
						t.Fatalf("%s: pixel %d,%d differs", name, x, y)
					}
				}
			}
			if name == "a.jpg" && !bytes.Contains(got, []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06")) {
				t.Error("a photo taken upright lies on its side")
			}
		}
	})
}

func FuzzReceive(f *testing.F) {
	f.Add("a.jpg", photo())
	f.Add("a.png", drawing())
	f.Add("a.docx", zipped("word/document.xml"))
	f.Add("a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
	d, err := db.Open(f.Context(), filepath.Join(f.TempDir(), "x.db"), clock.At(testkit.Noon))
	must(f, err)
	must(f, d.Migrate(f.Context(), f.TempDir()))
	v, err := vault.Open(f.Context(), d, filepath.Join(f.TempDir(), "keys.json"), vault.SM)
	must(f, err)
	s := &file.Store{Dir: f.TempDir(), Vault: v}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		in, err := s.Receive(t.Context(), duty, name, bytes.NewReader(body))
		if err != nil && errs.KindOf(err) == errs.Internal {
			t.Fatal(err)
		}
		if err == nil && (strings.ContainsAny(in.Name, "/\\\r\n") || in.Kind.Mime() == "") {
			t.Fatalf("%q %q", in.Name, in.Kind)
		}
	})
}

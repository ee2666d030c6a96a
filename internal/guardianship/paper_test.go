package guardianship_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/guardianship"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/testkit"
)

var rewrite = flag.Bool("update", false, "rewrite the golden files")

// told is what happens in a measure before its documents are written.
var happens = map[string][]guardianship.Entry{
	"order":   {{Kind: "accepted"}, {Kind: "granted", Detail: guardianship.Detail{Number: "（2026）民保令1号"}}, {Kind: "served"}, {Kind: "visited", Detail: guardianship.Detail{Words: "孩子由外婆照护，没有再发生。"}}},
	"custody": {{Kind: "assessed", Detail: guardianship.Detail{Words: "监护人仍下落不明。"}}}, "return": {{Kind: "assessed", Detail: guardianship.Detail{Words: "母亲已回家，有照护能力。"}}},
	"restoration": {{Kind: "accepted", Detail: guardianship.Detail{Number: "（2026）民特2号"}}},
	"entrusted":   {{Kind: "agreed", Until: civil.MustParse("2027-02-28")}},
}

// whole is a child of whose file everything stands in documents.
func (k desk) whole() (id ref.Child) {
	k.t.Helper()
	number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), 2)
	if err != nil {
		k.t.Fatal(err)
	}
	var cleared []string
	for _, b := range child.Bars {
		cleared = append(cleared, b.Key)
	}
	day := civil.MustParse("2026-02-01")
	n := child.New{Name: "单小明", Region: village, Source: "form", Dossier: child.Dossier{Number: number, Places: child.Places{Residence: child.Place{Region: village, Text: "上坪村三组12号"}},
		People: []child.Person{{Name: "单大山", Relation: "51", Guardian: true},
			{Name: "郑远山", Relation: "63", Caregiver: true, Delegation: &child.Delegation{From: day, Until: civil.MustParse("2027-02-28"), Signed: day, Cleared: cleared, School: day, Village: day, ContactWeekly: true, Consulted: true}}}}}
	if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.Cabinet.Create(ctx, tx, officer, n)
		return err
	}); err != nil {
		k.t.Fatal(err)
	}
	return id
}

// papers writes every document of every measure, by the name of its golden file.
func (k desk) papers() map[string]guardianship.Draft {
	k.t.Helper()
	out, id := map[string]guardianship.Draft{}, k.whole()
	for _, r := range k.Book().Measures(civil.DateOf(k.c.Now())) {
		in := guardianship.In{Kind: r.ID, Cause: guardianship.Cause{Person: "单大山（父亲）"}, First: guardianship.Entry{Place: "rescue", Until: civil.MustParse("2026-08-01"),
			Detail: guardianship.Detail{Number: "云公〔2026〕1号", Place: "云岭县救助站", Words: "按规定办理。"}}}
		for _, g := range r.Grounds[:min(2, len(r.Grounds))] {
			in.Cause.Grounds = append(in.Cause.Grounds, g.ID)
		}
		if len(r.Askers) > 0 {
			in.Cause.Asker = r.Askers[0].ID
		}
		m, err := k.open(officer, id, in)
		if err != nil {
			k.t.Fatalf("%s: %v", r.ID, err)
		}
		for _, e := range happens[r.ID] {
			if _, err := k.record(officer, m, e); err != nil {
				k.t.Fatalf("%s, %s: %v", r.ID, e.Kind, err)
			}
		}
		for _, p := range r.Papers {
			if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
				out[r.ID+"-"+p], err = k.Paper(ctx, tx, officer, m, p, "云岭县上坪镇上坪村")
				return err
			}); err != nil {
				k.t.Fatalf("%s of %s: %v", p, r.ID, err)
			}
		}
	}
	return out
}

// part gives a part of a document, which must be whole XML.
func part(t testing.TB, b []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// paragraphs are the lines of a document with the styles of those that have one.
func paragraphs(t testing.TB, document string) []string {
	t.Helper()
	var out []string
	line, style, text := "", "", false
	for d := xml.NewDecoder(strings.NewReader(document)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "p":
				line, style = "", ""
			case "pStyle":
				style = "[" + e.Attr[0].Value + "] "
			case "t":
				text = true
			}
		case xml.CharData:
			if text {
				line += string(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t":
				text = false
			case "p":
				out = append(out, style+line)
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at a rendered page, then run with -update\n%s", name, got)
	}
}

func paperDesk(t *testing.T) desk {
	t.Helper()
	c := clock.At(testkit.Noon)
	return newDesk(t, testkit.Open(t, db.SQLite, c), c)
}

func TestEveryDocumentEqualsItsGolden(t *testing.T) {
	all := paperDesk(t).papers()
	for name, d := range all {
		document := part(t, d.Bytes, "word/document.xml")
		lines := paragraphs(t, document)
		if len(d.Unknown) > 0 {
			lines = append(lines, "由人补填："+strings.Join(d.Unknown, "、"))
		}
		golden(t, name+".txt", strings.Join(lines, "\n")+"\n")
		if name == "custody-custody" {
			golden(t, "document.xml", strings.ReplaceAll(document, "><", ">\n<"))
		}
	}
	if len(all) < 25 {
		t.Errorf("only %d documents", len(all))
	}
}

// Whatever a person typed stands in a document as words.
func TestWordsOfAPersonStayWordsInDocuments(t *testing.T) {
	k := paperDesk(t)
	hostile := "</w:t></w:r><w:evil/>{{身份证号}}<script>&\"'\x00]]>"
	m, err := k.open(officer, k.whole(), guardianship.In{Kind: "custody", Cause: guardianship.Cause{Grounds: []string{"vanished"}, Person: hostile},
		First: guardianship.Entry{Place: "other", Detail: guardianship.Detail{Place: hostile, Number: hostile, Words: hostile}}})
	if err != nil {
		t.Fatal(err)
	}
	r, _ := k.Rule("custody", civil.DateOf(k.c.Now()))
	for _, p := range r.Papers {
		var d guardianship.Draft
		if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			d, err = k.Paper(ctx, tx, officer, m, p, hostile)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		document := part(t, d.Bytes, "word/document.xml")
		if strings.Contains(document, "<w:evil") || strings.Contains(document, "<script") || strings.ContainsRune(document, 0) {
			t.Errorf("%s: a text became an element", p)
		}
		paragraphs(t, document)
	}
}

// Who may not reveal a child's file gets its number and guardians in no document.
func TestDocumentsHoldNoMoreThanTheirWriterMayReveal(t *testing.T) {
	k := paperDesk(t)
	id := k.whole()
	m, err := k.open(officer, id, order(false))
	if err != nil {
		t.Fatal(err)
	}
	var d guardianship.Draft
	if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = k.Paper(ctx, tx, court, m, "order-request", "云岭县")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	document := part(t, d.Bytes, "word/document.xml")
	if strings.Contains(document, "990101201506") || !slices.Contains(d.Unknown, "身份证号") {
		t.Errorf("the court's liaison got %v", paragraphs(t, document))
	}
	if err := k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := k.Paper(ctx, tx, stranger, m, "order-request", "云岭县")
		return err
	}); err == nil {
		t.Error("who is no party wrote a document")
	}
}

// LibreOffice opens each document and makes a page of it.
func TestEveryDocumentOpensInLibreOffice(t *testing.T) {
	for _, tool := range []string{"soffice", "pdftotext"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	if testing.Short() {
		t.Skip("starts LibreOffice once for each document, too long for make check; make test runs it")
	}
	k := paperDesk(t)
	dir, all := t.TempDir(), k.papers()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", "pdf", "--outdir", dir}
	for name, d := range all {
		file := filepath.Join(dir, name+".docx")
		if err := os.WriteFile(file, d.Bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.Command("soffice", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name := range all {
		text, err := exec.Command("pdftotext", "-layout", filepath.Join(dir, name+".pdf"), "-").Output()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, paper, _ := strings.Cut(name, "-")
		p, _ := k.Book().Paper(paper, civil.DateOf(k.c.Now()))
		got := strings.ReplaceAll(string(text), " ", "")
		if pages := strings.Count(got, "\f"); pages < 1 || pages > 2 || !strings.Contains(got, p.Title) && !hasLines(got, p) {
			t.Errorf("%s: %d pages, %q is not its title", name, pages, p.Title)
		}
	}
}

// hasLines tells whether a title that does not fit into one line stands there all the same.
func hasLines(text string, p protection.Paper) bool {
	return strings.Contains(strings.ReplaceAll(text, "\n", ""), p.Title)
}

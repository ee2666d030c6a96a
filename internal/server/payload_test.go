package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// breakouts end what a text may stand in: an attribute, an element without
// markup, a comment, a part of XML.
var breakouts = []string{"", `">`, `'>`, "</textarea>", "</title>", "</script>", "</style>", "-->", "]]>", "</option></select>", "</w:t></w:r></w:p>"}

// elements run something, load something or change where the page leads.
var elements = []string{
	`<script>§</script>`, `<img src=x onerror=§>`, `<svg onload=§>`, `<svg/onload=§//`, `<body onload=§>`, `<iframe src=javascript:§>`, `<iframe srcdoc="<b>§">`, `<object data=//§>`, `<embed src=//§>`,
	`<video src=x onerror=§>`, `<audio src=x onerror=§>`, `<details open ontoggle=§>`, `<marquee onstart=§>`, `<input autofocus onfocus=§>`, `<select autofocus onfocus=§>`, `<form action=javascript:§>`,
	`<button formaction=javascript:§>`, `<a href=javascript:§>甲</a>`, `<a href="data:text/html,§">`, `<math href=javascript:§>`, `<base href=//§>`, `<link rel=stylesheet href=//§>`,
	`<meta http-equiv=refresh content=0;//§>`, `<style>@import"//§"</style>`, `<p style=x:expression(§)>`, `<template><b onclick=§>`, `<noscript><p title="</noscript><b onclick=§>">`,
	`<svg><set attributeName=href to=javascript:§>`, `<svg><use href=//§#x>`, `<svg><foreignObject onload=§>`, `<math><mglyph onload=§>`, `<xmp onclick=§>`, `<§x onclick=§>`, `<w:fldSimple w:instr="§"/>`,
}

// others are no elements: attributes, addresses, entities, other writings of
// the same signs, templates, formulas, marks of direction, parts of XML.
var others = []string{
	`" onmouseover="§`, `' onfocus='§' autofocus='`, "` onclick=§", `x onclick=§`, `" style="x:§`, `" href="javascript:§`, `" srcdoc="<b>§`, `/onclick=§/`, `"/><§x/>`,
	`javascript:§`, `JaVaScRiPt:§`, "java\tscript:§", " javascript:§", `javascript&colon;§`, `data:text/html;base64,§`, `vbscript:§`, `//§.example`, `\\§\x`, `https:§`, `feed:javascript:§`, `blob:§`,
	`&lt;script&gt;§`, `&#60;script&#62;§`, `&#x3c;img onerror=§&#x3e;`, `&LT;svg onload=§&GT;`, `&quot; onclick=§`, `&amp;lt;b&amp;gt;§`, `%3Cscript%3E§`, `\u003cscript\u003e§`, `\x3cscript\x3e§`, `＜script＞§`, `+ADw-script+AD4-§`, `<<b>§`, `<b/§`, `<!--§`, `<![CDATA[§`, `<?§ ?>`, `<!DOCTYPE §>`,
	`{{printf "§%s" "ran"}}`, `{{template "§"}}`, `{{define "§"}}`, `{{.}}§`, `{{/*§`, `{%§%}`, `<%=§%>`, `${§}`, `#{§}`, `[[§]]`, `{{身份证号}}§`, `{{儿童姓名}}§`, `%s%n§`, `§' OR 1=1 --`, `../../§`,
	`=§+1`, `+§`, `-§`, `@SUM(§)`, "\t=§", `=HYPERLINK("//§")`, `=cmd|'/C §'!A1`, `=DDE("§")`, `=IMPORTXML("//§")`, `＝§`, `＋§`, `－§`, `＠§`, `'=§`, `";=§`, "甲\n=§",
	"\u202e§\u202c", "\u2066§\u2069", "§\u200bgpj.exe", "\ufeff§", "§\u2028甲", "a\u0301\u0301§", "😀§", "\ue000§",
	`</w:t><w:instrText>§`, `INCLUDETEXT "//§"`, `MERGEFIELD §`, `&§;`, `<!ENTITY x SYSTEM "//§">`, `_x000D_§`, `]]></w:t><w:drawing>§`, `(§) Tj ET`, `\) /JS (§)`, `/URI (//§)`,
}

// payloads are all of them, each with a mark of its own.
func payloads() []string {
	var out []string
	add := func(form string) {
		out = append(out, strings.ReplaceAll(form, "§", "xq"+strconv.Itoa(10_000 + len(out))[1:]+"x"))
	}
	for _, b := range breakouts {
		for _, e := range elements {
			add(b + e)
		}
	}
	for _, o := range others {
		add(o)
	}
	return out
}

var mark = regexp.MustCompile(`xq(\d{4})x`)

// deal hands the payloads out one after the other, each call others: some for a
// field of many signs, one that is short for a field of few.
func deal(list []string, from int) (words, short func() string) {
	next := from
	take := func() string {
		p := list[next%len(list)]
		next++
		return p
	}
	words = func() string {
		p := take()
		for range 2 {
			if q := list[next%len(list)]; utf8.RuneCountInString(p+q) < 160 {
				p += " " + take()
			}
		}
		return p
	}
	short = func() string {
		for {
			if p := take(); utf8.RuneCountInString(p) <= 34 && !strings.ContainsAny(p, "\n\u2028") {
				return p
			}
		}
	}
	return words, short
}

// S-06: whatever form it has, what people type stands as words in every view
// and document. Each round deals the forms to other fields; make fault goes on
// until each form has stood in many.
func TestFaultOfNoFormOfWords(t *testing.T) {
	list, rounds := payloads(), 4
	if n, err := strconv.Atoi(os.Getenv("WEIBAO_FAULTS")); err == nil {
		rounds = max(rounds, min(n, 60))
	}
	met := map[string]map[string]bool{}
	kinds := map[string]int{}
	for round := range rounds {
		words, short := deal(list, round*(len(list)/4+1))
		w := newWorldOf(t, "", words, short)
		w.everyView(words, func(name string, a *httptest.ResponseRecorder) {
			kind, marks := whole(w.t, name, a)
			kinds[kind]++
			for _, m := range marks {
				if met[m] == nil {
					met[m] = map[string]bool{}
				}
				met[m][strings.Split(name, " as ")[0]] = true
			}
		})
	}
	rare := 0
	for i, p := range list {
		if len(met[fmt.Sprintf("%04d", i)]) < 2 {
			rare++
			t.Logf("%q met %d views", p, len(met[fmt.Sprintf("%04d", i)]))
		}
	}
	if len(list) < 400 || rare > len(list)/20 || kinds["page"] < 300 || kinds["word"] < 2 || kinds["book"] < 1 {
		t.Errorf("%d forms, %d of them met fewer than two views; looked at %v", len(list), rare, kinds)
	}
	t.Logf("%d forms in %d rounds; looked at %v", len(list), rounds, kinds)
}

// everyView asks every address as everybody who may, and sends every form.
func (w *world) everyView(words func() string, look func(name string, a *httptest.ResponseRecorder)) {
	for _, r := range w.Routes {
		path, _, ok := w.at(r)
		if !ok && strings.Contains(path, "{") || strings.HasSuffix(path, "/live") {
			continue
		}
		for who, by := range w.cast {
			w.by = by
			name := r.Method + " " + r.Path + " as " + who
			switch {
			case !by.Can(r.Permission):
			case r.Method == http.MethodGet:
				look(name, w.do(r.Method, path, nil))
			case ok:
				form := url.Values{"topic": {"counsel"}}
				for _, field := range []string{"words", "text", "ask", "reason", "lead", "why", "brief", "provider", "agenda", "name", "person", "number"} {
					form.Set(field, words())
				}
				look(name, w.do(r.Method, path, form))
			}
		}
	}
}

// whole looks through an answer: its kind, and the marks of the texts in it.
func whole(t *testing.T, name string, a *httptest.ResponseRecorder) (kind string, marks []string) {
	t.Helper()
	if head := fmt.Sprint(a.Header()); strings.ContainsAny(head, "\r\n") || strings.Contains(head, "<") && mark.MatchString(head) {
		t.Errorf("%s: %s", name, head)
	}
	body := a.Body.Bytes()
	switch kind := a.Header().Get("Content-Type"); {
	case strings.HasPrefix(kind, "text/html"):
		return "page", marksOf(words(t, name, body))
	case strings.Contains(kind, "wordprocessingml"), strings.Contains(kind, "spreadsheetml"):
		label := map[bool]string{true: "word", false: "book"}[strings.Contains(kind, "wordprocessingml")]
		text := office(t, name, body)
		if strings.ContainsAny(text, turning[strings.Index(turning, "\u202a"):]) {
			t.Errorf("%s: marks of direction turn what others read", name)
		}
		return label, marksOf(text)
	case strings.Contains(kind, "csv"):
		text := commas(t, name, body)
		if strings.ContainsAny(text, turning[strings.Index(turning, "\u202a"):]) {
			t.Errorf("%s: marks of direction turn what others read", name)
		}
		return "csv", marksOf(text)
	case strings.Contains(kind, "pdf"):
		return "pdf", marksOf(pdfWords(t, body))
	}
	return "other", nil
}

func marksOf(text string) (out []string) {
	for _, m := range mark.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	return out
}

// foreign are elements that no page of the program has.
var foreign = []string{"iframe", "object", "embed", "base", "applet", "frame", "frameset", "marquee", "math", "audio", "video", "xmp", "plaintext", "set", "animate", "foreignobject", "style", "noembed", "isindex", "keygen"}

// places are attributes that lead somewhere.
var places = []string{"href", "src", "action", "formaction", "xlink:href", "poster", "data", "background", "cite", "srcset", "ping", "manifest"}

// words gives all that a page says, and complains of whatever in it is more
// than words.
func words(t *testing.T, name string, body []byte) string {
	t.Helper()
	var out strings.Builder
	bad := func(what string, token html.Token) { t.Errorf("%s: %s: %.200s", name, what, token.String()) }
	if strings.ContainsAny(string(body), "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") {
		t.Errorf("%s: marks of direction turn what others read", name)
	}
	raw := ""
	for z := html.NewTokenizer(bytes.NewReader(body)); ; {
		kind := z.Next()
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if strings.Contains(out.String(), "xqran") || strings.Contains(out.String(), "ZgotmplZ") {
				t.Errorf("%s: a text was carried out, or stood as an address", name)
			}
			return out.String()
		case html.CommentToken, html.DoctypeToken:
			if mark.MatchString(token.Data) {
				bad("a text became a remark", token)
			}
		case html.TextToken:
			if raw == "script" && mark.MatchString(token.Data) {
				bad("a text became a script", token)
			}
			out.WriteString(token.Data)
			out.WriteByte('\n')
		case html.StartTagToken, html.SelfClosingTagToken:
			if raw = token.Data; mark.MatchString(raw) || slices.Contains(foreign, raw) {
				bad("a text became an element", token)
			}
			attributes(token, bad)
			for _, a := range token.Attr {
				out.WriteString(a.Val)
				out.WriteByte('\n')
			}
		case html.EndTagToken:
			raw = ""
		}
	}
}

// attributes complains of those that run, load or lead out.
func attributes(token html.Token, bad func(string, html.Token)) {
	for _, a := range token.Attr {
		value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", mark.MatchString(a.Key):
			bad("a text became the attribute "+a.Key, token)
		case token.Data == "meta" && mark.MatchString(a.Val):
			bad("a text became an order to the browser", token)
		case slices.Contains(places, a.Key):
			if strings.HasPrefix(value, "//") || strings.HasPrefix(value, `\`) || value != "" && !strings.ContainsAny(value[:1], "/#?") && !strings.HasPrefix(value, "tel:") && !strings.HasPrefix(value, "https://") && mark.MatchString(a.Val) ||
				strings.Contains(value, "script:") && !strings.ContainsAny(value[:1], "/#?") {
				bad("a text became an address", token)
			}
		}
	}
}

// office gives all texts of a document or workbook, whose parts must be whole
// XML without an element, formula or target that a text has made.
func office(t *testing.T, name string, b []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(name, err)
	}
	var out strings.Builder
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".png") {
			continue // a watermark
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(name, err)
		}
		within := ""
		for d := xml.NewDecoder(r); ; {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Errorf("%s: %s is not whole: %v", name, f.Name, err)
				break
			}
			switch e := token.(type) {
			case xml.CharData:
				if within == "instrText" && mark.Match(e) {
					t.Errorf("%s: %s: a text became an order to the program that opens it", name, f.Name)
				}
				out.Write(e)
			case xml.EndElement:
				within = ""
			case xml.StartElement:
				within = e.Name.Local
				if mark.MatchString(e.Name.Local) || slices.Contains([]string{"fldSimple", "f", "hyperlink"}, e.Name.Local) {
					t.Errorf("%s: %s holds the element %s", name, f.Name, e.Name.Local)
				}
				for _, a := range e.Attr {
					if mark.MatchString(a.Name.Local) || a.Name.Local == "Target" && mark.MatchString(a.Value) {
						t.Errorf("%s: %s holds the attribute %s=%s", name, f.Name, a.Name.Local, a.Value)
					}
				}
			}
		}
	}
	return out.String()
}

// commas gives all texts of a list with commas, none of which may open as a formula.
func commas(t *testing.T, name string, b []byte) string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	var out strings.Builder
	for _, row := range rows {
		for _, cell := range row {
			if mark.MatchString(cell) && strings.ContainsRune("=+-@\t\r＝＋－＠", []rune(cell)[0]) {
				t.Errorf("%s: opens as a formula: %q", name, cell)
			}
			out.WriteString(cell + "\n")
		}
	}
	return out.String()
}

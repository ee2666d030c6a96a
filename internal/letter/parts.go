package letter

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	nsWord      = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
	nsRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsPackage   = "http://schemas.openxmlformats.org/package/2006/"
	wordType    = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// part is a file of the package.
type part struct{ name, text string }

func (d Document) parts() []part {
	return []part{
		{"[Content_Types].xml", contentTypes()},
		{"_rels/.rels", relations("officeDocument", "word/document.xml", "extended-properties", "docProps/app.xml", "core", "docProps/core.xml")},
		{"word/document.xml", d.body()},
		{"word/_rels/document.xml.rels", relations("styles", "styles.xml", "settings", "settings.xml", "fontTable", "fontTable.xml", "footer", "footer1.xml", "footer", "footer2.xml")},
		{"word/styles.xml", styles()},
		{"word/settings.xml", settings()},
		{"word/fontTable.xml", fontTable()},
		{"word/footer1.xml", footerPart("right")},
		{"word/footer2.xml", footerPart("left")},
		{"docProps/app.xml", xml.Header + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>weibao</Application></Properties>`},
		{"docProps/core.xml", d.core()},
	}
}

// pack writes the parts with no times of the clock in them, so that the same document gives the same bytes.
func pack(out io.Writer, parts []part) error {
	z := zip.NewWriter(out)
	for _, p := range parts {
		w, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			return fmt.Errorf("letter: %s: %w", p.name, err)
		}
		if _, err := io.WriteString(w, p.text); err != nil {
			return fmt.Errorf("letter: %s: %w", p.name, err)
		}
	}
	return z.Close()
}

func contentTypes() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<Types xmlns="` + nsPackage + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`)
	for _, p := range [][2]string{
		{"/word/document.xml", wordType + "document.main+xml"}, {"/word/styles.xml", wordType + "styles+xml"},
		{"/word/settings.xml", wordType + "settings+xml"}, {"/word/fontTable.xml", wordType + "fontTable+xml"},
		{"/word/footer1.xml", wordType + "footer+xml"}, {"/word/footer2.xml", wordType + "footer+xml"},
		{"/docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml"},
		{"/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"},
	} {
		fmt.Fprintf(&b, `<Override PartName="%s" ContentType="%s"/>`, p[0], p[1])
	}
	return b.String() + "</Types>"
}

// relations numbers pairs of type and target from rId1.
func relations(pairs ...string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<Relationships xmlns="` + nsPackage + `relationships">`)
	for i := 0; i < len(pairs); i += 2 {
		kind := nsRelations + "/" + pairs[i]
		if pairs[i] == "core" {
			kind = nsPackage + "relationships/metadata/core-properties"
		}
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s" Target="%s"/>`, i/2+1, kind, pairs[i+1])
	}
	return b.String() + "</Relationships>"
}

func (d Document) core() string {
	w := &writer{}
	w.raw(`%s<cp:coreProperties xmlns:cp="%smetadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>`, xml.Header, nsPackage)
	w.escape(strings.ReplaceAll(d.Title, "\n", ""))
	w.raw("</dc:title><dc:creator>")
	w.escape(d.Signer)
	w.raw("</dc:creator></cp:coreProperties>")
	return w.b.String()
}

// styles: the text is the default paragraph, set on the grid line by line at an exact pitch, so that no typeface
// that stands in for a missing one changes the number of lines.
func styles() string {
	var b strings.Builder
	fmt.Fprintf(&b, `%s<w:styles xmlns:w="%s"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s" w:cs="%s"/><w:spacing w:val="%d"/><w:kern w:val="0"/><w:sz w:val="%d"/><w:szCs w:val="%d"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/></w:pPr></w:pPrDefault></w:docDefaults>`,
		xml.Header, nsWord, latin, latin, fangsong, latin, charSpace, sanhao, sanhao)
	style := func(id, name, based, paragraph, run string) {
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="%s"`, id)
		if based == "" {
			b.WriteString(` w:default="1"`)
		}
		fmt.Fprintf(&b, `><w:name w:val="%s"/>`, name)
		if based != "" {
			fmt.Fprintf(&b, `<w:basedOn w:val="%s"/>`, based)
		}
		fmt.Fprintf(&b, `<w:qFormat/><w:pPr>%s</w:pPr><w:rPr>%s</w:rPr></w:style>`, paragraph, run)
	}
	exact := fmt.Sprintf(`<w:spacing w:before="0" w:after="0" w:line="%d" w:lineRule="exact"/>`, linePitch)
	indent := func(chars int) string {
		return fmt.Sprintf(`<w:ind w:leftChars="0" w:left="0" w:firstLineChars="%d" w:firstLine="%d"/>`, chars*100, chars*twipsEm)
	}
	style("Normal", "Normal", "", `<w:widowControl w:val="0"/>`+exact+indent(2)+`<w:jc w:val="both"/>`, "")
	style("Flush", "顶格", "Normal", indent(0), "")
	style("Title", "Title", "Flush", `<w:keepNext/><w:snapToGrid w:val="0"/><w:jc w:val="center"/><w:outlineLvl w:val="0"/>`, fmt.Sprintf(`<w:rFonts w:eastAsia="%s"/><w:sz w:val="%d"/><w:szCs w:val="%d"/>`, xiaobiaosong, erhao, erhao))
	for level := 1; level < len(faces); level++ {
		style(fmt.Sprintf("Heading%d", level), fmt.Sprintf("heading %d", level), "Normal", fmt.Sprintf(`<w:keepNext/><w:outlineLvl w:val="%d"/>`, level), fmt.Sprintf(`<w:rFonts w:eastAsia="%s"/>`, faces[level]))
	}
	style("Cell", "表格文字", "Flush", `<w:snapToGrid w:val="0"/><w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="left"/>`, fmt.Sprintf(`<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, xiaosi*2, xiaosi*2))
	style("Last", "表后空行", "Flush", `<w:snapToGrid w:val="0"/><w:spacing w:line="240" w:lineRule="exact"/>`, "") // a paragraph must follow a table
	style("Footer", "footer", "Flush", fmt.Sprintf(`<w:snapToGrid w:val="0"/><w:spacing w:line="%d" w:lineRule="exact"/>`, sihao*10), fmt.Sprintf(`<w:rFonts w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s"/><w:sz w:val="%d"/><w:szCs w:val="%d"/>`, songti, songti, songti, sihao, sihao))
	return b.String() + "</w:styles>"
}

func settings() string {
	return xml.Header + `<w:settings xmlns:w="` + nsWord + `"><w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`
}

// fontTable names what a machine without the typefaces of the standard may take in their place.
func fontTable() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<w:fonts xmlns:w="` + nsWord + `">`)
	for _, f := range [][2]string{{xiaobiaosong, "方正小标宋_GBK"}, {fangsong, "仿宋"}, {kaiti, "楷体"}, {heiti, "SimHei"}, {songti, "SimSun"}} {
		fmt.Fprintf(&b, `<w:font w:name="%s"><w:altName w:val="%s"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>`, f[0], f[1])
	}
	fmt.Fprintf(&b, `<w:font w:name="%s"><w:charset w:val="00"/><w:family w:val="roman"/></w:font></w:fonts>`, latin)
	return b.String()
}

// footerPart is the page number, one character from the outer side of the text.
func footerPart(side string) string {
	w := &writer{}
	w.raw(`%s<w:ftr xmlns:w="%s">`, xml.Header, nsWord)
	l := layout{style: "Footer", align: side, left: 1}
	if side == "right" {
		l.left, l.right = 0, 1
	}
	w.paragraph(l, func() {
		w.run(font{}, "— ")
		w.raw(`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`)
		w.run(font{}, " —")
	})
	w.raw("</w:ftr>")
	return w.b.String()
}

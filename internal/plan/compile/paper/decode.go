// Package paper gets the text out of a file that somebody uploads as a plan: .txt in UTF-8, UTF-16 or GB18030, and .docx.
//
// It owns no tables. It promises an answer for whatever it is given: the text, or an *Error whose words tell a person
// what is wrong and what to do (empty, too large, binary, wrong encoding, protected by a password, with macros, an old
// .doc, a zip bomb, damaged). Numbers that Word counts by itself and the cells of tables become part of the text;
// deleted text and footnotes do not. It never runs, follows or unpacks anything but the parts that hold text,
// and never holds more than a fixed amount of memory.
package paper

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"weibao/internal/script"
)

// magic numbers of what people upload by mistake or on purpose
var magics = []struct {
	prefix string
	kind   Kind
	detail string
}{
	{"%PDF-", Format, "PDF 文件"},
	{`{\rtf`, Format, "RTF 文件"},
	{"\x89PNG", Binary, "图片"},
	{"\xff\xd8\xff", Binary, "图片"},
	{"GIF8", Binary, "图片"},
	{"Rar!", Format, "压缩包"},
	{"7z\xbc\xaf", Format, "压缩包"},
	{"\x1f\x8b", Format, "压缩包"},
}

const (
	zipMagic = "PK\x03\x04"
	oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
)

// Text returns the text of a .txt or .docx file. UTF-8 (with or without BOM), UTF-16 with BOM and GB18030
// are understood; the BOM is not part of the text.
func Text(name string, raw []byte) (string, error) {
	switch {
	case len(raw) > MaxBytes:
		return "", Fail(TooLarge, "")
	case len(bytes.TrimSpace(raw)) == 0:
		return "", Fail(Empty, "")
	case strings.HasSuffix(strings.ToLower(name), ".docm"):
		return "", Fail(Macro, "")
	case bytes.HasPrefix(raw, []byte(zipMagic)):
		return docxText(raw)
	case bytes.HasPrefix(raw, []byte(oleMagic)):
		return "", oleError(raw)
	}
	for _, m := range magics {
		if bytes.HasPrefix(raw, []byte(m.prefix)) {
			return "", Fail(m.kind, m.detail)
		}
	}
	text, err := decodeText(raw)
	if err != nil {
		return "", err
	}
	if strings.TrimFunc(text, script.Blank) == "" {
		return "", Fail(Empty, "")
	}
	return text, nil
}

// oleError tells the three things apart that hide in an OLE compound file.
func oleError(raw []byte) *Error {
	utf16le := func(s string) []byte {
		b := make([]byte, 0, 2*len(s))
		for i := range len(s) {
			b = append(b, s[i], 0)
		}
		return b
	}
	switch {
	case bytes.Contains(raw, utf16le("EncryptedPackage")), bytes.Contains(raw, utf16le("EncryptionInfo")):
		return Fail(Encrypted, "")
	case bytes.Contains(raw, utf16le("Workbook")), bytes.Contains(raw, utf16le("PowerPoint")):
		return Fail(Format, "旧版表格或演示文稿")
	}
	return Fail(LegacyDoc, "")
}

func decodeText(raw []byte) (string, error) {
	if b, ok := bytes.CutPrefix(raw, []byte("\xef\xbb\xbf")); ok {
		raw = b
	} else if bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) {
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw)
		if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
			return "", Fail(Encoding, "UTF-16")
		}
		raw = out
	}
	if binary(raw) {
		return "", Fail(Binary, "")
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	if !likeGB(raw) {
		return "", Fail(Encoding, "")
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", Fail(Encoding, "")
	}
	return string(out), nil
}

// binary: text has no NUL and hardly any control characters.
func binary(raw []byte) bool {
	control := 0
	for _, b := range raw {
		if b == 0 {
			return true
		}
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != '\v' {
			control++
		}
	}
	return control*100 > len(raw)
}

// likeGB: in Chinese text most double bytes are punctuation (rows A1–A3) or common characters (rows B0–D7 of
// GB 2312); in other encodings read as GB18030 they are scattered over all rows.
func likeGB(raw []byte) bool {
	pairs, common := 0, 0
	for i := 0; i < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		if i+1 == len(raw) {
			return false
		}
		pairs++
		lead, trail := raw[i], raw[i+1]
		if trail >= 0xa1 && (lead >= 0xa1 && lead <= 0xa3 || lead >= 0xb0 && lead <= 0xd7) {
			common++
		}
		i++
	}
	return pairs > 0 && common*10 >= pairs*8
}

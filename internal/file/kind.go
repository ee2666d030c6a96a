package file

import (
	"archive/zip"
	"bytes"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/richardlehane/mscfb"
	"golang.org/x/text/encoding/simplifiedchinese"

	"weibao/internal/errs"
)

// Kind is what a file is, told by its content.
type Kind string

// mimes are the kinds which are taken; whatever else is refused.
var mimes = map[Kind]string{
	"pdf": "application/pdf", "ofd": "application/ofd", "jpg": "image/jpeg", "png": "image/png", "txt": "text/plain; charset=utf-8",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"doc":  "application/msword", "xls": "application/vnd.ms-excel", "wps": "application/vnd.ms-works", "et": "application/vnd.ms-excel",
}

// Accept is the list of endings for the file field of a form.
const Accept = ".pdf,.ofd,.docx,.xlsx,.pptx,.doc,.xls,.wps,.et,.jpg,.jpeg,.png,.txt"

// Mime gives the kind's media type.
func (k Kind) Mime() string { return mimes[k] }

// Picture tells whether browsers show the kind beside text.
func (k Kind) Picture() bool { return k == "jpg" || k == "png" }

var errKind = errs.Fields{"file": "这种文件不能上传。可以上传 PDF、OFD、Word、Excel、WPS、PPT(.pptx)、图片（.jpg、.png）和文本文件；扫描件请存为 PDF，视频请另行报送。"}.Err()

func refused(why string) error { return errs.Fields{"file": why}.Err() }

// inspect finds the kind of content from all of it; name decides only between
// kinds that are alike inside.
func inspect(r io.ReaderAt, size int64, name string) (Kind, error) {
	head := make([]byte, min(size, 1024))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "pdf", nil
	case bytes.HasPrefix(head, jpegStart):
		return "jpg", nil
	case bytes.HasPrefix(head, pngStart):
		return "png", nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return inspectZip(r, size)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return inspectOLE(r, name)
	}
	if text, err := isText(r, size); err != nil || !text {
		return "", errKind
	}
	return "txt", nil
}

// Limits of an archive that claims to be a document.
const (
	maxUnpacked = 512 << 20
	maxEntries  = 10_000
)

func inspectZip(r io.ReaderAt, size int64) (Kind, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return "", refused("文件不完整或已损坏，请重新保存后再上传。")
	}
	kind, total := Kind(""), uint64(0)
	for _, f := range z.File {
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		total += f.UncompressedSize64
		switch {
		case path.IsAbs(name) || slices.Contains(strings.Split(name, "/"), ".."):
			return "", errKind
		case strings.HasSuffix(name, "vbaproject.bin"):
			return "", refused("文件含有宏，为安全起见不能上传。请另存为不含宏的 .docx 或 .xlsx 后再上传。")
		case name == "word/document.xml":
			kind = "docx"
		case name == "xl/workbook.xml":
			kind = "xlsx"
		case name == "ppt/presentation.xml":
			kind = "pptx"
		case name == "ofd.xml":
			kind = "ofd"
		}
	}
	if total > maxUnpacked || len(z.File) > maxEntries {
		return "", refused("文件解压后过大，可能不是正常文档。请重新保存后再上传。")
	}
	if kind == "" {
		return "", errKind
	}
	return kind, nil
}

// inspectOLE looks into the older binary documents of Office and WPS.
func inspectOLE(r io.ReaderAt, name string) (Kind, error) {
	doc, err := mscfb.New(r)
	if err != nil {
		return "", refused("文件不完整或已损坏，请重新保存后再上传。")
	}
	ending := Kind(strings.TrimPrefix(strings.ToLower(path.Ext(name)), "."))
	kind := Kind("")
	for e, err := doc.Next(); err == nil; e, err = doc.Next() {
		switch strings.ToLower(e.Name) {
		case "encryptedpackage", "encryptioninfo":
			return "", refused("文件设有打开密码，审核人员无法查看。请去掉密码后再上传。")
		case "_vba_project", "vba", "macros", "_vba_project_cur":
			return "", refused("文件含有宏，为安全起见不能上传。请另存为不含宏的文件后再上传。")
		case "worddocument":
			kind = either(ending, "wps", "doc")
		case "workbook", "book":
			kind = either(ending, "et", "xls")
		}
	}
	if kind == "" {
		return "", errKind
	}
	return kind, nil
}

func either(ending, special, plain Kind) Kind {
	if ending == special {
		return special
	}
	return plain
}

// isText tells whether all of the content is text in UTF-8 or GB18030.
// maxSample is how much of a text is looked at.
const maxSample = 4 << 20

func isText(r io.ReaderAt, size int64) (bool, error) {
	all, err := io.ReadAll(io.NewSectionReader(r, 0, min(size, maxSample)))
	if err != nil {
		return false, err
	}
	if size > maxSample { // a list of many thousands: its first lines tell what it is
		all = all[:bytes.LastIndexByte(all, '\n')+1]
		if len(all) == 0 {
			return false, nil
		}
	}
	control := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n\f", r) }
	if utf8.Valid(all) {
		return !bytes.ContainsFunc(all, control), nil
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(all)
	return err == nil && !bytes.ContainsFunc(decoded, control) && !bytes.ContainsRune(decoded, utf8.RuneError), nil
}

// cleanName gives a name that is safe to show and to save under, with the
// ending of what the file is.
func cleanName(name string, k Kind) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/:*?"<>|`, r) {
			return -1
		}
		return r
	}, name)
	ending := path.Ext(name)
	stem := strings.Trim(strings.TrimSuffix(name, ending), " .")
	if low := strings.ToLower(ending); low != "."+string(k) && (low != ".jpeg" || k != "jpg") && (low != ".csv" || k != "txt") {
		ending = "." + string(k)
	}
	if stem == "" {
		stem = "附件"
	}
	if r := []rune(stem); len(r) > 100 {
		stem = string(r[:100])
	}
	return stem + ending
}

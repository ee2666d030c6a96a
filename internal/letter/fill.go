package letter

import (
	"archive/zip"
	"io"
	"regexp"
	"slices"
	"strings"

	"weibao/internal/errs"
)

// Values fill a template: texts by the name between the braces, and lists of rows by the name of the loop. Inside a
// loop a row's own texts come first, then those around it.
type Values struct {
	Text map[string]string
	Rows map[string][]Values
}

// Report says what of a template and its values did not meet.
type Report struct {
	Unknown []string // names in the template for which no value was given; they stand in the document as 〔未填：名称〕
	Unused  []string // values which the template does not ask for
}

// The ways in which a template cannot be used; each text is for the person who uploaded it.
var (
	ErrNotWord       = errs.New(errs.Invalid, "这不是.docx文件。请在Word或WPS中另存为.docx后重新上传。")
	ErrMacro         = errs.New(errs.Invalid, "文件含有宏。为安全起见不接收，请另存为不带宏的.docx后重新上传。")
	ErrCorrupt       = errs.New(errs.Invalid, "文件已损坏或不完整。请在Word或WPS中打开核对，另存为.docx后重新上传。")
	ErrTooLarge      = errs.New(errs.TooLarge, "文件过大。模板请控制在20 MB以内，去掉大图片后重新上传。")
	ErrTooManyCopies = errs.New(errs.TooLarge, "填入的行数过多。请分批生成。")
)

const (
	maxTemplate = 20 << 20  // unpacked
	maxParts    = 2_000     // files in the package
	maxNodes    = 2_000_000 // elements after loops were written out
)

// name: letters of any script, digits and a few signs, so that 走访日期 and 单位.名称 are names.
var (
	marker  = regexp.MustCompile(`\{\{\s*([#/]?)\s*([\p{L}\p{N}_.\-·]+)\s*\}\}`)
	fillIn  = regexp.MustCompile(`^word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml$`)
	openTag = regexp.MustCompile(`\{\{\s*#\s*([\p{L}\p{N}_.\-·]+)\s*\}\}`)
)

// Fill fills a .docx template: {{名称}} by a text, and what stands between {{#名称}} and {{/名称}} once for each row:
// a table row when both stand in it, else the paragraphs and rows from the one to the other. A marker may be split
// over runs, as Word likes to do. Line breaks in a value become line breaks.
func Fill(out io.Writer, template io.ReaderAt, size int64, v Values) (Report, error) {
	archive, err := zip.NewReader(template, size)
	if err != nil {
		return Report{}, ErrNotWord
	}
	parts, err := unpack(archive)
	if err != nil {
		return Report{}, err
	}
	f := &filler{unknown: map[string]bool{}, used: map[string]bool{}}
	for i, p := range parts {
		if !fillIn.MatchString(p.name) {
			continue
		}
		root, err := parse(strings.NewReader(p.text))
		if err != nil {
			return Report{}, ErrCorrupt
		}
		if err := f.fill(root, v); err != nil {
			return Report{}, err
		}
		var b strings.Builder
		root.render(&b)
		parts[i].text = b.String()
	}
	return f.report(v), pack(out, parts)
}

func unpack(archive *zip.Reader) ([]part, error) {
	if len(archive.File) > maxParts {
		return nil, ErrTooLarge
	}
	var parts []part
	left, word := int64(maxTemplate), false
	for _, f := range archive.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if strings.HasSuffix(strings.ToLower(name), "vbaproject.bin") {
			return nil, ErrMacro
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, ErrCorrupt
		}
		text, err := io.ReadAll(io.LimitReader(r, left+1))
		r.Close()
		if err != nil {
			return nil, ErrCorrupt
		}
		if left -= int64(len(text)); left < 0 {
			return nil, ErrTooLarge
		}
		word = word || name == "word/document.xml"
		parts = append(parts, part{name, string(text)})
	}
	if !word {
		return nil, ErrNotWord
	}
	return parts, nil
}

type filler struct {
	unknown, used map[string]bool
	nodes         int
}

func (f *filler) fill(root *node, v Values) error {
	root.each("w:p", gather)
	if err := f.loops(root, []Values{v}); err != nil {
		return err
	}
	f.texts(root, []Values{v})
	mend(root)
	return nil
}

// mend restores what Word insists on where a loop without rows took it away: no table without a row, no cell that
// does not end in a paragraph.
func mend(n *node) {
	for i, c := range n.children {
		if c.name == "w:tbl" && !slices.ContainsFunc(c.children, func(c *node) bool { return c.name != "w:tblPr" && c.name != "w:tblGrid" && c.name != "" }) {
			n.children[i] = &node{name: "w:p"}
			continue
		}
		mend(c)
	}
	if last := len(n.children); n.name == "w:tc" && (last == 0 || n.children[last-1].name != "w:p") {
		n.children = append(n.children, &node{name: "w:p"})
	}
}

// gather moves each marker that is split over several w:t into the one where it begins.
func gather(p *node) {
	texts := p.texts()
	var all strings.Builder
	starts := make([]int, len(texts))
	for i, t := range texts {
		starts[i] = all.Len()
		all.WriteString(t.content())
	}
	whole := all.String()
	for _, m := range slices.Backward(marker.FindAllStringIndex(whole, -1)) {
		first, last := holder(starts, m[0]), holder(starts, m[1]-1)
		if first == last {
			continue
		}
		head, tail := texts[first].content(), texts[last].content()
		texts[first].setContent(head[:m[0]-starts[first]] + whole[m[0]:m[1]])
		for _, t := range texts[first+1 : last] {
			t.setContent("")
		}
		texts[last].setContent(tail[m[1]-starts[last]:])
	}
}

// holder is the index of the text that holds a position.
func holder(starts []int, at int) int {
	i, _ := slices.BinarySearchFunc(starts, at, func(start, at int) int {
		if start <= at {
			return -1
		}
		return 1
	})
	return i - 1
}

// loops writes out the loops below a node.
func (f *filler) loops(n *node, scope []Values) error {
	var out []*node
	for i := 0; i < len(n.children); i++ {
		child := n.children[i]
		m := openTag.FindStringSubmatch(child.words())
		if m == nil {
			out = append(out, child)
			continue
		}
		last, err := f.end(n.children, i, m[1])
		if err != nil {
			return err
		}
		if last == i && (child.name != "w:p" && child.name != "w:tr" || insideCell(child, m[1])) {
			if err := f.loops(child, scope); err != nil {
				return err
			}
			out = append(out, child)
			continue
		}
		copies, err := f.repeat(n.children[i:last+1], m[1], scope)
		if err != nil {
			return err
		}
		out = append(out, copies...)
		i = last
	}
	n.children = out
	return nil
}

// insideCell reports a loop over paragraphs of one cell, which leaves the row single.
func insideCell(row *node, name string) bool {
	inside := false
	row.each("w:tc", func(cell *node) {
		opens, closes := -1, -1
		for i, c := range cell.children {
			for _, m := range marker.FindAllStringSubmatch(c.words(), -1) {
				switch {
				case m[2] == name && m[1] == "#":
					opens = i
				case m[2] == name && m[1] == "/":
					closes = i
				}
			}
		}
		inside = inside || opens >= 0 && closes > opens
	})
	return inside
}

// end finds the sibling in which a loop ends.
func (f *filler) end(siblings []*node, from int, name string) (int, error) {
	closing := regexp.MustCompile(`\{\{\s*/\s*` + regexp.QuoteMeta(name) + `\s*\}\}`)
	for i := from; i < len(siblings); i++ {
		if closing.MatchString(siblings[i].words()) {
			return i, nil
		}
	}
	return 0, errs.Newf(errs.Invalid, "模板中的{{#%s}}没有在同一个表格行、或同一层的后文中以{{/%s}}结束。请补上后重新上传。", name, name)
}

// repeat copies a group for each row of a loop and fills the copies.
func (f *filler) repeat(group []*node, name string, scope []Values) ([]*node, error) {
	rows, known := find(scope, func(v Values) ([]Values, bool) { r, ok := v.Rows[name]; return r, ok })
	f.note(name, known)
	var out []*node
	for _, row := range rows {
		for _, original := range group {
			c := original.clone()
			tag := strip(c, name)
			if tag && c.name == "w:p" && strings.TrimSpace(c.words()) == "" {
				continue // a paragraph that held nothing but the marker
			}
			inner := append([]Values{row}, scope...)
			holder := &node{children: []*node{c}}
			if err := f.loops(holder, inner); err != nil {
				return nil, err
			}
			f.texts(holder, inner)
			if f.nodes += count(holder); f.nodes > maxNodes {
				return nil, ErrTooManyCopies
			}
			out = append(out, holder.children...)
		}
	}
	return out, nil
}

// strip takes the markers of a loop out of a copy and reports whether there were any.
func strip(n *node, name string) bool {
	found := false
	for _, t := range n.texts() {
		text := t.content()
		kept := marker.ReplaceAllStringFunc(text, func(m string) string {
			if parts := marker.FindStringSubmatch(m); parts[1] != "" && parts[2] == name {
				return ""
			}
			return m
		})
		if kept != text {
			found = true
			t.setContent(kept)
		}
	}
	return found
}

func count(n *node) int {
	sum := 1
	for _, c := range n.children {
		sum += count(c)
	}
	return sum
}

// texts replaces the names below a node; runs whose value has line breaks get breaks.
func (f *filler) texts(n *node, scope []Values) {
	var out []*node
	for _, c := range n.children {
		if c.name != "w:t" {
			f.texts(c, scope)
			out = append(out, c)
			continue
		}
		text := c.content()
		filled := f.replace(text, scope)
		if filled == text {
			out = append(out, c)
			continue
		}
		for i, line := range strings.Split(strings.ReplaceAll(filled, "\r", ""), "\n") {
			if i > 0 {
				out = append(out, &node{name: "w:br"})
			}
			t := &node{name: "w:t"}
			t.setContent(line)
			out = append(out, t)
		}
	}
	n.children = out
}

func (f *filler) replace(text string, scope []Values) string {
	return marker.ReplaceAllStringFunc(text, func(m string) string {
		parts := marker.FindStringSubmatch(m)
		name := parts[2]
		if parts[1] != "" {
			f.unknown[name] = true // an end without a beginning
			return ""
		}
		value, known := find(scope, func(v Values) (string, bool) { t, ok := v.Text[name]; return t, ok })
		f.note(name, known)
		if !known {
			return "〔未填：" + name + "〕"
		}
		return value
	})
}

func (f *filler) note(name string, known bool) {
	if known {
		f.used[name] = true
	} else {
		f.unknown[name] = true
	}
}

// find looks from the innermost scope outwards.
func find[T any](scope []Values, get func(Values) (T, bool)) (T, bool) {
	for _, v := range scope {
		if t, ok := get(v); ok {
			return t, true
		}
	}
	var none T
	return none, false
}

func (f *filler) report(v Values) Report {
	var r Report
	for name := range f.unknown {
		r.Unknown = append(r.Unknown, name)
	}
	for name := range v.Text {
		if !f.used[name] {
			r.Unused = append(r.Unused, name)
		}
	}
	for name := range v.Rows {
		if !f.used[name] {
			r.Unused = append(r.Unused, name)
		}
	}
	slices.Sort(r.Unknown)
	slices.Sort(r.Unused)
	return r
}

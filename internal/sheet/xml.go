package sheet

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxToken bounds one tag or one run of text of a part, so that a hostile one cannot fill the memory.
const maxToken = 1 << 20

type kind byte

const (
	starts kind = iota
	ends
	text
)

// element is what a scanner hands over; it is good until the next one.
type element struct {
	kind  kind
	name  string // of a tag without its prefix; "?" for tags of which workbooks know nothing that is read here
	text  []byte
	attrs []attr
}

type attr struct{ name, value []byte }

func (e *element) is(k kind, name string) bool { return e.kind == k && e.name == name }

// attr gives the value of an attribute; a missing one is empty.
func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if string(a.name) == name {
			value, _ := plainText(bytes.Clone(a.value), true)
			return string(value)
		}
	}
	return ""
}

// raw is attr for values in which nothing needs unescaping.
func (e *element) raw(name string) []byte {
	for _, a := range e.attrs {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}

// scanner reads the XML of workbooks: tags, text, CDATA, comments, the five entities and character references, in
// UTF-8. It takes nothing that encoding/xml refuses, and no DOCTYPE; it is a tenth of that one's time.
type scanner struct {
	in     io.Reader
	buf    []byte // what is read and not yet handed over is buf[at:]
	at     int
	eof    bool
	single bool // the tag just handed over closes itself
	e      element
}

func newScanner(in io.Reader) *scanner { return &scanner{in: in, buf: make([]byte, 0, 64<<10)} }

// more reads on; it is false at the end of the input.
func (s *scanner) more() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.at > 0 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.at:])]
		s.at = 0
	}
	if len(s.buf) > maxToken {
		return false, ErrCorrupt
	}
	if len(s.buf) == cap(s.buf) {
		s.buf = append(make([]byte, 0, 2*cap(s.buf)), s.buf...)
	}
	n, err := s.in.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	if err == io.EOF {
		s.eof = true
	} else if err != nil {
		return false, ErrCorrupt
	}
	return true, nil
}

// find gives the place behind the next mark from a place on, both counted from s.at; −1 where the input ends first.
func (s *scanner) find(from int, mark string) (int, error) {
	for {
		if rest := s.buf[s.at:]; from < len(rest) {
			if i := bytes.Index(rest[from:], []byte(mark)); i >= 0 {
				return from + i + len(mark), nil
			}
			from = max(from, len(rest)-len(mark)+1)
		}
		if ok, err := s.more(); !ok || err != nil {
			return -1, err
		}
	}
}

// next gives the next tag or text; io.EOF at the end.
func (s *scanner) next() (*element, error) {
	if s.single {
		s.single, s.e.kind, s.e.attrs = false, ends, s.e.attrs[:0]
		return &s.e, nil
	}
	for {
		for len(s.buf)-s.at < len("<![CDATA[") && !s.eof {
			if _, err := s.more(); err != nil {
				return nil, err
			}
		}
		rest := s.buf[s.at:]
		switch {
		case len(rest) == 0:
			return nil, io.EOF
		case rest[0] != '<':
			return s.run()
		case len(rest) > 1 && rest[1] != '?' && rest[1] != '!':
			return s.tag()
		case bytes.HasPrefix(rest, []byte("<?")):
			if err := s.instruction(); err != nil {
				return nil, err
			}
		case bytes.HasPrefix(rest, []byte("<!--")):
			if err := s.comment(); err != nil {
				return nil, err
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			return s.cdata()
		case bytes.HasPrefix(rest, []byte("<!")):
			return nil, ErrCorrupt // a DOCTYPE has no place in a workbook
		default:
			return nil, ErrCorrupt // a single '<' at the end
		}
	}
}

// run hands over the text up to the next tag.
func (s *scanner) run() (*element, error) {
	n, err := s.find(0, "<")
	if err != nil {
		return nil, err
	}
	if n--; n < 0 {
		n = len(s.buf) - s.at
	}
	value, ok := plainText(s.buf[s.at:s.at+n], false)
	if !ok {
		return nil, ErrCorrupt
	}
	s.at += n
	s.e = element{kind: text, text: value, attrs: s.e.attrs[:0]}
	return &s.e, nil
}

func (s *scanner) cdata() (*element, error) {
	n, err := s.find(len("<![CDATA["), "]]>")
	if err != nil || n < 0 {
		return nil, ErrCorrupt
	}
	value, ok := literal(s.buf[s.at+len("<![CDATA[") : s.at+n-len("]]>")])
	if !ok {
		return nil, ErrCorrupt
	}
	s.at += n
	s.e = element{kind: text, text: value, attrs: s.e.attrs[:0]}
	return &s.e, nil
}

func (s *scanner) comment() error {
	n, err := s.find(len("<!--"), "--")
	if err != nil || n < 0 {
		return ErrCorrupt
	}
	end, err := s.find(n, ">")
	if err != nil || end != n+1 {
		return ErrCorrupt
	}
	s.at += end
	return nil
}

// instruction passes over <?…?>; that of XML itself must be of version 1.0 and UTF-8.
func (s *scanner) instruction() error {
	n, err := s.find(len("<?"), "?>")
	if err != nil || n < 0 {
		return ErrCorrupt
	}
	name, rest := cutName(s.buf[s.at+len("<?") : s.at+n-len("?>")])
	s.at += n
	if len(name) == 0 || len(rest) > 0 && len(skip(rest)) == len(rest) {
		return ErrCorrupt
	}
	for rest = skip(rest); string(name) == "xml" && len(rest) > 0; rest = skip(rest) {
		var a attr
		var whole, ok bool
		if a, rest, whole, ok = cutAttr(rest); !whole || !ok {
			return ErrCorrupt
		}
		switch value := strings.ToLower(string(a.value)); string(a.name) + "=" + value {
		case "version=1.0", "encoding=utf-8", "standalone=yes", "standalone=no":
		default:
			return ErrCorrupt
		}
	}
	return nil
}

// tag hands over a tag. A '>' may stand within the quotes of a value, so the tag is tried anew with each further one.
func (s *scanner) tag() (*element, error) {
	for from := 1; ; {
		n, err := s.find(from, ">")
		if err != nil || n < 0 {
			return nil, ErrCorrupt
		}
		whole, ok := s.parse(s.buf[s.at+1 : s.at+n-1])
		if !ok {
			return nil, ErrCorrupt
		}
		if whole {
			s.at += n
			return &s.e, nil
		}
		from = n
	}
}

// parse reads what stands between < and >; whole is false where it ends within quotes.
func (s *scanner) parse(b []byte) (whole, ok bool) {
	s.e = element{attrs: s.e.attrs[:0]}
	if len(b) > 0 && b[0] == '/' {
		name, rest := cutName(b[1:])
		s.e.kind, s.e.name = ends, known(local(name))
		return true, len(name) > 0 && len(skip(rest)) == 0
	}
	name, rest := cutName(b)
	s.e.kind, s.e.name = starts, known(local(name))
	if len(name) == 0 {
		return true, false
	}
	for {
		rest = skip(rest)
		switch {
		case len(rest) == 0:
			s.single = false
			return true, true
		case rest[0] == '/':
			s.single = true
			return true, len(rest) == 1
		}
		var a attr
		if a, rest, whole, ok = cutAttr(rest); !whole || !ok {
			return whole, ok
		}
		s.e.attrs = append(s.e.attrs, a)
	}
}

func cutAttr(b []byte) (a attr, rest []byte, whole, ok bool) {
	name, b := cutName(b)
	b = skip(b)
	if len(name) == 0 || len(b) == 0 || b[0] != '=' {
		return attr{}, nil, true, false
	}
	b = skip(b[1:])
	if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
		return attr{}, nil, true, false
	}
	end := bytes.IndexByte(b[1:], b[0])
	if end < 0 {
		return attr{}, nil, false, true
	}
	value := b[1 : 1+end]
	if special(value) {
		if bytes.IndexByte(value, '<') >= 0 {
			return attr{}, nil, true, false
		}
		if _, ok := plainText(bytes.Clone(value), true); !ok {
			return attr{}, nil, true, false
		}
	}
	return attr{local(name), value}, b[2+end:], true, true
}

func skip(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n' || b[0] == '\t' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}

// cutName takes a name of ASCII letters, digits and _ . - with at most one colon.
func cutName(b []byte) (name, rest []byte) {
	colons := 0
	for i, c := range b {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_':
			continue
		case c == ':':
			if colons++; colons > 1 {
				return nil, b
			}
			continue
		case i > 0 && (c >= '0' && c <= '9' || c == '.' || c == '-'):
			continue
		}
		return b[:i], b[i:]
	}
	return b, nil
}

// local is a name without its prefix.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i > 0 && i < len(name)-1 {
		return name[i+1:]
	}
	return name
}

// known gives the names that mean something here without making a string for each tag.
func known(name []byte) string {
	switch string(name) {
	case "c":
		return "c"
	case "v":
		return "v"
	case "row":
		return "row"
	case "t":
		return "t"
	case "si":
		return "si"
	case "rPh":
		return "rPh"
	case "sheet":
		return "sheet"
	case "workbookPr":
		return "workbookPr"
	case "Relationship":
		return "Relationship"
	case "mergeCell":
		return "mergeCell"
	}
	return "?"
}

// special tells whether a value holds anything but plain ASCII signs.
func special(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c >= utf8.RuneSelf || c == '&' || c == '<' || c == '>' {
			return true
		}
	}
	return false
}

// plainText checks text, resolves its references in place and turns CR LF and CR into LF. A "]]>" may stand in
// quotes alone.
func plainText(b []byte, quoted bool) ([]byte, bool) {
	if !special(b) {
		return b, true
	}
	if !quoted && bytes.Contains(b, []byte("]]>")) {
		return nil, false
	}
	if bytes.IndexByte(b, '&') < 0 {
		return literal(b)
	}
	out := b[:0]
	for len(b) > 0 {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			i = len(b)
		}
		part, ok := literal(b[:i])
		if !ok {
			return nil, false
		}
		out = append(out, part...)
		if b = b[i:]; len(b) == 0 {
			break
		}
		name, _, found := bytes.Cut(b[1:min(len(b), 20)], []byte(";"))
		r, ok := reference(name)
		if !found || !ok {
			return nil, false
		}
		b = b[1+len(name)+1:]
		out = utf8.AppendRune(out, r) // never longer than the reference was
	}
	return out, true
}

// reference resolves what stands between & and ;.
func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := string(name[1:]), 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !allowed(rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// literal checks signs and normalises the ends of lines in place.
func literal(b []byte) ([]byte, bool) {
	out, moved := 0, false
	for i := 0; i < len(b); {
		r, n := rune(b[i]), 1
		if r >= utf8.RuneSelf {
			if r, n = utf8.DecodeRune(b[i:]); r == utf8.RuneError && n == 1 {
				return nil, false
			}
		}
		if !allowed(r) {
			return nil, false
		}
		switch {
		case r == '\r':
			moved = true
			b[out] = '\n'
			if i+1 < len(b) && b[i+1] == '\n' {
				n = 2
			}
			out++
		case moved:
			out += copy(b[out:], b[i:i+n])
		default:
			out += n
		}
		i += n
	}
	return b[:out], true
}

// allowed are the signs that XML may hold.
func allowed(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r >= 0xD800 && r <= 0xDFFF, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r <= utf8.MaxRune
}

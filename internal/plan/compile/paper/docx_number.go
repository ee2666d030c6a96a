package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// numbering is what Word counts by itself: numbering.xml and the styles that refer to it. The numbers are written
// into the text, for in many plans 一、 and (一) stand nowhere else.
type numbering struct {
	levels map[string]map[int]numLevel // by abstract list and level
	lists  map[string]string           // list → abstract list
	starts map[string]map[int]int      // list → level → first number, where it differs
	styles map[string]styleNum
	counts map[string]map[int]int // by abstract list: lists that share it go on counting
	begun  map[string]bool        // lists whose own first numbers were taken
}

type numLevel struct {
	format string
	text   string // 第%1章, %1.%2
	start  int
}

type styleNum struct {
	list  string
	level int
	base  string
}

const numLevels = 9

// small reads a small number; anything else is 0.
func small(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 10000 {
		return 0
	}
	return n
}

func readNumbering(part, styles *zip.File) (*numbering, error) {
	n := &numbering{map[string]map[int]numLevel{}, map[string]string{}, map[string]map[int]int{}, map[string]styleNum{}, map[string]map[int]int{}, map[string]bool{}}
	for _, p := range []struct {
		file *zip.File
		read func(path []string, e xml.StartElement)
	}{{part, n.numberingElement()}, {styles, n.styleElement()}} {
		b, err := unpack(p.file)
		if err != nil {
			return nil, err
		}
		if err := eachElement(b, p.read); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// eachElement calls read for every start of an element.
func eachElement(b []byte, read func(path []string, e xml.StartElement)) error {
	dec := xml.NewDecoder(bytes.NewReader(b))
	var path []string
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Fail(Damaged, "")
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if path = append(path, t.Name.Local); len(path) > maxDepth {
				return Fail(Bomb, "")
			}
			read(path, t)
		case xml.EndElement:
			path = path[:max(0, len(path)-1)]
		}
	}
}

// numberingElement reads abstract lists with their levels, and lists with their first numbers.
func (n *numbering) numberingElement() func([]string, xml.StartElement) {
	var abstract, list string
	var level int
	return func(path []string, e xml.StartElement) {
		val := attr(e, "val")
		switch e.Name.Local {
		case "abstractNum":
			abstract, list = attr(e, "abstractNumId"), ""
			n.levels[abstract] = map[int]numLevel{}
		case "num":
			list = attr(e, "numId")
		case "abstractNumId":
			n.lists[list] = val
		case "lvl":
			level = small(attr(e, "ilvl"))
		case "lvlOverride":
			level = small(attr(e, "ilvl"))
		case "startOverride":
			if n.starts[list] == nil {
				n.starts[list] = map[int]int{}
			}
			n.starts[list][level] = small(val)
		case "start", "numFmt", "lvlText":
			if list != "" || n.levels[abstract] == nil {
				return
			}
			l := n.levels[abstract][level]
			switch e.Name.Local {
			case "start":
				l.start = small(val)
			case "numFmt":
				l.format = val
			default:
				l.text = val
			}
			n.levels[abstract][level] = l
		}
	}
}

func (n *numbering) styleElement() func([]string, xml.StartElement) {
	var id string
	return func(path []string, e xml.StartElement) {
		if e.Name.Local == "style" {
			id = attr(e, "styleId")
			return
		}
		s := n.styles[id]
		switch e.Name.Local {
		case "basedOn":
			s.base = attr(e, "val")
		case "numId":
			s.list = attr(e, "val")
		case "ilvl":
			s.level = small(attr(e, "val"))
		default:
			return
		}
		n.styles[id] = s
	}
}

// label is the number that Word shows before a paragraph; empty for none and for bullets.
func (n *numbering) label(p *docxPara) string {
	if strings.TrimSpace(p.text.String()) == "" {
		return ""
	}
	list, level := p.numID, p.level
	for style, hops := p.style, 0; !p.has && list == "" && style != "" && hops < 10; hops++ {
		s := n.styles[style]
		list, level, style = s.list, s.level, s.base
	}
	abstract, ok := n.lists[list]
	if !ok || list == "0" || level >= numLevels {
		return ""
	}
	counts := n.count(list, abstract, level)
	l, ok := n.levels[abstract][level]
	if !ok || l.format == "bullet" || l.format == "none" {
		return ""
	}
	text := l.text
	for i := range numLevels {
		mark := "%" + strconv.Itoa(i+1)
		if strings.Contains(text, mark) {
			text = strings.ReplaceAll(text, mark, numeral(n.levels[abstract][i].format, counts[i]))
		}
	}
	if text != "" && strings.IndexAny(text[len(text)-1:], "0123456789") == 0 {
		text += "."
	}
	return text
}

// count steps the level on and starts the deeper ones afresh.
func (n *numbering) count(list, abstract string, level int) map[int]int {
	c := n.counts[abstract]
	if c == nil {
		c = map[int]int{}
		n.counts[abstract] = c
	}
	if own := n.starts[list]; own != nil && !n.begun[list] {
		n.begun[list] = true
		for l, first := range own {
			c[l] = first - 1
		}
	}
	for l := 0; l <= level; l++ {
		if _, seen := c[l]; !seen {
			first := n.levels[abstract][l].start
			if l == level {
				first-- // it is stepped on below
			}
			c[l] = max(first, 0)
		}
	}
	c[level]++
	for l := level + 1; l < numLevels; l++ {
		delete(c, l)
	}
	return c
}

var hanFigures = []rune("〇一二三四五六七八九十")

// numeral writes n in one of Word's number formats.
func numeral(format string, n int) string {
	switch {
	case strings.HasPrefix(format, "chinese"), strings.HasPrefix(format, "japanese"), strings.HasPrefix(format, "taiwanese"), strings.HasPrefix(format, "ideograph"), strings.HasPrefix(format, "korean"):
		return hanNumeral(n)
	case format == "decimalEnclosedCircle" || format == "decimalEnclosedCircleChinese":
		if n >= 1 && n <= 20 {
			return string(rune('①' + n - 1))
		}
	case format == "decimalZero" && n < 10:
		return "0" + strconv.Itoa(n)
	case format == "upperLetter" && n >= 1 && n <= 26:
		return string(rune('A' + n - 1))
	case format == "lowerLetter" && n >= 1 && n <= 26:
		return string(rune('a' + n - 1))
	}
	return strconv.Itoa(n)
}

func hanNumeral(n int) string {
	switch {
	case n <= 0 || n > 99:
		return strconv.Itoa(n)
	case n <= 10:
		return string(hanFigures[n])
	case n < 20:
		return "十" + string(hanFigures[n-10])
	case n%10 == 0:
		return string(hanFigures[n/10]) + "十"
	}
	return string(hanFigures[n/10]) + "十" + string(hanFigures[n%10])
}

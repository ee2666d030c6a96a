// Package rulefile reads one rule file: YAML into nodes that know their lines, and the same as plain values for the
// JSON Schema of its kind.
//
// It owns no table and knows no rule. It promises that a mistake is named with file, line and cause in words that an
// officer can act on; that a file of any bytes ends in findings, never in a panic; and that what a reader sees is all
// there is: anchors, aliases and a second document are refused, so nothing unfolds without bound. It never fetches a
// schema: those it uses are embedded in the program.
package rulefile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// MaxBytes is the size over which a rule file is refused.
const MaxBytes = 1 << 20

const maxDepth = 16

// Document is one rule file: its nodes, which know their lines, and the same as plain values for the schema.
type Document struct {
	File string
	Root *yaml.Node
	Data map[string]any
}

// Parse reads one YAML file. Anchors and aliases are refused: a reader of the file should see what holds, and
// nothing can unfold without bound.
func Parse(file string, text []byte) (*Document, Findings) {
	var found Findings
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	switch {
	case len(text) > MaxBytes:
		found.Add(file, 0, "文件超过1MB,规则文件不会这么大,请核对")
		return nil, found
	case !utf8.Valid(text):
		found.Add(file, 0, "文件不是UTF-8编码,请用UTF-8另存后再试")
		return nil, found
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var top yaml.Node
	if err := dec.Decode(&top); err != nil {
		if errors.Is(err, io.EOF) {
			found.Add(file, 0, "文件是空的")
		} else {
			found.Add(file, LineOf(err), "不是正确的YAML(%s)", yamlCause(err))
		}
		return nil, found
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		found.Add(file, 0, "一个文件只写一份规则,请去掉分隔线“---”以后的部分")
		return nil, found
	}
	if len(top.Content) == 0 {
		found.Add(file, 0, "文件是空的")
		return nil, found
	}
	root := top.Content[0]
	if root.Kind != yaml.MappingNode {
		found.Add(file, root.Line, "最外层应是“名称: 值”,例如 kind: clocks")
		return nil, found
	}
	doc := &Document{File: file, Root: root}
	applyDefaults(root)
	value, found := plain(file, root, 0)
	if len(found) > 0 {
		return nil, found
	}
	doc.Data, _ = value.(map[string]any)
	return doc, nil
}

// plain turns nodes into values as JSON knows them. Dates stay text.
func plain(file string, n *yaml.Node, depth int) (any, Findings) {
	var found Findings
	if depth > maxDepth {
		found.Add(file, n.Line, "层次太深(超过%d层)", maxDepth)
		return nil, found
	}
	if n.Anchor != "" || n.Kind == yaml.AliasNode {
		found.Add(file, n.Line, "不能用锚点“&”和引用“*”,请把内容写全")
		return nil, found
	}
	switch n.Kind {
	case yaml.MappingNode:
		return plainMapping(file, n, depth)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, f := plain(file, c, depth+1)
			list, found = append(list, v), append(found, f...)
		}
		return list, found
	}
	v, err := scalar(n)
	if err != nil {
		found.Add(file, n.Line, "值“%s”无法读取", n.Value)
	}
	return v, found
}

func plainMapping(file string, n *yaml.Node, depth int) (any, Findings) {
	var found Findings
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			found.Add(file, key.Line, "名称应是一个词")
			continue
		}
		if _, twice := m[key.Value]; twice {
			found.Add(file, key.Line, "“%s”写了两次,请只留一处", key.Value)
			continue
		}
		v, f := plain(file, n.Content[i+1], depth+1)
		m[key.Value], found = v, append(found, f...)
	}
	return m, found
}

func scalar(n *yaml.Node) (any, error) {
	switch n.ShortTag() {
	case "!!int":
		var v int64
		err := n.Decode(&v)
		return v, err
	case "!!float":
		var v float64
		err := n.Decode(&v)
		return v, err
	case "!!bool":
		var v bool
		err := n.Decode(&v)
		return v, err
	case "!!null":
		return nil, nil
	}
	return n.Value, nil
}

// applyDefaults writes the file's defaults into each item that does not say otherwise, so that a file names its
// document once.
func applyDefaults(root *yaml.Node) {
	defaults, items := Child(root, "defaults"), Child(root, "items")
	if defaults == nil || items == nil || defaults.Kind != yaml.MappingNode {
		return
	}
	for _, item := range items.Content {
		if item.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(defaults.Content); i += 2 {
			name, value := defaults.Content[i], defaults.Content[i+1]
			own := Child(item, name.Value)
			switch {
			case own == nil:
				item.Content = append(item.Content, name, value)
			case name.Value == "source" && own.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
				inheritSource(own, value)
			}
		}
	}
}

// inheritSource lets an item name the article alone.
func inheritSource(own, defaults *yaml.Node) {
	if Child(own, "document") != nil {
		return
	}
	for i := 0; i+1 < len(defaults.Content); i += 2 {
		if Child(own, defaults.Content[i].Value) == nil {
			own.Content = append(own.Content, defaults.Content[i], defaults.Content[i+1])
		}
	}
}

// Child gives the value under a name of a mapping, nil where there is none.
func Child(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// LineAt gives the line of the deepest node that exists on a path.
func (d *Document) LineAt(path []string) int {
	n := d.Root
	for _, step := range path {
		next := Child(n, step)
		if n.Kind == yaml.SequenceNode {
			if i, err := strconv.Atoi(step); err == nil && i < len(n.Content) {
				next = n.Content[i]
			}
		}
		if next == nil {
			break
		}
		n = next
	}
	return n.Line
}

var lineInError = regexp.MustCompile(`line (\d+)`)

// LineOf gives the line which an error of the YAML reader names, 0 where it names none.
func LineOf(err error) int {
	m := lineInError.FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	line, _ := strconv.Atoi(m[1])
	return line
}

func yamlCause(err error) string {
	text := err.Error()
	for _, c := range yamlCauses {
		if strings.Contains(text, c[0]) {
			return c[1]
		}
	}
	return "请检查缩进、引号和冒号后的空格"
}

var yamlCauses = [][2]string{
	{"cannot start any token", "缩进只能用空格,不能用制表符"},
	{"mapping values are not allowed", "同一行出现了两个冒号,含冒号的文字请加引号"},
	{"did not find expected key", "缩进不齐,或少了“- ”"},
	{"unexpected end of stream", "引号或括号没有配对"},
	{"unknown anchor", "不能用引用“*”"},
	{"could not find expected ':'", "名称后面缺少冒号和空格"},
}

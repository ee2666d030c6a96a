package rule

import (
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// Words says the condition in plain Chinese, for a person who does not read
// formulas. What it cannot say it gives as it stands.
func (c Condition) Words() string {
	tree, err := parser.Parse(c.Text)
	if err != nil {
		return c.Text
	}
	if s := say(tree.Node); s != "" {
		return s
	}
	return c.Text
}

var comparisons = map[string]string{"<": "不满%", "<=": "不超过%", ">": "超过%", ">=": "满%", "==": "为%", "!=": "不是%"}

var measures = map[string]string{"年龄": "周岁", "离开月数": "个月", "等级": "级", "残疾等级": "级", "父亲月数": "个月", "母亲月数": "个月", "不在学月数": "个月"}

// say gives the words of a part, or "" where it has none.
func say(n ast.Node) string {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return sayBinary(n)
	case *ast.UnaryNode:
		if inner := say(n.Node); inner != "" && (n.Operator == "!" || n.Operator == "not") {
			return "不符合“" + inner + "”"
		}
	case *ast.BuiltinNode:
		return sayAny(n)
	case *ast.PredicateNode:
		return say(n.Node)
	}
	return ""
}

func sayBinary(n *ast.BinaryNode) string {
	switch n.Operator {
	case "&&", "and":
		return join(n, "，并且")
	case "||", "or":
		return join(n, "，或者")
	case "in":
		return sayIn(n)
	}
	form, known := comparisons[n.Operator]
	name, value := fieldName(n.Left), literal(n.Right)
	if !known || name == "" || value == "" {
		return ""
	}
	return name + strings.ReplaceAll(form, "%", value+measures[name])
}

func join(n *ast.BinaryNode, word string) string {
	left, right := say(n.Left), say(n.Right)
	if left == "" || right == "" {
		return ""
	}
	return enclose(n, n.Left, left) + word + enclose(n, n.Right, right)
}

// enclose sets brackets around a part of another connective.
func enclose(outer *ast.BinaryNode, part ast.Node, words string) string {
	inner, binary := part.(*ast.BinaryNode)
	connective := binary && (inner.Operator == "&&" || inner.Operator == "||")
	if connective && inner.Operator != outer.Operator {
		return "（" + words + "）"
	}
	return words
}

// sayIn says '父母双亡' in 情形 and 就学 in ['失学', '辍学'].
func sayIn(n *ast.BinaryNode) string {
	if name, value := fieldName(n.Right), literal(n.Left); name != "" && value != "" {
		return name + "包括“" + value + "”"
	}
	if list := listOf(n.Right); list != "" {
		if name := fieldName(n.Left); name != "" {
			return name + "为" + list + "之一"
		}
	}
	return ""
}

// sayAny says any(类别, # in […]) and none(…) over a list.
func sayAny(n *ast.BuiltinNode) string {
	forms := map[string]string{"any": "至少有一项属于", "none": "没有一项属于", "all": "全部属于"}
	form, known := forms[n.Name]
	if !known || len(n.Arguments) != 2 {
		return ""
	}
	inner := n.Arguments[1]
	if p, ok := inner.(*ast.PredicateNode); ok {
		inner = p.Node
	}
	test, ok := inner.(*ast.BinaryNode)
	if !ok || test.Operator != "in" {
		return ""
	}
	name, list := fieldName(n.Arguments[0]), listOf(test.Right)
	if name == "" || list == "" {
		return ""
	}
	return name + form + "：" + list
}

func fieldName(n ast.Node) string {
	if id, ok := n.(*ast.IdentifierNode); ok {
		return id.Value
	}
	return ""
}

func literal(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return strconv.Itoa(n.Value)
	case *ast.StringNode:
		return situation(n.Value)
	}
	return ""
}

var ordinals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九"}

// situation says R1 to R9, the nine situations of 强制报告, in words.
func situation(code string) string {
	n, err := strconv.Atoi(strings.TrimPrefix(code, "R"))
	if !strings.HasPrefix(code, "R") || err != nil || n < 1 || n > len(ordinals) {
		return code
	}
	return "强制报告情形" + ordinals[n-1]
}

func listOf(n ast.Node) string {
	array, ok := n.(*ast.ArrayNode)
	if !ok {
		return ""
	}
	var items []string
	for _, item := range array.Nodes {
		if s := literal(item); s != "" {
			items = append(items, s)
		}
	}
	return strings.Join(items, "、")
}

package rule

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"weibao/internal/civil"
)

// CrossCheck is a sentence which must hold between numbers of a return: 留守 == 双方外出 + 一方外出.
type CrossCheck struct {
	ID, Label string
	Formula   string
	Cells     []Cell
	Source    Source
	Status    Status
	Verified  bool

	tree *ast.BinaryNode
}

// Cell is a number with a name; where its filters are written the numbers of the county fill it.
type Cell struct {
	Name     string
	Category string // id or national code of a category
	Sex      string // 男, 女
	Ages     Ages
	Level    int    // 1 to 4, 0 any
	Facts    string // a condition over Facts where the filters do not suffice
}

// CrossResult is what a check found.
type CrossResult struct {
	Held        bool
	Left, Right int
	Missing     []string // cells without a number; nothing was judged then
}

// CrossCheck gives a check by id.
func (b *Book) CrossCheck(id string, on civil.Date) (CrossCheck, bool) { return b.checks.at(id, on) }

// CrossChecks gives every check.
func (b *Book) CrossChecks(on civil.Date) []CrossCheck { return b.checks.all(on) }

// Judge computes both sides from numbers by the name of their cell.
func (c CrossCheck) Judge(numbers map[string]int) CrossResult {
	var r CrossResult
	for _, cell := range c.Cells {
		if _, ok := numbers[cell.Name]; !ok {
			r.Missing = append(r.Missing, cell.Name)
		}
	}
	if len(r.Missing) > 0 || c.tree == nil {
		return r
	}
	r.Left, r.Right = compute(c.tree.Left, numbers), compute(c.tree.Right, numbers)
	r.Held = relations[c.tree.Operator](r.Left, r.Right)
	return r
}

// Words says the formula with Chinese signs.
func (c CrossCheck) Words() string {
	return strings.NewReplacer("==", "等于", "<=", "不大于", ">=", "不小于", "<", "小于", ">", "大于", "+", "加", "-", "减", "*", "乘", " ", "").Replace(c.Formula)
}

var relations = map[string]func(l, r int) bool{
	"==": func(l, r int) bool { return l == r },
	"<=": func(l, r int) bool { return l <= r },
	">=": func(l, r int) bool { return l >= r },
	"<":  func(l, r int) bool { return l < r },
	">":  func(l, r int) bool { return l > r },
}

// compute adds up one side, which checkFormula has admitted.
func compute(n ast.Node, numbers map[string]int) int {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return n.Value
	case *ast.IdentifierNode:
		return numbers[n.Value]
	case *ast.BinaryNode:
		l, r := compute(n.Left, numbers), compute(n.Right, numbers)
		switch n.Operator {
		case "+":
			return l + r
		case "-":
			return l - r
		case "*":
			return l * r
		}
	}
	return 0
}

// parseFormula admits a comparison of two sums.
func parseFormula(text string) (*ast.BinaryNode, []string, error) {
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, nil, errors.New("写法有误;请用半角符号,例如:合计 == 男 + 女")
	}
	top, ok := tree.Node.(*ast.BinaryNode)
	if !ok || relations[top.Operator] == nil {
		return nil, nil, errors.New("要写成比较,例如:合计 == 男 + 女")
	}
	var names []string
	for _, side := range []ast.Node{top.Left, top.Right} {
		if names, err = cellsOf(side, names); err != nil {
			return nil, nil, err
		}
	}
	return top, names, nil
}

func cellsOf(n ast.Node, names []string) ([]string, error) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		return names, nil
	case *ast.IdentifierNode:
		return append(names, n.Value), nil
	case *ast.BinaryNode:
		if n.Operator == "+" || n.Operator == "-" || n.Operator == "*" {
			names, err := cellsOf(n.Left, names)
			if err != nil {
				return nil, err
			}
			return cellsOf(n.Right, names)
		}
	}
	return nil, fmt.Errorf("“%s”不能用,只可以加(+)、减(-)、乘(*)", n.String())
}

// checkFormula completes a check and refuses a formula that cannot be computed.
func checkFormula(c *CrossCheck, it item) {
	tree, names, err := parseFormula(c.Formula)
	if err != nil {
		it.complain("的公式%v", err)
		return
	}
	c.tree = tree
	var cells []string
	for i, cell := range c.Cells {
		at := it.under("cells", i)
		if slices.Contains(cells, cell.Name) {
			at.complain("的“%s”写了两次", cell.Name)
		}
		if !slices.Contains(names, cell.Name) {
			at.complain("的公式里没有用到“%s”", cell.Name)
		}
		if cell.Facts != "" {
			if _, err := Compile(cell.Facts); err != nil {
				at.complain("的“%s”: %v", cell.Name, err)
			}
		}
		cells = append(cells, cell.Name)
	}
	for _, name := range names {
		if !slices.Contains(cells, name) {
			it.complain("的公式用到“%s”,没有写明它是什么(cells)", name)
		}
	}
}

// checkCells refuses cells of categories that nobody knows.
func (b *Book) checkCells(found *Findings) {
	for _, id := range b.checks.order {
		for _, e := range b.checks.entries[id] {
			for _, c := range e.value.Cells {
				if c.Category != "" && len(b.categories.entries[c.Category]) == 0 {
					found.Add(e.file, e.line, "“%s”的“%s”:对象类别“%s”不在类别表里", e.ID, c.Name, c.Category)
				}
			}
		}
	}
}

// Words says of what a cell is the number.
func (c Cell) Words(label func(category string) string) string {
	var parts []string
	if c.Category != "" {
		parts = append(parts, label(c.Category))
	}
	if c.Sex != "" {
		parts = append(parts, c.Sex)
	}
	if c.Ages.From > 0 {
		parts = append(parts, "满"+strconv.Itoa(c.Ages.From)+"周岁")
	}
	if c.Ages.To > 0 {
		parts = append(parts, "不满"+strconv.Itoa(c.Ages.To)+"周岁")
	}
	if c.Level > 0 {
		parts = append(parts, "第"+strconv.Itoa(c.Level)+"级")
	}
	if cond, err := Compile(c.Facts); err == nil {
		parts = append(parts, cond.Words())
	}
	return strings.Join(parts, "、")
}

package rule

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Facts is what a condition may ask about a child. The names are those which an officer reads in a rule.
type Facts struct {
	Age        int      `expr:"年龄"`   // 周岁
	Sex        string   `expr:"性别"`   // 男, 女
	Residence  string   `expr:"户籍"`   // 农村, 城镇, 无
	Away       string   `expr:"父母外出"` // 双方, 一方, 无
	MonthsAway int      `expr:"离开月数"` // months since the child left its registered place
	Schooling  string   `expr:"就学"`   // 在学, 失学, 辍学, 未入学, 毕业
	Categories []string `expr:"类别"`   // ids or labels of categories that hold already
	Situations []string `expr:"情形"`   // what was established: 父母双亡, 父母服刑 …, R1 to R9
	Guardian   []string `expr:"监护"`   // 无监护能力, 监护缺失 …
	Level      int      `expr:"等级"`   // 1 to 4, 0 unknown

	Father       string   `expr:"父亲"`   // what became of the father: 健在, 死亡, 服刑在押 …
	Mother       string   `expr:"母亲"`   // the same of the mother
	FatherMonths int      `expr:"父亲月数"` // months since then
	MotherMonths int      `expr:"母亲月数"`
	Keeper       string   `expr:"监护人"`  // who is guardian: 父母, 祖父母, 机构 …
	Caregiver    string   `expr:"照护人"`  // who really cares: 父亲, 祖母, 男性亲属 …
	Grade        int      `expr:"残疾等级"` // 1 the heaviest to 4, 0 none
	Disabilities []string `expr:"残疾类别"` // 视力, 智力 …
	Welfare      []string `expr:"福利"`   // 低保, 特困 …
	MonthsOut    int      `expr:"不在学月数"`
	Moved        string   `expr:"流动范围"` // 跨县, 跨乡镇, 无
}

const (
	maxConditionRunes = 300
	maxConditionNodes = 60
	maxPredicates     = 1
	maxFactItems      = 64
)

// Condition is one checked sentence over Facts that is true or false.
type Condition struct {
	Text    string
	program *vm.Program
}

// Compile checks a condition and makes it ready. The error says in Chinese what is wrong and what is allowed.
func Compile(text string) (Condition, error) {
	if n := utf8.RuneCountInString(text); n > maxConditionRunes {
		return Condition{}, fmt.Errorf("条件有%d个字,最多%d个;请拆成几条条件", n, maxConditionRunes)
	}
	if strings.TrimSpace(text) == "" {
		return Condition{}, errors.New("条件是空的,请写明,例如:年龄 < 16 && '留守' in 类别")
	}
	if err := guard(text); err != nil {
		return Condition{}, err
	}
	program, err := expr.Compile(text, expr.Env(Facts{}), expr.AsBool(), expr.MaxNodes(maxConditionNodes),
		expr.DisableAllBuiltins(), expr.EnableBuiltin("any"), expr.EnableBuiltin("all"), expr.EnableBuiltin("none"),
		expr.EnableBuiltin("count"), expr.EnableBuiltin("len"))
	if err != nil {
		return Condition{}, explain(err)
	}
	return Condition{Text: text, program: program}, nil
}

// Holds evaluates the condition.
func (c Condition) Holds(f Facts) (bool, error) {
	if c.program == nil {
		return false, errors.New("条件没有编译")
	}
	for _, list := range [][]string{f.Categories, f.Situations, f.Guardian, f.Disabilities, f.Welfare} {
		if len(list) > maxFactItems {
			return false, fmt.Errorf("类别、情形等名单超过%d项,无法判断,请核对档案", maxFactItems)
		}
	}
	v, err := expr.Run(c.program, f)
	if err != nil {
		return false, fmt.Errorf("条件“%s”无法判断: %w", c.Text, err)
	}
	held, _ := v.(bool)
	return held, nil
}

// guard refuses what the compiler would let through: everything that loops more than once or builds values. The
// limit of nodes alone does not stop nested all(…) over the input lists.
func guard(text string) error {
	tree, err := parser.Parse(text)
	if err != nil {
		return explain(err)
	}
	v := &visitor{}
	ast.Walk(&tree.Node, v)
	switch {
	case v.refused != "":
		return fmt.Errorf("条件里不能用%s;可以用比较、&&、||、!、in 和 any、all、none、count、len", v.refused)
	case v.predicates > maxPredicates:
		return fmt.Errorf("条件里的 any、all、none、count 最多用%d次,不能嵌套;请拆成几条条件", maxPredicates)
	}
	return nil
}

type visitor struct {
	predicates int
	refused    string
}

func (v *visitor) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		v.predicates++
	case *ast.BinaryNode:
		if n.Operator == ".." || n.Operator == "matches" || n.Operator == "**" || n.Operator == "^" {
			v.refuse("“" + n.Operator + "”")
		}
	case *ast.NilNode, *ast.IdentifierNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode,
		*ast.ConstantNode, *ast.UnaryNode, *ast.ConditionalNode, *ast.ArrayNode, *ast.PointerNode:
	case *ast.BuiltinNode:
		if !plainBuiltin[n.Name] {
			v.refuse("函数 " + n.Name)
		}
	case *ast.CallNode:
		v.refuse("函数 " + n.Callee.String())
	default:
		v.refuse("“" + n.String() + "”这种写法")
	}
}

var plainBuiltin = map[string]bool{"any": true, "all": true, "none": true, "count": true, "len": true}

func (v *visitor) refuse(what string) {
	if v.refused == "" {
		v.refused = what
	}
}

// explain turns the compiler's English into what an officer can act on.
func explain(err error) error {
	if strings.Contains(err.Error(), "expected bool") {
		return errors.New("条件的结果应当是“是”或“否”,请写成比较,例如:年龄 < 16")
	}
	if strings.Contains(err.Error(), "maximum allowed nodes") {
		return fmt.Errorf("条件太长(超过%d个成分);请拆成几条条件", maxConditionNodes)
	}
	var fe *file.Error
	if !errors.As(err, &fe) {
		return fmt.Errorf("条件无法理解: %w", err)
	}
	at := fmt.Sprintf("第%d个字处", fe.Column+1)
	switch {
	case strings.HasPrefix(fe.Message, "unknown name "):
		name := strings.TrimPrefix(fe.Message, "unknown name ")
		return fmt.Errorf("%s的“%s”不是可用的字段%s;可用字段:%s", at, name, meant(name), strings.Join(Fields(), "、"))
	case strings.Contains(fe.Message, "mismatched types"), strings.Contains(fe.Message, "invalid operation"):
		return fmt.Errorf("%s比较的两边不是同一种内容(数与文字、文字与名单不能直接比较)", at)
	}
	return fmt.Errorf("%s写法有误;请检查引号、括号和符号是否用半角,例如:年龄 < 16 && '留守' in 类别", at)
}

// Fields lists the names a condition may use.
func Fields() []string {
	t := reflect.TypeFor[Facts]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("expr")
	}
	return names
}

// meant proposes the field which shares a character with an unknown name.
func meant(name string) string {
	for _, field := range Fields() {
		if strings.ContainsAny(name, field) {
			return "(是否想写“" + field + "”?)"
		}
	}
	return ""
}

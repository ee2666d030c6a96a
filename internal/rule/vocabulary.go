package rule

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

// vocabulary is the words which the facts of words can have. A condition with another word would never hold, and
// nobody would notice.
var vocabulary = map[string][]string{
	"性别":   {"男", "女"},
	"户籍":   {"农村", "城镇", "无"},
	"父母外出": {"双方", "一方", "无"},
	"就学":   {"在学", "未入学", "失学", "辍学", "毕业"},
	"父亲":   parentStates,
	"母亲":   parentStates,
	"监护人":  {"父母", "祖父母", "外祖父母", "兄姐", "其他亲属", "其他个人", "村(居)民委员会", "民政部门", "机构", "无"},
	"照护人":  {"父母", "父亲", "母亲", "祖父", "祖母", "外祖父", "外祖母", "男性亲属", "女性亲属", "非亲属", "机构", "自己", "无"},
	"残疾类别": {"视力", "听力", "言语", "肢体", "智力", "精神", "多重"},
	"福利":   {"低保", "低保边缘", "特困", "防返贫监测", "孤儿基本生活费", "事实无人抚养基本生活补贴", "残疾人两项补贴", "医疗救助", "教育资助", "临时救助"},
	"流动范围": {"跨县", "跨乡镇", "无"},
	"监护":   {"无监护能力", "另一方无监护能力", "监护缺失", "监护失当", "监护侵害", "突发事件监护缺失", "委托照护", "临时监护", "监护权撤销"},
	"情形": {
		"父母双亡", "查找不到生父母", "父母双方无力履行抚养", "父母服刑", "父母强制隔离戒毒", "父母离异", "父母一方病故", "父母重病重残", "弃婴",
		"持残疾人证", "患重病", "艾滋病病毒感染", "心理筛查异常", "自伤自杀风险", "流浪乞讨", "独自居住", "失踪", "不在学满六个月", "无职业",
		"不良行为", "严重不良行为", "违法犯罪经历", "遭受家庭暴力", "遭受虐待", "被遗弃", "被拐卖", "非法雇用", "传销", "遭受故意伤害",
		"早婚早育", "文身", "沉迷网络", "失去基本生活保障", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9",
	},
}

// parentStates are what may become of a father or mother: 民发〔2019〕62号, 民发〔2020〕125号.
var parentStates = []string{"健在", "死亡", "失踪", "重残", "重病", "服刑在押", "强制隔离戒毒", "限制人身自由", "失联", "撤销监护资格", "遣送出境", "不详"}

// Vocabulary lists the words which a field of Facts can have; nil for numbers and for 类别, whose words are the
// categories themselves.
func Vocabulary(field string) []string { return slices.Clone(vocabulary[field]) }

// checkWords refuses words of a condition which its field can never have.
func (b *Book) checkWords(c Condition, at place, id string, found *Findings) {
	tree, err := parser.Parse(c.Text)
	if err != nil {
		return
	}
	v := &wordVisitor{used: map[string][]string{}}
	ast.Walk(&tree.Node, v)
	for _, field := range slices.Sorted(maps.Keys(v.used)) {
		for _, word := range v.used[field] {
			switch {
			case field == "类别" && b.namesCategory(word):
			case field != "类别" && (vocabulary[field] == nil || slices.Contains(vocabulary[field], word)):
			case field == "类别":
				found.Add(at.file, at.line, "“%s”的条件里“%s”不是已有的对象类别", id, word)
			default:
				found.Add(at.file, at.line, "“%s”的条件里“%s”不是“%s”可用的词;可用:%s", id, word, field, strings.Join(vocabulary[field], "、"))
			}
		}
	}
}

func (b *Book) namesCategory(word string) bool {
	for id, list := range b.categories.entries {
		if id == word || slices.ContainsFunc(list, func(e entry[Category]) bool { return e.value.Label == word }) {
			return true
		}
	}
	return false
}

// wordVisitor gathers which words a condition compares with which field.
type wordVisitor struct{ used map[string][]string }

// Visit notes 就学 == '辍学', 就学 in ['失学'], '流浪乞讨' in 情形 and any(类别, # in ['孤儿']).
func (v *wordVisitor) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		if name := fieldName(n.Left); name != "" {
			v.note(name, n.Right)
		}
		if name := fieldName(n.Right); name != "" {
			v.note(name, n.Left)
		}
	case *ast.BuiltinNode:
		v.predicate(n)
	}
}

func (v *wordVisitor) predicate(n *ast.BuiltinNode) {
	if len(n.Arguments) != 2 {
		return
	}
	name, inner := fieldName(n.Arguments[0]), n.Arguments[1]
	if p, ok := inner.(*ast.PredicateNode); ok {
		inner = p.Node
	}
	if test, ok := inner.(*ast.BinaryNode); ok && name != "" && (test.Operator == "in" || test.Operator == "==") {
		v.note(name, test.Right)
	}
}

func (v *wordVisitor) note(field string, n ast.Node) {
	switch n := n.(type) {
	case *ast.StringNode:
		v.used[field] = append(v.used[field], n.Value)
	case *ast.ArrayNode:
		for _, item := range n.Nodes {
			v.note(field, item)
		}
	}
}

package roster

import (
	"fmt"
	"slices"
	"strings"

	"weibao/internal/child"
)

// relationCode reads what lists call a relation (GB/T 4761, two digits).
func relationCode(v string) string {
	v = strings.TrimSuffix(strings.TrimSuffix(v, "关系"), "女")
	for _, r := range child.Relations {
		if r.Label == v || r.Key == v {
			return r.Key
		}
	}
	return relationWords[v]
}

var relationWords = map[string]string{
	"父": "51", "爸爸": "51", "父子": "51", "生父": "51", "母": "52", "妈妈": "52", "母子": "52", "生母": "52",
	"继父": "57", "养父": "57", "继母": "58", "养母": "58", "爷爷": "61", "爷孙": "61", "祖孙": "61", "奶奶": "62", "公公": "61",
	"外公": "63", "姥爷": "63", "外婆": "64", "姥姥": "64", "哥哥": "71", "兄弟": "71", "弟弟": "73", "姐姐": "75", "姐弟": "75", "妹妹": "77",
	"伯伯": "81", "大伯": "81", "伯母": "97", "叔叔": "83", "叔": "83", "婶婶": "97", "舅舅": "85", "舅": "85", "舅妈": "97", "姨": "88", "姨妈": "88", "小姨": "88",
	"姑": "90", "姑姑": "90", "姑妈": "90", "亲属": "97", "亲戚": "97", "其他": "99", "邻居": "99", "朋友": "99", "村委会": "99", "民政部门": "99",
}

// situations are what lists call the situations of a parent; "" says that there is none.
var situations = func() map[string]string {
	m := map[string]string{"正常": "", "健在": "", "在家": "", "健康": "", "务工": child.Working, "外出": child.Working, "打工": child.Working, "外出打工": child.Working,
		"已故": child.Dead, "去世": child.Dead, "病故": child.Dead, "亡故": child.Dead, "服刑在押": child.Jailed, "在押": child.Jailed, "服刑人员": child.Jailed, "戒毒": child.Rehab, "强戒": child.Rehab,
		"失去联系": child.Lost, "离家出走": child.Lost, "下落不明": child.Lost, "残疾": "重残", "重度残疾": "重残", "重大疾病": "重病", "宣告失踪": "失踪"}
	for _, w := range child.PersonSituations {
		m[w] = w
	}
	return m
}()

var welfare = func() map[string]string {
	m := map[string]string{"城乡低保": "低保", "农村低保": "低保", "城市低保": "低保", "低保户": "低保", "最低生活保障": "低保", "特困供养": "特困", "特困人员": "特困", "五保": "特困",
		"低边": "低保边缘", "低保边缘户": "低保边缘", "低保边缘家庭": "低保边缘", "监测户": "防返贫监测", "防返贫监测对象": "防返贫监测", "脱贫户": "", "一般户": ""}
	for _, w := range child.WelfareKinds {
		m[w] = w
	}
	return m
}()

// wordsOf splits a cell of several words; wrong is the first that is not known, and nil says nothing new.
func wordsOf(v string, known map[string]string) (words []string, wrong string) {
	for _, w := range split(v) {
		word, ok := known[w]
		if !ok {
			return nil, w
		}
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words, ""
}

func split(v string) []string {
	return strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune("、､,，;；/|+＋ \n", r) })
}

func setEthnic(n *child.New, v string) string {
	if v == "" {
		n.Dossier.Ethnic = ""
		return ""
	}
	i := slices.IndexFunc(child.Ethnics, func(e string) bool { return e == v || e == v+"族" })
	if i < 0 {
		return "“" + v + "”不是56个民族的规范名称，请核对，如“汉族”“壮族”。"
	}
	n.Dossier.Ethnic = fmt.Sprintf("%02d", i+1)
	return ""
}

func disabilityKind(n *child.New) string {
	return kindsOf(n, child.DisabilityKinds, func(d child.Disability) int { return d.Kind })
}

func disabilityGrade(n *child.New) string {
	return kindsOf(n, child.DisabilityGrades, func(d child.Disability) int { return d.Grade })
}

func kindsOf(n *child.New, words []string, part func(child.Disability) int) string {
	var out []string
	for _, d := range n.Dossier.Health.Disability {
		if i := part(d); i > 0 {
			out = append(out, words[min(i, len(words))-1])
		}
	}
	return strings.Join(out, "、")
}

func setDisabilityKind(n *child.New, v string) string {
	return setDisabilities(n, v, "残疾类别只能填："+strings.Join(child.DisabilityKinds, "、")+"。", func(d *child.Disability) *int { return &d.Kind }, func(v string) int {
		return slices.IndexFunc(child.DisabilityKinds, func(w string) bool {
			return w == v || strings.TrimSuffix(w, "残疾") == strings.TrimSuffix(v, "残疾")
		})
	})
}

func setDisabilityGrade(n *child.New, v string) string {
	return setDisabilities(n, v, "残疾等级只能填一级、二级、三级或四级。", func(d *child.Disability) *int { return &d.Grade }, func(v string) int {
		return slices.IndexFunc([]string{"一1壹", "二2贰", "三3叁", "四4肆"}, func(signs string) bool { return strings.ContainsAny(v, signs) })
	})
}

// setDisabilities sets kinds or grades one after another, as the cell names them; further ones stay.
func setDisabilities(n *child.New, v, wrong string, part func(*child.Disability) *int, find func(string) int) string {
	list := slices.Clone(n.Dossier.Health.Disability)
	words := split(v)
	if len(words) == 0 {
		words = []string{""}
	}
	for at, word := range words {
		i := find(word)
		if i < 0 && word != "" {
			return wrong
		}
		if at == len(list) {
			list = append(list, child.Disability{})
		}
		*part(&list[at]) = i + 1
	}
	n.Dossier.Health.Disability = slices.DeleteFunc(list, func(d child.Disability) bool { return d == (child.Disability{}) })
	return ""
}

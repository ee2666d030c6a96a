package match

import (
	"regexp"
	"slices"
	"strings"

	"weibao/internal/pinyin"
)

func nameOf(a, b Card) Reason {
	x, y := pinyin.Fold(a.Name), pinyin.Fold(b.Name)
	if x == "" || y == "" {
		return "name.missing"
	}
	if x == y {
		return "name.equal"
	}
	if r, unnamed := newborn(a, b); unnamed {
		return r
	}
	if r := like(x, y); r != "" {
		return r
	}
	if distant(x, y) {
		return "name.different"
	}
	return "name.one"
}

// like tells how two different names may be one written otherwise, or "".
func like(x, y string) Reason {
	if formed(x) == formed(y) {
		return "name.variant"
	}
	if len([]rune(x)) != len([]rune(y)) {
		return ""
	}
	all, others := pinyin.Full(x), pinyin.Full(y)
	if meet(all, others) {
		return "name.homophone"
	}
	if meet(each(all, blurred), each(others, blurred)) {
		return "name.near"
	}
	return ""
}

var unnamed = regexp.MustCompile(`^(\p{Han}{2,4}?)之?(?:长|次|三|大|小|二)?(?:子|女|婴|男婴|女婴|毛毛)$`)

// newborn compares names of which one only says whose child it is. Such a name
// needs 之 or a guardian of that name, for 张君子 is a name as well.
func newborn(a, b Card) (Reason, bool) {
	parent, ok := parentIn(a)
	named := b
	if !ok {
		parent, ok = parentIn(b)
		named = a
	}
	if !ok {
		return "", false
	}
	if other, both := parentIn(named); both {
		if other == parent {
			return "name.newborn", true
		}
		return "name.different", true
	}
	for _, p := range named.Adults {
		if name := pinyin.Fold(p.Name); name != "" && (name == parent || meet(pinyin.Full(name), pinyin.Full(parent))) {
			return "name.newborn", true
		}
	}
	return "name.missing", true
}

// parentIn gives the parent's name in a name such as 王芳之子.
func parentIn(c Card) (string, bool) {
	m := unnamed.FindStringSubmatch(pinyin.Fold(c.Name))
	if m == nil {
		return "", false
	}
	named := slices.ContainsFunc(c.Adults, func(p Adult) bool { return pinyin.Fold(p.Name) == m[1] })
	return m[1], named || strings.Contains(c.Name, "之")
}

// formed writes a name with one character for all that look or mean the same.
func formed(s string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := forms[r]; ok {
			return to
		}
		return r
	}, s)
}

// blurred drops what ears in many provinces do not tell apart.
func blurred(s string) string { return blur.Replace(s) }

var blur = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ng", "n")

// distant tells whether names differ in more than one character of three or more.
func distant(x, y string) bool {
	a, b := []rune(x), []rune(y)
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) < 3 || len(b)-len(a) > 1 {
		return true
	}
	head := 0
	for head < len(a) && a[head] == b[head] {
		head++
	}
	if len(a) == len(b) {
		return string(a[head+1:]) != string(b[head+1:])
	}
	return string(a[head:]) != string(b[head+1:])
}

func each(list []string, change func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = change(s)
	}
	return out
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

var forms = grouped("未末 己已巳 戊戌戍戎 士土 千干于 日曰 析折 住佳往 茹菇 天夭 午牛 白自 申甲由 刀力 卯卵 " +
	"历厉 免兔 刘列 侯候 晴睛 辩辨辫 梁粱 崇祟 密蜜 暮幕慕 蓝篮 杨扬 洋样 晓哓 琪棋淇 玲铃伶 铭名茗 " +
	"昇升陞 喆哲 堃坤 甯宁寧 峯峰 淼渺 犇奔 劼杰傑 邨村 勛勋 皙晰 裏里 钜巨 鈺钰 昊旲 張张 劉刘 陳陈 楊杨 趙赵 黃黄 吳吴 馬马 " +
	"龍龙 鳳凤 蘭兰 麗丽 偉伟 強强 軍军 華华 國国 衛卫 東东 紅红 蘇苏 葉叶 萬万 羅罗 孫孙 鄧邓 許许 蕭萧肖 謝谢 鄭郑 韓韩 馮冯 " +
	"閆闫阎 傅付 戴代 詹占 歐欧 雲云 夢梦 曉晓 潔洁 飛飞 瑩莹 寶宝 豔艳 婷停 凯剀 瑶遥")

func grouped(text string) map[rune]rune {
	out := map[rune]rune{}
	for group := range strings.FieldsSeq(text) {
		first := rune(0)
		for _, r := range group {
			if first == 0 {
				if first = r; out[r] != 0 {
					first = out[r]
				}
			}
			if r != first {
				out[r] = first
			}
		}
	}
	return out
}

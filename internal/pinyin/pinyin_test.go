package pinyin_test

import (
	"slices"
	"strings"
	"testing"

	gopinyin "github.com/mozillazg/go-pinyin"
	"pgregory.net/rapid"

	"weibao/internal/pinyin"
)

func TestNamesAreReadAsSpoken(t *testing.T) {
	for _, c := range []struct{ name, initials, full string }{
		{"张小明", "zxm", "zhangxiaoming"}, {"单晓", "sx", "shanxiao"}, {"曾志强", "zzq", "zengzhiqiang"}, {"仇英", "qy", "qiuying"},
		{"解珍", "xz", "xiezhen"}, {"区少坤", "osk", "oushaokun"}, {"覃丽", "ql", "qinli"}, {"尉迟恭", "ycg", "yuchigong"},
		{"长孙无忌", "zswj", "zhangsunwuji"}, {"重庆市", "cqs", "chongqingshi"}, {"吕梁", "ll", "lvliang"},
		{"云岭县民政局", "ylxmzj", "yunlingxianminzhengju"}, {"县教育局", "xjyj", "xianjiaoyuju"}, {"新圩镇", "xxz", "xinxuzhen"},
		{"扎西·顿珠", "zxdz", "zhaxidunzhu"}, {"12345热线", "12345rx", "12345rexian"}, {"团县委", "txw", "tuanxianwei"},
	} {
		if got := pinyin.Initials(c.name); got[0] != c.initials {
			t.Errorf("Initials(%s) = %v, want %s first", c.name, got, c.initials)
		}
		if got := pinyin.Full(c.name); got[0] != c.full {
			t.Errorf("Full(%s) = %v, want %s first", c.name, got, c.full)
		}
	}
}

func TestOtherReadingsAreFoundToo(t *testing.T) {
	if got := pinyin.Initials("单晓"); !slices.Equal(got, []string{"sx", "dx", "cx"}) {
		t.Errorf("单晓: %v", got)
	}
	for name, queries := range map[string][]string{
		"曾乐":       {"zl", "cl", "zy", "zengle", "zengyue", "ceng", "曾", "乐"},
		"新圩":       {"xx", "xw", "xinxu", "xinwei"},
		"ABC社区(一)": {"abc", "abcsqy", "社区一"},
	} {
		key := pinyin.Key(name)
		for _, q := range queries {
			if !strings.Contains(key, pinyin.Fold(q)) {
				t.Errorf("%q is not found in %q", q, key)
			}
		}
	}
}

func TestKeyOfNothingIsEmpty(t *testing.T) {
	for _, s := range []string{"", "  ", "——", "%_%"} {
		if key := pinyin.Key(s); key != "" || pinyin.Initials(s) != nil {
			t.Errorf("Key(%q) = %q", s, key)
		}
	}
}

func TestKeysAreBoundedAndHoldTheName(t *testing.T) {
	han := rapid.RuneFrom([]rune("单曾解区重长行乐会厦都朝藏柏阿巷校参圩垌涌张王李村镇乡ab1 ·%"))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(han, 0, 30, -1).Draw(t, "s")
		key := pinyin.Key(s)
		if n := strings.Count(key, " "); n > 33 {
			t.Fatalf("%d words", n)
		}
		if !strings.Contains(key, pinyin.Fold(s)) || strings.ContainsAny(key, "%_'") || key != pinyin.Key(s) {
			t.Fatalf("key %q", key)
		}
	})
}

func BenchmarkKey(b *testing.B) {
	for b.Loop() {
		pinyin.Key("云岭县民政局未成年人保护办公室")
	}
}

// The library's tone marks are taken off here, so every character of its table must come out as plain letters.
func TestEveryCharacterOfTheTableGetsPlainLetters(t *testing.T) {
	for code := range gopinyin.PinyinDict {
		full := pinyin.Full("一" + string(rune(code)))
		if len(full) == 0 || strings.Trim(full[0], "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%c: %v", rune(code), full)
		}
	}
}

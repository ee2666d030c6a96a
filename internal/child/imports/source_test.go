package imports_test

import (
	"testing"

	"weibao/internal/child/imports"
	"weibao/internal/civil"
	"weibao/internal/testkit"
)

// Which category a department's list names whole is the county's word: one of
// its own stands where it names the national code.
func TestAListNamesTheCategoryThatTheRulesSay(t *testing.T) {
	on := civil.MustParse("2026-11-22")
	for _, pack := range []string{"demo", "beiliu", "jinyuan", "nongchang", "rangtang", "wangzhai", "wuhai", "yangchang", "yinchuan"} {
		book := testkit.Book(t, pack)
		for source, code := range map[string]string{"disabled": "C07", "welfare": "C06", "rural": "C06", "justice": "C10", "school": "", "other": "", "no-such-list": ""} {
			got := imports.CategoryOf(book, source, on)
			c, there := book.Category(got, on)
			fits := got == "" && code == "" || there && (c.ID == code || contains(c.Codes, code))
			if !fits {
				t.Errorf("%s: the list of %s names %q", pack, source, got)
			}
		}
	}
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

package uitest_test

import (
	"strings"
	"testing"

	"weibao/internal/ui/uitest"
)

const sound = `<!DOCTYPE html><html lang="zh-CN"><head><title>待办</title></head><body><main><h1>待办</h1>
<form method="post"><label for="a">说明</label><input id="a" name="a"><button>保存</button></form></main></body></html>`

func TestSoundPageHasNoProblems(t *testing.T) {
	uitest.Page(t, []byte(sound))
}

func TestEachFaultIsFound(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"inline style", `<form `, `<form style="color:red" `, "carries style"},
		{"inline handler", `<button>`, `<button onclick="x()">`, "carries onclick"},
		{"htmx handler", `<button>`, `<button hx-on:click="x()">`, "carries hx-on"},
		{"inline script", `</form>`, `</form><script>x()</script>`, "script in the page"},
		{"style element", `</form>`, `</form><style>p{}</style>`, "style element"},
		{"script address", `</form>`, `</form><a href="javascript:x()">走</a>`, "runs script"},
		{"input without label", `<label for="a">说明</label>`, ``, "without label"},
		{"input without name", ` name="a"`, ``, "without name"},
		{"empty button", `保存`, ``, "has no words"},
		{"two titles", `<h1>待办</h1>`, `<h1>待办</h1><h1>二</h1>`, "2 elements h1"},
		{"no title", `<h1>待办</h1>`, ``, "0 elements h1"},
		{"no language", ` lang="zh-CN"`, ``, "no lang"},
		{"id twice", `<button>`, `<button id="a">`, "stands twice"},
		{"English", `保存`, `Save`, "English on the screen"},
		{"English hint", `name="a"`, `name="a" placeholder="search"`, "English on the screen"},
		{"half-width comma", `保存`, `保存,提交`, "half-width mark"},
		{"dangling description", `name="a"`, `name="a" aria-describedby="b"`, "which is not there"},
		{"form without method", ` method="post"`, ``, "form without method"},
		{"table without head", `</form>`, `</form><table><tr><td>一</td></tr></table>`, "table without th"},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := strings.Replace(sound, c.from, c.to, 1)
			if page == sound {
				t.Fatal("the fault was not planted")
			}
			if got := strings.Join(uitest.PageProblems(page), "\n"); !strings.Contains(got, c.want) {
				t.Errorf("want %q, got %q", c.want, got)
			}
		})
	}
}

func TestMachineTextMayBeLatin(t *testing.T) {
	if got := uitest.FragmentProblems(`<p>摘要 <span translate="no">ab12cdef</span></p>`); len(got) != 0 {
		t.Error(got)
	}
}

package bench_test

import (
	"os"
	"testing"
	"time"
	"unicode/utf8"

	"weibao/internal/plan/compile"
	"weibao/internal/testkit"
)

func measureCompile(t *testing.T, out *table) {
	path, ok := testkit.Shared(t, "plans", "text", "rangtang.txt")
	if !ok {
		t.Skip("the plans are not here")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	times := 5
	if *full {
		times = 101
	}
	got := median(times, func() {
		if _, err := compile.Compile("rangtang.txt", raw); err != nil {
			t.Fatal(err)
		}
	})
	out.under("compile", "a plan of a county, its size in characters at the right", "", utf8.RuneCount(raw), got, 30*time.Millisecond)
}

package compile_test

import (
	"math/rand"
	"os"
	"testing"

	"weibao/internal/plan/compile"
)

func TestMangledPlansNeverBreakIt(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var seeds [][]rune
	for _, f := range samples(t) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seeds = append(seeds, []rune(string(b)))
	}
	alpha := []rune("一二三四五六七八九十、。,;:(())（）《》\n\n  |1234567890月日年每第各是要责任单位牵头局委县市“”①②③%个名次")
	for i := 0; i < 300; i++ {
		s := append([]rune{}, seeds[r.Intn(len(seeds))]...)
		for k := r.Intn(60); k >= 0; k-- {
			p := r.Intn(len(s))
			switch r.Intn(4) {
			case 0:
				s[p] = alpha[r.Intn(len(alpha))]
			case 1:
				q := min(len(s), p+r.Intn(200))
				s = append(s[:p:p], s[q:]...)
			case 2:
				q := min(len(s), p+r.Intn(200))
				s = append(append(s[:q:q], s[p:q]...), s[q:]...)
			case 3:
				for n := r.Intn(40); n > 0; n-- {
					s = append(s[:p:p], append([]rune{alpha[r.Intn(len(alpha))]}, s[p:]...)...)
				}
			}
			if len(s) == 0 {
				s = []rune("x")
			}
		}
		p, err := compile.CompileText("x", string(s))
		if err == nil {
			checkSpans(t, p)
		}
	}
}

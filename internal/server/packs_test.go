package server_test

import (
	"context"
	"html"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/rules"
)

// TestEveryPackShowsItsOwnCategoriesAndColours loads each county's pack and
// asks the screens of children for its words: every category that may be shown,
// every level with its tint and figure.
func TestEveryPackShowsItsOwnCategoriesAndColours(t *testing.T) {
	packs, err := fs.ReadDir(rules.FS, "county")
	if err != nil || len(packs) < 9 {
		t.Fatal("the eight packs and the demo's", packs, err)
	}
	for _, pack := range packs {
		t.Run(pack.Name(), func(t *testing.T) {
			h := newHouseIn(t, "", pack.Name(), nil)
			home := h.Rules.County().Region
			on := civil.DateOf(h.Clock.Now())
			under, err := region.Under(t.Context(), h.DB.Reader(), home)
			if err != nil || len(under) == 0 {
				t.Fatal(err)
			}
			village := under[len(under)-1].Code
			officer := access.Actor{User: 500, Name: "测试员", Post: access.Post{ID: 1, Unit: 42, Region: access.County(village) + "000000", Role: access.Officer}}
			h.by = officer
			levels, categories := h.Rules.Levels(on), h.Rules.PickCategories(on)
			file := ""
			for _, l := range levels {
				err := h.DB.Write(t.Context(), func(tx *db.Tx) error {
					ctx := context.Background()
					id, err := h.Cabinet.Create(ctx, tx, officer, child.New{Name: "单小明", Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
					file = "/children/" + ref.Format(id)
					if err != nil {
						return err
					}
					level := l.N
					return h.Cabinet.Tell(ctx, tx, officer, id, child.Set{Level: &level})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			ledgerID := h.Rules.Ledgers("village", on)[0].ID
			list, numbers, choice := h.page(t, "/children"), h.page(t, "/numbers"), h.page(t, file+"/categories")
			sheet := h.page(t, "/ledgers?ledger="+ledgerID)
			signs := map[string]string{"circle": "●", "square": "■", "diamond": "◆", "triangle": "▲"}
			for _, l := range levels {
				tag := `<span class="level level-` + string(rune('0'+l.N)) + ` level-` + l.Color + `"><span class="level-shape" aria-hidden="true">` + signs[l.Shape] + `</span>` + html.EscapeString(letter.Punctuate(l.Label)) + `</span>`
				for what, page := range map[string]string{"the list of files": list, "the ledger " + ledgerID: sheet} {
					if strings.Contains(page, "level-shape") && !strings.Contains(page, tag) {
						t.Errorf("%s does not show level %d as %s", what, l.N, tag)
					}
				}
				if !strings.Contains(list, tag) || !strings.Contains(numbers, html.EscapeString(letter.Punctuate(l.Label))) {
					t.Errorf("level %d, %s, is not shown", l.N, l.Label)
				}
			}
			own := h.Rules.OwnCategories(on)
			if pack.Name() != "demo" && len(own) == 0 {
				t.Log("the county's paper lists no categories of its own: the national ones are chosen from")
			}
			for _, c := range categories {
				if c.Class == rule.Secret {
					continue
				}
				label := html.EscapeString(letter.Punctuate(c.Label))
				for what, page := range map[string]string{"the numbers": numbers, "the choice for a file": choice, "the filter of the list": list} {
					if !strings.Contains(page, label) {
						t.Errorf("%s: the category %s is missing", what, c.Label)
					}
				}
			}
		})
	}
}

// page gives what a screen answers.
func (h *house) page(t *testing.T, path string) string {
	t.Helper()
	w := h.do(http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// asks finds where the program asks the rules for a figure or time limit by name.
var asks = regexp.MustCompile(`\b(Limit|[fF]igure|number|seconds|Clock|Ruled|workdays)\([^"\n]*?"([a-z]+\.[a-z.-]+)"`)

// What the program asks the rules for by name is in every county's rules:
// there is no second number in the code for when it is not.
func TestEveryPackHoldsTheFiguresThatTheProgramAsksFor(t *testing.T) {
	wanted := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range asks.FindAllStringSubmatch(string(text), -1) {
			wanted[m[2]] = !slices.Contains([]string{"Clock", "Ruled", "workdays"}, m[1])
		}
		return err
	})
	if err != nil || !wanted["record.days"] || !wanted["disclosure.rows"] || len(wanted) < 15 {
		t.Fatal(err, wanted)
	}
	packs, err := fs.ReadDir(rules.FS, "county")
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range packs {
		book, err := rule.Load(rules.FS, pack.Name())
		if err != nil {
			t.Fatal(pack.Name(), err)
		}
		on := civil.MustParse("2026-11-22")
		for id, figure := range wanted {
			l, held := book.Limit(id, on)
			if !figure {
				_, held = book.Clock(id, on)
			}
			if !held || figure && l.Value < 1 {
				t.Errorf("%s: the rules say nothing of %s", pack.Name(), id)
			}
		}
	}
}

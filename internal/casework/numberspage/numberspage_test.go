package numberspage_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/numberspage"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func actor(user ref.User, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "周岚", Post: access.Post{ID: ref.Post(user), Unit: 100, UnitName: "县未保办", Region: "990101000000", RegionName: "云岭县", Role: role}}
}

func TestThePageDefinesItsNumbersAndTellsNoFewCasesApart(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		r, book := uitest.New(t), testkit.Book(t, "demo")
		pages, err := numberspage.New(numberspage.Deps{DB: d, UI: r, Book: func() *rule.Book { return book },
			Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) { return nil, nil }})
		if err != nil {
			t.Fatal(err)
		}
		uitest.Templates(t, r)
		err = d.Write(t.Context(), func(tx *db.Tx) error {
			for i := range 15 {
				origin := casework.ByHand
				switch {
				case i < 2:
					origin = casework.FromReport
				case i < 8:
					origin = casework.FromVisit
				}
				c := casework.Case{ID: ref.Case(i + 1), Number: string(rune('a' + i)), Child: ref.Child(i + 1), Origin: origin, Unit: 100, Region: "990101100200", Town: "990101100", County: "990101", Opened: tx.Now, Sealed: []byte{}}
				if err := db.Insert(t.Context(), tx, "casework_case", c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		x := uitest.Desk{T: t, UI: r, Routes: pages.Routes()}
		body := x.Page(actor(1, access.Officer), "casework-numbers", numberspage.Path, "统计口径", "一名儿童一个", "九成不超过", "少于5", "直接开立")
		if _, row, _ := strings.Cut(body, "直接开立"); !strings.Contains(row[:200], "7") {
			t.Error("a line of seven is not told")
		}
		if _, row, _ := strings.Cut(body, "走访发现"); !strings.Contains(row[:200], "不公开") {
			t.Error("the one line of few can be reckoned from the total")
		}
		for _, role := range []access.Role{access.Supervisor, access.ChildDirector, access.Liaison, access.SystemAdmin} {
			if w := x.Do(actor(2, role), "GET", numberspage.Path, nil); w.Code == http.StatusOK {
				t.Errorf("%s reads it", role)
			}
		}
	})
}

package numberspage_test

import (
	"context"
	"testing"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake/numberspage"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func TestThePageDefinesEachStepWithItsLimit(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		r, book, cal := uitest.New(t), testkit.Book(t, "demo"), testkit.Calendar(t)
		pages, err := numberspage.New(numberspage.Deps{DB: d, UI: r, Book: func() *rule.Book { return book },
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
			Places:   func(context.Context, *db.Tx, []string) (map[string]string, error) { return nil, nil }})
		if err != nil {
			t.Fatal(err)
		}
		uitest.Templates(t, r)
		by := access.Actor{User: 1, Name: "周岚", Post: access.Post{ID: 1, Unit: 100, UnitName: "县未保办", Region: "990101000000", RegionName: "云岭县", Role: access.Officer}}
		x := uitest.Desk{T: t, UI: r, Routes: pages.Routes()}
		x.Page(by, "intake-numbers", "/intake/numbers", "统计口径", "收到报告后24小时；紧急的1小时", "收到报告后48小时；紧急的3小时", "报告受理后5个工作日", "超时：第一次答复时已过时限", rule.SuggestedNote)
	})
}

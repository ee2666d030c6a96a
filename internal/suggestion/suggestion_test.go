package suggestion_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/suggestion"
	"weibao/internal/testkit"
)

const (
	county = "990101000000"
	office = ref.Unit(10)
)

func actor(user ref.User, unit ref.Unit, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer  = actor(100, office, county, access.Officer)
	villager = actor(200, 20, "990101100200", access.ChildDirector)
	other    = actor(201, 20, "990101100200", access.ChildDirector)
	admin    = actor(300, 30, county, access.SystemAdmin)
	stranger = actor(400, 40, "990102000000", access.Officer)
)

func withBox(t *testing.T, test func(d *db.DB, c *clock.Manual, b *suggestion.Box)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		k := &duty.Kernel{
			Ladder:   func(string) rule.Ladder { return rule.Ladder{} },
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
			Superior: func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return office, nil },
			Office:   func(context.Context, *db.Tx, string) (ref.Unit, error) { return office, nil },
		}
		test(d, c, &suggestion.Box{Kernel: k, Clock: book.Clock})
	})
}

func add(t *testing.T, d *db.DB, b *suggestion.Box, by access.Actor, in suggestion.In) (id ref.Suggestion, err error) {
	t.Helper()
	err = d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = b.Add(t.Context(), tx, by, in)
		return err
	})
	return id, err
}

func answer(t *testing.T, d *db.DB, b *suggestion.Box, by access.Actor, id ref.Suggestion, words string) error {
	t.Helper()
	return d.Write(t.Context(), func(tx *db.Tx) error { return b.Answer(t.Context(), tx, by, id, words) })
}

func TestASuggestionIsADutyUntilItIsAnswered(t *testing.T) {
	withBox(t, func(d *db.DB, c *clock.Manual, b *suggestion.Box) {
		id, err := add(t, d, b, villager, suggestion.In{Kind: suggestion.Complaint, Words: " 月报要填两遍 "})
		if err != nil {
			t.Fatal(err)
		}
		open, err := b.Kernel.OfSubject(t.Context(), d.Reader(), officer, "suggestion", int64(id))
		if err != nil || len(open) != 1 {
			t.Fatalf("duties: %+v %v", open, err)
		}
		if got := open[0]; got.Unit != office || got.Clock != duty.Workdays || got.Span != 10 || got.State != duty.Open {
			t.Errorf("duty: %+v", got)
		}
		c.Advance(time.Hour)
		if err := answer(t, d, b, officer, id, "已取消重复的一份"); err != nil {
			t.Fatal(err)
		}
		s, err := b.Get(t.Context(), d.Reader(), villager, id)
		if err != nil || s.Answer != "已取消重复的一份" || s.Words != "月报要填两遍" || s.Answered == 0 {
			t.Errorf("what the author sees: %+v %v", s, err)
		}
		closed, err := b.Kernel.OfSubject(t.Context(), d.Reader(), officer, "suggestion", int64(id))
		if err != nil || len(closed) != 1 || closed[0].State != duty.Done {
			t.Errorf("the answer did not close the duty: %+v %v", closed, err)
		}
		if err := answer(t, d, b, officer, id, "再答一次"); !errs.Is(err, errs.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
	})
}

func TestWhoIsNotNamedIsNamedNowhereButInTheJournal(t *testing.T) {
	withBox(t, func(d *db.DB, _ *clock.Manual, b *suggestion.Box) {
		id, err := add(t, d, b, villager, suggestion.In{Kind: suggestion.Advice, Words: "字太小"})
		if err != nil {
			t.Fatal(err)
		}
		s, err := b.Get(t.Context(), d.Reader(), officer, id)
		if err != nil || s.AuthorName != "" || s.AuthorUnit != "" {
			t.Errorf("named: %+v %v", s, err)
		}
		story, err := b.Kernel.Story(t.Context(), d.Reader(), officer, s.Duty)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range story.Events {
			if e.Actor == villager.User {
				t.Errorf("the course of the duty tells the author: %+v", e)
			}
		}
		log, err := audit.List(t.Context(), d.Reader(), actor(500, 1, county, access.AuditAdmin), audit.Filter{Action: "suggestion.add"})
		if err != nil || len(log) != 1 || log[0].Actor != villager.User || strings.Contains(log[0].Detail, "字太小") {
			t.Errorf("journal: %+v %v", log, err)
		}
		named, err := add(t, d, b, villager, suggestion.In{Kind: suggestion.Advice, Words: "字太小", Named: true})
		if err != nil {
			t.Fatal(err)
		}
		if s, err = b.Get(t.Context(), d.Reader(), officer, named); err != nil || s.AuthorName != villager.Name {
			t.Errorf("who asked to be named is not: %+v %v", s, err)
		}
	})
}

func TestNobodySeesOrAnswersWhatIsNotHis(t *testing.T) {
	withBox(t, func(d *db.DB, _ *clock.Manual, b *suggestion.Box) {
		id, err := add(t, d, b, villager, suggestion.In{Kind: suggestion.Advice, Words: "甲"})
		if err != nil {
			t.Fatal(err)
		}
		for name, by := range map[string]access.Actor{"colleague": other, "administrator": admin, "another county": stranger} {
			if _, err := b.Get(t.Context(), d.Reader(), by, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s sees it: %v", name, err)
			}
			if err := answer(t, d, b, by, id, "乙"); !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s answered: %v", name, err)
			}
		}
		if rows, err := b.List(t.Context(), d.Reader(), stranger, suggestion.Filter{}); err != nil || len(rows) != 0 {
			t.Errorf("another county's list: %+v %v", rows, err)
		}
		if _, err := b.List(t.Context(), d.Reader(), other, suggestion.Filter{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a colleague's list of all: %v", err)
		}
		if rows, err := b.List(t.Context(), d.Reader(), other, suggestion.Filter{Mine: true}); err != nil || len(rows) != 0 {
			t.Errorf("a colleague's own: %+v %v", rows, err)
		}
		if rows, err := b.List(t.Context(), d.Reader(), villager, suggestion.Filter{Mine: true}); err != nil || len(rows) != 1 {
			t.Errorf("his own: %+v %v", rows, err)
		}
		if n, err := b.Waiting(t.Context(), d.Reader(), officer); err != nil || n != 1 {
			t.Errorf("waiting: %d %v", n, err)
		}
		if _, err := add(t, d, b, access.Actor{}, suggestion.In{Kind: suggestion.Advice, Words: "甲"}); err == nil {
			t.Error("nobody handed one in")
		}
	})
}

func TestInputThatCannotStandIsRefused(t *testing.T) {
	number, err := idcard.Make("990101", civil.MustParse("2015-03-02"), 12)
	if err != nil {
		t.Fatal(err)
	}
	withBox(t, func(d *db.DB, _ *clock.Manual, b *suggestion.Box) {
		for name, in := range map[string]suggestion.In{
			"no kind": {Words: "甲"}, "unknown kind": {Kind: "x", Words: "甲"}, "no words": {Kind: suggestion.Advice, Words: " \n"},
			"too long": {Kind: suggestion.Advice, Words: strings.Repeat("字", suggestion.MaxWords+1)},
			"identity": {Kind: suggestion.Advice, Words: "孩子" + number + "的"},
		} {
			if _, err := add(t, d, b, villager, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		id, err := add(t, d, b, villager, suggestion.In{Kind: suggestion.Advice, Words: "编号12345678901234567890不是身份证"})
		if err != nil {
			t.Fatal(err)
		}
		if err := answer(t, d, b, officer, id, " "); !errs.Is(err, errs.Invalid) {
			t.Errorf("empty answer: %v", err)
		}
	})
}

func TestNobodyFloodsTheOffice(t *testing.T) {
	withBox(t, func(d *db.DB, c *clock.Manual, b *suggestion.Box) {
		hand := func() error {
			_, err := add(t, d, b, villager, suggestion.In{Kind: suggestion.Advice, Words: "甲"})
			return err
		}
		for range 5 {
			if err := hand(); err != nil {
				t.Fatal(err)
			}
		}
		if err := hand(); !errs.Is(err, errs.TooMany) {
			t.Errorf("the sixth of a day: %v", err)
		}
		c.Advance(24 * time.Hour)
		if err := hand(); err != nil {
			t.Errorf("the next day: %v", err)
		}
	})
}

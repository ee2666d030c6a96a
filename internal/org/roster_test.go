package org_test

import (
	"context"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
)

func TestLeadingGroupKeepsItsFormerMembers(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		body, bureau := named(t, d, "县未保委"), named(t, d, "县民政局")
		var ids []org.MemberID
		for i, m := range []org.Member{
			{Rank: org.Ordinary, Place: 2, Name: "丙", Title: "县民政局局长", Unit: bureau.ID},
			{Rank: org.Head, Name: "甲", Title: "县委副书记、县长"},
			{Rank: org.Deputy, Name: "乙", Title: "副县长"},
			{Rank: org.Ordinary, Place: 1, Name: "丁", Title: "县公安局副局长"},
		} {
			m.Body, m.ValidFrom = body.ID, civil.MustParse("2025-01-01")
			must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
				m, err := org.Seat(ctx, tx, clerk, m)
				ids = append(ids[:i], m.ID)
				return err
			}))
		}
		today := civil.MustParse("2026-03-02")
		order := func(on civil.Date) string {
			list, err := org.Roster(ctx, d.Reader(), clerk, body.ID, on)
			must(t, err)
			var names string
			for _, m := range list {
				names += m.Name
			}
			return names
		}
		if got := order(today); got != "甲乙丁丙" {
			t.Errorf("order %s", got)
		}
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return org.Unseat(ctx, tx, clerk, ids[1], civil.MustParse("2026-02-28"))
		}))
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return org.Reseat(ctx, tx, clerk, ids[2], org.Member{Rank: org.Head, Name: "乙", Title: "县长"})
		}))
		for on, want := range map[string]string{"2026-03-02": "乙丁丙", "2026-02-28": "甲乙丁丙", "2024-12-31": ""} {
			if got := order(civil.MustParse(on)); got != want {
				t.Errorf("on %s: %s, want %s", on, got, want)
			}
		}
		if seats, err := org.Seats(ctx, d.Reader(), clerk, bureau.ID, today); err != nil || len(seats) != 1 || seats[0].Name != "丙" {
			t.Errorf("%v, %v", seats, err)
		}
		for name, m := range map[string]org.Member{
			"no name": {Body: body.ID, Rank: org.Head}, "no rank": {Body: body.ID, Name: "戊"},
			"unit elsewhere": {Body: body.ID, Rank: org.Head, Name: "戊", Unit: 99}, "ends before it begins": {Body: body.ID, Rank: org.Head, Name: "戊", ValidFrom: today, ValidTo: civil.MustParse("2025-01-01")},
		} {
			err := do(t, d, func(ctx context.Context, tx *db.Tx) error { _, err := org.Seat(ctx, tx, clerk, m); return err })
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := do(t, d, func(ctx context.Context, tx *db.Tx) error { return org.Unseat(ctx, tx, clerk, 99, today) })
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("unknown seat: %v", err)
		}
	})
}

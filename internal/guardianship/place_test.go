package guardianship_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
)

// born gives a child of the village that was born on a day.
func (k desk) born(on civil.Date) (id ref.Child) {
	k.t.Helper()
	if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.Cabinet.Create(ctx, tx, officer, child.New{Name: "某某", Region: village, Source: "form", Birth: on, Dossier: child.Dossier{NoNumber: "missing"}})
		return err
	}); err != nil {
		k.t.Fatal(err)
	}
	return id
}

// The county's age names the institution; the other is taken with a reason,
// and care outside institutions needs none.
func TestTheOtherInstitutionThanTheCountysAgeNamesNeedsAReason(t *testing.T) {
	for _, c := range []struct {
		name, birth, place, words string
		refused                   bool
	}{
		{"an older child to the welfare institution", "2018-06-01", "welfare", "", true},
		{"the same with a reason", "2018-06-01", "welfare", "与四岁的妹妹一起照护", false},
		{"an older child to the rescue institution", "2018-06-01", "rescue", "", false},
		{"a small child to the rescue institution", "2021-06-01", "rescue", "", true},
		{"a small child to the welfare institution", "2021-06-01", "welfare", "", false},
		{"an older child with relatives", "2018-06-01", "relative", "", false},
		{"on the day it is six", "2020-03-02", "welfare", "", true},
		{"the day before", "2020-03-03", "welfare", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			withDesk(t, func(t *testing.T, k desk) {
				in := guardianship.In{Kind: "custody", Cause: guardianship.Cause{Grounds: []string{"vanished"}}, First: guardianship.Entry{Place: c.place, Detail: guardianship.Detail{Words: c.words}}}
				_, err := k.open(officer, k.born(day(c.birth)), in)
				problem, _ := errors.AsType[*errs.Error](err)
				if c.refused != (problem != nil && problem.Fields["words"] != "") || !c.refused && err != nil {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// The age counts on the day on which the child was put there, not on the day of entry.
func TestTheAgeOfAPlacementIsThatOfItsDay(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		id := k.born(day("2020-03-10"))
		k.c.Advance(20 * 24 * time.Hour)
		in := guardianship.In{Kind: "custody", Cause: guardianship.Cause{Grounds: []string{"vanished"}}, First: guardianship.Entry{At: noonOf("2026-03-05"), Day: true, Place: "welfare"}}
		if _, err := k.open(officer, id, in); err != nil {
			t.Error(err)
		}
	})
}

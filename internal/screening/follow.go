package screening

import (
	"context"
	"maps"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Follow lets what was entered of children count where they live now: a file
// that was closed, moved, grown up or out of the categories counts no more
// where it did. Whoever changes any of it calls it in the same transaction.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, _ access.Actor, rows []child.Child) error {
	files := make(map[ref.Child]child.Child, len(rows))
	for _, c := range rows {
		files[c.ID] = c
	}
	list, err := running(ctx, tx, slices.Sorted(maps.Keys(files)))
	if err != nil {
		return err
	}
	for _, was := range list {
		c, now := files[was.Child], was
		if now.Counted, err = k.counts(ctx, tx, was, c); err != nil {
			return err
		}
		if now.Counted == 1 {
			now.Region, now.Town, now.County, now.Unit = c.Region, c.Town, c.County, c.Unit
		}
		if now.Counted == was.Counted && now.Region == was.Region {
			continue
		}
		if err := updateAnswer(ctx, tx, now); err != nil {
			return err
		}
		if err := shift(ctx, tx, was, now); err != nil {
			return err
		}
	}
	return nil
}

// counts tells whether a child counts in a campaign at all.
func (k *Desk) counts(ctx context.Context, tx *db.Tx, a Answer, c child.Child) (int64, error) {
	campaign, err := get(ctx, tx, access.Program, a.Campaign, "")
	if err != nil {
		return 0, err
	}
	form, known := k.Book().Screening(campaign.Form, campaign.Asof)
	if !known {
		form = rule.Screening{}
	}
	if !k.asks(form, c, today(tx)) {
		return 0, nil
	}
	_, err = village(ctx, tx, access.Program, a.Campaign, c.Region, "")
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return 1, err
}

package screening

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// Absorb lets the village in whose place another has come go on in running
// campaigns: what it had to do goes to the heir, before its children move
// there. Absorbed takes it off the lists when they have.
func (k *Desk) Absorb(ctx context.Context, tx *db.Tx, was, now string) error {
	list, err := runningIn(ctx, tx, was)
	if err != nil {
		return err
	}
	for _, v := range list {
		heir, err := village(ctx, tx, access.Program, v.Campaign, now, tx.ForUpdate())
		switch {
		case errs.Is(err, errs.NotFound):
			err = k.succeed(ctx, tx, v, now)
		case err == nil:
			err = k.join(ctx, tx, v, heir)
		}
		if err != nil {
			return err
		}
		v.Duty, v.Expected = 0, NotSaid // its heir has them: doing this once more changes nothing
		if err := setDuty(ctx, tx, v); err != nil {
			return err
		}
		if err := setExpected(ctx, tx, v); err != nil {
			return err
		}
		c, err := get(ctx, tx, access.Program, v.Campaign, "")
		if err != nil {
			return err
		}
		if err := c.note(tx, access.Program, now, "region.rehome", "随行政区划撤并，并入的儿童由这里继续排查"); err != nil {
			return err
		}
	}
	return nil
}

// succeed puts an heir into a campaign that did not know it.
func (k *Desk) succeed(ctx context.Context, tx *db.Tx, v Village, now string) error {
	v.Region, v.Town, v.County = now, access.Town(now), access.County(now)
	v.Same, v.Changed, v.Found, v.Absent, v.Gone, v.Leads = 0, 0, 0, 0, 0, 0 // they come with the children
	return db.Insert(ctx, tx, "screening_village", v)
}

// join adds what a village had to do to that of an heir who takes part already.
func (k *Desk) join(ctx context.Context, tx *db.Tx, v, heir Village) error {
	if v.Expected >= 0 && heir.Expected >= 0 {
		heir.Expected += v.Expected
		if err := setExpected(ctx, tx, heir); err != nil {
			return err
		}
	}
	switch {
	case v.Finished != 0 || v.Duty == 0 || v.Duty == heir.Duty:
		return nil
	case heir.Finished != 0: // it goes on with those who come
		heir = unfinished(heir)
		heir.Duty = v.Duty
		return setFinished(ctx, tx, heir)
	}
	return k.Kernel.Cancel(ctx, tx, access.Program, v.Duty, "随行政区划撤并，由承接的村（社区）继续排查")
}

// Absorbed takes a village off the lists of running campaigns whose children
// all live elsewhere by now.
func (k *Desk) Absorbed(ctx context.Context, tx *db.Tx, was string) error {
	list, err := runningIn(ctx, tx, was)
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.Done() != 0 || v.Duty != 0 {
			continue
		}
		if err := dropVillage(ctx, tx, v); err != nil {
			return err
		}
	}
	return nil
}

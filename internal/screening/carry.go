package screening

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/rule"
)

// Earlier is the campaign of the same pattern before one: who was not met in
// it, nor since, is carried over 「结转」. The zero value carries nobody.
type Earlier struct {
	Campaign
	Since civil.Date    // who was met from then on was reached
	Until clock.Instant // whose file is younger nobody knew then
}

// Carries tells whether a child was not reached.
func (e Earlier) Carries(c child.Child) bool {
	return e.ID != 0 && c.Created <= e.Until && c.Screened.Before(e.Since)
}

// Earlier gives the campaign before one, in the same division or one around it.
func (k *Desk) Earlier(ctx context.Context, tx *db.Tx, c Campaign) (Earlier, error) {
	around := []string{c.Region, access.County(c.Region) + "000000"}
	if town := access.Town(c.Region); town != "" {
		around = append(around, town+"000")
	}
	was, there, err := before(ctx, tx, c, around)
	if err != nil || !there {
		return Earlier{}, err
	}
	e := Earlier{Campaign: was, Since: was.Begins, Until: was.Closed}
	if begun := civil.DateOf(was.Begun.Time()); begun.Before(e.Since) {
		e.Since = begun
	}
	if was.State != Closed {
		e.Until = clock.Of(was.Due.End())
	}
	return e, nil
}

// Carried counts those carried over who live in some villages now.
func (k *Desk) Carried(ctx context.Context, tx *db.Tx, form rule.Screening, e Earlier, regions []string) (map[string]int64, error) {
	out := map[string]int64{}
	ids, none := k.group(form, today(tx))
	if e.ID == 0 || none {
		return out, nil
	}
	rows, err := carriedIn(ctx, tx, e, regions, ids)
	for _, r := range rows {
		out[r.Region] = r.N
	}
	return out, err
}

package child

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
)

// Warm reads the indexes of the lists once and the first page of each town and
// county, so that the first reader after a start does not wait for the disk.
func (c *Cabinet) Warm(ctx context.Context, d *db.DB) error {
	tx := d.Reader()
	towns, err := townsWithin(ctx, tx, "", "999999999")
	if err != nil {
		return err
	}
	var categories []string
	for _, k := range c.Book().Categories(civil.DateOf(d.Clock.Now())) {
		categories = append(categories, k.ID)
	}
	var places []place
	for _, town := range towns {
		places = append(places, place{"county", access.County(town + "000")}, place{"town", town})
	}
	done := map[place]bool{}
	for _, p := range places {
		if done[p] {
			continue
		}
		done[p] = true
		if _, err := list(ctx, tx, access.Program, Filter{Level: AnyLevel, Limit: warmRows}, p); err != nil {
			return err
		}
		if err := warmIndexes(ctx, tx, p, categories); err != nil {
			return err
		}
	}
	return nil
}

// warmRows is a page and one row more.
const warmRows = 51

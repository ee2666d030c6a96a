package child

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
)

// Warm reads the first page of each ledger of towns and counties once, so that
// the first reader after a start does not wait for the disk.
func (c *Cabinet) Warm(ctx context.Context, d *db.DB) error {
	tx := d.Reader()
	towns, err := Towns(ctx, tx, "", "999999999")
	if err != nil {
		return err
	}
	ledgers := []string{""}
	for _, k := range c.Book().Categories(civil.DateOf(d.Clock.Now())) {
		ledgers = append(ledgers, k.ID)
	}
	done := map[place]bool{}
	for _, town := range towns {
		for _, p := range []place{{"county", access.County(town + "000")}, {"town", town}} {
			for _, category := range ledgers {
				if done[p] {
					break
				}
				if _, err := list(ctx, tx, Filter{Category: category, Level: AnyLevel, Limit: 51}, p); err != nil {
					return err
				}
			}
			done[p] = true
		}
	}
	return nil
}

package generate

import (
	"context"
	"iter"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// step is how many files one transaction of Fill opens.
const step = 4000

// Fill opens files as they come, a transaction for some thousand, the
// next being made ready while these are stored. It is for lists that may stop
// half-way, as a demo's; stored is told after each transaction how many there are.
func Fill(ctx context.Context, c *child.Cabinet, d *db.DB, by access.Actor, list iter.Seq[child.New], stored func(ids []ref.Child)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready, failed := make(chan *child.Batch, 1), make(chan error, 1)
	go func() {
		failed <- prepareAll(ctx, c, d, by, list, ready)
		close(ready)
	}()
	for b := range ready {
		if err := d.WriteLow(ctx, func(tx *db.Tx) error { return c.Store(ctx, tx, by, b) }); err != nil {
			return err
		}
		if stored != nil {
			stored(b.IDs)
		}
	}
	return <-failed
}

func prepareAll(ctx context.Context, c *child.Cabinet, d *db.DB, by access.Actor, list iter.Seq[child.New], ready chan<- *child.Batch) error {
	var some []child.New
	send := func() error {
		b, err := c.Prepare(clock.Of(d.Clock.Now()), by, some)
		if err != nil {
			return err
		}
		some = nil
		select {
		case ready <- b:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for n := range list {
		if some = append(some, n); len(some) < step {
			continue
		}
		if err := send(); err != nil {
			return err
		}
	}
	if len(some) == 0 {
		return nil
	}
	return send()
}

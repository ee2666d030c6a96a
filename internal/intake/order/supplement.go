package order

import (
	"context"

	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

// addition is a supplement to an order as it is stored; what it says stands
// with the report.
type addition struct {
	ID      ref.Audit
	Parent  ref.Order
	Body    []byte
	Request []byte
	At      clock.Instant
	Upload  ref.Upload
	ByUnit  ref.Unit
}

// supplement takes what comes later under the number of an order: once, and
// with the same answer however often it comes.
func (k *Desk) supplement(ctx context.Context, tx *db.Tx, from From, in In, r, held row) (Taken, error) {
	before, known, err := supplementOf(ctx, tx, held.ID, r.Body)
	if err != nil {
		return Taken{}, err
	}
	more := intake.More{In: in.Report}
	if known {
		more.In = intake.In{} // its receipt alone is asked for
	} else if err := k.said(ctx, tx, &more, in, held); err != nil {
		return Taken{}, err
	}
	lodged, told, err := k.Intake.Supplement(ctx, tx, from.By, requestKey(from, in), more)
	out := Taken{ID: held.ID, Report: lodged.Number, Receipt: lodged.Receipt, At: lodged.At, Urgency: lodged.Urgency, Repeated: known || !told, Added: known || told}
	switch {
	case err != nil:
		return Taken{}, err
	case known:
		out.At = before.At
		return out, nil
	case !told:
		out.At = held.At
		return out, nil
	}
	a := addition{ID: ref.New[ref.Audit](tx.Now.Time()), Parent: held.ID, Body: r.Body, Request: r.Request, At: tx.Now, Upload: r.Upload, ByUnit: r.ByUnit}
	if err := insertSupplement(ctx, tx, a); err != nil {
		return Taken{}, err
	}
	if err := setAgain(ctx, tx, held.ID, due(r, held)); err != nil {
		return Taken{}, err
	}
	return out, audit.Write(ctx, tx, from.By, "intake.order_add", "intake_order", held.ID, map[string]any{"channel": r.Channel, "report": held.Report, "upload": r.Upload})
}

// due is the hotline's limit after a supplement: one without a limit changes none.
func due(r, held row) int64 {
	if r.Due == 0 {
		return held.Due
	}
	return r.Due
}

// said puts into words what stands beside the report.
func (k *Desk) said(ctx context.Context, tx *db.Tx, more *intake.More, in In, held row) error {
	if in.Due != 0 && in.Due != held.Due {
		more.Due = civil.FormatTime(clock.Instant(in.Due).Time())
	}
	if in.Report.Place.Region == "" {
		return nil
	}
	places, err := k.Places(ctx, tx)
	for _, p := range places {
		if p.Code == in.Report.Place.Region && len(p.Names) > 0 {
			more.Where = p.Names[0]
		}
	}
	return err
}

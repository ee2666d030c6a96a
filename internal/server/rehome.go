package server

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/special"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child/imports"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/child/request"
	"weibao/internal/db"
	"weibao/internal/guardianship"
	"weibao/internal/intake"
	"weibao/internal/job"
	"weibao/internal/screening"
	"weibao/internal/suggestion"
)

// rehomeStep keeps a transaction of many files short, so that others write between.
const rehomeStep = 50

// followers are those who keep where their rows lie: each brings its own along
// from a division to the one in its place, before files move.
var followers = []func(ctx context.Context, tx *db.Tx, was, now string) error{
	assessment.Rehome, special.Rehome, screening.Rehome, request.Rehome, imports.Rehome, disclosure.Rehome,
	intake.Rehome, casework.Rehome, emergency.Rehome, referral.Rehome, guardianship.Rehome, suggestion.Rehome,
}

// rehome brings along from a division to the one in its place what is kept of
// it: reports, cases and all else that lies there, the files of children, and
// campaigns that run. Each step can be done again.
func (a *App) rehome(ctx context.Context, r *job.Run, was, now string) error {
	step := func(fn func(tx *db.Tx) error) error {
		return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			return fn(tx)
		})
	}
	for _, follow := range followers {
		if err := step(func(tx *db.Tx) error { return follow(ctx, tx, was, now) }); err != nil {
			return err
		}
	}
	err := step(func(tx *db.Tx) error { return a.Screener.Absorb(ctx, tx, was, now) })
	for more := true; more && err == nil; {
		err = step(func(tx *db.Tx) error {
			rows, err := a.Cabinet.Rehome(ctx, tx, was, now, rehomeStep)
			if more = len(rows) > 0; err != nil || !more {
				return err
			}
			if err := a.Screener.Follow(ctx, tx, access.Program, rows); err != nil {
				return err
			}
			return a.Specialist().Follow(ctx, tx, access.Program, rows)
		})
	}
	if err != nil {
		return err
	}
	return step(func(tx *db.Tx) error { return a.Screener.Absorbed(ctx, tx, was) })
}

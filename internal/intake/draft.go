package intake

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

type draftRow struct {
	Holder ref.User
	At     clock.Instant
	Sealed []byte
}

// maxDraft bounds what is kept of an unfinished form, in bytes.
const maxDraft = 64 << 10

func draftField(by access.Actor) (vault.Group, vault.Field) {
	return vault.GroupOf("intake_draft", by.User), field("intake_draft", "sealed", int64(by.User))
}

// SaveDraft keeps what the actor is typing, sealed; the next replaces it.
func (k *Desk) SaveDraft(ctx context.Context, tx *db.Tx, by access.Actor, form string) error {
	if err := by.Require("intake.register"); err != nil {
		return err
	}
	if len(form) > maxDraft {
		return errs.New(errs.TooLarge, "草稿太长，请先提交。")
	}
	g, f := draftField(by)
	sealed, err := k.Vault.SealText(ctx, tx, g, f, form)
	if err != nil {
		return err
	}
	return putDraft(ctx, tx, by, sealed)
}

// Draft gives what the actor was typing, and since when; "" is nothing.
func (k *Desk) Draft(ctx context.Context, tx *db.Tx, by access.Actor) (string, clock.Instant, error) {
	if err := by.Require("intake.register"); err != nil {
		return "", 0, err
	}
	row, ok, err := draftOf(ctx, tx, by)
	if err != nil || !ok {
		return "", 0, err
	}
	g, f := draftField(by)
	text, err := k.Vault.OpenText(ctx, tx, g, f, row.Sealed)
	return text, row.At, err
}

// DropDraft forgets what the actor was typing.
func (k *Desk) DropDraft(ctx context.Context, tx *db.Tx, by access.Actor) error {
	if err := by.Require("intake.register"); err != nil {
		return err
	}
	return dropDraft(ctx, tx, by)
}

// Callers gives earlier reports of a phone that the actor may see, the latest first.
func (k *Desk) Callers(ctx context.Context, tx *db.Tx, by access.Actor, phone string) ([]Report, error) {
	if err := by.Require("intake.register"); err != nil {
		return nil, err
	}
	index := k.phone(phone)
	if len(index) == 0 {
		return nil, nil
	}
	return callsOf(ctx, tx, by, index)
}

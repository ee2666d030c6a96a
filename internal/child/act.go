package child

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Locked gives a file in the actor's scope, open or closed, with its content,
// and holds it to the end of the transaction.
func (c *Cabinet) Locked(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (Child, New, error) {
	row, err := lock(ctx, tx, by, id)
	if err != nil {
		return row, New{}, err
	}
	d, err := c.dossier(ctx, tx, id)
	return row, stateOf(row, d), err
}

// Amend changes a file wherever it lies, because of a fact to which the caller
// has checked the actor's right; the new place must lie in his scope.
func (c *Cabinet) Amend(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, id ref.Child, words string, change func(*New)) error {
	row, before, err := c.Load(ctx, tx, access.Program, id)
	if err != nil {
		return err
	}
	if err := c.change(ctx, tx, by, action, row, before, words, change); err != nil {
		return err
	}
	return c.rehomed(ctx, tx, by, row)
}

// End closes a file, as Amend changes one, for a reason of CloseReasons.
func (c *Cabinet) End(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, id ref.Child, reason, words string) error {
	row, _, err := c.Load(ctx, tx, access.Program, id)
	if err != nil {
		return err
	}
	if err := c.Retire(ctx, tx, []Child{row}, reason, 0); err != nil {
		return err
	}
	if _, err := c.Note(ctx, tx, by, action, id, []Difference{{Field: "state", Before: string(Open), After: string(Closed)}}, words); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, action, "child", id, map[string]string{"closed": reason}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, id)
}

// Revive opens a closed file again, as Amend changes one.
func (c *Cabinet) Revive(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, id ref.Child, words string) error {
	row, err := lock(ctx, tx, access.Program, id)
	if err != nil {
		return err
	}
	if err := c.Raise(ctx, tx, row); err != nil {
		return err
	}
	if _, err := c.Note(ctx, tx, by, action, id, []Difference{{Field: "state", Before: string(Closed), After: string(Open)}}, words); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, action, "child", id, map[string]string{"reopened": row.Ended}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, id)
}

package vault

import (
	"context"
	"crypto/cipher"
	"fmt"

	"weibao/internal/db"
)

// SealAll seals the plain bytes of a list, each for its group and place, with
// a few questions to the database; groups without a key are given one. Empty
// bytes stay empty.
func (v *Vault) SealAll(ctx context.Context, tx *db.Tx, list []Sealed) ([][]byte, error) {
	groups := map[Group]cipher.AEAD{}
	for _, s := range list {
		if len(s.Bytes) > 0 {
			groups[s.Group] = nil
		}
	}
	keys, err := dataKeys(ctx, tx, groups)
	if err != nil {
		return nil, fmt.Errorf("vault.SealAll: %w", err)
	}
	for _, k := range keys {
		if groups[k.RecordGroup], err = v.unwrapped(k); err != nil {
			return nil, err
		}
	}
	if err := v.newDataKeys(ctx, tx, groups); err != nil {
		return nil, err
	}
	out := make([][]byte, len(list))
	for i, s := range list {
		if len(s.Bytes) > 0 {
			out[i] = seal(groups[s.Group], s.Bytes, s.Field.bound(s.Group))
		} else {
			out[i] = []byte{}
		}
	}
	return out, nil
}

// newDataKeys makes keys for the groups that have none. A group that another
// transaction made meanwhile fails the insert and with it the transaction,
// which db runs again.
func (v *Vault) newDataKeys(ctx context.Context, tx *db.Tx, groups map[Group]cipher.AEAD) error {
	var made []dataKey
	var m Key
	for g, a := range groups {
		if a != nil {
			continue
		}
		if made == nil {
			id, err := currentWrap(ctx, tx)
			if err != nil {
				return fmt.Errorf("vault.SealAll: %w", err)
			}
			if m, err = v.key(id); err != nil {
				return err
			}
		}
		secret := newKey()
		k, err := wrap(m, dataKey{RecordGroup: g, Suite: m.Suite, Created: tx.Now}, secret)
		if err != nil {
			return err
		}
		if groups[g], err = m.suite().AEAD(secret); err != nil {
			return errBroken
		}
		made = append(made, k)
	}
	return insertDataKeys(ctx, tx, made)
}

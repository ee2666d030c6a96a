package vault

import (
	"context"
	"crypto/cipher"
	"fmt"

	"weibao/internal/clock"
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
		k, err := v.wrap(m, dataKey{RecordGroup: g, Suite: m.Suite, Created: tx.Now}, secret)
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

// NewKeys are data keys that SealNew has made and Keep stores.
type NewKeys struct{ list []dataKey }

// SealNew seals as SealAll does for groups that nobody knows yet, because
// their ids were just made. It asks no database, so that it can run beside
// another transaction; Keep must store the keys in the transaction that stores
// what was sealed.
func (v *Vault) SealNew(list []Sealed, now clock.Instant) ([][]byte, NewKeys, error) {
	m := last(v.keys.Load().Wrap)
	groups := make(map[Group]cipher.AEAD, len(list))
	keys := NewKeys{}
	out := make([][]byte, len(list))
	for i, s := range list {
		out[i] = []byte{}
		if len(s.Bytes) == 0 {
			continue
		}
		a := groups[s.Group]
		if a == nil {
			secret := newKey()
			k, err := v.wrap(m, dataKey{RecordGroup: s.Group, Suite: m.Suite, Created: now}, secret)
			if err != nil {
				return nil, keys, err
			}
			if a, err = m.suite().AEAD(secret); err != nil {
				return nil, keys, errBroken
			}
			groups[s.Group], keys.list = a, append(keys.list, k)
		}
		out[i] = seal(a, s.Bytes, s.Field.bound(s.Group))
	}
	return out, keys, nil
}

// Keep stores the keys of SealNew. Where the master key has been exchanged
// since, it wraps them under the new one. A group that has a key already fails
// the transaction.
func (v *Vault) Keep(ctx context.Context, tx *db.Tx, keys NewKeys) error {
	if len(keys.list) == 0 {
		return nil
	}
	if presumeWrap(tx, keys.list[0].Master) {
		return appendDataKeys(tx, keys.list)
	}
	id, err := currentWrap(ctx, tx)
	if err != nil {
		return fmt.Errorf("vault.Keep: %w", err)
	}
	if keys.list[0].Master == id { // written with those of everybody in the same commit
		return appendDataKeys(tx, keys.list)
	}
	m, err := v.key(id)
	if err != nil {
		return err
	}
	fresh := make([]dataKey, len(keys.list))
	for i, k := range keys.list {
		if fresh[i], err = v.rewrapped(m, k); err != nil {
			return err
		}
	}
	return appendDataKeys(tx, fresh)
}

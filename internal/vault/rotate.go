package vault

import (
	"context"
	"fmt"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// rewrapBatch keeps each transaction of a rotation under 50 ms.
const rewrapBatch = 500

// Rotation tells what Rotate did.
type Rotation struct {
	Key       string // the new current key
	Rewrapped int    // data keys that were wrapped anew
}

// allowed lets the security administrator act, and the operator at the
// machine, who holds the key file anyway and acts as the program.
func allowed(by access.Actor) error {
	if by.User == ref.System {
		return nil
	}
	return by.Require("key.rotate")
}

// Rotate makes a new key-encryption key, writes it to the key file, and wraps
// every data key anew, in short transactions under running writers. progress,
// if not nil, hears how many are done. What a cut-off rotation left is done
// by the next, or by Finish.
func (v *Vault) Rotate(ctx context.Context, d *db.DB, by access.Actor, progress func(done int)) (Rotation, error) {
	k, err := v.replaceCurrent(ctx, d, by, purposeWrap)
	if err != nil {
		return Rotation{}, err
	}
	n, err := v.Finish(ctx, d, progress)
	return Rotation{k.ID, n}, err
}

// Renew is Rotate without wrapping anew: Finish does that, in the background.
func (v *Vault) Renew(ctx context.Context, d *db.DB, by access.Actor) (string, error) {
	k, err := v.replaceCurrent(ctx, d, by, purposeWrap)
	return k.ID, err
}

// RotateIntegrity makes a new key for seals of the journal and stamps of
// rows; what the old keys marked stays valid.
func (v *Vault) RotateIntegrity(ctx context.Context, d *db.DB, by access.Actor) (Rotation, error) {
	k, err := v.replaceCurrent(ctx, d, by, purposeIntegrity)
	return Rotation{Key: k.ID}, err
}

func (v *Vault) replaceCurrent(ctx context.Context, d *db.DB, by access.Actor, purpose string) (Key, error) {
	if err := allowed(by); err != nil {
		return Key{}, err
	}
	if err := v.complete(ctx, d); err != nil {
		return Key{}, err
	}
	k, err := v.add(purpose, d.Clock.Now())
	if err != nil {
		return Key{}, err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, masterLock); err != nil {
			return err
		}
		if err := makeCurrent(ctx, tx, master{k.ID, purpose, Current, proof(k), tx.Now}); err != nil {
			return err
		}
		return journal(ctx, tx, by, "key.rotate", map[string]string{"key": k.ID})
	})
	if err != nil {
		return Key{}, fmt.Errorf("vault.Rotate: %w", err)
	}
	return k, nil
}

// add puts a new key of a purpose at the end of its list in the key file.
func (v *Vault) add(purpose string, now time.Time) (Key, error) {
	var k Key
	err := v.edit(func(f *keyFile) {
		list := f.lists()[purpose]
		k = f.next(purpose, last(list).suite(), now)
		if purpose == purposeWrap {
			f.Wrap = append(list[:len(list):len(list)], k)
		} else {
			f.Integrity = append(list[:len(list):len(list)], k)
		}
	})
	return k, err
}

// complete refuses a key file that lacks a key which another machine has
// made: a rotation with it would part the keys into two files.
func (v *Vault) complete(ctx context.Context, d *db.DB) error {
	known, err := masters(ctx, d.Reader())
	if err != nil {
		return fmt.Errorf("vault.Rotate: %w", err)
	}
	for _, m := range known {
		if m.State == Retired {
			continue
		}
		if _, err := v.key(m.ID); err != nil {
			return err
		}
	}
	return nil
}

// edit changes the key file as it stands on disk; processes take turns.
func (v *Vault) edit(change func(*keyFile)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	unlock, err := lockFile(v.path + ".lock")
	if err != nil {
		return errs.Wrap(errs.Full, err, "密钥目录不可写，密钥没有变动。请检查 "+v.path+" 所在目录的写权限。")
	}
	defer unlock()
	f, err := readKeyFile(v.path)
	if err != nil {
		return errs.Wrap(errs.Full, err, "读不出密钥文件 "+v.path+"，密钥没有变动。")
	}
	change(f)
	if err := f.write(v.path); err != nil {
		return err
	}
	v.keys.Store(f)
	v.made.Clear() // nothing of a retired key stays behind
	return nil
}

// Finish wraps anew whatever data keys are not under the current key: it goes
// through all of them once, and once more where another rotation began meanwhile.
func (v *Vault) Finish(ctx context.Context, d *db.DB, progress func(done int)) (done int, err error) {
	begun, after := "", Group("")
	for {
		current, err := currentWrap(ctx, d.Reader())
		if err != nil {
			return done, fmt.Errorf("vault.Finish: %w", err)
		}
		if begun == "" {
			begun, after = current, ""
		}
		groups, err := outdated(ctx, d.Reader(), current, after, rewrapBatch)
		switch {
		case err != nil:
			return done, fmt.Errorf("vault.Finish: %w", err)
		case len(groups) == 0 && current == begun:
			return done, nil
		case len(groups) == 0:
			begun = ""
			continue
		}
		n := 0
		err = d.WriteLow(ctx, func(tx *db.Tx) error {
			var err error
			n, err = v.rewrapSome(ctx, tx, groups)
			return err
		})
		if err != nil {
			return done, err
		}
		after = groups[len(groups)-1]
		if done += n; progress != nil {
			progress(done)
		}
	}
}

func (v *Vault) rewrapSome(ctx context.Context, tx *db.Tx, groups []Group) (int, error) {
	id, err := currentWrap(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("vault.Finish: %w", err)
	}
	current, err := v.key(id)
	if err != nil {
		return 0, err
	}
	keys, err := lockOutdated(ctx, tx, id, groups)
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	for i, k := range keys {
		if keys[i], err = v.rewrapped(current, k); err != nil {
			return 0, err
		}
	}
	return len(keys), rewrap(ctx, tx, keys)
}

// rewrapped gives a data key wrapped under another master.
func (v *Vault) rewrapped(m Key, k dataKey) (dataKey, error) {
	old, err := v.key(k.Master)
	if err != nil {
		return k, err
	}
	secret, err := v.openKey(old, k)
	if err != nil {
		return k, err
	}
	return v.wrap(m, k, secret)
}

// Retire destroys an old key-encryption key once nothing is under it. From
// then on no backup from before the rotation can be decrypted, which is what
// makes shredded groups unreadable there too.
func (v *Vault) Retire(ctx context.Context, d *db.DB, by access.Actor, id string) error {
	if err := allowed(by); err != nil {
		return err
	}
	if _, err := v.Finish(ctx, d, nil); err != nil {
		return err
	}
	err := d.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, masterLock); err != nil {
			return err
		}
		if err := mayRetire(ctx, tx, id); err != nil {
			return err
		}
		if err := setMasterState(ctx, tx, id, Retired); err != nil {
			return err
		}
		return journal(ctx, tx, by, "key.retire", map[string]string{"key": id})
	})
	if err != nil {
		return err
	}
	return v.edit(func(f *keyFile) { f.Wrap = without(f.Wrap, id) })
}

func mayRetire(ctx context.Context, tx *db.Tx, id string) error {
	known, err := masters(ctx, tx)
	if err != nil {
		return err
	}
	used, err := usages(ctx, tx)
	if err != nil {
		return err
	}
	for _, u := range used {
		if u.Master == id {
			return errs.Newf(errs.Conflict, "密钥 %s 还包裹着 %d 个数据密钥，请先完成轮换。", id, u.N)
		}
	}
	for _, m := range known {
		if m.ID == id && m.Purpose == purposeWrap && m.State != Current {
			return nil
		}
	}
	return errs.Newf(errs.Invalid, "没有可销毁的旧密钥 %s。当前密钥、完整性密钥和索引密钥不能销毁。", id)
}

// Shred destroys the data key of a group: whatever it sealed is lost for ever.
// The caller has checked that by may do so.
func (v *Vault) Shred(ctx context.Context, tx *db.Tx, by access.Actor, g Group) error {
	if err := shred(ctx, tx, g); err != nil {
		return err
	}
	return journal(ctx, tx, by, "key.shred", map[string]string{"group": string(g)})
}

func journal(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, detail any) error {
	return audit.Write(ctx, tx, by, action, "vault_master", ref.Audit(0), detail)
}

// KeyStatus describes a key of the key file for the page of keys.
type KeyStatus struct {
	ID, Purpose, State string
	Created            clock.Instant
	DataKeys           int64 // wrapped by it
	Here               bool  // stands in this process's key file
}

// Status lists the keys, oldest first, and counts shredded groups.
func (v *Vault) Status(ctx context.Context, tx *db.Tx, by access.Actor) (keys []KeyStatus, shredded int64, err error) {
	if err := by.Require("key.list"); err != nil && by.User != ref.System {
		return nil, 0, err
	}
	known, err := masters(ctx, tx)
	if err != nil {
		return nil, 0, fmt.Errorf("vault.Status: %w", err)
	}
	used, err := usages(ctx, tx)
	if err != nil {
		return nil, 0, fmt.Errorf("vault.Status: %w", err)
	}
	counts := map[string]int64{}
	for _, u := range used {
		counts[u.Master] = u.N
	}
	for _, m := range known {
		_, here := v.keys.Load().find(m.ID)
		keys = append(keys, KeyStatus{m.ID, m.Purpose, m.State, m.Created, counts[m.ID], here})
	}
	return keys, counts[""], nil
}

// Age gives when the key that wraps new data keys was made, to whoever has
// system.status: it tells nothing of the key itself.
func Age(ctx context.Context, tx *db.Tx, by access.Actor) (clock.Instant, error) {
	if err := by.Require("system.status"); err != nil {
		return 0, err
	}
	known, err := masters(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("vault.Age: %w", err)
	}
	for _, m := range known {
		if m.Purpose == purposeWrap && m.State == Current {
			return m.Created, nil
		}
	}
	return 0, nil
}

package vault

import (
	"context"
	"crypto/cipher"
	"strings"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// The states of a master key.
const (
	Current = "current"
	Old     = "old"
	Retired = "retired"
)

type master struct {
	ID      string
	Purpose string
	State   string
	Proof   []byte
	Created clock.Instant
}

type dataKey struct {
	RecordGroup Group
	Suite       string
	Master      string
	Wrapped     []byte
	Created     clock.Instant
	Shredded    clock.Instant
}

func masters(ctx context.Context, tx *db.Tx) ([]master, error) {
	return db.All[master](ctx, tx, "SELECT "+db.ColumnsOf[master]("m")+" FROM vault_master m ORDER BY m.created, m.id")
}

func insertMasters(ctx context.Context, tx *db.Tx, rows []master) error {
	return db.InsertAll(ctx, tx, "vault_master", rows)
}

func setMasterState(ctx context.Context, tx *db.Tx, id, state string) error {
	return tx.One(ctx, "UPDATE vault_master SET state = ? WHERE id = ?", state, id)
}

// makeCurrent waits for transactions that are making data keys under the old key.
func makeCurrent(ctx context.Context, tx *db.Tx, m master) error {
	_, err := tx.Exec(ctx, "UPDATE vault_master SET state = ? WHERE purpose = ? AND state = ?", Old, m.Purpose, Current)
	if err != nil {
		return err
	}
	return db.Insert(ctx, tx, "vault_master", m)
}

// currentWrap names the master for new data keys and, on PostgreSQL, holds
// off a rotation until the transaction has ended. On SQLite it is asked once
// for a commit: whoever makes keys under a master which the same commit
// replaces is seen by the pass that follows the commit.
func currentWrap(ctx context.Context, tx *db.Tx) (string, error) {
	return db.Once(tx, "vault.wrap", func() (string, error) { return askWrap(ctx, tx) })
}

// wrapAsked is the question which master is for new data keys.
const wrapAsked = "SELECT id FROM vault_master WHERE purpose = ? AND state = ?"

// presumeWrap takes it for granted, where that is possible, that id is what
// currentWrap would give.
func presumeWrap(tx *db.Tx, id string) bool {
	return db.Presume(tx, masterLock, wrapAsked, id, purposeWrap, Current)
}

func askWrap(ctx context.Context, tx *db.Tx) (string, error) {
	id, there, err := db.Shared[string](ctx, tx, masterLock, wrapAsked, purposeWrap, Current)
	if err == nil && !there {
		err = errs.New(errs.Internal, "数据库中没有当前密钥的登记，请联系安全保密管理员。")
	}
	return id, err
}

// masterLock is held by whoever exchanges or retires a master key.
const masterLock = "vault.master"

func dataKeyOf(ctx context.Context, tx *db.Tx, g Group) (dataKey, bool, error) {
	return db.Maybe[dataKey](ctx, tx, "SELECT "+db.ColumnsOf[dataKey]("k")+" FROM vault_key k WHERE k.record_group = ?", g)
}

func dataKeys(ctx context.Context, tx *db.Tx, groups map[Group]cipher.AEAD) ([]dataKey, error) {
	var names, out = []Group{}, []dataKey{}
	for g := range groups {
		names = append(names, g)
	}
	for len(names) > 0 {
		n := min(len(names), 500)
		some, err := db.All[dataKey](ctx, tx, "SELECT "+db.ColumnsOf[dataKey]("k")+" FROM vault_key k WHERE k.record_group IN "+db.In(n), db.Args(names[:n])...)
		if err != nil {
			return nil, err
		}
		out, names = append(out, some...), names[n:]
	}
	return out, nil
}

func insertDataKey(ctx context.Context, tx *db.Tx, k dataKey) error {
	_, err := tx.Exec(ctx, "INSERT INTO vault_key (record_group, suite, master, wrapped, created, shredded) VALUES (?, ?, ?, ?, ?, ?) "+
		"ON CONFLICT (record_group) DO NOTHING", k.RecordGroup, k.Suite, k.Master, k.Wrapped, k.Created, k.Shredded)
	return err
}

// outdated gives the next groups whose data keys are under a master that is
// not id, in the order of their names. It reads the keys one after another, so
// that it is asked outside of any transaction.
func outdated(ctx context.Context, tx *db.Tx, id string, after Group, limit int) ([]Group, error) {
	return db.All[Group](ctx, tx, "SELECT k.record_group FROM vault_key k WHERE k.record_group > ? AND k.master <> ? AND k.shredded = 0 ORDER BY k.record_group LIMIT ?", after, id, limit)
}

// lockOutdated gives the data keys of groups that are still under a master that is not id, locked.
func lockOutdated(ctx context.Context, tx *db.Tx, id string, groups []Group) ([]dataKey, error) {
	return db.All[dataKey](ctx, tx, "SELECT "+db.ColumnsOf[dataKey]("k")+" FROM vault_key k WHERE k.record_group IN "+db.In(len(groups))+
		" AND k.master <> ? AND k.shredded = 0 ORDER BY k.record_group"+tx.ForUpdate(), append(db.Args(groups), id)...)
}

// rewrap replaces the wrapping of keys that exist and are locked.
func rewrap(ctx context.Context, tx *db.Tx, keys []dataKey) error {
	args := make([]any, 0, 6*len(keys))
	for _, k := range keys {
		args = append(args, k.RecordGroup, k.Suite, k.Master, k.Wrapped, k.Created, k.Shredded)
	}
	_, err := tx.Exec(ctx, "INSERT INTO vault_key (record_group, suite, master, wrapped, created, shredded) VALUES "+
		strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?),", len(keys)), ",")+
		" ON CONFLICT (record_group) DO UPDATE SET master = excluded.master, wrapped = excluded.wrapped", args...)
	return err
}

func shred(ctx context.Context, tx *db.Tx, g Group) error {
	return tx.One(ctx, "UPDATE vault_key SET wrapped = ?, master = '', shredded = ? WHERE record_group = ? AND shredded = 0", []byte{}, tx.Now, g)
}

// usage counts data keys per master; those shredded stand under ”.
type usage struct {
	Master string
	N      int64
}

func usages(ctx context.Context, tx *db.Tx) ([]usage, error) {
	return db.All[usage](ctx, tx, "SELECT master, count(*) AS n FROM vault_key GROUP BY master")
}

// appendDataKeys writes keys blindly, with what else the commit holds.
func appendDataKeys(tx *db.Tx, keys []dataKey) error { return db.Append(tx, "vault_key", keys...) }

func insertDataKeys(ctx context.Context, tx *db.Tx, keys []dataKey) error {
	return db.InsertAll(ctx, tx, "vault_key", keys)
}

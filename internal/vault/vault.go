// Package vault keeps what must not be read from a stolen database or backup
// 「保密性、完整性」: it seals fields, finds them again, and marks rows.
//
// It owns vault_master and vault_key, and the key file, which stays outside
// the database. Each record group has a data key, wrapped by a master key of
// the file; a sealed field is bound to its table, column and row, so that it
// opens nowhere else. Rotation wraps data keys anew while work goes on and
// never touches fields; shredding a group makes its fields unreadable for
// ever. Blind indexes find a value exactly without storing it. The suite is
// SM4-GCM with SM3 by default (GB/T 39786-2021 8.4). No key and no plaintext
// ever stands in an error or a log.
package vault

import (
	"context"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/text/width"

	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

const (
	purposeWrap      = "wrap"
	purposeIntegrity = "integrity"
	purposeBlind     = "blind"
)

// Vault seals and opens. It is safe for concurrent use.
type Vault struct {
	path string
	keys atomic.Pointer[keyFile]
	mu   sync.Mutex // held to change or reload keys
	made sync.Map   // what is derived from master keys again and again: madeKey → *wrapping or *sync.Pool
}

// Group names the records that share a data key, and are shredded together.
type Group string

// GroupOf is the group of one thing: its table's name and id.
func GroupOf[T ref.ID](kind string, id T) Group { return Group(kind + "/" + ref.Format(id)) }

// Field is the place of a sealed value.
type Field struct {
	Table, Column string
	Row           int64
}

var errBroken = errs.New(errs.Internal, "加密内容无法解开：内容被改动，或与所在位置不符。请联系安全保密管理员。")

// Open reads the key file, and makes it where neither the file nor anything
// sealed exists. A file that does not fit the database is refused.
func Open(ctx context.Context, d *db.DB, path string, s Suite) (*Vault, error) {
	v := &Vault{path: path}
	masters, err := masters(ctx, d.Reader())
	if err != nil {
		return nil, fmt.Errorf("vault.Open: %w", err)
	}
	f, err := readKeyFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(masters) > 0:
		return nil, errs.Newf(errs.Invalid, "找不到密钥文件 %s，而数据库中已有加密内容。请从离线保存的副本恢复该文件后重新启动；不要新建密钥文件。", path)
	case errors.Is(err, fs.ErrNotExist):
		f = newKeyFile(s, d.Clock.Now())
		err = f.write(path)
	}
	if err != nil {
		return nil, err
	}
	v.keys.Store(f)
	return v, d.Write(ctx, func(tx *db.Tx) error { return v.enrol(ctx, tx) })
}

// enrol notes the keys of the file in the database, or checks that they are those noted.
func (v *Vault) enrol(ctx context.Context, tx *db.Tx) error {
	if err := tx.Lock(ctx, masterLock); err != nil {
		return err
	}
	known, err := masters(ctx, tx)
	if err != nil {
		return err
	}
	f := v.keys.Load()
	if len(known) == 0 {
		return insertMasters(ctx, tx, f.rows(tx.Now))
	}
	for _, m := range known {
		if m.State == Retired {
			continue
		}
		k, there := f.find(m.ID)
		if !there || !hmac.Equal(proof(k), m.Proof) {
			return errs.Newf(errs.Invalid, "密钥文件 %s 与数据库不相配：缺少密钥 %s 或密钥内容不符。请换上与此数据库相配的密钥文件。", v.path, m.ID)
		}
	}
	return nil
}

func (f *keyFile) rows(now clock.Instant) []master {
	var rows []master
	for purpose, list := range f.lists() {
		for i, k := range list {
			state := Old
			if i == len(list)-1 {
				state = Current
			}
			rows = append(rows, master{k.ID, purpose, state, proof(k), now})
		}
	}
	return rows
}

func proof(k Key) []byte { return mac(k.suite(), derive(k.suite(), k.Secret, "proof"), []byte(k.ID)) }

// key finds a key of the file; one that another process has added is found by
// reading the file again.
func (v *Vault) key(id string) (Key, error) {
	if k, ok := v.keys.Load().find(id); ok {
		return k, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if f, err := readKeyFile(v.path); err == nil {
		v.keys.Store(f)
	}
	if k, ok := v.keys.Load().find(id); ok {
		return k, nil
	}
	return Key{}, errs.Newf(errs.Internal, "密钥 %s 不在密钥文件 %s 中。如刚在另一台机器上轮换过密钥，请把新的密钥文件复制到本机。", id, v.path)
}

// Seal encrypts a value for its place, within the transaction that stores it.
func (v *Vault) Seal(ctx context.Context, tx *db.Tx, g Group, f Field, plain []byte) ([]byte, error) {
	a, err := v.cipherOf(ctx, tx, g, true)
	if err != nil {
		return nil, err
	}
	return seal(a, plain, f.bound(g)), nil
}

// Open decrypts what Seal made for the same group and place; anything else is an error.
func (v *Vault) Open(ctx context.Context, tx *db.Tx, g Group, f Field, sealed []byte) ([]byte, error) {
	a, err := v.cipherOf(ctx, tx, g, false)
	if err != nil {
		return nil, err
	}
	return open(a, sealed, f.bound(g))
}

// SealText is Seal for text. The empty text stays empty bytes.
func (v *Vault) SealText(ctx context.Context, tx *db.Tx, g Group, f Field, text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	return v.Seal(ctx, tx, g, f, []byte(text))
}

// OpenText is Open for what SealText made.
func (v *Vault) OpenText(ctx context.Context, tx *db.Tx, g Group, f Field, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := v.Open(ctx, tx, g, f, sealed)
	return string(plain), err
}

// Sealed is a value with its place, for OpenAll.
type Sealed struct {
	Group Group
	Field Field
	Bytes []byte
}

// OpenAll opens the values of a list with one question to the database.
func (v *Vault) OpenAll(ctx context.Context, tx *db.Tx, list []Sealed) ([]string, error) {
	groups := map[Group]cipher.AEAD{}
	for _, s := range list {
		if len(s.Bytes) > 0 {
			groups[s.Group] = nil
		}
	}
	keys, err := dataKeys(ctx, tx, groups)
	if err != nil {
		return nil, fmt.Errorf("vault.OpenAll: %w", err)
	}
	for _, k := range keys {
		if groups[k.RecordGroup], err = v.unwrapped(k); err != nil {
			return nil, err
		}
	}
	out := make([]string, len(list))
	for i, s := range list {
		if len(s.Bytes) == 0 {
			continue
		}
		a := groups[s.Group]
		if a == nil {
			return nil, errBroken
		}
		plain, err := open(a, s.Bytes, s.Field.bound(s.Group))
		if err != nil {
			return nil, err
		}
		out[i] = string(plain)
	}
	return out, nil
}

func (f Field) bound(g Group) []byte {
	var b []byte
	for _, part := range []string{"1", string(g), f.Table, f.Column, strconv.FormatInt(f.Row, 10)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b
}

// cipherOf gives the cipher of a group's data key. It asks the database each
// time, so that a shredded group is closed at once in every process.
func (v *Vault) cipherOf(ctx context.Context, tx *db.Tx, g Group, make bool) (cipher.AEAD, error) {
	k, there, err := dataKeyOf(ctx, tx, g)
	if err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if !there && make {
		k, err = v.newDataKey(ctx, tx, g)
	} else if !there {
		err = errBroken
	}
	if err != nil {
		return nil, err
	}
	return v.unwrapped(k)
}

var errShredded = errs.New(errs.Conflict, "这份档案的密钥已按规定销毁，其中的加密内容不能再读取或写入。")

func (v *Vault) unwrapped(k dataKey) (cipher.AEAD, error) {
	if k.Shredded != 0 {
		return nil, errShredded
	}
	m, err := v.key(k.Master)
	if err != nil {
		return nil, err
	}
	secret, err := v.openKey(m, k)
	if err != nil {
		return nil, err
	}
	s, ok := SuiteOf(k.Suite)
	if !ok {
		return nil, errBroken
	}
	return s.AEAD(secret)
}

func (v *Vault) openKey(m Key, k dataKey) ([]byte, error) {
	a, err := v.wrapping(m)
	if err != nil {
		return nil, errBroken
	}
	return open(a, k.Wrapped, k.bound())
}

func (v *Vault) wrap(m Key, k dataKey, secret []byte) (dataKey, error) {
	a, err := v.wrapping(m)
	if err != nil {
		return k, fmt.Errorf("vault: %w", err)
	}
	k.Master = m.ID
	k.Wrapped = seal(a, secret, k.bound())
	return k, nil
}

// bound ties a wrapped key to its group, suite and master.
func (k dataKey) bound() []byte {
	return Field{Table: k.Suite, Column: k.Master}.bound(k.RecordGroup)
}

// newDataKey makes the key of a group under the current master; where another
// transaction was faster, its key is taken.
func (v *Vault) newDataKey(ctx context.Context, tx *db.Tx, g Group) (dataKey, error) {
	id, err := currentWrap(ctx, tx)
	if err != nil {
		return dataKey{}, fmt.Errorf("vault: %w", err)
	}
	m, err := v.key(id)
	if err != nil {
		return dataKey{}, err
	}
	k, err := v.wrap(m, dataKey{RecordGroup: g, Suite: m.Suite, Created: tx.Now}, newKey())
	if err != nil {
		return dataKey{}, err
	}
	if err := insertDataKey(ctx, tx, k); err != nil {
		return dataKey{}, fmt.Errorf("vault: %w", err)
	}
	k, there, err := dataKeyOf(ctx, tx, g)
	if err == nil && !there {
		err = errBroken
	}
	return k, err
}

// Blind is the blind index of a value in a kind of field, e.g. "phone": equal
// values of one kind have equal indexes, and nothing else can be told from
// them. Normalise the value first.
func (v *Vault) Blind(kind, value string) []byte {
	pool := v.blinding(last(v.keys.Load().Blind))
	h, _ := pool.Get().(hash.Hash)
	defer pool.Put(h)
	h.Reset()
	feed(h, []byte(kind), []byte(value))
	return h.Sum(nil)
}

// Normal writes an identity number, phone or code in the one way in which its
// index is made: half-width, upper case, without spaces and hyphens.
func Normal(value string) string {
	value = strings.ToUpper(width.Narrow.String(value))
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\t' || r == '\u00a0' || r == '\u3000' {
			return -1
		}
		return r
	}, value)
}

// NormalPhone is Normal without the country code.
func NormalPhone(value string) string {
	value = Normal(value)
	for _, prefix := range []string{"+86", "0086"} {
		value = strings.TrimPrefix(value, prefix)
	}
	return value
}

// Stamp is a keyed mark over a row's values 「完整性校验值」: whoever edits the
// row in the database cannot make it.
func (v *Vault) Stamp(table string, values ...any) string {
	k := last(v.keys.Load().Integrity)
	return k.ID + ":" + hex.EncodeToString(stamp(k, table, values))
}

// Stamped tells whether mark is the Stamp of these values.
func (v *Vault) Stamped(mark, table string, values ...any) bool {
	id, sum, _ := strings.Cut(mark, ":")
	k, err := v.key(id)
	if err != nil || purposeOf(id) != purposeIntegrity {
		return false
	}
	got, err := hex.DecodeString(sum)
	return err == nil && hmac.Equal(got, stamp(k, table, values))
}

func stamp(k Key, table string, values []any) []byte {
	parts := [][]byte{[]byte(table)}
	for _, value := range values {
		parts = append(parts, fmt.Append(nil, value))
	}
	return mac(k.suite(), derive(k.suite(), k.Secret, "row"), parts...)
}

// Sealer gives the sealer of the audit journal with its keys.
func (v *Vault) Sealer(outside string) *audit.Sealer {
	keys := v.keys.Load().Integrity
	s := &audit.Sealer{Keys: map[string][]byte{}, Current: last(keys).ID, Outside: outside}
	for _, k := range keys {
		s.Keys[k.ID] = derive(k.suite(), k.Secret, "audit")
	}
	return s
}

package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"weibao/internal/errs"
)

// Key is a master key of the key file.
type Key struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Suite   string    `json:"suite"`
	Secret  []byte    `json:"key"`
}

func (k Key) suite() Suite { s, _ := SuiteOf(k.Suite); return s }

// keyFile is the JSON of the key file. Lists end with the current key.
type keyFile struct {
	Note      string `json:"note"`
	Format    int    `json:"format"`
	Wrap      []Key  `json:"wrap"`      // key-encryption keys of data keys
	Integrity []Key  `json:"integrity"` // seals of the journal, stamps of rows
	Blind     []Key  `json:"blind"`     // blind indexes; one, since another would orphan every index
}

const keyNote = "未保通主密钥。丢失后加密内容无法恢复，泄露后加密失去意义：请离线保存两份副本，不得与数据库备份放在一起。"

// lists gives the keys by purpose.
func (f *keyFile) lists() map[string][]Key {
	return map[string][]Key{purposeWrap: f.Wrap, purposeIntegrity: f.Integrity, purposeBlind: f.Blind}
}

func (f *keyFile) find(id string) (Key, bool) {
	for _, list := range f.lists() {
		for _, k := range list {
			if k.ID == id {
				return k, true
			}
		}
	}
	return Key{}, false
}

func last(keys []Key) Key { return keys[len(keys)-1] }

func newKeyFile(s Suite, now time.Time) *keyFile {
	f := &keyFile{Note: keyNote, Format: 1}
	f.Wrap = []Key{f.next(purposeWrap, s, now)}
	f.Integrity = []Key{f.next(purposeIntegrity, s, now)}
	f.Blind = []Key{f.next(purposeBlind, s, now)}
	return f
}

// next makes the key that follows the keys of a purpose. Ids carry random
// digits: two key files never share one.
func (f *keyFile) next(purpose string, s Suite, now time.Time) Key {
	secret := newKey()
	return Key{ID: fmt.Sprintf("%s-%d-%x", purpose, len(f.lists()[purpose])+1, newKey()[:4]), Created: now, Suite: s.Name(), Secret: secret}
}

func readKeyFile(path string) (*keyFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, errs.Newf(errs.Invalid, "密钥文件 %s 的权限是 %s，其他用户也能读取。请执行 chmod 600 %s 后重新启动。", path, strconv.FormatInt(int64(mode), 8), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, errs.Wrap(errs.Full, err, "读不出密钥文件 "+path+"，请检查文件所有者和权限。")
	}
	f := &keyFile{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, errs.Wrap(errs.Invalid, errors.New("not the JSON of a key file"), "密钥文件 "+path+" 已损坏。请用离线保存的副本恢复。")
	}
	return f, f.check(path)
}

func (f *keyFile) check(path string) error {
	if f.Format != 1 {
		return errs.Newf(errs.Invalid, "密钥文件 %s 的格式（%d）比程序新，请使用相配的新版程序。", path, f.Format)
	}
	for _, list := range f.lists() {
		if len(list) == 0 {
			return errs.New(errs.Invalid, "密钥文件 "+path+" 不完整。请用离线保存的副本恢复。")
		}
		for _, k := range list {
			if k.suite() == nil || len(k.Secret) != keySize || k.ID == "" {
				return errs.Newf(errs.Invalid, "密钥文件 %s 中的密钥 %s 无效。请用离线保存的副本恢复。", path, k.ID)
			}
		}
	}
	return nil
}

// write replaces the file so that after a crash there is the old one or the new.
func (f *keyFile) write(path string) error {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errs.Wrap(errs.Full, err, "无法建立密钥目录 "+dir+"，请检查路径和写权限。")
	}
	if err := replace(path, append(text, '\n')); err != nil {
		return errs.Wrap(errs.Full, err, "密钥文件 "+path+" 没有写成，请检查磁盘空间和写权限。")
	}
	return nil
}

func replace(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// lockFile waits until no other process holds the lock.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { f.Close() }, nil
}

// without gives the keys but one.
func without(keys []Key, id string) []Key {
	var out []Key
	for _, k := range keys {
		if k.ID != id {
			out = append(out, k)
		}
	}
	return out
}

func purposeOf(id string) string { purpose, _, _ := strings.Cut(id, "-"); return purpose }

package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

var security = access.Actor{User: 9, Name: "安全员", Post: access.Post{Role: access.SecurityAdmin}}

const phone = "13900000001"

var (
	group = vault.GroupOf("user", ref.User(7))
	place = vault.Field{Table: "auth_user", Column: "phone", Row: 7}
)

// vaults runs a test on both databases.
func vaults(t *testing.T, test func(t *testing.T, d *db.DB, v *vault.Vault, path string)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		path := filepath.Join(t.TempDir(), "keys.json")
		test(t, d, opened(t, d, path, vault.SM), path)
	})
}

// suites runs a test on both databases with both suites.
func suites(t *testing.T, test func(t *testing.T, d *db.DB, v *vault.Vault, path string)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		for _, s := range []vault.Suite{vault.SM, vault.AES} {
			t.Run(s.Name(), func(t *testing.T) {
				wipe(t, d)
				path := filepath.Join(t.TempDir(), "keys.json")
				test(t, d, opened(t, d, path, s), path)
			})
		}
	})
}

func opened(t testing.TB, d *db.DB, path string, s vault.Suite) *vault.Vault {
	t.Helper()
	v, err := vault.Open(t.Context(), d, path, s)
	must(t, err)
	return v
}

func wipe(t testing.TB, d *db.DB) {
	exec(t, d, "DELETE FROM vault_key")
	exec(t, d, "DELETE FROM vault_master")
}

func exec(t testing.TB, d *db.DB, statement string, args ...any) {
	t.Helper()
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	}))
}

func sealed(t testing.TB, d *db.DB, v *vault.Vault, g vault.Group, f vault.Field, text string) []byte {
	t.Helper()
	var out []byte
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		var err error
		out, err = v.SealText(t.Context(), tx, g, f, text)
		return err
	}))
	return out
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsSealedOpensInItsPlaceOnly(t *testing.T) {
	suites(t, func(t *testing.T, d *db.DB, v *vault.Vault, _ string) {
		ctx := t.Context()
		box := sealed(t, d, v, group, place, phone)
		other := vault.GroupOf("user", ref.User(8))
		sealed(t, d, v, other, place, "another")
		if bytes.Contains(box, []byte(phone)) {
			t.Error("the sealed value shows the text")
		}
		got, err := v.OpenText(ctx, d.Reader(), group, place, box)
		if err != nil || got != phone {
			t.Fatalf("%q %v", got, err)
		}
		for name, f := range map[string]vault.Field{"row": {place.Table, place.Column, 8}, "column": {place.Table, "name", 7}, "table": {"auth_users", place.Column, 7}} {
			if _, err := v.Open(ctx, d.Reader(), group, f, box); err == nil {
				t.Errorf("opens in another %s", name)
			}
		}
		if _, err := v.Open(ctx, d.Reader(), other, place, box); err == nil {
			t.Error("opens in another group")
		}
		if again := sealed(t, d, v, group, place, phone); bytes.Equal(again, box) {
			t.Error("sealing twice gives the same bytes")
		}
	})
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	suites(t, func(t *testing.T, d *db.DB, v *vault.Vault, _ string) {
		box := sealed(t, d, v, group, place, phone)
		for i := range len(box) * 8 {
			bad := bytes.Clone(box)
			bad[i/8] ^= 1 << (i % 8)
			if _, err := v.Open(t.Context(), d.Reader(), group, place, bad); err == nil {
				t.Fatalf("bit %d flipped unnoticed", i)
			}
		}
		for n := range len(box) {
			if _, err := v.Open(t.Context(), d.Reader(), group, place, box[:n]); err == nil {
				t.Fatalf("cut to %d bytes unnoticed", n)
			}
		}
	})
}

func TestSwappedDataKeysAreNoticed(t *testing.T) {
	suites(t, func(t *testing.T, d *db.DB, v *vault.Vault, _ string) {
		box := sealed(t, d, v, group, place, phone)
		other := vault.GroupOf("user", ref.User(8))
		sealed(t, d, v, other, place, "x")
		exec(t, d, "UPDATE vault_key SET wrapped = (SELECT o.wrapped FROM vault_key o WHERE o.record_group = ?) WHERE record_group = ?", other, group)
		if _, err := v.Open(t.Context(), d.Reader(), group, place, box); err == nil {
			t.Error("a data key of another group is taken")
		}
	})
}

func TestOpenAllOpensManyGroups(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, _ string) {
		var list []vault.Sealed
		for i := range 30 {
			g, f := vault.GroupOf("user", ref.User(i/2+1)), vault.Field{Table: "auth_user", Column: "phone", Row: int64(i)}
			list = append(list, vault.Sealed{Group: g, Field: f, Bytes: sealed(t, d, v, g, f, fmt.Sprint("text ", i))})
		}
		list = append(list, vault.Sealed{Group: group, Field: place})
		texts, err := v.OpenAll(t.Context(), d.Reader(), list)
		must(t, err)
		for i := range 30 {
			if texts[i] != fmt.Sprint("text ", i) {
				t.Errorf("%d: %q", i, texts[i])
			}
		}
		if texts[30] != "" {
			t.Error("nothing opened as something")
		}
		list[3].Bytes, list[4].Bytes = list[4].Bytes, list[3].Bytes
		if _, err := v.OpenAll(t.Context(), d.Reader(), list); err == nil {
			t.Error("two swapped values are not noticed")
		}
	})
}

// A rolled-back transaction takes the data key with it: what is sealed later
// must not hang on a key that was never stored.
func TestARolledBackDataKeyIsNotUsed(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		no := errors.New("no")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := v.SealText(t.Context(), tx, group, place, phone); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		box := sealed(t, d, v, group, place, phone)
		fresh := opened(t, d, path, vault.SM)
		if got, err := fresh.OpenText(t.Context(), d.Reader(), group, place, box); err != nil || got != phone {
			t.Errorf("%q %v", got, err)
		}
	})
}

func TestBlindIndexFindsWritingsOfOneNumber(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, _ string) {
		want := v.Blind("phone", vault.NormalPhone(phone))
		for _, s := range []string{"139 0000 0001", "+86-139-0000-0001", "13900000001", "0086 13900000001"} {
			if !bytes.Equal(v.Blind("phone", vault.NormalPhone(s)), want) {
				t.Errorf("%s is not found", s)
			}
		}
		if bytes.Equal(v.Blind("phone", "13900000002"), want) || bytes.Equal(v.Blind("id", phone), want) {
			t.Error("another number or kind has the same index")
		}
		if vault.Normal("99010120200101001x") != "99010120200101001X" {
			t.Error("check letter")
		}
	})
}

func TestStampsBindEveryValue(t *testing.T) {
	suites(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		mark := v.Stamp("post", int64(1), "liaison", "2026-01-01", "")
		if !v.Stamped(mark, "post", int64(1), "liaison", "2026-01-01", "") {
			t.Fatal("own stamp is refused")
		}
		for name, values := range map[string][]any{
			"value": {int64(1), "officer", "2026-01-01", ""}, "moved": {int64(1), "liaison", "", "2026-01-01"},
			"joined": {int64(1), "liaison2026-01-01", "", ""}, "fewer": {int64(1), "liaison", "2026-01-01"},
		} {
			if v.Stamped(mark, "post", values...) {
				t.Errorf("%s: passes", name)
			}
		}
		if v.Stamped(mark, "user", int64(1), "liaison", "2026-01-01", "") || v.Stamped("", "post") || v.Stamped("wrap-1:00", "post") {
			t.Error("another table or no stamp passes")
		}
		_, err := v.RotateIntegrity(t.Context(), d, security)
		must(t, err)
		if !v.Stamped(mark, "post", int64(1), "liaison", "2026-01-01", "") {
			t.Error("a stamp of the former key is refused")
		}
		if again := v.Stamp("post", int64(1), "liaison", "2026-01-01", ""); again == mark {
			t.Error("the new key does not stamp")
		}
	})
}

func TestShreddedIsGoneInEveryProcess(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		box := sealed(t, d, v, group, place, phone)
		second := opened(t, d, path, vault.SM)
		if _, err := second.Open(t.Context(), d.Reader(), group, place, box); err != nil {
			t.Fatal(err)
		}
		must(t, d.Write(t.Context(), func(tx *db.Tx) error { return v.Shred(t.Context(), tx, security, group) }))
		for _, w := range []*vault.Vault{v, second} {
			if _, err := w.Open(t.Context(), d.Reader(), group, place, box); !errs.Is(err, errs.Conflict) {
				t.Errorf("opens after shredding: %v", err)
			}
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := v.SealText(t.Context(), tx, group, place, "new")
			return err
		}); err == nil {
			t.Error("a shredded group is sealed to")
		}
		_, err := v.Rotate(t.Context(), d, security, nil)
		must(t, err)
		if _, err := v.Open(t.Context(), d.Reader(), group, place, box); err == nil {
			t.Error("rotation brought a shredded group back")
		}
	})
}

// A backup from before shredding and rotation is unreadable once the old key is destroyed.
func TestRetiredKeysCloseOldBackups(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		box := sealed(t, d, v, group, place, phone)
		old, err := db.Get[[]byte](t.Context(), d.Reader(), "SELECT wrapped FROM vault_key WHERE record_group = ?", group)
		must(t, err)
		before, err := db.Get[string](t.Context(), d.Reader(), "SELECT master FROM vault_key WHERE record_group = ?", group)
		must(t, err)
		if err := v.Retire(t.Context(), d, security, before); err == nil {
			t.Fatal("the current key was retired")
		}
		_, err = v.Rotate(t.Context(), d, security, nil)
		must(t, err)
		must(t, v.Retire(t.Context(), d, security, before))
		if got, err := v.OpenText(t.Context(), d.Reader(), group, place, box); err != nil || got != phone {
			t.Fatalf("after retiring: %q %v", got, err)
		}
		text, err := os.ReadFile(path)
		must(t, err)
		if strings.Contains(string(text), before) {
			t.Error("the key file still holds the retired key")
		}
		exec(t, d, "UPDATE vault_key SET wrapped = ?, master = ? WHERE record_group = ?", old, before, group)
		if _, err := v.Open(t.Context(), d.Reader(), group, place, box); err == nil {
			t.Error("the backup opens without its key")
		}
		opened(t, d, path, vault.SM)
	})
}

func TestOnlySecurityAdministratorTouchesKeys(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		for _, role := range []access.Role{access.SystemAdmin, access.AuditAdmin, access.Officer} {
			by := access.Actor{User: 5, Post: access.Post{Role: role}}
			if _, err := v.Rotate(t.Context(), d, by, nil); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s rotates: %v", role, err)
			}
			if err := v.Retire(t.Context(), d, by, "x"); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s retires: %v", role, err)
			}
			if _, _, err := v.Status(t.Context(), d.Reader(), by); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s sees keys: %v", role, err)
			}
		}
	})
}

func TestWrongKeyFilesAreRefusedInPlainWords(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		sealed(t, d, v, group, place, phone)
		good, err := os.ReadFile(path)
		must(t, err)
		other := filepath.Join(t.TempDir(), "other.json")
		fresh := testkit.Open(t, db.SQLite, clock.At(testkit.Noon))
		opened(t, fresh, other, vault.SM)
		foreign, err := os.ReadFile(other)
		must(t, err)
		for name, c := range map[string]struct {
			write func()
			say   string
		}{
			"missing":       {func() { must(t, os.Remove(path)) }, "找不到密钥文件"},
			"open to all":   {func() { must(t, os.WriteFile(path, good, 0o600)); must(t, os.Chmod(path, 0o644)) }, "chmod 600"},
			"no JSON":       {func() { rewrite(t, path, []byte("hello")) }, "已损坏"},
			"half":          {func() { rewrite(t, path, good[:len(good)/2]) }, "已损坏"},
			"empty":         {func() { rewrite(t, path, []byte("{}")) }, "格式"},
			"of another":    {func() { rewrite(t, path, foreign) }, "不相配"},
			"other secrets": {func() { rewrite(t, path, scramble(good)) }, "不相配"},
		} {
			t.Run(name, func(t *testing.T) {
				c.write()
				_, err := vault.Open(t.Context(), d, path, vault.SM)
				if err == nil || !strings.Contains(err.Error(), c.say) {
					t.Errorf("%v, want a message with %q", err, c.say)
				}
				if name == "missing" {
					if _, err := os.Stat(path); err == nil {
						t.Error("a new key file was made over sealed data")
					}
				}
			})
		}
		rewrite(t, path, good)
		opened(t, d, path, vault.SM)
	})
}

// scramble changes a digit of each secret and keeps the ids.
func scramble(file []byte) []byte {
	lines := strings.Split(string(file), "\n")
	for i, l := range lines {
		if at := strings.Index(l, `"key": "`); at >= 0 {
			c := byte('A')
			if l[at+8] == 'A' {
				c = 'B'
			}
			lines[i] = l[:at+8] + string(c) + l[at+9:]
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

func rewrite(t *testing.T, path string, text []byte) {
	t.Helper()
	must(t, os.RemoveAll(path))
	must(t, os.WriteFile(path, text, 0o600))
}

// Rotation runs while writers seal to old and new groups and readers open:
// nothing fails, and all ends under the new key.
func TestRotationUnderWriters(t *testing.T) {
	vaults(t, func(t *testing.T, d *db.DB, v *vault.Vault, path string) {
		ctx := t.Context()
		second := opened(t, d, path, vault.SM)
		boxes := map[int64][]byte{}
		for i := range int64(300) {
			f := vault.Field{Table: "t", Column: "c", Row: i}
			boxes[i] = sealed(t, d, v, vault.GroupOf("g", ref.User(i+1)), f, fmt.Sprint(i))
		}
		stop, failed := make(chan bool), make(chan error, 20)
		for w := range 10 {
			go func() { failed <- busy(t, d, []*vault.Vault{v, second}[w%2], boxes, int64(w), stop) }()
		}
		last := ""
		for range 3 {
			r, err := v.Rotate(ctx, d, security, nil)
			must(t, err)
			last = r.Key
		}
		close(stop)
		for range 10 {
			must(t, <-failed)
		}
		_, err := v.Finish(ctx, d, nil)
		must(t, err)
		left, err := db.Get[int64](ctx, d.Reader(), "SELECT count(*) FROM vault_key WHERE master <> ?", last)
		must(t, err)
		if left != 0 {
			t.Errorf("%d data keys are not under the new key", left)
		}
		fresh := opened(t, d, path, vault.SM)
		for i, box := range boxes {
			got, err := fresh.OpenText(ctx, d.Reader(), vault.GroupOf("g", ref.User(i+1)), vault.Field{Table: "t", Column: "c", Row: i}, box)
			if err != nil || got != fmt.Sprint(i) {
				t.Fatalf("%d: %q %v", i, got, err)
			}
		}
	})
}

func busy(t *testing.T, d *db.DB, v *vault.Vault, boxes map[int64][]byte, w int64, stop chan bool) error {
	ctx := t.Context()
	for n := int64(0); ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		i := rand.Int64N(int64(len(boxes)))
		if _, err := v.Open(ctx, d.Reader(), vault.GroupOf("g", ref.User(i+1)), vault.Field{Table: "t", Column: "c", Row: i}, boxes[i]); err != nil {
			return err
		}
		row := 1_000_000*(w+1) + n
		g, f := vault.GroupOf("g", ref.User(row)), vault.Field{Table: "t", Column: "c", Row: row}
		var box []byte
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			box, err = v.SealText(ctx, tx, g, f, "new")
			return err
		})
		if err != nil {
			return err
		}
		if got, err := v.OpenText(ctx, d.Reader(), g, f, box); err != nil || got != "new" {
			return fmt.Errorf("%q %w", got, err)
		}
	}
}

func BenchmarkRotate100k(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			d := testkit.Open(b, dialect, clock.System{})
			v := opened(b, d, filepath.Join(b.TempDir(), "keys.json"), vault.SM)
			for range 100 {
				must(b, d.Write(b.Context(), func(tx *db.Tx) error {
					for range 1000 {
						row := rand.Int64()
						if _, err := v.SealText(b.Context(), tx, vault.GroupOf("child", ref.User(row)), vault.Field{Row: row}, "x"); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			for b.Loop() {
				r, err := v.Rotate(b.Context(), d, security, nil)
				must(b, err)
				if r.Rewrapped != 100_000 {
					b.Fatal(r)
				}
			}
		})
	}
}

func TestKeysMadeAheadAreKeptUnderTheKeyOfTheDay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := t.Context()
		v, err := vault.Open(ctx, d, filepath.Join(t.TempDir(), "k"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		group, field := vault.GroupOf("child", ref.Child(7)), vault.Field{Table: "child_dossier", Column: "sealed", Row: 7}
		sealed, keys, err := v.SealNew([]vault.Sealed{{Group: group, Field: field, Bytes: []byte("住址")}, {Group: group, Field: field}}, clock.Of(d.Clock.Now()))
		if err != nil || len(sealed[1]) != 0 {
			t.Fatal(err, sealed[1])
		}
		if _, err := v.Rotate(ctx, d, security, nil); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time the group has a key
			err = d.Write(ctx, func(tx *db.Tx) error { return v.Keep(ctx, tx, keys) })
		}
		if !db.IsUnique(err) {
			t.Errorf("a key was replaced: %v", err)
		}
		old, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM vault_key k JOIN vault_master m ON m.id = k.master WHERE m.state <> 'current'")
		if err != nil || old != 0 {
			t.Errorf("%d keys under a former master (%v)", old, err)
		}
		got, err := v.Open(ctx, d.Reader(), group, field, sealed[0])
		if err != nil || string(got) != "住址" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

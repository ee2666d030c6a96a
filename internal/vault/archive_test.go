package vault_test

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

func archive(t *testing.T, plain []byte) (sealed []byte, keys string) {
	t.Helper()
	keys = filepath.Join(t.TempDir(), "k")
	v, err := vault.Open(t.Context(), testkit.Open(t, db.SQLite, clock.At(testkit.Noon)), keys, vault.SM)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := v.Archive(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), keys
}

func unarchive(keys string, sealed []byte) ([]byte, error) {
	r, err := vault.ReadArchive(keys, bytes.NewReader(sealed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestArchiveComesBackAndHidesItsContent(t *testing.T) {
	for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, 3<<20 + 7} {
		plain := bytes.Repeat([]byte("住址"), size/6+1)[:size]
		sealed, keys := archive(t, plain)
		got, err := unarchive(keys, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %d back, %v", size, len(got), err)
		}
		if size > 6 && bytes.Contains(sealed, []byte("住址")) {
			t.Errorf("%d bytes: readable", size)
		}
	}
}

func TestDamagedArchiveIsRefused(t *testing.T) {
	sealed, keys := archive(t, bytes.Repeat([]byte{7}, 2<<20+5))
	head := bytes.IndexByte(sealed, '\n') + 1
	chunk := 4 + 1<<20 + 16
	changed := func(at int) []byte {
		out := bytes.Clone(sealed)
		out[at] ^= 1
		return out
	}
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, bad := range map[string][]byte{
		"empty":                nil,
		"another file":         []byte("PK\x03\x04 something\n"),
		"cut in a chunk":       sealed[:len(sealed)-3],
		"cut between chunks":   sealed[:head+2*chunk],
		"only the header":      sealed[:head],
		"changed header":       changed(head - 10),
		"changed first chunk":  changed(head + 100),
		"changed last byte":    changed(len(sealed) - 1),
		"changed length":       changed(head),
		"chunks exchanged":     join(sealed[:head], sealed[head+chunk:head+2*chunk], sealed[head:head+chunk], sealed[head+2*chunk:]),
		"chunk left out":       join(sealed[:head], sealed[head+chunk:]),
		"chunk repeated":       join(sealed[:head+chunk], sealed[head:]),
		"something at the end": join(sealed, []byte{0}),
	} {
		if _, err := unarchive(keys, bad); err == nil {
			t.Errorf("%s: taken for whole", name)
		}
	}
	_, other := archive(t, nil)
	if _, err := unarchive(other, sealed); err == nil {
		t.Error("opened with another key file")
	}
}

package testkit

import (
	"path/filepath"
	"testing"

	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Cabinet gives the files of children on a database, with keys of its own and
// the rules of a county.
func Cabinet(t testing.TB, d *db.DB, county string) *child.Cabinet {
	t.Helper()
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
	if err != nil {
		t.Fatal(err)
	}
	book := Book(t, county)
	return &child.Cabinet{Vault: v, Book: func() *rule.Book { return book }}
}

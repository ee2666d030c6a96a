// Package migrations holds the schema as forward-only steps in SQL which both
// databases understand; sqlite/ and postgres/ hold what must differ.
//
// Rules of the text: every column is NOT NULL (absent is 0 or ”); ids and
// instants are BIGINT; a single id key is written BIGINT PRIMARY KEY, which
// becomes SQLite's rowid; a table that is sought by its key alone ends in WITHOUT
// ROWID, which PostgreSQL does not know and is not told; bytes are BYTEA; dates
// and JSON are TEXT. A comment stands above each table and each column that is
// not obvious.
package migrations

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"
)

//go:embed [0-9]*.sql all:sqlite all:postgres
var files embed.FS

// For gives the steps for a dialect ("sqlite" or "postgres"), in one folder.
func For(dialect string) (fs.FS, error) {
	out := fstest.MapFS{}
	for _, dir := range []string{".", dialect} {
		entries, err := files.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.IsDir() || !strings.HasSuffix(e.Name(), ".sql") {
				continue
			}
			text, err := files.ReadFile(path.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			out[e.Name()] = &fstest.MapFile{Data: adapt(dialect, text)}
		}
	}
	return out, nil
}

func adapt(dialect string, text []byte) []byte {
	if dialect != "sqlite" {
		return []byte(strings.ReplaceAll(string(text), ") WITHOUT ROWID;", ");"))
	}
	return []byte(strings.ReplaceAll(string(text), "BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY"))
}

package arch

import (
	"context"
	"strings"

	"weibao/internal/db"
)

// schemaFile is the schema as readers see it; `make schema` writes it.
const schemaFile = "migrations/schema.sql"

// Schema gives the text of the schema that a migrated SQLite database has.
func Schema(ctx context.Context, d *db.DB) (string, error) {
	texts, err := db.All[string](ctx, d.Reader(), `SELECT sql FROM sqlite_master
		WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite_%' AND tbl_name NOT LIKE 'goose_%'
		ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, name`)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("-- The schema after all steps, as SQLite keeps it; written by `make schema`, never by hand.\n")
	for _, text := range texts {
		if strings.HasPrefix(text, "CREATE TABLE") || strings.HasPrefix(text, "CREATE VIRTUAL") || strings.HasPrefix(text, "CREATE VIEW") {
			b.WriteString("\n")
		}
		b.WriteString(text + ";\n")
	}
	return b.String(), nil
}

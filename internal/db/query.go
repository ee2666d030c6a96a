package db

import (
	"context"
	"database/sql"
	"reflect"
	"strings"
	"sync"
	"unicode"

	"github.com/jmoiron/sqlx"
	"github.com/jmoiron/sqlx/reflectx"

	"weibao/internal/errs"
)

// Columns are the Go field names in snake case: DueAt is due_at, TOTP totp.
var mapper = reflectx.NewMapperFunc("db", Snake)

// All gives every row of a query; T is a struct whose fields name the
// columns, or a single value.
func All[T any](ctx context.Context, t *Tx, query string, args ...any) ([]T, error) {
	rows, err := t.rows(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	scan := scanner[T](rows)
	for rows.Next() {
		var v T
		if err := scan(&v); err != nil {
			return nil, t.wrap(err, query)
		}
		out = append(out, v)
	}
	return out, t.wrap(rows.Err(), query)
}

// Get gives the one row of a query; none is errs.Missing.
func Get[T any](ctx context.Context, t *Tx, query string, args ...any) (T, error) {
	v, ok, err := Maybe[T](ctx, t, query, args...)
	if err == nil && !ok {
		err = errs.Missing()
	}
	return v, err
}

// Maybe gives the first row of a query and tells whether there was one.
func Maybe[T any](ctx context.Context, t *Tx, query string, args ...any) (v T, ok bool, err error) {
	rows, err := t.rows(ctx, query, args...)
	if err != nil {
		return v, false, err
	}
	defer rows.Close()
	if rows.Next() {
		ok = true
		if err := scanner[T](rows)(&v); err != nil {
			return v, false, t.wrap(err, query)
		}
	}
	return v, ok, t.wrap(rows.Err(), query)
}

func scanner[T any](rows *sql.Rows) func(*T) error {
	kind := reflect.TypeFor[T]()
	if kind.Kind() == reflect.Struct && !kind.Implements(reflect.TypeFor[sql.Scanner]()) && !reflect.PointerTo(kind).Implements(reflect.TypeFor[sql.Scanner]()) {
		x := &sqlx.Rows{Rows: rows, Mapper: mapper}
		return func(v *T) error { return x.StructScan(v) }
	}
	return func(v *T) error { return rows.Scan(v) }
}

// Insert writes v, a struct whose fields name the columns, into a table.
func Insert[T any](ctx context.Context, t *Tx, table string, v T) error {
	return InsertAll(ctx, t, table, []T{v})
}

// maxArgs stays under the argument limits of both databases.
const maxArgs = 8000

// InsertAll writes many rows into a table with few statements.
func InsertAll[T any](ctx context.Context, t *Tx, table string, rows []T) error {
	shape := shapeOf(reflect.TypeFor[T]())
	step := max(maxArgs/len(shape.columns), 1)
	if t.Dialect == SQLite {
		step = min(step, 50)
	}
	for len(rows) > 0 {
		n := min(step, len(rows))
		args := make([]any, 0, n*len(shape.columns))
		for i := range n {
			v := reflect.ValueOf(&rows[i]).Elem()
			for _, index := range shape.fields {
				args = append(args, argument(v.FieldByIndex(index)))
			}
		}
		if _, err := t.Exec(ctx, shape.insert(table, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// argument gives a field as the drivers want it, so that they need not look
// at its type again.
func argument(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.String:
		return v.String()
	}
	return v.Interface()
}

// shape is how a struct lies in a table.
type shape struct {
	columns []string
	fields  [][]int
	inserts sync.Map // table and number of rows → statement
}

type insertKey struct {
	table string
	n     int
}

func (s *shape) insert(table string, n int) string {
	key := insertKey{table, n}
	if known, ok := s.inserts.Load(key); ok {
		return known.(string)
	}
	group := "(?" + strings.Repeat(",?", len(s.columns)-1) + ")"
	text := "INSERT INTO " + table + " (" + strings.Join(s.columns, ", ") + ") VALUES " +
		group + strings.Repeat(","+group, n-1)
	s.inserts.Store(key, text)
	return text
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(kind reflect.Type) *shape {
	if known, ok := shapes.Load(kind); ok {
		return known.(*shape)
	}
	s := &shape{}
	for _, f := range reflect.VisibleFields(kind) {
		if f.Anonymous || !f.IsExported() || f.Tag.Get("db") == "-" {
			continue
		}
		name := f.Tag.Get("db")
		if name == "" {
			name = Snake(f.Name)
		}
		s.columns = append(s.columns, name)
		s.fields = append(s.fields, f.Index)
	}
	shapes.Store(kind, s)
	return s
}

// ColumnsOf lists the columns of T for a SELECT, each behind the alias.
func ColumnsOf[T any](alias string) string {
	s := shapeOf(reflect.TypeFor[T]())
	return alias + "." + strings.Join(s.columns, ", "+alias+".")
}

// In gives "(?,?,…)" for n arguments; for none a list that holds nothing.
func In(n int) string {
	if n == 0 {
		return "(NULL)"
	}
	return "(?" + strings.Repeat(",?", n-1) + ")"
}

// Args turns a list into arguments.
func Args[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// Snake turns a Go name into a column name.
func Snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		startsWord := unicode.IsUpper(r) && i > 0 &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if startsWord {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

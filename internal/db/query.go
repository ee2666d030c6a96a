package db

import (
	"context"
	"database/sql"
	"fmt"
	"math/bits"
	"reflect"
	"strings"
	"sync"
	"unicode"

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
	var v T
	var out []T
	scan := scanner(rows, &v)
	for rows.Next() {
		if err := scan(); err != nil {
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
		if err := scanner(rows, &v)(); err != nil {
			return v, false, t.wrap(err, query)
		}
	}
	return v, ok, t.wrap(rows.Err(), query)
}

// scanner reads row after row into v: where each column goes is found out once,
// and as every row has all columns, nothing of the row before stays.
func scanner[T any](rows *sql.Rows, v *T) func() error {
	into := []any{any(v)}
	var unknown error
	kind := reflect.TypeFor[T]()
	if kind.Kind() == reflect.Struct && !kind.Implements(reflect.TypeFor[sql.Scanner]()) && !reflect.PointerTo(kind).Implements(reflect.TypeFor[sql.Scanner]()) {
		into, unknown = fieldsOf(rows, reflect.ValueOf(v).Elem())
	}
	return func() error {
		if unknown != nil {
			return unknown
		}
		return rows.Scan(into...)
	}
}

// fieldsOf gives pointers to the fields of a struct in the order of a query's columns.
func fieldsOf(rows *sql.Rows, v reflect.Value) ([]any, error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	into := make([]any, len(columns))
	for i, path := range mapper.TraversalsByName(v.Type(), columns) {
		if len(path) == 0 {
			return nil, fmt.Errorf("no field of %s for column %s", v.Type(), columns[i])
		}
		into[i] = reflectx.FieldByIndexes(v, path).Addr().Interface()
	}
	return into, nil
}

// Insert writes v, a struct whose fields name the columns, into a table.
func Insert[T any](ctx context.Context, t *Tx, table string, v T) error {
	return InsertAll(ctx, t, table, []T{v})
}

// InsertAll writes many rows into a table with few statements.
func InsertAll[T any](ctx context.Context, t *Tx, table string, rows []T) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	return t.insert(ctx, batchOf(table, rows))
}

// Append is InsertAll for rows that are written blindly, as most facts and all
// journals are: they are written before the next statement of the transaction,
// or at its end in one go with those of everybody in the same commit. What is
// wrong with them is told there, by Write.
func Append[T any](t *Tx, table string, rows ...T) error {
	if t.readOnly {
		return errReadOnly
	}
	t.pending = join(t.pending, batchOf(table, rows))
	return nil
}

// batch are rows on their way into a table.
type batch struct {
	table string
	shape *shape
	args  []any
}

func batchOf[T any](table string, rows []T) batch {
	b := batch{table: table, shape: shapeOf(reflect.TypeFor[T]())}
	b.args = make([]any, 0, len(rows)*len(b.shape.columns))
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		for _, index := range b.shape.fields {
			b.args = append(b.args, argument(v.FieldByIndex(index)))
		}
	}
	return b
}

// join adds a batch to those of other tables, which keep their order.
func join(list []batch, b batch) []batch {
	for i := range list {
		if list[i].table == b.table && list[i].shape == b.shape {
			list[i].args = append(list[i].args, b.args...)
			return list
		}
	}
	return append(list, b)
}

// fewRows are inserted; PostgreSQL takes more of them as a copy.
const fewRows = 8

const (
	maxArgs = 8000 // under the argument limits of both databases
	maxRows = 32   // of one statement on SQLite, which prepares each number of rows anew
)

// statements parts a batch into statements. On SQLite their numbers of rows are
// powers of two, so that few different ones need to be prepared.
func (b batch) statements(d Dialect, run func(query string, args []any) error) error {
	width := len(b.shape.columns)
	step := max(maxArgs/width, 1)
	if d == SQLite {
		step = min(step, maxRows)
	}
	for args := b.args; len(args) > 0; {
		n := min(step, len(args)/width)
		if d == SQLite {
			n = 1 << (bits.Len(uint(n)) - 1)
		}
		if err := run(b.shape.insert(d, b.table, n), args[:n*width]); err != nil {
			return err
		}
		args = args[n*width:]
	}
	return nil
}

func (t *Tx) insert(ctx context.Context, b batch) error {
	if p, ok := t.q.(*transaction); ok {
		t.wrote = true
		rest, err := p.copy(ctx, []batch{b})
		if err != nil || len(rest) == 0 {
			return t.wrap(err, "COPY "+b.table)
		}
	}
	return b.statements(t.Dialect, func(query string, args []any) error {
		_, err := t.exec(ctx, query, args)
		if err != nil && t.Dialect == SQLite && len(args) > len(b.shape.columns) {
			t.torn = err
		}
		return err
	})
}

// flush writes what was appended.
func (t *Tx) flush(ctx context.Context) error {
	list := t.pending
	t.pending = nil
	for _, b := range list {
		if err := t.insert(ctx, b); err != nil {
			return err
		}
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
	case reflect.Bool:
		if v.Bool() {
			return int64(1)
		}
		return int64(0)
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
	dialect Dialect
	table   string
	n       int
}

// insertWords begin an insert of several rows. On SQLite the rows before one
// that fails stay, so that it need not copy every page that it touches; the
// transaction cannot be kept then.
var insertWords = map[Dialect]string{SQLite: "INSERT OR FAIL INTO ", Postgres: "INSERT INTO "}

func (s *shape) insert(d Dialect, table string, n int) string {
	key := insertKey{d, table, n}
	if known, ok := s.inserts.Load(key); ok {
		return known.(string)
	}
	group := "(?" + strings.Repeat(",?", len(s.columns)-1) + ")"
	text := insertWords[d] + table + " (" + strings.Join(s.columns, ", ") + ") VALUES " +
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

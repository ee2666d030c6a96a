package db

import (
	"context"
	"database/sql"
	"strings"
	"sync"
)

// maxStatements bounds a cache of prepared statements; queries beyond it run unprepared.
const maxStatements = 1000

type preparer interface {
	querier
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements prepares each query once; parsing SQL costs SQLite more than
// running a point query.
type statements struct {
	base  preparer
	mu    sync.RWMutex
	known map[string]*sql.Stmt
}

func newStatements(base preparer) *statements {
	return &statements{base: base, known: map[string]*sql.Stmt{}}
}

func (s *statements) get(ctx context.Context, query string) *sql.Stmt {
	s.mu.RLock()
	stmt := s.known[query]
	s.mu.RUnlock()
	if stmt != nil {
		return stmt
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.known[query]; stmt != nil {
		return stmt
	}
	if len(s.known) >= maxStatements {
		return nil
	}
	stmt, err := s.base.PrepareContext(context.WithoutCancel(ctx), settled(query))
	if err != nil {
		return nil
	}
	s.known[strings.Clone(query)] = stmt
	return stmt
}

// settled hides the number of a LIMIT from SQLite's planner, which would else
// plan a prepared query anew each time that its arguments are bound.
func settled(query string) string { return strings.ReplaceAll(query, "LIMIT ?", "LIMIT ?+0") }

// ExecContext runs a statement, prepared if the cache has room.
func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt := s.get(ctx, query); stmt != nil {
		return stmt.ExecContext(ctx, args...)
	}
	return s.base.ExecContext(ctx, query, args...)
}

// QueryContext runs a query, prepared if the cache has room.
func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := s.get(ctx, query); stmt != nil {
		return stmt.QueryContext(ctx, args...)
	}
	return s.base.QueryContext(ctx, query, args...)
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.known {
		stmt.Close()
	}
	clear(s.known)
}

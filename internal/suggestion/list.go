package suggestion

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Filter chooses suggestions; zero fields choose all.
type Filter struct {
	Mine    bool // the actor's own, whatever his right
	Waiting bool // not answered yet
	Kind    Kind
	Before  ref.Suggestion // page key: older than this one
	Limit   int
}

const pageSize = 50

// List gives suggestions, newest first: the actor's own to everybody, those
// of his region to whoever has suggestion.list.
func (b *Box) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Suggestion, error) {
	need := access.Permission("suggestion.list")
	if f.Mine {
		need = "suggestion.add"
	}
	if err := by.Require(need); err != nil {
		return nil, err
	}
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = pageSize
	}
	return list(ctx, tx, by, f)
}

// Get gives one suggestion to its author, or to whoever has suggestion.list in its region.
func (b *Box) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Suggestion) (Suggestion, error) {
	if err := by.Require("suggestion.add"); err != nil {
		return Suggestion{}, err
	}
	s, err := get(ctx, tx, by, id)
	if err == nil && s.Author != by.User && !by.Can("suggestion.list") {
		return Suggestion{}, errs.Missing()
	}
	return s, err
}

// Waiting counts the unanswered suggestions in the actor's region; nobody else's number is told.
func (b *Box) Waiting(ctx context.Context, tx *db.Tx, by access.Actor) (int64, error) {
	if !by.Can("suggestion.list") {
		return 0, nil
	}
	return countWaiting(ctx, tx, by)
}

// Package audit is the append-only journal of who did what, and the proof
// that nobody changed it 「安全审计」.
//
// It owns audit_entry and audit_block. Every operation writes its entry in
// the transaction of the fact; a refused journal refuses the fact. A Sealer
// binds entries into blocks, each carrying the keyed seal of the one before
// and the count of all, and copies each seal outside the database, so that
// editing, deleting, inserting, reordering, restamping, cutting the tail and
// going back to an older database are all found by Verify
// (GB/T 22239-2019 8.1.4.3). Details hold refs and words of rules, never
// personal data in clear. Nothing here updates or deletes an entry.
package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Entry is one line of the journal.
type Entry struct {
	ID        ref.Audit
	At        clock.Instant
	Actor     ref.User
	ActorName string
	Unit      ref.Unit
	Role      access.Role
	Action    access.Permission
	Subject   string // kind of thing: a table's name
	SubjectID int64
	Detail    string // JSON
	Block     int64  // 0 until sealed
}

var errNobody = errors.New("audit: nobody acts")

// Write journals that by did action to the subject, in the transaction of the
// fact. Detail becomes JSON; nil is none.
func Write[T ref.ID](ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, subject string, id T, detail any) error {
	e, err := entry(tx, by, action, subject, int64(id), detail)
	if err != nil {
		return err
	}
	return insert(tx, e)
}

// Item is one of many things to which the same was done.
type Item struct {
	ID     int64
	Detail any
}

// WriteAll journals one action on many things with few statements.
func WriteAll(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, subject string, items []Item) error {
	entries := make([]Entry, len(items))
	for i, item := range items {
		e, err := entry(tx, by, action, subject, item.ID, item.Detail)
		if err != nil {
			return err
		}
		entries[i] = e
	}
	return insert(tx, entries...)
}

func entry(tx *db.Tx, by access.Actor, action access.Permission, subject string, id int64, detail any) (Entry, error) {
	if by.IsZero() {
		return Entry{}, errNobody
	}
	text := "{}"
	if detail != nil {
		b, err := json.Marshal(detail)
		if err != nil {
			return Entry{}, fmt.Errorf("audit.Write: %w", err)
		}
		text = string(b)
	}
	return Entry{
		ID: ref.New[ref.Audit](tx.Now.Time()), At: tx.Now,
		Actor: by.User, ActorName: by.Name, Unit: by.Post.Unit, Role: by.Post.Role,
		Action: action, Subject: subject, SubjectID: id, Detail: text,
	}, nil
}

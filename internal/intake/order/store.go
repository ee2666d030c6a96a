package order

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

// claim notes the number of an order, or finds whose it is; both write.
func claim(ctx context.Context, tx *db.Tx, r row) (row, error) {
	return db.Get[row](ctx, tx, "INSERT INTO intake_order AS o (id, channel, outside, home, body, request, report, at, upload, by_unit, first, due, returned, sent, repeats, sealed) "+
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, ?) ON CONFLICT (channel, outside) DO UPDATE SET repeats = o.repeats + 1 "+
		"RETURNING id, channel, outside, home, body, request, report, at, upload, by_unit, first, due, returned, sent, repeats, sealed",
		r.ID, r.Channel, r.Outside, r.Home, r.Body, r.Request, r.Report, r.At, r.Upload, r.ByUnit, r.First, r.Due, r.Sealed)
}

// keyTaken tells whether the key of a request was used for another number or other content.
func keyTaken(ctx context.Context, tx *db.Tx, r row) (bool, error) {
	if len(r.Request) == 0 {
		return false, nil
	}
	n, err := db.Get[int64](ctx, tx, "SELECT (SELECT count(*) FROM intake_order o WHERE o.request = ? AND NOT (o.channel = ? AND o.outside = ? AND o.body = ?)) + "+
		"(SELECT count(*) FROM intake_supplement s JOIN intake_order o ON o.id = s.parent WHERE s.request = ? AND NOT (o.channel = ? AND o.outside = ? AND s.body = ?))",
		r.Request, r.Channel, r.Outside, r.Body, r.Request, r.Channel, r.Outside, r.Body)
	return n > 0, err
}

func supplementOf(ctx context.Context, tx *db.Tx, parent ref.Order, body []byte) (addition, bool, error) {
	return db.Maybe[addition](ctx, tx, "SELECT "+db.ColumnsOf[addition]("s")+" FROM intake_supplement s WHERE s.parent = ? AND s.body = ?", parent, body)
}

func insertSupplement(ctx context.Context, tx *db.Tx, a addition) error {
	return db.Insert(ctx, tx, "intake_supplement", a)
}

// setAgain lets an order wait for its result anew.
func setAgain(ctx context.Context, tx *db.Tx, id ref.Order, due int64) error {
	return tx.One(ctx, "UPDATE intake_order SET sent = 0, returned = '', due = ? WHERE id = ?", due, id)
}

func setReturned(ctx context.Context, tx *db.Tx, id ref.Order, reason string) error {
	return tx.One(ctx, "UPDATE intake_order SET returned = ? WHERE id = ?", reason, id)
}

func setSent(ctx context.Context, tx *db.Tx, ids []ref.Order) error {
	_, err := tx.Exec(ctx, "UPDATE intake_order SET sent = ? WHERE id IN "+db.In(len(ids)), append([]any{tx.Now}, db.Args(ids)...)...)
	return err
}

// line is an order with what is open of its report.
type line struct {
	ID           ref.Order
	Channel      string
	Report       ref.Report
	At           clock.Instant
	First        ref.Unit
	Due          int64
	Returned     string
	Sent         clock.Instant
	Sealed       []byte
	Number       string
	State        string
	Urgency      string
	Situation    string
	Lead         ref.Unit
	Accepted     clock.Instant
	Closed       clock.Instant
	AcceptedName string
	Added        int64         // supplements
	AddedAt      clock.Instant // of the latest
}

const lineColumns = "o.id, o.channel, o.report, o.at, o.first, o.due, o.returned, o.sent, o.sealed, r.number, r.state, r.urgency, r.situation, r.lead, r.accepted, r.closed, r.accepted_name, " +
	"(SELECT count(*) FROM intake_supplement s WHERE s.parent = o.id) AS added, (SELECT coalesce(max(s.at), 0) FROM intake_supplement s WHERE s.parent = o.id) AS added_at"

// visible is the condition on what the actor may see: what his unit brought
// in, and what lies in his scope and is not hidden from him.
func visible(by access.Actor) (string, []any) {
	where, args := by.Scope().Where(access.ScopeColumns("r"))
	return "(o.by_unit = ? OR " + where + ") AND r.raised = 0 AND NOT EXISTS (SELECT 1 FROM intake_shield s WHERE s.report = r.id AND s.holder = ?) AND " + intake.Apart(by),
		append(append([]any{by.Post.Unit}, args...), by.User)
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Order) (line, error) {
	where, args := visible(by)
	return db.Get[line](ctx, tx, "SELECT "+lineColumns+" FROM intake_order o JOIN intake_report r ON r.id = o.report WHERE o.id = ? AND "+where, append([]any{id}, args...)...)
}

// choices of the list.
var viewWhere = map[View]string{
	Open: "r.state IN ('received', 'accepted', 'decided', 'merged')", Ready: "r.state IN ('closed', 'rejected') AND o.sent = 0", All: "1 = 1",
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]line, error) {
	where, args := visible(by)
	where += " AND " + viewWhere[f.View]
	if f.Channel != "" {
		where, args = where+" AND o.channel = ?", append(args, f.Channel)
	}
	if f.Before != 0 {
		where, args = where+" AND o.id < ?", append(args, f.Before)
	}
	return db.All[line](ctx, tx, "SELECT "+lineColumns+" FROM intake_order o JOIN intake_report r ON r.id = o.report WHERE "+where+" ORDER BY o.id DESC LIMIT ?", append(args, f.Limit)...)
}

// ended gives what was closed or sent back of a partner's own orders, wherever
// their places lie, after a place in that order; orders of before are known by
// their places alone.
func ended(ctx context.Context, tx *db.Tx, p Partner, after Cursor, limit int) ([]line, error) {
	where, args := p.Scope().Where(access.ScopeColumns("r"))
	where, args = "(o.home = ? AND o.home <> '' OR o.home = '' AND "+where+" OR ? = '')", append(append([]any{Home(p.Region)}, args...), p.Region)
	return db.All[line](ctx, tx, "SELECT "+lineColumns+" FROM intake_order o JOIN intake_report r ON r.id = o.report WHERE o.channel = ? AND r.closed > 0 AND r.state IN ('closed', 'rejected') "+
		"AND (r.closed > ? OR (r.closed = ? AND o.id > ?)) AND "+where+" ORDER BY r.closed, o.id LIMIT ?", slices.Concat([]any{p.Channel, after.Closed, after.Closed, after.ID}, args, []any{limit})...)
}

// byOutside finds an order whose report is stored, too: what another request
// of the same commit appends is seen with it.
func byOutside(ctx context.Context, tx *db.Tx, channel string, outside []byte) (line, bool, error) {
	return db.Maybe[line](ctx, tx, "SELECT "+lineColumns+" FROM intake_order o JOIN intake_report r ON r.id = o.report WHERE o.channel = ? AND o.outside = ?", channel, outside)
}

func insertUpload(ctx context.Context, tx *db.Tx, u Upload) error {
	return db.Insert(ctx, tx, "intake_upload", u)
}

func uploads(ctx context.Context, tx *db.Tx, by access.Actor, limit int) ([]Upload, error) {
	return db.All[Upload](ctx, tx, "SELECT "+db.ColumnsOf[Upload]("u")+" FROM intake_upload u WHERE u.by_unit = ? ORDER BY u.id DESC LIMIT ?", by.Post.Unit, limit)
}

func uploadByID(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Upload) (Upload, error) {
	return db.Get[Upload](ctx, tx, "SELECT "+db.ColumnsOf[Upload]("u")+" FROM intake_upload u WHERE u.id = ? AND u.by_unit = ?", id, by.Post.Unit)
}

func insertPartner(ctx context.Context, tx *db.Tx, p partnerRow) error {
	return db.Insert(ctx, tx, "intake_partner", p)
}

// admitted is the condition on the partners of an actor: those of the division
// for which he works, or all where he looks after the whole installation.
func admitted(by access.Actor) (string, []any) {
	return "(p.region = ? OR ? = '')", []any{by.Post.Region, by.Post.Region}
}

func partners(ctx context.Context, tx *db.Tx, by access.Actor) ([]Partner, error) {
	where, args := admitted(by)
	return db.All[Partner](ctx, tx, "SELECT "+db.ColumnsOf[Partner]("p")+" FROM intake_partner p WHERE "+where+" ORDER BY p.id DESC LIMIT 200", args...)
}

func partnerByToken(ctx context.Context, tx *db.Tx, token []byte) (Partner, bool, error) {
	return db.Maybe[Partner](ctx, tx, "SELECT "+db.ColumnsOf[Partner]("p")+" FROM intake_partner p WHERE p.token = ? AND p.ended = 0", token)
}

func endPartner(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Partner) error {
	where, args := admitted(by)
	return tx.One(ctx, "UPDATE intake_partner AS p SET ended = ? WHERE p.id = ? AND p.ended = 0 AND "+where, append([]any{tx.Now, id}, args...)...)
}

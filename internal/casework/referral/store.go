package referral

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

var (
	columns      = db.ColumnsOf[Referral]("r")
	replyColumns = db.ColumnsOf[Reply]("y")
	dutyColumns  = db.ColumnsOf[duty.Duty]("d")
)

// Serial gives the next number of papers of a kind in a county and year.
func Serial(ctx context.Context, tx *db.Tx, county string, year int, kind string) (int64, error) {
	return db.Get[int64](ctx, tx, `INSERT INTO casework_serial (county, year, kind, n) VALUES (?, ?, ?, 1)
		ON CONFLICT (county, year, kind) DO UPDATE SET n = casework_serial.n + 1 RETURNING n`, county, year, kind)
}

func insert(ctx context.Context, tx *db.Tx, r Referral) error {
	return db.Insert(ctx, tx, "casework_referral", r)
}

func setPaper(ctx context.Context, tx *db.Tx, id ref.Referral, sealed []byte) error {
	return tx.One(ctx, "UPDATE casework_referral SET sealed = ? WHERE id = ?", sealed, id)
}

// owns is the condition that a unit has a duty of the referral.
const owns = "EXISTS (SELECT 1 FROM duty d WHERE d.subject = 'casework_referral' AND d.subject_id = r.id AND d.unit = ?)"

// visible is who may know that a referral exists: who sent it, whose duty it
// is, and the office that rules on returns in its region.
func visible(by access.Actor) (string, []any) {
	if by.Scope().Reach == access.Nothing {
		return "1 = 0", nil
	}
	where, args := "(r.unit = ? OR "+owns, []any{by.Post.Unit, by.Post.Unit}
	if oversees(by) {
		in, more := by.Scope().Where(access.ScopeColumns("r"))
		where, args = where+" OR "+in, append(args, more...)
	}
	return where + ")", args
}

// oversees tells whether an actor looks after the referrals of a region.
func oversees(by access.Actor) bool {
	return by.Post.Role == access.Officer || by.Post.Role == access.Leader
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, more string) (Referral, error) {
	where, args := visible(by)
	return db.Get[Referral](ctx, tx, "SELECT "+columns+" FROM casework_referral r WHERE r.id = ? AND "+where+more, append([]any{id}, args...)...)
}

// known gives a referral without scope: its duty has brought us here.
func known(ctx context.Context, tx *db.Tx, id ref.Referral) (Referral, error) {
	return db.Get[Referral](ctx, tx, "SELECT "+columns+" FROM casework_referral r WHERE r.id = ?", id)
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Referral, error) {
	where, args := visible(by)
	switch {
	case f.Received:
		where, args = owns, []any{by.Post.Unit}
	case f.Sent:
		where, args = "r.unit = ?", []any{by.Post.Unit}
	}
	if f.Open {
		where += " AND EXISTS (SELECT 1 FROM duty l WHERE l.id = r.duty AND l.state = 'open')"
	}
	if f.Before != 0 {
		where, args = where+" AND r.id < ?", append(args, f.Before)
	}
	return db.All[Referral](ctx, tx, "SELECT "+columns+" FROM casework_referral r WHERE "+where+" ORDER BY r.id DESC LIMIT ?", append(args, f.Limit)...)
}

// about gives the referrals on a thing, latest first; the caller has checked
// that the actor may see the thing.
func about(ctx context.Context, tx *db.Tx, a About) ([]Referral, error) {
	return db.All[Referral](ctx, tx, "SELECT "+columns+" FROM casework_referral r WHERE r.subject = ? AND r.subject_id = ? ORDER BY r.id DESC LIMIT 200", a.Kind, a.ID)
}

// dutiesOf gives the units' duties of some referrals.
func dutiesOf(ctx context.Context, tx *db.Tx, ids []ref.Referral) ([]duty.Duty, error) {
	return db.All[duty.Duty](ctx, tx, "SELECT "+dutyColumns+" FROM duty d WHERE d.subject = 'casework_referral' AND d.subject_id IN "+db.In(len(ids))+" ORDER BY d.id", db.Args(ids)...)
}

// waiting gives, of some duties, those whose reply waits for its check and
// those whose return waits for its ruling.
func waiting(ctx context.Context, tx *db.Tx, ids []ref.Duty) (replied, disputed []ref.Duty, err error) {
	in, args := db.In(len(ids)), db.Args(ids)
	if replied, err = db.All[ref.Duty](ctx, tx, "SELECT y.duty FROM casework_reply y WHERE y.state = 'sent' AND y.duty IN "+in, args...); err != nil {
		return nil, nil, err
	}
	disputed, err = db.All[ref.Duty](ctx, tx, "SELECT q.duty FROM duty_request q WHERE q.state = 'asked' AND q.kind = 'return' AND q.duty IN "+in, args...)
	return replied, disputed, err
}

func insertReply(ctx context.Context, tx *db.Tx, y Reply) error {
	return db.Insert(ctx, tx, "casework_reply", y)
}

// replies gives what units said of a referral: all of it, or what one unit said.
func replies(ctx context.Context, tx *db.Tx, id ref.Referral, unit ref.Unit) ([]Reply, error) {
	where, args := "y.referral = ?", []any{id}
	if unit != 0 {
		where, args = where+" AND y.unit = ?", append(args, unit)
	}
	return db.All[Reply](ctx, tx, "SELECT "+replyColumns+" FROM casework_reply y WHERE "+where+" ORDER BY y.id LIMIT 500", args...)
}

func reply(ctx context.Context, tx *db.Tx, id ReplyID) (Reply, error) {
	return db.Get[Reply](ctx, tx, "SELECT "+replyColumns+" FROM casework_reply y WHERE y.id = ?"+tx.ForUpdate(), id)
}

func setChecked(ctx context.Context, tx *db.Tx, y Reply) error {
	return tx.One(ctx, "UPDATE casework_reply SET state = ?, checked = ?, checked_by = ?, checked_name = ?, answer = ? WHERE id = ? AND state = 'sent'",
		y.State, y.Checked, y.CheckedBy, y.CheckedName, append([]byte{}, y.Answer...), y.ID)
}

// returnsOf gives the requests to return a referral, of any of its duties.
func returnsOf(ctx context.Context, tx *db.Tx, ids []ref.Duty) ([]duty.Request, error) {
	return db.All[duty.Request](ctx, tx, "SELECT "+db.ColumnsOf[duty.Request]("q")+" FROM duty_request q WHERE q.kind = 'return' AND q.duty IN "+db.In(len(ids))+" ORDER BY q.id", db.Args(ids)...)
}

// answered tells which duties have replied and were not sent back.
func answered(list []Reply, d duty.Duty) bool {
	return d.State != duty.Open || slices.ContainsFunc(list, func(y Reply) bool { return y.Duty == d.ID && y.Kind == Answer && y.State != Back })
}

// pending gives the lead units of referrals on a thing that are not done.
func pending(ctx context.Context, tx *db.Tx, a About) ([]ref.Unit, error) {
	return db.All[ref.Unit](ctx, tx, "SELECT DISTINCT d.unit FROM casework_referral r JOIN duty d ON d.id = r.duty WHERE r.subject = ? AND r.subject_id = ? AND d.state = 'open' ORDER BY d.unit", a.Kind, a.ID)
}

// signatures gives the units that signed for referrals on a thing.
func signatures(ctx context.Context, tx *db.Tx, a About) ([]Signature, error) {
	return db.All[Signature](ctx, tx, `SELECT d.unit, min(d.signed) AS at FROM casework_referral r JOIN duty d ON d.subject = 'casework_referral' AND d.subject_id = r.id
		WHERE r.subject = ? AND r.subject_id = ? AND d.signed > 0 GROUP BY d.unit ORDER BY d.unit`, a.Kind, a.ID)
}

// Rehome gives the referrals of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE casework_referral SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

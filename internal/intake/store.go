package intake

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var columns = db.ColumnsOf[Report]("r")

// claim notes the key of a request, or finds whose it is; both write.
func claim(ctx context.Context, tx *db.Tx, r keyRow) (keyRow, error) {
	if tx.Early() {
		return r, db.Append(tx, "intake_key", r)
	}
	return db.Get[keyRow](ctx, tx, "INSERT INTO intake_key (key, body, report, serial, at, repeats) VALUES (?, ?, ?, ?, ?, 0) "+
		"ON CONFLICT (key) DO UPDATE SET repeats = intake_key.repeats + 1 RETURNING key, body, report, serial, at, repeats", r.Key, r.Body, r.Report, r.Serial, r.At)
}

// touch finds the key of a request that came before, and writes.
func touch(ctx context.Context, tx *db.Tx, key []byte) (keyRow, error) {
	return db.Get[keyRow](ctx, tx, "UPDATE intake_key SET repeats = repeats + 1 WHERE key = ? RETURNING key, body, report, serial, at, repeats", key)
}

func appendReport(tx *db.Tx, r Report, who *reporterRow) error {
	if err := db.Append(tx, "intake_report", r); err != nil || who == nil {
		return err
	}
	return db.Append(tx, "intake_reporter", *who)
}

// byID gives a report for the program's own work and for the reporter, who has no scope.
func byID(ctx context.Context, tx *db.Tx, id ref.Report) (Report, error) {
	return db.Get[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.id = ?"+tx.ForUpdate(), id)
}

func bySerial(ctx context.Context, tx *db.Tx, serial int64) (Report, bool, error) {
	return db.Maybe[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.serial = ?"+tx.ForUpdate(), serial)
}

// visible is the condition on what the actor may see: his scope, less what
// concerns his own level or himself.
func visible(by access.Actor) (string, []any) {
	where, args := by.Scope().Where(access.ScopeColumns("r"))
	where += " AND (r.raised = 0 OR r.raised = 1 AND r.unit = ? OR 1 = ?) AND NOT EXISTS (SELECT 1 FROM intake_shield s WHERE s.report = r.id AND s.holder = ?) AND " + Apart(by)
	return where, append(args, by.Post.Unit, flag(by.Post.Role == access.Leader), by.User)
}

// Apart is the condition that leaves reports r out which concern officials of
// the actor's own level or one above it: those of a township, for who works in
// one, and those of a village, too, for who works in a village.
func Apart(by access.Actor) string {
	switch n := len(access.Prefix(by.Post.Region)); {
	case n > town:
		return "r.about = ''"
	case n == town:
		return "r.about NOT IN ('township', 'county')"
	}
	return "1 = 1"
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Report, error) {
	where, args := visible(by)
	return db.Get[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.id = ? AND "+where, append([]any{id}, args...)...)
}

func lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Report, error) {
	where, args := visible(by)
	return db.Get[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

// conditions of the views of the list.
var viewWhere = map[View]string{
	Todo: "r.state = 'received'", Working: "r.state IN ('accepted', 'decided')", Pressing: "r.urgency = 'emergency' AND r.state IN ('received', 'accepted', 'decided')",
	Alarming: "r.urgency = 'emergency' AND r.state IN ('received', 'accepted', 'decided') AND r.state <> 'decided'", // as the index of open reports has it
	Asking:   "r.waiting > 0", Done: "r.state IN ('closed', 'rejected', 'merged')", All: "1 = 1",
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Report, error) {
	where, args := visible(by)
	where += " AND " + viewWhere[f.View]
	add := func(cond string, v any) { where, args = where+" AND "+cond, append(args, v) }
	if f.Channel != "" {
		add("r.channel = ?", f.Channel)
	}
	if f.Situation != "" {
		add("r.situation = ?", f.Situation)
	}
	if f.Number != "" {
		add("r.number = ?", f.Number)
	}
	if f.Before != 0 {
		add("r.id < ?", f.Before)
	}
	return db.All[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE "+where+" ORDER BY r.id DESC LIMIT ?", append(args, f.Limit)...)
}

func counts(ctx context.Context, tx *db.Tx, by access.Actor) (Counts, error) {
	where, args := visible(by)
	return db.Get[Counts](ctx, tx, "SELECT coalesce(sum(CASE WHEN r.state = 'received' THEN 1 ELSE 0 END), 0) AS todo, "+
		"coalesce(sum(CASE WHEN r.state IN ('accepted', 'decided') THEN 1 ELSE 0 END), 0) AS working, "+
		"coalesce(sum(CASE WHEN r.urgency = 'emergency' THEN 1 ELSE 0 END), 0) AS pressing, "+
		"coalesce(sum(CASE WHEN r.waiting > 0 THEN 1 ELSE 0 END), 0) AS asking FROM intake_report r WHERE r.state IN ('received', 'accepted', 'decided') AND "+where, args...)
}

// registered gives what the actor wrote down for others.
func registered(ctx context.Context, tx *db.Tx, by access.Actor, before ref.Report, limit int) ([]Report, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	return db.All[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.by_user = ? AND r.id < ? ORDER BY r.id DESC LIMIT ?", by.User, before, limit)
}

func registeredOne(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Report, error) {
	return db.Get[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.by_user = ? AND r.id = ?", by.User, id)
}

func mergedInto(ctx context.Context, tx *db.Tx, id ref.Report) ([]Report, error) {
	return db.All[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.merged = ? ORDER BY r.id"+tx.ForUpdate(), id)
}

// alike gives other reports that the actor may see on the same child, or of the same caller.
func alike(ctx context.Context, tx *db.Tx, by access.Actor, r Report, limit int) ([]Report, error) {
	where, args := visible(by)
	return db.All[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.id <> ? AND ((r.child > 0 AND r.child = ?) OR (r.town <> '' AND r.town = ? AND r.situation = ? AND r.received BETWEEN ? AND ?)) AND "+
		where+" ORDER BY r.id DESC LIMIT ?", append(append([]any{r.ID, r.Child, r.Town, r.Situation, r.Received.Add(-alikeSpan), r.Received.Add(alikeSpan)}, args...), limit)...)
}

// about gives the reports on a child that the actor may see, without those that were raised.
func about(ctx context.Context, tx *db.Tx, by access.Actor, child ref.Child, limit int) ([]Report, error) {
	where, args := visible(by)
	return db.All[Report](ctx, tx, "SELECT "+columns+" FROM intake_report r WHERE r.child > 0 AND r.child = ? AND r.raised = 0 AND "+where+" ORDER BY r.id DESC LIMIT ?", append(append([]any{child}, args...), limit)...)
}

// save writes what operations change of a report.
func save(ctx context.Context, tx *db.Tx, r Report) error {
	return tx.One(ctx, "UPDATE intake_report SET situation = ?, urgency = ?, state = ?, unit = ?, raised = ?, accepted = ?, accepted_name = ?, acted = ?, decided = ?, answered = ?, "+
		"closed = ?, closed_name = ?, lead = ?, merged = ?, child = ?, waiting = ?, duty = ?, reply = ?, named = ? WHERE id = ?",
		r.Situation, r.Urgency, r.State, r.Unit, r.Raised, r.Accepted, r.AcceptedName, r.Acted, r.Decided, r.Answered, r.Closed, r.ClosedName, r.Lead, r.Merged, r.Child, r.Waiting,
		r.Duty, r.Reply, r.Named, r.ID)
}

func insertMessage(ctx context.Context, tx *db.Tx, m messageRow) error {
	return db.Insert(ctx, tx, "intake_message", m)
}

func messagesOf(ctx context.Context, tx *db.Tx, id ref.Report) ([]messageRow, error) {
	return db.All[messageRow](ctx, tx, "SELECT "+db.ColumnsOf[messageRow]("m")+" FROM intake_message m WHERE m.report = ? ORDER BY m.id LIMIT 500", id)
}

func answersOf(ctx context.Context, tx *db.Tx, ids []ref.Report) ([]messageRow, error) {
	return db.All[messageRow](ctx, tx, "SELECT "+db.ColumnsOf[messageRow]("m")+" FROM intake_message m WHERE m.report IN "+db.In(len(ids))+" AND m.kind = 'answer' ORDER BY m.id", db.Args(ids)...)
}

func countMessages(ctx context.Context, tx *db.Tx, id ref.Report, since clock.Instant) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM intake_message m WHERE m.report = ? AND m.side = 'reporter' AND m.at >= ?", id, since)
}

// countUnanswered counts what the reporter himself wrote since the office last wrote to him.
func countUnanswered(ctx context.Context, tx *db.Tx, id ref.Report) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM intake_message m WHERE m.report = ? AND m.kind = 'say' AND "+
		"m.id > (SELECT coalesce(max(x.id), 0) FROM intake_message x WHERE x.report = ? AND x.kind IN ('ask', 'answer'))", id, id)
}

func insertDecision(ctx context.Context, tx *db.Tx, d decisionRow) error {
	return db.Insert(ctx, tx, "intake_decision", d)
}

func decisionsOf(ctx context.Context, tx *db.Tx, id ref.Report) ([]decisionRow, error) {
	return db.All[decisionRow](ctx, tx, "SELECT "+db.ColumnsOf[decisionRow]("d")+" FROM intake_decision d WHERE d.report = ? ORDER BY d.id DESC LIMIT 50", id)
}

func insertLook(ctx context.Context, tx *db.Tx, l Look) error {
	return db.Insert(ctx, tx, "intake_look", l)
}

func looksOf(ctx context.Context, tx *db.Tx, id ref.Report) ([]Look, error) {
	return db.All[Look](ctx, tx, "SELECT "+db.ColumnsOf[Look]("l")+" FROM intake_look l WHERE l.report = ? ORDER BY l.id DESC LIMIT 200", id)
}

func lookedSince(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, since clock.Instant) (bool, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM intake_look l WHERE l.report = ? AND l.by_user = ? AND l.at >= ?", id, by.User, since)
	return n > 0, err
}

func insertShield(ctx context.Context, tx *db.Tx, id ref.Report, holder, by ref.User) error {
	_, err := tx.Exec(ctx, "INSERT INTO intake_shield (report, holder, by_user, at) VALUES (?, ?, ?, ?) ON CONFLICT (report, holder) DO NOTHING", id, holder, by, tx.Now)
	return err
}

func shieldsOf(ctx context.Context, tx *db.Tx, id ref.Report) ([]ref.User, error) {
	return db.All[ref.User](ctx, tx, "SELECT s.holder FROM intake_shield s WHERE s.report = ? ORDER BY s.holder", id)
}

func reporterOf(ctx context.Context, tx *db.Tx, id ref.Report) (reporterRow, error) {
	return db.Get[reporterRow](ctx, tx, "SELECT "+db.ColumnsOf[reporterRow]("w")+" FROM intake_reporter w WHERE w.report = ?", id)
}

func putReporter(ctx context.Context, tx *db.Tx, w reporterRow) error {
	_, err := tx.Exec(ctx, "INSERT INTO intake_reporter (report, phone, sealed) VALUES (?, ?, ?) ON CONFLICT (report) DO UPDATE SET phone = excluded.phone, sealed = excluded.sealed", w.Report, w.Phone, w.Sealed)
	return err
}

// callsOf gives the reports of a phone that the actor may see or wrote down himself.
func callsOf(ctx context.Context, tx *db.Tx, by access.Actor, phone []byte) ([]Report, error) {
	where, args := visible(by)
	return db.All[Report](ctx, tx, "SELECT "+columns+" FROM intake_reporter w JOIN intake_report r ON r.id = w.report WHERE w.phone = ? AND (r.by_user = ? OR "+where+") ORDER BY r.id DESC LIMIT 10",
		append([]any{phone, by.User}, args...)...)
}

func insertRequest(ctx context.Context, tx *db.Tx, q Request) error {
	return db.Insert(ctx, tx, "intake_request", q)
}

func requestsOf(ctx context.Context, tx *db.Tx, id ref.Report) ([]Request, error) {
	return db.All[Request](ctx, tx, "SELECT "+db.ColumnsOf[Request]("q")+" FROM intake_request q WHERE q.report = ? ORDER BY q.id DESC LIMIT 50", id)
}

func lockRequest(ctx context.Context, tx *db.Tx, report ref.Report, id ref.Request) (Request, error) {
	return db.Get[Request](ctx, tx, "SELECT "+db.ColumnsOf[Request]("q")+" FROM intake_request q WHERE q.id = ? AND q.report = ?"+tx.ForUpdate(), id, report)
}

func saveRequest(ctx context.Context, tx *db.Tx, q Request) error {
	return tx.One(ctx, "UPDATE intake_request SET state = ?, decided = ?, decided_by = ?, decided_name = ?, until = ? WHERE id = ?", q.State, q.Decided, q.DecidedBy, q.DecidedName, q.Until, q.ID)
}

func putDraft(ctx context.Context, tx *db.Tx, by access.Actor, sealed []byte) error {
	_, err := tx.Exec(ctx, "INSERT INTO intake_draft (holder, at, sealed) VALUES (?, ?, ?) ON CONFLICT (holder) DO UPDATE SET at = excluded.at, sealed = excluded.sealed", by.User, tx.Now, sealed)
	return err
}

func draftOf(ctx context.Context, tx *db.Tx, by access.Actor) (draftRow, bool, error) {
	return db.Maybe[draftRow](ctx, tx, "SELECT d.holder, d.at, d.sealed FROM intake_draft d WHERE d.holder = ?", by.User)
}

func dropDraft(ctx context.Context, tx *db.Tx, by access.Actor) error {
	_, err := tx.Exec(ctx, "DELETE FROM intake_draft WHERE holder = ?", by.User)
	return err
}

// Rehome gives the reports of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE intake_report SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

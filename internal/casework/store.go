package casework

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var (
	columns       = db.ColumnsOf[Case]("c")
	memberColumns = db.ColumnsOf[Member]("m")
	goalColumns   = db.ColumnsOf[Goal]("g")
	eventColumns  = db.ColumnsOf[Event]("e")
)

// visible is the condition that the actor belongs to the team now.
const visible = "EXISTS (SELECT 1 FROM casework_member m WHERE m.holder = ? AND m.whole = c.id AND (m.until = 0 OR m.until > ?))"

func insertCase(ctx context.Context, tx *db.Tx, c Case) error {
	return db.Insert(ctx, tx, "casework_case", c)
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, more string) (Case, error) {
	return db.Get[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.id = ? AND "+visible+more, id, by.User, tx.Now)
}

// byNumber finds a case in the actor's region for who must look in an emergency.
func byNumber(ctx context.Context, tx *db.Tx, by access.Actor, number string) (Case, error) {
	where, args := by.Scope().Where(access.ScopeColumns("c"))
	return db.Get[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.number = ? AND "+where, append([]any{number}, args...)...)
}

// known gives a case for work of the program that has its own right to it.
func known(ctx context.Context, tx *db.Tx, id ref.Case) (Case, error) {
	return db.Get[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.id = ?"+tx.ForUpdate(), id)
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Case, error) {
	where, args := visible, []any{by.User, tx.Now}
	if !f.Closed {
		where += " AND c.closed = 0"
	} else {
		where += " AND c.closed > 0"
	}
	if f.Before != 0 {
		where, args = where+" AND c.id < ?", append(args, f.Before)
	}
	return db.All[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE "+where+" ORDER BY c.id DESC LIMIT ?", append(args, f.Limit)...)
}

func openOfChild(ctx context.Context, tx *db.Tx, id ref.Child) ([]Case, error) {
	return db.All[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.child = ? AND c.closed = 0 ORDER BY c.id"+tx.ForUpdate(), id)
}

// fromOrigin gives the cases that something led to, for the program's own notes.
func fromOrigin(ctx context.Context, tx *db.Tx, origin Origin, id int64) ([]Case, error) {
	return db.All[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.origin_id > 0 AND c.origin = ? AND c.origin_id = ? ORDER BY c.id", origin, id)
}

// ownFromOrigin gives those of them that the actor may see.
func ownFromOrigin(ctx context.Context, tx *db.Tx, by access.Actor, origin Origin, id int64) ([]Case, error) {
	return db.All[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.origin_id > 0 AND c.origin = ? AND c.origin_id = ? AND "+visible+" ORDER BY c.id", origin, id, by.User, tx.Now)
}

// ofChild gives the cases of a child that the actor may see.
func ofChild(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Case, error) {
	return db.All[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.child = ? AND "+visible+" ORDER BY c.id DESC", id, by.User, tx.Now)
}

// kin gives the other cases of a family which the actor may see.
func kin(ctx context.Context, tx *db.Tx, by access.Actor, c Case) ([]Case, error) {
	if c.Family == 0 {
		return nil, nil
	}
	return db.All[Case](ctx, tx, "SELECT "+columns+" FROM casework_case c WHERE c.family = ? AND c.id <> ? AND "+visible+" ORDER BY c.id", c.Family, c.ID, by.User, tx.Now)
}

func setFamily(ctx context.Context, tx *db.Tx, family int64, ids ...ref.Case) error {
	_, err := tx.Exec(ctx, "UPDATE casework_case SET family = ? WHERE id IN "+db.In(len(ids)), append([]any{family}, db.Args(ids)...)...)
	return err
}

func joinFamilies(ctx context.Context, tx *db.Tx, from, to int64) error {
	_, err := tx.Exec(ctx, "UPDATE casework_case SET family = ? WHERE family = ? AND family > 0", to, from)
	return err
}

func setEditor(ctx context.Context, tx *db.Tx, c Case) error {
	return tx.One(ctx, "UPDATE casework_case SET editor = ?, editor_name = ?, editing = ? WHERE id = ?", c.Editor, c.EditorName, c.Editing, c.ID)
}

// savePlan raises the version of the care plan; a version that is not the one
// seen touches nothing.
func savePlan(ctx context.Context, tx *db.Tx, c Case, seen int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE casework_case SET version = version + 1, saved = ?, saved_by = ?, editor = 0, editor_name = '', editing = 0 WHERE id = ? AND version = ?", c.Saved, c.SavedBy, c.ID, seen)
	return n == 1, err
}

func setPlanned(ctx context.Context, tx *db.Tx, c Case) error {
	return tx.One(ctx, "UPDATE casework_case SET planned = ?, planned_by = ? WHERE id = ?", c.Planned, c.PlannedBy, c.ID)
}

func setClosed(ctx context.Context, tx *db.Tx, c Case) error {
	return tx.One(ctx, "UPDATE casework_case SET closed = ?, outcome = ?, planned = ?, planned_by = ? WHERE id = ?", c.Closed, c.Outcome, c.Planned, c.PlannedBy, c.ID)
}

func openDuties(ctx context.Context, tx *db.Tx, id ref.Case, kind string) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, "SELECT d.id FROM duty d WHERE d.subject = 'casework_case' AND d.subject_id = ? AND d.kind = ? AND d.state = 'open' ORDER BY d.id"+tx.ForUpdate(), id, kind)
}

// Teams.

func insertMember(ctx context.Context, tx *db.Tx, m Member) error {
	return db.Insert(ctx, tx, "casework_member", m)
}

func teamOf(ctx context.Context, tx *db.Tx, id ref.Case) ([]Member, error) {
	return db.All[Member](ctx, tx, "SELECT "+memberColumns+" FROM casework_member m WHERE m.whole = ? ORDER BY m.id", id)
}

func teams(ctx context.Context, tx *db.Tx, ids []ref.Case) ([]Member, error) {
	return db.All[Member](ctx, tx, "SELECT "+memberColumns+" FROM casework_member m WHERE m.whole IN "+db.In(len(ids))+" ORDER BY m.id", db.Args(ids)...)
}

func endMember(ctx context.Context, tx *db.Tx, id MemberID) error {
	return tx.One(ctx, "UPDATE casework_member SET until = ? WHERE id = ?", tx.Now, id)
}

func setRole(ctx context.Context, tx *db.Tx, id MemberID, role string) error {
	return tx.One(ctx, "UPDATE casework_member SET role = ? WHERE id = ?", role, id)
}

func membershipsOf(ctx context.Context, tx *db.Tx, unit ref.Unit, holder ref.User) ([]Member, error) {
	return db.All[Member](ctx, tx, "SELECT "+memberColumns+" FROM casework_member m WHERE m.holder = ? AND m.unit = ? AND m.until = 0 ORDER BY m.id"+tx.ForUpdate(), holder, unit)
}

func countMemberships(ctx context.Context, tx *db.Tx, unit ref.Unit, holder ref.User) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(DISTINCT m.whole) FROM casework_member m WHERE m.holder = ? AND m.unit = ? AND m.until = 0", holder, unit)
}

// Goals.

func goalsOf(ctx context.Context, tx *db.Tx, id ref.Case) ([]Goal, error) {
	return db.All[Goal](ctx, tx, "SELECT "+goalColumns+" FROM casework_goal g WHERE g.whole = ? ORDER BY g.id", id)
}

func putGoal(ctx context.Context, tx *db.Tx, g Goal) error {
	_, err := tx.Exec(ctx, `INSERT INTO casework_goal (id, whole, side, label, unit, due, state, sealed, changed, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (whole, side) DO UPDATE SET label = excluded.label, unit = excluded.unit, due = excluded.due, state = excluded.state, sealed = excluded.sealed, changed = excluded.changed, ended = excluded.ended`,
		g.ID, g.Whole, g.Side, g.Label, g.Unit, g.Due, g.State, g.Sealed, g.Changed, g.Ended)
	return err
}

// Events.

func insertEvent(ctx context.Context, tx *db.Tx, e Event) error {
	return db.Insert(ctx, tx, "casework_event", e)
}

func eventsOf(ctx context.Context, tx *db.Tx, id ref.Case, before EventID, limit int) ([]Event, error) {
	if before == 0 {
		return db.All[Event](ctx, tx, "SELECT "+eventColumns+" FROM casework_event e WHERE e.whole = ? ORDER BY e.id DESC LIMIT ?", id, limit)
	}
	return db.All[Event](ctx, tx, "SELECT "+eventColumns+" FROM casework_event e WHERE e.whole = ? AND e.id < ? ORDER BY e.id DESC LIMIT ?", id, before, limit)
}

// latest gives the last event of each of some kinds in some cases.
func latest(ctx context.Context, tx *db.Tx, ids []ref.Case, kinds ...string) ([]Event, error) {
	args := append(db.Args(ids), db.Args(kinds)...)
	return db.All[Event](ctx, tx, "SELECT "+eventColumns+" FROM casework_event e JOIN (SELECT l.whole, l.kind, max(l.at) AS at FROM casework_event l WHERE l.whole IN "+db.In(len(ids))+
		" AND l.kind IN "+db.In(len(kinds))+" GROUP BY l.whole, l.kind) m ON m.whole = e.whole AND m.kind = e.kind AND m.at = e.at ORDER BY e.id", args...)
}

// Conferences.

func insertConference(ctx context.Context, tx *db.Tx, c Conference) error {
	return db.Insert(ctx, tx, "casework_conference", c)
}

func conferencesOf(ctx context.Context, tx *db.Tx, id ref.Case) ([]Conference, error) {
	return db.All[Conference](ctx, tx, "SELECT "+db.ColumnsOf[Conference]("f")+" FROM casework_conference f WHERE f.whole = ? ORDER BY f.id DESC LIMIT 100", id)
}

// invitations are the open duties to come to a conference.
func invitations(ctx context.Context, tx *db.Tx, id ConferenceID) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, "SELECT d.id FROM duty d WHERE d.subject = 'casework_conference' AND d.subject_id = ? AND d.state = 'open' ORDER BY d.id"+tx.ForUpdate(), id)
}

func setConference(ctx context.Context, tx *db.Tx, c Conference) error {
	return tx.One(ctx, "UPDATE casework_conference SET day = ?, held = ?, sealed = ? WHERE id = ?", c.Day, c.Held, c.Sealed, c.ID)
}

func insertDecision(ctx context.Context, tx *db.Tx, d Decision) error {
	return db.Insert(ctx, tx, "casework_decision", d)
}

func decisionsOf(ctx context.Context, tx *db.Tx, id ref.Case) ([]Decision, error) {
	return db.All[Decision](ctx, tx, "SELECT "+db.ColumnsOf[Decision]("n")+" FROM casework_decision n WHERE n.whole = ? ORDER BY n.id", id)
}

// decision gives a decision to the unit whose duty it is, or to the team.
func decision(ctx context.Context, tx *db.Tx, by access.Actor, id DecisionID) (Decision, error) {
	return db.Get[Decision](ctx, tx, "SELECT "+db.ColumnsOf[Decision]("n")+` FROM casework_decision n JOIN casework_case c ON c.id = n.whole WHERE n.id = ?
		AND (EXISTS (SELECT 1 FROM duty d WHERE d.id = n.duty AND d.unit = ?) OR `+visible+")", id, by.Post.Unit, by.User, tx.Now)
}

// knownDecision and knownFollow give them for work of the program that has its own right to it.
func knownDecision(ctx context.Context, tx *db.Tx, id DecisionID) (Decision, error) {
	return db.Get[Decision](ctx, tx, "SELECT "+db.ColumnsOf[Decision]("n")+" FROM casework_decision n WHERE n.id = ?"+tx.ForUpdate(), id)
}

func knownFollow(ctx context.Context, tx *db.Tx, id FollowID) (Follow, error) {
	return db.Get[Follow](ctx, tx, "SELECT "+db.ColumnsOf[Follow]("w")+" FROM casework_follow w WHERE w.id = ?"+tx.ForUpdate(), id)
}

func setDone(ctx context.Context, tx *db.Tx, d Decision) error {
	return tx.One(ctx, "UPDATE casework_decision SET done = ?, done_by = ?, result = ?, waived = ? WHERE id = ? AND done = 0", d.Done, d.DoneBy, append([]byte{}, d.Result...), d.Waived, d.ID)
}

// Closing and following up.

func insertClosing(ctx context.Context, tx *db.Tx, c Ending) error {
	return db.Insert(ctx, tx, "casework_closing", c)
}

func closingsOf(ctx context.Context, tx *db.Tx, ids []ref.Case) ([]Ending, error) {
	return db.All[Ending](ctx, tx, "SELECT "+db.ColumnsOf[Ending]("x")+" FROM casework_closing x WHERE x.whole IN "+db.In(len(ids))+" ORDER BY x.id", db.Args(ids)...)
}

func decideClosing(ctx context.Context, tx *db.Tx, c Ending) error {
	return tx.One(ctx, "UPDATE casework_closing SET state = ?, decided = ?, decided_name = ?, answer = ? WHERE id = ? AND state = 'proposed'", c.State, c.Decided, c.DecidedName, append([]byte{}, c.Answer...), c.ID)
}

func insertFollow(ctx context.Context, tx *db.Tx, f Follow) error {
	return db.Insert(ctx, tx, "casework_follow", f)
}

func followsOf(ctx context.Context, tx *db.Tx, ids []ref.Case) ([]Follow, error) {
	return db.All[Follow](ctx, tx, "SELECT "+db.ColumnsOf[Follow]("w")+" FROM casework_follow w WHERE w.whole IN "+db.In(len(ids))+" ORDER BY w.due, w.id", db.Args(ids)...)
}

// follow gives a follow-up to the unit whose duty it is, or to the team.
func follow(ctx context.Context, tx *db.Tx, by access.Actor, id FollowID) (Follow, error) {
	return db.Get[Follow](ctx, tx, "SELECT "+db.ColumnsOf[Follow]("w")+` FROM casework_follow w JOIN casework_case c ON c.id = w.whole WHERE w.id = ?
		AND (EXISTS (SELECT 1 FROM duty d WHERE d.id = w.duty AND d.unit = ?) OR `+visible+")", id, by.Post.Unit, by.User, tx.Now)
}

func setFollow(ctx context.Context, tx *db.Tx, f Follow) error {
	return tx.One(ctx, "UPDATE casework_follow SET state = ?, done = ?, done_by = ?, worry = ?, sealed = ? WHERE id = ? AND state = 'open'", f.State, f.Done, f.DoneBy, f.Worry, append([]byte{}, f.Sealed...), f.ID)
}

// Rehome gives the cases of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE casework_case SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

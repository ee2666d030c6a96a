package auth

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var userColumns = db.ColumnsOf[User]("u")

func userByID(ctx context.Context, tx *db.Tx, id ref.User) (User, error) {
	return db.Get[User](ctx, tx, "SELECT "+userColumns+" FROM auth_user u WHERE u.id = ?", id)
}

func usersByID(ctx context.Context, tx *db.Tx, ids []ref.User) ([]User, error) {
	return db.All[User](ctx, tx, "SELECT "+userColumns+" FROM auth_user u WHERE u.id IN "+db.In(len(ids)), db.Args(ids)...)
}

func userByLogin(ctx context.Context, tx *db.Tx, login string) (User, bool, error) {
	return db.Maybe[User](ctx, tx, "SELECT "+userColumns+" FROM auth_user u WHERE u.login = ?", login)
}

// insertUser tells whether the login was taken.
func insertUser(ctx context.Context, tx *db.Tx, u User) (taken bool, err error) {
	if _, taken, err = userByLogin(ctx, tx, u.Login); err != nil || taken {
		return taken, err
	}
	n, err := tx.Exec(ctx, "INSERT INTO auth_user (id, login, name, phone, phone_index, state, activation, created, created_by) "+
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (login) DO NOTHING",
		u.ID, u.Login, u.Name, u.Phone, u.PhoneIndex, u.State, u.Activation, u.Created, u.CreatedBy)
	return n == 0, err
}

func updateState(ctx context.Context, tx *db.Tx, id ref.User, s State) error {
	return tx.One(ctx, "UPDATE auth_user SET state = ? WHERE id = ?", s, id)
}

func updateActivation(ctx context.Context, tx *db.Tx, id ref.User, activation string) error {
	return tx.One(ctx, "UPDATE auth_user SET activation = ? WHERE id = ?", activation, id)
}

func listUsers(ctx context.Context, tx *db.Tx, f UserFilter, phone []byte) ([]User, error) {
	where, args := []string{"u.login > ?"}, []any{f.After}
	if f.State != "" {
		where, args = append(where, "u.state = ?"), append(args, f.State)
	}
	switch search := strings.TrimSpace(f.Search); {
	case phone != nil:
		where, args = append(where, "u.phone_index = ?"), append(args, phone)
	case search != "":
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(search) + "%"
		where, args = append(where, `(u.login LIKE ? ESCAPE '\' OR u.name LIKE ? ESCAPE '\')`), append(args, strings.ToLower(like), like)
	}
	limit := f.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	return db.All[User](ctx, tx, "SELECT "+userColumns+" FROM auth_user u WHERE "+strings.Join(where, " AND ")+" ORDER BY u.login LIMIT ?", append(args, limit)...)
}

func anyUser(ctx context.Context, tx *db.Tx) (bool, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM (SELECT id FROM auth_user LIMIT 1) x")
	return n > 0, err
}

type passwordRow struct {
	ID        ref.Audit
	Holder    ref.User
	Hash      string
	Made      clock.Instant
	Temporary int64
}

func insertPassword(ctx context.Context, tx *db.Tx, p passwordRow) error {
	return db.Insert(ctx, tx, "auth_password", p)
}

// passwordsOf gives the newest n passwords, newest first.
func passwordsOf(ctx context.Context, tx *db.Tx, id ref.User, n int) ([]passwordRow, error) {
	return db.All[passwordRow](ctx, tx, "SELECT "+db.ColumnsOf[passwordRow]("p")+" FROM auth_password p WHERE p.holder = ? ORDER BY p.made DESC, p.id DESC LIMIT ?", id, n)
}

func expirePassword(ctx context.Context, tx *db.Tx, id ref.User) error {
	_, err := tx.Exec(ctx, "UPDATE auth_password SET temporary = 1 WHERE holder = ?", id)
	return err
}

type factorRow struct {
	Holder    ref.User
	Secret    []byte
	Confirmed clock.Instant
	LastStep  int64
}

func factorOf(ctx context.Context, tx *db.Tx, id ref.User) (factorRow, bool, error) {
	return db.Maybe[factorRow](ctx, tx, "SELECT "+db.ColumnsOf[factorRow]("f")+" FROM auth_factor f WHERE f.holder = ?"+tx.ForUpdate(), id)
}

func factorsOf(ctx context.Context, tx *db.Tx, ids []ref.User) ([]ref.User, error) {
	return db.All[ref.User](ctx, tx, "SELECT holder FROM auth_factor WHERE confirmed > 0 AND holder IN "+db.In(len(ids)), db.Args(ids)...)
}

func saveFactor(ctx context.Context, tx *db.Tx, f factorRow) error {
	_, err := tx.Exec(ctx, "INSERT INTO auth_factor (holder, secret, confirmed, last_step) VALUES (?, ?, ?, ?) "+
		"ON CONFLICT (holder) DO UPDATE SET secret = excluded.secret, confirmed = excluded.confirmed, last_step = excluded.last_step",
		f.Holder, f.Secret, f.Confirmed, f.LastStep)
	return err
}

func dropFactor(ctx context.Context, tx *db.Tx, id ref.User) error {
	if _, err := tx.Exec(ctx, "DELETE FROM auth_recovery WHERE holder = ?", id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM auth_factor WHERE holder = ?", id)
	return err
}

type recoveryRow struct {
	Digest []byte
	Holder ref.User
	Used   clock.Instant
}

func replaceRecovery(ctx context.Context, tx *db.Tx, id ref.User, rows []recoveryRow) error {
	if _, err := tx.Exec(ctx, "DELETE FROM auth_recovery WHERE holder = ?", id); err != nil {
		return err
	}
	return db.InsertAll(ctx, tx, "auth_recovery", rows)
}

// useRecovery tells whether the code was there and unused.
func useRecovery(ctx context.Context, tx *db.Tx, id ref.User, digest []byte) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE auth_recovery SET used = ? WHERE digest = ? AND holder = ? AND used = 0", tx.Now, digest, id)
	return n == 1, err
}

func unusedRecovery(ctx context.Context, tx *db.Tx, id ref.User) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM auth_recovery WHERE holder = ? AND used = 0", id)
}

func sessionByDigest(ctx context.Context, tx *db.Tx, digest []byte) (Session, bool, error) {
	return db.Maybe[Session](ctx, tx, "SELECT "+db.ColumnsOf[Session]("s")+" FROM auth_session s WHERE s.digest = ?", digest)
}

func sessionsOf(ctx context.Context, tx *db.Tx, id ref.User, s Stage) ([]Session, error) {
	return db.All[Session](ctx, tx, "SELECT "+db.ColumnsOf[Session]("s")+" FROM auth_session s WHERE s.holder = ? AND s.stage = ? ORDER BY s.started, s.digest", id, s)
}

func insertSession(ctx context.Context, tx *db.Tx, s Session) error {
	return db.Insert(ctx, tx, "auth_session", s)
}

func touchSession(ctx context.Context, tx *db.Tx, digest []byte) error {
	_, err := tx.Exec(ctx, "UPDATE auth_session SET seen = ? WHERE digest = ? AND seen < ?", tx.Now, digest, tx.Now)
	return err
}

func setSessionPost(ctx context.Context, tx *db.Tx, digest []byte, id ref.Post) error {
	return tx.One(ctx, "UPDATE auth_session SET post = ? WHERE digest = ?", id, digest)
}

// dropSession tells whether the session was there: of two that advance one session only one goes on.
func dropSession(ctx context.Context, tx *db.Tx, digest []byte) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE digest = ?", digest)
	return n == 1, err
}

// endSessions ends all sessions of a person but one.
func endSessions(ctx context.Context, tx *db.Tx, id ref.User, but []byte) error {
	if but == nil {
		but = []byte{}
	}
	_, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE holder = ? AND digest <> ?", id, but)
	return err
}

func dropOld(ctx context.Context, tx *db.Tx, startedBefore, failedBefore clock.Instant) (int64, error) {
	n, err := tx.Exec(ctx, "DELETE FROM auth_session WHERE started < ?", startedBefore)
	if err != nil {
		return n, err
	}
	_, err = tx.Exec(ctx, "DELETE FROM auth_failure WHERE latest < ?", failedBefore)
	return n, err
}

type failureRow struct {
	Subject []byte
	Tries   int64
	Latest  clock.Instant
	Until   clock.Instant
}

func failureOf(ctx context.Context, tx *db.Tx, subject []byte) (failureRow, error) {
	f, _, err := db.Maybe[failureRow](ctx, tx, "SELECT "+db.ColumnsOf[failureRow]("f")+" FROM auth_failure f WHERE f.subject = ?", subject)
	f.Subject = subject
	return f, err
}

func saveFailure(ctx context.Context, tx *db.Tx, f failureRow) error {
	_, err := tx.Exec(ctx, "INSERT INTO auth_failure (subject, tries, latest, until) VALUES (?, ?, ?, ?) "+
		"ON CONFLICT (subject) DO UPDATE SET tries = excluded.tries, latest = excluded.latest, until = excluded.until", f.Subject, f.Tries, f.Latest, f.Until)
	return err
}

func dropFailure(ctx context.Context, tx *db.Tx, subject []byte) error {
	_, err := tx.Exec(ctx, "DELETE FROM auth_failure WHERE subject = ?", subject)
	return err
}

var postColumns = db.ColumnsOf[Post]("p")

func postByID(ctx context.Context, tx *db.Tx, id ref.Post) (Post, error) {
	return db.Get[Post](ctx, tx, "SELECT "+postColumns+" FROM auth_post p WHERE p.id = ?"+tx.ForUpdate(), id)
}

func postsOf(ctx context.Context, tx *db.Tx, id ref.User) ([]Post, error) {
	return db.All[Post](ctx, tx, "SELECT "+postColumns+" FROM auth_post p WHERE p.holder = ? ORDER BY p.id DESC", id)
}

func livePosts(ctx context.Context, tx *db.Tx, ids []ref.User) ([]Post, error) {
	return db.All[Post](ctx, tx, "SELECT "+postColumns+" FROM auth_post p WHERE p.state IN ('requested', 'granted') AND p.holder IN "+db.In(len(ids))+" ORDER BY p.id", db.Args(ids)...)
}

func updatePost(ctx context.Context, tx *db.Tx, p Post) error {
	return tx.One(ctx, "UPDATE auth_post SET unit = ?, region = ?, state = ?, granted_by = ?, granted_at = ?, ended_by = ?, ended_at = ?, reason = ?, stamp = ? WHERE id = ?",
		p.Unit, p.Region, p.State, p.GrantedBy, p.GrantedAt, p.EndedBy, p.EndedAt, p.Reason, p.Stamp, p.ID)
}

func candidates(ctx context.Context, tx *db.Tx) ([]Candidate, error) {
	return db.All[Candidate](ctx, tx, `SELECT u.id, u.name, u.login FROM auth_user u WHERE u.state = 'active' AND NOT EXISTS (
		SELECT 1 FROM auth_post p WHERE p.holder = u.id AND p.state = 'granted' AND p.role IN ('system_admin', 'security_admin', 'audit_admin'))
		ORDER BY u.login LIMIT 5000`)
}

// liveIn chooses live posts by unit or region.
type liveIn struct {
	Unit   ref.Unit
	Region string
}

func livePostsIn(ctx context.Context, tx *db.Tx, in liveIn) ([]Post, error) {
	cond, arg := "p.unit = ?", any(in.Unit)
	if in.Region != "" {
		cond, arg = "p.region = ?", in.Region
	}
	return db.All[Post](ctx, tx, "SELECT "+postColumns+" FROM auth_post p WHERE p.state IN ('requested', 'granted') AND "+cond+" ORDER BY p.id"+tx.ForUpdate(), arg)
}

func holders(ctx context.Context, tx *db.Tx, f HolderFilter) ([]Holder, error) {
	on := f.On.String()
	where := []string{"p.state = 'granted'", "u.state = 'active'", "p.starts <= ?", "(p.ends = '' OR p.ends >= ?)"}
	args := []any{on, on}
	if f.Unit != 0 {
		where, args = append(where, "p.unit = ?"), append(args, f.Unit)
	}
	if f.Region != "" {
		where, args = append(where, "p.region = ?"), append(args, f.Region)
	}
	if len(f.Roles) > 0 {
		where, args = append(where, "p.role IN "+db.In(len(f.Roles))), append(args, db.Args[access.Role](f.Roles)...)
	}
	return db.All[Holder](ctx, tx, "SELECT "+postColumns+", u.name FROM auth_post p JOIN auth_user u ON u.id = p.holder WHERE "+
		strings.Join(where, " AND ")+" ORDER BY p.id", args...)
}

func requestedPosts(ctx context.Context, tx *db.Tx) ([]Holder, error) {
	return db.All[Holder](ctx, tx, "SELECT "+postColumns+", u.name FROM auth_post p JOIN auth_user u ON u.id = p.holder WHERE p.state = 'requested' ORDER BY p.id LIMIT 500")
}

package auth

import (
	"context"
	"fmt"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Try is one try to log in.
type Try struct {
	Login, Password string
	Network         string // address of the person's computer; used for limits, never stored
	Device          string // cookie of a device from which this person has logged in before
}

var errRefused = errs.New(errs.SignIn, "账号或口令不正确。请检查大小写和输入法；连续输错 5 次将暂停登录 30 分钟。忘记口令请联系系统管理员重置。")

// Login checks a password and opens a session, whose Stage says what is still
// missing. An unknown, disabled or wrong account is SignIn in the same words
// and after the same work; too many failures are TooMany.
func (g *Guard) Login(ctx context.Context, in Try) (token string, s Session, err error) {
	in.Login = strings.ToLower(strings.TrimSpace(in.Login))
	where := g.subject("login", in.Login, g.where(in))
	if err := g.admit(ctx, in, where); err != nil {
		return "", Session{}, err
	}
	u, ok, err := g.verify(ctx, in)
	if err != nil {
		return "", Session{}, fmt.Errorf("auth.Login: %w", err)
	}
	if !ok {
		return "", Session{}, g.refuse(ctx, u, in, where)
	}
	err = g.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if err := dropFailure(ctx, tx, where); err != nil {
			return err
		}
		token, s, err = g.begin(ctx, tx, u.ID, false)
		return err
	})
	return token, s, err
}

// where is the second half of what is locked: the known device, else the network.
func (g *Guard) where(in Try) string {
	if g.knowsDevice(in.Device, in.Login) {
		return "device " + in.Device
	}
	return network(in.Network)
}

// admit counts the try, and refuses a network from which too many failed.
func (g *Guard) admit(ctx context.Context, in Try, where []byte) error {
	known := g.knowsDevice(in.Device, in.Login)
	var until clock.Instant
	err := g.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if !known {
			until, err = lockedUntil(ctx, tx, g.subject("network", network(in.Network)))
			if err != nil || until != 0 {
				return err
			}
		}
		l := g.Profile.Lock
		until, err = charge(ctx, tx, where, l.Failures, l.Minutes, l.Minutes)
		return err
	})
	if err == nil && until != 0 {
		err = errLocked(until)
	}
	return err
}

// verify does the same work whether or not there is such an account.
func (g *Guard) verify(ctx context.Context, in Try) (User, bool, error) {
	tx := g.DB.Reader()
	u, there, err := userByLogin(ctx, tx, in.Login)
	if err != nil {
		return u, false, err
	}
	passwords, err := passwordsOf(ctx, tx, u.ID, 1)
	if err != nil {
		return u, false, err
	}
	hash, err := g.nobodysHash(ctx)
	if len(passwords) > 0 {
		hash = passwords[0].Hash
	}
	if err != nil {
		return u, false, err
	}
	ok, err := matches(ctx, hash, in.Password)
	return u, ok && there && len(passwords) > 0 && u.State == Active, err
}

// refuse journals the failure, and the lock or the alarm that follows from it.
func (g *Guard) refuse(ctx context.Context, u User, in Try, where []byte) error {
	err := g.DB.Write(ctx, func(tx *db.Tx) error {
		l := g.Profile.Lock
		net := g.subject("network", network(in.Network))
		if _, err := charge(ctx, tx, net, l.NetworkFailures, l.NetworkMinutes, l.NetworkMinutes); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, access.Program, "auth.refuse", "auth_user", u.ID, nil); err != nil {
			return err
		}
		if err := journalLock(ctx, tx, where, "auth.lock", u.ID); err != nil {
			return err
		}
		return journalLock(ctx, tx, net, "auth.spray", u.ID)
	})
	if err != nil {
		return fmt.Errorf("auth.Login: %w", err)
	}
	return errRefused
}

func journalLock(ctx context.Context, tx *db.Tx, subject []byte, action access.Permission, id ref.User) error {
	until, err := lockedUntil(ctx, tx, subject)
	if err != nil || until == 0 {
		return err
	}
	return audit.Write(ctx, tx, access.Program, action, "auth_user", id, map[string]int64{"until": int64(until)})
}

// begin opens a session at the stage which a person reaches once the password
// was right and, if factored, the code too.
func (g *Guard) begin(ctx context.Context, tx *db.Tx, id ref.User, factored bool) (string, Session, error) {
	if err := tx.Lock(ctx, "auth.session/"+ref.Format(id)); err != nil {
		return "", Session{}, err
	}
	stage, err := g.stage(ctx, tx, id, factored)
	if err != nil {
		return "", Session{}, err
	}
	secret := token()
	s := Session{Digest: digest(secret), Holder: id, Stage: stage, Started: tx.Now, Seen: tx.Now}
	if stage == Full {
		if err := g.makeRoom(ctx, tx, id); err != nil {
			return "", s, err
		}
		u, err := userByID(ctx, tx, id)
		if err != nil {
			return "", s, err
		}
		if err := audit.Write(ctx, tx, access.Actor{User: id, Name: u.Name}, "auth.login", "auth_user", id, nil); err != nil {
			return "", s, err
		}
	}
	return secret, s, insertSession(ctx, tx, s)
}

func (g *Guard) stage(ctx context.Context, tx *db.Tx, id ref.User, factored bool) (Stage, error) {
	u, err := userByID(ctx, tx, id)
	if err != nil {
		return "", err
	}
	f, has, err := factorOf(ctx, tx, id)
	if err != nil {
		return "", err
	}
	has = has && f.Confirmed != 0
	if has && !factored {
		return NeedsCode, nil
	}
	passwords, err := passwordsOf(ctx, tx, id, 1)
	if err != nil {
		return "", err
	}
	if u.Activation != "" || len(passwords) == 0 || passwords[0].Temporary != 0 || g.outdated(passwords[0], tx.Now) {
		return NeedsPassword, nil
	}
	admin, err := g.isAdmin(ctx, tx, id)
	if err == nil && !has && g.Profile.needsFactor(admin) {
		return NeedsFactor, nil
	}
	return Full, err
}

func (g *Guard) outdated(p passwordRow, now clock.Instant) bool {
	days := g.Profile.Password.Days
	return days > 0 && after(now, p.Made, days*24*60)
}

// makeRoom ends the oldest sessions of a person so that with one more there
// are no more than the profile allows.
func (g *Guard) makeRoom(ctx context.Context, tx *db.Tx, id ref.User) error {
	list, err := sessionsOf(ctx, tx, id, Full)
	if err != nil {
		return err
	}
	for len(list) >= max(g.Profile.Session.Parallel, 1) {
		if _, err := dropSession(ctx, tx, list[0].Digest); err != nil {
			return err
		}
		list = list[1:]
	}
	return nil
}

// Change is a wish to change one's password.
type Change struct {
	Old        string // needed in a full session
	New, Again string
	Activation string // code from the security administrator, for administrators
}

// ChangePassword sets a person's own password and ends all his sessions; the
// new token carries on. Old is asked for in a full session only: at login it
// has just been given.
func (g *Guard) ChangePassword(ctx context.Context, tokenNow string, in Change) (string, Session, error) {
	old, u, err := g.pending(ctx, tokenNow, NeedsPassword, Full)
	if err != nil {
		return "", old, err
	}
	if err := g.checkChange(ctx, old, u, in); err != nil {
		return "", old, err
	}
	hash, err := g.Profile.Work.hash(ctx, in.New)
	if err != nil {
		return "", old, fmt.Errorf("auth.ChangePassword: %w", err)
	}
	var next string
	var s Session
	err = g.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if there, err := dropSession(ctx, tx, old.Digest); err != nil || !there {
			return orSignIn(err)
		}
		if err := setPassword(ctx, tx, u.ID, Credential{hash: hash}); err != nil {
			return err
		}
		if err := updateActivation(ctx, tx, u.ID, ""); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, u.ID, nil); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, access.Actor{User: u.ID, Name: u.Name}, "auth.password", "auth_user", u.ID, nil); err != nil {
			return err
		}
		next, s, err = g.begin(ctx, tx, u.ID, true)
		return err
	})
	return next, s, err
}

func (g *Guard) checkChange(ctx context.Context, s Session, u User, in Change) error {
	passwords, err := passwordsOf(ctx, g.DB.Reader(), u.ID, max(g.Profile.Password.History, 1))
	if err != nil {
		return fmt.Errorf("auth.ChangePassword: %w", err)
	}
	f := errs.Fields{}
	if why := g.Profile.Check(in.New, u.Login, u.Name); why != "" {
		f["new"] = why
	}
	f.Check(in.New == in.Again, "again", "两次输入的新口令不一致，请重新输入。")
	if err := f.Err(); err != nil {
		return err
	}
	if s.Stage == Full || u.Activation != "" {
		if err := g.try(ctx, g.subject("change", ref.Format(u.ID))); err != nil {
			return err
		}
	}
	if s.Stage == Full && len(passwords) > 0 {
		ok, err := matches(ctx, passwords[0].Hash, in.Old)
		if err != nil {
			return fmt.Errorf("auth.ChangePassword: %w", err)
		}
		f.Check(ok, "old", "原口令不正确，请重新输入。")
	}
	switch u.Activation {
	case "":
	case activationDue:
		f["activation"] = "管理员账号需要激活码。请先向安全保密管理员当面领取。"
	default:
		f.Check(g.activationDigest(u.ID, in.Activation) == u.Activation, "activation", "激活码不正确。激活码由安全保密管理员当面发给您，与初始口令不是同一个。")
	}
	if err := f.Err(); err != nil {
		return err
	}
	for _, p := range passwords {
		same, err := matches(ctx, p.Hash, in.New)
		if err != nil {
			return fmt.Errorf("auth.ChangePassword: %w", err)
		}
		f.Check(!same, "new", "这个口令近期用过，请换一个新的。")
	}
	if err := f.Err(); err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error { return dropFailure(ctx, tx, g.subject("change", ref.Format(u.ID))) })
}

// knowsDevice tells whether the cookie says that this login succeeded from this device.
func (g *Guard) knowsDevice(cookie, login string) bool {
	id, mark, _ := strings.Cut(cookie, ".")
	return id != "" && len(cookie) < 300 && g.Vault.Stamped(mark, "device", login, id)
}

// DeviceCookie marks a device from which a login has succeeded: there a person
// can still log in while somebody else locks the account from elsewhere.
func (g *Guard) DeviceCookie(ctx context.Context, id ref.User) (string, error) {
	u, err := userByID(ctx, g.DB.Reader(), id)
	if err != nil {
		return "", err
	}
	random := token()[:22]
	return random + "." + g.Vault.Stamp("device", u.Login, random), nil
}

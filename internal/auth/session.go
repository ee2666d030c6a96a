package auth

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Stage says what a session still lacks.
type Stage string

// The stages of login, in their order.
const (
	NeedsCode     Stage = "code"   // the one-time code
	NeedsPassword Stage = "change" // a new password
	NeedsFactor   Stage = "enrol"  // a second factor
	Full          Stage = "full"
)

// Session is a login of a person on one browser.
type Session struct {
	Digest  []byte
	Holder  ref.User
	Stage   Stage
	Post    ref.Post
	Started clock.Instant
	Seen    clock.Instant
}

const (
	touchEvery = 30 * time.Second // how late Seen may be
	loginTime  = 15 * time.Minute // for a login that is not complete
	backwards  = 10 * time.Minute // two machines' clocks may differ by so much
)

var errEnded = errs.New(errs.SignIn, "登录已失效，请重新登录。长时间未操作、在其他电脑登录、修改口令或账号变动都会使登录失效。")

func digest(token string) []byte {
	sum := sm3.Sum([]byte(token))
	return sum[:]
}

// ended tells whether a session's time is over under a role.
func (g *Guard) ended(s Session, role access.Role, now clock.Instant) bool {
	if s.Stage != Full {
		return now.Sub(s.Started) >= loginTime || s.Started.Sub(now) > backwards
	}
	return now.Sub(s.Seen) >= g.Profile.idle(role) || now.Sub(s.Started) >= g.Profile.absolute() || s.Seen.Sub(now) > backwards
}

// Resume gives the session of a token and the actor behind it, with the posts
// in force at this moment. A session whose login is not complete has the zero
// actor. No or an ended session is SignIn.
func (g *Guard) Resume(ctx context.Context, token string) (Session, access.Actor, error) {
	tx := g.DB.Reader()
	s, there, err := sessionByDigest(ctx, tx, digest(token))
	if err != nil {
		return s, access.Actor{}, fmt.Errorf("auth.Resume: %w", err)
	}
	if !there || token == "" {
		return Session{}, access.Actor{}, errEnded
	}
	u, err := userByID(ctx, tx, s.Holder)
	if err != nil {
		return s, access.Actor{}, fmt.Errorf("auth.Resume: %w", err)
	}
	a, err := g.actor(ctx, tx, u, s.Post)
	if err != nil {
		return s, access.Actor{}, fmt.Errorf("auth.Resume: %w", err)
	}
	if u.State != Active || g.ended(s, a.Post.Role, tx.Now) {
		return Session{}, access.Actor{}, errEnded
	}
	if s.Stage != Full {
		return s, access.Actor{}, nil
	}
	if tx.Now.Sub(s.Seen) >= touchEvery {
		err = g.DB.Write(ctx, func(tx *db.Tx) error { return touchSession(ctx, tx, s.Digest) })
	}
	if errs.Is(err, errs.Full) {
		err = nil // reading goes on where writing has stopped
	}
	return s, a, err
}

// pending gives a session at one of the stages with its holder.
func (g *Guard) pending(ctx context.Context, token string, stages ...Stage) (Session, User, error) {
	s, _, err := g.Resume(ctx, token)
	if err != nil {
		return s, User{}, err
	}
	if !slices.Contains(stages, s.Stage) {
		return s, User{}, errEnded
	}
	u, err := userByID(ctx, g.DB.Reader(), s.Holder)
	return s, u, err
}

// advance replaces a session by one with another token at the next stage, so
// that a token known before a step is worth nothing after it.
func (g *Guard) advance(ctx context.Context, tx *db.Tx, s Session) (string, Session, error) {
	if there, err := dropSession(ctx, tx, s.Digest); err != nil || !there {
		return "", s, orSignIn(err)
	}
	return g.begin(ctx, tx, s.Holder, true)
}

func orSignIn(err error) error {
	if err == nil {
		return errEnded
	}
	return err
}

// Logout ends a session. An unknown token is no error.
func (g *Guard) Logout(ctx context.Context, token string) error {
	s, a, err := g.Resume(ctx, token)
	if errs.Is(err, errs.SignIn) {
		return nil
	}
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := dropSession(ctx, tx, s.Digest); err != nil || a.IsZero() {
			return err
		}
		return audit.Write(ctx, tx, a, "auth.logout", "auth_user", s.Holder, nil)
	})
}

// Switch makes another of the person's posts the one under which he works.
func (g *Guard) Switch(ctx context.Context, token string, id ref.Post) error {
	s, a, err := g.Resume(ctx, token)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(a.Posts, func(p access.Post) bool { return p.ID == id })
	if at < 0 {
		return errs.Missing()
	}
	a.Post = a.Posts[at]
	return g.DB.Write(ctx, func(tx *db.Tx) error {
		if err := setSessionPost(ctx, tx, s.Digest, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, a, "auth.switch", "auth_post", id, nil)
	})
}

// Sweep removes sessions and counts of failures that are long over; a job calls it daily.
func (g *Guard) Sweep(ctx context.Context) (int64, error) {
	var n int64
	err := g.DB.WriteLow(ctx, func(tx *db.Tx) (err error) {
		n, err = dropOld(ctx, tx, tx.Now.Add(-g.Profile.absolute()), tx.Now.Add(-24*time.Hour))
		return err
	})
	return n, err
}

// Package auth knows who somebody is and under which post he acts 「身份鉴别、岗位、三员」.
//
// It owns auth_user, auth_password, auth_factor, auth_recovery, auth_session, auth_failure and auth_post. Login takes a
// password (argon2id) and a one-time code; failures lock what was tried from where, and unknown accounts are answered in
// the same words and time (GB/T 22239-2019 8.1.4.1). Sessions stand in the database, so that every process knows them and
// a post that was taken away is gone with the next request. The three administrators (系统管理员、安全保密管理员、审计
// 管理员) are kept apart: nobody holds two, and no post of theirs comes about through one person alone. A row of a post
// that was edited in the database does not count. No address of a person's computer is stored.
package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"sync"
	"sync/atomic"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Guard does what needs the database, the vault and the profile together.
type Guard struct {
	DB      *db.DB
	Vault   *vault.Vault
	Profile Profile
	Places  Places // names of units and regions; nil leaves them empty
	Secure  bool   // served over TLS: cookies get the __Host- prefix

	nobody  atomic.Value // string: the hash that stands in for that of an unknown account
	alarmed sync.Map     // ref.Post → bool: edited rows that were journalled
}

// Places fills in UnitName and RegionName of posts; the slices that own
// units and regions stand above and hand it in.
type Places func(ctx context.Context, tx *db.Tx, posts []access.Post) error

// actor puts a person and his posts in force together.
func (g *Guard) actor(ctx context.Context, tx *db.Tx, u User, current ref.Post) (access.Actor, error) {
	posts, err := g.inForce(ctx, tx, u.ID, today(tx))
	if err != nil {
		return access.Actor{}, err
	}
	a := access.Actor{User: u.ID, Name: u.Name}
	for _, p := range posts {
		a.Posts = append(a.Posts, access.Post{ID: p.ID, Unit: p.Unit, Region: p.Region, Role: p.Role})
	}
	if g.Places != nil && len(a.Posts) > 0 {
		if err := g.Places(ctx, tx, a.Posts); err != nil {
			return access.Actor{}, err
		}
	}
	if at := slices.IndexFunc(a.Posts, func(p access.Post) bool { return p.ID == current }); at >= 0 {
		a.Post = a.Posts[at]
	} else if len(a.Posts) > 0 {
		a.Post = a.Posts[0]
	}
	return a, nil
}

// ActorOf gives a person as he acts under his first post: for the command
// line, the demo and tests. Requests get theirs from Resume.
func (g *Guard) ActorOf(ctx context.Context, tx *db.Tx, id ref.User) (access.Actor, error) {
	u, err := userByID(ctx, tx, id)
	if err != nil {
		return access.Actor{}, err
	}
	return g.actor(ctx, tx, u, 0)
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// token makes a secret for a cookie: 256 bits.
func token() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func yes(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// group is what the secrets of a person are sealed under.
func group(id ref.User) vault.Group { return vault.GroupOf("user", id) }

func minutes(n int) int64 { return int64(n) * 60_000 }

// after tells whether now lies more than n minutes after t.
func after(now, t clock.Instant, n int) bool { return int64(now-t) >= minutes(n) }

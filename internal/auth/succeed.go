package auth

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Succession is what becomes of a post that is handed over.
type Succession struct {
	Old     Post
	Heir    User
	New     ref.Post // the heir's post: the one he holds already, or the one that was asked for
	Granted bool     // the heir holds it already; otherwise the security administrator must grant it
}

// Succeed hands a post over 「岗位交接」: it ends now, and its heir gets the
// same one. Where he does not hold it yet it is asked for, to be granted by
// the security administrator as every post: a handover gives nobody a right
// by itself. Posts of administrators change hands by request and grant alone.
func (g *Guard) Succeed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post, heir ref.User, reason string) (Succession, error) {
	s, err := g.Succession(ctx, tx, by, id, heir)
	if err != nil {
		return s, err
	}
	if !s.Granted && s.New == 0 {
		p := PostRequest{Holder: heir, Unit: s.Old.Unit, Region: s.Old.Region, Role: s.Old.Role, Starts: civil.DateOf(tx.Now.Time())}.post(tx, by)
		if err := g.save(ctx, tx, p, true); err != nil {
			return s, fmt.Errorf("auth.Succeed: %w", err)
		}
		if err := audit.Write(ctx, tx, by, "user.request", "auth_post", p.ID, p.detail()); err != nil {
			return s, err
		}
		s.New = p.ID
	}
	old := s.Old
	old.State, old.EndedBy, old.EndedAt, old.Reason = Ended, by.User, tx.Now, reason
	if err := g.save(ctx, tx, old, false); err != nil {
		return s, err
	}
	return s, audit.Write(ctx, tx, by, "org.handover", "auth_post", old.ID, map[string]string{"from": ref.Format(old.Holder), "to": ref.Format(heir), "new": ref.Format(s.New)})
}

// Succession tells what Succeed would do, and refuses what it would refuse.
func (g *Guard) Succession(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post, heir ref.User) (Succession, error) {
	s := Succession{}
	old, err := g.Handed(ctx, tx, by, id)
	if err != nil {
		return s, err
	}
	s.Old = old
	if s.Heir, err = userByID(ctx, tx, heir); err != nil {
		return s, err
	}
	if heir == old.Holder {
		return s, errs.Fields{"heir": "接任人不能是原任本人，请选择另一个人。"}.Err()
	}
	if err := g.apart(ctx, tx, Post{Holder: heir, Role: old.Role, Starts: civil.DateOf(tx.Now.Time()).String()}); err != nil {
		return s, err
	}
	posts, err := g.PostsOf(ctx, tx, heir)
	if err != nil {
		return s, err
	}
	for _, p := range posts {
		same := p.Unit == old.Unit && p.Role == old.Role && p.Region == old.Region
		switch {
		case same && p.InForce(civil.DateOf(tx.Now.Time())):
			s.New, s.Granted = p.ID, true
		case same && p.State == Requested && !s.Granted:
			s.New = p.ID
		}
	}
	return s, nil
}

// Candidate is somebody to whom a post can be handed over.
type Candidate struct {
	ID    ref.User
	Name  string
	Login string
}

// Candidates lists the active people who are no administrators, by account,
// for who hands over a post.
func (g *Guard) Candidates(ctx context.Context, tx *db.Tx, by access.Actor) ([]Candidate, error) {
	if err := by.Require("org.handover"); err != nil {
		return nil, err
	}
	return candidates(ctx, tx)
}

// Handed gives a post in force that by may hand over.
func (g *Guard) Handed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post) (Post, error) {
	if err := by.Require("org.handover"); err != nil {
		return Post{}, err
	}
	if err := tx.Lock(ctx, "auth.post"); err != nil {
		return Post{}, err
	}
	p, err := postByID(ctx, tx, id)
	if err != nil {
		return p, err
	}
	if p = g.judged(p); !by.Directory().Sees(p.Unit, p.Region) || p.Role.Admin() {
		return p, errs.Missing()
	}
	if !p.InForce(civil.DateOf(tx.Now.Time())) {
		return p, errs.New(errs.Conflict, "这个岗位已经结束或尚未生效，无需交接。请刷新页面。")
	}
	return p, nil
}

// Rehome gives the live posts of a division that is no longer in force the
// one in its place, and tells how many.
func (g *Guard) Rehome(ctx context.Context, tx *db.Tx, by access.Actor, was, now string) (int, error) {
	return g.change(ctx, tx, by, "region.edit", liveIn{Region: was}, func(p *Post) { p.Region = now })
}

// Inherit gives the live posts of a unit to the one into which it was merged.
func (g *Guard) Inherit(ctx context.Context, tx *db.Tx, by access.Actor, from, to ref.Unit) (int, error) {
	return g.change(ctx, tx, by, "org.edit", liveIn{Unit: from}, func(p *Post) { p.Unit = to })
}

// change rewrites live posts and their stamps; rows that were edited in the
// database stay as they are and do not count.
func (g *Guard) change(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, in liveIn, set func(*Post)) (int, error) {
	posts, err := livePostsIn(ctx, tx, in)
	if err != nil {
		return 0, fmt.Errorf("auth: %w", err)
	}
	n := 0
	for _, p := range posts {
		if p = g.judged(p); p.Edited {
			continue
		}
		set(&p)
		if err := g.save(ctx, tx, p, false); err != nil {
			return n, err
		}
		if err := audit.Write(ctx, tx, by, action, "auth_post", p.ID, p.detail()); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

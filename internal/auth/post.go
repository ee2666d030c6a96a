package auth

import (
	"context"
	"fmt"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// PostState is where a post stands between request and end.
type PostState string

// The states of a post.
const (
	Requested PostState = "requested"
	Granted   PostState = "granted"
	Refused   PostState = "refused"
	Ended     PostState = "ended"
)

// Label gives the word for screens.
func (s PostState) Label() string {
	switch s {
	case Requested:
		return "待审批"
	case Granted:
		return "已授权"
	case Refused:
		return "未批准"
	}
	return "已撤销"
}

// Post is a 岗位: a person's role in a unit and region, from a day to a day.
type Post struct {
	ID          ref.Post
	Holder      ref.User
	Unit        ref.Unit
	Region      string
	Role        access.Role
	Starts      string // YYYY-MM-DD
	Ends        string // last day; '' = open
	State       PostState
	RequestedBy ref.User
	RequestedAt clock.Instant
	GrantedBy   ref.User
	GrantedAt   clock.Instant
	EndedBy     ref.User
	EndedAt     clock.Instant
	Reason      string
	Stamp       string

	Edited bool `db:"-"` // the row was changed in the database: it does not count
}

// InForce tells whether the post counts on a day.
func (p Post) InForce(on civil.Date) bool {
	return p.State == Granted && !p.Edited && p.Starts <= on.String() && (p.Ends == "" || p.Ends >= on.String())
}

// over tells whether the post has run out before a day.
func (p Post) over(on civil.Date) bool { return p.Ends != "" && p.Ends < on.String() }

func (p Post) overlaps(q Post) bool {
	return (p.Ends == "" || q.Starts <= p.Ends) && (q.Ends == "" || p.Starts <= q.Ends)
}

func (p Post) values() []any {
	return []any{int64(p.ID), int64(p.Holder), int64(p.Unit), p.Region, string(p.Role), p.Starts, p.Ends, string(p.State),
		int64(p.RequestedBy), int64(p.RequestedAt), int64(p.GrantedBy), int64(p.GrantedAt), int64(p.EndedBy), int64(p.EndedAt), p.Reason}
}

// judged marks a post whose stamp does not fit its row.
func (g *Guard) judged(p Post) Post {
	p.Edited = !g.Vault.Stamped(p.Stamp, "auth_post", p.values()...)
	return p
}

func (g *Guard) save(ctx context.Context, tx *db.Tx, p Post, isNew bool) error {
	p.Stamp = g.Vault.Stamp("auth_post", p.values()...)
	if isNew {
		return db.Insert(ctx, tx, "auth_post", p)
	}
	return updatePost(ctx, tx, p)
}

// PostRequest asks that a person be given a post.
type PostRequest struct {
	Holder ref.User
	Unit   ref.Unit
	Region string
	Role   access.Role
	Starts civil.Date
	Ends   civil.Date // unknown = open
}

func (in PostRequest) check() error {
	f := errs.Fields{}
	f.Check(slices.ContainsFunc(access.Roles, func(r access.RoleInfo) bool { return r.Role == in.Role }), "role", "请选择岗位角色。")
	f.Check(in.Unit != 0 || in.Role.Admin(), "unit", "请选择所在单位。")
	f.Check(access.Prefix(in.Region) != "" || in.Region == "" && in.Role.Info().Reach != access.InRegion, "region", "请选择负责的行政区划。")
	f.Check(!in.Starts.IsZero(), "starts", "请填写任职开始日期，例如 2026-03-01。")
	f.Check(in.Ends.IsZero() || !in.Ends.Before(in.Starts), "ends", "结束日期不能早于开始日期。")
	return f.Err()
}

func (in PostRequest) post(tx *db.Tx, by access.Actor) Post {
	return Post{ID: ref.New[ref.Post](tx.Now.Time()), Holder: in.Holder, Unit: in.Unit, Region: in.Region, Role: in.Role,
		Starts: in.Starts.String(), Ends: in.Ends.String(), State: Requested, RequestedBy: by.User, RequestedAt: tx.Now}
}

// RequestPost asks for a post for somebody else; it takes effect when the
// security administrator grants it.
func (g *Guard) RequestPost(ctx context.Context, tx *db.Tx, by access.Actor, in PostRequest) (ref.Post, error) {
	if err := by.Require("user.create"); err != nil {
		return 0, err
	}
	if by.User == in.Holder {
		return 0, errs.New(errs.Forbidden, "不能为自己申请岗位，请由另一位系统管理员办理。")
	}
	if err := in.check(); err != nil {
		return 0, err
	}
	p := in.post(tx, by)
	if err := g.apart(ctx, tx, p); err != nil {
		return 0, err
	}
	if err := g.save(ctx, tx, p, true); err != nil {
		return 0, fmt.Errorf("auth.RequestPost: %w", err)
	}
	return p.ID, audit.Write(ctx, tx, by, "user.request", "auth_post", p.ID, p.detail())
}

func (p Post) detail() map[string]string {
	return map[string]string{"holder": ref.Format(p.Holder), "role": string(p.Role), "unit": ref.Format(p.Unit), "region": p.Region, "starts": p.Starts, "ends": p.Ends}
}

// apart refuses a post that would put two hats of which one is an
// administrator's on one head at the same time (GB/T 22239-2019 8.1.5: 三员分立).
func (g *Guard) apart(ctx context.Context, tx *db.Tx, p Post) error {
	if err := tx.Lock(ctx, "auth.post"); err != nil {
		return err
	}
	u, err := userByID(ctx, tx, p.Holder)
	if err != nil {
		return err
	}
	if u.State != Active {
		return errs.New(errs.Conflict, "该账号已停用，不能任岗。请先启用账号。")
	}
	others, err := g.PostsOf(ctx, tx, p.Holder)
	if err != nil {
		return err
	}
	for _, q := range others {
		if q.ID == p.ID || q.State != Granted || !p.overlaps(q) {
			continue
		}
		if p.Role != q.Role && (p.Role.Admin() || q.Role.Admin()) {
			return errs.Newf(errs.Conflict, "该用户在同一时期已任“%s”，不能再任“%s”：系统管理员、安全保密管理员、审计管理员须由不同的人担任，且不得兼任业务岗位。", q.Role.Label(), p.Role.Label())
		}
	}
	return nil
}

// requested gives a post that waits for a decision which by may take.
func (g *Guard) requested(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post) (Post, error) {
	if err := tx.Lock(ctx, "auth.post"); err != nil {
		return Post{}, err
	}
	p, err := postByID(ctx, tx, id)
	if err != nil {
		return Post{}, err
	}
	if err := g.mayGrant(by, p.Holder); err != nil {
		return Post{}, err
	}
	p = g.judged(p)
	switch {
	case p.Edited:
		return Post{}, errs.New(errs.Conflict, "这条岗位记录被人在数据库中改动过，不能采用。请报告审计管理员，并重新申请。")
	case p.State != Requested:
		return Post{}, errs.New(errs.Conflict, "这条申请已经办理过，请刷新页面。")
	case p.RequestedBy == by.User:
		return Post{}, errs.New(errs.Forbidden, "不能审批自己提出的申请。")
	}
	return p, nil
}

// GrantPost puts a requested post in force. For an administrator's post it
// gives an activation code, to be handed to the holder in person: his next
// login takes it, so that whoever opened the account cannot use it.
func (g *Guard) GrantPost(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post) (activation string, err error) {
	p, err := g.requested(ctx, tx, by, id)
	if err != nil {
		return "", err
	}
	if err := g.apart(ctx, tx, p); err != nil {
		return "", err
	}
	if p.over(today(tx)) {
		return "", errs.New(errs.Conflict, "申请的任职期已经过去，请重新申请。")
	}
	p.State, p.GrantedBy, p.GrantedAt = Granted, by.User, tx.Now
	if err := g.save(ctx, tx, p, false); err != nil {
		return "", err
	}
	if p.Role.Admin() {
		if activation, err = g.activate(ctx, tx, p.Holder); err != nil {
			return "", err
		}
	}
	return activation, audit.Write(ctx, tx, by, "user.grant", "auth_post", p.ID, p.detail())
}

// RefusePost closes a request with a reason.
func (g *Guard) RefusePost(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post, reason string) error {
	if reason == "" {
		return errs.Fields{"reason": "请写明不批准的理由。"}.Err()
	}
	p, err := g.requested(ctx, tx, by, id)
	if err != nil {
		return err
	}
	p.State, p.GrantedBy, p.GrantedAt, p.Reason = Refused, by.User, tx.Now, reason
	if err := g.save(ctx, tx, p, false); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "user.refuse", "auth_post", p.ID, p.detail())
}

// EndPost takes a post away at once. The last post in force of each
// administrator stays: without one nobody could grant any.
func (g *Guard) EndPost(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post, reason string) error {
	if reason == "" {
		return errs.Fields{"reason": "请写明撤销的理由。"}.Err()
	}
	if err := tx.Lock(ctx, "auth.post"); err != nil {
		return err
	}
	p, err := postByID(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := g.mayGrant(by, p.Holder); err != nil {
		return err
	}
	if p.State == Refused || p.State == Ended {
		return errs.New(errs.Conflict, "这个岗位已经撤销，请刷新页面。")
	}
	if p.Role.Admin() && p.State == Granted {
		if err := g.notLast(ctx, tx, p); err != nil {
			return err
		}
	}
	p.State, p.EndedBy, p.EndedAt, p.Reason = Ended, by.User, tx.Now, reason
	if err := g.save(ctx, tx, p, false); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "user.end", "auth_post", p.ID, p.detail())
}

func (g *Guard) notLast(ctx context.Context, tx *db.Tx, p Post) error {
	rest, err := g.Holders(ctx, tx, HolderFilter{Roles: []access.Role{p.Role}, On: today(tx)})
	if err != nil {
		return err
	}
	for _, h := range rest {
		if h.Holder != p.Holder && h.Ends == "" {
			return nil
		}
	}
	return errs.Newf(errs.Conflict, "这是最后一位%s，撤销后将无人履职。请先由另一人接任，再撤销。", p.Role.Label())
}

// Install grants a post on behalf of the program: at setup and in the demo.
func (g *Guard) Install(ctx context.Context, tx *db.Tx, in PostRequest) (ref.Post, error) {
	if err := in.check(); err != nil {
		return 0, err
	}
	p := in.post(tx, access.Program)
	if err := g.apart(ctx, tx, p); err != nil {
		return 0, err
	}
	p.State, p.GrantedBy, p.GrantedAt = Granted, ref.System, tx.Now
	if err := g.save(ctx, tx, p, true); err != nil {
		return 0, fmt.Errorf("auth.Install: %w", err)
	}
	return p.ID, audit.Write(ctx, tx, access.Program, "user.grant", "auth_post", p.ID, p.detail())
}

// PostsOf gives all posts of a person, newest first, edited rows marked. The
// caller has checked that the actor may see them.
func (g *Guard) PostsOf(ctx context.Context, tx *db.Tx, id ref.User) ([]Post, error) {
	posts, err := postsOf(ctx, tx, id)
	if err != nil {
		return nil, fmt.Errorf("auth.PostsOf: %w", err)
	}
	for i, p := range posts {
		posts[i] = g.judged(p)
	}
	return posts, nil
}

func (g *Guard) inForce(ctx context.Context, tx *db.Tx, id ref.User, on civil.Date) ([]Post, error) {
	posts, err := g.PostsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, p := range posts {
		if p.Edited && p.State == Granted {
			g.alarm(p)
		}
	}
	return slices.DeleteFunc(posts, func(p Post) bool { return !p.InForce(on) }), nil
}

// alarm journals an edited row, once per process and outside the reading
// transaction, which must not wait for it.
func (g *Guard) alarm(p Post) {
	if _, told := g.alarmed.LoadOrStore(p.ID, true); told {
		return
	}
	go func() {
		ctx := context.Background()
		err := g.DB.WriteLow(ctx, func(tx *db.Tx) error {
			return audit.Write(ctx, tx, access.Program, "user.edited", "auth_post", p.ID, map[string]string{"holder": ref.Format(p.Holder)})
		})
		if err != nil {
			g.alarmed.Delete(p.ID)
		}
	}()
}

func (g *Guard) isAdmin(ctx context.Context, tx *db.Tx, id ref.User) (bool, error) {
	posts, err := g.PostsOf(ctx, tx, id)
	return slices.ContainsFunc(posts, func(p Post) bool {
		return p.State == Granted && p.Role.Admin() && !p.over(today(tx))
	}), err
}

// HolderFilter asks who holds posts on a day. Zero fields ask for any.
type HolderFilter struct {
	Unit   ref.Unit
	Region string // exactly this one
	Roles  []access.Role
	On     civil.Date
}

// Holder is somebody who holds a post.
type Holder struct {
	Post
	Name string
}

// Holders tells who holds a post on a day: active people, unedited rows.
func (g *Guard) Holders(ctx context.Context, tx *db.Tx, f HolderFilter) ([]Holder, error) {
	rows, err := holders(ctx, tx, f)
	if err != nil {
		return nil, fmt.Errorf("auth.Holders: %w", err)
	}
	return slices.DeleteFunc(rows, func(h Holder) bool { return g.judged(h.Post).Edited }), nil
}

// HoldersOf tells who holds a role in a unit on a day.
func (g *Guard) HoldersOf(ctx context.Context, tx *db.Tx, unit ref.Unit, role access.Role, on civil.Date) ([]Holder, error) {
	return g.Holders(ctx, tx, HolderFilter{Unit: unit, Roles: []access.Role{role}, On: on})
}

// Vacant gives those of the units in which nobody holds one of the roles on a day.
func (g *Guard) Vacant(ctx context.Context, tx *db.Tx, units []ref.Unit, roles []access.Role, on civil.Date) ([]ref.Unit, error) {
	rows, err := g.Holders(ctx, tx, HolderFilter{Roles: roles, On: on})
	if err != nil {
		return nil, err
	}
	filled := map[ref.Unit]bool{}
	for _, h := range rows {
		filled[h.Unit] = true
	}
	return slices.DeleteFunc(slices.Clone(units), func(u ref.Unit) bool { return filled[u] }), nil
}

// Requests lists the posts that wait for a decision, oldest first.
func (g *Guard) Requests(ctx context.Context, tx *db.Tx, by access.Actor) ([]Holder, error) {
	if err := by.Require("user.list"); err != nil {
		return nil, err
	}
	rows, err := requestedPosts(ctx, tx)
	for i := range rows {
		rows[i].Post = g.judged(rows[i].Post)
	}
	return rows, err
}

// ShowPost gives one post to an administrator.
func (g *Guard) ShowPost(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Post) (Post, error) {
	if err := by.Require("user.list"); err != nil {
		return Post{}, err
	}
	p, err := postByID(ctx, tx, id)
	return g.judged(p), err
}

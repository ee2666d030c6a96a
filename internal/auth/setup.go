package auth

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Handed is what one administrator is given at the first start, in person and on paper.
type Handed struct {
	Role       access.Role
	Login      string
	Password   string // one-time
	Activation string // goes with it at the first change of password
}

// first are the accounts which Setup opens.
var first = []struct {
	role        access.Role
	login, name string
}{
	{access.SystemAdmin, "sysadmin", "系统管理员"},
	{access.SecurityAdmin, "secadmin", "安全保密管理员"},
	{access.AuditAdmin, "auditadmin", "审计管理员"},
}

// Setup opens the accounts of the three administrators of an installation
// which has no account yet, with posts in region, the county's 12 digits. Each
// must be handed to a different person.
func (g *Guard) Setup(ctx context.Context, region string) ([]Handed, error) {
	var credentials []Credential
	for range first {
		c, err := g.OneTime(ctx)
		if err != nil {
			return nil, err
		}
		credentials = append(credentials, c)
	}
	var out []Handed
	err := g.DB.Write(ctx, func(tx *db.Tx) error {
		out = nil
		if err := tx.Lock(ctx, "auth.post"); err != nil {
			return err
		}
		if some, err := anyUser(ctx, tx); err != nil || some {
			return orConflict(err)
		}
		for i, a := range first {
			h, err := g.installAdmin(ctx, tx, PostRequest{Role: a.role, Region: region}, a.login, a.name, credentials[i])
			if err != nil {
				return err
			}
			out = append(out, h)
		}
		return nil
	})
	return out, err
}

func orConflict(err error) error {
	if err != nil {
		return err
	}
	return errs.New(errs.Conflict, "系统中已有账号，初始设置只能进行一次。管理员忘记口令或更换手机，请用 weibao setup --recover 账号。")
}

func (g *Guard) installAdmin(ctx context.Context, tx *db.Tx, post PostRequest, login, name string, c Credential) (Handed, error) {
	id, err := g.CreateUser(ctx, tx, access.Program, NewUser{Login: login, Name: name, Password: c})
	if err != nil {
		return Handed{}, err
	}
	post.Holder, post.Starts = id, today(tx)
	if _, err := g.Install(ctx, tx, post); err != nil {
		return Handed{}, err
	}
	code, err := g.activate(ctx, tx, id)
	return Handed{post.Role, login, c.Text(), code}, err
}

// Recover gives an administrator who can no longer log in a new one-time
// password and activation code, and takes the second factor away. It is for
// the command line of the machine alone, where the key file lies as well.
func (g *Guard) Recover(ctx context.Context, login string) (Handed, error) {
	c, err := g.OneTime(ctx)
	if err != nil {
		return Handed{}, err
	}
	var h Handed
	err = g.DB.Write(ctx, func(tx *db.Tx) error {
		u, there, err := userByLogin(ctx, tx, login)
		if err != nil {
			return err
		}
		role, err := g.adminRole(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if !there || role == "" {
			return errs.New(errs.Invalid, "没有这个管理员账号。此命令只用于三类管理员，其他用户请由系统管理员在“账号”页面重置。")
		}
		if err := setPassword(ctx, tx, u.ID, c); err != nil {
			return err
		}
		if err := dropFactor(ctx, tx, u.ID); err != nil {
			return err
		}
		code, err := g.activate(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		h = Handed{role, u.Login, c.Text(), code}
		return audit.Write(ctx, tx, access.Program, "user.recover", "auth_user", u.ID, nil)
	})
	return h, err
}

func (g *Guard) adminRole(ctx context.Context, tx *db.Tx, id ref.User) (access.Role, error) {
	posts, err := g.PostsOf(ctx, tx, id)
	for _, p := range posts {
		if p.State == Granted && p.Role.Admin() && !p.Edited && !p.over(today(tx)) {
			return p.Role, err
		}
	}
	return "", err
}

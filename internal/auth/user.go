package auth

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// State is that of an account.
type State string

// The states of an account.
const (
	Active   State = "active"
	Disabled State = "disabled"
)

// Label gives the word for screens.
func (s State) Label() string {
	if s == Disabled {
		return "已停用"
	}
	return "正常"
}

// User is a person with an account.
type User struct {
	ID         ref.User
	Login      string
	Name       string
	Phone      []byte // sealed
	PhoneIndex []byte
	State      State
	Activation string
	Created    clock.Instant
	CreatedBy  ref.User
}

// activationDue is User.Activation before the security administrator has made a code.
const activationDue = "due"

// NewUser is what the system administrator writes down about a person.
type NewUser struct {
	Login, Name, Phone string
	Password           Credential
}

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,31}$`)

func (in *NewUser) check() error {
	f := errs.Fields{}
	in.Login = strings.ToLower(strings.TrimSpace(in.Login))
	in.Name = strings.TrimSpace(in.Name)
	in.Phone = vault.NormalPhone(in.Phone)
	f.Check(loginForm.MatchString(in.Login), "login", "账号由 3 至 32 个小写字母、数字、点、横线组成，不能用汉字和空格。")
	f.Check(in.Name != "" && utf8.RuneCountInString(in.Name) <= 30, "name", "请填写姓名，不超过 30 个字。")
	f.Check(in.Phone == "" || len(in.Phone) >= 7 && len(in.Phone) <= 16 && strings.Trim(in.Phone, "0123456789") == "", "phone", "电话号码只能是数字，手机号为 11 位。")
	return f.Err()
}

// CreateUser opens an account. It has no post until one is granted.
func (g *Guard) CreateUser(ctx context.Context, tx *db.Tx, by access.Actor, in NewUser) (ref.User, error) {
	if err := g.may(by, "user.create"); err != nil {
		return 0, err
	}
	if err := in.check(); err != nil {
		return 0, err
	}
	u := User{ID: ref.New[ref.User](tx.Now.Time()), Login: in.Login, Name: in.Name, PhoneIndex: []byte{}, State: Active, Created: tx.Now, CreatedBy: by.User}
	var err error
	if u.Phone, err = g.Vault.SealText(ctx, tx, group(u.ID), phoneOf(u.ID), in.Phone); err != nil {
		return 0, err
	}
	if in.Phone != "" {
		u.PhoneIndex = g.Vault.Blind("phone", in.Phone)
	}
	taken, err := insertUser(ctx, tx, u)
	switch {
	case err != nil:
		return 0, fmt.Errorf("auth.CreateUser: %w", err)
	case taken:
		return 0, errs.Fields{"login": "这个账号名已有人使用，请换一个。"}.Err()
	}
	if err := setPassword(ctx, tx, u.ID, in.Password); err != nil {
		return 0, fmt.Errorf("auth.CreateUser: %w", err)
	}
	return u.ID, audit.Write(ctx, tx, by, "user.create", "auth_user", u.ID, map[string]string{"login": u.Login})
}

// may lets the program itself do what setup and the demo need.
func (g *Guard) may(by access.Actor, p access.Permission) error {
	if by.User == ref.System {
		return nil
	}
	return by.Require(p)
}

func phoneOf(id ref.User) vault.Field {
	return vault.Field{Table: "auth_user", Column: "phone", Row: int64(id)}
}

func setPassword(ctx context.Context, tx *db.Tx, id ref.User, c Credential) error {
	return insertPassword(ctx, tx, passwordRow{ref.New[ref.Audit](tx.Now.Time()), id, c.hash, tx.Now, yes(c.temporary)})
}

// Disable closes an account and its sessions at once. An administrator's post
// must be ended first: that takes the security administrator.
func (g *Guard) Disable(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) error {
	if err := g.may(by, "user.create"); err != nil {
		return err
	}
	if by.User == id {
		return errs.New(errs.Conflict, "不能停用自己的账号，请由另一位系统管理员办理。")
	}
	admin, err := g.isAdmin(ctx, tx, id)
	if err != nil {
		return err
	}
	if admin {
		return errs.New(errs.Conflict, "该用户任管理员岗位。请先由安全保密管理员撤销其岗位，再停用账号。")
	}
	return g.setState(ctx, tx, by, id, Disabled, "user.disable")
}

// Enable opens a disabled account again.
func (g *Guard) Enable(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) error {
	if err := g.may(by, "user.create"); err != nil {
		return err
	}
	return g.setState(ctx, tx, by, id, Active, "user.enable")
}

func (g *Guard) setState(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User, s State, action access.Permission) error {
	if err := updateState(ctx, tx, id, s); err != nil {
		return err
	}
	if s == Disabled {
		if err := endSessions(ctx, tx, id, nil); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, by, action, "auth_user", id, nil)
}

// ResetPassword gives a person a new one-time password and ends his sessions.
// The second factor stays. For an administrator the password works only with
// an activation code which the security administrator makes: no one person
// can take over such an account.
func (g *Guard) ResetPassword(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User, c Credential) error {
	if err := g.may(by, "user.reset"); err != nil {
		return err
	}
	if _, err := userByID(ctx, tx, id); err != nil {
		return err
	}
	admin, err := g.isAdmin(ctx, tx, id)
	if err != nil {
		return err
	}
	if admin {
		if err := updateActivation(ctx, tx, id, activationDue); err != nil {
			return err
		}
	}
	c.temporary = true
	if err := setPassword(ctx, tx, id, c); err != nil {
		return fmt.Errorf("auth.ResetPassword: %w", err)
	}
	if err := endSessions(ctx, tx, id, nil); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "user.reset", "auth_user", id, nil)
}

// Activate makes the code with which an administrator completes his next
// change of password. The security administrator hands it over in person.
func (g *Guard) Activate(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) (code string, err error) {
	if err := g.mayGrant(by, id); err != nil {
		return "", err
	}
	if code, err = g.activate(ctx, tx, id); err != nil {
		return "", err
	}
	return code, audit.Write(ctx, tx, by, "user.activate", "auth_user", id, nil)
}

func (g *Guard) activate(ctx context.Context, tx *db.Tx, id ref.User) (string, error) {
	code := readable(8)
	if err := updateActivation(ctx, tx, id, g.activationDigest(id, code)); err != nil {
		return "", err
	}
	if err := expirePassword(ctx, tx, id); err != nil {
		return "", err
	}
	return code, endSessions(ctx, tx, id, nil)
}

func (g *Guard) activationDigest(id ref.User, code string) string {
	return fmt.Sprintf("%x", g.Vault.Blind("activation/"+ref.Format(id), plainCode(code)))
}

// mayGrant is the right of the security administrator over somebody else.
func (g *Guard) mayGrant(by access.Actor, other ref.User) error {
	if by.User == ref.System {
		return nil
	}
	if err := by.Require("user.grant"); err != nil {
		return err
	}
	if by.User == other {
		return errs.New(errs.Forbidden, "不能办理自己的授权事项，请由另一位安全保密管理员办理。")
	}
	return nil
}

// UserFilter chooses accounts for the list.
type UserFilter struct {
	Search string // part of login or name, or a whole phone number
	State  State
	After  string // page key: logins after this one
	Limit  int
}

// UserRow is a line of the list of accounts.
type UserRow struct {
	User
	Posts  []Post
	Factor bool // has a confirmed second factor
}

// Users lists accounts by login with their posts, ended ones left out.
func (g *Guard) Users(ctx context.Context, tx *db.Tx, by access.Actor, f UserFilter) ([]UserRow, error) {
	if err := by.Require("user.list"); err != nil {
		return nil, err
	}
	var phone []byte
	if n := vault.NormalPhone(f.Search); len(n) >= 7 && strings.Trim(n, "0123456789") == "" {
		phone = g.Vault.Blind("phone", n)
	}
	users, err := listUsers(ctx, tx, f, phone)
	if err != nil {
		return nil, fmt.Errorf("auth.Users: %w", err)
	}
	return g.rows(ctx, tx, users)
}

func (g *Guard) rows(ctx context.Context, tx *db.Tx, users []User) ([]UserRow, error) {
	ids, at := make([]ref.User, len(users)), map[ref.User]int{}
	rows := make([]UserRow, len(users))
	for i, u := range users {
		ids[i], at[u.ID], rows[i].User = u.ID, i, u
	}
	posts, err := livePosts(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("auth.Users: %w", err)
	}
	for _, p := range posts {
		rows[at[p.Holder]].Posts = append(rows[at[p.Holder]].Posts, g.judged(p))
	}
	factors, err := factorsOf(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("auth.Users: %w", err)
	}
	for _, id := range factors {
		rows[at[id]].Factor = true
	}
	return rows, nil
}

// ShowUser gives one account with all its posts, and its phone masked.
func (g *Guard) ShowUser(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) (UserRow, string, error) {
	if err := by.Require("user.list"); err != nil {
		return UserRow{}, "", err
	}
	u, err := userByID(ctx, tx, id)
	if err != nil {
		return UserRow{}, "", err
	}
	rows, err := g.rows(ctx, tx, []User{u})
	if err != nil {
		return UserRow{}, "", err
	}
	if rows[0].Posts, err = g.PostsOf(ctx, tx, id); err != nil {
		return UserRow{}, "", err
	}
	phone, err := g.Vault.OpenText(ctx, tx, group(id), phoneOf(id), u.Phone)
	return rows[0], maskPhone(phone), err
}

// FindLogin gives the id behind an account's name, 0 where there is none; for
// the search of the audit administrator.
func (g *Guard) FindLogin(ctx context.Context, tx *db.Tx, by access.Actor, login string) (ref.User, error) {
	if err := by.Require("audit.list"); err != nil {
		return 0, err
	}
	u, _, err := userByLogin(ctx, tx, strings.ToLower(login))
	return u.ID, err
}

// Logins names accounts for the journal: name and login.
func (g *Guard) Logins(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.User) (map[ref.User]string, error) {
	if err := by.Require("audit.list"); err != nil {
		return nil, err
	}
	users, err := usersByID(ctx, tx, ids)
	names := map[ref.User]string{}
	for _, u := range users {
		names[u.ID] = u.Name + "（" + u.Login + "）"
	}
	return names, err
}

// NeedsActivation tells whether a person's next password takes an activation code.
func (g *Guard) NeedsActivation(ctx context.Context, tx *db.Tx, id ref.User) (bool, error) {
	u, err := userByID(ctx, tx, id)
	return u.Activation != "", err
}

func maskPhone(phone string) string {
	if len(phone) < 7 {
		return strings.Repeat("*", len(phone))
	}
	return phone[:3] + strings.Repeat("*", len(phone)-7) + phone[len(phone)-4:]
}

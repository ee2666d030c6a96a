package authpage

import (
	"weibao/internal/access"
	"weibao/internal/ui"
)

// Addresses which the shell and other pages know.
const (
	LoginPath  = "/login"
	LogoutPath = "/logout"
	PostPath   = "/post"
	SelfPath   = "/me"
	UsersPath  = "/users"
	KeysPath   = "/keys"
	AuditPath  = "/audit"

	codePath     = "/login/code"
	changePath   = "/login/password"
	factorPath   = "/login/factor"
	picturePath  = "/login/factor/qr.png"
	requestsPath = "/users/requests"
	verifyPath   = "/audit/verify"
	rotatePath   = "/keys/rotate"
)

// Routes lists every address of this package. Those of login are public: they
// ask for the stage of the session themselves.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: LoginPath, Permission: access.Public, Handle: p.Login},
		{Method: "POST", Path: LoginPath, Permission: access.Public, Handle: p.TryLogin},
		{Method: "GET", Path: codePath, Permission: access.Public, Handle: p.Code},
		{Method: "POST", Path: codePath, Permission: access.Public, Handle: p.TryCode},
		{Method: "GET", Path: changePath, Permission: access.Public, Handle: p.Password},
		{Method: "POST", Path: changePath, Permission: access.Public, Handle: p.ChangePassword},
		{Method: "GET", Path: factorPath, Permission: access.Public, Handle: p.Factor},
		{Method: "GET", Path: picturePath, Permission: access.Public, Handle: p.Picture},
		{Method: "POST", Path: factorPath, Permission: access.Public, Handle: p.ConfirmFactor},
		{Method: "POST", Path: LogoutPath, Permission: access.Public, Handle: p.Logout},
		{Method: "POST", Path: PostPath, Permission: access.SignedIn, Handle: p.Switch},
		{Method: "GET", Path: SelfPath, Permission: access.SignedIn, Handle: p.Self},

		{Method: "GET", Path: UsersPath, Permission: "user.list", Handle: p.Users},
		{Method: "GET", Path: "/users/new", Permission: "user.create", Handle: p.NewUser},
		{Method: "POST", Path: "/users/new", Permission: "user.create", Handle: p.CreateUser},
		{Method: "GET", Path: requestsPath, Permission: "user.grant", Handle: p.Requests},
		{Method: "GET", Path: "/users/{id}", Permission: "user.list", Handle: p.User},
		{Method: "GET", Path: "/users/{id}/post", Permission: "user.create", Handle: p.NewPost},
		{Method: "POST", Path: "/users/{id}/post", Permission: "user.create", Handle: p.RequestPost},
		{Method: "GET", Path: "/users/{id}/disable", Permission: "user.create", Handle: p.ask(disabling)},
		{Method: "POST", Path: "/users/{id}/disable", Permission: "user.create", Handle: p.answer(disabling)},
		{Method: "POST", Path: "/users/{id}/enable", Permission: "user.create", Handle: p.answer(enabling)},
		{Method: "GET", Path: "/users/{id}/reset", Permission: "user.reset", Handle: p.ask(resetting)},
		{Method: "POST", Path: "/users/{id}/reset", Permission: "user.reset", Handle: p.ResetPassword},
		{Method: "GET", Path: "/users/{id}/factor", Permission: "user.grant", Handle: p.ask(unbinding)},
		{Method: "POST", Path: "/users/{id}/factor", Permission: "user.grant", Handle: p.answer(unbinding)},
		{Method: "GET", Path: "/users/{id}/activate", Permission: "user.grant", Handle: p.ask(activating)},
		{Method: "POST", Path: "/users/{id}/activate", Permission: "user.grant", Handle: p.Activate},
		{Method: "POST", Path: "/users/posts/{id}/grant", Permission: "user.grant", Handle: p.Grant},
		{Method: "GET", Path: "/users/posts/{id}/refuse", Permission: "user.grant", Handle: p.ask(refusing)},
		{Method: "POST", Path: "/users/posts/{id}/refuse", Permission: "user.grant", Handle: p.answer(refusing)},
		{Method: "GET", Path: "/users/posts/{id}/end", Permission: "user.grant", Handle: p.ask(ending)},
		{Method: "POST", Path: "/users/posts/{id}/end", Permission: "user.grant", Handle: p.answer(ending)},

		{Method: "GET", Path: KeysPath, Permission: "key.list", Handle: p.Keys},
		{Method: "GET", Path: rotatePath, Permission: "key.rotate", Handle: p.AskRotate},
		{Method: "POST", Path: rotatePath, Permission: "key.rotate", Handle: p.Rotate},

		{Method: "GET", Path: AuditPath, Permission: "audit.list", Handle: p.Audit},
		{Method: "GET", Path: verifyPath, Permission: "audit.verify", Handle: p.AskVerify},
		{Method: "POST", Path: verifyPath, Permission: "audit.verify", Handle: p.Verify},
	}
}

// Entries are the doors of the section 系统 which this package brings.
func Entries() []ui.Entry {
	return []ui.Entry{
		{Key: "system", Path: UsersPath, Permission: "user.list", Label: "账号"},
		{Key: "system", Path: requestsPath, Permission: "user.grant", Label: "待审批"},
		{Key: "system", Path: KeysPath, Permission: "key.list", Label: "密钥"},
		{Key: "system", Path: AuditPath, Permission: "audit.list", Label: "审计记录"},
		{Key: "system", Path: verifyPath, Permission: "audit.verify", Label: "审计校验"},
	}
}

package access

import (
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Post is a 岗位 as decisions need it: a role in a unit and region.
type Post struct {
	ID         ref.Post
	Unit       ref.Unit
	UnitName   string
	Region     string // 12 digits
	RegionName string
	Role       Role
}

// Actor is whoever acts: a person under one of his posts, or the program itself.
// The zero Actor may do nothing and no operation accepts it.
type Actor struct {
	User  ref.User
	Name  string
	Post  Post   // the post under which the actor works now
	Posts []Post // all posts in force, for the switcher
}

// Program is the actor under which jobs and sweeps of the program write.
// It has no post: it may not call anything behind a permission.
var Program = Actor{User: ref.System, Name: "系统"}

// IsZero tells whether nobody acts.
func (a Actor) IsZero() bool { return a.User == 0 }

// Can tells whether the actor's present post grants p.
func (a Actor) Can(p Permission) bool {
	switch p {
	case Public:
		return true
	case SignedIn:
		return !a.IsZero()
	}
	return !a.IsZero() && granted[p][a.Post.Role]
}

// Require gives a Forbidden error unless the actor Can p.
func (a Actor) Require(p Permission) error {
	if a.Can(p) {
		return nil
	}
	return errs.New(errs.Forbidden, "您当前的岗位没有这项权限。如工作需要，请联系本单位管理员申请授权。")
}

// Scope gives the limits of what the actor may see under the present post.
func (a Actor) Scope() Scope {
	if a.IsZero() {
		return Scope{}
	}
	return Scope{Reach: a.Post.Role.Info().Reach, Unit: a.Post.Unit, Region: a.Post.Region}
}

// Package access decides who may do what: actors, their posts, permissions
// and scopes.
//
// It owns no table and asks no database. A decision is a pure function of an
// Actor: a Permission is granted by the role of the post under which the
// actor works, and a Scope, computed from that post's unit and region, goes
// into the WHERE of every query. The three administrators (系统管理员,
// 安全保密管理员, 审计管理员) see no business data and none can do another's
// work (GB/T 22239-2019 8.1.5; separation of duties).
package access

// Role is what a post lets its holder do 「岗位角色」.
type Role string

// The roles. A person holds them through posts, never directly.
const (
	ChildDirector Role = "child_director" // 儿童主任, village
	Supervisor    Role = "supervisor"     // 儿童督导员 / 未保站, township
	Officer       Role = "officer"        // 未保办 officer, county
	Liaison       Role = "liaison"        // 联络员 of a member unit
	Operator      Role = "operator"       // 热线坐席
	Leader        Role = "leader"         // 分管领导
	SystemAdmin   Role = "system_admin"   // 系统管理员: accounts and configuration
	SecurityAdmin Role = "security_admin" // 安全保密管理员: rights and keys
	AuditAdmin    Role = "audit_admin"    // 审计管理员: the audit trail
)

// Reach is how far the eyes of a role go.
type Reach int

// The reaches.
const (
	Nothing  Reach = iota // no business data at all
	OwnUnit               // what was sent to the post's unit
	InRegion              // whatever lies in the post's region, and what was sent to its unit

	everywhere // open data of the whole installation; no role has it, see Directory
)

// RoleInfo describes a role for screens and decisions.
type RoleInfo struct {
	Role  Role
	Label string
	Reach Reach
}

// Roles lists all roles in the order in which screens show them.
var Roles = []RoleInfo{
	{Officer, "未保办工作人员", InRegion},
	{Leader, "分管领导", InRegion},
	{Supervisor, "儿童督导员", InRegion},
	{ChildDirector, "儿童主任", InRegion},
	{Liaison, "联络员", OwnUnit},
	{Operator, "热线坐席", OwnUnit},
	{SystemAdmin, "系统管理员", Nothing},
	{SecurityAdmin, "安全保密管理员", Nothing},
	{AuditAdmin, "审计管理员", Nothing},
}

// Info gives the description of a role; unknown roles reach nothing.
func (r Role) Info() RoleInfo {
	for _, info := range Roles {
		if info.Role == r {
			return info
		}
	}
	return RoleInfo{Role: r, Label: string(r)}
}

// Label gives the official Chinese term.
func (r Role) Label() string { return r.Info().Label }

// Admin tells whether the role is one of the three administrators.
func (r Role) Admin() bool {
	return r == SystemAdmin || r == SecurityAdmin || r == AuditAdmin
}

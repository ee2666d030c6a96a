package demo

import (
	"context"
	"fmt"
	"strings"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

var (
	surnames = []string{"周", "赵", "钱", "孙", "李", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨", "朱", "秦", "许", "何", "吕", "施", "张", "孔", "曹", "严"}
	givens   = []string{"岚", "晓梅", "建国", "丽华", "志强", "文静", "春燕", "永刚", "雪", "海涛", "秀兰", "立新", "小红", "国平", "慧", "明远", "玉珍", "振华", "芳", "庆生"}
)

// member is a person of the cast.
type member struct {
	login string
	post  auth.PostRequest
	unit  org.Unit
}

// hire opens accounts for people in all roles. Some posts stay vacant, as in
// every county.
func (s *Stage) hire(ctx context.Context) error {
	credential, err := s.Guard.Fixed(ctx, Password)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *db.Tx) error {
		list, err := s.members(ctx, tx)
		if err != nil {
			return err
		}
		for i, m := range list {
			if err := s.employ(ctx, tx, i, m, credential); err != nil {
				return fmt.Errorf("%s: %w", m.login, err)
			}
		}
		return nil
	})
}

func (s *Stage) members(ctx context.Context, tx *db.Tx) ([]member, error) {
	county := s.Book.County().Region
	office, err := org.Office(ctx, tx, county)
	if err != nil {
		return nil, err
	}
	list := []member{
		{login: "sysadmin", post: auth.PostRequest{Role: access.SystemAdmin, Region: county}},
		{login: "secadmin", post: auth.PostRequest{Role: access.SecurityAdmin, Region: county}},
		{login: "auditadmin", post: auth.PostRequest{Role: access.AuditAdmin, Region: county}},
		{login: "weibaoban", unit: office, post: auth.PostRequest{Role: access.Officer, Unit: office.ID, Region: county}},
		{login: "weibaoban2", unit: office, post: auth.PostRequest{Role: access.Officer, Unit: office.ID, Region: county}},
		{login: "lingdao", unit: office, post: auth.PostRequest{Role: access.Leader, Unit: office.ID, Region: county}},
	}
	// whoever may list units reads them for the others; the officer's account is made with them
	reader := access.Actor{User: ref.System, Post: access.Post{Unit: office.ID, Region: county, Role: access.Officer}}
	units, err := org.OfKinds(ctx, tx, reader, rule.Department, rule.PartyOrgan, rule.Justice, rule.MassOrgan, rule.Institution,
		rule.Hotline, rule.Social, rule.Township, rule.Village)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, u := range units {
		if role, ok := roleIn(u); ok {
			list = append(list, member{login: login(u, taken), unit: u, post: auth.PostRequest{Role: role, Unit: u.ID, Region: u.Region}})
		}
	}
	return list, nil
}

// roleIn tells the post that is filled in a unit; every twentieth village has nobody.
func roleIn(u org.Unit) (access.Role, bool) {
	switch u.Kind {
	case rule.Township:
		return access.Supervisor, true
	case rule.Village:
		return access.ChildDirector, chance("vacant", u.Name) >= 5
	case rule.Hotline:
		return access.Operator, true
	}
	return access.Liaison, u.Call() != "县融媒体中心"
}

func login(u org.Unit, taken map[string]bool) string {
	name := strings.TrimPrefix(u.Call(), "县")
	for _, tail := range []string{"村民委员会", "村委会", "社区居民委员会", "居委会"} {
		name = strings.TrimSuffix(name, tail)
	}
	base := strings.ToLower(pinyin.Full(name)[0])
	if len(base) > 24 {
		base = pinyin.Initials(name)[0]
	}
	for n := 1; ; n++ {
		id := base
		if n > 1 || len(base) < 3 {
			id = fmt.Sprintf("%s%02d", base, n)
		}
		if !taken[id] {
			taken[id] = true
			return id
		}
	}
}

func (s *Stage) employ(ctx context.Context, tx *db.Tx, i int, m member, c auth.Credential) error {
	name := surnames[i%len(surnames)] + givens[(i*7+i/len(surnames))%len(givens)]
	user, err := s.Guard.CreateUser(ctx, tx, access.Program, auth.NewUser{Login: m.login, Name: name, Password: c})
	if err != nil {
		return err
	}
	m.post.Holder, m.post.Starts = user, civil.DateOf(tx.Now.Time())
	if _, err := s.Guard.Install(ctx, tx, m.post); err != nil {
		return err
	}
	actor, err := s.Guard.ActorOf(ctx, tx, user)
	if err != nil {
		return err
	}
	switch {
	case m.login == "weibaoban":
		s.office = actor
	case m.post.Role == access.Leader:
		s.leader = actor
	case m.post.Role == access.SecurityAdmin:
		s.keys = actor
	}
	if m.unit.ID != 0 && s.people[m.unit.ID].IsZero() && m.post.Role != access.Leader {
		s.people[m.unit.ID] = actor
	}
	s.cast = append(s.cast, Account{Login: m.login, Role: m.post.Role.Label(), Unit: m.unit.Call()})
	return nil
}

// Guide names one account of each role, for who tries the demo out.
var Guide = []Account{
	{"weibaoban", "未保办工作人员", "县未保办"},
	{"lingdao", "分管领导", "县未保办"},
	{"jiaoyuju", "县教育局联络员", "县教育局"},
	{"minzhengju", "县民政局联络员", "县民政局"},
	{"sysadmin", "系统管理员", ""},
	{"secadmin", "安全保密管理员", ""},
	{"auditadmin", "审计管理员", ""},
}

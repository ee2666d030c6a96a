package auth_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

func (h *house) actor(id ref.User) access.Actor {
	h.t.Helper()
	a, err := h.ActorOf(h.t.Context(), h.d.Reader(), id)
	must(h.t, err)
	return a
}

func TestAPostTakesARequestAndAGrant(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.user("lihua")
		var p ref.Post
		h.write(func(tx *db.Tx) (err error) {
			p, err = h.RequestPost(ctx, tx, system, h.request(id, access.Officer))
			return err
		})
		if len(h.actor(id).Posts) != 0 {
			t.Fatal("a requested post is in force")
		}
		for name, by := range map[string]access.Actor{"requester": system, "audit": auditor, "holder": {User: id, Post: access.Post{Role: access.SecurityAdmin}},
			"two hats": {User: system.User, Post: access.Post{Role: access.SecurityAdmin}}, "nobody": {}} {
			err := h.d.Write(ctx, func(tx *db.Tx) error { _, err := h.GrantPost(ctx, tx, by, p); return err })
			if !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s grants: %v", name, err)
			}
		}
		h.write(func(tx *db.Tx) error { _, err := h.GrantPost(ctx, tx, security, p); return err })
		if a := h.actor(id); a.Post.Role != access.Officer {
			t.Fatalf("%+v", a)
		}
		if err := h.d.Write(ctx, func(tx *db.Tx) error { _, err := h.GrantPost(ctx, tx, security, p); return err }); !errs.Is(err, errs.Conflict) {
			t.Errorf("granted twice: %v", err)
		}
		h.write(func(tx *db.Tx) error { return h.EndPost(ctx, tx, security, p, "调离") })
		if len(h.actor(id).Posts) != 0 {
			t.Error("an ended post is in force")
		}
	})
}

func TestPostsCountFromDayToDay(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		id := h.user("lihua")
		day := civil.DateOf(h.clock.Now())
		h.write(func(tx *db.Tx) error {
			in := h.request(id, access.Officer)
			in.Starts, in.Ends = day.AddDays(1), day.AddDays(2)
			_, err := h.Install(t.Context(), tx, in)
			return err
		})
		midnight := day.AddDays(1).Start()
		for _, c := range []struct {
			at time.Time
			in bool
		}{{midnight.Add(-time.Millisecond), false}, {midnight, true}, {midnight.AddDate(0, 0, 2).Add(-time.Millisecond), true}, {midnight.AddDate(0, 0, 2), false}} {
			h.clock.Set(c.at)
			if got := len(h.actor(id).Posts) == 1; got != c.in {
				t.Errorf("%v: in force %v", c.at, got)
			}
		}
	})
}

// Whoever edits the row in the database gains nothing (SECURITY S-21).
func TestEditedRowsDoNotCount(t *testing.T) {
	edits := map[string]string{
		"role": "role = 'officer'", "region": "region = '990000000000'", "unit": "unit = 6", "longer": "ends = '2099-01-01'", "earlier": "starts = '2020-01-01'",
		"holder": "holder = holder + 1", "granter": "granted_by = 7", "no stamp": "stamp = ''", "request granted": "state = 'granted', stamp = (SELECT stamp FROM auth_post q WHERE q.state = 'granted' LIMIT 1)",
	}
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for name, set := range edits {
			id := h.user(fmt.Sprintf("u%d", len(name)*31+int(name[0])))
			p := h.post(id, access.Liaison)
			if name == "request granted" {
				h.write(func(tx *db.Tx) (err error) {
					p, err = h.RequestPost(ctx, tx, system, h.request(id, access.Officer))
					return err
				})
			}
			before := len(h.actor(id).Posts)
			h.write(func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE auth_post SET "+set+" WHERE id = ?", p)
				return err
			})
			for _, u := range []ref.User{id, id + 1} {
				a, err := h.ActorOf(ctx, h.d.Reader(), u)
				if err == nil && slices.ContainsFunc(a.Posts, func(q access.Post) bool { return q.ID == p }) {
					t.Errorf("%s: the edited row counts for %v", name, u == id)
				}
			}
			if name != "request granted" && before != 1 {
				t.Errorf("%s: had %d posts before", name, before)
			}
			held, err := h.Holders(ctx, h.d.Reader(), auth.HolderFilter{On: civil.DateOf(h.clock.Now())})
			must(t, err)
			if slices.ContainsFunc(held, func(x auth.Holder) bool { return x.ID == p }) {
				t.Errorf("%s: the edited row stands among the holders", name)
			}
		}
		for try := 0; ; try++ {
			n, err := db.Get[int64](ctx, h.d.Reader(), "SELECT count(*) FROM audit_entry WHERE action = 'user.edited'")
			must(t, err)
			if n > 0 {
				break
			}
			if try > 200 {
				t.Fatal("no alarm in the journal")
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func TestHoldersAndVacancies(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx, today := t.Context(), civil.DateOf(h.clock.Now())
		id := h.user("lihua")
		h.post(id, access.Liaison)
		got, err := h.HoldersOf(ctx, h.d.Reader(), 5, access.Liaison, today)
		must(t, err)
		if len(got) != 1 || got[0].Holder != id || got[0].Name == "" {
			t.Errorf("%+v", got)
		}
		empty, err := h.Vacant(ctx, h.d.Reader(), []ref.Unit{5, 6}, []access.Role{access.Liaison}, today)
		must(t, err)
		if !slices.Equal(empty, []ref.Unit{6}) {
			t.Errorf("vacant: %v", empty)
		}
		h.write(func(tx *db.Tx) error { return h.Disable(ctx, tx, system, id) })
		if got, _ = h.HoldersOf(ctx, h.d.Reader(), 5, access.Liaison, today); len(got) != 0 {
			t.Error("a disabled person holds a post")
		}
	})
}

func TestUserListFindsAndHides(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for _, login := range []string{"lihua", "wangfang1", "zhaoyun"} {
			h.post(h.user(login), access.Liaison)
		}
		find := func(f auth.UserFilter) (names []string) {
			rows, err := h.Users(ctx, h.d.Reader(), system, f)
			must(t, err)
			for _, r := range rows {
				names = append(names, r.Login)
				if len(r.Posts) != 1 {
					t.Errorf("%s has %d posts", r.Login, len(r.Posts))
				}
			}
			return names
		}
		for name, c := range map[string]struct {
			f    auth.UserFilter
			want string
		}{
			"all": {auth.UserFilter{}, "lihua wangfang1 zhaoyun"}, "login": {auth.UserFilter{Search: "ANG"}, "wangfang1"}, "wildcard": {auth.UserFilter{Search: "%"}, ""},
			"name": {auth.UserFilter{Search: "测试li"}, "lihua"}, "phone": {auth.UserFilter{Search: "139-0000-0001"}, "lihua wangfang1 zhaoyun"}, "part of a phone": {auth.UserFilter{Search: "1390000000"}, ""},
			"page": {auth.UserFilter{After: "lihua", Limit: 1}, "wangfang1"}, "state": {auth.UserFilter{State: auth.Disabled}, ""},
		} {
			if got := strings.Join(find(c.f), " "); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		for _, by := range []access.Actor{auditor, {User: 5, Post: access.Post{Role: access.Officer}}, {}} {
			if _, err := h.Users(ctx, h.d.Reader(), by, auth.UserFilter{}); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s sees accounts: %v", by.Post.Role, err)
			}
		}
		rows, _ := h.Users(ctx, h.d.Reader(), system, auth.UserFilter{})
		_, phone, err := h.ShowUser(ctx, h.d.Reader(), system, rows[0].ID)
		must(t, err)
		if phone != "139****0001" {
			t.Errorf("phone shown as %q", phone)
		}
		if h.d.Dialect == db.SQLite && fileHolds(t, h.d.Path(), "13900000001") {
			t.Error("the phone stands in the file")
		}
	})
}

func TestNewAccountsAreChecked(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		for field, in := range map[string]auth.NewUser{
			"login": {Login: "LiHua", Name: "李"}, "name": {Login: "wang.fang", Name: " "}, "phone": {Login: "wang.fang", Name: "王", Phone: "12ab"},
		} {
			err := h.d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := h.CreateUser(t.Context(), tx, system, in)
				return err
			})
			if e, ok := errors.AsType[*errs.Error](err); !ok || e.Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

// The account of an administrator cannot be taken over by one person: not by
// who opens accounts and resets passwords, not by who grants and makes codes.
func TestAnAdministratorsAccountTakesTwo(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		handed, err := h.Setup(ctx, county)
		must(t, err)
		if _, err := h.Setup(ctx, county); !errs.Is(err, errs.Conflict) {
			t.Errorf("set up twice: %v", err)
		}
		h.clock.Advance(time.Minute)
		admins := map[access.Role]access.Actor{}
		for i, x := range handed {
			token, s, err := h.try(x.Login, x.Password, "203.0.113.5")
			must(t, err)
			word := fmt.Sprintf("Maple.river%d", i)
			if s.Stage != auth.NeedsPassword {
				t.Fatal(s.Stage)
			}
			for _, code := range []string{"", x.Password, handed[(i+1)%3].Activation} {
				if _, _, err := h.ChangePassword(ctx, token, auth.Change{New: word, Again: word, Activation: code}); !errs.Is(err, errs.Invalid) {
					t.Errorf("%s: activation %v", x.Role, err)
				}
			}
			full, s, err := h.ChangePassword(ctx, token, auth.Change{New: word, Again: word, Activation: strings.ToLower(x.Activation)})
			must(t, err)
			_, a, err := h.Resume(ctx, full)
			must(t, err)
			if s.Stage != auth.Full || a.Post.Role != x.Role {
				t.Fatalf("%s: %s %+v", x.Role, s.Stage, a.Post)
			}
			admins[x.Role] = a
		}
		sys, sec := admins[access.SystemAdmin], admins[access.SecurityAdmin]
		c, err := h.OneTime(ctx)
		must(t, err)
		h.write(func(tx *db.Tx) error { return h.ResetPassword(ctx, tx, sys, sec.User, c) })
		token, _, err := h.try("secadmin", c.Text(), "203.0.113.5")
		must(t, err)
		if _, _, err := h.ChangePassword(ctx, token, auth.Change{New: "Maple.river20", Again: "Maple.river20"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("the system administrator takes over the security administrator: %v", err)
		}
		if err := h.d.Write(ctx, func(tx *db.Tx) error { return h.Disable(ctx, tx, sys, sec.User) }); !errs.Is(err, errs.Conflict) {
			t.Errorf("disables the security administrator: %v", err)
		}
		for _, role := range []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin} {
			posts, err := h.PostsOf(ctx, h.d.Reader(), admins[role].User)
			must(t, err)
			if err := h.d.Write(ctx, func(tx *db.Tx) error { return h.EndPost(ctx, tx, security, posts[0].ID, "试") }); !errs.Is(err, errs.Conflict) {
				t.Errorf("the last %s is removed: %v", role, err)
			}
		}
		back, err := h.Recover(ctx, "secadmin")
		must(t, err)
		token, _, err = h.try("secadmin", back.Password, "203.0.113.5")
		must(t, err)
		_, s, err := h.ChangePassword(ctx, token, auth.Change{New: "Maple.river30", Again: "Maple.river30", Activation: back.Activation})
		if err != nil || s.Stage != auth.Full {
			t.Errorf("recovered: %s %v", s.Stage, err)
		}
		if _, err := h.Recover(ctx, "nobody"); !errs.Is(err, errs.Invalid) {
			t.Errorf("recovers nobody: %v", err)
		}
	})
}

// Whatever the three administrators and the others try, in whatever order:
// nobody wears two hats of which one is an administrator's, and every post in
// force was asked for by one person and granted by another, neither its holder.
func TestThreeAdministratorsStayApart(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			c := clock.At(testkit.Noon)
			d := testkit.Open(t, dialect, c)
			h := newHouse(t, d, c)
			rapid.Check(t, func(r *rapid.T) {
				exec := func(text string) {
					h.write(func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), text); return err })
				}
				exec("DELETE FROM auth_post")
				exec("DELETE FROM auth_password")
				exec("DELETE FROM auth_user")
				m := &machine{h: h, admins: map[ref.User]bool{}}
				for i, role := range []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin, "", "", access.Liaison} {
					id := h.user(fmt.Sprint("user", i))
					if m.people = append(m.people, id); role != "" {
						h.post(id, role)
					}
				}
				r.Repeat(rapid.StateMachineActions(m))
			})
		})
	}
}

type machine struct {
	h      *house
	people []ref.User
	posts  []ref.Post
	admins map[ref.User]bool
	done   int
}

var allRoles = []access.Role{access.SystemAdmin, access.SecurityAdmin, access.AuditAdmin, access.Officer, access.Liaison}

func (m *machine) any(r *rapid.T, label string) ref.User {
	return rapid.SampledFrom(m.people).Draw(r, label)
}

// act runs an operation by a person under any of his posts; refusals are fine.
func (m *machine) act(r *rapid.T, fn func(tx *db.Tx, by access.Actor) error) {
	by := m.h.actor(m.any(r, "by"))
	if len(by.Posts) > 1 {
		by.Post = rapid.SampledFrom(by.Posts).Draw(r, "under")
	}
	err := m.h.d.Write(m.h.t.Context(), func(tx *db.Tx) error { return fn(tx, by) })
	switch {
	case err == nil:
		m.done++
	case errs.KindOf(err) == errs.Internal:
		r.Fatal(err)
	}
}

func (m *machine) Request(r *rapid.T) {
	in := m.h.request(m.any(r, "holder"), rapid.SampledFrom(allRoles).Draw(r, "role"))
	in.Starts = in.Starts.AddDays(rapid.IntRange(-3, 3).Draw(r, "starts"))
	if rapid.Bool().Draw(r, "limited") {
		in.Ends = in.Starts.AddDays(rapid.IntRange(0, 4).Draw(r, "days"))
	}
	m.act(r, func(tx *db.Tx, by access.Actor) error {
		id, err := m.h.RequestPost(m.h.t.Context(), tx, by, in)
		if err == nil {
			m.posts = append(m.posts, id)
		}
		return err
	})
}

func (m *machine) pick(r *rapid.T) ref.Post {
	if len(m.posts) == 0 {
		r.Skip("no post")
	}
	return rapid.SampledFrom(m.posts).Draw(r, "post")
}

func (m *machine) Grant(r *rapid.T) {
	id := m.pick(r)
	m.act(r, func(tx *db.Tx, by access.Actor) error {
		_, err := m.h.GrantPost(m.h.t.Context(), tx, by, id)
		return err
	})
}

func (m *machine) GrantAsSecurity(r *rapid.T) {
	id := m.pick(r)
	by := m.h.actor(m.people[1])
	err := m.h.d.Write(m.h.t.Context(), func(tx *db.Tx) error { _, err := m.h.GrantPost(m.h.t.Context(), tx, by, id); return err })
	if errs.KindOf(err) == errs.Internal && err != nil {
		r.Fatal(err)
	}
}

func (m *machine) End(r *rapid.T) {
	id := m.pick(r)
	m.act(r, func(tx *db.Tx, by access.Actor) error { return m.h.EndPost(m.h.t.Context(), tx, by, id, "调整") })
}

func (m *machine) Disable(r *rapid.T) {
	id := m.any(r, "whom")
	m.act(r, func(tx *db.Tx, by access.Actor) error { return m.h.Disable(m.h.t.Context(), tx, by, id) })
}

func (m *machine) Enable(r *rapid.T) {
	id := m.any(r, "whom")
	m.act(r, func(tx *db.Tx, by access.Actor) error { return m.h.Enable(m.h.t.Context(), tx, by, id) })
}

// Check looks at every day around now, so that posts in the future count too.
func (m *machine) Check(r *rapid.T) {
	ctx, today := m.h.t.Context(), civil.DateOf(m.h.clock.Now())
	for _, id := range m.people {
		posts, err := m.h.PostsOf(ctx, m.h.d.Reader(), id)
		must(m.h.t, err)
		for day := -4; day <= 8; day++ {
			roles := map[access.Role]bool{}
			admin := false
			for _, p := range posts {
				if p.InForce(today.AddDays(day)) {
					roles[p.Role] = true
					admin = admin || p.Role.Admin()
				}
			}
			if admin && len(roles) > 1 {
				r.Fatalf("one person holds %v", roles)
			}
		}
		for _, p := range posts {
			installed := p.RequestedBy == ref.System
			if p.State == auth.Granted && !installed && (p.RequestedBy == p.GrantedBy || p.Holder == p.RequestedBy || p.Holder == p.GrantedBy) {
				r.Fatalf("a post came about through one person: %+v", p)
			}
		}
	}
	for _, role := range allRoles[:3] {
		if held, err := m.h.Holders(ctx, m.h.d.Reader(), auth.HolderFilter{Roles: []access.Role{role}, On: today}); err != nil || len(held) == 0 {
			r.Fatalf("nobody is %s: %v", role, err)
		}
	}
}

package authpage

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

const pageRows = 50

type usersView struct {
	Filter ui.Filter
	Table  ui.Table
}

// Users lists the accounts with their posts.
func (p *Pages) Users(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx, q := p.DB.Reader(), r.URL.Query()
	rows, err := p.Guard.Users(r.Context(), tx, by, auth.UserFilter{Search: q.Get("q"), State: auth.State(q.Get("state")), After: q.Get("after"), Limit: pageRows + 1})
	if err != nil {
		return err
	}
	view := usersView{Filter: usersFilter(q)}
	if view.Table, err = p.usersTable(r.Context(), tx, rows[:min(len(rows), pageRows)]); err != nil {
		return err
	}
	view.Table.Pager = usersPager(q, rows)
	page := ui.Page{Title: "账号", Nav: "system", Tabs: p.UI.Tabs(by, "system", UsersPath)}
	if by.Can("user.create") {
		page.Action = &ui.Action{Label: "新建账号", Href: "/users/new", Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "users.html", page, view)
}

func usersFilter(q url.Values) ui.Filter {
	return ui.Filter{Action: UsersPath, Clear: UsersPath, Search: &ui.Field{Kind: ui.Query, Name: "q", Label: "账号、姓名或完整电话", Value: q.Get("q")},
		Fields: []ui.Field{{Kind: ui.Select, Name: "state", Label: "状态", Value: q.Get("state"), Blank: "全部",
			Options: []ui.Option{{Value: string(auth.Active), Label: auth.Active.Label()}, {Value: string(auth.Disabled), Label: auth.Disabled.Label()}}}}}
}

func usersPager(q url.Values, rows []auth.UserRow) *ui.Pager {
	keep := url.Values{}
	for _, name := range []string{"q", "state"} {
		if q.Get(name) != "" {
			keep.Set(name, q.Get(name))
		}
	}
	pager := &ui.Pager{}
	if q.Get("after") != "" {
		pager.First = UsersPath + "?" + keep.Encode()
	}
	if len(rows) > pageRows {
		keep.Set("after", rows[pageRows-1].Login)
		pager.Next = UsersPath + "?" + keep.Encode()
	}
	if pager.First == "" && pager.Next == "" {
		return nil
	}
	return pager
}

func (p *Pages) usersTable(ctx context.Context, tx *db.Tx, rows []auth.UserRow) (ui.Table, error) {
	t := ui.Table{Caption: "账号", Columns: []ui.Column{{Label: "账号"}, {Label: "姓名"}, {Label: "岗位", Wide: true}, {Label: "动态口令", Quiet: true}, {Label: "状态"}},
		Empty: ui.Empty{Title: "没有符合条件的账号", Text: "可以换个条件查找，或新建账号。"}}
	var posts []auth.Post
	for _, u := range rows {
		posts = append(posts, u.Posts...)
	}
	words, err := p.words(ctx, tx, posts)
	if err != nil {
		return t, err
	}
	for _, u := range rows {
		var held []string
		for _, x := range u.Posts {
			line := words[x.ID]
			if x.State == auth.Requested {
				line += "（待审批）"
			}
			held = append(held, line)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{plainLink(u.Login, userPath(u.ID)), ui.T(u.Name), ui.T(strings.Join(held, "；")), factorTag(u.Factor), stateTag(u.State)}})
	}
	return t, nil
}

// words writes posts as people call them.
func (p *Pages) words(ctx context.Context, tx *db.Tx, posts []auth.Post) (map[ref.Post]string, error) {
	list := make([]access.Post, len(posts))
	for i, x := range posts {
		list[i] = access.Post{ID: x.ID, Unit: x.Unit, Region: x.Region, Role: x.Role}
	}
	if p.Guard.Places != nil && len(list) > 0 {
		if err := p.Guard.Places(ctx, tx, list); err != nil {
			return nil, err
		}
	}
	words := map[ref.Post]string{}
	for _, x := range list {
		words[x.ID] = postWords(x)
	}
	return words, nil
}

func factorTag(has bool) ui.Cell {
	if has {
		return ui.Tags(ui.Finished, "已绑定")
	}
	return ui.Tags(ui.Waiting, "未绑定")
}

func stateTag(s auth.State) ui.Cell {
	if s == auth.Disabled {
		return ui.Tags(ui.Ended, s.Label())
	}
	return ui.Tags(ui.Running, s.Label())
}

// NewUser asks for a person's account.
func (p *Pages) NewUser(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.newUserPage(w, r, by, 0, newUserForm())
}

func (p *Pages) newUserPage(w http.ResponseWriter, r *http.Request, by access.Actor, status int, form ui.Form) error {
	page := ui.Page{Title: "新建账号", Nav: "system", Status: status, Crumbs: []ui.Crumb{{Label: "账号", Href: UsersPath}}}
	return p.UI.Page(w, r, by, "ask.html", page, askView{Form: form})
}

func newUserForm() ui.Form {
	return ui.Form{Action: "/users/new", Submit: "新建账号", Cancel: UsersPath, Guard: true, Fields: []ui.Field{
		{Kind: ui.Text, Name: "login", Label: "账号", Required: true, Short: true, Autocomplete: "off", Focus: true, Hint: "3至32个小写字母、数字、点或横线，以后不能更改。"},
		{Kind: ui.Text, Name: "name", Label: "姓名", Required: true, Short: true, Autocomplete: "off"},
		{Kind: ui.Phone, Name: "phone", Label: "手机号", Short: true, Autocomplete: "off", Hint: "加密保存，只用于工作联系。"},
	}}
}

// CreateUser opens the account and shows its one-time password once.
func (p *Pages) CreateUser(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	in, err := typed(r)
	if err != nil {
		return err
	}
	password, err := p.Guard.OneTime(r.Context())
	if err != nil {
		return err
	}
	var id ref.User
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = p.Guard.CreateUser(ctx, tx, by, auth.NewUser{Login: in.Get("login"), Name: in.Get("name"), Phone: in.Get("phone"), Password: password})
		return err
	})
	if err != nil {
		code, other := status(err)
		if other != nil {
			return other
		}
		return p.newUserPage(w, r, by, code, newUserForm().Fill(in, err))
	}
	return p.handOver(w, r, by, "账号已建立", id, handed{"一次性口令", password.Text()})
}

// handOver shows what must be given to a person, once.
func (p *Pages) handOver(w http.ResponseWriter, r *http.Request, by access.Actor, title string, id ref.User, secret handed) error {
	u, _, err := p.Guard.ShowUser(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	view := handedView{Note: ui.Note{Tone: ui.Warn, Title: "只显示这一次，请当面交给本人", Text: "离开本页后无法再查看。不要用微信、短信或电话告知。"},
		Items: []handed{{"账号", u.Login}, {"姓名", u.Name}, secret}, Next: ui.Action{Label: "已交付，返回账号", Href: userPath(id), Icon: "check"}}
	page := ui.Page{Title: title, Nav: "system", Crumbs: []ui.Crumb{{Label: "账号", Href: UsersPath}}, More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "handed.html", page, view)
}

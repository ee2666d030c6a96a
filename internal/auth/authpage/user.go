package authpage

import (
	"context"
	"html/template"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type userView struct {
	Identity ui.Identity
	Posts    ui.Table
}

// User shows an account with all its posts.
func (p *Pages) User(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.User](r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	u, phone, err := p.Guard.ShowUser(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	words, err := p.words(r.Context(), tx, u.Posts)
	if err != nil {
		return err
	}
	today := civil.DateOf(tx.Now.Time())
	view := userView{Identity: userIdentity(u, phone), Posts: postTable(by, u.Posts, words, today)}
	page := ui.Page{Title: u.Name, Nav: "system", Crumbs: []ui.Crumb{{Label: "账号", Href: UsersPath}}, More: userActions(by, u)}
	if by.Can("user.create") && u.State == auth.Active {
		page.Action = &ui.Action{Label: "申请岗位", Href: userPath(id) + "/post", Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "user.html", page, view)
}

func userIdentity(u auth.UserRow, phone string) ui.Identity {
	tag, factor := stateTag(u.State).Tag, factorTag(u.Factor).Tag
	return ui.Identity{Title: "账号资料", Tag: tag, Facts: []ui.Fact{
		{Label: "账号", HTML: template.HTML(`<span translate="no">` + template.HTMLEscapeString(u.Login) + `</span>`)},
		{Label: "手机号", Value: phone},
		{Label: "动态口令", Tag: factor},
		{Label: "建立时间", Value: civil.FormatTime(u.Created.Time())},
	}}
}

func userActions(by access.Actor, u auth.UserRow) []ui.Action {
	var out []ui.Action
	path := userPath(u.ID)
	if by.Can("user.reset") {
		out = append(out, ui.Action{Label: "重置口令", Href: path + "/reset", Icon: "key"})
	}
	if by.Can("user.grant") && by.User != u.ID {
		if u.Factor {
			out = append(out, ui.Action{Label: "解除动态口令", Href: path + "/factor", Icon: "phone"})
		}
		if u.Activation != "" {
			out = append(out, ui.Action{Label: "发放激活码", Href: path + "/activate", Icon: "key"})
		}
	}
	switch {
	case !by.Can("user.create") || by.User == u.ID:
	case u.State == auth.Active:
		out = append(out, ui.Action{Label: "停用账号", Href: path + "/disable", Icon: "lock", Danger: true})
	default:
		out = append(out, ui.Action{Label: "启用账号", Post: path + "/enable", Icon: "undo"})
	}
	return out
}

func postTable(by access.Actor, posts []auth.Post, words map[ref.Post]string, today civil.Date) ui.Table {
	t := ui.Table{ID: "posts", Caption: "岗位", Columns: []ui.Column{{Label: "岗位", Wide: true}, {Label: "任职期"}, {Label: "状态"}, {Label: "操作", Tools: true}},
		Empty: ui.Empty{Title: "还没有岗位", Text: "系统管理员申请岗位，安全保密管理员审批后生效。"}}
	for _, x := range posts {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: words[x.ID], Sub: x.Reason}, ui.T(termWords(x)), postTag(x, today), {Actions: postActions(by, x)}}})
	}
	return t
}

func termWords(x auth.Post) string {
	if x.Ends == "" {
		return x.Starts + " 起"
	}
	return x.Starts + " 至 " + x.Ends
}

func postTag(x auth.Post, today civil.Date) ui.Cell {
	switch {
	case x.Edited:
		return ui.Cell{Tag: &ui.Tag{State: ui.Late, Label: "记录被改动，不生效"}}
	case x.State == auth.Requested:
		return ui.Tags(ui.Checking, x.State.Label())
	case x.State == auth.Granted && x.InForce(today):
		return ui.Tags(ui.Running, "在岗")
	case x.State == auth.Granted:
		return ui.Tags(ui.Ended, "不在任职期")
	}
	return ui.Tags(ui.Ended, x.State.Label())
}

func postActions(by access.Actor, x auth.Post) []ui.Action {
	if !by.Can("user.grant") || by.User == x.Holder {
		return nil
	}
	switch x.State {
	case auth.Requested:
		return []ui.Action{{Label: "批准", Post: postPath(x.ID, "grant"), Icon: "check"}, {Label: "不批准", Href: postPath(x.ID, "refuse"), Icon: "close"}}
	case auth.Granted:
		return []ui.Action{{Label: "撤销", Href: postPath(x.ID, "end"), Icon: "close", Danger: true}}
	}
	return nil
}

// NewPost asks which post a person is to be given.
func (p *Pages) NewPost(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.User](r)
	if err != nil {
		return err
	}
	form, err := p.postForm(r, by, id)
	if err != nil {
		return err
	}
	return p.newPostPage(w, r, by, id, 0, form)
}

func (p *Pages) newPostPage(w http.ResponseWriter, r *http.Request, by access.Actor, id ref.User, status int, form ui.Form) error {
	u, _, err := p.Guard.ShowUser(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	page := ui.Page{Title: "为" + u.Name + "申请岗位", Nav: "system", Status: status, Crumbs: []ui.Crumb{{Label: "账号", Href: UsersPath}, {Label: u.Name, Href: userPath(id)}}}
	note := &ui.Note{Tone: ui.Info, Text: "申请提交后，由安全保密管理员审批，批准后立即生效。三类管理员须由不同的人担任，也不能兼任业务岗位。"}
	return p.UI.Page(w, r, by, "ask.html", page, askView{Note: note, Form: form})
}

func (p *Pages) postForm(r *http.Request, by access.Actor, id ref.User) (ui.Form, error) {
	ctx, tx := r.Context(), p.DB.Reader()
	units, err := p.Units(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	regions, err := p.Regions(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	roles := ui.Field{Kind: ui.Radios, Name: "role", Label: "岗位角色", Required: true}
	for _, role := range access.Roles {
		roles.Options = append(roles.Options, ui.Option{Value: string(role.Role), Label: role.Label})
	}
	return ui.Form{Action: userPath(id) + "/post", Submit: "提交申请", Cancel: userPath(id), Guard: true, Fields: []ui.Field{
		roles,
		{Kind: ui.Pick, Name: "unit", Label: "所在单位", Options: units, Blank: "请选择单位", Hint: "三类管理员可以不选。"},
		{Kind: ui.Pick, Name: "region", Label: "负责的行政区划", Options: regions, Blank: "请选择行政区划", Value: by.Post.Region},
		{Kind: ui.Date, Name: "starts", Label: "任职开始日期", Required: true, Short: true, Value: civil.DateOf(tx.Now.Time()).String()},
		{Kind: ui.Date, Name: "ends", Label: "任职结束日期", Short: true, Hint: "不填表示长期。"},
	}}, nil
}

// RequestPost asks the security administrator for the post.
func (p *Pages) RequestPost(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.User](r)
	if err != nil {
		return err
	}
	in, err := typed(r)
	if err != nil {
		return err
	}
	unit, _ := ref.Parse[ref.Unit](in.Get("unit")) // none is checked below
	starts, _ := civil.Parse(in.Get("starts"))
	ends, wrong := civil.Parse(in.Get("ends"))
	if wrong != nil {
		ends = starts.AddDays(-1) // refused as an end before the start
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		_, err := p.Guard.RequestPost(ctx, tx, by, auth.PostRequest{Holder: id, Unit: unit, Region: in.Get("region"), Role: access.Role(in.Get("role")), Starts: starts, Ends: ends})
		return err
	})
	if err != nil {
		code, other := status(err)
		if other != nil {
			return other
		}
		form, formErr := p.postForm(r, by, id)
		if formErr != nil {
			return formErr
		}
		return p.newPostPage(w, r, by, id, code, form.Fill(in, err))
	}
	ui.RedirectWith(w, r, userPath(id), ui.Done, "申请已提交，等待安全保密管理员审批。")
	return nil
}

package authpage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// act is something done to an account or a post after a question.
type act struct {
	tail   string
	title  string
	warn   string // what will happen
	submit string
	danger bool
	reason bool // asks why
	done   string
	ofPost bool
	do     func(ctx context.Context, g *auth.Guard, tx *db.Tx, by access.Actor, id int64, reason string) error
}

var (
	disabling = act{tail: "disable", title: "停用账号", warn: "该用户将立即退出登录，不能再进入系统。他负责的事项仍然计时，请及时办理岗位交接。", submit: "停用账号", danger: true, done: "账号已停用。",
		do: func(ctx context.Context, g *auth.Guard, tx *db.Tx, by access.Actor, id int64, _ string) error {
			return g.Disable(ctx, tx, by, ref.User(id))
		}}
	enabling = act{tail: "enable", done: "账号已启用。",
		do: func(ctx context.Context, g *auth.Guard, tx *db.Tx, by access.Actor, id int64, _ string) error {
			return g.Enable(ctx, tx, by, ref.User(id))
		}}
	resetting = act{tail: "reset", title: "重置口令", submit: "重置口令",
		warn: "将生成一次性口令并立即退出该用户的登录，动态口令仍然有效。管理员账号重置后，还须向安全保密管理员领取激活码才能启用。"}
	unbinding = act{tail: "factor", title: "解除动态口令", submit: "解除绑定", danger: true, done: "已解除绑定，该用户下次登录时须重新绑定。",
		warn: "请先核实本人身份，例如当面核对证件。解除后该用户立即退出登录，下次登录时重新绑定手机。",
		do: func(ctx context.Context, g *auth.Guard, tx *db.Tx, by access.Actor, id int64, _ string) error {
			return g.ResetFactor(ctx, tx, by, ref.User(id))
		}}
	activating = act{tail: "activate", title: "发放激活码", submit: "生成激活码", warn: "请先核实本人身份。激活码只显示一次，须当面交给本人；以前发放的激活码随即失效。"}
	refusing   = act{tail: "refuse", title: "不批准岗位申请", submit: "不批准", reason: true, ofPost: true, done: "已退回申请。",
		do: func(ctx context.Context, g *auth.Guard, tx *db.Tx, by access.Actor, id int64, reason string) error {
			return g.RefusePost(ctx, tx, by, ref.Post(id), reason)
		}}
	ending = act{tail: "end", title: "撤销岗位", submit: "撤销岗位", danger: true, reason: true, ofPost: true, done: "岗位已撤销，立即生效。",
		warn: "撤销后该用户在下一次操作时即失去这项权限。他经办的事项仍由本单位负责，请提醒单位及时交接。",
		do: func(ctx context.Context, g *auth.Guard, tx *db.Tx, by access.Actor, id int64, reason string) error {
			return g.EndPost(ctx, tx, by, ref.Post(id), reason)
		}}
)

// ask shows the question before an act.
func (p *Pages) ask(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.askPage(w, r, by, a, nil, nil)
	}
}

func (p *Pages) askPage(w http.ResponseWriter, r *http.Request, by access.Actor, a act, in url.Values, problem error) error {
	holder, about, err := p.about(r, by, a)
	if err != nil {
		return err
	}
	u, _, err := p.Guard.ShowUser(r.Context(), p.DB.Reader(), by, holder)
	if err != nil {
		return err
	}
	form := ui.Form{Action: r.URL.Path, Submit: a.submit, Danger: a.danger, Warning: a.warn, Cancel: userPath(holder)}
	if a.reason {
		form.Fields = []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "理由", Required: true, Max: 200, Rows: 3, Focus: true}}
	}
	page := ui.Page{Title: a.title, Lead: u.Name + about, Nav: "system", Crumbs: []ui.Crumb{{Label: "账号", Href: UsersPath}, {Label: u.Name, Href: userPath(holder)}}}
	if problem != nil {
		page.Status = ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "ask.html", page, askView{Form: form.Fill(in, problem)})
}

// about finds whose account or post the address means.
func (p *Pages) about(r *http.Request, by access.Actor, a act) (ref.User, string, error) {
	if !a.ofPost {
		id, err := pathID[ref.User](r)
		return id, "", err
	}
	id, err := pathID[ref.Post](r)
	if err != nil {
		return 0, "", err
	}
	post, err := p.Guard.ShowPost(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return 0, "", err
	}
	words, err := p.words(r.Context(), p.DB.Reader(), []auth.Post{post})
	return post.Holder, "：" + words[id], err
}

// answer does the act.
func (p *Pages) answer(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		in, err := typed(r)
		if err != nil {
			return err
		}
		holder, _, err := p.about(r, by, a)
		if err != nil {
			return err
		}
		id, err := pathID[ref.Audit](r)
		if err != nil {
			return err
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			return a.do(ctx, p.Guard, tx, by, int64(id), in.Get("reason"))
		})
		if err != nil && a.title != "" && (errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict)) {
			return p.askPage(w, r, by, a, in, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, userPath(holder), ui.Done, a.done)
		return nil
	}
}

// ResetPassword gives a new one-time password and shows it once.
func (p *Pages) ResetPassword(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.User](r)
	if err != nil {
		return err
	}
	password, err := p.Guard.OneTime(r.Context())
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Guard.ResetPassword(ctx, tx, by, id, password) }); err != nil {
		return err
	}
	return p.handOver(w, r, by, "口令已重置", id, handed{"一次性口令", password.Text()})
}

// Activate makes an activation code and shows it once.
func (p *Pages) Activate(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.User](r)
	if err != nil {
		return err
	}
	code := ""
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = p.Guard.Activate(ctx, tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	return p.handOver(w, r, by, "激活码已生成", id, handed{"激活码", code})
}

type requestsView struct{ Table ui.Table }

// Requests lists the posts that wait for a decision.
func (p *Pages) Requests(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	rows, err := p.Guard.Requests(r.Context(), tx, by)
	if err != nil {
		return err
	}
	posts := make([]auth.Post, len(rows))
	for i, x := range rows {
		posts[i] = x.Post
	}
	words, err := p.words(r.Context(), tx, posts)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "待审批的岗位", Columns: []ui.Column{{Label: "姓名"}, {Label: "申请的岗位", Wide: true}, {Label: "任职期"}, {Label: "提出时间"}, {Label: "操作", Tools: true}},
		Empty: ui.Empty{Title: "没有待审批的申请", Text: "系统管理员提出岗位申请后会列在这里。"}}
	for _, x := range rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(x.Name, userPath(x.Holder)), ui.T(words[x.ID]), ui.T(termWords(x.Post)),
			ui.T(ui.Clockwise(x.RequestedAt.Time(), tx.Now.Time())), {Actions: postActions(by, x.Post)}}})
	}
	page := ui.Page{Title: "待审批", Nav: "system", Tabs: p.UI.Tabs(by, "system", requestsPath)}
	return p.UI.Page(w, r, by, "requests.html", page, requestsView{t})
}

// Grant puts a requested post in force; an administrator's gets an activation code.
func (p *Pages) Grant(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	holder, _, err := p.about(r, by, act{ofPost: true})
	if err != nil {
		return err
	}
	id, err := pathID[ref.Post](r)
	if err != nil {
		return err
	}
	code := ""
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = p.Guard.GrantPost(ctx, tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	if code != "" {
		return p.handOver(w, r, by, "管理员岗位已批准", holder, handed{"激活码", code})
	}
	ui.RedirectWith(w, r, requestsPath, ui.Done, "岗位已批准，立即生效。")
	return nil
}

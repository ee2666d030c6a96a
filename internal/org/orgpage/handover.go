package orgpage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/org"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type handoverView struct {
	Ask     *ui.Form
	Confirm *ui.Confirm
}

func handoverPath(id ref.Post) string { return "/posts/" + ref.Format(id) + "/handover" }

// Handover asks who takes over a post.
func (p *Pages) Handover(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showHandover(w, r, by, nil)
}

// HandOver shows what a handover will move, and does it once that was confirmed.
func (p *Pages) HandOver(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := ref.Parse[ref.Post](r.PathValue("id"))
	if err != nil {
		return errs.Missing()
	}
	heir, err := ref.Parse[ref.User](r.PostFormValue("heir"))
	if err != nil {
		return p.showHandover(w, r, by, errs.Fields{"heir": "请选择接任人。"}.Err())
	}
	reason := r.PostFormValue("reason")
	if strings.TrimSpace(reason) == "" {
		return p.showHandover(w, r, by, errs.Fields{"reason": "请写明交接的原因，例如岗位调整、退休。"}.Err())
	}
	var done flow.Handover
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if r.PostFormValue("confirmed") == "" {
			done, err = p.Flow.PreviewHandover(ctx, tx, by, id, heir)
			return err
		}
		done, err = p.Flow.HandOver(ctx, tx, by, id, heir, reason)
		return err
	})
	switch {
	case errs.Is(err, errs.Invalid):
		return p.showHandover(w, r, by, err)
	case err != nil:
		return err
	case r.PostFormValue("confirmed") == "":
		return p.showHandoverPreview(w, r, by, done)
	}
	said := "已交接，" + ui.Count(int(done.Duties)) + "项在办事项转给接任人。"
	if !done.Granted {
		said += "接任人的岗位已提交申请，待安全保密管理员审批后生效。"
	}
	ui.RedirectWith(w, r, unitPath(done.Old.Unit), ui.Done, said)
	return nil
}

func (p *Pages) showHandover(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := ref.Parse[ref.Post](r.PathValue("id"))
	if err != nil {
		return errs.Missing()
	}
	ctx, tx := r.Context(), p.DB.Reader()
	post, err := p.Flow.Guard.Handed(ctx, tx, by, id)
	if err != nil {
		return err
	}
	u, err := org.Get(ctx, tx, by, post.Unit)
	if err != nil {
		return err
	}
	heirs, err := p.heirs(ctx, tx, by, post)
	if err != nil {
		return err
	}
	form := ui.Form{Action: handoverPath(id), Submit: "下一步：查看交接内容", Cancel: unitPath(u.ID), Fields: []ui.Field{
		{Kind: ui.Pick, Name: "heir", Label: "接任人", Required: true, Blank: "请选择", Options: heirs, Hint: "还没有账号的，请先由系统管理员新建账号。"},
		{Kind: ui.Text, Name: "reason", Label: "交接原因", Required: true, Hint: "例如岗位调整、退休。记入交接记录。"},
	}}
	page := p.handoverPage(u, post)
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "handover.html", page, handoverView{Ask: &form})
}

func (p *Pages) handoverPage(u org.Unit, post auth.Post) ui.Page {
	return ui.Page{Title: "岗位交接", Lead: u.Call() + "的" + post.Role.Label(), Nav: "system", Crumbs: []ui.Crumb{{Label: "单位", Href: unitsPath}, {Label: u.Call(), Href: unitPath(u.ID)}}}
}

// heirs are the people who can take over, those of the unit first.
func (p *Pages) heirs(ctx context.Context, tx *db.Tx, by access.Actor, post auth.Post) ([]ui.Option, error) {
	all, err := p.Flow.Guard.Candidates(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	colleagues, err := p.people(ctx, tx, []ref.Unit{post.Unit})
	near := map[ref.User]bool{}
	for _, h := range colleagues[post.Unit] {
		near[h.Holder] = true
	}
	names := map[string]int{}
	var first, rest []ui.Option
	for _, c := range all {
		// Namesakes are told apart by their accounts.
		if names[c.Name]++; names[c.Name] > 1 {
			c.Name += "（" + c.Login + "）"
		}
		o := ui.Option{Value: ref.Format(c.ID), Label: c.Name, Hint: "账号" + c.Login, Keys: pinyin.Key(c.Name) + " " + c.Login, Group: "其他人员"}
		switch {
		case c.ID == post.Holder:
		case near[c.ID]:
			o.Group = "本单位人员"
			first = append(first, o)
		default:
			rest = append(rest, o)
		}
	}
	return append(first, rest...), err
}

func (p *Pages) showHandoverPreview(w http.ResponseWriter, r *http.Request, by access.Actor, h flow.Handover) error {
	ctx, tx := r.Context(), p.DB.Reader()
	u, err := org.Get(ctx, tx, by, h.Old.Unit)
	if err != nil {
		return err
	}
	holders, err := p.people(ctx, tx, []ref.Unit{u.ID})
	if err != nil {
		return err
	}
	former := ""
	for _, x := range holders[u.ID] {
		if x.ID == h.Old.ID {
			former = x.Name
		}
	}
	confirm := ui.Confirm{Title: former + "的" + h.Old.Role.Label() + "岗位交接给" + h.Heir.Name, Text: "确认后立即生效：", Points: handoverPoints(h, former),
		Form: ui.Form{Action: handoverPath(h.Old.ID), Submit: "确认交接", Cancel: unitPath(u.ID), Hidden: []ui.Hidden{
			{Name: "confirmed", Value: "1"}, {Name: "heir", Value: ref.Format(h.Heir.ID)}, {Name: "reason", Value: r.PostFormValue("reason")}}}}
	return p.UI.Page(w, r, by, "handover.html", p.handoverPage(u, h.Old), handoverView{Confirm: &confirm})
}

func handoverPoints(h flow.Handover, former string) []string {
	points := []string{
		former + "的" + h.Old.Role.Label() + "岗位结束，不能再以这个岗位登录办事",
		"由" + former + "承办的在办事项" + ui.Count(int(h.Duties)) + "项（其中超期" + ui.Count(int(h.Late)) + "项）转给" + h.Heir.Name + "，时限不变",
	}
	if h.Cases > 0 {
		points = append(points, former+"参加的个案"+ui.Count(int(h.Cases))+"件由"+h.Heir.Name+"接替，职责不变；"+former+"不再能看到")
	}
	if h.Granted {
		return append(points, h.Heir.Name+"已有这个岗位，可以立即办理")
	}
	return append(points, "为"+h.Heir.Name+"申请同样的岗位，经安全保密管理员审批后生效；审批前事项仍在本单位待办中")
}

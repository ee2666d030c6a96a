package authpage

import (
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/ui"
)

type selfView struct {
	Identity ui.Identity
	Posts    ui.Table
}

// Self is a person's own account: posts, password, one-time code.
func (p *Pages) Self(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	has, left, err := p.Guard.Factor(r.Context(), p.DB.Reader(), by.User)
	if err != nil {
		return err
	}
	factor := ui.Fact{Label: "动态口令", Tag: &ui.Tag{State: ui.Waiting, Label: "未绑定"}, Action: &ui.Action{Label: "去绑定", Href: factorPath}}
	if has {
		factor = ui.Fact{Label: "动态口令", Tag: &ui.Tag{State: ui.Finished, Label: "已绑定"}, Sub: "剩余恢复码" + strconv.FormatInt(left, 10) + "个"}
	}
	view := selfView{Identity: ui.Identity{Title: by.Name, Kind: "账号", Facts: []ui.Fact{factor, {Label: "当前岗位", Value: postWords(by.Post)}}},
		Posts: selfPosts(by)}
	page := ui.Page{Title: "我的账号", Action: &ui.Action{Label: "修改口令", Href: changePath, Icon: "key"}, More: []ui.Action{{Label: "退出登录", Post: LogoutPath, Icon: "exit"}}}
	return p.UI.Page(w, r, by, "self.html", page, view)
}

func postWords(p access.Post) string {
	words := p.Role.Label()
	for _, part := range []string{p.UnitName, p.RegionName} {
		if part != "" {
			words += " · " + part
		}
	}
	if p.ID == 0 {
		return "暂无岗位"
	}
	return words
}

func selfPosts(by access.Actor) ui.Table {
	t := ui.Table{ID: "posts", Caption: "我的岗位", Columns: []ui.Column{{Label: "角色", Wide: true}, {Label: "单位"}, {Label: "行政区划"}, {Label: "操作", Tools: true}},
		Empty: ui.Empty{Title: "您还没有岗位", Text: "岗位由系统管理员申请、安全保密管理员授权后生效，请联系本单位管理员。"}}
	for _, x := range by.Posts {
		cells := []ui.Cell{ui.T(x.Role.Label()), ui.T(x.UnitName), ui.T(x.RegionName), ui.Tags(ui.Running, "当前岗位")}
		if x.ID != by.Post.ID {
			cells[3] = ui.T("在页面顶部切换")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

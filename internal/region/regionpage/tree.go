package regionpage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type treeView struct {
	Gone     *ui.Note
	Filter   ui.Filter
	Identity *ui.Identity
	Table    ui.Table
	Timeline *ui.Timeline
}

// Tree shows a division with those right below it, or what a search finds.
// Without a code it begins at the actor's county.
func (p *Pages) Tree(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	query := r.URL.Query().Get("q")
	view := treeView{Filter: ui.Filter{Action: treePath, Search: &ui.Field{Kind: ui.Query, Name: "q", Label: "名称或拼音首字母", Value: query}, Clear: treePath}}
	page := p.section(by, ui.Page{Title: "行政区划"}, treePath)
	if query != "" {
		found, err := region.Search(ctx, tx, by, query)
		if err != nil {
			return err
		}
		view.Table, err = p.found(ctx, tx, found)
		if err != nil {
			return err
		}
		return p.UI.Page(w, r, by, "tree.html", page, view)
	}
	code := r.PathValue("code")
	if code == "" {
		var err error
		if code, err = region.Top(ctx, tx, by); err != nil {
			return err
		}
	}
	at, err := region.Get(ctx, tx, by, code)
	if r.PathValue("code") == "" && errs.Is(err, errs.NotFound) {
		view.Table = treeTable(nil)
		page.More = p.more(by)
		return p.UI.Page(w, r, by, "tree.html", page, view)
	}
	if err != nil {
		return err
	}
	if err := p.one(ctx, tx, by, at, &view, &page); err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "tree.html", page, view)
}

// one fills in a division, those below it and what happened to it.
func (p *Pages) one(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, v *treeView, page *ui.Page) error {
	below, err := region.Tree(ctx, tx, by, at.Code)
	if err != nil {
		return err
	}
	path, err := region.Path(ctx, tx, at.Code)
	if err != nil {
		return err
	}
	history, err := region.History(ctx, tx, by, at.Code)
	if err != nil {
		return err
	}
	if !at.Active() {
		heir, err := region.Successor(ctx, tx, at.Code)
		if err != nil {
			return err
		}
		v.Gone = &ui.Note{Tone: ui.Warn, Text: "本区划已于" + civil.FormatDate(at.ValidTo) + "撤并，原有单位和事项已转到承接的区划。", Link: &ui.Crumb{Label: heir.Name, Href: regionPath(heir.Code)}}
	}
	v.Identity = &ui.Identity{Title: at.Name, Kind: at.Label(), Facts: []ui.Fact{
		{Label: "区划代码", Value: significant(at.Code)}, {Label: "简称", Value: at.ShortName}, {Label: "下属", Value: strconv.Itoa(len(below)) + "个"},
		{Label: "来源", Value: sources[at.Source]}, {Label: "设立日期", Value: at.ValidFrom.String()},
	}}
	if at.Level < region.Village && at.Active() {
		v.Table = treeTable(below)
	} else {
		v.Table = ui.Table{Caption: "下级区划", Columns: columns, Empty: ui.Empty{Title: "没有下级区划"}}
	}
	t := timeline(history, at.Code)
	v.Timeline = &t
	for _, r := range path {
		if r.Code != at.Code {
			page.Crumbs = append(page.Crumbs, ui.Crumb{Label: r.ShortName, Href: regionPath(r.Code)})
		}
	}
	page.Title = at.ShortName
	page.Kicker = "行政区划"
	page.Action, page.More = actions(by, at), append(p.more(by), moreActions(by, at)...)
	return nil
}

var sources = map[string]string{region.National: "国家统计局统计用区划代码", region.Local: "本地新增", region.Invented: "演示数据（虚构区划）"}

func (p *Pages) more(by access.Actor) []ui.Action {
	more := []ui.Action{{Label: "已撤并的区划", Href: formerPath, Icon: "history"}}
	if by.Can("region.import") {
		more = append(more, ui.Action{Label: "导入全国区划文件", Href: importPath, Icon: "upload"})
	}
	return more
}

func actions(by access.Actor, at region.Region) *ui.Action {
	if !by.Can("region.edit") || !at.Active() || at.Level < region.Prefecture || at.Level == region.Village {
		return nil
	}
	return &ui.Action{Label: "新增下级区划", Href: regionPath(at.Code) + "/add", Icon: "plus"}
}

func moreActions(by access.Actor, at region.Region) []ui.Action {
	if !by.Can("region.edit") || !at.Active() || at.Level < region.County {
		return nil
	}
	list := []ui.Action{{Label: "更名", Href: regionPath(at.Code) + "/rename", Icon: "edit"}}
	if at.Level >= region.Township {
		list = append(list, ui.Action{Label: "并入其他区划", Href: regionPath(at.Code) + "/merge", Icon: "merge"})
	}
	if at.Level == region.Village {
		list = append(list, ui.Action{Label: "划转到其他乡镇", Href: regionPath(at.Code) + "/transfer", Icon: "swap"})
	}
	if at.Level >= region.Township {
		list = append(list, ui.Action{Label: "撤销", Href: regionPath(at.Code) + "/abolish", Icon: "minus-circle", Danger: true})
	}
	return list
}

var columns = []ui.Column{{Label: "名称", Wide: true}, {Label: "类别", Slim: true}, {Label: "区划代码", Slim: true}, {Label: "下属", Num: true}, {Label: "来源", Quiet: true}}

func treeTable(below []region.Node) ui.Table {
	t := ui.Table{Caption: "下级区划", Columns: columns, Empty: ui.Empty{Title: "还没有下级区划", Text: "导入全国区划文件，或新增本地区划（如农场场部、开发区）后，会显示在这里。"}}
	for _, n := range below {
		t.Rows = append(t.Rows, row(n.Region, ui.Count(int(n.Below))))
	}
	return t
}

func row(r region.Region, below string) ui.Row {
	sub := ""
	if r.Name != r.ShortName {
		sub = r.Name
	}
	source := ""
	if r.Source == region.Local {
		source = sources[region.Local]
	}
	return ui.Row{Label: r.ShortName, Cells: []ui.Cell{{Text: r.ShortName, Href: regionPath(r.Code), Sub: sub}, ui.T(r.Label()), ui.T(significant(r.Code)), ui.T(below), ui.T(source)}}
}

func (p *Pages) found(ctx context.Context, tx *db.Tx, list []region.Region) (ui.Table, error) {
	t := ui.Table{Caption: "查到的区划", Columns: columns, Empty: ui.Empty{Title: "没有查到", Text: "换一个名称或拼音首字母再查。"}}
	codes := make([]string, len(list))
	for i, r := range list {
		codes[i] = r.Code
	}
	places, err := region.Places(ctx, tx, codes)
	for _, r := range list {
		line := row(r, "")
		if r.Level == region.Village {
			line.Cells[0].Sub = places[r.Code]
		}
		t.Rows = append(t.Rows, line)
	}
	return t, err
}

func timeline(history []region.Change, code string) ui.Timeline {
	t := ui.Timeline{Title: "变更经过", Empty: "建立以来没有变更。"}
	for _, c := range history {
		t.Items = append(t.Items, ui.Event{Title: changeWords(c, code), Text: c.Reason, Who: c.ActorName, When: civil.FormatTime(c.At.Time()), Icon: "history"})
	}
	return t
}

func changeWords(c region.Change, code string) string {
	mine := c.Code == code
	var words string
	switch c.Kind {
	case region.Renamed:
		words = c.OldName + "更名为" + c.NewName
	case region.Merged:
		words = c.OldName + "并入" + c.NewName
	case region.SplitOff:
		words = "由" + c.OldName + "析置" + c.NewName
	case region.Moved:
		words = c.OldName + "划转，代码由" + significant(c.Code) + "变更为" + significant(c.Other)
	case region.Recoded:
		words = c.OldName + "代码由" + significant(c.Code) + "变更为" + significant(c.Other)
	case region.Abolished:
		words = c.OldName + "撤销"
	default:
		words = "新增" + c.NewName
	}
	if !mine && c.Kind == region.Added {
		words = "新增" + c.NewName
	}
	return words + "，" + c.OnDate.String() + "起生效（" + c.Document + "）"
}

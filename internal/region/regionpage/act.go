package regionpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type actView struct{ Confirm ui.Confirm }

// act is a change of a division with its form.
type act struct {
	tail   string
	title  string
	text   string
	submit string
	danger bool
	said   string
	// fields are asked besides the document.
	fields func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]ui.Field, error)
	// points say what will happen, in detail.
	points func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]string, error)
	do     func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, r *http.Request) (goTo string, err error)
}

var adding = act{tail: "add", title: "新增下级区划", submit: "新增", said: "已新增。",
	text: "用于全国区划文件中还没有的区划：农场场部、开发区、新设的乡镇和村（社区）。没有官方代码时留空，系统编本地码；以后官方代码公布，导入文件时自动衔接。",
	fields: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]ui.Field, error) {
		level := region.Township
		if at.Level == region.Township {
			level = region.Village
		}
		kinds := ui.Field{Kind: ui.Radios, Name: "kind", Label: "类别", Required: true}
		for _, k := range region.Kinds(level) {
			kinds.Options = append(kinds.Options, ui.Option{Value: string(k.Kind), Label: k.Label})
		}
		from, err := siblings(ctx, tx, by, at.Code, "")
		return []ui.Field{{Kind: ui.Text, Name: "name", Label: "名称", Required: true, Max: 60, Focus: true}, kinds,
			{Kind: ui.Text, Name: "code", Label: "官方代码", Max: 12, Short: true, Hint: "乡镇级9位，村级12位；没有则留空。"},
			{Kind: ui.Pick, Name: "from", Label: "从哪个区划析置", Blank: "不是析置", Options: from}}, err
	},
	do: func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, r *http.Request) (string, error) {
		added, err := region.Add(ctx, tx, by, region.Addition{Parent: at.Code, Name: r.PostFormValue("name"), Kind: region.Kind(r.PostFormValue("kind")),
			Code: r.PostFormValue("code"), From: r.PostFormValue("from"), Basis: basisOf(r)})
		return added.Code, err
	}}

var renaming = act{tail: "rename", title: "更名", submit: "更名", said: "已更名。", text: "区划代码不变，原名记入变更经过。单位名称请在“单位”中另行修改。",
	fields: func(_ *Pages, _ context.Context, _ *db.Tx, _ access.Actor, at region.Region) ([]ui.Field, error) {
		return []ui.Field{{Kind: ui.Text, Name: "name", Label: "新名称", Required: true, Max: 60, Value: at.Name, Focus: true}}, nil
	},
	do: func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, r *http.Request) (string, error) {
		return at.Code, region.Rename(ctx, tx, by, at.Code, r.PostFormValue("name"), basisOf(r))
	}}

var merging = act{tail: "merge", title: "并入其他区划", submit: "确认并入", danger: true, said: "已并入。单位、岗位和责任事项正在后台迁移。",
	text: "并入后不能恢复：",
	fields: func(_ *Pages, ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]ui.Field, error) {
		options, err := others(ctx, tx, by, at)
		return []ui.Field{{Kind: ui.Pick, Name: "into", Label: "并入", Required: true, Blank: "请选择", Options: options}}, err
	},
	points: movedPoints,
	do: func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, r *http.Request) (string, error) {
		into := r.PostFormValue("into")
		if into == "" {
			return "", errs.Fields{"into": "请选择并入哪个区划。"}.Err()
		}
		return into, region.Merge(ctx, tx, by, at.Code, into, basisOf(r))
	}}

var transferring = act{tail: "transfer", title: "划转到其他乡镇", submit: "确认划转", danger: true, said: "已划转。单位、岗位和责任事项正在后台迁移。",
	text: "划转后：",
	fields: func(_ *Pages, ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]ui.Field, error) {
		options, err := siblings(ctx, tx, by, at.County+"000000", at.Parent)
		return []ui.Field{{Kind: ui.Pick, Name: "into", Label: "划入乡镇（街道）", Required: true, Blank: "请选择", Options: options}}, err
	},
	points: movedPoints,
	do: func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, r *http.Request) (string, error) {
		if r.PostFormValue("into") == "" {
			return "", errs.Fields{"into": "请选择划入哪个乡镇（街道）。"}.Err()
		}
		now, err := region.Transfer(ctx, tx, by, at.Code, r.PostFormValue("into"), basisOf(r))
		return now.Code, err
	}}

var abolishing = act{tail: "abolish", title: "撤销", submit: "确认撤销", danger: true, said: "已撤销。单位、岗位和责任事项正在后台迁移。",
	text: "用于没有承接区划的撤销；合并到别的区划请用“并入”。撤销后不能恢复：",
	fields: func(*Pages, context.Context, *db.Tx, access.Actor, region.Region) ([]ui.Field, error) {
		return nil, nil
	},
	points: func(context.Context, *db.Tx, access.Actor, region.Region) ([]string, error) {
		return []string{"原有单位、岗位和责任事项归上一级区划", "历史记录保留，旧代码仍能查到"}, nil
	},
	do: func(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region, r *http.Request) (string, error) {
		return at.Parent, region.Abolish(ctx, tx, by, at.Code, basisOf(r))
	}}

func movedPoints(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]string, error) {
	below, err := region.Tree(ctx, tx, by, at.Code)
	points := []string{"原有单位、岗位、在办和已办事项随之迁移，时限不变", "历史记录保留，旧代码仍能查到现在的区划"}
	if len(below) > 0 {
		points = append([]string{"下属" + ui.Count(len(below)) + "个村（社区）一并划入，代码相应变更"}, points...)
	}
	return points, err
}

// siblings offers the divisions right below a parent but one.
func siblings(ctx context.Context, tx *db.Tx, by access.Actor, parent, but string) ([]ui.Option, error) {
	list, err := region.Tree(ctx, tx, by, parent)
	var options []ui.Option
	for _, n := range list {
		if n.Code != but {
			options = append(options, option(n.Region, ""))
		}
	}
	return options, err
}

func option(r region.Region, group string) ui.Option {
	return ui.Option{Value: r.Code, Label: r.ShortName, Hint: r.Label(), Keys: r.Search, Group: group}
}

// others offers the divisions of the same level in the county, villages under their townships.
func others(ctx context.Context, tx *db.Tx, by access.Actor, at region.Region) ([]ui.Option, error) {
	towns, err := region.Tree(ctx, tx, by, at.County+"000000")
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, town := range towns {
		if at.Level == region.Township {
			if town.Code != at.Code {
				options = append(options, option(town.Region, ""))
			}
			continue
		}
		villages, err := region.Tree(ctx, tx, by, town.Code)
		if err != nil {
			return nil, err
		}
		for _, v := range villages {
			if v.Code != at.Code {
				options = append(options, option(v.Region, town.ShortName))
			}
		}
	}
	return options, nil
}

// ask shows the form of a change.
func (p *Pages) ask(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showAct(w, r, by, a, nil)
	}
}

// answer makes the change, or shows its form again with what is wrong.
func (p *Pages) answer(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		var goTo string
		err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
			at, err := region.Get(ctx, tx, by, r.PathValue("code"))
			if err != nil {
				return err
			}
			if goTo, err = a.do(ctx, tx, by, at, r); err != nil {
				return err
			}
			return p.Flow.AfterRegions(ctx, tx, by)
		})
		if errs.Is(err, errs.Invalid) {
			return p.showAct(w, r, by, a, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, regionPath(goTo), ui.Done, a.said)
		return nil
	}
}

func (p *Pages) showAct(w http.ResponseWriter, r *http.Request, by access.Actor, a act, problem error) error {
	ctx, tx := r.Context(), p.DB.Reader()
	at, err := region.Get(ctx, tx, by, r.PathValue("code"))
	if err != nil {
		return err
	}
	fields, err := a.fields(p, ctx, tx, by, at)
	if err != nil {
		return err
	}
	view := actView{ui.Confirm{Title: a.title + "：" + at.ShortName, Text: a.text, Form: ui.Form{Action: regionPath(at.Code) + "/" + a.tail, Submit: a.submit,
		Danger: a.danger, Cancel: regionPath(at.Code), Fields: append(fields, basisFields(today(tx))...)}}}
	if a.points != nil {
		if view.Confirm.Points, err = a.points(ctx, tx, by, at); err != nil {
			return err
		}
	}
	page := ui.Page{Title: a.title, Nav: "system", Crumbs: []ui.Crumb{{Label: "行政区划", Href: treePath}, {Label: at.ShortName, Href: regionPath(at.Code)}}}
	if problem != nil {
		view.Confirm.Form, page.Status = view.Confirm.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "act.html", page, view)
}

package orgpage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type editView struct{ Form ui.Form }

// New shows the form of a new unit.
func (p *Pages) New(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	top, err := region.Top(r.Context(), p.DB.Reader(), by)
	if err != nil {
		return err
	}
	return p.showEdit(w, r, by, org.Unit{Region: top}, nil)
}

// Add adds a unit.
func (p *Pages) Add(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	var u org.Unit
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		u, err = org.Add(ctx, tx, by, draftOf(r), basisOf(r))
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showEdit(w, r, by, org.Unit{}, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, unitPath(u.ID), ui.Done, "已新增单位。")
	return nil
}

// Edit shows the form of a unit.
func (p *Pages) Edit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	u, err := p.unitOf(r, by)
	if err != nil {
		return err
	}
	return p.showEdit(w, r, by, u, nil)
}

// Save changes a unit.
func (p *Pages) Save(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	u, err := p.unitOf(r, by)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return org.Edit(ctx, tx, by, u.ID, draftOf(r), basisOf(r)) })
	if errs.Is(err, errs.Invalid) {
		return p.showEdit(w, r, by, u, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, unitPath(u.ID), ui.Done, "已保存。")
	return nil
}

func (p *Pages) unitOf(r *http.Request, by access.Actor) (org.Unit, error) {
	id, err := pathUnit(r)
	if err != nil {
		return org.Unit{}, err
	}
	return org.Get(r.Context(), p.DB.Reader(), by, id)
}

func draftOf(r *http.Request) org.Draft {
	superior, err := ref.Parse[ref.Unit](r.PostFormValue("superior"))
	if err != nil {
		superior = 0
	}
	return org.Draft{Name: r.PostFormValue("name"), ShortName: r.PostFormValue("short_name"), Kind: org.Kind(r.PostFormValue("kind")),
		Superior: superior, Region: r.PostFormValue("region"), Aliases: lines(r.PostFormValue("aliases")), Office: r.PostFormValue("office") != ""}
}

func (p *Pages) showEdit(w http.ResponseWriter, r *http.Request, by access.Actor, u org.Unit, problem error) error {
	tx := p.DB.Reader()
	fields, err := editFields(r.Context(), tx, by, u)
	if err != nil {
		return err
	}
	form := ui.Form{Action: unitsPath + "/new", Submit: "新增", Cancel: unitsPath, Guard: true,
		Fields: fields, Parts: []ui.Part{{Title: "变更依据", Fields: basisFields(today(tx))}}}
	page := ui.Page{Title: "新增单位", Nav: "system", Crumbs: []ui.Crumb{{Label: "单位", Href: unitsPath}}}
	if u.ID != 0 {
		form.Action, form.Submit, form.Cancel = unitPath(u.ID)+"/edit", "保存", unitPath(u.ID)
		page.Title = "修改" + u.Call()
		page.Crumbs = append(page.Crumbs, ui.Crumb{Label: u.Call(), Href: unitPath(u.ID)})
	}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "edit.html", page, editView{form})
}

func editFields(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit) ([]ui.Field, error) {
	var aliases []string
	if u.ID != 0 {
		var err error
		if aliases, err = org.Aliases(ctx, tx, by, u.ID); err != nil {
			return nil, err
		}
	}
	fields := []ui.Field{
		{Kind: ui.Text, Name: "name", Label: "全称", Value: u.Name, Required: true, Max: 60, Focus: u.ID == 0},
		{Kind: ui.Text, Name: "short_name", Label: "简称", Value: u.ShortName, Max: 60, Hint: "列表和待办中使用，例如县民政局；不填则用全称。"},
		{Kind: ui.TextArea, Name: "aliases", Label: "别名", Value: strings.Join(aliases, "\n"), Rows: 4, Hint: "每行一个。文件里怎样称呼本单位就怎样写，解析方案时据此认出。更名后原名自动保留为别名。"},
	}
	if u.Collective() {
		return fields, nil
	}
	options, err := unitOptions(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	places, err := regionOptions(ctx, tx, by, u.Region)
	if err != nil {
		return nil, err
	}
	superior := ""
	if u.Superior != 0 {
		superior = ref.Format(u.Superior)
	}
	return append(fields,
		ui.Field{Kind: ui.Select, Name: "kind", Label: "类别", Value: string(u.Kind), Required: true, Blank: "请选择", Options: kindOptions()},
		ui.Field{Kind: ui.Pick, Name: "superior", Label: "上级单位", Value: superior, Blank: "请选择", Options: withUnit(ctx, tx, by, options, u.Superior),
			Hint: "逾期事项逐级催办到上级；上级是政府或领导小组的，由未保办承接。"},
		ui.Field{Kind: ui.Pick, Name: "region", Label: "所在区划", Value: u.Region, Required: true, Blank: "请选择", Options: places},
		ui.Field{Kind: ui.Check, Name: "office", Label: "承担未保办工作", Value: checked(u.Office), Hint: "同一区划只有一个单位承担；在这里勾选后，原来的单位自动取消。"},
	), nil
}

func checked(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func kindOptions() []ui.Option {
	var options []ui.Option
	for _, k := range org.Kinds {
		if k.Kind != rule.Group {
			options = append(options, ui.Option{Value: string(k.Kind), Label: k.Label})
		}
	}
	return options
}

package guardianshippage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/ui"
)

// Found asks for a rescued child whose file is not known.
func (p *Pages) Found(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showFound(w, r, by, nil, nil)
}

func (p *Pages) showFound(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	tx := p.DB.Reader()
	rule, ok := p.Desk.Rule(protection.Rescue, today(tx))
	if !ok {
		return errs.New(errs.Conflict, "本县的规则里没有流浪乞讨救助，请联系县未保办。")
	}
	villages, err := p.Villages(r.Context(), tx, by)
	if err != nil {
		return err
	}
	units, err := p.Choices(r.Context(), tx, by)
	if err != nil {
		return err
	}
	fields, err := p.fields(r.Context(), tx, rule.First(), child.Child{})
	if err != nil {
		return err
	}
	form := ui.Form{Action: RescuesPath + "/new", Submit: "登记", Cancel: RescuesPath, Guard: true, Fields: append([]ui.Field{
		{Kind: ui.Text, Name: "name", Label: "称呼", Max: maxLine, Hint: "孩子自己说的名字。不知道的不填。"},
		{Kind: ui.Radios, Name: "sex", Label: "性别", Required: true, Options: []ui.Option{{Value: string(idcard.Male), Label: "男"}, {Value: string(idcard.Female), Label: "女"}}},
		{Kind: ui.Number, Name: "age", Label: "看上去几岁", Short: true, Min: "0", Top: "17", Unit: "岁"},
		{Kind: ui.Pick, Name: "region", Label: "在哪里发现", Required: true, Blank: "请选择村（社区）", Options: villages},
		{Kind: ui.TextArea, Name: "signs", Label: "体貌特征和随身物品", Max: maxWords, Rows: 2, Hint: "加密保存，用于查找身份。"},
		{Kind: ui.Pick, Name: "unit", Label: "负责单位", Blank: "按本县规则确定", Options: units},
	}, fields...)}
	page := ui.Page{Title: "登记身份不明的儿童", Nav: nav, Crumbs: []ui.Crumb{{Label: "流浪乞讨救助", Href: RescuesPath}}, Lead: words(rule.Note) + "知道是谁的，请从儿童的档案登记。"}
	if problem != nil {
		form, page.Status = form.Fill(typed, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "open.html", page, openView{danger, basis(rule), sure(rule), form})
}

// FoundDone opens a file for the child with the measure of its rescue.
func (p *Pages) FoundDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
	}
	in, err := readFound(r.PostForm)
	var id ref.Measure
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = p.Desk.Rescue(ctx, tx, by, in)
			return err
		})
	}
	if errs.Is(err, errs.Invalid) {
		return p.showFound(w, r, by, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, "已登记，并为孩子建立了档案。查询身份和寻亲的时限已经开始。")
	return nil
}

func readFound(form url.Values) (guardianship.Found, error) {
	f := errs.Fields{}
	in := guardianship.Found{Name: form.Get("name"), Sex: idcard.Sex(form.Get("sex")), Region: form.Get("region"), Signs: strings.TrimSpace(form.Get("signs"))}
	f.Check(in.Sex == idcard.Male || in.Sex == idcard.Female, "sex", "请选择性别。")
	f.Check(in.Region != "", "region", "请选择在哪个村（社区）发现。")
	if age := form.Get("age"); age != "" {
		n, err := strconv.Atoi(age)
		f.Check(err == nil && n >= 0 && n < majority, "age", "请填0到17之间的整数。")
		in.Age = n
	}
	if u, err := ref.Parse[ref.Unit](form.Get("unit")); err == nil {
		in.Unit = u
	}
	first, err := readEntry(form)
	if e, ok := err.(*errs.Error); ok {
		for name, message := range e.Fields {
			f.Check(false, name, message)
		}
	}
	in.First = first
	return in, f.Err()
}

// majority is the age from which somebody is no minor (未成年人保护法 第二条).
const majority = 18

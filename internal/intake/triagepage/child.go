package triagepage

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// newFile stands for a file that is opened by what was told.
const newFile = "new"

type childView struct {
	Note ui.Note
	Form ui.Form
}

// childPart asks of which child the report tells: files that fit the name
// which was told or what was typed, a new file, or nobody yet.
func (p *Pages) childPart(ctx context.Context, tx *db.Tx, by access.Actor, t intake.Told, find string) (ui.Part, error) {
	name := ""
	if t.Telling.Child != nil {
		name = strings.TrimSpace(t.Telling.Child.Name)
	}
	options, err := p.files(ctx, tx, by, t.Child, find, name)
	if err != nil {
		return ui.Part{}, err
	}
	value := "none"
	if t.Child != 0 {
		value = ref.Format(t.Child)
	}
	if name != "" && by.Can("child.add") {
		options = append(options, ui.Option{Value: newFile, Label: "建立新档案", Hint: "按报告里的姓名、性别、年龄、学校建档，其余以后补"})
	}
	options = append(options, ui.Option{Value: "none", Label: "暂不关联", Hint: "还不知道是哪个孩子。查清以后可以在报告页关联"})
	part := ui.Part{Title: "是哪个孩子", Text: "关联以后，同一个孩子的其他报告列在一起，单位需要的资料可以从档案带出，也可以开立个案。", Fields: []ui.Field{
		{Kind: ui.Radios, Name: "child", Label: "孩子的档案", Value: value, Options: options}}}
	if by.Can("child.search") {
		part.Fields = append(part.Fields, ui.Field{Kind: ui.Text, Name: "find", Label: "没有列出的，按姓名、拼音首字母或者号码后四位查找", Max: 30, Short: true, Value: find})
	}
	regions, err := p.Regions(ctx, tx, by)
	if err != nil {
		return part, err
	}
	region := t.Region
	if access.Town(region) == "" {
		region = ""
	}
	part.Fields = append(part.Fields, ui.Field{Kind: ui.Pick, Name: "region", Label: "在哪个乡镇、村（社区）", Blank: "还不清楚", Value: region, Options: regions, Hint: "按派单规则所说的那一处：发生地、居住地或者户籍地"})
	return part, nil
}

// files gives the files that fit, the one that is linked already first.
func (p *Pages) files(ctx context.Context, tx *db.Tx, by access.Actor, linked ref.Child, queries ...string) ([]ui.Option, error) {
	if !by.Can("child.search") {
		return nil, nil
	}
	var out []ui.Option
	seen := map[string]bool{}
	add := func(list []ui.Option) {
		for _, o := range list {
			if !seen[o.Value] {
				seen[o.Value] = true
				out = append(out, o)
			}
		}
	}
	if linked != 0 {
		o, err := p.FileOf(ctx, tx, by, linked)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if err == nil {
			add([]ui.Option{o})
		}
	}
	for _, q := range queries {
		if len([]rune(strings.TrimSpace(q))) < 2 {
			continue
		}
		list, err := p.Files(ctx, tx, by, q)
		if err != nil && !errs.Is(err, errs.Invalid) {
			return nil, err
		}
		add(list)
	}
	return out, nil
}

// Child asks of which child a report tells, also after triage.
func (p *Pages) Child(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showChild(w, r, by, nil, nil)
}

func (p *Pages) showChild(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	ctx, tx := r.Context(), p.DB.Reader()
	row, open, err := p.opened(w, r, by, "关联档案")
	if err != nil || !open {
		return err
	}
	told, err := p.Desk.Open(ctx, tx, by, row.ID)
	if err != nil {
		return err
	}
	part, err := p.childPart(ctx, tx, by, told, typed.Get("find"))
	if err != nil {
		return err
	}
	page := ui.Page{Title: "关联未成年人档案", Kicker: row.Number, Nav: "intake", Crumbs: crumbs(ui.Crumb{Label: p.Desk.Call(row), Href: Path(row.ID)})}
	v := childView{Note: ui.Note{Tone: ui.Info, Text: part.Text}, Form: ui.Form{Action: Path(row.ID) + "/child", Submit: "关联", Cancel: Path(row.ID), Fields: part.Fields}}
	if by.Can("child.search") {
		v.Form.Also = []ui.SubmitButton{{Label: "查找", Name: "look", Value: "1"}}
	}
	v.Form = again(v.Form, &page, typed, problem)
	return p.UI.Page(w, r, by, "child.html", page, v)
}

// ChildDone links the report with the file of a child.
func (p *Pages) ChildDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("look") != "" {
		return p.showChild(w, r, by, r.PostForm, nil)
	}
	said := "已关联。同一个孩子的其他报告会列在下面。"
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		child := ref.Child(0)
		switch v := r.PostFormValue("child"); v {
		case newFile:
			said = "已建立档案并关联，请在档案里补全。"
			child, err = p.Ways.Enrol(ctx, tx, by, id, r.PostFormValue("region"))
		case "none", "":
			said = "没有关联档案。"
		default:
			if child, err = ref.Parse[ref.Child](v); err != nil {
				return errs.Fields{"child": "请从列出的档案里选择。"}.Err()
			}
			_, err = p.FileOf(ctx, tx, by, child)
		}
		if err != nil {
			return err
		}
		return p.Desk.Link(ctx, tx, by, id, child)
	})
	if errs.Is(err, errs.Invalid) {
		return p.showChild(w, r, by, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, said)
	return nil
}

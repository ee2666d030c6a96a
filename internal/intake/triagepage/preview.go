package triagepage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type previewView struct {
	Lead    sight
	Support *sight
	Form    ui.Form
}

// sight is what a unit will see, word for word.
type sight struct {
	Title string
	Facts ui.Summary
	Ask   string
}

// kept are the fields of the form that the preview hands on.
var kept = []string{"situation", "urgency", "lead", "support", "words", "child", "find", "region", "ask", "items", "shared"}

// preview shows what the units will read before anything is sent.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request, by access.Actor, id ref.Report, in intake.DecideIn, typed url.Values) error {
	var told intake.Told
	var d intake.Decision
	var items []referral.Item
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = p.Desk.Try(ctx, tx, by, id, in); err != nil {
			return err
		}
		if err := sendable(in, typed); err != nil {
			return err
		}
		told, items, err = p.Ways.Along(ctx, tx, by, id, in.Child, true)
		items = referral.Choose(items, in.Along.Items, in.Along.Shared)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showDecide(w, r, by, typed, asked(err))
	}
	if err != nil {
		return err
	}
	names, err := p.UnitNames(r.Context(), p.DB.Reader(), append([]ref.Unit{d.Lead}, d.Support...))
	if err != nil {
		return err
	}
	v := previewView{Lead: sight{"牵头单位将看到以下内容：" + names[d.Lead], sightFacts(items, false), in.Along.Ask}}
	if len(d.Support) > 0 {
		list := make([]string, len(d.Support))
		for i, u := range d.Support {
			list[i] = names[u]
		}
		v.Support = &sight{"配合单位将看到以下内容：" + strings.Join(list, "、"), sightFacts(items, true), in.Along.Ask}
	}
	v.Form = ui.Form{Action: Path(id) + "/decide", Submit: "确定并派发", Also: []ui.SubmitButton{{Label: "返回修改", Name: "back", Value: "1"}},
		Hidden: []ui.Hidden{{Name: "confirm", Value: "1"}, {Name: "seen", Value: referral.Digest(items)}}}
	for name, values := range typed {
		if slices.Contains(kept, name) || strings.HasPrefix(name, "q-") {
			for _, value := range values {
				v.Form.Hidden = append(v.Form.Hidden, ui.Hidden{Name: name, Value: value})
			}
		}
	}
	page := ui.Page{Title: "核对单位将看到的内容", Kicker: told.Number, Nav: "intake", Crumbs: crumbs(ui.Crumb{Label: p.Desk.Call(told.Report), Href: Path(id)}),
		Lead: "紧急程度：" + d.Urgency.Label() + "。时限从派发起算，单位签收与否都照算。除这些内容外，单位看不到报告和档案的其他内容，也不知道报告人是谁。"}
	return p.UI.Page(w, r, by, "preview.html", page, v)
}

// sendable tells what is missing before a unit can be asked.
func sendable(in intake.DecideIn, typed url.Values) error {
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Along.Ask) != "", "ask", "请写明请该单位做什么。")
	for _, key := range in.Along.Shared {
		f.Check(slices.Contains(in.Along.Items, key), "shared", "配合单位看到的资料只能从牵头单位看到的资料里选。")
	}
	f.Check(typed.Get("child") != newFile || access.Town(in.Region) != "", "region", "建立档案要知道孩子住在哪个乡镇（街道），请选择。")
	return f.Err()
}

func sightFacts(items []referral.Item, support bool) ui.Summary {
	s := ui.Summary{}
	for _, i := range items {
		if !support || i.Support {
			s.Facts = append(s.Facts, ui.Fact{Label: i.Label, Value: i.Value})
		}
	}
	return s
}

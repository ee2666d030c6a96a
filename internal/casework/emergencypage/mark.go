package emergencypage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type markView struct {
	First ui.Note
	Table ui.Table
	Form  ui.Form
}

// mark is what can be told of many children at once.
type mark struct {
	state, title, label, hint, done string
	do                              func(k *emergency.Desk, ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []emergency.TouchedID, words string) error
}

func reach(state string) func(k *emergency.Desk, ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []emergency.TouchedID, words string) error {
	return func(k *emergency.Desk, ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []emergency.TouchedID, words string) error {
		return k.Reach(ctx, tx, by, event, ids, state, words)
	}
}

// The four words about children of an event; whoever is safe needs none.
var (
	markSafe = mark{state: emergency.Safe, title: "登记平安", label: "说明", done: "已登记平安。", do: reach(emergency.Safe)}
	markCare = mark{state: emergency.Care, title: "登记需要照护", label: "孩子在哪里、现在由谁看着", hint: "各单位只看到这段说明和自己的步骤。不要写受侵害的经过。", done: "已登记，应急清单已启动，各步骤的时限开始计算。", do: reach(emergency.Care)}
	markLost = mark{state: emergency.Lost, title: "登记联系不上", label: "找过哪里、问过谁", hint: "可能走失、遇险的，现在就拨打110。", done: "已登记。这些孩子仍列为没有联系上，请继续查找。", do: reach(emergency.Lost)}
	markLeft = mark{state: emergency.Left, title: "不再涉及", label: "为什么不再涉及", done: "已记录，不再列入没有联系上的名单。", do: (*emergency.Desk).Leave}
)

// Mark tells the same of all children that were ticked.
func (p *Pages) Mark(m mark) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := eventOf(r)
		if err != nil {
			return err
		}
		if _, err := p.Desk.Contingency(r.Context(), p.DB.Reader(), by, id); err != nil {
			return err
		}
		if err := r.ParseForm(); err != nil {
			return errs.Wrap(errs.Invalid, err, "没有读到勾选的孩子，请返回重新勾选。")
		}
		ids, err := ticked(r.PostForm["id"])
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			ui.RedirectWith(w, r, eventPath(id), ui.Warn, "没有勾选孩子，没有登记。请勾选后再点。")
			return nil
		}
		if m.state != emergency.Safe && r.PostForm.Get("asked") == "" {
			return p.ask(w, r, by, id, ids, m, nil)
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			return m.do(p.Desk, ctx, tx, by, id, ids, r.PostForm.Get("words"))
		})
		if errs.Is(err, errs.Invalid) {
			return p.ask(w, r, by, id, ids, m, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, eventPath(id), ui.Done, m.done)
		return nil
	}
}

func ticked(values []string) ([]emergency.TouchedID, error) {
	if len(values) > ui.BatchMax {
		return nil, errs.Newf(errs.Invalid, "一次最多登记%d人，请分批进行。", ui.BatchMax)
	}
	out := make([]emergency.TouchedID, len(values))
	for i, v := range values {
		var err error
		if out[i], err = ref.Parse[emergency.TouchedID](v); err != nil {
			return nil, errs.Missing()
		}
	}
	return out, nil
}

// ask shows who was ticked and asks for the words.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, by access.Actor, id int64, ids []emergency.TouchedID, m mark, problem error) error {
	form := ui.Form{Action: eventPath(id) + "/" + m.state, Submit: m.title, Cancel: eventPath(id), Hidden: []ui.Hidden{{Name: "asked", Value: "1"}},
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "words", Label: m.label, Required: true, Max: 500, Rows: 3, Hint: m.hint}}}
	t := ui.Table{ID: "who", Caption: "勾选的孩子", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "现在的情况", Slim: true}}}
	rows, err := p.Desk.TouchedAt(r.Context(), p.DB.Reader(), by, id, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		form.Hidden = append(form.Hidden, ui.Hidden{Name: "id", Value: ref.Format(row.ID)})
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(called(row.File)), {Tag: reachTag(row.State)}}})
	}
	page := ui.Page{Title: m.title, Nav: "casework", Crumbs: []ui.Crumb{{Label: "应急值守", Href: WatchPath}, {Label: "突发事件", Href: eventPath(id)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "mark.html", page, markView{first(""), t, form})
}

// TouchDone puts children on the list of an event.
func (p *Pages) TouchDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := eventOf(r)
	if err != nil {
		return err
	}
	in := emergency.Choice{Region: r.PostFormValue("region"), Category: r.PostFormValue("category"), School: strings.TrimSpace(r.PostFormValue("school"))}
	n := 0
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = p.Desk.Touch(ctx, tx, by, id, in)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showEvent(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, eventAddress(id, emergency.Unreached, "", ""), ui.Done, "已列入"+ui.Count(n)+"名，各村（社区）收到了逐一联系的待办。")
	return nil
}

package screeningpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/region"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

// place is a page about one village.
func (p *Pages) place(r *http.Request, by access.Actor, title string) (screening.Campaign, screening.Row, ui.Page, error) {
	id, code, err := villageOf(r)
	if err != nil {
		return screening.Campaign{}, screening.Row{}, ui.Page{}, err
	}
	tx := p.DB.Reader()
	c, row, err := p.Desk.Village(r.Context(), tx, by, id, code)
	if err != nil {
		return c, row, ui.Page{}, err
	}
	places, err := region.Places(r.Context(), tx, []string{code})
	return c, row, ui.Page{Title: title, Kicker: places[code], Crumbs: crumbs(crumbOf(c), ui.Crumb{Label: "排查名单", Href: villagePath(id, code)})}, err
}

// Finish asks before a village reports that it is done.
func (p *Pages) Finish(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showFinish(w, r, by, nil)
}

func (p *Pages) showFinish(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	c, row, page, err := p.place(r, by, "报告完成")
	if err != nil {
		return err
	}
	path := villagePath(c.ID, row.Region)
	view := formView{Form: ui.Form{Action: path + "/finish", Submit: "报告完成", Cancel: path}}
	said := ui.Field{Kind: ui.TextArea, Name: "words", Label: "说明", Max: maxWords, Rows: 3, Hint: "没有要说的可以不写。不要写儿童的姓名。"}
	if row.Unknown() > 0 {
		said.Required, said.Hint = true, "预计"+count(row.Expected)+"人（"+row.Source+"），在档"+count(row.Living)+"人。请说明相差的原因，不要写儿童的姓名。"
	}
	switch {
	case row.Missing() > 0:
		view.Notes = []ui.Note{{Tone: ui.Warn, Title: "还有" + count(row.Missing()) + "名儿童没有排查结果", Text: "没有变化的勾选后一次登记；没有见到的写明原因，也算查过。",
			Link: &ui.Crumb{Label: "回到名单", Href: path}}}
		view.Form = ui.Form{Action: path, Method: "get", Submit: "回到名单"}
		return p.asked(w, r, by, page, view, nil)
	case row.Living == 0:
		page.Title, view.Form.Submit = "零报告", "确认零报告"
		view.Notes = []ui.Note{{Tone: ui.Info, Title: "本村（社区）没有符合条件的儿童", Text: "零报告与其他结果同样有效，会记下报告人和时间。"}}
	default:
		view.Points = []string{"在档" + count(row.Living) + "人，全部有结果", "无变化" + count(row.Same) + "人，有变化" + count(row.Changed) + "人，新发现" + count(row.Found) + "人",
			"没有见到" + count(row.Absent) + "人，其中已迁走" + count(row.Gone) + "人", "需要评估" + count(row.Leads) + "人"}
	}
	view.Form.Fields = []ui.Field{said}
	return p.asked(w, r, by, page, view, problem)
}

// FinishDone takes the report.
func (p *Pages) FinishDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Finish(ctx, tx, by, id, code, r.PostFormValue("words"))
	})
	if refused(err) {
		return p.showFinish(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, villagePath(id, code), ui.Done, "已报告完成，本村（社区）的待办已经办结。")
	return nil
}

// Expect asks how many children another source names.
func (p *Pages) Expect(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showExpect(w, r, by, nil)
}

func (p *Pages) showExpect(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	c, row, page, err := p.place(r, by, "登记预计人数")
	if err != nil {
		return err
	}
	page.Lead = "用来核对有没有遗漏，不是任务指标，与在档人数不一致说明原因即可。"
	n := ui.Field{Kind: ui.Number, Name: "expected", Label: "预计人数", Unit: "人", Required: true, Short: true, Max: 6}
	if row.Expected != screening.NotSaid {
		n.Value = strconv.FormatInt(row.Expected, 10)
	}
	path := villagePath(c.ID, row.Region)
	view := formView{Form: ui.Form{Action: path + "/expect", Submit: "保存", Cancel: path, Fields: []ui.Field{n,
		{Kind: ui.Text, Name: "source", Label: "人数来源", Value: row.Source, Required: true, Max: 60, Hint: "例如：派出所户籍底数、学校学籍名册、上年台账。"}}}}
	return p.asked(w, r, by, page, view, problem)
}

// ExpectDone takes the number.
func (p *Pages) ExpectDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	n, bad := strconv.ParseInt(strings.TrimSpace(r.PostFormValue("expected")), 10, 64)
	if bad != nil {
		n = screening.NotSaid
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Expect(ctx, tx, by, id, code, n, r.PostFormValue("source"))
	})
	if refused(err) {
		return p.showExpect(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, villagePath(id, code), ui.Done, "预计人数已登记。")
	return nil
}

// Review asks why a village should look again.
func (p *Pages) Review(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showReview(w, r, by, nil)
}

func (p *Pages) showReview(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	c, row, page, err := p.place(r, by, "退回重查")
	if err != nil {
		return err
	}
	due, err := p.again(today(p.DB.Reader()))
	if err != nil {
		return err
	}
	page.Lead = "已登记的结果保留，村（社区）会收到新的待办。"
	path := villagePath(c.ID, row.Region)
	return p.asked(w, r, by, page, formView{Form: ui.Form{Action: path + "/review", Submit: "退回重查", Cancel: path, Fields: again(
		"需要重查什么", "例如：预计人数比在档多，请按学籍名册再核对一遍。不要写儿童的姓名。", due)}}, problem)
}

func again(label, hint string, due civil.Date) []ui.Field {
	return []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: label, Required: true, Max: maxWords, Rows: 3, Hint: hint},
		{Kind: ui.Date, Name: "due", Label: "完成期限", Value: due.String(), Required: true, Short: true}}
}

// ReviewDone sends the village back.
func (p *Pages) ReviewDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	f := errs.Fields{}
	due := readDate(f, form(r), "due")
	if err = f.Err(); err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			return p.Desk.Review(ctx, tx, by, id, code, r.PostFormValue("reason"), due)
		})
	}
	if refused(err) {
		return p.showReview(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, villagePath(id, code), ui.Done, "已退回重查，村（社区）的待办已下达。")
	return nil
}

package screeningpage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

// form gives what was posted; a form that cannot be read is empty.
func form(r *http.Request) url.Values {
	if r.ParseForm() != nil {
		return url.Values{}
	}
	return r.PostForm
}

// Close names what is missing before a campaign ends.
func (p *Pages) Close(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showClose(w, r, by, nil)
}

func (p *Pages) showClose(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := campaignOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	progress, err := p.Desk.Progress(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	sum := screening.Sum(progress.Rows)
	view := formView{Form: ui.Form{Action: showPath(id) + "/close", Submit: "结束排查", Cancel: showPath(id), Danger: sum.Finished < sum.Villages,
		Warning: "结束后不能再登记结果，没有完成的待办一并撤销；需要时可以写明理由重新开启。"}}
	why := ui.Field{Kind: ui.TextArea, Name: "reason", Label: "说明", Max: maxWords, Rows: 3, Hint: "不要写儿童的姓名。"}
	if left := sum.Villages - sum.Finished; left > 0 {
		why.Label, why.Required = "现在结束的理由", true
		view.Notes = []ui.Note{{Tone: ui.Warn, Title: "还有" + ui.Count(left) + "个村（社区）没有报告完成，" + count(sum.Missing) + "名儿童没有结果", Text: "下列村（社区）会记入排查经过。"}}
		if view.Points, err = p.left(r.Context(), tx, progress); err != nil {
			return err
		}
	} else {
		view.Notes = []ui.Note{{Tone: ui.Done, Title: "全部村（社区）已报告完成", Text: "共查" + count(sum.Done()) + "人，新发现" + count(sum.Found) + "人，需要评估" + count(sum.Leads) + "人。"}}
	}
	view.Form.Fields = []ui.Field{why}
	return p.asked(w, r, by, ui.Page{Title: "结束排查", Kicker: progress.Name, Crumbs: crumbs(crumbOf(progress.Campaign))}, view, problem)
}

// left names the villages that have not reported, with how many are missing there.
func (p *Pages) left(ctx context.Context, tx *db.Tx, progress screening.Progress) ([]string, error) {
	var codes []string
	for _, r := range progress.Rows {
		codes = append(codes, r.Region)
	}
	places, err := region.Places(ctx, tx, codes)
	var out []string
	for _, r := range progress.Rows {
		if r.Finished == 0 {
			out = append(out, places[r.Region]+"：在档"+count(r.Living)+"人，未查"+count(r.Missing())+"人")
		}
	}
	return out, err
}

// CloseDone ends the campaign.
func (p *Pages) CloseDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.ended(w, r, p.showClose, by, "排查已结束。", func(ctx context.Context, tx *db.Tx, id ref.Campaign) error {
		return p.Desk.Close(ctx, tx, by, id, r.PostFormValue("reason"))
	})
}

// Reopen asks why a closed campaign goes on, and until when.
func (p *Pages) Reopen(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showReopen(w, r, by, nil)
}

func (p *Pages) showReopen(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := campaignOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	due, err := p.again(today(tx))
	if err != nil {
		return err
	}
	page := ui.Page{Title: "重新开启排查", Kicker: c.Name, Crumbs: crumbs(crumbOf(c)), Lead: "没有完成的村（社区）会重新收到待办，已登记的结果保留。"}
	return p.asked(w, r, by, page, formView{Form: ui.Form{Action: showPath(id) + "/reopen", Submit: "重新开启", Cancel: showPath(id), Fields: again("重新开启的理由", "", due)}}, problem)
}

// ReopenDone lets the campaign go on.
func (p *Pages) ReopenDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	f := errs.Fields{}
	due := readDate(f, form(r), "due")
	return p.ended(w, r, p.showReopen, by, "排查已重新开启，没有完成的村（社区）已收到待办。", func(ctx context.Context, tx *db.Tx, id ref.Campaign) error {
		if err := f.Err(); err != nil {
			return err
		}
		return p.Desk.Reopen(ctx, tx, by, id, r.PostFormValue("reason"), due)
	})
}

// ended does an act on a whole campaign and leads back to it.
func (p *Pages) ended(w http.ResponseWriter, r *http.Request, show func(http.ResponseWriter, *http.Request, access.Actor, error) error, by access.Actor, words string,
	do func(ctx context.Context, tx *db.Tx, id ref.Campaign) error) error {
	id, err := campaignOf(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, id) })
	if refused(err) {
		return show(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, showPath(id), ui.Done, words)
	return nil
}

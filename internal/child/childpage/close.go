package childpage

import (
	"context"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ui"
)

// Close asks why a file ends and says what follows.
func (p *Pages) Close(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.turn(w, r, by, p.showClose)
}

// Reopen asks why a closed file comes back into use.
func (p *Pages) Reopen(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.turn(w, r, by, p.showReopen)
}

// shower is the page of a form on a file.
type shower func(w http.ResponseWriter, r *http.Request, by access.Actor, c child.Child, t *typed, failed error) error

func (p *Pages) turn(w http.ResponseWriter, r *http.Request, by access.Actor, show shower) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	c, err := p.Cabinet.Get(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	return show(w, r, by, c, nil, nil)
}

// byHand are the reasons for closing that a person chooses; the others follow from other acts.
func byHand() []ui.Option {
	return slices.DeleteFunc(barOptions(child.CloseReasons), func(o ui.Option) bool { return o.Value == "undone" })
}

func (p *Pages) showClose(w http.ResponseWriter, r *http.Request, by access.Actor, c child.Child, t *typed, failed error) error {
	if c.State != child.Open && t == nil {
		return errs.New(errs.Conflict, "这份档案已结，不必重复办理。")
	}
	form := ui.Form{Action: act(c.ID, "/close"), Submit: "结束档案", Danger: true, Cancel: Path(c.ID), Fields: []ui.Field{
		{Kind: ui.Radios, Name: "why", Label: "为什么结束", Required: true, Options: byHand()}},
		Warning: "结束后，这名儿童不再列入台账、统计和搜索，没有办结的走访、复评等事项一并撤销。档案和经过保留，可以恢复。只是搬到外地的，请先办理转出，由迁入地接收。"}
	return p.showForm(w, r, by, c, "结束档案", form, t, failed)
}

func (p *Pages) showReopen(w http.ResponseWriter, r *http.Request, by access.Actor, c child.Child, t *typed, failed error) error {
	if (c.State != child.Closed || c.Successor != 0) && t == nil {
		return errs.New(errs.Conflict, "只有已结且没有并入其他档案的，才能恢复。")
	}
	reason := area("reason", "为什么恢复", "")
	reason.Required = true
	form := ui.Form{Action: act(c.ID, "/reopen"), Submit: "恢复档案", Cancel: Path(c.ID), Fields: []ui.Field{reason},
		Warning: "恢复后重新列入台账、统计和搜索，对象类别按结束前的保留。请随即重新评估风险等级，走访等事项由新的评估产生。"}
	return p.showForm(w, r, by, c, "恢复档案", form, t, failed)
}

// CloseDone ends a file with what was still to be done for it.
func (p *Pages) CloseDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.turned(w, r, by, p.showClose, "档案已结束。", func(ctx context.Context, tx *db.Tx, c child.Child, t typed) error {
		why := t.line("why")
		if !slices.ContainsFunc(byHand(), func(o ui.Option) bool { return o.Value == why }) {
			t.wrong.Check(false, "why", "请选择结束档案的原因。")
			return t.wrong.Err()
		}
		if err := p.Cabinet.Close(ctx, tx, by, c.ID, why); err != nil {
			return err
		}
		return p.Kernel.CancelAll(ctx, tx, by, subject, int64(c.ID), "档案已结束："+child.LabelOf(child.CloseReasons, why))
	})
}

// ReopenDone brings a file back into use.
func (p *Pages) ReopenDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.turned(w, r, by, p.showReopen, "档案已恢复。", func(ctx context.Context, tx *db.Tx, c child.Child, t typed) error {
		reason := t.text("reason")
		t.wrong.Check(reason != "", "reason", "请写明为什么恢复。")
		if err := t.wrong.Err(); err != nil {
			return err
		}
		return p.Cabinet.Reopen(ctx, tx, by, c.ID, reason)
	})
}

func (p *Pages) turned(w http.ResponseWriter, r *http.Request, by access.Actor, show shower, done string, do func(ctx context.Context, tx *db.Tx, c child.Child, t typed) error) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	t, err := read(r)
	if err != nil {
		return err
	}
	var c child.Child
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		if c, err = p.Cabinet.Get(ctx, tx, by, id); err != nil {
			return err
		}
		return do(ctx, tx, c, t)
	})
	if again(err) {
		return show(w, r, by, c, &t, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, done)
	return nil
}

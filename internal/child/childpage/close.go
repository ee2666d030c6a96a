package childpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ui"
)

// endTail is where a file's end is asked for: a second person decides, as the
// level of a child falls by two people, too.
const endTail = "/end"

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

package request

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// moved gives a file to the place that has signed for it 「转入签收」. Until then
// the old place was responsible.
func (c *Counter) moved(ctx context.Context, tx *db.Tx, by access.Actor, q Inquiry) error {
	row, _, err := c.Locked(ctx, tx, access.Program, q.Child)
	if err != nil {
		return err
	}
	if row.Region != q.Region {
		return errs.New(errs.Conflict, "提出转出后，这份档案的居住地又有变化。请退回，由转出地核对后重新提出。")
	}
	return c.Amend(ctx, tx, by, "child.decide", q.Child, q.Wish.Reason, func(n *child.New) { n.Region, n.Dossier.Places.Residence.Text = q.ToRegion, "" })
}

// returned opens a closed file again, in the place to which the child came.
func (c *Counter) returned(ctx context.Context, tx *db.Tx, by access.Actor, q Inquiry) error {
	row, _, err := c.Locked(ctx, tx, by, q.Child)
	if err != nil {
		return err
	}
	if row.State != child.Closed || row.Successor != 0 {
		return errs.New(errs.Conflict, "这份档案已经恢复，或已并入其他档案。")
	}
	if err := c.Revive(ctx, tx, by, "child.decide", q.Child, q.Wish.Reason); err != nil {
		return err
	}
	return c.Amend(ctx, tx, by, "child.decide", q.Child, q.Wish.Reason, func(n *child.New) { n.Region = q.ToRegion })
}

// Acknowledge records that a place outside the installation has taken a child
// over, with the words or number of its letter, and closes the file.
func (c *Counter) Acknowledge(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request, words string) error {
	if err := by.Require("child.decide"); err != nil {
		return err
	}
	r, err := request(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	switch {
	case r.State != Sent:
		return errs.New(errs.Conflict, "这项申请没有等待回执。")
	case strings.TrimSpace(words) == "":
		return errs.Fields{"words": "请写明对方单位、回执日期和文号或经办人。"}.Err()
	case !by.Scope().Sees(r.Unit, r.Region):
		return errs.Missing()
	}
	if err := c.end(ctx, tx, by, r.Child, "moved", words); err != nil {
		return err
	}
	if err := c.Duties.Close(ctx, tx, by, r.Duty, "child.decide", int64(r.ID)); err != nil {
		return err
	}
	return c.answered(ctx, tx, by, r, Granted, words)
}

// Hand gives the file for the letter to the place outside, once the move was
// granted, and leaves the trace of a reveal.
func (c *Counter) Hand(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request) (Inquiry, child.File, error) {
	if err := by.Require("child.decide"); err != nil {
		return Inquiry{}, child.File{}, err
	}
	r, err := request(ctx, tx, by, id, "")
	if err != nil {
		return Inquiry{}, child.File{}, err
	}
	if r.State != Sent {
		return Inquiry{}, child.File{}, errs.New(errs.Conflict, "同意转出以后、收到回执以前，才能打印移交函。")
	}
	q, err := c.inquiry(ctx, tx, r)
	if err != nil {
		return q, child.File{}, err
	}
	f, err := c.Reveal(ctx, tx, by, r.Child, "other")
	if err != nil {
		return q, f, err
	}
	return q, f, audit.Write(ctx, tx, by, "child.decide", "child", r.Child, map[string]any{"request": r.ID, "letter": true})
}

// ofAge is when a file ends: majority.
const ofAge = 18

// Grown proposes what follows when a child turns into the next band of age: at
// the end of a category's years to leave it, at eighteen to end the file. A
// person decides; Turn calls it in the transaction of the birthday.
func (c *Counter) Grown(ctx context.Context, tx *db.Tx, row child.Child) error {
	today := civil.DateOf(tx.Now.Time())
	age, known := row.Age(today)
	switch {
	case !known:
		return nil
	case age >= ofAge:
		return c.propose(ctx, tx, row, "")
	}
	for _, id := range row.CategoryIDs() {
		if rule, there := c.Book().Category(id, today); there && rule.Until > 0 && age >= rule.Until {
			if err := c.propose(ctx, tx, row, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// propose asks for the end of a category or, with "", of the file.
func (c *Counter) propose(ctx context.Context, tx *db.Tx, row child.Child, category string) error {
	r := Request{Kind: AgeOut, Detail: category, ByUser: access.Program.User, ByName: access.Program.Name}
	if open, err := asked(ctx, tx, Request{Child: row.ID, Kind: AgeOut, Detail: category}); err != nil || open {
		return err
	}
	_, err := c.ask(ctx, tx, access.Program, row, r, Wish{Reason: "到龄，由系统按出生日期提出。是否退出由人决定。"})
	return err
}

// end closes a file with all that was still to be done for its child.
func (c *Counter) end(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, reason, words string) error {
	if err := c.End(ctx, tx, by, "child.decide", id, reason, words); err != nil {
		return err
	}
	return c.Duties.CancelAll(ctx, tx, by, "child", int64(id), "档案已结束："+child.LabelOf(child.CloseReasons, reason))
}

// aged ends what has come to its age.
func (c *Counter) aged(ctx context.Context, tx *db.Tx, by access.Actor, q Inquiry) error {
	if q.Detail == "" {
		return c.end(ctx, tx, by, q.Child, "grown", q.Wish.Reason)
	}
	row, err := c.Get(ctx, tx, by, q.Child)
	if err != nil || !row.Holds(q.Detail) {
		return err
	}
	return c.Leave(ctx, tx, by, q.Child, q.Detail, "age")
}

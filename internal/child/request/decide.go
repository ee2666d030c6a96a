package request

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Answer is what the second person says to a request.
type Answer struct {
	Grant bool
	Words string
}

// Filter chooses requests; zero fields choose all.
type Filter struct {
	Child  ref.Child
	Closed bool // decided ones instead of those that wait
	Before ref.Request
	Limit  int
}

// List gives requests of which the actor sees the file or to whose place it
// is to come, the latest first.
func (c *Counter) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Request, error) {
	if err := by.Require("child.show"); err != nil {
		return nil, err
	}
	return requests(ctx, tx, by, f)
}

// Inquiry is a request with what stands in it.
type Inquiry struct {
	Request
	Row   child.Child // the file as it is now; of a receiving side only what lists show
	Wish  Wish
	Words string // of the answer
}

// Inquire gives a request in the actor's scope. The values of a correction are
// private: the caller shows them to whoever revealed the file.
func (c *Counter) Inquire(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request) (Inquiry, error) {
	if err := by.Require("child.show"); err != nil {
		return Inquiry{}, err
	}
	r, err := request(ctx, tx, by, id, "")
	if err != nil {
		return Inquiry{}, err
	}
	return c.inquiry(ctx, tx, r)
}

func (c *Counter) inquiry(ctx context.Context, tx *db.Tx, r Request) (Inquiry, error) {
	q := Inquiry{Request: r}
	var err error
	if q.Row, err = c.Get(ctx, tx, access.Program, r.Child); err != nil {
		return q, err
	}
	plain, err := c.Vault.Open(ctx, tx, group(r.Child), requestField(r.ID, "sealed"), r.Sealed)
	if err != nil {
		return q, err
	}
	if err := json.Unmarshal(plain, &q.Wish); err != nil {
		return q, err
	}
	q.Words, err = c.Vault.OpenText(ctx, tx, group(r.Child), requestField(r.ID, "answer"), r.Answer)
	return q, err
}

// Decide grants or refuses a request; who asked cannot. A granted one is done
// in the same transaction, and the duty is closed by it.
func (c *Counter) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request, a Answer) error {
	if err := by.Require("child.decide"); err != nil {
		return err
	}
	r, err := request(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	switch {
	case r.State != Asked:
		return errs.New(errs.Conflict, "这项申请已经办结，请刷新后再看。")
	case r.ByUser == by.User:
		return errs.New(errs.Forbidden, "申请人不能审批自己的申请，请由另一人办理。")
	case !r.MayDecide(by):
		return errs.New(errs.Forbidden, "这项申请由其他单位审批。")
	case strings.TrimSpace(a.Words) == "" && (!a.Grant || r.Kind == AgeOut):
		return errs.Fields{"words": "请说明理由，例如“仍在普通高中就读”“户口簿与申请不符”。"}.Err()
	}
	q, err := c.inquiry(ctx, tx, r)
	if err != nil {
		return err
	}
	next := Refused
	if a.Grant {
		if next, err = c.grant(ctx, tx, by, q); err != nil {
			return err
		}
	}
	if err := c.Duties.Close(ctx, tx, by, r.Duty, "child.decide", int64(r.ID)); err != nil {
		return err
	}
	return c.answered(ctx, tx, by, r, next, a.Words)
}

// grant does what was asked and gives the state in which the request is then.
func (c *Counter) grant(ctx context.Context, tx *db.Tx, by access.Actor, q Inquiry) (State, error) {
	switch q.Kind {
	case Correct:
		return Granted, c.correct(ctx, tx, by, q)
	case MoveOut:
		if q.Outside() {
			return Sent, nil
		}
		return Granted, c.moved(ctx, tx, by, q)
	case MoveIn:
		return Granted, c.returned(ctx, tx, by, q)
	case Ending:
		return Granted, c.end(ctx, tx, by, q.Child, q.Detail, q.Wish.Reason)
	case AgeOut:
		return Granted, c.aged(ctx, tx, by, q)
	}
	return "", errs.New(errs.Invalid, "没有这种申请。")
}

// correct brings the parts that were asked for, unless they changed since.
func (c *Counter) correct(ctx context.Context, tx *db.Tx, by access.Actor, q Inquiry) error {
	_, now, err := c.Locked(ctx, tx, by, q.Child)
	if err != nil {
		return err
	}
	keys := strings.Fields(q.Parts)
	if slices.ContainsFunc(keys, func(key string) bool { return !now.Same(key, q.Wish.Before) }) {
		return errs.New(errs.Conflict, "提出申请后，这一项又被修改过。请退回，由申请人核对后重新提出。")
	}
	return c.Amend(ctx, tx, by, "child.decide", q.Child, q.Wish.Reason, func(n *child.New) { n.Take(q.Wish.After, keys) })
}

// answered stores the decision; a request that was sent gets the next duty.
func (c *Counter) answered(ctx context.Context, tx *db.Tx, by access.Actor, r Request, next State, words string) error {
	sealed, err := c.Vault.SealText(ctx, tx, group(r.Child), requestField(r.ID, "answer"), strings.TrimSpace(words))
	if err != nil {
		return err
	}
	r.State, r.Answer, r.Decided, r.DecidedBy, r.DecidedName = next, sealed, tx.Now, by.User, by.Name
	if next == Sent {
		if r.Duty, err = c.oblige(ctx, tx, by, r, by.Post.Unit); err != nil {
			return err
		}
	}
	if err := putRequest(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.decide", "child", r.Child, map[string]any{"request": r.ID, "kind": r.Kind, "state": next})
}

// Withdraw takes back what oneself asked for and nobody has decided.
func (c *Counter) Withdraw(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request) error {
	if err := by.Require("child.request"); err != nil {
		return err
	}
	r, err := request(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	if r.ByUser != by.User || !r.Open() {
		return errs.New(errs.Conflict, "只有申请人能撤回，且申请尚未办结。")
	}
	if err := c.Duties.Cancel(ctx, tx, by, r.Duty, "申请人撤回"); err != nil {
		return err
	}
	r.State = Withdrawn
	if err := putRequest(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.request", "child", r.Child, map[string]any{"request": r.ID, "state": r.State})
}

package intake

import (
	"context"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Request asks to learn who a reporter is 「查看报告人身份」.
type Request struct {
	ID          ref.Request
	Report      ref.Report
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	Reason      []byte
	State       RequestState
	Decided     clock.Instant
	DecidedBy   ref.User
	DecidedName string
	Until       clock.Instant
	Duty        ref.Duty
}

// RequestState says how far a request has come.
type RequestState string

// The states of a request.
const (
	Requested RequestState = "asked"
	Granted   RequestState = "granted"
	Refused   RequestState = "refused"
)

// identitySpan is how long a granted request can be used.
const identitySpan = 24 * time.Hour

// AskIdentity asks to learn who reported, with a reason, and opens the duty of
// whoever decides.
func (k *Desk) AskIdentity(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, reason string) error {
	if err := by.Require("intake.identity_ask"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if reason, err = messageText(reason); err != nil {
		return errs.Fields{"reason": "请写明为什么必须知道报告人是谁，例如需要当面核实。"}.Err()
	}
	if r.Named == 0 {
		return errs.New(errs.Conflict, "报告人没有留下身份。可以在这里向报告人提问，他凭查询码能看到。")
	}
	q := Request{ID: ref.New[ref.Request](tx.Now.Time()), Report: id, At: tx.Now, ByUser: by.User, ByName: by.Name, State: Requested}
	if q.Reason, err = k.Vault.SealText(ctx, tx, group(id), field("intake_request", "reason", int64(q.ID)), reason); err != nil {
		return err
	}
	c, _ := k.Book().Clock("report.identity", civil.DateOf(tx.Now.Time()))
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: IdentityKind, Subject: "intake_report", SubjectID: int64(id), Whole: int64(id),
		Title: "审批查看报告人身份 " + r.Number, Unit: r.Unit, Region: r.Region, Rule: basis, Clause: "第十一条", Deadline: duty.After(c, tx.Now)})
	if err != nil {
		return err
	}
	q.Duty = ids[0]
	if err := insertRequest(ctx, tx, q); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.identity_ask", "intake_report", id, map[string]any{"request": q.ID})
}

// DecideIdentity grants or refuses a request; nobody decides his own.
func (k *Desk) DecideIdentity(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, request ref.Request, grant bool) error {
	if err := by.Require("intake.identity_decide"); err != nil {
		return err
	}
	if _, err := lock(ctx, tx, by, id); err != nil {
		return err
	}
	q, err := lockRequest(ctx, tx, id, request)
	if err != nil {
		return err
	}
	switch {
	case q.ByUser == by.User:
		return errs.New(errs.Forbidden, "申请人不能审批自己的申请，请由另一人审批。")
	case q.State != Requested:
		return errMoved()
	}
	q.State, q.Decided, q.DecidedBy, q.DecidedName = Refused, tx.Now, by.User, by.Name
	if grant {
		q.State, q.Until = Granted, tx.Now.Add(identitySpan)
	}
	if err := k.settle(ctx, tx, by, &q.Duty, id); err != nil {
		return err
	}
	if err := saveRequest(ctx, tx, q); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.identity_decide", "intake_report", id, map[string]any{"request": q.ID, "state": q.State})
}

// Identity shows who reported, to who asked and was granted it, within a day,
// and leaves a trace each time.
func (k *Desk) Identity(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, request ref.Request) (Reporter, error) {
	if err := by.Require("intake.identity_ask"); err != nil {
		return Reporter{}, err
	}
	if _, err := lock(ctx, tx, by, id); err != nil {
		return Reporter{}, err
	}
	q, err := lockRequest(ctx, tx, id, request)
	if err != nil {
		return Reporter{}, err
	}
	if q.ByUser != by.User || q.State != Granted || q.Until < tx.Now {
		return Reporter{}, errs.New(errs.Forbidden, "没有有效的批准。查看报告人身份要先申请，由另一人审批，批准后24小时内有效。")
	}
	who, err := k.who(ctx, tx, id)
	if err != nil {
		return Reporter{}, err
	}
	return who, look(ctx, tx, by, id, "reporter", "intake.identity")
}

// Requests lists the requests on a report, the latest first, with their reasons.
func (k *Desk) Requests(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]Request, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	list, err := requestsOf(ctx, tx, id)
	for i, q := range list {
		words, err := k.Vault.OpenText(ctx, tx, group(id), field("intake_request", "reason", int64(q.ID)), q.Reason)
		if err != nil {
			return nil, err
		}
		list[i].Reason = []byte(words)
	}
	return list, err
}

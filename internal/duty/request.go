package duty

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// RequestState is where a request stands.
type RequestState string

// The states of a request.
const (
	Asked   RequestState = "asked"
	Granted RequestState = "granted"
	Refused RequestState = "refused"
)

// Request is what an owner asks for and the office decides: more time
// 「延期」, or that the duty is not his 「退回」. While it waits, the clock of the
// duty goes on and the decider has a duty of his own.
type Request struct {
	ID        ref.Request
	Duty      ref.Duty
	Kind      string // extend | return
	At        clock.Instant
	ByUser    ref.User
	ByName    string
	Reason    string
	Due       clock.Instant // asked for; 0 for a return
	State     RequestState
	Decided   clock.Instant
	DecidedBy ref.User
	Decision  string
}

// Extend asks for a later due. Only members of the owning unit.
func (k *Kernel) Extend(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, until civil.Date, reason string) (ref.Request, error) {
	d, err := k.own(ctx, tx, by, "duty.extend", id)
	if err != nil {
		return 0, err
	}
	due := clock.Instant(0)
	if !until.IsZero() {
		due = clock.Of(until.End())
	}
	f := errs.Fields{}
	f.Check(due > d.Due, "until", "延期后的日期应晚于现在的时限"+day(d.Due)+"。")
	f.Check(due > tx.Now, "until", "延期后的日期应晚于今天。")
	f.Check(strings.TrimSpace(reason) != "", "reason", "请写明延期的理由。")
	if err := f.Err(); err != nil {
		return 0, err
	}
	return k.ask(ctx, tx, by, d, "extend", due, reason)
}

// Return tells the office that the duty is not this unit's. A unit can return
// a duty once; after the ruling it is final 「退回裁定」.
func (k *Kernel) Return(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, reason string) (ref.Request, error) {
	d, err := k.own(ctx, tx, by, "duty.return", id)
	if err != nil {
		return 0, err
	}
	if strings.TrimSpace(reason) == "" {
		return 0, needReason("退回")
	}
	before, err := returnedBefore(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if before {
		return 0, errs.New(errs.Conflict, "这项工作已经退回过一次，裁定后不能再次退回。如有困难请申请延期或与未保办联系。")
	}
	return k.ask(ctx, tx, by, d, "return", 0, reason)
}

var requestWords = map[string]string{"extend": "审批延期申请", "return": "裁定退回事项"}

func (k *Kernel) ask(ctx context.Context, tx *db.Tx, by access.Actor, d Duty, kind string, due clock.Instant, reason string) (ref.Request, error) {
	if k.Closed[d.Subject] != "" {
		return 0, errs.New(errs.Conflict, "这项事项的知悉范围有限，不能交未保办审批延期或者退回，请直接办理。")
	}
	r := Request{ID: ref.New[ref.Request](tx.Now.Time()), Duty: d.ID, Kind: kind, At: tx.Now,
		ByUser: by.User, ByName: by.Name, Reason: reason, Due: due, State: Asked}
	if err := insertRequest(ctx, tx, r); err != nil {
		if db.IsUnique(err) {
			return 0, errs.Wrap(errs.Conflict, err, "已有一份申请等待未保办处理，请等待结果。")
		}
		return 0, err
	}
	office, err := k.Office(ctx, tx, d.Region)
	if err != nil {
		return 0, err
	}
	_, err = k.Open(ctx, tx, by, New{Kind: "duty." + kind + "_check", Subject: "duty_request", SubjectID: int64(r.ID),
		Title: requestWords[kind] + "：" + d.Title, Unit: office, Region: d.Region, Rule: d.Rule, Clause: d.Clause,
		Deadline: Within(max(k.Limits().Decide, 1)), Ladder: k.Limits().DecideLadder})
	if err != nil {
		return 0, err
	}
	return r.ID, k.record(ctx, tx, by, access.Permission("duty."+kind), d, reason)
}

// Ruling is the office's answer to a request.
type Ruling struct {
	Grant    bool
	Words    string
	Unit     ref.Unit // for a granted return: who does it instead
	UnitName string
}

// Decide answers a request: a granted extension sets the new due and arms the
// ladder anew; a granted return gives the duty to another unit.
func (k *Kernel) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request, ruling Ruling) error {
	r, err := lockRequest(ctx, tx, id)
	if err != nil {
		return err
	}
	need := access.Permission("duty.extend_check")
	if r.Kind == "return" {
		need = "duty.reassign"
	}
	d, err := k.within(ctx, tx, by, need, r.Duty)
	if err != nil {
		return err
	}
	if !ruling.Grant && strings.TrimSpace(ruling.Words) == "" {
		return needReason("不同意")
	}
	state := Refused
	if ruling.Grant {
		state = Granted
		if err := k.grant(ctx, tx, by, d, r, ruling); err != nil {
			return err
		}
	}
	if err := setDecision(ctx, tx, id, state, by.User, ruling.Words); err != nil {
		return err
	}
	if err := k.closeSubject(ctx, tx, by, "duty_request", int64(id), "duty."+r.Kind+"_check"); err != nil {
		return err
	}
	return k.record(ctx, tx, by, access.Permission("duty."+r.Kind+"_check"), d, decided(r, ruling))
}

func (k *Kernel) grant(ctx context.Context, tx *db.Tx, by access.Actor, d Duty, r Request, ruling Ruling) error {
	if r.Kind == "return" {
		if ruling.Unit <= 0 || ruling.Unit == d.Unit {
			return &errs.Error{Kind: errs.Invalid, Message: "请选择由哪个单位承接。", Fields: map[string]string{"unit": "请选择由哪个单位承接。"}}
		}
		return k.give(ctx, tx, by, d, ruling.Unit, "同意退回，改由"+ruling.UnitName+"承接")
	}
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return err
	}
	was := d
	d.Due, d.Provisional = max(r.Due, d.Due), false
	return k.rearm(ctx, tx, cal, was, d)
}

func decided(r Request, ruling Ruling) string {
	switch {
	case r.Kind == "extend" && ruling.Grant:
		return "同意延期至" + day(r.Due) + withReason(ruling.Words)
	case r.Kind == "extend":
		return "不同意延期" + withReason(ruling.Words)
	case ruling.Grant:
		return "同意退回" + withReason(ruling.Words)
	}
	return "不同意退回，仍由原单位办理" + withReason(ruling.Words)
}

func withReason(words string) string {
	if strings.TrimSpace(words) == "" {
		return ""
	}
	return "：" + words
}

// dropRequests settles what was still asked about a duty that ends.
func (k *Kernel) dropRequests(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) error {
	asked, err := askedOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, r := range asked {
		if err := setDecision(ctx, tx, r, Refused, by.User, "事项已结束"); err != nil {
			return err
		}
		if err := k.closeSubject(ctx, tx, by, "duty_request", int64(r), "duty.close"); err != nil {
			return err
		}
	}
	return nil
}

// closeSubject closes the kernel's own duties about a request that was decided.
func (k *Kernel) closeSubject(ctx context.Context, tx *db.Tx, by access.Actor, subject string, id int64, fact string) error {
	duties, err := openOf(ctx, tx, subject, id)
	if err != nil {
		return err
	}
	for _, d := range duties {
		if err := k.Close(ctx, tx, by, d.ID, fact, id); err != nil {
			return err
		}
	}
	return nil
}

// rearm begins the ladder of a duty anew for a changed due.
func (k *Kernel) rearm(ctx context.Context, tx *db.Tx, cal *civil.Calendar, was, d Duty) error {
	if err := leave(ctx, tx, was); err != nil {
		return err
	}
	if err := moveSteps(ctx, tx, d.ID, was.Due, d.Due); err != nil {
		return err
	}
	d.Passed = arm(cal, k.Ladder(d.Ladder), d.Due, tx.Now)
	if err := rearm(ctx, tx, d); err != nil {
		return err
	}
	return stand(tx, d)
}

// resumed gives the due of a duty that stood since d.Paused.
func resumed(cal *civil.Calendar, d Duty, now clock.Instant) (clock.Instant, bool) {
	if d.Clock == Hours {
		return d.Due + (now - d.Paused), d.Provisional
	}
	from, to, due := civil.DateOf(d.Paused.Time()), civil.DateOf(now.Time()), civil.DateOf(d.Due.Time())
	if d.Clock == Workdays {
		stood, _ := cal.WorkdaysBetween(from, to)
		moved, provisional := cal.AddWorkdays(due, stood)
		return clock.Of(moved.End()), provisional
	}
	return clock.Of(due.AddDays(to.Sub(from)).End()), d.Provisional
}

func day(i clock.Instant) string { return civil.FormatDate(civil.DateOf(i.Time())) }

// Request gives a request to who may decide it: the duty lies in his scope.
func (k *Kernel) Request(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request) (Request, error) {
	if err := by.Require("duty.extend_check"); err != nil {
		return Request{}, err
	}
	r, err := request(ctx, tx, id)
	if err != nil {
		return r, err
	}
	if _, err := k.Get(ctx, tx, by, r.Duty); err != nil {
		return Request{}, err
	}
	return r, nil
}

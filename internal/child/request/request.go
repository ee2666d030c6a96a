// Package request is where one person asks and a second one decides about a
// file: correcting what a department has checked, moving out and in, ending,
// coming of age 「申请更正、转出、转入签收、结束、到龄退出」.
//
// It owns child_request. It promises that who asked never decides; that each
// request is a duty of the deciding unit, closed by the decision; that until a
// receiving place has signed, the old one is responsible, so that no child
// falls between two; and that nothing ends by age alone. It never decides by
// itself what a file holds: granted requests go through the Cabinet.
package request

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Kind is what is asked about a file.
type Kind string

// The kinds of requests.
const (
	Correct Kind = "correct"
	MoveOut Kind = "move_out"
	MoveIn  Kind = "move_in"
	Ending  Kind = "close"
	AgeOut  Kind = "age_out"
)

// Label gives the official term.
func (k Kind) Label() string {
	return map[Kind]string{Correct: "申请更正", MoveOut: "转出", MoveIn: "转入", Ending: "结束档案", AgeOut: "到龄退出"}[k]
}

// State is where a request stands.
type State string

// The states of a request.
const (
	Asked     State = "asked"
	Sent      State = "sent" // the move outside was granted; its acknowledgement is awaited
	Granted   State = "granted"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
)

// DutyKind is the word of duties to decide a request.
const DutyKind = "child.request"

// Request is a request as it is stored.
type Request struct {
	ID          ref.Request
	Kind        Kind
	Child       ref.Child
	Detail      string
	Parts       string
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	ByUnit      ref.Unit
	Sealed      []byte
	Unit        ref.Unit
	Region      string
	Town        string
	County      string
	ToUnit      ref.Unit
	ToRegion    string
	ToTown      string
	ToCounty    string
	State       State
	Decider     ref.Unit
	Duty        ref.Duty
	Decided     clock.Instant
	DecidedBy   ref.User
	DecidedName string
	Answer      []byte
}

// Open tells whether the request waits for somebody.
func (r Request) Open() bool { return r.State == Asked || r.State == Sent }

// Outside tells whether the file is to leave the installation.
func (r Request) Outside() bool { return r.Kind == MoveOut && r.ToRegion == "" }

// MayDecide tells whether an actor decides this request: it lies in his scope,
// a move at the receiving end, and he is neither who asked nor, below the
// county, of the unit that did.
func (r Request) MayDecide(by access.Actor) bool {
	place := cmp.Or(r.ToRegion, r.Region)
	return r.State == Asked && by.Can("child.decide") && by.User != r.ByUser && by.Scope().Sees(0, place) &&
		(by.Post.Unit == r.Decider || by.Post.Unit != r.ByUnit || by.Post.Role == access.Officer)
}

// Asking is what somebody asks for.
type Asking struct {
	Kind   Kind
	Child  ref.Child
	Reason string
	// Change sets what a correction is to bring.
	Change func(*child.New)
	// To is the village to which a file goes or comes back; Abroad the place
	// outside the installation in words.
	To, Abroad string
	// Detail is the reason of an Ending, an id of CloseReasons.
	Detail string
}

// Wish is the sealed part of a request.
type Wish struct {
	Reason        string
	Abroad        string
	Before, After child.New
}

// Counter is where one person asks and a second one decides.
type Counter struct {
	*child.Cabinet
	Duties *duty.Kernel
}

// Ask brings a request and gives the deciding unit its duty.
func (c *Counter) Ask(ctx context.Context, tx *db.Tx, by access.Actor, in Asking) (ref.Request, error) {
	if err := by.Require("child.request"); err != nil {
		return 0, err
	}
	row, now, err := c.Locked(ctx, tx, by, in.Child)
	if err != nil {
		return 0, err
	}
	if err := in.check(row); err != nil {
		return 0, err
	}
	wish := Wish{Reason: strings.TrimSpace(in.Reason), Abroad: strings.TrimSpace(in.Abroad)}
	r := Request{Kind: in.Kind, Detail: in.Detail, ToRegion: in.To, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit}
	if in.Kind == Correct {
		if wish.Before, wish.After, r.Parts, err = wanted(tx, now, in.Change); err != nil {
			return 0, err
		}
	}
	return c.ask(ctx, tx, by, row, r, wish)
}

func (in Asking) check(row child.Child) error {
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Reason) != "", "reason", "请说明理由和依据。")
	switch in.Kind {
	case MoveOut:
		f.Check((in.To != "") != (strings.TrimSpace(in.Abroad) != ""), "to", "请选择转往的村（社区）；转往外县的，请写明单位和地方。")
		f.Check(in.To == "" || access.Town(in.To) != "", "to", "请选择转往的村（社区）。")
		f.Check(in.To != row.Region, "to", "档案已经在这个村（社区）。")
	case MoveIn:
		f.Check(access.Town(in.To) != "", "to", "请选择转入的村（社区）。")
	case Ending:
		f.Check(slices.ContainsFunc(child.CloseReasons, func(b child.Bar) bool { return b.Key == in.Detail }), "detail", "请选择结束档案的原因。")
	case Correct:
		f.Check(in.Change != nil, "reason", "没有填写要更正的内容。")
	default:
		return errs.New(errs.Invalid, "没有这种申请。")
	}
	if err := f.Err(); err != nil {
		return err
	}
	switch {
	case in.Kind == MoveIn && (row.State != child.Closed || row.Successor != 0):
		return errs.New(errs.Conflict, "这份档案正在使用，或已并入其他档案，不需要转入。")
	case in.Kind != MoveIn && row.State != child.Open:
		return errs.New(errs.Conflict, "这份档案已结，不能再提出这一申请。")
	}
	return nil
}

// wanted tells what a correction would change, and checks that it can stand.
func wanted(tx *db.Tx, before child.New, change func(*child.New)) (was, after child.New, keys string, err error) {
	after = before.Clone()
	change(&after)
	if !after.Same("number", before) {
		after.Settle()
	}
	if err := after.Normalize(civil.DateOf(tx.Now.Time())); err != nil {
		return before, after, "", err
	}
	var list []string
	for _, p := range child.Parts() {
		if !p.Same(before, after) {
			list = append(list, p.Key)
		}
	}
	if len(list) == 0 {
		return before, after, "", errs.Fields{"reason": "填写的内容与档案相同，没有需要更正的。"}.Err()
	}
	return before, after, " " + strings.Join(list, " ") + " ", nil
}

// ask stores a request with its duty.
func (c *Counter) ask(ctx context.Context, tx *db.Tx, by access.Actor, row child.Child, r Request, w Wish) (ref.Request, error) {
	r.ID, r.Child, r.At, r.State = ref.New[ref.Request](tx.Now.Time()), row.ID, tx.Now, Asked
	r.Unit, r.Region, r.Town, r.County = row.Unit, row.Region, row.Town, row.County
	r.ToTown, r.ToCounty = access.Town(r.ToRegion), access.County(r.ToRegion)
	if open, err := asked(ctx, tx, r); err != nil || open {
		return 0, cmp.Or(err, error(errs.New(errs.Conflict, "这份档案已有同样的申请正在办理，请等待审批，或先撤回。")))
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return 0, err
	}
	if r.Sealed, err = c.Vault.Seal(ctx, tx, group(r.Child), requestField(r.ID, "sealed"), plain); err != nil {
		return 0, err
	}
	r.Answer = []byte{}
	if r.Decider, err = c.decider(ctx, tx, by, r); err != nil {
		return 0, err
	}
	if r.Duty, err = c.oblige(ctx, tx, by, r, r.Decider); err != nil {
		return 0, err
	}
	if err := db.Insert(ctx, tx, "child_request", r); err != nil {
		return 0, err
	}
	return r.ID, audit.Write(ctx, tx, by, "child.request", "child", r.Child, map[string]any{"request": r.ID, "kind": r.Kind, "detail": r.Detail, "parts": r.Parts})
}

// group is the record group of a file.
func group(id ref.Child) vault.Group { return vault.GroupOf("child", id) }

func requestField(id ref.Request, column string) vault.Field {
	return vault.Field{Table: "child_request", Column: column, Row: int64(id)}
}

// decider is the unit that decides: of a move the receiving township, of what
// the program proposes the child's township, else the unit above who asks.
func (c *Counter) decider(ctx context.Context, tx *db.Tx, by access.Actor, r Request) (ref.Unit, error) {
	switch {
	case r.Kind == MoveOut && r.ToRegion != "":
		return c.township(ctx, tx, r.ToRegion)
	case by.User == access.Program.User:
		return c.township(ctx, tx, r.Region)
	}
	return c.Duties.Superior(ctx, tx, by.Post.Unit)
}

func (c *Counter) township(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error) {
	if u, there, err := org.SeatOf(ctx, tx, (access.Town(region) + "000000000000")[:len(region)]); err != nil || there {
		return u.ID, err
	}
	return c.Duties.Office(ctx, tx, region)
}

// limits are the clocks and titles of the duties of requests.
var limits = map[Kind]struct{ clock, title string }{
	Correct: {"child.decide", "审批档案更正申请"},
	Ending:  {"child.decide", "审批结束档案申请"},
	MoveIn:  {"child.decide", "审批档案转入申请"},
	MoveOut: {"child.accept", "签收转入的档案"},
	AgeOut:  {"child.age", "核对到龄儿童是否退出"},
}

// oblige opens the duty of a request.
func (c *Counter) oblige(ctx context.Context, tx *db.Tx, by access.Actor, r Request, unit ref.Unit) (ref.Duty, error) {
	l := limits[r.Kind]
	switch {
	case r.State == Sent:
		l.clock, l.title = "child.receipt", "登记外地接收档案的回执"
	case r.Outside():
		l.clock, l.title = "child.decide", "审批档案转往外县"
	}
	deadline, rule, err := duty.Ruled(c.Book(), l.clock, tx.Now)
	if err != nil {
		return 0, err
	}
	n := duty.New{Kind: DutyKind, Subject: "child_request", SubjectID: int64(r.ID), Title: l.title, Unit: unit, Region: cmp.Or(r.ToRegion, r.Region),
		Rule: rule.Source.String(), Clause: rule.Label, Deadline: deadline}
	ids, err := c.Duties.Open(ctx, tx, by, n)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

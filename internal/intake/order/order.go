// Package order takes work orders of hotlines 「12345、12355工单」 as reports and
// gives their results back.
//
// It owns the tables intake_order, intake_supplement, intake_upload and
// intake_partner. It promises that an order is known by the hotline's own
// number: sent twice it is one report and gets the same answer, with more
// content it is a supplement to be read; that every row of a file is taken, was there before, or goes back with its
// reason; that the unit which received an order first answers for it
// 「首接负责」, so that it goes back for one of the reasons in the rules alone.
// It never tells a hotline more than what its caller is told, and keeps no
// number and no token in clear.
package order

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
	"weibao/internal/vault"
)

// Channels are those by which orders come in.
var Channels = []string{"o12345", "o12355"}

// Desk holds what operations on orders need. It holds no state of its own.
type Desk struct {
	DB     *db.DB
	Intake *intake.Desk
	Files  *file.Store
	Temp   string // folder for what excelize lays aside
	// Places gives the divisions of the county, to find a place by its name.
	Places func(ctx context.Context, tx *db.Tx) ([]Place, error)
}

// Place is a division with the names by which people call it.
type Place struct {
	Code  string
	Names []string
}

// In is an order as a hotline sends it.
type In struct {
	Number string    // the hotline's own
	Due    int64     // its limit in milliseconds; 0 = none
	Report intake.In // what was told
}

// From says how an order came in.
type From struct {
	Channel string
	Home    string // whose hotline it is, by Home: numbers of two counties' hotlines may be the same
	By      access.Actor
	Upload  ref.Upload // 0 = by the interface
	Key     string     // Idempotency-Key of the interface, or ""
}

// Taken is what the hotline gets.
type Taken struct {
	ID       ref.Order
	Report   string // the office's number
	Receipt  string // for the caller
	At       clock.Instant
	Urgency  response.Urgency
	Repeated bool
	Added    bool // a supplement to an order that came before
}

type row struct {
	ID       ref.Order
	Channel  string
	Outside  []byte
	Home     string
	Body     []byte
	Request  []byte
	Report   ref.Report
	At       clock.Instant
	Upload   ref.Upload
	ByUnit   ref.Unit
	First    ref.Unit
	Due      int64
	Returned string
	Sent     clock.Instant
	Repeats  int64
	Sealed   []byte
}

func group(id ref.Order) vault.Group { return vault.GroupOf("intake_order", id) }

func field(id ref.Order) vault.Field {
	return vault.Field{Table: "intake_order", Column: "sealed", Row: int64(id)}
}

// maxNumber is the most characters of a hotline's number.
const maxNumber = 64

func (in In) validate() error {
	f := errs.Fields{}
	n := utf8.RuneCountInString(in.Number)
	f.Check(n > 0, "number", "工单编号不能为空。")
	f.Check(n <= maxNumber, "number", "工单编号太长，请核对。")
	f.Check(in.Due >= 0, "due_at", "办理时限不是有效的时间。")
	return f.Err()
}

// Take stores an order as a report, or gives the same answer again to one that
// has come before; either way it writes durably before it answers.
func (k *Desk) Take(ctx context.Context, from From, in In) (Taken, error) {
	in.Number, in.Report.Channel = strings.TrimSpace(in.Number), from.Channel
	if !slices.Contains(Channels, from.Channel) {
		return Taken{}, errs.Fields{"channel": "请选择12345或者12355。"}.Err()
	}
	if err := in.validate(); err != nil {
		return Taken{}, err
	}
	now := clock.Of(k.DB.Clock.Now())
	r := row{ID: ref.New[ref.Order](now.Time()), Channel: from.Channel, Outside: k.outside(from.Channel, from.Home, in.Number), Home: from.Home, At: now,
		Upload: from.Upload, Due: in.Due, Body: k.Intake.Vault.Blind("intake.order.body", fmt.Sprintf("%+v %d", flat(in.Report), in.Due))}
	if from.Upload != 0 {
		r.ByUnit = from.By.Post.Unit
	}
	r.Request, r.Sealed = []byte{}, []byte{}
	if from.Key != "" {
		r.Request = k.Intake.Vault.Blind("intake.order.key."+from.Channel, from.Home+" "+from.Key)
	}
	p, err := k.Intake.Prepare(now, from.By, in.Report, requestKey(from, in))
	if err != nil {
		return Taken{}, err
	}
	r.Report = p.ID()
	var out Taken
	err = k.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = k.keep(ctx, tx, from, in, r, p)
		return err
	})
	return out, err
}

// requestKey is the key under which the report of an order came in.
func requestKey(from From, in In) string {
	return "order " + from.Channel + " " + from.Home + " " + in.Number
}

// Home names those who share the numbers of a hotline, by the division for
// which somebody works: a county, or the division above that has its own.
func Home(region string) string { return cmp.Or(access.County(region), region) }

// outside is the index by which an order is known by its hotline's number.
func (k *Desk) outside(channel, home, number string) []byte {
	return k.Intake.Vault.Blind("intake.order."+channel, home+" "+number)
}

// flat writes a report's content without addresses.
func flat(in intake.In) any {
	type plain struct {
		Danger                   bool
		What, Narrative, Channel string
		Place                    intake.Place
		Reporter                 intake.Reporter
		Child                    intake.Child
	}
	p := plain{Danger: in.Danger, What: in.What, Narrative: in.Narrative, Channel: in.Channel, Place: in.Place}
	if in.Reporter != nil {
		p.Reporter = *in.Reporter
	}
	if in.Child != nil {
		p.Child = *in.Child
	}
	return p
}

func (k *Desk) keep(ctx context.Context, tx *db.Tx, from From, in In, r row, p *intake.Prepared) (Taken, error) {
	_, known, err := byOutside(ctx, tx, r.Channel, r.Outside)
	if err != nil {
		return Taken{}, err
	}
	if !known { // of one that is, nothing new is kept
		if r.Sealed, err = k.Intake.Vault.SealText(ctx, tx, group(r.ID), field(r.ID), in.Number); err != nil {
			return Taken{}, err
		}
	}
	if r.First, err = k.Intake.Owner(ctx, tx, p); err != nil {
		return Taken{}, err
	}
	taken, err := keyTaken(ctx, tx, r)
	if err != nil {
		return Taken{}, err
	}
	if taken {
		return Taken{}, errs.New(errs.Invalid, "这个 Idempotency-Key 已经用于另一张工单，或者同一工单的别的内容。请换一个新的键。")
	}
	held, err := claim(ctx, tx, r)
	if err != nil {
		return Taken{}, err
	}
	if string(r.Body) != string(held.Body) {
		return k.supplement(ctx, tx, from, in, r, held)
	}
	lodged, err := k.Intake.Lodge(ctx, tx, from.By, p)
	out := Taken{ID: held.ID, Report: lodged.Number, Receipt: lodged.Receipt, At: lodged.At, Urgency: lodged.Urgency, Repeated: held.ID != r.ID}
	if err != nil || out.Repeated {
		return out, err
	}
	return out,
		audit.Write(ctx, tx, from.By, "intake.order", "intake_order", r.ID, map[string]any{"channel": r.Channel, "report": r.Report, "upload": r.Upload})
}

// Return sends an order back to its hotline 「退回」, for a reason of the rules
// and in words. That it is somebody else's task is no reason: who received it
// first finds whose it is.
func (k *Desk) Return(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Order, reason, words string) error {
	if err := by.Require("intake.order_return"); err != nil {
		return err
	}
	one, err := get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	label, ok := k.Reasons(tx.Now).Word(reason)
	f := errs.Fields{}
	f.Check(ok, "reason", "请选择退回理由。")
	f.Check(strings.TrimSpace(words) != "", "words", "请写明具体情况，热线要据此答复来电人。")
	if err := f.Err(); err != nil {
		return err
	}
	if err := k.Intake.Reject(ctx, tx, by, one.Report, label+"。"+strings.TrimSpace(words)); err != nil {
		return err
	}
	if err := setReturned(ctx, tx, id, reason); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.order_return", "intake_order", id, map[string]string{"reason": reason})
}

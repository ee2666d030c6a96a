package referral

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Order says what is asked of which units, and what they will read.
type Order struct {
	About    About
	Child    ref.Child // 0 = not known
	Region   string    // 12 digits of the place that decides who is responsible
	Topic    string    // id of a topic
	Label    string    // its words; they stand in lists and must name nobody
	Ask      string
	Items    []Item
	Lead     ref.Unit
	Supports []ref.Unit
	Clock    string // id of a time limit; "" = Ordinary
	Secret   bool
}

// The time limits of referrals by urgency: ids of clocks.
const (
	Emergency = "referral.emergency"
	Urgent    = "referral.urgent"
	Ordinary  = "referral.ordinary"
)

// Clocks lists them in the order of screens.
var Clocks = []string{Ordinary, Urgent, Emergency}

const (
	maxAsk   = 2000
	maxUnits = 20
)

// Dispatch sends a referral: the lead has a duty, and so has each support unit
// under it. The caller has checked the actor's right to the subject and to
// every item.
func (k *Desk) Dispatch(ctx context.Context, tx *db.Tx, by access.Actor, o Order) (ref.Referral, error) {
	if err := by.Require("referral.dispatch"); err != nil {
		return 0, err
	}
	o.tidy()
	if err := o.refuse(); err != nil {
		return 0, err
	}
	limit, err := k.Clock(ctx, tx, o.Region, o.Clock)
	if err != nil {
		return 0, err
	}
	r := Referral{ID: ref.New[ref.Referral](tx.Now.Time()), Subject: o.About.Kind, SubjectID: o.About.ID, Child: o.Child, Topic: o.Topic,
		Unit: by.Post.Unit, Region: o.Region, Town: access.Town(o.Region), County: access.County(o.Region), Clock: o.Clock, At: tx.Now, ByUser: by.User, ByName: by.Name}
	if o.Secret {
		r.Secret = 1
	}
	if r.Number, err = number(ctx, tx, r); err != nil {
		return 0, err
	}
	if r.Sealed, err = k.sealPaper(ctx, tx, r.ID, Paper{Topic: o.Label, Ask: o.Ask, Items: o.Items}); err != nil {
		return 0, err
	}
	if r.Duty, err = k.open(ctx, tx, by, r, o, limit); err != nil {
		return 0, err
	}
	if err := insert(ctx, tx, r); err != nil {
		return 0, err
	}
	if err := k.tell(ctx, tx, by, r, Sent); err != nil {
		return 0, err
	}
	return r.ID, audit.Write(ctx, tx, by, "referral.dispatch", Subject, r.ID,
		map[string]any{"subject": r.Subject, "id": r.SubjectID, "lead": o.Lead, "supports": o.Supports, "items": keys(o.Items)})
}

func (o *Order) tidy() {
	o.Ask, o.Label = strings.TrimSpace(o.Ask), strings.TrimSpace(o.Label)
	if o.Clock == "" {
		o.Clock = Ordinary
	}
	slices.Sort(o.Supports)
	o.Supports = slices.DeleteFunc(slices.Compact(o.Supports), func(u ref.Unit) bool { return u == o.Lead || u == 0 })
	o.Items = slices.DeleteFunc(o.Items, func(i Item) bool { return strings.TrimSpace(i.Value) == "" })
}

func (o Order) refuse() error {
	f := errs.Fields{}
	f.Check(o.Lead > 0, "lead", "请选择牵头办理的单位。")
	f.Check(len(o.Supports) < maxUnits, "supports", "协办单位过多，请分几次转介。")
	f.Check(o.Label != "", "topic", "请选择转介事项。")
	f.Check(o.Ask != "", "ask", "请写明请该单位做什么。")
	f.Check(utf8.RuneCountInString(o.Ask) <= maxAsk, "ask", "要求不超过2000字。")
	f.Check(slices.Contains(Clocks, o.Clock), "clock", "请选择办理时限。")
	return f.Err()
}

func keys(items []Item) []string {
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = item.Key
	}
	return out
}

// open opens the duties of the units.
func (k *Desk) open(ctx context.Context, tx *db.Tx, by access.Actor, r Referral, o Order, limit rule.Clock) (ref.Duty, error) {
	n := duty.New{Kind: LeadKind, Subject: Subject, SubjectID: int64(r.ID), Title: o.Label + "（" + r.Number + "）", Unit: o.Lead, Region: r.Region,
		Rule: limit.Source.String(), Clause: limit.Label, Deadline: duty.After(limit, tx.Now), Ladder: ladderOf(limit), Pressing: o.Clock == "referral.emergency"}
	if r.Subject == OnCase {
		n.Whole = r.SubjectID
	}
	ids, err := k.Kernel.Open(ctx, tx, by, n)
	if err != nil || len(o.Supports) == 0 {
		return first(ids), err
	}
	list := make([]duty.New, len(o.Supports))
	for i, u := range o.Supports {
		list[i] = n
		list[i].Kind, list[i].Unit, list[i].Parent, list[i].Title = SupportKind, u, ids[0], "协办："+n.Title
	}
	_, err = k.Kernel.Open(ctx, tx, by, list...)
	return ids[0], err
}

func first(ids []ref.Duty) ref.Duty {
	if len(ids) == 0 {
		return 0
	}
	return ids[0]
}

func ladderOf(c rule.Clock) string {
	if c.Span.Unit == "hours" {
		return "hours"
	}
	return ""
}

// number gives a referral its number in the year and county.
func number(ctx context.Context, tx *db.Tx, r Referral) (string, error) {
	year := civil.DateOf(tx.Now.Time()).Year()
	n, err := Serial(ctx, tx, r.County, year, "referral")
	return fmt.Sprintf("转介〔%d〕%d号", year, n), err
}

func (k *Desk) sealPaper(ctx context.Context, tx *db.Tx, id ref.Referral, p Paper) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return k.Vault.Seal(ctx, tx, group(id), paperField(id), plain)
}

func (k *Desk) openPaper(ctx context.Context, tx *db.Tx, r Referral) (Paper, error) {
	plain, err := k.Vault.Open(ctx, tx, group(r.ID), paperField(r.ID), r.Sealed)
	if err != nil {
		return Paper{}, err
	}
	var p Paper
	return p, json.Unmarshal(plain, &p)
}

// tell says what happened to whoever listens.
func (k *Desk) tell(ctx context.Context, tx *db.Tx, by access.Actor, r Referral, m Move) error {
	tx.Notify("referral", ref.Format(r.ID))
	if k.Moved == nil {
		return nil
	}
	return k.Moved(ctx, tx, by, r, m)
}

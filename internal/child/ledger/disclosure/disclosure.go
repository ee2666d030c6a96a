// Package disclosure is where a list of children with what is private in clear
// is asked for, approved by a second person and handed out 「明文导出」.
//
// It owns child_disclosure and child_disclosure_take. It promises that who
// asked never approves; that the file holds the fields and the list that were
// approved, marked with number, person and time, encrypted on disk, and is
// gone after the days of the county's rule; and that each download is in the
// journal, in its register and in each child's own trace. It never shows a
// list on a screen, and hands it to nobody but who asked.
package disclosure

import (
	"bytes"
	"context"
	"encoding/binary"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
	"weibao/internal/vault"
)

// State is where a disclosure stands.
type State string

// The states.
const (
	Asked     State = "asked"
	Granted   State = "granted"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Expired   State = "expired"
)

// DutyKind is the word of duties to decide.
const DutyKind = "child.disclose"

// Disclosure is one as it is stored.
type Disclosure struct {
	ID          ref.Disclosure
	Number      string
	Ledger      string
	Query       string
	Total       int64
	Unit        ref.Unit
	Region      string
	Town        string
	County      string
	Reason      []byte
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	ByUnit      ref.Unit
	UnitName    string
	State       State
	Decider     ref.Unit
	Duty        ref.Duty
	Decided     clock.Instant
	DecidedBy   ref.User
	DecidedName string
	Answer      []byte
	File        ref.File
	Children    []byte
	Expires     clock.Instant
	Takes       int64
}

// View gives what the list shows.
func (d Disclosure) View() ledger.View {
	q, err := url.ParseQuery(d.Query)
	if err != nil {
		return ledger.View{}
	}
	return ledger.Parse(q)
}

// MayDecide tells whether an actor decides: the list lies in his scope, and he
// is neither who asked nor, below the county, of the unit that did.
func (d Disclosure) MayDecide(by access.Actor) bool {
	return d.State == Asked && by.Can("child.disclose_decide") && by.User != d.ByUser && by.Scope().Sees(0, d.Region) &&
		(by.Post.Unit == d.Decider || by.Post.Unit != d.ByUnit || by.Post.Role == access.Officer)
}

// MayTake tells whether an actor may download the file now.
func (d Disclosure) MayTake(by access.Actor, now clock.Instant) bool {
	return d.State == Granted && d.File != 0 && now < d.Expires && by.User == d.ByUser && by.Can("child.disclose") && by.Scope().Sees(0, d.Region)
}

// Take is one download.
type Take struct {
	ID         ref.Audit
	Disclosure ref.Disclosure
	At         clock.Instant
	Actor      ref.User
	ActorName  string
	Unit       ref.Unit
	UnitName   string
}

// Desk is where disclosures are asked for and decided.
type Desk struct {
	Lists  *ledger.Desk
	Duties *duty.Kernel
	Files  *file.Store
	Vault  *vault.Vault
}

func group(id ref.Disclosure) vault.Group { return vault.GroupOf("child_disclosure", id) }

func sealed(id ref.Disclosure, column string) vault.Field {
	return vault.Field{Table: "child_disclosure", Column: column, Row: int64(id)}
}

func subject(id ref.Disclosure) file.Subject { return file.Of("child_disclosure", id) }

// leastReason is how many characters tell for what and by whom a list is used.
const leastReason = 8

func (k *Desk) figure(id string, on civil.Date) (int, error) {
	return duty.Figure(k.Lists.Cabinet.Book(), id, on)
}

// Ask asks for a list of a place with its columns in clear.
func (k *Desk) Ask(ctx context.Context, tx *db.Tx, by access.Actor, v ledger.View, reason string) (ref.Disclosure, error) {
	if err := by.Require("child.disclose"); err != nil {
		return 0, err
	}
	on := civil.DateOf(tx.Now.Time())
	if _, there := k.Lists.Cabinet.Book().Ledger(v.Ledger, on); !there {
		return 0, errs.Missing()
	}
	column, _, err := v.Filter.Within(by)
	if err != nil {
		return 0, err
	}
	shown := ledger.Shown(k.Lists.Cabinet.Book(), on)
	if v.Filter.Category != "" && !slices.ContainsFunc(shown, func(c rule.Category) bool { return c.ID == v.Filter.Category }) {
		return 0, errs.Missing() // a secret category has no list
	}
	n, err := k.Lists.Count(ctx, tx, by, v)
	if err != nil {
		return 0, err
	}
	most, err := k.figure("disclosure.rows", on)
	if err != nil {
		return 0, err
	}
	f := errs.Fields{}
	f.Check(column != "unit", "reason", "学校的名单由乡镇（街道）申请。")
	f.Check(utf8.RuneCountInString(strings.TrimSpace(reason)) >= leastReason, "reason", "请写明用途、使用人和依据，至少8个字，例如“送县医保局核对参保，依据联席会议纪要”。")
	f.Check(len(v.Columns) > 0, "columns", "请选择要导出的栏目，只选用得到的。")
	f.Check(n > 0, "reason", "名单里没有儿童，请先在台账中选好条件。")
	if int(n) > most {
		f.Check(false, "reason", "名单有"+strconv.Itoa(int(n))+"人，一次最多"+strconv.Itoa(most)+"人。请缩小范围，分批申请。")
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	return k.ask(ctx, tx, by, v, strings.TrimSpace(reason), n)
}

func (k *Desk) ask(ctx context.Context, tx *db.Tx, by access.Actor, v ledger.View, reason string, n int64) (ref.Disclosure, error) {
	region := v.Filter.Region
	d := Disclosure{ID: ref.New[ref.Disclosure](tx.Now.Time()), Ledger: v.Ledger, Query: v.Values().Encode(), Total: n, Region: region, Town: access.Town(region), County: access.County(region),
		At: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit, UnitName: by.Post.UnitName, State: Asked, Answer: []byte{}, Children: []byte{}}
	var err error
	if d.Number, err = nextNumber(ctx, tx, strings.ReplaceAll(civil.DateOf(tx.Now.Time()).String(), "-", "")); err != nil {
		return 0, err
	}
	if d.Reason, err = k.Vault.SealText(ctx, tx, group(d.ID), sealed(d.ID, "reason"), reason); err != nil {
		return 0, err
	}
	if d.Decider, err = k.Duties.Superior(ctx, tx, by.Post.Unit); err != nil {
		return 0, err
	}
	deadline, r, err := duty.Ruled(k.Lists.Cabinet.Book(), "child.disclose", tx.Now)
	if err != nil {
		return 0, err
	}
	ids, err := k.Duties.Open(ctx, tx, by, duty.New{Kind: DutyKind, Subject: "child_disclosure", SubjectID: int64(d.ID), Title: "审批导出未隐去的名单", Unit: d.Decider, Region: region,
		Rule: r.Source.String(), Clause: r.Label, Deadline: deadline})
	if err != nil {
		return 0, err
	}
	d.Duty = ids[0]
	if err := db.Insert(ctx, tx, "child_disclosure", d); err != nil {
		if db.IsUnique(err) {
			return 0, errs.New(errs.Conflict, "同时有另一份申请正在登记，请再提交一次。")
		}
		return 0, err
	}
	return d.ID, audit.Write(ctx, tx, by, "child.disclose", "child_disclosure", d.ID, map[string]any{"number": d.Number, "rows": n, "columns": v.Columns})
}

// Prepare makes the file of a disclosure, outside of any transaction: what is
// handed to Decide to grant it.
func (k *Desk) Prepare(ctx context.Context, d *db.DB, by access.Actor, id ref.Disclosure) (*Prepared, error) {
	tx := d.Reader()
	x, err := get(ctx, tx, by, id, "")
	if err != nil {
		return nil, err
	}
	if err := x.decidable(by); err != nil {
		return nil, err
	}
	on, v := civil.DateOf(tx.Now.Time()), x.View()
	list, there := k.Lists.Cabinet.Book().Ledger(x.Ledger, on)
	if !there {
		return nil, errs.New(errs.Conflict, "这份台账的栏目已经改变，请退回，由申请人重新申请。")
	}
	list = v.Apply(list)
	most, err := k.figure("disclosure.rows", on)
	if err != nil {
		return nil, err
	}
	rows, ids, err := k.Lists.Collect(ctx, tx, by, list, v, most)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := x.write(&out, list, rows, tx.Now); err != nil {
		return nil, err
	}
	in, err := k.Files.Receive(ctx, subject(id), letter.Punctuate(list.Label)+x.Number+".xlsx", &out)
	return &Prepared{of: id, in: in, ids: ids}, err
}

// Prepared is a file that waits for the decision.
type Prepared struct {
	of  ref.Disclosure
	in  *file.Incoming
	ids []ref.Child
}

// mark is what a copy bears: whose, when, which.
func (d Disclosure) mark(now clock.Instant) sheet.Watermark {
	at := now.Time().In(civil.Zone).Format("2006-01-02 15:04")
	return sheet.Watermark{Words: "编号" + d.Number + "　申请人：" + d.UnitName + " " + d.ByName + "　" + at, Number: d.Number + " " + at}
}

func (d Disclosure) write(out *bytes.Buffer, list rule.Ledger, rows [][]any, now clock.Instant) error {
	book, err := sheet.NewBook("")
	if err != nil {
		return err
	}
	defer book.Close()
	m := d.mark(now)
	w, err := book.Table(sheet.Table{Name: "名单", Title: letter.Punctuate(list.Label) + sheet.Hide(d.Number), Columns: ledger.Heads(list), Watermark: &m,
		Note: m.Words + "。含未成年人个人信息，仅限批准的用途，不得转发，用完销毁。"})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := w.Row(r...); err != nil {
			return err
		}
	}
	if err := book.Describe(sheet.Properties{Title: letter.Punctuate(list.Label) + " " + d.Number, Unit: d.UnitName, Made: now.Time()}); err != nil {
		return err
	}
	_, err = book.WriteTo(out)
	return err
}

func (d Disclosure) decidable(by access.Actor) error {
	switch {
	case d.State != Asked:
		return errs.New(errs.Conflict, "这项申请已经办结，请刷新后再看。")
	case d.ByUser == by.User:
		return errs.New(errs.Forbidden, "申请人不能审批自己的申请，请由另一人办理。")
	case !d.MayDecide(by):
		return errs.New(errs.Forbidden, "这项申请由其他单位审批。")
	}
	return nil
}

// pack writes ids as eight bytes each.
func pack(ids []ref.Child) []byte {
	out := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		out = binary.BigEndian.AppendUint64(out, uint64(id))
	}
	return out
}

func unpack(b []byte) (ids []ref.Child) {
	for ; len(b) >= 8; b = b[8:] {
		ids = append(ids, ref.Child(binary.BigEndian.Uint64(b)))
	}
	return ids
}

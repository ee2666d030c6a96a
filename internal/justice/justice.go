// Package justice knows that a unit of justice keeps something of a child's,
// which unit, and whom to ask; what it is stays with that unit 「司法保护」
// (预防未成年人犯罪法 第五十九条).
//
// It owns justice_record and justice_unseal. It promises: no content is ever
// asked for; a record names no file of a child, so that no list, number,
// search or history of children can show it; once it is sealed it answers
// like one that does not exist, for everybody, by every way; it opens only
// by two persons together, for a ground and a time, and a request tells
// nobody whether there is anything to open. Its journal names neither record
// nor child. It opens no duty about a record.
package justice

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Desk holds what operations need; it holds no state of its own.
type Desk struct {
	Vault  *vault.Vault
	Kernel *duty.Kernel
	// Deciders gives the unit of those who may decide on requests of a region.
	Deciders func(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error)
	// Clock writes a time limit of the rules in words, with how sure it is; "" where there is none.
	Clock func(id string, on civil.Date) string
}

// Kind is what a unit of justice keeps.
type Kind struct {
	ID, Label string
	Seals     bool // it is to be sealed by law once it is over
}

// Kinds are those of a record.
var Kinds = []Kind{
	{"crime", "犯罪记录", true}, {"unprosecuted", "不起诉、附条件不起诉", true}, {"penalty", "行政处罚", true}, {"coercion", "刑事强制措施", true},
	{"school", "专门教育、专门矫治教育", true}, {"correction", "社区矫正", true}, {"aid", "法律援助", false}, {"evidence", "一站式取证保护", false}, {"relief", "司法救助", false},
}

// KindOf gives a kind by id.
func KindOf(id string) (Kind, bool) {
	for _, k := range Kinds {
		if k.ID == id {
			return k, true
		}
	}
	return Kind{}, false
}

// State says whether a record was sealed.
type State string

// The states.
const (
	Open   State = "open"
	Sealed State = "sealed"
)

// Record is that something is kept.
type Record struct {
	ID     ref.Justice
	Number string
	Kind   string
	Unit   ref.Unit
	ByUnit ref.Unit
	At     clock.Instant
	State  State
	Sealed []byte
}

// Content is who it is about and whom to ask, and of a sealed record all else.
type Content struct {
	Name    string        `json:"name"`
	Number  string        `json:"number,omitempty"`
	Contact string        `json:"contact"`
	Phone   string        `json:"phone"`
	Kind    string        `json:"kind,omitempty"`
	Unit    ref.Unit      `json:"unit,omitempty"`
	At      clock.Instant `json:"at,omitempty"`
	When    clock.Instant `json:"sealed,omitempty"`
}

// In is what somebody hands in.
type In struct {
	Kind    string
	Unit    ref.Unit // which keeps the papers
	Name    string
	Number  string
	Contact string
	Phone   string
}

func recordGroup(id ref.Justice) vault.Group { return vault.GroupOf("justice", id) }

func recordField(id ref.Justice) vault.Field {
	return vault.Field{Table: "justice_record", Column: "sealed", Row: int64(id)}
}

// blind is by what a record is found without naming anybody.
func (k *Desk) blind(number string) string {
	if number = idcard.Normalize(number); number == "" {
		return ""
	}
	return hex.EncodeToString(k.Vault.Blind("justice.number", vault.Normal(number)))
}

// Add enters that something is kept, and by whom.
func (k *Desk) Add(ctx context.Context, tx *db.Tx, by access.Actor, in In) (ref.Justice, error) {
	if err := by.Require("justice.add"); err != nil {
		return 0, err
	}
	in.trim()
	if err := in.check(); err != nil {
		return 0, err
	}
	r := Record{ID: ref.New[ref.Justice](tx.Now.Time()), Number: k.blind(in.Number), Kind: in.Kind, Unit: in.Unit, ByUnit: by.Post.Unit, At: tx.Now, State: Open}
	var err error
	if r.Sealed, err = k.put(ctx, tx, r.ID, Content{Name: in.Name, Number: idcard.Normalize(in.Number), Contact: in.Contact, Phone: in.Phone}); err != nil {
		return 0, err
	}
	if err := insert(ctx, tx, r); err != nil {
		return 0, err
	}
	return r.ID, k.journal(ctx, tx, by, "justice.add", r.ID)
}

func (in *In) trim() {
	for _, s := range []*string{&in.Name, &in.Number, &in.Contact, &in.Phone} {
		*s = strings.TrimSpace(*s)
	}
}

func (in In) check() error {
	f := errs.Fields{}
	_, known := KindOf(in.Kind)
	f.Check(known, "kind", "请选择是哪一类。")
	f.Check(in.Unit > 0, "unit", "请选择由哪个单位保管材料。")
	f.Check(in.Name != "" && len([]rune(in.Name)) <= maxLine, "name", "请填写姓名，最多60字。")
	if in.Number != "" {
		if _, err := idcard.Parse(in.Number); err != nil {
			f.Check(false, "number", err.Error())
		}
	}
	f.Check(in.Contact != "" && len([]rune(in.Contact)) <= maxLine, "contact", "请填写保管单位的联系人。")
	f.Check(in.Phone != "" && len([]rune(in.Phone)) <= maxLine, "phone", "请填写联系电话。")
	return f.Err()
}

const maxLine = 60

func (k *Desk) put(ctx context.Context, tx *db.Tx, id ref.Justice, c Content) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return k.Vault.Seal(ctx, tx, recordGroup(id), recordField(id), plain)
}

func (k *Desk) content(ctx context.Context, tx *db.Tx, r Record) (c Content, err error) {
	plain, err := k.Vault.Open(ctx, tx, recordGroup(r.ID), recordField(r.ID), r.Sealed)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(plain, &c)
}

// journal writes what was done with a mark from which only the holder of the
// keys can tell whether it was about a certain record.
func (k *Desk) journal(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, id ref.Justice) error {
	mark := hex.EncodeToString(k.Vault.Blind("justice.journal", ref.Format(id)))
	return audit.Write(ctx, tx, by, action, "justice", ref.Justice(0), map[string]string{"mark": mark})
}

// List gives the open records of the actor's unit, the latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, before ref.Justice, limit int) ([]Record, error) {
	if err := by.Require("justice.list"); err != nil {
		return nil, err
	}
	return list(ctx, tx, by, before, limit)
}

// Get gives an open record of the actor's unit, without who it is about.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Justice) (Record, error) {
	if err := by.Require("justice.list"); err != nil {
		return Record{}, err
	}
	return get(ctx, tx, by, id, "")
}

// Reveal gives who an open record is about and whom to ask, and leaves the trace.
func (k *Desk) Reveal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Justice) (Record, Content, error) {
	r, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return r, Content{}, err
	}
	c, err := k.content(ctx, tx, r)
	if err != nil {
		return r, c, err
	}
	return r, c, k.journal(ctx, tx, by, "justice.reveal", id)
}

// Seal seals a record 「封存」: from then on it answers like one that does not
// exist. Its number, by which two persons can ask for it, is told once.
func (k *Desk) Seal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Justice) error {
	if err := by.Require("justice.seal"); err != nil {
		return err
	}
	r, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	c, err := k.content(ctx, tx, r)
	if err != nil {
		return err
	}
	c.Kind, c.Unit, c.At, c.When = r.Kind, r.Unit, r.At, tx.Now
	bytes, err := k.put(ctx, tx, id, c)
	if err != nil {
		return err
	}
	if err := seal(ctx, tx, id, bytes); err != nil {
		return err
	}
	return k.journal(ctx, tx, by, "justice.seal", id)
}

// longest and usual are how many hours a granted request opens.
const (
	longest = 72
	usual   = 24
)

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

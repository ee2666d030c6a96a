package justice

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Ground is why the law lets somebody ask (预防未成年人犯罪法 第五十九条).
type Ground struct{ ID, Label string }

// Grounds are the grounds of a request.
var Grounds = []Ground{{"case", "司法机关办案需要"}, {"state", "有关单位根据国家有关规定查询"}}

// GroundLabel gives the word for a ground, "" for an unknown one.
func GroundLabel(id string) string {
	for _, g := range Grounds {
		if g.ID == id {
			return g.Label
		}
	}
	return ""
}

// UnsealState is where a request stands.
type UnsealState string

// The states of a request.
const (
	Asked   UnsealState = "asked"
	Granted UnsealState = "granted"
	Refused UnsealState = "refused"
)

// DutyKind is the kind of the duty to decide on a request, Requests what it is
// about, and Decides the permission without which nobody learns of it.
const (
	DutyKind = "justice.unseal_decide"
	Requests = "justice_unseal"
	Decides  = access.Permission("justice.unseal_decide")
)

// ladder only reminds: no step tells others that a request waits.
const ladder = "closed"

// Unseal is a request to look at what may have been sealed.
type Unseal struct {
	ID        ref.Unseal
	County    string
	ByUser    ref.User
	ByName    string
	ByUnit    ref.Unit
	At        clock.Instant
	Ground    string
	State     UnsealState
	Decided   clock.Instant
	DecidedBy string
	Expires   clock.Instant
	Duty      ref.Duty
	Sealed    []byte
}

// OpenAt tells whether a request lets its asker look at an instant.
func (u Unseal) OpenAt(now clock.Instant) bool { return u.State == Granted && now < u.Expires }

// Wish is whom a request is about, by identity number or by the number of the
// seal, and on what it rests.
type Wish struct {
	Number string `json:"number,omitempty"`
	Handle string `json:"handle,omitempty"`
	Words  string `json:"words"`
}

func unsealGroup(id ref.Unseal) vault.Group { return vault.GroupOf("unseal", id) }

func unsealField(id ref.Unseal) vault.Field {
	return vault.Field{Table: "justice_unseal", Column: "sealed", Row: int64(id)}
}

// Ask asks to look at what may have been sealed. The answer is the same
// whether there is anything or not.
func (k *Desk) Ask(ctx context.Context, tx *db.Tx, by access.Actor, ground string, w Wish) (ref.Unseal, error) {
	if err := by.Require("justice.unseal"); err != nil {
		return 0, err
	}
	w = Wish{strings.TrimSpace(w.Number), strings.TrimSpace(w.Handle), strings.TrimSpace(w.Words)}
	f := errs.Fields{}
	f.Check(GroundLabel(ground) != "", "ground", "请选择依据。")
	f.Check(w.Number != "" || w.Handle != "", "number", "请填写公民身份号码或者封存编号。")
	f.Check(w.Number == "" || len(idcard.Normalize(w.Number)) == numberLength, "number", "公民身份号码应为18位，请核对。")
	f.Check(w.Words != "", "words", "请写明文号、案号或者所依据的规定。")
	if err := f.Err(); err != nil {
		return 0, err
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return 0, err
	}
	u := Unseal{ID: ref.New[ref.Unseal](tx.Now.Time()), County: seat(by), ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit,
		At: tx.Now, Ground: ground, State: Asked}
	if u.Sealed, err = k.Vault.Seal(ctx, tx, unsealGroup(u.ID), unsealField(u.ID), plain); err != nil {
		return 0, err
	}
	region := u.County + strings.Repeat("0", 12-len(u.County))
	unit, err := k.Deciders(ctx, tx, region)
	if err != nil {
		return 0, err
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: DutyKind, Subject: Requests, SubjectID: int64(u.ID), Title: "审批保密查询申请", Unit: unit,
		Region: region, Ladder: ladder, Rule: "《预防未成年人犯罪法》第五十九条", Clause: "须由另一人审批", Deadline: duty.Within(k.Kernel.Limits().Decide)})
	if err != nil {
		return 0, err
	}
	u.Duty = ids[0]
	if err := insertUnseal(ctx, tx, u); err != nil {
		return 0, err
	}
	return u.ID, audit.Write(ctx, tx, by, "justice.unseal", "justice_unseal", u.ID, map[string]string{"ground": ground})
}

const numberLength = 18

// seat is the county of an actor, or his division above counties.
func seat(by access.Actor) string {
	if county := access.County(by.Post.Region); county != "" {
		return county
	}
	return access.Prefix(by.Post.Region)
}

// Told is a request with what stands in it.
type Told struct {
	Unseal
	Wish Wish
}

// Unseals gives the requests of the actor, and of a leader's county.
func (k *Desk) Unseals(ctx context.Context, tx *db.Tx, by access.Actor, limit int) ([]Unseal, error) {
	if err := by.Require("justice.unseals"); err != nil {
		return nil, err
	}
	return unseals(ctx, tx, by, limit)
}

// Inquire gives one request to who asked or may decide.
func (k *Desk) Inquire(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unseal) (Told, error) {
	if err := by.Require("justice.unseals"); err != nil {
		return Told{}, err
	}
	u, err := getUnseal(ctx, tx, by, id, "")
	if err != nil {
		return Told{}, err
	}
	return k.told(ctx, tx, u)
}

func (k *Desk) told(ctx context.Context, tx *db.Tx, u Unseal) (Told, error) {
	t := Told{Unseal: u}
	plain, err := k.Vault.Open(ctx, tx, unsealGroup(u.ID), unsealField(u.ID), u.Sealed)
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(plain, &t.Wish)
}

// Decide grants a request for some hours, or refuses it. Who asked cannot.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unseal, grant bool, open int) error {
	if err := by.Require("justice.unseal_decide"); err != nil {
		return err
	}
	u, err := getUnseal(ctx, tx, by, id, tx.ForUpdate())
	switch {
	case err != nil:
		return err
	case u.State != Asked:
		return errs.New(errs.Conflict, "这项申请已经办结，请刷新后再看。")
	case u.ByUser == by.User:
		return errs.New(errs.Forbidden, "申请人不能审批自己的申请，请由另一人办理。")
	}
	state, expires := Refused, clock.Instant(0)
	if grant {
		if open == 0 {
			open = usual
		}
		if open < 1 || open > longest {
			return errs.Fields{"hours": "请填1到72之间的小时数。"}.Err()
		}
		state, expires = Granted, tx.Now.Add(hours(open))
	}
	if err := decide(ctx, tx, id, state, by.Name, expires); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, u.Duty, "justice_unseal", int64(id)); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "justice.unseal_decide", "justice_unseal", id, map[string]any{"granted": grant})
}

// Look opens what a granted request is about, while it lasts, for its asker
// alone. There may be nothing.
func (k *Desk) Look(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unseal) (Told, []Content, error) {
	if err := by.Require("justice.look"); err != nil {
		return Told{}, nil, err
	}
	t, err := k.Inquire(ctx, tx, by, id)
	if err != nil {
		return t, nil, err
	}
	if t.ByUser != by.User || !t.OpenAt(tx.Now) {
		return t, nil, errs.New(errs.Forbidden, "这项申请没有获准或者已经过期，不能查看。仍然需要的，请重新申请。")
	}
	handle, _ := ref.Parse[ref.Justice](t.Wish.Handle) // none finds nothing
	rows, err := sought(ctx, tx, k.blind(t.Wish.Number), handle)
	if err != nil {
		return t, nil, err
	}
	list := make([]Content, len(rows))
	for i, r := range rows {
		if list[i], err = k.content(ctx, tx, r); err != nil {
			return t, nil, err
		}
	}
	return t, list, audit.Write(ctx, tx, by, "justice.look", "justice_unseal", id, nil)
}

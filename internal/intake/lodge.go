package intake

import (
	"bytes"
	"context"
	"encoding/json"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/intake/receipt"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
	"weibao/internal/vault"
)

// Lodged is what the reporter gets.
type Lodged struct {
	ID       ref.Report
	Number   string
	Receipt  string
	At       clock.Instant
	Urgency  response.Urgency
	Repeated bool // the request had come before
}

// Prepared is a report that is checked and sealed, ready to be stored.
type Prepared struct {
	row      Report
	reporter *reporterRow
	keys     vault.NewKeys
	key      keyRow
	receipt  string
}

// ID is what the report will be called by the program.
func (p *Prepared) ID() ref.Report { return p.row.ID }

// keyRow is the key of a request as it is stored.
type keyRow struct {
	Key     []byte
	Body    []byte
	Report  ref.Report
	Serial  int64
	At      clock.Instant
	Repeats int64
}

// reporterRow is who told a report, as it is stored.
type reporterRow struct {
	Report ref.Report
	Phone  []byte
	Sealed []byte
}

// maxDraws is how often a serial is drawn that happens to be taken.
const maxDraws = 4

// Take stores a report and answers after the durable commit. key is the
// client's Idempotency-Key or "": the same key with the same content gives
// the same receipt, after a durable write of the request's own, so that no
// answer rests on a commit which only another machine had; with other content
// it is Invalid.
func (k *Desk) Take(ctx context.Context, d *db.DB, by access.Actor, in In, key string) (Lodged, error) {
	var out Lodged
	for draw := 0; ; draw++ {
		p, err := k.Prepare(clock.Of(d.Clock.Now()), by, in, key)
		if err != nil {
			return Lodged{}, err
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			var err error
			out, err = k.Lodge(ctx, tx, by, p)
			return err
		})
		if db.IsUnique(err) && draw < maxDraws {
			continue
		}
		return out, err
	}
}

// Prepare does all of Lodge that needs no transaction. by is the program for
// whoever reports without an account.
func (k *Desk) Prepare(now clock.Instant, by access.Actor, in In, key string) (*Prepared, error) {
	if by.IsZero() {
		return nil, errs.Missing()
	}
	if by.User != ref.System {
		if err := by.Require("intake.register"); err != nil {
			return nil, err
		}
	}
	in = in.tidy()
	if err := in.validate(func(id string) (response.Situation, bool) { return k.situation(id, now) }); err != nil {
		return nil, err
	}
	if len(key) > maxKey {
		return nil, errs.New(errs.Invalid, "Idempotency-Key 最多255个字符。")
	}
	p := &Prepared{row: k.row(in, now)}
	p.row.ID = ref.New[ref.Report](now.Time())
	p.row.Number = numberOf(p.row.ID, now)
	if by.User != ref.System {
		p.row.ByUser, p.row.ByUnit = by.User, by.Post.Unit
	}
	if err := k.number(p, in, key, now); err != nil {
		return nil, err
	}
	return p, k.seal(p, in, now)
}

// number gives the report its serial, which enciphered is the receipt: the
// same request gets it again, and nothing that is stored tells it.
func (k *Desk) number(p *Prepared, in In, key string, now clock.Instant) (err error) {
	p.row.Serial = receipt.Serial(now.Time())
	if p.receipt, err = k.receipt(p.row.Serial); err != nil || key == "" {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	p.key = keyRow{Key: k.Vault.Blind("intake.key", key), Body: k.Vault.Blind("intake.body", string(body)), Report: p.row.ID, Serial: p.row.Serial, At: now}
	return nil
}

func (k *Desk) receipt(serial int64) (string, error) {
	d, err := k.Vault.Digits("intake.receipt", receipt.Digits)
	if err != nil {
		return "", err
	}
	return receipt.Of(d.Seal(uint64(serial))), nil
}

func (k *Desk) seal(p *Prepared, in In, now clock.Instant) error {
	t := Telling{Place: in.Place.Text, Region: in.Place.Region, Narrative: in.Narrative, Child: in.Child, About: in.About, Called: in.Called}
	if s, ok := k.match(in.What, now); !ok || s.ID != p.row.Situation {
		t.What = in.What
	}
	plain, err := json.Marshal(t)
	if err != nil {
		return err
	}
	id := p.row.ID
	list := []vault.Sealed{{Group: group(id), Field: field("intake_report", "sealed", int64(id)), Bytes: plain}}
	if in.Reporter != nil {
		who, err := json.Marshal(in.Reporter)
		if err != nil {
			return err
		}
		list = append(list, vault.Sealed{Group: reporterGroup(id), Field: field("intake_reporter", "sealed", int64(id)), Bytes: who})
	}
	sealed, keys, err := k.Vault.SealNew(list, now)
	if err != nil {
		return err
	}
	p.row.Sealed, p.keys = sealed[0], keys
	if in.Reporter != nil {
		p.reporter = &reporterRow{id, k.phone(in.Reporter.Phone), sealed[1]}
	}
	return nil
}

// phone is the index by which a caller is known again.
func (k *Desk) phone(number string) []byte {
	if number = vault.NormalPhone(number); number == "" {
		return []byte{}
	}
	return k.Vault.Blind("intake.phone", number)
}

// Lodge stores a prepared report with the office's duty, or answers a request
// that has come before; either way it writes, so that the answer waits for a
// commit of its own.
func (k *Desk) Lodge(ctx context.Context, tx *db.Tx, by access.Actor, p *Prepared) (Lodged, error) {
	if p.key.Key != nil {
		held, err := claim(ctx, tx, p.key)
		if err != nil {
			return Lodged{}, err
		}
		if held.Report != p.row.ID {
			return k.repeated(p, held)
		}
	}
	r := p.row
	var err error
	if err = k.own(ctx, tx, &r); err != nil {
		return Lodged{}, err
	}
	// The keys come first: what is asked of the database after rows were
	// appended would write these alone instead of with everybody's.
	if err := k.Vault.Keep(ctx, tx, p.keys); err != nil {
		return Lodged{}, err
	}
	if r.Duty, err = k.open(ctx, tx, access.Program, r, AcceptKind); err != nil {
		return Lodged{}, err
	}
	if err := appendReport(tx, r, p.reporter); err != nil {
		return Lodged{}, err
	}
	return Lodged{ID: r.ID, Number: r.Number, Receipt: p.receipt, At: r.Received, Urgency: r.Urgency},
		audit.Write(ctx, tx, by, "intake.lodge", "intake_report", r.ID, lodgedDetail{r.Channel, r.Urgency, r.Unit, r.Duty})
}

type lodgedDetail struct {
	Channel string           `json:"channel"`
	Urgency response.Urgency `json:"urgency"`
	Unit    ref.Unit         `json:"unit"`
	Duty    ref.Duty         `json:"duty"`
}

// repeated answers a request that has come before from the row of its key
// alone: the report itself may still wait to be written with the same commit.
func (k *Desk) repeated(p *Prepared, held keyRow) (Lodged, error) {
	if !bytes.Equal(held.Body, p.key.Body) {
		return Lodged{}, errs.New(errs.Invalid, "这个 Idempotency-Key 已经用于另一份报告。内容不同的报告请换一个新的键。")
	}
	code, err := k.receipt(held.Serial)
	return Lodged{ID: held.Report, Number: numberOf(held.Report, held.At), Receipt: code, At: held.At, Urgency: p.row.Urgency, Repeated: true}, err
}

// Owner is the unit that will answer for a prepared report.
func (k *Desk) Owner(ctx context.Context, tx *db.Tx, p *Prepared) (ref.Unit, error) {
	r := p.row
	err := k.own(ctx, tx, &r)
	return r.Unit, err
}

// own gives a report to the office of the place, or what concerns its own level
// to the unit above it. Where nobody stands above, leaders alone see it.
func (k *Desk) own(ctx context.Context, tx *db.Tx, r *Report) error {
	office, err := k.Kernel.Office(ctx, tx, r.Region)
	if r.Unit = office; err != nil || r.Raised == 0 {
		return err
	}
	if r.Unit, err = k.Kernel.Superior(ctx, tx, office); err == nil && r.Unit == office {
		r.Raised = Alone
	}
	return err
}

var dutyWords = map[string]struct{ title, clock string }{
	AcceptKind:  {"受理报告", "report.accept"},
	DecideKind:  {"研判报告", "report.decide"},
	AnswerKind:  {"办理报告并答复报告人", "report.reply"},
	MessageKind: {"答复报告人的留言", "report.message"},
}

const basis = "中华人民共和国未成年人保护法"

// open opens a duty on a report. The title names nobody and no place: whoever
// looks over the inbox learns nothing.
func (k *Desk) open(ctx context.Context, tx *db.Tx, by access.Actor, r Report, kind string) (ref.Duty, error) {
	words := dutyWords[kind]
	title, clockID := words.title+" "+r.Number, words.clock
	pressing := r.Urgency == response.Emergency && kind != AnswerKind
	if pressing {
		title, clockID = "【紧急】"+title, clockID+"-emergency"
	}
	c, ok := k.Book().Clock(clockID, civil.DateOf(tx.Now.Time()))
	if !ok {
		return 0, errs.Newf(errs.Internal, "规则里没有“%s”的时限，请系统管理员检查规则。", clockID)
	}
	deadline := duty.After(c, tx.Now)
	if kind == AnswerKind {
		deadline = deadline.From(r.Accepted) // deciding and merging do not begin the reporter's clock anew
	}
	ladder := ""
	if c.Kind == "hours" {
		ladder = "hours"
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: kind, Subject: "intake_report", SubjectID: int64(r.ID), Whole: int64(r.ID), Title: title,
		Unit: r.Unit, Region: r.Seat(), Rule: basis, Clause: "第十一条", Deadline: deadline, Ladder: ladder, Pressing: pressing})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

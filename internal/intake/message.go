package intake

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Side is who wrote a message.
type Side string

// The sides.
const (
	ByReporter Side = "reporter"
	ByOffice   Side = "office"
)

// MessageSort says what a message is.
type MessageSort string

// The kinds of message.
const (
	Said     MessageSort = "say"    // the reporter adds or asks
	Added    MessageSort = "add"    // a hotline sends more of what its caller told
	Asked    MessageSort = "ask"    // the office asks the reporter
	Answered MessageSort = "answer" // the office tells what came of it
	Notice   MessageSort = "notice" // what happened to the report
	Note     MessageSort = "note"   // for the office alone
)

// Message passes between the office and the reporter.
type Message struct {
	ID     ref.Audit
	At     clock.Instant
	Side   Side
	Kind   MessageSort
	ByName string
	Text   string
}

type messageRow struct {
	ID     ref.Audit
	Report ref.Report
	At     clock.Instant
	Side   Side
	Kind   MessageSort
	ByUser ref.User
	ByName string
	Sealed []byte
}

// MaxMessage is the most characters of a message.
const MaxMessage = 2000

// maxSaid is how many messages a reporter can add within a day.
const maxSaid = 20

func messageText(text string) (string, error) {
	text = clean(text)
	f := errs.Fields{}
	f.Check(text != "", "text", "请写明内容。")
	f.Check(utf8.RuneCountInString(text) <= MaxMessage, "text", "最多2000字，请缩短后再提交。")
	return text, f.Err()
}

// post stores a message under the report's key.
func (k *Desk) post(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, side Side, kind MessageSort, text string) error {
	m := messageRow{ID: ref.New[ref.Audit](tx.Now.Time()), Report: id, At: tx.Now, Side: side, Kind: kind, ByUser: by.User, ByName: by.Name}
	if side == ByReporter {
		m.ByUser, m.ByName = 0, ""
	}
	var err error
	if m.Sealed, err = k.Vault.SealText(ctx, tx, group(id), field("intake_message", "sealed", int64(m.ID)), text); err != nil {
		return err
	}
	return insertMessage(ctx, tx, m)
}

func (k *Desk) messages(ctx context.Context, tx *db.Tx, id ref.Report) ([]Message, error) {
	rows, err := messagesOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	sealed := make([]vault.Sealed, len(rows))
	for i, m := range rows {
		sealed[i] = vault.Sealed{Group: group(id), Field: field("intake_message", "sealed", int64(m.ID)), Bytes: m.Sealed}
	}
	texts, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([]Message, len(rows))
	for i, m := range rows {
		out[i] = Message{m.ID, m.At, m.Side, m.Kind, m.ByName, texts[i]}
	}
	return out, nil
}

// Answers gives the latest answer to whoever sent each of some reports, for
// what passes it on to him. The caller has checked the right to it.
func (k *Desk) Answers(ctx context.Context, tx *db.Tx, ids []ref.Report) (map[ref.Report]string, error) {
	rows, err := answersOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	latest := map[ref.Report]messageRow{}
	for _, m := range rows {
		latest[m.Report] = m
	}
	out := map[ref.Report]string{}
	for id, m := range latest {
		if out[id], err = k.Vault.OpenText(ctx, tx, group(id), field("intake_message", "sealed", int64(m.ID)), m.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Say adds what the reporter writes to his report, and opens the office's
// duty to answer it.
func (k *Desk) Say(ctx context.Context, tx *db.Tx, receipt, text string) error {
	r, err := k.find(ctx, tx, receipt)
	if err != nil {
		return err
	}
	if text, err = messageText(text); err != nil {
		return err
	}
	n, err := countMessages(ctx, tx, r.ID, tx.Now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if n >= maxSaid {
		return errs.New(errs.TooMany, "今天已经补充了很多次。请明天再写；紧急情况请立即拨打110。")
	}
	if err := k.post(ctx, tx, access.Program, r.ID, ByReporter, Said, text); err != nil {
		return err
	}
	r.Waiting++
	if r.Reply == 0 {
		if r.Reply, err = k.open(ctx, tx, access.Program, r, MessageKind); err != nil {
			return err
		}
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, access.Program, "intake.say", "intake_report", r.ID, nil)
}

// Answer tells the reporter what came of his report. Reporters of reports
// that were merged into it are told the same.
func (k *Desk) Answer(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, text string) error {
	r, text, err := k.speak(ctx, tx, by, id, text)
	if err != nil {
		return err
	}
	return k.tell(ctx, tx, by, r, Answered, text)
}

// Ask asks the reporter something; he sees it when he comes back.
func (k *Desk) Ask(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, text string) error {
	r, text, err := k.speak(ctx, tx, by, id, text)
	if err != nil {
		return err
	}
	return k.tell(ctx, tx, by, r, Asked, text)
}

func (k *Desk) speak(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, text string) (Report, string, error) {
	if by.User != ref.System {
		if err := by.Require("intake.answer"); err != nil {
			return Report{}, "", err
		}
	}
	r, err := k.held(ctx, tx, by, id)
	if err != nil {
		return Report{}, "", err
	}
	text, err = messageText(text)
	return r, text, err
}

// held locks a report: for a person in his scope, for the program wherever it lies.
func (k *Desk) held(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Report, error) {
	if by.User == ref.System {
		return byID(ctx, tx, id)
	}
	return lock(ctx, tx, by, id)
}

// tell posts to the reporter of a report and to those of what was merged into it.
func (k *Desk) tell(ctx context.Context, tx *db.Tx, by access.Actor, r Report, kind MessageSort, text string) error {
	others, err := mergedInto(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if kind == Asked || kind == Note {
		others = nil // a question is for one person
	}
	for _, to := range slices.Concat([]Report{r}, others) {
		if err := k.tellOne(ctx, tx, by, to, kind, text); err != nil {
			return err
		}
	}
	return nil
}

func (k *Desk) tellOne(ctx context.Context, tx *db.Tx, by access.Actor, r Report, kind MessageSort, text string) error {
	if err := k.post(ctx, tx, by, r.ID, ByOffice, kind, text); err != nil {
		return err
	}
	if kind == Answered || kind == Asked {
		r.Waiting = 0
		if err := k.settle(ctx, tx, by, &r.Reply, r.ID); err != nil {
			return err
		}
	}
	if kind == Answered && r.Answered == 0 {
		r.Answered = tx.Now
	}
	if kind == Answered && r.State == Merged {
		if err := k.settle(ctx, tx, by, &r.Duty, r.ID); err != nil {
			return err
		}
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, access.Permission("intake."+string(kind)), "intake_report", r.ID, nil)
}

// settle closes a duty by the fact on its report; one that was waived or ended
// before keeps nobody from acting.
func (k *Desk) settle(ctx context.Context, tx *db.Tx, by access.Actor, id *ref.Duty, r ref.Report) error {
	if *id == 0 {
		return nil
	}
	err := k.Kernel.Close(ctx, tx, by, *id, "intake_report", int64(r))
	if err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	*id = 0
	return nil
}

// News is what reporters learn of work that was done: who told it as a child,
// in words of its own.
type News struct{ Adult, Child string }

// Follow notes what became of work that was sent to units because of a report.
// The first of it counts as first action. tell is what the reporter, and those
// of merged reports, learn of it; News{} tells them nothing. The caller has
// checked the actor's right to that work.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, words string, tell News) error {
	r, err := byID(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.Acted == 0 {
		r.Acted = tx.Now
		if err := save(ctx, tx, r); err != nil {
			return err
		}
	}
	if err := k.post(ctx, tx, by, id, ByOffice, Note, words); err != nil || tell == (News{}) {
		return err
	}
	others, err := mergedInto(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, to := range append(others, r) {
		if err := k.post(ctx, tx, by, to.ID, ByOffice, Notice, to.say(tell.Adult, tell.Child)); err != nil {
			return err
		}
	}
	return nil
}

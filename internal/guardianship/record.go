package guardianship

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

// Entry is what somebody enters as having happened.
type Entry struct {
	Kind   string
	At     clock.Instant // 0 takes now
	Day    bool          // the hour is not known
	Since  civil.Date    // first day of a new term; zero takes the end of the one before
	Until  civil.Date
	Urgent bool
	Place  string // id of Places
	Detail Detail
	Files  []*file.Incoming
	Papers map[string]Given // by the id of what the fact needs
}

const maxFiles = 20

// Record enters a fact: the measure stands as it says, the duties that it
// fulfils are closed and those for which it asks open.
func (k *Desk) Record(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, e Entry) (ref.Record, error) {
	if err := by.Require("guardianship.record"); err != nil {
		return 0, err
	}
	m, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return 0, err
	}
	r := k.RuleOf(m)
	facts, err := factsOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	next := r.Next(happened(facts))
	at := slices.IndexFunc(next, func(f protection.Fact) bool { return f.ID == e.Kind })
	if at < 0 {
		return 0, errs.New(errs.Conflict, "现在不能登记这项进展：可能别人已经登记过，或者前一步还没有登记。请刷新后再看。")
	}
	f := errs.Fields{}
	e.orderly(tx.Now, facts, next[at], f)
	e.term(facts, next[at], f)
	if err := k.validate(ctx, tx, m.Child, next[at], &e, f); err != nil {
		return 0, err
	}
	if next[at].Delegated {
		if err := k.delegated(ctx, tx, m); err != nil {
			return 0, err
		}
	}
	fact, err := k.enter(ctx, tx, by, m, e)
	if err != nil {
		return 0, err
	}
	if err := join(ctx, tx, m.ID, by.User, by.Post.Unit); err != nil {
		return 0, err
	}
	if err := audit.Write(ctx, tx, by, "guardianship.record", Subject, id, map[string]any{"fact": e.Kind, "record": fact}); err != nil {
		return 0, err
	}
	return fact, k.follow(ctx, tx, by, m)
}

// orderly refuses what happened before that on which it follows.
func (e *Entry) orderly(now clock.Instant, facts []Fact, rule protection.Fact, f errs.Fields) {
	e.settle(now)
	var first clock.Instant
	for _, have := range facts {
		if have.Struck == 0 && slices.Contains(rule.After, have.Kind) && (first == 0 || have.At < first) {
			first = have.At
		}
	}
	f.Check(civil.DateOf(e.At.Time()).Compare(civil.DateOf(first.Time())) >= 0, "day", "早于前一步的日期，请核对。")
	f.Check(e.Day || e.At >= first, "hour", "早于前一步的时间，请核对。")
	e.At = max(e.At, first) // the same day without an hour
}

// settle gives an entry its instant: what happened today without an hour
// happened now.
func (e *Entry) settle(now clock.Instant) {
	if e.At == 0 || e.Day && civil.DateOf(e.At.Time()) == civil.DateOf(now.Time()) {
		e.At = now
	}
}

// validate completes an entry and tells what is wrong with it.
func (k *Desk) validate(ctx context.Context, tx *db.Tx, id ref.Child, fact protection.Fact, e *Entry, f errs.Fields) error {
	e.settle(tx.Now)
	day := civil.DateOf(e.At.Time())
	f.Check(e.At <= tx.Now, "day", "时间晚于现在，请核对。")
	f.Check(e.At > tx.Now.Add(-oldest), "day", "时间过早，请核对。")
	if !fact.Until {
		e.Until = civil.Date{}
	}
	if fact.Until {
		if err := k.limit(ctx, tx, fact, day, e, f); err != nil {
			return err
		}
	}
	e.Detail = Detail{strings.TrimSpace(e.Detail.Number), strings.TrimSpace(e.Detail.Place), strings.TrimSpace(e.Detail.Words)}
	f.Check(!fact.Words || e.Detail.Words != "", "words", "请写明情况。")
	k.needed(fact, e, day, f)
	if err := k.within(ctx, tx, id, fact, *e, f); err != nil {
		return err
	}
	if err := k.placed(ctx, tx, id, fact, e, f); err != nil {
		return err
	}
	e.Urgent = e.Urgent && fact.Urgent
	f.Check(len(e.Files) <= maxFiles, "files", "一次最多上传20个文件，请分批上传。")
	return f.Err()
}

// oldest is how long ago what is entered today may have happened.
const oldest = 10 * 366 * 24 * time.Hour

// limit holds the day until which a measure holds within the longest time.
func (k *Desk) limit(ctx context.Context, tx *db.Tx, fact protection.Fact, day civil.Date, e *Entry, f errs.Fields) error {
	cal, err := k.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	if fact.Term {
		day = e.Since
	}
	most, limited := k.Span(cal, today(tx))(fact.Most, day)
	if e.Until.IsZero() && limited && fact.Most != "" {
		e.Until = most
	}
	f.Check(!e.Until.IsZero(), "until", "请填写有效期或者期限的截止日期。")
	f.Check(e.Until.IsZero() || !e.Until.Before(day), "until", "截止日期早于开始日期，请核对。")
	f.Check(!limited || fact.Most == "" || !e.Until.After(most), "until", "超过规定的最长期限（"+most.String()+"），请核对。")
	return nil
}

// PlaceLabel gives the word for a kind of placement, "" for an unknown one.
func PlaceLabel(id string) string {
	for _, p := range Places {
		if p.ID == id {
			return p.Label
		}
	}
	return ""
}

// delegated asks that the child's file names who has its care, with every
// check of 第二十二条 done there.
func (k *Desk) delegated(ctx context.Context, tx *db.Tx, m Measure) error {
	files, err := k.Cabinet.Dossiers(ctx, tx, access.Program, []ref.Child{m.Child})
	if err != nil {
		return err
	}
	c, err := k.Cabinet.Get(ctx, tx, access.Program, m.Child)
	if err != nil {
		return err
	}
	asks, err := k.Cabinet.Asks(c, today(tx))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(files[m.Child].People, func(p child.Person) bool {
		return p.Delegation != nil && p.Delegation.Check(p, asks) == nil && !p.Delegation.Due(today(tx))
	}) {
		return nil
	}
	return errs.New(errs.Conflict, "请先在档案中登记受委托照护人，逐项核对《未成年人保护法》第二十二条的情形，再登记签订协议。")
}

func (k *Desk) enter(ctx context.Context, tx *db.Tx, by access.Actor, m Measure, e Entry) (ref.Record, error) {
	f := Fact{ID: ref.New[ref.Record](tx.Now.Time()), Measure: m.ID, Kind: e.Kind, At: e.At, Since: e.Since, Until: e.Until, Urgent: flag(e.Urgent), Place: e.Place,
		Entered: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit, Reason: []byte{}}
	plain, err := json.Marshal(e.Detail)
	if err != nil {
		return 0, err
	}
	if f.Sealed, err = k.Cabinet.Vault.Seal(ctx, tx, group(m.ID), detailField(f.ID), plain); err != nil {
		return 0, err
	}
	if err := insertFact(ctx, tx, f); err != nil {
		return 0, err
	}
	rule, _ := k.RuleOf(m).Fact(e.Kind)
	if err := k.hand(ctx, tx, by, m, f.ID, rule, e.Papers); err != nil {
		return 0, err
	}
	for _, in := range e.Files {
		if _, err := k.Files.Attach(ctx, tx, by, FilesOf(m.ID), in); err != nil {
			return 0, err
		}
	}
	return f.ID, nil
}

// Strike takes back a fact that was entered wrongly: duties and standing are
// again what they would be without it. The first fact cannot be struck out.
func (k *Desk) Strike(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, fact ref.Record, reason string) error {
	if err := by.Require("guardianship.record"); err != nil {
		return err
	}
	m, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	facts, err := factsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(facts, func(f Fact) bool { return f.ID == fact && f.Struck == 0 })
	if at < 0 {
		return errs.Missing()
	}
	if strings.TrimSpace(reason) == "" {
		return errs.Fields{"reason": "请说明更正的原因。"}.Err()
	}
	if err := k.free(m, facts, at, by); err != nil {
		return err
	}
	sealed, err := k.Cabinet.Vault.SealText(ctx, tx, group(id), reasonField(fact), strings.TrimSpace(reason))
	if err != nil {
		return err
	}
	if err := strike(ctx, tx, fact, by.Name, sealed); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "guardianship.record", Subject, id, map[string]any{"struck": fact}); err != nil {
		return err
	}
	return k.follow(ctx, tx, by, m)
}

// free refuses to strike out a fact on which others rest, or another unit's.
func (k *Desk) free(m Measure, facts []Fact, at int, by access.Actor) error {
	f := facts[at]
	if f.ByUnit != by.Post.Unit {
		return errs.New(errs.Forbidden, "这项进展由其他单位登记，请由登记单位更正。")
	}
	r := k.RuleOf(m)
	if f.Kind == r.First().ID {
		return errs.New(errs.Conflict, "第一项进展不能撤销。措施登记错了的，请登记终止并说明。")
	}
	rest := slices.Delete(slices.Clone(facts), at, at+1)
	for _, other := range rest {
		rule, _ := r.Fact(other.Kind)
		if other.Struck != 0 || other.At < f.At || !slices.Contains(rule.After, f.Kind) {
			continue
		}
		if !slices.ContainsFunc(rest, func(o Fact) bool { return o.Struck == 0 && o.At <= other.At && slices.Contains(rule.After, o.Kind) }) {
			return errs.New(errs.Conflict, "后面的进展以这一项为前提。请先更正后面的进展。")
		}
	}
	return nil
}

func happened(facts []Fact) []protection.Happened {
	var out []protection.Happened
	for _, f := range facts {
		if f.Struck == 0 {
			out = append(out, protection.Happened{ID: int64(f.ID), Kind: f.Kind, At: f.At, Until: f.Until, Urgent: f.Urgent != 0})
		}
	}
	return out
}

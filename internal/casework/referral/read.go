package referral

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"slices"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// Story is a referral as one reader may know it.
type Story struct {
	Referral
	Reads    bool // the reader may read what it says; else he knows its head alone
	Paper    Paper
	Lead     duty.Duty
	Support  []duty.Duty // of the units that support the lead; none for one of these
	Own      duty.Duty   // of the reader's unit; zero for the sender and the office
	State    State
	Replies  []Told
	Returns  []duty.Request
	Files    []file.Info
	Evidence map[ref.Request][]file.Info
}

// Told is a reply with its words.
type Told struct {
	Reply
	Words
	Answer string
	Files  []file.Info
}

// Get gives a referral to whoever may see it.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral) (Story, error) {
	if err := by.Require("referral.show"); err != nil {
		return Story{}, err
	}
	return k.story(ctx, tx, by, id, "")
}

func (k *Desk) story(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, more string) (Story, error) {
	r, err := get(ctx, tx, by, id, more)
	if err != nil {
		return Story{}, err
	}
	s := Story{Referral: r}
	duties, err := dutiesOf(ctx, tx, []ref.Referral{id})
	if err != nil {
		return s, err
	}
	s.sort(by, duties)
	if s.Reads, err = k.reads(ctx, tx, by, s); err != nil {
		return s, err
	}
	replied, disputed, err := waiting(ctx, tx, []ref.Duty{s.Lead.ID})
	if err != nil {
		return s, err
	}
	s.State = StateOf(s.Lead, len(replied) > 0, len(disputed) > 0)
	if err := k.returns(ctx, tx, by, &s); err != nil || !s.Reads {
		return s, err
	}
	return s, k.fill(ctx, tx, by, &s)
}

// sort tells the duties apart by whose they are; a support unit learns of the
// lead's and of its own alone.
func (s *Story) sort(by access.Actor, duties []duty.Duty) {
	for _, d := range duties {
		switch {
		case d.ID == s.Duty:
			s.Lead = d
		default:
			s.Support = append(s.Support, d)
		}
		if d.Unit == by.Post.Unit && (s.Own.ID == 0 || d.ID == s.Duty || s.Own.State != duty.Open && s.Own.ID != s.Duty) {
			s.Own = d
		}
	}
	if s.Own.Kind == SupportKind && s.Unit != by.Post.Unit {
		s.Support = nil
	}
}

// reads tells whether the reader may know more than the head.
func (k *Desk) reads(ctx context.Context, tx *db.Tx, by access.Actor, s Story) (bool, error) {
	switch {
	case s.Own.ID != 0:
		return true, nil
	case s.Secret != 0:
		return k.Insider(ctx, tx, by, s.About())
	}
	return s.Unit == by.Post.Unit && by.Post.Role != access.Leader || by.Post.Role == access.Officer, nil
}

// returns reads what was said about returning; a unit reads its own.
func (k *Desk) returns(ctx context.Context, tx *db.Tx, by access.Actor, s *Story) error {
	ids := []ref.Duty{s.Lead.ID}
	for _, d := range s.Support {
		ids = append(ids, d.ID)
	}
	if outsider := s.outsider(by); outsider {
		ids = []ref.Duty{s.Own.ID}
	}
	list, err := returnsOf(ctx, tx, ids)
	if err != nil || len(list) == 0 {
		return err
	}
	s.Returns, s.Evidence = list, map[ref.Request][]file.Info{}
	for _, q := range list {
		if s.Evidence[q.ID], err = k.Files.List(ctx, tx, by, FilesOfReturn(s.ID, q.ID)); err != nil {
			return err
		}
	}
	return nil
}

// outsider tells whether the reader knows the referral only because it was
// sent to his unit.
func (s Story) outsider(by access.Actor) bool {
	return s.Own.ID != 0 && s.Unit != by.Post.Unit && !oversees(by)
}

func (k *Desk) fill(ctx context.Context, tx *db.Tx, by access.Actor, s *Story) error {
	var err error
	if s.Paper, err = k.openPaper(ctx, tx, s.Referral); err != nil {
		return err
	}
	only := ref.Unit(0)
	if s.outsider(by) && s.Own.Kind == SupportKind {
		s.Paper, only = s.Paper.forSupport(), by.Post.Unit
	}
	if s.Files, err = k.Files.List(ctx, tx, by, FilesOf(s.ID)); err != nil {
		return err
	}
	list, err := replies(ctx, tx, s.ID, only)
	if err != nil {
		return err
	}
	s.Replies = make([]Told, len(list))
	for i, y := range list {
		if s.Replies[i], err = k.told(ctx, tx, by, y); err != nil {
			return err
		}
	}
	return nil
}

func (k *Desk) told(ctx context.Context, tx *db.Tx, by access.Actor, y Reply) (Told, error) {
	t := Told{Reply: y}
	plain, err := k.Vault.Open(ctx, tx, group(y.Referral), wordsField(y.ID), y.Sealed)
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(plain, &t.Words); err != nil {
		return t, err
	}
	if t.Answer, err = k.Vault.OpenText(ctx, tx, group(y.Referral), answerField(y.ID), y.Answer); err != nil {
		return t, err
	}
	t.Files, err = k.Files.List(ctx, tx, by, FilesOfReply(y.Referral, y.ID))
	return t, err
}

// own gives a referral of which the actor's unit has an open duty.
func (k *Desk) own(ctx context.Context, tx *db.Tx, by access.Actor, p access.Permission, id ref.Referral) (Story, error) {
	if err := by.Require(p); err != nil {
		return Story{}, err
	}
	s, err := k.story(ctx, tx, by, id, tx.ForUpdate())
	switch {
	case err != nil:
		return s, err
	case s.Own.ID == 0:
		return s, errs.Missing()
	case s.Own.State != duty.Open:
		return s, errs.New(errs.Conflict, "这项转介"+s.Own.State.Label()+"，不能再改。请刷新页面查看最新情况。")
	}
	return s, nil
}

// missing gives the support duties that have not replied.
func (s Story) missing() []duty.Duty {
	list := make([]Reply, len(s.Replies))
	for i, t := range s.Replies {
		list[i] = t.Reply
	}
	return slices.DeleteFunc(slices.Clone(s.Support), func(d duty.Duty) bool { return answered(list, d) })
}

// Missing gives the units that support the lead and have not replied.
func (s Story) Missing() []ref.Unit {
	var out []ref.Unit
	for _, d := range s.missing() {
		out = append(out, d.Unit)
	}
	return out
}

// mayCheck tells whether the actor checks a reply: a lead's is checked by who
// sent the referral, a support unit's by the lead.
func (s Story) mayCheck(by access.Actor, y Reply) bool {
	if y.Duty == s.Referral.Duty {
		return s.Unit == by.Post.Unit && s.Reads
	}
	return s.Lead.Unit == by.Post.Unit
}

// Pending is the reply that waits for the actor's check, if there is one.
func (s Story) Pending(by access.Actor) (Told, bool) {
	for _, t := range s.Replies {
		if t.State == Waiting && s.mayCheck(by, t.Reply) && by.Can("referral.check") {
			return t, true
		}
	}
	return Told{}, false
}

// Handles tells whether the actor's unit can act on its part now: it is open
// and no reply waits.
func (s Story) Handles() bool {
	return s.Own.ID != 0 && s.Own.State == duty.Open &&
		!slices.ContainsFunc(s.Replies, func(t Told) bool { return t.Reply.Duty == s.Own.ID && t.State == Waiting })
}

// ReplyOf gives a reply with its referral to whoever checks it.
func (k *Desk) ReplyOf(ctx context.Context, tx *db.Tx, by access.Actor, id ReplyID) (Story, Told, error) {
	if err := by.Require("referral.check"); err != nil {
		return Story{}, Told{}, err
	}
	y, err := reply(ctx, tx, id)
	if err != nil {
		return Story{}, Told{}, err
	}
	s, err := k.story(ctx, tx, by, y.Referral, "")
	if err != nil {
		return s, Told{}, err
	}
	for _, t := range s.Replies {
		if t.ID == id && s.mayCheck(by, y) {
			return s, t, nil
		}
	}
	return s, Told{}, errs.Missing()
}

// Filter chooses referrals; zero fields choose all that the actor may see.
type Filter struct {
	Received bool // sent to the actor's unit
	Sent     bool // sent by it
	Open     bool
	Before   ref.Referral // page key: what is older
	Limit    int
}

// Row is a line of a list.
type Row struct {
	Referral
	Lead  duty.Duty
	Own   duty.Duty // of the reader's unit, where it has one
	State State
}

// List gives referrals, the latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Row, error) {
	if err := by.Require("referral.list"); err != nil {
		return nil, err
	}
	rows, err := list(ctx, tx, by, f)
	if err != nil {
		return nil, err
	}
	return k.rows(ctx, tx, by, rows)
}

// On lists the referrals on a thing, latest first. The caller has checked that
// the actor may see the thing; secret ones show to insiders alone.
func (k *Desk) On(ctx context.Context, tx *db.Tx, by access.Actor, a About) ([]Row, error) {
	rows, err := about(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	return k.rows(ctx, tx, by, rows)
}

func (k *Desk) rows(ctx context.Context, tx *db.Tx, by access.Actor, rows []Referral) ([]Row, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids, leads := make([]ref.Referral, len(rows)), make([]ref.Duty, len(rows))
	for i, r := range rows {
		ids[i], leads[i] = r.ID, r.Duty
	}
	duties, err := dutiesOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	replied, disputed, err := waiting(ctx, tx, leads)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(rows))
	for i, r := range rows {
		s := Story{Referral: r}
		s.sort(by, slices.DeleteFunc(slices.Clone(duties), func(d duty.Duty) bool { return d.SubjectID != int64(r.ID) }))
		out[i] = Row{r, s.Lead, s.Own, StateOf(s.Lead, slices.Contains(replied, r.Duty), slices.Contains(disputed, r.Duty))}
	}
	return out, nil
}

// Signature is that a unit signed for work.
type Signature struct {
	Unit ref.Unit
	At   clock.Instant
}

// Pending gives the lead units of referrals on a thing that are not done, for
// the program's own answers.
func (k *Desk) Pending(ctx context.Context, tx *db.Tx, a About) ([]ref.Unit, error) {
	return pending(ctx, tx, a)
}

// Signatures gives who has signed for referrals on a thing, the first of each
// unit, for the program's own answers: they hold nothing of what was sent.
func (k *Desk) Signatures(ctx context.Context, tx *db.Tx, a About) ([]Signature, error) {
	return signatures(ctx, tx, a)
}

// Results gives the replies of leads that were accepted on a thing, oldest
// first, to whoever may read them.
func (k *Desk) Results(ctx context.Context, tx *db.Tx, by access.Actor, a About) ([]Told, error) {
	rows, err := about(ctx, tx, a)
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, r := range slices.Backward(rows) {
		s, err := k.story(ctx, tx, by, r.ID, "")
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, t := range s.Replies {
			if t.State == Accepted && t.Reply.Duty == r.Duty {
				out = append(out, t)
			}
		}
	}
	return out, nil
}

// Digest is a mark by which facts are known again; others have another.
func Digest(items []Item) string {
	h := fnv.New64a()
	for _, i := range items {
		_, _ = h.Write([]byte(i.Key + "\x00" + i.Value + "\x00")) // never fails (hash.Hash)
	}
	return ref.Format(ref.Duty(h.Sum64() >> 1))
}

// Choose leaves the facts whose keys were chosen, and marks those that units
// which support the lead read as well.
func Choose(all []Item, chosen, shared []string) []Item {
	var out []Item
	for _, i := range all {
		if slices.Contains(chosen, i.Key) {
			i.Support = slices.Contains(shared, i.Key)
			out = append(out, i)
		}
	}
	return out
}

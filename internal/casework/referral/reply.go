package referral

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// ReplyID names a reply.
type ReplyID int64

// The kinds of what a unit says, and where a reply stands.
const (
	Progress = "progress" // 进展
	Answer   = "reply"    // 反馈, which is checked

	Noted    = "noted"
	Waiting  = "sent" // 待审核
	Accepted = "accepted"
	Back     = "back" // 审核退回
)

// Outcomes say what came of the work.
var Outcomes = []struct{ Key, Label string }{
	{"done", "已办理完毕"}, {"partly", "已办理，需要继续跟进"}, {"declined", "当事人不接受，已说明情况"}, {"unable", "经核实无法办理"},
}

// OutcomeLabel gives the word for an outcome.
func OutcomeLabel(key string) string {
	for _, o := range Outcomes {
		if o.Key == key {
			return o.Label
		}
	}
	return ""
}

// Reply is what a unit says of its part of a referral.
type Reply struct {
	ID          ReplyID
	Referral    ref.Referral
	Duty        ref.Duty
	Unit        ref.Unit
	Kind        string
	Outcome     string
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	Sealed      []byte
	State       string
	CheckDuty   ref.Duty
	Checked     clock.Instant
	CheckedBy   ref.User
	CheckedName string
	Answer      []byte
}

// Words is what a reply says.
type Words struct {
	Text    string `json:"text"`
	Without string `json:"without,omitempty"` // why the lead replies before all support units have
}

// Said is what a unit hands in.
type Said struct {
	Words
	Outcome string // of a reply
	Files   []*file.Incoming
}

const maxText = 4000

func wordsField(id ReplyID) vault.Field {
	return vault.Field{Table: ReplySubject, Column: "sealed", Row: int64(id)}
}

func answerField(id ReplyID) vault.Field {
	return vault.Field{Table: ReplySubject, Column: "answer", Row: int64(id)}
}

// Note records how the actor's unit gets on with its part 「进展」.
func (k *Desk) Note(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, in Said) error {
	s, err := k.own(ctx, tx, by, "referral.progress", id)
	if err != nil {
		return err
	}
	if err := in.refuse(false); err != nil {
		return err
	}
	y := s.reply(tx, by, Progress)
	y.State = Noted
	if err := k.store(ctx, tx, by, y, in); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "referral.progress", ReplySubject, y.ID, map[string]any{"referral": id})
}

// Reply reports the actor's unit's part done 「反馈」. A support unit answers
// to the lead; the lead reports the whole to who sent the referral. The clock
// stands while the reply is checked.
func (k *Desk) Reply(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, in Said) (ReplyID, error) {
	s, err := k.own(ctx, tx, by, "referral.reply", id)
	if err != nil {
		return 0, err
	}
	if err := in.refuse(true); err != nil {
		return 0, err
	}
	if s.Own.Kind == LeadKind && len(s.missing()) > 0 && strings.TrimSpace(in.Without) == "" {
		return 0, errs.Fields{"without": "还有协办单位没有反馈。请等待，或者写明先行反馈的原因。"}.Err()
	}
	if err := k.Kernel.Sign(ctx, tx, by, s.Own.ID); err != nil {
		return 0, err
	}
	y := s.reply(tx, by, Answer)
	y.State, y.Outcome = Waiting, in.Outcome
	checker := s.Unit
	if s.Own.Kind == SupportKind {
		checker = s.Lead.Unit
	}
	check, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: CheckKind, Subject: ReplySubject, SubjectID: int64(y.ID), Title: "审核反馈：" + s.Own.Title, Whole: s.Own.Whole,
		Unit: checker, Region: s.Region, Rule: s.Own.Rule, Clause: s.Own.Clause, Deadline: duty.Within(max(k.Kernel.Limits().Decide, 1)), Ladder: k.Kernel.Limits().DecideLadder})
	if err != nil {
		return 0, err
	}
	y.CheckDuty = first(check)
	if err := k.store(ctx, tx, by, y, in); err != nil {
		if db.IsUnique(err) {
			return 0, errs.Wrap(errs.Conflict, err, "本单位已经提交反馈，正在等待审核。请刷新页面查看。")
		}
		return 0, err
	}
	if err := k.Kernel.Hold(ctx, tx, by, s.Own.ID, "已提交反馈，等待审核"); err != nil {
		return 0, err
	}
	return y.ID, audit.Write(ctx, tx, by, "referral.reply", ReplySubject, y.ID, map[string]any{"referral": id, "outcome": in.Outcome})
}

func (in Said) refuse(answer bool) error {
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Text) != "", "text", "请填写办理情况。")
	f.Check(utf8.RuneCountInString(in.Text) <= maxText, "text", "办理情况不超过4000字。")
	f.Check(!answer || OutcomeLabel(in.Outcome) != "", "outcome", "请选择办理结果。")
	return f.Err()
}

// reply begins what the actor's unit says.
func (s Story) reply(tx *db.Tx, by access.Actor, kind string) Reply {
	return Reply{ID: ref.New[ReplyID](tx.Now.Time()), Referral: s.ID, Duty: s.Own.ID, Unit: by.Post.Unit, Kind: kind, At: tx.Now, ByUser: by.User, ByName: by.Name, Answer: []byte{}}
}

func (k *Desk) store(ctx context.Context, tx *db.Tx, by access.Actor, y Reply, in Said) error {
	plain, err := json.Marshal(Words{strings.TrimSpace(in.Text), strings.TrimSpace(in.Without)})
	if err != nil {
		return err
	}
	if y.Sealed, err = k.Vault.Seal(ctx, tx, group(y.Referral), wordsField(y.ID), plain); err != nil {
		return err
	}
	if err := insertReply(ctx, tx, y); err != nil {
		return err
	}
	for _, f := range in.Files {
		if _, err := k.Files.Attach(ctx, tx, by, FilesOfReply(y.Referral, y.ID), f); err != nil {
			return err
		}
	}
	tx.Notify("referral", ref.Format(y.Referral))
	return nil
}

// Check answers a reply: accepted, it ends the unit's duty, and a lead's ends
// the whole referral; sent back with words, the clock runs again.
func (k *Desk) Check(ctx context.Context, tx *db.Tx, by access.Actor, id ReplyID, accept bool, words string) error {
	if err := by.Require("referral.check"); err != nil {
		return err
	}
	y, err := reply(ctx, tx, id)
	if err != nil {
		return err
	}
	s, err := k.story(ctx, tx, by, y.Referral, tx.ForUpdate())
	if err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	switch {
	case !s.mayCheck(by, y):
		return errs.Missing()
	case y.State != Waiting:
		return errs.New(errs.Conflict, "这份反馈已经审核过。请刷新页面查看结果。")
	case !accept && words == "":
		return errs.Fields{"words": "请写明退回的理由和需要补充的内容。"}.Err()
	}
	if accept {
		err = k.accept(ctx, tx, by, s, y, words)
	} else {
		err = k.sendBack(ctx, tx, by, y, words)
	}
	if err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "referral.check", ReplySubject, y.ID, map[string]any{"referral": y.Referral, "accepted": accept})
}

func (k *Desk) accept(ctx context.Context, tx *db.Tx, by access.Actor, s Story, y Reply, words string) error {
	if err := k.checked(ctx, tx, by, y, Accepted, words); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, y.Duty, ReplySubject, int64(y.ID)); err != nil {
		return err
	}
	if y.Duty != s.Referral.Duty {
		return nil
	}
	for _, o := range s.Replies {
		if o.State == Waiting && o.ID != y.ID {
			if err := k.accept(ctx, tx, by, s, o.Reply, words); err != nil {
				return err
			}
		}
	}
	duties, err := dutiesOf(ctx, tx, []ref.Referral{s.ID})
	if err != nil {
		return err
	}
	for _, d := range duties {
		if d.State == duty.Open {
			if err := k.Kernel.Cancel(ctx, tx, by, d.ID, "牵头单位已统一反馈并审核通过"); err != nil {
				return err
			}
		}
	}
	return k.tell(ctx, tx, by, s.Referral, Settled)
}

func (k *Desk) sendBack(ctx context.Context, tx *db.Tx, by access.Actor, y Reply, words string) error {
	if err := k.checked(ctx, tx, by, y, Back, words); err != nil {
		return err
	}
	return k.Kernel.Release(ctx, tx, by, y.Duty, "反馈审核退回")
}

func (k *Desk) checked(ctx context.Context, tx *db.Tx, by access.Actor, y Reply, state, words string) (err error) {
	y.State, y.Checked, y.CheckedBy, y.CheckedName = state, tx.Now, by.User, by.Name
	if y.Answer, err = k.Vault.SealText(ctx, tx, group(y.Referral), answerField(y.ID), words); err != nil {
		return err
	}
	if err := setChecked(ctx, tx, y); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, y.CheckDuty, ReplySubject, int64(y.ID)); err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	tx.Notify("referral", ref.Format(y.Referral))
	return nil
}

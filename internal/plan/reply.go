package plan

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
)

// ReplyID names a reply.
type ReplyID int64

// The kinds of what a unit says of its duty, and where it stands.
const (
	Progress = "progress" // 进展
	Answer   = "reply"    // 反馈, which is checked

	Noted    = "noted"
	Sent     = "sent"     // 待审核
	Accepted = "accepted" // 审核通过
	SentBack = "back"     // 审核退回
)

// Reply is what a unit says of its duty.
type Reply struct {
	ID          ReplyID
	Plan        ref.Plan
	Task        ref.Task
	Duty        ref.Duty
	Unit        ref.Unit
	Kind        string
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	Text        string
	Without     string
	State       string
	CheckDuty   ref.Duty
	Checked     clock.Instant
	CheckedBy   ref.User
	CheckedName string
	Words       string
}

// Value is a measured value of a target in a reply.
type Value struct {
	Reply  ReplyID
	Target int64
	Task   ref.Task
	Value  string
}

// Report is what a unit writes.
type Report struct {
	Text    string
	Values  map[int64]string // target → value
	Files   []*file.Incoming // received for Evidence of the duty
	Without string           // why the lead reports before all support units have answered
}

// textLimit is the longest text of a report, in characters.
const textLimit = 4000

// Handling is a duty of a plan with all that its unit needs to handle it.
type Handling struct {
	Context
	Duty     duty.Duty
	Plan     Plan
	Task     Task
	Slot     Fact        // the time, or the document, which the duty is about
	Support  []duty.Duty // duties that answer to it
	Waiting  []duty.Duty // those of them which have not answered
	Replies  []Reply     // of this duty and of those that answer to it
	Values   []Value
	Files    map[ReplyID][]file.Info
	Targets  []Fact // whose values are reported with it
	CanReply bool
	CanCheck bool
}

// Handle gives a duty of a plan to whoever may see it.
func (d *Desk) Handle(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) (Handling, error) {
	if err := by.Require("plan.task"); err != nil {
		return Handling{}, err
	}
	own, err := d.Duties.Get(ctx, tx, by, id)
	if err != nil {
		return Handling{}, err
	}
	if own.Subject != Subject {
		return Handling{}, errs.Missing()
	}
	h := Handling{Duty: own}
	if err := d.fill(ctx, tx, by, &h); err != nil {
		return h, err
	}
	open := own.State == duty.Open
	sent := slices.ContainsFunc(h.Replies, func(r Reply) bool { return r.Duty == id && r.State == Sent })
	h.CanReply = open && !sent && own.Unit == by.Post.Unit && by.Can("plan.reply")
	h.CanCheck = open && sent && d.mayCheck(ctx, tx, by, h.Plan, own) == nil
	return h, nil
}

func (d *Desk) fill(ctx context.Context, tx *db.Tx, by access.Actor, h *Handling) error {
	tasks, err := tasksByID(ctx, tx, []ref.Task{ref.Task(h.Duty.SubjectID)})
	if err != nil || len(tasks) == 0 {
		return cmpErr(err, errs.Missing())
	}
	h.Task = tasks[0]
	if h.Plan, _, err = planByID(ctx, tx, h.Task.Plan); err != nil {
		return err
	}
	if h.Context, err = d.context(ctx, tx, by, h.Plan); err != nil {
		return err
	}
	slot, err := slotOf(ctx, tx, h.Duty.ID, h.Duty.Series)
	if err != nil {
		return err
	}
	h.Slot, _ = h.Task.Fact(slot)
	if h.Support, err = childrenOf(ctx, tx, h.Duty.ID); err != nil {
		return err
	}
	ids := []ref.Duty{h.Duty.ID}
	for _, s := range h.Support {
		ids = append(ids, s.ID)
	}
	if h.Replies, err = repliesOf(ctx, tx, ids); err != nil {
		return err
	}
	if h.Values, err = valuesOf(ctx, tx, h.Task.ID); err != nil {
		return err
	}
	if h.Files, err = d.files(ctx, tx, by, ids); err != nil {
		return err
	}
	for _, s := range h.Support {
		answered := s.State != duty.Open || slices.ContainsFunc(h.Replies, func(r Reply) bool { return r.Duty == s.ID && r.Kind == Answer && r.State != SentBack })
		if !answered {
			h.Waiting = append(h.Waiting, s)
		}
	}
	if h.Duty.Kind == KindTask {
		for _, t := range h.Task.Of(Target) {
			if t.Slot == 0 || t.Slot == slot {
				h.Targets = append(h.Targets, t)
			}
		}
	}
	return nil
}

// files gives the evidence of duties by the reply that it proves.
func (d *Desk) files(ctx context.Context, tx *db.Tx, by access.Actor, duties []ref.Duty) (map[ReplyID][]file.Info, error) {
	proofs, err := proofsOf(ctx, tx, duties)
	if err != nil || len(proofs) == 0 {
		return nil, err
	}
	out := map[ReplyID][]file.Info{}
	known := map[ref.Duty][]file.Info{}
	for _, p := range proofs {
		if _, read := known[p.Duty]; !read {
			if known[p.Duty], err = d.Files.List(ctx, tx, by, Evidence(p.Duty)); err != nil {
				return nil, err
			}
		}
		for _, info := range known[p.Duty] {
			if info.ID == p.File {
				out[p.Reply] = append(out[p.Reply], info)
			}
		}
	}
	return out, nil
}

func cmpErr(err, instead error) error {
	if err != nil {
		return err
	}
	return instead
}

// Note records progress of an open duty. Only members of the owning unit.
func (d *Desk) Note(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, in Report) error {
	h, err := d.own(ctx, tx, by, "plan.progress", id)
	if err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Text) != "", "text", "请填写进展情况。")
	f.Check(len([]rune(in.Text)) <= textLimit, "text", "进展情况不超过4000字。")
	if err := f.Err(); err != nil {
		return err
	}
	r := d.reply(tx, by, h, Progress, in)
	r.State = Noted
	if err := d.store(ctx, tx, by, r, in); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "plan.progress", SubjectReply, r.ID, map[string]ref.Duty{"duty": id})
}

// Reply reports a duty done 「反馈」 and asks for the check; its clock stands
// meanwhile. A support unit answers to the lead, a lead reports the whole.
func (d *Desk) Reply(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, in Report) (ReplyID, error) {
	h, err := d.own(ctx, tx, by, "plan.reply", id)
	if err != nil {
		return 0, err
	}
	if err := h.refuse(in); err != nil {
		return 0, err
	}
	if err := d.Duties.Sign(ctx, tx, by, id); err != nil {
		return 0, err
	}
	r := d.reply(tx, by, h, Answer, in)
	checker, region := h.Plan.Unit, h.Plan.Region
	if h.Duty.Parent != 0 {
		lead, err := parentOf(ctx, tx, h.Duty.Parent)
		if err != nil {
			return 0, err
		}
		checker, region = lead.Unit, lead.Region
	}
	check, err := d.Duties.Open(ctx, tx, by, duty.New{Kind: KindCheck, Subject: SubjectReply, SubjectID: int64(r.ID), Title: "审核" + h.Register.Name(h.Duty.Unit) + "反馈：" + h.Duty.Title,
		Unit: checker, Region: region, Rule: h.Plan.Title, Clause: h.Task.Clause(), Deadline: duty.Within(max(d.Duties.Limits().Decide, 1)), Ladder: d.Duties.Limits().DecideLadder})
	if err != nil {
		return 0, err
	}
	r.CheckDuty = check[0]
	if err := d.store(ctx, tx, by, r, in); err != nil {
		if db.IsUnique(err) {
			return 0, errs.Wrap(errs.Conflict, err, "本单位已经提交反馈，正在等待审核。请刷新页面查看。")
		}
		return 0, err
	}
	if err := d.Duties.Hold(ctx, tx, by, id, "已提交反馈，等待审核"); err != nil {
		return 0, err
	}
	return r.ID, audit.Write(ctx, tx, by, "plan.reply", SubjectReply, r.ID, map[string]ref.Duty{"duty": id})
}

// own gives a duty of the actor's unit that is open, for a report.
func (d *Desk) own(ctx context.Context, tx *db.Tx, by access.Actor, p access.Permission, id ref.Duty) (Handling, error) {
	if err := by.Require(p); err != nil {
		return Handling{}, err
	}
	h, err := d.Handle(ctx, tx, by, id)
	switch {
	case err != nil:
		return h, err
	case h.Duty.Unit != by.Post.Unit:
		return h, errs.New(errs.Forbidden, "这项工作由其他单位负责，只能由该单位填报。")
	case h.Duty.State != duty.Open:
		return h, errs.Newf(errs.Conflict, "这项工作%s，不能再填报。请刷新页面查看最新情况。", h.Duty.State.Label())
	}
	return h, nil
}

// refuse tells what a reply still lacks.
func (h Handling) refuse(in Report) error {
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Text) != "", "text", "请填写办理情况。")
	f.Check(len([]rune(in.Text)) <= textLimit, "text", "办理情况不超过4000字。")
	for _, t := range h.Targets {
		m := schedule.MeasureOf(t.Norm)
		_, known := m.Reached(in.Values[t.ID])
		f.Check(known, TargetField(t.ID), "请填写“"+t.Text+"”的实际完成值"+figureHint(m))
	}
	f.Check(h.Duty.Kind != KindDocument || len(in.Files) > 0, "files", "请上传已制发的文件作为佐证。")
	f.Check(len(h.Waiting) == 0 || strings.TrimSpace(in.Without) != "", "without",
		"还有配合单位没有反馈。请等待反馈，或说明为什么先行反馈。")
	return f.Err()
}

func figureHint(m schedule.Measure) string {
	if m.Direction == "" {
		return "。"
	}
	return "，只填数字，如95。"
}

// TargetField is the form field of a target's value.
func TargetField(id int64) string { return "target-" + ref.Format(ref.Task(id)) }

func (d *Desk) reply(tx *db.Tx, by access.Actor, h Handling, kind string, in Report) Reply {
	r := Reply{ID: ref.New[ReplyID](tx.Now.Time()), Plan: h.Plan.ID, Task: h.Task.ID, Duty: h.Duty.ID, Unit: h.Duty.Unit, Kind: kind,
		At: tx.Now, ByUser: by.User, ByName: by.Name, Text: strings.TrimSpace(in.Text), State: Sent}
	if len(h.Waiting) > 0 {
		r.Without = strings.TrimSpace(in.Without)
	}
	return r
}

func (d *Desk) store(ctx context.Context, tx *db.Tx, by access.Actor, r Reply, in Report) error {
	if err := insertReply(ctx, tx, r); err != nil {
		return err
	}
	var values []Value
	for target, v := range in.Values {
		if v = strings.TrimSpace(v); v != "" {
			values = append(values, Value{Reply: r.ID, Target: target, Task: r.Task, Value: v})
		}
	}
	if err := insertValues(ctx, tx, values); err != nil {
		return err
	}
	var proofs []proof
	for _, in := range in.Files {
		id, err := d.Files.Attach(ctx, tx, by, Evidence(r.Duty), in)
		if err != nil {
			return err
		}
		proofs = append(proofs, proof{Reply: r.ID, File: id, Duty: r.Duty})
	}
	tx.Notify("plan", ref.Format(r.Plan))
	return insertProofs(ctx, tx, proofs)
}

// Evidence is the subject to which the files of a duty belong.
func Evidence(id ref.Duty) file.Subject { return file.Of("duty", id) }

// proof says which reply a file of a duty proves.
type proof struct {
	Reply ReplyID
	File  ref.File
	Duty  ref.Duty
}

// mayCheck tells whether the actor checks replies to a duty: its lead for a
// support unit's, the office for every one in its region.
func (d *Desk) mayCheck(ctx context.Context, tx *db.Tx, by access.Actor, p Plan, own duty.Duty) error {
	if by.Can("plan.check") && by.Scope().Sees(p.Unit, p.Region) {
		return nil
	}
	if own.Parent != 0 && by.Can("plan.reply") {
		lead, err := parentOf(ctx, tx, own.Parent)
		if err != nil {
			return err
		}
		if lead.Unit == by.Post.Unit {
			return nil
		}
	}
	return errs.New(errs.Forbidden, "反馈由未保办审核，配合单位的反馈也可由牵头单位审核。您当前的岗位不能审核这项工作。")
}

// Check answers a reply: accepted, it closes the duty, and for a lead's the
// answers of its support units too; sent back with a reason, the duty's clock
// runs again.
func (d *Desk) Check(ctx context.Context, tx *db.Tx, by access.Actor, id ReplyID, accept bool, words string) error {
	r, own, err := d.toCheck(ctx, tx, by, id)
	if err != nil {
		return err
	}
	words = strings.TrimSpace(words)
	if !accept && words == "" {
		return &errs.Error{Kind: errs.Invalid, Message: "请写明退回的理由和需要补充的内容。", Fields: map[string]string{"words": "请写明退回的理由和需要补充的内容。"}}
	}
	if !accept {
		return d.sendBack(ctx, tx, by, r, words)
	}
	answers, err := sentUnder(ctx, tx, own.ID)
	if err != nil {
		return err
	}
	for _, a := range append(answers, r) {
		if err := d.accept(ctx, tx, by, a, words); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) toCheck(ctx context.Context, tx *db.Tx, by access.Actor, id ReplyID) (Reply, duty.Duty, error) {
	r, err := lockReply(ctx, tx, id)
	if err != nil {
		return r, duty.Duty{}, err
	}
	h, err := d.Handle(ctx, tx, by, r.Duty)
	if err != nil {
		return r, duty.Duty{}, err
	}
	if err := d.mayCheck(ctx, tx, by, h.Plan, h.Duty); err != nil {
		return r, h.Duty, err
	}
	if r.State != Sent {
		return r, h.Duty, errs.New(errs.Conflict, "这份反馈已经审核过。请刷新页面查看结果。")
	}
	return r, h.Duty, nil
}

func (d *Desk) accept(ctx context.Context, tx *db.Tx, by access.Actor, r Reply, words string) error {
	if err := setChecked(ctx, tx, r.ID, Accepted, by, words); err != nil {
		return err
	}
	if err := d.Duties.Close(ctx, tx, by, r.Duty, SubjectReply, int64(r.ID)); err != nil {
		return err
	}
	return d.checked(ctx, tx, by, r, "accept")
}

func (d *Desk) sendBack(ctx context.Context, tx *db.Tx, by access.Actor, r Reply, words string) error {
	if err := setChecked(ctx, tx, r.ID, SentBack, by, words); err != nil {
		return err
	}
	if err := d.Duties.Release(ctx, tx, by, r.Duty, "反馈审核退回："+words); err != nil {
		return err
	}
	return d.checked(ctx, tx, by, r, "back")
}

func (d *Desk) checked(ctx context.Context, tx *db.Tx, by access.Actor, r Reply, result string) error {
	if err := d.Duties.Close(ctx, tx, by, r.CheckDuty, SubjectReply, int64(r.ID)); err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	tx.Notify("plan", ref.Format(r.Plan))
	return audit.Write(ctx, tx, by, "plan.check", SubjectReply, r.ID, map[string]string{"result": result})
}

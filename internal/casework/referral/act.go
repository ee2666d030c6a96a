package referral

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// Refusal is why a unit returns a referral: a reason is not enough, it names
// the ground on which the work is another's, and may add evidence.
type Refusal struct {
	Reason, Ground string
	Files          []*file.Incoming
}

// Return tells the office that the work is not this unit's 「退回」. A unit can
// do so once; after the ruling it is final. The clock goes on meanwhile.
func (k *Desk) Return(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, in Refusal) error {
	s, err := k.own(ctx, tx, by, "referral.return", id)
	if err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Reason) != "", "reason", "请写明退回的理由。")
	f.Check(strings.TrimSpace(in.Ground) != "", "ground", "请写明依据，例如职责分工文件的名称和条款、居住地在外县。")
	if err := f.Err(); err != nil {
		return err
	}
	if !s.Handles() {
		return errs.New(errs.Conflict, "已提交反馈，等待审核，不能退回。")
	}
	request, err := k.Kernel.Return(ctx, tx, by, s.Own.ID, strings.TrimSpace(in.Reason)+"\n依据："+strings.TrimSpace(in.Ground))
	if err != nil {
		return err
	}
	for _, file := range in.Files {
		if _, err := k.Files.Attach(ctx, tx, by, FilesOfReturn(id, request), file); err != nil {
			return err
		}
	}
	if err := k.tell(ctx, tx, by, s.Referral, Returned); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "referral.return", Subject, id, map[string]any{"request": request})
}

// sent gives a referral which the actor's unit sent and of which he knows more
// than the head.
func (k *Desk) sent(ctx context.Context, tx *db.Tx, by access.Actor, p access.Permission, id ref.Referral) (Story, error) {
	if err := by.Require(p); err != nil {
		return Story{}, err
	}
	s, err := k.story(ctx, tx, by, id, tx.ForUpdate())
	switch {
	case err != nil:
		return s, err
	case s.Unit != by.Post.Unit || !s.Reads:
		return s, errs.Missing()
	case !s.State.Open():
		return s, errs.New(errs.Conflict, "这项转介"+s.State.Label()+"，不能再改。")
	}
	return s, nil
}

// Supplement adds words and files to what the units read 「补充材料」.
func (k *Desk) Supplement(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, words string, files []*file.Incoming) error {
	s, err := k.sent(ctx, tx, by, "referral.supplement", id)
	if err != nil {
		return err
	}
	if words = strings.TrimSpace(words); words == "" && len(files) == 0 {
		return errs.Fields{"words": "请填写补充的内容，或者上传材料。"}.Err()
	}
	if words != "" {
		s.Paper.More = append(s.Paper.More, More{tx.Now, by.Name, words})
		sealed, err := k.sealPaper(ctx, tx, id, s.Paper)
		if err != nil {
			return err
		}
		if err := setPaper(ctx, tx, id, sealed); err != nil {
			return err
		}
	}
	for _, f := range files {
		if _, err := k.Files.Attach(ctx, tx, by, FilesOf(id), f); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, by, "referral.supplement", Subject, id, map[string]any{"files": len(files)})
}

// Withdraw takes a referral back 「撤回」: its units have nothing left to do.
func (k *Desk) Withdraw(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, reason string) error {
	s, err := k.sent(ctx, tx, by, "referral.withdraw", id)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return errs.Fields{"reason": "请写明撤回的理由。"}.Err()
	}
	for _, t := range s.Replies {
		if t.State == Waiting {
			if err := k.checked(ctx, tx, by, t.Reply, Back, reason); err != nil {
				return err
			}
		}
	}
	if err := k.Kernel.CancelAll(ctx, tx, by, Subject, int64(id), reason); err != nil {
		return err
	}
	if err := k.tell(ctx, tx, by, s.Referral, Withdrawn); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "referral.withdraw", Subject, id, nil)
}

// Support asks further units to support the lead 「协办」. They read the items
// that were meant for support units.
func (k *Desk) Support(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, units []ref.Unit) error {
	s, err := k.sent(ctx, tx, by, "referral.dispatch", id)
	if err != nil {
		return err
	}
	limit, err := k.Clock(ctx, tx, s.Region, s.Clock)
	if err != nil {
		return err
	}
	asked := map[ref.Unit]bool{s.Lead.Unit: true, 0: true}
	for _, d := range s.Support {
		asked[d.Unit] = asked[d.Unit] || d.State == duty.Open
	}
	var list []duty.New
	for _, u := range units {
		if asked[u] {
			continue
		}
		asked[u] = true
		list = append(list, duty.New{Kind: SupportKind, Subject: Subject, SubjectID: int64(id), Whole: s.Lead.Whole, Parent: s.Lead.ID, Title: "协办：" + s.Lead.Title, Unit: u,
			Region: s.Region, Rule: s.Lead.Rule, Clause: s.Lead.Clause, Deadline: duty.After(limit, tx.Now), Ladder: s.Lead.Ladder})
	}
	if len(list) == 0 {
		return errs.Fields{"supports": "请选择还没有参与的单位。"}.Err()
	}
	if _, err := k.Kernel.Open(ctx, tx, by, list...); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "referral.dispatch", Subject, id, map[string]any{"supports": units})
}

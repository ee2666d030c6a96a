package screening

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
)

// Expect records how many children another source names for a village.
func (k *Desk) Expect(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code string, n int64, source string) error {
	if err := by.Require("screening.expect"); err != nil {
		return err
	}
	c, _, err := k.running(ctx, tx, by, id)
	if err != nil {
		return err
	}
	v, err := village(ctx, tx, by, id, code, tx.ForUpdate())
	if err != nil {
		return err
	}
	source = strings.TrimSpace(source)
	f := errs.Fields{}
	f.Check(n >= 0 && n < 1_000_000, "expected", "请填写人数，没有的填0。")
	f.Check(source != "", "source", "请写明人数从哪里来，例如户籍底数、学籍名册、上年台账。")
	f.Check(len([]rune(source)) <= maxName, "source", "来源请简要填写。")
	if err := f.Err(); err != nil {
		return err
	}
	v.Expected, v.Source = n, source
	if err := setExpected(ctx, tx, v); err != nil {
		return err
	}
	if err := c.note(tx, by, code, "screening.expect", source); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "screening.expect", subject, id, map[string]any{"region": code, "expected": n})
}

// Finish is the report that a village is done; where nobody lives about whom
// the campaign asks it is the zero report 「零报告」. It closes the village's duty.
func (k *Desk) Finish(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code, said string) error {
	if err := by.Require("screening.finish"); err != nil {
		return err
	}
	c, form, err := k.running(ctx, tx, by, id)
	if err != nil {
		return err
	}
	v, err := village(ctx, tx, by, id, code, tx.ForUpdate())
	if err != nil {
		return err
	}
	rows, err := k.rows(ctx, tx, form, []Village{v})
	if err != nil {
		return err
	}
	row, said := rows[0], strings.TrimSpace(said)
	switch {
	case v.Finished != 0:
		return errs.New(errs.Conflict, "本村（社区）已经报告完成，不必重复报告。")
	case row.Missing() > 0:
		return errs.Newf(errs.Conflict, "还有%d名儿童没有排查结果。没有见到的，请写明原因后再报告完成。", row.Missing())
	}
	f := errs.Fields{}
	f.Check(row.Unknown() == 0 || said != "", "words", "在档人数少于预计人数，请说明相差的原因，例如“3人已随父母在外地生活”。")
	f.Check(len([]rune(said)) <= maxWords, "words", "内容过长，请简要说明。")
	if err := f.Err(); err != nil {
		return err
	}
	v.Finished, v.FinishedBy, v.FinishedName, v.FinishedUnit = tx.Now, by.User, by.Name, by.Post.Unit
	v.Known, v.Zero, v.Words = row.Living, flag(row.Living == 0), said
	event := ref.New[ref.Audit](tx.Now.Time())
	if err := setFinished(ctx, tx, v); err != nil {
		return err
	}
	if v.Duty != 0 {
		if err := k.Kernel.Close(ctx, tx, by, v.Duty, "screening_village", int64(event)); err != nil {
			return err
		}
	}
	if err := insertEvent(tx, Event{ID: event, Campaign: id, Region: code, At: tx.Now, Actor: by.User, ActorName: by.Name, Unit: by.Post.Unit, Action: "screening.finish", Words: said}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "screening.finish", subject, c.ID, map[string]any{"region": code, "known": v.Known, "zero": v.Zero})
}

// Review sends a village that reported back to look again 「退回重查」.
func (k *Desk) Review(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, code, why string, due civil.Date) error {
	if err := by.Require("screening.review"); err != nil {
		return err
	}
	c, form, err := k.running(ctx, tx, by, id)
	if err != nil {
		return err
	}
	v, err := village(ctx, tx, by, id, code, tx.ForUpdate())
	if err != nil {
		return err
	}
	if v.Finished == 0 {
		return errs.New(errs.Conflict, "本村（社区）还没有报告完成，不需要退回。")
	}
	if why, err = reason(why, "请写明需要重查什么。"); err != nil {
		return err
	}
	if due.Before(today(tx)) {
		f := errs.Fields{}
		f.Check(false, "due", "重查期限早于今天，请核对。")
		return f.Err()
	}
	rows, err := k.rows(ctx, tx, form, []Village{v})
	if err != nil {
		return err
	}
	c.Due = due
	opened, err := k.Kernel.Open(ctx, tx, by, c.duty(v, rows[0].Name+"（重查）", form))
	if err != nil {
		return err
	}
	v = unfinished(v)
	v.Duty = opened[0]
	if err := setFinished(ctx, tx, v); err != nil {
		return err
	}
	if err := c.note(tx, by, code, "screening.review", why); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "screening.review", subject, id, map[string]any{"region": code})
}

func unfinished(v Village) Village {
	v.Finished, v.FinishedBy, v.FinishedName, v.FinishedUnit, v.Known, v.Zero, v.Words = 0, 0, "", 0, 0, 0, ""
	return v
}

func reason(words, ask string) (string, error) {
	words = strings.TrimSpace(words)
	f := errs.Fields{}
	f.Check(words != "", "reason", ask)
	f.Check(len([]rune(words)) <= maxWords, "reason", "内容过长，请简要说明。")
	return words, f.Err()
}

// Close ends a campaign. What is not done is named in the campaign's history,
// and needs a reason; the duties of those villages end with it.
func (k *Desk) Close(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, why string) error {
	if err := by.Require("screening.close"); err != nil {
		return err
	}
	c, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	if !reaches(by, c) {
		return errs.New(errs.Forbidden, "这次排查由上级发起，由发起单位结束。")
	}
	if c.State != Open {
		return errs.New(errs.Conflict, "这次排查已经结束。")
	}
	left, err := k.freeze(ctx, tx, c)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		if why, err = reason(why, "还有村（社区）没有完成，请写明现在结束的理由。"); err != nil {
			return err
		}
	}
	c.State, c.Closed = Closed, tx.Now
	if err := setState(ctx, tx, c); err != nil {
		return err
	}
	if err := k.Kernel.CancelAll(ctx, tx, by, subject, int64(id), "排查已结束"); err != nil {
		return err
	}
	names, err := region.Places(ctx, tx, left)
	if err != nil {
		return err
	}
	if err := c.note(tx, by, "", "screening.close", closing(why, left, names)); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "screening.close", subject, id, map[string]any{"left": left})
}

// freeze keeps how many children are known by now, for the numbers of a closed
// campaign do not move any more, and gives the villages that are not done.
func (k *Desk) freeze(ctx context.Context, tx *db.Tx, c Campaign) (left []string, err error) {
	list, err := villages(ctx, tx, access.Program, c.ID)
	if err != nil {
		return nil, err
	}
	form, err := k.FormOf(c)
	if err != nil {
		return nil, err
	}
	rows, err := k.rows(ctx, tx, form, list)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if r.Finished == 0 {
			left = append(left, r.Region)
		}
		r.Village.Known = r.Living
		if err := setKnown(ctx, tx, r.Village); err != nil {
			return nil, err
		}
	}
	return left, nil
}

// closing says why a campaign ended and who was not done.
func closing(why string, left []string, names map[string]string) string {
	if len(left) == 0 {
		return strings.TrimSpace(why)
	}
	list := make([]string, len(left))
	for i, code := range left {
		list[i] = names[code]
	}
	return why + "（未完成：" + strings.Join(list, "、") + "）"
}

// Reopen lets a campaign go on until a new day, for a reason: the villages
// that were not done get their duties again.
func (k *Desk) Reopen(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, why string, due civil.Date) error {
	if err := by.Require("screening.close"); err != nil {
		return err
	}
	c, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return err
	}
	if !reaches(by, c) {
		return errs.New(errs.Forbidden, "这次排查由上级发起，由发起单位重新开启。")
	}
	if c.State != Closed {
		return errs.New(errs.Conflict, "这次排查还在进行，不需要重新开启。")
	}
	if why, err = reason(why, "请写明重新开启的理由。"); err != nil {
		return err
	}
	if due.Before(today(tx)) {
		f := errs.Fields{}
		f.Check(false, "due", "完成期限早于今天，请核对。")
		return f.Err()
	}
	c.State, c.Closed, c.Due = Open, 0, due
	if err := setState(ctx, tx, c); err != nil {
		return err
	}
	if err := k.resume(ctx, tx, by, c); err != nil {
		return err
	}
	if err := c.note(tx, by, "", "screening.reopen", why); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "screening.close", subject, id, map[string]any{"reopened": true})
}

// resume opens the duties of a campaign that goes on, and lets everybody count
// where he lives by now.
func (k *Desk) resume(ctx context.Context, tx *db.Tx, by access.Actor, c Campaign) error {
	form, err := k.FormOf(c)
	if err != nil {
		return err
	}
	list, err := villages(ctx, tx, access.Program, c.ID)
	if err != nil {
		return err
	}
	rows, err := k.rows(ctx, tx, form, list)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Finished != 0 {
			continue
		}
		opened, err := k.Kernel.Open(ctx, tx, by, c.duty(r.Village, r.Name, form))
		if err != nil {
			return err
		}
		r.Duty = opened[0]
		if err := setDuty(ctx, tx, r.Village); err != nil {
			return err
		}
	}
	return k.settle(ctx, tx, c, len(form.Categories) > 0)
}

// settle follows the children who moved, grew up or whose files were closed
// while the campaign was closed.
func (k *Desk) settle(ctx context.Context, tx *db.Tx, c Campaign, everybody bool) error {
	list, err := strayed(ctx, tx, c.ID, everybody)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(list, together) {
		if err := k.Follow(ctx, tx, access.Program, some); err != nil {
			return err
		}
	}
	return nil
}

// together is how many children are followed by one statement.
const together = 500

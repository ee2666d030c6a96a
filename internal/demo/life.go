package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
)

// stride is how many days pass between two looks at the desks.
const stride = 2

// live lets the units work from the day of issue to today: most in time, some
// late, some not at all.
func (s *Stage) live(ctx context.Context, begin, today civil.Date) error {
	staff := s.staff()
	for day := begin.AddDays(1); !day.After(today); day = day.AddDays(stride) {
		s.Clock.Set(day.Start().Add(9 * time.Hour))
		if _, err := s.Desk.Duties.Sweep(ctx, s.DB); err != nil {
			return err
		}
		for _, who := range staff {
			if err := s.work(ctx, who, day); err != nil {
				return err
			}
		}
		if (day.Sub(begin))%30 == 1 {
			fmt.Fprintf(s.Say, "  已到 %s\n", civil.FormatDateLong(day))
		}
	}
	return nil
}

// work lets one person look through his desk.
func (s *Stage) work(ctx context.Context, who access.Actor, day civil.Date) error {
	list, err := s.Desk.Duties.List(ctx, s.DB.Reader(), who, duty.Filter{Mine: true, Limit: 100})
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := s.handle(ctx, who, d, day); err != nil {
			return fmt.Errorf("%s, duty %d (%s): %w", day, d.ID, d.Kind, err)
		}
	}
	return nil
}

// untouched is the task that its units have not signed for, so that there is
// always one to begin with.
const untouched = "开展法治教育"

// temper says how a unit treats a piece of work, from the words alone.
type temper struct{ luck, pace int }

func (s *Stage) temperOf(d duty.Duty) temper {
	unit := s.people[d.Unit].Post.UnitName
	return temper{luck: chance("luck", d.Title, unit), pace: chance("pace", d.Title, unit)}
}

func (s *Stage) handle(ctx context.Context, who access.Actor, d duty.Duty, day civil.Date) error {
	t := s.temperOf(d)
	age := day.Sub(civil.DateOf(d.Opened.Time()))
	left := civil.DateOf(d.Due.Time()).Sub(day)
	switch {
	case d.Kind == plan.KindCheck:
		return s.check(ctx, who, d, age, t)
	case d.Kind == "duty.extend_check" && age >= 1:
		return s.decide(ctx, who, d)
	case strings.HasPrefix(d.Kind, "duty.") || d.Subject != plan.Subject || t.luck < 1 || d.Signed == 0 && strings.HasPrefix(d.Title, untouched):
		return nil
	case d.Signed == 0:
		if age*20 < t.pace {
			return nil
		}
		return s.write(ctx, func(tx *db.Tx) error { return s.Desk.Duties.Sign(ctx, tx, who, d.ID) })
	case d.Paused != 0:
		return nil
	case t.luck > 95 && left <= 4 && left > 0:
		return s.extend(ctx, who, d)
	case s.ready(t, left, age):
		return s.reply(ctx, who, d)
	case age > 20 && age <= 20+stride && t.pace < 50 && who.Can("plan.progress"):
		return s.progress(ctx, who, d)
	}
	return nil
}

// ready tells whether the work is done: most finish before the due, a few after it.
func (s *Stage) ready(t temper, left, age int) bool {
	if t.luck < 9 {
		return left < -(3 + t.pace/5)
	}
	return left <= 2+t.pace/6 && age >= 2
}

func (s *Stage) progress(ctx context.Context, who access.Actor, d duty.Duty) error {
	return s.write(ctx, func(tx *db.Tx) error {
		return s.Desk.Note(ctx, tx, who, d.ID, plan.Report{Text: "已制定实施步骤，明确专人负责，正在按计划推进。"})
	})
}

func (s *Stage) reply(ctx context.Context, who access.Actor, d duty.Duty) error {
	if !who.Can("plan.reply") {
		return nil
	}
	return s.write(ctx, func(tx *db.Tx) error {
		h, err := s.Desk.Handle(ctx, tx, who, d.ID)
		if err != nil || !h.CanReply || d.Kind == plan.KindDocument {
			return err
		}
		_, err = s.Desk.Reply(ctx, tx, who, d.ID, plan.Report{Text: replyText(d), Values: values(h), Without: "其余配合单位已电话沟通，正在收尾。"})
		return err
	})
}

func replyText(d duty.Duty) string {
	texts := []string{
		"已按方案要求完成，相关材料已归档备查。",
		"任务已完成。过程中走访了相关单位和家庭，发现的问题已当场协调解决。",
		"已完成本期工作，形成工作记录，下一步将持续跟进。",
		"已会同配合单位完成，情况正常，没有发现需要上报的线索。",
	}
	return texts[chance("text", d.Title)%len(texts)]
}

// values are measured results that reach the target, or miss it narrowly.
func values(h plan.Handling) map[int64]string {
	out := map[int64]string{}
	for _, t := range h.Targets {
		m := schedule.MeasureOf(t.Norm)
		v := "100"
		if m.Direction == "" {
			v = "已全部覆盖"
		}
		if reached, known := m.Reached(v); !known || !reached {
			v = "12"
		}
		out[t.ID] = v
	}
	return out
}

func (s *Stage) extend(ctx context.Context, who access.Actor, d duty.Duty) error {
	if !who.Can("duty.extend") || d.Arming > 0 {
		return nil
	}
	return s.write(ctx, func(tx *db.Tx) error {
		story, err := s.Desk.Duties.Story(ctx, tx, who, d.ID)
		if err != nil || len(story.Requests) > 0 {
			return err
		}
		until := civil.DateOf(d.Due.Time()).AddDays(20)
		_, err = s.Desk.Duties.Extend(ctx, tx, who, d.ID, until, "所需经费正在批复，预计下月到位，申请顺延。")
		return err
	})
}

func (s *Stage) decide(ctx context.Context, who access.Actor, d duty.Duty) error {
	return s.write(ctx, func(tx *db.Tx) error {
		return s.Desk.Duties.Decide(ctx, tx, who, ref.Request(d.SubjectID), duty.Ruling{Grant: true, Words: "同意，请抓紧落实。"})
	})
}

// check is the office's or the lead's answer to a reply; a few are sent back once.
func (s *Stage) check(ctx context.Context, who access.Actor, d duty.Duty, age int, t temper) error {
	if age < 1 || !who.Can("plan.check") && !who.Can("plan.reply") {
		return nil
	}
	now := clock.Of(s.Clock.Now())
	if now-d.Opened > clock.Instant(100*time.Hour/time.Millisecond) && t.luck < 5 {
		return nil // some wait on the desk
	}
	return s.write(ctx, func(tx *db.Tx) error {
		r, err := s.Desk.ReplyOf(ctx, tx, who, plan.ReplyID(d.SubjectID))
		if err != nil || r.State != plan.Sent {
			return err // accepted a moment ago together with its lead's reply
		}
		h, err := s.Desk.Handle(ctx, tx, who, r.Duty)
		if err != nil {
			return err
		}
		accept := t.luck >= 12 || slices.ContainsFunc(h.Replies, func(x plan.Reply) bool { return x.Duty == r.Duty && x.State == plan.SentBack })
		words := "符合要求。"
		if !accept {
			words = "请补充村级开展情况的具体数字后再报。"
		}
		return s.Desk.Check(ctx, tx, who, r.ID, accept, words)
	})
}

package demo

import (
	"context"
	"fmt"
	"time"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/auth"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// casesBack is how many days ago the first case of the demo was opened.
const casesBack = 24

// help lets the office work on a few children, each case as far as another.
func (s *Stage) help(ctx context.Context, today time.Time, ids []ref.Child) error {
	defer s.Clock.Set(today)
	for i, id := range ids[:helped] {
		s.Clock.Set(today.AddDate(0, 0, -casesBack+i))
		c, err := s.Cabinet.Get(ctx, s.DB.Reader(), s.office, id)
		if err != nil {
			return err
		}
		if err := s.caseOf(ctx, c, i); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// helped is how many of the stars have cases that were opened by hand.
const helped = 4

// second finds the other officer of the office, who decides on closing.
func (s *Stage) second(ctx context.Context, tx *db.Tx) (access.Actor, error) {
	holders, err := s.Guard.Holders(ctx, tx, auth.HolderFilter{Unit: s.office.Post.Unit, Roles: []access.Role{access.Officer}, On: civil.DateOf(tx.Now.Time())})
	if err != nil {
		return access.Actor{}, err
	}
	for _, h := range holders {
		if h.Holder != s.office.User {
			return s.Guard.ActorOf(ctx, tx, h.Holder)
		}
	}
	return access.Actor{}, errs.Missing()
}

// caseOf opens a case and takes it as far as its number says.
func (s *Stage) caseOf(ctx context.Context, c child.Child, i int) error {
	why := []string{"父母长期外出，照护人生病，孩子的日常照护没有着落。", "连续多日没有到校，家访发现无人照料。", "监护人联系不上，孩子由邻居代管。", "家庭变故后情绪低落，需要持续支持。"}[i]
	var id ref.Case
	steps := []func(tx *db.Tx) error{
		func(tx *db.Tx) (err error) {
			id, err = s.Cases.Open(ctx, tx, s.office, casework.New{Child: c.ID, Origin: casework.FromVisit, Why: why})
			return err
		},
		func(tx *db.Tx) error {
			second, err := s.second(ctx, tx)
			if err != nil {
				return err
			}
			return s.Cases.Join(ctx, tx, s.office, id, second.User, casework.Second)
		},
		func(tx *db.Tx) error { return s.judge(ctx, tx, c, 4) },
		func(tx *db.Tx) error { return s.planCase(ctx, tx, id, casework.GoalOpen) },
		func(tx *db.Tx) error { return s.Cases.Confirm(ctx, tx, s.office, id) },
		func(tx *db.Tx) error { return s.refer(ctx, tx, id, c, i) },
		func(tx *db.Tx) error {
			return s.Cases.Serve(ctx, tx, s.office, id, casework.Done{Kind: "guardianship", Provider: "村民委员会", Words: "与亲属商定临时照护安排，留下联系电话。"})
		},
		func(tx *db.Tx) error {
			return s.Cases.Hear(ctx, tx, s.office, id, casework.Heard{Able: true, Words: "想和外婆住，想继续在原来的学校上学。"})
		},
	}
	for _, step := range steps[:[]int{len(steps), len(steps), 5, 2}[i]] {
		s.Clock.Advance(3 * time.Hour)
		if err := s.write(ctx, step); err != nil {
			return err
		}
	}
	switch i {
	case 0:
		return s.closeCase(ctx, id, c)
	case 2:
		return s.alarm(ctx, id, c)
	}
	return nil
}

// judge assesses a child, with some answers at their worst.
func (s *Stage) judge(ctx context.Context, tx *db.Tx, c child.Child, worst int) error {
	scale, age, err := s.Assessor.Asked(tx, c)
	if err != nil {
		return err
	}
	in := assessment.In{Answers: map[string]string{}}
	for _, e := range scale.Emergencies {
		in.Answers[e.ID] = rule.No
	}
	for n, q := range scale.Asked(age) {
		in.Answers[q.ID] = q.Answers[0].Value
		if n < worst {
			in.Answers[q.ID] = q.Answers[len(q.Answers)-1].Value
		}
	}
	out, err := s.Assessor.Assess(ctx, tx, s.office, c.ID, in)
	if err != nil || out.State == assessment.Held {
		return err
	}
	second, err := s.second(ctx, tx)
	if err != nil {
		return err
	}
	return s.Assessor.Decide(ctx, tx, second, out.ID, true, "情况属实。")
}

// planCase gives each dimension that is not clear a goal.
func (s *Stage) planCase(ctx context.Context, tx *db.Tx, id ref.Case, state string) error {
	r, err := s.Cases.Plan(ctx, tx, s.office, id)
	if err != nil {
		return err
	}
	result := ""
	if state != casework.GoalOpen {
		result = "照护人已经落实，孩子按时到校。"
	}
	var goals []casework.GoalIn
	for n, side := range r.Judged.Sides {
		if side.Clear && (n > 0 || len(r.Goals) > 0) {
			continue
		}
		goals = append(goals, casework.GoalIn{Side: side.ID, Label: side.Label, Text: "有固定的成年人照护，每天有人陪伴", Ways: "与亲属签订委托照护，村里每周走访一次", Unit: s.office.Post.Unit, Due: civil.DateOf(tx.Now.Time()).AddDays(45), State: state, Result: result})
	}
	for _, g := range r.Goals {
		if state != casework.GoalOpen {
			goals = append(goals, casework.GoalIn{Side: g.Side, Label: g.Label, Text: g.Text, Ways: g.Ways, Unit: g.Unit, Due: g.Due, State: state, Result: result})
		}
	}
	return s.Cases.Save(ctx, tx, s.office, id, r.Version, goals)
}

// refer sends a referral from the case; one is returned, one is replied to.
func (s *Stage) refer(ctx context.Context, tx *db.Tx, id ref.Case, c child.Child, i int) error {
	lead, ok := s.unitOf([]string{"县民政局", "县教育局", "县卫健局"}[i%3])
	if !ok {
		return nil
	}
	topic, _ := s.Book.Topic([]string{"guardianship", "school", "counsel"}[i%3], civil.DateOf(tx.Now.Time()))
	_, all, err := flow.Along(ctx, tx, s.office, s.Cabinet, c.ID, false)
	if err != nil {
		return err
	}
	o := referral.Order{About: referral.About{Kind: referral.OnCase, ID: int64(id)}, Child: c.ID, Region: c.Region, Topic: topic.ID, Label: topic.Label, Secret: true, Lead: lead.Post.Unit,
		Ask: "请在时限内安排专人办理，办理情况反馈县未保办。"}
	for _, item := range all {
		for _, key := range topic.Items {
			if item.Key == key {
				o.Items = append(o.Items, item)
			}
		}
	}
	sent, err := s.Referrer.Dispatch(ctx, tx, s.office, o)
	if err != nil {
		return err
	}
	switch i {
	case 0:
		reply, err := s.Referrer.Reply(ctx, tx, lead, sent, referral.Said{Words: referral.Words{Text: "已上门评估，亲属同意照护，签订了委托照护协议。"}, Outcome: "done"})
		if err != nil {
			return err
		}
		return s.Referrer.Check(ctx, tx, s.office, reply, true, "符合要求。")
	case 1:
		return s.Referrer.Return(ctx, tx, lead, sent, referral.Refusal{Reason: "该生学籍在外县，就学手续应由学籍所在地办理。", Ground: "学籍管理办法关于转学由转入学校和学籍所在学校共同办理的规定"})
	}
	return nil
}

// closeCase takes a case through review and the second person to follow-up.
func (s *Stage) closeCase(ctx context.Context, id ref.Case, c child.Child) error {
	s.Clock.Advance(10 * 24 * time.Hour)
	for _, step := range []func(tx *db.Tx) error{
		func(tx *db.Tx) error { return s.planCase(ctx, tx, id, casework.GoalMet) },
		func(tx *db.Tx) error {
			fresh, err := s.Cabinet.Get(ctx, tx, s.office, c.ID)
			if err != nil {
				return err
			}
			return s.judge(ctx, tx, fresh, 0)
		},
		func(tx *db.Tx) error {
			return s.Cases.Propose(ctx, tx, s.office, id, "stable", "照护已经落实，孩子情绪稳定、按时到校。")
		},
		func(tx *db.Tx) error {
			second, err := s.second(ctx, tx)
			if err != nil {
				return err
			}
			return s.Cases.Decide(ctx, tx, second, id, true, "同意结案，按期回访。")
		},
	} {
		s.Clock.Advance(3 * time.Hour)
		if err := s.write(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// alarm begins a checklist for a case.
func (s *Stage) alarm(ctx context.Context, id ref.Case, c child.Child) error {
	return s.write(ctx, func(tx *db.Tx) error {
		_, err := s.Alarm.Begin(ctx, tx, s.office, emergency.Start{About: emergency.About{Kind: referral.OnCase, ID: int64(id)}, Child: c.ID, Region: c.Region, List: "guardian",
			Brief: "孩子现在由邻居照看，联系村委会。"})
		return err
	})
}

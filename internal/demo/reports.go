package demo

import (
	"context"
	"fmt"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

// told is a report of the demo and how far it has come.
type told struct {
	ago  time.Duration
	by   string // unit at which it was registered; "" = from the public page
	in   intake.In
	goes func(s *Stage, ctx context.Context, r *lodged) error
}

// lodged is a report on its way.
type lodged struct {
	intake.Lodged
	star ref.Child
}

const hour, day = time.Hour, 24 * time.Hour

// reports lets reports come in by all channels and go as far as one can.
func (s *Stage) reports(ctx context.Context, today time.Time, ids []ref.Child) error {
	if s.Reception == nil || len(ids) == 0 {
		return nil
	}
	defer s.Clock.Set(today)
	if err := s.watch(ctx, today); err != nil {
		return err
	}
	var first *lodged
	for i, t := range s.telling() {
		s.Clock.Set(today.Add(-t.ago))
		by := access.Program
		if t.by != "" {
			var ok bool
			if by, ok = s.unitOf(t.by); !ok {
				continue
			}
		}
		l, err := s.Reception.Take(ctx, s.DB, by, t.in, "")
		if err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
		r := &lodged{Lodged: l}
		for n, st := range stars {
			if t.in.Child != nil && t.in.Child.Name == st.name {
				r.star = ids[n]
			}
		}
		if first == nil {
			first = r
		}
		if t.goes == nil {
			continue
		}
		if err := t.goes(s, ctx, r); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
		if i == 1 {
			if err := s.merge(ctx, r, first); err != nil {
				return err
			}
		}
	}
	return nil
}

// watch puts people on duty for a week.
func (s *Stage) watch(ctx context.Context, today time.Time) error {
	return s.write(ctx, func(tx *db.Tx) error {
		for i := range 7 {
			name := []string{s.office.Name, "县未保办值班室"}[i%2]
			if err := s.Alarm.Post(ctx, tx, s.office, civil.DateOf(today).AddDays(i), name, "0990-6100110"); err != nil {
				return err
			}
		}
		return nil
	})
}

// in gives what a report tells of a place that is called by its name.
func (s *Stage) in(what, place, words string, c *intake.Child) intake.In {
	in := intake.In{What: what, Narrative: words, Channel: "web", Place: intake.Place{Text: place}, Child: c}
	if a, ok := s.unitOf(place); ok {
		in.Place.Region, in.Place.Text = a.Post.Region, ""
	}
	return in
}

// telling lists the reports, the oldest stories first. The second is on the
// same event as the first and is merged into it.
func (s *Stage) telling() []told {
	named := func(in intake.In, r intake.Reporter) intake.In { in.Reporter = &r; return in }
	by := func(channel string, in intake.In) intake.In { in.Channel = channel; return in }
	danger := func(in intake.In) intake.In { in.Danger = true; return in }
	coded := func(in intake.In, codes ...string) intake.In {
		in.Codes, in.Mandatory, in.Channel = codes, true, "mandatory"
		return in
	}
	about := func(in intake.In) intake.In { in.About = "county"; return in }
	return []told{
		{ago: 60 * hour, in: s.in("guardian", "茶园村", "孩子的父亲常年喝酒，孩子经常一个人在家，吃饭没有着落。", &intake.Child{Name: "莫小川", Sex: "男", Age: "8", School: "茶园村小学"}), goes: (*Stage).sendOn},
		{ago: 50 * hour, by: "茶园村", in: by("village", s.in("guardian", "茶园村", "村里反映莫家的孩子没有人管。", &intake.Child{Name: "莫小川", Sex: "男", Age: "8"})), goes: (*Stage).reveal},
		{ago: 9 * day, in: named(s.in("aid", "马鞍村", "孩子的母亲生病住院，家里没有收入，开学的费用还没有交。", &intake.Child{Name: "岑晓星", Sex: "女", Age: "11"}), intake.Reporter{Name: "岑永福", Phone: "13900070016", Relation: "祖父"}), goes: (*Stage).finish},
		{ago: 6 * day, in: s.in("other", "县城", "想问一下学校几点放学。", nil), goes: (*Stage).refuse},
		{ago: 4 * day, in: named(coded(s.in("R4", "老营村", "体育课上发现学生手臂、背部有多处新旧淤青，学生不愿意回家。", &intake.Child{Name: "黄冬梅", Sex: "女", Age: "14", School: "青石镇初级中学"}), "R4"),
			intake.Reporter{Name: "唐老师", Phone: "13900070099", Unit: "青石镇初级中学", Post: "班主任"}), goes: (*Stage).answered},
		{ago: 30 * hour, in: danger(s.in("hurt", "双井村", "邻居家又在打孩子，孩子哭喊。", &intake.Child{Name: "农思源", Sex: "男", Age: "10", Now: "双井村村民委员会"})), goes: (*Stage).rush},
		{ago: 26 * hour, by: "12345热线", in: named(by("o12345", s.in("online", "柳树村", "孩子在网上被人骗走压岁钱，对方还在威胁。", &intake.Child{Name: "覃小雨", Age: "6"})), intake.Reporter{Name: "覃女士", Phone: "13900070012", Relation: "母亲"}), goes: (*Stage).accept},
		{ago: 22 * hour, in: s.in("alone", "大湾村", "隔壁两个小孩自己在家好几天了，晚上不开灯。", nil), goes: (*Stage).waiting},
		{ago: 20 * hour, in: about(s.in("other", "县城", "反映一名县里干部的亲属对孩子管教过重，请上级过问。", nil))},
		{ago: 3 * hour, by: "12355", in: by("o12355", s.in("bully", "青石镇", "孩子说在学校被几个同学围住要钱。", &intake.Child{Age: "12", School: "青石镇初级中学"}))},
		{ago: 25 * time.Minute, in: danger(s.in("hurt", "石门村", "三组有个孩子被打，正在哭，大人喝醉了。", &intake.Child{Name: "韦小禾", Sex: "女", Age: "9", Now: "自己家里"}))},
	}
}

// steps does one thing after the other, half an hour apart.
func (s *Stage) steps(ctx context.Context, list ...func(tx *db.Tx) error) error {
	for i, step := range list {
		s.Clock.Advance(30 * time.Minute)
		if err := s.write(ctx, step); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func (s *Stage) reveal(ctx context.Context, r *lodged) error {
	return s.steps(ctx, func(tx *db.Tx) error { return s.Reception.Reveal(ctx, tx, s.office, r.ID) })
}

func (s *Stage) accept(ctx context.Context, r *lodged) error {
	if err := s.reveal(ctx, r); err != nil {
		return err
	}
	return s.steps(ctx, func(tx *db.Tx) error { return s.Reception.Accept(ctx, tx, s.office, r.ID) })
}

// sendOn decides by the rules and sends the report to its units, which have not signed.
func (s *Stage) sendOn(ctx context.Context, r *lodged) error {
	if err := s.accept(ctx, r); err != nil {
		return err
	}
	s.Clock.Advance(10 * time.Minute)
	return s.write(ctx, func(tx *db.Tx) error {
		if err := s.Reception.Reveal(ctx, tx, s.office, r.ID); err != nil {
			return err
		}
		row, err := s.Reception.Get(ctx, tx, s.office, r.ID)
		if err != nil {
			return err
		}
		p, err := s.Reception.Propose(ctx, tx, row.Situation)
		if err != nil {
			return err
		}
		topic, _ := s.Book.Topic(p.Route.Topic, civil.DateOf(tx.Now.Time()))
		answers := map[string]string{"danger": "no", "harm": "no", "care": "yes"}
		if row.Mandatory == 1 || row.Situation == "hurt" {
			answers = map[string]string{"danger": "no", "harm": "yes"}
		}
		_, err = s.Reception.Decide(ctx, tx, s.office, r.ID, intake.DecideIn{Situation: row.Situation, Answers: answers, Lead: p.Lead, Support: p.Support, Child: r.star,
			Along: intake.Along{Ask: "请核实孩子的安全和有关情况，依法处置，在时限内反馈结果。", Items: topic.Items, Shared: topic.Support, File: r.star != 0}})
		return err
	})
}

func (s *Stage) merge(ctx context.Context, r, into *lodged) error {
	return s.steps(ctx, func(tx *db.Tx) error { return s.Reception.Merge(ctx, tx, s.office, r.ID, into.ID) })
}

// answered lets the lead unit reply, and opens the case to which the report led.
func (s *Stage) answered(ctx context.Context, r *lodged) error {
	if err := s.sendOn(ctx, r); err != nil {
		return err
	}
	if err := s.back(ctx, r, "已到校核查并与监护人谈话，孩子暂由外祖母照护，继续跟进。"); err != nil {
		return err
	}
	return s.steps(ctx, func(tx *db.Tx) error {
		_, err := s.Cases.Open(ctx, tx, s.office, casework.New{Child: r.star, Origin: casework.FromReport, OriginID: int64(r.ID), Why: "学校报告反映孩子的照护需要持续支持。"})
		return err
	})
}

// back lets the unit to which a report was sent sign and reply, and the office accept that.
func (s *Stage) back(ctx context.Context, r *lodged, words string) error {
	rows, err := s.Referrer.On(ctx, s.DB.Reader(), s.office, referral.About{Kind: referral.OnReport, ID: int64(r.ID)})
	if err != nil || len(rows) == 0 {
		return err
	}
	lead, ok := s.people[rows[0].Lead.Unit]
	if !ok {
		return nil
	}
	var id referral.ReplyID
	return s.steps(ctx,
		func(tx *db.Tx) error { return s.Desk.Duties.Sign(ctx, tx, lead, rows[0].Duty) },
		func(tx *db.Tx) (err error) {
			id, err = s.Referrer.Reply(ctx, tx, lead, rows[0].ID, referral.Said{Words: referral.Words{Text: words, Without: "配合单位已电话沟通。"}, Outcome: "done"})
			return err
		},
		func(tx *db.Tx) error { return s.Referrer.Check(ctx, tx, s.office, id, true, "符合要求。") })
}

// finish takes a report to its end, with the answer.
func (s *Stage) finish(ctx context.Context, r *lodged) error {
	if err := s.sendOn(ctx, r); err != nil {
		return err
	}
	if err := s.back(ctx, r, "已上门核实，临时救助金已经发放，学校同意缓交费用。"); err != nil {
		return err
	}
	return s.steps(ctx, func(tx *db.Tx) error {
		return s.Reception.Close(ctx, tx, s.office, r.ID, "已经上门核实，救助已经落实，孩子按时上学。谢谢您的关心。", "")
	})
}

func (s *Stage) refuse(ctx context.Context, r *lodged) error {
	return s.steps(ctx, func(tx *db.Tx) error {
		return s.Reception.Reject(ctx, tx, s.office, r.ID, "放学时间请向学校询问，电话见学校公示栏。")
	})
}

// rush begins the checklist of an emergency; the police sign for their step.
func (s *Stage) rush(ctx context.Context, r *lodged) error {
	if err := s.accept(ctx, r); err != nil {
		return err
	}
	var run emergency.RunID
	at, _ := s.unitOf("双井村")
	if err := s.steps(ctx, func(tx *db.Tx) (err error) {
		run, err = s.Alarm.Begin(ctx, tx, s.office, emergency.Start{About: emergency.About{Kind: referral.OnReport, ID: int64(r.ID)}, Child: r.star, Region: at.Post.Region, List: "violence",
			Brief: "孩子在双井村村民委员会，由村干部陪着，联系双井村儿童主任。"})
		return err
	}); err != nil {
		return err
	}
	sheet, err := s.Alarm.Get(ctx, s.DB.Reader(), s.office, run)
	if err != nil {
		return err
	}
	for _, step := range sheet.Steps {
		who, known := s.people[step.Unit]
		if !known || step.State != emergency.Open || step.Step.Step != "call" && step.Step.Step != "forensic" {
			continue
		}
		err := s.steps(ctx, func(tx *db.Tx) error {
			return s.Alarm.Prove(ctx, tx, who, step.ID, emergency.Proof{Who: "值班民警", Where: "县人民医院", Number: "警情0017", Words: "已到场，孩子平安，由村干部看护。"})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// waiting is a report whose reporter has written once more.
func (s *Stage) waiting(ctx context.Context, r *lodged) error {
	if err := s.accept(ctx, r); err != nil {
		return err
	}
	return s.steps(ctx,
		func(tx *db.Tx) error {
			return s.Reception.Ask(ctx, tx, s.office, r.ID, "孩子现在有没有吃的？您方便留下是哪一组吗？")
		},
		func(tx *db.Tx) error { return s.Reception.Say(ctx, tx, r.Receipt, "有邻居送饭，在二组。") })
}

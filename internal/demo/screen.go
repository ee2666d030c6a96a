package demo

import (
	"context"
	"fmt"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/screening"
)

// The demo's campaign: how many days ago it began, in how many it is due, and
// how many children have a result by now at most.
const (
	screenBack  = 12
	screenAhead = 9
	screenMost  = 3000
)

// screen lets the yearly screening be half done: some villages have reported,
// some are on their way, most have not begun.
func (s *Stage) screen(ctx context.Context, today time.Time) error {
	if s.Children <= 0 || s.Screener == nil {
		return nil
	}
	defer s.Clock.Set(today)
	day := civil.DateOf(today)
	s.Clock.Set(today.AddDate(0, 0, -screenBack))
	var id ref.Campaign
	if err := s.write(ctx, func(tx *db.Tx) (err error) {
		id, err = s.Screener.Begin(ctx, tx, s.office, screening.New{Name: fmt.Sprintf("%d年度集中排查", day.Year()), Form: "yearly",
			Region: s.Book.County().Region, Begins: day.AddDays(-screenBack), Due: day.AddDays(screenAhead)})
		return err
	}); err != nil {
		return err
	}
	p, err := s.Screener.Progress(ctx, s.DB.Reader(), s.office, id)
	if err != nil {
		return err
	}
	left := screenMost
	for i, v := range p.Rows {
		who, known := s.people[v.Unit]
		luck := chance("screen", v.Name)
		if !known || luck >= 60 || left <= 0 {
			continue
		}
		s.Clock.Set(today.AddDate(0, 0, -screenBack).Add(time.Duration(1+luck%10)*24*time.Hour + time.Duration(i)*time.Minute))
		most := min(int(v.Living), left)
		if luck >= 35 {
			most = min(most, 5+luck)
		}
		left -= most
		if err := s.village(ctx, who, v, most); err != nil {
			return fmt.Errorf("%s: %w", v.Region, err)
		}
	}
	return nil
}

// village lets a person go through a village, and report it where he met all.
func (s *Stage) village(ctx context.Context, who access.Actor, v screening.Row, most int) error {
	if most > 0 {
		list, err := s.Screener.Missing(ctx, s.DB.Reader(), who, v.Campaign, v.Region, screening.Key{}, most)
		if err != nil {
			return err
		}
		if err := s.enterAll(ctx, who, v, list); err != nil {
			return err
		}
	}
	if chance("found", v.Name) < 15 {
		if err := s.discover(ctx, who, v); err != nil {
			return err
		}
	}
	return s.write(ctx, func(tx *db.Tx) error {
		_, row, err := s.Screener.Village(ctx, tx, who, v.Campaign, v.Region)
		if err != nil {
			return err
		}
		if chance("expected", v.Name) < 50 {
			if err := s.Screener.Expect(ctx, tx, who, v.Campaign, v.Region, row.Living+int64(chance("more", v.Name)%3), "学籍名册和户籍底数"); err != nil {
				return err
			}
		}
		if row.Missing() > 0 {
			return nil
		}
		return s.Screener.Finish(ctx, tx, who, v.Campaign, v.Region, "已与学籍名册核对，相差的已随父母在外地生活。")
	})
}

func (s *Stage) enterAll(ctx context.Context, who access.Actor, v screening.Row, list []child.Child) error {
	const some = 100
	for ; len(list) > 0; list = list[min(some, len(list)):] {
		err := s.write(ctx, func(tx *db.Tx) error {
			for _, c := range list[:min(some, len(list))] {
				if err := s.enter(ctx, tx, who, v, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// enter records one child: most are as they were, a few are away, a few have
// news, and what the file does not say is filled in.
func (s *Stage) enter(ctx context.Context, tx *db.Tx, who access.Actor, v screening.Row, c child.Child) error {
	luck := chance("answer", c.Name, c.Birth, c.Region)
	if luck < 4 {
		reasons := screening.Reasons[:5]
		_, err := s.Screener.Enter(ctx, tx, who, v.Campaign, c.ID, screening.In{Absent: reasons[luck%len(reasons)].Key})
		return err
	}
	sheet, err := s.Screener.Sheet(ctx, tx, who, v.Campaign, c.ID)
	if err != nil {
		return err
	}
	in := screening.In{Answers: map[string]string{}}
	for _, q := range sheet.Asked {
		if a := q.Calm(); a != "" {
			in.Answers[q.ID] = a
		}
	}
	for _, q := range sheet.Lacks {
		if len(q.Options) > 0 {
			in.Answers[q.ID] = q.Options[0].Value
		}
	}
	if luck < 9 {
		in.Answers["away"] = "both"
	}
	if luck == 9 {
		in.Answers["change"] = rule.Yes
	}
	_, err = s.Screener.Enter(ctx, tx, who, v.Campaign, c.ID, in)
	return err
}

// discover finds a child nobody knew of: new in the village, with its grandmother.
func (s *Stage) discover(ctx context.Context, who access.Actor, v screening.Row) error {
	luck := chance("who", v.Name)
	n := child.New{Name: surnames[luck%len(surnames)] + "小" + []string{"雨", "禾", "川", "星"}[luck%4], Sex: []idcard.Sex{idcard.Male, idcard.Female}[luck%2], Region: v.Region,
		Birth: civil.DateOf(s.Clock.Now()).AddDays(-365*(3+luck%9) - luck), Dossier: child.Dossier{NoNumber: "missing",
			People: []child.Person{{Name: surnames[(luck+7)%len(surnames)] + "桂英", Relation: "62", Caregiver: true}}}}
	return s.write(ctx, func(tx *db.Tx) error {
		id, err := s.Screener.Discover(ctx, tx, who, v.Campaign, n)
		if err != nil {
			return err
		}
		_, err = s.Screener.Enter(ctx, tx, who, v.Campaign, id, screening.In{Answers: map[string]string{
			"away": "both", "school": "attends", "registered": "rural", "harm": rule.No, "change": rule.No}})
		return err
	})
}

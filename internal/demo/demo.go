// Package demo fills an empty installation with the fictional county 云岭县:
// its units, people in all roles, a work plan that was issued some months ago
// and is half carried out, and files of invented children, so that every screen
// has life.
//
// It owns no table. Everything comes about through the operations which
// people use, under a clock that runs from the plan's issue to today, so the
// demo's history is as true as any. Names are invented, region codes lie
// outside the real divisions; the same day gives the same story. It refuses
// an installation that holds accounts.
package demo

import (
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"io"
	"strings"
	"text/template"
	"time"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/special"
	"weibao/internal/auth"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/child/imports"
	"weibao/internal/child/ledger"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/guardianship"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/justice"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/screening"
)

//go:embed data/*.txt
var data embed.FS

// County is the rules pack of the demo.
const County = "demo"

// Password is that of every demo account.
const Password = "yunling-2026"

// daysBack is how long ago the plan was issued.
const daysBack = 130

// Stage is what the demo is played on.
type Stage struct {
	DB    *db.DB
	Clock *clock.Manual
	Guard *auth.Guard
	Desk  *plan.Desk
	Book  *rule.Book
	// Cabinet takes the files of as many Children as are asked for.
	Cabinet  *child.Cabinet
	Children int
	// Assessor opens the care that the levels of the children ask for.
	Assessor *assessment.Desk
	// Screener screens them; nil leaves the screening out.
	Screener *screening.Desk
	// Cases, Referrer and Alarm help a few of the children; nil helps nobody.
	Cases    *casework.Desk
	Referrer *referral.Desk
	Alarm    *emergency.Desk
	// Reception and Orders take reports in, Guardian and Justice protect; nil leaves them out.
	Reception *intake.Desk
	Orders    *order.Desk
	Guardian  *guardianship.Desk
	Justice   *justice.Desk
	// Numbers keeps those of months, Lists takes lists in, Clear gives them in
	// clear, Special keeps special lists, and Requests asks a second person;
	// nil leaves out what they would do.
	Numbers  *ledger.Desk
	Lists    *imports.Desk
	Clear    *disclosure.Desk
	Special  *special.Desk
	Requests *request.Counter
	// Say tells how far the story has come.
	Say io.Writer

	people map[ref.Unit]access.Actor
	cast   []Account
	office access.Actor
	leader access.Actor
	keys   access.Actor // 安全保密管理员, who admits systems of hotlines
}

// Account is a demo account for the list that is printed.
type Account struct{ Login, Role, Unit string }

// Play fills the installation with the story up to today.
func (s *Stage) Play(ctx context.Context, today time.Time) ([]Account, error) {
	begin := civil.DateOf(today).AddDays(-daysBack)
	s.Clock.Set(begin.AddDays(-10).Start().Add(9 * time.Hour))
	s.people = map[ref.Unit]access.Actor{}
	fmt.Fprintln(s.Say, "正在开通演示账号…")
	if err := s.hire(ctx); err != nil {
		return nil, fmt.Errorf("demo: people: %w", err)
	}
	s.Clock.Set(begin.Start().Add(9 * time.Hour))
	fmt.Fprintln(s.Say, "正在解析并下发工作方案…")
	if err := s.issue(ctx, civil.DateOf(today)); err != nil {
		return nil, fmt.Errorf("demo: plan: %w", err)
	}
	fmt.Fprintln(s.Say, "正在生成办理过程…")
	if err := s.live(ctx, begin, civil.DateOf(today)); err != nil {
		return nil, fmt.Errorf("demo: life: %w", err)
	}
	s.Clock.Set(today)
	if err := s.draft(ctx); err != nil {
		return nil, fmt.Errorf("demo: draft: %w", err)
	}
	if s.Children > 0 {
		fmt.Fprintf(s.Say, "正在建立%d名儿童的档案…\n", s.Children)
	}
	if err := s.register(ctx, civil.DateOf(today)); err != nil {
		return nil, fmt.Errorf("demo: children: %w", err)
	}
	if err := s.care(ctx, today); err != nil {
		return nil, fmt.Errorf("demo: care: %w", err)
	}
	if err := s.screen(ctx, today); err != nil {
		return nil, fmt.Errorf("demo: screening: %w", err)
	}
	if err := s.stories(ctx, today); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return s.cast, nil
}

// stories lets the office help a few children, each with a story of its own.
func (s *Stage) stories(ctx context.Context, today time.Time) error {
	if s.Cases == nil || s.Children <= 0 {
		return nil
	}
	ids, err := s.enlist(ctx, today)
	if err != nil {
		return fmt.Errorf("stars: %w", err)
	}
	if err := s.help(ctx, today, ids); err != nil {
		return fmt.Errorf("cases: %w", err)
	}
	if err := s.reports(ctx, today, ids); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	if err := s.orders(ctx, today); err != nil {
		return fmt.Errorf("orders: %w", err)
	}
	if err := s.protect(ctx, today, ids); err != nil {
		return fmt.Errorf("measures: %w", err)
	}
	if err := s.disaster(ctx, today); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if err := s.desk(ctx, today, ids); err != nil {
		return fmt.Errorf("desk: %w", err)
	}
	return nil
}

func (s *Stage) write(ctx context.Context, fn func(tx *db.Tx) error) error {
	return s.DB.Write(ctx, fn)
}

// text gives a plan of the demo with dates that fit the day.
func text(name string, today civil.Date) ([]byte, error) {
	raw, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	begin := today.AddDays(-daysBack)
	funcs := template.FuncMap{
		"年":  func() int { return begin.Year() },
		"底":  func(months int) string { return months2(today.MonthStart().AddMonths(months)) + "底前" },
		"日":  func(days int) string { return civil.FormatDateLong(today.AddDays(days)) + "前" },
		"印发": func() string { return civil.FormatDateLong(begin) },
	}
	t, err := template.New(name).Funcs(funcs).Parse(string(raw))
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	err = t.Execute(&b, nil)
	return []byte(b.String()), err
}

func months2(first civil.Date) string { return fmt.Sprintf("%d年%d月", first.Year(), first.Month()) }

// issue plays the officer's way: upload, settle what is asked, check, issue.
func (s *Stage) issue(ctx context.Context, today civil.Date) error {
	raw, err := text("plan.txt", today)
	if err != nil {
		return err
	}
	compiled, err := plan.Compile("云岭县未成年人保护工作方案.txt", raw)
	if err != nil {
		return err
	}
	var id ref.Plan
	return s.write(ctx, func(tx *db.Tx) error {
		if id, err = s.Desk.Upload(ctx, tx, s.office, compiled); err != nil {
			return err
		}
		if err := s.settle(ctx, tx, id); err != nil {
			return err
		}
		p, err := s.Desk.Get(ctx, tx, s.office, id)
		if err != nil {
			return err
		}
		_, err = s.Desk.Issue(ctx, tx, s.office, id, plan.Order{Version: p.Version, Late: true, Quiet: true})
		return err
	})
}

// settle answers what the draft asks, as an officer who knows the county would.
func (s *Stage) settle(ctx context.Context, tx *db.Tx, id ref.Plan) error {
	if err := s.Desk.Stand(ctx, tx, s.office, id); err != nil {
		return err
	}
	review, err := s.Desk.OpenReview(ctx, tx, s.office, id)
	if err != nil {
		return err
	}
	for _, q := range review.AllQuestions(review.Plan.Year, review.Tasks) {
		if err := s.answer(ctx, tx, review, q); err != nil {
			return err
		}
	}
	return s.Desk.Accept(ctx, tx, s.office, id)
}

func (s *Stage) answer(ctx context.Context, tx *db.Tx, r plan.Review, q plan.Question) error {
	switch q.Topic {
	case plan.AskUnit:
		var unit ref.Unit
		if len(q.Candidates) > 0 {
			unit = q.Candidates[0]
		}
		return s.Desk.Name(ctx, tx, s.office, r.Plan.ID, q.Name, unit)
	case plan.AskStanding:
		return s.Desk.Stand(ctx, tx, s.office, r.Plan.ID, q.Task)
	case plan.AskYear:
		return nil
	}
	return s.drop(ctx, tx, r, q)
}

// drop takes an unanswerable fact out of its task.
func (s *Stage) drop(ctx context.Context, tx *db.Tx, r plan.Review, q plan.Question) error {
	fresh, err := s.Desk.OpenReview(ctx, tx, s.office, r.Plan.ID)
	if err != nil {
		return err
	}
	for _, t := range fresh.Tasks {
		if t.ID != q.Task {
			continue
		}
		in := plan.Input{Version: t.Version, Title: t.Title, Standing: true, Review: t.Review}
		for _, f := range t.Facts {
			if f.ID != q.Fact {
				in.Facts = append(in.Facts, f)
			}
		}
		if q.Topic == plan.AskOwner {
			in.Facts = append(in.Facts, plan.Fact{Kind: plan.Lead, Unit: s.office.Post.Unit, Text: s.office.Post.UnitName})
		}
		return s.Desk.Update(ctx, tx, s.office, r.Plan.ID, t.ID, in)
	}
	return nil
}

// draft leaves a second plan on the desk that waits for its review.
func (s *Stage) draft(ctx context.Context) error {
	raw, err := text("action.txt", civil.DateOf(s.Clock.Now()))
	if err != nil {
		return err
	}
	compiled, err := plan.Compile("校园周边环境专项整治行动方案.txt", raw)
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *db.Tx) error {
		_, err := s.Desk.Upload(ctx, tx, s.office, compiled)
		return err
	})
}

// chance gives a number from 0 to 99 which is the same for the same words.
func chance(words ...any) int {
	h := fnv.New32a()
	fmt.Fprint(h, words...)
	return int(h.Sum32() % 100)
}

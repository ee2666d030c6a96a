package duty

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Series is a recurring duty: it opens one duty each round, at the morning of
// the period's first day.
type Series struct {
	ID         ref.Series
	Kind       string
	Subject    string
	SubjectID  int64
	Whole      int64
	Parent     ref.Series
	Title      string
	Unit       ref.Unit
	Region     string
	Rule       string
	Clause     string
	Recurrence string
	Ladder     string
	Begins     civil.Date
	Ends       civil.Date
	State      State // open, or done when it has ended
	NextDue    civil.Date
	Next       clock.Instant
}

// NewSeries is a series to be begun.
type NewSeries struct {
	New        // Deadline is not used
	Parent     ref.Series
	Recurrence Recurrence
	Begins     civil.Date // rounds due before it do not open
	Ends       civil.Date // zero = without end
}

// Begin begins a series; rounds whose period has begun open with the next
// sweep. The caller has checked the actor's right to the cause.
func (k *Kernel) Begin(ctx context.Context, tx *db.Tx, by access.Actor, n NewSeries) (ref.Series, error) {
	if err := n.Recurrence.Validate(); err != nil {
		return 0, err
	}
	switch {
	case n.Unit <= 0:
		return 0, errs.New(errs.Invalid, "请指定责任单位：没有责任单位的事项不能下达。")
	case access.Prefix(n.Region) == "" || n.Title == "" || n.Kind == "" || n.Subject == "":
		return 0, errs.New(errs.Invalid, "请填写事项名称和所在的行政区划。")
	}
	begins := n.Begins
	if begins.IsZero() {
		begins = civil.DateOf(tx.Now.Time())
	}
	s := Series{ID: ref.New[ref.Series](tx.Now.Time()), Kind: n.Kind, Subject: n.Subject, SubjectID: n.SubjectID, Whole: n.Whole, Parent: n.Parent,
		Title: n.Title, Unit: n.Unit, Region: n.Region, Rule: n.Rule, Clause: n.Clause,
		Recurrence: n.Recurrence.JSON(), Ladder: n.Ladder, Begins: begins, Ends: n.Ends, State: Open}
	s.schedule(n.Recurrence.Next(begins))
	if err := insertSeries(ctx, tx, s); err != nil {
		return 0, err
	}
	return s.ID, audit.Write(ctx, tx, by, "duty.begin", "duty_series", s.ID, map[string]any{"unit": s.Unit, "recurrence": n.Recurrence})
}

// schedule sets when the next round opens, or ends the series.
func (s *Series) schedule(r Round) {
	if r.Due.IsZero() || !s.Ends.IsZero() && r.Due.After(s.Ends) {
		s.State, s.NextDue, s.Next = Done, civil.Date{}, 0
		return
	}
	s.NextDue, s.Next = r.Due, clock.Of(r.From.Start().Add(morning))
}

// seriesBatch is how many series open a round in one transaction.
const seriesBatch = 200

func (k *Kernel) openRounds(ctx context.Context, tx *db.Tx, cal *civil.Calendar) (int, error) {
	due, err := seriesDue(ctx, tx, tx.Now, seriesBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var duties []Duty
	opened := map[roundKey]ref.Duty{}
	for _, s := range due {
		d, err := k.round(ctx, tx, cal, s, opened)
		if err != nil {
			return 0, fmt.Errorf("series %d: %w", s.ID, err)
		}
		opened[roundKey{s.ID, d.Round}] = d.ID
		duties = append(duties, d)
	}
	return len(due), k.insertOpened(ctx, tx, duties)
}

// round makes the duty of the series' next round and moves the series on. A
// round missed while the program stood is opened all the same: late, not lost.
func (k *Kernel) round(ctx context.Context, tx *db.Tx, cal *civil.Calendar, s Series, opened map[roundKey]ref.Duty) (Duty, error) {
	r, err := parseRecurrence(s.Recurrence)
	if err != nil {
		return Duty{}, err
	}
	this := r.Next(s.NextDue)
	d, err := k.make(cal, tx.Now, New{Kind: s.Kind, Subject: s.Subject, SubjectID: s.SubjectID, Whole: s.Whole, Title: r.title(s.Title, this),
		Unit: s.Unit, Region: s.Region, Rule: s.Rule, Clause: s.Clause, Deadline: On(this.Due), Ladder: s.Ladder})
	if err != nil {
		return Duty{}, err
	}
	d.Series, d.Round = s.ID, this.Number()
	if d.Parent, err = parentRound(ctx, tx, s, this, opened); err != nil {
		return Duty{}, err
	}
	s.schedule(r.Next(this.Due.AddDays(1)))
	return d, setNextRound(ctx, tx, s)
}

type roundKey struct {
	series ref.Series
	round  int64
}

// parentRound finds the lead unit's duty of the same round; series of leads
// begin before those of support units, so theirs is opened before or just now.
func parentRound(ctx context.Context, tx *db.Tx, s Series, r Round, opened map[roundKey]ref.Duty) (ref.Duty, error) {
	if s.Parent == 0 {
		return 0, nil
	}
	if id, ok := opened[roundKey{s.Parent, r.Number()}]; ok {
		return id, nil
	}
	id, _, err := roundDuty(ctx, tx, s.Parent, r.Number())
	return id, err
}

func (r Recurrence) title(title string, round Round) string {
	words := title + "（" + r.name(round) + "）"
	if r.Times > 1 {
		words += fmt.Sprintf("，至少%d次", r.Times)
	}
	return words
}

var halves = map[bool]string{true: "上半年", false: "下半年"}

// name says which round it is: 2026年3月, 2026年第1季度, 2026年 …
func (r Recurrence) name(round Round) string {
	y, due := round.Due.Year(), round.Due
	switch {
	case len(r.Months) > 0, r.Every == "month":
		return fmt.Sprintf("%d年%d月", y, due.Month())
	case r.Every == "quarter":
		return fmt.Sprintf("%d年第%d季度", y, due.Quarter())
	case r.Every == "halfyear":
		return fmt.Sprintf("%d年%s", y, halves[due.Month() <= 6])
	case r.Every == "year":
		return fmt.Sprintf("%d年", y)
	}
	return civil.FormatDate(round.From)[:10] + "至" + civil.FormatDate(round.Due)[:10]
}

// endSeries ends all series about a thing.
func (k *Kernel) endSeries(ctx context.Context, tx *db.Tx, by access.Actor, subject string, id int64) error {
	all, err := seriesOf(ctx, tx, subject, id)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := k.endOne(ctx, tx, by, s); err != nil {
			return err
		}
	}
	return nil
}

func (k *Kernel) endOne(ctx context.Context, tx *db.Tx, by access.Actor, s Series) error {
	if s.State != Open {
		return nil
	}
	s.schedule(Round{})
	if err := setNextRound(ctx, tx, s); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "duty.cancel", "duty_series", s.ID, nil)
}

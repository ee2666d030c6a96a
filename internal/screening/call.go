package screening

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Call is that the office was asked to begin a screening of a period.
type Call struct {
	ID    int64
	Form  string
	Since civil.Date
	Duty  ref.Duty
	Begun ref.Campaign
}

// BeginKind is the kind of duty that asks the office to begin a screening.
const BeginKind = "screening.begin"

// Remind asks the office to begin what the rules set for these days: a pattern
// with days of its own when they come, one that returns in the last quarter of
// its period. Each is asked for once, and not where it was begun already.
func (k *Desk) Remind(ctx context.Context, tx *db.Tx) error {
	now, code := today(tx), k.Book().County().Region
	days, err := duty.Figure(k.Book(), "screening.call", now)
	if err != nil {
		return err
	}
	for _, form := range k.Book().Screenings(now) {
		since, due := called(form, now, days)
		if due.IsZero() {
			continue
		}
		begun, err := begunOf(ctx, tx, form.ID, code, since.String())
		if err != nil {
			return err
		}
		_, there, err := callOf(ctx, tx, form.ID, since)
		if err != nil {
			return err
		}
		if len(begun) > 0 || there {
			continue
		}
		if err := k.call(ctx, tx, form, Call{Form: form.ID, Since: since}, due); err != nil {
			return err
		}
	}
	return nil
}

func (k *Desk) call(ctx context.Context, tx *db.Tx, form rule.Screening, c Call, due civil.Date) error {
	code := k.Book().County().Region
	office, err := k.Kernel.Office(ctx, tx, code)
	if err != nil {
		return err
	}
	c.ID = int64(ref.New[ref.Audit](tx.Now.Time()))
	opened, err := k.Kernel.Open(ctx, tx, access.Program, duty.New{Kind: BeginKind, Subject: "screening_call", SubjectID: c.ID, Title: "发起" + form.Label,
		Unit: office, Region: code, Rule: basis, Clause: form.Label, Deadline: duty.On(due)})
	if err != nil {
		return err
	}
	c.Duty = opened[0]
	return insertCall(ctx, tx, c)
}

// lengths are the periods for which a pattern can be asked for, in months.
var lengths = map[string]int{"month": 1, "quarter": 3, "halfyear": 6, "term": 6, "year": 12}

// called gives the first day of the period and by when a pattern should be
// begun, with days after the first one that a pattern names; no day where it
// is not yet time, or nothing says when.
func called(form rule.Screening, now civil.Date, days int) (since, due civil.Date) {
	since = periodOf(form, now)
	if form.Ends != "" {
		begins, ends := inYear(form.Begins, now.Year()), inYear(form.Ends, now.Year())
		if now.Before(begins) || now.After(ends) {
			return since, civil.Date{}
		}
		due = begins.AddDays(days)
		if due.Before(now) || due.After(ends) {
			due = ends
		}
		return since, due
	}
	length := lengths[form.Every]
	if length == 0 {
		return since, civil.Date{}
	}
	end := since.AddMonths(length).AddDays(-1)
	if 4*now.Sub(since) < 3*end.Sub(since) {
		return since, civil.Date{}
	}
	return since, end
}

// answered closes the duty that asked for a campaign, if one did.
func (k *Desk) answered(ctx context.Context, tx *db.Tx, by access.Actor, c Campaign, form rule.Screening) error {
	if c.Region != k.Book().County().Region {
		return nil
	}
	call, there, err := callOf(ctx, tx, form.ID, periodOf(form, today(tx)))
	if err != nil || !there || call.Begun != 0 {
		return err
	}
	if err := setCallBegun(ctx, tx, call.ID, c.ID); err != nil {
		return err
	}
	return k.Kernel.Close(ctx, tx, by, call.Duty, subject, int64(c.ID))
}

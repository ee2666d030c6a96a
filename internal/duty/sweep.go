package duty

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// sweepBatch keeps a transaction of the sweep under 50 ms, so that nobody's
// write waits long behind it.
const sweepBatch = 600

// Step is a rung of the ladder which a duty has climbed.
type Step struct {
	Due      clock.Instant // of the duty, as it is now
	Duty     ref.Duty
	Arming   int
	Step     int // 1, 2, 3 …
	Action   string
	Planned  clock.Instant
	At       clock.Instant
	Receiver ref.Unit
	Opened   ref.Duty
}

// Swept tells what a sweep did.
type Swept struct{ Steps, Rounds int }

// Sweep climbs every rung whose time has come and opens every round, in short
// transactions, and costs in proportion to what is due. Any number of
// processes may sweep at once: each rung and each round happens once.
func (k *Kernel) Sweep(ctx context.Context, d *db.DB) (Swept, error) {
	var all Swept
	for {
		var steps, rounds int
		err := d.WriteLow(ctx, func(tx *db.Tx) error {
			var err error
			steps, rounds, err = k.sweepOnce(ctx, tx)
			return err
		})
		if err != nil {
			return all, fmt.Errorf("duty.Sweep: %w", err)
		}
		all.Steps, all.Rounds = all.Steps+steps, all.Rounds+rounds
		if steps == 0 && rounds == 0 {
			return all, nil
		}
	}
}

func (k *Kernel) sweepOnce(ctx context.Context, tx *db.Tx) (steps, rounds int, err error) {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return 0, 0, err
	}
	if rounds, err = k.openRounds(ctx, tx, cal); err != nil || rounds > 0 {
		return 0, rounds, err
	}
	c := climber{Kernel: k, cal: cal, now: tx.Now, above: map[ref.Unit]ref.Unit{}, offices: map[string]ref.Unit{}}
	if err := c.climb(ctx, tx); err != nil || len(c.steps) == 0 {
		return 0, 0, err
	}
	if err := k.insertOpened(ctx, tx, c.opened); err != nil {
		return 0, 0, err
	}
	if err := db.Append(tx, "duty_step", c.steps...); err != nil {
		return 0, 0, err
	}
	return len(c.steps), 0, c.journal(ctx, tx)
}

// climber is one transaction of a sweep.
type climber struct {
	*Kernel
	cal     *civil.Calendar
	now     clock.Instant
	steps   []Step
	opened  []Duty
	pressed map[ref.Duty][]Duty // open work about those that are to be proposed
	above   map[ref.Unit]ref.Unit
	offices map[string]ref.Unit
}

// climb lets duties whose next rung has come climb it, as many as a transaction
// may hold. It asks once for each rung of each ladder in use, as ladders and
// calendar are now: nothing is noted that a change of either would make wrong.
func (c *climber) climb(ctx context.Context, tx *db.Tx) error {
	id, more, err := ladderAfter(ctx, tx, "")
	for ; err == nil && more; id, more, err = ladderAfter(ctx, tx, id) {
		ladder := c.Ladder(id)
		for level := len(ladder.Steps) - 1; level >= 0; level-- { // from the top, so that none climbs twice
			list, err := standing(ctx, tx, id, level, reach(c.cal, ladder, level, c.now), opens(ladder.Steps[level]), sweepBatch-len(c.steps))
			if err != nil {
				return err
			}
			if len(list) == 0 {
				continue
			}
			if err := c.rung(ctx, tx, ladder, level, list); err != nil {
				return err
			}
			if len(c.steps) == sweepBatch {
				return nil
			}
		}
	}
	return err
}

// rung lets duties that stand on one level climb the rung above it; those that
// are behind by several climb the next one in the following transaction.
func (c *climber) rung(ctx context.Context, tx *db.Tx, ladder rule.Ladder, level int, list []due) error {
	if err := raise(ctx, tx, list[0].Ladder, level, list); err != nil {
		return err
	}
	if ladder.Steps[level].Action == "propose" {
		var err error
		if c.pressed, err = openAbout(ctx, tx, list); err != nil {
			return err
		}
	}
	planned := map[clock.Instant]clock.Instant{}
	for _, d := range list {
		if _, known := planned[d.Due]; !known {
			planned[d.Due] = rungs(c.cal, ladder, d.Due)[level]
		}
		if err := c.step(ctx, tx, d, ladder.Steps[level], level, planned[d.Due]); err != nil {
			return err
		}
	}
	return nil
}

func (c *climber) step(ctx context.Context, tx *db.Tx, d due, s rule.LadderStep, level int, planned clock.Instant) error {
	receiver, err := c.receiver(ctx, tx, d, s.To)
	if err != nil {
		return err
	}
	out := Step{Due: d.Due, Duty: d.ID, Arming: d.Arming, Step: level + 1, Action: s.Action, Planned: planned, At: c.now, Receiver: receiver}
	if opensDuty(d, s, receiver) {
		if out.Opened, err = c.press(ctx, tx, d, s, receiver); err != nil {
			return fmt.Errorf("step %d of duty %d: %w", out.Step, d.ID, err)
		}
	}
	c.steps = append(c.steps, out)
	announce(tx, receiver)
	return nil
}

// press gives the receiver work about a duty that is late. Where an earlier
// rung gave the same unit work about it, that work becomes the graver one.
func (c *climber) press(ctx context.Context, tx *db.Tx, d due, s rule.LadderStep, receiver ref.Unit) (ref.Duty, error) {
	kind, title := "duty."+s.Action, s.Label+"："+d.Title
	if s.Action == "propose" {
		for _, f := range c.pressed[d.ID] {
			if f.Unit == receiver {
				return f.ID, setKind(ctx, tx, f.ID, kind, title)
			}
		}
	}
	up, err := c.make(c.cal, c.now, New{Kind: kind, Subject: "duty", SubjectID: int64(d.ID),
		Title: title, Unit: receiver, Region: d.Region, Rule: d.Rule, Clause: d.Clause,
		Deadline: Within(max(c.Limits().Superior, 1)), Ladder: c.Limits().SuperiorLadder})
	if err != nil {
		return 0, err
	}
	c.opened = append(c.opened, up)
	return up.ID, nil
}

// opensDuty tells whether a rung gives its receiver work. At the top, where
// the owner is his own superior, and for work that a rung gave, it is a notice
// only: the ladder of the first duty climbs on, and nothing multiplies.
func opensDuty(d due, s rule.LadderStep, receiver ref.Unit) bool {
	return opens(s) && receiver != d.Unit && d.Subject != "duty"
}

// opens tells whether a rung may give its receiver work.
func opens(s rule.LadderStep) bool { return s.Action == "superior" || s.Action == "propose" }

// receiver finds whom a rung addresses: each is a rank higher than the one before.
func (c *climber) receiver(ctx context.Context, tx *db.Tx, d due, to string) (ref.Unit, error) {
	switch to {
	case "superior":
		return remember(c.above, d.Unit, func() (ref.Unit, error) { return c.Superior(ctx, tx, d.Unit) })
	case "office", "leader":
		return remember(c.offices, d.County, func() (ref.Unit, error) { return c.Office(ctx, tx, d.Region) })
	}
	return d.Unit, nil
}

func remember[K comparable](known map[K]ref.Unit, key K, find func() (ref.Unit, error)) (ref.Unit, error) {
	if u, ok := known[key]; ok {
		return u, nil
	}
	u, err := find()
	if err == nil {
		known[key] = u
	}
	return u, err
}

// journal writes one entry for each kind of rung, naming all duties of the transaction.
func (c *climber) journal(ctx context.Context, tx *db.Tx) error {
	byAction := map[string][]ref.Duty{}
	for _, s := range c.steps {
		byAction[s.Action] = append(byAction[s.Action], s.Duty)
	}
	for action, ids := range byAction {
		if err := audit.Write(ctx, tx, access.Program, access.Permission("duty."+action), "duty_step", ids[0], map[string]any{"duties": ids}); err != nil {
			return err
		}
	}
	return nil
}

// insertOpened stores duties which the kernel opened by itself.
func (k *Kernel) insertOpened(ctx context.Context, tx *db.Tx, duties []Duty) error {
	if len(duties) == 0 {
		return nil
	}
	return k.insert(ctx, tx, access.Program, duties)
}

package casework

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// GoalID names a goal.
type GoalID int64

// Goal is what the care plan wants to reach in one dimension.
type Goal struct {
	ID      GoalID
	Whole   ref.Case
	Side    string
	Label   string
	Unit    ref.Unit
	Due     civil.Date
	State   string
	Sealed  []byte
	Changed clock.Instant
	Ended   clock.Instant
}

// The states of a goal.
const (
	GoalOpen    = "open"
	GoalMet     = "met"     // 已达成
	GoalDropped = "dropped" // 不再需要
)

// GoalLabel gives the word for a state.
func GoalLabel(state string) string {
	return map[string]string{GoalOpen: "进行中", GoalMet: "已达成", GoalDropped: "不再需要"}[state]
}

// GoalPaper is what a goal says.
type GoalPaper struct {
	Text   string `json:"text"`             // what is to be reached
	Ways   string `json:"ways,omitempty"`   // by what
	Result string `json:"result,omitempty"` // when it ended
}

// Set is a goal with its words.
type Set struct {
	Goal
	GoalPaper
}

// GoalIn is what the editor of the plan hands in for a dimension; an empty
// text leaves the dimension without a goal, or as it is.
type GoalIn struct {
	Side, Label string
	Text, Ways  string
	Unit        ref.Unit
	Due         civil.Date
	State       string // "" = open
	Result      string
}

// hold is how long a person's editing keeps others from saving.
const hold = clock.Instant(30 * time.Minute / time.Millisecond)

// Lock says who edits the plan now, if it is somebody else.
func (c Case) Lock(by access.Actor, now clock.Instant) (name string, since clock.Instant, locked bool) {
	return c.EditorName, c.Editing, c.Editor != 0 && c.Editor != by.User && now-c.Editing < hold
}

// Edit keeps the care plan for the actor while he edits it. Somebody else's
// editing refuses him, and lapses after half an hour.
func (k *Desk) Edit(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) error {
	c, err := k.locked(ctx, tx, by, "case.edit", id)
	if err != nil {
		return err
	}
	if err := c.free(by, tx.Now); err != nil {
		return err
	}
	c.Editor, c.EditorName, c.Editing = by.User, by.Name, tx.Now
	return setEditor(ctx, tx, c)
}

// Leave lets others edit the care plan.
func (k *Desk) Leave(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) error {
	c, err := k.locked(ctx, tx, by, "case.edit", id)
	if err != nil || c.Editor != by.User {
		return err
	}
	c.Editor, c.EditorName, c.Editing = 0, "", 0
	return setEditor(ctx, tx, c)
}

func (c Case) free(by access.Actor, now clock.Instant) error {
	if name, since, locked := c.Lock(by, now); locked {
		return errs.Newf(errs.Conflict, "%s正在修改服务方案（%s开始）。请等对方保存后再修改；对方半小时没有保存的，自动解除。", name, civil.FormatTime(since.Time()))
	}
	return nil
}

// Save changes the care plan. The version is the one which the editor saw: had
// somebody saved since, nothing is written and he is told who.
func (k *Desk) Save(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, seen int64, goals []GoalIn) error {
	c, err := k.locked(ctx, tx, by, "case.edit", id)
	if err != nil {
		return err
	}
	if err := c.free(by, tx.Now); err != nil {
		return err
	}
	if c.Version != seen {
		return errs.Fields{"version": c.SavedBy + "在" + civil.FormatTime(c.Saved.Time()) + "保存过服务方案。您填写的内容还没有保存，请对照下面已保存的内容修改后再保存。"}.Err()
	}
	have, err := k.goals(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := refuseGoals(goals); err != nil {
		return err
	}
	for _, in := range goals {
		if strings.TrimSpace(in.Text) == "" {
			continue
		}
		if err := k.putGoal(ctx, tx, c, have, in); err != nil {
			return err
		}
	}
	c.Saved, c.SavedBy = tx.Now, by.Name
	if ok, err := savePlan(ctx, tx, c, seen); err != nil || !ok {
		if err == nil {
			err = errs.New(errs.Conflict, "服务方案刚刚被修改，请刷新后重试。")
		}
		return err
	}
	if c.Planned != 0 {
		if err := k.note(ctx, tx, by, id, note{Kind: Replanned}); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, by, "case.edit", Subject, id, map[string]any{"version": seen + 1})
}

func refuseGoals(goals []GoalIn) error {
	f := errs.Fields{}
	for _, g := range goals {
		if strings.TrimSpace(g.Text) == "" {
			f.Check(strings.TrimSpace(g.Ways) == "" && strings.TrimSpace(g.Result) == "", "text."+g.Side, "请填写目标。")
			continue
		}
		f.Check(!g.Due.IsZero(), "due."+g.Side, "请填写达成的日期。")
		f.Check(g.Unit > 0, "unit."+g.Side, "请选择由哪个单位负责。")
		f.Check(g.State == GoalOpen || g.State == "" || strings.TrimSpace(g.Result) != "", "result."+g.Side, "请写明结果或者不再需要的原因。")
	}
	return f.Err()
}

func (k *Desk) putGoal(ctx context.Context, tx *db.Tx, c Case, have []Set, in GoalIn) error {
	g := Goal{ID: ref.New[GoalID](tx.Now.Time()), Whole: c.ID, Side: in.Side, Label: in.Label, Unit: in.Unit, Due: in.Due, State: in.State, Changed: tx.Now}
	for _, h := range have {
		if h.Side == in.Side {
			g.ID, g.Ended = h.ID, h.Ended
		}
	}
	if g.State == "" {
		g.State = GoalOpen
	}
	switch {
	case g.State == GoalOpen:
		g.Ended = 0
	case g.Ended == 0:
		g.Ended = tx.Now
	}
	plain, err := json.Marshal(GoalPaper{strings.TrimSpace(in.Text), strings.TrimSpace(in.Ways), strings.TrimSpace(in.Result)})
	if err != nil {
		return err
	}
	if g.Sealed, err = k.Vault.Seal(ctx, tx, group(c.ID), field("casework_goal", "sealed", int64(g.ID)), plain); err != nil {
		return err
	}
	return putGoal(ctx, tx, g)
}

func (k *Desk) goals(ctx context.Context, tx *db.Tx, id ref.Case) ([]Set, error) {
	rows, err := goalsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Set, len(rows))
	for i, g := range rows {
		plain, err := k.Vault.Open(ctx, tx, group(id), field("casework_goal", "sealed", int64(g.ID)), g.Sealed)
		if err != nil {
			return nil, err
		}
		out[i].Goal = g
		if err := json.Unmarshal(plain, &out[i].GoalPaper); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Lacking gives the dimensions that are not clear and have no goal: while
// there are any, the care plan is incomplete.
func Lacking(j Judged, goals []Set) []Side {
	var out []Side
	for _, s := range j.Sides {
		if s.Clear {
			continue
		}
		covered := false
		for _, g := range goals {
			covered = covered || g.Side == s.ID
		}
		if !covered {
			out = append(out, s)
		}
	}
	return out
}

// Confirm makes the care plan the one that holds. It needs an assessment, and
// a goal for every dimension that is not clear.
func (k *Desk) Confirm(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) error {
	c, err := k.locked(ctx, tx, by, "case.edit", id)
	if err != nil {
		return err
	}
	if c.Planned != 0 {
		return errs.New(errs.Conflict, "服务方案已经确定。")
	}
	j, judged, err := k.Judged(ctx, tx, c.Child)
	if err != nil {
		return err
	}
	goals, err := k.goals(ctx, tx, id)
	if err != nil {
		return err
	}
	lack := Lacking(j, goals)
	switch {
	case !judged:
		return errs.New(errs.Conflict, "还没有做过风险评估。请先评估，再按评估结果制定服务方案。")
	case len(lack) > 0:
		return errs.Newf(errs.Conflict, "服务方案不完整：%s还没有目标。需要关注的每个维度都要有目标。", labels(lack))
	case len(goals) == 0:
		return errs.New(errs.Conflict, "服务方案还没有目标。")
	}
	c.Planned, c.PlannedBy = tx.Now, by.Name
	if err := setPlanned(ctx, tx, c); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Planned}); err != nil {
		return err
	}
	if _, err := k.fulfil(ctx, tx, by, id, PlanKind, Subject, int64(id)); err != nil {
		return err
	}
	if _, err := k.duty(ctx, tx, by, c, ReviewKind, "个案复评", "case.review"); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.edit", Subject, id, map[string]any{"confirmed": true})
}

func labels(list []Side) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = s.Label
	}
	return strings.Join(words, "、")
}

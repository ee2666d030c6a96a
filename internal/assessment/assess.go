package assessment

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// In is what an assessor hands in.
type In struct {
	Answers map[string]string
	Level   int    // 0 takes the scale's
	Reason  string // required where Level differs from the scale's
	Words   string
}

// Outcome tells the assessor what came of it.
type Outcome struct {
	ID     ref.Assessment
	Result rule.Result
	State  State
	Waits  rule.Tier // who must decide or confirm; "" = nobody
}

// Asked gives the county's scale and the age at which a child is assessed.
func (k *Desk) Asked(tx *db.Tx, c child.Child) (rule.Scale, int, error) {
	today := civil.DateOf(tx.Now.Time())
	scale, ok := k.Book().CountyScale(today)
	if !ok {
		return scale, 0, errs.New(errs.Conflict, "本县还没有选定评估量表，请联系县未保办在规则中设置。")
	}
	age, known := c.Age(today)
	if !known {
		return scale, 0, errs.New(errs.Conflict, "该儿童的出生日期不详。请先在档案中登记出生日期（可以填估计的日期），再评估。")
	}
	if !scale.Ages.Hold(age) {
		return scale, 0, errs.Newf(errs.Conflict, "本县的量表不适用于%d周岁。", age)
	}
	return scale, age, nil
}

// Assess judges a child's risk. A level that rises, stays or is the first
// holds at once; one that falls, or lies under the scale's, is proposed.
func (k *Desk) Assess(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, in In) (Outcome, error) {
	if err := by.Require("assessment.assess"); err != nil {
		return Outcome{}, err
	}
	c, err := k.Cabinet.Lock(ctx, tx, by, id)
	if err != nil {
		return Outcome{}, err
	}
	scale, age, err := k.Asked(tx, c)
	if err != nil {
		return Outcome{}, err
	}
	r, err := scale.Score(age, in.Answers)
	if err != nil {
		return Outcome{}, err
	}
	level, err := in.level(r)
	if err != nil {
		return Outcome{}, err
	}
	a := Assessment{ID: ref.New[ref.Assessment](tx.Now.Time()), Child: id, Region: c.Region, Town: c.Town, County: c.County, Unit: c.Unit,
		Scale: scale.ID, Version: scale.Version, Age: age, At: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit,
		Total: r.Total, Emergency: flag(len(r.Emergencies) > 0), Scored: r.Level, Level: level, Before: c.Level, State: Held, Decision: []byte{}}
	if a.Sealed, err = k.seal(ctx, tx, a, in); err != nil {
		return Outcome{}, err
	}
	if err := k.replaceOpen(ctx, tx, by, id); err != nil {
		return Outcome{}, err
	}
	waits, err := k.route(ctx, tx, by, &a, c)
	if err != nil {
		return Outcome{}, err
	}
	if err := insert(ctx, tx, a); err != nil {
		return Outcome{}, err
	}
	if a.State == Held {
		if err := k.hold(ctx, tx, by, a); err != nil {
			return Outcome{}, err
		}
	}
	if k.Assessed != nil {
		if err := k.Assessed(ctx, tx, by, id, a.ID); err != nil {
			return Outcome{}, err
		}
	}
	return Outcome{a.ID, r, a.State, waits}, audit.Write(ctx, tx, by, "assessment.assess", "assessment", a.ID,
		map[string]any{"child": id, "scored": a.Scored, "level": a.Level, "before": a.Before, "state": a.State})
}

// replaceOpen ends what waits for a decision on a child: the new assessment
// stands in its place.
func (k *Desk) replaceOpen(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) error {
	list, err := openOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, a := range list {
		if a.State == Proposed {
			a.State = Replaced
		}
		a.Decided, a.DecidedBy, a.DecidedName = tx.Now, access.Program.User, access.Program.Name
		if err := update(ctx, tx, a); err != nil {
			return err
		}
		if err := k.Kernel.Cancel(ctx, tx, by, a.Duty, "已有新的评估"); err != nil {
			return err
		}
	}
	return nil
}

// level checks what was answered and gives the level asked for.
func (in In) level(r rule.Result) (int, error) {
	f := errs.Fields{}
	if len(r.Emergencies) == 0 {
		for _, m := range r.Unanswered {
			f.Check(false, m.ID, "请回答“"+m.Label+"”。")
		}
	}
	level := in.Level
	if level == 0 {
		level = r.Level
	}
	f.Check(level >= 1 && level <= rule.TopLevel, "level", "请选择等级。")
	f.Check(level == r.Level || strings.TrimSpace(in.Reason) != "", "reason", "选定的等级与量表结果不同，请说明理由。")
	f.Check(len(r.Emergencies) == 0 || level == rule.TopLevel, "level", "存在紧急情形，等级只能是最高级。")
	return level, f.Err()
}

func (k *Desk) seal(ctx context.Context, tx *db.Tx, a Assessment, in In) ([]byte, error) {
	rows := []Assessment{a}
	err := k.sealAll(ctx, tx, rows, []In{in})
	return rows[0].Sealed, err
}

// sealAll closes what is private in assessments, each with what was handed in.
func (k *Desk) sealAll(ctx context.Context, tx *db.Tx, rows []Assessment, papers []In) error {
	list := make([]vault.Sealed, len(rows))
	for i, in := range papers {
		plain, err := json.Marshal(Paper{in.Answers, strings.TrimSpace(in.Words), strings.TrimSpace(in.Reason)})
		if err != nil {
			return err
		}
		list[i] = vault.Sealed{Group: vault.GroupOf("child", rows[i].Child), Field: sealedField(rows[i].ID), Bytes: plain}
	}
	sealed, err := k.Cabinet.Vault.SealAll(ctx, tx, list)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Sealed = sealed[i]
	}
	return nil
}

func sealedField(id ref.Assessment) vault.Field {
	return vault.Field{Table: "assessment", Column: "sealed", Row: int64(id)}
}

func decisionField(id ref.Assessment) vault.Field {
	return vault.Field{Table: "assessment", Column: "decision", Row: int64(id)}
}

// route decides whether an assessment holds at once and opens the duty of
// whoever must decide it or confirm it.
func (k *Desk) route(ctx context.Context, tx *db.Tx, by access.Actor, a *Assessment, c child.Child) (rule.Tier, error) {
	m := k.Book().LevelDuties(max(a.Level, a.Before), c.CategoryIDs(), civil.DateOf(tx.Now.Time()))
	falls := a.Before > 0 && a.Level < a.Before
	var waits rule.Tier
	kind, title := DecideKind, "审定风险等级降低"
	switch {
	case a.Lowers():
		a.State = Proposed
		if waits = higher(m.Lower, m.Confirm); waits == "" {
			waits = rule.AtTownship
		}
		if !falls {
			title = "审定低于量表结果的风险等级"
		}
	case m.Confirm != "" && tierOf(by) < rank(m.Confirm) && a.Level != a.Before:
		waits, kind, title = m.Confirm, ConfirmKind, "确认风险等级"
	default:
		return "", nil
	}
	unit, err := k.Unit(ctx, tx, a.Region, whoOf(waits), "")
	if err != nil {
		return "", err
	}
	deadline, _, err := duty.Ruled(k.Book(), "assessment.decide", tx.Now)
	if err != nil {
		return "", err
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: kind, Subject: "assessment", SubjectID: int64(a.ID), Whole: int64(a.Child),
		Title: title + "：" + shown(c), Unit: unit, Region: a.Region, Rule: basis, Clause: "风险等级的审定和确认", Deadline: deadline})
	if err != nil {
		return "", err
	}
	a.Duty = ids[0]
	return waits, nil
}

// shown is how a duty calls a child.
func shown(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

var ranks = map[rule.Tier]int{rule.AtTownship: 1, rule.AtCounty: 2}

func rank(t rule.Tier) int { return ranks[t] }

func higher(a, b rule.Tier) rule.Tier {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// tierOf is the rank of an actor: a village decides nothing, a township 1, the county 2.
func tierOf(by access.Actor) int {
	switch by.Post.Role {
	case access.Officer, access.Leader:
		if access.Town(by.Post.Region) == "" {
			return rank(rule.AtCounty)
		}
		return rank(rule.AtTownship)
	case access.Supervisor:
		return rank(rule.AtTownship)
	}
	return 0
}

func whoOf(t rule.Tier) string {
	if t == rule.AtCounty {
		return "officer"
	}
	return "supervisor"
}

// hold makes the level of an assessment the child's and plans the care anew.
func (k *Desk) hold(ctx context.Context, tx *db.Tx, by access.Actor, a Assessment) error {
	today := civil.DateOf(tx.Now.Time())
	if err := k.Cabinet.Tell(ctx, tx, by, a.Child, child.Set{Level: &a.Level, Screened: &today}); err != nil {
		return err
	}
	c, err := k.Cabinet.Get(ctx, tx, by, a.Child)
	if err != nil {
		return err
	}
	if err := k.fulfil(ctx, tx, by, a.Child, rule.Reassess, "assessment", int64(a.ID)); err != nil {
		return err
	}
	if k.Held != nil {
		if err := k.Held(ctx, tx, by, a); err != nil {
			return err
		}
	}
	return k.Plan(ctx, tx, by, c)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

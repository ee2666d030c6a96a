package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan/compile"
	"weibao/internal/ref"
)

// Compiled is an uploaded file that was read, ready to be stored as a draft.
type Compiled struct {
	plan   *compile.Plan
	file   string
	digest string
}

// Compile reads an uploaded file. It takes its time and touches no database;
// the message of its error says what is wrong with the file and what to do.
func Compile(file string, raw []byte) (*Compiled, error) {
	p, err := compile.Compile(file, raw)
	if err != nil {
		return nil, &errs.Error{Kind: errs.Invalid, Message: err.Error(), Fields: map[string]string{"file": err.Error()}}
	}
	sum := sha256.Sum256(raw)
	return &Compiled{plan: p, file: baseName(file), digest: hex.EncodeToString(sum[:])}, nil
}

func baseName(file string) string {
	if i := strings.LastIndexAny(file, `/\`); i >= 0 {
		file = file[i+1:]
	}
	return file
}

// Known gives the plan that was made from the same file, if the actor's region
// has one: it is offered instead of a second draft.
func (d *Desk) Known(ctx context.Context, tx *db.Tx, by access.Actor, c *Compiled) (Plan, bool, error) {
	if err := by.Require("plan.upload"); err != nil {
		return Plan{}, false, err
	}
	return sameFile(ctx, tx, by.Post.Region, c.digest)
}

// Upload stores what was read as a draft of the actor's office, all of it or
// nothing. Names of units that fit exactly one unit are resolved.
func (d *Desk) Upload(ctx context.Context, tx *db.Tx, by access.Actor, c *Compiled) (ref.Plan, error) {
	if err := by.Require("plan.upload"); err != nil {
		return 0, err
	}
	region := by.Post.Region
	if access.Prefix(region) == "" || by.Post.Unit == 0 {
		return 0, errs.New(errs.Forbidden, "当前岗位没有所属的行政区划，不能上传方案。请切换到未保办岗位。")
	}
	register, err := d.Units(ctx, tx, by, region)
	if err != nil {
		return 0, err
	}
	p := Plan{ID: ref.New[ref.Plan](tx.Now.Time()), Title: c.plan.Title, Issuer: c.plan.Issuer, Unit: by.Post.Unit,
		Region: region, Town: access.Town(region), County: access.County(region), Year: c.plan.Year, State: Draft,
		File: c.file, Digest: c.digest, Version: 1, Created: tx.Now, CreatedBy: by.User}
	if p.Title == "" {
		p.Title = c.plan.Name
	}
	if p.Dated, err = civil.Parse(c.plan.Issued); err != nil {
		p.Dated = civil.Date{}
	}
	tasks := make([]Task, len(c.plan.Tasks))
	for i, t := range c.plan.Tasks {
		tasks[i] = draftOf(tx.Now, p.ID, int64(i+1)*seqGap, t, register)
	}
	if err := insertPlan(ctx, tx, p, c.plan.Text); err != nil {
		if db.IsUnique(err) {
			return 0, errs.Wrap(errs.Conflict, err, "这份文件已经上传过，请从方案列表打开已有的草稿。")
		}
		return 0, err
	}
	if err := insertTasks(ctx, tx, tasks); err != nil {
		return 0, err
	}
	return p.ID, audit.Write(ctx, tx, by, "plan.upload", "plan", p.ID, map[string]any{"tasks": len(tasks), "digest": c.digest})
}

// seqGap leaves room between tasks for those that are split off or added.
const seqGap = 1 << 20

// draftOf makes a task of what the compiler read.
func draftOf(now clock.Instant, plan ref.Plan, seq int64, c compile.Task, register *Register) Task {
	t := Task{ID: ref.New[ref.Task](now.Time()), Plan: plan, Seq: seq, Path: c.Path, Start: c.Start, End: c.End,
		Quote: c.Quote, Title: c.Title, State: TaskDraft, Rules: c.FoundBy, Version: 1}
	add := func(k Kind, f compile.Fact, norm string) *Fact {
		t.Facts = append(t.Facts, Fact{ID: int64(ref.New[ref.Task](now.Time())), Kind: k, Text: f.Text, Norm: norm, Start: f.Start, End: f.End, Rule: f.Rule})
		return &t.Facts[len(t.Facts)-1]
	}
	owner := func(k Kind, u compile.Unit) {
		name := u.Name
		if name == "" {
			name = u.Text
		}
		f := add(k, u.Fact, name)
		f.Unit = register.Resolve(name).Unit
	}
	for _, u := range c.Lead {
		owner(Lead, u)
	}
	for _, u := range c.Support {
		owner(Support, u)
	}
	for _, x := range c.Times {
		add(Time, x.Fact, x.Exact())
	}
	for _, x := range c.Unclear {
		add(Vague, x, "")
	}
	for _, x := range c.Targets {
		add(Target, x.Fact, x.Norm)
	}
	for _, x := range c.Documents {
		add(Document, x.Fact, "").Text = x.Title
	}
	t.Facts = once(t.Facts)
	t.Place()
	return t
}

// once drops an owner that is named a second time: a lead is no support unit of its own task.
func once(facts []Fact) []Fact {
	seen := map[ref.Unit]bool{}
	var out []Fact
	for _, f := range facts {
		if f.Kind == Lead || f.Kind == Support {
			if f.Unit != 0 && seen[f.Unit] {
				continue
			}
			seen[f.Unit] = true
		}
		out = append(out, f)
	}
	return out
}

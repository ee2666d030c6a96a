package plan

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var planColumns = db.ColumnsOf[Plan]("p")

// visiblePlan is the scope of an actor over plans: those of his region, and
// those that ask something of his unit or of a unit in his region. Drafts are
// seen by those alone who may review them.
func visiblePlan(by access.Actor) (string, []any) {
	where, args := by.Scope().Where(access.ScopeColumns("p"))
	if by.Scope().Reach == access.Nothing {
		return where, args
	}
	if !by.Can("plan.review") {
		where = "(" + where + " AND p.state <> 'draft')"
	}
	owes, more := owing(by)
	return "(" + where + " OR p.id IN (SELECT d.whole FROM duty d WHERE d.whole = p.id AND d.whole > 0 AND " + owes +
			") OR p.id IN (SELECT t.plan FROM duty_series s JOIN plan_task t ON t.id = s.subject_id WHERE s.subject = 'plan_task' AND s.unit = ?))",
		append(append(args, more...), by.Post.Unit)
}

// owing is the condition on duties that lie with the actor's unit or in his region.
func owing(by access.Actor) (string, []any) {
	where, args := by.Scope().Where(access.ScopeColumns("d"))
	return "(" + where + " OR d.unit = ?)", append(args, by.Post.Unit)
}

func getPlan(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (Plan, error) {
	where, args := visiblePlan(by)
	return db.Get[Plan](ctx, tx, "SELECT "+planColumns+" FROM plan p WHERE p.id = ? AND "+where, append([]any{id}, args...)...)
}

// lockPlan gives a plan of the actor's region for a change.
func lockPlan(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (Plan, error) {
	where, args := by.Scope().Where(access.ScopeColumns("p"))
	return db.Get[Plan](ctx, tx, "SELECT "+planColumns+" FROM plan p WHERE p.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

func listPlans(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Plan, limit int) ([]Plan, error) {
	where, args := visiblePlan(by)
	if after != 0 {
		where, args = where+" AND p.id < ?", append(args, after)
	}
	return db.All[Plan](ctx, tx, "SELECT "+planColumns+" FROM plan p WHERE "+where+" ORDER BY p.id DESC LIMIT ?", append(args, limit)...)
}

func sameFile(ctx context.Context, tx *db.Tx, region, digest string) (Plan, bool, error) {
	return db.Maybe[Plan](ctx, tx, "SELECT "+planColumns+" FROM plan p WHERE p.region = ? AND p.digest = ? AND p.digest <> '' AND p.state <> 'closed'", region, digest)
}

func insertPlan(ctx context.Context, tx *db.Tx, p Plan, text string) error {
	if err := db.Insert(ctx, tx, "plan", p); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO plan_text (plan, text) VALUES (?, ?)", p.ID, text)
	return err
}

func updatePlan(ctx context.Context, tx *db.Tx, p Plan) error {
	return tx.One(ctx, `UPDATE plan SET title = ?, issuer = ?, year = ?, dated = ?, state = ?, quiet = ?, version = version + 1, head = ?,
		issued = ?, issued_by = ?, closed = ? WHERE id = ?`, p.Title, p.Issuer, p.Year, p.Dated, p.State, flag(p.Quiet), p.Head, p.Issued, p.IssuedBy, p.Closed, p.ID)
}

func deletePlan(ctx context.Context, tx *db.Tx, id ref.Plan) error {
	for _, s := range []string{
		"DELETE FROM plan_edit_task WHERE edit IN (SELECT id FROM plan_edit WHERE plan = ?)", "DELETE FROM plan_edit WHERE plan = ?",
		"DELETE FROM plan_fact WHERE plan = ?", "DELETE FROM plan_task WHERE plan = ?", "DELETE FROM plan_text WHERE plan = ?", "DELETE FROM plan WHERE id = ?",
	} {
		if _, err := tx.Exec(ctx, s, id); err != nil {
			return err
		}
	}
	return nil
}

func textOf(ctx context.Context, tx *db.Tx, id ref.Plan) (string, error) {
	return db.Get[string](ctx, tx, "SELECT text FROM plan_text WHERE plan = ?", id)
}

// Tasks.

type taskRow struct {
	ID        ref.Task
	Plan      ref.Plan
	Seq       int64
	Path      string
	SpanStart int
	SpanEnd   int
	Quote     string
	Title     string
	State     TaskState
	Standing  int
	Review    string
	Checked   int
	Rules     string
	Version   int64
}

type factRow struct {
	Fact
	Task ref.Task
	Plan ref.Plan
	Ord  int
}

// factInsert names the columns of Fact anew, since db.InsertAll leaves out embedded structs.
type factInsert struct {
	ID        int64
	Task      ref.Task
	Plan      ref.Plan
	Ord       int
	Kind      Kind
	Text      string
	Norm      string
	Unit      ref.Unit
	Slot      int64
	SpanStart int
	SpanEnd   int
	Rule      string
}

func rowOf(t Task) (taskRow, []factInsert, error) {
	path, err := json.Marshal(t.Path)
	if err != nil {
		return taskRow{}, nil, fmt.Errorf("plan: path: %w", err)
	}
	rules, err := json.Marshal(t.Rules)
	if err != nil {
		return taskRow{}, nil, fmt.Errorf("plan: rules: %w", err)
	}
	row := taskRow{t.ID, t.Plan, t.Seq, string(path), t.Start, t.End, t.Quote, t.Title, t.State, flag(t.Standing), t.Review, flag(t.Checked), string(rules), t.Version}
	facts := make([]factInsert, len(t.Facts))
	for i, f := range t.Facts {
		facts[i] = factInsert{f.ID, t.ID, t.Plan, i, f.Kind, f.Text, f.Norm, f.Unit, f.Slot, f.Start, f.End, f.Rule}
	}
	return row, facts, nil
}

func (r taskRow) task() (Task, error) {
	t := Task{ID: r.ID, Plan: r.Plan, Seq: r.Seq, Start: r.SpanStart, End: r.SpanEnd, Quote: r.Quote, Title: r.Title, State: r.State,
		Standing: r.Standing == 1, Review: r.Review, Checked: r.Checked == 1, Version: r.Version}
	if err := json.Unmarshal([]byte(r.Path), &t.Path); err != nil {
		return t, fmt.Errorf("plan: path of task %d: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Rules), &t.Rules); err != nil {
		return t, fmt.Errorf("plan: rules of task %d: %w", r.ID, err)
	}
	return t, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// tasksOf gives all tasks of a plan in its order, without scope: callers have the plan.
func tasksOf(ctx context.Context, tx *db.Tx, plan ref.Plan) ([]Task, error) {
	rows, err := db.All[taskRow](ctx, tx, "SELECT "+db.ColumnsOf[taskRow]("t")+" FROM plan_task t WHERE t.plan = ? ORDER BY t.seq, t.id", plan)
	if err != nil {
		return nil, err
	}
	facts, err := db.All[factRow](ctx, tx, "SELECT f.* FROM plan_fact f WHERE f.plan = ? ORDER BY f.task, f.ord", plan)
	if err != nil {
		return nil, err
	}
	return join(rows, facts)
}

func tasksByID(ctx context.Context, tx *db.Tx, ids []ref.Task) ([]Task, error) {
	rows, err := db.All[taskRow](ctx, tx, "SELECT "+db.ColumnsOf[taskRow]("t")+" FROM plan_task t WHERE t.id IN "+db.In(len(ids))+" ORDER BY t.seq, t.id", db.Args(ids)...)
	if err != nil {
		return nil, err
	}
	facts, err := db.All[factRow](ctx, tx, "SELECT f.* FROM plan_fact f WHERE f.task IN "+db.In(len(ids))+" ORDER BY f.task, f.ord", db.Args(ids)...)
	if err != nil {
		return nil, err
	}
	return join(rows, facts)
}

func join(rows []taskRow, facts []factRow) ([]Task, error) {
	byTask := map[ref.Task][]Fact{}
	for _, f := range facts {
		byTask[f.Task] = append(byTask[f.Task], f.Fact)
	}
	tasks := make([]Task, len(rows))
	for i, r := range rows {
		t, err := r.task()
		if err != nil {
			return nil, err
		}
		t.Facts = byTask[r.ID]
		tasks[i] = t
	}
	return tasks, nil
}

func insertTasks(ctx context.Context, tx *db.Tx, tasks []Task) error {
	rows, facts := make([]taskRow, len(tasks)), []factInsert{}
	for i, t := range tasks {
		row, list, err := rowOf(t)
		if err != nil {
			return err
		}
		rows[i], facts = row, append(facts, list...)
	}
	if err := db.InsertAll(ctx, tx, "plan_task", rows); err != nil {
		return err
	}
	return db.InsertAll(ctx, tx, "plan_fact", facts)
}

// putTasks makes the stored tasks what they are given as; tasks of gone are removed.
func putTasks(ctx context.Context, tx *db.Tx, tasks []Task, gone []ref.Task) error {
	ids := slices.Clone(gone)
	for _, t := range tasks {
		ids = append(ids, t.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	for _, table := range []string{"DELETE FROM plan_fact WHERE task IN ", "DELETE FROM plan_task WHERE id IN "} {
		for part := range slices.Chunk(ids, 500) {
			if _, err := tx.Exec(ctx, table+db.In(len(part)), db.Args(part)...); err != nil {
				return err
			}
		}
	}
	return insertTasks(ctx, tx, tasks)
}

// Edits.

// Edit is a change of a plan by a person.
type Edit struct {
	ID        int64
	Plan      ref.Plan
	Number    int64
	Kind      string // review | amend
	At        clock.Instant
	Actor     ref.User
	ActorName string
	Words     string
	Reason    string
	Before    string
	After     string
}

func insertEdit(ctx context.Context, tx *db.Tx, e Edit, tasks []ref.Task) error {
	if err := db.Insert(ctx, tx, "plan_edit", e); err != nil {
		return err
	}
	type row struct {
		Task ref.Task
		Edit int64
	}
	slices.SortFunc(tasks, func(a, b ref.Task) int { return cmp.Compare(a, b) })
	var rows []row
	for _, t := range slices.Compact(tasks) {
		rows = append(rows, row{t, e.ID})
	}
	return db.InsertAll(ctx, tx, "plan_edit_task", rows)
}

func editAt(ctx context.Context, tx *db.Tx, plan ref.Plan, number int64) (Edit, bool, error) {
	return db.Maybe[Edit](ctx, tx, "SELECT "+db.ColumnsOf[Edit]("e")+" FROM plan_edit e WHERE e.plan = ? AND e.number = ?", plan, number)
}

// dropRedo forgets edits that were taken back, when another one follows instead.
func dropRedo(ctx context.Context, tx *db.Tx, plan ref.Plan, head int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM plan_edit_task WHERE edit IN (SELECT id FROM plan_edit WHERE plan = ? AND number > ?)", plan, head); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM plan_edit WHERE plan = ? AND number > ?", plan, head)
	return err
}

func editsOfTask(ctx context.Context, tx *db.Tx, task ref.Task) ([]Edit, error) {
	return db.All[Edit](ctx, tx, "SELECT "+db.ColumnsOf[Edit]("e")+` FROM plan_edit_task x JOIN plan_edit e ON e.id = x.edit
		WHERE x.task = ? ORDER BY e.number`, task)
}

func editsOfPlan(ctx context.Context, tx *db.Tx, plan ref.Plan, kind string, limit int) ([]Edit, error) {
	return db.All[Edit](ctx, tx, "SELECT "+db.ColumnsOf[Edit]("e")+" FROM plan_edit e WHERE e.plan = ? AND e.kind = ? ORDER BY e.number DESC LIMIT ?", plan, kind, limit)
}

package plan

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

var dutyColumns = db.ColumnsOf[duty.Duty]("d")

func insertReply(ctx context.Context, tx *db.Tx, r Reply) error {
	return db.Insert(ctx, tx, "plan_reply", r)
}

func insertValues(ctx context.Context, tx *db.Tx, values []Value) error {
	return db.InsertAll(ctx, tx, "plan_measure", values)
}

func lockReply(ctx context.Context, tx *db.Tx, id ReplyID) (Reply, error) {
	return db.Get[Reply](ctx, tx, "SELECT "+db.ColumnsOf[Reply]("r")+" FROM plan_reply r WHERE r.id = ? AND r.kind = 'reply'"+tx.ForUpdate(), id)
}

func setChecked(ctx context.Context, tx *db.Tx, id ReplyID, state string, by access.Actor, words string) error {
	return tx.One(ctx, "UPDATE plan_reply SET state = ?, checked = ?, checked_by = ?, checked_name = ?, words = ? WHERE id = ? AND state = 'sent'",
		state, tx.Now, by.User, by.Name, words, id)
}

func repliesOf(ctx context.Context, tx *db.Tx, duties []ref.Duty) ([]Reply, error) {
	return db.All[Reply](ctx, tx, "SELECT "+db.ColumnsOf[Reply]("r")+" FROM plan_reply r WHERE r.duty IN "+db.In(len(duties))+" ORDER BY r.id DESC", db.Args(duties)...)
}

// sentUnder gives the answers that wait under a lead's duty.
func sentUnder(ctx context.Context, tx *db.Tx, lead ref.Duty) ([]Reply, error) {
	return db.All[Reply](ctx, tx, "SELECT "+db.ColumnsOf[Reply]("r")+` FROM duty d JOIN plan_reply r ON r.duty = d.id
		WHERE d.parent = ? AND d.parent > 0 AND d.state = 'open' AND r.state = 'sent' ORDER BY r.id`, lead)
}

func valuesOf(ctx context.Context, tx *db.Tx, task ref.Task) ([]Value, error) {
	return db.All[Value](ctx, tx, "SELECT "+db.ColumnsOf[Value]("v")+" FROM plan_measure v WHERE v.task = ? ORDER BY v.target, v.reply DESC LIMIT 2000", task)
}

// slotOf gives the fact from which a duty, or the series of a round, comes.
func slotOf(ctx context.Context, tx *db.Tx, id ref.Duty, series ref.Series) (int64, error) {
	slot, _, err := db.Maybe[int64](ctx, tx, "SELECT slot FROM plan_link WHERE duty = ? AND duty > 0", id)
	if err != nil || series == 0 {
		return slot, err
	}
	slot, _, err = db.Maybe[int64](ctx, tx, "SELECT slot FROM plan_link WHERE series = ? AND series > 0", series)
	return slot, err
}

func childrenOf(ctx context.Context, tx *db.Tx, parent ref.Duty) ([]duty.Duty, error) {
	return db.All[duty.Duty](ctx, tx, "SELECT "+dutyColumns+" FROM duty d WHERE d.parent = ? AND d.parent > 0 AND d.subject = 'plan_task' ORDER BY d.id", parent)
}

func parentOf(ctx context.Context, tx *db.Tx, id ref.Duty) (duty.Duty, error) {
	return db.Get[duty.Duty](ctx, tx, "SELECT "+dutyColumns+" FROM duty d WHERE d.id = ?", id)
}

func sentOfTask(ctx context.Context, tx *db.Tx, task ref.Task) ([]Reply, error) {
	return db.All[Reply](ctx, tx, "SELECT "+db.ColumnsOf[Reply]("r")+" FROM plan_reply r WHERE r.task = ? AND r.state = 'sent' ORDER BY r.id"+tx.ForUpdate(), task)
}

func sentOfDuty(ctx context.Context, tx *db.Tx, id ref.Duty) ([]Reply, error) {
	return db.All[Reply](ctx, tx, "SELECT "+db.ColumnsOf[Reply]("r")+" FROM plan_reply r WHERE r.duty = ? AND r.state = 'sent'"+tx.ForUpdate(), id)
}

func insertProofs(ctx context.Context, tx *db.Tx, proofs []proof) error {
	return db.InsertAll(ctx, tx, "plan_evidence", proofs)
}

func proofsOf(ctx context.Context, tx *db.Tx, duties []ref.Duty) ([]proof, error) {
	return db.All[proof](ctx, tx, "SELECT e.reply, e.file, e.duty FROM plan_evidence e WHERE e.duty IN "+db.In(len(duties))+" ORDER BY e.duty, e.file", db.Args(duties)...)
}

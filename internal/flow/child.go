package flow

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// EnterCategory puts a child into a category and opens the care that follows.
func (f *Flow) EnterCategory(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, n child.NewCategory) error {
	if err := f.Assessor.Cabinet.Enter(ctx, tx, by, id, n); err != nil {
		return err
	}
	return f.care(ctx, tx, by, id)
}

// LeaveCategory ends a category and the care that only it asked for.
func (f *Flow) LeaveCategory(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, category, reason string) error {
	if err := f.Assessor.Cabinet.Leave(ctx, tx, by, id, category, reason); err != nil {
		return err
	}
	return f.care(ctx, tx, by, id)
}

// CloseChild ends a file with its care and whatever else is open about it.
func (f *Flow) CloseChild(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, reason string) error {
	if err := f.Assessor.Cabinet.Close(ctx, tx, by, id, reason); err != nil {
		return err
	}
	if err := f.care(ctx, tx, by, id); err != nil {
		return err
	}
	return f.Kernel.CancelAll(ctx, tx, by, "child", int64(id), "档案已结束："+child.LabelOf(child.CloseReasons, reason))
}

// ReopenChild brings a file back with the care that its level asks for.
func (f *Flow) ReopenChild(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, reason string) error {
	if err := f.Assessor.Cabinet.Reopen(ctx, tx, by, id, reason); err != nil {
		return err
	}
	return f.care(ctx, tx, by, id)
}

func (f *Flow) care(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) error {
	c, err := f.Assessor.Cabinet.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	return f.Assessor.Plan(ctx, tx, by, c)
}

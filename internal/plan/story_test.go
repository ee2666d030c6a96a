package plan_test

import (
	"context"
	"slices"
	"testing"

	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
)

func tasksIn(o plan.Outline) (ids []ref.Task) {
	for _, t := range o.Tasks {
		ids = append(ids, t.ID)
	}
	return ids
}

func TestAUnitSeesThoseTasksOfAPlanThatConcernIt(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		ctx, tx := t.Context(), h.d.Reader()
		whole, err := h.desk.Outline(ctx, tx, h.officer, id, nil)
		must(t, err)
		unit := h.liaison("县教育局")
		part, err := h.desk.Outline(ctx, tx, unit, id, nil)
		must(t, err)
		if len(part.Tasks) == 0 || len(part.Tasks) >= len(whole.Tasks) {
			t.Fatalf("the unit sees %d of %d tasks", len(part.Tasks), len(whole.Tasks))
		}
		mine := tasksIn(part)
		for _, task := range whole.Tasks {
			owns := slices.ContainsFunc(task.Facts, func(f plan.Fact) bool { return f.Unit == unit.Post.Unit })
			if owns && !slices.Contains(mine, task.ID) {
				t.Errorf("the unit does not see its task %s", task.Title)
			}
			read := func(ctx context.Context, tx *db.Tx) error {
				_, err := h.desk.Story(ctx, tx, unit, task.ID)
				return err
			}
			if slices.Contains(mine, task.ID) {
				must(t, h.try(read))
				continue
			}
			h.refused(errs.NotFound, read)
			chosen, err := h.desk.Outline(ctx, tx, unit, id, []ref.Task{task.ID})
			must(t, err)
			if len(chosen.Tasks) != 0 {
				t.Errorf("asked for by its id, %s is shown", task.Title)
			}
		}
		paths, err := h.desk.Paths(ctx, tx, unit, id)
		must(t, err)
		if len(paths) != len(mine) {
			t.Errorf("headings of %d tasks, %d are seen", len(paths), len(mine))
		}
	})
}

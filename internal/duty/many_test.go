package duty_test

import (
	"errors"
	"slices"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// CancelSome cancels some duties one by one, goes back, cancels them together
// and finds the same in every table.
func (l *timeline) CancelSome(rt *rapid.T) {
	open, err := db.All[ref.Duty](l.ctx, l.d.Reader(), "SELECT id FROM duty WHERE state = 'open' AND subject <> 'duty' AND subject <> 'duty_request' ORDER BY id")
	if err != nil || len(open) == 0 {
		return
	}
	some := slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(open), 1, 8).Draw(rt, "duties"))))
	var one, many written
	goBack := errors.New("back")
	err = l.d.Write(l.ctx, func(tx *db.Tx) error {
		for _, id := range some {
			if err := l.Kernel.Cancel(l.ctx, tx, officer, id, "不再需要"); err != nil {
				return err
			}
		}
		one = l.written(rt, tx)
		return goBack
	})
	if !errors.Is(err, goBack) {
		rt.Fatal(err)
	}
	l.write(rt, func(tx *db.Tx) error {
		if err := l.CancelMany(l.ctx, tx, officer, some, "不再需要"); err != nil {
			return err
		}
		many = l.written(rt, tx)
		return nil
	})
	if diff := cmp.Diff(one, many); diff != "" {
		rt.Fatalf("one by one and together differ:\n%s", diff)
	}
}

// written is all that a cancellation may touch, without the instants and ids of its own.
type written struct {
	Duties   []duty.Duty
	Places   []place
	Requests []string
	Events   []event
	Journal  []entry
}

type place struct {
	Ladder string
	Level  int
	Due    clock.Instant
	Duty   ref.Duty
}

type event struct {
	Duty         ref.Duty
	Action, Note string
}

type entry struct {
	Action, Subject, Detail string
	SubjectID               int64
}

func (l *timeline) written(rt *rapid.T, tx *db.Tx) written {
	return written{
		Duties:   without(all[duty.Duty](l, rt, tx, "SELECT "+db.ColumnsOf[duty.Duty]("d")+" FROM duty d ORDER BY id")),
		Places:   all[place](l, rt, tx, "SELECT ladder, level, due, duty FROM duty_place ORDER BY duty"),
		Requests: all[string](l, rt, tx, "SELECT state FROM duty_request ORDER BY id"),
		Events:   all[event](l, rt, tx, "SELECT duty, action, note FROM duty_event ORDER BY duty, action, note"),
		Journal:  all[entry](l, rt, tx, "SELECT action, subject, detail, subject_id FROM audit_entry ORDER BY subject, subject_id, action, detail"),
	}
}

func without(list []duty.Duty) []duty.Duty {
	for i := range list {
		list[i].Closed = min(list[i].Closed, 1)
	}
	return list
}

func all[T any](l *timeline, rt *rapid.T, tx *db.Tx, query string) []T {
	rows, err := db.All[T](l.ctx, tx, query)
	if err != nil {
		rt.Fatal(err)
	}
	return rows
}

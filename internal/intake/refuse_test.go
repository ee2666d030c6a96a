package intake_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
)

func TestOperationsAreRefusedWithoutTheRight(t *testing.T) {
	withDesk(t, func(k desk) {
		out := k.lodge(access.Program, plain, "")
		for name, op := range map[string]func(ctx context.Context, tx *db.Tx, by access.Actor) error{
			"accept": func(ctx context.Context, tx *db.Tx, by access.Actor) error { return k.Accept(ctx, tx, by, out.ID) },
			"reject": func(ctx context.Context, tx *db.Tx, by access.Actor) error {
				return k.Reject(ctx, tx, by, out.ID, "甲")
			},
			"answer": func(ctx context.Context, tx *db.Tx, by access.Actor) error {
				return k.Answer(ctx, tx, by, out.ID, "甲")
			},
			"ask": func(ctx context.Context, tx *db.Tx, by access.Actor) error { return k.Ask(ctx, tx, by, out.ID, "甲") },
			"close": func(ctx context.Context, tx *db.Tx, by access.Actor) error {
				return k.Close(ctx, tx, by, out.ID, "甲", "")
			},
			"act":    func(ctx context.Context, tx *db.Tx, by access.Actor) error { return k.Act(ctx, tx, by, out.ID, "甲") },
			"reveal": func(ctx context.Context, tx *db.Tx, by access.Actor) error { return k.Reveal(ctx, tx, by, out.ID) },
			"raise":  func(ctx context.Context, tx *db.Tx, by access.Actor) error { return k.Raise(ctx, tx, by, out.ID) },
			"shield": func(ctx context.Context, tx *db.Tx, by access.Actor) error { return k.Shield(ctx, tx, by, out.ID, 7) },
			"identity": func(ctx context.Context, tx *db.Tx, by access.Actor) error {
				return k.AskIdentity(ctx, tx, by, out.ID, "甲")
			},
			"merge": func(ctx context.Context, tx *db.Tx, by access.Actor) error {
				return k.Merge(ctx, tx, by, out.ID, out.ID)
			},
		} {
			for who, by := range map[string]access.Actor{"a unit": liaison, "the hotline": operator, "nobody": {}, "another county": stranger} {
				err := k.write(func(ctx context.Context, tx *db.Tx) error { return op(ctx, tx, by) })
				if !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.NotFound) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
			}
		}
	})
}

func TestADraftIsOnesOwn(t *testing.T) {
	withDesk(t, func(k desk) {
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.SaveDraft(ctx, tx, operator, "narrative=甲") })
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.SaveDraft(ctx, tx, operator, "narrative=甲乙") })
		text, at, err := k.Draft(t.Context(), k.d.Reader(), operator)
		if err != nil || text != "narrative=甲乙" || at == 0 {
			t.Errorf("%q %v", text, err)
		}
		if text, _, err := k.Draft(t.Context(), k.d.Reader(), officer); err != nil || text != "" {
			t.Errorf("%q %v", text, err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.DropDraft(ctx, tx, operator) })
		if text, _, _ := k.Draft(t.Context(), k.d.Reader(), operator); text != "" {
			t.Errorf("%q", text)
		}
	})
}

func TestWhatIsWrongIsToldByField(t *testing.T) {
	withDesk(t, func(k desk) {
		for name, in := range map[string]intake.In{
			"what":       {Narrative: "甲"},
			"narrative":  {What: "hurt", Narrative: " \u200b\n"},
			"place":      {What: "hurt", Narrative: "甲", Place: intake.Place{Region: "12"}},
			"situations": {What: "hurt", Narrative: "甲", Codes: []string{"R10"}},
			"reporter":   {What: "hurt", Narrative: "甲", Reporter: &intake.Reporter{Name: strings.Repeat("长", 200)}},
		} {
			_, err := k.Take(t.Context(), k.d, access.Program, in, "")
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Fields[name] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := k.count("SELECT count(*) FROM intake_report"); n != 0 {
			t.Errorf("%d reports", n)
		}
	})
}

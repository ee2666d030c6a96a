package plan_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
)

func TestUploadStoresADraftWithItsQuestions(t *testing.T) {
	inHouse(t, func(h *house) {
		r := h.review(h.upload())
		if len(r.Tasks) != 20 || r.Plan.Year != 2026 || r.Plan.State != plan.Draft {
			t.Fatalf("%d tasks, %+v", len(r.Tasks), r.Plan)
		}
		topics := map[plan.Topic]int{}
		for _, q := range r.Questions {
			topics[q.Topic]++
		}
		if topics[plan.AskUnit] != 1 || topics[plan.AskStanding] == 0 || topics[plan.AskDue] != 1 {
			t.Errorf("questions %v", topics)
		}
		runes := []rune(r.Text)
		for _, task := range r.Tasks {
			for _, f := range task.Facts {
				if f.End > 0 && f.Kind == plan.Time && string(runes[f.Start:f.End]) != f.Text {
					t.Errorf("span of %q holds %q", f.Text, string(runes[f.Start:f.End]))
				}
			}
		}
	})
}

func TestTheSameFileIsOfferedInsteadOfUploadedTwice(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		c, err := plan.Compile("又一次.txt", sample(t))
		must(t, err)
		known, ok, err := h.desk.Known(t.Context(), h.d.Reader(), h.officer, c)
		must(t, err)
		if !ok || known.ID != id {
			t.Errorf("known %v %+v", ok, known)
		}
		h.refused(errs.Conflict, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.desk.Upload(ctx, tx, h.officer, c)
			return err
		})
	})
}

func TestBadFilesSayWhatToDo(t *testing.T) {
	for name, raw := range map[string][]byte{
		"空.txt": nil, "乱.txt": {0xff, 0xfe, 0x00, 0xd8}, "图.docx": []byte("PK\x03\x04not a zip"), "信.txt": []byte("今天天气很好。我们去公园。"), "旧.doc": []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx"),
	} {
		if _, err := plan.Compile(name, raw); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOthersDoNotSeeADraft(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		far := h.officer
		far.Post.Region, far.Post.Unit = "990102000000", 999
		for name, by := range map[string]access.Actor{"liaison": h.liaison("县教育局"), "other county": far} {
			if _, err := h.desk.Get(t.Context(), h.d.Reader(), by, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.refused(errs.NotFound, func(ctx context.Context, tx *db.Tx) error { return h.desk.Accept(ctx, tx, far, id) })
		h.refused(errs.Forbidden, func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Accept(ctx, tx, h.liaison("县教育局"), id)
		})
	})
}

func TestASecondOfficerSeesTheConflict(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		task := h.review(id).Tasks[0]
		in := plan.Input{Version: task.Version, Title: "改过的任务", Facts: task.Facts}
		h.do(func(ctx context.Context, tx *db.Tx) error { return h.desk.Update(ctx, tx, h.officer, id, task.ID, in) })
		h.refused(errs.Conflict, func(ctx context.Context, tx *db.Tx) error { return h.desk.Update(ctx, tx, h.officer, id, task.ID, in) })
		other := h.review(id).Tasks[1]
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Update(ctx, tx, h.officer, id, other.ID, plan.Input{Version: other.Version, Title: "另一项", Facts: other.Facts})
		})
	})
}

// TestUndoRestoresExactly does random edits and takes them back one by one.
func TestUndoRestoresExactly(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		rnd := rand.New(rand.NewPCG(7, 11))
		states := []string{h.snapshot(id)}
		for range 40 {
			before := h.review(id).Plan.Head
			h.randomEdit(id, rnd)
			if h.review(id).Plan.Head > before {
				states = append(states, h.snapshot(id))
			}
		}
		if len(states) < 20 {
			t.Fatalf("only %d edits changed anything", len(states)-1)
		}
		step := func(f func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (string, error), want string) {
			t.Helper()
			h.do(func(ctx context.Context, tx *db.Tx) error { _, err := f(ctx, tx, h.officer, id); return err })
			if got := h.snapshot(id); got != want {
				t.Fatalf("not restored:\n%s\n%s", got, want)
			}
		}
		for i := len(states) - 2; i >= 0; i-- {
			step(h.desk.Undo, states[i])
		}
		h.refused(errs.Conflict, func(ctx context.Context, tx *db.Tx) error { _, err := h.desk.Undo(ctx, tx, h.officer, id); return err })
		for _, want := range states[1:] {
			step(h.desk.Redo, want)
		}
	})
}

func (h *house) snapshot(id ref.Plan) string {
	h.t.Helper()
	r := h.review(id)
	b, err := json.Marshal([]any{r.Plan.Title, r.Plan.Issuer, r.Plan.Year, r.Tasks})
	must(h.t, err)
	return string(b)
}

func (h *house) randomEdit(id ref.Plan, rnd *rand.Rand) {
	h.t.Helper()
	r := h.review(id)
	task := r.Tasks[rnd.IntN(len(r.Tasks))]
	text := []rune(r.Text)
	err := h.try(func(ctx context.Context, tx *db.Tx) error {
		switch rnd.IntN(9) {
		case 0:
			return h.desk.Accept(ctx, tx, h.officer, id, task.ID)
		case 1:
			return h.desk.Delete(ctx, tx, h.officer, id, task.ID, task.Version)
		case 2:
			return h.desk.Merge(ctx, tx, h.officer, id, task.ID, task.Version)
		case 3:
			cuts := task.Cuts(text)
			if len(cuts) == 0 {
				return nil
			}
			return h.desk.Split(ctx, tx, h.officer, id, task.ID, task.Version, cuts[rnd.IntN(len(cuts))])
		case 4:
			start := rnd.IntN(len(text) - 60)
			_, err := h.desk.Add(ctx, tx, h.officer, id, start, start+20+rnd.IntN(40), "")
			return err
		case 5:
			return h.desk.SetHead(ctx, tx, h.officer, id, plan.Head{Title: "方案", Issuer: "未保办", Year: 2026 + rnd.IntN(2)})
		case 6:
			return h.desk.Stand(ctx, tx, h.officer, id, task.ID)
		case 7:
			return h.desk.Name(ctx, tx, h.officer, id, "县水务局", h.unit("县应急局"))
		}
		facts := slices.Clone(task.Facts)
		if len(facts) > 1 {
			facts = slices.Delete(facts, 0, 1)
		}
		facts = append(facts, plan.Fact{Kind: plan.Support, Text: "县残联", Norm: "县残联", Unit: h.unit("县残联")})
		return h.desk.Update(ctx, tx, h.officer, id, task.ID, plan.Input{Version: task.Version, Title: task.Title + "一", Facts: facts, Standing: rnd.IntN(2) == 0})
	})
	if err != nil && !errs.Is(err, errs.Invalid) {
		h.t.Fatal(err)
	}
}

func TestSplitAndMergeKeepEveryFact(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		r := h.review(id)
		i := slices.IndexFunc(r.Tasks, func(x plan.Task) bool { return x.Title == "预防溺水" })
		task := r.Tasks[i]
		cuts := task.Cuts([]rune(r.Text))
		if len(cuts) == 0 {
			t.Fatal("no place to split")
		}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Split(ctx, tx, h.officer, id, task.ID, task.Version, cuts[0])
		})
		parts := h.review(id).Tasks[i : i+2]
		if parts[0].End != parts[1].Start || len(parts[0].Owners()) != len(task.Owners()) || len(parts[1].Owners()) != len(task.Owners()) {
			t.Errorf("parts %+v", parts)
		}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Merge(ctx, tx, h.officer, id, parts[0].ID, parts[0].Version)
		})
		joined := h.review(id).Tasks[i]
		if joined.Start != task.Start || joined.End != task.End || len(joined.Facts) != len(task.Facts) {
			t.Errorf("joined %d facts, was %d", len(joined.Facts), len(task.Facts))
		}
	})
}

func TestAPartOfTheTextBecomesATask(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		r := h.review(id)
		task := r.Tasks[0]
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Delete(ctx, tx, h.officer, id, task.ID, task.Version)
		})
		var made ref.Task
		h.do(func(ctx context.Context, tx *db.Tx) (err error) {
			made, err = h.desk.Add(ctx, tx, h.officer, id, task.Start, task.End, "")
			return err
		})
		added := h.task(id, made)
		if times := added.Of(plan.Time); len(times) != 1 || string([]rune(r.Text)[times[0].Start:times[0].End]) != times[0].Text {
			t.Errorf("times %+v", added.Facts)
		}
		if h.review(id).Tasks[0].ID != made {
			t.Error("added task does not stand where its text stands")
		}
	})
}

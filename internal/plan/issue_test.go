package plan_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
)

// owed is what a unit must carry for a task: single duties and series by kind.
type owed struct {
	Unit   ref.Unit
	Kind   string
	Series bool
	Due    string
}

// carried reads what the kernel holds about a task.
func (h *house) carried(task ref.Task) []owed {
	h.t.Helper()
	type row struct {
		Unit   ref.Unit
		Kind   string
		Due    int64
		Series int64
	}
	rows, err := db.All[row](h.t.Context(), h.d.Reader(), `SELECT unit, kind, due, 0 AS series FROM duty WHERE subject = 'plan_task' AND subject_id = ? AND series = 0 AND state = 'open'
		UNION ALL SELECT unit, kind, 0, id FROM duty_series WHERE subject = 'plan_task' AND subject_id = ? AND state = 'open'`, task, task)
	must(h.t, err)
	var out []owed
	for _, r := range rows {
		o := owed{Unit: r.Unit, Kind: r.Kind, Series: r.Series != 0}
		if r.Due != 0 {
			o.Due = civil.DateOf(time.UnixMilli(r.Due)).String()
		}
		out = append(out, o)
	}
	sortOwed(out)
	return out
}

func sortOwed(list []owed) {
	slices.SortFunc(list, func(a, b owed) int { return slices.Compare([]byte(fmt.Sprint(a)), []byte(fmt.Sprint(b))) })
}

// wanted says, without the code under test, what a task's facts ask of whom.
func (h *house) wanted(t plan.Task, dues map[string]string) []owed {
	members := func(k plan.Kind) (out []ref.Unit) {
		for _, f := range t.Of(k) {
			u, _ := h.register.Unit(f.Unit)
			list := []ref.Unit{f.Unit}
			if u.Group {
				list = u.Members
			}
			for _, m := range list {
				if !slices.Contains(out, m) {
					out = append(out, m)
				}
			}
		}
		return out
	}
	leads, supports := members(plan.Lead), members(plan.Support)
	supports = slices.DeleteFunc(supports, func(u ref.Unit) bool { return slices.Contains(leads, u) })
	supportKind := plan.KindSupport
	if len(leads) == 0 {
		supportKind = plan.KindTask
	}
	var out []owed
	norms := []string{""}
	if times := t.Of(plan.Time); len(times) > 0 {
		norms = nil
		for _, f := range times {
			norms = append(norms, f.Norm)
		}
	}
	for _, n := range norms {
		for _, u := range leads {
			out = append(out, owed{u, plan.KindTask, dues[n] == "", dues[n]})
		}
		for _, u := range supports {
			out = append(out, owed{u, supportKind, dues[n] == "", dues[n]})
		}
	}
	for _, f := range t.Of(plan.Document) {
		out = append(out, owed{f.Unit, plan.KindDocument, false, "2026-06-30"})
	}
	sortOwed(out)
	return out
}

// TestAnIssuedTaskHasExactlyItsDuties gives random owners, times and documents to tasks.
func TestAnIssuedTaskHasExactlyItsDuties(t *testing.T) {
	dues := map[string]string{
		"month=04-end": "2026-04-30", "date=2026-05-20": "2026-05-20", "months=07": "2026-07-31", "by=2026-09": "2026-09-30",
		"until=2027-end": "2027-12-31", "from=2026-04,to=2026-06": "2026-06-30", "year-end": "2026-12-31", "quarter=3": "2026-09-30",
		"": "", "months=08,12": "", "monthly-day=25": "", "yearly=12-20": "", "every=month,min=2": "", "every=quarter,at=end,min=1": "", "from=2026": "", "every=day": "", "every=term,min=1": "",
	}
	norms := make([]string, 0, len(dues))
	for n := range dues {
		if n != "" {
			norms = append(norms, n)
		}
	}
	slices.Sort(norms)
	inHouse(t, func(h *house) {
		rnd := rand.New(rand.NewPCG(3, 5))
		id := h.upload()
		names := []string{"县民政局", "县教育局", "县公安局", "县司法局", "县妇联", "各乡镇", "团县委"}
		for _, task := range h.review(id).Tasks {
			var facts []plan.Fact
			for i, name := range names {
				kind := plan.Support
				if rnd.IntN(4) == 0 {
					kind = plan.Lead
				}
				if rnd.IntN(2) == 0 || i == 0 && rnd.IntN(3) > 0 {
					facts = append(facts, plan.Fact{Kind: kind, Text: name, Norm: name, Unit: h.unit(name)})
				}
			}
			if len(facts) == 0 {
				facts = append(facts, plan.Fact{Kind: plan.Support, Text: "县残联", Norm: "县残联", Unit: h.unit("县残联")})
			}
			for range rnd.IntN(4) {
				n := norms[rnd.IntN(len(norms))]
				facts = append(facts, plan.Fact{Kind: plan.Time, Text: n, Norm: n})
			}
			if rnd.IntN(3) == 0 {
				facts = append(facts, plan.Fact{Kind: plan.Document, Text: "《清单》", Norm: "date=2026-06-30", Unit: h.unit("县司法局")})
			}
			h.do(func(ctx context.Context, tx *db.Tx) error {
				return h.desk.Update(ctx, tx, h.officer, id, task.ID, plan.Input{Version: task.Version, Title: task.Title, Facts: facts, Standing: true})
			})
		}
		tasks := h.review(id).Tasks
		out := h.issueDraft(id)
		if out.Duties == 0 || out.Series == 0 {
			t.Fatalf("%+v", out)
		}
		for _, task := range tasks {
			if got, want := h.carried(task.ID), h.wanted(task, dues); !slices.Equal(got, want) {
				t.Errorf("%s:\n got %v\nwant %v", task.Title, got, want)
			}
		}
	})
}

func TestNothingIsIssuedWhileAQuestionIsOpen(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		p := h.preview(id)
		if len(p.Questions) == 0 {
			t.Fatal("sample has no question")
		}
		h.refused(errs.Conflict, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.desk.Issue(ctx, tx, h.officer, id, plan.Order{Version: p.Plan.Version, Late: true})
			return err
		})
		h.sweep()
		if n := len(h.open(h.liaison("县教育局"))); n != 0 {
			t.Errorf("%d duties", n)
		}
	})
}

func TestAPlanIsIssuedOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		h.answer(id)
		version := h.preview(id).Plan.Version
		issue := func(version int64) error {
			return h.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := h.desk.Issue(ctx, tx, h.officer, id, plan.Order{Version: version, Late: true})
				return err
			})
		}
		if err := issue(version - 1); !errs.Is(err, errs.Conflict) {
			t.Fatalf("older preview: %v", err)
		}
		done := make(chan error, 4)
		for range cap(done) {
			go func() { done <- issue(version) }()
		}
		won := 0
		for range cap(done) {
			if err := <-done; err == nil {
				won++
			} else if !errs.Is(err, errs.Conflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("issued %d times", won)
		}
	})
}

func TestAPastDueMustBeDecided(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		h.answer(id)
		h.c.Set(at("2026-05-06"))
		p := h.preview(id)
		if p.Late == 0 {
			t.Fatal("nothing is late in May")
		}
		order := plan.Order{Version: p.Plan.Version}
		h.refused(errs.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, err := h.desk.Issue(ctx, tx, h.officer, id, order)
			return err
		})
		order.Late = true
		h.do(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.desk.Issue(ctx, tx, h.officer, id, order)
			return err
		})
	})
}

func TestThePreviewIsWhatIsIssued(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.upload()
		h.answer(id)
		p := h.preview(id)
		out := h.issueDraft(id)
		if out.Duties+out.Series != len(p.Assignments) || out.Series != p.Series || out.Units != len(p.Loads()) {
			t.Errorf("preview %d (%d series, %d units), issued %+v", len(p.Assignments), p.Series, len(p.Loads()), out)
		}
		lead := h.liaison("县教育局")
		d := h.findDuty(lead, plan.KindTask, "落实法治副校长")
		if d.Due != 0 && civil.DateOf(d.Due.Time()) != day("2026-03-31") || d.Whole != int64(id) {
			t.Errorf("%+v", d)
		}
		support := h.findDuty(h.liaison("县司法局"), plan.KindSupport, "落实法治副校长")
		if support.Parent != d.ID {
			t.Error("the support unit does not answer to the lead")
		}
		doc := h.findDuty(lead, plan.KindDocument, "制发《云岭县法治副校长履职清单》")
		if doc.Parent != d.ID || doc.Due != d.Due {
			t.Errorf("document %+v", doc)
		}
	})
}

func TestRoundsOfSupportUnitsBelongToTheLeads(t *testing.T) {
	inHouse(t, func(h *house) {
		h.issue()
		lead := h.findDuty(h.liaison("县民政局"), plan.KindTask, "保障困境儿童基本生活（2026年3月）")
		support := h.findDuty(h.liaison("县残联"), plan.KindSupport, "保障困境儿童基本生活（2026年3月）")
		if support.Parent != lead.ID || civil.DateOf(lead.Due.Time()) != day("2026-03-25") {
			t.Errorf("lead %+v support %+v", lead, support)
		}
	})
}

// reply sends a complete reply to a duty.
func (h *house) reply(by string, id ref.Duty, in plan.Report) (out plan.ReplyID, err error) {
	h.t.Helper()
	err = h.try(func(ctx context.Context, tx *db.Tx) error {
		out, err = h.desk.Reply(ctx, tx, h.liaison(by), id, in)
		return err
	})
	return out, err
}

func TestAReplyIsCheckedAndClosesTheDuty(t *testing.T) {
	inHouse(t, func(h *house) {
		h.issue()
		lead, support := h.liaison("县公安局"), h.liaison("县卫健局")
		d := h.findDuty(lead, plan.KindTask, "开展从业人员查询")
		s := h.findDuty(support, plan.KindSupport, "开展从业人员查询")
		full := plan.Report{Text: "已全部查询。", Values: map[int64]string{}}
		handling, err := h.desk.Handle(t.Context(), h.d.Reader(), lead, d.ID)
		must(t, err)
		if len(handling.Targets) != 1 || len(handling.Waiting) != 3 || !handling.CanReply {
			t.Fatalf("targets %d waiting %d", len(handling.Targets), len(handling.Waiting))
		}
		if _, err := h.reply("县公安局", d.ID, full); !errs.Is(err, errs.Invalid) {
			t.Fatalf("reply without value and note: %v", err)
		}
		full.Values[handling.Targets[0].ID], full.Without = "100", "教育、市监两部门已书面反馈。"
		if _, err := h.reply("县卫健局", d.ID, full); !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Forbidden) {
			t.Fatalf("another unit replied: %v", err)
		}
		_, err = h.reply("县卫健局", s.ID, plan.Report{Text: "医疗机构已查询。"})
		must(t, err)
		id, err := h.reply("县公安局", d.ID, full)
		must(t, err)
		if _, err := h.reply("县公安局", d.ID, full); !errs.Is(err, errs.Conflict) {
			t.Fatalf("replied twice: %v", err)
		}
		check := func(accept bool, words string) error {
			return h.try(func(ctx context.Context, tx *db.Tx) error { return h.desk.Check(ctx, tx, h.officer, id, accept, words) })
		}
		if err := check(false, ""); !errs.Is(err, errs.Invalid) {
			t.Fatalf("sent back without a reason: %v", err)
		}
		h.refused(errs.NotFound, func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Check(ctx, tx, h.liaison("县妇联"), id, true, "")
		})
		must(t, check(true, "同意"))
		for _, x := range []struct {
			by string
			id ref.Duty
		}{{"县公安局", d.ID}, {"县卫健局", s.ID}} {
			got, err := h.k.Get(t.Context(), h.d.Reader(), h.officer, x.id)
			must(t, err)
			if got.State != duty.Done || got.Fact != plan.SubjectReply {
				t.Errorf("%s: %s by %s", x.by, got.State, got.Fact)
			}
		}
		if err := check(true, ""); !errs.Is(err, errs.Conflict) {
			t.Errorf("checked twice: %v", err)
		}
		for _, left := range h.open(h.officer) {
			if left.Kind == plan.KindCheck {
				t.Errorf("check left open: %s", left.Title)
			}
		}
	})
}

func TestTimeOfCheckingDoesNotCountAgainstTheUnit(t *testing.T) {
	inHouse(t, func(h *house) {
		h.issue()
		d := h.findDuty(h.liaison("县财政局"), plan.KindTask, "加强经费保障")
		h.c.Set(at("2026-12-30"))
		id, err := h.reply("县财政局", d.ID, plan.Report{Text: "已完成。", Without: "县民政局已会签。"})
		must(t, err)
		h.c.Set(at("2027-01-08"))
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Check(ctx, tx, h.officer, id, false, "请补充绩效评价结论")
		})
		got, err := h.k.Get(t.Context(), h.d.Reader(), h.officer, d.ID)
		must(t, err)
		if civil.DateOf(got.Due.Time()) != day("2027-01-09") || got.Overdue(got.Closed) {
			t.Errorf("due %s", civil.DateOf(got.Due.Time()))
		}
		id, err = h.reply("县财政局", d.ID, plan.Report{Text: "已补充。", Without: "县民政局已会签。"})
		must(t, err)
		h.c.Set(at("2027-02-08"))
		h.do(func(ctx context.Context, tx *db.Tx) error { return h.desk.Check(ctx, tx, h.officer, id, true, "") })
		got, err = h.k.Get(t.Context(), h.d.Reader(), h.officer, d.ID)
		must(t, err)
		if got.State != duty.Done {
			t.Errorf("state %s", got.State)
		}
	})
}

func TestAUnitSeesItsOwnTasksOnly(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		d := h.findDuty(h.liaison("县财政局"), plan.KindTask, "加强经费保障")
		far := h.officer
		far.Post.Region, far.Post.Unit = "990102000000", 999
		if _, err := h.desk.Handle(t.Context(), h.d.Reader(), h.liaison("县妇联"), d.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another unit's duty: %v", err)
		}
		if _, err := h.desk.Handle(t.Context(), h.d.Reader(), far, d.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("other county: %v", err)
		}
		if _, err := h.desk.Get(t.Context(), h.d.Reader(), h.liaison("县财政局"), id); err != nil {
			t.Errorf("a unit cannot open the plan of its own duty: %v", err)
		}
		if _, err := h.desk.Get(t.Context(), h.d.Reader(), far, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("other county: %v", err)
		}
	})
}

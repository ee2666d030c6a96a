package order_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
)

// report is the one of the latest order, opened by the office.
func (w world) report(number string) intake.Told {
	w.t.Helper()
	list, err := w.List(w.t.Context(), w.DB.Reader(), officer, order.Filter{View: order.All})
	i := slices.IndexFunc(list, func(o order.Result) bool { return o.Number == number })
	if err != nil || i < 0 {
		w.t.Fatal(list, err)
	}
	if err := w.do(func(tx *db.Tx) error { return w.Intake.Reveal(w.t.Context(), tx, officer, list[i].Report) }); err != nil {
		w.t.Fatal(err)
	}
	out, err := w.Intake.Open(w.t.Context(), w.DB.Reader(), officer, list[i].Report)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w world) take(in order.In, key string) order.Taken {
	w.t.Helper()
	out, err := w.Take(w.t.Context(), order.From{Channel: "o12345", By: access.Program, Key: key}, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// duties are the open ones of a report.
func (w world) duties(id ref.Report) []duty.Duty {
	w.t.Helper()
	list, err := w.Intake.Kernel.OfSubject(w.t.Context(), w.DB.Reader(), officer, "intake_report", int64(id))
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(d duty.Duty) bool { return d.State != duty.Open })
}

func kinds(list []duty.Duty) string {
	var out []string
	for _, d := range list {
		out = append(out, d.Kind)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestMoreUnderTheNumberOfAnOrderReachesItsReportToBeRead(t *testing.T) {
	within(t, func(w world) {
		ctx := t.Context()
		first := w.take(told("GD-1", "夜里有哭声"), "k1")
		more := told("GD-1", "夜里有哭声。孩子脸上有伤")
		more.Report.Place.Text, more.Report.Reporter = "三组", &intake.Reporter{Name: "莫女士", Phone: "13900000009"}
		added := w.take(more, "k2")
		if !added.Added || added.Repeated || added.Report != first.Report || added.Receipt != first.Receipt {
			t.Errorf("%+v after %+v", added, first)
		}
		again := w.take(more, "k2")
		if !again.Repeated || !again.Added || again.Receipt != first.Receipt || again.At != added.At {
			t.Errorf("sent again: %+v", again)
		}
		if spaced := w.take(told(" GD-1", " 夜里有哭声 "), ""); !spaced.Repeated || spaced.Added {
			t.Errorf("with nothing new: %+v", spaced)
		}
		if original := w.take(told("GD-1", "夜里有哭声"), "k1"); !original.Repeated || original.Added || original.At != first.At {
			t.Errorf("the order itself once more: %+v", original)
		}
		if _, err := w.Take(ctx, order.From{Channel: "o12345", By: access.Program, Key: "k2"}, told("GD-1", "第三样")); !errs.Is(err, errs.Invalid) {
			t.Errorf("the key of the supplement with other content: %v", err)
		}
		r := w.report("GD-1")
		if len(r.Messages) != 1 || r.Messages[0].Kind != intake.Added || r.Messages[0].Text != "情况：孩子脸上有伤\n地点：三组\n来电人的姓名、电话有变化，已经另行保管。" {
			t.Errorf("%+v", r.Messages)
		}
		if n := w.count("SELECT count(*) FROM intake_report"); n != 1 || r.Waiting != 1 || kinds(w.duties(r.ID)) != "intake.accept intake.message" {
			t.Errorf("%d reports, %d wait, %s", n, r.Waiting, kinds(w.duties(r.ID)))
		}
		if err := w.do(func(tx *db.Tx) error { return w.Intake.Read(ctx, tx, operator, r.ID) }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("read by an operator: %v", err)
		}
		if err := w.do(func(tx *db.Tx) error { return w.Intake.Read(ctx, tx, officer, r.ID) }); err != nil {
			t.Fatal(err)
		}
		if r = w.report("GD-1"); r.Waiting != 0 || kinds(w.duties(r.ID)) != "intake.accept" {
			t.Errorf("after it was read: %d wait, %s", r.Waiting, kinds(w.duties(r.ID)))
		}
		if err := w.do(func(tx *db.Tx) error { return w.Intake.Read(ctx, tx, officer, r.ID) }); !errs.Is(err, errs.Conflict) {
			t.Errorf("read twice: %v", err)
		}
	})
}

// Whoever called first gave a name and no number; what comes later adds to the name.
func TestMoreOfACallerWithoutANumberIsTaken(t *testing.T) {
	within(t, func(w world) {
		for i, name := range []string{"莫女士", "莫女士的邻居", "邻居石某"} {
			in := told("GD-1", "夜里有哭声")
			in.Report.Reporter = &intake.Reporter{Name: name}
			if out := w.take(in, ""); out.Added != (i > 0) {
				t.Errorf("%s: %+v", name, out)
			}
		}
	})
}

// The caller's name and number stay with who reported, whom a second person opens.
func TestWhatASupplementTellsOfTheCallerIsKeptApart(t *testing.T) {
	within(t, func(w world) {
		ctx := t.Context()
		nameless := told("GD-1", "夜里有哭声")
		nameless.Report.Reporter = nil
		w.take(nameless, "")
		w.take(told("GD-1", "夜里有哭声"), "")
		more := told("GD-1", "夜里有哭声")
		more.Report.Reporter.Name = "莫女士"
		w.take(more, "")
		r := w.report("GD-1")
		if r.Named != 1 || len(r.Messages) != 2 {
			t.Fatalf("%+v", r)
		}
		for _, m := range r.Messages {
			if strings.Contains(m.Text, "莫") || strings.Contains(m.Text, "139") {
				t.Errorf("the message says %q", m.Text)
			}
		}
		leader := access.Actor{User: 105, Name: "主任", Post: access.Post{ID: 5, Unit: 100, Region: county, Role: access.Leader}}
		if err := w.do(func(tx *db.Tx) error { return w.Intake.AskIdentity(ctx, tx, officer, r.ID, "需要当面核实") }); err != nil {
			t.Fatal(err)
		}
		asked, err := w.Intake.Requests(ctx, w.DB.Reader(), officer, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		var who intake.Reporter
		if err := w.do(func(tx *db.Tx) (err error) {
			if err = w.Intake.DecideIdentity(ctx, tx, leader, r.ID, asked[0].ID, true); err == nil {
				who, err = w.Intake.Identity(ctx, tx, officer, r.ID, asked[0].ID)
			}
			return err
		}); err != nil || who.Name != "莫女士" || who.Phone != "13900000000" {
			t.Errorf("%+v %v", who, err)
		}
	})
}

func TestASupplementWithDangerMakesAnEmergencyWithItsClock(t *testing.T) {
	within(t, func(w world) {
		w.take(told("GD-1", "夜里有哭声"), "")
		w.take(told("GD-1", "夜里有哭声，问了邻居"), "")
		danger := told("GD-1", "夜里有哭声，现在还在打")
		danger.Report.Danger = true
		w.take(danger, "")
		r := w.report("GD-1")
		open := w.duties(r.ID)
		if r.Urgency != "emergency" || kinds(open) != "intake.accept intake.message" {
			t.Fatalf("%s: %s", r.Urgency, kinds(open))
		}
		for _, d := range open {
			if !strings.HasPrefix(d.Title, "【紧急】") || d.Due.Sub(d.Opened) != time.Hour {
				t.Errorf("%s within %v", d.Title, d.Due.Sub(d.Opened))
			}
		}
	})
}

func TestASupplementTakesUpWhatHadEndedAndItsResultGoesOutAgain(t *testing.T) {
	within(t, func(w world) {
		ctx := t.Context()
		w.take(told("GD-1", "说不清"), "")
		id := w.report("GD-1").ID
		list, err := w.List(ctx, w.DB.Reader(), officer, order.Filter{View: order.All})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.do(func(tx *db.Tx) error { return w.Return(ctx, tx, officer, list[0].ID, "04", "电话打不通") }); err != nil {
			t.Fatal(err)
		}
		if err := w.Export(ctx, operatorOf(officer), order.Filter{View: order.Ready}, order.CSV, nil, new(strings.Builder)); err != nil {
			t.Fatal(err)
		}
		w.take(told("GD-1", "说不清。孩子叫莫小川，八岁"), "")
		r := w.report("GD-1")
		if r.State != intake.Received || r.Closed != 0 || kinds(w.duties(id)) != "intake.accept intake.message" {
			t.Errorf("%s, %s", r.State, kinds(w.duties(id)))
		}
		one, err := w.Get(ctx, w.DB.Reader(), officer, list[0].ID)
		if err != nil || one.Returned != "" || one.Sent != 0 || one.Added != 1 {
			t.Errorf("%+v %v", one, err)
		}
		for _, step := range []func(tx *db.Tx) error{
			func(tx *db.Tx) error { return w.Intake.Accept(ctx, tx, officer, id) },
			func(tx *db.Tx) error {
				_, err := w.Intake.Decide(ctx, tx, officer, id, intake.DecideIn{Situation: "other", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}})
				return err
			},
			func(tx *db.Tx) error { return w.Intake.Close(ctx, tx, officer, id, "已经上门。", "") },
		} {
			if err := w.do(step); err != nil {
				t.Fatal(err)
			}
		}
		w.take(told("GD-1", "说不清。孩子又没有饭吃了"), "")
		if r = w.report("GD-1"); r.State != intake.Accepted || kinds(w.duties(id)) != "intake.decide intake.message" {
			t.Errorf("%s, %s", r.State, kinds(w.duties(id)))
		}
	})
}

func operatorOf(by access.Actor) access.Actor { by.Post.Role = access.Operator; return by }

func TestASupplementToAMergedOrderIsToldWhereItIsWorkedOn(t *testing.T) {
	within(t, func(w world) {
		ctx := t.Context()
		w.take(told("GD-1", "夜里有哭声"), "")
		w.take(told("GD-2", "隔壁打孩子"), "")
		main, other := w.report("GD-1"), w.report("GD-2")
		if err := w.do(func(tx *db.Tx) error { return w.Intake.Merge(ctx, tx, officer, other.ID, main.ID) }); err != nil {
			t.Fatal(err)
		}
		danger := told("GD-2", "隔壁打孩子，正在打")
		danger.Report.Danger = true
		w.take(danger, "")
		main, other = w.report("GD-1"), w.report("GD-2")
		if main.Urgency != "emergency" || len(main.Messages) != 1 || !strings.Contains(main.Messages[0].Text, other.Number) || other.Waiting != 1 {
			t.Errorf("%s %+v %d", main.Urgency, main.Messages, other.Waiting)
		}
	})
}

func TestASupplementIsAddedOnceHoweverManySendIt(t *testing.T) {
	within(t, func(w world) {
		w.take(told("GD-1", "夜里有哭声"), "")
		done := make(chan string, 12)
		for range 12 {
			go func() {
				out, err := w.Take(context.Background(), order.From{Channel: "o12345", By: access.Program}, told("GD-1", "夜里有哭声，又来电"))
				done <- fmt.Sprint(out.Report, out.Receipt, out.At, out.Added, err)
			}()
		}
		first := <-done
		for range 11 {
			if other := <-done; other != first {
				t.Errorf("%s after %s", other, first)
			}
		}
		if r := w.report("GD-1"); len(r.Messages) != 1 || w.count("SELECT count(*) FROM intake_supplement") != 1 {
			t.Errorf("%+v", r.Messages)
		}
	})
}

func TestAFileTellsSupplementsApartFromWhatCameBefore(t *testing.T) {
	within(t, func(w world) {
		if _, err := w.Receive(t.Context(), operator, "o12345", []byte(list)); err != nil {
			t.Fatal(err)
		}
		u, err := w.Receive(t.Context(), operator, "o12345", []byte(strings.ReplaceAll(list, "青岩乡,集镇", "石门镇,集镇")))
		if err != nil || u.Total != 6 || u.Taken != 0 || u.Added != 1 || u.Again != 2 || u.Wrong != 3 {
			t.Fatalf("%+v %v", u, err)
		}
		if r := w.report("A2"); len(r.Messages) != 1 || r.Messages[0].Text != "所在地方：石门镇" {
			t.Errorf("%+v", r.Messages)
		}
	})
}

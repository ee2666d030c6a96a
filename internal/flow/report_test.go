package flow_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/flow"
	"weibao/internal/flow/flowtest"
	"weibao/internal/intake"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

const village = "990101100200"

// road is a county in which a report can go its whole way.
type road struct {
	*house
	*flow.Ways
	office, second, leader, police, far access.Actor
}

func roads(t *testing.T, test func(r *road)) {
	flowtest.Houses(t, func(h *house) { test(newRoad(h)) })
}

// member is a person of a unit with an account and a post.
func member(h *house, login, name string, u org.Unit, role access.Role) access.Actor {
	user := h.User(login, name)
	return access.Actor{User: user, Name: name, Post: access.Post{ID: h.Post(user, u, role), Unit: u.ID, UnitName: u.Call(), Region: u.Region, Role: role}}
}

func newRoad(h *house) *road {
	book, v := testkit.Book(h.T, "demo"), h.Guard.Vault
	books := func() *rule.Book { return book }
	files := &file.Store{Dir: h.T.TempDir(), Vault: v}
	clocks := func(_ context.Context, tx *db.Tx, _, id string) (rule.Clock, error) {
		c, _ := book.Clock(id, civil.DateOf(tx.Now.Time()))
		return c, nil
	}
	unit := func(ctx context.Context, tx *db.Tx, region, _, short string) (ref.Unit, error) {
		resolver, err := org.NewResolver(ctx, tx, book)
		if err != nil {
			return 0, err
		}
		if m := resolver.Resolve(short); short != "" && m.Unit != 0 {
			return m.Unit, nil
		}
		return org.OfficeID(ctx, tx, region)
	}
	r := &road{house: h}
	cabinet := &child.Cabinet{Vault: v, Book: books}
	sent := &referral.Desk{Kernel: h.Kernel, Vault: v, Files: files, Book: books, Clock: clocks, Units: org.Names}
	cases := &casework.Desk{Cabinet: cabinet, Kernel: h.Kernel, Vault: v, Files: files, Book: books, Referrals: sent, Clock: clocks, Units: org.Names,
		Judged: func(context.Context, *db.Tx, ref.Child) (casework.Judged, bool, error) {
			return casework.Judged{}, false, nil
		},
		Unit: func(ctx context.Context, tx *db.Tx, region, _ string) (ref.Unit, error) {
			return org.OfficeID(ctx, tx, region)
		},
		Person: func(_ context.Context, _ *db.Tx, _ access.Actor, id ref.User) (casework.Person, error) {
			return casework.Person{ID: id, Name: r.second.Name, Unit: r.second.Post.Unit, Role: access.Officer}, nil
		}}
	alarm := &emergency.Desk{Kernel: h.Kernel, Vault: v, Book: books, Clock: clocks, Unit: unit}
	desk := &intake.Desk{Vault: v, Kernel: h.Kernel, Book: books, Files: files}
	r.Ways = &flow.Ways{Desk: desk, Cabinet: cabinet, Referrer: sent, Cases: cases, Alarm: alarm,
		Police: func(ctx context.Context, tx *db.Tx) (ref.Unit, error) { return unit(ctx, tx, county, "", "公安") }}
	desk.Dispatch, desk.Police, desk.Pending, cases.Urgent, cases.Turned = r.Send, r.Ways.Signed, r.Ways.Pending, r.Ways.Urgent, r.Turned
	sent.Moved = func(ctx context.Context, tx *db.Tx, by access.Actor, s referral.Referral, m referral.Move) error {
		return r.Moved(ctx, tx, by, s, m)
	}
	sent.Insider = func(ctx context.Context, tx *db.Tx, by access.Actor, a referral.About) (bool, error) {
		_, err := desk.Get(ctx, tx, by, ref.Report(a.ID))
		return err == nil, nil
	}
	alarm.Insider = func(ctx context.Context, tx *db.Tx, by access.Actor, a emergency.About) (bool, error) {
		return sent.Insider(ctx, tx, by, referral.About(a))
	}
	alarm.Told = func(ctx context.Context, tx *db.Tx, by access.Actor, a emergency.About, id emergency.RunID, words string) error {
		return r.Alarmed(ctx, tx, by, ref.Report(a.ID), id, words)
	}
	h.Flow.Cases = cases
	var office ref.Unit
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		office, err = org.OfficeID(ctx, tx, county)
		return err
	})
	seat := org.Unit{ID: office, Region: county, Name: "县未保办"}
	r.office, r.second = member(h, "one", "周岚", seat, access.Officer), member(h, "two", "赵晓梅", seat, access.Officer)
	r.leader, r.police = member(h, "boss", "孙立新", seat, access.Leader), member(h, "police", "李永刚", h.Unit("县公安局"), access.Liaison)
	r.far = access.Actor{User: 99, Name: "外县人", Post: access.Post{ID: 9, Unit: 9999, Region: "990102000000", Role: access.Officer}}
	return r
}

func (r *road) must(fn func(ctx context.Context, tx *db.Tx) error) {
	r.T.Helper()
	r.C.Advance(time.Second)
	r.Write(fn)
}

var heard = intake.In{What: "hurt", Place: intake.Place{Region: village, Text: "三组"}, Narrative: "夜里听到哭喊。", Channel: "web",
	Child: &intake.Child{Name: "单小明", Sex: "男", Age: "8岁", School: "石门小学", Phone: "13900001234"}, Reporter: &intake.Reporter{Name: "邻居甲", Phone: "13800005678"}}

// lodge takes a report in and looks at it as the office.
func (r *road) lodge(in intake.In) intake.Lodged {
	r.T.Helper()
	l, err := r.Desk.Take(r.T.Context(), r.D, access.Program, in, "")
	flowtest.Must(r.T, err)
	r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Reveal(ctx, tx, r.office, l.ID) })
	return l
}

func (r *road) words(receipt string) intake.Progress {
	r.T.Helper()
	p, err := r.Desk.Lookup(r.T.Context(), r.D.Reader(), receipt)
	flowtest.Must(r.T, err)
	return p
}

// decision is one by the rules, with the data that are given along.
func (r *road) decision(items, shared []string) intake.DecideIn {
	r.T.Helper()
	p, err := r.Desk.Propose(r.T.Context(), r.D.Reader(), "hurt")
	flowtest.Must(r.T, err)
	return intake.DecideIn{Situation: "hurt", Answers: map[string]string{"danger": "no", "harm": "yes"}, Lead: p.Lead, Support: p.Support,
		Along: intake.Along{Ask: "请核查。", Items: items, Shared: shared}}
}

func (r *road) sent(id ref.Report) []referral.Row {
	r.T.Helper()
	rows, err := r.Referrer.On(r.T.Context(), r.D.Reader(), r.office, referral.About{Kind: referral.OnReport, ID: int64(id)})
	flowtest.Must(r.T, err)
	return rows
}

func (r *road) decide(l intake.Lodged, in intake.DecideIn) referral.Row {
	r.T.Helper()
	r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Accept(ctx, tx, r.office, l.ID) })
	r.must(func(ctx context.Context, tx *db.Tx) error {
		_, err := r.Desk.Decide(ctx, tx, r.office, l.ID, in)
		return err
	})
	rows := r.sent(l.ID)
	if len(rows) != 1 {
		r.T.Fatalf("%d referrals", len(rows))
	}
	return rows[0]
}

func TestADecisionSendsTheReportWithTheChosenDataAndNothingElse(t *testing.T) {
	roads(t, func(r *road) {
		t, ctx := r.T, r.T.Context()
		l := r.lodge(heard)
		row := r.decide(l, r.decision([]string{"name", "age", "situation"}, []string{"age"}))
		if row.Lead.Unit != r.police.Post.Unit || row.Clock != "referral.urgent" || row.Topic != "police" || row.Secret != 1 {
			t.Errorf("%+v", row)
		}
		s, err := r.Referrer.Get(ctx, r.D.Reader(), r.police, row.ID)
		flowtest.Must(t, err)
		if len(s.Paper.Items) != 3 || s.Paper.Ask != "请核查。" {
			t.Errorf("the police read %+v", s.Paper)
		}
		for _, i := range s.Paper.Items {
			if i.Support != (i.Key == "age") || strings.Contains(i.Value, "邻居甲") || strings.Contains(i.Value, "哭喊") {
				t.Errorf("%+v", i)
			}
		}
		if _, err := r.Desk.Get(ctx, r.D.Reader(), r.police, l.ID); !errs.Is(err, errs.Forbidden) && !errs.Is(err, errs.NotFound) {
			t.Errorf("the police see the report itself: %v", err)
		}
		if got, _ := r.Desk.Get(ctx, r.D.Reader(), r.office, l.ID); got.Acted == 0 {
			t.Error("sending it is no first action")
		}
	})
}

func TestTheReporterLearnsOfThePoliceOnlyAfterTheySigned(t *testing.T) {
	roads(t, func(r *road) {
		l := r.lodge(heard)
		row := r.decide(l, r.decision([]string{"name"}, nil))
		if p := r.words(l.Receipt); strings.Contains(p.Words, "公安") {
			r.T.Errorf("before: %s", p.Words)
		}
		r.must(func(ctx context.Context, tx *db.Tx) error { return r.Kernel.Sign(ctx, tx, r.police, row.Duty) })
		if p := r.words(l.Receipt); !strings.Contains(p.Words, "公安机关已经签收") {
			r.T.Errorf("after: %s", p.Words)
		}
		other := r.lodge(heard)
		r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Merge(ctx, tx, r.office, other.ID, l.ID) })
		if p := r.words(other.Receipt); !strings.Contains(p.Words, "公安机关已经签收") {
			r.T.Errorf("of the merged one: %s", p.Words)
		}
	})
}

func TestFeedbackOfAUnitReachesReporterAndOffice(t *testing.T) {
	roads(t, func(r *road) {
		t, ctx := r.T, r.T.Context()
		l := r.lodge(heard)
		row := r.decide(l, r.decision([]string{"name"}, nil))
		var reply referral.ReplyID
		r.must(func(ctx context.Context, tx *db.Tx) (err error) {
			reply, err = r.Referrer.Reply(ctx, tx, r.police, row.ID, referral.Said{Words: referral.Words{Text: "已到场核查，孩子平安。", Without: "已电话沟通。"}, Outcome: "done"})
			return err
		})
		if got, err := r.Results(ctx, r.D.Reader(), r.office, l.ID); err != nil || len(got) != 0 {
			t.Errorf("a reply that nobody checked counts: %v, %v", got, err)
		}
		r.must(func(ctx context.Context, tx *db.Tx) error {
			return r.Referrer.Check(ctx, tx, r.office, reply, true, "符合要求。")
		})
		got, err := r.Results(ctx, r.D.Reader(), r.office, l.ID)
		if err != nil || len(got) != 1 || got[0].Words != "已到场核查，孩子平安。" {
			t.Errorf("%+v, %v", got, err)
		}
		p := r.words(l.Receipt)
		last := p.Messages[len(p.Messages)-1]
		if last.Text != "承办单位已经办理并反馈，未保办核实后答复您。" || slices.ContainsFunc(p.Messages, func(m intake.Message) bool { return strings.Contains(m.Text, "到场") }) {
			t.Errorf("the reporter reads %+v", p.Messages)
		}
	})
}

func TestAReportIsNotClosedOverAnOpenReferralWithoutAReason(t *testing.T) {
	roads(t, func(r *road) {
		l := r.lodge(heard)
		r.decide(l, r.decision([]string{"name"}, nil))
		end := func(despite string) error {
			return r.D.Write(t.Context(), func(tx *db.Tx) error {
				return r.Desk.Close(t.Context(), tx, r.office, l.ID, "已经处理。", despite)
			})
		}
		names, err := r.Desk.Unanswered(t.Context(), r.D.Reader(), r.office, l.ID)
		flowtest.Must(t, err)
		if err := end(" "); len(names) != 1 || !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), names[0]) {
			t.Fatalf("waits for %v, closed with %v", names, err)
		}
		flowtest.Must(t, end("单位电话反馈，孩子平安。"))
		told, err := r.Desk.Open(t.Context(), r.D.Reader(), r.office, l.ID)
		flowtest.Must(t, err)
		if !slices.ContainsFunc(told.Messages, func(m intake.Message) bool {
			return m.Kind == intake.Note && strings.Contains(m.Text, "单位电话反馈") && strings.Contains(m.Text, names[0])
		}) {
			t.Error("the reason is not kept")
		}
		for _, m := range r.words(l.Receipt).Messages {
			if strings.Contains(m.Text, "单位电话反馈") {
				t.Error("the reporter reads the office's reason")
			}
		}
	})
}

func TestDataThatChangedAfterTheyWereSeenAreNotSent(t *testing.T) {
	roads(t, func(r *road) {
		l := r.lodge(heard)
		r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Accept(ctx, tx, r.office, l.ID) })
		in := r.decision([]string{"name"}, nil)
		in.Along.Seen = referral.Digest([]referral.Item{{Key: "name", Value: "别人"}})
		err := r.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := r.Desk.Decide(ctx, tx, r.office, l.ID, in)
			return err
		})
		if !errs.Is(err, errs.Invalid) || len(r.sent(l.ID)) != 0 {
			r.T.Errorf("%v", err)
		}
		if row, _ := r.Desk.Get(r.T.Context(), r.D.Reader(), r.office, l.ID); row.State != intake.Accepted {
			r.T.Errorf("half decided: %s", row.State)
		}
	})
}

func TestALeaderDecidesAndHisOfficeSends(t *testing.T) {
	roads(t, func(r *road) {
		l := r.lodge(heard)
		r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Accept(ctx, tx, r.leader, l.ID) })
		r.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := r.Desk.Decide(ctx, tx, r.leader, l.ID, r.decision(nil, nil))
			return err
		})
		if n := len(r.sent(l.ID)); n != 0 {
			r.T.Errorf("%d referrals", n)
		}
	})
}

func TestAFileIsOpenedByWhatWasToldAndFillsWhatGoesAlong(t *testing.T) {
	roads(t, func(r *road) {
		t, ctx := r.T, r.T.Context()
		nameless := heard
		nameless.Child = &intake.Child{Age: "8"}
		dark, far := r.lodge(nameless), r.lodge(heard)
		for name, err := range map[string]error{
			"without a name": r.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := r.Enrol(ctx, tx, r.office, dark.ID, village)
				return err
			}),
			"without a township": r.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := r.Enrol(ctx, tx, r.office, far.ID, county)
				return err
			}),
		} {
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		l := r.lodge(heard)
		var id ref.Child
		r.must(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = r.Enrol(ctx, tx, r.office, l.ID, village)
			return err
		})
		c, err := r.Cabinet.Get(ctx, r.D.Reader(), r.office, id)
		flowtest.Must(t, err)
		years, _ := c.Age(civil.DateOf(r.C.Now()))
		if c.Name != "单小明" || c.Guessed != 1 || years != 8 || c.School != "石门小学" || c.Region != village {
			t.Errorf("%+v", c)
		}
		r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Link(ctx, tx, r.office, l.ID, id) })
		_, items, err := r.Along(ctx, r.D.Reader(), r.office, l.ID, id, false)
		flowtest.Must(t, err)
		place := items[slices.IndexFunc(items, func(i referral.Item) bool { return i.Key == "place" })]
		if !strings.Contains(place.Value, "三组") || !strings.Contains(place.Value, "居住地") {
			t.Errorf("where it happened is lost: %+v", place)
		}
		if _, _, err := r.Along(ctx, r.D.Reader(), r.second, l.ID, id, false); !errs.Is(err, errs.Conflict) {
			t.Errorf("who has not looked at the report: %v", err)
		}
	})
}

func TestACaseFromAReportTellsItAndWaitsForItsEmergency(t *testing.T) {
	roads(t, func(r *road) {
		t, ctx := r.T, r.T.Context()
		danger := heard
		danger.Danger = true
		l := r.lodge(danger)
		r.must(func(ctx context.Context, tx *db.Tx) error { return r.Desk.Accept(ctx, tx, r.office, l.ID) })
		var run emergency.RunID
		r.must(func(ctx context.Context, tx *db.Tx) (err error) {
			run, err = r.Alarm.Begin(ctx, tx, r.office, emergency.Start{About: emergency.About{Kind: referral.OnReport, ID: int64(l.ID)}, Region: village, List: "violence", Brief: "村委会有人陪着。"})
			return err
		})
		if got, _ := r.Desk.Get(ctx, r.D.Reader(), r.office, l.ID); got.Acted == 0 {
			t.Error("the checklist is no first action")
		}
		var c ref.Case
		r.must(func(ctx context.Context, tx *db.Tx) error {
			id, err := r.Enrol(ctx, tx, r.office, l.ID, village)
			if err != nil {
				return err
			}
			c, err = r.Cases.Open(ctx, tx, r.office, casework.New{Child: id, Origin: casework.FromReport, OriginID: int64(l.ID), Why: "照护缺失"})
			return err
		})
		row, err := r.Cases.Get(ctx, r.D.Reader(), r.office, c)
		flowtest.Must(t, err)
		if n, err := r.Ways.Urgent(ctx, r.D.Reader(), row); err != nil || n == 0 {
			t.Errorf("the case does not wait for the report's checklist: %d, %v", n, err)
		}
		sheet, err := r.Alarm.Get(ctx, r.D.Reader(), r.office, run)
		flowtest.Must(t, err)
		if _, err := r.Alarm.Get(ctx, r.D.Reader(), r.far, run); !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Forbidden) {
			t.Errorf("another county: %v", err)
		}
		i := slices.IndexFunc(sheet.Steps, func(s emergency.Told) bool { return s.Unit == r.police.Post.Unit && s.State == emergency.Open })
		r.must(func(ctx context.Context, tx *db.Tx) error {
			return r.Alarm.Prove(ctx, tx, r.police, sheet.Steps[i].ID, emergency.Proof{Where: "县医院", Number: "鉴〔2026〕1号", Words: "已委托鉴定。"})
		})
		if p := r.words(l.Receipt); !strings.Contains(p.Words, "公安机关已经签收") {
			t.Errorf("%s", p.Words)
		}
		events := r.show(c)
		if !slices.ContainsFunc(events, func(e casework.Entry) bool { return strings.Contains(e.Words, "伤情鉴定") }) {
			t.Error("the case does not learn of the checklist's steps")
		}
		r.must(func(ctx context.Context, tx *db.Tx) error {
			return r.Desk.Shield(ctx, tx, r.leader, l.ID, r.second.User)
		})
		if _, err := r.Alarm.Get(ctx, r.D.Reader(), r.second, run); !errs.Is(err, errs.NotFound) {
			t.Errorf("from whom the report is hidden sees its checklist: %v", err)
		}
		if list, err := r.Alarm.List(ctx, r.D.Reader(), r.second, 10); err != nil || len(list) != 0 {
			t.Errorf("and lists it: %d, %v", len(list), err)
		}
		if err := r.D.Write(t.Context(), func(tx *db.Tx) error {
			return r.Cases.Propose(t.Context(), tx, r.office, c, "moved", "已移交。")
		}); !errs.Is(err, errs.Conflict) {
			t.Errorf("closed as moved away with steps of the emergency open: %v", err)
		}
		r.end(c, "died")
		p := r.words(l.Receipt)
		if last := p.Messages[len(p.Messages)-1]; !strings.Contains(last.Text, "已经办理完毕") {
			t.Errorf("the reporter does not learn of the end: %+v", last)
		}
	})
}

func (r *road) show(id ref.Case) []casework.Entry {
	r.T.Helper()
	rec, err := r.Cases.Show(r.T.Context(), r.D.Reader(), r.office, id)
	flowtest.Must(r.T, err)
	return rec.Events
}

// end closes a case through a second person.
func (r *road) end(id ref.Case, outcome string) {
	r.T.Helper()
	r.must(func(ctx context.Context, tx *db.Tx) error {
		return r.Cases.Join(ctx, tx, r.office, id, r.second.User, casework.Second)
	})
	r.must(func(ctx context.Context, tx *db.Tx) error {
		return r.Cases.Propose(ctx, tx, r.office, id, outcome, "情况说明。")
	})
	r.must(func(ctx context.Context, tx *db.Tx) error {
		return r.Cases.Decide(ctx, tx, r.second, id, true, "同意。")
	})
}

func TestWhoTakesOverAPostTakesOverItsCases(t *testing.T) {
	roads(t, func(r *road) {
		t, ctx := r.T, r.T.Context()
		l := r.lodge(heard)
		var c ref.Case
		r.must(func(ctx context.Context, tx *db.Tx) error {
			id, err := r.Enrol(ctx, tx, r.office, l.ID, village)
			if err != nil {
				return err
			}
			c, err = r.Cases.Open(ctx, tx, r.office, casework.New{Child: id, Origin: casework.ByHand, Why: "照护缺失"})
			return err
		})
		before, err := r.PreviewHandover(ctx, r.D.Reader(), clerk, r.office.Post.ID, r.second.User)
		flowtest.Must(t, err)
		var done flow.Handover
		r.must(func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = r.HandOver(ctx, tx, clerk, r.office.Post.ID, r.second.User, "调整")
			return err
		})
		if before.Cases != 1 || done.Cases != 1 || done.Duties != before.Duties || done.Duties == 0 {
			t.Errorf("preview %+v, done %+v", before, done)
		}
		if _, err := r.Cases.Get(ctx, r.D.Reader(), r.office, c); !errs.Is(err, errs.NotFound) {
			t.Errorf("the former holder still sees it: %v", err)
		}
		rec, err := r.Cases.Show(ctx, r.D.Reader(), r.second, c)
		flowtest.Must(t, err)
		if len(rec.Team) != 1 || rec.Team[0].Role != casework.Lead || rec.Team[0].Holder != r.second.User {
			t.Errorf("%+v", rec.Team)
		}
	})
}

package intake_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/response"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

const (
	county  = "990101000000"
	village = "990101100200"
	office  = ref.Unit(100)
	above   = ref.Unit(90)
)

func actor(user ref.User, unit ref.Unit, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer  = actor(101, office, county, access.Officer)
	second   = actor(102, office, county, access.Officer)
	leader   = actor(103, 5, county, access.Leader)
	operator = actor(104, 200, county, access.Operator)
	stranger = actor(105, 300, "990201000000", access.Officer)
	liaison  = actor(106, 400, county, access.Liaison)
	upper    = actor(107, above, county, access.Officer)
)

type desk struct {
	*intake.Desk
	d *db.DB
	c *clock.Manual
	t testing.TB
}

func withDesk(t *testing.T, test func(k desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		book := testkit.Book(t, "demo")
		kernel := testkit.Kernel(testkit.Calendar(t), office)
		kernel.Superior = func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return above, nil }
		test(desk{&intake.Desk{Vault: v, Kernel: kernel, Book: func() *rule.Book { return book }}, d, c, t})
	})
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k desk) must(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.write(fn); err != nil {
		k.t.Fatal(err)
	}
}

var plain = intake.In{What: "hurt", Place: intake.Place{Region: village, Text: "石门村三组"}, Narrative: "听到孩子夜里哭喊。"}

func (k desk) lodge(by access.Actor, in intake.In, key string) intake.Lodged {
	k.t.Helper()
	out, err := k.Take(context.Background(), k.d, by, in, key)
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

func (k desk) get(id ref.Report) intake.Report {
	k.t.Helper()
	r, err := k.Get(context.Background(), k.d.Reader(), leader, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

func (k desk) lookup(receipt string) intake.Progress {
	k.t.Helper()
	p, err := k.Lookup(context.Background(), k.d.Reader(), receipt)
	if err != nil {
		k.t.Fatal(err)
	}
	return p
}

func (k desk) openDuties(id ref.Report) (kinds []string) {
	k.t.Helper()
	list, err := k.Kernel.OfSubject(context.Background(), k.d.Reader(), officer, "intake_report", int64(id))
	if err != nil {
		k.t.Fatal(err)
	}
	for _, d := range list {
		if d.State == duty.Open {
			kinds = append(kinds, d.Kind)
		}
	}
	return kinds
}

func (k desk) count(query string, args ...any) int64 {
	k.t.Helper()
	n, err := db.Get[int64](context.Background(), k.d.Reader(), query, args...)
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

// goOn takes a report as far as its decision.
func (k desk) goOn(id ref.Report, in intake.DecideIn) {
	k.t.Helper()
	k.must(func(ctx context.Context, tx *db.Tx) error { return k.Accept(ctx, tx, officer, id) })
	k.must(func(ctx context.Context, tx *db.Tx) error { _, err := k.Decide(ctx, tx, officer, id, in); return err })
}

var calm = map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}

func TestAReportGoesFromItsReceiptToItsAnswer(t *testing.T) {
	withDesk(t, func(k desk) {
		out := k.lodge(access.Program, plain, "")
		if kinds := k.openDuties(out.ID); len(kinds) != 1 || kinds[0] != intake.AcceptKind {
			t.Fatalf("open duties %v", kinds)
		}
		if p := k.lookup(out.Receipt); p.State != intake.Received || len(p.Messages) != 0 || strings.Contains(p.Words, "公安") {
			t.Errorf("%+v", p)
		}
		other := plain
		other.What = "other"
		in := intake.DecideIn{Situation: "other", Answers: calm}
		k.goOn(out.ID, in)
		if r := k.get(out.ID); r.State != intake.Decided || r.Urgency != response.Ordinary || r.Situation != "other" || r.Decided == 0 {
			t.Errorf("%+v", r)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Ask(ctx, tx, officer, out.ID, "孩子多大？") })
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Say(ctx, tx, out.Receipt, "大约七岁。") })
		if kinds := k.openDuties(out.ID); len(kinds) != 2 {
			t.Errorf("open duties %v", kinds)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Close(ctx, tx, officer, out.ID, "已上门，孩子平安。", "")
		})
		if kinds := k.openDuties(out.ID); len(kinds) != 0 {
			t.Errorf("open duties %v", kinds)
		}
		p := k.lookup(out.Receipt)
		var said []string
		for _, m := range p.Messages {
			said = append(said, m.Text)
			if m.ByName != "" {
				t.Error("the reporter learns who wrote")
			}
		}
		if p.State != intake.Closed || strings.Join(said, "|") != "您的报告已经受理。|孩子多大？|大约七岁。|已上门，孩子平安。" {
			t.Errorf("%v %q", p.State, said)
		}
	})
}

func TestDangerNowHasItsOwnClock(t *testing.T) {
	withDesk(t, func(k desk) {
		in := plain
		in.Danger = true
		out := k.lodge(access.Program, in, "")
		list, err := k.Kernel.OfSubject(context.Background(), k.d.Reader(), officer, "intake_report", int64(out.ID))
		if err != nil || len(list) != 1 {
			t.Fatal(err, list)
		}
		if d := list[0]; d.Due != d.Opened.Add(time.Hour) || !strings.HasPrefix(d.Title, "【紧急】") {
			t.Errorf("%+v", d)
		}
		if out.Urgency != response.Emergency {
			t.Error(out.Urgency)
		}
	})
}

// The retry trap: whoever finds that his request was stored already may know
// it of a commit that only this machine has. An answer must rest on a commit
// of the request's own.
func TestARepeatedKeyMakesItsOwnDurableWrite(t *testing.T) {
	withDesk(t, func(k desk) {
		const key = "0191b6a4-key"
		first := k.lodge(access.Program, plain, key)
		for n := range int64(3) {
			again := k.lodge(access.Program, plain, key)
			if again.Receipt != first.Receipt || again.ID != first.ID || !again.Repeated {
				t.Errorf("%+v after %+v", again, first)
			}
			if got := k.count("SELECT repeats FROM intake_key"); got != n+1 {
				t.Errorf("after %d repeats %d writes", n+1, got)
			}
		}
		if n := k.count("SELECT count(*) FROM intake_report"); n != 1 {
			t.Errorf("%d reports", n)
		}
		if n := k.count("SELECT count(*) FROM duty"); n != 1 {
			t.Errorf("%d duties", n)
		}
		other := plain
		other.Narrative = "别的事"
		if _, err := k.Take(t.Context(), k.d, access.Program, other, key); !errs.Is(err, errs.Invalid) {
			t.Errorf("the same key with other content: %v", err)
		}
		if second := k.lodge(access.Program, plain, "another"); second.Receipt == first.Receipt {
			t.Error("two keys share a receipt")
		}
	})
}

func TestOneKeyAtTheSameTimeMakesOneReport(t *testing.T) {
	withDesk(t, func(k desk) {
		var wg sync.WaitGroup
		receipts := make([]string, 16)
		for i := range receipts {
			wg.Go(func() {
				out, err := k.Take(context.Background(), k.d, access.Program, plain, "key")
				if err != nil {
					t.Error(err)
				}
				receipts[i] = out.Receipt
			})
		}
		wg.Wait()
		for _, r := range receipts {
			if r != receipts[0] {
				t.Errorf("receipts %v", receipts)
				break
			}
		}
		if n := k.count("SELECT count(*) FROM intake_report"); n != 1 {
			t.Errorf("%d reports", n)
		}
	})
}

func TestWhatIsToldAndWhoToldItStandNowhereInClear(t *testing.T) {
	withDesk(t, func(k desk) {
		in := plain
		in.Reporter = &intake.Reporter{Name: "赵知情", Phone: "13900000001"}
		in.Child = &intake.Child{Name: "钱小童"}
		out := k.lodge(access.Program, in, "")
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Say(ctx, tx, out.Receipt, "补充夜里两点") })
		for _, table := range []string{"intake_report", "intake_reporter", "intake_message", "intake_key", "audit_entry", "duty", "duty_event"} {
			text := k.dump(table)
			for _, secret := range []string{"赵知情", "13900000001", "钱小童", "夜里", "石门村三组", out.Receipt} {
				if strings.Contains(text, secret) {
					t.Errorf("%s holds %s", table, secret)
				}
			}
		}
	})
}

// dump gives all rows of a table as text.
func (k desk) dump(table string) string {
	k.t.Helper()
	query := "SELECT group_concat(CAST(x.row AS TEXT)) FROM (SELECT json_array(" + k.columns(table) + ") AS row FROM " + table + ") x"
	if k.d.Dialect == db.Postgres {
		query = "SELECT string_agg(CAST(x AS TEXT), ',') FROM " + table + " x"
	}
	text, err := db.Get[*string](context.Background(), k.d.Reader(), query)
	if err != nil || text == nil {
		if err != nil {
			k.t.Fatal(err)
		}
		return ""
	}
	return *text
}

func (k desk) columns(table string) string {
	if k.d.Dialect == db.Postgres {
		return ""
	}
	names, err := db.All[string](context.Background(), k.d.Reader(), "SELECT CASE WHEN type = 'BYTEA' THEN 'hex(' || name || ')' ELSE name END FROM pragma_table_info('"+table+"')")
	if err != nil {
		k.t.Fatal(err)
	}
	return strings.Join(names, ", ")
}

func TestWithoutATraceNobodyReadsAReport(t *testing.T) {
	withDesk(t, func(k desk) {
		out := k.lodge(access.Program, plain, "")
		open := func(by access.Actor) (intake.Told, error) {
			return k.Open(context.Background(), k.d.Reader(), by, out.ID)
		}
		if _, err := open(officer); !errs.Is(err, errs.Conflict) {
			t.Errorf("without a trace: %v", err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Reveal(ctx, tx, officer, out.ID) })
		told, err := open(officer)
		if err != nil || told.Telling.Narrative != plain.Narrative || told.Telling.Place != "石门村三组" {
			t.Errorf("%+v, %v", told.Telling, err)
		}
		if _, err := open(second); !errs.Is(err, errs.Conflict) {
			t.Errorf("another's trace serves: %v", err)
		}
		k.c.Advance(31 * time.Minute)
		if _, err := open(officer); !errs.Is(err, errs.Conflict) {
			t.Errorf("after half an hour: %v", err)
		}
		looks, err := k.Looks(t.Context(), k.d.Reader(), leader, out.ID)
		if err != nil || len(looks) != 1 || looks[0].ByUser != officer.User {
			t.Errorf("%+v, %v", looks, err)
		}
		for name, by := range map[string]access.Actor{"another county": stranger} {
			if _, err := k.Get(t.Context(), k.d.Reader(), by, out.ID); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, by := range map[string]access.Actor{"a unit": liaison, "the hotline": operator, "nobody": {}} {
			if _, err := k.Get(t.Context(), k.d.Reader(), by, out.ID); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestWhoReportedIsOpenedByAnotherPersonsLeaveAlone(t *testing.T) {
	withDesk(t, func(k desk) {
		in := plain
		in.Reporter = &intake.Reporter{Name: "赵知情", Phone: "13900000001"}
		out := k.lodge(access.Program, in, "")
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.AskIdentity(ctx, tx, officer, out.ID, "需当面核实")
		})
		list, err := k.Requests(t.Context(), k.d.Reader(), officer, out.ID)
		if err != nil || len(list) != 1 || string(list[0].Reason) != "需当面核实" {
			t.Fatal(err, list)
		}
		q := list[0].ID
		decide := func(by access.Actor) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error { return k.DecideIdentity(ctx, tx, by, out.ID, q, true) })
		}
		show := func(by access.Actor) (who intake.Reporter, err error) {
			err = k.write(func(ctx context.Context, tx *db.Tx) error { who, err = k.Identity(ctx, tx, by, out.ID, q); return err })
			return who, err
		}
		if _, err := show(officer); !errs.Is(err, errs.Forbidden) {
			t.Errorf("before leave: %v", err)
		}
		if err := decide(officer); !errs.Is(err, errs.Forbidden) {
			t.Errorf("one's own request: %v", err)
		}
		if err := decide(leader); err != nil {
			t.Fatal(err)
		}
		if who, err := show(officer); err != nil || who.Name != "赵知情" {
			t.Errorf("%+v, %v", who, err)
		}
		if _, err := show(leader); !errs.Is(err, errs.Forbidden) {
			t.Errorf("who granted it sees it, too: %v", err)
		}
		k.c.Advance(25 * time.Hour)
		if _, err := show(officer); !errs.Is(err, errs.Forbidden) {
			t.Errorf("after a day: %v", err)
		}
		if n := k.count("SELECT count(*) FROM intake_look WHERE what = 'reporter'"); n != 1 {
			t.Errorf("%d traces", n)
		}
	})
}

func TestMergedReportersKeepTheirClocksAndAreBothAnswered(t *testing.T) {
	withDesk(t, func(k desk) {
		first, then := k.lodge(access.Program, plain, ""), k.lodge(access.Program, plain, "")
		k.goOn(first.ID, intake.DecideIn{Situation: "other", Answers: calm})
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Merge(ctx, tx, officer, then.ID, first.ID) })
		if kinds := k.openDuties(then.ID); len(kinds) != 1 || kinds[0] != intake.AnswerKind {
			t.Errorf("the merged report has open duties %v", kinds)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Close(ctx, tx, officer, first.ID, "孩子平安。", "")
		})
		for _, receipt := range []string{first.Receipt, then.Receipt} {
			p := k.lookup(receipt)
			if !strings.Contains(p.Words, "已经办结") {
				t.Errorf("it has ended, and the reporter reads %q", p.Words)
			}
			if last := p.Messages[len(p.Messages)-1]; last.Text != "孩子平安。" || last.Kind != intake.Answered {
				t.Errorf("%+v", p)
			}
		}
		if kinds := append(k.openDuties(first.ID), k.openDuties(then.ID)...); len(kinds) != 0 {
			t.Errorf("open duties %v", kinds)
		}
		if r := k.get(then.ID); r.Answered == 0 || r.Merged != first.ID {
			t.Errorf("%+v", r)
		}
	})
}

func TestAReportOnTheOfficesOwnLevelGoesOneUp(t *testing.T) {
	withDesk(t, func(k desk) {
		in := plain
		in.About = "county"
		out := k.lodge(access.Program, in, "")
		see := func(by access.Actor) error { _, err := k.Get(t.Context(), k.d.Reader(), by, out.ID); return err }
		if see(officer) == nil || see(leader) != nil || see(upper) != nil {
			t.Errorf("officer %v, leader %v, unit above %v", see(officer), see(leader), see(upper))
		}
		if list, err := k.List(t.Context(), k.d.Reader(), officer, intake.Filter{View: intake.All}); err != nil || len(list) != 0 {
			t.Errorf("the officer's list: %v, %v", list, err)
		}
		if r := k.get(out.ID); r.Unit != above {
			t.Errorf("unit %d", r.Unit)
		}
		in.About = "village"
		low := k.lodge(access.Program, in, "")
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Shield(ctx, tx, second, low.ID, officer.User) })
		if _, err := k.Get(t.Context(), k.d.Reader(), officer, low.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("hidden from the officer: %v", err)
		}
		if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Accept(ctx, tx, officer, low.ID) }); !errs.Is(err, errs.NotFound) {
			t.Errorf("and yet accepted: %v", err)
		}
	})
}

// A county that stands alone has no unit above its office, whose officers are those whom the report may be about.
func TestAReportOnTheHighestOfficeIsSeenByLeadersAlone(t *testing.T) {
	withDesk(t, func(k desk) {
		k.Kernel.Superior = func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return office, nil }
		in := plain
		in.About = "county"
		told := k.lodge(access.Program, in, "")
		raised := k.lodge(access.Program, plain, "")
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Raise(ctx, tx, second, raised.ID) })
		for _, id := range []ref.Report{told.ID, raised.ID} {
			for _, by := range []access.Actor{officer, second} {
				if _, err := k.Get(t.Context(), k.d.Reader(), by, id); !errs.Is(err, errs.NotFound) {
					t.Errorf("an officer of the office: %v", err)
				}
			}
			if r := k.get(id); r.Raised != intake.Alone || r.Unit != office {
				t.Errorf("%+v", r)
			}
			k.must(func(ctx context.Context, tx *db.Tx) error { return k.Accept(ctx, tx, leader, id) })
		}
		if list, err := k.List(t.Context(), k.d.Reader(), officer, intake.Filter{View: intake.All}); err != nil || len(list) != 0 {
			t.Errorf("the officer's list: %v, %v", list, err)
		}
	})
}

func TestADecisionAgainstTheRulesNeedsAReason(t *testing.T) {
	withDesk(t, func(k desk) {
		k.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := org.LoadCounty(ctx, tx, access.Program, k.Book())
			return err
		})
		out := k.lodge(access.Program, plain, "")
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Accept(ctx, tx, officer, out.ID) })
		p, err := k.Propose(t.Context(), k.d.Reader(), "hurt")
		if err != nil || p.Lead == 0 || len(p.Support) == 0 || len(p.Unknown) != 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		var sent []intake.Decision
		k.Dispatch = func(_ context.Context, _ *db.Tx, _ access.Actor, d intake.Decision) error {
			sent = []intake.Decision{d}
			return nil
		}
		decide := func(in intake.DecideIn) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := k.Decide(ctx, tx, officer, out.ID, in)
				return err
			})
		}
		for name, in := range map[string]intake.DecideIn{
			"no situation":    {Answers: calm, Lead: p.Lead},
			"open question":   {Situation: "hurt", Lead: p.Lead, Answers: map[string]string{"danger": "no"}},
			"another lead":    {Situation: "hurt", Lead: p.Support[0], Answers: calm},
			"less urgent":     {Situation: "hurt", Lead: p.Lead, Answers: calm, Urgency: response.Ordinary},
			"lead in support": {Situation: "hurt", Lead: p.Lead, Support: []ref.Unit{p.Lead}, Answers: calm},
		} {
			if err := decide(in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := decide(intake.DecideIn{Situation: "hurt", Lead: p.Lead, Support: p.Support, Answers: calm}); err != nil {
			t.Fatal(err)
		}
		if len(sent) != 1 || sent[0].Lead != p.Lead || sent[0].Urgency != response.Urgent || sent[0].Route != "police" || sent[0].Place != "occurrence" {
			t.Errorf("%+v", sent)
		}
		if err := decide(intake.DecideIn{Situation: "hurt", Lead: p.Lead, Answers: calm}); !errs.Is(err, errs.Conflict) {
			t.Errorf("decided twice: %v", err)
		}
	})
}

func TestADecisionThatCannotBeSentIsNotMade(t *testing.T) {
	withDesk(t, func(k desk) {
		out := k.lodge(access.Program, plain, "")
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Accept(ctx, tx, officer, out.ID) })
		k.Dispatch = func(context.Context, *db.Tx, access.Actor, intake.Decision) error { return errors.New("no") }
		if err := k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Decide(ctx, tx, officer, out.ID, intake.DecideIn{Situation: "other", Answers: calm})
			return err
		}); err == nil {
			t.Error("decided")
		}
		if r := k.get(out.ID); r.State != intake.Accepted {
			t.Error(r.State)
		}
	})
}

func TestThatThePoliceKnowIsSaidOnlyWhenTheyHaveSigned(t *testing.T) {
	withDesk(t, func(k desk) {
		out := k.lodge(access.Program, plain, "")
		signed := clock.Instant(0)
		k.Police = func(context.Context, *db.Tx, ref.Report) (clock.Instant, error) { return signed, nil }
		if p := k.lookup(out.Receipt); strings.Contains(p.Words, "公安") {
			t.Error(p.Words)
		}
		signed = 1
		if p := k.lookup(out.Receipt); !strings.Contains(p.Words, "公安机关已经签收") {
			t.Error(p.Words)
		}
	})
}

func TestWrongReceiptsTellNothing(t *testing.T) {
	withDesk(t, func(k desk) {
		out := k.lodge(access.Program, plain, "")
		if _, err := k.Lookup(t.Context(), k.d.Reader(), "0000000000000000"); !errs.Is(err, errs.NotFound) {
			t.Errorf("%v", err)
		}
		wrong := []byte(out.Receipt)
		wrong[3] = '0' + (wrong[3]-'0'+1)%10
		if _, err := k.Lookup(t.Context(), k.d.Reader(), string(wrong)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%v", err)
		}
		for range 20 {
			k.must(func(ctx context.Context, tx *db.Tx) error { return k.Say(ctx, tx, out.Receipt, "补充") })
		}
		if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Say(ctx, tx, out.Receipt, "补充") }); !errs.Is(err, errs.TooMany) {
			t.Errorf("%v", err)
		}
	})
}

package referral_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

const county, village = "990101000000", "990101100200"

func actor(user ref.User, unit ref.Unit, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: name, Region: region, Role: role}}
}

var (
	officer  = actor(100, 100, "周岚", county, access.Officer)
	police   = actor(200, 200, "公安联络员", county, access.Liaison)
	civils   = actor(300, 300, "民政联络员", county, access.Liaison)
	women    = actor(400, 400, "妇联联络员", county, access.Liaison)
	station  = actor(500, 500, "督导员", "990101100000", access.Supervisor)
	leader   = actor(600, 100, "分管领导", county, access.Leader)
	director = actor(700, 700, "儿童主任", village, access.ChildDirector)
)

type desk struct {
	*testing.T
	d     *db.DB
	clock *clock.Manual
	k     *referral.Desk
	moves []referral.Move
	team  []ref.User
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		v, err := vault.Open(t.Context(), d, t.TempDir()+"/keys.json", vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		x := &desk{T: t, d: d, clock: c}
		x.k = &referral.Desk{Kernel: testkit.Kernel(cal, 100), Vault: v, Files: &file.Store{Dir: t.TempDir(), Vault: v}, Book: func() *rule.Book { return book },
			Clock: func(_ context.Context, tx *db.Tx, _, id string) (rule.Clock, error) {
				c, _ := book.Clock(id, civil.DateOf(tx.Now.Time()))
				return c, nil
			},
			Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) { return nil, nil },
			Insider: func(_ context.Context, _ *db.Tx, by access.Actor, _ referral.About) (bool, error) {
				return slices.Contains(x.team, by.User), nil
			},
			Moved: func(_ context.Context, _ *db.Tx, _ access.Actor, _ referral.Referral, m referral.Move) error {
				x.moves = append(x.moves, m)
				return nil
			}}
		test(x)
	})
}

func (x *desk) try(fn func(tx *db.Tx) error) error {
	x.Helper()
	x.clock.Advance(1e6)
	return x.d.Write(x.Context(), fn)
}

func (x *desk) must(fn func(tx *db.Tx) error) {
	x.Helper()
	if err := x.try(fn); err != nil {
		x.Fatal(err)
	}
}

func order() referral.Order {
	return referral.Order{About: referral.About{Kind: referral.OnChild, ID: 7}, Child: 7, Region: village, Topic: "counsel", Label: "心理支持", Ask: "请安排一次面谈",
		Items: []referral.Item{{Key: "name", Label: "姓名", Value: "单小明", Support: true}, {Key: "phone", Label: "电话", Value: "13900001234"}}, Lead: 200, Supports: []ref.Unit{300}}
}

func (x *desk) send(by access.Actor, o referral.Order) (id ref.Referral) {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) {
		id, err = x.k.Dispatch(x.Context(), tx, by, o)
		return err
	})
	return id
}

func (x *desk) get(by access.Actor, id ref.Referral) referral.Story {
	x.Helper()
	s, err := x.k.Get(x.Context(), x.d.Reader(), by, id)
	if err != nil {
		x.Fatal(err)
	}
	return s
}

func said(text, outcome string) referral.Said {
	return referral.Said{Words: referral.Words{Text: text}, Outcome: outcome}
}

func TestAUnitReadsWhatWasChosenForItAndNobodyElseReadsAnything(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.send(officer, order())
		if s := x.get(police, id); len(s.Paper.Items) != 2 || s.Paper.Ask == "" || len(s.Support) != 1 {
			t.Errorf("the lead: %+v", s.Paper)
		}
		s := x.get(civils, id)
		if len(s.Paper.Items) != 1 || s.Paper.Items[0].Key != "name" || len(s.Support) != 0 {
			t.Errorf("the support unit: %+v", s.Paper)
		}
		if s := x.get(leader, id); s.Reads || len(s.Paper.Items) != 0 {
			t.Error("a leader reads more than the head")
		}
		for _, by := range []access.Actor{women, station, director} {
			if _, err := x.k.Get(t.Context(), x.d.Reader(), by, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", by.Name, err)
			}
			if rows, err := x.k.List(t.Context(), x.d.Reader(), by, referral.Filter{Limit: 10}); err != nil || len(rows) != 0 {
				t.Errorf("%s lists %d, %v", by.Name, len(rows), err)
			}
		}
	})
}

func TestWhatIsSecretShowsToTheTeamAndTheUnitsAlone(t *testing.T) {
	withDesk(t, func(x *desk) {
		o := order()
		o.About, o.Secret = referral.About{Kind: referral.OnCase, ID: 9}, true
		id := x.send(officer, o)
		if s := x.get(officer, id); s.Reads || len(s.Paper.Items) > 0 || s.Paper.Ask != "" {
			t.Error("an officer outside the team reads it")
		}
		x.team = []ref.User{officer.User}
		if s := x.get(officer, id); !s.Reads || len(s.Paper.Items) != 2 {
			t.Error("the team does not read it")
		}
		if s := x.get(police, id); len(s.Paper.Items) != 2 {
			t.Error("the lead does not read it")
		}
	})
}

func TestTheLeadAnswersForItsSupport(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.send(officer, order())
		if s := x.get(police, id); s.State != referral.Unsigned {
			t.Errorf("state %s", s.State)
		}
		x.must(func(tx *db.Tx) error { return x.k.Kernel.Sign(t.Context(), tx, police, x.get(police, id).Own.ID) })
		if s := x.get(officer, id); s.State != referral.Running {
			t.Errorf("state %s", s.State)
		}
		err := x.try(func(tx *db.Tx) error {
			_, err := x.k.Reply(t.Context(), tx, police, id, said("已面谈", "done"))
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("the lead replied before its support, without a word: %v", err)
		}
		var theirs referral.ReplyID
		x.must(func(tx *db.Tx) (err error) {
			theirs, err = x.k.Reply(t.Context(), tx, civils, id, said("已送去慰问品", "done"))
			return err
		})
		if err := x.try(func(tx *db.Tx) error { return x.k.Check(t.Context(), tx, officer, theirs, true, "") }); !errs.Is(err, errs.NotFound) {
			t.Errorf("the sender checks a support unit: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.Check(t.Context(), tx, police, theirs, true, "") })
		var ours referral.ReplyID
		x.must(func(tx *db.Tx) (err error) {
			ours, err = x.k.Reply(t.Context(), tx, police, id, said("已面谈", "done"))
			return err
		})
		if s := x.get(officer, id); s.State != referral.Checking {
			t.Errorf("state %s", s.State)
		}
		if err := x.try(func(tx *db.Tx) error { return x.k.Check(t.Context(), tx, officer, ours, false, "") }); !errs.Is(err, errs.Invalid) {
			t.Errorf("sent back without words: %v", err)
		}
		x.must(func(tx *db.Tx) error {
			return x.k.Check(t.Context(), tx, officer, ours, false, "请补充下次时间")
		})
		x.must(func(tx *db.Tx) (err error) {
			ours, err = x.k.Reply(t.Context(), tx, police, id, said("已面谈，下周再谈", "partly"))
			return err
		})
		x.must(func(tx *db.Tx) error { return x.k.Check(t.Context(), tx, officer, ours, true, "") })
		if s := x.get(police, id); s.State != referral.Done || len(s.Replies) != 3 {
			t.Errorf("state %s, %d replies", s.State, len(s.Replies))
		}
		if s := x.get(civils, id); len(s.Replies) != 1 {
			t.Error("a support unit reads what others replied")
		}
		if want := []referral.Move{referral.Sent, referral.Settled}; !slices.Equal(x.moves, want) {
			t.Errorf("moves %v", x.moves)
		}
	})
}

func TestAReferralIsReturnedOnceAndTheRulingIsFinal(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.send(officer, order())
		refuse := func(by access.Actor, in referral.Refusal) error {
			return x.try(func(tx *db.Tx) error { return x.k.Return(t.Context(), tx, by, id, in) })
		}
		if err := refuse(police, referral.Refusal{Reason: "不归我们管"}); !errs.Is(err, errs.Invalid) {
			t.Errorf("returned without a ground: %v", err)
		}
		if err := refuse(women, referral.Refusal{Reason: "甲", Ground: "乙"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("an outsider returned it: %v", err)
		}
		evidence, err := x.k.Files.Receive(t.Context(), referral.FilesOf(id), "三定方案.txt", strings.NewReader("职责分工第五条"))
		if err != nil {
			t.Fatal(err)
		}
		if err := refuse(police, referral.Refusal{Reason: "心理支持由卫健部门牵头", Ground: "职责分工第五条", Files: []*file.Incoming{evidence}}); err != nil {
			t.Fatal(err)
		}
		s := x.get(officer, id)
		if s.State != referral.Disputed || len(s.Returns) != 1 || len(s.Evidence[s.Returns[0].ID]) != 1 {
			t.Fatalf("state %s, %d returns", s.State, len(s.Returns))
		}
		if s := x.get(civils, id); len(s.Returns) != 0 || len(s.Evidence) != 0 {
			t.Error("a support unit reads why the lead returned it")
		}
		x.must(func(tx *db.Tx) error {
			return x.k.Kernel.Decide(t.Context(), tx, officer, s.Returns[0].ID, duty.Ruling{Words: "仍由你单位牵头"})
		})
		if err := refuse(police, referral.Refusal{Reason: "甲", Ground: "乙"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("returned twice: %v", err)
		}
		if s := x.get(police, id); s.State != referral.Unsigned {
			t.Errorf("state %s", s.State)
		}
	})
}

func TestAUnitThatHandedItOnSeesItNoMore(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.send(officer, order())
		x.must(func(tx *db.Tx) error {
			return x.k.Kernel.Reassign(t.Context(), tx, officer, x.get(officer, id).Lead.ID, 400, "县妇联", "职责调整")
		})
		if _, err := x.k.Get(t.Context(), x.d.Reader(), police, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("the former lead: %v", err)
		}
		if s := x.get(women, id); len(s.Paper.Items) != 2 || s.State != referral.Unsigned {
			t.Errorf("the new lead: %+v", s.Paper)
		}
	})
}

func TestWhatIsTakenBackAsksNothingMore(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.send(officer, order())
		x.must(func(tx *db.Tx) error {
			_, err := x.k.Reply(t.Context(), tx, civils, id, said("已办", "done"))
			return err
		})
		if err := x.try(func(tx *db.Tx) error { return x.k.Withdraw(t.Context(), tx, police, id, "甲") }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the lead took it back: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.Withdraw(t.Context(), tx, officer, id, "家长已自行联系") })
		for _, unit := range []access.Actor{police, civils} {
			if list, err := x.k.Kernel.List(t.Context(), x.d.Reader(), unit, duty.Filter{Mine: true}); err != nil || len(list) != 0 {
				t.Errorf("%s still has %d duties, %v", unit.Name, len(list), err)
			}
		}
		if s := x.get(officer, id); s.State != referral.Ended {
			t.Errorf("state %s", s.State)
		}
	})
}

func TestNoPersonIsNamedInWhatTheInboxShows(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.send(officer, order())
		list, err := x.k.Kernel.List(t.Context(), x.d.Reader(), police, duty.Filter{Mine: true})
		if err != nil || len(list) != 1 || strings.Contains(list[0].Title, "单小明") || !strings.Contains(list[0].Title, "转介〔2026〕1号") {
			t.Errorf("%v, %v", list, err)
		}
	})
}

package referral_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

// parties are who may get hold of a referral in its life; the office is none of them.
var parties = []access.Actor{police, civils, women}

// life is one referral and what its clock must be.
type life struct {
	*desk
	id      ref.Referral
	sent    clock.Instant
	due     clock.Instant // of the lead, as the last step left it
	moved   bool          // something was done now that moves the due
	returns map[ref.Duty]int
}

func (l *life) try(t *rapid.T, fn func(tx *db.Tx) error) bool {
	l.clock.Advance(time.Minute)
	err := l.d.Write(l.Context(), fn)
	for _, kind := range []errs.Kind{errs.Conflict, errs.Invalid, errs.Forbidden, errs.NotFound} {
		if errs.Is(err, kind) {
			return false
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return true
}

// lead is the duty of the lead as it stands in the database.
func (l *life) duties(t *rapid.T, kind string) []duty.Duty {
	list, err := db.All[duty.Duty](l.Context(), l.d.Reader(), "SELECT "+db.ColumnsOf[duty.Duty]("d")+" FROM duty d WHERE d.kind = ? AND (d.subject = 'casework_referral' AND d.subject_id = ? "+
		"OR d.subject = 'casework_reply' AND d.subject_id IN (SELECT y.id FROM casework_reply y WHERE y.referral = ?)) ORDER BY d.id", kind, l.id, l.id)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (l *life) lead(t *rapid.T) duty.Duty {
	list := l.duties(t, referral.LeadKind)
	if len(list) != 1 || list[0].Unit <= 0 {
		t.Fatalf("%d leads", len(list))
	}
	return list[0]
}

func who(t *rapid.T) access.Actor { return rapid.SampledFrom(parties).Draw(t, "who") }

// own is the duty of a unit, 0 where it has none.
func (l *life) own(by access.Actor) ref.Duty {
	s, err := l.k.Get(l.Context(), l.d.Reader(), by, l.id)
	if err != nil {
		return 0
	}
	return s.Own.ID
}

func (l *life) asked(t *rapid.T, kind string) []duty.Request {
	list, err := db.All[duty.Request](l.Context(), l.d.Reader(), "SELECT "+db.ColumnsOf[duty.Request]("q")+" FROM duty_request q JOIN duty d ON d.id = q.duty WHERE d.subject = 'casework_referral' AND d.subject_id = ? AND q.kind = ? ORDER BY q.id", l.id, kind)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// rule answers the last request of a kind.
func (l *life) rule(t *rapid.T, kind string) {
	list := l.asked(t, kind)
	if len(list) == 0 {
		return
	}
	r := duty.Ruling{Grant: rapid.Bool().Draw(t, "grant"), Words: "按职责分工", Unit: who(t).Post.Unit, UnitName: "某单位"}
	q := list[len(list)-1]
	if l.try(t, func(tx *db.Tx) error { return l.k.Kernel.Decide(l.Context(), tx, officer, q.ID, r) }) && kind == "extend" && r.Grant && q.Duty == l.lead(t).ID {
		l.moved = true
	}
}

func (l *life) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"time passes": func(t *rapid.T) { l.clock.Advance(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour) },
		"sign": func(t *rapid.T) {
			by := who(t)
			l.try(t, func(tx *db.Tx) error { return l.k.Kernel.Sign(l.Context(), tx, by, l.own(by)) })
		},
		"return": func(t *rapid.T) {
			by := who(t)
			own := l.own(by)
			if l.try(t, func(tx *db.Tx) error {
				return l.k.Return(l.Context(), tx, by, l.id, referral.Refusal{Reason: "不是本单位的职责", Ground: "职责分工第五条"})
			}) {
				l.returns[own]++
			}
		},
		"rule on a return": func(t *rapid.T) { l.rule(t, "return") },
		"ask for time": func(t *rapid.T) {
			by := who(t)
			until := civil.DateOf(l.clock.Now()).AddDays(rapid.IntRange(1, 60).Draw(t, "days"))
			l.try(t, func(tx *db.Tx) error {
				_, err := l.k.Kernel.Extend(l.Context(), tx, by, l.own(by), until, "当事人外出")
				return err
			})
		},
		"rule on more time": func(t *rapid.T) { l.rule(t, "extend") },
		"reassign": func(t *rapid.T) {
			to := who(t)
			l.try(t, func(tx *db.Tx) error {
				return l.k.Kernel.Reassign(l.Context(), tx, officer, l.lead(t).ID, to.Post.Unit, to.Name, "职责调整")
			})
		},
		"suspend": func(t *rapid.T) {
			l.try(t, func(tx *db.Tx) error {
				return l.k.Kernel.Pause(l.Context(), tx, officer, l.lead(t).ID, "等待司法程序")
			})
		},
		"resume": func(t *rapid.T) {
			if l.try(t, func(tx *db.Tx) error { return l.k.Kernel.Resume(l.Context(), tx, officer, l.lead(t).ID) }) {
				l.moved = true
			}
		},
		"ask for support": func(t *rapid.T) {
			to := who(t)
			l.try(t, func(tx *db.Tx) error { return l.k.Support(l.Context(), tx, officer, l.id, []ref.Unit{to.Post.Unit}) })
		},
		"note": func(t *rapid.T) {
			by := who(t)
			l.try(t, func(tx *db.Tx) error { return l.k.Note(l.Context(), tx, by, l.id, said("进展", "")) })
		},
		"reply": func(t *rapid.T) {
			by, in := who(t), said("已办", "done")
			in.Without = rapid.SampledFrom([]string{"", "协办单位另行反馈"}).Draw(t, "without")
			l.try(t, func(tx *db.Tx) error {
				_, err := l.k.Reply(l.Context(), tx, by, l.id, in)
				return err
			})
		},
		"check": l.check,
		"withdraw": func(t *rapid.T) {
			l.rarely(t, func(tx *db.Tx) error { return l.k.Withdraw(l.Context(), tx, officer, l.id, "已不需要") })
		},
		"waive": func(t *rapid.T) {
			all := append(l.duties(t, referral.SupportKind), l.lead(t))
			d := rapid.SampledFrom(all).Draw(t, "duty")
			l.rarely(t, func(tx *db.Tx) error { return l.k.Kernel.Waive(l.Context(), tx, officer, d.ID, "情况变化") })
		},
	}
}

// rarely does what ends a referral, so that most lives are long.
func (l *life) rarely(t *rapid.T, fn func(tx *db.Tx) error) {
	if rapid.IntRange(0, 5).Draw(t, "end") == 0 {
		l.try(t, fn)
	}
}

// check lets whoever has something to check, check it.
func (l *life) check(t *rapid.T) {
	accept := rapid.Bool().Draw(t, "accept")
	for _, by := range append(slices.Clone(parties), officer) {
		s, err := l.k.Get(l.Context(), l.d.Reader(), by, l.id)
		if err != nil {
			continue
		}
		if y, ok := s.Pending(by); ok {
			if l.try(t, func(tx *db.Tx) error { return l.k.Check(l.Context(), tx, by, y.ID, accept, "请补充") }) && !accept && y.Reply.Duty == s.Duty {
				l.moved = true
			}
			return
		}
	}
}

// holds tells what must hold after every step, whatever was done in whatever order.
func (l *life) holds(t *rapid.T) {
	lead := l.lead(t)
	l.oneOwner(t, lead)
	l.clockStands(t, lead)
	for id, n := range l.returns {
		if n > 1 {
			t.Fatalf("duty %d was returned %d times", id, n)
		}
	}
	l.sight(t, lead)
}

// oneOwner: while it is open somebody has it, and of what waits for a check
// the one who may check it; once it has ended nobody has anything left to do.
func (l *life) oneOwner(t *rapid.T, lead duty.Duty) {
	s, err := l.k.Get(l.Context(), l.d.Reader(), officer, l.id)
	if err != nil {
		t.Fatal(err)
	}
	open := lead.State == duty.Open
	if s.State.Open() != open {
		t.Fatalf("the referral is %s, the lead's duty %s", s.State, lead.State)
	}
	waiting := map[ref.Duty]referral.Reply{}
	for _, y := range s.Replies {
		if y.Reply.State == referral.Waiting {
			waiting[y.CheckDuty] = y.Reply
		}
	}
	for _, d := range slices.Concat(l.duties(t, referral.SupportKind), l.duties(t, referral.CheckKind)) {
		if d.State == duty.Open && !open {
			t.Fatalf("the referral is %s, but unit %d still has %q", s.State, d.Unit, d.Title)
		}
		if d.Kind != referral.CheckKind {
			continue
		}
		y, waits := waiting[d.ID]
		if waits != (d.State == duty.Open) {
			t.Fatalf("a check is %s while its reply waits: %v", d.State, waits)
		}
		want := lead.Unit
		if y.Duty == lead.ID {
			want = officer.Post.Unit
		}
		if waits && d.Unit != want {
			t.Fatalf("a reply waits for unit %d, which cannot check it", d.Unit)
		}
	}
	if !open {
		for _, kind := range []string{"return", "extend"} {
			for _, q := range l.asked(t, kind) {
				if q.State == duty.Asked {
					t.Fatalf("a request to %s waits for nobody", kind)
				}
			}
		}
	}
}

// clockStands: the clock runs from dispatch, and only more time, or that it
// stood, moves the due, never to an earlier day.
func (l *life) clockStands(t *rapid.T, lead duty.Duty) {
	if lead.Opened != l.sent || lead.Due == 0 {
		t.Fatalf("opened %d, due %d", lead.Opened, lead.Due)
	}
	if lead.Due < l.due || lead.Due != l.due && !l.moved {
		t.Fatalf("the due went from %s to %s", civil.FormatTime(l.due.Time()), civil.FormatTime(lead.Due.Time()))
	}
	l.due, l.moved = lead.Due, false
}

// sight: who has a part reads what was chosen for it, and everybody else not
// even that it exists.
func (l *life) sight(t *rapid.T, lead duty.Duty) {
	supports := map[ref.Unit]bool{}
	for _, d := range l.duties(t, referral.SupportKind) {
		supports[d.Unit] = true
	}
	for _, by := range append(slices.Clone(parties), station, director) {
		s, err := l.k.Get(l.Context(), l.d.Reader(), by, l.id)
		switch {
		case by.Post.Unit == lead.Unit:
			if err != nil || len(s.Paper.Items) != 2 {
				t.Fatalf("the lead reads %d of its data, %v", len(s.Paper.Items), err)
			}
		case supports[by.Post.Unit]:
			text, bad := json.Marshal(s)
			if err != nil || bad != nil || len(s.Paper.Items) != 1 || strings.Contains(string(text), phone) || len(s.Support) > 0 {
				t.Fatalf("unit %d supports and reads %s, %v %v", by.Post.Unit, text, err, bad)
			}
		case !errs.Is(err, errs.NotFound):
			t.Fatalf("unit %d has no part and gets %v", by.Post.Unit, err)
		}
	}
}

const phone = "13900001234"

func TestWhateverHappensToAReferralSomebodyHasItAndItsClockRuns(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.k.Kernel.Moved = x.k.Follow
		x.team = []ref.User{officer.User}
		rapid.Check(x.T, func(rt *rapid.T) {
			x.clock.Set(testkit.Noon)
			o := order()
			o.Clock = rapid.SampledFrom(referral.Clocks).Draw(rt, "clock")
			if rapid.Bool().Draw(rt, "alone") {
				o.Supports = nil
			}
			l := &life{desk: x, id: x.send(officer, o), returns: map[ref.Duty]int{}}
			lead := l.lead(rt)
			l.sent, l.due = lead.Opened, lead.Due
			actions := l.actions()
			actions[""] = l.holds
			rt.Repeat(actions)
		})
	})
}

package server_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/guardianship"
	"weibao/internal/intake"
	"weibao/internal/justice"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/server"
	"weibao/internal/testkit"
)

const (
	town    = "990101100000"
	village = "990101100200"
)

// world is a house in which one child is helped in every way: a report, a
// case, referrals, a checklist, measures, a record of justice.
type world struct {
	*house
	t     *testing.T
	words func() string // what somebody types into a field
	short func() string // and into one of a few signs
	units map[string]ref.Unit
	cast  map[string]access.Actor
	ids   map[string]string // by the wildcard of an address, where need be with the address before it
}

// newWorld is a world in which everybody types the same.
func newWorld(t *testing.T, words string) *world {
	t.Helper()
	return newWorldOn(t, "", words)
}

// newWorldOn is newWorld on a database of its own, the embedded one with "".
func newWorldOn(t *testing.T, dsn, words string) *world {
	t.Helper()
	short := words
	if words == probe {
		short = shortProbe
	}
	return newWorldOf(t, dsn, func() string { return words }, func() string { return short })
}

// newWorldOf is newWorldOn in which each field gets words of its own.
func newWorldOf(t *testing.T, dsn string, words, short func() string) *world {
	t.Helper()
	w := &world{t: t, words: words, short: short, units: map[string]ref.Unit{}, cast: map[string]access.Actor{}, ids: map[string]string{}}
	judged := casework.Judged{}
	w.house = newHouseOn(t, dsn, func(a *server.App) {
		a.Cases.Judged = func(context.Context, *db.Tx, ref.Child) (casework.Judged, bool, error) {
			return judged, judged.ID != 0, nil
		}
		a.Cases.Person = func(_ context.Context, _ *db.Tx, _ access.Actor, id ref.User) (casework.Person, error) {
			for _, c := range w.cast {
				if c.User == id {
					return casework.Person{ID: id, Name: c.Name, Unit: c.Post.Unit, Role: c.Post.Role}, nil
				}
			}
			return casework.Person{}, errs.Missing()
		}
	})
	w.people()
	w.dossier()
	w.report()
	judged = casework.Judged{ID: 1, At: clock.Of(w.Clock.Now()), Level: 3, Sides: []casework.Side{{ID: "care", Label: "监护"}}}
	w.caseOf()
	w.referral()
	w.emergency()
	w.measures()
	w.justice()
	w.follow()
	return w
}

// do writes as somebody, a second later.
func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	w.Clock.(*clock.Manual).Advance(time.Second)
	if err := w.DB.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) upload(sub file.Subject) []*file.Incoming {
	w.t.Helper()
	in, err := w.Cases.Files.Receive(context.Background(), sub, strings.ReplaceAll(w.words(), "/", "")+".txt", strings.NewReader("材料"))
	if err != nil {
		w.t.Fatal(err)
	}
	return []*file.Incoming{in}
}

// people gives each role a post; the units are those of the county.
func (w *world) people() {
	w.write(func(ctx context.Context, tx *db.Tx) error {
		r, err := org.NewResolver(ctx, tx, w.Rules)
		if err != nil {
			return err
		}
		for key, short := range map[string]string{"police": "公安", "civils": "民政", "court": "法院", "health": "卫健部门"} {
			w.units[key] = r.Resolve(short).Unit
		}
		if w.units["office"], err = org.OfficeID(ctx, tx, county); err != nil {
			return err
		}
		for key, code := range map[string]string{"town": town, "village": village} {
			seat, ok, err := org.SeatOf(ctx, tx, code)
			if err != nil || !ok {
				return errs.Newf(errs.Internal, "no seat of %s: %v", code, err)
			}
			w.units[key] = seat.ID
		}
		return nil
	})
	user := ref.User(600)
	add := func(name, unit, region string, role access.Role) {
		user++
		w.cast[name] = access.Actor{User: user, Name: w.words(), Post: access.Post{ID: ref.Post(user), Unit: w.units[unit], UnitName: w.words(), Region: region, RegionName: w.words(), Role: role}}
	}
	add("officer", "office", county, access.Officer)
	add("second", "office", county, access.Officer)
	add("leader", "office", county, access.Leader)
	add("supervisor", "town", town, access.Supervisor)
	add("director", "village", village, access.ChildDirector)
	for _, unit := range []string{"police", "civils", "court", "health"} {
		add(unit, unit, county, access.Liaison)
	}
	add("operator", "office", county, access.Operator)
}

func (w *world) dossier() {
	var id ref.Child
	n := child.New{Name: "单小明", Region: village, Source: "form", School: w.short(), Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing", Remarks: w.words(),
		Places: child.Places{Residence: child.Place{Region: village, Text: w.words()}}, People: []child.Person{{Name: w.words(), Relation: "51", Guardian: true}}}}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Cabinet.Create(ctx, tx, w.cast["officer"], n)
		return err
	})
	w.ids["child"] = ref.Format(id)
}

// another is a child of the same village, whose file says nothing but a name.
func (w *world) another(name string) child.New {
	return child.New{Name: name, Region: village, Source: "form", Birth: civil.MustParse("2016-06-01"), Dossier: child.Dossier{NoNumber: "missing"}}
}

func (w *world) child() ref.Child { return parsed[ref.Child](w, "child") }

func parsed[T ref.ID](w *world, name string) T {
	w.t.Helper()
	id, err := ref.Parse[T](w.ids[name])
	if err != nil {
		w.t.Fatal(name, err)
	}
	return id
}

func (w *world) report() {
	in := intake.In{What: "alone", Narrative: w.words(), Channel: "web", Place: intake.Place{Region: village, Text: w.words()}, Reporter: &intake.Reporter{Name: w.short(), Phone: "13900001234"},
		Child: &intake.Child{Name: w.short(), School: w.short(), Address: w.short()}}
	out, err := w.Reception.Take(context.Background(), w.DB, w.cast["director"], in, "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.ids["report"] = ref.Format(out.ID)
	officer := w.cast["officer"]
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.Reception.Accept(ctx, tx, officer, out.ID) })
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.Reception.Reveal(ctx, tx, officer, out.ID) })
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Reception.Act(ctx, tx, officer, out.ID, w.words())
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Reception.Ask(ctx, tx, officer, out.ID, w.words())
	})
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.Reception.Say(ctx, tx, out.Receipt, w.words()) })
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Reception.AskIdentity(ctx, tx, officer, out.ID, w.words())
	})
	list, err := w.Reception.Requests(context.Background(), w.DB.Reader(), officer, out.ID)
	if err != nil || len(list) != 1 {
		w.t.Fatal(list, err)
	}
	w.ids["/reports request"] = ref.Format(list[0].ID)
}

func (w *world) caseOf() {
	officer, second := w.cast["officer"], w.cast["second"]
	var id ref.Case
	var conference casework.ConferenceID
	office := w.units["office"]
	for _, do := range []func(ctx context.Context, tx *db.Tx) error{
		func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = w.Cases.Open(ctx, tx, officer, casework.New{Child: w.child(), Origin: casework.ByHand, Why: w.words()})
			return err
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Join(ctx, tx, officer, id, second.User, casework.Second)
		},
		func(ctx context.Context, tx *db.Tx) error { return w.Cases.Assessed(ctx, tx, officer, w.child(), 1, 3) },
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Save(ctx, tx, officer, id, 1, []casework.GoalIn{{Side: "care", Label: "监护", Text: w.words(), Ways: w.words(), Unit: office, Due: civil.MustParse("2026-05-01"), State: casework.GoalMet, Result: w.words()}})
		},
		func(ctx context.Context, tx *db.Tx) error { return w.Cases.Confirm(ctx, tx, officer, id) },
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Serve(ctx, tx, officer, id, casework.Done{Kind: "visit", Provider: w.words(), Words: w.words()})
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Hear(ctx, tx, officer, id, casework.Heard{Able: true, Words: w.words()})
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Note(ctx, tx, officer, id, w.words(), w.upload(casework.FilesOf(id)))
		},
		func(ctx context.Context, tx *db.Tx) (err error) {
			conference, err = w.Cases.Call(ctx, tx, officer, id, civil.MustParse("2026-03-02"), casework.Minutes{Place: w.words(), Agenda: w.words(), Attendees: []casework.Attendee{{Unit: w.units["health"]}}})
			return err
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Minute(ctx, tx, officer, id, conference, casework.Minutes{Summary: w.words(), Attendees: []casework.Attendee{{Unit: w.units["health"], Name: w.words(), Opinion: w.words()}}},
				[]casework.Resolve{{Unit: w.units["health"], Text: w.words()}})
		},
	} {
		w.write(do)
	}
	w.ids["case"], w.ids["conference"] = ref.Format(id), ref.Format(conference)
	r, err := w.Cases.Show(context.Background(), w.DB.Reader(), officer, id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.ids["/cases file"], w.ids["decision"] = ref.Format(r.Files[0].ID), ref.Format(r.Meetings[0].Decisions[0].ID)
}

// referral sends work from the case: the lead replied, the support unit returned it.
func (w *world) referral() {
	officer, police, civils := w.cast["officer"], w.cast["police"], w.cast["civils"]
	var id ref.Referral
	var reply referral.ReplyID
	said := referral.Said{Words: referral.Words{Text: w.words(), Without: w.words()}, Outcome: "done"}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Referrer.Dispatch(ctx, tx, officer, referral.Order{About: referral.About{Kind: referral.OnCase, ID: int64(parsed[ref.Case](w, "case"))}, Child: w.child(), Region: village,
			Topic: "counsel", Label: "心理支持", Ask: w.words(), Items: []referral.Item{{Key: "name", Label: "姓名", Value: w.words(), Support: true}, {Key: "phone", Label: "电话", Value: w.words()}},
			Lead: w.units["police"], Supports: []ref.Unit{w.units["civils"]}, Secret: true})
		return err
	})
	w.ids["referral"] = ref.Format(id)
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Referrer.Supplement(ctx, tx, officer, id, w.words(), w.upload(referral.FilesOf(id)))
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Referrer.Return(ctx, tx, civils, id, referral.Refusal{Reason: w.words(), Ground: w.words(), Files: w.upload(referral.FilesOf(id))})
	})
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.Referrer.Note(ctx, tx, police, id, said) })
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		said.Files = w.upload(referral.FilesOf(id))
		reply, err = w.Referrer.Reply(ctx, tx, police, id, said)
		return err
	})
	w.ids["reply"] = ref.Format(reply)
	s, err := w.Referrer.Get(context.Background(), w.DB.Reader(), officer, id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.ids["/duties id"], w.ids["/duties/requests id"], w.ids["/referrals request"] = ref.Format(s.Lead.ID), ref.Format(s.Returns[0].ID), ref.Format(s.Returns[0].ID)
	w.ids["/referrals file"] = ref.Format(s.Files[0].ID)
	w.ids["returns file"] = ref.Format(s.Evidence[s.Returns[0].ID][0].ID)
	for _, t := range s.Replies {
		if t.ID == reply {
			w.ids["replies file"] = ref.Format(t.Files[0].ID)
		}
	}
}

func (w *world) emergency() {
	officer := w.cast["officer"]
	var run emergency.RunID
	about := emergency.About{Kind: "case", ID: int64(parsed[ref.Case](w, "case"))}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = w.Alarm.Begin(ctx, tx, officer, emergency.Start{About: about, Child: w.child(), Region: village, List: "violence", Brief: w.words(), Also: []string{"protection"}})
		return err
	})
	s, err := w.Alarm.Get(context.Background(), w.DB.Reader(), officer, run)
	if err != nil {
		w.t.Fatal(err)
	}
	holder := map[ref.Unit]access.Actor{}
	for _, name := range []string{"operator", "court", "health", "civils", "police", "director", "supervisor", "officer"} {
		holder[w.cast[name].Post.Unit] = w.cast[name]
	}
	for i, step := range s.Steps {
		switch {
		case i == 0:
			w.ids["step"] = ref.Format(step.ID)
		case step.State == emergency.Open && i%2 == 0:
			w.write(func(ctx context.Context, tx *db.Tx) error { return w.Alarm.Skip(ctx, tx, officer, step.ID, w.words()) })
		case step.State == emergency.Open:
			w.write(func(ctx context.Context, tx *db.Tx) error {
				return w.Alarm.Prove(ctx, tx, holder[step.Unit], step.ID, emergency.Proof{Who: w.words(), Where: w.words(), Number: w.words(), Until: civil.MustParse("2026-06-01"), Words: w.words()})
			})
		}
	}
	w.write(func(ctx context.Context, tx *db.Tx) error { return w.Alarm.Breach(ctx, tx, officer, run, w.words()) })
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Alarm.Post(ctx, tx, officer, civil.DateOf(tx.Now.Time()), w.words(), w.words())
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Alarm.Declare(ctx, tx, officer, "disaster", w.words(), []string{village})
	})
	w.ids["run"] = ref.Format(run)
	w.event()
}

// event lists the child among those whom the disaster touches.
func (w *world) event() {
	officer := w.cast["officer"]
	list, err := w.Alarm.Contingencies(context.Background(), w.DB.Reader(), officer)
	if err != nil || len(list) == 0 {
		w.t.Fatal(list, err)
	}
	event := list[0].ID
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Alarm.Touch(ctx, tx, officer, event, emergency.Choice{Region: village})
		return err
	})
	rows, err := w.Alarm.Touched(context.Background(), w.DB.Reader(), officer, event, emergency.TouchFilter{Limit: 10})
	if err != nil || len(rows) == 0 {
		w.t.Fatal(rows, err)
	}
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Alarm.Reach(ctx, tx, officer, event, []emergency.TouchedID{rows[0].ID}, emergency.Care, w.words())
	})
	w.ids["event"] = strconv.FormatInt(event, 10)
}

func (w *world) measures() {
	officer, court := w.cast["officer"], w.cast["court"]
	detail := guardianship.Detail{Number: w.words(), Place: w.words(), Words: w.words()}
	var id ref.Measure
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Guardian.Open(ctx, tx, officer, w.child(), guardianship.In{Kind: "order", Cause: guardianship.Cause{Grounds: []string{"violence"}, Asker: "police", Person: w.words(), Words: w.words()},
			First: guardianship.Entry{Detail: detail, Papers: w.excuses("order-request")}})
		return err
	})
	for _, kind := range []string{"accepted", "granted", "served"} {
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Guardian.Record(ctx, tx, court, id, guardianship.Entry{Kind: kind, Detail: detail, Papers: w.excuses("ruling", "order-notice"), Files: w.upload(guardianship.FilesOf(id))})
			return err
		})
	}
	var wrong ref.Record
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		wrong, err = w.Guardian.Record(ctx, tx, court, id, guardianship.Entry{Kind: "breach", Detail: detail})
		return err
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Guardian.Strike(ctx, tx, court, id, wrong, w.words())
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := w.Guardian.Rescue(ctx, tx, officer, guardianship.Found{Sex: "1", Age: 9, Region: village, Signs: w.words(), First: guardianship.Entry{Place: "rescue", Detail: detail}})
		return err
	})
	w.ids["measure"] = ref.Format(id)
	t, err := w.Guardian.Get(context.Background(), w.DB.Reader(), officer, id)
	if err != nil {
		w.t.Fatal(err)
	}
	w.ids["/measures file"] = ref.Format(t.Files[0].ID)
	w.ids["paper"] = "order-request"
	if _, ok := w.Rules.Measure(protection.Rescue, civil.DateOf(testkit.Noon)); !ok {
		w.t.Fatal("no rescue")
	}
}

// excuses says why documents lack.
func (w *world) excuses(ids ...string) map[string]guardianship.Given {
	out := map[string]guardianship.Given{}
	for _, id := range ids {
		out[id] = guardianship.Given{Why: w.words()}
	}
	return out
}

func (w *world) justice() {
	desk := &justice.Desk{Vault: w.Vault, Kernel: w.Kernel, Deciders: org.OfficeID, Clock: func(string, civil.Date) string { return "" }}
	var record ref.Justice
	var unseal ref.Unseal
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		record, err = desk.Add(ctx, tx, w.cast["police"], justice.In{Kind: "crime", Unit: w.units["police"], Name: w.short(), Contact: w.short(), Phone: w.short()})
		return err
	})
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		unseal, err = desk.Ask(ctx, tx, w.cast["police"], "case", justice.Wish{Handle: w.words(), Words: w.words()})
		return err
	})
	w.ids["record"], w.ids["unseal"] = ref.Format(record), ref.Format(unseal)
}

// follow closes a case of another child, so that it has a follow-up.
func (w *world) follow() {
	officer, second := w.cast["officer"], w.cast["second"]
	var other ref.Child
	var id ref.Case
	for _, do := range []func(ctx context.Context, tx *db.Tx) error{
		func(ctx context.Context, tx *db.Tx) (err error) {
			other, err = w.Cabinet.Create(ctx, tx, officer, child.New{Name: "单小红", Region: village, Source: "form", Birth: civil.MustParse("2017-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
			return err
		},
		func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = w.Cases.Open(ctx, tx, officer, casework.New{Child: other, Origin: casework.ByHand, Why: w.words()})
			return err
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Join(ctx, tx, officer, id, second.User, casework.Second)
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Save(ctx, tx, officer, id, 1, []casework.GoalIn{{Side: "care", Label: "监护", Text: w.words(), Unit: w.units["office"], Due: civil.MustParse("2026-05-01"), State: casework.GoalMet, Result: w.words()}})
		},
		func(ctx context.Context, tx *db.Tx) error { return w.Cases.Confirm(ctx, tx, officer, id) },
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Serve(ctx, tx, officer, id, casework.Done{Kind: "visit", Provider: w.words()})
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Hear(ctx, tx, officer, id, casework.Heard{Able: true, Words: w.words()})
		},
		func(ctx context.Context, tx *db.Tx) error { return w.Cases.Assessed(ctx, tx, officer, other, 1, 1) },
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Propose(ctx, tx, officer, id, "stable", w.words())
		},
		func(ctx context.Context, tx *db.Tx) error {
			return w.Cases.Decide(ctx, tx, second, id, true, w.words())
		},
	} {
		w.write(do)
	}
	r, err := w.Cases.Show(context.Background(), w.DB.Reader(), officer, id)
	if err != nil || len(r.Follows) < 2 {
		w.t.Fatal(r.Follows, err)
	}
	w.ids["follow"] = ref.Format(r.Follows[0].ID)
	director := w.cast["director"]
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Cases.Follow(ctx, tx, director, r.Follows[1].ID, casework.Look{Words: w.words()})
	})
	w.ids["closed"] = ref.Format(id)
}

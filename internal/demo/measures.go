package demo

import (
	"context"
	"fmt"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/guardianship"
	"weibao/internal/idcard"
	"weibao/internal/justice"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

// act is what somebody enters in a measure of the demo.
type act struct {
	by   string // unit; "" = the office
	kind string
	days int // since the act before
	with guardianship.Entry
}

// history is a measure of the demo with what was entered in it.
type history struct {
	star  int
	ago   int
	kind  string
	cause guardianship.Cause
	first guardianship.Entry
	acts  []act
}

func histories(today civil.Date) []history {
	words := func(text string) guardianship.Entry {
		return guardianship.Entry{Detail: guardianship.Detail{Words: text}}
	}
	numbered := func(number string) guardianship.Entry {
		return guardianship.Entry{Detail: guardianship.Detail{Number: number, Words: "已登记。"}}
	}
	until := func(e guardianship.Entry, days int) guardianship.Entry { e.Until = today.AddDays(days); return e }
	return []history{
		{star: 1, ago: 40, kind: "advice", cause: guardianship.Cause{Grounds: []string{"absent"}, Person: "父亲"}, first: words("电话联系并当面劝诫，承诺每周联系孩子。"),
			acts: []act{{kind: "checked", days: 10, with: words("父亲每周视频一次，孩子情绪稳定。")}}},
		{star: 5, ago: 20, kind: "guidance", cause: guardianship.Cause{Grounds: []string{"duty"}, Person: "父亲"}, first: until(numbered("责令〔2026〕3号"), 60)},
		{star: 3, ago: 8, kind: "order", cause: guardianship.Cause{Grounds: []string{"danger"}, Asker: "police", Person: "父亲"}, first: guardianship.Entry{Urgent: true},
			acts: []act{{by: "人民法院", kind: "accepted", with: guardianship.Entry{Urgent: true, Detail: guardianship.Detail{Number: "（2026）云0199民保令2号"}}},
				{by: "人民法院", kind: "granted", days: 1, with: until(numbered("（2026）云0199民保令2号"), 150)}, {by: "人民法院", kind: "served", with: words("已送达。")}}},
		{star: 3, ago: 7, kind: "custody", cause: guardianship.Cause{Grounds: []string{"harm"}, Person: "父亲"}, first: until(guardianship.Entry{Place: "relative"}, 90),
			acts: []act{{kind: "told", with: words("已通知。")}}},
	}
}

// protect lets measures of guardianship, rescues and records of justice be at work.
func (s *Stage) protect(ctx context.Context, today time.Time, ids []ref.Child) error {
	if s.Guardian == nil || len(ids) == 0 {
		return nil
	}
	defer s.Clock.Set(today)
	for _, h := range histories(civil.DateOf(today)) {
		s.Clock.Set(today.AddDate(0, 0, -h.ago))
		if err := s.measure(ctx, h, ids[h.star]); err != nil {
			return fmt.Errorf("%s: %w", h.kind, err)
		}
	}
	if err := s.rescues(ctx, today); err != nil {
		return fmt.Errorf("rescue: %w", err)
	}
	s.Clock.Set(today.AddDate(0, 0, -3))
	return s.keep(ctx)
}

func (s *Stage) measure(ctx context.Context, h history, id ref.Child) error {
	var m ref.Measure
	rule, _ := s.Guardian.Rule(h.kind, civil.DateOf(s.Clock.Now()))
	h.first.Papers = onPaper(rule.First())
	if err := s.write(ctx, func(tx *db.Tx) (err error) {
		m, err = s.Guardian.Open(ctx, tx, s.office, id, guardianship.In{Kind: h.kind, Cause: h.cause, First: h.first})
		return err
	}); err != nil {
		return err
	}
	return s.enterActs(ctx, m, h.acts)
}

// onPaper says of the documents that a fact needs that they lie on paper.
func onPaper(f protection.Fact) map[string]guardianship.Given {
	out := map[string]guardianship.Given{}
	for _, n := range f.Needs {
		out[n.ID] = guardianship.Given{Why: "纸质原件已存档，扫描件随后补交。"}
	}
	return out
}

func (s *Stage) enterActs(ctx context.Context, m ref.Measure, acts []act) error {
	for _, a := range acts {
		s.Clock.Advance(time.Duration(a.days)*day + hour)
		by := s.office
		if a.by != "" {
			if found, ok := s.unitOf(a.by); ok {
				by = found
			}
		}
		t, err := s.Guardian.Get(ctx, s.DB.Reader(), by, m)
		if err != nil {
			return fmt.Errorf("%s: %w", a.kind, err)
		}
		fact, _ := t.Rule.Fact(a.kind)
		a.with.Kind, a.with.Papers = a.kind, onPaper(fact)
		if err := s.write(ctx, func(tx *db.Tx) error { _, err := s.Guardian.Record(ctx, tx, by, m, a.with); return err }); err != nil {
			return fmt.Errorf("%s: %w", a.kind, err)
		}
	}
	return nil
}

// rescues are two children that were found: of one nobody knows who it is, the
// other was taken home.
func (s *Stage) rescues(ctx context.Context, today time.Time) error {
	words := func(text string) guardianship.Entry {
		return guardianship.Entry{Detail: guardianship.Detail{Words: text}}
	}
	at, _ := s.unitOf("河湾镇")
	for i, f := range []struct {
		ago  int
		in   guardianship.Found
		acts []act
	}{
		{3, guardianship.Found{Sex: idcard.Male, Age: 7, Signs: "蓝色外套，会说本地话，说不清家在哪里。"}, []act{{kind: "asked", with: words("已报请查询。")}, {kind: "noticed", with: words("已发布。")}}},
		{30, guardianship.Found{Name: "阿明", Sex: idcard.Male, Age: 13, Signs: "独自在车站，外县口音。"}, []act{{kind: "asked", with: words("已报请查询。")}, {kind: "noticed", with: words("已发布。")},
			{kind: "identified", days: 2, with: words("经比对查明，户籍在邻县。")}, {kind: "returned", days: 3, with: words("由救助站护送。")}}},
	} {
		s.Clock.Set(today.AddDate(0, 0, -f.ago))
		f.in.Region, f.in.First = cmpRegion(at, s.home()), guardianship.Entry{Place: "rescue"}
		var m ref.Measure
		if err := s.write(ctx, func(tx *db.Tx) (err error) {
			m, err = s.Guardian.Rescue(ctx, tx, s.office, f.in)
			return err
		}); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
		if err := s.enterActs(ctx, m, f.acts); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

func cmpRegion(at access.Actor, other string) string {
	if at.Post.Region == "" {
		return other
	}
	return at.Post.Region
}

// keep enters what units of justice keep, one of it sealed and asked for, and
// what the office knows to be kept.
func (s *Stage) keep(ctx context.Context) error {
	if s.Justice == nil {
		return nil
	}
	for _, k := range []struct {
		unit, kind, name string
		sealed, office   bool
	}{{"检察院", "unprosecuted", "附条件不起诉考察对象甲", false, false}, {"检察院", "relief", "救助对象乙", false, false}, {"检察院", "crime", "已封存对象丙", true, false}, {"司法局", "aid", "受援人丁", false, false},
		{"公安局", "evidence", "取证保护对象戊", false, true}, {"司法局", "aid", "受援人己", false, true}} {
		who, ok := s.unitOf(k.unit)
		if !ok {
			continue
		}
		s.Clock.Advance(hour)
		err := s.write(ctx, func(tx *db.Tx) error {
			by := who
			if k.office {
				by = s.office
			}
			id, err := s.Justice.Add(ctx, tx, by, justice.In{Kind: k.kind, Unit: who.Post.Unit, Name: k.name, Contact: who.Name, Phone: "0990-6100017"})
			if err != nil || !k.sealed {
				return err
			}
			if err := s.Justice.Seal(ctx, tx, who, id); err != nil {
				return err
			}
			_, err = s.Justice.Ask(ctx, tx, who, "case", justice.Wish{Handle: ref.Format(id), Words: "云检未刑〔2026〕3号案件审查需要"})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

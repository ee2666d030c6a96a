package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weibao/internal/access"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/imports"
	"weibao/internal/child/ledger"
	"weibao/internal/child/merge/compare"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule/special"
)

// desk lets requests, special lists, lists in clear and a list that was sent
// in wait on the desks, so that each of their screens has something to show.
func (s *Stage) desk(ctx context.Context, today time.Time, ids []ref.Child) error {
	if s.Requests == nil || len(ids) < len(stars) {
		return nil
	}
	defer s.Clock.Set(today)
	s.Clock.Set(today.AddDate(0, 0, -1))
	for i, do := range []func(context.Context, civil.Date, []ref.Child) error{s.ask, s.special, s.disclose, s.send} {
		if err := do(ctx, civil.DateOf(today), ids); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return s.grow(ctx, today)
}

// near gives whoever looks after a child in its village, and in its township.
func (s *Stage) near(ctx context.Context, id ref.Child) (director, supervisor access.Actor, err error) {
	c, err := s.Cabinet.Get(ctx, s.DB.Reader(), access.Program, id)
	director, supervisor = s.office, s.office
	for _, a := range s.staff() {
		switch {
		case a.Post.Role == access.ChildDirector && a.Post.Region == c.Region:
			director = a
		case a.Post.Role == access.Supervisor && access.Town(a.Post.Region) == c.Town:
			supervisor = a
		}
	}
	return director, supervisor, err
}

// ask brings one request of each kind; the one to move abroad is granted and
// waits for its acknowledgement.
func (s *Stage) ask(ctx context.Context, _ civil.Date, ids []ref.Child) error {
	far, ok := s.unitOf("双井村")
	if !ok {
		far.Post.Region = s.home()
	}
	for i, in := range []request.Asking{
		{Kind: request.Correct, Child: ids[4], Reason: "户口簿上的出生日期与建档时口述的不一致，已核对户口簿原件。", Change: func(n *child.New) { n.Birth, n.Guessed = n.Birth.AddDays(21), false }},
		{Kind: request.MoveOut, Child: ids[5], To: far.Post.Region, Reason: "随祖父母迁回老家居住，已与接收村电话核实。"},
		{Kind: request.MoveOut, Child: ids[2], Abroad: "邻县民政局（随母亲外出务工地居住）", Reason: "母亲已在邻县租房，孩子转入当地幼儿园。"},
		{Kind: request.Ending, Child: ids[6], Detail: "adopted", Reason: "已依法办理收养登记，随收养家庭迁往外县，登记证复印件存村。"},
	} {
		director, supervisor, err := s.near(ctx, in.Child)
		if err != nil {
			return err
		}
		if in.Kind == request.MoveOut {
			director = supervisor
		}
		var id ref.Request
		err = s.write(ctx, func(tx *db.Tx) (err error) {
			id, err = s.Requests.Ask(ctx, tx, director, in)
			return err
		})
		if err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
		if in.Abroad == "" {
			continue
		}
		if err := s.write(ctx, func(tx *db.Tx) error {
			return s.Requests.Decide(ctx, tx, s.office, id, request.Answer{Grant: true, Words: "情况属实，同意转出。"})
		}); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// special puts one child on a list of each sort, with a part of the work done.
func (s *Stage) special(ctx context.Context, today civil.Date, ids []ref.Child) error {
	cared, told := ids[6], ids[3]
	director, supervisor, err := s.near(ctx, cared)
	if err != nil {
		return err
	}
	outside, keeper, err := s.near(ctx, told)
	if err != nil {
		return err
	}
	var entry ref.Entry
	for i, do := range []func(tx *db.Tx) error{
		func(tx *db.Tx) error {
			return s.Cabinet.Enter(ctx, tx, director, cared, child.NewCategory{ID: "C02", Source: "form", Evidence: "父亲服刑、母亲失联，由祖父照护。"})
		},
		func(tx *db.Tx) error {
			return s.Special.Prove(ctx, tx, director, cared, special.Unsupported, "form", lists.Paper{Day: today.AddDays(-20), Words: "认定表1份，镇民政办存。"})
		},
		func(tx *db.Tx) error {
			return s.Special.Do(ctx, tx, supervisor, cared, special.Unsupported, "check", lists.Done{Day: today.AddDays(-2), Words: "已入户核查，情况属实。"})
		},
		func(tx *db.Tx) error {
			return s.Special.Refer(ctx, tx, outside, told, special.Mental, "近一个月夜里睡不好，不愿和同学来往，班主任也有同样的观察。")
		},
		func(tx *db.Tx) error {
			list, err := s.Special.Entries(ctx, tx, keeper, special.Mental, 0, 1)
			if err == nil && len(list) > 0 {
				entry = list[0].Entry
			}
			return err
		},
		func(tx *db.Tx) error {
			if entry == 0 {
				return nil
			}
			return s.Special.Serve(ctx, tx, keeper, entry, "refer", lists.Done{Day: today.AddDays(-1), Words: "已联系县医院心理门诊，约好下周面谈。"})
		},
	} {
		if err := s.write(ctx, do); err != nil {
			return fmt.Errorf("%d: %w", i, err)
		}
	}
	return nil
}

// disclose asks for two lists in clear; the one of the office is granted.
func (s *Stage) disclose(ctx context.Context, _ civil.Date, ids []ref.Child) error {
	second, err := s.second(ctx, s.DB.Reader())
	if err != nil {
		return err
	}
	_, supervisor, err := s.near(ctx, ids[0])
	if err != nil {
		return err
	}
	book := s.Cabinet.Book()
	for i, by := range []access.Actor{s.office, supervisor} {
		v := ledger.View{Ledger: book.Ledgers("", civil.DateOf(s.Clock.Now()))[0].ID, Columns: []string{"name", "number", "residence"}, Filter: child.Filter{Region: supervisor.Post.Region, Level: child.AnyLevel}}
		var id ref.Disclosure
		if err := s.write(ctx, func(tx *db.Tx) (err error) {
			id, err = s.Clear.Ask(ctx, tx, by, v, "送县医保局核对参保情况，依据10月联席会议纪要。")
			return err
		}); err != nil || i > 0 {
			return err
		}
		made, err := s.Clear.Prepare(ctx, s.DB, second, id)
		if err != nil {
			return err
		}
		if err := s.write(ctx, func(tx *db.Tx) error {
			return s.Clear.Decide(ctx, tx, second, id, made, "同意，用后删除。")
		}); err != nil {
			return err
		}
	}
	return nil
}

// list is an old ledger of a township with some rows that are wrong.
const list = `姓名,身份证号码,出生日期,性别,乡镇,村（社区）,监护人,与监护人关系,联系电话,就读学校
韦大福,,2015-03-12,男,青石镇,石门村,韦桂兰,祖母,13900070101,青石镇中心小学
蓝小雪,,2013-09-30,女,青石镇,大湾村,蓝正山,祖父,13900070102,青石镇初级中学
农小雨,,2018-02-30,女,青石镇,双井村,农大强,父亲,13900070103,双井村小学
覃阳,990101201604015,2016-04-01,男,青石镇,柳树村,覃建国,父亲,13900070104,柳树村小学
黄小军,,2014-05-20,男,青石镇,没有的村,黄桂香,祖母,139000701,青石镇中心小学
莫小川,,2018-01-05,男,青石镇,茶园村,莫建军,父亲,13900070015,茶园村小学
`

// send lets an old ledger wait for its check.
func (s *Stage) send(ctx context.Context, _ civil.Date, _ []ref.Child) error {
	sent, err := s.Lists.Receive(ctx, s.office, imports.Ledger, "ledger", "青石镇儿童台账.csv", strings.NewReader(list))
	if err != nil {
		return err
	}
	if err := s.write(ctx, func(tx *db.Tx) error { return s.Lists.Keep(ctx, tx, s.office, sent) }); err != nil {
		return err
	}
	if err := s.Lists.Look(ctx, s.office, sent.ID, ""); err != nil {
		return err
	}
	return s.write(ctx, func(tx *db.Tx) error {
		b, err := s.Lists.Get(ctx, tx, s.office, sent.ID)
		if err != nil {
			return err
		}
		head, err := s.Lists.HeadOf(ctx, tx, b)
		if err != nil {
			return err
		}
		fields := make([]string, len(head.Columns))
		for i, c := range head.Columns {
			fields[i] = c.Field
		}
		return s.Lists.Map(ctx, tx, s.office, sent.ID, fields, "")
	})
}

// grow lets two young people come of age, one for the end of the file, one for
// that of a category, and has files compared that may be of one child.
func (s *Stage) grow(ctx context.Context, today time.Time) error {
	s.Clock.Set(today.AddDate(0, 0, -10))
	for i, years := range []int{18, 16} {
		n := child.New{Name: []string{"陆远航", "陆佳慧"}[i], Sex: []idcard.Sex{idcard.Male, idcard.Female}[i], Birth: civil.DateOf(today).AddMonths(-12 * years).AddDays(-2), Region: s.home(), School: "县职业中学", Source: "form",
			Dossier: child.Dossier{NoNumber: "missing", People: []child.Person{{Name: "陆永贵", Relation: "61", Caregiver: true, Member: true, Phone: fmt.Sprintf("139%08d", 70020+i)}}}}
		err := s.write(ctx, func(tx *db.Tx) error {
			id, err := s.Cabinet.Create(ctx, tx, s.office, n)
			if err != nil || i == 0 {
				return err
			}
			return s.Cabinet.Enter(ctx, tx, s.office, id, child.NewCategory{ID: "C03", Source: "form", Evidence: "父母均外出务工。"})
		})
		if err != nil {
			return err
		}
	}
	s.Clock.Set(today)
	if _, err := s.Cabinet.Turn(ctx, s.DB); err != nil {
		return err
	}
	_, err := compare.Match(ctx, s.Cabinet, s.DB)
	return err
}

package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
)

// heading is that of a file as the demo's 12345 exports it.
const heading = "工单编号,诉求标题,诉求内容,所属乡镇,事发地址,来电人,来电号码,孩子姓名,孩子年龄,办理时限,是否有危险"

// orders lets the hotlines send what their callers told: some days ago a file
// of which one was answered and one returned, today a file with more of an
// older one, new ones and a row that cannot be taken.
func (s *Stage) orders(ctx context.Context, today time.Time) error {
	by, ok := s.unitOf("12345热线")
	if s.Orders == nil || !ok {
		return nil
	}
	defer s.Clock.Set(today)
	if err := s.partners(ctx, today); err != nil {
		return err
	}
	limit := today.AddDate(0, 0, 4).Format(time.DateOnly)
	begun := today.Add(-3 * day)
	number := func(at time.Time, n int) string { return fmt.Sprintf("YL%s%04d", at.Format("20060102"), n) }
	file := func(rows ...string) []byte { return []byte(heading + "\n" + strings.Join(rows, "\n") + "\n") }
	s.Clock.Set(begun)
	if _, err := s.Orders.Receive(ctx, by, "o12345", file(
		number(begun, 12)+",生活、就医、就学困难,孩子父亲受伤住院，家里没有收入，营养餐费还没有交。,青石镇,马鞍村二组,岑先生,13900070021,,9,"+limit+",否",
		number(begun, 31)+",其他事项,来电人的儿子四十岁，下岗在家，希望安排工作。,青石镇,青石街12号,黎女士,13900070022,,,"+limit+",否",
		number(begun, 47)+",无人照料、监护缺失,邻居家两个孩子晚上自己在家，大人外出打工。,青石镇,大湾村一组,,13900070023,,,"+limit+",否",
	)); err != nil {
		return err
	}
	list, err := s.Orders.List(ctx, s.DB.Reader(), s.office, order.Filter{View: order.All})
	if err != nil {
		return err
	}
	for _, o := range list {
		switch o.Number {
		case number(begun, 12):
			err = s.settled(ctx, o.Report)
		case number(begun, 31):
			err = s.write(ctx, func(tx *db.Tx) error {
				return s.Orders.Return(ctx, tx, s.office, o.ID, "02", "反映的是成年人的就业问题，请转人力资源社会保障部门。")
			})
		}
		if err != nil {
			return err
		}
	}
	s.Clock.Set(today.Add(-4 * hour))
	now := today.Add(-4 * hour)
	if _, err := s.Orders.Receive(ctx, by, "o12345", file(
		number(begun, 47)+",无人照料、监护缺失,邻居家两个孩子晚上自己在家，大人外出打工。今天再次来电：大的孩子发烧，没有人带去看病。,青石镇,大湾村一组,,13900070023,,,"+limit+",否",
		number(now, 3)+",学生欺凌,孩子说在学校被同学起外号、孤立，不愿意上学。,青石镇,镇中心小学,覃女士,13900070024,,10,"+limit+",否",
		number(now, 5)+",营业场所违规接待未成年人,网吧晚上让中学生上网。,青石镇,青石街网吧,,13900070025,,,"+limit+",否",
		number(now, 8)+",其他事项,,,,,13900070026,,,"+limit+",否",
	)); err != nil {
		return err
	}
	s.Clock.Set(today.Add(-2 * hour))
	_, err = s.Orders.Take(ctx, order.From{Channel: "o12355", Home: order.Home(by.Post.Region), By: access.Program, Key: "demo"}, order.In{Number: "QSN-" + today.Format("0102") + "-01", Report: intake.In{What: "self",
		Narrative: "初中生来电说活着没意思，已由咨询员陪伴通话，孩子答应等父母回家。", Place: intake.Place{Text: "云岭县城"}, Child: &intake.Child{Age: "14"}}})
	return err
}

// settled takes a report that the office handles itself to its answer.
func (s *Stage) settled(ctx context.Context, id ref.Report) error {
	return s.steps(ctx,
		func(tx *db.Tx) error { return s.Reception.Reveal(ctx, tx, s.office, id) },
		func(tx *db.Tx) error { return s.Reception.Accept(ctx, tx, s.office, id) },
		func(tx *db.Tx) error {
			_, err := s.Reception.Decide(ctx, tx, s.office, id, intake.DecideIn{Situation: "aid", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"},
				Words: "由未保办联系学校和镇民政直接解决。"})
			return err
		},
		func(tx *db.Tx) error {
			return s.Reception.Close(ctx, tx, s.office, id, "已联系学校减免营养餐费，镇里正在办理临时救助，办好后通知家长。", "")
		})
}

// partners admits the systems of the hotlines; the one of a trial ended.
func (s *Stage) partners(ctx context.Context, today time.Time) error {
	for i, p := range []struct{ name, channel string }{{"云岭县12345平台（试运行）", "o12345"}, {"云岭县12345政务服务便民热线平台", "o12345"}, {"12355青少年服务台", "o12355"}} {
		s.Clock.Set(today.AddDate(0, 0, -60+20*i))
		if err := s.write(ctx, func(tx *db.Tx) error {
			_, err := s.Orders.Admit(ctx, tx, s.keys, p.name, p.channel)
			return err
		}); err != nil {
			return err
		}
	}
	return s.write(ctx, func(tx *db.Tx) error {
		list, err := s.Orders.Partners(ctx, tx, s.keys)
		for _, p := range list {
			if err == nil && strings.Contains(p.Name, "试运行") {
				err = s.Orders.Dismiss(ctx, tx, s.keys, p.ID)
			}
		}
		return err
	})
}

package child

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// Check tells what keeps somebody from being given the care of a child
// (未成年人保护法 第二十二条、第二十三条); the messages stand under the keys of
// Bars and the names of fields.
func (d Delegation) Check(to Person) error {
	f := errs.Fields{}
	for _, bar := range Bars {
		f.Check(slices.Contains(d.Cleared, bar.Key), bar.Key, "没有排除这一情形的，不得委托（《未成年人保护法》第二十二条）。")
	}
	f.Check(to.Blocked == "", "from", "此人已登记为不得联系，不能受托照护。")
	f.Check(!d.From.IsZero(), "from", "请填写委托开始的日期。")
	f.Check(d.Until.IsZero() || !d.Until.Before(d.From), "until", "结束日期早于开始日期，请核对。")
	f.Check(!d.Signed.IsZero(), "signed", "委托照护应当签订书面协议，请填写签订日期。")
	f.Check(d.Consulted, "consulted", "确定受委托人时应当听取有表达意愿能力的未成年人的意见。")
	return f.Err()
}

// Delegate puts a child into the care of somebody in its file, or with nil
// ends that care. The version is the one that the editor saw.
func (c *Cabinet) Delegate(ctx context.Context, tx *db.Tx, by access.Actor, f Child, person int, d *Delegation, reason string) error {
	var failed error
	err := c.Change(ctx, tx, by, f.ID, f.Version, reason, func(n *New) {
		people := n.Dossier.People
		if person < 0 || person >= len(people) {
			failed = errs.Missing()
			return
		}
		if d == nil {
			people[person].Delegation, people[person].Caregiver = nil, false
			return
		}
		if failed = d.Check(people[person]); failed != nil {
			return
		}
		for i := range people {
			people[i].Caregiver = i == person
		}
		people[person].Delegation = d
	})
	if failed != nil {
		return failed
	}
	return err
}

// Due tells whether care that was given for a time should have ended.
func (d Delegation) Due(on civil.Date) bool { return !d.Until.IsZero() && d.Until.Before(on) }

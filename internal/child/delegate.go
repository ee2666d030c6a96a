package child

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// VoiceAge gives the age from which the child's own opinion must be heard, or
// it must be said why it cannot have one: a figure of the county's rules.
func (c *Cabinet) VoiceAge(on civil.Date) (int, error) {
	l, there := c.Book().Limit("delegate.voice", on)
	if !there {
		return 0, errs.New(errs.Conflict, "本县规则中没有数值“delegate.voice”，请联系系统管理员补上。")
	}
	return int(l.Value), nil
}

// Asks tells whether a child is of an age at which its opinion must be heard;
// one whose age is not known is.
func (c *Cabinet) Asks(row Child, on civil.Date) (bool, error) {
	least, err := c.VoiceAge(on)
	age, known := row.Age(on)
	return !known || age >= least, err
}

// Parent tells whether somebody is father or mother, by birth, adoption or
// marriage: he cares by law, and nothing is entrusted to him.
func (p Person) Parent() bool {
	return slices.Contains(fathers, p.Relation) || slices.Contains(mothers, p.Relation)
}

// Check tells what keeps somebody from being given the care of a child
// (未成年人保护法 第二十二条、第二十三条); asks tells that the child's own opinion
// must be heard. The messages stand under the keys of Bars and the names of fields.
func (d Delegation) Check(to Person, asks bool) error {
	f := errs.Fields{}
	for _, bar := range Bars {
		f.Check(slices.Contains(d.Cleared, bar.Key), bar.Key, "没有排除这一情形的，不得委托（《未成年人保护法》第二十二条）。")
	}
	f.Check(to.Blocked == "", "from", "此人已登记为不得联系，不能受托照护。")
	f.Check(!to.Parent(), "from", "父母本人照护儿童不是委托照护，请在“修改”里勾选“实际照护儿童”。")
	f.Check(!d.From.IsZero(), "from", "请填写委托开始的日期。")
	f.Check(d.Until.IsZero() || !d.Until.Before(d.From), "until", "结束日期早于开始日期，请核对。")
	f.Check(!d.Signed.IsZero(), "signed", "委托照护应当签订书面协议，请填写签订日期。")
	f.Check(d.Consulted || d.Unable != "" || !asks, "consulted", "确定受委托人时应当听取有表达意愿能力的未成年人的意见。听取后勾选；本人不能表达意愿的，写明原因。")
	f.Check(!d.Consulted || d.Unable == "", "unable", "已听取儿童意见的，不用填写不能表达意愿的原因。")
	return f.Err()
}

// proven asks for a paper beside each notice that is new.
func (d Delegation) proven(was *Delegation) error {
	if was == nil {
		was = &Delegation{}
	}
	const words = "请写明凭据：告知书或者回执的编号，或者存放在哪里。还没有告知的，不填日期。"
	f := errs.Fields{}
	f.Check(d.School.IsZero() || d.School == was.School || d.SchoolProof != "", "school_proof", words)
	f.Check(d.Village.IsZero() || d.Village == was.Village || d.VillageProof != "", "village_proof", words)
	return f.Err()
}

// entrusted tells whether somebody was given the care of the child.
func (d Dossier) entrusted() bool {
	return slices.ContainsFunc(d.People, func(p Person) bool { return p.Delegation != nil })
}

// retell forgets who was told of entrusted care where the child came to
// another village or school: that one was not told.
func (d *Dossier) retell(village, school bool) {
	for _, p := range d.People {
		if p.Delegation != nil && village {
			p.Delegation.Village, p.Delegation.VillageProof = civil.Date{}, ""
		}
		if p.Delegation != nil && school {
			p.Delegation.School, p.Delegation.SchoolProof = civil.Date{}, ""
		}
	}
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
		if failed = c.checked(tx, n.Birth, *d, people[person]); failed != nil {
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

// checked is Check with what the county's rules and the file before say.
func (c *Cabinet) checked(tx *db.Tx, birth civil.Date, d Delegation, to Person) error {
	asks, err := c.Asks(Child{Birth: birth}, civil.DateOf(tx.Now.Time()))
	if err != nil {
		return err
	}
	if err := d.Check(to, asks); err != nil {
		return err
	}
	return d.proven(to.Delegation)
}

// Due tells whether care that was given for a time should have ended.
func (d Delegation) Due(on civil.Date) bool { return !d.Until.IsZero() && d.Until.Before(on) }

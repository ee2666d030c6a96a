package child

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// New is a file to be opened.
type New struct {
	Name       string
	Sex        idcard.Sex // filled from the identity number where there is one
	Birth      civil.Date // likewise
	Guessed    bool       // the birth date is an estimate
	Region     string     // 居住地, 12 digits; required
	Unit       ref.Unit   // the school's, if it is known here
	School     string
	Grade      string
	Dossier    Dossier
	Categories []NewCategory
	Source     string // form, import:<id> …; required
	Told       Set    // what other slices have established before, as for Tell
}

// Create opens one file.
func (c *Cabinet) Create(ctx context.Context, tx *db.Tx, by access.Actor, n New) (ref.Child, error) {
	ids, err := c.CreateAll(ctx, tx, by, []New{n})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// CreateAll opens many files in one transaction with few statements; any that
// is wrong refuses them all. Callers search before they create. Of many the
// journal keeps one entry with all ids.
func (c *Cabinet) CreateAll(ctx context.Context, tx *db.Tx, by access.Actor, list []New) ([]ref.Child, error) {
	b, err := c.Prepare(tx.Now, by, list)
	if err != nil {
		return nil, err
	}
	return b.IDs, c.Store(ctx, tx, by, b)
}

// row checks what was handed in and makes the row of lists.
func (c *Cabinet) row(now clock.Instant, by access.Actor, n *New) (Child, error) {
	today := civil.DateOf(now.Time())
	if err := n.Normalize(today); err != nil {
		return Child{}, err
	}
	if by.User != access.Program.User && !by.Scope().Sees(n.Unit, n.Region) {
		return Child{}, Outside()
	}
	band, turns := bandOf(n.Birth, today)
	row := Child{ID: ref.New[ref.Child](now.Time()), Name: n.Name, Sex: n.Sex, Birth: n.Birth, Guessed: flag(n.Guessed),
		Region: n.Region, Town: access.Town(n.Region), County: access.County(n.Region), Unit: n.Unit, School: n.School, Grade: n.Grade,
		Due: NoDue, Categories: Joined(categoryIDs(n.Categories)), Band: band, Turns: turns, State: Open, Source: n.Source, Version: 1,
		Created: now, CreatedBy: by.User, Changed: now}
	return row, n.Told.put(&row, today)
}

// Outside refuses a place beyond the actor's scope.
func Outside() error {
	f := errs.Fields{}
	f.Check(false, "region", "居住地不在您的职责范围内。请选择本辖区的村（社区），或转由当地建档。")
	return f.Err()
}

// Normalize brings what was typed to the form in which it is kept, fills sex
// and birth from the identity number, and checks it as of a day.
func (n *New) Normalize(today civil.Date) error {
	f := errs.Fields{}
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	d := &n.Dossier
	d.Number = idcard.Normalize(d.Number)
	if d.Number != "" {
		if card, err := idcard.Parse(d.Number); err != nil {
			f.Check(false, "number", err.Error())
		} else {
			d.Number, d.NoNumber = card.Number, ""
			f.Check(n.Birth.IsZero() || n.Birth == card.Birth, "birth", "出生日期与公民身份号码不一致，请核对。")
			f.Check(unstated(n.Sex) || n.Sex == card.Sex, "sex", "性别与公民身份号码不一致，请核对。")
			n.Birth, n.Sex, n.Guessed = card.Birth, card.Sex, false
		}
	} else {
		f.Check(d.NoNumber != "", "number", "请填写公民身份号码；没有的，请选择原因。")
		f.Check(d.NoNumber == "" || known(NoNumberReasons, d.NoNumber), "number", "请从列表中选择没有公民身份号码的原因。")
	}
	n.Sex = cmp.Or(n.Sex, idcard.SexUnknown)
	f.Check(n.Name != "" || d.NoNumber == "unknown", "name", "请填写姓名；身份不明的，请在无证件原因中选择“身份不明”。")
	f.Check(len([]rune(n.Name)) <= maxName, "name", "姓名过长，请核对。")
	f.Check(!n.Birth.After(today), "birth", "出生日期晚于今天，请核对。")
	f.Check(n.Birth.IsZero() || civil.AgeOn(n.Birth, today) < oldest, "birth", "按出生日期已满30周岁，请核对。")
	f.Check(access.Prefix(n.Region) != "" && access.Town(n.Region) != "", "region", "请选择居住地所在的村（社区）。")
	f.Check(n.Source != "", "source", "缺少来源。")
	for i := range d.People {
		d.People[i].normalize(f)
	}
	d.Phone = vault.NormalPhone(d.Phone)
	d.Places.Residence.Region = n.Region
	return f.Err()
}

const (
	maxName = 50
	oldest  = 30 // years: files of the young stay after eighteen, but nobody of thirty is entered
)

func unstated(s idcard.Sex) bool {
	return s == "" || s == idcard.SexUnknown || s == idcard.SexNotStated
}

func known(list []Bar, key string) bool {
	return slices.ContainsFunc(list, func(b Bar) bool { return b.Key == key })
}

func (p *Person) normalize(f errs.Fields) {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	p.Phone = vault.NormalPhone(p.Phone)
	p.Number = idcard.Normalize(p.Number)
	if p.Number != "" {
		_, err := idcard.Parse(p.Number)
		f.Check(err == nil, "people", "监护人或家庭成员的公民身份号码不正确，请核对。")
	}
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

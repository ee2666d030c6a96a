package child

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Category is a group to which a child belongs for a time 「对象类别」.
type Category struct {
	ID       int64
	Child    ref.Child
	Category string // id of the rule
	Started  civil.Date
	Ended    civil.Date // zero: it holds
	Source   string
	Evidence []byte // sealed words on what it rests
	AddedBy  ref.User
	EndedBy  ref.User
	Reason   string // why it ended
	Region   string
	Town     string
	County   string
	Level    int
	Due      string
}

// NewCategory is a category to be entered.
type NewCategory struct {
	ID       string
	Started  civil.Date // zero takes today
	Evidence string
	Source   string
}

func (n NewCategory) category(now clock.Instant, by access.Actor, c Child) Category {
	if n.Started.IsZero() {
		n.Started = civil.DateOf(now.Time())
	}
	return Category{ID: int64(ref.New[ref.Audit](now.Time())), Child: c.ID, Category: n.ID, Started: n.Started, Source: n.Source,
		Evidence: []byte(n.Evidence), AddedBy: by.User, Region: c.Region, Town: c.Town, County: c.County, Level: c.Level, Due: c.Due}
}

func categoryIDs(list []NewCategory) []string {
	var ids []string
	for _, n := range list {
		ids = append(ids, n.ID)
	}
	return ids
}

// Joined writes ids as Child.Categories holds them: sorted, between blanks.
func Joined(ids []string) string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return ""
	}
	return " " + strings.Join(ids, " ") + " "
}

// CategoryIDs lists the open categories of a file.
func (c Child) CategoryIDs() []string { return strings.Fields(c.Categories) }

// Holds tells whether a category is open.
func (c Child) Holds(category string) bool {
	return strings.Contains(c.Categories, " "+category+" ")
}

// Enter puts a child into a category with the evidence on which that rests.
func (c *Cabinet) Enter(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, n NewCategory) error {
	if err := require(by, "child.category"); err != nil {
		return err
	}
	row, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	rule, ok := c.Book().Category(n.ID, civil.DateOf(tx.Now.Time()))
	if !ok {
		return errs.New(errs.Invalid, "本县规则里没有这一类别，请从列表中选择。")
	}
	if rule.Apart() {
		return errs.New(errs.Invalid, "这一类单独保密登记，不写进档案。请在档案上用“提出专业关爱”。")
	}
	if row.Holds(n.ID) {
		return errs.Newf(errs.Conflict, "该儿童已列入“%s”，不必重复登记。", rule.Label)
	}
	h := n.category(tx.Now, by, row)
	sealed, err := c.Vault.SealText(ctx, tx, group(id), EvidenceField(h.ID), n.Evidence)
	if err != nil {
		return err
	}
	h.Evidence = sealed
	if err := db.Insert(ctx, tx, "child_category", h); err != nil {
		return err
	}
	next := row
	next.Categories = Joined(append(row.CategoryIDs(), n.ID))
	if err := c.Put(ctx, tx, row, next); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "child.category", "child", id, map[string]string{"entered": n.ID, "source": n.Source}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, id)
}

// Leave ends a category for a reason, an id of LeaveReasons.
func (c *Cabinet) Leave(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, category, reason string) error {
	if err := require(by, "child.category"); err != nil {
		return err
	}
	row, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !row.Holds(category) {
		return errs.New(errs.Conflict, "该儿童现在不在这一类别，可能已由他人办理，请刷新后再看。")
	}
	if !known(LeaveReasons, reason) {
		return errs.New(errs.Invalid, "请选择退出该类别的原因。")
	}
	if err := endCategory(ctx, tx, by, id, category, civil.DateOf(tx.Now.Time()), reason); err != nil {
		return err
	}
	next := row
	next.Categories = Joined(slices.DeleteFunc(row.CategoryIDs(), func(s string) bool { return s == category }))
	if err := c.Put(ctx, tx, row, next); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "child.category", "child", id, map[string]string{"left": category, "reason": reason}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, id)
}

// LeaveReasons say why a child leaves a category.
var LeaveReasons = []Bar{
	{"age", "超过年龄"},
	{"rule", "不再符合条件"},
	{"mistake", "登记有误"},
	{"moved", "迁出"},
	{"closed", "档案已结"},
	{"import", "撤销导入"},
}

// Belonging is a category of a file with the words on what it rests.
type Belonging struct {
	Category
	Words string
}

// Belongings lists the categories of a file, those that hold first.
func (c *Cabinet) Belongings(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Belonging, error) {
	if _, err := get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	list, err := c.categories(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Belonging, len(list))
	for i, h := range list {
		out[i].Category = h
		if out[i].Words, err = c.Vault.OpenText(ctx, tx, group(h.Child), EvidenceField(h.ID), h.Evidence); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// categories gives those of a file and the ended ones of the files merged into it.
func (c *Cabinet) categories(ctx context.Context, tx *db.Tx, id ref.Child) ([]Category, error) {
	ids, err := united(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	var out []Category
	for _, part := range ids {
		list, err := CategoriesOf(ctx, tx, part)
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			if part == id || !h.Ended.IsZero() {
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// require lets the program itself act without a post.
func require(by access.Actor, p access.Permission) error {
	if by.User == access.Program.User {
		return nil
	}
	return by.Require(p)
}

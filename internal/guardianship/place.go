package guardianship

import (
	"context"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
)

// Home is the kind of institution to which the county sends children of an age.
type Home struct {
	Place string // id of Places
	Years int    // how old the child is
	Limit rule.Limit
}

// Words say which institution it is, and on what that rests.
func (h Home) Words() string {
	return "按" + h.Limit.Source.String() + "，" + strconv.Itoa(h.Years) + "周岁的孩子由机构照护的，送" + PlaceLabel(h.Place)
}

// Home tells to which institution a child goes by its age on a day; ok is false
// where the county has no figure or nobody knows the age.
func (k *Desk) Home(c child.Child, on civil.Date) (h Home, ok bool) {
	limit, ruled := k.Book().Limit("placement.welfare", on)
	years, known := c.Age(on)
	h = Home{Place: "rescue", Years: years, Limit: limit}
	if years < int(limit.Value) {
		h.Place = "welfare"
	}
	return h, ruled && known
}

// placed checks where a child is put. The other institution than the county's
// age names is taken with a reason: no law fixes the age, and brothers and
// sisters may stay together.
func (k *Desk) placed(ctx context.Context, tx *db.Tx, id ref.Child, fact protection.Fact, e *Entry, f errs.Fields) error {
	if !fact.Place {
		e.Place = ""
		return nil
	}
	f.Check(PlaceLabel(e.Place) != "", "place", "请选择安置方式。")
	if e.Place != "rescue" && e.Place != "welfare" || e.Detail.Words != "" {
		return nil
	}
	c, err := k.Cabinet.Get(ctx, tx, access.Program, id)
	if err != nil {
		return err
	}
	if h, ok := k.Home(c, civil.DateOf(e.At.Time())); ok && h.Place != e.Place {
		f.Check(false, "words", h.Words()+"。送"+PlaceLabel(e.Place)+"的，请写明理由。")
	}
	return nil
}

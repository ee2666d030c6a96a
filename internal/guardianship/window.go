package guardianship

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
)

// Window is the time in which something may happen in a measure, counted from
// what happened in another of the same child.
type Window struct {
	Label    string     // what it counts from
	On       civil.Date // when that happened; zero where this program does not know
	From, To civil.Date // first and last day; zero where the county has no figure
	Sure     bool       // both figures were read in their source
	Source   string
}

// Has tells whether a day lies within it, as far as it is known.
func (w Window) Has(day civil.Date) bool {
	return (w.From.IsZero() || !day.Before(w.From)) && (w.To.IsZero() || !day.After(w.To))
}

// Words says the window as people do.
func (w Window) Words() string {
	if w.On.IsZero() {
		return "本系统没有登记" + w.Label + "。"
	}
	words := civil.FormatDate(w.On) + w.Label + "，" + civil.FormatDate(w.From) + "至" + civil.FormatDate(w.To) + "可以申请（" + w.Source
	if !w.Sure {
		words += "，未核实"
	}
	return words + "）。"
}

// Window gives the window of a fact for a child; ok is false where the rule
// asks for none.
func (k *Desk) Window(ctx context.Context, tx *db.Tx, id ref.Child, f protection.Fact) (w Window, ok bool, err error) {
	if f.Window == nil {
		return w, false, nil
	}
	other, _ := k.Rule(f.Window.Measure, today(tx))
	from, _ := other.Fact(f.Window.Fact)
	w.Label = from.Label
	ids, err := k.files(ctx, tx, access.Program, id)
	if err != nil {
		return w, true, err
	}
	if w.On, err = lastDay(ctx, tx, ids, f.Window.Measure, f.Window.Fact); err != nil || w.On.IsZero() {
		return w, true, err
	}
	cal, err := k.Calendar(ctx, tx)
	if err != nil {
		return w, true, err
	}
	var sources []rule.Clock
	for _, end := range []struct {
		clock string
		day   *civil.Date
	}{{f.Window.From, &w.From}, {f.Window.To, &w.To}} {
		if c, known := k.Clock(end.clock, today(tx)); known {
			*end.day = add(cal, w.On, c.Span, 1)
			sources = append(sources, c)
		}
	}
	w.Sure = true
	for _, c := range sources {
		w.Source, w.Sure = c.Source.String(), w.Sure && c.Verified
	}
	return w, true, nil
}

// within asks for a reason of what happened outside its window, or where
// nobody knows when that began. A court decides; nobody is refused here.
func (k *Desk) within(ctx context.Context, tx *db.Tx, id ref.Child, fact protection.Fact, e Entry, f errs.Fields) error {
	w, asked, err := k.Window(ctx, tx, id, fact)
	if err != nil || !asked || e.Detail.Words != "" {
		return err
	}
	f.Check(!w.On.IsZero(), "words", w.Words()+"请写明日期和文号。")
	f.Check(w.On.IsZero() || w.Has(civil.DateOf(e.At.Time())), "words", "不在申请的期间内："+w.Words()+"仍要登记的，请写明人民法院的意见或者理由。")
	return nil
}

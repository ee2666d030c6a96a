package guardianship

import (
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/rule/protection"
)

// term holds a new term against the one on which it follows: an order is
// prolonged while it is in force (反家庭暴力法 第三十条), one that lapsed takes a
// new order. What the decision leaves open counts from the end of the old term.
func (e *Entry) term(facts []Fact, rule protection.Fact, f errs.Fields) {
	if !rule.Term {
		e.Since = civil.Date{}
		return
	}
	day := civil.DateOf(e.At.Time())
	end := day
	for _, have := range facts {
		if have.Struck == 0 && have.At <= e.At && !have.Until.IsZero() {
			end = have.Until
		}
	}
	if e.Since.IsZero() {
		e.Since = end
	}
	earliest := end
	if day.Before(end) {
		earliest = day
	}
	f.Check(!e.Since.After(end.AddDays(1)), "since", "原期限到"+end.String()+"为止，新的期限在这以后才开始，中间已经失效。失效的不能延长：请登记期满，再申请新的保护令。")
	f.Check(!e.Since.Before(earliest), "since", "早于作出裁定的日期，请核对。")
	f.Check(e.Until.IsZero() || e.Until.After(end), "until", "没有晚于原来的截止日期（"+end.String()+"），请核对裁定书。")
	f.Check(!day.After(end) || e.Detail.Words != "", "words", "裁定在原期限届满（"+end.String()+"）以后作出。请核对日期；没有填错的，写明人民法院的说明。")
}

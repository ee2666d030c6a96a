package duty

import (
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/rule"
)

// Ruled gives a clock of the rules with the deadline that it sets from now on.
// Where the rules have none, nobody makes one up.
func Ruled(book *rule.Book, id string, now clock.Instant) (Deadline, rule.Clock, error) {
	c, there := book.Clock(id, civil.DateOf(now.Time()))
	if !there {
		return Deadline{}, c, errs.Newf(errs.Conflict, "本县规则中没有时限“%s”，请联系系统管理员补上。", id)
	}
	return After(c, now), c, nil
}

// Figure gives a figure of the rules, at least 1.
func Figure(book *rule.Book, id string, on civil.Date) (int, error) {
	l, there := book.Limit(id, on)
	if !there || l.Value < 1 {
		return 0, errs.Newf(errs.Conflict, "本县规则中没有数值“%s”，请联系系统管理员补上。", id)
	}
	return int(l.Value), nil
}

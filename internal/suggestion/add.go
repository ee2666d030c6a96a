package suggestion

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Add hands in a suggestion and opens the office's duty to answer it.
func (b *Box) Add(ctx context.Context, tx *db.Tx, by access.Actor, in In) (ref.Suggestion, error) {
	if err := by.Require("suggestion.add"); err != nil {
		return 0, err
	}
	in.Words = strings.TrimSpace(in.Words)
	if err := in.Validate(); err != nil {
		return 0, err
	}
	today := clock.Of(civil.DateOf(tx.Now.Time()).Start())
	n, err := countSince(ctx, tx, by.User, today)
	if err != nil {
		return 0, err
	}
	if n >= maxDaily {
		return 0, errs.Newf(errs.TooMany, "您今天已提交%d条意见建议。请明天再提交，或把内容合并成一条。", n)
	}
	s := Suggestion{ID: ref.New[ref.Suggestion](tx.Now.Time()), Kind: in.Kind, Words: in.Words, At: tx.Now, Author: by.User,
		Region: by.Post.Region, Town: access.Town(by.Post.Region), County: access.County(by.Post.Region)}
	if in.Named {
		s.AuthorName, s.AuthorUnit = by.Name, by.Post.UnitName
	}
	if s.Unit, err = b.Kernel.Office(ctx, tx, s.Region); err != nil {
		return 0, err
	}
	if s.Duty, err = b.open(ctx, tx, by, s); err != nil {
		return 0, err
	}
	if err := insert(ctx, tx, s); err != nil {
		return 0, err
	}
	return s.ID, audit.Write(ctx, tx, by, "suggestion.add", "suggestion", s.ID, map[string]any{"kind": s.Kind, "named": in.Named, "duty": s.Duty})
}

var titles = map[Kind]string{Advice: "答复对本系统的建议", Complaint: "答复对本系统的投诉"}

func (b *Box) open(ctx context.Context, tx *db.Tx, by access.Actor, s Suggestion) (ref.Duty, error) {
	c, ok := b.Clock(ClockID, civil.DateOf(tx.Now.Time()))
	if !ok {
		return 0, errs.Newf(errs.Internal, "规则里没有“%s”的时限，请系统管理员检查规则。", ClockID)
	}
	// The program opens it, so that the course of the duty does not tell who asked.
	ids, err := b.Kernel.Open(ctx, tx, access.Program, duty.New{Kind: DutyKind, Subject: "suggestion", SubjectID: int64(s.ID),
		Title: titles[s.Kind], Unit: s.Unit, Region: s.Region, Rule: c.Source.Document, Clause: c.Source.Article, Deadline: duty.After(c, tx.Now)})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

package suggestion

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Answer records what the office says; it closes the duty.
func (b *Box) Answer(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Suggestion, words string) error {
	if err := by.Require("suggestion.answer"); err != nil {
		return err
	}
	s, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if s.Answered != 0 {
		return errs.New(errs.Conflict, "这条意见建议已经答复，请刷新页面查看。")
	}
	words = strings.TrimSpace(words)
	f := errs.Fields{}
	checkWords(f, words)
	if err := f.Err(); err != nil {
		return err
	}
	if err := setAnswer(ctx, tx, by, id, words); err != nil {
		return err
	}
	// A duty that was waived before does not keep the author from his answer.
	if err := b.Kernel.Close(ctx, tx, by, s.Duty, "suggestion", int64(id)); err != nil && !errs.Is(err, errs.Conflict) {
		return err
	}
	return audit.Write(ctx, tx, by, "suggestion.answer", "suggestion", id, map[string]any{"duty": s.Duty})
}

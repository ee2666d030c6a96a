package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// Services are the kinds of what is done for a child.
var Services = []struct{ Key, Label string }{
	{"guardianship", "监护支持"}, {"visit", "走访陪伴"}, {"counsel", "心理支持"}, {"medical", "医疗"}, {"legal", "法律援助"}, {"school", "就学支持"},
	{"aid", "生活救助"}, {"placement", "临时安置"}, {"education", "家庭教育指导"}, {"other", "其他"},
}

// ServiceLabel gives the word for a kind of service.
func ServiceLabel(key string) string {
	for _, s := range Services {
		if s.Key == key {
			return s.Label
		}
	}
	return ""
}

// Done is a service as it is entered.
type Done struct {
	Kind     string
	Provider string // who provided it: unit or organisation
	Day      civil.Date
	Words    string
}

const (
	maxWords = 2000
	maxBack  = 365 // days
)

// Serve records what was done for the child, and by whom.
func (k *Desk) Serve(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, in Done) error {
	if _, err := k.locked(ctx, tx, by, "case.serve", id); err != nil {
		return err
	}
	if in.Day.IsZero() {
		in.Day = today(tx)
	}
	f := errs.Fields{}
	f.Check(ServiceLabel(in.Kind) != "", "kind", "请选择服务种类。")
	f.Check(strings.TrimSpace(in.Provider) != "", "provider", "请填写由谁提供。")
	f.Check(!in.Day.After(today(tx)), "day", "日期晚于今天，请核对。")
	f.Check(in.Day.After(today(tx).AddDays(-maxBack)), "day", "日期早于一年前，请核对。")
	f.Check(utf8.RuneCountInString(in.Words) <= maxWords, "words", "情况不超过2000字。")
	if err := f.Err(); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Service, Day: in.Day, Mark: in.Kind, Words: strings.TrimSpace(in.Provider) + "\n" + strings.TrimSpace(in.Words)}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.serve", Subject, id, map[string]any{"kind": in.Kind})
}

// Heard is whether and how the child's own opinion was asked.
type Heard struct {
	Able  bool
	Words string // what the child said, or why it could not be asked
}

// Hear records the child's own opinion, or why it could not be asked
// (未成年人保护法 第四条: 听取未成年人的意见).
func (k *Desk) Hear(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, in Heard) error {
	if _, err := k.locked(ctx, tx, by, "case.serve", id); err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Words) != "", "words", "请记录孩子的意见；没有听取的，写明原因。")
	f.Check(utf8.RuneCountInString(in.Words) <= maxWords, "words", "不超过2000字。")
	if err := f.Err(); err != nil {
		return err
	}
	mark := "0"
	if in.Able {
		mark = "1"
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Opinion, Mark: mark, Words: in.Words}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.serve", Subject, id, map[string]any{"opinion": in.Able})
}

// Note records what the team must remember, with files.
func (k *Desk) Note(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, words string, files []*file.Incoming) error {
	if _, err := k.locked(ctx, tx, by, "case.serve", id); err != nil {
		return err
	}
	if words = strings.TrimSpace(words); words == "" && len(files) == 0 {
		return errs.Fields{"words": "请填写情况，或者上传材料。"}.Err()
	}
	kind := Noted
	if len(files) > 0 {
		kind = Filed
	}
	for _, f := range files {
		if _, err := k.Files.Attach(ctx, tx, by, FilesOf(id), f); err != nil {
			return err
		}
	}
	if err := k.note(ctx, tx, by, id, note{Kind: kind, Words: words}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.serve", Subject, id, map[string]any{"files": len(files)})
}

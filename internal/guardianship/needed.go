package guardianship

import (
	"context"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/vault"
)

// PaperID names a document that a fact required.
type PaperID int64

// Required is a document that a fact required: the file, or why there is none.
type Required struct {
	ID      PaperID
	Measure ref.Measure
	Fact    ref.Record
	Paper   string
	File    ref.File
	At      clock.Instant
	ByUser  ref.User
	ByName  string
	Sealed  []byte
}

// Given is a document that somebody hands in with a fact, or his reason why
// there is none.
type Given struct {
	File *file.Incoming
	Why  string
}

const maxWhy = 200

func whyField(id PaperID) vault.Field {
	return vault.Field{Table: "guardianship_paper", Column: "sealed", Row: int64(id)}
}

// Need says how a required document is called.
func (k *Desk) Need(n protection.Need, on civil.Date) string {
	if n.Label != "" {
		return n.Label
	}
	p, _ := k.Book().Paper(n.ID, on)
	return p.Label
}

// needed refuses a fact without its documents and without a reason for that.
func (k *Desk) needed(fact protection.Fact, e *Entry, on civil.Date, f errs.Fields) {
	for _, n := range fact.Needs {
		g := e.Papers[n.ID]
		f.Check(g.File != nil || strings.TrimSpace(g.Why) != "", "without."+n.ID, "请上传《"+letter.Punctuate(k.Need(n, on))+"》；现在没有的，写明原因，以后可以补交。")
		f.Check(utf8.RuneCountInString(g.Why) <= maxWhy, "without."+n.ID, "请控制在200字以内。")
	}
}

// hand stores the documents that came with a fact, and the reasons.
func (k *Desk) hand(ctx context.Context, tx *db.Tx, by access.Actor, m Measure, fact ref.Record, rule protection.Fact, given map[string]Given) error {
	for _, n := range rule.Needs {
		g := given[n.ID]
		p := Required{ID: ref.New[PaperID](tx.Now.Time()), Measure: m.ID, Fact: fact, Paper: n.ID, At: tx.Now, ByUser: by.User, ByName: by.Name}
		var err error
		if g.File != nil {
			if p.File, err = k.Files.Attach(ctx, tx, by, FilesOf(m.ID), g.File); err != nil {
				return err
			}
		}
		if p.Sealed, err = k.Cabinet.Vault.SealText(ctx, tx, group(m.ID), whyField(p.ID), strings.TrimSpace(g.Why)); err != nil {
			return err
		}
		if err := insertPaper(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

// Supply hands in later a document that lacked when its fact was recorded.
func (k *Desk) Supply(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, paper PaperID, in *file.Incoming) error {
	if err := by.Require("guardianship.record"); err != nil {
		return err
	}
	if _, err := get(ctx, tx, by, id, tx.ForUpdate()); err != nil {
		return err
	}
	p, err := paperOf(ctx, tx, id, paper)
	switch {
	case err != nil:
		return err
	case p.File != 0:
		return errs.New(errs.Conflict, "这份文书已经有了，请刷新后查看。")
	case in == nil:
		return errs.Fields{"files": "请选择文书的扫描件或者照片。"}.Err()
	}
	if p.File, err = k.Files.Attach(ctx, tx, by, FilesOf(id), in); err != nil {
		return err
	}
	if err := setPaperFile(ctx, tx, p); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "guardianship.record", Subject, id, map[string]any{"paper": p.Paper, "supplied": p.File})
}

// Lacking are the documents of a measure that stand only as reasons.
func (t Told) Lacking() (out []Asked) {
	for _, a := range t.Papers {
		if a.File == 0 {
			out = append(out, a)
		}
	}
	return out
}

// Asked is a required document with what it was required for, and with the
// reason why there is none, where that was revealed.
type Asked struct {
	Required
	Need protection.Need
	For  protection.Fact
	Why  string
}

// asked gives the documents that the facts which stand required.
func (k *Desk) asked(ctx context.Context, tx *db.Tx, t Told) ([]Asked, error) {
	rows, err := papersOf(ctx, tx, t.ID)
	if err != nil {
		return nil, err
	}
	var out []Asked
	for _, p := range rows {
		for _, f := range t.Facts {
			if f.ID != p.Fact || f.Struck != 0 {
				continue
			}
			a := Asked{Required: p, For: f.Rule, Need: protection.Need{ID: p.Paper, Label: "已停用的文书"}}
			for _, n := range f.Rule.Needs {
				if n.ID == p.Paper {
					a.Need = n
				}
			}
			out = append(out, a)
		}
	}
	return out, nil
}

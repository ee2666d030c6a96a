package imports

import (
	"context"
	"hash"
	"io"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child/imports/roster"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/sheet"
)

// Sent is a list that was received and waits to be kept.
type Sent struct {
	ID      ref.Import
	Purpose Purpose
	Source  string
	in      *file.Incoming
	sum     hash.Hash
}

// Receive takes an upload as it comes, outside of any transaction: it is
// encrypted before it stands on the disk.
func (k *Desk) Receive(ctx context.Context, by access.Actor, purpose Purpose, source, name string, upload io.Reader) (*Sent, error) {
	if err := by.Require(purpose.permission()); err != nil {
		return nil, err
	}
	if SourceLabel(source) == source {
		return nil, errs.Fields{"source": "请选择这份名单来自哪里。"}.Err()
	}
	s := &Sent{ID: ref.New[ref.Import](k.DB.Clock.Now()), Purpose: purpose, Source: source, sum: k.Vault.Digest("import")}
	var err error
	s.in, err = k.Files.Receive(ctx, file.Of("import", s.ID), name, io.TeeReader(upload, s.sum))
	if err == nil && s.in.Kind != "xlsx" && s.in.Kind != "txt" {
		err = sheet.ErrNotTable
		if s.in.Kind == "xls" || s.in.Kind == "et" {
			err = sheet.ErrOldFormat
		}
	}
	if err != nil {
		return nil, underFile(err)
	}
	return s, nil
}

// underFile puts what is wrong with a file under the field of the form.
func underFile(err error) error {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.TooLarge:
		if m := messages(err); len(m) == 0 {
			return errs.Fields{"file": text(err)}.Err()
		}
	}
	return err
}

// Known gives the batch of the same content, where the same file was sent
// before in the actor's scope and neither given up nor undone.
func (k *Desk) Known(ctx context.Context, tx *db.Tx, by access.Actor, s *Sent) (Batch, bool, error) {
	return twin(ctx, tx, by, s.Purpose, s.sum.Sum(nil))
}

// Keep stores a received list as a batch.
func (k *Desk) Keep(ctx context.Context, tx *db.Tx, by access.Actor, s *Sent) error {
	if err := by.Require(s.Purpose.permission()); err != nil {
		return err
	}
	b := Batch{ID: s.ID, Purpose: s.Purpose, Source: s.Source, State: Mapping, Digest: s.sum.Sum(nil), Head: []byte{}, Created: tx.Now}
	b.own(by)
	var err error
	if b.File, err = k.Files.Attach(ctx, tx, by, b.subject(), s.in); err != nil {
		return err
	}
	if b.Head, err = k.sealHead(ctx, tx, b.ID, roster.Head{}); err != nil {
		return err
	}
	if err := insert(ctx, tx, b); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, s.Purpose.permission(), "child_import_batch", b.ID, map[string]string{"did": "upload", "source": b.Source})
}

// maxTop is how many rows are looked at for headings and samples.
const maxTop = 40

// Look finds the headings of a batch's list and what they mean, or what they
// meant the last time, and stores that. A file that cannot be read is Invalid
// and its batch given up.
func (k *Desk) Look(ctx context.Context, by access.Actor, id ref.Import, tab string) error {
	b, err := k.Get(ctx, k.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	h, err := k.look(ctx, by, b, tab)
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge) {
		if dropped := k.DB.Write(ctx, func(tx *db.Tx) error { return k.Discard(ctx, tx, by, id) }); dropped != nil {
			return dropped
		}
		return underFile(err)
	}
	if err != nil {
		return err
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := k.lock(ctx, tx, by, id, Mapping)
		if err != nil {
			return err
		}
		if fields, ok, err := remembered(ctx, tx, b.County, b.Source, k.fingerprint(h)); err != nil {
			return err
		} else if ok {
			h.Recall(fields)
		}
		if b.Head, err = k.sealHead(ctx, tx, id, h); err != nil {
			return err
		}
		return update(ctx, tx, b)
	})
}

func (k *Desk) look(ctx context.Context, by access.Actor, b Batch, tab string) (roster.Head, error) {
	content, err := k.Files.Open(ctx, k.DB.Reader(), by, b.subject(), b.File)
	if err != nil {
		return roster.Head{}, err
	}
	defer content.Close()
	words := roster.WordsOf(k.Book().Headings(civil.DateOf(k.DB.Clock.Now())))
	if content.Kind != "xlsx" {
		top, err := topOf(sheet.ReadCSV(content, content.Info.Size, k.limits()))
		return words.Recognize(top), err
	}
	book, err := sheet.Open(content, content.Info.Size, k.limits())
	if err != nil {
		return roster.Head{}, err
	}
	defer book.Close()
	return lookInBook(book, tab, words)
}

// lookInBook takes the tab that was asked for, else the one of which most is known.
func lookInBook(book *sheet.Workbook, tab string, words roster.Words) (roster.Head, error) {
	var best roster.Head
	most := -1
	for _, name := range book.Tabs() {
		if tab != "" && tab != name {
			continue
		}
		top, err := topOf(book.Filled(name))
		if err != nil {
			return best, err
		}
		h := words.Recognize(top)
		if n := len(h.Fields()); n > most {
			best, most = h, n
			best.Tab = name
		}
		if len(top) > 0 && h.Row == 0 && best.Row == 0 && best.Tab == "" {
			best.Tab = name
		}
	}
	best.Tabs = book.Tabs()
	return best, nil
}

func topOf(rows func(yield func(sheet.Row, error) bool)) ([]sheet.Row, error) {
	var top []sheet.Row
	for r, err := range rows {
		if err != nil {
			return nil, err
		}
		if top = append(top, r); len(top) == maxTop {
			break
		}
	}
	return top, nil
}

func (k *Desk) fingerprint(h roster.Head) []byte {
	sum := k.Vault.Digest("import.headings")
	io.WriteString(sum, h.Fingerprint())
	return sum.Sum(nil)
}

// Map says what the columns mean, keeps that for the next list of the source,
// and has the list read by a job.
func (k *Desk) Map(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import, fields []string, category string) error {
	b, err := k.lock(ctx, tx, by, id, Mapping, Staged)
	if err != nil {
		return err
	}
	h, err := k.HeadOf(ctx, tx, b)
	if err != nil {
		return err
	}
	if len(fields) != len(h.Columns) {
		return errs.New(errs.Conflict, "列的对应关系已变化，请刷新后重新核对。")
	}
	for i, key := range fields {
		if key != "" && !roster.Known(key) {
			return errs.Missing()
		}
		h.Columns[i].Field = key
	}
	problems := errs.Fields{}
	for _, p := range h.Problems() {
		problems.Check(false, "columns", p)
	}
	if b.Purpose == Compare {
		_, known := k.Book().Category(category, today(tx))
		problems.Check(known || category == Everybody, "category", "请选择与哪一类档案比对。")
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if b.Category = category; category == Everybody {
		b.Category = ""
	}
	if err := remember(ctx, tx, b.County, b.Source, k.fingerprint(h), strings.Join(fields, ",")); err != nil {
		return err
	}
	if b.Head, err = k.sealHead(ctx, tx, id, h); err != nil {
		return err
	}
	return k.start(ctx, tx, by, b, Reading, readKind)
}

// start puts a batch into the hands of a job.
func (k *Desk) start(ctx context.Context, tx *db.Tx, by access.Actor, b Batch, state State, kind string) error {
	b.State, b.Problem = state, ""
	b.own(by)
	if _, err := job.Add(ctx, tx, by, job.Want{Kind: kind, Key: ref.Format(b.ID), Payload: payload{b.ID}}); err != nil {
		return err
	}
	return update(ctx, tx, b)
}

type payload struct {
	Batch ref.Import `json:"batch"`
}

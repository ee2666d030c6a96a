package region

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region/seed"
)

// maxUpload is the most that one import takes: a large prefecture has about 10,000.
const maxUpload = 60_000

// uploadHours is how long an upload waits for its confirmation.
const uploadHours = 24

// UploadID names an uploaded file.
type UploadID int64

// Upload is a national file that was read and waits to be confirmed.
type Upload struct {
	ID     UploadID
	Holder ref.User
	At     clock.Instant
	Code   string
	File   string
	Rows   string
}

// Stage keeps the rows read from a file until they are confirmed.
func Stage(ctx context.Context, tx *db.Tx, by access.Actor, code, file string, rows []seed.Row) (UploadID, error) {
	if err := by.Require("region.import"); err != nil {
		return 0, err
	}
	if len(rows) > maxUpload {
		return 0, errs.Fields{"file": "文件中有超过6万个区划，请按市州分次导入。"}.Err()
	}
	if _, err := Compare(ctx, tx, by, code, rows); err != nil {
		return 0, err
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.Code + "\t" + r.Name + "\n")
	}
	if err := dropUploads(ctx, tx, tx.Now-clock.Instant(uploadHours*3600*1000)); err != nil {
		return 0, err
	}
	u := Upload{ID: ref.New[UploadID](tx.Now.Time()), Holder: by.User, At: tx.Now, Code: code, File: file, Rows: b.String()}
	return u.ID, insertUpload(ctx, tx, u)
}

// Staged gives an upload of the actor with what it would change now.
func Staged(ctx context.Context, tx *db.Tx, by access.Actor, id UploadID) (Upload, Difference, error) {
	if err := by.Require("region.import"); err != nil {
		return Upload{}, Difference{}, err
	}
	u, err := upload(ctx, tx, by.User, id)
	if err != nil {
		return u, Difference{}, err
	}
	d, err := Compare(ctx, tx, by, u.Code, u.list())
	return u, d, err
}

// Confirm imports an upload of the actor: all of it or nothing.
func Confirm(ctx context.Context, tx *db.Tx, by access.Actor, id UploadID) (Difference, error) {
	u, d, err := Staged(ctx, tx, by, id)
	if err != nil {
		return d, err
	}
	if err := Import(ctx, tx, by, d, FileBasis(u.File, today(tx))); err != nil {
		return d, err
	}
	return d, dropUpload(ctx, tx, id)
}

func (u Upload) list() []seed.Row {
	var rows []seed.Row
	for line := range strings.Lines(u.Rows) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if r, ok := seed.Make(code, name); ok {
			rows = append(rows, r)
		}
	}
	return rows
}

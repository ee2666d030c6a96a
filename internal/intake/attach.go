package intake

import (
	"context"
	"io"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// maxFiles is how many files one report takes.
const maxFiles = 10

// Attach takes a file from the reporter. Pictures lose what tells where, when
// and with what they were taken; kinds that could still tell are refused. The
// name under which the sender kept it is never stored. The same content sent
// again is there once, and is answered after a durable write of its own.
func (k *Desk) Attach(ctx context.Context, d *db.DB, receipt string, upload io.Reader) error {
	r, err := k.find(ctx, d.Reader(), receipt)
	if err != nil {
		return err
	}
	in, err := k.Files.Receive(ctx, r.Subject(), "附件", upload)
	if err != nil {
		return err
	}
	if !in.Kind.Picture() && in.Kind != "txt" {
		return errs.Fields{"file": "为了不泄露您是谁，这里只收照片（.jpg、.png）和纯文本。其他文件里可能带有姓名，请拍成照片再传。"}.Err()
	}
	return d.Write(ctx, func(tx *db.Tx) error { return k.attach(ctx, tx, receipt, in) })
}

func (k *Desk) attach(ctx context.Context, tx *db.Tx, receipt string, in *file.Incoming) error {
	r, err := k.find(ctx, tx, receipt) // locked, so that one sending waits for the other
	if err != nil {
		return err
	}
	again, err := k.Files.Holds(ctx, tx, r.Subject(), in)
	if err != nil {
		return err
	}
	if again {
		return audit.Write(ctx, tx, access.Program, "file.again", "intake_report", r.ID, nil)
	}
	held, err := k.Files.List(ctx, tx, access.Program, r.Subject())
	if err != nil {
		return err
	}
	if len(held) >= maxFiles {
		return errs.New(errs.TooMany, "一件报告最多10个文件。还有别的，请在补充情况里写明。")
	}
	_, err = k.Files.Attach(ctx, tx, access.Program, r.Subject(), in)
	return err
}

// FilesOf lists the files of a report to whoever has revealed it.
func (k *Desk) FilesOf(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]file.Info, error) {
	t, err := k.opened(ctx, tx, by, id)
	if err != nil || k.Files == nil {
		return nil, err
	}
	return k.Files.List(ctx, tx, by, t.Subject())
}

// OpenFile opens a file of a report for whoever has revealed it.
func (k *Desk) OpenFile(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, f ref.File) (*file.Content, error) {
	t, err := k.opened(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	return k.Files.Open(ctx, tx, by, t.Subject(), f)
}

// opened gives the row of a report that the actor has revealed.
func (k *Desk) opened(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Report, error) {
	if err := by.Require("intake.reveal"); err != nil {
		return Report{}, err
	}
	r, err := get(ctx, tx, by, id)
	if err != nil {
		return Report{}, err
	}
	if ok, err := k.Revealed(ctx, tx, by, id); err != nil || !ok {
		return Report{}, errs.Missing()
	}
	return r, nil
}

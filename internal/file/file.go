// Package file keeps attachments 「附件、佐证材料」: encrypted, outside the database.
//
// It owns the table file and the folder of blobs. A file is taken only if its content is of a known, harmless kind;
// pictures lose what tells where and when they were taken. The content is on disk, synced, before the row that names it
// commits: a crash leaves at worst a blob without a row, which Sweep removes. Equal content is kept once within a group
// and never across groups, so that nobody can learn by trying whether somebody else holds a file. A file belongs to one
// subject and is handed out for that subject alone; whether the actor may see the subject is for its own page to check.
// No name and no content stands anywhere in clear.
package file

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// MaxSize is the limit of one file.
const MaxSize = 50 << 20

// Store is the folder of blobs with the vault that seals them. Several
// processes on one database need one folder in common.
type Store struct {
	Dir   string
	Vault *vault.Vault
}

// Subject is what a file belongs to.
type Subject struct {
	Kind  string // table's name, e.g. duty
	ID    int64
	Group vault.Group // what it is sealed and shredded with
}

// Of is a subject with a group of its own.
func Of[T ref.ID](kind string, id T) Subject {
	return Subject{kind, int64(id), vault.GroupOf(kind, id)}
}

// Incoming is a received file that waits to be attached.
type Incoming struct {
	Name string
	Kind Kind
	Size int64

	group   vault.Group
	address []byte
	blob    string
	secret  []byte
}

// Info describes a file.
type Info struct {
	ID      ref.File
	Name    string
	Kind    Kind
	Size    int64
	Added   clock.Instant
	AddedBy ref.User
}

type row struct {
	ID          ref.File
	Subject     string
	SubjectID   int64
	RecordGroup vault.Group
	Name        []byte
	Kind        Kind
	Size        int64
	Address     []byte
	Blob        string
	Secret      []byte
	Added       clock.Instant
	AddedBy     ref.User
}

func (r row) field(column string) vault.Field {
	return vault.Field{Table: "file", Column: column, Row: int64(r.ID)}
}

// Receive takes an upload for a subject, outside of any transaction: it is
// stripped, encrypted, inspected and synced before Receive returns. Content
// that is refused is Invalid under the field "file", one over MaxSize TooLarge.
func (s *Store) Receive(ctx context.Context, sub Subject, name string, upload io.Reader) (*Incoming, error) {
	if err := s.prepare(); err != nil {
		return nil, storage(err)
	}
	f, err := os.CreateTemp(s.temp(), "in-") // mode 0600
	if err != nil {
		return nil, storage(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	in := &Incoming{group: sub.Group, secret: vault.NewSecret()}
	if err := s.write(f, in, &limited{ctx: ctx, r: upload, left: MaxSize}); err != nil {
		return nil, storage(err)
	}
	if err := s.judge(f, in, name); err != nil {
		return nil, err
	}
	return in, storage(s.keep(f, in))
}

// prepare makes the folder, which must not be lost with the power after files
// in it were kept.
func (s *Store) prepare() error {
	if _, err := os.Stat(s.temp()); err == nil {
		return nil
	}
	if err := os.MkdirAll(s.temp(), 0o700); err != nil {
		return err
	}
	return errors.Join(syncDir(s.Dir), syncDir(filepath.Dir(s.Dir)))
}

func (s *Store) temp() string { return filepath.Join(s.Dir, "incoming") }

func (s *Store) write(f *os.File, in *Incoming, upload io.Reader) error {
	e, err := newEncrypter(f, s.Vault.Suite(), in.secret)
	if err != nil {
		return err
	}
	sum := s.digest(in.group)
	if err := strip(io.MultiWriter(sum, e), bufio.NewReaderSize(upload, chunkSize)); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	in.Size, in.address = e.Size, sum.Sum(nil)
	if in.Size == 0 {
		return refused("文件是空的，请选择有内容的文件。")
	}
	return nil
}

func (s *Store) digest(g vault.Group) hash.Hash { return s.Vault.Digest("file/" + string(g)) }

func (s *Store) judge(f *os.File, in *Incoming, name string) error {
	info, err := f.Stat()
	if err != nil {
		return storage(err)
	}
	d, err := newDecrypter(f, info.Size(), in.secret)
	if err != nil {
		return err
	}
	if in.Kind, err = inspect(d, in.Size, name); err != nil {
		return err
	}
	in.Name = cleanName(name, in.Kind)
	return nil
}

// keep syncs the blob and its folder under its final name.
func (s *Store) keep(f *os.File, in *Incoming) error {
	var random [4]byte
	rand.Read(random[:])
	in.blob = hex.EncodeToString(in.address) + "-" + hex.EncodeToString(random[:])
	if err := f.Sync(); err != nil {
		return err
	}
	path := s.path(in.blob)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return errors.Join(syncDir(filepath.Dir(path)), syncDir(s.Dir))
}

func (s *Store) path(blob string) string { return filepath.Join(s.Dir, blob[:2], blob) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// limited stops at the size limit and when the request ends.
type limited struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

// Read gives TooLarge beyond the limit.
func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errs.Newf(errs.TooLarge, "文件超过 %d MB。请压缩图片、删去多余页，或拆成几个文件上传。", MaxSize>>20)
	}
	return n, err
}

func storage(err error) error {
	if _, ours := errors.AsType[*errs.Error](err); err == nil || ours {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errs.Wrap(errs.Full, err, "存储空间已满，附件没有保存。请联系系统管理员清理空间后重试。")
	}
	return fmt.Errorf("file: %w", err)
}

// Attach makes a received file belong to its subject, in the transaction of
// the fact. It journals file.add.
func (s *Store) Attach(ctx context.Context, tx *db.Tx, by access.Actor, sub Subject, in *Incoming) (ref.File, error) {
	if in.group != sub.Group {
		return 0, errs.Missing()
	}
	r := row{ID: ref.New[ref.File](tx.Now.Time()), Subject: sub.Kind, SubjectID: sub.ID, RecordGroup: sub.Group, Kind: in.Kind,
		Size: in.Size, Address: in.address, Blob: in.blob, Added: tx.Now, AddedBy: by.User}
	secret, err := s.share(ctx, tx, &r, in.secret)
	if err != nil {
		return 0, err
	}
	if r.Name, err = s.Vault.SealText(ctx, tx, sub.Group, r.field("name"), in.Name); err != nil {
		return 0, err
	}
	if r.Secret, err = s.Vault.Seal(ctx, tx, sub.Group, r.field("secret"), secret); err != nil {
		return 0, err
	}
	if err := insert(ctx, tx, r); err != nil {
		return 0, fmt.Errorf("file.Attach: %w", err)
	}
	return r.ID, audit.Write(ctx, tx, by, "file.add", sub.Kind, ref.File(sub.ID), map[string]string{"file": ref.Format(r.ID), "kind": string(r.Kind)})
}

// Holds tells whether the subject has a file with the content of a received
// one already, as when an upload was sent again.
func (s *Store) Holds(ctx context.Context, tx *db.Tx, sub Subject, in *Incoming) (bool, error) {
	twin, there, err := byAddress(ctx, tx, sub.Group, in.address)
	return there && twin.Subject == sub.Kind && twin.SubjectID == sub.ID, err
}

// share points the row at a blob with the same content in the same group, if
// there is one, and gives the secret of the blob to which it points.
func (s *Store) share(ctx context.Context, tx *db.Tx, r *row, secret []byte) ([]byte, error) {
	twin, there, err := byAddress(ctx, tx, r.RecordGroup, r.Address)
	if err != nil || !there {
		return secret, err
	}
	if _, err := os.Stat(s.path(twin.Blob)); err != nil {
		return secret, nil
	}
	r.Blob = twin.Blob
	return s.Vault.Open(ctx, tx, twin.RecordGroup, twin.field("secret"), twin.Secret)
}

// List gives the files of a subject, oldest first. The caller has checked
// that by may see the subject.
func (s *Store) List(ctx context.Context, tx *db.Tx, by access.Actor, sub Subject) ([]Info, error) {
	if by.IsZero() {
		return nil, errs.Missing()
	}
	rows, err := ofSubject(ctx, tx, sub)
	if err != nil {
		return nil, fmt.Errorf("file.List: %w", err)
	}
	sealed := make([]vault.Sealed, len(rows))
	for i, r := range rows {
		sealed[i] = vault.Sealed{Group: r.RecordGroup, Field: r.field("name"), Bytes: r.Name}
	}
	names, err := s.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([]Info, len(rows))
	for i, r := range rows {
		out[i] = r.info(names[i])
	}
	return out, nil
}

func (r row) info(name string) Info {
	return Info{r.ID, name, r.Kind, r.Size, r.Added, r.AddedBy}
}

// Remove takes a file off its subject; its content goes with the next Sweep
// unless a twin needs it. It journals file.remove.
func (s *Store) Remove(ctx context.Context, tx *db.Tx, by access.Actor, sub Subject, id ref.File) error {
	if err := remove(ctx, tx, sub, id); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "file.remove", sub.Kind, ref.File(sub.ID), map[string]string{"file": ref.Format(id)})
}

// Content is an open file; it must be closed.
type Content struct {
	Info
	*io.SectionReader
	blob *os.File
}

// Close ends reading.
func (c *Content) Close() error { return c.blob.Close() }

// Open opens a file of this subject; one of another is not found. The caller
// has checked that by may see the subject.
func (s *Store) Open(ctx context.Context, tx *db.Tx, by access.Actor, sub Subject, id ref.File) (*Content, error) {
	r, err := byID(ctx, tx, sub, id)
	if err != nil || by.IsZero() {
		return nil, orMissing(err)
	}
	name, err := s.Vault.OpenText(ctx, tx, r.RecordGroup, r.field("name"), r.Name)
	if err != nil {
		return nil, err
	}
	secret, err := s.Vault.Open(ctx, tx, r.RecordGroup, r.field("secret"), r.Secret)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(s.path(r.Blob))
	if err != nil {
		return nil, errs.Wrap(errs.Internal, err, "附件内容不在存储目录中，请联系系统管理员从备份恢复。")
	}
	c, err := content(f, r.info(name), secret)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return c, nil
}

func orMissing(err error) error {
	if err != nil {
		return err
	}
	return errs.Missing()
}

func content(f *os.File, info Info, secret []byte) (*Content, error) {
	stat, err := f.Stat()
	if err != nil {
		return nil, errDamaged
	}
	d, err := newDecrypter(f, stat.Size(), secret)
	if err != nil {
		return nil, err
	}
	if d.size != info.Size {
		return nil, errDamaged
	}
	return &Content{info, io.NewSectionReader(d, 0, d.size), f}, nil
}

// Serve answers a request with the file, to be saved, or to be shown if it is
// a picture or PDF and inline. Nothing in it can run or be cached.
func (c *Content) Serve(w http.ResponseWriter, r *http.Request, inline bool) {
	h := w.Header()
	how := "attachment"
	if inline && (c.Kind.Picture() || c.Kind == "pdf") {
		how = "inline"
	}
	h.Set("Content-Type", c.Kind.Mime())
	h.Set("Content-Disposition", how+`; filename="file.`+string(c.Kind)+`"; filename*=UTF-8''`+strings.ReplaceAll(url.QueryEscape(c.Name), "+", "%20"))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	http.ServeContent(w, r, "", time.Time{}, c)
}

// orphanAge is how long a blob may wait for its row.
const orphanAge = 24 * time.Hour

// Sweep removes blobs without a row, and uploads that were cut off, once they
// are a day old; a job calls it daily.
func (s *Store) Sweep(ctx context.Context, d *db.DB) (removed int, err error) {
	before := clock.System{}.Now().Add(-orphanAge) // as the times of files are the machine's
	err = filepath.WalkDir(s.Dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return ignoreMissing(err)
		}
		info, err := e.Info()
		if err != nil || info.ModTime().After(before) {
			return ignoreMissing(err)
		}
		used, err := blobUsed(ctx, d.Reader(), e.Name())
		if err != nil || used {
			return err
		}
		removed++
		return ignoreMissing(os.Remove(path))
	})
	if err != nil {
		return removed, fmt.Errorf("file.Sweep: %w", err)
	}
	return removed, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

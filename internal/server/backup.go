package server

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/vault"
)

// manifest is the first entry of a backup.
type manifest struct {
	Made   time.Time `json:"made"`
	Schema int64     `json:"schema"`
	Files  int       `json:"files"`
}

const (
	manifestName = "manifest.json"
	databaseName = "weibao.db"
	sealsName    = "seals.txt"
	filesDir     = "files"
)

// Backup writes the database and the attachments into one sealed file, reads
// it back, and only then gives it its name. Work goes on meanwhile. The key
// file is not in it: whoever finds the backup can read nothing.
func (g *Ground) Backup(ctx context.Context, target string) (err error) {
	if _, err := os.Lstat(target); err == nil {
		return errs.Newf(errs.Conflict, "文件 %s 已存在，不会覆盖。请换一个文件名。", target)
	}
	if !g.Config.Embedded() {
		return errs.New(errs.Invalid, "PostgreSQL 数据库请使用 pg_dump 或数据库自带的备份工具；附件目录请另行复制。")
	}
	dir, err := os.MkdirTemp(g.Config.Backups(), ".making-")
	if err != nil {
		return errs.Wrap(errs.Full, err, "备份没有写成，请检查数据目录的空间和写权限。")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	source := filepath.Join(dir, databaseName)
	if err := g.DB.Copy(ctx, source); err != nil {
		return err
	}
	part := target + ".part"
	defer os.Remove(part)
	if err := g.writeBackup(ctx, part, source); err != nil {
		if errs.KindOf(err) != errs.Internal {
			return err
		}
		return errs.Wrap(errs.Full, err, "备份没有写成，请检查 "+filepath.Dir(target)+" 的空间和写权限。")
	}
	if err := readBack(g.Config.KeyFile(), part); err != nil {
		return err
	}
	if err := place(part, target); err != nil {
		return err
	}
	return os.WriteFile(lastBackup(g.Config.Backups()), []byte(target+"\n"), 0o600)
}

func (g *Ground) writeBackup(ctx context.Context, part, source string) error {
	out, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	sealed, err := g.Vault.Archive(out)
	if err != nil {
		return err
	}
	schema, _, err := g.DB.Version(ctx)
	if err != nil {
		return err
	}
	names, err := attachments(g.Config.Files())
	if err != nil {
		return err
	}
	t := tar.NewWriter(sealed)
	if err := addManifest(t, manifest{g.Clock.Now(), schema, len(names)}); err != nil {
		return err
	}
	if err := addFile(t, databaseName, source); err != nil {
		return err
	}
	seals, err := g.seals(ctx, source)
	if err != nil {
		return err
	}
	if err := addText(t, sealsName, seals); err != nil {
		return err
	}
	for _, name := range names {
		if err := addFile(t, path.Join(filesDir, name), filepath.Join(g.Config.Files(), name)); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), sealed.Close(), out.Sync())
}

// attachments lists the files of a folder, which never change once written.
func attachments(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			return err
		}
		name, err := filepath.Rel(dir, p)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return names, err
}

// seals gives the copied seals of the audit journal up to the last block that
// the copy of the database holds; work went on between the two.
func (g *Ground) seals(ctx context.Context, source string) ([]byte, error) {
	text, err := os.ReadFile(g.Config.Seals())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, source, g.Clock)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	blocks, err := audit.Blocks(ctx, d.Reader())
	if err != nil {
		return nil, err
	}
	var kept []byte
	for line := range bytes.Lines(text) {
		number, _, _ := bytes.Cut(line, []byte(" "))
		if n, err := strconv.ParseInt(string(number), 10, 64); err != nil || n <= blocks {
			kept = append(kept, line...)
		}
	}
	return kept, nil
}

func addManifest(t *tar.Writer, m manifest) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return addText(t, manifestName, text)
}

func addText(t *tar.Writer, name string, text []byte) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text))}); err != nil {
		return err
	}
	_, err := t.Write(text)
	return err
}

func addFile(t *tar.Writer, name, source string) error {
	f, err := os.Open(source)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(t, io.LimitReader(f, info.Size()))
	return err
}

// readBack opens a backup as a restore would, and keeps nothing.
func readBack(keys, name string) error {
	return eachEntry(keys, name, func(string, io.Reader) error { return nil })
}

// eachEntry gives the entries of a backup. They count only once it returns
// nil: damage may show at the very end.
func eachEntry(keys, name string, visit func(name string, body io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "读不出备份文件 "+name+",请检查路径和权限。")
	}
	defer f.Close()
	in, err := vault.ReadArchive(keys, f)
	if err != nil {
		return err
	}
	for t := tar.NewReader(in); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return torn(err)
		}
		if err := visit(h.Name, t); err != nil {
			return torn(err)
		}
		if _, err := io.Copy(io.Discard, t); err != nil {
			return torn(err)
		}
	}
	_, err = io.Copy(io.Discard, in) // to the seal at the end
	return torn(err)
}

func torn(err error) error {
	if err == nil || errs.KindOf(err) != errs.Internal {
		return err
	}
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errs.Wrap(errs.Invalid, err, "备份文件内容无法识别，没有恢复任何内容。请换用另一份备份。")
	}
	return errs.Wrap(errs.Full, err, "恢复没有完成，没有留下任何内容。请检查数据目录的空间和写权限。")
}

// Restore puts a backup into a data folder that holds no database. Everything
// is unpacked beside, checked to the last byte and only then moved to its
// place, the database last: a folder is restored whole or not at all.
func Restore(ctx context.Context, c config.Config, clk clock.Clock, name string) (err error) {
	if !c.Embedded() {
		return errs.New(errs.Invalid, "PostgreSQL 数据库请使用 pg_restore 或数据库自带的恢复工具。")
	}
	if err := errors.Join(c.Check(), c.Prepare()); err != nil {
		return err
	}
	release, err := c.Lock()
	if err != nil {
		return err
	}
	defer release()
	if _, err := os.Lstat(c.DatabaseFile()); err == nil {
		return errs.Newf(errs.Conflict, "数据目录 %s 中已有数据库，不会覆盖。请先移走它，或用 --data 指定空目录。", c.Data)
	}
	dir, err := os.MkdirTemp(c.Data, ".restoring-")
	if err != nil {
		return errs.Wrap(errs.Full, err, "恢复没有开始，请检查数据目录的空间和写权限。")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	err = eachEntry(c.KeyFile(), name, func(entry string, body io.Reader) error { return unpack(dir, entry, body) })
	if err != nil {
		return err
	}
	if err := sound(ctx, filepath.Join(dir, databaseName), clk); err != nil {
		return err
	}
	return takeOver(c, dir)
}

func unpack(dir, entry string, body io.Reader) error {
	if !filepath.IsLocal(entry) || !slices.Contains([]string{manifestName, databaseName, sealsName}, entry) && !strings.HasPrefix(entry, filesDir+"/") {
		return errs.New(errs.Invalid, "备份文件中有不认识的内容，没有恢复任何内容。请换用另一份备份。")
	}
	target := filepath.Join(dir, filepath.FromSlash(entry))
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, body); err != nil {
		return err
	}
	return f.Sync()
}

// sound opens the unpacked database: it must be whole and not newer than the program.
func sound(ctx context.Context, file string, clk clock.Clock) error {
	if _, err := os.Stat(file); err != nil {
		return errs.Wrap(errs.Invalid, err, "备份中没有数据库，没有恢复任何内容。请换用另一份备份。")
	}
	d, err := db.Open(ctx, file, clk)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Intact(ctx); err != nil {
		return err
	}
	current, target, err := d.Version(ctx)
	if err == nil && current > target {
		err = errs.Newf(errs.Conflict, "备份的数据库结构（版本 %d）比程序（版本 %d）新，没有恢复任何内容。请换用新版程序。", current, target)
	}
	return err
}

// place gives a finished file its name, durably.
func place(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("server.Backup: %w", err)
	}
	return syncDir(filepath.Dir(to))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// takeOver moves what was unpacked to its place; attachments bear the names
// of their content, so those already there are the same.
func takeOver(c config.Config, dir string) error {
	names, err := attachments(filepath.Join(dir, filesDir))
	if err != nil {
		return fmt.Errorf("server.Restore: %w", err)
	}
	for _, name := range names {
		target := filepath.Join(c.Files(), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return fmt.Errorf("server.Restore: %w", err)
		}
		if err := place(filepath.Join(dir, filesDir, filepath.FromSlash(name)), target); err != nil {
			return err
		}
	}
	if err := place(filepath.Join(dir, sealsName), c.Seals()); err != nil {
		return err
	}
	return place(filepath.Join(dir, databaseName), c.DatabaseFile())
}

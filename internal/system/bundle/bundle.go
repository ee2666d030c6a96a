// Package bundle makes the support bundle 「支持包」: one archive that tells
// whoever helps from outside how an installation stands.
//
// It owns no table. It holds versions, settings without their values where
// these are secret, what the checks found, the migrations, sizes and numbers
// of rows, states of background work, figures of the machine and recent lines
// of the log. It promises that nothing of people stands in it: no content of
// any row, no name, key, password or address; lines of the log pass a list of
// what may stay. A part that cannot be made says so, for a bundle is wanted
// when something is ill. Each making is journalled. It never sends anything.
package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/ref"
)

// Check is what a check of the installation found.
type Check struct {
	What  string `json:"what"`
	Says  string `json:"says"`
	State string `json:"state"` // ok, warn, bad
}

// Source is what a bundle is made from.
type Source struct {
	DB      *db.DB // nil where it cannot be opened
	Clock   clock.Clock
	Config  config.Config
	Serve   *config.Serve // nil beside the serving process
	Version string        // of the program
	County  string        // name of its pack
	Checks  func(ctx context.Context) []Check
	Log     [][]byte // recent lines
}

// Part is one file of a bundle.
type Part struct {
	Name, Label string
	Failed      string // why it could not be made, or ""
}

// Bundle is a finished archive.
type Bundle struct {
	Name  string // of the file
	Parts []Part
	Zip   []byte
}

// Permission is what making one needs.
const Permission access.Permission = "system.bundle"

// Trace journals that a bundle is made. The command line acts as the program.
func Trace(ctx context.Context, d *db.DB, by access.Actor) error {
	if by.User != access.Program.User {
		if err := by.Require(Permission); err != nil {
			return err
		}
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, by, Permission, "system", ref.User(by.User), nil)
	})
}

// maker makes one part; progress may be told while it takes its time.
type maker struct {
	name, label string
	make        func(ctx context.Context, s Source, tell func(done, all int)) (any, error)
}

var makers = []maker{
	{"versions.json", "程序、数据库和系统的版本", versions},
	{"settings.json", "配置（不含地址、口令和密钥）", settings},
	{"health.json", "检查结果", health},
	{"migrations.json", "数据库结构升级记录", migrations},
	{"tables.json", "各表的行数和大小（不含内容）", tables},
	{"jobs.json", "后台作业的状态", jobs},
	{"machine.json", "机器的运行指标", machine},
	{"log.jsonl", "最近的日志（隐去可能涉及个人的内容）", lines},
}

// Labels tells in words what a bundle holds.
func Labels() []string {
	out := make([]string, len(makers))
	for i, m := range makers {
		out[i] = m.label
	}
	return out
}

// Make makes the parts one after the other, and tells of each as it begins.
// It fails only if ctx ends.
func Make(ctx context.Context, s Source, tell func(label string, done, all int)) (Bundle, error) {
	now := s.Clock.Now()
	out := Bundle{Name: "weibao-support-" + now.Format("20060102-150405") + ".zip"}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range makers {
		tell(m.label, 0, 0)
		content, err := m.make(ctx, s, func(done, all int) { tell(m.label, done, all) })
		if ctx.Err() != nil {
			return Bundle{}, fmt.Errorf("bundle.Make: %w", ctx.Err())
		}
		part := Part{Name: m.name, Label: m.label}
		if err != nil {
			part.Failed = scrub(err.Error())
			content = map[string]string{"failed": part.Failed}
		}
		if err := put(z, m.name, content); err != nil {
			return Bundle{}, err
		}
		out.Parts = append(out.Parts, part)
	}
	if err := put(z, "README.txt", []byte(readme(out.Parts))); err != nil {
		return Bundle{}, err
	}
	if err := z.Close(); err != nil {
		return Bundle{}, fmt.Errorf("bundle.Make: %w", err)
	}
	out.Zip = b.Bytes()
	return out, nil
}

func readme(parts []Part) string {
	var b bytes.Buffer
	b.WriteString("未保通支持包\n\n用于请人协助排查问题。不含任何业务数据和个人信息：没有姓名、证件号码、电话、地址、网络地址、口令和密钥，也没有任何记录的内容。\n送出之前可以逐个打开查看，全部是文本。\n\n")
	for _, p := range parts {
		fmt.Fprintf(&b, "%-16s %s", p.Name, p.Label)
		if p.Failed != "" {
			b.WriteString("（没有取到）")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func put(z *zip.Writer, name string, content any) error {
	text, ready := content.([]byte)
	if !ready {
		var err error
		if text, err = json.MarshalIndent(content, "", "  "); err != nil {
			return fmt.Errorf("bundle.Make: %w", err)
		}
	}
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		return fmt.Errorf("bundle.Make: %w", err)
	}
	return nil
}

type failure string

func (f failure) Error() string { return string(f) }

const errNoDatabase = failure("database is not open")

func versions(ctx context.Context, s Source, _ func(int, int)) (any, error) {
	out := map[string]any{"program": s.Version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH, "county": s.County, "made": s.Clock.Now()}
	if s.DB == nil {
		return out, nil
	}
	server, err := s.DB.Server(ctx)
	if err != nil {
		return nil, err
	}
	current, target, err := s.DB.Version(ctx)
	if err != nil {
		return nil, err
	}
	out["database"], out["database_version"], out["schema"], out["schema_of_program"] = s.DB.Dialect, server, current, target
	return out, nil
}

func health(ctx context.Context, s Source, _ func(int, int)) (any, error) {
	list := s.Checks(ctx)
	for i := range list {
		list[i].Says = scrubKeepingWords(list[i].Says)
	}
	return list, nil
}

func migrations(ctx context.Context, s Source, _ func(int, int)) (any, error) {
	if s.DB == nil {
		return nil, errNoDatabase
	}
	steps, err := s.DB.Steps(ctx)
	if err != nil {
		return nil, err
	}
	type line struct {
		Version int64 `json:"version"`
		Applied any   `json:"applied"`
	}
	out := make([]line, len(steps))
	for i, step := range steps {
		out[i].Version = step.Version
		if step.At != 0 {
			out[i].Applied = step.At.Time()
		}
	}
	return out, nil
}

func tables(ctx context.Context, s Source, tell func(int, int)) (any, error) {
	if s.DB == nil {
		return nil, errNoDatabase
	}
	list, err := s.DB.Tables(ctx, tell)
	if err != nil {
		return nil, err
	}
	size, err := s.DB.Size(ctx)
	if err != nil {
		return nil, err
	}
	type line struct {
		Name  string `json:"name"`
		Rows  int64  `json:"rows"`
		Bytes int64  `json:"bytes"`
	}
	out := struct {
		Bytes  int64  `json:"bytes"`
		Tables []line `json:"tables"`
	}{Bytes: size}
	for _, t := range list {
		out.Tables = append(out.Tables, line(t))
	}
	return out, nil
}

func jobs(ctx context.Context, s Source, _ func(int, int)) (any, error) {
	if s.DB == nil {
		return nil, errNoDatabase
	}
	list, err := job.States(ctx, s.DB.Reader())
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b job.KindState) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.State, b.State))
	})
	return list, nil
}

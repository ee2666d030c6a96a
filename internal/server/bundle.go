package server

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/system/bundle"
)

// bundle makes the support bundle of the serving process.
func (a *App) bundle(ctx context.Context) (bundle.Bundle, error) {
	s := a.bundleSource(ctx)
	s.Serve, s.Log = &a.Serve, a.Recent.Lines()
	return bundle.Make(ctx, s, func(string, int, int) {})
}

func (g *Ground) bundleSource(ctx context.Context) bundle.Source {
	s := bundle.Source{DB: g.DB, Clock: g.Clock, Config: g.Config, Version: Version, Checks: func(ctx context.Context) []bundle.Check {
		var out []bundle.Check
		for _, f := range Doctor(ctx, g) {
			out = append(out, bundle.Check{What: f.What, Says: f.Says, State: f.state()})
		}
		return out
	}}
	if county, ok, err := org.Installed(ctx, g.DB.Reader()); err == nil && ok {
		s.County = county.Name
	}
	return s
}

func (f Finding) state() string {
	switch {
	case f.Bad:
		return "bad"
	case f.Warn:
		return "warn"
	}
	return "ok"
}

// Bundle writes a support bundle of an installation that another process may
// be serving, with lines of a log that were kept elsewhere. An installation
// that cannot be opened gets one, too: it says why. It returns the parts, and
// whether the making could be journalled.
func Bundle(ctx context.Context, c config.Config, clk clock.Clock, log *slog.Logger, target string, lines [][]byte, tell func(label string, done, all int)) (parts []bundle.Part, traced bool, err error) {
	if _, err := os.Lstat(target); err == nil {
		return nil, false, errs.Newf(errs.Conflict, "文件 %s 已存在，不会覆盖。请换一个文件名。", target)
	}
	if err := c.Check(); err != nil {
		return nil, false, err
	}
	if _, err := os.Stat(c.Data); err != nil {
		return nil, false, errs.Wrap(errs.NotFound, err, "没有数据目录 "+c.Data+"。请用 --data 指定正确的目录。")
	}
	s := bundle.Source{Clock: clk, Config: c, Version: Version}
	g, err := OpenBeside(ctx, c, clk, log)
	if err == nil {
		defer func() { err = errors.Join(err, g.Close()) }()
		s = g.bundleSource(ctx)
		traced = bundle.Trace(ctx, g.DB, access.Program) == nil
	} else {
		says := Words(err)
		s.Checks = func(context.Context) []bundle.Check {
			return []bundle.Check{{What: "数据库", Says: says, State: "bad"}}
		}
	}
	s.Log = lines
	made, err := bundle.Make(ctx, s, tell)
	if err != nil {
		return nil, traced, err
	}
	part := target + ".part"
	defer os.Remove(part)
	if err := os.WriteFile(part, made.Zip, 0o600); err != nil {
		return nil, traced, errs.Wrap(errs.Full, err, "支持包没有写成，请检查 "+target+" 所在目录的空间和写权限。")
	}
	return made.Parts, traced, place(part, target)
}

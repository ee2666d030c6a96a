package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/demo"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/server"
)

// demoCmd fills an empty data folder with the fictional county and serves it.
type demoCmd struct {
	config.Config
	Listen   string `help:"监听地址" default:"127.0.0.1:8080" env:"WEIBAO_LISTEN" placeholder:"ADDR"`
	Children int    `help:"虚构儿童档案的份数" default:"20000" placeholder:"N"`
	Fill     bool   `help:"只生成数据，不启动服务"`
	// A demo and its tests look at days to come; a real installation has no such flag.
	Clock time.Duration `help:"把时钟拨快这么久再启动，仅供演示超期和催办，如 240h" placeholder:"DURATION"`
}

// Run plays the story once; a folder that holds it already is served as it is.
func (c *demoCmd) Run(out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	s := config.Serve{Listen: c.Listen, Profile: "demo"}
	if err := s.Check(); err != nil {
		return err
	}
	if err := c.fill(ctx, s, out); err != nil {
		return err
	}
	tellAccounts(out)
	if c.Fill {
		return nil
	}
	return serve(ctx, c.Config, s, clock.Shifted{Base: clock.System{}, By: c.Clock}, out)
}

func (c *demoCmd) fill(ctx context.Context, s config.Serve, out io.Writer) (err error) {
	now := clock.System{}.Now()
	story := clock.At(now)
	g, err := server.OpenGround(ctx, c.Config, story, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	county, there, err := org.Installed(ctx, g.DB.Reader())
	switch {
	case err != nil:
		return err
	case there && county.Name == demo.County && c.told():
		return nil
	case there && county.Name == demo.County:
		return errs.New(errs.Conflict, "数据目录 "+c.Data+" 中的演示数据上次没有生成完。请清空这个目录后重试，或用 --data 指定一个空目录。")
	case there:
		return errs.New(errs.Conflict, "数据目录 "+c.Data+" 中已有其他县的数据，演示不会改动它。请用 --data 指定一个空目录。")
	}
	if _, err := g.LoadCounty(ctx, demo.County); err != nil {
		return err
	}
	app, err := server.Assemble(ctx, g, s)
	if err != nil {
		return err
	}
	stage := demo.Stage{DB: g.DB, Clock: story, Guard: app.Guard, Book: app.Rules, Say: out, Desk: app.Plans, Cabinet: app.Cabinet, Children: c.Children, Assessor: app.Assessor, Cases: app.Cases, Referrer: app.Referrer, Alarm: app.Alarm, Screener: app.Screener,
		Reception: app.Reception, Orders: app.Orders(), Guardian: app.Guardian, Justice: app.Justice,
		Numbers: app.Ledgers(), Lists: app.Imports(), Clear: app.Disclosure(), Special: app.Specialist(), Requests: app.Counter()}
	if _, err := stage.Play(ctx, now); err != nil {
		return err
	}
	return os.WriteFile(c.mark(), nil, 0o600)
}

// mark is the file which says that the story was told to its end.
func (c *demoCmd) mark() string { return filepath.Join(c.Data, "demo.done") }

func (c *demoCmd) told() bool {
	_, err := os.Stat(c.mark())
	return err == nil
}

// tellAccounts prints one account of each role; all share a password.
func tellAccounts(out io.Writer) {
	fmt.Fprintf(out, "演示账号（口令都是 %s）：\n", demo.Password)
	for _, a := range demo.Guide {
		fmt.Fprintf(out, "  %-12s %s\n", a.Login, a.Role)
	}
}

package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/server"
	"weibao/internal/system/bundle"
)

// serveCmd serves the desk.
type serveCmd struct {
	config.Config
	config.Serve
}

// Run serves until the process is told to stop.
func (c *serveCmd) Run(out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return serve(ctx, c.Config, c.Serve, clock.System{}, out)
}

func serve(ctx context.Context, c config.Config, s config.Serve, clk clock.Clock, out io.Writer) (err error) {
	if err := s.Check(); err != nil {
		return err
	}
	server.Tune()
	g, err := server.OpenGround(ctx, c, clk, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	g.Recent = recent
	app, err := server.Assemble(ctx, g, s)
	if err != nil {
		return err
	}
	l, err := server.Listen(ctx, s.Listen)
	if err != nil {
		return err
	}
	return app.Run(ctx, l, out)
}

// recent keeps the last lines of the log for the support bundle.
var recent = new(bundle.Recent)

// logger writes what operators read, one JSON object a line, to standard error.
func logger() *slog.Logger {
	level := slog.LevelInfo
	if os.Getenv("WEIBAO_LOG") == "quiet" {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewJSONHandler(io.MultiWriter(os.Stderr, recent), &slog.HandlerOptions{Level: level}))
}

func firstOf(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"io"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/server"
)

// migrateCmd brings the schema up to date, with a backup before.
type migrateCmd struct{ config.Config }

// Run migrates and says from which version to which.
func (c *migrateCmd) Run(out io.Writer) (err error) {
	ctx := context.Background()
	g, err := server.OpenDB(ctx, c.Config, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	before, target, err := g.DB.Version(ctx)
	if err != nil {
		return err
	}
	if before == target {
		fmt.Fprintf(out, "数据库结构已是最新版本 %d。\n", target)
		return nil
	}
	if err := g.DB.Migrate(ctx, c.Backups()); err != nil {
		return err
	}
	fmt.Fprintf(out, "数据库结构已从版本 %d 升级到 %d。\n", before, target)
	return nil
}

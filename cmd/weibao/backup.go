package main

import (
	"context"
	"fmt"
	"io"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/server"
)

// backupCmd writes the whole installation, but for its keys, into one sealed file.
type backupCmd struct {
	config.Config
	File string `arg:"" help:"备份文件"`
}

// Run writes the backup, reads it back, and reminds of the keys.
func (c *backupCmd) Run(out io.Writer) (err error) {
	ctx := context.Background()
	g, err := server.OpenBeside(ctx, c.Config, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	if err := g.Backup(ctx, c.File); err != nil {
		return err
	}
	fmt.Fprintf(out, "已备份到 %s，并已回读校验。\n恢复时需要密钥文件 %s:请离线保存两份副本，不要与备份放在一起。\n", c.File, c.KeyFile())
	return nil
}

// restoreCmd brings a backup back into an empty data folder.
type restoreCmd struct {
	config.Config
	File string `arg:"" help:"备份文件"`
}

// Run restores everything or nothing.
func (c *restoreCmd) Run(out io.Writer) error {
	if err := server.Restore(context.Background(), c.Config, clock.System{}, c.File); err != nil {
		return err
	}
	fmt.Fprintf(out, "已恢复到 %s。\n", c.Data)
	return nil
}

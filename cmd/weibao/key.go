package main

import (
	"context"
	"fmt"
	"io"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/server"
	"weibao/internal/vault"
)

// keyCmd works on the master keys, beside a serving process or without one.
type keyCmd struct {
	List   keyListCmd   `cmd:"" help:"列出主密钥及其状态（不显示密钥内容）"`
	Rotate keyRotateCmd `cmd:"" help:"轮换主密钥：生成新密钥，并重新加密所有数据密钥"`
	Retire keyRetireCmd `cmd:"" help:"销毁旧主密钥：此后轮换前的备份不能再解密"`
}

type keyListCmd struct{ config.Config }

var keyWords = map[string]string{"wrap": "加密", "integrity": "封存和校验", "blind": "精确查找", vault.Current: "使用中", vault.Old: "旧密钥", vault.Retired: "已销毁"}

// Run prints a line for each key.
func (c *keyListCmd) Run(out io.Writer) error {
	return withKeys(c.Config, func(ctx context.Context, g *server.Ground) error {
		keys, shredded, err := g.Vault.Status(ctx, g.DB.Reader(), access.Program)
		if err != nil {
			return err
		}
		for _, k := range keys {
			fmt.Fprintf(out, "%s  %s  %s  数据密钥 %d 个\n", k.ID, keyWords[k.Purpose], keyWords[k.State], k.DataKeys)
		}
		fmt.Fprintf(out, "已销毁的数据密钥 %d 个\n", shredded)
		return nil
	})
}

type keyRotateCmd struct {
	config.Config
	Integrity bool `help:"轮换审计封存和权限校验用的密钥"`
}

// Run makes the new key and tells the progress.
func (c *keyRotateCmd) Run(out io.Writer) error {
	return withKeys(c.Config, func(ctx context.Context, g *server.Ground) error {
		rotate := func() (vault.Rotation, error) {
			return g.Vault.Rotate(ctx, g.DB, access.Program, func(done int) {
				if done%10_000 == 0 {
					fmt.Fprintf(out, "已重新加密 %d 个数据密钥\n", done)
				}
			})
		}
		if c.Integrity {
			rotate = func() (vault.Rotation, error) { return g.Vault.RotateIntegrity(ctx, g.DB, access.Program) }
		}
		r, err := rotate()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "新主密钥 %s 已启用，重新加密 %d 个数据密钥。\n", r.Key, r.Rewrapped)
		fmt.Fprintf(out, "请立即把 %s 重新离线备份两份；多台机器共用数据库时，把它复制到每一台。\n", c.KeyFile())
		return nil
	})
}

type keyRetireCmd struct {
	config.Config
	ID string `arg:"" help:"旧主密钥的编号，见 weibao key list"`
}

// Run destroys the key in the key file of this machine.
func (c *keyRetireCmd) Run(out io.Writer) error {
	return withKeys(c.Config, func(ctx context.Context, g *server.Ground) error {
		if err := g.Vault.Retire(ctx, g.DB, access.Program, c.ID); err != nil {
			return err
		}
		fmt.Fprintf(out, "旧主密钥 %s 已从密钥文件中销毁。请同时销毁含有它的离线副本。\n", c.ID)
		return nil
	})
}

func withKeys(c config.Config, do func(ctx context.Context, g *server.Ground) error) (err error) {
	ctx := context.Background()
	g, err := server.OpenBeside(ctx, c, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	return do(ctx, g)
}

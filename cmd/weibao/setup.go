package main

import (
	"context"
	"fmt"
	"io"

	"weibao/internal/auth"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/server"
)

// setupCmd opens the accounts of the three administrators, or recovers one.
type setupCmd struct {
	config.Config
	Profile string `help:"登录安全策略：dengbao（等级保护三级）或 asvs" default:"dengbao" env:"WEIBAO_PROFILE"`
	Recover string `help:"为忘记口令或更换手机的管理员重置登录凭据" placeholder:"账号"`
}

// Run prints what must be handed to each administrator in person; it is shown once.
func (c *setupCmd) Run(out io.Writer) (err error) {
	ctx := context.Background()
	g, err := server.OpenGround(ctx, c.Config, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	guard, err := g.Guard(config.Serve{Profile: c.Profile})
	if err != nil {
		return err
	}
	var handed []auth.Handed
	if c.Recover != "" {
		one, err := guard.Recover(ctx, c.Recover)
		if err != nil {
			return err
		}
		handed = append(handed, one)
	} else {
		county, there, err := org.Installed(ctx, g.DB.Reader())
		if err != nil {
			return err
		}
		if !there {
			return errs.New(errs.Conflict, "还没有设置本县。请先执行 weibao county load 县名。")
		}
		if handed, err = guard.Setup(ctx, county.Region); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "以下内容只显示一次。三个账号须交给三个不同的人，当面交付：")
	for _, h := range handed {
		fmt.Fprintf(out, "  %s  账号 %s  一次性口令 %s  激活码 %s\n", h.Role.Label(), h.Login, h.Password, h.Activation)
	}
	return nil
}

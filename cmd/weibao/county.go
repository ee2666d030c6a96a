package main

import (
	"context"
	"fmt"
	"io"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/server"
)

// countyCmd works on the county of an installation.
type countyCmd struct {
	Load countyLoadCmd `cmd:"" help:"按县规则包初始化：行政区划、单位、工作日历和三员账号"`
}

// countyLoadCmd sets up an empty installation for a county.
type countyLoadCmd struct {
	config.Config
	Name string `arg:"" help:"县规则包的名称"`
}

// Run loads the pack and says what came in. Done again it adds only what is new.
func (c *countyLoadCmd) Run(out io.Writer) (err error) {
	ctx := context.Background()
	g, err := server.OpenGround(ctx, c.Config, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	done, err := g.LoadCounty(ctx, c.Name)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s:新增行政区划 %d 个、单位 %d 个、村居和乡镇单位 %d 个、别名 %d 个；未保办设在%s。\n",
		done.Title, done.Regions.Added, done.Units.Units, done.Units.Places, done.Units.Aliases, done.Units.Office)
	for _, name := range done.Regions.Without {
		fmt.Fprintf(out, "程序未带有%s的乡镇和村居，请在“行政区划”页面导入。\n", name)
	}
	return nil
}

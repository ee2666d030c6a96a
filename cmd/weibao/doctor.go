package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/server"
)

// doctorCmd looks at an installation and changes nothing.
type doctorCmd struct{ config.Config }

var errIll = errors.New("检查发现必须处理的问题，见上")

// Run prints a line for each thing looked at, and fails if one of them is bad.
func (c *doctorCmd) Run(out io.Writer) (err error) {
	ctx := context.Background()
	g, err := server.OpenBeside(ctx, c.Config, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	bad := false
	for _, f := range server.Doctor(ctx, g) {
		mark := "正常"
		if f.Warn {
			mark = "注意"
		}
		if f.Bad {
			mark, bad = "故障", true
		}
		fmt.Fprintf(out, "[%s] %s:%s\n", mark, f.What, f.Says)
	}
	if bad {
		return errIll
	}
	return nil
}

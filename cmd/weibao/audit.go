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

// auditCmd works on the audit journal.
type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"校验审计链：任何改动、缺失、调换、截断和回退都会列出"`
}

// auditVerifyCmd reads the whole journal and changes nothing.
type auditVerifyCmd struct{ config.Config }

var errTampered = errors.New("审计链校验未通过，见上。请保护现场并报告审计管理员")

// Run lists every fault, and fails if there is one.
func (c *auditVerifyCmd) Run(out io.Writer) (err error) {
	ctx := context.Background()
	g, err := server.OpenBeside(ctx, c.Config, clock.System{}, logger())
	if err != nil {
		return err
	}
	defer func() { err = firstOf(err, g.Close()) }()
	report, err := g.Vault.Sealer(c.Seals()).Verify(ctx, g.DB.Reader())
	if err != nil {
		return err
	}
	for _, f := range report.Faults {
		fmt.Fprintf(out, "第 %d 块：%s\n", f.Block, f.What)
	}
	if !report.OK() {
		return errTampered
	}
	fmt.Fprintf(out, "审计链完好：%d 块，%d 条已封存，%d 条待封存。\n", report.Blocks, report.Sealed, report.Open)
	return nil
}

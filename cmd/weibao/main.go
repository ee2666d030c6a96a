// Command weibao is the whole product: it serves the desk, compiles plans, checks rules and looks after the data.
// Each subcommand stands in a file of its own.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// cli is the list of subcommands.
type cli struct {
	Plan  planCmd  `cmd:"" help:"工作方案"`
	Rules rulesCmd `cmd:"" help:"规则"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run parses the arguments and runs the subcommand; a mistake is one plain line and a non-zero status.
func run(args []string, out, complaints io.Writer) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("weibao"), kong.Description("未保通"), kong.Writers(out, complaints),
		kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintln(complaints, "weibao:", err)
		return 2
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(complaints, "weibao:", err)
		return 2
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(complaints, "weibao:", err)
		return 1
	}
	return 0
}

// Command weibao is the whole product: it serves the desk, compiles plans, checks rules and looks after the data.
// Each subcommand stands in a file of its own.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"weibao/internal/server"
)

// cli is the list of subcommands.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"启动服务"`
	Demo    demoCmd    `cmd:"" help:"生成虚构的演示县并启动服务"`
	Plan    planCmd    `cmd:"" help:"工作方案"`
	Rules   rulesCmd   `cmd:"" help:"规则"`
	County  countyCmd  `cmd:"" help:"本县设置"`
	Setup   setupCmd   `cmd:"" help:"开通三员账号，或为管理员重置登录凭据"`
	Key     keyCmd     `cmd:"" help:"主密钥：列出、轮换、销毁"`
	Audit   auditCmd   `cmd:"" help:"审计"`
	Migrate migrateCmd `cmd:"" help:"升级数据库结构（升级前自动备份）"`
	Backup  backupCmd  `cmd:"" help:"备份到一个加密文件"`
	Restore restoreCmd `cmd:"" help:"从备份文件恢复到空的数据目录"`
	Doctor  doctorCmd  `cmd:"" help:"检查配置、数据库、密钥、磁盘和作业"`
	Support supportCmd `cmd:"" help:"请人协助：制作支持包"`
	Version versionCmd `cmd:"" help:"版本"`
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
		fmt.Fprintln(complaints, "weibao:", mistake(err))
		return 2
	}
	if err := ctx.Run(); err != nil {
		fmt.Fprintln(complaints, "weibao:", oneLine(err))
		return 1
	}
	return 0
}

// oneLine gives what a person reads of an error.
func oneLine(err error) string {
	line, _, _ := strings.Cut(server.Words(err), "\n")
	return line
}

// mistakes turns the parser's words into the product's.
var mistakes = []struct{ from, to string }{
	{"unknown flag ", "没有这个选项："},
	{"unexpected argument ", "多余的参数："},
	{"missing flags: ", "缺少选项："},
	{"expected string value but got \"EOL\" (<EOL>)", "缺少取值"},
	{"expected one of ", "缺少子命令，可用："},
	{"expected ", "缺少参数："},
	{"did you mean ", "您是不是要找 "},
}

func mistake(err error) string {
	text := err.Error()
	for _, m := range mistakes {
		text = strings.ReplaceAll(text, m.from, m.to)
	}
	return text + "。用法见 weibao --help"
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/errs"
	"weibao/internal/server"
)

// supportCmd helps whoever asks for help.
type supportCmd struct {
	Bundle supportBundleCmd `cmd:"" help:"制作支持包：版本、配置、检查结果、表的大小、作业状态、日志和机器指标，不含业务数据和个人信息"`
}

type supportBundleCmd struct {
	config.Config
	File string `arg:"" help:"支持包文件（.zip）"`
	Log  string `help:"程序日志文件，取最后两千行；写 - 从标准输入读" placeholder:"FILE"`
}

// Run writes the bundle and tells of each part.
func (c *supportBundleCmd) Run(out io.Writer) error {
	lines, err := logLines(c.Log)
	if err != nil {
		return err
	}
	last := ""
	parts, traced, err := server.Bundle(context.Background(), c.Config, clock.System{}, logger(), c.File, lines, func(label string, done, all int) {
		if label != last {
			fmt.Fprintf(out, "正在收集：%s\n", label)
			last = label
		}
		if done > 0 && done%50 == 0 {
			fmt.Fprintf(out, "  %d/%d\n", done, all)
		}
	})
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Failed != "" {
			fmt.Fprintf(out, "没有取到：%s\n", p.Label)
		}
	}
	if !traced {
		fmt.Fprintln(out, "注意：数据库不能写入，这次制作没有记入审计记录。")
	}
	fmt.Fprintf(out, "支持包已写到 %s。里面没有业务数据和个人信息，全部是文本；请先打开看过再送出。\n", c.File)
	return nil
}

// maxLog bounds what is read of a log, from its end.
const maxLog = 64 << 20

func logLines(name string) ([][]byte, error) {
	if name == "" {
		return nil, nil
	}
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, errs.Wrap(errs.Invalid, err, "读不出日志文件 "+name+"，请检查路径和权限。")
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.Size() > maxLog {
			if _, err := f.Seek(-maxLog, io.SeekEnd); err != nil {
				return nil, errs.Wrap(errs.Invalid, err, "读不出日志文件 "+name+"，请检查路径和权限。")
			}
		}
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, maxLog))
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "读不出日志 "+name+"，请检查路径和权限。")
	}
	return bytes.Split(text, []byte("\n")), nil
}

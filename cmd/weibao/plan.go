package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"weibao/internal/plan/compile"
	"weibao/internal/plan/compile/paper"
)

// planCmd works on plans.
type planCmd struct {
	Compile planCompileCmd `cmd:"" help:"读出工作方案中的任务、牵头和配合单位、时限、指标与文件"`
}

// planCompileCmd compiles plans and prints what they order; it stores nothing.
type planCompileCmd struct {
	Format string   `enum:"json,table" default:"json" help:"输出格式:json(每份方案一行)或 table(对齐的表)"`
	Files  []string `arg:"" name:"文件" help:".txt 或 .docx 文件;- 表示标准输入"`
}

// Run compiles each file in turn. A file that cannot be read does not keep the others from being compiled.
func (c *planCompileCmd) Run(out io.Writer) error {
	var failed []error
	for _, file := range c.Files {
		if err := c.one(file, out); err != nil {
			failed = append(failed, fmt.Errorf("%s：%w", file, err))
		}
	}
	switch len(failed) {
	case 0:
		return nil
	case 1:
		return failed[0]
	}
	for _, err := range failed[:len(failed)-1] {
		fmt.Fprintln(os.Stderr, "weibao:", err)
	}
	return failed[len(failed)-1]
}

func (c *planCompileCmd) one(file string, out io.Writer) error {
	raw, err := readPlanFile(file)
	if err != nil {
		return err
	}
	if file == "-" {
		file = "stdin"
	}
	p, err := compile.Compile(file, raw)
	if err != nil {
		return err
	}
	if c.Format == "table" {
		return compile.WriteTable(out, p)
	}
	return compile.WriteJSON(out, p)
}

// readPlanFile reads at most one byte more than a plan may have, so that a huge file is refused without being held.
func readPlanFile(file string) ([]byte, error) {
	in := os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, errors.New("文件不存在，请检查路径")
		case errors.Is(err, fs.ErrPermission):
			return nil, errors.New("没有读取权限，请检查文件权限")
		case err != nil:
			return nil, errors.New("文件打不开，请检查路径")
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && info.IsDir() {
			return nil, errors.New("这是文件夹，请给出 .txt 或 .docx 文件")
		}
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, paper.MaxBytes+1))
	if err != nil {
		return nil, errors.New("文件读取中断，请重试")
	}
	return raw, nil
}

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"weibao/internal/rule"
	"weibao/rules"
)

// rulesCmd works on the rules that are data.
type rulesCmd struct {
	Check rulesCheckCmd `cmd:"" help:"校验规则文件,逐条列出文件、行号和原因"`
}

// rulesCheckCmd validates the rules in the program, in a folder, or in one file.
type rulesCheckCmd struct {
	Path string `arg:"" optional:"" help:"规则文件夹(内有 national 或 county)、县规则包文件夹,或一个 .yaml 文件;不写则校验程序自带的规则"`
}

// Run prints what is wrong and fails if anything is.
func (c *rulesCheckCmd) Run(out io.Writer) error {
	found, checked, err := c.check()
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintln(out, f)
	}
	if len(found) > 0 {
		return fmt.Errorf("规则有%d处问题,改正后再校验", len(found))
	}
	fmt.Fprintf(out, "规则没有问题:%s\n", checked)
	return nil
}

func (c *rulesCheckCmd) check() (found rule.Findings, checked string, err error) {
	if c.Path == "" {
		return at("rules", rule.Check(rules.FS)), describe(rules.FS), nil
	}
	info, err := os.Stat(c.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", fmt.Errorf("没有“%s”这个文件或文件夹", c.Path)
	case err != nil:
		return nil, "", fmt.Errorf("“%s”读不出来,请检查权限", c.Path)
	case !info.IsDir():
		text, err := os.ReadFile(c.Path)
		if err != nil {
			return nil, "", fmt.Errorf("“%s”读不出来,请检查权限", c.Path)
		}
		return rule.CheckFile(c.Path, text), "1个文件", nil
	}
	return c.checkFolder()
}

// checkFolder takes a tree of rules, or the folder of one county inside such a tree.
func (c *rulesCheckCmd) checkFolder() (rule.Findings, string, error) {
	full, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, "", err
	}
	tree, county := filepath.Dir(filepath.Dir(full)), filepath.Base(full)
	switch {
	case exists(c.Path, "national"), exists(c.Path, "county"):
		all := rule.Overlay(os.DirFS(c.Path), rules.FS)
		return at(c.Path, rule.Check(all)), describe(all), nil
	case exists(tree, filepath.Join("county", county, "county.yaml")):
		found := rule.CheckCounty(rule.Overlay(os.DirFS(tree), rules.FS), county)
		return at(filepath.Join(c.Path, "..", ".."), found), "规则包 " + county, nil
	}
	return nil, "", fmt.Errorf("“%s”不是规则文件夹:里面应有 national 或 county,县规则包应放在 county/<名称> 下并有 county.yaml", c.Path)
}

// at prefixes the files with the folder that was checked.
func at(folder string, found rule.Findings) rule.Findings {
	for i, f := range found {
		found[i].File = filepath.Join(folder, f.File)
	}
	return found
}

func describe(fsys fs.FS) string {
	list, err := rule.Counties(fsys)
	if err != nil {
		return "全国规则"
	}
	return fmt.Sprintf("全国规则和%d个县规则包", len(list))
}

func exists(folder, name string) bool {
	_, err := os.Stat(filepath.Join(folder, name))
	return err == nil
}

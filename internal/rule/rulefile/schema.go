package rulefile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"weibao/rules"
)

// schemaBase is an address that nothing serves; every schema is handed to the compiler, none is fetched.
const (
	schemaBase   = "rules://schema/"
	commonSchema = "common.json"
)

// compiled are the shipped schemas by kind of file.
var compiled = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	names, err := fs.Glob(rules.FS, "schema/*.json")
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	for _, name := range names {
		text, err := fs.ReadFile(rules.FS, name)
		if err != nil {
			return nil, err
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := c.AddResource(schemaBase+path.Base(name), doc); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	all := map[string]*jsonschema.Schema{}
	for _, name := range names {
		base := path.Base(name)
		if base == commonSchema {
			continue
		}
		if all[strings.TrimSuffix(base, ".json")], err = c.Compile(schemaBase + base); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
})

// CheckSchema validates a document by the schema of its kind.
func CheckSchema(d *Document) Findings {
	var found Findings
	all, err := compiled()
	if err != nil {
		found.Add(d.File, 0, "程序自带的规则格式有误,请联系软件维护人员: %v", err)
		return found
	}
	name, _ := d.Data["kind"].(string)
	schema := all[name]
	if schema == nil {
		found.Add(d.File, d.LineAt([]string{"kind"}), "种类(kind)“%s”不认识;可用:%s", name,
			strings.Join(slices.Sorted(maps.Keys(all)), "、"))
		return found
	}
	var ve *jsonschema.ValidationError
	if errors.As(schema.Validate(d.Data), &ve) {
		d.collect(ve, &found)
	}
	return found.Tidy()
}

// collect gathers the innermost causes, which alone tell a person something.
func (d *Document) collect(ve *jsonschema.ValidationError, found *Findings) {
	if len(ve.Causes) > 0 {
		for _, c := range ve.Causes {
			d.collect(c, found)
		}
		return
	}
	where := strings.Join(ve.InstanceLocation, ".")
	field := wordFor(last(ve.InstanceLocation))
	line := d.LineAt(ve.InstanceLocation)
	switch k := ve.ErrorKind.(type) {
	case *kind.Required:
		for _, m := range k.Missing {
			found.Add(d.File, line, "缺少%s", wordFor(m))
		}
	case *kind.AdditionalProperties:
		for _, p := range k.Properties {
			found.Add(d.File, d.LineAt(append(ve.InstanceLocation, p)), "“%s”不是这里可用的名称,请核对拼写", p)
		}
	case *kind.Type:
		found.Add(d.File, line, "%s应是%s,现在是%s%s", field, words(k.Want, typeWords), typeWords[k.Got], quoteHint(k))
	case *kind.Enum:
		found.Add(d.File, line, "%s“%v”不在可选范围:%s", field, k.Got, joinAny(k.Want))
	case *kind.Pattern:
		found.Add(d.File, line, "%s“%s”的写法不对%s", field, k.Got, patternHint(last(ve.InstanceLocation)))
	case *kind.MinLength, *kind.MinItems, *kind.MinProperties:
		found.Add(d.File, line, "%s不能为空", field)
	case *kind.MaxLength, *kind.MaxItems:
		found.Add(d.File, line, "%s太长", field)
	case *kind.Minimum, *kind.Maximum:
		found.Add(d.File, line, "%s超出允许的范围", field)
	default:
		found.Add(d.File, line, "%s(%s)不符合规定的格式", field, where)
	}
}

func last(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// fieldWords are the names of fields as a person knows them.
var fieldWords = map[string]string{
	"source": "来源", "document": "来源文件", "article": "条款", "status": "状态", "valid_from": "生效日期", "valid_to": "失效日期",
	"id": "编号", "label": "名称", "name": "名称", "kind": "种类", "items": "内容", "verified": "是否核对原文",
	"span": "时限", "steps": "步骤", "action": "动作", "offset": "时间距离", "to": "对象", "every": "周期", "times": "次数",
	"day": "日", "months": "月份", "level": "等级", "color": "颜色", "shape": "形状", "region": "区划代码", "text": "文字",
	"title": "简称", "full_name": "全称", "aliases": "别名", "superior": "上级", "when": "条件", "until": "截止年龄",
	"n": "数量", "unit": "单位", "op": "比较", "value": "数值", "forms": "简称", "days": "日期", "year": "年份", "tier": "层级",
	"direction": "分值方向", "decides": "定级办法", "ages": "适用年龄", "dimensions": "维度", "dimension": "维度", "levels": "等级界限", "indicators": "指标",
	"answers": "答案", "points": "分值", "least": "单项等级", "weight": "权重", "emergencies": "紧急情形", "advice": "先做什么", "hint": "说明",
	"duties": "措施", "within": "期限", "who": "由谁做", "category": "对象类别", "propose": "提出", "confirm": "确认", "lower": "降低",
	"entry": "登记条件", "exit": "退出条件", "codes": "代码", "code": "代码", "evidence": "证明材料", "group": "分组", "class": "信息分级", "columns": "栏目",
	"field": "字段", "heading": "栏目名称", "headings": "表头", "sort": "排序", "categories": "对象类别", "questions": "问题", "options": "选项", "sets": "填入",
	"begins": "开始", "ends": "结束", "formula": "公式", "cells": "数字", "also": "别的写法", "standard": "标准",
}

func wordFor(field string) string {
	if w := fieldWords[field]; w != "" {
		return w + "(" + field + ")"
	}
	if field == "" {
		return "文件"
	}
	return "“" + field + "”"
}

var typeWords = map[string]string{
	"string": "文字", "number": "数", "integer": "整数", "boolean": "true 或 false", "array": "列表", "object": "“名称: 值”",
	"null": "空",
}

func words(list []string, names map[string]string) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = names[w]
	}
	return strings.Join(out, "或")
}

func quoteHint(k *kind.Type) string {
	if last(k.Want) == "string" && (k.Got == "number" || k.Got == "integer") {
		return ",请给数字加上引号"
	}
	return ""
}

func patternHint(field string) string {
	switch field {
	case "valid_from", "valid_to", "date":
		return ",日期应写成 2026-11-22"
	case "region":
		return ",应是12位数字并加引号"
	case "id":
		return ",用字母、数字、点和短横"
	}
	return ""
}

func joinAny(list []any) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, "、")
}

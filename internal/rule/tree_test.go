package rule_test

import (
	"io/fs"
	"strings"
	"testing/fstest"

	"weibao/rules"
)

// tree is the shipped rules with files of a test put over them; the county x exists in it.
func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	_ = fs.WalkDir(rules.FS, "national", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(rules.FS, name)
		m[name] = &fstest.MapFile{Data: text}
		return err
	})
	m["county/x/county.yaml"] = &fstest.MapFile{Data: []byte(countyX)}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

// smallTree is the files of a test alone, with the county x.
func smallTree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{"national/.keep": {}, "county/x/county.yaml": {Data: []byte(countyX)}}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const countyX = `kind: county
title: 某县
full_name: 某省某市某县
region: "990102000000"
tier: county
status: local
valid_from: 2020-01-01
source: {document: 某文件}
`

const defaults = `defaults: {status: local, valid_from: 2020-01-01, source: {document: 某文件}`

func units(items ...string) string {
	return "kind: units\n" + defaults + ", region: \"990102000000\"}\nitems:\n  - " + strings.Join(items, "\n  - ") + "\n"
}

func file(kind string, items ...string) string {
	return "kind: " + kind + "\n" + defaults + "}\nitems:\n  - " + strings.Join(items, "\n  - ") + "\n"
}

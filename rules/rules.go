// Package rules embeds the rules that are data: the national ones, those of each county, and the schemas by which
// package rule checks them. It holds no logic. A file says what holds, since when, on whose authority and by which
// document; texts of plans and laws are not copied here, only the facts they fix.
package rules

import "embed"

// FS holds national, county and schema.
//
//go:embed national county schema
var FS embed.FS

// Package org keeps the units 「单位」 of a county: what they are called, to
// whom they belong, who sits in the leading group, and who took whose place.
//
// It owns org_unit, org_alias, org_change, org_member and org_county. Units
// come from the county's pack, from the tree of divisions, or are added by
// hand. It promises that every unit but the office has one above it, without
// a circle, so that urging can climb; that a unit once known always resolves,
// whatever it was renamed to or merged into; and that a spelling which fits
// several units is answered with the candidates. It never holds who works in
// a unit: posts belong to package auth.
package org

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Topic is what is notified after a change, with the unit.
const Topic = "org"

// Kind is what sort of unit it is.
type Kind = rule.UnitKind

// KindInfo is a kind with its word.
type KindInfo struct {
	Kind  Kind
	Label string
}

// Kinds lists the kinds in the order in which screens show them.
var Kinds = []KindInfo{
	{rule.Government, "人民政府、场部"}, {rule.Body, "领导小组、议事协调机制"}, {rule.Office, "未保办"},
	{rule.Department, "政府部门"}, {rule.PartyOrgan, "党委部门"}, {rule.Justice, "司法机关"}, {rule.MassOrgan, "群团组织"},
	{rule.Institution, "事业单位"}, {rule.District, "下辖县（市、区）"}, {rule.Township, "乡镇（街道）"}, {rule.Village, "村（社区）"},
	{rule.School, "学校"}, {rule.Kinder, "幼儿园"}, {rule.Medical, "医疗机构"}, {rule.Police, "派出所"},
	{rule.Hotline, "热线"}, {rule.Social, "社会组织"}, {rule.Group, "统称（多个单位）"},
}

// KindLabel gives the word for a kind.
func KindLabel(k Kind) string {
	for _, info := range Kinds {
		if info.Kind == k {
			return info.Label
		}
	}
	return string(k)
}

// Status tells whether a unit exists.
type Status string

// The statuses.
const (
	Active Status = "active"
	Gone   Status = "gone"
)

// The sources of a unit.
const (
	FromPack   = "pack"
	FromRegion = "region" // a village or township of the tree of divisions
	ByHand     = "local"
)

// Unit is an organisation that can own a duty, or a group word for several.
type Unit struct {
	ID        ref.Unit
	Code      string
	Name      string
	ShortName string
	Kind      Kind
	Superior  ref.Unit
	Region    string
	Town      string
	County    string
	Office    bool
	Covers    string
	Members   string
	Status    Status
	Successor ref.Unit
	Source    string
	ValidFrom civil.Date
	ValidTo   civil.Date
	Search    string
}

// Active tells whether the unit exists.
func (u Unit) Active() bool { return u.Status == Active }

// Call is the name that fits a list.
func (u Unit) Call() string {
	if u.ShortName != "" {
		return u.ShortName
	}
	return u.Name
}

// Collective tells whether the unit is a word for several units, which owns no duty itself.
func (u Unit) Collective() bool { return u.Kind == rule.Group }

// Contact gives the role by which a unit receives what is sent to it, and
// whether it needs somebody there: governments and leading groups act through
// the office, group words through their members.
func (u Unit) Contact() (role access.Role, needed bool) {
	switch {
	case u.Office:
		return access.Officer, true
	case u.Collective() || u.actsThroughOffice():
		return access.Liaison, false
	case u.Kind == rule.Village:
		return access.ChildDirector, true
	case u.Kind == rule.Township:
		return access.Supervisor, true
	}
	return access.Liaison, true
}

// actsThroughOffice tells of governments and leading groups that their
// everyday work, such as urging, is done by the office.
func (u Unit) actsThroughOffice() bool { return u.Kind == rule.Government || u.Kind == rule.Body }

// membership reads whom a group word means.
func (u Unit) membership() (m rule.Members) {
	if u.Members == "" || json.Unmarshal([]byte(u.Members), &m) != nil {
		return rule.Members{}
	}
	return m
}

func place(u Unit, region string) Unit {
	u.Region, u.Town, u.County = region, access.Town(region), access.County(region)
	return u
}

// searchKey makes the search column of all names of a unit.
func searchKey(u Unit, aliases []string) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, name := range append([]string{u.ShortName, u.Name, spoken(u.ShortName)}, aliases...) {
		if f := pinyin.Fold(name); f != "" && !seen[f] {
			seen[f] = true
			b.WriteString(pinyin.Key(name))
		}
	}
	return b.String()
}

// spoken drops the level before a name as people do: 民政局 for 县民政局, so
// that "民政" and "mzj" are found at the start of a word.
func spoken(short string) string {
	for _, level := range []string{"县委", "市委", "县", "市", "区", "镇", "乡"} {
		if rest, cut := strings.CutPrefix(short, level); cut && utf8.RuneCountInString(rest) >= 2 {
			return rest
		}
	}
	return short
}

// ChangeKind is what happened to a unit.
type ChangeKind string

// The changes.
const (
	Added   ChangeKind = "add"
	Renamed ChangeKind = "rename"
	Edited  ChangeKind = "edit"
	Merged  ChangeKind = "merge"
)

var changeLabels = map[ChangeKind]string{Added: "新增", Renamed: "更名", Edited: "修改", Merged: "并入"}

// Label gives the word for a change.
func (k ChangeKind) Label() string { return changeLabels[k] }

// ChangeID numbers changes in order of time.
type ChangeID int64

// Change is one line of a unit's history.
type Change struct {
	ID        ChangeID
	At        clock.Instant
	Kind      ChangeKind
	Unit      ref.Unit
	Other     ref.Unit
	OldName   string
	NewName   string
	OnDate    civil.Date
	Reason    string
	Document  string
	ActorName string
}

// County is the pack for which the installation was set up.
type County struct {
	Region string
	Name   string
	Title  string
	Tier   string
	At     clock.Instant
}

// Package region keeps the tree of divisions 「行政区划」 from province to
// village by their 12-digit codes (GB/T 2260, GB/T 10114).
//
// It owns region and region_change. Divisions come from the embedded seed,
// from a national file, or are added locally with codes in a range that the
// standards leave free. It promises that a code once known always resolves:
// what is renamed keeps its code, what is merged, moved, recoded or abolished
// points to the code in its place, and no chain of these runs in a circle.
// Prefectures without counties 「东莞」 hold townships directly. It never
// deletes a division and never invents an official code.
package region

import (
	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/pinyin"
	"weibao/internal/region/seed"
)

// Level is the rank of a division, 1 for a province to 5 for a village.
type Level = seed.Level

// The levels.
const (
	Province   = seed.Province
	Prefecture = seed.Prefecture
	County     = seed.County
	Township   = seed.Township
	Village    = seed.Village
)

// Kind is what sort of division stands on a level.
type Kind string

// The kinds. Above the township the level says all.
const (
	Street      Kind = "street"       // 街道
	Town        Kind = "town"         // 镇
	Rural       Kind = "rural"        // 乡
	LikeTown    Kind = "like_town"    // 类似乡级: 开发区, 农场, 林场
	Community   Kind = "community"    // 社区
	VillageKind Kind = "village"      // 村
	LikeVillage Kind = "like_village" // 类似村级: 管区, 连队
)

// Kinds lists the kinds of a level, with their words, as a form offers them.
func Kinds(l Level) []KindInfo {
	switch l {
	case Township:
		return kindInfos[:4]
	case Village:
		return kindInfos[4:]
	}
	return nil
}

// KindInfo is a kind with its word.
type KindInfo struct {
	Kind  Kind
	Label string
}

var kindInfos = []KindInfo{
	{Street, "街道"}, {Town, "镇"}, {Rural, "乡"}, {LikeTown, "场部、开发区等类似乡级单位"},
	{Community, "社区"}, {VillageKind, "村"}, {LikeVillage, "管区、连队等类似村级单位"},
}

var levelLabels = map[Level]string{Province: "省级", Prefecture: "市州级", County: "县级", Township: "乡镇级", Village: "村居级"}

// LevelLabel gives the word for a level.
func LevelLabel(l Level) string { return levelLabels[l] }

// Label gives the word for a kind; kinds above the township have none of their own.
func (k Kind) Label() string {
	for _, info := range kindInfos {
		if info.Kind == k {
			return info.Label
		}
	}
	return ""
}

// Status tells whether a division is in force.
type Status string

// The statuses.
const (
	Active Status = "active"
	Gone   Status = "gone"
)

// The sources of a division.
const (
	National = "national" // a list of 国家统计局
	Local    = "local"    // added here
	Invented = "invented" // of a demo: no such place
)

// Region is one division.
type Region struct {
	Code      string // 12 digits
	Name      string // as published
	ShortName string // as people say it
	Level     Level
	Parent    string // empty for a province
	Kind      Kind
	Status    Status
	Successor string // code in place of one that is gone
	ValidFrom civil.Date
	ValidTo   civil.Date
	Source    string
	Town      string // first nine digits
	County    string // first six digits
	Search    string
}

// Active tells whether the division is in force.
func (r Region) Active() bool { return r.Status == Active }

// Label gives the word for what the division is.
func (r Region) Label() string {
	if l := r.Kind.Label(); l != "" {
		return l
	}
	return LevelLabel(r.Level)
}

// ChangeKind is what happened to a division.
type ChangeKind string

// The changes.
const (
	Added     ChangeKind = "add"
	Renamed   ChangeKind = "rename"
	Merged    ChangeKind = "merge"
	SplitOff  ChangeKind = "split"
	Moved     ChangeKind = "move"
	Recoded   ChangeKind = "recode"
	Abolished ChangeKind = "abolish"
)

var changeLabels = map[ChangeKind]string{
	Added: "新增", Renamed: "更名", Merged: "并入", SplitOff: "析置", Moved: "划转", Recoded: "代码变更", Abolished: "撤销",
}

// Label gives the word for a change.
func (k ChangeKind) Label() string { return changeLabels[k] }

// ChangeID numbers changes in order of time.
type ChangeID int64

// Change is one line of a division's history.
type Change struct {
	ID        ChangeID
	At        clock.Instant
	Kind      ChangeKind
	Code      string
	Other     string // code merged into, split from, moved or recoded to
	OldName   string
	NewName   string
	OnDate    civil.Date
	Reason    string
	Document  string
	ActorName string
}

// complete fills in what follows from code and name.
func complete(r Region) Region {
	r.Level = seed.LevelOf(r.Code)
	if r.Kind == "" {
		r.Kind = kindOf(r.Code, r.Level)
	}
	r.Status, r.Town, r.County = Active, access.Town(r.Code), access.County(r.Code)
	return named(r, r.Name)
}

func named(r Region, name string) Region {
	r.Name, r.ShortName = name, seed.Short(name)
	r.Search = pinyin.Key(r.ShortName) + " " + pinyin.Fold(name)
	return r
}

// kindOf reads the kind from the code: digits 7–9 as GB/T 10114-2003 divides
// them, 10–12 as the statistical codes do.
func kindOf(code string, l Level) Kind {
	switch l {
	case Township:
		return ranged(code[6:9], Street, Town, Rural, LikeTown)
	case Village:
		return ranged(code[9:12], Community, Community, VillageKind, LikeVillage)
	}
	return ""
}

func ranged(digits string, below100, below200, below400, rest Kind) Kind {
	switch {
	case digits < "100":
		return below100
	case digits < "200":
		return below200
	case digits < "400":
		return below400
	}
	return rest
}

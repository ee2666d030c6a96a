package region

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/region/seed"
)

// Loaded tells what LoadSeed did.
type Loaded struct {
	Added   int
	Without []string // names of counties whose townships and villages the program does not carry
}

// LoadSeed brings in the division for which an installation stands, all above
// it and all below it, from the lists that ship with the program. What is
// known already stays as it is. Commands call it; screens call Import.
func LoadSeed(ctx context.Context, tx *db.Tx, by access.Actor, code string) (Loaded, error) {
	if access.Prefix(code) == "" {
		return Loaded{}, errs.Newf(errs.Invalid, "“%s”不是12位区划代码。", code)
	}
	rows, without, err := seedRows(code)
	if err != nil {
		return Loaded{}, errs.Wrap(errs.NotFound, err, err.Error())
	}
	known, err := knownCodes(ctx, tx, rows)
	if err != nil {
		return Loaded{}, err
	}
	source := National
	if seed.Invented(code) {
		source = Invented
	}
	fresh := make([]Region, 0, len(rows))
	for _, r := range rows {
		if !known[r.Code] {
			fresh = append(fresh, complete(Region{Code: r.Code, Name: r.Name, Parent: r.Parent, Source: source}))
		}
	}
	if len(fresh) == 0 {
		return Loaded{Without: without}, nil
	}
	if err := insert(ctx, tx, fresh); err != nil {
		return Loaded{}, err
	}
	tx.Notify(Topic, code)
	return Loaded{len(fresh), without}, audit.Write(ctx, tx, by, "region.import", "region", number(code), map[string]int{"added": len(fresh)})
}

// seedRows gives the shipped divisions above, at and below a code, highest first.
func seedRows(code string) (rows []seed.Row, without []string, err error) {
	level := seed.LevelOf(code)
	top := code
	if level > County {
		top = seed.Pad(code[:6])
	}
	if rows, err = seed.Above(top); err != nil {
		return nil, nil, err
	}
	counties := []seed.Row{{Code: top}}
	if level < County {
		if counties, err = countiesUnder(code); err != nil {
			return nil, nil, err
		}
		rows = append(rows, counties...)
	}
	first, last := seed.Subtree(code)
	for _, c := range counties {
		below, err := seed.OfCounty(c.Code)
		if errors.Is(err, seed.ErrNotShipped) {
			without = append(without, c.Name)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		for _, r := range below {
			if r.Code >= first && r.Code <= last {
				rows = append(rows, r)
			}
		}
	}
	return rows, without, nil
}

func countiesUnder(code string) ([]seed.Row, error) {
	all, err := seed.National()
	if seed.Invented(code) {
		all, err = seed.Fictional()
	}
	first, last := seed.Subtree(code)
	return slices.DeleteFunc(all, func(r seed.Row) bool {
		return r.Code <= first || r.Code > last || r.Level > County
	}), err
}

func knownCodes(ctx context.Context, tx *db.Tx, rows []seed.Row) (map[string]bool, error) {
	known := map[string]bool{}
	for part := range slices.Chunk(rows, 500) {
		codes := make([]string, len(part))
		for i, r := range part {
			codes[i] = r.Code
		}
		list, err := byCodes(ctx, tx, codes)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			known[r.Code] = true
		}
	}
	return known, nil
}

// maxFaults is how many wrong lines of a file are told at once.
const maxFaults = 10

// Read reads the divisions under a code out of a national file; the error
// names lines, causes and cures.
func Read(r io.Reader, under string) ([]seed.Row, error) {
	var rows []seed.Row
	var faults []string
	more := 0
	for row, err := range seed.Read(r, under) {
		switch {
		case err == nil:
			rows = append(rows, row)
		case len(faults) < maxFaults:
			faults = append(faults, err.Error())
		default:
			more++
		}
	}
	if more > 0 {
		faults = append(faults, fmt.Sprintf("另有%d处。", more))
	}
	if len(faults) > 0 {
		return nil, &errs.Error{Kind: errs.Invalid, Message: "文件没有导入，区划没有改动。", Fields: map[string]string{"file": strings.Join(faults, "；")}}
	}
	slices.SortFunc(rows, func(a, b seed.Row) int { return strings.Compare(a.Code, b.Code) })
	return rows, nil
}

// Difference is what a national file would change, for the preview.
type Difference struct {
	Under   string
	Same    int
	Add     []seed.Row
	Rename  []Change // code, old and new name
	Recode  []Change // code, new code in Other
	Revived []Region // in the file, but merged or abolished here: left as they are
	Missing []Region // in force here, but not in the file: left as they are
}

// Changes tells how many divisions an import would touch.
func (d Difference) Changes() int { return len(d.Add) + len(d.Rename) + len(d.Recode) }

// Compare tells what rows, read from a file, would change under a code.
func Compare(ctx context.Context, tx *db.Tx, by access.Actor, code string, rows []seed.Row) (Difference, error) {
	d := Difference{Under: code}
	if err := by.Require("region.import"); err != nil {
		return d, err
	}
	if !by.Directory().Sees(0, code) {
		return d, errs.Missing()
	}
	first, last := seed.Subtree(code)
	here, err := under(ctx, tx, first, last)
	if err != nil {
		return d, err
	}
	known := map[string]Region{}
	for _, r := range here {
		known[r.Code] = r
	}
	levels := map[Level]bool{}
	inFile := map[string]bool{}
	for _, row := range rows {
		levels[row.Level], inFile[row.Code] = true, true
		d.sort(row, known)
	}
	if err := orphans(d.Add, known, inFile, code); err != nil {
		return d, err
	}
	for _, r := range here {
		if r.Active() && levels[r.Level] && !inFile[r.Code] && r.Code != code {
			d.Missing = append(d.Missing, r)
		}
	}
	d.pairRecoded()
	return d, nil
}

func (d *Difference) sort(row seed.Row, known map[string]Region) {
	r, ok := known[row.Code]
	switch {
	case !ok:
		d.Add = append(d.Add, row)
	case !r.Active():
		d.Revived = append(d.Revived, r)
	case r.Name != row.Name:
		d.Rename = append(d.Rename, Change{Kind: Renamed, Code: r.Code, OldName: r.Name, NewName: row.Name})
	default:
		d.Same++
	}
}

// orphans refuses rows whose parent is neither known nor in the file: a file
// of villages alone needs its townships first.
func orphans(add []seed.Row, known map[string]Region, inFile map[string]bool, top string) error {
	var lost []string
	for _, row := range add {
		if r, ok := known[row.Parent]; !(ok && r.Active()) && !inFile[row.Parent] && row.Code != top {
			lost = append(lost, row.Code)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Invalid, Message: "文件没有导入，区划没有改动。", Fields: map[string]string{
		"file": fmt.Sprintf("有%d条的上级区划不在系统中（例如%s）。请先导入乡镇级文件 streets.csv，再导入村级文件。", len(lost), lost[0])}}
}

// pairRecoded finds divisions that only changed their code: one of the same
// name under the same parent, or under the one that became its parent, is
// missing, and nothing else has that name.
func (d *Difference) pairRecoded() {
	missing := map[string][]Region{}
	for _, r := range d.Missing {
		missing[r.Parent+r.Name] = append(missing[r.Parent+r.Name], r)
	}
	was := map[string]string{} // new code → old code
	taken := map[string]bool{}
	slices.SortStableFunc(d.Add, func(a, b seed.Row) int { return int(a.Level) - int(b.Level) })
	d.Add = slices.DeleteFunc(d.Add, func(row seed.Row) bool {
		parent := row.Parent
		if old, ok := was[parent]; ok {
			parent = old
		}
		same := missing[parent+row.Name]
		if len(same) != 1 || taken[same[0].Code] {
			return false
		}
		was[row.Code], taken[same[0].Code] = same[0].Code, true
		d.Recode = append(d.Recode, Change{Kind: Recoded, Code: same[0].Code, Other: row.Code, OldName: row.Name, NewName: row.Name})
		return true
	})
	d.Missing = slices.DeleteFunc(d.Missing, func(r Region) bool { return taken[r.Code] || r.Source == Local })
}

// Import makes the changes which Compare told, in the caller's transaction:
// all or none. The basis names the file.
func Import(ctx context.Context, tx *db.Tx, by access.Actor, d Difference, basis Basis) error {
	if err := by.Require("region.import"); err != nil {
		return err
	}
	f := errs.Fields{}
	basis.check(f, today(tx))
	if err := f.Err(); err != nil {
		return err
	}
	if err := insertNational(ctx, tx, d, basis.On); err != nil {
		return err
	}
	for _, ch := range d.Rename {
		if err := rename(ctx, tx, by, basis, ch); err != nil {
			return err
		}
	}
	for _, ch := range slices.Backward(d.Recode) { // villages before the townships that hold them
		if err := recode(ctx, tx, by, basis, ch); err != nil {
			return err
		}
	}
	tx.Notify(Topic, d.Under)
	return audit.Write(ctx, tx, by, "region.import", "region", number(d.Under),
		map[string]any{"added": len(d.Add), "renamed": len(d.Rename), "recoded": len(d.Recode), "document": basis.Document})
}

func insertNational(ctx context.Context, tx *db.Tx, d Difference, on civil.Date) error {
	fresh := make([]Region, 0, len(d.Add)+len(d.Recode))
	for _, row := range d.Add {
		fresh = append(fresh, complete(Region{Code: row.Code, Name: row.Name, Parent: row.Parent, Source: National, ValidFrom: on}))
	}
	for _, ch := range d.Recode {
		parent := access.Town(ch.Other)
		if seed.LevelOf(ch.Other) == Township {
			parent = access.County(ch.Other)
		}
		fresh = append(fresh, complete(Region{Code: ch.Other, Name: ch.NewName, Parent: seed.Pad(parent), Source: National, ValidFrom: on}))
	}
	if len(fresh) == 0 {
		return nil
	}
	err := insert(ctx, tx, fresh)
	if db.IsUnique(err) {
		return errs.Wrap(errs.Conflict, err, "区划在预览之后已被他人改动，请重新上传文件预览。")
	}
	return err
}

func rename(ctx context.Context, tx *db.Tx, by access.Actor, basis Basis, ch Change) error {
	r, err := lock(ctx, tx, ch.Code)
	if err != nil {
		return err
	}
	if err := setName(ctx, tx, named(r, ch.NewName)); err != nil {
		return err
	}
	return record(ctx, tx, by, basis, ch)
}

func recode(ctx context.Context, tx *db.Tx, by access.Actor, basis Basis, ch Change) error {
	old, err := lock(ctx, tx, ch.Code)
	if err != nil {
		return err
	}
	fresh, err := lock(ctx, tx, ch.Other)
	if err != nil {
		return err
	}
	return replace(ctx, tx, by, basis, old, fresh, Recoded)
}

// FileBasis is the basis of an import on a day.
func FileBasis(name string, on civil.Date) Basis {
	return Basis{On: on, Reason: "导入全国区划文件", Document: name}
}

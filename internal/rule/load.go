package rule

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"weibao/internal/errs"
	"weibao/internal/rule/rulefile"
)

const (
	nationalDir = "national"
	countyDir   = "county"
)

// Load reads the national rules and those of one county from a tree with the folders national and county/<name>; an
// empty name gives the national rules alone. Mistakes come back as Findings, and no book.
func Load(fsys fs.FS, county string) (*Book, error) {
	if county != "" && !hasCounty(fsys, county) {
		return nil, errs.Newf(errs.NotFound, "没有名为“%s”的规则包;可用:%s", county, strings.Join(countyNames(fsys), "、"))
	}
	b, found := read(fsys, county)
	if err := found.Tidy().Err(); err != nil {
		return nil, err
	}
	return b, nil
}

// Counties lists the places for which there are rules, by name of folder.
func Counties(fsys fs.FS) ([]County, error) {
	var list []County
	var found Findings
	for _, name := range countyNames(fsys) {
		b := &Book{}
		b.readDir(fsys, path.Join(countyDir, name), true, &found)
		b.county.Name = name
		list = append(list, b.county)
	}
	return list, found.Tidy().Err()
}

// Check reads everything and lists all mistakes of all files.
func Check(fsys fs.FS) Findings {
	_, found := read(fsys, "")
	for _, name := range countyNames(fsys) {
		found = append(found, CheckCounty(fsys, name)...)
	}
	return found.Tidy()
}

// CheckCounty lists the mistakes of one county's files and of the national ones.
func CheckCounty(fsys fs.FS, name string) Findings {
	_, found := read(fsys, name)
	return found.Tidy()
}

// CheckFile lists the mistakes of one file as far as it can be judged by itself.
func CheckFile(name string, text []byte) Findings {
	var found Findings
	new(Book).readFile(name, text, true, &found)
	return found.Tidy()
}

func hasCounty(fsys fs.FS, name string) bool { return slices.Contains(countyNames(fsys), name) }

func countyNames(fsys fs.FS) []string {
	dirs, err := fs.ReadDir(fsys, countyDir)
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range dirs {
		if d.IsDir() {
			names = append(names, d.Name())
		}
	}
	return names
}

func read(fsys fs.FS, county string) (*Book, Findings) {
	b := &Book{}
	var found Findings
	b.readDir(fsys, nationalDir, false, &found)
	if county != "" {
		dir := path.Join(countyDir, county)
		b.readDir(fsys, dir, true, &found)
		if b.county.Region == "" && len(found) == 0 {
			found.Add(dir, 0, "缺少 county.yaml(kind: county),无法知道是哪个地方")
		}
		b.county.Name = county
	}
	if len(found) == 0 {
		b.keepRegion()
		b.check(&found)
	}
	return b, found
}

// readDir reads every YAML file under a folder.
func (b *Book) readDir(fsys fs.FS, dir string, local bool, found *Findings) {
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() || (path.Ext(name) != ".yaml" && path.Ext(name) != ".yml") {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		b.readFile(name, text, local, found)
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		found.Add(dir, 0, "没有这个文件夹")
	case err != nil:
		found.Add(dir, 0, "文件读不出来,请检查权限: %v", err)
	}
}

func (b *Book) readFile(name string, text []byte, local bool, found *Findings) {
	doc, bad := rulefile.Parse(name, text)
	if len(bad) == 0 {
		bad = rulefile.CheckSchema(doc)
	}
	if len(bad) > 0 {
		*found = append(*found, bad...)
		return
	}
	kind := doc.Data["kind"].(string)
	if local && kind == "workdays" || !local && kind == "county" {
		found.Add(name, doc.LineAt([]string{"kind"}), "%s 不能放在这个文件夹", kind)
		return
	}
	b.readKind(kind, doc, local, found)
}

func (b *Book) readKind(kind string, doc *rulefile.Document, local bool, found *Findings) {
	switch kind {
	case "county":
		if err := doc.Root.Decode(&b.county); err != nil {
			found.Add(doc.File, rulefile.LineOf(err), "内容无法读取: %v", err)
		}
	case "workdays":
		n, bad := notice(doc)
		b.notices, *found = append(b.notices, n), append(*found, bad...)
	case "units":
		readItems(&b.units, doc, local, found, nil)
	case "forms":
		readItems(&b.forms, doc, local, found, nil)
	case "levels":
		readItems(&b.levels, doc, local, found, func(l *Level, it item) { l.N = int(it.ID[0] - '0') })
	case "clocks":
		readItems(&b.clocks, doc, local, found, checkClock)
	case "ladders":
		readItems(&b.ladders, doc, local, found, checkLadder)
	case "cycles":
		readItems(&b.cycles, doc, local, found, nil)
	case "limits":
		readItems(&b.limits, doc, local, found, nil)
	case "categories":
		readItems(&b.categories, doc, local, found, readConditions)
	case "terms":
		readItems(&b.terms, doc, local, found, nil)
	case "scales":
		readItems(&b.scales, doc, local, found, checkScale)
	case "matrices":
		readItems(&b.matrices, doc, local, found, checkMatrix)
	case "ledgers":
		readItems(&b.ledgers, doc, local, found, checkLedger)
	case "screenings":
		readItems(&b.screenings, doc, local, found, checkScreening)
	case "checks":
		readItems(&b.checks, doc, local, found, checkFormula)
	case "codes":
		readItems(&b.codes, doc, local, found, checkCodes)
	case "situations":
		readItems(&b.situations, doc, local, found, nil)
	case "routes":
		readItems(&b.routes, doc, local, found, nil)
	case "triages":
		readItems(&b.triages, doc, local, found, checkTriage)
	case "channels":
		readItems(&b.channels, doc, local, found, nil)
	case "topics":
		readItems(&b.topics, doc, local, found, nil)
	case "checklists":
		readItems(&b.checklists, doc, local, found, checked)
	case "closings":
		readItems(&b.closings, doc, local, found, checked)
	case "followups":
		readItems(&b.followups, doc, local, found, nil)
	case "contingencies":
		readItems(&b.contingencies, doc, local, found, nil)
	case "measures":
		readItems(&b.measures, doc, local, found, checkMeasure)
	case "specials":
		readItems(&b.specials, doc, local, found, checked)
	case "papers":
		readItems(&b.papers, doc, local, found, nil)
	case "headings":
		readItems(&b.headings, doc, local, found, nil)
	}
}

// keepRegion leaves the national values that hold where the county lies.
func (b *Book) keepRegion() {
	region := b.county.Region
	for _, r := range b.racks() {
		r.keepRegion(region)
	}
}

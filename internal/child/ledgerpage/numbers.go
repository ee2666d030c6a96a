package ledgerpage

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/letter"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/sheet"
	"weibao/internal/tally/cover"
	"weibao/internal/ui"
)

type numbersView struct {
	Definition ui.Note
	Of         string // whose numbers by place, age and month
	Places     ui.Table
	Categories ui.Table
	Ages       ui.Table
	Checks     ui.Table

	Filter    ui.Filter
	Charts    []ui.Lines
	Trend     ui.Table
	TrendNote string
}

// numbers is what the page and the workbook are made of.
type numbers struct {
	region   string
	category string // whose numbers they are, "" of all children
	of       string // how it is called
	picked   []rule.Category
	own      []child.Cell
	months   []ledger.Month
	covered  bool
	apart    bool          // covered, and not the whole of what its reader may know
	asof     clock.Instant // when they were counted
	open     bool          // whether its reader may see the lists behind
	tables   []grid
	checks   []checked
}

// grid is a table of counts, the first of a row all of it; a row may lead somewhere.
type grid struct {
	title, first string
	heads        []string
	rows         []gridRow
}

type gridRow struct {
	label, href string
	code        string // of its division
	counts      []int64
	lists       []string     // addresses of the lists behind the counts; "" where there is none
	veils       []cover.Veil // what of the counts is shown; nil = all
}

type checked struct {
	check  rule.CrossCheck
	result rule.CrossResult
}

// gather reads the kept numbers of a division and of those right below it.
func (p *Pages) gather(ctx context.Context, tx *db.Tx, by access.Actor, q url.Values) (numbers, error) {
	book, on := p.Cabinet.Book(), today(tx)
	n := numbers{region: inside(by, q), covered: !by.Can("child.show"), picked: ledger.Picked(book, on), of: "全部在档未成年人"}
	n.open = !n.covered && by.Can("child.list")
	if i := slices.IndexFunc(n.picked, func(c rule.Category) bool { return c.ID == q.Get("category") }); i >= 0 {
		n.category, n.of = n.picked[i].ID, letter.Punctuate(n.picked[i].Label)
	}
	n.asof = tx.Now
	var s *shroud
	var below []region.Choice
	var parts, own []child.Cell
	var err error
	if n.covered {
		if s, err = p.shroud(ctx, tx, by, inside(by, url.Values{}), n.picked); err == nil {
			below, parts, own, err = n.cut(s)
		}
	} else {
		below, parts, own, err = p.count(ctx, tx, by, &n)
	}
	if err != nil {
		return n, err
	}
	n.own = own
	levels := levelHeads(book, on)
	places := grid{title: "各地人数和风险等级", first: "地方", heads: levels}
	for _, r := range below {
		places.rows = append(places.rows, gridRow{label: r.ShortName, code: r.Code, href: n.address(NumbersPath, r.Code, n.category), counts: byLevel(parts, r.Code, n.category), lists: n.byLevelLists(r.Code, n.category)})
	}
	places.rows = append(places.rows, gridRow{label: "合计", counts: byLevel(own, n.region, n.category), lists: n.byLevelLists(n.region, n.category)})
	n.tables = append(n.tables, places, n.categoryGrid(levels), n.ageGrid(), n.monthGrid(levels))
	n.checks = checks(book, on, own)
	if s != nil {
		n.cover(s)
	}
	return n, nil
}

// count reads the kept numbers of a page.
func (p *Pages) count(ctx context.Context, tx *db.Tx, by access.Actor, n *numbers) (below []region.Choice, parts, own []child.Cell, err error) {
	if below, err = region.Choices(ctx, tx, by, n.region); err != nil {
		return below, parts, own, err
	}
	codes := make([]string, len(below))
	for i, r := range below {
		codes[i] = r.Code
	}
	count := p.Cabinet.Totals
	if n.category != "" {
		count = p.Cabinet.Cells
	}
	if parts, err = count(ctx, tx, by, codes); err != nil {
		return below, parts, own, err
	}
	if own, err = p.Cabinet.Cells(ctx, tx, by, []string{n.region}); err != nil {
		return below, parts, own, err
	}
	n.months, err = p.Desk.Trend(ctx, tx, by, n.region, n.category, own, trendMonths)
	return below, parts, own, err
}

// address gives a page of a division and category.
func (n numbers) address(path, region, category string, more ...string) string {
	q := url.Values{"region": {region}}
	if category != "" {
		q.Set("category", category)
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return path + "?" + q.Encode()
}

// byLevelLists gives the lists behind the counts of byLevel.
func (n numbers) byLevelLists(region, category string) []string {
	out := []string{n.address(ListPath, region, category)}
	for level := range child.MaxLevel + 1 {
		out = append(out, n.address(ListPath, region, category, "level", strconv.Itoa(level)))
	}
	return out
}

func levelHeads(book *rule.Book, on civil.Date) []string {
	heads := []string{"合计", "未评估", "", "", "", ""}
	for _, l := range book.Levels(on) {
		heads[l.N+1] = letter.Punctuate(l.Label)
	}
	return heads
}

// byLevel counts a category of a division: all, then level by level.
func byLevel(cells []child.Cell, region, category string) []int64 {
	out := make([]int64, child.MaxLevel+2)
	for _, c := range cells {
		if c.Region == region && c.Category == category {
			out[0] += c.N
			out[c.Level+1] += c.N
		}
	}
	return out
}

func (n numbers) categoryGrid(levels []string) grid {
	g := grid{title: "对象类别和风险等级", first: "对象类别", heads: levels}
	for _, c := range n.picked {
		g.rows = append(g.rows, gridRow{label: letter.Punctuate(c.Label), href: n.address(NumbersPath, n.region, c.ID), counts: byLevel(n.own, n.region, c.ID), lists: n.byLevelLists(n.region, c.ID)})
	}
	return g
}

var sexes = []idcard.Sex{idcard.Male, idcard.Female}

func (n numbers) ageGrid() grid {
	g := grid{title: "年龄和性别", first: "年龄", heads: []string{"合计", "男", "女", "性别不详"}}
	for _, band := range bands() {
		g.rows = append(g.rows, n.ageRow(child.BandLabel(band), "age", strconv.Itoa(band)))
	}
	g.rows = append(g.rows, n.ageRow("合计"))
	for i, counts := range ageCounts(n.own, n.category) {
		g.rows[i].counts = counts
	}
	return g
}

// bands are the spans of age in the order of the table.
func bands() []int {
	list := []int{child.UnknownBand}
	for _, b := range child.Bands {
		list = append(list, b.Band)
	}
	slices.Sort(list)
	return list
}

// ageCounts counts a category by age and sex, all before and below.
func ageCounts(cells []child.Cell, category string) [][]int64 {
	list := bands()
	out := make([][]int64, len(list)+1)
	for i := range out {
		out[i] = make([]int64, 4)
	}
	for _, c := range cells {
		if c.Category == category {
			at := cmp.Or(slices.Index(sexes, c.Sex)+1, 3)
			for _, row := range []int{max(slices.Index(list, c.Band), 0), len(list)} {
				out[row][0] += c.N
				out[row][at] += c.N
			}
		}
	}
	return out
}

// ageRow is an empty row by sex with the lists behind it.
func (n numbers) ageRow(label string, filter ...string) gridRow {
	row := gridRow{label: label, lists: []string{n.address(ListPath, n.region, n.category, filter...), "", "", ""}}
	for i, sex := range sexes {
		row.lists[i+1] = n.address(ListPath, n.region, n.category, slices.Concat(filter, []string{"sex", string(sex)})...)
	}
	return row
}

// checks judges the cross-checks whose cells the kept numbers fill.
func checks(book *rule.Book, on civil.Date, own []child.Cell) []checked {
	var out []checked
	for _, check := range book.CrossChecks(on) {
		values := map[string]int{}
		for _, cell := range check.Cells {
			if cell.Facts == "" {
				values[cell.Name] = cellCount(book, on, own, cell)
			}
		}
		if r := check.Judge(values); len(r.Missing) == 0 {
			out = append(out, checked{check, r})
		}
	}
	return out
}

// cellCount adds up the kept numbers that a cell of a cross-check names.
func cellCount(book *rule.Book, on civil.Date, own []child.Cell, cell rule.Cell) int {
	ids := []string{""}
	if cell.Category != "" {
		ids = nil
		for _, c := range book.Categories(on) {
			if c.ID == cell.Category || slices.Contains(c.Codes, cell.Category) {
				ids = append(ids, c.ID)
			}
		}
	}
	n := int64(0)
	for _, c := range own {
		if slices.Contains(ids, c.Category) && (cell.Sex == "" || cell.Sex == c.Sex.Word()) && (cell.Level == 0 || cell.Level == c.Level) && within(c.Band, cell.Ages) {
			n += c.N
		}
	}
	return int(n)
}

// within tells whether a band lies in a span of ages; bands end where the spans of the checks do.
func within(band int, ages rule.Ages) bool {
	if ages == (rule.Ages{}) {
		return true
	}
	for _, b := range child.Bands {
		if b.Band == band {
			return ages.Hold(b.From)
		}
	}
	return false
}

// Numbers shows how many children there are, by place, category, level, age and sex.
func (p *Pages) Numbers(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	n, err := p.gather(r.Context(), tx, by, r.URL.Query())
	if err != nil {
		return err
	}
	path, err := region.Path(r.Context(), tx, n.region)
	if err != nil {
		return err
	}
	view := numbersView{Of: n.of, Places: n.table(n.tables[0], "places"), Categories: n.table(n.tables[1], "categories"), Ages: n.table(n.tables[2], "ages"),
		Trend: n.table(n.tables[3], "months"), TrendNote: trendNote, Filter: n.filter(), Charts: n.charts(), Checks: n.checkTable()}
	view.Definition = ui.Note{Tone: ui.Info, Title: "怎样统计", Text: "统计在档的未成年人，按居住地计入；一人有多个类别的，在每个类别各计一次，合计只计一次。年龄段按当日周岁。统计时间 " + civil.FormatTime(n.asof.Time()) + "。"}
	if n.covered {
		view.Definition.Text += "少于5人的格子不显示具体数字，由它们可以推算的数不公开，以免识别到个人；各页的数每天统计一次，当天不变。"
	}
	page := ui.Page{Title: "统计数据", Nav: "child", Tabs: p.UI.Tabs(by, "child", NumbersPath), Wide: true,
		More: []ui.Action{{Label: "打印", Print: true}, {Label: "导出表格", Href: n.address(NumbersPath+".xlsx", n.region, n.category), Icon: "download"}}}
	own := access.Prefix(inside(by, url.Values{}))
	for i, place := range path {
		if len(access.Prefix(place.Code)) < len(own) {
			continue
		}
		if i == len(path)-1 {
			page.Lead = place.Name
		} else {
			page.Crumbs = append(page.Crumbs, ui.Crumb{Label: place.ShortName, Href: n.address(NumbersPath, place.Code, n.category)})
		}
	}
	return p.UI.Page(w, r, by, "numbers.html", page, view)
}

func (n numbers) table(g grid, id string) ui.Table {
	t := ui.Table{ID: id, Caption: g.title, Columns: []ui.Column{{Label: g.first, Wide: true}}, Empty: ui.Empty{Title: "还没有数据"}}
	if n.apart {
		t.Empty = ui.Empty{Title: "这里不公布", Text: "年龄、性别和逐月的数只在全县（市、区）页公布，以免与其他页相减推算到个人。"}
	}
	for _, h := range g.heads {
		t.Columns = append(t.Columns, ui.Column{Label: h, Num: true})
	}
	for _, r := range g.rows {
		cells := []ui.Cell{ui.T(r.label)}
		if r.href != "" {
			cells[0] = ui.Link(r.label, r.href)
		}
		for i := range r.counts {
			v := r.shown(i)
			if n.open && r.counts[i] > 0 && i < len(r.lists) && r.lists[i] != "" {
				cells = append(cells, ui.Counted(v, r.lists[i]))
			} else {
				cells = append(cells, ui.T(v))
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

func (n numbers) checkTable() ui.Table {
	t := ui.Table{ID: "checks", Caption: "勾稽关系", Columns: []ui.Column{{Label: "关系", Wide: true}, {Label: "左边", Num: true}, {Label: "右边", Num: true}, {Label: "结果", Slim: true}},
		Empty: ui.Empty{Title: "本县没有设置勾稽关系"}}
	for _, c := range n.checks {
		left, right, state, advice := ui.Count(c.result.Left), ui.Count(c.result.Right), ui.Tags(ui.Finished, "相符"), ""
		if n.covered { // sums from which covered cells could be reckoned
			left, right = cover.Withheld.Words(), cover.Withheld.Words()
		}
		if !c.result.Held {
			state, advice = ui.Tags(ui.Late, "不相符"), "请核对出生日期、性别不详的档案和对象类别；已到年龄的，在“申请和审批”里办理退出。"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(c.check.Label), Sub: advice}, ui.T(left), ui.T(right), state}})
	}
	return t
}

// NumbersSheet exports the numbers as a workbook, covered as on the screen.
func (p *Pages) NumbersSheet(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	n, err := p.gather(r.Context(), tx, by, r.URL.Query())
	if err != nil {
		return err
	}
	book, err := sheet.NewBook("")
	if err != nil {
		return err
	}
	defer book.Close()
	for _, g := range n.tables {
		if err := n.fill(book, g, "统计时间 "+civil.FormatTime(n.asof.Time())+"。在档未成年人，按居住地计入；合计每人只计一次。"+n.scope()); err != nil {
			return err
		}
	}
	attach(w, "未成年人统计数据.xlsx")
	_, err = book.WriteTo(w)
	return err
}

func (n numbers) fill(book *sheet.Book, g grid, note string) error {
	columns := []sheet.Column{{Title: g.first, Width: 24}}
	for _, h := range g.heads {
		columns = append(columns, sheet.Column{Title: h, Width: 12, Center: true})
	}
	t, err := book.Table(sheet.Table{Name: g.title, Title: g.title, Note: note, Columns: columns})
	if err != nil {
		return err
	}
	for _, r := range g.rows {
		values := []any{r.label}
		for i, n := range r.counts {
			if r.bare(i) {
				values = append(values, n)
			} else {
				values = append(values, r.shown(i))
			}
		}
		if err := t.Row(values...); err != nil {
			return err
		}
	}
	return nil
}

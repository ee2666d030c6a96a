package childpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type listView struct {
	Box    *boxView
	Hint   string     // about a search: what it found, or what it needs
	Back   string     // from a search to the list
	Places []ui.Crumb // the lists of places that bear what was searched
	Filter *ui.Filter
	Table  ui.Table
}

// boxView is the one box in which a child is searched.
type boxView struct{ Action, Words string }

const (
	searchPath = ListPath + "/search"
	pageRows   = 50
)

// List is the ledger of the actor's scope: open files, what is due first.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	view, err := p.list(r.Context(), p.DB.Reader(), by, r.URL.Query())
	if err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "list.html", p.listPage(by), view)
}

func (p *Pages) listPage(by access.Actor) ui.Page {
	page := ui.Page{Title: "未成年人档案", Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath), Wide: true, More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("child.add") {
		page.Action = &ui.Action{Label: "新建档案", Href: newPath, Icon: "plus"}
	}
	return page
}

func (p *Pages) list(ctx context.Context, tx *db.Tx, by access.Actor, q url.Values) (listView, error) {
	view := listView{}
	if by.Can("child.search") {
		view.Box = &boxView{Action: searchPath}
	}
	filter, err := p.filter(ctx, tx, by, q)
	if err != nil {
		return view, err
	}
	view.Filter = &filter
	f := filterOf(q)
	if p.secret(f.Category, today(tx)) {
		return view, errs.Missing()
	}
	rows, err := p.Cabinet.List(ctx, tx, by, f)
	if errs.Is(err, errs.Invalid) { // a province's or prefecture's reader chooses a county first
		view.Table.Empty = ui.Empty{Title: "请先选择县（市、区）", Text: "台账按县（市、区）查看，请在上方选择。"}
		return view, nil
	}
	if err != nil {
		return view, err
	}
	var pager *ui.Pager
	if len(rows) > pageRows || f.After != (child.Key{}) {
		pager = &ui.Pager{Note: "按应办日期排列，每页" + strconv.Itoa(pageRows) + "人"}
		if f.After != (child.Key{}) {
			pager.First = listAddress(q, child.Key{})
		}
		if len(rows) > pageRows {
			rows = rows[:pageRows]
			pager.Next = listAddress(q, child.KeyOf(rows[pageRows-1]))
		}
	}
	view.Table, err = p.table(ctx, tx, rows)
	view.Table.Pager, view.Table.Empty = pager, emptyList(by, q)
	return view, err
}

// filterOf reads the address; it asks for one row more than a page shows.
func filterOf(q url.Values) child.Filter {
	f := child.Filter{Region: q.Get("town"), Category: q.Get("category"), Level: child.AnyLevel, Limit: pageRows + 1}
	if village := q.Get("village"); village != "" && access.Town(village) == access.Town(f.Region) {
		f.Region = village
	}
	if level, err := strconv.Atoi(q.Get("level")); err == nil && level >= 0 && level <= child.MaxLevel {
		f.Level = level
	}
	if id, err := ref.Parse[ref.Child](q.Get("after")); err == nil {
		f.After = child.Key{Due: q.Get("due"), ID: id}
	}
	return f
}

var listKeys = []string{"town", "village", "category", "level"}

// listAddress gives the address of the list from a place on.
func listAddress(q url.Values, after child.Key, without ...string) string {
	out := url.Values{}
	for _, name := range listKeys {
		if v := q.Get(name); v != "" {
			out.Set(name, v)
		}
	}
	for _, name := range without {
		out.Del(name)
	}
	if after != (child.Key{}) {
		out.Set("due", after.Due)
		out.Set("after", ref.Format(after.ID))
	}
	if len(out) == 0 {
		return ListPath
	}
	return ListPath + "?" + out.Encode()
}

// filter offers the divisions below the actor's own, level by level, and the county's categories and levels.
func (p *Pages) filter(ctx context.Context, tx *db.Tx, by access.Actor, q url.Values) (ui.Filter, error) {
	f := ui.Filter{Action: ListPath}
	add := func(field ui.Field, without ...string) {
		if len(field.Options) == 0 {
			return
		}
		f.Fields = append(f.Fields, field)
		for _, o := range field.Options {
			if o.Value == field.Value && field.Value != "" {
				f.Tags = append(f.Tags, ui.FilterTag{Label: field.Label, Value: o.Label, Remove: listAddress(q, child.Key{}, append(without, field.Name)...)})
				f.Clear = ListPath
			}
		}
	}
	for _, place := range placeFields(by, q) {
		options, err := below(ctx, tx, by, place.parent)
		if err != nil {
			return f, err
		}
		add(ui.Field{Kind: ui.Pick, Name: place.name, Label: place.label, Value: q.Get(place.name), Options: options}, place.without...)
	}
	book, on := p.Cabinet.Book(), today(tx)
	var categories, levels []ui.Option
	for _, c := range book.PickCategories(on) {
		if c.Class == rule.Secret {
			continue // a list of them would tell whom they concern
		}
		categories = append(categories, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
	}
	for n := child.MaxLevel; n >= 0; n-- {
		levels = append(levels, ui.Option{Value: strconv.Itoa(n), Label: LevelOf(book.Levels(on), n).Word()})
	}
	add(ui.Field{Kind: ui.Select, Name: "category", Label: "对象类别", Value: q.Get("category"), Options: categories})
	add(ui.Field{Kind: ui.Select, Name: "level", Label: "风险等级", Value: q.Get("level"), Options: levels})
	return f, nil
}

// placeField is a choice of divisions below one.
type placeField struct {
	name, label, parent string
	without             []string // what falls with it
}

// placeFields leads from the actor's own division downwards.
func placeFields(by access.Actor, q url.Values) []placeField {
	scope := by.Scope().Region
	switch n := len(access.Prefix(scope)); {
	case n == 9:
		return []placeField{{name: "village", label: "村（社区）", parent: scope}}
	case n == 6:
		fields := []placeField{{name: "town", label: "乡镇（街道）", parent: scope, without: []string{"village"}}}
		if town := q.Get("town"); town != "" && access.County(town) == access.County(scope) {
			fields = append(fields, placeField{name: "village", label: "村（社区）", parent: town})
		}
		return fields
	case n > 0 && n < 6:
		return []placeField{{name: "town", label: "县（市、区）", parent: scope}}
	}
	return nil
}

// below are the divisions right below one; below a prefecture its counties.
func below(ctx context.Context, tx *db.Tx, by access.Actor, parent string) ([]ui.Option, error) {
	list, err := region.Choices(ctx, tx, by, parent)
	options := make([]ui.Option, len(list))
	for i, r := range list {
		options[i] = ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search}
	}
	return options, err
}

// table lists files; what is private is not in it.
func (p *Pages) table(ctx context.Context, tx *db.Tx, rows []child.Child) (ui.Table, error) {
	t := ui.Table{ID: "children", Caption: "未成年人档案", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "风险等级", Slim: true}, {Label: "应办日期", Slim: true},
		{Label: "居住地"}, {Label: "学校", Quiet: true}}}
	bounds, err := p.Kernel.Bounds(ctx, tx)
	if err != nil {
		return t, err
	}
	codes := make([]string, len(rows))
	for i, c := range rows {
		codes[i] = c.Region
	}
	places, err := region.Places(ctx, tx, codes)
	if err != nil {
		return t, err
	}
	on := today(tx)
	levels := levelsOf(p.Cabinet.Book().Levels(on))
	dues, words := map[string]*ui.Due{}, map[string]string{} // many rows share theirs
	t.Rows = make([]ui.Row, 0, len(rows))
	for _, c := range rows {
		if _, known := words[c.Categories]; !known {
			words[c.Categories] = p.categoryWords(c.CategoryIDs(), on, false)
		}
		due, known := dues[c.Due]
		if !known {
			due = dueOf(c, bounds)
			dues[c.Due] = due
		}
		row := ui.Row{Label: NameOf(c), Cells: []ui.Cell{{Text: NameOf(c), Href: Path(c.ID), Sub: who(c, on, words[c.Categories])}, {Level: &levels[c.Level]}, {Due: due},
			ui.T(places[c.Region]), {Text: c.School, Sub: c.Grade}}}
		if due != nil {
			row.Near = due.Near
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// levelsOf gives each level as the county shows it.
func levelsOf(list []rule.Level) (out [child.MaxLevel + 1]ui.Level) {
	for n := range out {
		out[n] = LevelOf(list, n)
	}
	return out
}

// who says in a row who a child is, and to which categories it belongs.
func who(c child.Child, on civil.Date, categories string) string {
	if categories != "" {
		return sexAge(c, on) + "　" + categories
	}
	return sexAge(c, on)
}

func emptyList(by access.Actor, q url.Values) ui.Empty {
	if listAddress(q, child.Key{}) != ListPath {
		return ui.Empty{Title: "没有符合条件的档案", Text: "换一个条件，或清除全部条件再看。"}
	}
	e := ui.Empty{Title: "本辖区还没有档案", Text: "建立档案后，这里按应办日期列出每一名儿童：该走访谁、还有几天，一看便知。"}
	if by.Can("child.add") {
		e.Action = &ui.Action{Label: "新建档案", Href: newPath, Icon: "plus"}
	}
	return e
}

// Search finds files by one box. The words travel in the body: an address
// would keep a name in histories and logs.
func (p *Pages) Search(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	words := r.PostFormValue("q")
	live := r.Header.Get("HX-Request") == "true"
	view := listView{Back: ListPath}
	var err error
	if view.Places, err = p.places(r.Context(), p.DB.Reader(), by, words); err != nil {
		return err
	}
	if words == "" && live {
		view, err := p.list(r.Context(), p.DB.Reader(), by, url.Values{})
		if err != nil {
			return err
		}
		return p.UI.Part(w, r, "found", view)
	}
	var hits []child.Child
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		hits, err = p.Cabinet.Search(ctx, tx, by, words)
		return err
	})
	if err == nil {
		view.Hint = hitWords(len(hits))
		view.Table, err = p.table(r.Context(), p.DB.Reader(), hits)
	}
	view.Table.Empty = noHits(by)
	if errs.Is(err, errs.Invalid) {
		view.Hint, err = tooShort, nil
		view.Table.Empty = ui.Empty{Title: tooShort, Text: "例如姓名“张小明”、名字“小明”、姓名的拼音首字母，或身份证号、手机号的后四位。"}
	}
	if err != nil {
		return err
	}
	if live {
		return p.UI.Part(w, r, "found", view)
	}
	view.Box = &boxView{searchPath, words}
	return p.UI.Page(w, r, by, "list.html", p.listPage(by), view)
}

// mostPlaces is how many divisions a search shows above the files.
const mostPlaces = 6

// places leads to the lists of the villages and townships, in the actor's
// scope, that bear a name or its initials.
func (p *Pages) places(ctx context.Context, tx *db.Tx, by access.Actor, words string) ([]ui.Crumb, error) {
	if !by.Can("region.list") || !by.Can("child.list") || utf8.RuneCountInString(words) < 2 {
		return nil, nil
	}
	found, err := region.Search(ctx, tx, by, words, region.Township, region.Village)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(x region.Region) bool { return !strings.HasPrefix(x.Code, access.Prefix(by.Scope().Region)) })
	found = found[:min(len(found), mostPlaces)]
	codes := make([]string, len(found))
	for i, x := range found {
		codes[i] = x.Code
	}
	names, err := region.Places(ctx, tx, codes)
	out := make([]ui.Crumb, len(found))
	for i, x := range found {
		q := url.Values{"town": {access.Town(x.Code) + "000"}}
		if x.Level == region.Village {
			q.Set("village", x.Code)
		}
		out[i] = ui.Crumb{Label: names[x.Code], Href: listAddress(q, child.Key{})}
	}
	return out, err
}

const tooShort = "请至少输入两个字、两个拼音首字母，或号码的后四位"

// mostHits is how many files a search gives at most.
const mostHits = 50

func hitWords(n int) string {
	switch n {
	case 0:
		return "没有找到"
	case mostHits:
		return "显示前" + strconv.Itoa(n) + "人，请输入更多的字"
	}
	return "找到" + strconv.Itoa(n) + "人"
}

func noHits(by access.Actor) ui.Empty {
	e := ui.Empty{Title: "本辖区没有找到这名儿童", Text: "请核对姓名用字，或改用拼音首字母、身份证号或手机号后四位再查。"}
	if by.Can("child.add") {
		e.Text += "确实没有档案的，可以新建。"
		e.Action = &ui.Action{Label: "新建档案", Href: newPath, Icon: "plus"}
	}
	return e
}

package roster

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
	"weibao/internal/vault"
)

// messages gives what is wrong by field.
func messages(err error) map[string]string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Fields
	}
	return nil
}

// text gives what is wrong with the whole.
func text(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Message
	}
	return "读取时出错，请稍后重试；仍不成功的，请联系系统管理员。"
}

// FaultOf says under which column of the list stands what the files refuse.
func (p *Parser) FaultOf(err error) Fault {
	for field, said := range messages(err) {
		return p.At(fieldOfProblem[field], said)
	}
	return Fault{-1, text(err)}
}

func itoa(n int) string { return strconv.Itoa(n) }

// Fault is what is wrong with a row and how to mend it.
type Fault struct {
	Column int    `json:"column"` // from 0; −1 for the whole row
	Text   string `json:"text"`
}

// Line is a row of the list, its cells brought to one form.
type Line struct {
	Number int
	Cells  []string // by column of the head
	Faults []Fault  // found while reading the cells
}

// Parser makes files of lines. It serves one batch and one goroutine.
type Parser struct {
	columns    []*Field // nil for columns that are not imported
	place      map[string]int
	Places     *Places
	categories map[string]string // word → id
	labels     map[string]string // id → word
	today      civil.Date
	source     string
	Compare    bool // a list of another department need not say everything
}

// New prepares the reading of a list with these columns; a compared list need not say where its children live.
func New(h Head, p *Places, categories []rule.Category, today civil.Date, source string, compare bool) *Parser {
	out := &Parser{place: map[string]int{}, Places: p, categories: map[string]string{}, labels: map[string]string{}, today: today, source: source, Compare: compare}
	for i, c := range h.Columns {
		f := fieldByKey[c.Field]
		if f == nil || f.kind == ignored {
			out.columns = append(out.columns, nil)
			continue
		}
		out.columns = append(out.columns, f)
		out.place[f.Key] = i
	}
	for _, c := range categories {
		out.labels[c.ID] = c.Label
		for _, w := range []string{c.Label, normal(c.Label), strings.TrimSuffix(normal(c.Label), "儿童"), strings.TrimSuffix(normal(c.Label), "未成年人")} {
			if _, taken := out.categories[w]; !taken && w != "" {
				out.categories[w] = c.ID
			}
		}
	}
	return out
}

// blanks are what people write where there is nothing to write.
var blanks = []string{"无", "/", "-", "--", "—", "——", "暂无", "没有", "不详", "无。", "未知", "N/A", "空", "\\"}

// Read brings the cells of a row to the form in which they are kept.
func (p *Parser) Read(r sheet.Row) Line {
	l := Line{Number: r.Number, Cells: make([]string, len(p.columns))}
	at, ours := p.place[KeyFile]
	ours = ours && r.Cell(at).Text != ""
	for i, f := range p.columns {
		if f == nil {
			continue
		}
		cell := r.Cell(i)
		cell.Text = strings.TrimPrefix(cell.Text, child.Banned) // the ban stands in the file
		if text, guarded := strings.CutPrefix(cell.Text, "'"); guarded && text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
			cell.Text = text // as a text that was given back stands there
		}
		if cell.Text == "" || ours && covered(f, cell.Text) {
			continue
		}
		value, problem := tidy(f, cell)
		if problem != "" {
			l.Faults = append(l.Faults, Fault{i, problem})
			value = cell.Trimmed()
		}
		l.Cells[i] = value
	}
	return l
}

// covered tells that a cell of a list which this program gave out hides its value: it says nothing.
func covered(f *Field, text string) bool {
	return text == child.Cover || strings.Contains(text, "*") && (f.kind != plain || f.Group == "监护人" || f.Group == "父母")
}

// File gives the file that a line names by its number; an unreadable number names none that there is.
func (p *Parser) File(l Line) (id ref.Child, named bool) {
	text := p.cell(l, KeyFile)
	if text == "" {
		return 0, false
	}
	id, err := ref.Parse[ref.Child](text)
	if err != nil {
		id = -1
	}
	return id, true
}

// Mismatch tells where a line names a file by its number, but is about somebody else.
func (p *Parser) Mismatch(l Line, at child.New) (Fault, bool) {
	number, name := p.cell(l, KeyNumber), p.cell(l, KeyName)
	switch {
	case number != "" && number == at.Dossier.Number, number == "" && name == at.Name:
		return Fault{}, false
	case number != "" && at.Dossier.Number != "":
		return p.At(KeyNumber, "与档案编号对应的身份证号不一致。请核对这一行是否串行；要更正身份证号的，请在档案中办理。"), true
	case name != at.Name:
		return p.At(KeyName, "与档案编号对应的姓名不一致。请核对这一行是否串行；要更正姓名的，请在档案中办理。"), true
	}
	return Fault{}, false
}

// maxCell bounds a text of the file.
const maxCell = 500

func tidy(f *Field, c sheet.Cell) (value, problem string) {
	value = c.Trimmed()
	if len(value) <= 6 && slices.Contains(blanks, value) && f.Key != "away" && f.Key != "household" {
		return "", ""
	}
	switch f.kind {
	case identity, coded:
		if c.LostDigits() {
			return "", f.Label + "在表格里存成了数字，后几位已经丢失。请把这一列设为“文本”格式，重新填写。"
		}
		return vault.Normal(value), ""
	case telephone:
		return phone(f, value)
	case dated:
		if value == "" {
			return "", ""
		}
		if d, ok := c.Date(); ok {
			return d.String(), ""
		}
		if m, ok := month(value); ok {
			return m, ""
		}
		return "", f.Label + "无法识别，请写成2015-03-08这样的年月日。"
	}
	if len(value) > maxCell && len([]rune(value)) > maxCell {
		return "", f.Label + "超过" + itoa(maxCell) + "个字，请精简。"
	}
	if strings.ContainsAny(value, " \n\t\r") {
		value = strings.Join(strings.Fields(value), " ")
	}
	return value, ""
}

var telephones = regexp.MustCompile(`^(1\d{10}|0\d{9,11}|[2-9]\d{6,7})$`)

func phone(f *Field, value string) (string, string) {
	n := vault.NormalPhone(value)
	if n == "" || telephones.MatchString(n) {
		return n, ""
	}
	return "", f.Label + "应为一个11位手机号，或带区号的固定电话。请核对是否多写、漏写，或一格里填了几个号码。"
}

var yearMonth = regexp.MustCompile(`^((?:19|20)\d\d)[-./年]?(0?[1-9]|1[0-2])月?$`)

// month reads a month without its day.
func month(s string) (string, bool) {
	m := yearMonth.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	return m[1] + "-" + ("0" + m[2])[len(m[2])-1:], true
}

// cell gives the value of a field in a line.
func (p *Parser) cell(l Line, key string) string {
	if i, ok := p.place[key]; ok {
		return l.Cells[i]
	}
	return ""
}

// At puts what is wrong under the column of a field, or under the whole row.
func (p *Parser) At(key, text string) Fault {
	if i, ok := p.place[key]; ok {
		return Fault{i, text}
	}
	return Fault{-1, text}
}

// apply sets what a line says in a file, and tells what cannot be set.
func (p *Parser) apply(l Line, n *child.New) []Fault {
	faults := slices.Clone(l.Faults)
	for i, f := range p.columns {
		if f == nil || f.set == nil || l.Cells[i] == "" || bad(l.Faults, i) || f.get != nil && folded(f.get(n)) == l.Cells[i] {
			continue
		}
		if problem := f.set(n, l.Cells[i]); problem != "" {
			faults = append(faults, Fault{i, problem})
		}
	}
	unite(&n.Dossier)
	return faults
}

// folded is a text of a file as a cell of it is read, so that wide brackets and ends of lines are no change.
func folded(s string) string {
	if s == "" {
		return ""
	}
	return strings.Join(strings.Fields(sheet.Cell{Text: s}.Trimmed()), " ")
}

func bad(faults []Fault, column int) bool {
	return len(faults) > 0 && slices.ContainsFunc(faults, func(f Fault) bool { return f.Column == column })
}

// Fresh makes a new file of a line; lost says that the place is not clear.
func (p *Parser) Fresh(l Line) (n child.New, faults []Fault, lost *Fault) {
	n = child.New{Source: p.source}
	faults = p.apply(l, &n)
	code, key, problem := p.Places.find(p.cell(l, KeyRegion), p.cell(l, KeyTown), p.cell(l, KeyVillage), p.cell(l, keyAddress)+p.cell(l, "registered"))
	if problem != "" && !p.Compare {
		f := p.At(key, problem)
		lost = &f
	}
	n.Region = code
	ids, fault := p.belongs(l)
	if fault != nil {
		faults = append(faults, *fault)
	}
	for _, id := range ids {
		n.Categories = append(n.Categories, child.NewCategory{ID: id, Source: p.source})
	}
	if n.Dossier.Number == "" {
		n.Dossier.NoNumber = "missing"
	}
	return n, append(faults, p.check(&n, code == "")...), lost
}

// belongs reads the categories of a line.
func (p *Parser) belongs(l Line) ([]string, *Fault) {
	var ids []string
	for words := split(p.cell(l, KeyCategory)); len(words) > 0; {
		id, taken := p.category(words)
		if taken == 0 {
			f := p.At(KeyCategory, "本县对象类别里没有“"+words[0]+"”。可填："+strings.Join(p.words(), "、")+"。")
			return nil, &f
		}
		if words = words[taken:]; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// category finds the one that most of the first words mean: there are labels with a 、 in them.
func (p *Parser) category(words []string) (id string, taken int) {
	for n := len(words); n > 0; n-- {
		label := strings.Join(words[:n], "、")
		for _, w := range []string{label, normal(label)} {
			if id, ok := p.categories[w]; ok {
				return id, n
			}
		}
	}
	return "", 0
}

func (p *Parser) words() []string {
	var out []string
	for _, w := range p.labels {
		out = append(out, w)
	}
	slices.Sort(out)
	return out
}

// fieldOfProblem says under which field of a list stands what Normalize finds wrong.
var fieldOfProblem = map[string]string{"number": KeyNumber, "name": KeyName, "birth": keyBirth, "sex": "sex", "people": "guardian_number", "region": KeyVillage}

// check has the file normalised as it would be stored.
func (p *Parser) check(n *child.New, nowhere bool) []Fault {
	if n.Guessed && n.Dossier.Number != "" {
		if card, err := idcard.Parse(n.Dossier.Number); err == nil && card.Birth.MonthStart() == n.Birth {
			n.Birth, n.Guessed = card.Birth, false // the list says the month, the number the day
		}
	}
	err := n.Normalize(p.today)
	if err == nil {
		return nil
	}
	var faults []Fault
	for field, text := range messages(err) {
		if field == "region" && (nowhere || p.Compare) {
			continue
		}
		faults = append(faults, p.At(fieldOfProblem[field], text))
	}
	slices.SortFunc(faults, func(a, b Fault) int { return a.Column - b.Column })
	return faults
}

// Change gives a file as it would be after a line was applied, with what differs.
func (p *Parser) Change(l Line, at child.New, holds func(category string) bool) (child.New, []Difference, []Fault) {
	after := at
	after.Dossier.People = slices.Clone(after.Dossier.People)
	if i, listed := p.place[keyAddress]; listed && l.Cells[i] != "" && l.Cells[i] == p.Places.names[at.Region] {
		l.Cells = slices.Clone(l.Cells)
		l.Cells[i] = "" // the village alone is no address within it
	}
	faults := p.apply(l, &after)
	if code, _, problem := p.Places.find(p.cell(l, KeyRegion), p.cell(l, KeyTown), p.cell(l, KeyVillage), ""); problem == "" && code != "" {
		after.Region = code
	}
	ids, fault := p.belongs(l)
	if fault != nil {
		faults = append(faults, *fault)
	}
	if after.Dossier.Number != "" {
		after.Dossier.NoNumber = ""
	}
	if faults = append(faults, p.check(&after, false)...); len(faults) > 0 {
		return after, nil, faults
	}
	diff := p.differences(at, after)
	for _, id := range ids {
		if !holds(id) {
			diff = append(diff, Difference{Field: KeyCategory, After: id})
		}
	}
	return after, diff, nil
}

// Difference is a value of a file before and after an import.
type Difference struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// differences compares the fields which the list has, and what follows from them.
func (p *Parser) differences(before, after child.New) []Difference {
	var out []Difference
	for _, f := range p.columns {
		if f == nil || f.get == nil {
			continue
		}
		if b, a := f.get(&before), f.get(&after); a != b {
			out = append(out, Difference{f.Key, b, a})
		}
	}
	if before.Region != after.Region {
		out = append(out, Difference{KeyRegion, before.Region, after.Region})
	}
	for _, key := range []string{keyBirth, "sex"} { // filled from a number that was not known
		f := fieldByKey[key]
		if _, listed := p.place[key]; listed {
			continue
		}
		if b, a := f.get(&before), f.get(&after); a != b {
			out = append(out, Difference{key, b, a})
		}
	}
	return out
}

// Restore gives a file with the fields set back that still have what an import
// gave them, and names the others.
func Restore(now child.New, list []Difference) (back child.New, left string) {
	back = now
	back.Dossier.People = slices.Clone(now.Dossier.People)
	for _, d := range list {
		if d.Field == KeyRegion {
			if now.Region == d.After {
				back.Region = d.Before
			} else {
				left += "居住地；"
			}
			continue
		}
		f := fieldByKey[d.Field]
		if f == nil || f.get == nil {
			continue
		}
		if f.get(&now) != d.After {
			left += f.Label + "；"
			continue
		}
		f.set(&back, d.Before)
	}
	back.Dossier.People = peopled(back.Dossier.People)
	if back.Dossier.Number == "" && back.Dossier.NoNumber == "" {
		back.Dossier.NoNumber = "missing"
	}
	return back, left
}

// peopled leaves out people of whom nothing is left.
func peopled(list []child.Person) []child.Person {
	var out []child.Person
	for _, p := range list {
		if p.Name != "" || p.Phone != "" || p.Number != "" || len(p.Situation) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// Shown is a cell as its column is read: days as days, not as numbers.
func Shown(c Column, cell sheet.Cell) string {
	if f := fieldByKey[c.Field]; f != nil && f.kind == dated {
		if d, ok := cell.Date(); ok {
			return d.String()
		}
	}
	return cell.Text
}

// Masked is a value of a field as a screen shows it to who need not read all of it.
func Masked(key, value string) string {
	f := fieldByKey[key]
	switch {
	case f == nil:
		return value
	case f.kind == identity, f.kind == coded && key != KeyRegion:
		return idcard.MaskNumber(value)
	case f.kind == telephone:
		return idcard.MaskPhone(value)
	}
	return value
}

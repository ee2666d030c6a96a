package pack

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/sheet"
)

// Words are the names that the papers use.
type Words struct {
	Place   string // whose installation it is
	Units   map[ref.Unit]string
	Purpose func(key string) string
}

func (w Words) unit(id ref.Unit) string { return cmp.Or(w.Units[id], "（未登记单位）") }

func (w Words) purpose(key string) string { return cmp.Or(w.Purpose(key), "未注明") }

// UnitIDs lists the units whose names the papers need.
func (p Pack) UnitIDs() []ref.Unit {
	var ids []ref.Unit
	add := func(id ref.Unit) {
		if id != 0 {
			ids = append(ids, id)
		}
	}
	for _, l := range p.Lines {
		add(l.Unit)
	}
	for _, o := range p.Odd {
		add(o.Unit)
	}
	for _, r := range p.Rights {
		add(r.Unit)
	}
	return ids
}

// Write writes the workbook and the report into one archive.
func (p Pack) Write(out io.Writer, w Words) error {
	z := zip.NewWriter(out)
	name := fmt.Sprintf("%d年未成年人个人信息合规审计", p.Year)
	book, err := z.Create(name + "统计表.xlsx")
	if err != nil {
		return err
	}
	if err := p.workbook(book, w); err != nil {
		return err
	}
	doc, err := z.Create(name + "情况.docx")
	if err != nil {
		return err
	}
	if err := p.Report(w).Write(doc); err != nil {
		return err
	}
	return z.Close()
}

// odd says why a day is listed.
func (o Odd) reason() string {
	switch {
	case o.Files >= ManyFiles && o.OutOfHours > 0:
		return "数量偏多，含非工作时间"
	case o.Files >= ManyFiles:
		return "数量偏多"
	}
	return "非工作时间"
}

func (p Pack) note() string {
	return fmt.Sprintf("统计期间 %d-01-01 至 %s　取自审计记录　不含未成年人的任何个人信息", p.Year, p.Until)
}

// table is one tab of the workbook and one table of the report.
type table struct {
	name    string
	columns []sheet.Column
	rows    [][]any
}

func (p Pack) tables(w Words) []table {
	count := func(title string) sheet.Column { return sheet.Column{Title: title, Kind: sheet.Integer, Width: 10} }
	byUnit := table{name: "按单位岗位用途", columns: []sheet.Column{{Title: "单位", Width: 30}, {Title: "岗位", Width: 18}, {Title: "用途", Width: 18}, count("查看次数"), count("涉及档案"), count("查看人数")}}
	for _, l := range p.Lines {
		byUnit.rows = append(byUnit.rows, []any{w.unit(l.Unit), l.Role.Label(), w.purpose(l.Purpose), l.Looks, l.Files, l.People})
	}
	byMonth := table{name: "按月", columns: []sheet.Column{{Title: "月份", Width: 10}, count("查看次数"), count("涉及档案"), count("非工作时间"), count("搜索次数")}}
	for i, m := range p.Months {
		byMonth.rows = append(byMonth.rows, []any{strconv.Itoa(i+1) + "月", m.Looks, m.Files, m.OutOfHours, m.Searches})
	}
	odd := table{name: "非工作时间和数量偏多", columns: []sheet.Column{{Title: "日期", Width: 14}, {Title: "单位", Width: 30}, {Title: "岗位", Width: 18}, {Title: "姓名", Width: 12}, count("查看次数"), count("涉及档案"), count("非工作时间"), {Title: "情形", Width: 24}}}
	for _, o := range p.Odd {
		odd.rows = append(odd.rows, []any{o.Day.String(), w.unit(o.Unit), o.Role.Label(), o.Name, o.Looks, o.Files, o.OutOfHours, o.reason()})
	}
	rights := table{name: "在用权限", columns: []sheet.Column{{Title: "单位", Width: 30}, {Title: "岗位", Width: 18}, count("人数"), {Title: "可以看到", Width: 40}}}
	for _, r := range p.Rights {
		rights.rows = append(rights.rows, []any{w.unit(r.Unit), r.Role.Label(), r.N, reach(r.Role)})
	}
	return []table{byUnit, byMonth, odd, rights}
}

func reach(role access.Role) string {
	switch role.Info().Reach {
	case access.InRegion:
		return "本辖区档案，隐私内容查看留痕"
	case access.OwnUnit:
		return "交给本单位的档案"
	}
	return "不能查看档案"
}

func (p Pack) workbook(out io.Writer, w Words) error {
	book, err := sheet.NewBook("")
	if err != nil {
		return err
	}
	defer book.Close()
	for _, t := range p.tables(w) {
		tab, err := book.Table(sheet.Table{Name: t.name, Title: w.Place + "未成年人档案查看情况（" + t.name + "）", Note: p.note(), Columns: t.columns})
		if err != nil {
			return err
		}
		for _, row := range t.rows {
			if err := tab.Row(row...); err != nil {
				return err
			}
		}
	}
	if err := book.Describe(sheet.Properties{Title: "未成年人个人信息合规审计统计表", Made: p.Until.Start()}); err != nil {
		return err
	}
	_, err = book.WriteTo(out)
	return err
}

// Report is the account of the year, for the office to complete and report to
// the department of cyberspace affairs 「网信部门」.
func (p Pack) Report(w Words) letter.Document {
	many, out := 0, 0
	for _, o := range p.Odd {
		if o.Files >= ManyFiles {
			many++
		}
		if o.OutOfHours > 0 {
			out++
		}
	}
	d := letter.Document{Title: fmt.Sprintf("%s%d年未成年人个人信息\n合规审计情况", w.Place, p.Year), Date: p.Until, Body: []letter.Block{
		letter.Heading(1, "依据"),
		letter.Text("《未成年人网络保护条例》第三十六条要求严格设定信息访问权限、记录访问情况；第三十七条要求每年开展合规审计，并将审计情况及时报告网信等部门。本材料的数字取自系统审计记录，不含未成年人的任何个人信息。"),
		letter.Heading(1, "查看情况"),
		letter.Text(fmt.Sprintf("%d年1月1日至%s，共有%d人查看未成年人档案中的隐私内容%d次，涉及档案%d份。每次查看都记录了人员、岗位、时间和用途。", p.Year, civil.FormatDateLong(p.Until), p.People, p.Looks, p.Files)),
		letter.Heading(1, "需要核实的情形"),
		letter.Text(fmt.Sprintf("非工作时间（节假日、休息日，或工作日%d时以前、%d时以后）有查看的，%d人次·日；同一人一日查看%d份以上档案的，%d人次·日。以上界限是系统建议值，请本县确定。紧急情况下的查看属于正常履职，请逐条核实后说明。", FirstHour, LastHour, out, ManyFiles, many)),
		letter.Heading(1, "在用权限"),
		letter.Text("可以查看档案的岗位见附件，请核对有无应当收回的。"),
		letter.Heading(1, "审计意见"),
		letter.Text("（由审计人员填写）"),
	}}
	for _, t := range p.tables(w) {
		d.Attachments = append(d.Attachments, letter.Attachment{Title: t.name, Wide: true, Body: []letter.Block{t.letter()}})
	}
	return d
}

func (t table) letter() letter.Table {
	var out letter.Table
	for _, c := range t.columns {
		out.Columns = append(out.Columns, letter.Column{Title: c.Title, Share: c.Width})
	}
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = fmt.Sprint(v)
		}
		out.Rows = append(out.Rows, cells)
	}
	if len(out.Rows) == 0 {
		cells := make([]string, len(t.columns))
		cells[0] = "无"
		out.Rows = [][]string{cells}
	}
	return out
}

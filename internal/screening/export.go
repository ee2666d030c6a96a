package screening

import (
	"context"
	"io"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/sheet"
)

var columns = []sheet.Column{{Title: "乡镇（街道）", Width: 14}, {Title: "村（社区）", Width: 16}, {Title: "在档", Kind: sheet.Integer}, {Title: "预计", Kind: sheet.Integer},
	{Title: "预计人数来源", Width: 16}, {Title: "已查", Kind: sheet.Integer}, {Title: "未查", Kind: sheet.Integer}, {Title: "无变化", Kind: sheet.Integer},
	{Title: "有变化", Kind: sheet.Integer}, {Title: "新发现", Kind: sheet.Integer}, {Title: "未见到", Kind: sheet.Integer}, {Title: "其中迁走", Kind: sheet.Integer},
	{Title: "需评估", Kind: sheet.Integer}, {Title: "上次未见到的（结转）", Kind: sheet.Integer}, {Title: "状态", Width: 12}, {Title: "报告时间", Kind: sheet.Instant}, {Title: "报告人"}, {Title: "说明", Width: 24}}

// Export writes the progress of a campaign as a workbook, village by village
// in the order of their codes, and journals that it was taken.
func (k *Desk) Export(ctx context.Context, d *db.DB, by access.Actor, id ref.Campaign, out io.Writer) error {
	if err := by.Require("screening.export"); err != nil {
		return err
	}
	tx := d.Reader()
	p, err := k.Progress(ctx, tx, by, id)
	if err != nil {
		return err
	}
	book, err := sheet.NewBook("")
	if err != nil {
		return err
	}
	defer book.Close()
	w, err := book.Table(sheet.Table{Name: "排查进度", Title: p.Name + "进度表", Columns: columns,
		Note: "期限" + p.Due.String() + "。导出：" + by.Post.UnitName + " " + by.Name + " " + civil.FormatTime(tx.Now.Time())})
	if err != nil {
		return err
	}
	if err := p.write(ctx, tx, w); err != nil {
		return err
	}
	if err := d.Write(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, by, "screening.export", subject, id, map[string]any{"rows": len(p.Rows)})
	}); err != nil {
		return err
	}
	_, err = book.WriteTo(out)
	return err
}

func (p Progress) write(ctx context.Context, tx *db.Tx, w *sheet.Writer) error {
	var codes []string
	for _, r := range p.Rows {
		codes = append(codes, townOf(r.Region))
	}
	towns, err := region.Names(ctx, tx, codes)
	if err != nil {
		return err
	}
	for _, r := range p.Rows {
		var expected, at any
		if r.Expected != NotSaid {
			expected = r.Expected
		}
		if r.Finished != 0 {
			at = r.Finished.Time()
		}
		if err := w.Row(towns[townOf(r.Region)], r.Name, r.Living, expected, r.Source, r.Done(), r.Missing(), r.Same, r.Changed, r.Found, r.Absent, r.Gone, r.Leads, r.Carried,
			r.State(p.Campaign, today(tx)), at, r.FinishedName, r.Words); err != nil {
			return err
		}
	}
	t := Sum(p.Rows)
	var named any
	source := ""
	if t.Named > 0 {
		named, source = t.Expected, strconv.Itoa(t.Named)+"个村已报"
	}
	return w.Row("合计", "", t.Living, named, source, t.Done(), t.Missing, t.Same, t.Changed, t.Found, t.Absent, t.Gone, t.Leads, t.Carried, "", nil, "", "")
}

// townOf is the code of the township in which a village lies.
func townOf(code string) string { return access.Town(code) + "000" }

// State says in a word how far a village is.
func (r Row) State(c Campaign, on civil.Date) string {
	switch {
	case r.Zero == 1:
		return "零报告"
	case r.Finished != 0 && r.Late(c, on):
		return "逾期完成"
	case r.Finished != 0:
		return "已完成"
	case r.Late(c, on):
		return "超期未完成"
	case r.Done() > 0:
		return "进行中"
	}
	return "未开始"
}

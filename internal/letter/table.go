package letter

import "math"

func (t Table) write(w *writer) {
	if len(t.Columns) == 0 {
		return
	}
	if t.Caption != "" {
		w.line(layout{style: "Flush", align: "center", extra: "<w:keepNext/>"}, font{face: heiti}, t.Caption)
	}
	widths := t.widths(w.width)
	w.raw(`<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`, w.width)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		w.raw(`<w:%s w:val="single" w:sz="4" w:space="0" w:color="000000"/>`, side)
	}
	w.raw(`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`)
	for _, width := range widths {
		w.raw(`<w:gridCol w:w="%d"/>`, width)
	}
	w.raw("</w:tblGrid>")
	var titles []string
	for _, c := range t.Columns {
		titles = append(titles, c.Title)
	}
	t.row(w, widths, titles, true)
	for _, cells := range t.Rows {
		t.row(w, widths, cells, false)
	}
	w.raw("</w:tbl>")
	w.line(layout{style: "Last"}, font{}, "")
}

func (t Table) row(w *writer, widths []int, cells []string, head bool) {
	size := t.Size
	if size <= 0 {
		size = xiaosi
	}
	look := font{size: int(size * 2)}
	w.raw(`<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="%d" w:hRule="atLeast"/>`, int(size*32))
	if head {
		look.face = heiti
		w.raw("<w:tblHeader/>")
	}
	w.raw("</w:trPr>")
	for i, c := range t.Columns {
		text, align := "", ""
		if i < len(cells) {
			text = cells[i]
		}
		if head || c.Center {
			align = "center"
		}
		w.raw(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>`, widths[i])
		w.line(layout{style: "Cell", align: align}, look, text)
		w.raw("</w:tc>")
	}
	w.raw("</w:tr>")
}

// widths shares the width out and gives what rounding leaves to the last column.
func (t Table) widths(total int) []int {
	sum := 0.0
	for _, c := range t.Columns {
		sum += share(c)
	}
	widths, used := make([]int, len(t.Columns)), 0
	for i, c := range t.Columns {
		widths[i] = int(math.Floor(float64(total) * share(c) / sum))
		used += widths[i]
	}
	widths[len(widths)-1] += total - used
	return widths
}

func share(c Column) float64 {
	if c.Share > 0 {
		return c.Share
	}
	return 1
}

package casepage

import (
	"bytes"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
)

// Letter gives the minutes of a conference as a Word document 「会商纪要」.
func (p *Pages) Letter(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	rec, err := p.Desk.Show(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	for _, m := range rec.Meetings {
		if ref.Format(m.ID) != r.PathValue("conference") {
			continue
		}
		ids := []ref.Unit{rec.Case.Unit}
		for _, a := range m.Attendees {
			ids = append(ids, a.Unit)
		}
		for _, d := range m.Decisions {
			ids = append(ids, d.Unit)
		}
		names, err := p.names(r.Context(), tx, ids)
		if err != nil {
			return err
		}
		doc := letter.Document{Title: rec.Number + "会商纪要", Signer: names[rec.Case.Unit], Date: civil.DateOf(m.Held.Time())}
		if m.Held == 0 {
			doc.Date = m.Day
		}
		doc.Body = append(doc.Body, letter.Text(civil.FormatDateLong(m.Day)+"，就"+rec.Number+"召开会商。"+placeWords(m.Place)), letter.Heading(1, "一、会商事项"), letter.Text(m.Agenda), letter.Heading(1, "二、各单位意见"))
		t := letter.Table{Columns: []letter.Column{{Title: "单位", Share: 2}, {Title: "参加人", Share: 1}, {Title: "意见", Share: 4}}}
		for _, a := range m.Attendees {
			t.Rows = append(t.Rows, []string{names[a.Unit], a.Name, a.Opinion})
		}
		doc.Body = append(doc.Body, t, letter.Heading(1, "三、结论"), letter.Text(m.Summary))
		if len(m.Decisions) > 0 {
			doc.Body = append(doc.Body, letter.Heading(1, "四、决定"))
			d := letter.Table{Columns: []letter.Column{{Title: "事项", Share: 4}, {Title: "承办单位", Share: 2}, {Title: "完成日期", Share: 2}}}
			for _, x := range m.Decisions {
				d.Rows = append(d.Rows, []string{x.Text, names[x.Unit], strings.TrimSpace(dateWords(x.Due))})
			}
			doc.Body = append(doc.Body, d)
		}
		var b bytes.Buffer
		if err := doc.Write(&b); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
		w.Header().Set("Content-Disposition", `attachment; filename="minutes.docx"`)
		_, err = w.Write(b.Bytes())
		return err
	}
	return errs.Missing()
}

func placeWords(place string) string {
	if place == "" {
		return ""
	}
	return "地点：" + place + "。"
}

func dateWords(d civil.Date) string {
	if d.IsZero() {
		return "按规定时限"
	}
	return civil.FormatDate(d)
}

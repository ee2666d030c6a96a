package guardianship

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

// Draft is a document that was filled in, with what of it is still empty.
type Draft struct {
	Name    string // of the file
	Bytes   []byte
	Unknown []string
}

// Paper fills in a document of a measure and leaves the trace. Identity number
// and address stand in it for whoever may reveal the child's file; for others
// they stay to be filled in by hand.
func (k *Desk) Paper(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, paper, place string) (Draft, error) {
	if err := by.Require("guardianship.paper"); err != nil {
		return Draft{}, err
	}
	t, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Draft{}, err
	}
	p, ok := k.Book().Paper(paper, t.Opened)
	if !ok || !slices.Contains(t.Rule.Papers, paper) {
		return Draft{}, errs.Missing()
	}
	if err := k.open(ctx, tx, &t); err != nil {
		return Draft{}, err
	}
	values := t.values(by, today(tx), place)
	if err := k.private(ctx, tx, by, t.Child, values); err != nil {
		return Draft{}, err
	}
	d, err := Fill(p, values, today(tx))
	if err != nil {
		return d, err
	}
	return d, audit.Write(ctx, tx, by, "guardianship.paper", Subject, id, map[string]any{"paper": paper})
}

// Fill makes the document of a template of the rules: what has no value stands
// in it as 〔未填：…〕.
func Fill(p protection.Paper, values map[string]string, on civil.Date) (Draft, error) {
	doc := letter.Document{Title: letter.Punctuate(p.Title), To: letter.Punctuate(p.To), Signer: "{{署名}}", Date: on, Note: letter.Punctuate(p.Note)}
	if p.Signer != "" {
		doc.Signer = p.Signer
	}
	for _, text := range p.Body {
		doc.Body = append(doc.Body, letter.Text(letter.Punctuate(text)))
	}
	var template, out bytes.Buffer
	if err := doc.Write(&template); err != nil {
		return Draft{}, err
	}
	report, err := letter.Fill(&out, bytes.NewReader(template.Bytes()), int64(template.Len()), letter.Values{Text: values})
	return Draft{Name: p.Label + ".docx", Bytes: out.Bytes(), Unknown: report.Unknown}, err
}

// Write sends the document.
func (d Draft) Write(w io.Writer) error {
	_, err := w.Write(d.Bytes)
	return err
}

// values are what a measure knows for its documents; what is not known is left out.
func (t Told) values(by access.Actor, on civil.Date, place string) map[string]string {
	last := Said{}
	number := ""
	for _, f := range t.Facts {
		if f.Struck == 0 {
			if last = f; f.Detail.Number != "" {
				number = f.Detail.Number
			}
		}
	}
	grounds := []string{}
	for _, g := range t.Rule.Grounds {
		if slices.Contains(t.Cause.Grounds, g.ID) {
			grounds = append(grounds, g.Label+"（"+g.Article+"）")
		}
	}
	values := map[string]string{"儿童姓名": t.Child.Name, "性别": t.Child.Sex.Word(), "出生日期": civil.FormatDateLong(t.Child.Birth), "居住地": place,
		"对象": t.Cause.Person, "情形": strings.Join(grounds, "；"), "依据": t.Rule.Cite(), "措施": t.Rule.Label, "文号": number,
		"开始日期": civil.FormatDateLong(t.begun()), "截止日期": civil.FormatDateLong(t.Until), "情况": last.Detail.Words, "署名": by.Post.UnitName,
		"安置方式": t.placed(), "今日": civil.FormatDateLong(on)}
	for name, v := range values {
		if v == "" {
			delete(values, name)
		} else {
			values[name] = letter.Punctuate(v)
		}
	}
	return values
}

// begun is the day from which the measure binds: an order that was applied for
// first begins when it is made. What binds nobody yet begins with its first fact.
func (t Told) begun() civil.Date {
	for _, f := range t.Facts {
		if f.Struck == 0 && f.Rule.Phase == protection.Held {
			return civil.DateOf(f.At.Time())
		}
	}
	return t.Opened
}

// placed tells where the child is placed now.
func (t Told) placed() string {
	where := ""
	for _, f := range t.Facts {
		if f.Struck == 0 && f.Place != "" {
			if where = PlaceLabel(f.Place); f.Detail.Place != "" {
				where += "（" + f.Detail.Place + "）"
			}
		}
	}
	return where
}

// private adds what only who reveals the child's file may see; it leaves the
// trace in that file.
func (k *Desk) private(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, values map[string]string) error {
	if !by.Can("child.reveal") || !c.Sees(by) {
		return nil
	}
	f, err := k.Cabinet.Reveal(ctx, tx, by, c.ID, "case")
	if err != nil {
		return err
	}
	put := func(name, v string) {
		if v != "" {
			values[name] = v
		}
	}
	put("身份证号", f.Dossier.Number)
	put("住址", f.Dossier.Places.Residence.Text)
	var guardians []string
	for _, p := range f.Dossier.People {
		if p.Guardian && p.Name != "" {
			guardians = append(guardians, p.Name)
		}
		if p.Delegation != nil {
			put("受托人", p.Name)
		}
	}
	put("监护人", strings.Join(guardians, "、"))
	return nil
}

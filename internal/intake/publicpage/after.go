package publicpage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/letter"
	"weibao/internal/letter/pdf"
	"weibao/internal/ui"
)

// fileForm asks for a picture.
func fileForm(say *voice, own []ui.Hidden) *ui.Form {
	return &ui.Form{Action: say.Path + "/file", Submit: say.upload, Optional: true, Hidden: own, Fields: []ui.Field{
		{Kind: ui.File, Name: "file", Label: say.file, Accept: ".jpg,.jpeg,.png,.txt", Hint: say.fileHint}}}
}

// proofForm gives the paper to whoever holds the receipt.
func proofForm(own []ui.Hidden) *ui.Form {
	return &ui.Form{Action: "/report/proof", Submit: "下载强制报告凭证（PDF）", Optional: true, Hidden: own, Also: []ui.SubmitButton{{Label: "下载文档（Word）", Name: "format", Value: "docx"}}}
}

// maxPart bounds what a form with a file keeps in memory.
const maxPart = 1 << 20

// File takes a picture for the report of a receipt.
func (p *Pages) File(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseMultipartForm(maxPart); err != nil {
		return errs.Wrap(errs.Invalid, err, "文件没有传完整，请返回重试。")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // nothing more can be done about a leftover
	code := r.PostFormValue("receipt")
	found, err := p.lookup(r, code, permit(r.PostForm))
	if err != nil {
		return p.notFound(w, r, err)
	}
	upload, _, err := r.FormFile("file")
	if err != nil {
		return p.progress(w, r, code, found, errs.Fields{"file": "请先选择照片。"}.Err())
	}
	defer upload.Close()
	err = p.Desk.Attach(r.Context(), p.DB, code, upload)
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		return p.progress(w, r, code, found, under("file", err))
	}
	if err != nil {
		return err
	}
	found.Words += about(found).got
	return p.progress(w, r, code, found, nil)
}

// Proof gives the paper of a mandatory report.
func (p *Pages) Proof(w http.ResponseWriter, r *http.Request) error {
	code := r.PostFormValue("receipt")
	if _, err := p.lookup(r, code, permit(r.PostForm)); err != nil {
		return p.notFound(w, r, err)
	}
	var proof intake.Proof
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		proof, err = p.Desk.Prove(ctx, tx, code)
		return err
	})
	if err != nil {
		return err
	}
	h, paper := w.Header(), p.paper(proof)
	if r.PostFormValue("format") == "docx" {
		h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
		h.Set("Content-Disposition", `attachment; filename="proof.docx"; filename*=UTF-8''%E5%BC%BA%E5%88%B6%E6%8A%A5%E5%91%8A%E5%87%AD%E8%AF%81.docx`)
		return paper.Write(w)
	}
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `attachment; filename="proof.pdf"; filename*=UTF-8''%E5%BC%BA%E5%88%B6%E6%8A%A5%E5%91%8A%E5%87%AD%E8%AF%81.pdf`)
	return pdf.Write(w, paper)
}

// paper is the proof as a document. It says of the police what the police signed, and nothing else.
func (p *Pages) paper(f intake.Proof) letter.Document {
	office, _ := p.Book().Term("office", f.Day())
	police := "截至出具本凭证时，公安机关尚未在本系统签收。本凭证不代表公安机关已经接到报警。"
	if f.Police != 0 {
		police = "公安机关于" + civil.FormatTime(f.Police.Time()) + "在本系统签收。"
	}
	rows := [][]string{{"报告编号", f.Number}, {"提交时间", civil.FormatTime(f.At.Time())}, {"报告单位", f.Reporter.Unit}, {"报告人", strings.TrimSpace(f.Reporter.Name + " " + f.Reporter.Post)},
		{"报告情形", strings.Join(f.Situations, "；")}, {"地点", f.Place}, {"报告内容", f.Narrative},
		{"报告人所述报警时间", f.Called.At}, {"接警人员", f.Called.Officer}, {"公安机关回执号", f.Called.Number}, {"校验码", mark(f.Mark)}}
	return letter.Document{Title: "强制报告凭证", Signer: office.Text, Date: f.Day(), Body: []letter.Block{
		letter.Text("依照《中华人民共和国未成年人保护法》第十一条，下列报告已经提交并受理登记。"),
		letter.Table{Columns: []letter.Column{{Title: "项目", Share: 1}, {Title: "内容", Share: 3}}, Rows: rows},
		letter.Text(police),
		letter.Text("校验码由报告编号、时间和内容算出，内容改动一个字就对不上。核对请与出具单位联系。本凭证含有未成年人信息，请妥善保管，不得公开。"),
	}}
}

// mark writes a keyed mark in groups of eight, as people compare it.
func mark(s string) string {
	const size = 8
	var groups []string
	_, digits, _ := strings.Cut(s, ":")
	for i := 0; i+size <= len(digits) && len(groups) < 8; i += size {
		groups = append(groups, digits[i:i+size])
	}
	return strings.Join(groups, " ")
}

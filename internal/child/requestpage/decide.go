package requestpage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/matchpage"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
)

// Decide grants or refuses a request.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	a := request.Answer{Grant: r.PostFormValue("decision") == "grant", Words: r.PostFormValue("words")}
	said := "已办结，申请人可以看到结果。"
	return p.act(w, r, by, said, func(ctx context.Context, tx *db.Tx, id ref.Request) error {
		if !a.Grant && r.PostFormValue("decision") != "refuse" {
			return errs.Fields{"decision": "请先选择办理结果。"}.Err()
		}
		return p.Counter.Decide(ctx, tx, by, id, a)
	})
}

// Acknowledge records the letter of the place outside.
func (p *Pages) Acknowledge(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.act(w, r, by, "回执已登记，档案已结束。", func(ctx context.Context, tx *db.Tx, id ref.Request) error {
		return p.Counter.Acknowledge(ctx, tx, by, id, r.PostFormValue("words"))
	})
}

// Withdraw takes a request back.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.act(w, r, by, "申请已撤回。", func(ctx context.Context, tx *db.Tx, id ref.Request) error {
		return p.Counter.Withdraw(ctx, tx, by, id)
	})
}

// Letter is the letter with the summary of the file, to be sent under seal.
func (p *Pages) Letter(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Request](r, "id")
	if err != nil {
		return err
	}
	var q request.Inquiry
	var f child.File
	var on civil.Date
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		on = civil.DateOf(tx.Now.Time())
		q, f, err = p.Counter.Hand(ctx, tx, by, id)
		return err
	})
	if err != nil {
		return err
	}
	places, err := region.Places(r.Context(), p.DB.Reader(), matchpage.Codes(f.New()))
	if err != nil {
		return err
	}
	attach(w, "未成年人档案移交函.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	return p.document(by, q, f, places, on).Write(w)
}

// document says to the receiving place what it must know to go on.
func (p *Pages) document(by access.Actor, q request.Inquiry, f child.File, places map[string]string, on civil.Date) letter.Document {
	rows := [][]string{}
	n := f.New()
	for _, part := range child.Parts() {
		if words := matchpage.Words(part.Key, n, places); words != "" && part.Key != "checked" && part.Key != "photo" {
			rows = append(rows, []string{part.Label, words})
		}
	}
	var held []string
	for _, id := range f.CategoryIDs() {
		if c, there := p.Counter.Book().Category(id, on); there {
			held = append(held, c.Label)
		}
	}
	if len(held) > 0 {
		rows = append(rows, []string{"对象类别", strings.Join(held, "、")})
	}
	for _, l := range p.Counter.Book().Levels(on) {
		if l.N == f.Level {
			rows = append(rows, []string{"风险等级", l.Label})
		}
	}
	return letter.Document{Title: "关于移交未成年人档案的函", To: q.Wish.Abroad + "：",
		Body: []letter.Block{
			letter.Text("因" + childpage.NameOf(f.Child) + "（" + f.Sex.Word() + "）迁往你地居住，现将其档案摘要移交你单位，请接收并继续落实关爱保护措施。收到后请函复我单位；函复以前，仍由我单位负责。"),
			letter.Text("档案内容涉及未成年人个人信息，请按照《中华人民共和国未成年人保护法》《未成年人网络保护条例》妥善保管，不得用于其他用途。"),
		},
		Attachments: []letter.Attachment{{Title: "未成年人档案摘要", Body: []letter.Block{letter.Table{Columns: []letter.Column{{Title: "项目", Share: 1}, {Title: "内容", Share: 3}}, Rows: rows}}}},
		Signer:      by.Post.UnitName, Date: on}
}

package photopage

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	_ "image/png" // photos may come as PNG
	"io"
	"mime"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type editView struct {
	Note ui.Note
	Form ui.Form
}

const (
	maxMB    = 10
	maxSide  = 12000 // pixels of what is sent: more is no camera's
	tall     = 640   // pixels of what is kept
	quality  = 85
	formText = 1 << 10
)

// Edit asks for a picture.
func (p *Pages) Edit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.edit(w, r, by, nil)
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	papers, err := p.Cabinet.Dossiers(r.Context(), tx, by, []ref.Child{id})
	if err != nil {
		return err
	}
	form := ui.Form{Action: childpage.Path(id) + EditTail, Submit: "保存照片", Cancel: childpage.Path(id), Fields: []ui.Field{
		{Kind: ui.File, Name: "photo", Label: "照片", Required: true, Accept: ".jpg,.jpeg,.png", MaxMB: maxMB, Hint: "正面清楚即可，系统自动缩小并去除拍摄时间、地点等信息。"}}}
	if papers[id].Photo != 0 {
		form.Also = []ui.SubmitButton{{Label: "删除现有的照片", Name: "remove", Value: "1"}}
	}
	page := ui.Page{Title: "照片", Kicker: childpage.NameOf(c), Nav: "child", Crumbs: []ui.Crumb{{Label: "未成年人档案", Href: childpage.ListPath}, {Label: childpage.NameOf(c), Href: childpage.Path(id)}}}
	if problem != nil {
		form, page.Status = form.Fill(nil, problem), ui.Status(problem)
	}
	note := ui.Note{Tone: ui.Info, Title: "照片不是必填的", Text: "确有需要（例如寻人、核对身份）才放，不作为工作留痕。只有查看隐私内容、留下记录的人看得到。"}
	return p.UI.Page(w, r, by, "edit.html", page, editView{note, form})
}

// Edited keeps a picture, or takes it away.
func (p *Pages) Edited(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	if _, err := p.Cabinet.Get(r.Context(), p.DB.Reader(), by, id); err != nil {
		return err
	}
	sent, remove, err := read(w, r)
	if err == nil && !remove {
		sent, err = redraw(sent)
	}
	if err == nil {
		err = p.keep(r, by, id, sent)
	}
	if errs.Is(err, errs.Invalid) {
		return p.edit(w, r, by, err)
	}
	if err != nil {
		return err
	}
	words := "照片已保存，查看隐私内容后显示。"
	if remove {
		words = "照片已删除。"
	}
	ui.RedirectWith(w, r, childpage.Path(id), ui.Done, words)
	return nil
}

// read takes the picture as it was sent; in memory, so that it lies in clear on no disk.
func read(w http.ResponseWriter, r *http.Request) (sent []byte, remove bool, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "multipart/form-data" {
		return nil, r.PostFormValue("remove") != "", wrong("请选择一张照片。", r.PostFormValue("remove") != "")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxMB<<20)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, false, wrong("没有读到照片，请重试。", false)
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			return sent, remove, wrong("请选择一张照片。", remove || len(sent) > 0)
		}
		if err != nil {
			return nil, false, wrong("照片没有传完，可能超过10MB或网络中断，请重试。", false)
		}
		switch part.FormName() {
		case "photo":
			if sent, err = io.ReadAll(part); err != nil {
				return nil, false, wrong("照片没有传完，可能超过10MB或网络中断，请重试。", false)
			}
		case "remove":
			text, err := io.ReadAll(io.LimitReader(part, formText))
			if err != nil {
				return nil, false, err
			}
			remove = len(text) > 0
		}
	}
}

func wrong(words string, right bool) error {
	f := errs.Fields{}
	f.Check(right, "photo", words)
	return f.Err()
}

// redraw makes a small picture anew of what was sent: nothing but what it shows stays.
func redraw(sent []byte) ([]byte, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(sent))
	if err != nil {
		return nil, wrong("这不是照片，请选择JPG或PNG格式的图片。", false)
	}
	if size.Width > maxSide || size.Height > maxSide || size.Width < 1 || size.Height < 1 {
		return nil, wrong("图片的尺寸过大，请缩小后再传。", false)
	}
	img, _, err := image.Decode(bytes.NewReader(sent))
	if err != nil {
		return nil, wrong("图片不完整或已损坏，请重新拍照或另存后再传。", false)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, smaller(img), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// smaller scales a picture down to what a file shows, each point the mean of those it stands for.
func smaller(img image.Image) image.Image {
	b := img.Bounds()
	times := max((max(b.Dx(), b.Dy())+tall-1)/tall, 1)
	w, h := max(b.Dx()/times, 1), max(b.Dy()/times, 1)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var sum [4]uint64
			n := uint64(0)
			for j := b.Min.Y + y*times; j < min(b.Min.Y+(y+1)*times, b.Max.Y); j++ {
				for i := b.Min.X + x*times; i < min(b.Min.X+(x+1)*times, b.Max.X); i++ {
					cr, cg, cb, ca := img.At(i, j).RGBA()
					sum[0], sum[1], sum[2], sum[3], n = sum[0]+uint64(cr), sum[1]+uint64(cg), sum[2]+uint64(cb), sum[3]+uint64(ca), n+1
				}
			}
			at := out.PixOffset(x, y)
			for c := range sum {
				out.Pix[at+c] = uint8(sum[c] / n >> 8)
			}
		}
	}
	return out
}

// keep puts the picture into the file in place of the one before; none takes it away.
func (p *Pages) keep(r *http.Request, by access.Actor, id ref.Child, drawn []byte) error {
	sub := file.Of("child", id)
	var in *file.Incoming
	if len(drawn) > 0 {
		var err error
		if in, err = p.Files.Receive(r.Context(), sub, "照片.jpg", bytes.NewReader(drawn)); err != nil {
			return err
		}
	}
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return p.change(r.Context(), tx, by, id, sub, in) })
}

func (p *Pages) change(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, sub file.Subject, in *file.Incoming) error {
	var photo, before ref.File
	if in != nil {
		var err error
		if photo, err = p.Files.Attach(ctx, tx, by, sub, in); err != nil {
			return err
		}
	}
	err := p.Cabinet.Change(ctx, tx, by, id, 0, "更换照片", func(n *child.New) { before, n.Dossier.Photo = n.Dossier.Photo, photo })
	if err != nil || before == 0 {
		return err
	}
	if err := p.Files.Remove(ctx, tx, by, sub, before); !errs.Is(err, errs.NotFound) {
		return err
	}
	return nil // it lies with a file that was merged into this one
}

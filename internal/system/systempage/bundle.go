package systempage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/errs"
	"weibao/internal/system/bundle"
	"weibao/internal/ui"
)

const bundlePath = "/system/bundle"

type bundleView struct {
	Note  ui.Note
	Parts []string
	Form  ui.Form
}

// Bundle tells what a support bundle holds.
func (p *Pages) Bundle(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v := bundleView{Parts: bundle.Labels(), Form: ui.Form{Action: bundlePath, Submit: "制作并下载"},
		Note: ui.Note{Tone: ui.Info, Title: "不含业务数据和个人信息",
			Text: "支持包里没有任何人的姓名、证件号码、电话和地址，没有记录的内容，也没有口令、密钥和网络地址。全部是文本，请先打开看过再送出。制作会留下审计记录。"}}
	page := ui.Page{Title: "制作支持包", Nav: "system", Lead: "系统出了问题，需要请人协助时，把这个压缩包交给对方。", Crumbs: []ui.Crumb{{Label: "系统状态", Href: "/system/status"}}}
	return p.UI.Page(w, r, by, "bundle.html", page, v)
}

// BundleDone journals the making and hands the archive out. Where nothing
// can be written any more the bundle is wanted most, and goes out without.
func (p *Pages) BundleDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if err := bundle.Trace(r.Context(), p.DB, by); err != nil && (errs.Is(err, errs.Forbidden) || p.DB.Halted() == nil && !errs.Is(err, errs.Full)) {
		return err
	}
	made, err := p.Deps.Bundle(r.Context())
	if err != nil {
		return err
	}
	h := w.Header()
	ui.Headers(h)
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="`+made.Name+`"`)
	_, err = w.Write(made.Zip)
	return err
}

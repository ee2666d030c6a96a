package authpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/ui"
	"weibao/internal/vault"
)

type keysView struct {
	Note  *ui.Note
	Table ui.Table
}

// Keys shows the keys of the key file and how far a rotation is.
func (p *Pages) Keys(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	keys, shredded, err := p.Vault.Status(r.Context(), p.DB.Reader(), by)
	if err != nil {
		return err
	}
	view := keysView{Table: keyTable(keys, int(shredded)), Note: keyNote(keys)}
	page := ui.Page{Title: "密钥", Nav: "system", Tabs: p.UI.Tabs(by, "system", KeysPath), Lead: "主密钥保存在数据库之外的密钥文件中，本页不显示密钥内容。"}
	if by.Can("key.rotate") {
		page.Action = &ui.Action{Label: "轮换主密钥", Href: rotatePath, Icon: "key"}
	}
	return p.UI.Page(w, r, by, "keys.html", page, view)
}

var keyPurposes = map[string]string{"wrap": "加密", "integrity": "审计封存和权限校验", "blind": "加密内容的精确查找"}

func keyTable(keys []vault.KeyStatus, shredded int) ui.Table {
	t := ui.Table{Caption: "主密钥", Columns: []ui.Column{{Label: "编号"}, {Label: "用途", Wide: true}, {Label: "启用时间"}, {Label: "数据密钥", Num: true}, {Label: "状态"}},
		Foot: []ui.Cell{ui.T("已销毁的数据密钥"), {}, {}, ui.T(ui.Count(shredded)), {}}}
	for _, k := range keys {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{plain(k.ID), ui.T(keyPurposes[k.Purpose]), ui.T(civil.FormatTime(k.Created.Time())), ui.T(ui.Count(int(k.DataKeys))), keyTag(k)}})
	}
	return t
}

func keyTag(k vault.KeyStatus) ui.Cell {
	switch {
	case k.State == vault.Retired:
		return ui.Tags(ui.Ended, "已销毁")
	case !k.Here:
		return ui.Tags(ui.Late, "本机缺少")
	case k.State == vault.Current:
		return ui.Tags(ui.Running, "使用中")
	}
	return ui.Tags(ui.Paused, "旧密钥")
}

func keyNote(keys []vault.KeyStatus) *ui.Note {
	left := 0
	for _, k := range keys {
		if !k.Here && k.State != vault.Retired {
			return &ui.Note{Tone: ui.Danger, Title: "本机的密钥文件不完整", Text: "在另一台机器上轮换过密钥。请立即把新的密钥文件复制到本机。"}
		}
		if k.Purpose == "wrap" && k.State == vault.Old {
			left += int(k.DataKeys)
		}
	}
	if left > 0 {
		return &ui.Note{Tone: ui.Info, Title: "正在更换", Text: "还有" + ui.Count(left) + "个数据密钥等待用新主密钥重新加密，期间不影响使用。稍后刷新本页查看进度。"}
	}
	return nil
}

// AskRotate says what a rotation does.
func (p *Pages) AskRotate(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	page := ui.Page{Title: "轮换主密钥", Nav: "system", Crumbs: []ui.Crumb{{Label: "密钥", Href: KeysPath}}}
	form := ui.Form{Action: rotatePath, Submit: "轮换主密钥", Cancel: KeysPath,
		Warning: "将生成新的主密钥并写入密钥文件，随后在后台逐批更换，不影响使用。完成后请立即重新离线备份密钥文件；多台机器共用数据库时，把新文件复制到每一台。"}
	return p.UI.Page(w, r, by, "ask.html", page, askView{Form: form})
}

// Rotate makes the new key; the data keys follow in the background.
func (p *Pages) Rotate(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if _, err := p.Vault.Renew(r.Context(), p.DB, by); err != nil {
		return err
	}
	ui.RedirectWith(w, r, KeysPath, ui.Done, "新主密钥已启用，正在后台更换数据密钥。请立即重新离线备份密钥文件。")
	return nil
}

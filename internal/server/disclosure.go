package server

import (
	"context"

	"weibao/internal/child/disclosurepage"
	"weibao/internal/child/ledger"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/file"
	"weibao/internal/job"
	"weibao/internal/region"
	"weibao/internal/ui"
)

// disclosureEntries are the doors to lists in clear.
var disclosureEntries = []ui.Entry{
	{Key: "child", Path: disclosurepage.ListPath, Permission: "child.disclose", Label: "明文导出"},
	{Key: "system", Path: disclosurepage.RegisterPath, Permission: "child.disclose_list", Label: "明文导出登记"},
}

// Ledgers shows files as lists and numbers.
func (a *App) Ledgers() *ledger.Desk {
	return &ledger.Desk{Cabinet: a.Cabinet, Names: region.Names, Visited: a.Assessor.Visited}
}

// Disclosure gives lists in clear.
func (a *App) Disclosure() *disclosure.Desk {
	return &disclosure.Desk{Lists: a.Ledgers(), Duties: a.Kernel, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}, Vault: a.Vault}
}

// disclosures makes the screens of lists in clear.
func (a *App) disclosures(lists *ledgerpage.Pages) ([]ui.Route, error) {
	pages, err := disclosurepage.New(disclosurepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Disclosure(), Lists: lists})
	if err != nil {
		return nil, err
	}
	return pages.Routes(), nil
}

// disclosureKinds is the background work about lists: in clear, and their numbers.
func (a *App) disclosureKinds() []job.Kind {
	return []job.Kind{{Name: "child.disclose", Label: "删除到期的明文名单", Next: job.Daily(turnHour, turnMinute), Run: func(ctx context.Context, r *job.Run) error {
		_, err := a.Disclosure().Expire(ctx, r.DB)
		return err
	}}, {Name: "child.month", Label: "保存每月末的未成年人统计数据", Next: job.Daily(turnHour, monthMinute), Run: func(ctx context.Context, r *job.Run) error {
		return a.Ledgers().KeepMonth(ctx, r.DB)
	}}}
}

// monthMinute is after the birthdays of the night, with which the numbers change.
const monthMinute = 40

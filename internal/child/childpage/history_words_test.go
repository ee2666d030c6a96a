package childpage_test

import (
	"context"
	"testing"

	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/db"
)

// What changed a file is said in plain words before anybody looks, and what
// somebody typed as a reason is not.
func TestTheHistorySaysWhatKindOfChangeItWas(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 51))
		edit := func(reason, school string) {
			x.write(func(ctx context.Context, tx *db.Tx) error {
				return x.cabinet.Change(ctx, tx, officer, id, 0, reason, func(n *child.New) { n.School = school })
			})
		}
		edit("导入：残联", "甲校")
		edit("撤销导入：残联", "乙校")
		edit("导入：某人的原话", "丙校")
		edit("集中排查：某次排查", "丁校")
		edit("独有的理由", "戊校")
		x.write(func(ctx context.Context, tx *db.Tx) error {
			return x.cabinet.Amend(ctx, tx, officer, "child.decide", id, "独有的依据", func(n *child.New) { n.School = "己校" })
		})
		x.write(func(ctx context.Context, tx *db.Tx) error {
			return x.cabinet.Amend(ctx, tx, officer, "child.decide", id, "独有的依据", func(n *child.New) { n.Region = other })
		})
		body := x.Page(officer, "child-history-words", childpage.Path(id)+"/history", "按部门名单更新（残联）", "撤销名单导入（残联）", "集中排查登记", "修改档案", "经审批更正档案", "转入签收，居住地变更")
		x.says(body, false, "独有的", "某人的原话", "某次排查")
	})
}

package childpage_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/testkit"
)

func TestTheFileProposesACategoryAndSaysWhichConditionsHold(t *testing.T) {
	withDesk(t, func(x desk) {
		path := childpage.Path(x.create(x.girl("单小明", village, 40)))
		body := x.Page(director, "child-categories", path+"/categories", "按档案情况可能应当列入", "农村留守儿童", "年龄不满16周岁", "现在没有列入任何类别")
		x.says(body, false, "现在列入的类别")
		x.says(x.Page(director, "child-chosen", path+"/categories?category=C03"), true, `<option value="C03" selected`)
		to := x.goes(path+"/categories", url.Values{"category": {"C03"}, "started": {"2026-02-20"}, "evidence": {"父母务工证明"}})
		if to != path+"#categories" {
			t.Error("leads to", to)
		}
		x.says(x.Page(director, "child-in", path, "农村留守儿童", "2026-02-20"), false, "父母务工证明")
		x.says(x.revealed(path), true, "父母务工证明")
		x.says(x.Page(director, "child-categories-in", path+"/categories"), false, "?category=C03")
	})
}

func TestACategoryIsRefusedWithoutEvidenceOrAgainstItsConditions(t *testing.T) {
	withDesk(t, func(x desk) {
		path := childpage.Path(x.create(x.girl("单小明", village, 41)))
		x.asks(path+"/categories", url.Values{}, "请选择类别", "请写明依据")
		x.asks(path+"/categories", url.Values{"category": {"C99"}, "evidence": {"走访"}}, "本县规则里没有这一类别")
		x.asks(path+"/categories", url.Values{"category": {"C03"}, "evidence": {"走访"}, "started": {"2026-05-01"}}, "列入日期晚于今天", "走访")
		x.asks(path+"/categories", url.Values{"category": {"C01"}, "evidence": {"走访所见"}}, "还不符合“孤儿”的条件", "走访所见")
		x.goes(path+"/categories", url.Values{"category": {"C03"}, "evidence": {"走访"}})
		x.says(x.post(director, path+"/categories", http.StatusConflict, url.Values{"category": {"C03"}, "evidence": {"走访"}}), true, "不必重复登记")
	})
}

func TestLeavingACategoryNeedsAReasonAndStaysInTheCourse(t *testing.T) {
	withDesk(t, func(x desk) {
		path := childpage.Path(x.create(x.girl("单小明", village, 42)))
		x.goes(path+"/categories", url.Values{"category": {"C03"}, "evidence": {"走访"}})
		leave := path + "/categories/C03/leave"
		x.says(x.Page(director, "child-leave", leave), true, "退出“农村留守儿童”", "不再符合条件")
		x.asks(leave, url.Values{}, "请选择退出的原因")
		x.goes(leave, url.Values{"why": {"rule"}})
		x.says(x.Page(director, "child-left", path), true, "退出“农村留守儿童”", "不再符合条件")
		if w := x.Do(director, "GET", leave, nil); w.Code != http.StatusNotFound {
			t.Errorf("leaving again: status %d", w.Code)
		}
		x.post(director, leave, http.StatusConflict, url.Values{"why": {"rule"}})
	})
}

func TestASecretCategoryIsNotNamedBeforeAReveal(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 43))
		x.write(func(ctx context.Context, tx *db.Tx) error {
			return x.cabinet.Enter(ctx, tx, officer, id, child.NewCategory{ID: "C13", Source: "form"})
		})
		for _, path := range []string{childpage.ListPath, childpage.Path(id), childpage.Path(id) + "/history"} {
			x.says(x.Page(director, "child-secret", path, "保密类别"), false, "受侵害")
		}
		x.says(x.revealed(childpage.Path(id)), true, "受侵害")
		if w := x.Do(director, "GET", childpage.ListPath+"?category=C13", nil); w.Code != http.StatusNotFound {
			t.Errorf("a list of them: status %d", w.Code)
		}
	})
}

func TestAClosedFileIsOutOfTheListsUntilItIsReopened(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 44))
		path := childpage.Path(id)
		kernel := testkit.Kernel(testkit.Calendar(t), 10)
		x.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := kernel.Open(ctx, tx, access.Program, duty.New{Kind: "child.visit", Subject: "child", SubjectID: int64(id), Title: "入户走访", Unit: director.Post.Unit,
				Region: village, Rule: "走访", Deadline: duty.On(civil.DateOf(testkit.Noon).AddDays(2))})
			return err
		})
		x.Page(director, "child-next", path, "接下来要办", "入户走访", "还有2天")
		x.says(x.Page(director, "child-open", path), true, "申请结束档案", path+"/end")
		x.write(func(ctx context.Context, tx *db.Tx) error {
			if err := x.cabinet.Close(ctx, tx, director, id, "moved"); err != nil {
				return err
			}
			return kernel.CancelAll(ctx, tx, director, "child", int64(id), "档案已结束")
		})
		body := x.Page(director, "child-ended", path, "这份档案已结", "迁出本县", "恢复档案")
		x.says(body, false, "入户走访", "申请结束档案")
		x.says(x.Page(director, "children-none", childpage.ListPath), false, Path(id))
		x.Page(director, "child-reopen", path+"/reopen", "请随即重新评估")
		x.asks(path+"/reopen", url.Values{}, "请写明为什么恢复")
		x.goes(path+"/reopen", url.Values{"reason": {"实际仍在本村居住"}})
		x.says(x.Page(director, "children-back", childpage.ListPath), true, Path(id))
		x.says(x.revealed(path), true, "实际仍在本村居住", "由“已结”改为“在用”")
	})
}

func TestWhoIsGrownUpIsPointedOutAndAPersonDecides(t *testing.T) {
	withDesk(t, func(x desk) {
		n := x.girl("单小明", village, 45)
		n.Dossier.Number, n.Dossier.NoNumber, n.Birth = "", "missing", civil.DateOf(testkit.Noon).AddMonths(-12*18)
		n.Categories = []child.NewCategory{{ID: "C03", Source: "form"}}
		path := childpage.Path(x.create(n))
		x.Page(director, "child-grown", path, "已满18周岁", path+"/end", "已过年龄，请核实退出")
		x.says(x.Page(leader, "child-grown-leader", path, "已满18周岁"), false, path+"/end")
		x.says(x.Page(director, "child-grown-categories", path+"/categories"), true, "可能应当退出", "已满16周岁")
	})
}

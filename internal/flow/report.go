package flow

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/region"
)

// AlongReport gives a report and the facts of it that can go along with a
// referral, to whoever has revealed it. Neither who reported nor a victim's own
// words are among them.
func AlongReport(ctx context.Context, tx *db.Tx, by access.Actor, desk *intake.Desk, id ref.Report) (intake.Told, []referral.Item, error) {
	t, err := desk.Open(ctx, tx, by, id)
	if err != nil {
		return t, nil, err
	}
	places, err := region.Places(ctx, tx, []string{t.Region})
	if err != nil {
		return t, nil, err
	}
	var items []referral.Item
	add := func(key, label, value string) {
		if value != "" {
			items = append(items, referral.Item{Key: key, Label: label, Value: value})
		}
	}
	add("situation", "情形", desk.Call(t.Report))
	add("place", "发生地", joined(places[t.Region], t.Telling.Place))
	if c := t.Telling.Child; c != nil {
		add("name", "姓名", c.Name)
		add("sex", "性别", c.Sex)
		add("age", "年龄", c.Age)
		add("school", "学校", c.School)
		add("phone", "电话", c.Phone)
		add("address", "住址", c.Address)
	}
	return t, items, nil
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "，" + b
}

// ReportMoved tells a report what became of the work that was sent to units
// because of it: to the reporter, that the unit has replied; to the office,
// each move.
func ReportMoved(ctx context.Context, tx *db.Tx, by access.Actor, desk *intake.Desk, r referral.Referral, move referral.Move) error {
	if r.Subject != referral.OnReport {
		return nil
	}
	words := map[referral.Move]string{referral.Sent: "已转办", referral.Returned: "承办单位退回", referral.Withdrawn: "转办已撤回", referral.Settled: "承办单位的反馈已经审核通过"}[move]
	return desk.Follow(ctx, tx, by, ref.Report(r.SubjectID), words+"（"+r.Number+"）", move == referral.Settled)
}

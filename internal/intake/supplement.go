package intake

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
)

// More is what comes later to a report from where it came 「补充」.
type More struct {
	In
	Where string // the division of the place, as people call it
	Due   string // until when the sender now asks for the result, in words; "" = as before
}

// Supplement adds to the report of a request's key what is new in words, to be
// read within its own clock; with danger the report becomes an emergency, and
// one that had ended is taken up again. Where nothing is new it adds nothing
// and says so. The caller has checked whose key it is; like Lodge it writes.
func (k *Desk) Supplement(ctx context.Context, tx *db.Tx, by access.Actor, key string, m More) (out Lodged, told bool, err error) {
	held, err := touch(ctx, tx, k.Vault.Blind("intake.key", key))
	if err != nil {
		return out, false, err
	}
	r, err := byID(ctx, tx, held.Report)
	if err != nil {
		return out, false, err
	}
	m.In = m.tidy()
	words, err := k.news(ctx, tx, r, m)
	if err != nil {
		return out, false, err
	}
	other, err := k.caller(ctx, tx, &r, m.Reporter)
	if err != nil {
		return out, false, err
	}
	code, err := k.receipt(r.Serial)
	if err != nil {
		return out, false, err
	}
	out = Lodged{ID: r.ID, Number: r.Number, Receipt: code, At: tx.Now, Urgency: r.Urgency}
	if words == "" && !other {
		return out, false, nil
	}
	if other {
		words = joined(words, "来电人的姓名、电话有变化，已经另行保管。")
	}
	err = k.supply(ctx, tx, by, &r, words, m.Danger)
	out.Urgency = r.Urgency
	return out, true, err
}

func joined(a, b string) string { return strings.TrimLeft(a+"\n"+b, "\n") }

// supply posts what is new, and sees to it that somebody reads it.
func (k *Desk) supply(ctx context.Context, tx *db.Tx, by access.Actor, r *Report, words string, danger bool) error {
	if err := k.post(ctx, tx, by, r.ID, ByReporter, Added, words); err != nil {
		return err
	}
	if err := k.again(ctx, tx, by, r); err != nil {
		return err
	}
	if danger {
		if err := k.press(ctx, tx, by, r); err != nil {
			return err
		}
	}
	r.Waiting++
	if r.Reply == 0 {
		var err error
		if r.Reply, err = k.open(ctx, tx, by, *r, MessageKind); err != nil {
			return err
		}
	}
	if err := save(ctx, tx, *r); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "intake.supplement", "intake_report", r.ID, map[string]bool{"danger": danger}); err != nil {
		return err
	}
	return k.tellMain(ctx, tx, by, *r, danger)
}

// tellMain tells those who work on the report into which one was merged.
func (k *Desk) tellMain(ctx context.Context, tx *db.Tx, by access.Actor, r Report, danger bool) error {
	if r.State != Merged {
		return nil
	}
	main, err := byID(ctx, tx, r.Merged)
	if err != nil {
		return err
	}
	if err := k.post(ctx, tx, by, main.ID, ByOffice, Note, "并入的报告 "+r.Number+" 有热线补充，请打开查看。"); err != nil || !danger {
		return err
	}
	if err := k.press(ctx, tx, by, &main); err != nil {
		return err
	}
	return save(ctx, tx, main)
}

// again takes up a report that had ended.
func (k *Desk) again(ctx context.Context, tx *db.Tx, by access.Actor, r *Report) (err error) {
	if r.State != Closed && r.State != Rejected {
		return nil
	}
	kind := DecideKind
	r.State, r.Closed, r.ClosedName = Accepted, 0, ""
	if r.Accepted == 0 {
		r.State, kind = Received, AcceptKind
	}
	if r.Duty, err = k.open(ctx, tx, by, *r, kind); err != nil {
		return err
	}
	return k.post(ctx, tx, by, r.ID, ByOffice, Notice, "收到新的情况，您的报告重新办理。")
}

// press makes an emergency of a report: what is open about it runs by the
// clocks of one from now on.
func (k *Desk) press(ctx context.Context, tx *db.Tx, by access.Actor, r *Report) error {
	if r.Urgency == response.Emergency || !r.State.Open() && r.State != Merged {
		return nil
	}
	r.Urgency = response.Emergency
	for _, d := range []struct {
		id   *ref.Duty
		kind string
	}{{&r.Duty, map[State]string{Received: AcceptKind, Accepted: DecideKind}[r.State]}, {&r.Reply, MessageKind}} {
		if *d.id == 0 || d.kind == "" {
			continue
		}
		err := k.Kernel.Cancel(ctx, tx, by, *d.id, "有现实危险，按紧急报告重新计时")
		if err != nil && !errs.Is(err, errs.Conflict) { // one that ended before stays as it is
			return err
		}
		if *d.id, err = k.open(ctx, tx, by, *r, d.kind); err != nil {
			return err
		}
	}
	return nil
}

// news says in words what is told now and was not told before.
func (k *Desk) news(ctx context.Context, tx *db.Tx, r Report, m More) (string, error) {
	t, err := k.telling(ctx, tx, r)
	if err != nil {
		return "", err
	}
	var lines []string
	add := func(label, was, is string) {
		if is != "" && is != was {
			lines = append(lines, label+"："+is)
		}
	}
	if m.Danger && r.Urgency != response.Emergency {
		lines = append(lines, "现在有危险。")
	}
	narrative := m.Narrative
	if more, ok := strings.CutPrefix(narrative, t.Narrative); ok && more != "" {
		narrative = strings.TrimLeft(more, " \n\r\t，。；;,.")
	}
	add("情况", t.Narrative, narrative)
	if s, ok := k.match(m.What, tx.Now); !ok || t.What != "" || s.ID != r.Situation {
		add("事项", t.What, m.What)
	}
	add("地点", t.Place, m.Place.Text)
	if m.Place.Region != t.Region {
		add("所在地方", "", m.Where)
	}
	was, is := Child{}, Child{}
	if t.Child != nil {
		was = *t.Child
	}
	if m.Child != nil {
		is = *m.Child
	}
	for _, f := range []struct{ label, was, is string }{{"孩子姓名", was.Name, is.Name}, {"性别", was.Sex, is.Sex}, {"年龄", was.Age, is.Age}, {"学校", was.School, is.School},
		{"孩子的电话", was.Phone, is.Phone}, {"孩子的住址", was.Address, is.Address}, {"孩子现在在哪里", was.Now, is.Now}} {
		add(f.label, f.was, f.is)
	}
	add("热线要求办结的时间", "", m.Due)
	return strings.Join(lines, "\n"), nil
}

// caller keeps what is new about who told it apart, as all that is known of him.
func (k *Desk) caller(ctx context.Context, tx *db.Tx, r *Report, now *Reporter) (changed bool, err error) {
	if now == nil {
		return false, nil
	}
	was, row := Reporter{}, reporterRow{Report: r.ID, Phone: []byte{}}
	if r.Named == 1 {
		if was, err = k.who(ctx, tx, r.ID); err != nil {
			return false, err
		}
		if row, err = reporterOf(ctx, tx, r.ID); err != nil {
			return false, err
		}
		if row.Phone == nil { // none, as SQLite reads it
			row.Phone = []byte{}
		}
	}
	is := was
	for _, f := range []struct {
		to   *string
		from string
	}{{&is.Name, now.Name}, {&is.Phone, now.Phone}, {&is.Relation, now.Relation}, {&is.Hours, now.Hours}} {
		if f.from == "" || strings.Contains(*f.to, f.from) {
			continue
		}
		if *f.to != "" {
			*f.to += "；"
		}
		*f.to += f.from
	}
	if is == was {
		return false, nil
	}
	plain, err := json.Marshal(is)
	if err != nil {
		return false, err
	}
	if now.Phone != "" {
		row.Phone = k.phone(now.Phone)
	}
	if row.Sealed, err = k.Vault.Seal(ctx, tx, reporterGroup(r.ID), field("intake_reporter", "sealed", int64(r.ID)), plain); err != nil {
		return false, err
	}
	r.Named = 1
	return true, putReporter(ctx, tx, row)
}

// Read notes that what came later was read 「已阅补充」. What the reporter himself
// wrote is answered instead.
func (k *Desk) Read(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) error {
	if err := by.Require("intake.answer"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	unanswered, err := countUnanswered(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case r.Waiting == 0:
		return errMoved()
	case unanswered > 0:
		return errs.New(errs.Conflict, "报告人自己有留言还没有答复。请答复报告人，补充的情况一并处理。")
	}
	seen, err := k.Revealed(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !seen {
		return errs.New(errs.Conflict, "请先点击“查看报告内容”，读过补充的情况再登记。")
	}
	r.Waiting = 0
	if err := k.settle(ctx, tx, by, &r.Reply, r.ID); err != nil {
		return err
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	if err := k.post(ctx, tx, by, r.ID, ByOffice, Note, "已阅热线的补充。"); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.read", "intake_report", r.ID, nil)
}

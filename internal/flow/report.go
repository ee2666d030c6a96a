package flow

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/intake"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
)

// Ways is what the way of a report stands on, from the door to the answer.
type Ways struct {
	Desk     *intake.Desk
	Cabinet  *child.Cabinet
	Referrer *referral.Desk
	Cases    *casework.Desk
	Alarm    *emergency.Desk
	// Police gives the unit that is the police; 0 where nobody is sure.
	Police func(ctx context.Context, tx *db.Tx) (ref.Unit, error)
}

func onReport(id ref.Report) referral.About {
	return referral.About{Kind: referral.OnReport, ID: int64(id)}
}

// Along gives a report and the facts of it that can go along with a referral,
// to whoever has revealed it. Neither who reported nor a victim's own words
// are among them. Where the child has a file, what the file holds counts and
// what only was told fills the gaps; look leaves the trace of that in the file.
func (w *Ways) Along(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, of ref.Child, look bool) (intake.Told, []referral.Item, error) {
	t, err := w.Desk.Open(ctx, tx, by, id)
	if err != nil {
		return t, nil, err
	}
	places, err := region.Places(ctx, tx, []string{t.Region})
	if err != nil {
		return t, nil, err
	}
	var filed []referral.Item
	if of != 0 && by.Can("child.show") {
		_, filed, err = Along(ctx, tx, by, w.Cabinet, of, look)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return t, nil, err
		}
	}
	return t, merged(told(w.Desk, t, places[t.Region]), filed), nil
}

// told lists the facts that a report tells.
func told(desk *intake.Desk, t intake.Told, place string) []referral.Item {
	var items []referral.Item
	add := func(key, label, value string) {
		if value != "" {
			items = append(items, referral.Item{Key: key, Label: label, Value: value})
		}
	}
	add("situation", "情形", desk.Call(t.Report))
	add("place", "发生地", joined(place, t.Telling.Place))
	if c := t.Telling.Child; c != nil {
		add("name", "姓名", c.Name)
		add("sex", "性别", c.Sex)
		add("age", "年龄", c.Age)
		add("school", "学校", c.School)
		add("phone", "电话", c.Phone)
		add("address", "住址", c.Address)
	}
	return items
}

// merged puts the facts of a file in the place of those that were told. Where
// it happened stays beside where the child lives.
func merged(told, filed []referral.Item) []referral.Item {
	out := slices.Clone(told)
	for _, f := range filed {
		i := slices.IndexFunc(out, func(t referral.Item) bool { return t.Key == f.Key })
		switch {
		case i < 0:
			out = append(out, f)
		case f.Key == "place" && f.Value == out[i].Value:
		case f.Key == "place":
			out[i].Value += "；居住地：" + f.Value
		default:
			out[i] = f
		}
	}
	return out
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "，" + b
}

// Send sends a decided report to the units that it names, with the facts that
// were chosen and seen 「派发」. A leader decides; his office sends.
func (w *Ways) Send(ctx context.Context, tx *db.Tx, by access.Actor, d intake.Decision) error {
	if d.Lead == 0 || !by.Can("referral.dispatch") {
		return nil
	}
	of := ref.Child(0)
	if d.Along.File {
		of = d.Child
	}
	t, all, err := w.Along(ctx, tx, by, d.Report, of, false)
	if err != nil {
		return err
	}
	o := w.order(t, d)
	o.Items = referral.Choose(all, d.Along.Items, d.Along.Shared)
	if d.Along.Seen != "" && referral.Digest(o.Items) != d.Along.Seen {
		return errs.Fields{"items": "资料在确认期间有变化，请重新核对单位将看到的内容。"}.Err()
	}
	_, err = w.Referrer.Dispatch(ctx, tx, by, o)
	return err
}

func (w *Ways) order(t intake.Told, d intake.Decision) referral.Order {
	on := civil.DateOf(t.Received.Time())
	topic := ""
	if route, ok := w.Desk.Book().Route(d.Situation, on); ok {
		topic = route.Topic
	}
	law, ok := w.Desk.Book().Topic(topic, on)
	if !ok {
		law.ID, law.Label = "other", "其他协助事项"
	}
	place := d.Region
	if t.About != "" || t.Raised != 0 {
		place = t.Seat() // out of the lists of those whom it concerns
	}
	return referral.Order{About: onReport(d.Report), Child: d.Child, Region: place, Topic: law.ID, Label: law.Label, Ask: d.Along.Ask,
		Lead: d.Lead, Supports: slices.Clone(d.Support), Clock: "referral." + string(d.Urgency), Secret: true}
}

// Moved tells a report what became of the work that was sent to units because
// of it: to the reporter, that the unit has replied; to the office, each move.
func (w *Ways) Moved(ctx context.Context, tx *db.Tx, by access.Actor, r referral.Referral, move referral.Move) error {
	if r.Subject != referral.OnReport {
		return nil
	}
	words := map[referral.Move]string{referral.Sent: "已转办", referral.Returned: "承办单位退回", referral.Withdrawn: "转办已撤回", referral.Settled: "承办单位的反馈已经审核通过"}[move]
	tell := intake.News{}
	if move == referral.Settled {
		tell = intake.News{Adult: "承办单位已经办理并反馈，未保办核实后答复您。", Child: "帮你的人告诉了我们他们做了什么。我们看过以后，会写给你。"}
	}
	return w.Desk.Follow(ctx, tx, by, ref.Report(r.SubjectID), words+"（"+r.Number+"）", tell)
}

// Turned tells a report what became of the case to which it led.
func (w *Ways) Turned(ctx context.Context, tx *db.Tx, by access.Actor, c casework.Case, turn casework.Turn) error {
	if c.Origin != casework.FromReport || c.OriginID == 0 {
		return nil
	}
	words := map[casework.Turn]string{casework.Begun: "已开立个案", casework.Over: "个案已结案，进入回访", casework.Again: "个案重新开启"}[turn]
	tell := intake.News{}
	if turn == casework.Over {
		tell = intake.News{Adult: "您反映的事情已经办理完毕，孩子的情况会继续回访。", Child: "这件事办好了。以后还会有人来看看你好不好。"}
	}
	return w.Desk.Follow(ctx, tx, by, ref.Report(c.OriginID), words+"（"+c.Number+"）", tell)
}

// Alarmed tells a report, and the case to which it led, what happens to its
// checklist of an emergency.
func (w *Ways) Alarmed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, run emergency.RunID, words string) error {
	if err := w.Desk.Follow(ctx, tx, by, id, words, intake.News{}); err != nil {
		return err
	}
	return w.Cases.AlarmedFrom(ctx, tx, by, id, int64(run), words)
}

// Urgent counts the steps of emergencies that a case still waits for: its own,
// and those of the report that led to it.
func (w *Ways) Urgent(ctx context.Context, tx *db.Tx, c casework.Case) (int, error) {
	n, err := w.Alarm.Urgent(ctx, tx, emergency.About{Kind: referral.OnCase, ID: int64(c.ID)})
	if err != nil || c.Origin != casework.FromReport || c.OriginID == 0 {
		return n, err
	}
	more, err := w.Alarm.Urgent(ctx, tx, emergency.About{Kind: referral.OnReport, ID: c.OriginID})
	return n + more, err
}

// Signed tells when the police signed for what was sent to them because of a
// report, be it a referral or a step of an emergency; 0: they have not.
func (w *Ways) Signed(ctx context.Context, tx *db.Tx, id ref.Report) (clock.Instant, error) {
	sent, err := w.Referrer.Signatures(ctx, tx, onReport(id))
	if err != nil {
		return 0, err
	}
	steps, err := w.Alarm.Signatures(ctx, tx, emergency.About{Kind: referral.OnReport, ID: int64(id)})
	if err != nil {
		return 0, err
	}
	for _, s := range steps {
		sent = append(sent, referral.Signature(s))
	}
	if len(sent) == 0 {
		return 0, nil
	}
	police, err := w.Police(ctx, tx)
	if err != nil || police == 0 {
		return 0, err
	}
	first := clock.Instant(0)
	for _, s := range sent {
		if s.Unit == police && (first == 0 || s.At < first) {
			first = s.At
		}
	}
	return first, nil
}

// Pending names the units to which a report went and which have not finished,
// be it a referral or steps of an emergency.
func (w *Ways) Pending(ctx context.Context, tx *db.Tx, id ref.Report) ([]string, error) {
	sent, err := w.Referrer.Pending(ctx, tx, onReport(id))
	if err != nil {
		return nil, err
	}
	steps, err := w.Alarm.Pending(ctx, tx, emergency.About{Kind: referral.OnReport, ID: int64(id)})
	if err != nil {
		return nil, err
	}
	units := append(sent, steps...)
	slices.Sort(units)
	units = slices.Compact(units)
	names, err := org.Names(ctx, tx, units)
	out := make([]string, len(units))
	for i, u := range units {
		out[i] = names[u]
	}
	return out, err
}

// Result is what came of a report at a unit or in a case, for who answers it.
type Result struct{ Label, Words, Sub string }

// Results gives what units replied and how cases ended because of a report, to
// whoever may read that.
func (w *Ways) Results(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]Result, error) {
	var out []Result
	if by.Can("referral.list") {
		list, err := w.Referrer.Results(ctx, tx, by, onReport(id))
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			out = append(out, Result{Label: "承办单位的反馈", Words: t.Text, Sub: referral.OutcomeLabel(t.Outcome) + "，" + t.ByName + "，" + civil.FormatTime(t.At.Time())})
		}
	}
	if !by.Can("case.list") {
		return out, nil
	}
	cases, err := w.Cases.From(ctx, tx, by, casework.FromReport, int64(id))
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		out = append(out, Result{Label: c.Number, Words: c.Phase.Label()})
	}
	return out, nil
}

// Enrol opens a file for the child of whom a report tells, by what was told;
// the rest is filled in later 「按报告建档」. The reporter's words stay in the report.
func (w *Ways) Enrol(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, place string) (ref.Child, error) {
	if err := by.Require("child.add"); err != nil {
		return 0, err
	}
	t, err := w.Desk.Open(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	c := t.Telling.Child
	if c == nil || strings.TrimSpace(c.Name) == "" {
		return 0, errs.Fields{"child": "报告里没有孩子的姓名，不能建档。请先核实姓名，或者选择暂不关联。"}.Err()
	}
	if access.Town(place) == "" {
		return 0, errs.Fields{"region": "建立档案要知道孩子住在哪个乡镇（街道），请选择。"}.Err()
	}
	n := child.New{Name: c.Name, Sex: sexOf(c.Sex), Region: place, School: c.School, Source: "report", Dossier: child.Dossier{NoNumber: "missing", Phone: c.Phone}}
	n.Dossier.Places.Residence.Text = c.Address
	if years, ok := yearsOf(c.Age); ok {
		n.Birth, n.Guessed = civil.DateOf(tx.Now.Time()).AddMonths(-months*years), true
	}
	return w.Cabinet.Create(ctx, tx, by, n)
}

const months = 12

// sexOf reads what was typed of a child's sex.
func sexOf(word string) idcard.Sex {
	switch strings.TrimSpace(word) {
	case "男", "男孩":
		return idcard.Male
	case "女", "女孩":
		return idcard.Female
	}
	return idcard.SexUnknown
}

// yearsOf reads an age of digits such as 8, 8岁 or 8周岁; what is no age is none.
func yearsOf(words string) (int, bool) {
	digits := strings.TrimRight(strings.TrimSpace(words), "周岁多左右约 ")
	n, err := strconv.Atoi(strings.TrimLeft(digits, "约大概 "))
	return n, err == nil && n >= 0 && n < 18
}

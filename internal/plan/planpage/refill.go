package planpage

import (
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
)

// targetRow is a target with the ways to state it.
type targetRow struct {
	Key, Text, Means string
	Ways             []choice
	Value, Unit      string
	New, Drop        bool
}

// targetWays are the directions of a target; without one a unit reports yes or no.
var targetWays = []choice{{Value: ">=", Label: "不低于"}, {Value: "<=", Label: "不高于"}, {Value: "=", Label: "达到"}, {Value: "", Label: "只报是否达到"}}

func targetWay(value string, fresh bool) []choice {
	var out []choice
	for _, w := range targetWays {
		w.On = w.Value == value
		out = append(out, w)
	}
	if fresh {
		return out[:3]
	}
	return out
}

func targetOf(f plan.Fact) targetRow {
	m := schedule.MeasureOf(f.Norm)
	row := targetRow{Key: key(f.ID), Text: f.Text, Means: m.Words(), Ways: targetWay(m.Direction, false), Unit: m.Unit}
	if m.Direction != "" {
		row.Value = m.Figure()
	}
	return row
}

// rowsIn is how many rows for new owners a form has.
func rowsIn(form url.Values) int {
	rows := adding
	for name := range form {
		if n, err := strconv.Atoi(strings.TrimPrefix(name, "unit-")); err == nil && n < addingMost {
			rows = max(rows, n+1)
		}
	}
	return rows
}

// refill puts back what was typed, with another row for an owner where it was asked for.
func (v *editView) refill(form url.Values) {
	rows := rowsIn(form)
	if form.Get("more") != "" {
		rows = min(rows+1, addingMost)
	}
	for len(v.Units) < rows {
		v.addOwner()
	}
	v.Title, v.Why, v.Standing, v.Review.Value = form.Get("title"), form.Get("reason"), form.Get("standing") == "1", form.Get("review")
	for i := range v.Owners {
		if role := form.Get("role-" + v.Owners[i].Key); role != "" {
			v.Owners[i].Kind = role
		}
	}
	for i := range v.Units {
		v.Units[i].Field.Value, v.Units[i].Lead = form.Get("unit-"+number(i)), form.Get("unit-role-"+number(i)) == "lead"
	}
	for i := range v.Times {
		t := &v.Times[i]
		if way := form.Get("time-way-" + t.Key); way != "" {
			t.Ways, t.Date, t.N = chosenWay(way, t.New), form.Get("time-date-"+t.Key), form.Get("time-n-"+t.Key)
		}
	}
	for i := range v.Targets {
		t := &v.Targets[i]
		if form.Has("target-text-" + t.Key) {
			t.Text, t.Value, t.Unit = form.Get("target-text-"+t.Key), form.Get("target-value-"+t.Key), form.Get("target-unit-"+t.Key)
			t.Ways, t.Drop = targetWay(form.Get("target-way-"+t.Key), t.New), form.Get("target-drop-"+t.Key) != ""
		}
	}
	for i := range v.Documents {
		v.Documents[i].refill(form)
	}
}

func (d *documentRow) refill(form url.Values) {
	if !form.Has("document-text-" + d.Key) {
		return
	}
	d.Text, d.Maker.Value, d.Date = form.Get("document-text-"+d.Key), form.Get("document-maker-"+d.Key), form.Get("document-date-"+d.Key)
	d.WithRound, d.Drop = form.Get("document-round-"+d.Key) != "", form.Get("document-drop-"+d.Key) != ""
	for i := range d.Slots {
		d.Slots[i].On = d.Slots[i].Value == form.Get("document-slot-"+d.Key)
	}
}

// readTargets reads the targets of a form: those of the task as they were corrected, and a new one.
func readTargets(form url.Values, t plan.Task) ([]plan.Fact, error) {
	var out []plan.Fact
	for _, f := range append(t.Of(plan.Target), plan.Fact{Kind: plan.Target, Norm: "done"}) {
		k := key(f.ID)
		if f.ID == 0 {
			k = "new"
		}
		text := strings.TrimSpace(form.Get("target-text-" + k))
		switch {
		case f.ID != 0 && !form.Has("target-text-"+k):
			out = append(out, f)
			continue
		case form.Get("target-drop-"+k) != "" || f.ID == 0 && text == "":
			continue
		case text == "":
			return nil, errs.Fields{"target-text-" + k: "请填写指标名称，不需要时请勾选删除。"}.Err()
		}
		way, value := form.Get("target-way-"+k), strings.TrimSpace(form.Get("target-value-"+k))
		if f.ID == 0 && value == "" {
			way = ""
		}
		if _, err := strconv.ParseFloat(value, 64); way != "" && err != nil {
			return nil, errs.Fields{"target-value-" + k: "请填写指标“" + text + "”的数值，只填数字，如95。"}.Err()
		}
		f.Text, f.Norm = text, schedule.Restate(f.Norm, way, value, strings.TrimSpace(form.Get("target-unit-"+k)))
		out = append(out, f)
	}
	return out, nil
}

package ui_test

import (
	"testing"
	"time"

	"weibao/internal/civil"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

func beijing(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, civil.Zone)
}

func TestALimitIsShownWithItsDistanceAndGroup(t *testing.T) {
	now := uitest.Now
	for _, c := range []struct {
		name     string
		due      time.Time
		hours    bool
		date     string
		distance string
		near     ui.Near
	}{
		{"far", beijing(30, 23, 59), false, "2026-11-30 周一", "还有8天", ui.Later},
		{"near", beijing(24, 23, 59), false, "2026-11-24 周二", "还有2天", ui.Soon},
		{"late", beijing(20, 23, 59), false, "2026-11-20 周五", "超期2天", ui.Overdue},
		{"very late", beijing(10, 23, 59), false, "2026-11-10 周二", "超期12天", ui.Critical},
		{"running hours", beijing(23, 9, 30), true, "2026-11-23 09:30", "还有23小时", ui.Soon},
		{"running minutes", beijing(22, 9, 30), true, "2026-11-22 09:30", "超期30分钟", ui.Overdue},
		{"standing", time.Time{}, false, "长期", "", ui.Later},
	} {
		got := ui.DueAt(c.due, now, c.hours, 3, 7)
		if want := (ui.Due{Date: c.date, Distance: c.distance, Near: c.near}); got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

func TestInstantsAreNamedByTheirDay(t *testing.T) {
	for at, want := range map[time.Time]string{
		beijing(22, 0, 5): "今天 00:05", beijing(21, 23, 59): "昨天 23:59", beijing(20, 8, 0): "2026-11-20 08:00", {}: "",
	} {
		if got := ui.Clockwise(at, uitest.Now); got != want {
			t.Errorf("%v is %q, want %q", at, got, want)
		}
	}
}

func TestNumbersAndSizes(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := ui.Count(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
	for n, want := range map[int64]string{512: "512 字节", 2048: "2 KB", 1_600_000: "1.5 MB"} {
		if got := ui.Size(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}

func TestChartsStartAtZeroAndStayInTheirFrame(t *testing.T) {
	lines := ui.Bars{Items: []ui.BarItem{{Values: []float64{3, 1}}, {Values: []float64{2, 0}}, {Values: []float64{0, 0}}}, Unit: "项"}.Lines()
	if lines[0].Parts[0].X != "0%" || lines[0].Parts[0].W != "75%" || lines[0].Parts[1].X != "75%" || lines[0].Words != "4项" {
		t.Errorf("%+v", lines[0])
	}
	if lines[1].Parts[0].W != "50%" || lines[2].Parts[0].W != "0%" {
		t.Errorf("%+v", lines)
	}
	draw := ui.Lines{Labels: []string{"一月"}, Series: []ui.LineSeries{{Values: []float64{0}}}}.Draws()[0]
	if draw.Grid[0].Text != "0" || len(draw.Paths[0].Dots) != 1 {
		t.Errorf("%+v", draw)
	}
}

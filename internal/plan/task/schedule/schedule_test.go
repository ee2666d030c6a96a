package schedule_test

import (
	"testing"

	"weibao/internal/civil"
	"weibao/internal/duty"
	"weibao/internal/plan/task/schedule"
)

var (
	terms = []duty.Term{{From: "02-20", To: "07-10"}, {From: "09-01", To: "01-20"}}
	cal   = schedule.Calendar{Year: 2026, Terms: terms}
)

func TestNormsBecomeDates(t *testing.T) {
	for norm, due := range map[string]string{
		"month=03-end": "2026-03-31", "month=2025-02-end": "2025-02-28", "month=6-end": "2026-06-30", "date=05-30": "2026-05-30",
		"date=2027-09-30": "2027-09-30", "months=07": "2026-07-31", "by=2025-12": "2025-12-31", "until=2025": "2025-12-31", "until=2025-end": "2025-12-31",
		"from=05-21,to=06-30": "2026-06-30", "from=2024-04,to=2025-03": "2025-03-31", "year-end": "2026-12-31", "quarter=3": "2026-09-30",
		"within=5year": "2031-12-31",
	} {
		if s := cal.Read(norm); s.Pace != schedule.Once || s.Due.String() != due {
			t.Errorf("%s: %s %s %s", norm, s.Pace, s.Due, s.Question)
		}
	}
}

func TestNormsBecomeRounds(t *testing.T) {
	on := civil.MustParse("2026-03-02")
	for norm, next := range map[string]string{
		"monthly-day=25": "2026-03-25", "monthly-day=05": "2026-03-05", "yearly=12-20": "2026-12-20", "yearly=06": "2026-06-30", "weekly-day=5": "2026-03-06", "months=08,12": "2026-08-31",
		"every=week,min=1": "2026-03-08", "every=month,min=2": "2026-03-31", "every=2month": "2026-04-30", "every=quarter,at=end,min=1": "2026-03-31",
		"every=halfyear,min=1": "2026-06-30", "every=year": "2026-12-31", "every=2year,min=1": "2027-12-31", "every=term,min=4": "2026-07-10",
		"every=school-year,min=2": "2026-07-10", "every=year,at=spring-term-start+autumn-term-start": "2026-09-01", "every=year,at=begin": "2027-01-31",
	} {
		s := cal.Read(norm)
		if s.Pace != schedule.Rounds {
			t.Errorf("%s: %s %s", norm, s.Pace, s.Question)
			continue
		}
		if got := s.Recurrence.Next(on).Due.String(); got != next {
			t.Errorf("%s: next round is due %s, want %s", norm, got, next)
		}
	}
	if s := cal.Read("every=month,min=2"); s.Recurrence.Times != 2 {
		t.Errorf("times %d", s.Recurrence.Times)
	}
}

func TestWhatCannotBeMappedIsAsked(t *testing.T) {
	for _, norm := range []string{
		"", "soon", "month=13-end", "month=03-begin", "date=02-30", "quarter=5", "monthly-day=40", "within=24h", "within=10workdays", "within=x",
		"every=term,within=1month-of-start", "every=month,at=begin", "every=blue-moon", "months=x", "from=2026-05,to=2026-04",
	} {
		if s := cal.Read(norm); s.Pace != schedule.Asked || s.Question == "" {
			t.Errorf("%q: %s %s", norm, s.Pace, s.Due)
		}
	}
	blank := schedule.Calendar{}
	for _, norm := range []string{"month=03-end", "year-end", "quarter=1", "months=07", "every=term", "every=school-year"} {
		if s := blank.Read(norm); s.Pace != schedule.Asked {
			t.Errorf("%q without year and terms: %s", norm, s.Pace)
		}
	}
}

func TestSpansRunFromTheIssueOnlyWhereThatIsDecided(t *testing.T) {
	if s := cal.Read("within=10workdays," + schedule.FromIssue); s.Pace != schedule.Once || s.Deadline() != duty.Within(10) || s.Words() != "下发后10个工作日内" {
		t.Errorf("%+v", s)
	}
	if s := cal.Read("within=24h," + schedule.FromIssue); s.Deadline() != duty.In(24) {
		t.Errorf("%+v", s)
	}
}

func TestDailyWorkAndWorkFromADayOnIsOngoing(t *testing.T) {
	for _, norm := range []string{"every=day,min=1", "from=2024"} {
		if s := cal.Read(norm); s.Pace != schedule.Ongoing {
			t.Errorf("%s: %s", norm, s.Pace)
		}
	}
}

func TestTargetsBecomeMeasures(t *testing.T) {
	for norm, c := range map[string]struct {
		words, reached, missed string
	}{
		"coverage>=93%":                     {"覆盖率不低于93%", "95", "92.9"},
		"rate<=25%":                         {"比率不高于25%", "25%", "26"},
		"count=2":                           {"数量达到2", "2", "1"},
		"count=1-2/镇(街道)":                   {"数量达到1（每镇(街道)）", "1", "0"},
		"count>=2/站":                        {"数量不低于2（每站）", "3", "1"},
		"amount>=1800元/人月":                  {"金额不低于1800元（每人月）", "1800", "1700"},
		"myopia-rate:-0.5pp/year,base=2018": {"近视率变化不高于-0.5个百分点（每年）", "-0.6", "0"},
		"retention>=3month":                 {"保存时长不低于3个月", "3", "2"},
		"blocked=22:00-06:00":               {"达标情况", "达到", "未达到"},
		"whatever":                          {"达标情况", "达到", "未达到"},
	} {
		m := schedule.MeasureOf(norm)
		if m.Words() != c.words {
			t.Errorf("%s: %s", norm, m.Words())
		}
		if ok, known := m.Reached(c.reached); !ok || !known {
			t.Errorf("%s: %s is not reached", norm, c.reached)
		}
		if ok, _ := m.Reached(c.missed); ok {
			t.Errorf("%s: %s is reached", norm, c.missed)
		}
	}
	if _, known := schedule.MeasureOf("rate>=90%").Reached("不少"); known {
		t.Error("a word counts as a figure")
	}
}

func TestATargetIsRestatedWhereAPersonChangedIt(t *testing.T) {
	for _, c := range []struct{ norm, direction, value, unit, want string }{
		{"coverage>=93%", ">=", "93", "%", "coverage>=93%"},
		{"coverage>=93%", ">=", "95", "%", "coverage>=95%"},
		{"rate<=25%", "=", "20", "%", "rate=20%"},
		{"count>=2/站", ">=", "3", "", "count>=3/站"},
		{"count=1-2/镇", "=", "2", "", "count=2/镇"},
		{"area>=40m2", ">=", "60", "平方米", "area>=60m2"},
		{"myopia-rate:-0.5pp/year,base=2018", "<=", "-0.8", "个百分点", "myopia-rate:-0.8pp/year,base=2018"},
		{"done", "", "", "", "done"},
		{"done", ">=", "12", "场", "count>=12场"},
		{"count>=12场", "", "", "", "done"},
		{"blocked=22:00-06:00", "", "", "", "blocked=22:00-06:00"},
	} {
		if got := schedule.Restate(c.norm, c.direction, c.value, c.unit); got != c.want {
			t.Errorf("%s as %s%s%s: %s, want %s", c.norm, c.direction, c.value, c.unit, got, c.want)
		}
	}
}

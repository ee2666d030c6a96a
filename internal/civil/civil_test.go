package civil_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/civil"
)

var day = civil.MustParse

func calendar2026(t testing.TB) *civil.Calendar {
	b, err := os.ReadFile("testdata/2026.json")
	if err != nil {
		t.Fatal(err)
	}
	n, err := civil.ParseNotice(b)
	if err != nil {
		t.Fatal(err)
	}
	return civil.CalendarOf([]civil.Notice{n})
}

func anyDate(from, to string) *rapid.Generator[civil.Date] {
	a, b := day(from), day(to)
	return rapid.Custom(func(t *rapid.T) civil.Date {
		return a.AddDays(rapid.IntRange(0, b.Sub(a)).Draw(t, "days"))
	})
}

func TestTextAndPartsAreThoseOfTheDay(t *testing.T) {
	d := day("2026-11-22")
	if d.Year() != 2026 || d.Month() != 11 || d.Day() != 22 || d.Weekday() != 7 || d.Quarter() != 4 {
		t.Errorf("parts of %s: %d %d %d weekday %d quarter %d", d, d.Year(), d.Month(), d.Day(), d.Weekday(), d.Quarter())
	}
	if got := civil.FormatDate(d); got != "2026-11-22 周日" {
		t.Errorf("FormatDate = %q", got)
	}
	if got := civil.FormatDateLong(day("2026-03-05")); got != "2026年3月5日" {
		t.Errorf("FormatDateLong = %q", got)
	}
	if first, last := day("0001-01-01"), day("9999-12-31"); first.AddDays(-1) != first || last.AddDays(1) != last || last.AddMonths(1) != last || last.MonthEnd() != last {
		t.Error("arithmetic leaves the calendar")
	}
}

func TestImpossibleDatesAreRefused(t *testing.T) {
	for _, s := range []string{"2026-02-30", "2026-13-01", "2026-1-1", "20260101", "0000-01-01", "2026-01-01T00:00:00Z", "二〇二六"} {
		if d, err := civil.Parse(s); err == nil {
			t.Errorf("Parse(%q) = %s", s, d)
		}
	}
	if _, ok := civil.NewDate(2026, 2, 29); ok {
		t.Error("2026-02-29 exists")
	}
	if _, ok := civil.NewDate(2028, 2, 29); !ok {
		t.Error("2028-02-29 does not exist")
	}
}

func TestUnknownDateStaysUnknown(t *testing.T) {
	var u civil.Date
	if u.AddDays(3) != u || u.AddMonths(3) != u || u.MonthEnd() != u || u.QuarterEnd() != u || u.String() != "" || u.Weekday() != 0 || u.Quarter() != 0 {
		t.Error("the unknown date became known")
	}
	if !u.Start().IsZero() || !u.End().IsZero() || civil.DateOf(time.Time{}) != u || civil.FormatDate(u) != "" {
		t.Error("the unknown date has an instant or a word")
	}
	if v, _ := u.Value(); v != "" {
		t.Errorf("Value = %v", v)
	}
	d := day("2026-01-01")
	for _, src := range []any{nil, "", []byte(nil)} {
		if err := d.Scan(src); err != nil || d != u {
			t.Errorf("Scan(%v) = %s, %v", src, d, err)
		}
		d = day("2026-01-01")
	}
	if err := d.Scan(int64(3)); err == nil {
		t.Error("a number was read as a date")
	}
}

func TestDayIsBeijingsDay(t *testing.T) {
	late := time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC)
	if got := civil.DateOf(late); got != day("2026-02-01") {
		t.Errorf("16:00 UTC is %s", got)
	}
	if got := civil.DateOf(late.Add(-time.Millisecond)); got != day("2026-01-31") {
		t.Errorf("15:59:59.999 UTC is %s", got)
	}
	if got := day("2026-01-31").End(); !got.Equal(late.Add(-time.Millisecond)) {
		t.Errorf("End = %s", got)
	}
}

func TestMonthsAreClampedToTheLastDay(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{{"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2026-03-31", -1, "2026-02-28"}, {"2026-11-30", 3, "2027-02-28"}, {"2026-12-25", 1, "2027-01-25"}, {"2026-01-25", -13, "2024-12-25"}} {
		if got := day(c.from).AddMonths(c.n); got != day(c.want) {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestDatesKeepOrderTextAndStorage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := anyDate("0001-01-01", "9999-12-31").Draw(t, "a")
		b := anyDate("0001-01-01", "9999-12-31").Draw(t, "b")
		if a.Before(b) != (a.String() < b.String()) || a.After(b) != (a.String() > b.String()) {
			t.Fatalf("%s and %s order otherwise than their texts", a, b)
		}
		if a.AddDays(b.Sub(a)) != b {
			t.Fatalf("%s + (%s − %s) is not %s", a, b, a, b)
		}
		var back, stored civil.Date
		text, err := json.Marshal(a)
		if err != nil || json.Unmarshal(text, &back) != nil || back != a {
			t.Fatalf("%s came back as %s", a, back)
		}
		v, _ := a.Value()
		if stored.Scan(v) != nil || stored != a || civil.DateOf(a.Start()) != a || civil.DateOf(a.End()) != a {
			t.Fatalf("%s does not survive storage", a)
		}
		if got, ok := civil.NewDate(a.Year(), a.Month(), a.Day()); !ok || got != a {
			t.Fatalf("parts of %s give %s", a, got)
		}
	})
}

func TestMonthsAndQuartersContainTheirDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate("1900-01-01", "2100-12-31").Draw(t, "d")
		n := rapid.IntRange(-600, 600).Draw(t, "n")
		m := d.AddMonths(n)
		if (m.Year()*12+m.Month())-(d.Year()*12+d.Month()) != n || m.Day() > d.Day() {
			t.Fatalf("%s + %d months = %s", d, n, m)
		}
		if d.Before(d.MonthStart()) || d.After(d.MonthEnd()) || d.Before(d.QuarterStart()) || d.After(d.QuarterEnd()) {
			t.Fatalf("%s lies outside its month or quarter", d)
		}
		if d.QuarterStart().Quarter() != d.Quarter() || d.QuarterEnd().Quarter() != d.Quarter() || d.QuarterEnd().AddDays(1).Day() != 1 {
			t.Fatalf("quarter of %s is %s to %s", d, d.QuarterStart(), d.QuarterEnd())
		}
	})
}

func TestHolidaysAndMakeUpDaysOf2026(t *testing.T) {
	c := calendar2026(t)
	makeUp := []string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"}
	workdays := 0
	for d := day("2026-01-01"); d.Year() == 2026; d = d.AddDays(1) {
		workday, known := c.IsWorkday(d)
		if !known {
			t.Fatalf("%s is not known", d)
		}
		if workday {
			workdays++
		}
		if weekend := d.Weekday() > 5; workday && weekend != slices.Contains(makeUp, d.String()) {
			t.Errorf("%s is a working day", civil.FormatDate(d))
		}
	}
	// 365 days, 104 weekend days, 33 holidays of which 14 are weekend days, 6 make-up days.
	if workdays != 248 {
		t.Errorf("2026 has %d working days", workdays)
	}
	if _, known := c.IsWorkday(day("2027-01-04")); known {
		t.Error("2027 is said to be known")
	}
}

func TestWorkdayDeadlines(t *testing.T) {
	c := calendar2026(t)
	for _, x := range []struct {
		name, from  string
		n           int
		want        string
		provisional bool
	}{
		{"over the spring festival", "2026-02-13", 3, "2026-02-25", false},
		{"make-up Saturday counts", "2026-05-08", 1, "2026-05-09", false},
		{"make-up Sunday counts", "2026-09-18", 1, "2026-09-20", false},
		{"from a holiday", "2026-10-01", 1, "2026-10-08", false},
		{"backwards over national day", "2026-10-08", -1, "2026-09-30", false},
		{"zero on a holiday is the next working day", "2026-05-01", 0, "2026-05-06", false},
		{"zero on a working day is the day", "2026-05-06", 0, "2026-05-06", false},
		{"into a year without a notice", "2026-12-30", 2, "2027-01-01", true},
	} {
		t.Run(x.name, func(t *testing.T) {
			got, provisional := c.AddWorkdays(day(x.from), x.n)
			if got != day(x.want) || provisional != x.provisional {
				t.Errorf("%s + %d = %s provisional %v", x.from, x.n, got, provisional)
			}
		})
	}
	due, _ := c.DueWorkdays(time.Date(2026, 2, 13, 9, 30, 0, 0, civil.Zone), 1)
	if want := time.Date(2026, 2, 14, 23, 59, 59, int(999*time.Millisecond), civil.Zone); !due.Equal(want) {
		t.Errorf("one working day from Friday 13 February ends %s", due)
	}
}

func TestWorkdayArithmeticHolds(t *testing.T) {
	c := calendar2026(t)
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate("2025-06-01", "2027-06-30").Draw(t, "d")
		n := rapid.IntRange(-120, 120).Draw(t, "n")
		due, provisional := c.AddWorkdays(d, n)
		if workday, _ := c.IsWorkday(due); !workday {
			t.Fatalf("%s + %d lands on %s, no working day", d, n, due)
		}
		if !c.Covers(due) && !provisional {
			t.Fatalf("%s + %d = %s is not called provisional", d, n, due)
		}
		if (n > 0 && !due.After(d)) || (n < 0 && !due.Before(d)) || (n == 0 && due.Before(d)) {
			t.Fatalf("%s + %d = %s", d, n, due)
		}
		if between, _ := c.WorkdaysBetween(d, due); n > 0 && between != n {
			t.Fatalf("%d working days between %s and %s, want %d", between, d, due, n)
		}
		if later, _ := c.AddWorkdays(d, n+1); n != -1 && n != 0 && !later.After(due) {
			t.Fatalf("%s + %d = %s is not after %s", d, n+1, later, due)
		}
		if next, _ := c.AddWorkdays(d.AddDays(1), n); next.Before(due) {
			t.Fatalf("a later start gives an earlier due date: %s + %d", d, n)
		}
		start, _ := c.AddWorkdays(d, 0)
		there, _ := c.AddWorkdays(start, n)
		if back, _ := c.AddWorkdays(there, -n); back != start {
			t.Fatalf("%s + %d − %d = %s", start, n, n, back)
		}
	})
}

func TestDistanceCountsCalendarDays(t *testing.T) {
	now := time.Date(2026, 11, 22, 15, 0, 0, 0, civil.Zone)
	for _, c := range []struct {
		due  time.Time
		want string
	}{
		{day("2026-11-25").End(), "还有3天"},
		{day("2026-11-23").Start(), "还有1天"},
		{day("2026-11-22").End(), "今天到期"},
		{now, "今天到期"},
		{now.Add(-time.Hour), "今天已超期"},
		{day("2026-11-21").End(), "超期1天"},
		{day("2026-11-20").End(), "超期2天"},
		{time.Time{}, ""},
	} {
		if got := civil.Distance(now, c.due); got != c.want {
			t.Errorf("Distance(%s) = %q, want %q", c.due, got, c.want)
		}
	}
}

func TestAgeIsFullOnTheBirthday(t *testing.T) {
	for _, c := range []struct {
		birth, on string
		want      int
	}{
		{"2012-05-10", "2026-05-09", 13}, {"2012-05-10", "2026-05-10", 14}, {"2012-05-10", "2012-05-10", 0},
		{"2012-05-10", "2012-05-09", -1}, {"2012-02-29", "2026-02-27", 13}, {"2012-02-29", "2026-02-28", 14},
		{"2012-02-29", "2028-02-28", 15}, {"2012-02-29", "2028-02-29", 16},
	} {
		if got := civil.AgeOn(day(c.birth), day(c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.birth, c.on, got, c.want)
		}
	}
	if civil.AgeOn(civil.Date{}, day("2026-01-01")) != -1 {
		t.Error("an unknown birth has an age")
	}
	rapid.Check(t, func(t *rapid.T) {
		birth := anyDate("1930-01-01", "2026-12-31").Draw(t, "birth")
		age := rapid.IntRange(0, 90).Draw(t, "age")
		b := civil.Birthday(birth, age)
		if civil.AgeOn(birth, b) != age || (age > 0 && civil.AgeOn(birth, b.AddDays(-1)) != age-1) {
			t.Fatalf("born %s becomes %d on %s", birth, age, b)
		}
	})
}

func TestNoticeFilesThatCannotBeRightAreRefused(t *testing.T) {
	good := `{"year":2027,"source":"通知","days":[{"date":"2027-01-01","workday":false,"name":"元旦"}]}`
	if _, err := civil.ParseNotice([]byte("\uFEFF" + good)); err != nil {
		t.Errorf("good file refused: %v", err)
	}
	for name, text := range map[string]string{
		"empty":        ``,
		"no days":      `{"year":2027,"source":"通知","days":[]}`,
		"no source":    `{"year":2027,"source":"","days":[{"date":"2027-01-01","workday":false,"name":"元旦"}]}`,
		"wrong year":   `{"year":2027,"source":"通知","days":[{"date":"2026-01-01","workday":false,"name":"元旦"}]}`,
		"twice":        `{"year":2027,"source":"通知","days":[{"date":"2027-01-01","workday":false,"name":"元旦"},{"date":"2027-01-01","workday":true,"name":"元旦"}]}`,
		"unknown date": `{"year":2027,"source":"通知","days":[{"date":"","workday":false,"name":"元旦"}]}`,
		"unnamed":      `{"year":2027,"source":"通知","days":[{"date":"2027-01-01","workday":false,"name":""}]}`,
		"other fields": `{"year":2027,"source":"通知","dagen":[]}`,
	} {
		if _, err := civil.ParseNotice([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2026-11-22")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := civil.Parse(s)
		if err == nil && d.String() != s {
			t.Errorf("%q became %q", s, d)
		}
	})
}

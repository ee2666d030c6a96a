package civil

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Notice is one year's notice of the State Council on holidays (国务院办公厅关于部分节假日安排的通知) as a file:
// what the rules hold, and what an administrator imports for later years.
type Notice struct {
	Year   int         `json:"year"`
	Source string      `json:"source"`
	Days   []Exception `json:"days"`
}

// ParseNotice reads a notice file and refuses one that cannot be right, saying what is wrong: a day outside the
// year (the last week of the year before excepted), a day named twice, a holiday list without a single holiday.
func ParseNotice(b []byte) (Notice, error) {
	var n Notice
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\uFEFF"))))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&n); err != nil {
		return Notice{}, fmt.Errorf("节假日文件不是规定的格式(year、source、days)。请对照已有年份的文件修改: %w", err)
	}
	return n, n.validate()
}

func (n Notice) validate() error {
	if n.Year < 2000 || n.Year > 2200 {
		return fmt.Errorf("年份“%d”不对,请填写通知所说的年份", n.Year)
	}
	if n.Source == "" {
		return fmt.Errorf("缺少来源,请写明国务院办公厅通知的名称和文号")
	}
	if len(n.Days) == 0 {
		return fmt.Errorf("%d年的节假日一天也没有,请按通知逐日填写", n.Year)
	}
	first, _ := NewDate(n.Year-1, 12, 25)
	last, _ := NewDate(n.Year, 12, 31)
	seen := map[Date]bool{}
	for i, e := range n.Days {
		switch {
		case e.Date.Before(first) || e.Date.After(last):
			return fmt.Errorf("第%d条“%s”不在%d年,请核对", i+1, e.Date, n.Year)
		case seen[e.Date]:
			return fmt.Errorf("第%d条“%s”重复,请只保留一条", i+1, e.Date)
		case e.Name == "":
			return fmt.Errorf("第%d条“%s”没有名称,请写明是哪个节日", i+1, e.Date)
		}
		seen[e.Date] = true
	}
	return nil
}

// CalendarOf makes the calendar of several notices.
func CalendarOf(notices []Notice) *Calendar {
	var years []int
	var days []Exception
	for _, n := range notices {
		years = append(years, n.Year)
		days = append(days, n.Days...)
	}
	return NewCalendar(years, days)
}

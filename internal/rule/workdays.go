package rule

import (
	"fmt"
	"io"
	"strconv"

	"weibao/internal/civil"
	"weibao/internal/rule/rulefile"
)

// workdayFile is a year's notice on holidays as a file.
type workdayFile struct {
	Year   int
	Source Source
	Days   []workdayLine
}

type workdayLine struct {
	Date civil.Date
	Kind string // "holiday", "workday"
	Name string
}

// ParseWorkdays reads a file with the holidays and make-up days of one year, as shipped under
// rules/national/workdays and as an administrator imports it for later years. The error is Findings, which name line
// and cause.
func ParseWorkdays(r io.Reader) (civil.Notice, error) {
	const file = "节假日文件"
	text, err := io.ReadAll(io.LimitReader(r, rulefile.MaxBytes+1))
	if err != nil {
		return civil.Notice{}, fmt.Errorf("文件没有读完,请重新上传: %w", err)
	}
	doc, found := rulefile.Parse(file, text)
	if len(found) > 0 {
		return civil.Notice{}, found
	}
	if doc.Data["kind"] != "workdays" {
		found.Add(file, doc.LineAt([]string{"kind"}), "这不是节假日文件,第一行应是 kind: workdays")
		return civil.Notice{}, found
	}
	if found := rulefile.CheckSchema(doc); len(found) > 0 {
		return civil.Notice{}, found
	}
	n, found := notice(doc)
	return n, found.Err()
}

// notice turns a checked document into the year's notice and finds what a schema cannot: days of another year, days
// named twice, a make-up day from Monday to Friday.
func notice(doc *rulefile.Document) (civil.Notice, Findings) {
	var found Findings
	var f workdayFile
	if err := doc.Root.Decode(&f); err != nil {
		found.Add(doc.File, rulefile.LineOf(err), "日期不对,应写成 2026-10-01 并且确有这一天")
		return civil.Notice{}, found
	}
	n := civil.Notice{Year: f.Year, Source: f.Source.String()}
	first := map[civil.Date]int{}
	for i, d := range f.Days {
		line := doc.LineAt([]string{"days", strconv.Itoa(i)})
		e := civil.Exception{Date: d.Date, Workday: d.Kind == "workday", Name: d.Name}
		checkDay(doc.File, line, f.Year, e, &found)
		if at, twice := first[d.Date]; twice {
			found.Add(doc.File, line, "%s写了两次,第%d行已有", d.Date, at)
		}
		first[d.Date] = line
		n.Days = append(n.Days, e)
	}
	return n, found
}

// checkDay refuses days that cannot be right. The notice of a year may move the last week of the year before.
func checkDay(file string, line, year int, e civil.Exception, found *Findings) {
	from, _ := civil.NewDate(year-1, 12, 25)
	to, _ := civil.NewDate(year, 12, 31)
	if e.Date.Before(from) || e.Date.After(to) {
		found.Add(file, line, "%s不在%d年", e.Date, year)
	}
	if e.Workday && e.Date.Weekday() <= 5 {
		found.Add(file, line, "%s是星期一至星期五,本来就上班,不应列为调休上班", e.Date)
	}
}

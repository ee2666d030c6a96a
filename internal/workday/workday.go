// Package workday keeps the working-day calendar: which days the State
// Council's yearly notices 「国务院办公厅关于部分节假日安排的通知」 make
// holidays and make-up days.
//
// It owns workday and workday_year. The notices that ship with the program
// are seeded; later years are imported from a file of the same form. It
// promises that a wrong file changes nothing, and that whoever asks for the
// calendar within a transaction gets what that transaction sees. It never
// guesses a holiday: in a year without notice Monday to Friday count, dues
// are provisional, and Gap says so.
package workday

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/rule"
)

// Topic is what is notified after an import, with the year.
const Topic = "workday"

// Year is a year whose notice is loaded.
type Year struct {
	Year      int
	Source    string
	Holidays  int64
	Makeups   int64 // make-up days 调休上班
	At        clock.Instant
	ActorName string
}

// calendars keeps the last calendars by the stamps of their years: equal
// stamps are equal contents, in whatever database, so that nothing must be
// invalidated and a transaction sees its own import.
var calendars struct {
	sync.Mutex
	known map[string]*civil.Calendar
}

// maxCalendars bounds the memory; one database needs one calendar at a time.
const maxCalendars = 8

// Calendar gives the calendar as the transaction sees it.
func Calendar(ctx context.Context, tx *db.Tx) (*civil.Calendar, error) {
	marks, err := stamps(ctx, tx)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprint(marks)
	calendars.Lock()
	known := calendars.known[key]
	calendars.Unlock()
	if known != nil {
		return known, nil
	}
	days, err := exceptions(ctx, tx)
	if err != nil {
		return nil, err
	}
	years := make([]int, len(marks))
	for i, m := range marks {
		years[i] = m.Year
	}
	made := civil.NewCalendar(years, days)
	calendars.Lock()
	defer calendars.Unlock()
	if calendars.known == nil || len(calendars.known) >= maxCalendars {
		calendars.known = map[string]*civil.Calendar{}
	}
	calendars.known[key] = made
	return made, nil
}

// Gap says, for a screen, from which year on dues are reckoned without a
// notice; it is empty while this year and the next are loaded, and in spring
// and summer, when nobody can have the next year's notice yet.
func Gap(cal *civil.Calendar, today civil.Date) string {
	const (
		noticeMonth = 11 // the notice for the next year comes in October or November
		words       = "%d年放假安排尚未导入，跨年期限暂按周一至周五推算。请系统管理员在“工作日历”中导入国务院办公厅通知。"
	)
	year := today.Year()
	if !cal.Covers(today) {
		return fmt.Sprintf("%d年放假安排尚未导入，工作日暂按周一至周五推算。请系统管理员在“工作日历”中导入国务院办公厅通知。", year)
	}
	next, _ := civil.NewDate(year+1, 1, 1)
	if today.Month() >= noticeMonth && !cal.Covers(next) {
		return fmt.Sprintf(words, year+1)
	}
	return ""
}

// maxFile is the size of a file; a year has about 40 lines.
const maxFile = 1 << 20

// Read reads an uploaded file; the error names line, cause and cure.
func Read(r io.Reader) (civil.Notice, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return civil.Notice{}, fmt.Errorf("workday.Read: %w", err)
	case len(text) > maxFile:
		return civil.Notice{}, refused("文件超过1 MB，不是放假安排文件。", nil)
	case !bytes.Contains(text, []byte("workdays")):
		return civil.Notice{}, refused("这不是放假安排文件，请按文件样例逐日填写。", nil)
	}
	n, err := rule.ParseWorkdays(bytes.NewReader(text))
	if err == nil {
		return n, nil
	}
	if found, ok := errors.AsType[rule.Findings](err); ok {
		return n, refused(brief(found), err)
	}
	return n, refused("文件不能读取，请按文件样例逐日填写。", err)
}

func refused(why string, cause error) error {
	return &errs.Error{Kind: errs.Invalid, Message: "文件没有导入，日历没有改动。", Fields: map[string]string{"file": why}, Cause: cause}
}

// maxFindings is how many faults of a file are told at once.
const maxFindings = 10

func brief(found rule.Findings) string {
	var lines []string
	for _, f := range found {
		if len(lines) == maxFindings {
			lines = append(lines, fmt.Sprintf("另有%d处。", len(found)-maxFindings))
			break
		}
		lines = append(lines, fmt.Sprintf("第%d行：%s", f.Line, f.Message))
	}
	return strings.Join(lines, "；")
}

// Import loads a year's notice in place of what is known of that year.
func Import(ctx context.Context, tx *db.Tx, by access.Actor, n civil.Notice) error {
	if err := by.Require("workday.import"); err != nil {
		return err
	}
	return load(ctx, tx, by, n)
}

// Seed loads the notices of years that are not known yet and tells how many
// these were. It is called when an installation is set up or migrated.
func Seed(ctx context.Context, tx *db.Tx, by access.Actor, notices []civil.Notice) (int, error) {
	marks, err := stamps(ctx, tx)
	if err != nil {
		return 0, err
	}
	known := map[int]bool{}
	for _, m := range marks {
		known[m.Year] = true
	}
	n := 0
	for _, notice := range notices {
		if known[notice.Year] {
			continue
		}
		if err := load(ctx, tx, by, notice); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func load(ctx context.Context, tx *db.Tx, by access.Actor, n civil.Notice) error {
	if err := plausible(n); err != nil {
		return err
	}
	if err := replaceYear(ctx, tx, by, n); err != nil {
		return err
	}
	tx.Notify(Topic, fmt.Sprint(n.Year))
	return audit.Write(ctx, tx, by, "workday.import", "workday_year", yearID(n.Year), map[string]any{"days": len(n.Days), "source": n.Source})
}

// yearID names a year as the subject of a journal entry.
type yearID int64

// plausible refuses a notice that names no holiday at all: every year has some.
func plausible(n civil.Notice) error {
	for _, d := range n.Days {
		if !d.Workday {
			return nil
		}
	}
	return errs.Newf(errs.Invalid, "%d年的文件里没有一天是放假，日历没有改动。请对照国务院办公厅通知核对。", n.Year)
}

// Years lists the loaded years, newest first.
func Years(ctx context.Context, tx *db.Tx, by access.Actor) ([]Year, error) {
	if err := by.Require("workday.list"); err != nil {
		return nil, err
	}
	return years(ctx, tx)
}

// Days lists the days which the notice of a year names.
func Days(ctx context.Context, tx *db.Tx, by access.Actor, year int) ([]civil.Exception, error) {
	if err := by.Require("workday.list"); err != nil {
		return nil, err
	}
	return daysOf(ctx, tx, year)
}

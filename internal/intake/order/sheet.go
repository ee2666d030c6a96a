package order

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
)

// Upload is a file of orders that was sent in.
type Upload struct {
	ID      ref.Upload
	At      clock.Instant
	Channel string
	ByUser  ref.User
	ByName  string
	ByUnit  ref.Unit
	Total   int64
	Taken   int64
	Added   int64 // supplements to orders that came before
	Again   int64
	Wrong   int64
	File    ref.File
}

func (u Upload) subject() file.Subject { return file.Of("intake_upload", u.ID) }

// Rows and characters that a file of orders may have.
const (
	maxRows    = 2000
	maxHead    = 10 // rows from the top among which the headings stand
	minKnown   = 2  // headings that are known
	alongside  = 8  // rows that are stored together, for they share a commit
	maxContent = 100
)

// meanings are what the codes of the rules "order-heading" mean.
var meanings = map[string]string{"01": "number", "02": "title", "03": "content", "04": "town", "05": "place", "06": "caller", "07": "phone", "08": "child", "09": "age",
	"10": "received", "11": "due", "12": "danger"}

// head is where the headings stand and what they mean.
type head struct {
	row     int
	columns map[string]int // meaning → column
	titles  []string
}

// Receive takes a file of orders: each row becomes an order, adds to one, was
// one before, or goes back with its reason.
func (k *Desk) Receive(ctx context.Context, by access.Actor, channel string, content []byte) (Upload, error) {
	if err := by.Require("intake.order"); err != nil {
		return Upload{}, err
	}
	if !slices.Contains(Channels, channel) {
		return Upload{}, errs.Fields{"channel": "请选择12345或者12355。"}.Err()
	}
	h, rows, err := k.rows(content)
	if err != nil {
		return Upload{}, err
	}
	places, err := k.Places(ctx, k.DB.Reader())
	if err != nil {
		return Upload{}, err
	}
	now := clock.Of(k.DB.Clock.Now())
	u := Upload{ID: ref.New[ref.Upload](now.Time()), At: now, Channel: channel, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit, Total: int64(len(rows))}
	x := reading{desk: k, head: h, places: places, from: From{Channel: channel, Home: Home(by.Post.Region), By: by, Upload: u.ID}}
	if err := x.all(ctx, rows); err != nil {
		return Upload{}, err
	}
	u.Taken, u.Added, u.Again, u.Wrong = x.taken, x.added, x.again, u.Total-x.taken-x.added-x.again
	return u, k.file(ctx, by, &u, content, h, rows, x.faults)
}

// rows finds the headings of a file and gives what stands below them.
func (k *Desk) rows(content []byte) (h head, rows []sheet.Row, err error) {
	words, _ := k.Intake.Book().Codes("order-heading", civil.DateOf(k.DB.Clock.Now()))
	limits := sheet.Limits{Rows: maxRows + maxHead, Columns: maxContent, Bytes: 16 << 20}
	for r, err := range sheet.Read(bytes.NewReader(content), int64(len(content)), limits) {
		if err != nil {
			return h, nil, under(err)
		}
		if h.row > 0 {
			rows = append(rows, r)
		} else if h = headOf(r, words); h.row == 0 && r.Number > maxHead {
			break
		}
	}
	f := errs.Fields{}
	_, number := h.columns["number"]
	_, told := h.columns["content"]
	f.Check(h.row > 0, "file", "没有认出表头。第一行应为列名，至少有“工单编号”和“诉求内容”两列；也可以下载模板填写。")
	f.Check(h.row == 0 || number && told, "file", "缺少“工单编号”或者“诉求内容”列，请补上后重新上传。")
	f.Check(len(rows) <= maxRows, "file", "一次最多2000张工单，请拆成几个文件。")
	f.Check(h.row == 0 || len(rows) > 0, "file", "表头下面没有工单。")
	return h, rows, f.Err()
}

func under(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return errs.Fields{"file": e.Message}.Err()
	}
	return err
}

func headOf(r sheet.Row, words rule.CodeTable) head {
	h := head{columns: map[string]int{}}
	for i, c := range r.Cells {
		text := strings.Trim(strings.Join(strings.Fields(c.Trimmed()), ""), "*:：")
		h.titles = append(h.titles, text)
		if code, ok := words.Find(text); ok {
			meaning := meanings[code.Code]
			if _, twice := h.columns[meaning]; !twice {
				h.columns[meaning] = i
			}
		}
	}
	if len(h.columns) >= minKnown {
		h.row = r.Number
	}
	return h
}

// reading takes the rows of one file.
type reading struct {
	desk   *Desk
	head   head
	places []Place
	from   From

	mu                  sync.Mutex
	taken, added, again int64
	faults              []sheet.Fault
	err                 error
}

func (x *reading) all(ctx context.Context, rows []sheet.Row) error {
	// The same number twice in one file must meet in order; others go side by side.
	for batch := range slices.Chunk(rows, alongside) {
		var wg sync.WaitGroup
		seen := map[string]bool{}
		for _, r := range batch {
			if number := x.text(r, "number"); seen[number] {
				wg.Wait()
			} else {
				seen[number] = true
			}
			wg.Go(func() { x.one(ctx, r) })
		}
		wg.Wait()
		if x.err != nil {
			return x.err
		}
	}
	return nil
}

func (x *reading) one(ctx context.Context, r sheet.Row) {
	in, err := x.read(r)
	var out Taken
	if err == nil {
		out, err = x.desk.Take(ctx, x.from, in)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	e, ours := errors.AsType[*errs.Error](err)
	switch {
	case err == nil && out.Repeated:
		x.again++
	case err == nil && out.Added:
		x.added++
	case err == nil:
		x.taken++
	case ours && e.Kind == errs.Invalid:
		x.fault(r, e)
	case x.err == nil:
		x.err = err
	}
}

// columnOf tells in which column what is wrong stands.
var columnOf = map[string]string{"number": "number", "what": "title", "narrative": "content", "place": "place", "due_at": "due", "reporter": "caller", "child": "child"}

func (x *reading) fault(r sheet.Row, e *errs.Error) {
	if len(e.Fields) == 0 {
		x.faults = append(x.faults, sheet.Fault{Row: r.Number, Column: -1, Text: e.Message})
	}
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		column, ok := x.head.columns[columnOf[name]]
		if !ok {
			column = -1
		}
		x.faults = append(x.faults, sheet.Fault{Row: r.Number, Column: column, Text: e.Fields[name]})
	}
}

func (x *reading) cell(r sheet.Row, meaning string) sheet.Cell {
	if i, ok := x.head.columns[meaning]; ok {
		return r.Cell(i)
	}
	return sheet.Cell{}
}

func (x *reading) text(r sheet.Row, meaning string) string { return x.cell(r, meaning).Trimmed() }

// words of a cell that say yes.
var yes = []string{"是", "有", "有危险", "Y", "y", "1"}

// read makes an order of a row.
func (x *reading) read(r sheet.Row) (In, error) {
	f := errs.Fields{}
	f.Check(!x.cell(r, "number").LostDigits(), "number", "工单编号被表格软件改成了近似数，后几位已经丢失。请把这一列设为文本，重新填写。")
	in := In{Number: x.text(r, "number"), Report: intake.In{What: x.text(r, "title"), Narrative: x.text(r, "content"), Danger: slices.Contains(yes, x.text(r, "danger")),
		Place:    intake.Place{Text: x.text(r, "place")},
		Reporter: &intake.Reporter{Name: x.text(r, "caller"), Phone: x.text(r, "phone")}, Child: &intake.Child{Name: x.text(r, "child"), Age: x.text(r, "age")}}}
	if in.Report.What == "" {
		in.Report.What = "热线工单"
	}
	in.Report.Place.Region = region(x.places, x.text(r, "town"), in.Report.Place.Text)
	if due := x.cell(r, "due"); due.Trimmed() != "" {
		day, ok := due.Date()
		if !ok {
			day, ok = sheet.Cell{Text: firstWord(due.Trimmed())}.Date()
		}
		f.Check(ok, "due_at", "办理时限请写成 2026-11-30 这样的日期。")
		in.Due = day.AddDays(1).Start().Add(-time.Minute).UnixMilli()
	}
	return in, f.Err()
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// region finds the division that a township's name and a place name; "" where
// they name none for sure.
func region(places []Place, town, place string) string {
	within, found := "", ""
	for _, p := range places {
		if town != "" && strings.HasSuffix(p.Code, "000") && slices.Contains(p.Names, town) {
			within, found = p.Code[:9], p.Code
		}
	}
	several := false
	for _, p := range places {
		if strings.HasSuffix(p.Code, "000") || within != "" && !strings.HasPrefix(p.Code, within) {
			continue
		}
		if slices.ContainsFunc(p.Names, func(n string) bool { return strings.Contains(place, n) }) {
			several = found != "" && !strings.HasSuffix(found, "000")
			found = p.Code
		}
	}
	if several {
		found = ""
		if within != "" {
			found = within + "000"
		}
	}
	return found
}

// file keeps the wrong rows with their reasons, and what became of the file.
func (k *Desk) file(ctx context.Context, by access.Actor, u *Upload, content []byte, h head, rows []sheet.Row, faults []sheet.Fault) error {
	var in *file.Incoming
	if len(faults) > 0 {
		answer, err := k.answer(content, h, rows, faults)
		if err != nil {
			return err
		}
		if in, err = k.Files.Receive(ctx, u.subject(), "需要更正的工单.xlsx", bytes.NewReader(answer)); err != nil {
			return err
		}
	}
	return k.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if in != nil {
			if u.File, err = k.Files.Attach(ctx, tx, by, u.subject(), in); err != nil {
				return err
			}
		}
		if err := insertUpload(ctx, tx, *u); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, "intake.order", "intake_upload", u.ID, map[string]int64{"total": u.Total, "taken": u.Taken, "added": u.Added, "again": u.Again, "wrong": u.Wrong})
	})
}

// answer gives a workbook back marked, of a text the wrong rows alone.
func (k *Desk) answer(content []byte, h head, rows []sheet.Row, faults []sheet.Fault) ([]byte, error) {
	var out bytes.Buffer
	if bytes.HasPrefix(content, []byte("PK")) {
		if err := sheet.Mark(&out, k.Temp, bytes.NewReader(content), int64(len(content)), h.row, faults); err == nil {
			return out.Bytes(), nil
		}
		out.Reset() // a workbook that cannot be written again: the wrong rows alone
	}
	book, err := sheet.NewBook(k.Temp)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	t := sheet.Table{Name: "需要更正的工单"}
	for _, title := range h.titles {
		t.Columns = append(t.Columns, sheet.Column{Title: title, Width: 18})
	}
	t.Columns = append(t.Columns, sheet.Column{Title: "错误原因", Width: 60})
	w, err := book.Table(t)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		var reasons []string
		for _, f := range faults {
			if f.Row == r.Number {
				reasons = append(reasons, f.Text)
			}
		}
		if len(reasons) == 0 {
			continue
		}
		values := make([]any, len(t.Columns))
		for i := range h.titles {
			values[i] = r.Cell(i).Text
		}
		values[len(values)-1] = strings.Join(reasons, " ")
		if err := w.Row(values...); err != nil {
			return nil, err
		}
	}
	_, err = book.WriteTo(&out)
	return out.Bytes(), err
}

// Uploads lists the files that the actor's unit sent in, the latest first.
func (k *Desk) Uploads(ctx context.Context, tx *db.Tx, by access.Actor) ([]Upload, error) {
	if err := by.Require("intake.order"); err != nil {
		return nil, err
	}
	return uploads(ctx, tx, by, 10)
}

// Answer opens the wrong rows of a file with their reasons.
func (k *Desk) Answer(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Upload) (*file.Content, error) {
	if err := by.Require("intake.order"); err != nil {
		return nil, err
	}
	u, err := uploadByID(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if u.File == 0 {
		return nil, errs.Missing()
	}
	return k.Files.Open(ctx, tx, by, u.subject(), u.File)
}

// Template writes an empty table with the headings by which orders come in.
func (k *Desk) Template(by access.Actor, out io.Writer) error {
	if err := by.Require("intake.order"); err != nil {
		return err
	}
	book, err := sheet.NewBook(k.Temp)
	if err != nil {
		return err
	}
	defer book.Close()
	words, _ := k.Intake.Book().Codes("order-heading", civil.DateOf(k.DB.Clock.Now()))
	t := sheet.Table{Name: "热线工单", Rows: 200}
	for _, c := range words.Codes {
		meaning := meanings[c.Code]
		column := sheet.Column{Title: c.Label, Width: 18, Required: meaning == "number" || meaning == "content"}
		if meaning == "danger" {
			column.Choices = []string{"是", "否"}
		}
		t.Columns = append(t.Columns, column)
	}
	if _, err := book.Table(t); err != nil {
		return err
	}
	_, err = book.WriteTo(out)
	return err
}

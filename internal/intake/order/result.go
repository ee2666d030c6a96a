package order

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
	"weibao/internal/vault"
)

// View is a ready-made choice of the list.
type View string

// The views.
const (
	Open  View = "open"  // 办理中
	Ready View = "ready" // 有结果，还没有导出
	All   View = "all"
)

// Filter chooses orders.
type Filter struct {
	View    View
	Channel string
	Before  ref.Order
	Limit   int
}

const pageSize = 50

// maxResults is how many results one export holds.
const maxResults = 2000

// Result is an order with what its hotline is told.
type Result struct {
	ID       ref.Order
	Number   string // the hotline's own
	Channel  string
	Report   ref.Report
	Call     string // the office's number
	At       clock.Instant
	Due      clock.Instant
	First    ref.Unit
	Lead     ref.Unit
	State    intake.State
	Accepted clock.Instant
	Closed   clock.Instant
	Returned string // reason, in words
	Answer   string // what the caller is told
	Sent     clock.Instant
	Added    int64         // supplements
	AddedAt  clock.Instant // of the latest
}

// Ended tells whether the hotline can close its order.
func (r Result) Ended() bool { return r.State == intake.Closed || r.State == intake.Rejected }

// Words says how an order stands.
func (r Result) Words() string {
	if r.State == intake.Rejected {
		return "退回"
	}
	return r.State.Label()
}

// Reasons are those for which an order may go back.
func (k *Desk) Reasons(now clock.Instant) rule.CodeTable {
	t, _ := k.Intake.Book().Codes("order-return", civil.DateOf(now.Time()))
	return t
}

// List gives the orders that the actor may see, newest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Result, error) {
	if err := by.Require("intake.order"); err != nil {
		return nil, err
	}
	if viewWhere[f.View] == "" {
		f.View = Open
	}
	if f.Limit <= 0 || f.Limit > maxResults {
		f.Limit = pageSize
	}
	lines, err := list(ctx, tx, by, f)
	if err != nil {
		return nil, err
	}
	return k.results(ctx, tx, lines)
}

// Get gives one order.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Order) (Result, error) {
	if !by.Can("intake.order") && !by.Can("intake.order_return") {
		return Result{}, errs.Missing()
	}
	l, err := get(ctx, tx, by, id)
	if err != nil {
		return Result{}, err
	}
	out, err := k.results(ctx, tx, []line{l})
	if err != nil {
		return Result{}, err
	}
	return out[0], nil
}

func (k *Desk) results(ctx context.Context, tx *db.Tx, lines []line) ([]Result, error) {
	sealed, ids := make([]vault.Sealed, len(lines)), make([]ref.Report, len(lines))
	for i, l := range lines {
		sealed[i], ids[i] = vault.Sealed{Group: group(l.ID), Field: field(l.ID), Bytes: l.Sealed}, l.Report
	}
	numbers, err := k.Intake.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	answers, err := k.Intake.Answers(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	reasons := k.Reasons(tx.Now)
	out := make([]Result, len(lines))
	for i, l := range lines {
		out[i] = Result{ID: l.ID, Number: numbers[i], Channel: l.Channel, Report: l.Report, Call: l.Number, At: l.At, Due: clock.Instant(l.Due), First: l.First, Lead: l.Lead,
			State: intake.State(l.State), Accepted: l.Accepted, Closed: l.Closed, Answer: answers[l.Report], Sent: l.Sent, Added: l.Added, AddedAt: l.AddedAt}
		if l.State == string(intake.Rejected) {
			if out[i].Returned, _ = reasons.Word(l.Returned); out[i].Returned == "" {
				out[i].Returned = "不予受理"
			}
		}
	}
	return out, nil
}

// Format is that of a file of results.
type Format string

// The formats.
const (
	Xlsx Format = "xlsx"
	CSV  Format = "csv" // UTF-8
	GBK  Format = "gbk" // CSV in GB18030, for old programs
)

// Export writes results as the hotline's table, whose columns are rules, and
// notes that they were sent.
func (k *Desk) Export(ctx context.Context, by access.Actor, f Filter, format Format, names map[ref.Unit]string, out io.Writer) error {
	f.Limit = maxResults
	rows, err := k.List(ctx, k.DB.Reader(), by, f)
	if err != nil {
		return err
	}
	ids := make([]ref.Order, 0, len(rows))
	for _, r := range rows {
		if r.Ended() {
			ids = append(ids, r.ID)
		}
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		if err := setSent(ctx, tx, ids); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, "intake.order", "intake_order", ref.Order(0), map[string]any{"did": "export", "rows": len(rows)})
	})
	if err != nil {
		return err
	}
	return k.write(rows, format, names, out)
}

func (k *Desk) write(rows []Result, format Format, names map[ref.Unit]string, out io.Writer) error {
	table, _ := k.Intake.Book().Codes("order-result", civil.DateOf(k.DB.Clock.Now()))
	t := sheet.Table{Name: "办理结果", Title: "热线工单办理结果"}
	for _, c := range table.Codes {
		t.Columns = append(t.Columns, sheet.Column{Title: c.Label, Width: 18})
	}
	if format != Xlsx {
		encoding := sheet.UTF8
		if format == GBK {
			encoding = sheet.GB18030
		}
		w, err := sheet.NewCSV(out, t, encoding)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := w.Row(r.cells(table, names)...); err != nil {
				return err
			}
		}
		return w.Close()
	}
	book, err := sheet.NewBook(k.Temp)
	if err != nil {
		return err
	}
	defer book.Close()
	w, err := book.Table(t)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := w.Row(r.cells(table, names)...); err != nil {
			return err
		}
	}
	_, err = book.WriteTo(out)
	return err
}

// cells are the values of the columns that the rules "order-result" name.
func (r Result) cells(table rule.CodeTable, names map[ref.Unit]string) []any {
	moment := func(at clock.Instant) string {
		if at == 0 {
			return ""
		}
		return civil.FormatTime(at.Time())
	}
	values := map[string]string{"01": r.Number, "02": r.Words(), "03": r.Answer, "04": r.Returned, "05": names[r.First], "06": names[r.Lead],
		"07": moment(r.At), "08": moment(r.Accepted), "09": moment(r.Closed), "10": r.Call, "11": moment(r.Due)}
	out := make([]any, len(table.Codes))
	for i, c := range table.Codes {
		out[i] = values[c.Code]
	}
	return out
}

// Cursor is a place in the order in which orders end.
type Cursor struct {
	Closed clock.Instant
	ID     ref.Order
}

// String writes a cursor for the interface.
func (c Cursor) String() string {
	return strconv.FormatInt(int64(c.Closed), 10) + "." + strconv.FormatInt(int64(c.ID), 10)
}

// ParseCursor reads one; "" is the beginning.
func ParseCursor(text string) (c Cursor, err error) {
	if text == "" {
		return c, nil
	}
	closed, id, ok := strings.Cut(text, ".")
	at, first := strconv.ParseInt(closed, 10, 64)
	n, second := strconv.ParseInt(id, 10, 64)
	if !ok || first != nil || second != nil {
		return c, errs.Fields{"after": "after 应为上次答复中的 next。"}.Err()
	}
	return Cursor{clock.Instant(at), ref.Order(n)}, nil
}

// Ended gives a partner what ended after a place, and the place after it.
func (k *Desk) Ended(ctx context.Context, tx *db.Tx, p Partner, after Cursor) ([]Result, Cursor, error) {
	lines, err := ended(ctx, tx, p, after, pageSize)
	if err != nil || len(lines) == 0 {
		return nil, after, err
	}
	last := lines[len(lines)-1]
	out, err := k.results(ctx, tx, lines)
	return out, Cursor{last.Closed, last.ID}, err
}

// Find gives a partner how one of its orders stands.
func (k *Desk) Find(ctx context.Context, tx *db.Tx, p Partner, number string) (Result, error) {
	l, ok, err := byOutside(ctx, tx, p.Channel, k.outside(p.Channel, Home(p.Region), strings.TrimSpace(number)))
	if err != nil {
		return Result{}, err
	}
	if !ok {
		return Result{}, errs.New(errs.NotFound, "没有这个工单编号，请核对。")
	}
	out, err := k.results(ctx, tx, []line{l})
	if err != nil {
		return Result{}, fmt.Errorf("order.Find: %w", err)
	}
	return out[0], nil
}

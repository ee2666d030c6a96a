package order_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

const county = "990101000000"

var (
	officer  = access.Actor{User: 101, Name: "某人", Post: access.Post{ID: 1, Unit: 100, Region: county, Role: access.Officer}}
	operator = access.Actor{User: 102, Name: "坐席", Post: access.Post{ID: 2, Unit: 300, Region: county, Role: access.Operator}}
	stranger = access.Actor{User: 103, Name: "坐席", Post: access.Post{ID: 3, Unit: 301, Region: county, Role: access.Operator}}
	guard    = access.Actor{User: 104, Name: "管理员", Post: access.Post{ID: 4, Unit: 100, Region: county, Role: access.SecurityAdmin}}
)

type world struct {
	*order.Desk
	t *testing.T
}

func within(t *testing.T, test func(w world)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		dir := t.TempDir()
		v, err := vault.Open(t.Context(), d, filepath.Join(dir, "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		book := testkit.Book(t, "demo")
		files := &file.Store{Dir: filepath.Join(dir, "files"), Vault: v}
		test(world{&order.Desk{DB: d, Temp: dir, Files: files,
			Intake: &intake.Desk{Vault: v, Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book }, Files: files},
			Places: func(context.Context, *db.Tx) ([]order.Place, error) {
				return []order.Place{{Code: "990101100000", Names: []string{"石门镇", "石门"}}, {Code: "990101100200", Names: []string{"石门村"}}, {Code: "990101101000", Names: []string{"青岩乡"}}}, nil
			}}, t})
	})
}

func (w world) do(fn func(tx *db.Tx) error) error { return w.DB.Write(w.t.Context(), fn) }

func (w world) count(query string) int {
	w.t.Helper()
	n, err := db.Get[int](w.t.Context(), w.DB.Reader(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func told(number, text string) order.In {
	return order.In{Number: number, Report: intake.In{What: "hurt", Narrative: text, Reporter: &intake.Reporter{Phone: "13900000000"}}}
}

func TestAnOrderSentTwiceIsOneReportWithTheSameAnswer(t *testing.T) {
	within(t, func(w world) {
		from := order.From{Channel: "o12345", By: access.Program, Key: "k1"}
		first, err := w.Take(t.Context(), from, told("GD-1", "夜里有哭声"))
		if err != nil || first.Receipt == "" {
			t.Fatal(first, err)
		}
		again, err := w.Take(t.Context(), from, told(" GD-1 ", "夜里有哭声"))
		if err != nil || again.Report != first.Report || again.Receipt != first.Receipt || !again.Repeated {
			t.Errorf("%+v after %+v, %v", again, first, err)
		}
		if _, err := w.Take(t.Context(), from, told("GD-1", "别的内容")); !errs.Is(err, errs.Invalid) {
			t.Errorf("the same key with other content: %v", err)
		}
		if _, err := w.Take(t.Context(), from, told("GD-2", "夜里有哭声")); !errs.Is(err, errs.Invalid) {
			t.Errorf("the same key for another number: %v", err)
		}
		other := from
		other.Channel, other.Key = "o12355", ""
		if _, err := w.Take(t.Context(), other, told("GD-1", "夜里有哭声")); err != nil {
			t.Errorf("the same number of another hotline: %v", err)
		}
		if n := w.count("SELECT count(*) FROM intake_report"); n != 2 {
			t.Errorf("%d reports", n)
		}
		if n := w.count("SELECT sum(repeats) FROM intake_order"); n != 1 { // the refused ones were rolled back
			t.Errorf("%d repeats were written", n)
		}
	})
}

func TestARepeatedOrderIsTakenOnceHoweverManySendIt(t *testing.T) {
	within(t, func(w world) {
		done := make(chan string, 16)
		for range 16 {
			go func() {
				out, err := w.Take(context.Background(), order.From{Channel: "o12345", By: access.Program}, told("GD-1", "夜里有哭声"))
				done <- fmt.Sprint(out.Report, out.Receipt, err)
			}()
		}
		first := <-done
		for range 15 {
			if other := <-done; other != first {
				t.Errorf("%s after %s", other, first)
			}
		}
		if n := w.count("SELECT count(*) FROM intake_report"); n != 1 {
			t.Errorf("%d reports", n)
		}
	})
}

const list = "\uFEFF12345热线转办单\r\n工单号,诉求分类,问题描述,镇街,事发地址,来电号码,截止日期,是否有危险\r\n" +
	"A1,疑似家暴,隔壁孩子夜里哭喊,石门镇,石门村三组,13900000001,2026-03-10,否\r\n" +
	"A2,hurt,孩子被反锁在家,青岩乡,集镇,13900000002,2026/3/11 18:00,是\r\n" +
	"A1,疑似家暴,隔壁孩子夜里哭喊,石门镇,石门村三组,13900000001,2026-03-10,否\r\n" +
	",其他,没有编号,,,,,\r\n" +
	"A4,其他,,,,,,\r\n" +
	"A5,其他,时限写错了,,,,下周,\r\n"

func TestEveryRowOfAFileIsTakenOrGoesBackWithItsReason(t *testing.T) {
	within(t, func(w world) {
		u, err := w.Receive(t.Context(), operator, "o12345", []byte(list))
		if err != nil || u.Total != 6 || u.Taken != 2 || u.Again != 1 || u.Wrong != 3 {
			t.Fatalf("%+v %v", u, err)
		}
		c, err := w.Answer(t.Context(), w.DB.Reader(), operator, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var back []string
		for r, err := range sheet.Read(c, c.Info.Size, sheet.Limits{}) {
			if err != nil {
				t.Fatal(err)
			}
			back = append(back, r.Cell(0).Text+"|"+r.Cell(8).Text)
		}
		want := []string{"工单号|错误原因", "|工单编号不能为空。", "A4|请说说情况，一句话也可以。", "A5|办理时限请写成 2026-11-30 这样的日期。"}
		if strings.Join(back, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s", strings.Join(back, "\n"))
		}
		rows, err := w.List(t.Context(), w.DB.Reader(), operator, order.Filter{View: order.All})
		if err != nil || len(rows) != 2 || rows[0].First != 100 {
			t.Fatalf("%+v %v", rows, err)
		}
		regions, err := db.All[string](t.Context(), w.DB.Reader(), "SELECT region FROM intake_report ORDER BY region")
		if err != nil || strings.Join(regions, " ") != "990101100200 990101101000" {
			t.Errorf("%v %v", regions, err)
		}
		if n := w.count("SELECT count(*) FROM intake_report WHERE urgency = 'emergency'"); n != 1 {
			t.Errorf("%d emergencies", n)
		}
		if rows, _ := w.List(t.Context(), w.DB.Reader(), stranger, order.Filter{View: order.All}); len(rows) != 0 {
			t.Error("another hotline's operator sees the orders")
		}
		if _, err := w.Answer(t.Context(), w.DB.Reader(), stranger, u.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another unit's file: %v", err)
		}
		if again, err := w.Receive(t.Context(), operator, "o12345", []byte(list)); err != nil || again.Taken != 0 || again.Again != 3 {
			t.Errorf("the same file again: %+v %v", again, err)
		}
	})
}

func TestAFileThatIsNoListOfOrdersIsRefusedInWords(t *testing.T) {
	within(t, func(w world) {
		for text, says := range map[string]string{"": "空", "甲,乙\r\n1,2\r\n": "没有认出表头", "工单号,来电号码\r\nA1,139\r\n": "缺少", "工单号,诉求内容\r\n": "没有工单"} {
			_, err := w.Receive(t.Context(), operator, "o12345", []byte(text))
			if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), says) {
				t.Errorf("%q: %v", text, err)
			}
		}
		if _, err := w.Receive(t.Context(), operator, "web", []byte(list)); !errs.Is(err, errs.Invalid) {
			t.Errorf("an unknown hotline: %v", err)
		}
	})
}

func TestResultsAndReturnsGoBackInTheHotlinesColumns(t *testing.T) {
	within(t, func(w world) {
		if _, err := w.Receive(t.Context(), operator, "o12345", []byte(list)); err != nil {
			t.Fatal(err)
		}
		rows, err := w.List(t.Context(), w.DB.Reader(), officer, order.Filter{View: order.Open})
		if err != nil || len(rows) != 2 {
			t.Fatal(rows, err)
		}
		back := rows[0]
		if back.Number != "A2" {
			back = rows[1]
		}
		if err := w.do(func(tx *db.Tx) error { return w.Return(t.Context(), tx, officer, back.ID, "notmine", "不归我管") }); !errs.Is(err, errs.Invalid) {
			t.Errorf("a reason that is none: %v", err)
		}
		if err := w.do(func(tx *db.Tx) error {
			return w.Return(t.Context(), tx, operator, back.ID, "02", "来电人四十岁")
		}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by an operator: %v", err)
		}
		if err := w.do(func(tx *db.Tx) error {
			return w.Return(t.Context(), tx, officer, back.ID, "02", "来电人四十岁")
		}); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := w.Export(t.Context(), operator, order.Filter{View: order.Ready}, order.CSV, map[ref.Unit]string{100: "未保办"}, &out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"工单编号,办理状态,办理结果,退回理由,首接单位", "A2,退回,", "不涉及未成年人。来电人四十岁", ",不涉及未成年人,未保办,"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("no %q in %s", want, out.String())
			}
		}
		if strings.Contains(out.String(), "A1") {
			t.Error("what has no result is exported")
		}
		if rows, _ := w.List(t.Context(), w.DB.Reader(), operator, order.Filter{View: order.Ready}); len(rows) != 0 {
			t.Error("what was exported waits to be exported")
		}
		out.Reset()
		if err := w.Export(t.Context(), operator, order.Filter{View: order.All}, order.Xlsx, nil, &out); err != nil || !bytes.HasPrefix(out.Bytes(), []byte("PK")) {
			t.Errorf("a workbook: %v", err)
		}
	})
}

func TestAPartnerReadsItsOwnChannelUntilItsTokenIsTakenBack(t *testing.T) {
	within(t, func(w world) {
		var token string
		err := w.do(func(tx *db.Tx) (err error) {
			token, err = w.Admit(t.Context(), tx, guard, "市热线平台", "o12345")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.Bearer(t.Context(), w.DB.Reader(), token)
		if err != nil || p.Name != "市热线平台" {
			t.Fatal(p, err)
		}
		for _, wrong := range []string{"", token + "x", "0"} {
			if _, err := w.Bearer(t.Context(), w.DB.Reader(), wrong); !errs.Is(err, errs.SignIn) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		for i, channel := range []string{"o12345", "o12355", "o12345"} {
			if _, err := w.Take(t.Context(), order.From{Channel: channel, Home: order.Home(p.Region), By: access.Program}, told(fmt.Sprint("B", i), "甲")); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Find(t.Context(), w.DB.Reader(), p, "B1"); !errs.Is(err, errs.NotFound) {
			t.Errorf("another channel's order: %v", err)
		}
		found, err := w.Find(t.Context(), w.DB.Reader(), p, "B0")
		if err != nil || found.Words() != "待受理" {
			t.Errorf("%+v %v", found, err)
		}
		if rows, next, err := w.Ended(t.Context(), w.DB.Reader(), p, order.Cursor{}); err != nil || len(rows) != 0 || next != (order.Cursor{}) {
			t.Errorf("%v %v %v", rows, next, err)
		}
		all, _ := w.List(t.Context(), w.DB.Reader(), officer, order.Filter{View: order.All})
		for _, o := range all {
			if err := w.do(func(tx *db.Tx) error { return w.Return(t.Context(), tx, officer, o.ID, "03", "与前一张相同") }); err != nil {
				t.Fatal(err)
			}
		}
		rows, next, err := w.Ended(t.Context(), w.DB.Reader(), p, order.Cursor{})
		if err != nil || len(rows) != 2 || rows[0].Returned != "与另一张工单反映同一件事" {
			t.Errorf("%+v %v", rows, err)
		}
		parsed, err := order.ParseCursor(next.String())
		if rows, _, _ := w.Ended(t.Context(), w.DB.Reader(), p, parsed); err != nil || len(rows) != 0 {
			t.Errorf("%d results come twice, %v", len(rows), err)
		}
		if err := w.do(func(tx *db.Tx) error { return w.Dismiss(t.Context(), tx, guard, p.ID) }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Bearer(t.Context(), w.DB.Reader(), token); !errs.Is(err, errs.SignIn) {
			t.Errorf("after it was taken back: %v", err)
		}
		if err := w.do(func(tx *db.Tx) error { _, err := w.Admit(t.Context(), tx, officer, "甲", "o12345"); return err }); !errs.Is(err, errs.Forbidden) {
			t.Errorf("by an officer: %v", err)
		}
	})
}

// TestHotlinesOfTwoCountiesKnowNothingOfEachOther has two hotlines of one
// channel in one installation, whose numbers are the same.
func TestHotlinesOfTwoCountiesKnowNothingOfEachOther(t *testing.T) {
	within(t, func(w world) {
		far := guard
		far.User, far.Post.Region = 901, "990201000000"
		partner := func(by access.Actor) order.Partner {
			var token string
			if err := w.do(func(tx *db.Tx) (err error) {
				token, err = w.Admit(t.Context(), tx, by, "热线平台", "o12345")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			p, err := w.Bearer(t.Context(), w.DB.Reader(), token)
			if err != nil || p.Region != by.Post.Region {
				t.Fatal(p, err)
			}
			return p
		}
		here, there := partner(guard), partner(far)
		from := func(p order.Partner) order.From {
			return order.From{Channel: p.Channel, Home: order.Home(p.Region), By: access.Program, Key: "k1"}
		}
		first, err := w.Take(t.Context(), from(here), told("GD-1", "夜里有哭声"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Find(t.Context(), w.DB.Reader(), there, "GD-1"); !errs.Is(err, errs.NotFound) {
			t.Errorf("the other county's hotline finds it: %v", err)
		}
		second, err := w.Take(t.Context(), from(there), told("GD-1", "校门口有人打架"))
		if err != nil || second.Repeated || second.Added || second.Report == first.Report {
			t.Errorf("an order under the same number of another hotline: %+v %v", second, err)
		}
		if err := w.do(func(tx *db.Tx) error { return w.Return(t.Context(), tx, officer, first.ID, "03", "与前一张相同") }); err != nil {
			t.Fatal(err)
		}
		for p, want := range map[order.Partner]int{here: 1, there: 0} {
			if rows, _, err := w.Ended(t.Context(), w.DB.Reader(), p, order.Cursor{}); err != nil || len(rows) != want {
				t.Errorf("%d results for %s, want %d: %v", len(rows), p.Region, want, err)
			}
		}
		// The other's order names no place of this county, and yet its hotline learns what came of it.
		if err := w.do(func(tx *db.Tx) error { return w.Return(t.Context(), tx, officer, second.ID, "03", "不在本县") }); err != nil {
			t.Fatal(err)
		}
		for _, p := range []order.Partner{here, there} {
			rows, next, err := w.Ended(t.Context(), w.DB.Reader(), p, order.Cursor{})
			if err != nil || len(rows) != 1 || rows[0].Number != "GD-1" || (rows[0].ID == second.ID) != (p.ID == there.ID) {
				t.Errorf("results for %s: %+v, %v", p.Region, rows, err)
			}
			if more, _, err := w.Ended(t.Context(), w.DB.Reader(), p, next); err != nil || len(more) != 0 {
				t.Errorf("again for %s: %+v, %v", p.Region, more, err)
			}
		}
		if err := w.do(func(tx *db.Tx) error { return w.Dismiss(t.Context(), tx, far, here.ID) }); !errs.Is(err, errs.NotFound) {
			t.Errorf("another county's administrator takes the token back: %v", err)
		}
		whole := guard
		whole.Post.Region = ""
		for by, want := range map[*access.Actor]int{&guard: 1, &far: 1, &whole: 2} {
			if list, err := w.Partners(t.Context(), w.DB.Reader(), *by); err != nil || len(list) != want {
				t.Errorf("%d systems for %q, want %d: %v", len(list), by.Post.Region, want, err)
			}
		}
	})
}

package imports_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"weibao/internal/child"
	"weibao/internal/child/imports"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/sheet"
)

var headings = []any{"序号", "儿童姓名", "性别", "身份证号码（18位）", "乡镇", "村（社区）", "监护人", "与监护人关系", "联系电话", "类　别", "备注"}

func ledgerRow(n int, name, number, village, guardian, phone string) []any {
	return []any{n, name, "", number, "青石镇", village, guardian, "父亲", phone, "", ""}
}

func TestHeadingsAndPlacesAreRecognised(t *testing.T) {
	withDesk(t, func(k *desk) {
		wei, li := number("20150308", 12), number("20161120", 23)
		b := k.upload(officer, imports.Ledger, "台账.xlsx", workbook(t, []any{"青石镇未成年人台账"}, headings,
			ledgerRow(1, "韦小明", wei, "石门村", "韦大山", "13800000001"), ledgerRow(2, "李 欣怡", li, "大湾村民委员会", "李强", "１３８０００００００２"), []any{"合计", 2}))
		h := k.head(b)
		expect(t, "columns", strings.Join(fields(h), " "), "ignored name sex number town village guardian guardian_relation guardian_phone category remarks")
		expect(t, "head", fmt.Sprint(h.Row), "2")
		b = k.stage(officer, b)
		expect(t, "staged", counts(b), "staged: 2 rows, 2 new, 0 same, 0 changed, 0 doubtful, 0 wrong")
	})
}

func TestRowsAreJudged(t *testing.T) {
	withDesk(t, func(k *desk) {
		known := number("20140501", 31)
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Cabinet.CreateAll(ctx, tx, officer, []child.New{
				{Name: "张三丰", Region: "990101100200", Source: "form", Dossier: child.Dossier{Number: known, People: []child.Person{{Name: "张大", Guardian: true, Relation: "51", Phone: "13900000001"}}}},
				{Name: "无号者", Birth: civil.MustParse("2013-02-03"), Region: "990101100201", Source: "form", Dossier: child.Dossier{NoNumber: "missing"}},
			})
			return err
		})
		same := ledgerRow(1, "张三丰", known, "石门村", "张大", "13900000001")
		changed := ledgerRow(2, "张三丰", known, "石门村", "张大", "13900000002")
		b := k.stage(officer, k.upload(officer, imports.Ledger, "a.xlsx", workbook(t, headings, same)))
		expect(t, "same", counts(b), "staged: 1 rows, 0 new, 1 same, 0 changed, 0 doubtful, 0 wrong")
		rows := [][]any{headings, changed,
			ledgerRow(3, "无号者", number("20130203", 41), "大湾村", "", ""),          // a file without a number that may be the same child
			ledgerRow(4, "新来的", number("20150607", 51), "柳树村", "", ""),          // new
			ledgerRow(5, "新来的", number("20150607", 51), "柳树村", "", ""),          // twice in the list
			ledgerRow(6, "错号的", number("20150607", 52)[:17]+"0", "柳树村", "", ""), // check digit
			ledgerRow(7, "老号的", "990101150607521", "柳树村", "", ""),               // fifteen digits
			ledgerRow(8, "外村的", number("20150608", 53), "没有这个村", "", ""),
			ledgerRow(9, "外镇的", number("20150609", 54), "码头社区", "", ""),
			ledgerRow(10, "错话的", number("20150610", 55), "石门村", "王", "1380000"),
		}
		b = k.stage(officer, k.upload(officer, imports.Ledger, "b.xlsx", workbook(t, rows...)))
		expect(t, "all", counts(b), "staged: 9 rows, 1 new, 0 same, 1 changed, 1 doubtful, 6 wrong")
		var said []string
		for _, l := range k.lines(officer, b, imports.Wrong) {
			said = append(said, fmt.Sprint(l.Number, " ", l.Faults[0].Column, " ", l.Faults[0].Text))
		}
		for i, want := range []string{"5 3 与第4行的身份证号相同", "6 3 公民身份号码校验位不符", "7 3 这是15位的旧号码", "8 5 青石镇没有“没有这个村”", "9 5 青石镇没有“码头社区”", "10 8 监护人电话应为一个11位手机号"} {
			if !strings.HasPrefix(said[i], want) {
				t.Errorf("row %s, want %s", said[i], want)
			}
		}
		diff := k.lines(officer, b, imports.Changed)[0].Differences
		expect(t, "difference", fmt.Sprint(diff), "[{guardian_phone 13900000001 13900000002}]")
		doubt := k.lines(officer, b, imports.Doubtful)[0]
		expect(t, "doubt", doubt.Candidates[0].Why, "姓名相同，出生日期相同，村（社区）相同")
		expect(t, "candidate", doubt.Files[doubt.Candidates[0].Child].Name, "无号者")
	})
}

func TestWholeWayAndBack(t *testing.T) {
	withDesk(t, func(k *desk) {
		old, fresh, mended := number("20140501", 31), number("20150607", 51), number("20130203", 41)
		var ids []ref.Child
		k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			ids, err = k.Cabinet.CreateAll(ctx, tx, officer, []child.New{
				{Name: "张三丰", Region: "990101100200", Source: "form", Dossier: child.Dossier{Number: old, People: []child.Person{{Name: "张大", Guardian: true, Relation: "51", Phone: "13900000001"}}}},
				{Name: "无号者", Birth: civil.MustParse("2013-02-03"), Region: "990101100201", Source: "form", Dossier: child.Dossier{NoNumber: "missing"}},
			})
			return err
		})
		before := k.files(officer)
		list := workbook(t, headings, ledgerRow(1, "张三丰", old, "大湾村", "张大", "13900000002"), ledgerRow(2, "无号者", mended, "大湾村", "吴", "13900000009"),
			ledgerRow(3, "新来的", fresh, "柳树村", "王", "13900000003"), ledgerRow(4, "改过的", number("20150607", 61), "柳树村", "", ""))
		b := k.stage(officer, k.upload(officer, imports.Ledger, "台账.xlsx", list))
		expect(t, "staged", counts(b), "staged: 4 rows, 2 new, 0 same, 1 changed, 1 doubtful, 0 wrong")
		doubt := k.lines(officer, b, imports.Doubtful)[0]
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Decide(ctx, tx, officer, b.ID, imports.Doubtful, int64(doubt.Number), imports.SameChild)
		})
		b = k.apply(officer, b.ID)
		expect(t, "applied", fmt.Sprint(b.State, b.Done), "applied4")
		after := k.files(officer)
		if len(after) != 4 || after["新来的"].Dossier.Number != fresh || after["新来的"].Child.Region != "990101100202" || after["无号者"].Dossier.Number != mended {
			t.Errorf("%d files", len(after))
		}
		if p := after["张三丰"]; p.Child.Region != "990101100201" || p.Dossier.People[0].Phone != "13900000002" || len(p.Dossier.People) != 1 {
			t.Errorf("%+v", p)
		}
		// What somebody changes afterwards stays.
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Cabinet.Change(ctx, tx, officer, after["改过的"].Child.ID, 0, "走访", func(n *child.New) { n.School = "青石小学" })
		})
		b = k.undo(officer, b.ID)
		expect(t, "undone", fmt.Sprint(b.State, b.Kept), "undone1")
		back := k.files(officer)
		for _, name := range []string{"张三丰", "无号者"} {
			if a, z := before[name], back[name]; fmt.Sprintf("%+v", a.Dossier) != fmt.Sprintf("%+v", z.Dossier) || a.Child.Region != z.Child.Region || a.Child.Birth != z.Child.Birth {
				t.Errorf("%+v\nwas %+v", z, a)
			}
		}
		if _, there := back["新来的"]; there || len(back) != 3 {
			t.Errorf("%d files after the undo", len(back))
		}
		if kept := k.lines(officer, b, imports.Kept); len(kept) != 1 || kept[0].Cells[1] != "改过的" {
			t.Errorf("%+v", kept)
		}
		if cells, err := k.Cabinet.Recount(t.Context(), k.DB.Reader()); err != nil || len(cells) != 0 {
			t.Errorf("kept numbers are off: %v, %v", cells, err)
		}
		_ = ids
	})
}

func TestSameFileIsKnownAndMeaningsAreRemembered(t *testing.T) {
	withDesk(t, func(k *desk) {
		odd := []any{"姓名", "身份证号", "片区", "家庭成员甲"}
		list := workbook(t, odd, []any{"韦小明", number("20150308", 12), "石门村", "韦大山"})
		b := k.upload(supervisor, imports.Ledger, "a.xlsx", list)
		expect(t, "unknown", strings.Join(fields(k.head(b)), ","), "name,number,,")
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Map(ctx, tx, supervisor, b.ID, []string{"name", "number", "village", "guardian"}, "")
		})
		expect(t, "staged", counts(k.wait(supervisor, b.ID)), "staged: 1 rows, 1 new, 0 same, 0 changed, 0 doubtful, 0 wrong")
		s, err := k.Receive(t.Context(), supervisor, imports.Ledger, "civil", "b.xlsx", bytes.NewReader(list))
		if err != nil {
			t.Fatal(err)
		}
		known, same, err := k.Known(t.Context(), k.DB.Reader(), supervisor, s)
		if err != nil || !same || known.ID != b.ID {
			t.Errorf("%v, %v", same, err)
		}
		again := k.upload(supervisor, imports.Ledger, "c.xlsx", workbook(t, odd, []any{"韦小红", number("20150309", 12), "石门村", "韦大山"}))
		expect(t, "remembered", strings.Join(fields(k.head(again)), ","), "name,number,village,guardian")
	})
}

func TestTwoRowsOfHeadingsJoinedCellsAndHiddenTabs(t *testing.T) {
	withDesk(t, func(k *desk) {
		text := "乡镇,村,儿童基本信息,,监护人信息,,\n,,姓名,身份证号,姓名,电话,出生年月\n青石镇,石门村,韦小明," + number("20150308", 12) + ",韦大山,13800000001,2015年3月\n"
		for name, content := range map[string]string{"utf8.csv": text, "gb.csv": encode(t, text)} {
			b := k.upload(officer, imports.Ledger, name, []byte(content))
			h := k.head(b)
			expect(t, name, strings.Join(fields(h), " "), "town village name number guardian guardian_phone birth")
			b = k.stage(officer, b)
			expect(t, name, counts(b), "staged: 1 rows, 1 new, 0 same, 0 changed, 0 doubtful, 0 wrong")
		}
	})
}

func encode(t *testing.T, s string) string {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNobodyImportsOutsideHisScope(t *testing.T) {
	withDesk(t, func(k *desk) {
		far := number("20140501", 31)
		k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Cabinet.Create(ctx, tx, officer, child.New{Name: "别镇的", Region: "990101101001", Source: "form", Dossier: child.Dossier{Number: far}})
			return err
		})
		rows := [][]any{headings, {1, "外镇的", "", number("20150609", 54), "河湾镇", "码头社区", "", "", "", "", ""}, {2, "别镇的", "", far, "河湾镇", "河湾社区", "", "", "", "", ""}}
		b := k.stage(supervisor, k.upload(supervisor, imports.Ledger, "a.xlsx", workbook(t, rows...)))
		expect(t, "staged", counts(b), "staged: 2 rows, 0 new, 0 same, 0 changed, 0 doubtful, 2 wrong")
		for _, l := range k.lines(supervisor, b, imports.Wrong) {
			if !strings.Contains(l.Faults[0].Text, "“河湾镇”不是您职责范围内的乡镇") || l.Child != 0 {
				t.Errorf("%+v", l.Faults)
			}
		}
		if _, err := k.Get(t.Context(), k.DB.Reader(), stranger, b.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger: %v", err)
		}
		if _, err := k.Receive(t.Context(), liaison, imports.Ledger, "civil", "a.xlsx", strings.NewReader("a")); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a liaison: %v", err)
		}
		if err := k.try(func(ctx context.Context, tx *db.Tx) error { return k.Apply(ctx, tx, officer, b.ID) }); !errs.Is(err, errs.Conflict) {
			t.Errorf("another region's post: %v", err)
		}
	})
}

func TestWrongRowsComeBackAndAreSentAgain(t *testing.T) {
	withDesk(t, func(k *desk) {
		good, bad := number("20150608", 53), number("20150607", 52)
		b := k.stage(officer, k.upload(officer, imports.Ledger, "a.xlsx", workbook(t, headings,
			ledgerRow(1, "对的", good, "石门村", "", ""), ledgerRow(2, "错的", bad[:17]+"?", "柳树村", "", ""))))
		expect(t, "staged", counts(b), "staged: 2 rows, 1 new, 0 same, 0 changed, 0 doubtful, 1 wrong")
		k.apply(officer, b.ID)
		var out bytes.Buffer
		if _, err := k.Answer(t.Context(), officer, b, &out); err != nil {
			t.Fatal(err)
		}
		var reasons []string
		for r, err := range sheet.Read(bytes.NewReader(out.Bytes()), int64(out.Len()), sheet.Limits{}) {
			if err != nil {
				t.Fatal(err)
			}
			reasons = append(reasons, r.Cell(11).Text)
		}
		if len(reasons) != 3 || reasons[0] != "错误原因" || reasons[1] != "" || !strings.Contains(reasons[2], "公民身份号码") {
			t.Errorf("%q", reasons)
		}
		again := k.stage(officer, k.upload(officer, imports.Ledger, "b.xlsx", workbook(t, headings, ledgerRow(1, "对的", good, "石门村", "", ""), ledgerRow(2, "错的", bad, "柳树村", "", ""))))
		expect(t, "again", counts(again), "staged: 2 rows, 1 new, 1 same, 0 changed, 0 doubtful, 0 wrong")
	})
}

func TestBadFilesAreRefusedWithTheirCure(t *testing.T) {
	withDesk(t, func(k *desk) {
		for name, c := range map[string]struct{ content, want string }{
			"a.csv":  {"这里没有标题\n一,二\n", ""},
			"b.xlsx": {"PK\x03\x04 and nothing", "文件不完整或已损坏"},
			"c.pdf":  {"%PDF-1.7", "这不是表格文件"},
		} {
			s, err := k.Receive(t.Context(), officer, imports.Ledger, "civil", name, strings.NewReader(c.content))
			if c.want == "" {
				if err != nil {
					t.Error(err)
					continue
				}
				k.write(func(ctx context.Context, tx *db.Tx) error { return k.Keep(ctx, tx, officer, s) })
				if err := k.Look(t.Context(), officer, s.ID, ""); err != nil {
					t.Error(err)
				}
				if err := k.try(func(ctx context.Context, tx *db.Tx) error { return k.Map(ctx, tx, officer, s.ID, nil, "") }); !errs.Is(err, errs.Invalid) {
					t.Errorf("no headings: %v", err)
				}
				continue
			}
			if err == nil || !strings.Contains(fmt.Sprint(err, messagesOf(err)), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func messagesOf(err error) map[string]string {
	if e, ok := err.(*errs.Error); ok {
		return e.Fields
	}
	return nil
}

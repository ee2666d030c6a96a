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
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/sheet"
)

// known enters children of whom everything is known that a ledger tells: one who lives with a grandmother, his
// father not to be contacted; one with two disabilities; one without a number.
func (k *desk) known() {
	k.t.Helper()
	one := child.New{Name: "韦小明", Region: "990101100200", School: "青石镇中心小学", Grade: "五年级", Source: "form", Categories: []child.NewCategory{{ID: "C03", Source: "form"}, {ID: "C06", Source: "form"}},
		Dossier: child.Dossier{Number: number("20150308", 12), Ethnic: "08", Phone: "13800000009", Remarks: "住（东头）、二楼。\n第二行", Welfare: []string{"低保", "特困"}, Household: child.Residence{Kind: "农村"},
			People: []child.Person{
				{Name: "韦大山", Relation: "51", Guardian: true, Member: true, Phone: "13800000001", Blocked: "涉嫌侵害本人", Situation: []string{child.Jailed}},
				{Name: "罗小燕", Relation: "62", Guardian: true, Caregiver: true, Member: true, Phone: "13800000002"}, {Name: "覃梅", Relation: "52", Phone: "13800000003", Situation: []string{child.Working}}},
			Schooling: child.Schooling{State: "在学", Class: "二班"}, Family: child.Family{Away: "双方", AwaySince: civil.MustParse("2024-03-01"), AwayTo: "某市"}}}
	one.Dossier.Places.Residence = child.Place{Group: "三组", Text: "17号"}
	one.Dossier.Places.Registered.Text = "邻县大寨村"
	two := child.New{Name: "李欣怡", Region: "990101100201", Source: "form", Dossier: child.Dossier{Number: number("20161120", 23), People: []child.Person{{Name: "李强", Relation: "51", Guardian: true, Blocked: "保护令"}},
		Health: child.Health{State: "患病", Illness: "白血病", Certificate: number("20161120", 23) + "42", Disability: []child.Disability{{Kind: 4, Grade: 2}, {Kind: 5, Grade: 1}}}}}
	three := child.New{Name: "无号者", Birth: civil.MustParse("2013-02-03"), Region: "990101100201", Source: "form", Dossier: child.Dossier{NoNumber: "missing"}}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := k.Cabinet.CreateAll(ctx, tx, officer, []child.New{one, two, three})
		return err
	})
}

// given gives a ledger of the county as the program hands it out, covered or in clear.
func (k *desk) given(columns []rule.Column, covered bool) []byte {
	k.t.Helper()
	lists := &ledger.Desk{Cabinet: k.Cabinet, Names: region.Names}
	l := rule.Ledger{ID: "village", Label: "台账", Columns: columns}
	v := ledger.View{Ledger: "village", Filter: child.Filter{Region: officer.Post.Region, Level: child.AnyLevel}}
	var out bytes.Buffer
	if covered {
		if _, err := lists.Export(k.t.Context(), k.DB, officer, l, v, "未成年人台账", &out); err != nil {
			k.t.Fatal(err)
		}
		return out.Bytes()
	}
	rows, _, err := lists.Collect(k.t.Context(), k.DB.Reader(), officer, l, v, 100)
	if err != nil {
		k.t.Fatal(err)
	}
	book, err := sheet.NewBook("")
	if err != nil {
		k.t.Fatal(err)
	}
	defer book.Close()
	w, err := book.Table(sheet.Table{Name: "名单", Title: "台账", Note: "注", Columns: ledger.Heads(l)})
	if err != nil {
		k.t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Row(r...); err != nil {
			k.t.Fatal(err)
		}
	}
	if _, err := book.WriteTo(&out); err != nil {
		k.t.Fatal(err)
	}
	return out.Bytes()
}

func TestWhatWasExportedIsTheSameWhenItComesBack(t *testing.T) {
	withDesk(t, func(k *desk) {
		k.known()
		var all []rule.Column
		for _, f := range ledger.Fields() {
			all = append(all, rule.Column{Field: f.Key})
		}
		for name, columns := range map[string][]rule.Column{"all": all, "few": {{Field: "serial"}, {Field: "name"}, {Field: "guardian"}, {Field: "guardian_phone"}}} {
			for _, covered := range []bool{true, false} {
				content := k.given(columns, covered)
				b := k.stage(officer, k.upload(officer, imports.Ledger, "台账.xlsx", content))
				if got := counts(b); got != "staged: 3 rows, 0 new, 3 same, 0 changed, 0 doubtful, 0 wrong" {
					for _, o := range []imports.Outcome{imports.Changed, imports.Doubtful, imports.Wrong} {
						for _, l := range k.lines(officer, b, o) {
							t.Log(o, l.Number, l.Faults, l.Differences, l.Candidates)
						}
					}
					t.Errorf("%s, covered %v: %s", name, covered, got)
				}
			}
		}
	})
}

// TestALineFromAnExportIsChangedThroughItsNumber: what was written over a cover changes the file, a line about
// somebody else or of another's file is wrong.
func TestALineFromAnExportIsChangedThroughItsNumber(t *testing.T) {
	withDesk(t, func(k *desk) {
		k.known()
		ids := map[string]ref.Child{}
		for _, name := range []string{"韦小明", "李欣怡", "无号者"} {
			ids[name] = k.files(officer)[name].ID
		}
		head := []any{"姓名", "身份证号", "监护人", "监护人电话", "性别", "性别代码", "村（社区）代码", "档案编号"}
		b := k.stage(officer, k.upload(officer, imports.Ledger, "a.xlsx", workbook(t, head,
			[]any{"李欣怡", "990101********0236", "【不得联系】李*", "13800000077", "男", "1", "990101100201", ref.Format(ids["李欣怡"])},
			[]any{"张冠李戴", "", "", "", "", "", "", ref.Format(ids["无号者"])},
			[]any{"外人", "", "", "", "", "", "", "77"},
			[]any{"韦小明", "", "", "", "", "", "", ref.Format(ids["韦小明"])},
			[]any{"韦小明", "", "", "", "", "", "", ref.Format(ids["韦小明"])})))
		expect(t, "staged", counts(b), "staged: 5 rows, 0 new, 1 same, 1 changed, 0 doubtful, 3 wrong")
		expect(t, "changed", fmt.Sprint(k.lines(officer, b, imports.Changed)[0].Differences), "[{guardian_phone  13800000077}]")
		for i, want := range []string{"与档案编号对应的姓名不一致", "没有这个编号的在档档案", "与第5行"} {
			if l := k.lines(officer, b, imports.Wrong)[i]; !strings.HasPrefix(l.Faults[0].Text, want) {
				t.Errorf("row %d: %v", l.Number, l.Faults)
			}
		}
	})
}

func TestWrongRowsOfATextComeBackAsItsSenderWritesTexts(t *testing.T) {
	withDesk(t, func(k *desk) {
		wrong := number("20150607", 52)[:17] + "?"
		text := "姓名;身份证号;所在村;备注\r\n错甲;" + wrong + ";柳树村;-\r\n对的;" + number("20150608", 53) + ";石门村;\r\n错乙;" + wrong + ";;\"一;二\"\r\n"
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string]string{"bare": text, "mark": "\uFEFF" + text, "gb": gb} {
			b := k.stage(officer, k.upload(officer, imports.Ledger, name+".csv", []byte(content)))
			var out bytes.Buffer
			ending, err := k.Answer(t.Context(), officer, b, &out)
			if err != nil || ending != ".csv" {
				t.Fatalf("%s: %s %v", name, ending, err)
			}
			form, err := sheet.FormOf(bytes.NewReader(out.Bytes()), int64(out.Len()))
			if want := map[string]sheet.Encoding{"bare": sheet.BareUTF8, "mark": sheet.UTF8, "gb": sheet.GB18030}[name]; err != nil || form.Encoding != want || form.Comma != ';' {
				t.Errorf("%s comes back as %+v, %v", name, form, err)
			}
			var rows [][]string
			for r, err := range sheet.ReadCSV(bytes.NewReader(out.Bytes()), int64(out.Len()), sheet.Limits{}) {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, []string{r.Cell(0).Text, r.Cell(3).Text, r.Cell(4).Text})
			}
			if len(rows) != 3 || rows[0][2] != "错误原因" || rows[1][0] != "错甲" || rows[1][1] != "'-" || !strings.HasPrefix(rows[1][2], "第2行：公民身份号码") || rows[2][0] != "错乙" || rows[2][1] != "一;二" {
				t.Errorf("%s: %q", name, rows)
			}
			again := k.upload(officer, imports.Ledger, name+"again.csv", out.Bytes())
			expect(t, "meaning of the columns sent again", strings.Join(fields(k.head(again)), " "), "name number village remarks ignored")
			k.write(func(ctx context.Context, tx *db.Tx) error { return k.Discard(ctx, tx, officer, again.ID) })
			k.write(func(ctx context.Context, tx *db.Tx) error { return k.Discard(ctx, tx, officer, b.ID) })
		}
	})
}

package seed_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"weibao/internal/region/seed"
)

func load(t testing.TB, rows []seed.Row, err error) []seed.Row {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestNationalListHoldsTheTree(t *testing.T) {
	rows, err := seed.National()
	load(t, rows, err)
	count := map[seed.Level]int{}
	known := map[string]seed.Level{}
	for _, r := range rows {
		count[r.Level]++
		if _, twice := known[r.Code]; twice {
			t.Errorf("%s stands twice", r.Code)
		}
		if above, ok := known[r.Parent]; r.Level > seed.Province && (!ok || above >= r.Level) {
			t.Errorf("%s %s has no parent before it", r.Code, r.Name)
		}
		known[r.Code] = r.Level
	}
	// 2,978 counties as published, less the three that repeat a prefecture without counties (东莞, 中山, 儋州).
	if count[seed.Province] != 31 || count[seed.Prefecture] != 342 || count[seed.County] != 2975 {
		t.Errorf("levels: %v", count)
	}
}

func TestCountiesOfThePacksAreShipped(t *testing.T) {
	for _, c := range []struct {
		county, prefecture, name  string
		townships, villages       int
		code, place, placesParent string
	}{
		{"520525000000", "毕节市", "纳雍县", 29, 444, "520525211000", "羊场苗族彝族乡", "520525000000"},
		{"520327000000", "遵义市", "凤冈县", 14, 87, "520327111203", "官塘村村民委员会", "520327111000"},
		{"450981000000", "玉林市", "北流市", 25, 313, "", "", ""},
		{"513230000000", "阿坝藏族羌族自治州", "壤塘县", 11, 53, "", "", ""},
		{"510923000000", "遂宁市", "大英县", 10, 197, "510923108000", "金元镇", "510923000000"},
		{"150302000000", "乌海市", "海勃湾区", 8, 43, "", "", ""},
		{"640104000000", "银川市", "兴庆区", 16, 148, "", "", ""},
		{"990101000000", "云州市", "云岭县", 8, 91, "990101102000", "松坪镇", "990101000000"},
		{"990102000000", "云州市", "云北垦区", 1, 6, "990102400000", "示例农场", "990102000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			above, err := seed.Above(c.county)
			load(t, above, err)
			if len(above) != 3 || above[1].Name != c.prefecture || above[2].Name != c.name || above[2].Parent != above[1].Code {
				t.Fatalf("above: %v", above)
			}
			rows, err := seed.OfCounty(c.county)
			load(t, rows, err)
			count := map[seed.Level]int{}
			known := map[string]bool{c.county: true}
			for _, r := range rows {
				count[r.Level]++
				if !known[r.Parent] {
					t.Errorf("%s %s has no parent before it", r.Code, r.Name)
				}
				known[r.Code] = true
				if r.Code == c.code && (r.Name != c.place || r.Parent != c.placesParent) {
					t.Errorf("%+v", r)
				}
			}
			if c.code != "" && !known[c.code] {
				t.Errorf("%s %s is missing", c.code, c.place)
			}
			if count[seed.Township] != c.townships || count[seed.Village] != c.villages {
				t.Errorf("%d townships, %d villages", count[seed.Township], count[seed.Village])
			}
		})
	}
	if n := len(seed.Shipped()); n != 16 {
		t.Errorf("%d counties are shipped: %v", n, seed.Shipped())
	}
}

func TestCountiesThatAreNotShippedSayWhatToDo(t *testing.T) {
	if _, err := seed.OfCounty("110101000000"); !errors.Is(err, seed.ErrNotShipped) {
		t.Errorf("err = %v", err)
	}
	if _, err := seed.OfCounty("../national"); !errors.Is(err, seed.ErrNotShipped) {
		t.Errorf("err = %v", err)
	}
	if _, err := seed.Above("990109000000"); err == nil {
		t.Error("an unknown county was found")
	}
}

func TestSubtreeIsARangeOfCodes(t *testing.T) {
	for _, c := range [][3]string{
		{"520525000000", "520525000000", "520525999999"}, {"520000000000", "520000000000", "529999999999"},
		{"640100000000", "640100000000", "640199999999"}, {"520525211000", "520525211000", "520525211999"}, {"520525211201", "520525211201", "520525211201"},
	} {
		if first, last := seed.Subtree(c[0]); first != c[1] || last != c[2] {
			t.Errorf("Subtree(%s) = %s to %s", c[0], first, last)
		}
	}
}

func TestShortNames(t *testing.T) {
	for published, want := range map[string]string{
		"官塘村村民委员会": "官塘村", "南塘村民委员会": "南塘村", "王寨社区居民委员会": "王寨社区", "多福巷社区居委会": "多福巷社区",
		"楼梓庄村委会": "楼梓庄村", "巴音嘎查村民委员会": "巴音嘎查", "一管区": "一管区", "村委会": "村委会",
	} {
		if got := seed.Short(published); got != want {
			t.Errorf("Short(%s) = %s, want %s", published, got, want)
		}
	}
}

const villages = "code,name,streetCode,provinceCode,cityCode,areaCode\n"

func read(text, under string) (rows []seed.Row, faults []string) {
	for r, err := range seed.Read(strings.NewReader(text), under) {
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		rows = append(rows, r)
	}
	return rows, faults
}

func TestNationalFilesGiveOneCountyOfBothForms(t *testing.T) {
	csv := villages + `520525211201,"甲村委会",520525211,52,5205,520525` + "\r\n" + `520526211201,"乙村委会",520526211,52,5205,520526` + "\n"
	json := "[\n{\"code\":\"520525211201\",\"name\":\"甲村委会\",\"streetCode\":\"520525211\"},\n{\"code\":\"520526211201\",\"name\":\"乙{村}委会\"}]"
	want := []seed.Row{{Code: "520525211201", Name: "甲村委会", Level: seed.Village, Parent: "520525211000"}}
	for name, text := range map[string]string{"csv": csv, "csv with BOM": "\uFEFF" + csv, "json": json} {
		if rows, faults := read(text, "520525000000"); !slices.Equal(rows, want) || faults != nil {
			t.Errorf("%s: %v, %v", name, rows, faults)
		}
		if rows, _ := read(text, ""); len(rows) != 2 {
			t.Errorf("%s: %d rows of all", name, len(rows))
		}
	}
	gb := villages + "520525211201,\xbc\xd7\xb4\xe5\xce\xaf\xbb\xe1,520525211,52,5205,520525\n"
	if rows, faults := read(gb, "520525"); !slices.Equal(rows, want) || faults != nil {
		t.Errorf("GB18030: %v, %v", rows, faults)
	}
	if rows, faults := read("code,name,areaCode\n441900003,东城街道,441900\n", ""); len(rows) != 1 || rows[0].Parent != "441900000000" || faults != nil {
		t.Errorf("township without county: %v, %v", rows, faults)
	}
}

func TestWrongLinesNameLineAndCause(t *testing.T) {
	good := "520525211201,甲村委会,520525211,52,5205,520525\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "文件是空的"},
		{"binary", "PK\x03\x04\x00\x00", "不是文本文件"},
		{"other header", "编号,名称\n", "第1行应是列名"},
		{"prose", "这是一份通知。\n第二段。\n", "第1行应是列名"},
		{"short line", villages + good + "\n520525211202,乙\n", "第4行：应有6列，实有2列"},
		{"open quote", villages + "520525211202,\"乙村,1,1,1,1\n" + good, "第2行：引号"},
		{"code with letters", villages + good + "52052521120x,乙村委会,520525211,52,5205,520525\n", "第3行：区划代码应为"},
		{"no name", villages + "520525211202,,520525211,52,5205,520525\n", "第2行：名称为空"},
		{"control character", villages + "520525211202,乙\x07村,520525211,52,5205,520525\n", "第2行：名称过长或"},
		{"twice", villages + good + good, "第3行：区划代码520525211201重复"},
		{"other parent", villages + "520525211202,乙村委会,520525212,52,5205,520525\n", "第2行：区划代码520525211202与所属上级代码不一致"},
		{"other county only", villages + "520526211201,乙村委会,520526211,52,5205,520526\n", "没有本县的"},
		{"json cut off", `[{"code":"520525211201","name":"甲`, "文件不完整"},
		{"json object wrong", `[{"code":1,"name":"甲村"}]`, "第1行：不是"},
		{"json nested prose", `[1,2,3]`, "文件不是区划数据"},
		{"endless line", villages + strings.Repeat("9", 1<<20), "一行过长"},
		{"broken gzip", "\x1f\x8b\x08\x00broken", "已损坏"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, faults := read(c.text, "520525000000")
			if len(faults) == 0 || !strings.Contains(faults[0], c.want) {
				t.Errorf("%q, want %q", faults, c.want)
			}
		})
	}
	if _, faults := read(villages+strings.Repeat("x,y,z\n", 5000), ""); len(faults) != 101 {
		t.Errorf("%d faults told", len(faults))
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(villages + "520525211201,甲村委会,520525211,52,5205,520525\n"))
	f.Add([]byte(`[{"code":"520525211201","name":"甲村委会"},{"code":"52"}]`))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, b []byte) {
		seen := map[string]bool{}
		for r, err := range seed.Read(strings.NewReader(string(b)), "52") {
			if err != nil {
				continue
			}
			if len(r.Code) != 12 || r.Name == "" || !strings.HasPrefix(r.Code, "52") || seen[r.Code] || (r.Level > 1) != (r.Parent != "") {
				t.Errorf("%+v", r)
			}
			seen[r.Code] = true
		}
	})
}

package when_test

import (
	"strings"
	"testing"

	"weibao/internal/plan/compile/when"
	"weibao/internal/script"
)

// read gives the rules of a sentence as text=norm.
func read(words string, completion bool) string {
	text := script.New(words)
	var out []string
	for _, t := range when.Read(text, script.Between(0, len(text.Norm)), nil, completion) {
		out = append(out, t.Text+" → "+t.Norm)
	}
	return strings.Join(out, "；")
}

func TestTimesInSentences(t *testing.T) {
	for words, want := range map[string]string{
		"3月底前制定印发方案":                        "3月底前 → month=03-end",
		"于2026年12月底完成":                      "2026年12月底 → month=2026-12-end",
		"6月初启动":                             "6月初 → month=06-begin",
		"５月３１日前报送":                          "５月３１日前 → date=05-31",
		"20XX年5月30日前完成":                     "20XX年5月30日前 → date=05-30",
		"2026年9月30日以前":                      "2026年9月30日以前 → date=2026-09-30",
		"四月十五日前":                            "四月十五日前 → date=04-15",
		"2026年6月至8月开展":                      "2026年6月至8月 → from=2026-06,to=2026-08",
		"(20162月至4月)":                       "20162月至4月 → from=2016-02,to=2016-04",
		"2025年11月—2026年3月":                  "2025年11月—2026年3月 → from=2025-11,to=2026-03",
		"2025年11月至次年3月":                     "2025年11月至次年3月 → from=2025-11,to=2026-03",
		"6月1日至30日":                          "6月1日至30日 → from=06-01,to=06-30",
		"5月下旬至6月底":                          "5月下旬至6月底 → from=05-21,to=06-30",
		"自2024年4月起至2025年3月":                 "自2024年4月起至2025年3月 → from=2024-04,to=2025-03",
		"8月、12月分别开展一次整治":                    "8月、12月分别开展一次 → months=08,12",
		"每年3月、9月各开展一次排查":                    "每年3月、9月各开展一次 → months=03,09",
		"7月份集中开展一次排查":                       "7月份集中开展一次 → months=07",
		"到2025年，实现全覆盖":                      "到2025年 → until=2025",
		"到2026年底":                           "到2026年底 → until=2026-end",
		"2025年，全县近视率下降":                     "2025年 → until=2025",
		"2024年底前实现":                         "2024年底前 → until=2024-end",
		"年内建成；今年年底前验收；年底总结":                 "年内 → year-end；今年年底前 → year-end；年底 → year-end",
		"上半年出台，2026年下半年推开":                  "上半年 → month=06-end；2026年下半年 → month=2026-12-end",
		"第三季度检查，二季度末通报":                     "第三季度 → quarter=3；二季度末 → quarter=2",
		"“十四五”期间":                           "“十四五”期间 → until=2025",
		"5年内达到；三年内建成":                       "5年内 → within=5year；三年内 → within=3year",
		"用三年时间":                             "用三年时间 → within=3year",
		"2024年起提高标准":                        "2024年起 → from=2024",
		"24小时内启动，10个工作日内形成意见":               "24小时内 → within=24h；10个工作日内 → within=10workdays",
		"自发文之日起30日内制定":                      "自发文之日起30日内 → within=30days",
		"每月25日前报送":                          "每月25日前 → monthly-day=25",
		"于次月5日前报送":                          "次月5日前 → monthly-day=05",
		"每年12月20日前":                         "每年12月20日前 → yearly=12-20",
		"每周入户走访1次":                          "每周入户走访1次 → every=week,min=1",
		"每季度至少组织开展1次检查":                     "每季度至少组织开展1次 → every=quarter,min=1",
		"每两年开展一次评估":                         "每两年开展一次 → every=2year,min=1",
		"每2个月研判一次":                          "每2个月研判一次 → every=2month,min=1",
		"每学期到校授课不少于4课时":                     "每学期到校授课不少于4课时 → every=term,min=4",
		"每学年开展2次测评":                         "每学年开展2次 → every=school-year,min=2",
		"每日巡查，每半年召开一次会议":                    "每日 → every=day,min=1；每半年召开一次 → every=halfyear,min=1",
		"每季度末通报一次":                          "每季度末通报一次 → every=quarter,at=end,min=1",
		"每年年初印发":                            "每年年初 → every=year,at=begin",
		"每学期开学后1个月内":                        "每学期开学后1个月内 → every=term,within=1month-of-start",
		"春、秋季学期开学前各开展一次检查":                  "春、秋季学期开学前各开展一次 → every=year,at=spring-term-start+autumn-term-start",
		"建立工作季报告和通报机制，实行周调度":                "季报告 → every=quarter,min=1；周调度 → every=week,min=1",
		"一月一调度、半年一评估":                       "一月一调度 → every=month,min=1；半年一评估 → every=halfyear,min=1",
		"每季度开展1次宣传活动和2次实践活动":                "每季度开展1次 → every=quarter,min=1；和2次 → every=quarter,min=2",
		"全年不少于4次":                           "全年不少于4次 → every=year,min=4",
		"每年查办案件，年查办一批案例":                    "每年 → every=year,min=1；年查办一批 → every=year,min=1",
		"满六个月以上的；年满16周岁；2年以上仍查不到":           "",
		"壤府办函〔2022〕74号":                     "",
		"“净网2021”行动":                        "",
		"定期通报，及时处置，长期坚持":                    "",
		"每周五前报送进度，每周一召开例会":                  "每周五前 → weekly-day=5；每周一 → weekly-day=1",
		"每周一次，每周三节课，每周一调度":                  "每周一次 → every=week,min=1；每周三节 → every=week,min=3；每周 → every=week,min=1",
		"7—8月集中行动，2026年3-5月排查":              "7—8月 → from=07,to=08；2026年3-5月 → from=2026-03,to=2026-05",
		"3-5月龄婴幼儿":                          "",
		"2026年10月1日起试运行，7月1日起":              "2026年10月1日起 → from=2026-10-01；7月1日起 → from=07-01",
		"每学期授课不少于2次、4课时":                    "每学期授课不少于2次 → every=term,min=2；、4课时 → every=term,min=4",
		"每半年联合发布2次未成年人保护案例":                 "每半年联合发布2次 → every=halfyear,min=2",
		"每周五下午下班前报送":                        "每周五下午下班前 → weekly-day=5",
		"每月月底前报送":                           "每月月底前 → every=month,at=end,min=1",
		"每年6月开展宣传月活动":                       "每年6月 → yearly=06",
		"春季、秋季学期开学前组织检查":                    "春季、秋季学期开学前 → every=year,at=spring-term-start+autumn-term-start",
		"每学期开学一周内完成核查":                      "每学期开学一周内 → every=term,within=1week-of-start",
		"青少年、未成年人、常年、多年来":                   "",
		"12345热线，120急救，200米范围内":             "",
		"“六一”前走访，每年“六一”儿童节前慰问":              "“六一”前 → date=06-01；每年“六一”儿童节前 → yearly=06-01",
		"春节前发放到位，2027年春节前慰问":                "春节前 → before=spring-festival；2027年春节前 → before=2027-spring-festival",
		"“六一”、春节前走访；国庆节期间值守":                "“六一” → date=06-01；春节前 → before=spring-festival；国庆节期间 → date=10-01",
		"利用“六一”等节点宣传":                       "",
		"暑假前排查；寒假、暑假前部署；寒暑假前":               "暑假前 → before=summer-vacation；寒假、暑假前 → before=winter-vacation+summer-vacation；寒暑假前 → before=winter-vacation+summer-vacation",
		"按月发放，逐季通报，隔周走访一次，按季度调度":            "按月 → every=month,min=1；逐季 → every=quarter,min=1；隔周走访一次 → every=2week,min=1；按季度 → every=quarter,min=1",
		"按年龄分段，按周边环境，逐年提高，按日程推进":            "",
		"5月第三周集中宣传；5月第三个星期日":                "5月第三周 → week=05-3；5月第三个星期日 → weekday=05-3-7",
		"每月10日、25日前报送；每月5—10日上报":            "每月10日、25日前 → monthly-day=10,25；每月5—10日 → every=month,from=05,to=10",
		"每月下旬开展抽查":                          "每月下旬 → every=month,from=21,to=31",
		"每年6月底和12月底前报告":                     "每年6月底和12月底前 → months=06,12",
		"每季度次月5日前；每季度末月25日前":                "每季度次月5日前 → every=quarter,at=begin,min=1；每季度末月25日前 → every=quarter,at=end,min=1",
		"每季度第一周召开例会":                        "每季度第一周 → every=quarter,at=begin,min=1",
		"每季度结束后5个工作日内；每月前3日内":               "每季度结束后5个工作日内 → every=quarter,within=5workday-of-end；每月前3日内 → every=month,within=3day-of-start",
		"2025.3-2025.12开展；2026.4.1－11.30":   "2025.3-2025.12 → from=2025-03,to=2025-12；2026.4.1－11.30 → from=2026-04-01,to=2026-11-30",
		"2026.10.31前完成；2026/6/1前；得分2025.3分": "2026.10.31前 → date=2026-10-31；2026/6/1前 → date=2026-06-01",
		"于当日移送；当日内办结；应当日立案；当日值班人员":          "于当日 → within=0days；当日内 → within=0days；当日 → within=0days",
	} {
		if got := read(words, false); got != want {
			t.Errorf("%s\n got %s\nwant %s", words, got, want)
		}
	}
}

func TestCompletionTimes(t *testing.T) {
	for words, want := range map[string]string{
		"2023年6月，并长期坚持": "2023年6月 → by=2023-06",
		"2月、8月":         "2月、8月 → months=02,08",
		"全年":            "全年 → year-end",
		"2026年":         "2026年 → until=2026",
		"每学期":           "每学期 → every=term,min=1",
		"12月15日前":       "12月15日前 → date=12-15",
		"长期坚持":          "",
		"2026.6":        "2026.6 → by=2026-06",
		"2026年2月、8月":    "2026年2月 → by=2026-02；8月 → by=2026-08",
	} {
		if got := read(words, true); got != want {
			t.Errorf("%s: got %s, want %s", words, got, want)
		}
	}
}

func TestVagueWordsAreFoundOutsideRules(t *testing.T) {
	text := script.New("及时通报，定期开展评估，第一时间出警，每月通报")
	all := script.Between(0, len(text.Norm))
	var got []string
	for _, f := range when.Vague(text, all, when.Read(text, all, nil, false)) {
		got = append(got, f.Text)
	}
	if strings.Join(got, "、") != "及时、定期、第一时间" {
		t.Errorf("got %v", got)
	}
}

func TestTitlesArePassedOver(t *testing.T) {
	text := script.New("制定《健康行动计划(2021-2025年)》，3月底前印发")
	got := when.Read(text, script.Between(0, len(text.Norm)), []script.Span{script.Between(2, 21)}, false)
	if len(got) != 1 || got[0].Norm != "month=03-end" {
		t.Errorf("got %+v", got)
	}
}

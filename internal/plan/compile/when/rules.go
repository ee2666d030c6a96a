package when

import (
	"fmt"
	"regexp"
	"strings"

	"weibao/internal/script"
)

// The words that the patterns below are made of.
var timeWordsOf = strings.NewReplacer(
	"{Y}", `(?P<Y>20\d\d|20[Xx]{2}|今|本|当|同|明|次|翌)年?`,
	"{Y4}", `(?P<Y>20\d\d|20[Xx]{2})`,
	"{M}", `(?P<M>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?`,
	"{D}", `(?P<D>3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]`,
	"{P}", `(?P<P>底|末|初|上旬|中旬|下旬)`,
	"{M2}", `(?P<M2>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?`,
	"{D2}", `(?P<D2>3[01]|[12]\d|0?[1-9])[日号]`,
	"{P2}", `(?P<P2>底|末|初|上旬|中旬|下旬)`,
	"{Y2}", `(?P<Y2>20\d\d|次|翌)年?`,
	"{N}", `(?P<N>\d+|[一二两三四五六七八九十]+)`,
	"{U}", `(?P<U>天|日|工作日|周|星期|旬|月|半个?月|季度|季|半年|学期|学年|年度?)`,
	"{q}", `(?:不少于|不低于|不得少于|至少|最少|不小于|原则上|分别|各|须|应)`,
	"{c}", `(?:次|场次?|期|轮|课时|节|遍|回|批次?)`,
	"{前}", `(?:之前|以前|前)`,
	"{到}", `(?:至|到|-+)`,
	"{节}", festivals,
	"{按}", `(?:按|逐|(?P<G>隔))个?(?P<U>日|天|周|旬|月|季度?|学期|半年|年)度?`,
)

// pat compiles a pattern that must match where it is tried.
func pat(p string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + timeWordsOf.Replace(p) + `)`) }

const (
	digits    = "0123456789"
	hanNumber = "一二两三四五六七八九十"
)

// timeRules in order of precedence: the first that reads at a place wins.
var timeRules = []timeRule{
	{"dotted_window", digits, pat(`(?P<Y>20\d\d)\.(?P<M>1[0-2]|0?[1-9])(?:\.(?P<D>3[01]|[12]\d|0?[1-9]))?{到}(?:(?P<Y2>20\d\d)\.)?(?P<M2>1[0-2]|0?[1-9])(?:\.(?P<D2>3[01]|[12]\d|0?[1-9]))?`), readDottedWindow},
	{"dotted_date", digits, pat(`(?P<Y>20\d\d)(?:\.(?P<M>1[0-2]|0?[1-9])(?:\.(?P<D>3[01]|[12]\d|0?[1-9]))?|/(?P<M2>1[0-2]|0?[1-9])/(?P<D2>3[01]|[12]\d|0?[1-9])|-(?P<M3>1[0-2]|0[1-9])-(?P<D3>3[01]|[12]\d|0[1-9]))(?P<P>底)?(?P<F>{前})?`), readDottedDate},
	{"festival", festivalStarts, pat(`(?P<E>每年的?)?(?:{Y})?{节}(?P<W>{前}|期间|当天|来临之?前|到来之?前)?`), readFestival},
	{"vacation", "每寒暑" + digits + "今本当明", pat(`(?P<E>每年的?)?(?:{Y})?(?P<L>寒暑假|[寒暑]假[、和及或][寒暑]假|[寒暑]假)(?:放假|来临|到来|开始)?之?前`), readVacation},
	{"same_day", "于当", pat(`(?:于当[日天]|当[日天](?:之?内|以?前)|(?P<T>当[日天])(?:即|完成|上报|报告|报送|立案|受理|出警|介入|办理|启动|通报|答复|回复|移[送交]|转[办交送]|反馈|处置|办结|录入|交办|派单|核实|处理|向[^,。;]{2,14}(?:报告|报送|上报|反馈|通报)|将[^,。;]{2,14}(?:报|录入|移送|转)))`), func(m timeMatch) (string, string) {
		if script.IsDigit(m.before) || m.before == '日' {
			return "", ""
		}
		return KindDeadline, "within=0days"
	}},
	{"window", "自从" + digits + "今本当明" + hanNumber, pat(`[自从]?(?:{Y})?{M}(?:{D}|{P})?(?:起|开始)?,?(?:至|到|-+)(?:{Y2})?(?:{M2})?(?:{D2}|{P2})?(?:期间|{前}|止|结束)?`), readWindow},
	{"month_window", digits + "今本当明", pat(`(?:{Y})?(?P<M>1[0-2]|[1-9])(?:至|到|-+)(?P<M2>1[0-2]|[1-9])月份?(?:期间|{前}|底)?`), readMonthWindow},
	{"term_start_window", "每春秋开新", pat(`(?:每(?:个)?(?P<U>学期|学年|年))?(?P<S>[春秋]季)?(?:新)?(?:学期|学年)?(?:开学(?:之?后|之日起|起|的?第)?|开始(?:之?后|之日起|起))(?P<N>\d+|[一二两三])个?(?P<V>月|周|星期|日|天|工作日)之?内`), readTermWindow},
	{"term_start", "每春秋开", pat(`(?:每(?:个)?(?P<E>学期|学年))?(?P<S>春、?秋两?季?|春季?(?:学期)?[、和及]秋季?|春季?|秋季?)?(?:两)?(?:季)?(?:学期)?开学(?P<W>{前}|之?初|后|时|第一[周课天])(?:各?(?:组织|开展|进行|完成)?一次)?`), readTermStart},
	{"yearly_day", "每", pat(`每(?:一)?年(?:度)?的?{M}{D}{前}?`), readYearlyDay},
	{"yearly_window", "每", pat(`每年的?{M}(?:{P})?(?:至|到|-+){M2}(?:{P2})?(?:期间)?`), func(m timeMatch) (string, string) {
		return KindRecurrence, fmt.Sprintf("every=year,from=%02d,to=%02d", script.Number(m.get("M")), script.Number(m.get("M2")))
	}},
	{"month_week", digits + "今本当明" + hanNumber, pat(`(?:{Y})?{M}的?第(?P<N>[一二三四五1-5])个?(?:周|星期)(?P<W>[一二三四五六日天])?`), readMonthWeek},
	{"yearly_months", "每" + digits + hanNumber, pat(`(?P<E>每年的?)?(?P<L>(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])(?:月?份?|月[底末])(?:[、,和及](?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])(?:月?份?|月[底末]))+月?份?)(?P<V>底|末|初)?(?:期间|{前})?(?P<A>,?(?:分别|各)?[^,。;:每\d]{0,10}?(?:一|1|\d)次)?`), readMonths},
	{"yearly_month", "每", pat(`每年的?{M}(?:{P})?{前}?`), readYearlyMonth},
	{"monthly_days", "每", pat(`每(?:个)?月的?(?P<L>(?:\d{1,2}[日号]?[、和及])+\d{1,2}[日号]){前}?`), readMonthlyDays},
	{"monthly_window", "每", pat(`每(?:个)?月的?(?:{P}|(?P<D>3[01]|[12]\d|0?[1-9])[日号]?{到}{D2})(?:期间|{前})?`), readMonthlyWindow},
	{"period_edge", "每", pat(`每(?:个)?(?P<U>月|季度?|半年|学期|学年|年度?)(?P<W>结束后|终了后|[前初]|的前)的?(?P<N>\d+|[一二两三四五六七八九十]+)个?(?P<V>工作日|日|天|周|星期)(?:之?内)?`), readPeriodEdge},
	{"monthly_day", "每次", pat(`(?:每(?:个)?|次)月的?{D}{前}?`), func(m timeMatch) (string, string) {
		return KindRecurrence, fmt.Sprintf("monthly-day=%02d", script.Number(m.get("D")))
	}},
	{"week_day", "每", pat(`每(?:个)?(?:周|星期)(?P<W>[一二三四五六日天])(?P<V>(?:上午|下午|晚上)?(?:下班)?{前}|上午|下午|晚上)?`), readWeekDay},
	{"quarter_day", "每", pat(`每(?:个)?季度?(?:结束后|终了后|后)?的?(?P<W>首月|末月|次月|下个?月|第一个月|最后一个月|(?:第一个?|首|最后一个?)(?:周|星期)|结束后)的?(?:{D}{前}?)?`), readQuarterDay},
	{"period_end_counted", "每", pat(`每(?:个)?{U}(?P<W>年末|年底|年初|底|末|初|期末|期初|前|结束前)(?:[^,。;:每\d]{0,8}?){q}?{N}{c}`), readPeriodEnd},
	{"period_end", "每", pat(`每(?:个)?{U}(?P<W>年末|年底|年初|月底|月末|底|末|初|期末|期初|结束前)前?`), readPeriodEnd},
	{"every_counted", "每", pat(`每隔?(?:(?P<K>\d+|[一二两三四五])(?:个)?|个)?{U}(?P<G>[^,。;:每%]{0,24}?){q}?{N}{c}`), readEvery},
	{"every", "每", pat(`每隔?(?:(?P<K>\d+|[一二两三四五])(?:个)?|个)?{U}`), readEvery},
	{"adverb_counted", "按逐隔", pat(`{按}[^,。;:每\d]{0,10}?{q}?{N}{c}`), readAdverb},
	{"adverb", "按逐隔", pat(`{按}`), readAdverb},
	{"one_per", "一半1", pat(`(?P<U>半年)(?:[一1]|{N})(?:次|\p{Han}{2})`), readOnePer},
	{"one_per", "一1每", pat(`(?:每)?[一1](?:个)?(?P<U>日|周|月|季度?|年|学期)(?:一|1|(?P<N>[两二三四五六2-9]))(?P<X>次|\p{Han}{2})`), readOnePer},
	{"all_year_counted", "全一1年", pat(`(?:全|一|1|年)(?P<U>年|内|度)?(?:内)?(?:[^,。;:每\d]{0,8}?){q}{N}{c}`), func(m timeMatch) (string, string) {
		if m.get("U") == "" || hanOrDigit(m.before) {
			return "", ""
		}
		return KindRecurrence, fmt.Sprintf("every=year,min=%d", script.Number(m.get("N")))
	}},
	{"implied", "日周月季半双年", pat(`(?P<U>日|周|月|季度?|半年|双月|双周|年)(?P<V>报告|通报|调度|研判|例会|报送|排查|巡查|会商|汇总|报制|评估|查办|走访|点评|抽查|督查|小结|总结|评议|更新)(?P<B>一批)?`), readImplied},
	{"quarter", "第" + digits + "一二三四今本明", pat(`(?:{Y}(?:度)?)?第?(?P<Q>[一二三四1-4])季度(?:底|末|内)?{前}?`), readQuarter},
	{"half_year", "上下" + digits + "今本明", pat(`(?:{Y}(?:度)?)?(?P<H>上|下)半年(?:底|末|内)?{前}?`), readHalfYear},
	{"date", digits + "今本当明次" + hanNumber, pat(`(?:{Y})?{M}{D}(?:起|{前}|止|当天|之内)?`), readDate},
	{"month", digits + "今本当明次" + hanNumber, pat(`(?:{Y})?{M}(?:{P})?(?:(?P<F>{前})|(?P<R>起)|(?P<A>(?:集中|统一)?(?:组织|开展|进行)[^,。;:\d]{0,6}?[一1]次))?`), readMonth},
	{"from", "自从" + digits, pat(`[自从]?{Y4}年(?:{M})?(?:{D})?(?:起|开始)`), readFrom},
	{"from", "自从", pat(`[自从]{M}(?:{D})?(?:起|开始)`), readFrom},
	{"years", digits, pat(`(?:{Y4})年?(?:至|到|-+)(?P<Y2>20\d\d)年(?:期间)?`), func(m timeMatch) (string, string) {
		return KindHorizon, "from=" + m.get("Y") + ",to=" + m.get("Y2")
	}},
	{"horizon", "到至力截", pat(`(?:力争)?(?:到|至|截至|截止)(?:到)?{Y4}年年?(?P<P>底|末)?{前}?`), readHorizon},
	{"year_end", digits, pat(`{Y4}年(?:年)?(?P<P>底|末|内)(?:{前}|以内)?`), readYearEnd},
	{"year_before", digits, pat(`{Y4}年{前}`), func(m timeMatch) (string, string) { return KindHorizon, "until=" + m.get("Y") }},
	{"year_list", digits, pat(`(?P<T>{Y4}年)(?:,|(?:力争|全面|基本|全部|实现|完成|建成|新建|达到|争取|新增|全县|全市|全区|全镇|全乡))`), readYearOpen},
	{"year_end", "年今本当", pat(`(?:(?:今年|本年度?|当年)(?:年底|年末|底|末|内)|年底|年末|年内)(?:{前})?`), readThisYear},
	{"all_year", "全", pat(`全年`), func(m timeMatch) (string, string) {
		if !m.completion {
			return "", ""
		}
		return KindDeadline, "year-end"
	}},
	{"plan_period", "“\"十", pat(`[“"]?(?P<H>十[一二三四五六七])五[”"]?(?:规划)?(?:期间|时期|期末|末|时期末)(?:内|{前})?`), readPlanPeriod},
	{"within", "自收接" + digits + hanNumber + "半", pat(`(?:自[^,。;:《]{1,12}?(?:之日|起)起?,?)?(?P<N>\d+|[一二两三四五六七八九十]+|半)个?(?P<U>小时|分钟|工作日|自然日|日|天|周|星期|月|年)(?:之|以)?内`), readWithin},
	{"years_taken", "用利未今", pat(`(?:利?用|未来|今后){N}年(?:左右)?的?(?:时间|内)?`), func(m timeMatch) (string, string) {
		return KindHorizon, fmt.Sprintf("within=%dyear", script.Number(m.get("N")))
	}},
	{"year_alone", digits, pat(`{Y4}年$`), func(m timeMatch) (string, string) {
		if !m.completion {
			return "", ""
		}
		return KindHorizon, "until=" + m.get("Y")
	}},
}

// timeRulesAt gives the rules that may begin with a rune.
var timeRulesAt = func() map[rune][]*timeRule {
	m := map[rune][]*timeRule{}
	for i := range timeRules {
		for _, r := range timeRules[i].first {
			m[r] = append(m[r], &timeRules[i])
		}
	}
	return m
}()

func hanOrDigit(r rune) bool { return script.IsDigit(r) || script.IsHanDigit(r) }

// partOfMonth gives the first and last day that 上旬, 底 and the like mean.
func partOfMonth(p string, month int) (from, to int) {
	last := lastDay(month)
	switch p {
	case "上旬", "初":
		return 1, 10
	case "中旬":
		return 11, 20
	case "下旬":
		return 21, last
	case "底", "末":
		return last, last
	}
	return 1, last
}

// lastDay of a month; a plan that means the end of February by its name alone gets the 28th.
func lastDay(month int) int {
	switch month {
	case 2:
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// year is the prefix of a norm: empty unless the text names the year in figures.
func year(y string) string {
	if len(y) == 4 && strings.HasPrefix(y, "20") && script.IsDigit(rune(y[2])) {
		return y + "-"
	}
	return ""
}

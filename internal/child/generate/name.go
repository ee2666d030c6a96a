package generate

import (
	"strings"
	"unicode/utf8"
)

// The surnames by how often they are met: common, those with several readings,
// of two characters, rare ones.
var (
	common   = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭肖田董袁潘于蒋蔡余杜叶程苏魏吕丁沈任姚卢姜崔钟谭陆汪范金石廖韦夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤")
	readings = []rune("单曾仇解区查任盖翟缪朴覃谌乐车牟瞿尉卜柏")
	double   = []string{"欧阳", "司马", "令狐", "尉迟", "单于", "上官", "诸葛", "皇甫", "夏侯", "长孙"}
	rare     = []rune("逄訾佘呙亓郇禤仝庹僪")
)

// What given names are made of. Characters of one word of sounds are spoken
// alike: whoever writes down by ear takes one for another.
var sounds = strings.Fields(`伟炜玮纬苇 婷亭廷庭 涵晗含韩 怡宜仪贻 欣新昕馨鑫芯 萱轩宣暄 梓子紫 佳嘉家加 雨语宇羽禹 晨辰宸臣 浩皓昊灏 明铭鸣茗
	洁杰捷婕 静敬靖婧 琪其奇祺琦 瑶遥尧 文雯闻 思丝斯 睿瑞锐 志智致治 丽莉俐立 红宏鸿洪 艺奕逸毅翊 俊骏峻珺 桐彤童同 妍研言岩 珍真贞 建健键
	云芸耘 莹盈滢萤 兰岚蓝 军君钧均 平萍苹 峰锋丰枫 涛韬 勇永咏 飞菲霏 晓小筱 慧惠蕙 美镁 心忻 若偌 博勃铂 可珂柯 依伊一 然燃 泽择 旭煦 乐悦玥月 诗师 安桉 淇棋
	星兴 航杭 阳扬洋 柔 福 成诚承 源元媛 敏闵 燕艳 秀 春 强 刚 国 庆 生 海 波 辉晖 亮 龙 凤 玉钰 梅 花 英 芳 霞 娟 娜 倩 雪 冰 露 颖影 瑾锦 璐`)

// of boys, of girls and of both, out of sounds.
var (
	boys  = []rune("伟炜玮浩皓昊灏宇杰俊骏峻志智毅建健军钧峰锋涛韬勇永博泽择旭煦航阳洋成诚承强刚国庆海波辉晖亮龙轩晨辰明铭睿锐瑞宏鸿奕逸轩嘉家梓子文然乐源安生飞翊")
	girls = []rune("婷涵晗怡宜欣昕馨鑫萱暄梓紫佳嘉雨语羽洁婕静靖婧琪琦瑶雯思睿丽莉红艺奕珺桐彤妍珍真芸莹盈滢兰岚萍菲霏晓筱慧惠美心若依伊可柔悦玥月诗淇星媛敏燕艳秀春凤玉钰梅花英芳霞娟娜倩雪冰露颖瑾璐")
	men   = []string{"建国", "国强", "志明", "德福", "永福", "正华", "光荣", "朝阳", "开富", "世荣", "维新", "登科", "华", "勇", "军"}
	women = []string{"秀英", "桂兰", "玉珍", "春梅", "明珍", "素芬", "翠花", "继红", "芳", "梅", "丽"}
)

// Characters that some systems cannot write.
var seldom = []rune("㛃䶮㙓㮾𬭎𫖮𬀩𫘧堃喆璟翀")

// variants are characters written one for another: old, simplified twice, or
// taken for each other by offices.
var variants = map[rune]rune{'堃': '坤', '喆': '哲', '峰': '峯', '晖': '暉', '钰': '玉', '闫': '阎', '肖': '萧', '付': '傅', '戴': '代', '邱': '丘',
	'范': '範', '兰': '蘭', '叶': '葉', '刘': '劉', '陈': '陳', '张': '張', '晓': '曉', '浩': '澔', '静': '靜', '凤': '鳳'}

var (
	outer = []string{"阿依古丽", "古丽娜尔", "艾力", "买买提", "阿不都拉", "热依汗", "巴图", "娜仁", "扎西", "卓玛", "次仁", "央金", "格桑", "阿木", "沙马", "吉克", "布赫"}
	inner = []string{"买买提", "艾合买提", "吐尔逊", "卡德尔", "巴桑", "顿珠", "尼玛", "旦增", "尔古", "拉且", "阿依", "木呷", "朝鲁"}
)

// surname gives a family's name.
func (m *maker) surname() string {
	switch m.weighted(920, 45, 20, 15) {
	case 1:
		return string(pick(m, readings))
	case 2:
		return pick(m, double)
	case 3:
		return string(pick(m, rare))
	}
	// the first are the most frequent
	return string(common[m.IntN(1+m.IntN(len(common)))])
}

// given gives a child's given name; the first character may be that of its
// generation in the family.
func (m *maker) given(male bool, generation rune) string {
	chars := girls
	if male {
		chars = boys
	}
	last := pick(m, chars)
	if m.of(12) {
		last = pick(m, seldom)
	}
	switch {
	case generation != 0:
		return string(generation) + string(last)
	case m.of(1_300):
		return string(last)
	}
	first := pick(m, chars)
	return string(first) + string(last)
}

// grown gives the given name of somebody of the elder generations.
func (m *maker) grown(male bool) string {
	if male {
		return pick(m, men)
	}
	return pick(m, women)
}

// dotted gives a name with · between its parts.
func (m *maker) dotted() string { return pick(m, outer) + "·" + pick(m, inner) }

// byEar writes a character of a name as somebody does who only heard it.
func (m *maker) byEar(name string) (string, bool) {
	runes := []rune(name)
	for i := len(runes) - 1; i > 0; i-- {
		for _, word := range sounds {
			if strings.ContainsRune(word, runes[i]) && utf8.RuneCountInString(word) > 1 {
				others := []rune(strings.ReplaceAll(word, string(runes[i]), ""))
				runes[i] = pick(m, others)
				return string(runes), true
			}
		}
	}
	return name, false
}

// byVariant writes a character of a name in another of its forms.
func byVariant(name string) (string, bool) {
	for i, r := range name {
		if v, ok := variants[r]; ok && v != r {
			return name[:i] + string(v) + name[i+utf8.RuneLen(r):], true
		}
	}
	return name, false
}

package compile

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// lineKind tells the lines of a plan from those around it.
type lineKind int

const (
	lineText      lineKind = iota
	lineMarker             // begins with 一、 (一) 1. and the like
	lineRow                // a row of a table, cells between bars or tabs
	lineFurniture          // what a web page puts around a document
	lineTail               // after it only furniture follows
	lineRoster             // members of a leading group: names of persons
	lineAnnex              // 附件 or 附件1 alone: an annex begins
	lineAnnexList          // 附件:1.… the list of annexes
	lineFormal             // dates, signatures, 抄送, coming into force
)

// line is a line of the text without the white space at its ends.
type line struct {
	Span
	kind lineKind
	mark marker // for lineMarker
}

var (
	furniture = regexp.MustCompile(`^(扫一扫|打印|关闭|分享到?:?|收藏|字号|首页|无障碍|长者版|触碰|当前位置|您(现在)?的位置|索引号|文号|发文字号|发文机[关构]|发布机构|发布日期|公开日期|生成日期|主题分类|体裁分类|信息分类|责任部门:\S+发布日期|名称:|标题\S+关于印发|作者:|来源:|浏览(次数|量)|点击(数|率)|阅读(次数|量)?:|发布时间|编辑:|上传者|时间:20|地址:|邮编|网站|版权|ICP|备案|(主办|承办)单位:.*(人民政府|电话|邮编|版权|备案|技术支持)|Copyright|\S{0,14}(公网安备|ICP备)|\S{2,20}主办\S{2,20}(维护|承办))`)
	tail      = regexp.MustCompile(`^(扫一扫|上一[条篇]:?|下一[条篇]:?|相关(信息|链接|阅读|文章|附件)$|政策解读$|附件下载|\[?(打印|关闭)(本页|窗口)|网站地图)`)
	roster    = regexp.MustCompile(`^(第一|常务|执行)?(副?组长|副?主任|副?总?召集人|副?总?指挥长?|成员|联络员|副?秘书长|顾问|政委|委员|办公室(副)?主任):`)
	annex     = regexp.MustCompile(`^附(件|表)?\d{0,2}[一二三四五六七八九十]?:?$`)
	annexList = regexp.MustCompile(`^附(件|表)\d{0,2}[一二三四五六七八九十]?[:.、]`)
	formal    = regexp.MustCompile(`^(\(?此件|抄[送报]|主送|印发:|特此(通知|说明|方案)|\(?联系人|联系电话|本(方案|意见|通知|办法|计划|细则|要点|规定|措施)自.{0,16}(施行|实施|执行)|(20\d\d|20[Xx]{2}|二〇..)年?\d{1,2}月\d{1,2}日?$|20\d{4,6}$|二[〇○零O]..年.{1,3}月.{1,3}日$)`)
)

// splitLines cuts the text into classified lines; empty ones are left out.
func splitLines(s *source) []line {
	var out []line
	for from := 0; from < len(s.Norm); {
		to := from
		for to < len(s.Norm) && s.Norm[to] != '\n' {
			to++
		}
		if sp := s.Trim(script.Between(from, to)); sp.Len() > 0 {
			out = append(out, runningItems(s, classify(s, sp))...)
		}
		from = to + 1
	}
	return out
}

// runningItems cuts a line that begins with 一是 or ① where 二是 or ② goes on within it.
func runningItems(s *source, l line) []line {
	if l.kind != lineMarker || l.mark.num != 1 || l.mark.kind != markItem && l.mark.kind != markCircle && l.mark.kind != markParNum {
		return []line{l}
	}
	var out []line
	marks := itemMarks(s, l.Span)
	for i, m := range marks {
		end := l.End
		if i+1 < len(marks) {
			end = marks[i+1].Start
		}
		out = append(out, line{Span: s.Trim(script.Between(m.Start, end)), kind: lineMarker, mark: m})
	}
	if len(out) < 2 {
		return []line{l}
	}
	return out
}

func classify(s *source, sp Span) line {
	l := line{Span: sp}
	if m, ok := parseMarker(s, sp); ok {
		l.kind, l.mark = lineMarker, m
		return l
	}
	if cells := countCells(s, sp); cells >= 3 && !owner.IsLabel(s.Sub(sp)) {
		l.kind = lineRow
	}
	if sp.Len() > 160 {
		return l
	}
	short := script.Squeeze(s.Sub(sp))
	switch {
	case annex.MatchString(short):
		l.kind = lineAnnex
	case annexList.MatchString(short):
		l.kind = lineAnnexList
	case tail.MatchString(short):
		l.kind = lineTail
	case furniture.MatchString(short):
		l.kind = lineFurniture
	case roster.MatchString(short) && utf8.RuneCountInString(short) < 90:
		l.kind = lineRoster
	case formal.MatchString(short):
		l.kind = lineFormal
	}
	return l
}

// countCells counts the cells of a table row written with bars or tabs.
func countCells(s *source, sp Span) int {
	str := s.Sub(sp)
	return 1 + max(strings.Count(str, "|"), strings.Count(str, "\t"))
}

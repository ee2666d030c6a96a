package compile

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

var (
	titleLine    = regexp.MustCompile(`(方案|意见|计划|要点|通知|清单|办法|措施|分解表|分工|分工表|规划|任务表|责任书|细则|规定|指引)(\((试行|暂行|\d{4}.{0,9})\))?$`)
	noticeOf     = regexp.MustCompile(`^(.{2,40}?)关于(?:印发|转发|下发)[《<](.+)[》>]的通知`)
	noticeBare   = regexp.MustCompile(`^(.{2,40}?)关于(?:印发|转发|下发)(.+)的通知$`)
	brokenNotice = regexp.MustCompile(`关于(印发|转发|下发)$`)
	headPart     = regexp.MustCompile(`文件$|号$|^[〔\d]|通知|(方案|意见|计划|要点|办法)$|[,。;:|]`)
	issuerField  = regexp.MustCompile(`(?:发布|发文) *机 *[构关] *:? *(\p{Han}{4,30})`)
	dateLine     = regexp.MustCompile(`^(20\d\d)年?(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])日?$`)
	dateField    = regexp.MustCompile(`成文日期:?(20\d\d)-(\d\d)-(\d\d)`)
	numberYear   = regexp.MustCompile(`〔(20\d\d)〕?\d+号`)
	titleYear    = regexp.MustCompile(`(20\d\d)(?:年|-)`)
	sampleHead   = regexp.MustCompile(`(范文|篇[\d一二三四五六七八九十]+$|方案\d+$)`)
	regionHead   = regexp.MustCompile(`^(\p{Han}{2,8}?(?:自治[州县旗]|[市州盟县区旗镇乡村]|街道|社区))\S`)
	noRegion     = regexp.MustCompile(`关于|加强|农村|社区$|全|各|开展|推进|村级`)
)

// readHeader finds the plan's title, its issuer and its date, each only if the text states it.
func readHeader(s *source, t *tree, p *Plan) {
	for i, l := range t.lines {
		words := script.Squeeze(s.Sub(l.Span))
		if i+1 < len(t.lines) && brokenNotice.MatchString(words) {
			words += script.Squeeze(s.Sub(t.lines[i+1].Span))
		}
		if l.kind == lineMarker && l.mark.kind <= markNum && p.Title != "" || i > 60 && l.kind == lineMarker {
			break
		}
		if utf8.RuneCountInString(words) <= 70 {
			headerLine(words, l, t.lines, i, s, p)
		}
	}
	closingDate(s, t, p)
	if p.Issuer == "" {
		if m := regionHead.FindStringSubmatch(strings.Map(script.Fold, p.Title)); m != nil && !noRegion.MatchString(m[1]) {
			p.Issuer = m[1]
		}
	}
	if p.Year == 0 {
		p.Year = yearOf(p)
	}
}

// headerLine reads one line of the head. The plan's own title goes before that of the notice that issues it.
func headerLine(words string, l line, lines []line, i int, s *source, p *Plan) {
	if m := issuerField.FindStringSubmatch(s.Sub(l.Span)); m != nil && p.Issuer == "" {
		p.Issuer = m[1]
	}
	if m := dateField.FindStringSubmatch(words); m != nil && p.Issued == "" {
		p.Issued = m[1] + "-" + m[2] + "-" + m[3]
	}
	words = strings.TrimPrefix(strings.TrimPrefix(words, "标题"), "名称:")
	switch {
	case noticeOf.MatchString(words), noticeBare.MatchString(words):
		m := noticeOf.FindStringSubmatch(words)
		if m == nil {
			m = noticeBare.FindStringSubmatch(words)
		}
		if p.Issuer == "" {
			p.Issuer = m[1]
		}
		if p.Title == "" {
			p.Title = m[2]
		}
	case dateLine.MatchString(words) && p.Issued == "":
		m := dateLine.FindStringSubmatch(words)
		p.Issued = fmt.Sprintf("%s-%02d-%02d", m[1], script.Number(m[2]), script.Number(m[3]))
	case numberYear.MatchString(words) && p.Year == 0 && !strings.ContainsAny(words, "《,。"):
		p.Year = script.Number(numberYear.FindStringSubmatch(words)[1])
	case titleLine.MatchString(words) && !strings.ContainsAny(words, "。,;:") && (p.Title == "" || !sampleHead.MatchString(words)):
		p.Title = wholeTitle(s, lines, i)
	case p.Title == "" && sampleHead.MatchString(words) && !strings.ContainsAny(words, "。,;"):
		p.Title = strings.TrimSpace(s.Raw(l.Span))
	}
}

// wholeTitle joins a title that is set in two lines.
func wholeTitle(s *source, lines []line, i int) string {
	title := strings.TrimSpace(s.Raw(lines[i].Span))
	if i == 0 || lines[i-1].kind != lineText {
		return title
	}
	before := script.Squeeze(s.Sub(lines[i-1].Span))
	if n := utf8.RuneCountInString(before); n < 6 || n > 40 || headPart.MatchString(before) || owner.IsName(before) || !gap(s, lines[i-1], lines[i]) {
		return title
	}
	return strings.TrimSpace(s.Raw(lines[i-1].Span)) + title
}

// gap: the second line follows the first directly.
func gap(s *source, a, b line) bool {
	return strings.Count(s.Sub(script.Between(a.End, b.Start)), "\n") == 1
}

// closingDate: many plans bear signature and date at their end.
func closingDate(s *source, t *tree, p *Plan) {
	for i := len(t.lines) - 1; i >= 0 && i >= len(t.lines)-12 && p.Issued == ""; i-- {
		if m := dateLine.FindStringSubmatch(script.Squeeze(s.Sub(t.lines[i].Span))); m != nil {
			p.Issued = fmt.Sprintf("%s-%02d-%02d", m[1], script.Number(m[2]), script.Number(m[3]))
			if i > 0 && p.Issuer == "" && owner.IsName(s.Sub(t.lines[i-1].Span)) {
				p.Issuer = script.Squeeze(s.Raw(t.lines[i-1].Span))
			}
		}
	}
}

// yearOf is the first year of the title, else the year of issue.
func yearOf(p *Plan) int {
	if m := titleYear.FindStringSubmatch(strings.Map(script.Fold, p.Title)); m != nil {
		return script.Number(m[1])
	}
	if len(p.Issued) >= 4 {
		return script.Number(p.Issued[:4])
	}
	return 0
}

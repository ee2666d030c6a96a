package compile

import (
	"regexp"
	"strings"

	"weibao/internal/script"
)

// titles finds the 《…》 of a region; nested marks belong to the outer title.
func (s *source) titles(region Span) []Span {
	var out []Span
	depth, from := 0, 0
	for i := region.Start; i < region.End; i++ {
		switch s.Norm[i] {
		case '《':
			if depth == 0 {
				from = i
			}
			depth++
		case '》':
			if depth--; depth == 0 {
				out = append(out, script.Between(from, i+1))
			}
			depth = max(0, depth)
		case '。':
			depth = 0
		}
	}
	return out
}

var (
	issueVerb = regexp.MustCompile(`(制定|制订|印发|出台|编制|起草|修订|拟订|拟定|草拟|制发|下发|签发|签订|发布|发放|发送|报送|上报|提交|形成|编写|编印|编发|汇编|制作|撰写|推出|公布|印制|填报|填写|出具|送达|发出|下达|开具|建立)(实施|印发|并印发|出台|完善|下发|发布|新的|本级|本地|本县|本市|好|了)*$`)
	knownVerb = regexp.MustCompile(`(落实|根据|按照|依据|依照|贯彻|执行|遵循|遵守|学习|宣传|宣讲|对照|参照|依|按|围绕|结合|基于|解读|普及|推动|推进|深化|实施)(好|了|新修订的|修订后的|新|新的)*$`)
)

// documents picks the titles that are to be drafted, issued or sent: the nearest verb before the title, or before the
// series of titles it belongs to, decides; a title that is only followed (落实《…》) or cited (…印发的《…》) is none.
func (s *source) documents(region Span, titles []Span) []Document {
	var out []Document
	ordered := false
	for i, t := range titles {
		from := region.Start
		if i > 0 {
			from = titles[i-1].End
		}
		between := s.Sub(script.Between(from, t.Start))
		if i == 0 || !series.MatchString(between) {
			ordered = orderedTitle(between)
		}
		if ordered && !inForce.MatchString(s.Sub(script.Between(t.End, min(region.End, t.End+8)))) {
			out = append(out, Document{Fact: s.Fact(t, "document.ordered"), Title: s.Raw(t)})
		}
	}
	return out
}

var (
	series  = regexp.MustCompile(`^(、|和|及|以及|与|,)?$|^(\([^)]*\))?(、|和|及|以及|与)$`)
	inForce = regexp.MustCompile(`^(规定|要求|精神|有关|相关|等精神|等规定|等要求|等法律|等文件)`)
	phrase  = regexp.MustCompile(`[,。;:!]`)
)

// orderedTitle looks back from a title to the verb that governs it, within the phrase.
func orderedTitle(before string) bool {
	if at := phrase.FindAllStringIndex(before, -1); at != nil {
		before = before[at[len(at)-1][1]:]
	}
	before = strings.TrimRight(before, " “")
	if issueVerb.MatchString(before) {
		return true
	}
	if knownVerb.MatchString(before) || strings.HasSuffix(before, "的") && !verbThenNoun.MatchString(before) {
		return false
	}
	return verbThenNoun.MatchString(before) && !knownPhrase.MatchString(before)
}

var (
	// 制定本县的《…》, 向乡镇报送上月《…》, 与…签订家庭监护《…》
	verbThenNoun = regexp.MustCompile(`(制定|制订|印发|出台|编制|起草|修订|拟订|制发|下发|签订|发布|发放|报送|上报|提交|形成|编写|编印|填报)[^的,。;]{0,12}的?$`)
	knownPhrase  = regexp.MustCompile(`(落实|根据|按照|依据|依照|贯彻|执行|遵循|对照)[^,。;]{0,6}$`)
)

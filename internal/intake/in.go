package intake

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/rule/response"
)

// In is what a report tells, however it comes in.
type In struct {
	Danger    bool      `json:"danger_now"`
	What      string    `json:"what"` // id of a situation, or words
	Place     Place     `json:"place"`
	Narrative string    `json:"narrative"`
	Codes     []string  `json:"situations,omitempty"`
	Reporter  *Reporter `json:"reporter,omitempty"`
	Child     *Child    `json:"child,omitempty"`
	Channel   string    `json:"channel,omitempty"`
	About     string    `json:"about_official,omitempty"` // village, township or county: whose official or his kin it is about
	Called    *Called   `json:"called_110,omitempty"`
	Mandatory bool      `json:"mandatory,omitempty"`
}

// Place is where it happened.
type Place struct {
	Region string `json:"region"`
	Text   string `json:"text"`
}

// Limits in characters.
const (
	MaxNarrative = 5000
	maxPlace     = 300
	maxShort     = 100
	maxWhat      = 200
	maxKey       = 255
)

// Abouts are the levels of officials a report may be about, with their words.
var Abouts = []struct{ Value, Label string }{{"village", "村（社区）"}, {"township", "乡镇（街道）"}, {"county", "县级单位"}}

// Concerned says in words whose officials a report is about; "" where it is about none.
func (r Report) Concerned() string {
	for _, a := range Abouts {
		if a.Value == r.About {
			return "反映" + a.Label + "工作人员"
		}
	}
	return ""
}

// tidy brings what was typed into one form.
func (in In) tidy() In {
	in.What, in.Narrative = clean(in.What), clean(in.Narrative)
	in.Place.Region, in.Place.Text = clean(in.Place.Region), clean(in.Place.Text)
	in.About, in.Channel = clean(in.About), clean(in.Channel)
	for i := range in.Codes {
		in.Codes[i] = strings.ToUpper(clean(in.Codes[i]))
	}
	slices.Sort(in.Codes)
	in.Codes = slices.Compact(in.Codes)
	in.Reporter, in.Child, in.Called = tidied(in.Reporter, Reporter{}), tidied(in.Child, Child{}), tidied(in.Called, Called{})
	return in
}

// tidied gives nil for what holds nothing.
func tidied[T comparable](v *T, none T) *T {
	if v == nil || *v == none {
		return nil
	}
	return v
}

// clean takes off spaces around and signs that nobody sees.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
}

// validate says what is wrong, by field of the JSON body.
func (in In) validate(known func(id string) (response.Situation, bool)) error {
	f := errs.Fields{}
	f.Check(in.What != "", "what", "请选择发生了什么事。")
	short(f, in.What, maxWhat, "what")
	f.Check(in.Narrative != "", "narrative", "请说说情况，一句话也可以。")
	f.Check(utf8.RuneCountInString(in.Narrative) <= MaxNarrative, "narrative", "最多5000字。请先写最要紧的，其余可以在提交后凭查询码补充。")
	f.Check(in.Place.Region == "" || access.Prefix(in.Place.Region) != "", "place", "行政区划代码应为12位数字，也可以不填。")
	short(f, in.Place.Text, maxPlace, "place")
	for _, c := range in.Codes {
		s, ok := known(c)
		f.Check(ok && s.Mandatory, "situations", "强制报告情形应为 R1 至 R9。")
	}
	f.Check(in.About == "" || slices.ContainsFunc(Abouts, func(a struct{ Value, Label string }) bool { return a.Value == in.About }), "about_official", "请从选项中选择。")
	short(f, in.Channel, maxShort, "channel")
	if r := in.Reporter; r != nil {
		for _, v := range []string{r.Name, r.Phone, r.Relation, r.Unit, r.Post, r.Hours} {
			short(f, v, maxShort, "reporter")
		}
	}
	if c := in.Child; c != nil {
		for _, v := range []string{c.Name, c.Sex, c.Age, c.School, c.Phone, c.Address, c.Now} {
			short(f, v, maxPlace, "child")
		}
	}
	if c := in.Called; c != nil {
		for _, v := range []string{c.At, c.Officer, c.Number} {
			short(f, v, maxShort, "called_110")
		}
	}
	return f.Err()
}

func short(f errs.Fields, s string, limit int, name string) {
	f.Check(utf8.RuneCountInString(s) <= limit, name, "内容太长，请缩短后再提交。")
}

// row makes the open part of a report of what was told.
func (k *Desk) row(in In, now clock.Instant) Report {
	r := Report{Channel: k.channel(in, now), Codes: strings.Join(in.Codes, ","), Danger: flag(in.Danger), Urgency: response.Ordinary,
		State: Received, Mandatory: flag(in.Mandatory || len(in.Codes) > 0), Named: flag(in.Reporter != nil), Received: now}
	told := append([]string{in.What}, in.Codes...)
	for _, id := range told {
		if s, ok := k.match(id, now); ok {
			r.Urgency = response.Higher(r.Urgency, s.Urgency)
			if r.Situation == "" {
				r.Situation = s.ID
			}
		}
	}
	if in.Danger {
		r.Urgency = response.Emergency
	}
	return k.place(r, in)
}

// match finds the situation of an id or of the words of a page.
func (k *Desk) match(what string, now clock.Instant) (response.Situation, bool) {
	if s, ok := k.situation(what, now); ok {
		return s, true
	}
	for _, s := range k.Book().Situations(civil.DateOf(now.Time())) {
		if what != "" && (what == s.Label || what == s.Plain || what == s.Child) {
			return s, true
		}
	}
	return response.Situation{}, false
}

// channel gives the channel if it is one by which reports come in.
func (k *Desk) channel(in In, now clock.Instant) string {
	for _, c := range k.Book().Channels(civil.DateOf(now.Time())) {
		if c.Intake && c.ID == in.Channel {
			return c.ID
		}
	}
	if in.Mandatory {
		return "mandatory"
	}
	return "api"
}

// place puts a report where it happened, or into the county: a place outside
// of it is for the county to pass on.
func (k *Desk) place(r Report, in In) Report {
	home := k.Book().County().Region
	r.Region = home
	if prefix := access.Prefix(home); prefix != "" && strings.HasPrefix(in.Place.Region, prefix) {
		r.Region = in.Place.Region
	}
	r.Town, r.County = access.Town(r.Region), access.County(r.Region)
	r.About = in.About
	r.Raised = flag(in.About == "county" || in.About == "township" && access.Town(home) != "")
	return r
}

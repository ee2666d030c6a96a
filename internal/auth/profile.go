package auth

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"weibao/internal/access"
	"weibao/internal/errs"
)

//go:embed profiles
var profiles embed.FS

// Profile is a set of rules of login, as data.
type Profile struct {
	Name, Label, Source, Status string

	Work     Work
	Password struct{ Min, Max, Classes, Days, History int }
	Lock     struct {
		Failures, Minutes int
		NetworkFailures   int `yaml:"network_failures"`
		NetworkMinutes    int `yaml:"network_minutes"`
	}
	Session struct {
		Idle        int
		IdleHotline int `yaml:"idle_hotline"`
		Absolute    int
		Parallel    int
	}
	SecondFactor string `yaml:"second_factor"` // all, admins, none
}

// ProfileOf gives a profile that ships with the program: dengbao or asvs.
func ProfileOf(name string) (Profile, error) {
	text, err := fs.ReadFile(profiles, "profiles/"+name+".yaml")
	if err != nil || strings.Contains(name, "/") {
		return Profile{}, errs.Newf(errs.Invalid, "没有名为 %s 的登录规则，可用 dengbao 或 asvs。", name)
	}
	var p Profile
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("auth.ProfileOf: %w", err)
	}
	return p, nil
}

// idle is how long a session may rest under a role.
func (p Profile) idle(role access.Role) time.Duration {
	if role == access.Operator {
		return time.Duration(p.Session.IdleHotline) * time.Minute
	}
	return time.Duration(p.Session.Idle) * time.Minute
}

func (p Profile) absolute() time.Duration { return time.Duration(p.Session.Absolute) * time.Hour }

// needsFactor tells whether a person with these posts must have a second factor.
func (p Profile) needsFactor(admin bool) bool {
	return p.SecondFactor == "all" || p.SecondFactor == "admins" && admin
}

// Rules says in words what a password must be, for the form.
func (p Profile) Rules() string {
	s := fmt.Sprintf("至少 %d 个字符", p.Password.Min)
	if p.Password.Classes > 1 {
		s += fmt.Sprintf("，大写字母、小写字母、数字、符号中至少含 %d 种", p.Password.Classes)
	}
	s += "；不能是常见口令，不能包含账号或姓名"
	if p.Password.History > 0 {
		s += fmt.Sprintf("；不能与最近 %d 次相同", p.Password.History)
	}
	return s + "。"
}

// Check tells what is wrong with a new password of a person, in words, or "".
func (p Profile) Check(password, login, name string) string {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return "口令含有无法识别的字符，请换用键盘上的字母、数字和符号。"
	case n < p.Password.Min:
		return fmt.Sprintf("口令只有 %d 个字符，至少要 %d 个。", n, p.Password.Min)
	case n > p.Password.Max:
		return fmt.Sprintf("口令超过 %d 个字符，请缩短。", p.Password.Max)
	case classes(password) < p.Password.Classes:
		return fmt.Sprintf("口令要含大写字母、小写字母、数字、符号中的至少 %d 种。", p.Password.Classes)
	case len(login) >= 3 && strings.Contains(lower, strings.ToLower(login)), name != "" && strings.Contains(password, name):
		return "口令不能包含账号或姓名，请换一个。"
	case common(lower):
		return "这是常见口令，容易被猜中，请换一个，例如用几个不相干的词组成。"
	case monotone(lower):
		return "口令中相同或连续的字符过多，容易被猜中，请换一个。"
	}
	return ""
}

func classes(password string) int {
	var lower, upper, digit, sign int
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			sign = 1
		}
	}
	return lower + upper + digit + sign
}

var commonWords = sync.OnceValue(func() map[string]bool {
	text, _ := fs.ReadFile(profiles, "profiles/common.txt") // embedded
	words := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			words[line] = true
		}
	}
	return words
})

var lookalikes = strings.NewReplacer("@", "a", "4", "a", "0", "o", "$", "s", "5", "s", "3", "e", "1", "i", "!", "i")

// common tells whether a password is one that attackers try first, possibly
// dressed up with digits and signs around it.
func common(lower string) bool {
	words := commonWords()
	bare := func(s string) string {
		return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	}
	for _, s := range []string{lower, bare(lower), bare(lookalikes.Replace(lower)), strings.TrimFunc(lower, isSign), lettersOnly(lower)} {
		if unit := unitOf(s); words[s] || words[unit] || unit != s && len(unit) <= 4 {
			return true
		}
	}
	return false
}

// unitOf gives what a text repeats, or the text itself.
func unitOf(s string) string {
	for n := 1; n <= len(s)/2; n++ {
		if len(s)%n == 0 && strings.Repeat(s[:n], len(s)/n) == s {
			return s[:n]
		}
	}
	return s
}

func isSign(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func lettersOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// keyboard rows and alphabets along which a lazy password runs.
var runs = []string{"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!@#$%^&*()", "1qaz2wsx3edc4rfv5tgb6yhn"}

// monotone tells whether most steps from one character to the next are
// repetitions or go along a run in one direction.
func monotone(lower string) bool {
	r := []rune(lower)
	if len(r) < 2 {
		return true
	}
	lazy := 0
	for i := 1; i < len(r); i++ {
		if r[i] == r[i-1] || neighbours(r[i-1], r[i]) {
			lazy++
		}
	}
	return lazy*3 > (len(r)-1)*2
}

func neighbours(a, b rune) bool {
	for _, run := range runs {
		if strings.Contains(run, string([]rune{a, b})) || strings.Contains(run, string([]rune{b, a})) {
			return true
		}
	}
	return false
}

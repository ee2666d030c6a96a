// Package suggestion takes what users ask of the product or complain of, and
// sees that they get an answer 「意见建议」 (国办函〔2026〕12号).
//
// It owns the table suggestion. Each one becomes a duty of the office
// (kind suggestion.answer) with a clock from the rules, in the same
// transaction; the answer closes that duty and the author reads it. Who asks
// not to be named is named to nobody but the journal. It promises that
// nobody sees another's suggestion without suggestion.list in his region,
// and that nothing is deleted. It never takes reports of harm to a child:
// those belong to intake.
package suggestion

import (
	"regexp"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Kind is what somebody wants.
type Kind string

// The kinds.
const (
	Advice    Kind = "advice"    // 建议
	Complaint Kind = "complaint" // 投诉
)

// Kinds lists the kinds in the order of screens.
var Kinds = []Kind{Advice, Complaint}

var kindLabels = map[Kind]string{Advice: "建议", Complaint: "投诉"}

// Label gives the official Chinese term.
func (k Kind) Label() string { return kindLabels[k] }

// DutyKind is the kind of the duty to answer, and ClockID the rule that sets its time.
const (
	DutyKind = "suggestion.answer"
	ClockID  = "suggestion.answer"
)

// Suggestion is one 意见建议.
type Suggestion struct {
	ID           ref.Suggestion
	Kind         Kind
	Words        string
	At           clock.Instant
	Author       ref.User
	AuthorName   string // "" = asked not to be named
	AuthorUnit   string
	Region       string
	Town         string
	County       string
	Unit         ref.Unit
	Duty         ref.Duty
	Answer       string
	Answered     clock.Instant
	AnsweredBy   ref.User
	AnsweredName string
}

// Box takes suggestions and answers. Its fields are set once when the program is wired.
type Box struct {
	Kernel *duty.Kernel
	// Clock gives a time limit of the rules in force on a day.
	Clock func(id string, on civil.Date) (rule.Clock, bool)
}

// In is what somebody hands in.
type In struct {
	Kind  Kind
	Words string
	Named bool // the office may know who asks
}

// MaxWords is the most characters of a suggestion and of an answer.
const MaxWords = 1000

// maxDaily is how many one person can hand in within a day: each opens a duty.
const maxDaily = 5

// Validate says what is wrong with the input, by field.
func (in In) Validate() error {
	f := errs.Fields{}
	f.Check(in.Kind == Advice || in.Kind == Complaint, "kind", "请选择是建议还是投诉")
	checkWords(f, in.Words)
	return f.Err()
}

func checkWords(f errs.Fields, words string) {
	n := len([]rune(words))
	f.Check(n > 0, "words", "请写明内容")
	f.Check(n <= MaxWords, "words", "最多1000字，请缩短后再提交")
	f.Check(!holdsIdentity(words), "words", "内容里有居民身份证号码，请删去后再提交")
}

var long = regexp.MustCompile(`[0-9]{17}[0-9Xx]`)

// holdsIdentity tells whether a text holds a valid identity number.
func holdsIdentity(text string) bool {
	for _, s := range long.FindAllString(text, -1) {
		if _, err := idcard.Parse(s); err == nil {
			return true
		}
	}
	return false
}

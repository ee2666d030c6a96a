// Package compile turns the text of a county's work plan into tasks: who leads, who supports, by when,
// to which figure, with which document to be issued, and where in the text each of these stands.
//
// It owns no tables. It promises: the same bytes give the same plan on every machine; nothing is fetched;
// every fact carries its span in the decoded text and the name of the rule that found it; spans are counted
// in code points and lie inside the text; work grows linearly with the length of the text; whatever it is
// given it answers with a plan or with an *Error that tells a person what is wrong and what to do.
// It never guesses a date out of a vague word (those are reported as unclear), never resolves a unit
// against a county's register (it keeps the name as written) and never reads more than the bytes it got.
//
// The way: bytes → text (decode, docx) → lines → outline → clauses → tasks with owners, times, targets, documents.
package compile

import (
	"fmt"
	"strings"
	"unicode"

	"weibao/internal/plan/compile/figure"
	"weibao/internal/plan/compile/owner"
	"weibao/internal/plan/compile/paper"
	"weibao/internal/plan/compile/when"
	"weibao/internal/script"
)

// The words of this package that are made below it.
type (
	Span   = script.Span   // a half-open range of code points in Plan.Text
	Fact   = script.Fact   // where it stands, its words, and the rule that found it
	Time   = when.Time     // an expression that binds somebody, with its canonical form
	Target = figure.Target // a figure that can be checked, with its canonical form
	Error  = paper.Error   // what is wrong with a file, and what to do
	Unit   = owner.Unit    // one mention of an organisation as owner of a task
)

// Document is a titled paper that the task orders to be drafted, issued or sent.
type Document struct {
	Fact
	Title string `json:"title"` // with its book-title marks
}

// Task is the smallest clause that carries a duty of its own.
type Task struct {
	Span             // the whole clause
	ID        string // plan name and running number
	Path      []string
	Quote     string
	Title     string
	Lead      []Unit
	Support   []Unit
	Times     []Time
	Targets   []Target
	Documents []Document
	Unclear   []Fact // vague words of time: a person must say what they mean
	FoundBy   []string
}

// Heading is one step of the outline; Parent is its index in Plan.Outline or -1.
type Heading struct {
	Span          // marker and heading words
	Text   string // as written, without closing punctuation
	Level  int    // 0 for the top
	Parent int
	Duties bool // false for aims, principles, objects and the like
}

// Plan is a compiled plan.
type Plan struct {
	Name    string // file name without ending
	Title   string
	Issuer  string
	Issued  string // YYYY-MM-DD if the text states its date of issue, else empty
	Year    int    // the year the plan is for or of, 0 if the text does not say
	Text    string // the decoded text which all spans refer to
	Outline []Heading
	Tasks   []Task
}

// Compile reads raw, a .txt or .docx file called name, and returns its plan.
// The error, if any, is an *Error (package paper lists its kinds).
func Compile(name string, raw []byte) (*Plan, error) {
	text, err := paper.Text(name, raw)
	if err != nil {
		return nil, err
	}
	return CompileText(name, text)
}

// CompileText compiles a text that is decoded already.
func CompileText(name, text string) (*Plan, error) {
	src := &source{script.New(text)}
	if err := src.plausible(); err != nil {
		return nil, err
	}
	tree := buildTree(src)
	p := &Plan{Name: baseName(name), Text: text}
	readHeader(src, tree, p)
	p.Outline = tree.outline()
	p.Tasks = tree.tasks()
	if len(p.Tasks) == 0 || !tree.structured(p.Tasks) {
		return nil, paper.Fail(paper.NotPlan, "")
	}
	for i := range p.Tasks {
		p.Tasks[i].ID = fmt.Sprintf("%s-%02d", p.Name, i+1)
	}
	return p, nil
}

// baseName is the file name without folder and ending.
func baseName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name
}

// source is the text under compilation.
type source struct{ *script.Text }

// plausible refuses texts that cannot be a Chinese plan at all.
func (s *source) plausible() error {
	han, letters := 0, 0
	for _, r := range s.Norm {
		if unicode.Is(unicode.Han, r) {
			han++
		} else if unicode.IsLetter(r) {
			letters++
		}
	}
	if han < 20 || han < letters {
		return paper.Fail(paper.NotPlan, "")
	}
	return nil
}

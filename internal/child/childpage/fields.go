package childpage

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// maxLine is how long one line of a form may be, maxText a text of several.
const (
	maxLine = 60
	maxText = 500
)

func text(name, label, value string) ui.Field {
	return ui.Field{Kind: ui.Text, Name: name, Label: label, Value: value, Max: maxLine, Autocomplete: "off"}
}

func phone(name, label, value string) ui.Field {
	return ui.Field{Kind: ui.Phone, Name: name, Label: label, Value: value, Max: 20, Autocomplete: "off"}
}

func area(name, label, value string) ui.Field {
	return ui.Field{Kind: ui.TextArea, Name: name, Label: label, Value: value, Max: maxText, Rows: 3}
}

func date(name, label string, value, top civil.Date) ui.Field {
	return ui.Field{Kind: ui.Date, Name: name, Label: label, Value: value.String(), Top: top.String()}
}

// choose is a list of few words; what is chosen already is always offered.
func choose(name, label, value string, options []ui.Option) ui.Field {
	if value != "" && !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
		options = append(slices.Clone(options), ui.Option{Value: value, Label: value})
	}
	return ui.Field{Kind: ui.Select, Name: name, Label: label, Value: value, Blank: "请选择", Options: options}
}

func tick(name, label string, on bool) ui.Field {
	f := ui.Field{Kind: ui.Check, Name: name, Label: label}
	if on {
		f.Value = "1"
	}
	return f
}

func several(name, label string, values []string, words []string) ui.Field {
	list := slices.Clone(words)
	for _, v := range values {
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	options := wordOptions(list)
	for i := range options {
		options[i].Label = child.LabelOf(child.Harms, options[i].Value)
	}
	return ui.Field{Kind: ui.Checks, Name: name, Label: label, Values: values, Options: options}
}

func wordOptions(words []string) []ui.Option {
	options := make([]ui.Option, len(words))
	for i, w := range words {
		options[i] = ui.Option{Value: w, Label: w}
	}
	return options
}

// situationWords are the situations a form offers; those of mandatory
// reporting are established by their cases.
func situationWords() []string {
	return slices.DeleteFunc(slices.Clone(child.SituationWords), func(w string) bool { return child.LabelOf(child.Harms, w) != w })
}

// harmWords says situations as people do.
func harmWords(situations []string) string {
	words := make([]string, len(situations))
	for i, s := range situations {
		words[i] = child.LabelOf(child.Harms, s)
	}
	return strings.Join(words, "、")
}

func barOptions(list []child.Bar) []ui.Option {
	options := make([]ui.Option, len(list))
	for i, b := range list {
		options[i] = ui.Option{Value: b.Key, Label: b.Label}
	}
	return options
}

// ethnicOptions offers the peoples by code, found by name too.
func ethnicOptions() []ui.Option {
	options := make([]ui.Option, len(child.Ethnics))
	for i, word := range child.Ethnics {
		options[i] = ui.Option{Value: ethnicCode(i + 1), Label: word}
	}
	return options
}

func ethnicCode(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

var sexOptions = []ui.Option{{Value: "1", Label: "男"}, {Value: "2", Label: "女"}}

// householdOptions are 农村, 城镇, and none.
func householdOptions() []ui.Option {
	options := wordOptions(child.ResidenceKinds)
	for i := range options {
		options[i].Label = householdWord(options[i].Value)
	}
	return options
}

// typed is what somebody filled in, with what cannot be read of it.
type typed struct {
	url.Values
	wrong errs.Fields
}

func read(r *http.Request) (typed, error) {
	if err := r.ParseForm(); err != nil {
		return typed{}, errs.New(errs.Invalid, "提交的内容无法读取，请重新填写。")
	}
	return typed{r.PostForm, errs.Fields{}}, nil
}

// line gives one line without blanks around it.
func (t typed) line(name string) string {
	s := strings.Join(strings.Fields(t.Get(name)), " ")
	t.wrong.Check(len([]rune(s)) <= maxText, name, "内容过长，请删减。")
	return s
}

func (t typed) text(name string) string {
	s := strings.TrimSpace(t.Get(name))
	t.wrong.Check(len([]rune(s)) <= maxText, name, "内容过长，请删减到"+strconv.Itoa(maxText)+"字以内。")
	return s
}

func (t typed) date(name string) civil.Date {
	d, err := civil.Parse(strings.TrimSpace(t.Get(name)))
	t.wrong.Check(err == nil, name, "请按“2015-06-01”的样子填写日期。")
	if err != nil {
		return civil.Date{}
	}
	return d
}

func (t typed) tick(name string) bool { return t.Get(name) == "1" }

// one takes a word of a list, or what stood there before.
func (t typed) one(name string, options []ui.Option, before ...string) string {
	v := t.line(name)
	ok := v == "" || slices.Contains(before, v) || slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == v })
	t.wrong.Check(ok, name, "请从列表中选择。")
	return v
}

func (t typed) several(name string) []string {
	var out []string
	for _, v := range t.Values[name] {
		if v = strings.TrimSpace(v); v != "" && !slices.Contains(out, v) && len([]rune(v)) <= maxLine {
			out = append(out, v)
		}
	}
	return out
}

func (t typed) number(name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(t.Get(name)))
	if err != nil {
		return 0
	}
	return n
}

func (t typed) version() int64 {
	n, err := strconv.ParseInt(t.Get("version"), 10, 64)
	if err != nil || n < 1 {
		return -1 // no version of a file: the change is refused as outdated
	}
	return n
}

// merged joins what could not be read with what the operation refused.
func (t typed) merged(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || len(e.Fields) == 0 {
		if len(t.wrong) > 0 && err == nil {
			return t.wrong.Err()
		}
		return err
	}
	all := maps.Clone(e.Fields)
	maps.Copy(all, t.wrong)
	return errs.Fields(all).Err()
}

// shown gives a form again with what was typed; a message for what is no field
// of the form stands above it.
func shown(f ui.Form, t typed, err error) ui.Form {
	f = f.Fill(t.Values, err)
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return f
	}
	names := map[string]bool{}
	for _, field := range f.Fields {
		names[field.Name] = true
	}
	for _, part := range f.Parts {
		for _, field := range part.Fields {
			names[field.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		if !names[name] {
			f.Problem = e.Fields[name]
		}
	}
	return f
}

// versionOf hides in a form which state of the file it shows.
func versionOf(c child.Child) ui.Hidden {
	return ui.Hidden{Name: "version", Value: strconv.FormatInt(c.Version, 10)}
}

func reasonField() ui.Field {
	f := text("reason", "修改依据", "")
	f.Required, f.Hint = true, "例如：户口簿核对、入户走访、学校提供。"
	return f
}

// may tells what the actor can change on a file.
func may(by access.Actor, p access.Permission, c child.Child) bool {
	return by.Can(p) && c.State == child.Open
}

func act(id ref.Child, tail string) string { return Path(id) + tail }

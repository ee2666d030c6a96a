package special_test

import (
	"strings"
	"testing"

	"weibao/internal/rule/special"
)

var list = special.List{ID: special.Unsupported, Proofs: []special.Proof{
	{ID: "form"}, {ID: "verdict", Instead: "parent"}, {ID: "card", Instead: "parent"}, {ID: "lost", Categories: []string{"C01"}}}}

func TestOneOfSeveralPapersIsEnough(t *testing.T) {
	for have, want := range map[string]string{"": "form verdict", "form": "verdict", "card": "form", "form card": "", "form verdict": ""} {
		var got []string
		for _, p := range list.Missing([]string{"C02"}, func(id string) bool { return strings.Contains(" "+have+" ", " "+id+" ") }) {
			got = append(got, p.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("with %q: %v is missing, want %q", have, got, want)
		}
	}
	if got := list.Missing([]string{"C01"}, func(string) bool { return true }); len(got) != 0 {
		t.Error(got)
	}
}

func TestAListThatCannotBeWorkedOffIsRefused(t *testing.T) {
	span := special.Span{N: 3, Unit: "days"}
	for what, steps := range map[string][]special.Step{
		"写了两次":  {{ID: "a", Within: span}, {ID: "a", Within: span}},
		"只写其中":  {{ID: "a"}},
		"排在它前面": {{ID: "a", Within: span, After: "b"}, {ID: "b", Within: span}},
		"合并办理":  {{ID: "a", Within: span}, {ID: "b", Kind: "contact", Every: "month", After: "a"}},
		"列出证明":  {{ID: "a", Within: span, Proves: true}},
	} {
		if got := (special.List{ID: special.Prison, Steps: steps}).Check(); !strings.Contains(got, what) {
			t.Errorf("%q: %q", what, got)
		}
	}
	if got := (special.List{ID: "x"}).Check(); got == "" {
		t.Error("a list of no kind was taken")
	}
	if got := list.Check(); got != "" {
		t.Error(got)
	}
}

package rulefile_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weibao/internal/rule/rulefile"
)

const sound = "kind: terms\ndefaults: {status: local, valid_from: 2020-01-01, source: {document: 某文件}}\nitems:\n  - {id: seal, label: 印章, text: 某印, source: {article: 第一条}}\n"

func TestDefaultsReachEveryItem(t *testing.T) {
	doc, found := rulefile.Parse("a.yaml", []byte(sound))
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	if err := rulefile.CheckSchema(doc).Err(); err != nil {
		t.Fatal(err)
	}
	item := rulefile.Child(doc.Root, "items").Content[0]
	source := rulefile.Child(item, "source")
	if rulefile.Child(item, "status").Value != "local" || rulefile.Child(source, "document").Value != "某文件" || rulefile.Child(source, "article").Value != "第一条" {
		t.Errorf("the item lacks what its file says for all")
	}
	if line := doc.LineAt([]string{"items", "0", "label"}); line != 4 {
		t.Errorf("line %d", line)
	}
}

// Whatever the bytes, the answer is a document or findings that name the file, and never a panic.
func TestAnyBytesEndInFindings(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	text := []rune(sound)
	pieces := []rune("{}[]:,-\"'&*#|>%@\t\n\u0000 年0~!?")
	for range 5000 {
		broken := append([]rune{}, text...)
		for range 1 + r.IntN(6) {
			at := r.IntN(len(broken))
			switch r.IntN(3) {
			case 0:
				broken[at] = pieces[r.IntN(len(pieces))]
			case 1:
				broken = append(broken[:at], broken[min(len(broken), at+r.IntN(9)):]...)
			default:
				broken = append(broken[:at], append([]rune{pieces[r.IntN(len(pieces))]}, broken[at:]...)...)
			}
			if len(broken) == 0 {
				broken = []rune("x")
			}
		}
		doc, found := rulefile.Parse("a.yaml", []byte(string(broken)))
		if len(found) == 0 {
			found = rulefile.CheckSchema(doc)
		}
		for _, f := range found {
			if !strings.HasPrefix(f.String(), "a.yaml:") || f.Message == "" {
				t.Fatalf("%q: %v", string(broken), f)
			}
		}
	}
}

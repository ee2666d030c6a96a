package searchpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type findView struct {
	Words  string
	Count  string // what was found, in words; read aloud
	Groups []groupView
	Empty  *ui.Empty
}

type groupView struct {
	Label, Icon string
	Hits        []hitView
	More        string // address of the whole list
	Cut         bool   // there is more than is shown
}

type hitView struct {
	Hit
	Parts []part
}

// part is a piece of a title; what was searched for is marked.
type part struct {
	Text string
	Mark bool
}

const (
	maxRunes  = 60
	groupHits = 8
)

// Find shows what the words find, in groups.
func (p *Pages) Find(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v := findView{Words: clean(r.URL.Query().Get("q"))}
	page := ui.Page{Title: "搜索"}
	if v.Words == "" {
		v.Empty = p.begin(by)
		return p.UI.Page(w, r, by, "find.html", page, v)
	}
	found, err := p.find(r.Context(), p.DB.Reader(), by, &v)
	if err != nil {
		return err
	}
	if err := p.journal(r.Context(), by, v.Words, found); err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "find.html", page, v)
}

// clean brings what was typed to the width and length that the slices expect.
func clean(q string) string {
	words := strings.Join(strings.Fields(width.Fold.String(q)), " ")
	if !utf8.ValidString(words) {
		return ""
	}
	if runes := []rune(words); len(runes) > maxRunes {
		words = string(runes[:maxRunes])
	}
	return words
}

// find asks every group that is open to the actor and counts what each shows.
func (p *Pages) find(ctx context.Context, tx *db.Tx, by access.Actor, v *findView) (map[string]int, error) {
	found, total, cut := map[string]int{}, 0, false
	for _, g := range p.Groups {
		if !by.Can(g.Permission) {
			continue
		}
		hits, err := g.Find(ctx, tx, by, v.Words, groupHits+1)
		if err != nil {
			return nil, err
		}
		found[g.Key] = len(hits)
		if len(hits) == 0 {
			continue
		}
		gv := groupView{Label: g.Label, Icon: g.Icon, Cut: len(hits) > groupHits}
		for _, h := range hits[:min(len(hits), groupHits)] {
			gv.Hits = append(gv.Hits, hitView{h, mark(h.Title, v.Words)})
		}
		if gv.Cut && g.More != nil {
			gv.More = g.More(v.Words)
		}
		total, cut = total+len(gv.Hits), cut || gv.Cut
		v.Groups = append(v.Groups, gv)
	}
	v.Count = countWords(total, cut)
	if total == 0 {
		v.Empty = &ui.Empty{Title: "没有找到符合的内容", Text: "只在您的职责范围内查找。请换一个更短的词，或输入单位、地名的拼音首字母。"}
	}
	return found, nil
}

func countWords(n int, cut bool) string {
	switch {
	case n == 0:
		return ""
	case cut:
		return "显示前" + strconv.Itoa(n) + "项，请加一个词缩小范围"
	}
	return "找到" + strconv.Itoa(n) + "项"
}

func (p *Pages) begin(by access.Actor) *ui.Empty {
	var labels []string
	for _, g := range p.Groups {
		if by.Can(g.Permission) {
			labels = append(labels, g.Label)
		}
	}
	return &ui.Empty{Title: "输入一个词开始搜索", Text: "可以查找" + strings.Join(labels, "、") + "。几个词之间用空格隔开；单位和地名也可以只输入拼音首字母。"}
}

// journal notes that somebody searched, without his words.
func (p *Pages) journal(ctx context.Context, by access.Actor, words string, found map[string]int) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, by, "search.find", "search", ref.Audit(0), trace{utf8.RuneCountInString(words), found})
	})
}

type trace struct {
	Length int            `json:"length"`
	Found  map[string]int `json:"found"`
}

// mark cuts a title at the words that were searched for.
func mark(title, words string) []part {
	var parts []part
	for rest := title; rest != ""; {
		at, n := first(rest, strings.Fields(words))
		if n == 0 {
			return append(parts, part{Text: rest})
		}
		if at > 0 {
			parts = append(parts, part{Text: rest[:at]})
		}
		parts = append(parts, part{Text: rest[at : at+n], Mark: true})
		rest = rest[at+n:]
	}
	return parts
}

// first finds the earliest of some words, the longest where several begin there.
func first(text string, words []string) (at, length int) {
	at = len(text)
	for _, w := range words {
		i := strings.Index(text, w)
		if i >= 0 && (i < at || i == at && len(w) > length) {
			at, length = i, len(w)
		}
	}
	return at, length
}

// Package pinyin makes the search keys of names of people, units and places, so that "zxm" finds 张小明 and
// "ylxmzj" finds 云岭县民政局.
//
// It owns no table; slices store its Key beside a name in an indexed search column. It promises that surnames and
// place names are read as they are spoken (单 shan, 曾 zeng, 重庆 chong qing), that characters with several living
// readings are found under each, and that the same text always gives the same key. It never decides who is meant:
// a key finds candidates, a person chooses.
package pinyin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	gopinyin "github.com/mozillazg/go-pinyin"
	"golang.org/x/text/width"
)

// maxReadings bounds the combinations of a text with many characters of several readings.
const maxReadings = 16

// Fold brings a name or a query to one form: half-width, lower case, without blanks and punctuation. Search
// columns and queries are folded alike. The characters % and _ of LIKE do not survive it.
func Fold(s string) string {
	s = strings.ToLower(width.Narrow.String(s))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// Initials gives the initials of a name in all its living readings, the most likely first: 单晓 → sx, dx, cx.
func Initials(s string) []string { return combine(readings([]rune(Fold(s))), initial) }

// Full gives the whole pinyin without tones in all its living readings, the most likely first. ü is written v as
// people type it.
func Full(s string) []string { return combine(readings([]rune(Fold(s))), whole) }

func initial(reading string) string {
	_, size := utf8.DecodeRuneInString(reading)
	return reading[:size]
}

func whole(reading string) string { return reading }

// Key makes the text of a search column: the folded name, its initials and its full pinyin, each preceded by a
// blank. So LIKE '% q%' is a search from the start of a word and LIKE '%q%' one anywhere in it, where q is a
// folded query.
func Key(s string) string {
	name := Fold(s)
	if name == "" {
		return ""
	}
	all := readings([]rune(name))
	words := []string{name}
	for _, word := range slices.Concat(combine(all, initial), combine(all, whole)) {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return " " + strings.Join(words, " ")
}

// combine joins one part of each character's reading, over all readings, at most maxReadings different ones.
func combine(readings [][]string, part func(reading string) string) []string {
	if len(readings) == 0 {
		return nil
	}
	all := []string{""}
	for _, options := range readings {
		parts := make([]string, 0, len(options))
		for _, o := range options {
			if p := part(o); !slices.Contains(parts, p) {
				parts = append(parts, p)
			}
		}
		all = product(all, parts)
	}
	return all
}

// product appends every part to every text; when that would be too many, only the most likely part.
func product(texts, parts []string) []string {
	if len(texts)*len(parts) > maxReadings {
		parts = parts[:1]
	}
	out := make([]string, 0, len(texts)*len(parts))
	for _, p := range parts {
		for _, t := range texts {
			out = append(out, t+p)
		}
	}
	return out
}

// readings gives the readings of each character, the most likely first. Characters without one stand for themselves.
func readings(text []rune) [][]string {
	var out [][]string
	for i := 0; i < len(text); {
		if fixed := phraseAt(text, i); fixed != nil {
			for _, reading := range fixed {
				out = append(out, []string{reading})
			}
			i += len(fixed)
			continue
		}
		out = append(out, ofRune(text[i], i == 0))
		i++
	}
	return out
}

func ofRune(r rune, first bool) []string {
	if options, ok := surnames[r]; ok && first {
		return options
	}
	if options, ok := polyphones[r]; ok {
		return options
	}
	toned, _, _ := strings.Cut(gopinyin.PinyinDict[int(r)], ",")
	if toned == "" {
		return []string{string(r)}
	}
	return []string{strings.Map(toneless, toned)}
}

// toneless takes the tone mark off a vowel; the library's own way runs regular expressions over each character.
func toneless(r rune) rune {
	if r < 0x80 {
		return r
	}
	for base, marked := range marks {
		if strings.ContainsRune(marked, r) {
			return base
		}
	}
	return -1
}

var marks = map[rune]string{'a': "āáǎà", 'e': "ēéěèêếềễ", 'i': "īíǐì", 'o': "ōóǒò", 'u': "ūúǔù", 'v': "ǖǘǚǜü", 'n': "ńňǹ", 'm': "ḿ"}

// phraseAt gives the readings of the longest known phrase that starts at i. Compound surnames count only at the start.
func phraseAt(text []rune, i int) []string {
	for n := min(3, len(text)-i); n >= 2; n-- {
		phrase := string(text[i : i+n])
		if fixed, ok := phrases[phrase]; ok {
			return strings.Fields(fixed)
		}
		if fixed, ok := compoundSurnames[phrase]; ok && i == 0 {
			return strings.Fields(fixed)
		}
	}
	return nil
}

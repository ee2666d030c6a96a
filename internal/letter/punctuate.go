package letter

import "strings"

var fullWidth = map[rune]rune{',': '，', ';': '；', ':': '：', '?': '？', '!': '！', '(': '（', ')': '）'}

// Punctuate sets the punctuation of Chinese text in full width, as official documents have it (GB/T 15834): a mark
// that follows or precedes a Chinese character is widened, one between digits or Latin letters stays (14:05), and the
// halves of a pair of brackets are alike.
func Punctuate(s string) string {
	if !strings.ContainsAny(s, ",;:?!()") {
		return s
	}
	runes := []rune(s)
	var b strings.Builder
	var open []bool // of each bracket that waits for its other half: whether it was widened
	var before rune
	for i, r := range runes {
		wide, ok := fullWidth[r]
		ok = ok && (chinese(before) || i+1 < len(runes) && chinese(runes[i+1]))
		switch n := len(open); {
		case r == '(':
			open = append(open, ok)
		case r == ')' && n > 0:
			ok, open = open[n-1], open[:n-1]
		}
		if ok {
			r = wide
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func chinese(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || strings.ContainsRune("》”’）〕。、", r)
}

package letter

import "strings"

var fullWidth = map[rune]rune{',': '，', ';': '；', ':': '：', '?': '？', '!': '！', '(': '（', ')': '）'}

// Punctuate sets the punctuation of Chinese text in full width, as official documents have it (GB/T 15834): a mark
// that follows or precedes a Chinese character is widened, one between digits or Latin letters stays (14:05).
func Punctuate(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		wide, ok := fullWidth[r]
		if ok && (i > 0 && chinese(runes[i-1]) || i+1 < len(runes) && chinese(runes[i+1])) {
			r = wide
		}
		b.WriteRune(r)
	}
	return b.String()
}

func chinese(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || strings.ContainsRune("》”’）〕。、", r)
}

package uitest

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// allowed are the Latin words which officials themselves write.
var allowed = map[string]bool{
	"Excel": true, "Word": true, "PDF": true, "WPS": true, "TXT": true, "GB": true, "KB": true, "MB": true,
	"villages": true, "streets": true, "json": true, "gz": true, // the national file of divisions is called so
	"docx": true, "xlsx": true, "txt": true, "pdf": true, "jpg": true, "png": true, "csv": true,
	"A4": true, "IP": true, "SM2": true, "SM3": true, "SM4": true, "GBT": true, "SQLite": true, "PostgreSQL": true,
	"DNA":  true,
	"Ctrl": true, "Alt": true, "Shift": true, "Enter": true, "Esc": true, "Tab": true,
}

var latin = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]+`)

// words looks for English in what a person reads. What is data of a machine
// (a fingerprint, a key, a log line) stands in an element with translate="no".
func (c *checker) words(n *html.Node) {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "script" || p.Data == "style" || attr(p, "translate") == "no" {
			return
		}
	}
	c.latin(n.Data)
}

// halfWidth finds the marks of Latin text beside Han characters; official
// writing uses the full-width ones (GB/T 15834).
var halfWidth = regexp.MustCompile(`\p{Han}[,;:?!(]|[,;?!)]\p{Han}`)

func (c *checker) latin(text string) {
	if mark := halfWidth.FindString(text); mark != "" {
		c.say("half-width mark %q in %q", mark, strings.TrimSpace(text))
	}
	for _, word := range latin.FindAllString(text, -1) {
		if !allowed[word] {
			c.say("English on the screen: %q in %q", word, strings.TrimSpace(text))
		}
	}
}

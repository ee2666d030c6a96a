package child

import (
	"encoding/binary"
	"slices"
	"strings"

	"weibao/internal/pinyin"
	"weibao/internal/vault"
)

// maxGram bounds what one entry of a name holds, in bytes.
const maxGram = 60

// grams gives what a name is found by from the beginning: the name, its
// parts from the second character on down to two characters, its initials and
// its whole pinyin in all living readings.
func grams(name string) []string {
	folded := pinyin.Fold(name)
	if folded == "" {
		return nil
	}
	out := []string{folded}
	add := func(s string) {
		s = Clipped(s)
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for runes := []rune(folded)[1:]; len(runes) >= 2; runes = runes[1:] {
		add(string(runes))
	}
	for _, s := range pinyin.Initials(name) {
		add(s)
	}
	for _, s := range pinyin.Full(name) {
		add(s)
	}
	return out
}

// Clipped cuts what a name is found by to the length that is kept.
func Clipped(s string) string {
	if len(s) > maxGram {
		return strings.ToValidUTF8(s[:maxGram], "")
	}
	return s
}

// The kinds of values that are found by a blind index.
const (
	numberKey = "child.number"
	phoneKey  = "child.phone"
	tailKey   = "child.tail" // the last four of a number or phone
	tail      = 4
)

// A digest holds the blind index of the last four in its upper bits and that
// of the whole value in the lower ones: one entry serves both questions, one by
// a range and one exactly. Of 11,000 possible tails one in 12,000 shares its
// upper bits with another; of wholes within one tail practically none.
const (
	tailBits  = 27
	wholeBits = 36
)

// keys gives the blind indexes of a file.
func (c *Cabinet) keys(d Dossier) []int64 {
	k := keyring{vault: c.Vault}
	k.number(d.Number)
	for _, p := range d.Papers {
		k.number(p.Number)
	}
	k.phone(d.Phone)
	for _, p := range d.People {
		k.phone(p.Phone)
	}
	return k.out
}

type keyring struct {
	vault *vault.Vault
	out   []int64
}

func (k *keyring) add(kind, value string) {
	if d := digest(k.vault, kind, value); !slices.Contains(k.out, d) {
		k.out = append(k.out, d)
	}
}

func (k *keyring) number(s string) {
	if s = vault.Normal(s); s == "" {
		return
	}
	k.add(numberKey, s)
}

func (k *keyring) phone(s string) {
	if s = vault.NormalPhone(s); s == "" {
		return
	}
	k.add(phoneKey, s)
}

// digest is what a number or phone is found by.
func digest(v *vault.Vault, kind, value string) int64 {
	low, _ := tailRange(v, value[max(0, len(value)-tail):])
	return low | int64(bits(v, kind, value)>>(64-wholeBits))
}

// tailRange gives the least digest that ends in four characters, and the first
// one beyond all of these.
func tailRange(v *vault.Vault, last string) (from, to int64) {
	from = int64(bits(v, tailKey, last)>>(64-tailBits)) << wholeBits
	return from, from + 1<<wholeBits
}

func bits(v *vault.Vault, kind, value string) uint64 {
	return binary.BigEndian.Uint64(v.Blind(kind, value))
}

// Blocks gives the blind indexes by which a file finds candidates: whole
// numbers and phones, without their last four.
func (c *Cabinet) Blocks(d Dossier) []int64 {
	var out []int64
	add := func(kind, value string) {
		if value != "" {
			out = append(out, digest(c.Vault, kind, value))
		}
	}
	add(numberKey, vault.Normal(d.Number))
	for _, p := range d.Papers {
		add(numberKey, vault.Normal(p.Number))
	}
	add(phoneKey, vault.NormalPhone(d.Phone))
	for _, p := range d.People {
		add(phoneKey, vault.NormalPhone(p.Phone))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

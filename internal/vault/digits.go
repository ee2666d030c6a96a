package vault

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
)

// Digits turns each number of a fixed count of decimal digits into another of
// as many, and back: without the key the one tells nothing of the other. It is
// FF1 of NIST SP 800-38G with an empty tweak over the block cipher of the
// suite, for which no library is to be had.
type Digits struct {
	block       cipher.Block
	start       [cipherBlock]byte // the first block of every round, enciphered
	left, right uint64            // 10 to the count of digits of either half
	numeral     int               // bytes of a half as a number
}

const (
	cipherBlock = 16
	rounds      = 10
	maxDigits   = 18 // to which a half fits four bytes, and a number 64 bits
)

var errDigits = errors.New("vault: digits: from 2 to 18 over a block of 16 bytes")

// Digits gives the cipher of numbers of n decimal digits, 2 to 18, for a purpose.
func (v *Vault) Digits(purpose string, n int) (*Digits, error) {
	k := last(v.keys.Load().Blind)
	name := madeKey{k.ID, "digits/" + purpose}
	if known, ok := v.made.Load(name); ok {
		return known.(*Digits), nil
	}
	block, err := k.suite().Block(derive(k.suite(), k.Secret, name.purpose))
	if err != nil {
		return nil, err
	}
	d, err := NewDigits(block, n)
	if err == nil {
		v.made.Store(name, d)
	}
	return d, err
}

// NewDigits is Digits over a given block cipher of 16 bytes.
func NewDigits(block cipher.Block, n int) (*Digits, error) {
	if n < 2 || n > maxDigits || block.BlockSize() != cipherBlock {
		return nil, errDigits
	}
	d := &Digits{block: block, left: 1, right: 1}
	for range n / 2 {
		d.left *= 10
	}
	for range n - n/2 {
		d.right *= 10
	}
	for top := d.right - 1; top > 0; top >>= 8 {
		d.numeral++
	}
	first := [cipherBlock]byte{1, 2, 1, 0, 0, 10, rounds, byte(n / 2), 0, 0, 0, byte(n)}
	block.Encrypt(d.start[:], first[:])
	return d, nil
}

// Seal turns a number into another; both are below 10 to the count of digits.
func (d *Digits) Seal(n uint64) uint64 {
	a, b := n/d.right%d.left, n%d.right
	for i := range rounds {
		a, b = b, (a+d.round(i, b))%d.modulus(i)
	}
	return a*d.right + b
}

// Open turns back what Seal made.
func (d *Digits) Open(n uint64) uint64 {
	a, b := n/d.right%d.left, n%d.right
	for i := rounds - 1; i >= 0; i-- {
		m := d.modulus(i)
		a, b = (b+m-d.round(i, a)%m)%m, a
	}
	return a*d.right + b
}

// modulus is that of the half which a round makes.
func (d *Digits) modulus(i int) uint64 {
	if i%2 == 0 {
		return d.left
	}
	return d.right
}

func (d *Digits) round(i int, half uint64) uint64 {
	var b [cipherBlock]byte
	binary.BigEndian.PutUint64(b[8:], half)
	b[cipherBlock-1-d.numeral] = byte(i)
	for j := range b {
		b[j] ^= d.start[j]
	}
	d.block.Encrypt(b[:], b[:])
	return binary.BigEndian.Uint64(b[:])
}

package sheet

import (
	"bytes"
	"crypto/cipher"
	"encoding/binary"
	"os"
)

// texts keeps the table of texts of a workbook end to end in blocks: millions of strings of their own would cost
// their headers and the garbage collector's time. Where the table is long and the reader knows a place for it, its
// blocks lie aside on the disk, sealed, and some of them in memory.
type texts struct {
	blocks []string // "" for one that lies aside
	block  []byte
	starts []uint32 // block and place of each text
	size   int
	aside  *aside
}

const (
	blockBits = 14
	blockSize = 1 << blockBits
	maxText   = 96 << 20 // bytes of texts that a workbook may hold
	maxTexts  = 4 << 20  // texts
	inMemory  = 512      // blocks beside those that lie aside
)

// aside is where blocks lie that are not in memory.
type aside struct {
	file   *os.File
	seal   cipher.AEAD
	ends   []int64 // of each block in the file
	loaded []int   // those in memory, the next to go first
}

func (t *texts) len() int { return len(t.starts) }

// add keeps a text of at most maxToken bytes.
func (t *texts) add(s []byte, l Limits) error {
	if bytes.Contains(s, []byte("_x")) {
		s = []byte(unescape(string(s)))
	}
	if len(t.block)+len(s) >= blockSize {
		if err := t.seal(l); err != nil {
			return err
		}
	}
	if t.size += len(s); t.size > maxText || len(t.starts) >= maxTexts {
		return ErrTooLarge
	}
	t.starts = append(t.starts, uint32(len(t.blocks)<<blockBits|len(t.block)))
	t.block = append(t.block, s...)
	return nil
}

// seal completes a block.
func (t *texts) seal(l Limits) error {
	t.blocks = append(t.blocks, string(t.block))
	t.block = t.block[:0]
	if l.Aside == nil || len(t.blocks) <= inMemory {
		return nil
	}
	if t.aside == nil {
		file, seal, err := l.Aside()
		if err != nil {
			return err
		}
		t.aside = &aside{file: file, seal: seal}
	}
	for n := len(t.aside.ends); n < len(t.blocks); n++ {
		if err := t.aside.put(n, t.blocks[n]); err != nil {
			return err
		}
		t.keep(n)
	}
	return nil
}

// keep leaves a block in memory, and lets the one go that has been there longest.
func (t *texts) keep(n int) {
	a := t.aside
	if len(a.loaded) == inMemory {
		t.blocks[a.loaded[0]] = ""
		copy(a.loaded, a.loaded[1:])
		a.loaded = a.loaded[:inMemory-1]
	}
	a.loaded = append(a.loaded, n)
}

func (t *texts) text(i int) (string, error) {
	start := t.starts[i]
	n := int(start >> blockBits)
	end := -1
	if i+1 < len(t.starts) && t.starts[i+1]>>blockBits == start>>blockBits {
		end = int(t.starts[i+1] & (blockSize - 1))
	}
	block := t.blocks[n]
	if block == "" && t.aside != nil {
		var err error
		if block, err = t.aside.get(n); err != nil {
			return "", err
		}
		t.blocks[n] = block
		t.keep(n)
	}
	if end < 0 {
		end = len(block)
	}
	return block[start&(blockSize-1) : end], nil
}

func (a *aside) put(n int, block string) error {
	sealed := a.seal.Seal(nil, a.nonce(n), []byte(block), nil)
	at := int64(0)
	if n > 0 {
		at = a.ends[n-1]
	}
	if _, err := a.file.WriteAt(sealed, at); err != nil {
		return err
	}
	a.ends = append(a.ends, at+int64(len(sealed)))
	return nil
}

func (a *aside) get(n int) (string, error) {
	at := int64(0)
	if n > 0 {
		at = a.ends[n-1]
	}
	sealed := make([]byte, a.ends[n]-at)
	if _, err := a.file.ReadAt(sealed, at); err != nil {
		return "", err
	}
	plain, err := a.seal.Open(sealed[:0], a.nonce(n), sealed, nil)
	return string(plain), err
}

// nonce is the number of the block: the key serves one workbook.
func (a *aside) nonce(n int) []byte {
	out := make([]byte, a.seal.NonceSize())
	binary.BigEndian.PutUint64(out[len(out)-8:], uint64(n))
	return out
}

// Close gives back what the workbook laid aside.
func (b *Workbook) Close() error {
	if b.shared.aside == nil {
		return nil
	}
	return b.shared.aside.file.Close()
}

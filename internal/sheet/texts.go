package sheet

import "bytes"

// texts is the table of texts which the cells of a workbook point at: millions of short ones, kept end to end in
// blocks, so that they cost four bytes each beside their signs and cells share their memory.
type texts struct {
	blocks []string
	block  []byte
	starts []uint32 // block and place of each text
}

const (
	blockBits = 20
	blockSize = 1 << blockBits
	maxText   = 96 << 20 // bytes of texts that a workbook may keep in memory
	maxTexts  = 4 << 20  // texts
)

func (t *texts) len() int { return len(t.starts) }

// add keeps a text of at most maxToken bytes.
func (t *texts) add(s []byte) error {
	if bytes.Contains(s, []byte("_x")) {
		s = []byte(unescape(string(s)))
	}
	if len(t.block)+len(s) >= blockSize {
		t.seal()
	}
	if (len(t.blocks)+1)*blockSize > maxText || len(t.starts) >= maxTexts {
		return ErrTooLarge
	}
	t.starts = append(t.starts, uint32(len(t.blocks)<<blockBits|len(t.block)))
	t.block = append(t.block, s...)
	return nil
}

func (t *texts) seal() {
	t.blocks = append(t.blocks, string(t.block))
	t.block = t.block[:0]
}

func (t *texts) text(i int) string {
	start := t.starts[i]
	block := t.blocks[start>>blockBits]
	end := len(block)
	if i+1 < len(t.starts) && t.starts[i+1]>>blockBits == start>>blockBits {
		end = int(t.starts[i+1] & (blockSize - 1))
	}
	return block[start&(blockSize-1) : end]
}

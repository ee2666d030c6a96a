package imports

import (
	"encoding/binary"

	"weibao/internal/child/imports/roster"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// blockLines is how many rows are sealed, and carried out, together: some sixty milliseconds of writing.
const blockLines = 400

var errBlock = errs.New(errs.Internal, "已读取的内容无法还原，请放弃这一批后重新上传。")

func blockField(number int64) vault.Field {
	return vault.Field{Table: "child_import_block", Column: "sealed", Row: number}
}

// pack writes lines end to end: number, then each cell behind its length.
func pack(lines []roster.Line) []byte {
	var b []byte
	for _, l := range lines {
		b = binary.AppendUvarint(b, uint64(l.Number))
		b = binary.AppendUvarint(b, uint64(len(l.Cells)))
		for _, c := range l.Cells {
			b = binary.AppendUvarint(b, uint64(len(c)))
			b = append(b, c...)
		}
	}
	return b
}

func unpack(s string) ([]roster.Line, error) {
	var out []roster.Line
	next := func() (int, bool) {
		var n uint64
		for shift := 0; len(s) > 0 && shift < 64; shift += 7 {
			c := s[0]
			s = s[1:]
			n |= uint64(c&0x7f) << shift
			if c < 0x80 {
				return int(n), n < 1<<31
			}
		}
		return 0, false
	}
	for len(s) > 0 {
		number, ok1 := next()
		cells, ok2 := next()
		if !ok1 || !ok2 || cells > limits.Columns {
			return nil, errBlock
		}
		l := roster.Line{Number: number, Cells: make([]string, cells)}
		for i := range l.Cells {
			n, ok := next()
			if !ok || n > len(s) {
				return nil, errBlock
			}
			l.Cells[i], s = s[:n], s[n:]
		}
		out = append(out, l)
	}
	return out, nil
}

// packIDs writes the ids of the files made of a block's lines, 0 where none was made.
func packIDs(ids []ref.Child) []byte {
	b := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return b
}

func unpackIDs(b []byte) []ref.Child {
	var out []ref.Child
	for ; len(b) >= 8; b = b[8:] {
		out = append(out, ref.Child(binary.BigEndian.Uint64(b)))
	}
	return out
}

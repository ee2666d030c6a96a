package db

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
)

// copied gives a batch in the binary format of PostgreSQL's COPY, which takes
// many rows in for a fifth less work than an INSERT. It knows integers, texts and
// bytes, which are all that the tables have.
func (b batch) copied() (query string, data []byte, ok bool) {
	width := len(b.shape.columns)
	data = append(make([]byte, 0, 32*len(b.args)), "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	for i, arg := range b.args {
		if i%width == 0 {
			data = binary.BigEndian.AppendUint16(data, uint16(width))
		}
		switch v := arg.(type) {
		case int64:
			data = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(data, 8), uint64(v))
		case string:
			data = append(binary.BigEndian.AppendUint32(data, uint32(len(v))), v...)
		case []byte:
			n := uint32(len(v))
			if v == nil {
				n = math.MaxUint32 // NULL
			}
			data = append(binary.BigEndian.AppendUint32(data, n), v...)
		default:
			return "", nil, false
		}
	}
	return "COPY " + b.table + " (" + strings.Join(b.shape.columns, ", ") + ") FROM STDIN BINARY", binary.BigEndian.AppendUint16(data, math.MaxUint16), true
}

// copy takes in what comes in numbers and leaves the other batches.
func (p *transaction) copy(ctx context.Context, list []batch) (rest []batch, err error) {
	for _, b := range list {
		query, data, ok := "", []byte(nil), len(b.args) >= fewRows*len(b.shape.columns)
		if ok {
			query, data, ok = b.copied()
		}
		if !ok {
			rest = append(rest, b)
			continue
		}
		if err := p.begin(ctx); err != nil {
			return nil, err
		}
		err := p.conn.Raw(func(raw any) error {
			_, err := raw.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, bytes.NewReader(data), query)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return rest, nil
}

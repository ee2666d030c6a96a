package file

import (
	"crypto/cipher"
	"encoding/binary"
	"io"

	"weibao/internal/errs"
	"weibao/internal/vault"
)

// The content of a blob is the name of the suite in a fixed header, then
// chunks, each sealed with a nonce that tells its number and whether it is the
// last: none can be changed, moved, dropped or cut off unnoticed. The key is
// used for this content alone.
const (
	chunkSize  = 64 << 10
	headerSize = 8
	tagSize    = 16
)

func header(s vault.Suite) []byte {
	h := make([]byte, headerSize)
	copy(h, "WBF1"+s.Name())
	return h
}

func suiteOfHeader(h []byte) (vault.Suite, bool) {
	for _, s := range []vault.Suite{vault.SM, vault.AES} {
		if string(header(s)) == string(h) {
			return s, true
		}
	}
	return nil, false
}

func nonce(n int64, isLast bool) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint64(b, uint64(n))
	if isLast {
		b[11] = 1
	}
	return b
}

// encrypter writes content in chunks. The last chunk is written by Close, so
// that it alone can be shorter, or even empty.
type encrypter struct {
	out   io.Writer
	aead  cipher.AEAD
	plain []byte
	n     int64
	head  []byte
	Size  int64
}

func newEncrypter(out io.Writer, s vault.Suite, secret []byte) (*encrypter, error) {
	a, err := s.AEAD(secret)
	if err != nil {
		return nil, err
	}
	e := &encrypter{out: out, aead: a, plain: make([]byte, 0, chunkSize), head: header(s)}
	_, err = out.Write(e.head)
	return e, err
}

// Write takes content of any length.
func (e *encrypter) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		if len(e.plain) == chunkSize {
			if err := e.flush(false); err != nil {
				return 0, err
			}
		}
		n := min(chunkSize-len(e.plain), len(p))
		e.plain, p = append(e.plain, p[:n]...), p[n:]
	}
	e.Size += int64(written)
	return written, nil
}

// Close writes the last chunk.
func (e *encrypter) Close() error { return e.flush(true) }

func (e *encrypter) flush(isLast bool) error {
	_, err := e.out.Write(e.aead.Seal(nil, nonce(e.n, isLast), e.plain, e.head))
	e.n++
	e.plain = e.plain[:0]
	return err
}

// decrypter reads content at any place.
type decrypter struct {
	in    io.ReaderAt
	aead  cipher.AEAD
	head  []byte
	size  int64 // of the content
	last  int64 // number of the last chunk
	at    int64 // number of the chunk in plain, -1 none
	plain []byte
}

var errDamaged = errs.New(errs.Internal, "附件内容已损坏或被改动，无法打开。请联系系统管理员从备份恢复。")

func newDecrypter(in io.ReaderAt, stored int64, secret []byte) (*decrypter, error) {
	h := make([]byte, headerSize)
	if _, err := in.ReadAt(h, 0); err != nil {
		return nil, errDamaged
	}
	s, ok := suiteOfHeader(h)
	if !ok {
		return nil, errDamaged
	}
	a, err := s.AEAD(secret)
	if err != nil {
		return nil, errDamaged
	}
	body := stored - headerSize
	chunks := (body + chunkSize + tagSize - 1) / (chunkSize + tagSize)
	if chunks < 1 || body-chunks*tagSize < 0 {
		return nil, errDamaged
	}
	return &decrypter{in: in, aead: a, head: h, size: body - chunks*tagSize, last: chunks - 1, at: -1}, nil
}

// ReadAt gives content; damaged chunks are an error.
func (d *decrypter) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		if off >= d.size {
			return done, io.EOF
		}
		if err := d.load(off / chunkSize); err != nil {
			return done, err
		}
		n := copy(p[done:], d.plain[off%chunkSize:])
		done, off = done+n, off+int64(n)
	}
	return done, nil
}

func (d *decrypter) load(n int64) error {
	if n == d.at {
		return nil
	}
	length := int64(chunkSize + tagSize)
	if n == d.last {
		length = d.size - n*chunkSize + tagSize
	}
	sealed := make([]byte, length)
	if _, err := d.in.ReadAt(sealed, headerSize+n*(chunkSize+tagSize)); err != nil && err != io.EOF {
		return errDamaged
	}
	plain, err := d.aead.Open(sealed[:0], nonce(n, n == d.last), sealed, d.head)
	if err != nil {
		return errDamaged
	}
	d.plain, d.at = plain, n
	return nil
}

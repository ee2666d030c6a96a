package vault

import (
	"bufio"
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"weibao/internal/errs"
)

// archiveFormat begins every archive and names how it is made: a line of
// JSON, then chunks, each preceded by its sealed length. A chunk is bound to
// the header, its number and whether it is the last, so that a changed,
// exchanged, repeated or missing chunk is found.
const archiveFormat = "weibao-archive-1"

const archiveChunk = 1 << 20

type archiveHeader struct {
	Format string `json:"format"`
	Key    string `json:"key"`
	Salt   []byte `json:"salt"`
}

var (
	errNoArchive = errs.New(errs.Invalid, "这不是未保通的备份文件，或文件开头已损坏。请换用完整的备份文件。")
	errTorn      = errs.New(errs.Invalid, "备份文件不完整或已损坏，没有恢复任何内容。请换用另一份备份。")
)

// Archive seals a stream, such as a backup, under the current master key.
// It is complete only after Close.
func (v *Vault) Archive(w io.Writer) (io.WriteCloser, error) {
	k := last(v.keys.Load().Wrap)
	head, err := json.Marshal(archiveHeader{archiveFormat, k.ID, newKey()})
	if err != nil {
		return nil, err
	}
	head = append(head, '\n')
	a, err := archiveCipher(k, head)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(head); err != nil {
		return nil, err
	}
	return &archiveWriter{w: w, aead: a, head: head}, nil
}

// ReadArchive opens what Archive sealed, with the keys of a key file and
// without a database. Damage shows as an error of Read, at the latest in
// place of io.EOF: use nothing before that.
func ReadArchive(keyPath string, r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, archiveChunk)
	head, err := in.ReadSlice('\n')
	var h archiveHeader
	if err != nil || json.Unmarshal(head, &h) != nil || h.Format != archiveFormat {
		return nil, errNoArchive
	}
	head = append([]byte{}, head...)
	f, err := readKeyFile(keyPath)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, fmt.Sprintf("读不出密钥文件 %s。恢复备份需要当时的密钥文件，请从离线保存的副本取来，并用 --keys 指定。", keyPath))
	}
	k, known := f.find(h.Key)
	if !known {
		return nil, errs.Newf(errs.Invalid, "密钥文件 %s 打不开这份备份：其中没有密钥 %s。请换用当时的密钥文件。", keyPath, h.Key)
	}
	a, err := archiveCipher(k, head)
	if err != nil {
		return nil, err
	}
	return &archiveReader{r: in, aead: a, head: head}, nil
}

// archiveCipher gives the cipher of one archive: its salt makes counters safe as nonces.
func archiveCipher(k Key, head []byte) (cipher.AEAD, error) {
	h := hmac.New(k.suite().Hash, derive(k.suite(), k.Secret, "archive"))
	h.Write(head)
	return k.suite().AEAD(h.Sum(nil))
}

func archiveNonce(a cipher.AEAD, number uint64, end bool) []byte {
	nonce := make([]byte, a.NonceSize())
	binary.BigEndian.PutUint64(nonce[len(nonce)-8:], number)
	if end {
		nonce[0] = 1
	}
	return nonce
}

type archiveWriter struct {
	w      io.Writer
	aead   cipher.AEAD
	head   []byte
	buf    []byte
	number uint64
}

func (a *archiveWriter) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		if len(a.buf) == archiveChunk {
			if err := a.flush(false); err != nil {
				return n, err
			}
		}
		part := p[n:min(len(p), n+archiveChunk-len(a.buf))]
		a.buf = append(a.buf, part...)
		n += len(part)
	}
	return len(p), nil
}

// Close seals the last chunk; the writer beneath stays open.
func (a *archiveWriter) Close() error { return a.flush(true) }

func (a *archiveWriter) flush(end bool) error {
	sealed := a.aead.Seal(make([]byte, 4), archiveNonce(a.aead, a.number, end), a.buf, a.head)
	binary.BigEndian.PutUint32(sealed, uint32(len(sealed)-4))
	a.number, a.buf = a.number+1, a.buf[:0]
	_, err := a.w.Write(sealed)
	return err
}

type archiveReader struct {
	r      *bufio.Reader
	aead   cipher.AEAD
	head   []byte
	rest   []byte
	number uint64
	ended  bool
}

func (a *archiveReader) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.ended {
			return 0, io.EOF
		}
		if err := a.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

func (a *archiveReader) next() error {
	var size [4]byte
	if _, err := io.ReadFull(a.r, size[:]); err != nil {
		return errTorn
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > archiveChunk+64 {
		return errTorn
	}
	sealed := make([]byte, n)
	if _, err := io.ReadFull(a.r, sealed); err != nil {
		return errTorn
	}
	_, err := a.r.Peek(1)
	a.ended = errors.Is(err, io.EOF)
	if a.rest, err = a.aead.Open(nil, archiveNonce(a.aead, a.number, a.ended), sealed, a.head); err != nil {
		return errTorn
	}
	a.number++
	return nil
}

package file

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"

	"weibao/internal/errs"
)

var (
	jpegStart = []byte("\xff\xd8\xff")
	pngStart  = []byte("\x89PNG\r\n\x1a\n")
)

var errPicture = errs.Fields{"file": "图片不完整或已损坏，无法去除其中的拍摄信息。请重新拍照或另存后再上传。"}.Err()

// strip copies a picture without what tells where, when and by whom it was
// taken (EXIF, XMP, comments, trailing data), and anything else as it is.
func strip(w io.Writer, r *bufio.Reader) error {
	head, err := r.Peek(len(pngStart))
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(head, jpegStart):
		return pictureError(stripJPEG(w, r))
	case bytes.Equal(head, pngStart):
		return pictureError(stripPNG(w, r))
	}
	_, err = io.Copy(w, r)
	return err
}

func pictureError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errPicture
	}
	return err
}

// Markers of JPEG (ITU-T T.81 B.1).
const (
	soi, eoi, sos = 0xd8, 0xd9, 0xda
	app0, app15   = 0xe0, 0xef
	app2, app14   = 0xe2, 0xee // colour profile; Adobe's colour transform
	comment       = 0xfe
)

func stripJPEG(w io.Writer, r *bufio.Reader) error {
	if _, err := r.Discard(2); err != nil {
		return err
	}
	if _, err := w.Write([]byte{0xff, soi}); err != nil {
		return err
	}
	marker, err := nextMarker(r)
	for err == nil && marker != eoi {
		marker, err = copySegment(w, r, marker)
	}
	if err != nil {
		return err
	}
	_, err = w.Write([]byte{0xff, eoi})
	return errors.Join(err, drain(r))
}

// copySegment copies or drops a segment, and the compressed data behind it if
// it starts a scan, and gives the marker that follows.
func copySegment(w io.Writer, r *bufio.Reader, marker byte) (byte, error) {
	segment, err := readSegment(r)
	if err != nil {
		return 0, err
	}
	if err := writeSegment(w, marker, segment); err != nil {
		return 0, err
	}
	if marker == sos {
		return copyScan(w, r)
	}
	return nextMarker(r)
}

// drain reads what stands behind the picture, so that the whole upload is taken and dropped.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

func nextMarker(r *bufio.Reader) (byte, error) {
	b, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	if b != 0xff {
		return 0, errPicture
	}
	for b == 0xff {
		if b, err = r.ReadByte(); err != nil {
			return 0, err
		}
	}
	return b, nil
}

func readSegment(r *bufio.Reader) ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(length[:])) - 2
	if n < 0 {
		return nil, errPicture
	}
	b := make([]byte, n)
	_, err := io.ReadFull(r, b)
	return b, err
}

func writeSegment(w io.Writer, marker byte, b []byte) error {
	switch {
	case marker == app0+1:
		if b = orientationOnly(b); b == nil {
			return nil
		}
	case marker == app0 && !bytes.HasPrefix(b, []byte("JFIF\x00")),
		marker == app2 && !bytes.HasPrefix(b, []byte("ICC_PROFILE\x00")),
		marker > app2 && marker <= app15 && marker != app14, marker == comment:
		return nil
	}
	_, err := w.Write(append([]byte{0xff, marker, byte((len(b) + 2) >> 8), byte(len(b) + 2)}, b...))
	return err
}

// copyScan copies compressed data and gives the marker that ends it; within
// the data 0xff is followed by 0 or is a restart.
func copyScan(w io.Writer, r *bufio.Reader) (byte, error) {
	for {
		part, err := r.ReadSlice(0xff)
		full := errors.Is(err, bufio.ErrBufferFull)
		if err == nil {
			part = part[:len(part)-1]
		}
		if _, werr := w.Write(part); werr != nil {
			return 0, werr
		}
		if full {
			continue
		}
		if err != nil {
			return 0, err
		}
		next := byte(0xff)
		for next == 0xff {
			if next, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if next != 0 && (next < 0xd0 || next > 0xd7) {
			return next, nil
		}
		if _, err := w.Write([]byte{0xff, next}); err != nil {
			return 0, err
		}
	}
}

// orientationOnly gives an EXIF segment that holds nothing but which way up
// the picture is, or nil where it needs none.
func orientationOnly(b []byte) []byte {
	o := orientation(b)
	if o < 2 || o > 8 {
		return nil
	}
	return append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"), byte(o), 0, 0, 0, 0, 0, 0)
}

func orientation(b []byte) uint16 {
	tiff, ok := bytes.CutPrefix(b, []byte("Exif\x00\x00"))
	if !ok || len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	for n, i := int64(order.Uint16(tiff[at:])), int64(0); i < n; i++ {
		e := at + 2 + 12*i
		if e+12 > int64(len(tiff)) {
			return 0
		}
		if order.Uint16(tiff[e:]) == 0x0112 {
			return order.Uint16(tiff[e+8:])
		}
	}
	return 0
}

// pngKept are the chunks that make up the picture; texts, times, EXIF and
// whatever is unknown fall away.
var pngKept = []string{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "hIST", "cICP"}

const maxPNGChunk = 64 << 20

func stripPNG(w io.Writer, r *bufio.Reader) error {
	if _, err := io.CopyN(w, r, int64(len(pngStart))); err != nil {
		return err
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		n, name := binary.BigEndian.Uint32(head[:]), string(head[4:])
		if n > maxPNGChunk {
			return errPicture
		}
		out := io.Discard
		if slices.Contains(pngKept, name) {
			out = w
		}
		if err := copyChunk(out, r, head, int64(n)); err != nil {
			return err
		}
		if name == "IEND" {
			return drain(r)
		}
	}
}

func copyChunk(w io.Writer, r io.Reader, head [8]byte, n int64) error {
	sum := crc32.NewIEEE()
	sum.Write(head[4:])
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	if _, err := io.CopyN(io.MultiWriter(w, sum), r, n); err != nil {
		return err
	}
	var crc [4]byte
	if _, err := io.ReadFull(r, crc[:]); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(crc[:]) != sum.Sum32() {
		return errPicture
	}
	_, err := w.Write(crc[:])
	return err
}

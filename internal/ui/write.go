package ui

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// worthCompressing is the size under which a packet is not saved.
const worthCompressing = 1200

var zippers = sync.Pool{New: func() any {
	// Level 5 costs a third of level 9 for 2 % more bytes on pages.
	z, _ := gzip.NewWriterLevel(nil, 5)
	return z
}}

// write sends a rendered page: never stored by browsers or proxies, compressed if that is welcome.
func write(w http.ResponseWriter, req *http.Request, status int, parts ...[]byte) {
	h, size := w.Header(), 0
	for i, p := range parts {
		parts[i] = straight(p)
		size += len(parts[i])
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "HX-Request, HX-Target, Accept-Encoding")
	if size >= worthCompressing && strings.Contains(req.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		packed := zip(parts)
		defer packets.Put(packed)
		parts, size = [][]byte{packed.Bytes()}, packed.Len()
	}
	h.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(status)
	if req.Method == http.MethodHead {
		return
	}
	for _, p := range parts {
		_, _ = w.Write(p)
	}
}

// straight leaves out the marks of direction (U+202A to U+202E, U+2066 to
// U+2069): by them a text could make others read it, or what follows it, the
// wrong way round. Chinese needs none.
func straight(page []byte) []byte {
	var out []byte
	from := 0
	for i := 0; i < len(page); {
		next := bytes.IndexByte(page[i:], 0xE2)
		if next < 0 {
			break
		}
		if i += next; !turns(page[i:]) {
			i++
			continue
		}
		out = append(out, page[from:i]...)
		i += 3
		from = i
	}
	if from == 0 {
		return page
	}
	return append(out, page[from:]...)
}

// turns tells whether UTF-8 begins with a mark of direction.
func turns(b []byte) bool {
	return len(b) > 2 && (b[1] == 0x80 && 0xAA <= b[2] && b[2] <= 0xAE || b[1] == 0x81 && 0xA6 <= b[2] && b[2] <= 0xA9)
}

var packets = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// zip compresses into a buffer of the pool.
func zip(parts [][]byte) *bytes.Buffer {
	out := packets.Get().(*bytes.Buffer)
	out.Reset()
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(out)
	for _, p := range parts {
		_, _ = z.Write(p)
	}
	_ = z.Close()
	return out
}

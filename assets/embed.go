// Package assets holds what browsers load: style, scripts and icons.
//
// The files are built into dist by `make build` (assets/build.mjs) and embedded.
// Their names carry a hash of their content, so that they are served once and
// kept for a year; gzip and brotli forms lie beside them. The package owns no
// table and asks nothing but the manifest. It never serves a file that the
// manifest does not name, and a program built without the bundle says so
// instead of showing bare pages.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Prefix is the path under which Handler expects to be mounted.
const Prefix = "/assets/"

// ErrNotBuilt tells that the program was built without its bundle.
var ErrNotBuilt = errors.New("界面文件尚未生成：请在项目目录运行 make build（或 npm ci --ignore-scripts && node assets/build.mjs）后重新编译程序")

// file is one servable form of one asset.
type file struct {
	body     []byte
	encoding string
}

// Set is the bundle: logical names, served names and bodies.
type Set struct {
	urls  map[string]string
	forms map[string][]file // served name → best form first
	kinds map[string]string
}

// Load reads the embedded bundle; ErrNotBuilt if there is none.
func Load() (*Set, error) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	return Read(sub)
}

// Read reads a bundle from a file system that holds manifest.json and its files.
func Read(fsys fs.FS) (*Set, error) {
	raw, err := fs.ReadFile(fsys, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	var names map[string]string
	if err := json.Unmarshal(raw, &names); err != nil {
		return nil, err
	}
	s := &Set{urls: map[string]string{}, forms: map[string][]file{}, kinds: map[string]string{}}
	for logical, served := range names {
		if err := s.add(fsys, logical, served); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Set) add(fsys fs.FS, logical, served string) error {
	for _, form := range []struct{ ext, encoding string }{{".br", "br"}, {".gz", "gzip"}, {"", ""}} {
		body, err := fs.ReadFile(fsys, served+form.ext)
		if form.ext != "" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		s.forms[served] = append(s.forms[served], file{body, form.encoding})
	}
	s.urls[logical] = Prefix + served
	s.kinds[served] = mime.TypeByExtension(path.Ext(served))
	return nil
}

// URL gives the address of an asset by its logical name, "" if there is none.
func (s *Set) URL(logical string) string {
	if s == nil {
		return ""
	}
	return s.urls[logical]
}

// Text gives the content of an asset by its logical name, for a page that must
// not ask for anything more; "" if there is none.
func (s *Set) Text(logical string) string {
	if s == nil {
		return ""
	}
	for _, f := range s.forms[strings.TrimPrefix(s.URL(logical), Prefix)] {
		if f.encoding == "" {
			return string(f.body)
		}
	}
	return ""
}

// ServeHTTP serves an asset under Prefix, compressed as the browser accepts, for a year.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	if s == nil || len(s.forms[name]) == 0 {
		http.NotFound(w, r)
		return
	}
	accepted := r.Header.Get("Accept-Encoding")
	for _, f := range s.forms[name] {
		if f.encoding != "" && !strings.Contains(accepted, f.encoding) {
			continue
		}
		h := w.Header()
		h.Set("Content-Type", s.kinds[name])
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Length", strconv.Itoa(len(f.body)))
		if f.encoding != "" {
			h.Set("Content-Encoding", f.encoding)
		}
		if r.Method != http.MethodHead {
			_, _ = w.Write(f.body)
		}
		return
	}
}

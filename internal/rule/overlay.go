package rule

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Overlay lays one tree of rules over another by whole folders: top's national folder and each of its counties stand
// in place of those of base, everything else is base's. So a county's own folder is read with the national rules that
// come with the program.
func Overlay(top, base fs.FS) fs.FS { return overlay{top: top, base: base} }

type overlay struct{ top, base fs.FS }

// Open opens a file or folder of whichever tree owns it.
func (o overlay) Open(name string) (fs.File, error) { return o.owner(name).Open(name) }

// ReadDir lists a folder; the counties of both trees are listed together.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	if name != countyDir {
		return fs.ReadDir(o.owner(name), name)
	}
	list, _ := fs.ReadDir(o.top, name)
	below, err := fs.ReadDir(o.base, name)
	for _, d := range below {
		if !slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == d.Name() }) {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	if len(list) > 0 {
		err = nil
	}
	return list, err
}

// owner is the tree that holds the folder to which a name belongs.
func (o overlay) owner(name string) fs.FS {
	folder := nationalDir
	if parts := strings.SplitN(name, "/", 3); parts[0] == countyDir && len(parts) > 1 {
		folder = path.Join(countyDir, parts[1])
	} else if parts[0] != nationalDir {
		return o.base
	}
	if _, err := fs.Stat(o.top, folder); err == nil {
		return o.top
	}
	return o.base
}

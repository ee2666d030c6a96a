package server

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/rules"
)

// LoadedCounty tells what LoadCounty brought in.
type LoadedCounty struct {
	Title   string
	Regions region.Loaded
	Units   org.Loaded
}

// LoadCounty sets up the installation for a county pack: divisions, units,
// aliases, in one transaction. Done again it adds only what is new in the
// pack; an installation of another county is refused.
func (g *Ground) LoadCounty(ctx context.Context, name string) (LoadedCounty, error) {
	book, err := rule.Load(rules.FS, name)
	if err != nil {
		return LoadedCounty{}, err
	}
	out := LoadedCounty{Title: book.County().Title}
	err = g.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if out.Regions, err = region.LoadSeed(ctx, tx, access.Program, book.County().Region); err != nil {
			return err
		}
		out.Units, err = org.LoadCounty(ctx, tx, access.Program, book)
		return err
	})
	return out, err
}

package imports

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
)

// Present is a file as it stands, in the form in which it is changed.
type Present struct {
	child.Child
	child.New
}

// Presents opens many files in the actor's scope; ids outside it are left out.
// Callers check the actor's right to what they do with them.
func (k *Desk) Presents(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) (map[ref.Child]Present, error) {
	rows, err := filesByID(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	papers, err := k.Cabinet.Dossiers(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ref.Child]Present, len(rows))
	for _, r := range rows {
		if d, there := papers[r.ID]; there {
			out[r.ID] = Present{r, child.New{Name: r.Name, Sex: r.Sex, Birth: r.Birth, Guessed: r.Guessed != 0, Region: r.Region, Unit: r.Unit,
				School: r.School, Grade: r.Grade, Dossier: d, Source: r.Source}}
		}
	}
	return out, nil
}

// named gives the open files of a town, in the actor's scope, that bear one of these names sign for sign.
func named(ctx context.Context, tx *db.Tx, by access.Actor, town string, names []string) (map[string][]child.Child, error) {
	folded := make([]string, 0, len(names))
	for _, n := range names {
		if g := pinyin.Fold(n); g != "" {
			folded = append(folded, g)
		}
	}
	slices.Sort(folded)
	rows, err := filesByName(ctx, tx, by, town, slices.Compact(folded))
	out := map[string][]child.Child{}
	for _, r := range rows {
		out[r.Name] = append(out[r.Name], r)
	}
	return out, err
}

// InPlace gives open files of the actor's scope page by page by id, of one
// category or, with "", all.
func (k *Desk) InPlace(ctx context.Context, tx *db.Tx, by access.Actor, category string, after ref.Child, limit int) ([]child.Child, error) {
	return filesAfter(ctx, tx, by, category, after, limit)
}

package region

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/pinyin"
	"weibao/internal/region/seed"
)

// searchLimit is the most that a search gives.
const searchLimit = 20

// Get gives a division of the actor's county, or one above it.
func Get(ctx context.Context, tx *db.Tx, by access.Actor, code string) (Region, error) {
	if err := by.Require("region.list"); err != nil {
		return Region{}, err
	}
	return within(ctx, tx, by, code)
}

func within(ctx context.Context, tx *db.Tx, by access.Actor, code string) (Region, error) {
	r, ok, err := find(ctx, tx, code)
	if err == nil && (!ok || !sees(by, code)) {
		err = errs.Missing()
	}
	return r, err
}

// sees tells whether a code lies in the actor's directory or above it.
func sees(by access.Actor, code string) bool {
	d := by.Directory()
	p := access.Prefix(code)
	return d.Sees(0, code) || p != "" && strings.HasPrefix(d.Region, p)
}

// Tree gives the divisions in force right below a parent; for an empty parent
// those below the actor's county.
func Tree(ctx context.Context, tx *db.Tx, by access.Actor, parent string) ([]Node, error) {
	if err := by.Require("region.list"); err != nil {
		return nil, err
	}
	if parent == "" {
		var err error
		if parent, err = Top(ctx, tx, by); err != nil {
			return nil, err
		}
	}
	return nodes(ctx, tx, by, parent)
}

// Choices gives the divisions in force right below one, for a field to choose from.
func Choices(ctx context.Context, tx *db.Tx, by access.Actor, parent string) ([]Choice, error) {
	if err := by.Require("region.list"); err != nil {
		return nil, err
	}
	return choices(ctx, tx, by, parent)
}

// Top gives the code of the highest division of the actor's directory; for
// administrators of the whole installation the one below which it branches.
func Top(ctx context.Context, tx *db.Tx, by access.Actor) (string, error) {
	top := by.Directory().Region
	if top != "" || !by.Directory().Sees(0, "") {
		return top, nil
	}
	for {
		below, err := children(ctx, tx, top)
		if err != nil || len(below) != 1 {
			return top, err
		}
		top = below[0].Code
	}
}

// Counts tells how many divisions stand on each level in the actor's county.
func Counts(ctx context.Context, tx *db.Tx, by access.Actor) ([]LevelCount, error) {
	if err := by.Require("region.list"); err != nil {
		return nil, err
	}
	return count(ctx, tx, by)
}

// Former lists the divisions that are no longer in force, by code after a code.
func Former(ctx context.Context, tx *db.Tx, by access.Actor, after string, limit int) ([]Region, error) {
	if err := by.Require("region.list"); err != nil {
		return nil, err
	}
	return gone(ctx, tx, by, after, limit)
}

// Search finds divisions in force by name, pinyin or its initials, on all
// levels or the named ones, best first.
func Search(ctx context.Context, tx *db.Tx, by access.Actor, query string, levels ...Level) ([]Region, error) {
	if err := by.Require("region.list"); err != nil {
		return nil, err
	}
	folded := pinyin.Fold(query)
	if folded == "" {
		return nil, nil
	}
	return search(ctx, tx, by, folded, levels, searchLimit)
}

// History gives what happened to a division, newest first.
func History(ctx context.Context, tx *db.Tx, by access.Actor, code string) ([]Change, error) {
	if _, err := Get(ctx, tx, by, code); err != nil {
		return nil, err
	}
	return changesOf(ctx, tx, code)
}

// Path gives the division and those above it, highest first; it asks for no
// right, for names of divisions are open.
func Path(ctx context.Context, tx *db.Tx, code string) ([]Region, error) {
	if access.Prefix(code) == "" {
		return nil, nil
	}
	list, err := byCodes(ctx, tx, append(ancestors(code), code))
	slices.SortFunc(list, func(a, b Region) int { return int(a.Level) - int(b.Level) })
	return list, err
}

// Names gives the short names of many codes at once.
func Names(ctx context.Context, tx *db.Tx, codes []string) (map[string]string, error) {
	list, err := names(ctx, tx, unique(codes))
	out := make(map[string]string, len(list))
	for _, r := range list {
		out[r.Code] = r.ShortName
	}
	return out, err
}

// Places gives for many codes at once how a list names them: a village with
// its township, anything else by its short name.
func Places(ctx context.Context, tx *db.Tx, codes []string) (map[string]string, error) {
	wanted := slices.Clone(codes)
	for _, c := range codes {
		if isVillage(c) {
			wanted = append(wanted, seed.Pad(c[:9]))
		}
	}
	names, err := Names(ctx, tx, wanted)
	if err != nil {
		return nil, err
	}
	places := map[string]string{}
	for _, c := range codes {
		name := names[c]
		if isVillage(c) && name != "" {
			name = names[seed.Pad(c[:9])] + name
		}
		places[c] = name
	}
	return places, nil
}

func isVillage(code string) bool { return len(access.Prefix(code)) == 12 }

func unique(codes []string) []string {
	list := slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return len(c) != 12 })
	slices.Sort(list)
	return slices.Compact(list)
}

// Successor gives the division in force that stands for a code, which is the
// code's own while it is in force. Codes never known are errs.Missing.
func Successor(ctx context.Context, tx *db.Tx, code string) (Region, error) {
	return chain(ctx, tx, code)
}

// Under gives a division and all in force below it, by code, for the commands
// and flows that set up units for them.
func Under(ctx context.Context, tx *db.Tx, code string) ([]Region, error) {
	first, last := seed.Subtree(code)
	all, err := under(ctx, tx, first, last)
	return slices.DeleteFunc(all, func(r Region) bool { return !r.Active() }), err
}

// Moves lists the codes under a division that are no longer in force, each
// with the one in its place, for the job that re-homes what holds them.
func Moves(ctx context.Context, tx *db.Tx, under string) ([]Move, error) {
	first, last := seed.Subtree(under)
	return moves(ctx, tx, first, last)
}

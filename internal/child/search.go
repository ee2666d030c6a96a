package child

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// maxHits is how many files a search shows; who finds more asks more closely.
const maxHits = 50

// minQuery is how many characters a search needs: one alone would list the county.
const minQuery = 2

// Search finds files in the actor's scope by name, parts of a name, initials,
// pinyin, identity number, phone or the last four of either, and leaves a
// trace that holds no word of the question.
func (c *Cabinet) Search(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]Child, error) {
	if err := by.Require("child.search"); err != nil {
		return nil, err
	}
	hits, err := c.Find(ctx, tx, by, query, maxHits)
	if err != nil {
		return nil, err
	}
	return hits, audit.Write(ctx, tx, by, "child.search", "child", ref.Child(0), map[string]any{"hits": len(hits), "length": len([]rune(query))})
}

// Find is Search without a trace, for entry forms that look whether a file
// exists already; the creation leaves the trace.
func (c *Cabinet) Find(ctx context.Context, tx *db.Tx, by access.Actor, query string, limit int) ([]Child, error) {
	if number := vault.NormalPhone(query); numeric(number) {
		return c.byKey(ctx, tx, by, number, limit)
	}
	folded := pinyin.Fold(query)
	if len([]rune(folded)) < minQuery {
		f := errs.Fields{}
		f.Check(false, "q", "请至少输入两个字、两个拼音首字母，或号码的后四位。")
		return nil, f.Err()
	}
	if len(folded) > maxGram {
		folded = strings.ToValidUTF8(folded[:maxGram], "")
	}
	hits, err := byGram(ctx, tx, by, folded, limit)
	slices.SortStableFunc(hits, func(a, b Child) int {
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return hits, err
}

// numeric tells a number or its last four from a name: digits, at the end
// perhaps X.
func numeric(s string) bool {
	if len(s) < tail {
		return false
	}
	digits := strings.TrimSuffix(s, "X")
	return strings.Trim(digits, "0123456789") == "" && digits != ""
}

func (c *Cabinet) byKey(ctx context.Context, tx *db.Tx, by access.Actor, number string, limit int) ([]Child, error) {
	if len(number) == tail {
		from, to := tailRange(c.Vault, number)
		return byDigest(ctx, tx, by, "k.digest >= ? AND k.digest < ?", []int64{from, to}, limit)
	}
	digests := []int64{digest(c.Vault, numberKey, number), digest(c.Vault, phoneKey, number)}
	return byDigest(ctx, tx, by, "k.digest IN (?, ?)", digests, limit)
}

// Known gives the open files that bear an identity number or phone, with what
// they share; the caller is a form or an import of the actor's.
func (c *Cabinet) Known(ctx context.Context, tx *db.Tx, by access.Actor, numbers []string) (map[string][]ref.Child, error) {
	return c.KnownOf(ctx, tx, by, c.Numbers(numbers))
}

// Numbers are identity numbers by what files are found by.
type Numbers map[int64]string

// Numbers prepares Known, as far as that needs no transaction.
func (c *Cabinet) Numbers(list []string) Numbers {
	out := make(Numbers, len(list))
	for _, n := range list {
		if n = vault.Normal(n); n != "" {
			out[digest(c.Vault, numberKey, n)] = n
		}
	}
	return out
}

// KnownOf is Known for numbers that were prepared.
func (c *Cabinet) KnownOf(ctx context.Context, tx *db.Tx, by access.Actor, numbers Numbers) (map[string][]ref.Child, error) {
	rows, err := keysOf(ctx, tx, by, numbers)
	out := map[string][]ref.Child{}
	for _, r := range rows {
		out[numbers[r.Digest]] = append(out[numbers[r.Digest]], r.Child)
	}
	return out, err
}

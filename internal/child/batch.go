package child

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Batch is files that are ready to be stored: checked and sealed, with all by
// which they are found and counted.
type Batch struct {
	IDs []ref.Child // of the files in the order in which they were handed in

	rows    []Child
	papers  []dossierRow
	holds   []Category
	names   []gram
	digests []key
	fresh   []unmatched
	counts  counting
	keys    vault.NewKeys
}

// Prepare does all of CreateAll that needs no transaction, so that one batch
// can be made ready while another is stored. Search keys fall on pages all over
// their tables, and a page is written once for each transaction that touches
// it: four thousand files go in at twice the rate of one thousand, and whoever
// else writes waits a quarter of a second at most. Any file that is wrong refuses
// them all.
func (c *Cabinet) Prepare(now clock.Instant, by access.Actor, list []New) (*Batch, error) {
	if err := require(by, "child.add"); err != nil {
		return nil, err
	}
	b := &Batch{IDs: make([]ref.Child, len(list)), rows: make([]Child, len(list)), papers: make([]dossierRow, len(list)), counts: counting{}}
	for i := range list {
		row, err := c.row(now, by, &list[i])
		if err != nil {
			return nil, err
		}
		b.rows[i], b.IDs[i] = row, row.ID
	}
	if err := c.seal(now, by, b, list); err != nil {
		return nil, err
	}
	for i, r := range b.rows {
		for _, g := range grams(r.Name) {
			b.names = append(b.names, gram{r.Town, []byte(g), r.ID})
		}
		for _, k := range c.keys(list[i].Dossier) {
			b.digests = append(b.digests, key{k, r.ID})
		}
		b.fresh = append(b.fresh, unmatched{r.ID, r.Version})
		b.counts.add(r, 1)
	}
	// In the order of the tables, so that neighbours go into one page.
	slices.SortFunc(b.names, func(x, y gram) int {
		return cmp.Or(cmp.Compare(x.Town, y.Town), slices.Compare(x.Gram, y.Gram), cmp.Compare(x.Child, y.Child))
	})
	slices.SortFunc(b.digests, func(x, y key) int { return cmp.Or(cmp.Compare(x.Digest, y.Digest), cmp.Compare(x.Child, y.Child)) })
	return b, nil
}

// seal closes what is private in the files and in their categories.
func (c *Cabinet) seal(now clock.Instant, by access.Actor, b *Batch, list []New) error {
	sealing := make([]vault.Sealed, 0, 2*len(list))
	for i, r := range b.rows {
		plain, err := json.Marshal(list[i].Dossier)
		if err != nil {
			return err
		}
		sealing = append(sealing, vault.Sealed{Group: group(r.ID), Field: dossierField(r.ID), Bytes: plain})
		for _, h := range list[i].Categories {
			b.holds = append(b.holds, h.category(now, by, r))
		}
	}
	for _, h := range b.holds {
		sealing = append(sealing, vault.Sealed{Group: group(h.Child), Field: EvidenceField(h.ID), Bytes: h.Evidence})
	}
	sealed, keys, err := c.Vault.SealNew(sealing, now)
	if err != nil {
		return err
	}
	b.keys = keys
	for i, r := range b.rows {
		b.papers[i] = dossierRow{r.ID, sealed[i]}
	}
	for i := range b.holds {
		b.holds[i].Evidence = sealed[len(b.rows)+i]
	}
	return nil
}

// Store writes a batch of the same actor.
func (c *Cabinet) Store(ctx context.Context, tx *db.Tx, by access.Actor, b *Batch) error {
	for i := range b.rows {
		b.rows[i].Created, b.rows[i].Changed = tx.Now, tx.Now
	}
	if err := c.Vault.Keep(ctx, tx, b.keys); err != nil {
		return err
	}
	if err := insertAll(ctx, tx, b); err != nil {
		return err
	}
	if len(b.rows) == 1 {
		return audit.Write(ctx, tx, by, "child.add", "child", b.IDs[0], map[string]string{"source": b.rows[0].Source})
	}
	return audit.Write(ctx, tx, by, "child.add", "child", ref.Child(0), bulk{b.sources(), b.IDs})
}

// Measure tells PostgreSQL's planner what the tables of files hold by now, for
// whoever has opened many: its own visit comes minutes later, and until then it
// reads whole tables to find a few keys. SQLite's needs nothing.
func (c *Cabinet) Measure(ctx context.Context, tx *db.Tx) error { return measure(ctx, tx) }

// bulk is what the journal keeps of many files that were opened at once.
type bulk struct {
	Sources []string    `json:"sources"`
	IDs     []ref.Child `json:"ids"`
}

func (b *Batch) sources() []string {
	var out []string
	for _, r := range b.rows {
		if !slices.Contains(out, r.Source) {
			out = append(out, r.Source)
		}
	}
	return out
}

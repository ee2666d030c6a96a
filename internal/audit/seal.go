package audit

import (
	"context"
	"crypto/hmac"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"os"

	"github.com/emmansun/gmsm/sm3"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// maxBlock bounds the entries of a block, and with it the time of one transaction.
const maxBlock = 500

// Block seals entries.
type Block struct {
	ID       int64
	At       clock.Instant
	Entries  int64
	Total    int64
	Previous []byte
	Digest   []byte
	KeyID    string
	Seal     []byte
}

// Sealer makes and checks blocks.
type Sealer struct {
	// Keys maps a key's id to the key; Current names the one for new seals.
	// They live outside the database.
	Keys    map[string][]byte
	Current string
	// Outside is the file to which each seal is copied: what proves that the
	// tail was not cut and the database not set back. Copy it to another
	// machine or print it.
	Outside string
}

// Seal binds open entries into blocks until none is left and tells how many
// entries it bound. Processes on one database take turns.
func (s *Sealer) Seal(ctx context.Context, d *db.DB) (int, error) {
	sealed := 0
	for {
		var b Block
		err := d.WriteLow(ctx, func(tx *db.Tx) error {
			var err error
			b, err = s.next(ctx, tx)
			return err
		})
		if err != nil {
			return sealed, fmt.Errorf("audit.Seal: %w", err)
		}
		if b.ID == 0 {
			return sealed, nil
		}
		if err := s.copyOutside(b); err != nil {
			return sealed, err
		}
		sealed += int(b.Entries)
	}
}

func (s *Sealer) next(ctx context.Context, tx *db.Tx) (Block, error) {
	if err := tx.Lock(ctx, "audit.seal"); err != nil {
		return Block{}, err
	}
	entries, err := openEntries(ctx, tx, maxBlock)
	if err != nil || len(entries) == 0 {
		return Block{}, err
	}
	last, _, err := lastBlock(ctx, tx)
	if err != nil {
		return Block{}, err
	}
	b := Block{ID: last.ID + 1, At: tx.Now, Entries: int64(len(entries)), Total: last.Total + int64(len(entries)),
		Previous: orEmpty(last.Seal), Digest: digest(entries), KeyID: s.Current}
	b.Seal = s.seal(b)
	ids := make([]ref.Audit, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return b, insertBlock(ctx, tx, b, ids)
}

func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (s *Sealer) seal(b Block) []byte {
	key, ok := s.Keys[b.KeyID]
	if !ok {
		return nil
	}
	h := hmac.New(sm3.New, key)
	number(h, b.ID, int64(b.At), b.Entries, b.Total)
	text(h, string(b.Previous), string(b.Digest), b.KeyID)
	return h.Sum(nil)
}

func digest(entries []Entry) []byte {
	h := sm3.New()
	for _, e := range entries {
		number(h, int64(e.ID), int64(e.At), int64(e.Actor), int64(e.Unit), e.SubjectID)
		text(h, e.ActorName, string(e.Role), string(e.Action), e.Subject, e.Detail)
	}
	return h.Sum(nil)
}

func number(h hash.Hash, values ...int64) {
	var b [8]byte
	for _, v := range values {
		binary.BigEndian.PutUint64(b[:], uint64(v))
		h.Write(b[:])
	}
}

func text(h hash.Hash, values ...string) {
	for _, v := range values {
		number(h, int64(len(v)))
		h.Write([]byte(v))
	}
}

// Line is how a block is written outside the database.
func (b Block) Line() string {
	return fmt.Sprintf("%d %d %d %s\n", b.ID, b.Total, b.At, hex.EncodeToString(b.Seal))
}

func (s *Sealer) copyOutside(b Block) error {
	if s.Outside == "" {
		return nil
	}
	f, err := os.OpenFile(s.Outside, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("audit.Seal: %w", err)
	}
	defer f.Close()
	if _, err := f.WriteString(b.Line()); err != nil {
		return fmt.Errorf("audit.Seal: %w", err)
	}
	return f.Sync()
}

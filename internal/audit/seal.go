package audit

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"strings"

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
// entries it bound. Processes on one database take turns; each brings its own
// copy outside up to date first, with what others sealed and with what a
// killed process sealed and did not copy.
func (s *Sealer) Seal(ctx context.Context, d *db.DB) (int, error) {
	if err := s.catchUp(ctx, d.Reader()); err != nil {
		return 0, err
	}
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

// copyOutside appends blocks to the list outside, durably.
func (s *Sealer) copyOutside(blocks ...Block) error {
	if s.Outside == "" || len(blocks) == 0 {
		return nil
	}
	f, err := os.OpenFile(s.Outside, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("audit.Seal: %w", err)
	}
	defer f.Close()
	var lines strings.Builder
	for _, b := range blocks {
		lines.WriteString(b.Line())
	}
	if _, err := f.WriteString(lines.String()); err != nil {
		return fmt.Errorf("audit.Seal: %w", err)
	}
	return f.Sync()
}

// catchUp copies the blocks that follow the last one outside. It judges
// nothing: lines that do not agree with the database are for Verify to find.
func (s *Sealer) catchUp(ctx context.Context, tx *db.Tx) error {
	last, err := s.lastOutside()
	for err == nil {
		var blocks []Block
		if blocks, err = blocksAfter(ctx, tx, last, 200); len(blocks) == 0 {
			break
		}
		last, err = blocks[len(blocks)-1].ID, s.copyOutside(blocks...)
	}
	if err != nil {
		return fmt.Errorf("audit.Seal: %w", err)
	}
	return nil
}

// lastOutside gives the last block of the list outside, after it has cut off a
// line that was torn while it was written.
func (s *Sealer) lastOutside() (int64, error) {
	if s.Outside == "" {
		return math.MaxInt64, nil
	}
	f, err := os.OpenFile(s.Outside, os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	tail := make([]byte, min(size, 1024)) // several lines
	if _, err := f.ReadAt(tail, size-int64(len(tail))); err != nil {
		return 0, err
	}
	end := bytes.LastIndexByte(tail, '\n') + 1
	if torn := int64(len(tail) - end); torn > 0 {
		if err := f.Truncate(size - torn); err != nil {
			return 0, err
		}
	}
	line := tail[bytes.LastIndexByte(tail[:max(end-1, 0)], '\n')+1 : end]
	var id int64
	if _, err := fmt.Sscan(string(line), &id); err != nil && end > 0 {
		return math.MaxInt64, nil // not a line of ours: Verify says so
	}
	return id, nil
}

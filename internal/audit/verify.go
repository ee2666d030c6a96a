package audit

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"os"
	"strings"

	"weibao/internal/db"
)

// Report is what Verify found.
type Report struct {
	Blocks, Sealed, Open int64
	Faults               []Fault
}

// Fault is one place where the journal is not what was sealed.
type Fault struct {
	Block int64 // 0: not bound to a block
	What  string
}

// OK tells whether nothing was found.
func (r Report) OK() bool { return len(r.Faults) == 0 }

func (r *Report) fault(block int64, format string, args ...any) {
	r.Faults = append(r.Faults, Fault{block, fmt.Sprintf(format, args...)})
}

// Blocks tells how many blocks there are.
func Blocks(ctx context.Context, tx *db.Tx) (int64, error) {
	last, _, err := lastBlock(ctx, tx)
	return last.ID, err
}

// Verify reads the whole journal and reports every change, gap, reordering,
// cut or setting back. It changes nothing.
func (s *Sealer) Verify(ctx context.Context, tx *db.Tx) (Report, error) {
	var r Report
	last := Block{Previous: []byte{}, Seal: []byte{}}
	seals := map[int64]string{}
	for {
		blocks, err := blocksAfter(ctx, tx, last.ID, 200)
		if err != nil {
			return r, fmt.Errorf("audit.Verify: %w", err)
		}
		if len(blocks) == 0 {
			break
		}
		for _, b := range blocks {
			if err := s.verifyBlock(ctx, tx, &r, last, b); err != nil {
				return r, fmt.Errorf("audit.Verify: %w", err)
			}
			seals[b.ID] = b.Line()
			last = b
		}
	}
	return r, s.verifyCounts(ctx, tx, &r, last, seals)
}

func (s *Sealer) verifyBlock(ctx context.Context, tx *db.Tx, r *Report, last, b Block) error {
	r.Blocks++
	if b.ID != last.ID+1 {
		r.fault(b.ID, "缺少第 %d 至 %d 块", last.ID+1, b.ID-1)
	}
	if !bytes.Equal(b.Previous, orEmpty(last.Seal)) {
		r.fault(b.ID, "与前一块不相衔接")
	}
	if _, known := s.Keys[b.KeyID]; !known {
		r.fault(b.ID, "封存所用密钥 %s 不在密钥文件中", b.KeyID)
	} else if !hmac.Equal(b.Seal, s.seal(b)) {
		r.fault(b.ID, "封存值不符，块被改动")
	}
	entries, err := blockEntries(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	if int64(len(entries)) != b.Entries {
		r.fault(b.ID, "应有 %d 条记录，现有 %d 条", b.Entries, len(entries))
	} else if !bytes.Equal(digest(entries), b.Digest) {
		r.fault(b.ID, "记录内容被改动")
	}
	if b.Total != last.Total+b.Entries {
		r.fault(b.ID, "累计条数不符")
	}
	return nil
}

func (s *Sealer) verifyCounts(ctx context.Context, tx *db.Tx, r *Report, last Block, seals map[int64]string) error {
	var err error
	if r.Sealed, r.Open, err = countEntries(ctx, tx); err != nil {
		return fmt.Errorf("audit.Verify: %w", err)
	}
	if r.Sealed != last.Total {
		r.fault(0, "封存记录应有 %d 条，现有 %d 条", last.Total, r.Sealed)
	}
	return s.verifyOutside(r, last, seals)
}

// verifyOutside compares the blocks with the copies of their seals.
func (s *Sealer) verifyOutside(r *Report, last Block, seals map[int64]string) error {
	if s.Outside == "" {
		return nil
	}
	f, err := os.Open(s.Outside)
	if errors.Is(err, os.ErrNotExist) {
		if last.ID > 0 {
			r.fault(0, "库外封存清单不存在")
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit.Verify: %w", err)
	}
	defer f.Close()
	copied := int64(0)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text() + "\n"
		var id int64
		if _, err := fmt.Sscan(strings.Fields(line + " 0")[0], &id); err != nil {
			r.fault(0, "库外封存清单有无法识别的行")
			continue
		}
		copied = max(copied, id)
		switch seal, there := seals[id]; {
		case !there:
			r.fault(id, "库外清单记有此块，数据库中没有：审计记录被截断或数据库被回退")
		case seal != line:
			r.fault(id, "与库外清单不一致：审计链被重新生成")
		}
	}
	if last.ID > copied+1 { // one block may be committed and not yet copied
		r.fault(0, "库外封存清单缺少第 %d 块之后的内容", copied)
	}
	return nil
}

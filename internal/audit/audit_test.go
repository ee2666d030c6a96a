package audit_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

var officer = access.Actor{User: 7, Name: "测试员", Post: access.Post{Unit: 3, Role: access.Officer}}

func sealer(t *testing.T) *audit.Sealer {
	return &audit.Sealer{Keys: map[string][]byte{"k1": []byte("a key of thirty-two bytes, tests")}, Current: "k1",
		Outside: filepath.Join(t.TempDir(), "seals.log")}
}

func fill(t *testing.T, d *db.DB, n int) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i := range n {
			if err := audit.Write(t.Context(), tx, officer, "plan.issue", "plan", ref.Plan(i+1), map[string]int{"n": i}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, s *audit.Sealer, d *db.DB) audit.Report {
	t.Helper()
	r, err := s.Verify(t.Context(), d.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnUntouchedJournalIsClean(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		s := sealer(t)
		for range 3 {
			fill(t, d, 700)
			if _, err := s.Seal(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		fill(t, d, 5)
		r := verify(t, s, d)
		if !r.OK() || r.Sealed != 2100 || r.Open != 5 || r.Blocks != 6 {
			t.Errorf("%+v", r)
		}
	})
}

// What waits for its block stands in the list with what is sealed, newest first.
func TestTheListHoldsWhatIsSealedAndWhatWaits(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		fill(t, d, 30)
		if _, err := sealer(t).Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		fill(t, d, 5)
		auditor := access.Actor{User: 9, Post: access.Post{Role: access.AuditAdmin}}
		for want, f := range map[int]audit.Filter{35: {}, 20: {Limit: 20}, 2: {Subject: "plan", SubjectID: 3}, 1: {SubjectID: 17}, 12: {Actor: officer.User, Limit: 12}} {
			list, err := audit.List(t.Context(), d.Reader(), auditor, f)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) != want || !slices.IsSortedFunc(list, func(a, b audit.Entry) int { return int(b.ID - a.ID) }) {
				t.Errorf("%+v: %d entries, want %d, newest first", f, len(list), want)
			}
		}
		if list, err := audit.List(t.Context(), d.Reader(), auditor, audit.Filter{Actor: 8}); err != nil || len(list) != 0 {
			t.Errorf("of somebody else: %d entries, %v", len(list), err)
		}
	})
}

func TestNobodyCannotWrite(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return audit.Write(t.Context(), tx, access.Actor{}, "plan.issue", "plan", ref.Plan(1), nil)
		})
		if err == nil {
			t.Error("an entry without an actor was written")
		}
	})
}

// Every way of tampering that SECURITY S-03 lists is found.
func TestTamperingIsFound(t *testing.T) {
	ways := map[string][]string{
		"edit":           {"UPDATE audit_entry SET detail = '{\"n\":999999}' WHERE id = %d"},
		"edit the actor": {"UPDATE audit_entry SET actor_name = '别人' WHERE id = %d"},
		"delete":         {"DELETE FROM audit_entry WHERE id = %d"},
		"move":           {"UPDATE audit_entry SET block = block + 1 WHERE id = %d"},
		"unseal":         {"UPDATE audit_entry SET block = 0 WHERE id = %d"},
		"reorder":        {"UPDATE audit_entry SET id = id + 1000000000000 WHERE id = %d"},
		"insert": {"INSERT INTO audit_entry (id, at, actor, actor_name, unit, role, action, subject, subject_id, detail, block) " +
			"SELECT id + 3000000000000, at, actor, actor_name, unit, role, action, subject, subject_id, detail, block FROM audit_entry WHERE id = %d"},
		"cut the tail": {"DELETE FROM audit_entry WHERE block = 3 AND id <> -%d", "DELETE FROM audit_block WHERE id = 3"},
		"restart":      {"DELETE FROM audit_entry WHERE id <> -%d", "DELETE FROM audit_block"},
		"edit a block": {"UPDATE audit_block SET total = total + 1 WHERE id = 2 AND 0 <> %d"},
	}
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		for name, statements := range ways {
			t.Run(name, func(t *testing.T) {
				wipe(t, d)
				s := sealer(t)
				fill(t, d, 1300)
				if _, err := s.Seal(t.Context(), d); err != nil {
					t.Fatal(err)
				}
				if r := verify(t, s, d); !r.OK() {
					t.Fatalf("faults before tampering: %+v", r.Faults)
				}
				ids, err := db.All[int64](t.Context(), d.Reader(), "SELECT id FROM audit_entry ORDER BY id")
				if err != nil {
					t.Fatal(err)
				}
				run(t, d, ids[rand.IntN(1000)], statements)
				if verify(t, s, d).OK() {
					t.Error("not found")
				}
			})
		}
	})
}

func run(t *testing.T, d *db.DB, id int64, statements []string) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for i, s := range statements {
			if i == 0 {
				s = fmt.Sprintf(s, id)
			}
			if _, err := tx.Exec(t.Context(), s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wipe(t *testing.T, d *db.DB) {
	t.Helper()
	run(t, d, 0, []string{"DELETE FROM audit_entry WHERE id <> %d", "DELETE FROM audit_block"})
}

// Whoever holds the database but not the key cannot make a chain that passes,
// and whoever holds both cannot make it agree with the copies outside.
func TestARestampedChainIsFound(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		s := sealer(t)
		fill(t, d, 900)
		if _, err := s.Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		run(t, d, 0, []string{"DELETE FROM audit_block WHERE id <> %d", "UPDATE audit_entry SET block = 0, detail = '{}'"})
		forger := &audit.Sealer{Keys: map[string][]byte{"k1": []byte("another key")}, Current: "k1"}
		if _, err := forger.Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if verify(t, s, d).OK() {
			t.Error("a chain made with another key passes")
		}
		run(t, d, 0, []string{"DELETE FROM audit_block WHERE id <> %d", "UPDATE audit_entry SET block = 0"})
		insider := &audit.Sealer{Keys: s.Keys, Current: "k1"}
		if _, err := insider.Seal(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if verify(t, s, d).OK() {
			t.Error("a chain restamped with the key agrees with the copies outside")
		}
	})
}

// A process that dies between the commit of a block and its copy outside, or
// in the middle of a line, leaves nothing that looks like tampering.
func TestWhatAKilledSealerDidNotCopyIsCaughtUp(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		s := sealer(t)
		seal := func(s *audit.Sealer) {
			fill(t, d, 3)
			if _, err := s.Seal(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		seal(s)
		seal(s)
		for range 3 {
			seal(&audit.Sealer{Keys: s.Keys, Current: s.Current}) // sealed, not copied
		}
		f, err := os.OpenFile(s.Outside, os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("3 9 17"); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if verify(t, s, d).OK() {
			t.Error("blocks that are missing outside are not seen")
		}
		seal(s)
		if r := verify(t, s, d); !r.OK() || r.Blocks != 6 {
			t.Errorf("%+v", r)
		}
	})
}

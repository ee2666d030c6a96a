package fault_test

import (
	"context"
	"os"
	"testing"
	"time"

	"weibao/internal/db"
	"weibao/internal/testkit"
)

// kills kills a child n times in the middle of its writes and gives what it
// broke; it stops at the first.
func kills(t *testing.T, dsn string, n int, env ...string) []string {
	t.Helper()
	l, seals := newLedger(), t.TempDir()
	env = append(env, childSeals+"="+seals)
	for range n {
		p := launch(t, dsn, env)
		wait := l.load(t.Context(), p, 8, false)
		pause(5*time.Millisecond, 150*time.Millisecond)
		p.kill()
		wait()
		if found := l.broken(t, dsn, seals); len(found) > 0 {
			return found
		}
	}
	p := launch(t, dsn, env) // what is unsure is sent again, and is there once
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	l.load(ctx, p, 8, false)()
	p.kill()
	t.Logf("%d kills, %d acknowledged", n, len(l.acked))
	return l.broken(t, dsn, seals)
}

func TestAKilledProcessLosesAndDoublesNothing(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			for _, f := range kills(t, testkit.DSN(t, dialect), rounds(20)) {
				t.Error(f)
			}
		})
	}
}

// The control: who answers before the commit is caught.
func TestAKillCatchesAnswersBeforeTheCommit(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			if len(kills(t, testkit.DSN(t, dialect), 10, childEarly+"=1")) == 0 {
				t.Error("nothing was lost, so the check cannot see a loss")
			}
		})
	}
}

// The child brings its log into the file all the time, so that most kills hit
// it there.
func TestAKilledCheckpointLosesAndDoublesNothing(t *testing.T) {
	for _, f := range kills(t, testkit.DSN(t, db.SQLite), rounds(20), childLog+"=1") {
		t.Error(f)
	}
}

// The control: what a kill leaves in the log is lost with it.
func TestAKillThatLosesTheLogIsCaught(t *testing.T) {
	dsn, l := testkit.DSN(t, db.SQLite), newLedger()
	for range 30 {
		p := launch(t, dsn, []string{childLog + "=1"})
		wait := l.load(t.Context(), p, 8, false)
		pause(100*time.Millisecond, 200*time.Millisecond)
		p.kill()
		wait()
		if err := os.Remove(dsn + "-wal"); err != nil {
			t.Fatal(err)
		}
		if len(l.broken(t, dsn, "")) > 0 {
			return
		}
	}
	t.Error("nothing was lost, so the kills hit no log that matters")
}

// postmasterKills kills the database under a child n times; the child goes on by itself.
func postmasterKills(t *testing.T, n int, options ...string) []string {
	t.Helper()
	c := testkit.NewCluster(t, options...)
	dsn, l, seals := c.DSN(t), newLedger(), t.TempDir()
	p := launch(t, dsn, []string{childSeals + "=" + seals})
	for range n {
		ctx, stop := context.WithCancel(t.Context())
		wait := l.load(ctx, p, 8, true)
		pause(100*time.Millisecond, 500*time.Millisecond)
		c.Kill()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		stop()
		wait()
		if found := l.broken(t, dsn, ""); len(found) > 0 {
			return found
		}
	}
	before := len(l.acked)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	l.load(ctx, p, 8, true)()
	p.kill()
	t.Logf("%d kills of the database, %d acknowledged", n, len(l.acked))
	if len(l.acked) == before {
		t.Error("the process did not recover when the database did")
	}
	return l.broken(t, dsn, seals)
}

func TestAKilledDatabaseLosesAndDoublesNothing(t *testing.T) {
	for _, f := range postmasterKills(t, min(rounds(2), 100)) {
		t.Error(f)
	}
}

// The control: a database that answers before it has written its log loses.
func TestAKilledDatabaseThatAnswersEarlyIsCaught(t *testing.T) {
	if len(postmasterKills(t, 10, "synchronous_commit=off", "wal_writer_delay=10s")) == 0 {
		t.Error("nothing was lost, so the check cannot see a loss")
	}
}

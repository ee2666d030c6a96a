package fault_test

import (
	"context"
	"net/http"
	"strconv"
	"syscall"
	"testing"
	"time"

	"weibao/internal/testkit"
)

// failover takes reports while the standby's receiver stands still for a
// while, so that attempts run out of time and are sent again with their keys;
// then the primary is lost and the standby promoted. It gives what is broken
// on the standby of what was acknowledged.
func failover(t *testing.T, synchronous bool) []string {
	t.Helper()
	primary := testkit.NewCluster(t)
	dsn := primary.DSN(t)
	standby := primary.Standby(t)
	await(t, func() bool {
		return primary.Ask(t, "SELECT count(*)::text FROM pg_stat_replication WHERE state = 'streaming'") == "1"
	})
	if synchronous {
		primary.Set(t, "synchronous_standby_names", "*")
		await(t, func() bool {
			return primary.Ask(t, "SELECT coalesce(max(sync_state), '') FROM pg_stat_replication") == "sync"
		})
	}
	l, seals := newReporters(), t.TempDir()
	l.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 500 * time.Millisecond}
	p := launch(t, primary.Pair(standby, dsn), []string{childSeals + "=" + seals})
	ctx, stop := context.WithCancel(t.Context())
	wait := l.load(ctx, p, 8, true)
	time.Sleep(time.Second)
	receiver, err := strconv.Atoi(standby.Ask(t, "SELECT pid::text FROM pg_stat_wal_receiver"))
	if err != nil {
		t.Fatal(err)
	}
	_ = syscall.Kill(receiver, syscall.SIGSTOP)
	time.Sleep(1500 * time.Millisecond)
	lost := time.Now()
	primary.KillAll()
	_ = syscall.Kill(receiver, syscall.SIGCONT)
	standby.Promote(t)
	before := len(acknowledged(l))
	await(t, func() bool { return len(acknowledged(l)) > before })
	t.Logf("%d acknowledged when the primary was lost, taken again after %s", before, time.Since(lost).Round(10*time.Millisecond))
	time.Sleep(500 * time.Millisecond)
	stop()
	wait()
	p.kill()
	return l.broken(t, primary.Of(standby, dsn), seals, time.Now())
}

func acknowledged(l *reporters) (numbers []int64) {
	l.receipts.Range(func(n, _ any) bool { numbers = append(numbers, n.(int64)); return true })
	return numbers
}

// await waits for what must come within half a minute.
func await(t *testing.T, came func() bool) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); !came(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("it did not come within half a minute")
		}
	}
}

// The primary of a synchronous pair is lost; clients that send again with
// their keys, to either machine, lose no report that was acknowledged.
func TestFaultOfThePrimaryLosesNoReport(t *testing.T) {
	for range min(rounds(1), 10) {
		for _, f := range failover(t, true) {
			t.Error(f)
		}
	}
}

// The control: without waiting for the standby, reports are lost.
func TestFaultOfThePrimaryWithoutASynchronousStandbyIsCaught(t *testing.T) {
	for range 3 {
		if len(failover(t, false)) > 0 {
			return
		}
	}
	t.Error("nothing was lost, so the check cannot see a loss")
}

package throttle_test

import (
	"crypto/sha256"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/fstest"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/intake/throttle"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/rules"
)

var none throttle.Permit

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// usual are the limits of the national rules.
func usual(t *testing.T) throttle.Limits {
	t.Helper()
	l, err := throttle.Of(testkit.Book(t, "demo"), civil.DateOf(noon))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// gate is one with other numbers than the usual, and the usual waits and tasks.
func gate(t *testing.T, guesses, reports, all int) (*throttle.Gate, *clock.Manual) {
	t.Helper()
	c, l := clock.At(noon), usual(t)
	l.Guesses, l.Reports, l.All = guesses, reports, all
	return &throttle.Gate{Clock: c, Limits: l}, c
}

func usualGate(t *testing.T) (*throttle.Gate, *clock.Manual, throttle.Limits) {
	t.Helper()
	l := usual(t)
	g, c := gate(t, l.Guesses, l.Reports, l.All)
	return g, c, l
}

func from(address string) *http.Request {
	r := httptest.NewRequest("POST", "/", nil)
	r.RemoteAddr = address
	return r
}

// solve does what the script of the page does.
func solve(d *throttle.Demand) throttle.Permit {
	for n := 0; ; n++ {
		work := strconv.Itoa(n)
		sum := sha256.Sum256([]byte(d.Ticket + ":" + work))
		zeros := 0
		for zeros < 8*len(sum) && sum[zeros/8]>>(7-zeros%8)&1 == 0 {
			zeros++
		}
		if zeros >= d.Bits {
			return throttle.Permit{Ticket: d.Ticket, Work: work}
		}
	}
}

func TestASchoolBehindOneAddressIsNeverShutOut(t *testing.T) {
	g, c, l := usualGate(t)
	r := from("192.0.2.1:1")
	for range l.Reports {
		if g.Report(r, false, none) != nil {
			t.Fatal("more is asked of what a school sends")
		}
	}
	d := g.Report(r, false, none)
	if d == nil {
		t.Fatal("a flood is let in as it comes")
	}
	if g.Report(r, false, solve(d)) != nil {
		t.Error("the solved task does not let in")
	}
	if g.Report(from("198.51.100.9:1"), false, none) != nil {
		t.Error("more is asked of another network")
	}
	for range 3000 {
		if g.Report(r, true, none) != nil {
			t.Fatal("more is asked of who says that somebody is in danger")
		}
	}
	c.Advance(3 * time.Hour)
	if g.Report(r, false, none) != nil {
		t.Error("hours later more is still asked")
	}
}

func TestWithoutAScriptATicketLetsInAfterItsWait(t *testing.T) {
	g, c := gate(t, 0, 1, 100)
	r := from("192.0.2.1:1")
	g.Report(r, false, none)
	d := g.Report(r, false, none)
	if d == nil || d.Wait < 20*time.Second || d.Wait > time.Minute {
		t.Fatalf("%+v", d)
	}
	c.Advance(d.Wait / 2)
	early := g.Report(r, false, throttle.Permit{Ticket: d.Ticket})
	if early == nil || early.Ticket != d.Ticket || early.Wait >= d.Wait {
		t.Fatalf("who comes too early keeps his ticket and waits for the rest: %+v", early)
	}
	c.Advance(early.Wait)
	if g.Report(r, false, throttle.Permit{Ticket: d.Ticket}) != nil {
		t.Error("who has waited is not let in")
	}
	if g.Report(r, false, throttle.Permit{Ticket: d.Ticket}) == nil {
		t.Error("a ticket lets in twice")
	}
}

// However many tickets an attacker draws, nobody waits for ever.
func TestTheWaitIsBounded(t *testing.T) {
	g, c := gate(t, 0, 0, 0)
	for range 10_000 {
		g.Report(from("203.0.113.5:1"), false, none)
	}
	d := g.Report(from("192.0.2.1:1"), false, none)
	if d.Wait > 5*time.Minute || d.Bits > 20 {
		t.Fatalf("%v, %d bits", d.Wait, d.Bits)
	}
	c.Advance(d.Wait)
	if g.Report(from("192.0.2.1:1"), false, throttle.Permit{Ticket: d.Ticket}) != nil {
		t.Error("who has waited is not let in")
	}
}

func TestAFloodOfManyNetworksAsksMoreOfAllButThoseInDanger(t *testing.T) {
	g, _ := gate(t, 0, 10, 20)
	for i := range 20 {
		if g.Report(from("192.0.2."+strconv.Itoa(i)+":1"), false, none) != nil {
			t.Fatal("more is asked below the limit")
		}
	}
	d := g.Report(from("198.51.100.1:1"), false, none)
	if d == nil || g.Report(from("198.51.100.1:1"), true, none) != nil {
		t.Fatalf("%+v", d)
	}
	other, _ := gate(t, 0, 0, 0)
	forged := other.Report(from("198.51.100.1:1"), false, none)
	if g.Report(from("198.51.100.1:1"), false, solve(forged)) == nil {
		t.Error("a ticket that another gate has signed lets in")
	}
	if g.Report(from("198.51.100.1:1"), false, throttle.Permit{Ticket: d.Ticket, Work: "0"}) == nil && d.Bits > 1 {
		t.Error("an unsolved task lets in")
	}
}

func TestWrongReceiptsAreCountedAndForgotten(t *testing.T) {
	g, c, l := usualGate(t)
	r := from("[2001:db8::1]:9")
	for range l.Guesses {
		if g.Guess(r, none) != nil {
			t.Fatal("more is asked too early")
		}
		g.Missed(r)
	}
	d := g.Guess(r, none)
	if d == nil || g.Guess(from("[2001:db8::ffff]:9"), none) == nil {
		t.Fatal("guessing goes on")
	}
	if g.Guess(r, solve(d)) != nil {
		t.Error("the solved task does not let in")
	}
	if g.Guess(r, solve(d)) == nil {
		t.Error("one solved task is worth one try")
	}
	c.Advance(61 * time.Minute)
	if g.Guess(r, none) != nil {
		t.Error("half of the last hour still counts, and no more")
	}
}

func TestAPassBelongsToOneReceipt(t *testing.T) {
	g, _, _ := usualGate(t)
	pass := g.Pass("1234567890123456")
	if !g.Passes("1234567890123456", pass) || g.Passes("1234567890123457", pass) || g.Passes("1234567890123456", "") {
		t.Error("passes are mixed up")
	}
}

const shorter = `kind: limits
defaults: {status: local, verified: false, source: {document: 本县办法}}
items:
  - {id: intake.reports, label: 件数, op: "<=", value: 1, unit: 件, valid_from: 2021-06-01, valid_to: 2026-03-01}
  - {id: intake.reports, label: 件数, op: "<=", value: 2, unit: 件, valid_from: 2026-03-02, valid_to: 2026-03-02}
  - {id: intake.reports, label: 件数, op: "<=", value: 3, unit: 件, valid_from: 2026-03-03}
`

// with gives the demo's rules with one file more.
func with(t *testing.T, name, text string) *rule.Book {
	t.Helper()
	tree := fstest.MapFS{name: {Data: []byte(text)}}
	err := fs.WalkDir(rules.FS, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(rules.FS, p)
		if p != name {
			tree[p] = &fstest.MapFile{Data: b}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	book, err := rule.Load(tree, "demo")
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// letIn is how many reports of one network come in at once.
func letIn(g *throttle.Gate, address string) (n int) {
	for g.Report(from(address), false, none) == nil {
		n++
	}
	return n
}

// A county's own limit stands before the national one on its days, and a
// running program goes over to the next by itself.
func TestTheCountySetsTheLimits(t *testing.T) {
	book, c := with(t, "county/demo/limits.yaml", shorter), clock.At(noon)
	g, err := throttle.New(c, func() *rule.Book { return book }, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := letIn(g, "192.0.2.1:1"); n != 2 {
		t.Errorf("%d let in", n)
	}
	c.Advance(24 * time.Hour)
	if n := letIn(g, "198.51.100.1:1"); n != 3 {
		t.Errorf("the day after %d let in", n)
	}
}

func TestAGateWithoutLimitsIsRefused(t *testing.T) {
	if _, err := throttle.New(clock.At(time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)), func() *rule.Book { return testkit.Book(t, "demo") }, nil); err == nil {
		t.Error("nobody said what is let in, and everybody is")
	}
}

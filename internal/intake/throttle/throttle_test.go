package throttle_test

import (
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/intake/throttle"
)

var none throttle.Permit

func gate(l throttle.Limits) (*throttle.Gate, *clock.Manual) {
	c := clock.At(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))
	return &throttle.Gate{Clock: c, Limits: l}, c
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
	g, c := gate(throttle.Usual)
	r := from("192.0.2.1:1")
	for range throttle.Usual.Reports {
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
	g, c := gate(throttle.Limits{Reports: 1, All: 100})
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
	g, c := gate(throttle.Limits{Reports: 0, All: 0})
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
	g, _ := gate(throttle.Limits{Reports: 10, All: 20})
	for i := range 20 {
		if g.Report(from("192.0.2."+strconv.Itoa(i)+":1"), false, none) != nil {
			t.Fatal("more is asked below the limit")
		}
	}
	d := g.Report(from("198.51.100.1:1"), false, none)
	if d == nil || g.Report(from("198.51.100.1:1"), true, none) != nil {
		t.Fatalf("%+v", d)
	}
	other, _ := gate(throttle.Limits{})
	forged := other.Report(from("198.51.100.1:1"), false, none)
	if g.Report(from("198.51.100.1:1"), false, solve(forged)) == nil {
		t.Error("a ticket that another gate has signed lets in")
	}
	if g.Report(from("198.51.100.1:1"), false, throttle.Permit{Ticket: d.Ticket, Work: "0"}) == nil && d.Bits > 1 {
		t.Error("an unsolved task lets in")
	}
}

func TestWrongReceiptsAreCountedAndForgotten(t *testing.T) {
	g, c := gate(throttle.Usual)
	r := from("[2001:db8::1]:9")
	for range throttle.Usual.Guesses {
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
	g, _ := gate(throttle.Usual)
	pass := g.Pass("1234567890123456")
	if !g.Passes("1234567890123456", pass) || g.Passes("1234567890123457", pass) || g.Passes("1234567890123456", "") {
		t.Error("passes are mixed up")
	}
}

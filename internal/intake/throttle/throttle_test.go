package throttle_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/intake/throttle"
)

func TestASchoolBehindOneAddressIsLetIn(t *testing.T) {
	c := clock.At(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))
	g := &throttle.Gate{Clock: c, Limits: throttle.Usual}
	r := httptest.NewRequest("POST", "/", nil)
	for range throttle.Usual.Reports {
		if err := g.Report(r, false); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Report(r, false); !errs.Is(err, errs.TooMany) {
		t.Errorf("beyond all that a school sends: %v", err)
	}
	if err := g.Report(r, true); err != nil {
		t.Errorf("somebody in danger: %v", err)
	}
	other := httptest.NewRequest("POST", "/", nil)
	other.RemoteAddr = "198.51.100.9:1"
	if err := g.Report(other, false); err != nil {
		t.Errorf("another network: %v", err)
	}
	c.Advance(3 * time.Hour)
	if err := g.Report(r, false); err != nil {
		t.Errorf("hours later: %v", err)
	}
}

func TestWrongReceiptsAreCountedAndForgotten(t *testing.T) {
	c := clock.At(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))
	g := &throttle.Gate{Clock: c, Limits: throttle.Usual}
	r := httptest.NewRequest("POST", "/", nil)
	r.RemoteAddr = "[2001:db8::1]:9"
	for range throttle.Usual.Guesses {
		if err := g.Guess(r); err != nil {
			t.Fatal(err)
		}
		g.Missed(r)
	}
	same := httptest.NewRequest("POST", "/", nil)
	same.RemoteAddr = "[2001:db8::ffff]:9"
	if g.Guess(r) == nil || g.Guess(same) == nil {
		t.Error("guessing goes on")
	}
	c.Advance(61 * time.Minute)
	if err := g.Guess(r); err != nil {
		t.Errorf("half of the last hour still counts, and no more: %v", err)
	}
}

package auth

import (
	"context"
	"encoding/hex"
	"net/netip"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// subject is what failures are counted of, as a keyed digest: no address and
// no mistyped login is stored.
func (g *Guard) subject(parts ...string) []byte {
	return g.Vault.Blind("failure", strings.Join(parts, "\x00"))
}

// network cuts an address to what one office shares: IPv4 /24, IPv6 /64.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap()
	bits := 64
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return address
	}
	return p.String()
}

// charge counts a try before it is made, so that tries at the same time
// cannot pass together, and tells until when the subject is locked; 0 lets
// the try pass. The try that reaches the limit still passes and locks.
func charge(ctx context.Context, tx *db.Tx, subject []byte, limit, forget, lock int) (until clock.Instant, err error) {
	if err := tx.Lock(ctx, "auth.failure/"+hex.EncodeToString(subject[:8])); err != nil {
		return 0, err
	}
	f, err := failureOf(ctx, tx, subject)
	if err != nil || f.Until > tx.Now {
		return f.Until, err
	}
	if f.Until != 0 || after(tx.Now, f.Latest, forget) {
		f.Tries, f.Until = 0, 0
	}
	f.Tries++
	f.Latest = tx.Now
	if f.Tries >= int64(limit) {
		f.Until = tx.Now + clock.Instant(minutes(lock))
	}
	return 0, saveFailure(ctx, tx, f)
}

// lockedUntil tells until when a subject is locked, without counting.
func lockedUntil(ctx context.Context, tx *db.Tx, subject []byte) (clock.Instant, error) {
	f, err := failureOf(ctx, tx, subject)
	if err != nil || f.Until <= tx.Now {
		return 0, err
	}
	return f.Until, nil
}

func errLocked(until clock.Instant) error {
	return errs.Newf(errs.TooMany, "输错次数过多，已暂停登录，请在 %s 以后再试。如非本人操作，请立即报告安全保密管理员。", until.Time().In(civil.Zone).Format("15:04"))
}

// try charges a subject in a transaction of its own.
func (g *Guard) try(ctx context.Context, subject []byte) error {
	var until clock.Instant
	err := g.DB.Write(ctx, func(tx *db.Tx) (err error) {
		until, err = charge(ctx, tx, subject, g.Profile.Lock.Failures, g.Profile.Lock.Minutes, g.Profile.Lock.Minutes)
		return err
	})
	if err == nil && until != 0 {
		err = errLocked(until)
	}
	return err
}

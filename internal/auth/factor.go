package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"image/png"
	"net/url"
	"strings"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

const (
	stepSeconds   = 30
	recoveryCodes = 10
)

// Enrolment is a second factor that is offered and not yet confirmed.
type Enrolment struct {
	Secret string // for typing it in, in groups of four
	URL    string // otpauth address, also in the picture
}

// PNG draws the address as a QR code.
func (e Enrolment) PNG() ([]byte, error) {
	key, err := otp.NewKeyFromURL(e.URL)
	if err != nil {
		return nil, fmt.Errorf("auth.Enrolment: %w", err)
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return nil, fmt.Errorf("auth.Enrolment: %w", err)
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}

func secretOf(id ref.User) vault.Field {
	return vault.Field{Table: "auth_factor", Column: "secret", Row: int64(id)}
}

var errHasFactor = errs.New(errs.Conflict, "您已绑定动态口令。更换手机请联系安全保密管理员解除原绑定后重新绑定。")

// BeginFactor offers a second factor to the holder of a session; asked again
// before it is confirmed it offers the same.
func (g *Guard) BeginFactor(ctx context.Context, token string) (Enrolment, error) {
	_, u, err := g.pending(ctx, token, NeedsFactor, Full)
	if err != nil {
		return Enrolment{}, err
	}
	secret := ""
	err = g.DB.Write(ctx, func(tx *db.Tx) error {
		f, there, err := factorOf(ctx, tx, u.ID)
		switch {
		case err != nil:
			return err
		case f.Confirmed != 0:
			return errHasFactor
		case there:
			secret, err = g.Vault.OpenText(ctx, tx, group(u.ID), secretOf(u.ID), f.Secret)
			return err
		}
		raw := make([]byte, 20)
		rand.Read(raw)
		secret = base32.StdEncoding.EncodeToString(raw)
		sealed, err := g.Vault.SealText(ctx, tx, group(u.ID), secretOf(u.ID), secret)
		if err != nil {
			return err
		}
		return saveFactor(ctx, tx, factorRow{Holder: u.ID, Secret: sealed})
	})
	return enrolment(secret, u.Login), err
}

func enrolment(secret, login string) Enrolment {
	q := url.Values{"secret": {secret}, "issuer": {"未保通"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	address := url.URL{Scheme: "otpauth", Host: "totp", Path: "/未保通:" + login, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	var groups []string
	for len(secret) > 4 {
		groups, secret = append(groups, secret[:4]), secret[4:]
	}
	return Enrolment{Secret: strings.Join(append(groups, secret), " "), URL: address.String()}
}

// ConfirmFactor takes the first code of an offered factor, and gives recovery
// codes, shown once, and the token that carries on.
func (g *Guard) ConfirmFactor(ctx context.Context, token, code string) (codes []string, next string, s Session, err error) {
	old, u, err := g.pending(ctx, token, NeedsFactor, Full)
	if err != nil {
		return nil, "", old, err
	}
	if err := g.try(ctx, g.subject("code", ref.Format(u.ID))); err != nil {
		return nil, "", old, err
	}
	err = g.DB.Write(ctx, func(tx *db.Tx) (err error) {
		f, there, err := factorOf(ctx, tx, u.ID)
		switch {
		case err != nil:
			return err
		case !there:
			return errs.New(errs.Conflict, "绑定已过期，请刷新页面后重新扫码。")
		case f.Confirmed != 0:
			return errHasFactor
		}
		if ok, err := g.takeCode(ctx, tx, &f, code); err != nil || !ok {
			return orCode(err)
		}
		f.Confirmed = tx.Now
		if err := saveFactor(ctx, tx, f); err != nil {
			return err
		}
		if codes, err = g.newRecovery(ctx, tx, u.ID); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, access.Actor{User: u.ID, Name: u.Name}, "auth.enrol", "auth_user", u.ID, nil); err != nil {
			return err
		}
		if err := dropFailure(ctx, tx, g.subject("code", ref.Format(u.ID))); err != nil {
			return err
		}
		next, s, err = g.advance(ctx, tx, old)
		return err
	})
	return codes, next, s, err
}

func orCode(err error) error {
	if err != nil {
		return err
	}
	return errs.Fields{"code": "动态口令不正确。请输入手机上当前显示的 6 位数字，并确认手机时间准确；刚用过的数字不能再用。"}.Err()
}

// takeCode tells whether a code is that of now or of half a minute around it,
// and newer than the last one taken.
func (g *Guard) takeCode(ctx context.Context, tx *db.Tx, f *factorRow, code string) (bool, error) {
	secret, err := g.Vault.OpenText(ctx, tx, group(f.Holder), secretOf(f.Holder), f.Secret)
	if err != nil {
		return false, err
	}
	now := tx.Now.Time().Unix() / stepSeconds
	for step := now - 1; step <= now+1; step++ {
		want, err := totp.GenerateCode(secret, clock.Instant(step*stepSeconds*1000).Time())
		if err != nil {
			return false, fmt.Errorf("auth: %w", err)
		}
		if step > f.LastStep && subtle.ConstantTimeCompare([]byte(want), []byte(plainCode(code))) == 1 {
			f.LastStep = step
			return true, nil
		}
	}
	return false, nil
}

func (g *Guard) recoveryDigest(id ref.User, code string) []byte {
	return g.Vault.Blind("recovery/"+ref.Format(id), plainCode(code))
}

func (g *Guard) newRecovery(ctx context.Context, tx *db.Tx, id ref.User) ([]string, error) {
	codes, rows := make([]string, recoveryCodes), make([]recoveryRow, recoveryCodes)
	for i := range codes {
		codes[i] = readable(12)
		rows[i] = recoveryRow{Digest: g.recoveryDigest(id, codes[i]), Holder: id}
	}
	return codes, replaceRecovery(ctx, tx, id, rows)
}

// Code takes the second factor of a login: a one-time code or a recovery code.
func (g *Guard) Code(ctx context.Context, token, code string) (next string, s Session, err error) {
	old, u, err := g.pending(ctx, token, NeedsCode)
	if err != nil {
		return "", old, err
	}
	subject := g.subject("code", ref.Format(u.ID))
	if err := g.try(ctx, subject); err != nil {
		return "", old, err
	}
	right := false
	err = g.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if right, err = g.factorRight(ctx, tx, u.ID, code); err != nil {
			return err
		}
		if !right {
			return audit.Write(ctx, tx, access.Program, "auth.refuse", "auth_user", u.ID, map[string]string{"cause": "code"})
		}
		if err := dropFailure(ctx, tx, subject); err != nil {
			return err
		}
		next, s, err = g.advance(ctx, tx, old)
		return err
	})
	if err == nil && !right {
		err = orCode(nil)
	}
	return next, s, err
}

func (g *Guard) factorRight(ctx context.Context, tx *db.Tx, id ref.User, code string) (bool, error) {
	f, there, err := factorOf(ctx, tx, id)
	if err != nil || !there {
		return false, err
	}
	ok, err := g.takeCode(ctx, tx, &f, code)
	if err != nil {
		return false, err
	}
	if ok {
		return true, saveFactor(ctx, tx, f)
	}
	return useRecovery(ctx, tx, id, g.recoveryDigest(id, code))
}

// ResetFactor takes a person's second factor away, for a lost phone; the
// security administrator does it, who cannot give out passwords.
func (g *Guard) ResetFactor(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) error {
	if err := g.mayGrant(by, id); err != nil {
		return err
	}
	if _, err := userByID(ctx, tx, id); err != nil {
		return err
	}
	if err := dropFactor(ctx, tx, id); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, id, nil); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "user.factor", "auth_user", id, nil)
}

// Factor tells whether a person has a confirmed second factor and how many
// recovery codes are left.
func (g *Guard) Factor(ctx context.Context, tx *db.Tx, id ref.User) (has bool, left int64, err error) {
	f, there, err := factorOf(ctx, tx, id)
	if err != nil {
		return false, 0, err
	}
	left, err = unusedRecovery(ctx, tx, id)
	return there && f.Confirmed != 0, left, err
}

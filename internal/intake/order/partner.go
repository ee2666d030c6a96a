package order

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Partner is another system that may send orders and read results.
type Partner struct {
	ID      ref.Partner
	Name    string
	Channel string
	Region  string // the division whose administrator admitted it; "" = the whole installation
	Made    clock.Instant
	MadeBy  string
	Ended   clock.Instant
}

// Scope is where a partner's orders lie.
func (p Partner) Scope() access.Scope {
	return access.Actor{Post: access.Post{Region: p.Region, Role: access.SecurityAdmin}}.Directory()
}

type partnerRow struct {
	Partner
	Token []byte
}

// maxName is the most characters of a partner's name.
const maxName = 50

// Admit gives a system a token of its own; it is shown once and kept as a
// keyed hash.
func (k *Desk) Admit(ctx context.Context, tx *db.Tx, by access.Actor, name, channel string) (token string, err error) {
	if err := by.Require("intake.partner"); err != nil {
		return "", err
	}
	name = strings.TrimSpace(name)
	f := errs.Fields{}
	f.Check(name != "", "name", "请写明是哪个系统。")
	f.Check(utf8.RuneCountInString(name) <= maxName, "name", "最多50字。")
	f.Check(slices.Contains(Channels, channel), "channel", "请选择12345或者12355。")
	if err := f.Err(); err != nil {
		return "", err
	}
	token = strings.ToLower(rand.Text())
	p := partnerRow{Partner: Partner{ID: ref.New[ref.Partner](tx.Now.Time()), Name: name, Channel: channel, Region: by.Post.Region, Made: tx.Now, MadeBy: by.Name}, Token: k.token(token)}
	if err := insertPartner(ctx, tx, p); err != nil {
		return "", err
	}
	return token, audit.Write(ctx, tx, by, "intake.partner", "intake_partner", p.ID, map[string]string{"channel": channel})
}

func (k *Desk) token(text string) []byte { return k.Intake.Vault.Blind("intake.partner", text) }

// Dismiss takes a token back; from then on it opens nothing.
func (k *Desk) Dismiss(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Partner) error {
	if err := by.Require("intake.partner"); err != nil {
		return err
	}
	if err := endPartner(ctx, tx, by, id); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.partner", "intake_partner", id, map[string]bool{"ended": true})
}

// Partners lists the systems of the actor's division that have or had a token.
func (k *Desk) Partners(ctx context.Context, tx *db.Tx, by access.Actor) ([]Partner, error) {
	if err := by.Require("intake.partner"); err != nil {
		return nil, err
	}
	return partners(ctx, tx, by)
}

// Bearer gives the partner of a token.
func (k *Desk) Bearer(ctx context.Context, tx *db.Tx, token string) (Partner, error) {
	p, ok, err := partnerByToken(ctx, tx, k.token(strings.ToLower(strings.TrimSpace(token))))
	if err == nil && (!ok || token == "") {
		err = errs.New(errs.SignIn, "对接口令无效或者已经收回，请与县级安全保密管理员联系。")
	}
	return p, err
}

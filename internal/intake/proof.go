package intake

import (
	"context"
	"encoding/json"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Proof is what somebody under duty can show for having reported 「强制报告凭证」.
type Proof struct {
	Number     string
	At         clock.Instant
	Reporter   Reporter
	Situations []string
	Place      string
	Narrative  string
	Called     Called
	Police     clock.Instant // when the police signed; 0 = they have not
	Mark       string        // keyed mark over all of it: the office makes the same again, nobody else can
}

// Prove gives the proof of a mandatory report to whoever holds its receipt.
func (k *Desk) Prove(ctx context.Context, tx *db.Tx, receipt string) (Proof, error) {
	r, err := k.find(ctx, tx, receipt)
	if err != nil {
		return Proof{}, err
	}
	if r.Mandatory == 0 {
		return Proof{}, errs.New(errs.Conflict, "只有强制报告才有凭证。")
	}
	told, err := k.telling(ctx, tx, r)
	if err != nil {
		return Proof{}, err
	}
	p := Proof{Number: r.Number, At: r.Received, Place: told.Place, Narrative: told.Narrative}
	if told.Called != nil {
		p.Called = *told.Called
	}
	for _, c := range r.CodeList() {
		if s, ok := k.situation(c, r.Received); ok {
			p.Situations = append(p.Situations, s.Label)
		}
	}
	if r.Named != 0 {
		if p.Reporter, err = k.who(ctx, tx, r.ID); err != nil {
			return Proof{}, err
		}
	}
	if p.Police, err = k.police(ctx, tx, r); err != nil {
		return Proof{}, err
	}
	p.Mark = k.Vault.Stamp("intake_proof", p.Number, strconv.FormatInt(int64(p.At), 10), r.Codes, p.Place, p.Narrative, p.Reporter.Name, p.Reporter.Unit, p.Called.At)
	return p, audit.Write(ctx, tx, access.Program, "intake.proof", "intake_report", r.ID, nil)
}

// who opens the identity of a reporter for himself.
func (k *Desk) who(ctx context.Context, tx *db.Tx, id ref.Report) (who Reporter, err error) {
	row, err := reporterOf(ctx, tx, id)
	if err != nil {
		return who, err
	}
	plain, err := k.Vault.Open(ctx, tx, reporterGroup(id), field("intake_reporter", "sealed", int64(id)), row.Sealed)
	if err != nil {
		return who, err
	}
	return who, json.Unmarshal(plain, &who)
}

// Day is the day of the proof.
func (p Proof) Day() civil.Date { return civil.DateOf(p.At.Time()) }

package child

import (
	"context"
	"encoding/json"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// group is the record group of a file: shredding it makes all of it unreadable.
func group(id ref.Child) vault.Group { return vault.GroupOf("child", id) }

func dossierField(id ref.Child) vault.Field {
	return vault.Field{Table: "child_dossier", Column: "sealed", Row: int64(id)}
}

// EvidenceField is where the words stand on which a category rests.
func EvidenceField(id int64) vault.Field {
	return vault.Field{Table: "child_category", Column: "evidence", Row: id}
}

// File is a child with the private part as the reader may see it.
type File struct {
	Child
	Dossier  Dossier
	Revealed bool
}

// Get gives the open part of a file in the actor's scope.
func (c *Cabinet) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (Child, error) {
	return get(ctx, tx, by, id)
}

// Lock gives an open file in the actor's scope, locked for the facts that
// another slice is about to record.
func (c *Cabinet) Lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (Child, error) {
	row, err := lock(ctx, tx, by, id)
	if err == nil && row.State != Open {
		err = errs.New(errs.Conflict, "这份档案已结，不能再办理。确需办理的，请先恢复档案。")
	}
	return row, err
}

// LockAll gives those of some files that are open and in the actor's scope, in
// the order of their ids, locked for facts that another slice is about to record.
func (c *Cabinet) LockAll(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) ([]Child, error) {
	rows, err := lockAll(ctx, tx, by, ids)
	return slices.DeleteFunc(rows, func(r Child) bool { return r.State != Open }), err
}

// United lists a file and all that were merged into it; whoever asks has
// found the file in his scope.
func (c *Cabinet) United(ctx context.Context, tx *db.Tx, id ref.Child) ([]ref.Child, error) {
	return united(ctx, tx, id)
}

// Show gives a file in the actor's scope, masked.
func (c *Cabinet) Show(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (File, error) {
	if err := require(by, "child.show"); err != nil {
		return File{}, err
	}
	row, err := get(ctx, tx, by, id)
	if err != nil {
		return File{}, err
	}
	d, err := c.dossier(ctx, tx, id)
	return File{Child: row, Dossier: Masked(d)}, err
}

// Blocked gives those around a child who may not be contacted, masked. Whoever
// works for the child must know the ban: it needs no right but the scope.
func (c *Cabinet) Blocked(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Person, error) {
	files, err := c.Dossiers(ctx, tx, by, []ref.Child{id})
	if err != nil {
		return nil, err
	}
	d := files[id]
	Mask(&d)
	return slices.DeleteFunc(d.People, func(p Person) bool { return p.Blocked == "" }), nil
}

// Purpose is why somebody looks at what is private.
type Purpose struct{ Key, Label string }

// Purposes are those a person chooses from when revealing.
var Purposes = []Purpose{
	{"visit", "走访联系"}, {"check", "核对信息"}, {"assess", "评估研判"}, {"aid", "办理救助保障"}, {"case", "处置个案"}, {"edit", "修改档案"}, {"other", "其他履职需要"},
}

// Reveal shows what is private in a file and leaves the trace
// 「查看留痕」 (未成年人网络保护条例 第三十六条).
func (c *Cabinet) Reveal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, purpose string) (File, error) {
	if err := by.Require("child.reveal"); err != nil {
		return File{}, err
	}
	row, err := get(ctx, tx, by, id)
	if err != nil {
		return File{}, err
	}
	if !knownPurpose(purpose) {
		return File{}, errs.New(errs.Invalid, "请选择查看的用途。")
	}
	if err := Trace(ctx, tx, by, []ref.Child{id}, purpose); err != nil {
		return File{}, err
	}
	d, err := c.dossier(ctx, tx, id)
	return File{Child: row, Dossier: d, Revealed: true}, err
}

// Disclosed is the purpose of looks at a list that was approved 「明文导出」.
const Disclosed = "disclose"

// Trace records that somebody looks at what is private in some files.
func Trace(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child, purpose string) error {
	looks := make([]Look, len(ids))
	for i, id := range ids {
		looks[i] = Look{ID: ref.New[ref.Audit](tx.Now.Time()), Child: id, At: tx.Now, Actor: by.User, ActorName: by.Name,
			Unit: by.Post.Unit, UnitName: by.Post.UnitName, Post: by.Post.ID, Class: "private", Purpose: purpose}
		if err := audit.Write(ctx, tx, by, "child.reveal", "child", id, map[string]string{"purpose": purpose}); err != nil {
			return err
		}
	}
	return db.InsertAll(ctx, tx, "child_reveal", looks)
}

func knownPurpose(key string) bool {
	for _, p := range Purposes {
		if p.Key == key {
			return true
		}
	}
	return false
}

// Look is one reveal.
type Look struct {
	ID        ref.Audit
	Child     ref.Child
	At        clock.Instant
	Actor     ref.User
	ActorName string
	Unit      ref.Unit
	UnitName  string
	Post      ref.Post
	Class     string
	Purpose   string
}

// Looks lists who looked at what is private in a file and in those merged into
// it, the latest first.
func (c *Cabinet) Looks(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Look, error) {
	if _, err := get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	ids, err := united(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return looks(ctx, tx, ids)
}

// Looked tells whether an actor has revealed a file since an instant.
func (c *Cabinet) Looked(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, since clock.Instant) (bool, error) {
	return looked(ctx, tx, by.User, id, since)
}

// dossier opens the private part; callers have checked the right to it.
func (c *Cabinet) dossier(ctx context.Context, tx *db.Tx, id ref.Child) (d Dossier, err error) {
	sealed, err := sealedDossier(ctx, tx, id)
	if err != nil {
		return d, err
	}
	plain, err := c.Vault.Open(ctx, tx, group(id), dossierField(id), sealed)
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal(plain, &d)
}

// Dossiers opens the private parts of many files for work of the program that
// has its own right to them: matching, rules, approved exports. Ids outside
// the actor's scope are left out.
func (c *Cabinet) Dossiers(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) (map[ref.Child]Dossier, error) {
	rows, err := sealedDossiers(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	list := make([]vault.Sealed, len(rows))
	for i, r := range rows {
		list[i] = vault.Sealed{Group: group(r.Child), Field: dossierField(r.Child), Bytes: r.Sealed}
	}
	plain, err := c.Vault.OpenAll(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	out := make(map[ref.Child]Dossier, len(rows))
	for i, r := range rows {
		var d Dossier
		if err := json.Unmarshal([]byte(plain[i]), &d); err != nil {
			return nil, err
		}
		out[r.Child] = d
	}
	return out, nil
}

// Load gives an open file for a change, locked, in the actor's scope.
func (c *Cabinet) Load(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (Child, New, error) {
	row, err := lock(ctx, tx, by, id)
	if err != nil {
		return row, New{}, err
	}
	if row.State != Open {
		return row, New{}, errs.New(errs.Conflict, "这份档案已结，不能再修改。确需修改的，请先恢复档案。")
	}
	d, err := c.dossier(ctx, tx, id)
	return row, stateOf(row, d), err
}

// Masked gives a dossier as it shows before a reveal.
func Masked(d Dossier) Dossier {
	d = clone(d)
	Mask(&d)
	return d
}

// Mask covers in a dossier what shows only after a reveal.
func Mask(d *Dossier) {
	d.Number, d.Phone = idcard.MaskNumber(d.Number), idcard.MaskPhone(d.Phone)
	for i := range d.Papers {
		d.Papers[i].Number = idcard.MaskNumber(d.Papers[i].Number)
	}
	for _, p := range []*Place{&d.Places.Registered, &d.Places.Residence, &d.Places.School, &d.Places.Occurrence} {
		p.Text = covered(p.Text)
	}
	for i := range d.People {
		p := &d.People[i]
		p.Name, p.Number, p.Phone = idcard.MaskName(p.Name), idcard.MaskNumber(p.Number), idcard.MaskPhone(p.Phone)
		p.Address, p.Situation, p.Blocked = covered(p.Address), coveredAll(p.Situation), covered(p.Blocked)
		if p.Delegation != nil {
			g := *p.Delegation
			g.SchoolProof, g.VillageProof, g.Unable = covered(g.SchoolProof), covered(g.VillageProof), covered(g.Unable)
			p.Delegation = &g
		}
	}
	d.Schooling.Student, d.Schooling.Phone = idcard.MaskNumber(d.Schooling.Student), idcard.MaskPhone(d.Schooling.Phone)
	d.Health.Certificate, d.Health.Illness = idcard.MaskNumber(d.Health.Certificate), covered(d.Health.Illness)
	if len(d.Health.Disability) > 0 {
		d.Health.Disability = nil
	}
	d.Health.State, d.Remarks = covered(d.Health.State), covered(d.Remarks)
	d.Situation, d.Welfare = coveredAll(d.Situation), coveredAll(d.Welfare)
	d.Family = Family{Away: covered(d.Family.Away), Quality: covered(d.Family.Quality), Income: covered(d.Family.Income),
		AwayTo: covered(d.Family.AwayTo), Carer: covered(d.Family.Carer), Guardianship: coveredAll(d.Family.Guardianship)}
	if d.Contact != nil {
		d.Contact.Phone = idcard.MaskPhone(d.Contact.Phone)
	}
	for i := range d.Extra {
		d.Extra[i].Value = covered(d.Extra[i].Value)
	}
}

// Cover stands for what shows only after a reveal.
const Cover = "***"

func covered(s string) string {
	if s == "" {
		return ""
	}
	return Cover
}

func coveredAll(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return []string{Cover}
}

// New gives the content of a file as forms and mergers have it.
func (f File) New() New { return stateOf(f.Child, f.Dossier) }

package child

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Change edits a file: change is given its present state and sets what is to
// be. The version is the one that the editor saw; a reason is required.
// Fields that a department has checked are refused: they change by Correct.
func (c *Cabinet) Change(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, version int64, reason string, change func(*New)) error {
	if err := require(by, "child.edit"); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		f := errs.Fields{}
		f.Check(false, "reason", "请说明修改的依据，例如“户口簿核对”“入户走访”。")
		return f.Err()
	}
	row, before, err := c.Load(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if version != 0 && version != row.Version {
		return errs.New(errs.Conflict, "这份档案刚刚被他人修改。您填写的内容没有保存，请刷新后核对再改。")
	}
	if err := c.change(ctx, tx, by, "child.edit", row, before, reason, change); err != nil {
		return err
	}
	return c.rehomed(ctx, tx, by, row)
}

// change writes what is different, whoever has the right to it.
func (c *Cabinet) change(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, row Child, before New, reason string, change func(*New)) error {
	after := before
	after.Dossier = clone(before.Dossier)
	change(&after)
	after.Source = row.Source
	after.Dossier.retell(before.Region != after.Region, before.School != after.School || before.Unit != after.Unit)
	if err := after.Normalize(civil.DateOf(tx.Now.Time())); err != nil {
		return err
	}
	if !by.Scope().Sees(after.Unit, after.Region) && by.User != access.Program.User {
		return Outside()
	}
	diff := Differences(before, after)
	if len(diff) == 0 {
		return nil
	}
	if action == "child.edit" {
		if err := refuseChecked(before.Dossier.Checked, diff); err != nil {
			return err
		}
	}
	if err := c.Rewrite(ctx, tx, row, before, after); err != nil {
		return err
	}
	keys, err := c.Note(ctx, tx, by, action, row.ID, diff, reason)
	if err != nil {
		return err
	}
	if c.Entrusted != nil && (before.Dossier.entrusted() || after.Dossier.entrusted()) {
		if err := c.Entrusted(ctx, tx, by, row.ID); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, by, action, "child", row.ID, map[string]any{"fields": keys})
}

// Rewrite writes the new state with all by which it is found. It serves the parts of this
// slice, which have checked the right to it and write the journal's entry.
func (c *Cabinet) Rewrite(ctx context.Context, tx *db.Tx, row Child, before, after New) error {
	next := row
	next.Name, next.Sex, next.Birth, next.Guessed = after.Name, after.Sex, after.Birth, flag(after.Guessed)
	next.Region, next.Town, next.County = after.Region, access.Town(after.Region), access.County(after.Region)
	next.Unit, next.School, next.Grade = after.Unit, after.School, after.Grade
	next.Band, next.Turns = bandOf(after.Birth, civil.DateOf(tx.Now.Time()))
	if err := c.Put(ctx, tx, row, next); err != nil {
		return err
	}
	if err := unmatch(ctx, tx, row.ID, row.Version+1); err != nil {
		return err
	}
	if err := c.rekey(ctx, tx, row.ID, before.Dossier, after.Dossier); err != nil {
		return err
	}
	plain, err := json.Marshal(after.Dossier)
	if err != nil {
		return err
	}
	sealed, err := c.Vault.Seal(ctx, tx, group(row.ID), dossierField(row.ID), plain)
	if err != nil {
		return err
	}
	return updateDossier(ctx, tx, row.ID, sealed)
}

// rekey replaces the blind indexes of a file where they differ.
func (c *Cabinet) rekey(ctx context.Context, tx *db.Tx, id ref.Child, before, after Dossier) error {
	was, now := c.keys(before), c.keys(after)
	var gone, more []key
	for _, k := range was {
		if !slices.Contains(now, k) {
			gone = append(gone, key{k, id})
		}
	}
	for _, k := range now {
		if !slices.Contains(was, k) {
			more = append(more, key{k, id})
		}
	}
	if err := deleteKeys(ctx, tx, gone); err != nil {
		return err
	}
	return db.InsertAll(ctx, tx, "child_key", more)
}

// Put writes the row of lists and what follows from it: places and order of
// categories, search keys, kept numbers. It serves parts as Rewrite does.
func (c *Cabinet) Put(ctx context.Context, tx *db.Tx, row, next Child) error {
	next.Version, next.Changed = row.Version+1, tx.Now
	if err := update(ctx, tx, next); err != nil {
		return err
	}
	if row.Region != next.Region || row.Level != next.Level || row.Due != next.Due {
		if err := placeCategories(ctx, tx, next); err != nil {
			return err
		}
	}
	if row.Region != next.Region || row.Unit != next.Unit {
		if err := placePairs(ctx, tx, next); err != nil {
			return err
		}
	}
	if row.Name != next.Name || row.Town != next.Town || row.State != next.State {
		if err := rename(ctx, tx, row, next); err != nil {
			return err
		}
	}
	counts := counting{}
	counts.add(row, -1)
	counts.add(next, 1)
	return counts.apply(ctx, tx)
}

// rename moves a file from what its old name was found by to what the new one is.
func rename(ctx context.Context, tx *db.Tx, row, next Child) error {
	var gone, more []gram
	for _, g := range grams(row.Name) {
		gone = append(gone, gram{row.Town, []byte(g), row.ID})
	}
	if err := deleteGrams(ctx, tx, gone); err != nil {
		return err
	}
	for _, g := range grams(next.Name) {
		more = append(more, gram{next.Town, []byte(g), next.ID})
	}
	if next.State != Open {
		return nil
	}
	return db.InsertAll(ctx, tx, "child_gram", more)
}

// Difference is a value of a field before and after a change.
type Difference struct {
	Field  string `json:"field"` // path within the file: name, dossier.phone, dossier.people.0.phone
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Differences lists what two states of a file hold differently, by path.
func Differences(before, after New) []Difference {
	was, now := flat(before), flat(after)
	var out []Difference
	for path, v := range was {
		if now[path] != v {
			out = append(out, Difference{path, v, now[path]})
		}
	}
	for path, v := range now {
		if _, there := was[path]; !there {
			out = append(out, Difference{Field: path, After: v})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return strings.Compare(a.Field, b.Field) })
	return out
}

func flat(n New) map[string]string {
	out := map[string]string{"name": n.Name, "sex": string(n.Sex), "birth": n.Birth.String(), "region": n.Region, "school": n.School, "grade": n.Grade}
	b, err := json.Marshal(n.Dossier)
	if err != nil {
		return out
	}
	tree, numbers := any(nil), json.NewDecoder(bytes.NewReader(b))
	numbers.UseNumber() // ids do not fit into a float
	if numbers.Decode(&tree) == nil {
		flatten("dossier", tree, out)
	}
	return out
}

func flatten(path string, v any, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			flatten(path+"."+k, inner, out)
		}
	case []any:
		for i, inner := range v {
			flatten(path+"."+strconv.Itoa(i), inner, out)
		}
	case string:
		out[path] = v
	case json.Number:
		out[path] = v.String()
	default:
		b, _ := json.Marshal(v)
		out[path] = string(b)
	}
}

func refuseChecked(checked []string, diff []Difference) error {
	f := errs.Fields{}
	for _, d := range diff {
		for _, field := range checked {
			if d.Field == field || strings.HasPrefix(d.Field, field+".") {
				f.Check(false, strings.TrimPrefix(field, "dossier."), "这一项已由部门核对，请用“申请更正”提出修改。")
			}
		}
	}
	return f.Err()
}

// Past is a change as it stands in the file's history.
type Past struct {
	ID        ref.Audit
	Child     ref.Child
	At        clock.Instant
	Actor     ref.User
	ActorName string
	Unit      ref.Unit
	Action    access.Permission
	Fields    string
	Sealed    []byte
	Reason    []byte
}

// Note writes a change into the file's history and gives the paths it touched.
func (c *Cabinet) Note(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, id ref.Child, diff []Difference, reason string) ([]string, error) {
	keys := make([]string, len(diff))
	for i, d := range diff {
		keys[i] = d.Field
	}
	plain, err := json.Marshal(diff)
	if err != nil {
		return nil, err
	}
	p := Past{ID: ref.New[ref.Audit](tx.Now.Time()), Child: id, At: tx.Now, Actor: by.User, ActorName: by.Name, Unit: by.Post.Unit,
		Action: action, Fields: strings.Join(keys, " ")}
	sealed, err := c.Vault.SealAll(ctx, tx, []vault.Sealed{
		{Group: group(id), Field: vault.Field{Table: "child_change", Column: "sealed", Row: int64(p.ID)}, Bytes: plain},
		{Group: group(id), Field: vault.Field{Table: "child_change", Column: "reason", Row: int64(p.ID)}, Bytes: []byte(reason)},
	})
	if err != nil {
		return nil, err
	}
	p.Sealed, p.Reason = sealed[0], sealed[1]
	return keys, db.Insert(ctx, tx, "child_change", p)
}

// Told is a change with what it changed, for a reader who may see it.
type Told struct {
	Past
	Differences []Difference
	Words       string // the reason
}

// History gives the changes of a file and of those merged into it, the latest
// first. Its values are as private as the file: the caller shows them to
// whoever revealed it.
func (c *Cabinet) History(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Told, error) {
	if _, err := get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	ids, err := united(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	list, err := changes(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	sealed := make([]vault.Sealed, 0, 2*len(list))
	for _, p := range list {
		sealed = append(sealed,
			vault.Sealed{Group: group(p.Child), Field: vault.Field{Table: "child_change", Column: "sealed", Row: int64(p.ID)}, Bytes: p.Sealed},
			vault.Sealed{Group: group(p.Child), Field: vault.Field{Table: "child_change", Column: "reason", Row: int64(p.ID)}, Bytes: p.Reason})
	}
	plain, err := c.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	out := make([]Told, len(list))
	for i, p := range list {
		out[i] = Told{Past: p, Words: plain[2*i+1]}
		if err := json.Unmarshal([]byte(plain[2*i]), &out[i].Differences); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func clone(d Dossier) Dossier {
	var out Dossier
	b, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		return d
	}
	return out
}

// Package imports takes lists of children into the files 「导入、数据比对」.
//
// It owns child_import_batch, child_import_block, child_import_row, child_import_mapping and
// child_import_prompt. It promises: a list is shown before anything is written; each
// of its rows is carried out once, whatever is killed meanwhile; a batch can be
// undone as a whole, except for what was changed since, which is told; wrong
// rows go back to the sender in the order and with the row numbers of his own
// list; what a list says of another department is never a change but a prompt
// to verify. Its copies are sealed under a key of the batch and destroyed
// after use. It never touches a file outside the scope of who sent the list.
package imports

import (
	"context"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/imports/roster"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/sheet"
	"weibao/internal/vault"
)

// Desk holds what imports need. Its fields are set once when the program is
// wired; it holds no state of its own.
type Desk struct {
	DB      *db.DB
	Cabinet *child.Cabinet
	Files   *file.Store
	Vault   *vault.Vault
	Duties  *duty.Kernel
	Book    func() *rule.Book
	Temp    string // folder for what a workbook needs while it is made
}

// Purpose is what a list was sent for.
type Purpose string

// The purposes.
const (
	Ledger  Purpose = "ledger"  // its rows become files
	Compare Purpose = "compare" // its rows are compared with the files
)

// State is where a batch stands.
type State string

// The states.
const (
	Mapping   State = "mapping" // waits for the meaning of its columns
	Reading   State = "reading"
	Staged    State = "staged" // was read and waits for the word of a person
	Applying  State = "applying"
	Applied   State = "applied"
	Undoing   State = "undoing"
	Undone    State = "undone"
	Discarded State = "discarded"
)

var stateLabels = map[State]string{Mapping: "待核对列", Reading: "读取中", Staged: "待确认", Applying: "导入中", Applied: "已导入", Undoing: "撤销中", Undone: "已撤销", Discarded: "已放弃"}

// Label gives the word for a state.
func (s State) Label() string { return stateLabels[s] }

// Busy tells whether a job works on a batch of this state.
func (s State) Busy() bool { return s == Reading || s == Applying || s == Undoing }

// Source is where lists come from; what its columns mean is remembered for each.
type Source struct {
	Key, Label string
}

// Sources are those of the departments that keep lists of children.
var Sources = []Source{
	{Key: "ledger", Label: "本系统原有台账"}, {Key: "civil", Label: "民政"}, {Key: "disabled", Label: "残联"}, {Key: "school", Label: "教育（学籍）"},
	{Key: "welfare", Label: "低保、特困"}, {Key: "justice", Label: "司法（服刑人员子女）"}, {Key: "police", Label: "公安（强戒人员子女、户籍）"},
	{Key: "health", Label: "卫健"}, {Key: "women", Label: "妇联"}, {Key: "league", Label: "共青团"}, {Key: "rural", Label: "农业农村（防返贫监测）"}, {Key: "other", Label: "其他"},
}

// SourceLabel gives the word for a source.
func SourceLabel(key string) string {
	if i := slices.IndexFunc(Sources, func(s Source) bool { return s.Key == key }); i >= 0 {
		return Sources[i].Label
	}
	return key
}

// Everybody is the category of a list that names all children.
const Everybody = "all"

// CategoryOf gives the category that the list of a source names whole, as the
// county's rules say it by name in the term list.<source>: the first that is
// called so or has one of that name behind it. "" where only a person can tell.
func CategoryOf(book *rule.Book, key string, on civil.Date) string {
	term, ok := book.Term("list."+key, on)
	list := book.Categories(on)
	named := slices.IndexFunc(list, func(c rule.Category) bool { return c.Label == term.Text })
	if !ok || named < 0 {
		return ""
	}
	id := list[named].ID
	first := slices.IndexFunc(list, func(c rule.Category) bool { return c.ID == id || slices.Contains(c.Codes, id) })
	return list[first].ID
}

// Batch is a list that was sent in.
type Batch struct {
	ID         ref.Import
	Purpose    Purpose
	Source     string
	Category   string
	State      State
	Digest     []byte
	File       ref.File
	Head       []byte
	Total      int64
	Fresh      int64
	Same       int64
	Changed    int64
	Doubtful   int64
	Wrong      int64
	Done       int64
	Kept       int64
	Problem    string
	Post       ref.Post
	Role       access.Role
	Actor      ref.User
	ActorName  string
	Unit       ref.Unit
	UnitName   string
	Region     string
	RegionName string
	Town       string
	County     string
	Created    clock.Instant
	Applied    clock.Instant
	Shredded   clock.Instant
}

// Outcome is what became of a row.
type Outcome string

// The outcomes of rows that need a look; the others are New and the same.
const (
	Changed  Outcome = "changed"
	Doubtful Outcome = "doubtful"
	Wrong    Outcome = "wrong"
	Kept     Outcome = "kept" // an undo left what was changed since
)

// Decision is what a person said of a row.
type Decision string

// The decisions.
const (
	Undecided Decision = ""
	SameChild Decision = "same" // the row and the first candidate are one child
	NewChild  Decision = "new"
	Skip      Decision = "skip"
)

// Limits of a list. The unpacked sheet of 300,000 rows by 20 columns is some 250 MB.
var limits = sheet.Limits{Rows: 400_000, Columns: 120, Bytes: 400 << 20}

// limits are those of a list, with a place for the texts of a long workbook: a
// file that has lost its name already, under a key that is kept nowhere.
func (k *Desk) limits() sheet.Limits {
	l := limits
	l.Aside = func() (*os.File, cipher.AEAD, error) {
		seal, err := k.Vault.Suite().AEAD(vault.NewSecret())
		if err != nil {
			return nil, nil, err
		}
		f, err := os.CreateTemp(k.Temp, "texts-")
		if err == nil {
			err = os.Remove(f.Name())
		}
		return f, seal, err
	}
	return l
}

func group(id ref.Import) vault.Group { return vault.GroupOf("import", id) }

func (b Batch) subject() file.Subject {
	return file.Subject{Kind: "child_import_batch", ID: int64(b.ID), Group: group(b.ID)}
}

// actor is who acts through the jobs of a batch.
func (b Batch) actor() access.Actor {
	post := access.Post{ID: b.Post, Unit: b.Unit, UnitName: b.UnitName, Region: b.Region, RegionName: b.RegionName, Role: b.Role}
	return access.Actor{User: b.Actor, Name: b.ActorName, Post: post, Posts: []access.Post{post}}
}

// source is what the files say of where they come from.
func (b Batch) source() string { return "import:" + ref.Format(b.ID) }

// own makes the actor the one in whose name the jobs of the batch work.
func (b *Batch) own(by access.Actor) {
	b.Post, b.Role, b.Actor, b.ActorName = by.Post.ID, by.Post.Role, by.User, by.Name
	b.Unit, b.UnitName, b.Region, b.RegionName = by.Post.Unit, by.Post.UnitName, by.Post.Region, by.Post.RegionName
	b.Town, b.County = access.Town(by.Post.Region), access.County(by.Post.Region)
}

// permission is what a purpose needs.
func (p Purpose) permission() access.Permission {
	if p == Compare {
		return "child.compare"
	}
	return "child.import"
}

// Get gives a batch in the actor's scope.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) (Batch, error) {
	b, err := get(ctx, tx, by, id)
	if err != nil {
		return b, err
	}
	return b, by.Require(b.Purpose.permission())
}

// lock gives a batch for a change, in one of the states.
func (k *Desk) lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import, states ...State) (Batch, error) {
	b, err := locked(ctx, tx, by, id)
	if err != nil {
		return b, err
	}
	if err := by.Require(b.Purpose.permission()); err != nil {
		return b, err
	}
	if !slices.Contains(states, b.State) {
		return b, errs.Newf(errs.Conflict, "这一批现在是“%s”，不能这样办理。请刷新后再看。", b.State.Label())
	}
	return b, nil
}

// List gives the batches of the actor's scope, the latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, before ref.Import, limit int) ([]Batch, error) {
	if !by.Can("child.import") && !by.Can("child.compare") {
		return nil, by.Require("child.import")
	}
	return list(ctx, tx, by, before, limit)
}

// HeadOf opens the columns of a batch.
func (k *Desk) HeadOf(ctx context.Context, tx *db.Tx, b Batch) (h roster.Head, err error) {
	if b.Shredded != 0 {
		return h, nil
	}
	plain, err := k.Vault.Open(ctx, tx, group(b.ID), headField(b.ID), b.Head)
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal(plain, &h)
}

func (k *Desk) sealHead(ctx context.Context, tx *db.Tx, id ref.Import, h roster.Head) ([]byte, error) {
	plain, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	return k.Vault.Seal(ctx, tx, group(id), headField(id), plain)
}

func headField(id ref.Import) vault.Field {
	return vault.Field{Table: "child_import_batch", Column: "head", Row: int64(id)}
}

// FileName gives the name under which a list was sent.
func (k *Desk) FileName(ctx context.Context, tx *db.Tx, by access.Actor, b Batch) (string, error) {
	if b.Shredded != 0 || b.File == 0 {
		return "", nil
	}
	files, err := k.Files.List(ctx, tx, by, b.subject())
	if err != nil || len(files) == 0 {
		return "", err
	}
	return files[0].Name, nil
}

// Discard gives a batch up before it was carried out; its copies are destroyed.
func (k *Desk) Discard(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) error {
	b, err := k.lock(ctx, tx, by, id, Mapping, Staged)
	if err != nil {
		return err
	}
	b.State = Discarded
	if err := k.destroy(ctx, tx, by, b); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, b.Purpose.permission(), "child_import_batch", id, map[string]string{"did": "discard"})
}

// destroy makes the copies of a batch unreadable and stores it.
func (k *Desk) destroy(ctx context.Context, tx *db.Tx, by access.Actor, b Batch) error {
	if b.File != 0 {
		if err := k.Files.Remove(ctx, tx, by, b.subject(), b.File); err != nil {
			return err
		}
	}
	b.File, b.Head, b.Shredded = 0, []byte{}, tx.Now
	if err := k.Vault.Shred(ctx, tx, by, group(b.ID)); err != nil {
		return err
	}
	if err := dropContent(ctx, tx, b.ID); err != nil {
		return err
	}
	return update(ctx, tx, b)
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// messages gives what is wrong by field.
func messages(err error) map[string]string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Fields
	}
	return nil
}

// text gives what a person is told of an error.
func text(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Message
	}
	return "读取时出错，请稍后重试；仍不成功的，请联系系统管理员。"
}

func itoa(n int) string { return strconv.Itoa(n) }

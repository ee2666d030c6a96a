package imports

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var columns = db.ColumnsOf[Batch]("b")

func visible(by access.Actor, alias string) (string, []any) {
	return by.Scope().Where(access.ScopeColumns(alias))
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) (Batch, error) {
	where, args := visible(by, "b")
	return db.Get[Batch](ctx, tx, "SELECT "+columns+" FROM child_import_batch b WHERE b.id = ? AND "+where, append([]any{id}, args...)...)
}

func locked(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) (Batch, error) {
	where, args := visible(by, "b")
	return db.Get[Batch](ctx, tx, "SELECT "+columns+" FROM child_import_batch b WHERE b.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

// byID gives a batch for the jobs of the program, which work in its sender's name.
func byID(ctx context.Context, tx *db.Tx, id ref.Import) (Batch, error) {
	return db.Get[Batch](ctx, tx, "SELECT "+columns+" FROM child_import_batch b WHERE b.id = ?"+tx.ForUpdate(), id)
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, before ref.Import, limit int) ([]Batch, error) {
	where, args := visible(by, "b")
	if before > 0 {
		where += " AND b.id < ?"
		args = append(args, before)
	}
	return db.All[Batch](ctx, tx, "SELECT "+columns+" FROM child_import_batch b WHERE b.state <> 'discarded' AND "+where+" ORDER BY b.id DESC LIMIT ?", append(args, limit)...)
}

func insert(ctx context.Context, tx *db.Tx, b Batch) error {
	return db.Insert(ctx, tx, "child_import_batch", b)
}

func update(ctx context.Context, tx *db.Tx, b Batch) error {
	return tx.One(ctx, `UPDATE child_import_batch SET category = ?, state = ?, file = ?, head = ?, total = ?, fresh = ?, same = ?, changed = ?, doubtful = ?, wrong = ?,
		done = ?, kept = ?, problem = ?, post = ?, role = ?, actor = ?, actor_name = ?, unit = ?, unit_name = ?, region = ?, region_name = ?, town = ?, county = ?,
		applied = ?, shredded = ? WHERE id = ?`,
		b.Category, b.State, b.File, b.Head, b.Total, b.Fresh, b.Same, b.Changed, b.Doubtful, b.Wrong, b.Done, b.Kept, b.Problem, b.Post, b.Role, b.Actor, b.ActorName,
		b.Unit, b.UnitName, b.Region, b.RegionName, b.Town, b.County, b.Applied, b.Shredded, b.ID)
}

// twin finds a batch of the same content that is not given up.
func twin(ctx context.Context, tx *db.Tx, by access.Actor, purpose Purpose, digest []byte) (Batch, bool, error) {
	where, args := visible(by, "b")
	return db.Maybe[Batch](ctx, tx, "SELECT "+columns+" FROM child_import_batch b WHERE b.digest = ? AND b.purpose = ? AND b.state NOT IN ('discarded', 'undone') AND "+where+
		" ORDER BY b.id DESC LIMIT 1", append([]any{digest, purpose}, args...)...)
}

func remembered(ctx context.Context, tx *db.Tx, county, source string, fingerprint []byte) (string, bool, error) {
	return db.Maybe[string](ctx, tx, "SELECT fields FROM child_import_mapping WHERE county = ? AND source = ? AND fingerprint = ?", county, source, fingerprint)
}

func remember(ctx context.Context, tx *db.Tx, county, source string, fingerprint []byte, fields string) error {
	_, err := tx.Exec(ctx, "INSERT INTO child_import_mapping (county, source, fingerprint, fields) VALUES (?, ?, ?, ?) ON CONFLICT (county, source, fingerprint) DO UPDATE SET fields = excluded.fields",
		county, source, fingerprint, fields)
	return err
}

// dropContent removes what was read of a list.
func dropContent(ctx context.Context, tx *db.Tx, id ref.Import) error {
	for _, query := range []string{"DELETE FROM child_import_block WHERE batch = ?", "DELETE FROM child_import_row WHERE batch = ?"} {
		if _, err := tx.Exec(ctx, query, id); err != nil {
			return err
		}
	}
	return nil
}

// block is rows of children without a file, sealed together.
type block struct {
	Batch    ref.Import
	Number   int64
	Lines    int64
	Sealed   []byte
	Applied  clock.Instant
	Children []byte
}

func insertBlocks(ctx context.Context, tx *db.Tx, list []block) error {
	return db.InsertAll(ctx, tx, "child_import_block", list)
}

const blockColumns = "SELECT k.batch, k.number, k.lines, k.sealed, k.applied, k.children FROM child_import_block k WHERE k.batch = ?"

// nextBlocks gives the blocks after a row, carried out or not yet.
func nextBlocks(ctx context.Context, tx *db.Tx, id ref.Import, after int64, applied bool, limit int) ([]block, error) {
	state := " AND k.applied = 0"
	if applied {
		state = " AND k.applied > 0"
	}
	return db.All[block](ctx, tx, blockColumns+" AND k.number > ?"+state+" ORDER BY k.number LIMIT ?", id, after, limit)
}

// blocksFrom gives the blocks from the one in which the row after a number stands.
func blocksFrom(ctx context.Context, tx *db.Tx, id ref.Import, after int64, limit int) ([]block, error) {
	return db.All[block](ctx, tx, blockColumns+" AND k.number >= (SELECT COALESCE(MAX(m.number), 0) FROM child_import_block m WHERE m.batch = ? AND m.number <= ?) ORDER BY k.number LIMIT ?",
		id, id, after, limit)
}

func markBlock(ctx context.Context, tx *db.Tx, b block) error {
	return tx.One(ctx, "UPDATE child_import_block SET applied = ?, children = ? WHERE batch = ? AND number = ?", b.Applied, b.Children, b.Batch, b.Number)
}

// row is a row that needs a look.
type row struct {
	Batch    ref.Import
	Outcome  Outcome
	Number   int64
	Child    ref.Child
	Decision Decision
	Applied  clock.Instant
	Sealed   []byte
}

const rowColumns = "SELECT r.batch, r.outcome, r.number, r.child, r.decision, r.applied, r.sealed FROM child_import_row r WHERE r.batch = ?"

func insertRows(ctx context.Context, tx *db.Tx, list []row) error {
	return db.InsertAll(ctx, tx, "child_import_row", list)
}

func rowsOf(ctx context.Context, tx *db.Tx, id ref.Import, outcome Outcome, after int64, limit int) ([]row, error) {
	return db.All[row](ctx, tx, rowColumns+" AND r.outcome = ? AND r.number > ? ORDER BY r.number LIMIT ?", id, outcome, after, limit)
}

func rowAt(ctx context.Context, tx *db.Tx, id ref.Import, outcome Outcome, number int64) (row, error) {
	return db.Get[row](ctx, tx, rowColumns+" AND r.outcome = ? AND r.number = ?"+tx.ForUpdate(), id, outcome, number)
}

// dueRows are those to be carried out: changed ones unless skipped, doubtful ones that were decided.
func dueRows(ctx context.Context, tx *db.Tx, id ref.Import, limit int) ([]row, error) {
	return db.All[row](ctx, tx, rowColumns+` AND r.applied = 0 AND (r.outcome = 'changed' AND r.decision <> 'skip' OR r.outcome = 'doubtful' AND r.decision IN ('same', 'new'))
		ORDER BY r.number LIMIT ?`, id, limit)
}

// doneRows are those that were carried out and not yet undone.
func doneRows(ctx context.Context, tx *db.Tx, id ref.Import, limit int) ([]row, error) {
	return db.All[row](ctx, tx, rowColumns+" AND r.applied > 0 AND r.outcome IN ('changed', 'doubtful') ORDER BY r.number LIMIT ?", id, limit)
}

func updateRow(ctx context.Context, tx *db.Tx, r row) error {
	return tx.One(ctx, "UPDATE child_import_row SET child = ?, decision = ?, applied = ?, sealed = ? WHERE batch = ? AND outcome = ? AND number = ?",
		r.Child, r.Decision, r.Applied, r.Sealed, r.Batch, r.Outcome, r.Number)
}

func deleteRow(ctx context.Context, tx *db.Tx, r row) error {
	return tx.One(ctx, "DELETE FROM child_import_row WHERE batch = ? AND outcome = ? AND number = ?", r.Batch, r.Outcome, r.Number)
}

func undecided(ctx context.Context, tx *db.Tx, id ref.Import) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM child_import_row r WHERE r.batch = ? AND r.outcome = 'doubtful' AND r.decision = ''", id)
}

// spent are batches whose copies are no longer needed.
func spent(ctx context.Context, tx *db.Tx, before clock.Instant) ([]Batch, error) {
	return db.All[Batch](ctx, tx, "SELECT "+columns+" FROM child_import_batch b WHERE b.shredded = 0 AND (b.state = 'undone' OR b.state = 'applied' AND b.applied < ? OR b.state IN ('mapping', 'staged') AND b.created < ?) ORDER BY b.id LIMIT 20",
		before, before)
}

// Prompt is a difference between a list and the files, to be verified by a person.
type Prompt struct {
	ID      ref.Prompt
	Batch   ref.Import
	Kind    PromptKind
	Child   ref.Child
	Number  int64
	Sealed  []byte
	Duty    ref.Duty
	Result  string
	Actor   ref.User
	Decided clock.Instant
	Unit    ref.Unit
	Region  string
	Town    string
	County  string
}

var promptColumns = db.ColumnsOf[Prompt]("p")

func insertPrompts(ctx context.Context, tx *db.Tx, list []Prompt) error {
	return db.InsertAll(ctx, tx, "child_import_prompt", list)
}

func dropPrompts(ctx context.Context, tx *db.Tx, id ref.Import) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_import_prompt WHERE batch = ?", id)
	return err
}

func promptsOf(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import, kind PromptKind, after ref.Prompt, limit int) ([]Prompt, error) {
	where, args := visible(by, "p")
	return db.All[Prompt](ctx, tx, "SELECT "+promptColumns+" FROM child_import_prompt p WHERE p.batch = ? AND p.kind = ? AND p.id > ? AND "+where+" ORDER BY p.id LIMIT ?",
		append(append([]any{id, kind, after}, args...), limit)...)
}

func promptAt(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Prompt) (Prompt, error) {
	where, args := visible(by, "p")
	return db.Get[Prompt](ctx, tx, "SELECT "+promptColumns+" FROM child_import_prompt p WHERE p.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

func decidePrompt(ctx context.Context, tx *db.Tx, p Prompt) error {
	return tx.One(ctx, "UPDATE child_import_prompt SET result = ?, actor = ?, decided = ? WHERE id = ?", p.Result, p.Actor, p.Decided, p.ID)
}

func openPrompts(ctx context.Context, tx *db.Tx, d ref.Duty) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM child_import_prompt p WHERE p.duty = ? AND p.result = ''", d)
}

// promptCount is how many prompts of a batch a town has.
type promptCount struct {
	Town   string
	Region string
	N      int64
}

func promptTowns(ctx context.Context, tx *db.Tx, id ref.Import) ([]promptCount, error) {
	return db.All[promptCount](ctx, tx, "SELECT p.town, MIN(p.region) AS region, count(*) AS n FROM child_import_prompt p WHERE p.batch = ? GROUP BY p.town ORDER BY p.town", id)
}

func assignPrompts(ctx context.Context, tx *db.Tx, id ref.Import, town string, d ref.Duty) error {
	_, err := tx.Exec(ctx, "UPDATE child_import_prompt SET duty = ? WHERE batch = ? AND town = ?", d, id, town)
	return err
}

// Tally is how many prompts of a kind there are, and how many are still to be verified.
type Tally struct {
	Kind PromptKind
	N    int64
	Open int64
}

func tallies(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) ([]Tally, error) {
	where, args := visible(by, "p")
	return db.All[Tally](ctx, tx, "SELECT p.kind, count(*) AS n, COALESCE(SUM(CASE WHEN p.result = '' THEN 1 ELSE 0 END), 0) AS open FROM child_import_prompt p WHERE p.batch = ? AND "+where+
		" GROUP BY p.kind ORDER BY p.kind", append([]any{id}, args...)...)
}

var fileColumns = db.ColumnsOf[child.Child]("c")

// maxIn bounds the values of one IN list.
const maxIn = 500

func filesByID(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) ([]child.Child, error) {
	where, more := visible(by, "c")
	var out []child.Child
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[child.Child](ctx, tx, "SELECT "+fileColumns+" FROM child c WHERE c.id IN "+db.In(len(some))+" AND "+where, append(db.Args(some), more...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// filesByName asks the names first: SQLite would begin with all children of the scope.
func filesByName(ctx context.Context, tx *db.Tx, by access.Actor, town string, folded []string) ([]child.Child, error) {
	where, more := visible(by, "c")
	var out []child.Child
	for some := range slices.Chunk(folded, maxIn) {
		args := []any{town}
		for _, g := range some {
			args = append(args, []byte(g))
		}
		rows, err := db.All[child.Child](ctx, tx, "SELECT DISTINCT "+fileColumns+" FROM child_gram g CROSS JOIN child c WHERE c.id = g.child AND g.town = ? AND g.gram IN "+
			db.In(len(some))+" AND c.state = 'open' AND "+where, append(args, more...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func filesAfter(ctx context.Context, tx *db.Tx, by access.Actor, category string, after ref.Child, limit int) ([]child.Child, error) {
	where, args := visible(by, "c")
	where += " AND c.id > ?"
	args = append(args, after)
	if category != "" {
		where += " AND c.categories LIKE ?"
		args = append(args, "% "+category+" %")
	}
	return db.All[child.Child](ctx, tx, "SELECT "+fileColumns+" FROM child c WHERE "+where+" AND c.state = 'open' ORDER BY c.id LIMIT ?", append(args, limit)...)
}

// Rehome gives the lists and prompts of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	for _, table := range []string{"child_import_batch", "child_import_prompt"} {
		if _, err := tx.Exec(ctx, "UPDATE "+table+" SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was); err != nil {
			return err
		}
	}
	return nil
}

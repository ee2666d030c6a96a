package imports

import (
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"iter"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/sheet"
	"weibao/internal/vault"
)

// The kinds of background work.
const (
	readKind  = "child.import_read"
	applyKind = "child.import_apply"
	undoKind  = "child.import_undo"
	shredKind = "child.import_shred"
)

// kinds are the work of the states in which a job is at it.
var kinds = map[State]string{Reading: readKind, Applying: applyKind, Undoing: undoKind}

// Stopped tells whether the work of a batch was given up before its end, as it is where its process ended again and again.
func (k *Desk) Stopped(ctx context.Context, tx *db.Tx, b Batch) (bool, error) {
	if !b.State.Busy() {
		return false, nil
	}
	return job.Stopped(ctx, tx, kinds[b.State], ref.Format(b.ID))
}

// Resume has the work of a batch that was given up go on where it stopped.
func (k *Desk) Resume(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Import) error {
	b, err := k.lock(ctx, tx, by, id, Reading, Applying, Undoing)
	if err != nil {
		return err
	}
	if by.Post.Region != b.Region {
		return errs.Newf(errs.Conflict, "这一批由“%s”的岗位办理，请由同一辖区的岗位继续。", b.RegionName)
	}
	if err := audit.Write(ctx, tx, by, b.Purpose.permission(), "child_import_batch", id, map[string]string{"did": "resume"}); err != nil {
		return err
	}
	return k.start(ctx, tx, by, b, b.State, kinds[b.State])
}

// Jobs are the kinds of background work of this package.
func (k *Desk) Jobs() []job.Kind {
	return []job.Kind{
		{Name: readKind, Label: "读取和比对导入的名单", Run: k.runRead},
		{Name: applyKind, Label: "导入档案", Run: k.runApply},
		{Name: undoKind, Label: "撤销导入", Run: k.runUndo},
		{Name: shredKind, Label: "销毁用完的导入名单", Run: k.runShred, Next: job.Daily(3, 40)},
	}
}

// chunk is how many rows are matched with the files together.
const chunk = 2 * blockLines

// runRead reads a list, finds what each row is and keeps that, anew from the
// start if it was cut off.
func (k *Desk) runRead(ctx context.Context, r *job.Run) error {
	var p payload
	if err := r.Payload(&p); err != nil {
		return err
	}
	b, err := byID(ctx, r.DB.Reader(), p.Batch)
	if err != nil || b.State != Reading {
		return ignoreGone(err)
	}
	err = k.read(ctx, r, b)
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge) {
		return k.refuse(ctx, r, b.ID, text(err))
	}
	return err
}

func ignoreGone(err error) error {
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	return err
}

// refuse gives a batch back to its sender with what is wrong with the whole.
func (k *Desk) refuse(ctx context.Context, r *job.Run, id ref.Import, problem string) error {
	return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		if err := r.Hold(ctx, tx); err != nil {
			return err
		}
		b, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := dropContent(ctx, tx, id); err != nil {
			return err
		}
		b.State, b.Problem = Mapping, problem
		return update(ctx, tx, b)
	})
}

// parserOf prepares what a batch's rows are read with.
func (k *Desk) parserOf(ctx context.Context, tx *db.Tx, b Batch) (*roster.Parser, roster.Head, error) {
	h, err := k.HeadOf(ctx, tx, b)
	if err != nil {
		return nil, h, err
	}
	by := b.actor()
	list, err := region.Under(ctx, tx, by.Scope().Region)
	if err != nil {
		return nil, h, err
	}
	p := roster.New(h, roster.NewPlaces(by.Scope(), list), k.Book().Categories(today(tx)), today(tx), b.source(), b.Purpose == Compare)
	return p, h, nil
}

func (k *Desk) read(ctx context.Context, r *job.Run, b Batch) error {
	p, h, err := k.parserOf(ctx, r.DB.Reader(), b)
	if err != nil {
		return err
	}
	second, _, err := k.parserOf(ctx, r.DB.Reader(), b)
	if err != nil {
		return err
	}
	content, err := k.Files.Open(ctx, r.DB.Reader(), b.actor(), b.subject(), b.File)
	if err != nil {
		return err
	}
	defer content.Close()
	b.Total, b.Fresh, b.Same, b.Changed, b.Doubtful, b.Wrong, b.Done, b.Kept = 0, 0, 0, 0, 0, 0, 0, 0
	rd := &reading{k: k, r: r, b: b, ahead: p, p: second, numbers: map[uint64]int32{}, seed: maphash.MakeSeed(), names: map[doubleKey]int32{}}
	if err := rd.write(ctx, nil, nil, true); err != nil {
		return err
	}
	var rows iter.Seq2[sheet.Row, error]
	if content.Kind == "xlsx" {
		book, err := sheet.Open(content, content.Info.Size, k.limits())
		if err != nil {
			return err
		}
		defer book.Close()
		rows = book.Filled(h.Tab)
	} else {
		rows = sheet.ReadCSV(content, content.Info.Size, k.limits())
	}
	if err := rd.rows(ctx, rows, h); err != nil {
		return err
	}
	return rd.finish(ctx)
}

// reading is the state of one run over a list.
type reading struct {
	k       *Desk
	r       *job.Run
	b       Batch
	ahead   *roster.Parser // of the goroutine that reads ahead
	p       *roster.Parser
	numbers map[uint64]int32 // hash of an identity number → row in which it stands first: the numbers themselves would fill the memory
	seed    maphash.Seed
	names   map[doubleKey]int32
	seen    []ref.Child // files that rows of a comparison met
}

// doubleKey is by what rows without a number are the same child.
type doubleKey struct{ name, birth, region string }

// parsed is a row with what it says.
type parsed struct {
	line   roster.Line
	new    child.New
	faults []roster.Fault
	lost   *roster.Fault // its place is not clear, which matters to a new file alone
	twice  *roster.Fault // its file is named by another row, too
}

// rows reads ahead by a chunk while the one before is matched and written.
func (rd *reading) rows(ctx context.Context, rows iter.Seq2[sheet.Row, error], h roster.Head) error {
	chunks := make(chan []parsed, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error
	go func() {
		defer close(chunks)
		failed = rd.parse(ctx, rows, h, chunks)
	}()
	for list := range chunks {
		if err := rd.match(ctx, list); err != nil {
			cancel()
			for range chunks { // until the reader has ended
			}
			return err
		}
	}
	return failed
}

func (rd *reading) parse(ctx context.Context, rows iter.Seq2[sheet.Row, error], h roster.Head, out chan<- []parsed) error {
	var list []parsed
	send := func() error {
		select {
		case out <- list:
			list = make([]parsed, 0, chunk)
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for r, err := range rows {
		if err != nil {
			return err
		}
		if r.Number <= h.Row {
			continue
		}
		l := rd.ahead.Read(r)
		if idle(l, r) {
			continue
		}
		n, faults, lost := rd.ahead.Fresh(l)
		double := rd.double(l, n, faults)
		if double != nil {
			faults = append(faults, *double)
		}
		if list = append(list, parsed{l, n, faults, lost, double}); len(list) == chunk {
			if err := send(); err != nil {
				return err
			}
		}
	}
	return send()
}

// endings of lists: sums and signatures are no children.
var closing = []string{"合计", "总计", "小计", "填表", "填报", "制表", "审核", "注:", "注：", "说明", "负责人", "单位负责人", "联系人", "经办人"}

func idle(l roster.Line, r sheet.Row) bool {
	filled := 0
	for _, c := range l.Cells {
		if c != "" {
			filled++
		}
	}
	if filled == 0 {
		return true
	}
	for _, c := range r.Cells {
		if s := strings.Join(strings.Fields(c.Text), ""); s != "" {
			return filled <= 3 && slices.ContainsFunc(closing, func(e string) bool { return strings.HasPrefix(s, e) })
		}
	}
	return false
}

// double finds a child that stands in the list twice.
func (rd *reading) double(l roster.Line, n child.New, faults []roster.Fault) *roster.Fault {
	var before int32
	var known bool
	number := l.Number
	if id, named := rd.ahead.File(l); named {
		key := doubleKey{birth: ref.Format(id)}
		if before, known = rd.names[key]; !known {
			rd.names[key] = int32(number)
		}
	} else if d := n.Dossier.Number; d != "" {
		key := maphash.String(rd.seed, d)
		if before, known = rd.numbers[key]; !known {
			rd.numbers[key] = int32(number)
		}
	} else if len(faults) == 0 && !n.Birth.IsZero() {
		key := doubleKey{n.Name, n.Birth.String(), n.Region}
		if before, known = rd.names[key]; !known {
			rd.names[key] = int32(number)
		}
	}
	if !known {
		return nil
	}
	f := rd.ahead.At(roster.KeyName, "与第"+itoa(int(before))+"行是同一名儿童，请删去重复的一行，或更正身份证号。")
	if n.Dossier.Number != "" {
		f = rd.ahead.At(roster.KeyNumber, "与第"+itoa(int(before))+"行的身份证号相同，请删去重复的一行，或更正号码。")
	}
	return &f
}

// detail is what is kept, sealed, of a row that needs a look.
type detail struct {
	Cells       []string            `json:"cells"`
	Faults      []roster.Fault      `json:"faults,omitempty"`
	Differences []roster.Difference `json:"differences,omitempty"`
	Candidates  []Candidate         `json:"candidates,omitempty"`
	Left        []string            `json:"left,omitempty"` // fields that an undo left
}

// Candidate is a file that may be the child of a row.
type Candidate struct {
	Child ref.Child `json:"child"`
	Why   string    `json:"why"`
}

type judged struct {
	outcome Outcome
	number  int
	child   ref.Child
	detail  detail
}

// match finds what the rows of a chunk are and writes that.
func (rd *reading) match(ctx context.Context, list []parsed) error {
	by, tx := rd.b.actor(), rd.k.DB.Reader()
	m := matcher{k: rd.k, p: rd.p, by: by}
	if err := m.look(ctx, tx, list); err != nil {
		return err
	}
	var fresh []roster.Line
	var rows []judged
	for _, r := range list {
		rd.b.Total++
		j, known := m.judge(r)
		switch {
		case !known:
			fresh = append(fresh, r.line)
			rd.b.Fresh++
			continue
		case j.outcome == Changed:
			rd.b.Changed++
		case j.outcome == Doubtful:
			rd.b.Doubtful++
		case j.outcome == Wrong:
			rd.b.Wrong++
		default:
			rd.b.Same++
		}
		if j.child != 0 && rd.b.Purpose == Compare {
			rd.seen = append(rd.seen, j.child)
		}
		if j.outcome != "" {
			rows = append(rows, j)
		}
	}
	return rd.write(ctx, fresh, rows, false)
}

// write keeps a chunk, or clears what an earlier run left.
func (rd *reading) write(ctx context.Context, fresh []roster.Line, rows []judged, clear bool) error {
	err := rd.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		if err := rd.r.Hold(ctx, tx); err != nil {
			return err
		}
		if clear {
			if err := errors.Join(dropContent(ctx, tx, rd.b.ID), dropPrompts(ctx, tx, rd.b.ID)); err != nil {
				return err
			}
		}
		if err := rd.k.writeFresh(ctx, tx, rd.b.ID, fresh); err != nil {
			return err
		}
		if err := rd.k.writeRows(ctx, tx, rd.b.ID, rows); err != nil {
			return err
		}
		return update(ctx, tx, rd.b)
	})
	if err != nil {
		return err
	}
	return rd.r.Progress(ctx, 0, "已读取"+itoa(int(rd.b.Total))+"行")
}

func (k *Desk) writeFresh(ctx context.Context, tx *db.Tx, id ref.Import, fresh []roster.Line) error {
	var blocks []block
	var sealing []vault.Sealed
	for some := range slices.Chunk(fresh, blockLines) {
		number := int64(some[0].Number)
		blocks = append(blocks, block{Batch: id, Number: number, Lines: int64(len(some)), Children: []byte{}})
		sealing = append(sealing, vault.Sealed{Group: group(id), Field: blockField(number), Bytes: pack(some)})
	}
	sealed, err := k.Vault.SealAll(ctx, tx, sealing)
	if err != nil {
		return err
	}
	for i := range blocks {
		blocks[i].Sealed = sealed[i]
	}
	return insertBlocks(ctx, tx, blocks)
}

func rowField(o Outcome, number int64) vault.Field {
	return vault.Field{Table: "child_import_row", Column: string(o), Row: number}
}

func (k *Desk) writeRows(ctx context.Context, tx *db.Tx, id ref.Import, list []judged) error {
	rows := make([]row, len(list))
	sealing := make([]vault.Sealed, len(list))
	for i, j := range list {
		plain, err := json.Marshal(j.detail)
		if err != nil {
			return err
		}
		rows[i] = row{Batch: id, Outcome: j.outcome, Number: int64(j.number), Child: j.child}
		sealing[i] = vault.Sealed{Group: group(id), Field: rowField(j.outcome, int64(j.number)), Bytes: plain}
	}
	sealed, err := k.Vault.SealAll(ctx, tx, sealing)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Sealed = sealed[i]
	}
	return insertRows(ctx, tx, rows)
}

// finish shows the batch to its sender.
func (rd *reading) finish(ctx context.Context) error {
	if rd.b.Total == 0 {
		return errs.New(errs.Invalid, "标题行下面没有内容。请核对工作表和标题行后重新上传。")
	}
	if rd.b.Purpose == Compare {
		if err := rd.k.prompts(ctx, rd); err != nil {
			return err
		}
	}
	return rd.r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		b := rd.b
		b.State = Staged
		if err := update(ctx, tx, b); err != nil {
			return err
		}
		detail := map[string]any{"did": "read", "rows": b.Total, "fresh": b.Fresh, "same": b.Same, "changed": b.Changed, "doubtful": b.Doubtful, "wrong": b.Wrong}
		if err := audit.Write(ctx, tx, b.actor(), b.Purpose.permission(), "child_import_batch", b.ID, detail); err != nil {
			return err
		}
		return rd.r.Done(ctx, tx, "已读取"+itoa(int(b.Total))+"行")
	})
}

// matcher looks for the files of a chunk's rows.
type matcher struct {
	k        *Desk
	p        *roster.Parser
	by       access.Actor
	byNumber map[string][]ref.Child
	byName   map[string]map[string][]child.Child // town → name
	present  map[ref.Child]Present
}

func (m *matcher) look(ctx context.Context, tx *db.Tx, list []parsed) (err error) {
	var numbers []string
	for _, r := range list {
		if r.new.Dossier.Number != "" {
			numbers = append(numbers, r.new.Dossier.Number)
		}
	}
	if m.byNumber, err = m.k.Cabinet.Known(ctx, tx, m.by, numbers); err != nil {
		return err
	}
	var ids []ref.Child
	for _, r := range list {
		if id, named := m.p.File(r.line); named {
			ids = append(ids, id)
		}
	}
	for _, found := range m.byNumber {
		ids = append(ids, found...)
	}
	names := map[string][]string{}
	for _, r := range list {
		if len(m.byNumber[r.new.Dossier.Number]) > 0 || r.new.Name == "" {
			continue
		}
		for _, town := range m.towns(r.new) {
			names[town] = append(names[town], r.new.Name)
		}
	}
	m.byName = map[string]map[string][]child.Child{}
	for town, list := range names {
		found, err := named(ctx, tx, m.by, town, list)
		if err != nil {
			return err
		}
		m.byName[town] = found
		for _, children := range found {
			for _, c := range children {
				ids = append(ids, c.ID)
			}
		}
	}
	m.present, err = m.k.Presents(ctx, tx, m.by, ids)
	return err
}

// towns are those in which a row's child may have a file.
func (m *matcher) towns(n child.New) []string {
	if town := access.Town(n.Region); town != "" {
		return []string{town}
	}
	if !m.p.Compare {
		return nil
	}
	return m.p.Places.Towns()
}

// judge says what a row is; known is false for a child without a file.
func (m *matcher) judge(r parsed) (j judged, known bool) {
	j = judged{number: r.line.Number, detail: detail{Cells: r.line.Cells, Faults: r.faults}}
	if id, named := m.p.File(r.line); named {
		return m.filed(j, r, id), true
	}
	ids := m.byNumber[r.new.Dossier.Number]
	if r.new.Dossier.Number == "" {
		ids = nil
	}
	switch {
	case len(r.faults) == 0 && len(ids) == 1:
		return m.compare(j, r, ids[0]), true
	case r.lost != nil && len(ids) == 0:
		j.detail.Faults = append(j.detail.Faults, *r.lost)
		fallthrough
	case len(r.faults) > 0:
		j.outcome = Wrong
		return j, true
	case len(ids) > 1:
		for _, id := range ids {
			j.detail.Candidates = append(j.detail.Candidates, Candidate{id, "身份证号相同"})
		}
	default:
		j.detail.Candidates = m.alike(r.new)
	}
	if len(j.detail.Candidates) == 0 {
		return j, false
	}
	j.outcome, j.child = Doubtful, j.detail.Candidates[0].Child
	return j, true
}

// filed judges a row that names its file by the number which an export gave it.
func (m *matcher) filed(j judged, r parsed, id ref.Child) judged {
	at, there := m.present[id]
	var fault roster.Fault
	wrong := true
	switch {
	case r.twice != nil:
		fault = *r.twice
	case !there || at.State != child.Open:
		fault = m.p.At(roster.KeyFile, "没有这个编号的在档档案，或者不在您的职责范围内。不是本系统导出的行，请清空这一格。")
	default:
		fault, wrong = m.p.Mismatch(r.line, at.New)
	}
	if wrong {
		j.outcome, j.detail.Faults = Wrong, []roster.Fault{fault}
		return j
	}
	return m.compare(j, r, id)
}

func (m *matcher) compare(j judged, r parsed, id ref.Child) judged {
	at, there := m.present[id]
	if !there {
		return j
	}
	_, diff, faults := m.p.Change(r.line, at.New, at.Holds)
	j.child = id
	switch {
	case len(faults) > 0:
		j.outcome, j.detail.Faults = Wrong, faults
	case len(diff) > 0:
		j.outcome, j.detail.Differences, j.detail.Faults = Changed, diff, nil
	}
	return j
}

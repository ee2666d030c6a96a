package imports_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/child/imports/roster"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/testkit"
)

const (
	county = "990101000000"
	town   = "990101100000"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	stranger   = actor(400, "990102000000", access.Officer)
	liaison    = actor(600, county, access.Liaison)
)

// desk is an import desk in the demo county, whose jobs run.
type desk struct {
	*imports.Desk
	t *testing.T
	c *clock.Manual
}

func withDesk(t *testing.T, test func(k *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		k := newDesk(t, d, c)
		k.work()
		test(k)
	})
}

func newDesk(t *testing.T, d *db.DB, c *clock.Manual) *desk {
	t.Helper()
	cabinet := testkit.Cabinet(t, d, "demo")
	k := &desk{&imports.Desk{DB: d, Cabinet: cabinet, Vault: cabinet.Vault, Book: cabinet.Book, Files: &file.Store{Dir: t.TempDir(), Vault: cabinet.Vault},
		Duties: testkit.Kernel(testkit.Calendar(t), 100), Temp: t.TempDir()}, t, c}
	k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := region.LoadSeed(ctx, tx, access.Program, county)
		if err == nil {
			_, err = org.LoadCounty(ctx, tx, access.Program, cabinet.Book())
		}
		return err
	})
	return k
}

// work runs the jobs until the test ends.
func (k *desk) work() {
	ctx, cancel := context.WithCancel(k.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r := job.Runner{DB: k.DB, Kinds: k.Jobs(), Workers: 1, Poll: 20 * time.Millisecond}
		if err := r.Run(ctx, time.Second); err != nil {
			k.t.Error(err)
		}
	}()
	k.t.Cleanup(func() { cancel(); <-ended })
}

func (k *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.try(fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) try(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.DB.Write(k.t.Context(), func(tx *db.Tx) error { return fn(k.t.Context(), tx) })
}

// upload sends a file and gives its batch.
func (k *desk) upload(by access.Actor, purpose imports.Purpose, name string, content []byte) imports.Batch {
	k.t.Helper()
	s, err := k.Receive(k.t.Context(), by, purpose, "civil", name, bytes.NewReader(content))
	if err != nil {
		k.t.Fatal(err)
	}
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Keep(ctx, tx, by, s) })
	if err := k.Look(k.t.Context(), by, s.ID, ""); err != nil {
		k.t.Fatal(err)
	}
	return k.batch(by, s.ID)
}

func (k *desk) batch(by access.Actor, id ref.Import) imports.Batch {
	k.t.Helper()
	b, err := k.Get(k.t.Context(), k.DB.Reader(), by, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *desk) head(b imports.Batch) roster.Head {
	k.t.Helper()
	h, err := k.HeadOf(k.t.Context(), k.DB.Reader(), b)
	if err != nil {
		k.t.Fatal(err)
	}
	return h
}

func fields(h roster.Head) []string {
	var out []string
	for _, c := range h.Columns {
		out = append(out, c.Field)
	}
	return out
}

// stage confirms the columns as they were recognised and waits for the reading.
func (k *desk) stage(by access.Actor, b imports.Batch) imports.Batch {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.Map(ctx, tx, by, b.ID, fields(k.head(b)), imports.Everybody)
	})
	return k.wait(by, b.ID)
}

func (k *desk) apply(by access.Actor, id ref.Import) imports.Batch {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Apply(ctx, tx, by, id) })
	return k.wait(by, id)
}

func (k *desk) undo(by access.Actor, id ref.Import) imports.Batch {
	k.t.Helper()
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Undo(ctx, tx, by, id) })
	return k.wait(by, id)
}

func (k *desk) wait(by access.Actor, id ref.Import) imports.Batch {
	k.t.Helper()
	for range 1000 {
		if b := k.batch(by, id); !b.State.Busy() {
			return b
		}
		time.Sleep(20 * time.Millisecond)
	}
	k.t.Fatal("the job does not end")
	return imports.Batch{}
}

func (k *desk) lines(by access.Actor, b imports.Batch, o imports.Outcome) []imports.Line {
	k.t.Helper()
	list, err := k.Lines(k.t.Context(), k.DB.Reader(), by, b, o, -1, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	return list
}

func (k *desk) files(by access.Actor) map[string]imports.Present {
	k.t.Helper()
	list, err := k.InPlace(k.t.Context(), k.DB.Reader(), by, "", 0, 10_000)
	if err != nil {
		k.t.Fatal(err)
	}
	var ids []ref.Child
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	found, err := k.Presents(k.t.Context(), k.DB.Reader(), by, ids)
	if err != nil {
		k.t.Fatal(err)
	}
	out := map[string]imports.Present{}
	for _, p := range found {
		out[p.Child.Name] = p
	}
	return out
}

func counts(b imports.Batch) string {
	return fmt.Sprintf("%s: %d rows, %d new, %d same, %d changed, %d doubtful, %d wrong", b.State, b.Total, b.Fresh, b.Same, b.Changed, b.Doubtful, b.Wrong)
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s\nwant %s", what, got, want)
	}
}

// number makes a valid identity number of the unassigned division 990101.
func number(birth string, serial int) string {
	s := "990101" + birth + fmt.Sprintf("%03d", serial)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return s + "10X98765432"[sum%11:sum%11+1]
}

// workbook makes an .xlsx of rows; a row that starts with "" leaves its cells empty.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

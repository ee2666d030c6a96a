package ledger_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
)

const (
	county = "990101000000"
	town   = "990101100000"
)

func actor(user ref.User, region string, unit ref.Unit, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: "某单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, county, 100, access.Officer)
	supervisor = actor(200, town, 200, access.Supervisor)
)

type house struct {
	t    *testing.T
	d    *db.DB
	desk *ledger.Desk
}

// withHouse fills a county with generated children.
func withHouse(t *testing.T, n int, test func(h house)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := house{t, d, &ledger.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Names: region.Names}}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := region.LoadSeed(ctx, tx, access.Program, county)
			return err
		})
		people := generate.Population{Seed: 7, N: n, Today: civil.DateOf(testkit.Noon)}
		if err := generate.Fill(t.Context(), h.desk.Cabinet, d, access.Program, people.New(), nil); err != nil {
			t.Fatal(err)
		}
		test(h)
	})
}

func (h house) write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.d.Write(h.t.Context(), func(tx *db.Tx) error { return fn(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// walk reads a view's whole list page by page.
func (h house) walk(by access.Actor, v ledger.View, page int) (all []child.Child) {
	h.t.Helper()
	after := ref.Child(0)
	for {
		rows, err := h.desk.Find(h.t.Context(), h.d.Reader(), by, v, after, page)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, rows...)
		if len(rows) < page {
			return all
		}
		after = rows[len(rows)-1].ID
	}
}

func anyView(r *rand.Rand, by access.Actor, villages []string, categories []string) ledger.View {
	v := ledger.View{Ledger: "village", Filter: child.Filter{Region: by.Post.Region, Level: child.AnyLevel}}
	if r.IntN(2) == 0 {
		v.Filter.Region = villages[r.IntN(len(villages))]
	}
	if r.IntN(2) == 0 {
		v.Filter.Category = categories[r.IntN(len(categories))]
	}
	if r.IntN(3) == 0 {
		v.Filter.Level = r.IntN(child.MaxLevel + 1)
	}
	if r.IntN(3) == 0 {
		v.Filter.Sex = []idcard.Sex{idcard.Male, idcard.Female}[r.IntN(2)]
	}
	if r.IntN(3) == 0 {
		v.Filter.Age = 1 + r.IntN(4)
	}
	v.Sort, v.Group = ledger.Sorts[r.IntN(len(ledger.Sorts))], append(ledger.Groups, ledger.ByNothing)[r.IntN(6)]
	v.Desc = v.Sort.Turns() && r.IntN(2) == 0
	return v
}

func TestANumberIsItsListIsItsExportForAnyView(t *testing.T) {
	withHouse(t, 1500, func(h house) {
		on := civil.DateOf(testkit.Noon)
		var categories []string
		for _, c := range ledger.Shown(h.desk.Cabinet.Book(), on) {
			categories = append(categories, c.ID)
		}
		below, err := region.Choices(t.Context(), h.d.Reader(), officer, town)
		if err != nil {
			t.Fatal(err)
		}
		villages := []string{town}
		for _, b := range below {
			villages = append(villages, b.Code)
		}
		list, _ := h.desk.Cabinet.Book().Ledger("village", on)
		r := rand.New(rand.NewPCG(5, 6))
		seen := 0
		for i := range 120 {
			by := []access.Actor{officer, supervisor}[r.IntN(2)]
			v := anyView(r, by, villages, categories)
			rows := h.walk(by, v, 1+r.IntN(60))
			seen += len(rows)
			n, err := h.desk.Count(t.Context(), h.d.Reader(), by, v)
			if err != nil || int(n) != len(rows) {
				t.Fatalf("view %d %v: %d in the list, %d counted, %v", i, v.Values(), len(rows), n, err)
			}
			if again := ledger.Parse(v.Values()); again.Values().Encode() != v.Values().Encode() {
				t.Fatalf("the view %v comes back from its address as %v", v.Values(), again.Values())
			}
			h.ordered(v.For(by), rows)
			h.tallied(by, v, rows)
			if i%10 == 0 {
				h.exported(by, v, list.ID, rows)
			}
		}
		if seen < 3000 {
			t.Errorf("the views showed %d files only", seen)
		}
	})
}

// ordered looks that each file stands once and in the order asked for.
func (h house) ordered(v ledger.View, rows []child.Child) {
	h.t.Helper()
	ids := map[ref.Child]bool{}
	for i, c := range rows {
		ids[c.ID] = true
		if i == 0 {
			continue
		}
		was, bad := rows[i-1], false
		switch v.Order() {
		case ledger.ByLevel:
			bad = was.Level < c.Level
		case ledger.ByPlace:
			bad = was.Region > c.Region
		case ledger.ByDue:
			bad = was.Due > c.Due
		case ledger.ByBirth:
			bad = was.Birth != c.Birth && (was.Birth.String() > c.Birth.String()) != v.Desc
		}
		if bad {
			h.t.Fatalf("view %v: line %d stands before what should come first", v.Values(), i)
		}
	}
	if len(ids) != len(rows) {
		h.t.Fatalf("view %v shows a file twice", v.Values())
	}
}

// tallied looks that the groups are those of the list.
func (h house) tallied(by access.Actor, v ledger.View, rows []child.Child) {
	h.t.Helper()
	var codes []string
	below, err := region.Choices(h.t.Context(), h.d.Reader(), by, v.Filter.Region)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, b := range below {
		codes = append(codes, b.Code)
	}
	tallies, err := h.desk.Tallies(h.t.Context(), h.d.Reader(), by, v, codes)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, g := range tallies {
		narrow := v
		narrow.Narrow(g.Key)
		if n := len(h.walk(by, narrow, 500)); int64(n) != g.N {
			h.t.Fatalf("view %v: group %s has %d, its list %d", v.Values(), g.Label, g.N, n)
		}
	}
	if len(rows) > 0 && len(tallies) == 0 && v.Group != ledger.ByNothing && len(below) > 0 && v.Group != ledger.GroupKind {
		h.t.Fatalf("view %v of %d files has no groups", v.Values(), len(rows))
	}
}

func (h house) exported(by access.Actor, v ledger.View, id string, rows []child.Child) {
	h.t.Helper()
	list, _ := h.desk.Cabinet.Book().Ledger(id, civil.DateOf(testkit.Noon))
	var out bytes.Buffer
	if n, err := h.desk.Export(h.t.Context(), h.d, by, v.Apply(list), v, "台账", &out); err != nil || n != len(rows) {
		h.t.Fatalf("view %v: %d exported, %d in the list, %v", v.Values(), n, len(rows), err)
	}
	var names []string
	for row, err := range sheet.Read(bytes.NewReader(out.Bytes()), int64(out.Len()), sheet.Limits{}) {
		if err != nil {
			h.t.Fatal(err)
		}
		if len(row.Cells) > 1 {
			names = append(names, row.Cells[1].Text)
		}
	}
	names = names[len(names)-len(rows):]
	for i, c := range rows {
		if names[i] != c.Name {
			h.t.Fatalf("view %v: line %d of the export is not that of the list", v.Values(), i+1)
		}
	}
}

func TestASavedViewIsSeenByItsOwnerAndWhenSharedByTheUnit(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := house{t, d, &ledger.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Names: region.Names}}
		colleague, stranger := actor(101, county, 100, access.Officer), actor(102, town, 102, access.Supervisor)
		q, _ := url.ParseQuery("ledger=village&level=3&group=place&columns=name,age")
		var own, shared ref.View
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if own, err = h.desk.Save(ctx, tx, officer, "橙色按村", false, ledger.Parse(q)); err == nil {
				shared, err = h.desk.Save(ctx, tx, officer, "橙色共用", true, ledger.Parse(q))
			}
			return err
		})
		for _, x := range []struct {
			by   access.Actor
			want []ref.View
		}{{officer, []ref.View{own, shared}}, {colleague, []ref.View{shared}}, {stranger, nil}} {
			list, err := h.desk.Views(t.Context(), d.Reader(), x.by)
			if err != nil || len(list) != len(x.want) {
				t.Fatalf("%d views for %d, %v", len(list), x.by.User, err)
			}
			for _, s := range list {
				if !slices.Contains(x.want, s.ID) || s.View().Values().Encode() != q.Encode() {
					t.Errorf("view %d is %s", s.ID, s.Query)
				}
			}
		}
		for by, kind := range map[*access.Actor]errs.Kind{&colleague: errs.Forbidden, &stranger: errs.NotFound} {
			err := d.Write(t.Context(), func(tx *db.Tx) error { return h.desk.Drop(t.Context(), tx, *by, shared) })
			if !errs.Is(err, kind) {
				t.Errorf("dropping another's view: %v", err)
			}
		}
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.desk.Drop(ctx, tx, officer, shared) })
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := h.desk.Save(t.Context(), tx, officer, " ", false, ledger.View{})
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a view without a name: %v", err)
		}
	})
}

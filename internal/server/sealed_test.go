package server_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/justice"
	"weibao/internal/ref"
)

// moving are pages that tell how much the program has done altogether, and a
// workbook whose parts come in any order.
var moving = []string{"/audit", "/system/status", "/jobs", "/keys", "/numbers.xlsx"}

// surfaces are what a house answers to everybody at every address that can be read.
func surfaces(t *testing.T, h *house, people []access.Actor, ids ...string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, r := range h.Routes {
		if r.Method != http.MethodGet || strings.HasSuffix(r.Path, "/live") {
			continue
		}
		for _, id := range ids {
			for _, by := range people {
				h.by = by
				w := h.do(r.Method, address(r, id), url.Values{})
				out[string(by.Post.Role)+" "+address(r, id)] = slices.Concat([]byte(w.Result().Status+" "+w.Header().Get("Location")+"\n"), w.Body.Bytes())
			}
		}
	}
	return out
}

// S-13: what was sealed leaves no trace on any surface for anybody, its own
// units included; its old address answers like one at which nothing ever was.
func TestASealedRecordLeavesNoTraceOnAnySurface(t *testing.T) {
	if testing.Short() {
		t.Skip("asks every address as everybody, three times")
	}
	h := newHouse(t, nil)
	ctx := context.Background()
	unit := ref.Unit(42)
	person := func(user ref.User, region string, role access.Role, u ref.Unit) access.Actor {
		return access.Actor{User: user, Name: "测试员", Post: access.Post{ID: ref.Post(user), Unit: u, UnitName: "某单位", Region: region, Role: role}}
	}
	officer, keeper := person(500, county, access.Officer, unit), person(501, county, access.Liaison, 43)
	people := []access.Actor{officer, keeper, person(502, county, access.Leader, unit), person(503, "990101100000", access.Supervisor, 44),
		person(504, "990101100200", access.ChildDirector, 45), person(505, county, access.Operator, 46), person(506, county, access.AuditAdmin, 0),
		person(507, county, access.SystemAdmin, 0), person(508, county, access.SecurityAdmin, 0), person(509, county, access.Liaison, 47)}
	var file ref.Child
	if err := h.DB.Write(ctx, func(tx *db.Tx) (err error) {
		file, err = h.Cabinet.Create(ctx, tx, officer, child.New{Name: "某童", Region: "990101100200", Source: "form", Dossier: child.Dossier{NoNumber: "missing"}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	first := surfaces(t, h, people, ref.Format(file)) // some leave a trace of having been looked at, some draw lots
	before := surfaces(t, h, people, ref.Format(file))

	desk := &justice.Desk{Vault: h.Vault, Kernel: h.Kernel}
	var record ref.Justice
	in := justice.In{Kind: "crime", Unit: 43, Name: "某童", Contact: "独有联系人", Phone: "0990-7654321"}
	if err := h.DB.Write(ctx, func(tx *db.Tx) (err error) { record, err = desk.Add(ctx, tx, officer, in); return err }); err != nil {
		t.Fatal(err)
	}
	h.by = keeper
	if w := h.do("GET", "/justice/"+ref.Format(record), nil); w.Code != http.StatusOK {
		t.Fatalf("before it is sealed: %d", w.Code)
	}
	if err := h.DB.Write(ctx, func(tx *db.Tx) error { return desk.Seal(ctx, tx, keeper, record) }); err != nil {
		t.Fatal(err)
	}

	after := surfaces(t, h, people, ref.Format(file), ref.Format(record))
	absent := surfaces(t, h, people, "123456789")
	seen := 0 // that answer the same whenever nothing changed
	for at, body := range after {
		address := at[strings.Index(at, " ")+1:]
		for _, trace := range []string{in.Contact, in.Phone} {
			if bytes.Contains(body, []byte(trace)) {
				t.Errorf("%s holds %q", at, trace)
			}
		}
		if slices.ContainsFunc(moving, func(p string) bool { return strings.HasPrefix(address, p) }) {
			if !strings.Contains(address, ref.Format(record)) && bytes.Contains(body, []byte(ref.Format(record))) {
				t.Errorf("%s names the record", at)
			}
			continue
		}
		want, known := before[at]
		if known && !bytes.Equal(first[at], want) {
			continue
		}
		if !known { // an address with the record's id
			want = bytes.ReplaceAll(absent[strings.ReplaceAll(at, ref.Format(record), "123456789")], []byte("123456789"), []byte(ref.Format(record)))
		}
		seen++
		if !bytes.Equal(body, want) {
			t.Errorf("%s answers otherwise than before, or than what does not exist", at)
		}
	}
	if seen < 400 {
		t.Errorf("only %d surfaces", seen)
	}
}

package photopage_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/child/photopage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "周岚", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer  = actor(100, "990101000000", access.Officer)
	leader   = actor(101, "990101000000", access.Leader)
	director = actor(300, "990101100200", access.ChildDirector)
	stranger = actor(400, "990101101200", access.ChildDirector)
)

type desk struct {
	*testing.T
	pages   *photopage.Pages
	r       uitest.Desk
	cabinet *child.Cabinet
	d       *db.DB
	clock   *clock.Manual
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		r, cabinet := uitest.New(t), testkit.Cabinet(t, d, "demo")
		pages, err := photopage.New(photopage.Deps{DB: d, UI: r, Cabinet: cabinet, Files: &file.Store{Dir: t.TempDir(), Vault: cabinet.Vault}})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{t, pages, uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, cabinet, d, c})
	})
}

func (x desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	x.Helper()
	if err := x.d.Write(x.Context(), func(tx *db.Tx) error { return fn(x.Context(), tx) }); err != nil {
		x.Fatal(err)
	}
}

func (x desk) child() (id ref.Child) {
	x.Helper()
	x.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = x.cabinet.Create(ctx, tx, officer, child.New{Name: "单小明", Region: "990101100200", Source: "form", Birth: civil.MustParse("2015-06-01"),
			Dossier: child.Dossier{NoNumber: "missing"}})
		return err
	})
	return id
}

// send uploads a picture as the form does.
func (x desk) send(by access.Actor, id ref.Child, content []byte) (*httptest.ResponseRecorder, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("photo", "照片.jpg")
	if err != nil {
		x.Fatal(err)
	}
	part.Write(content)
	form.Close()
	r := httptest.NewRequestWithContext(x.Context(), "POST", "/children/"+ref.Format(id)+photopage.EditTail, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.SetPathValue("child", ref.Format(id))
	w := httptest.NewRecorder()
	return w, x.pages.Edited(w, r, by)
}

func (x desk) show(by access.Actor, id ref.Child) (*httptest.ResponseRecorder, error) {
	r := httptest.NewRequestWithContext(x.Context(), "GET", "/children/"+ref.Format(id)+"/photo", nil)
	r.SetPathValue("child", ref.Format(id))
	w := httptest.NewRecorder()
	return w, x.pages.Show(w, r, by)
}

func (x desk) reveal(by access.Actor, id ref.Child) {
	x.Helper()
	x.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := x.cabinet.Reveal(ctx, tx, by, id, "check")
		return err
	})
}

// picture is one of a camera: its comment says where it was taken.
func picture(t *testing.T, w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(i)
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	note := []byte("taken at 27.1 N 105.2 E")
	head := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(note) + 2)}, note...)
	return append(head, b.Bytes()[2:]...)
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.r.UI) })
}

func TestAPhotoIsDrawnAnewAndShowsAfterARevealAlone(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.child()
		sent := picture(t, 1600, 900)
		if w, err := x.send(director, id, sent); err != nil || w.Code != http.StatusSeeOther {
			t.Fatal(w.Code, err, w.Body)
		}
		for _, by := range []access.Actor{director, officer, stranger} {
			if _, err := x.show(by, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s sees it without a reveal: %v", by.Post.Role, err)
			}
		}
		x.reveal(officer, id)
		w, err := x.show(officer, id)
		if err != nil || w.Header().Get("Cache-Control") != "private, no-store" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "inline") {
			t.Fatal(err, w.Header())
		}
		if bytes.Contains(w.Body.Bytes(), []byte("27.1")) {
			t.Error("it tells where it was taken")
		}
		size, kind, err := image.DecodeConfig(w.Body)
		if err != nil || kind != "jpeg" || max(size.Width, size.Height) > 640 || size.Width < 400 {
			t.Error(size, kind, err)
		}
		if _, err := x.show(director, id); !errs.Is(err, errs.NotFound) {
			t.Error("another's reveal showed it:", err)
		}
		x.clock.Advance(31 * 60 * 1e9)
		if _, err := x.show(officer, id); !errs.Is(err, errs.NotFound) {
			t.Error("it shows for ever:", err)
		}
	})
}

func TestWhatIsNoPhotoIsRefusedAndNobodySendsOneFromOutside(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.child()
		var huge bytes.Buffer
		if err := png.Encode(&huge, image.NewGray(image.Rect(0, 0, 12001, 1))); err != nil {
			t.Fatal(err)
		}
		whole := picture(t, 300, 300)
		for what, content := range map[string][]byte{"nothing": {}, "words": []byte("你好"), "half": whole[:len(whole)/2], "script": []byte("<svg onload=alert(1)>"), "too wide": huge.Bytes()} {
			if w, err := x.send(director, id, content); err != nil || w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s: status %d, %v", what, w.Code, err)
			}
		}
		if _, err := x.send(stranger, id, whole); !errs.Is(err, errs.NotFound) {
			t.Error("sent from outside:", err)
		}
		x.r.Refuses(leader, map[string]string{"child": ref.Format(id)})
	})
}

func TestAPhotoIsReplacedTakenAwayAndComesAlong(t *testing.T) {
	withDesk(t, func(x desk) {
		keep, drop := x.child(), x.child()
		for range 2 {
			if w, err := x.send(director, drop, picture(t, 300, 400)); err != nil || w.Code != http.StatusSeeOther {
				t.Fatal(w.Code, err)
			}
		}
		x.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := merge.Merge(ctx, tx, x.cabinet, officer, merge.Merging{Keep: keep, Drop: drop, Reason: "核对", Take: map[string]merge.Side{"photo": merge.Dropped}})
			return err
		})
		x.reveal(officer, keep)
		if w, err := x.show(officer, keep); err != nil || w.Code != http.StatusOK {
			t.Fatal(w.Code, err)
		}
		if w := x.r.Do(officer, "POST", "/children/"+ref.Format(keep)+photopage.EditTail, map[string][]string{"remove": {"1"}}); w.Code != http.StatusSeeOther {
			t.Fatal(w.Code, w.Body)
		}
		if _, err := x.show(officer, keep); !errs.Is(err, errs.NotFound) {
			t.Error("it is still there:", err)
		}
	})
}

package assets_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"weibao/assets"
)

func bundle(t *testing.T) *assets.Set {
	t.Helper()
	s, err := assets.Read(fstest.MapFS{
		"manifest.json": {Data: []byte(`{"desk.css":"desk.0a1b.css"}`)},
		"desk.0a1b.css": {Data: []byte("plain")}, "desk.0a1b.css.gz": {Data: []byte("zipped")}, "desk.0a1b.css.br": {Data: []byte("broti")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnAssetIsServedInTheBestAcceptedForm(t *testing.T) {
	s := bundle(t)
	for accepts, want := range map[string]string{"": "plain", "gzip": "zipped", "gzip, deflate, br": "broti"} {
		req := httptest.NewRequest(http.MethodGet, s.URL("desk.css"), nil)
		req.Header.Set("Accept-Encoding", accepts)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Body.String() != want || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
			t.Errorf("%q: %q %v", accepts, w.Body, w.Header())
		}
	}
}

func TestWhatTheManifestDoesNotNameIsNotServed(t *testing.T) {
	for _, path := range []string{"/assets/", "/assets/manifest.json", "/assets/desk.css", "/assets/desk.0a1b.css.gz", "/assets/../secret"} {
		w := httptest.NewRecorder()
		bundle(t).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAMissingBundleIsSaidPlainly(t *testing.T) {
	if _, err := assets.Read(fstest.MapFS{".keep": {}}); !errors.Is(err, assets.ErrNotBuilt) {
		t.Error(err)
	}
	var none *assets.Set
	if none.URL("desk.css") != "" || none.Text("desk.css") != "" || bundle(t).Text("desk.css") != "plain" {
		t.Error("a missing bundle has addresses")
	}
}

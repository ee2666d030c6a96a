package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/intake/publicpage"
	"weibao/internal/ui"
)

// Body limits in bytes.
const (
	maxBody   = 1 << 20
	maxUpload = 50 << 20
	maxFirst  = 128 << 10 // 5,000 characters take 45 KB in a form
)

var methods = []string{http.MethodGet, http.MethodPost}

// check tells what is wrong with a route, or "".
func check(r ui.Route) string {
	switch {
	case !slices.Contains(methods, r.Method):
		return "method must be GET or POST: pages are forms and links"
	case !strings.HasPrefix(r.Path, "/"):
		return "path must begin with /"
	case r.Permission == "" || !access.Known(r.Permission):
		return fmt.Sprintf("permission %q does not stand in access.Table", r.Permission)
	case r.Handle == nil:
		return "nothing handles it"
	}
	return ""
}

// join puts all routes on the mux; a wrong or doubled one keeps the program from starting.
func (s *Server) join() (err error) {
	defer func() {
		if p := recover(); p != nil { // the mux panics at conflicting patterns
			err = fmt.Errorf("server: %v", p)
		}
	}()
	for _, r := range s.o.Routes {
		if wrong := check(r); wrong != "" {
			return fmt.Errorf("server: route %s %s: %s", r.Method, r.Path, wrong)
		}
		s.mux.Handle(r.Method+" "+r.Path, s.page(r))
	}
	s.mux.HandleFunc("GET /healthz", s.healthz)
	s.mux.HandleFunc("GET /readyz", s.readyz)
	s.mux.HandleFunc("GET /metrics", s.metrics)
	if s.o.Assets != nil {
		s.mux.Handle("GET /assets/", s.o.Assets)
	}
	return nil
}

// route finds the handler of a request; what has none is answered in the product's own words.
func (s *Server) route(w http.ResponseWriter, r *http.Request) {
	h, pattern := s.mux.Handler(r)
	if a, ok := w.(*answer); ok {
		a.pattern = pattern
	}
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: http.Header{}}
	h.ServeHTTP(probe, r)
	problem := errs.New(errs.NotFound, "没有这个页面。地址可能输错了，或页面已经移走，请从首页重新进入。")
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		problem = errs.New(errs.Method, "这个地址只接收提交的内容，不能直接打开。请从首页重新进入。")
	}
	s.lost(w, r, problem)
}

// lost answers what has no route, the public by a page with the numbers to call.
func (s *Server) lost(w http.ResponseWriter, r *http.Request, problem error) {
	if s.o.Lost != nil && strings.HasPrefix(r.URL.Path, publicpage.FrontPath+"/") {
		if err := s.o.Lost(w, r, problem); err == nil {
			return
		}
	}
	r, by, err := s.o.Attach(r)
	if err != nil {
		by = access.Actor{}
	}
	s.o.UI.Error(w, r, by, problem)
}

// probe takes an answer of the mux to learn its status.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// page stands before one route.
func (s *Server) page(route ui.Route) http.Handler {
	live := strings.HasSuffix(route.Path, "/live")
	upload := route.Files || slices.Contains(s.o.Uploads, route.Permission)
	lane := s.lanes.of(route, upload, live)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave, err := lane.enter(w, r)
		if err != nil {
			s.refuse(w, r)
			return
		}
		defer leave()
		r, by, err := s.o.Attach(r)
		if err == nil {
			err = permitted(route, by)
		}
		if err == nil {
			err = s.limit(w, r, upload)
		}
		if err != nil {
			s.o.UI.Error(w, r, by, err)
			return
		}
		if live {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(s.stopping, cancel)()
			r = r.WithContext(ctx)
		}
		if err := route.Handle(w, r, by); err != nil {
			s.o.UI.Error(w, r, by, tooLarge(err))
		}
	})
}

// permitted asks first for a session, then for the right: a person without a
// session is sent to the login whatever the route.
func permitted(route ui.Route, by access.Actor) error {
	if route.Permission != access.Public && by.IsZero() {
		return errs.New(errs.SignIn, "请先登录。")
	}
	return by.Require(route.Permission)
}

// limit bounds what the body may hold, and gives uploads the time they need.
func (s *Server) limit(w http.ResponseWriter, r *http.Request, upload bool) error {
	size := int64(maxBody)
	if upload {
		size = maxUpload
		control := http.NewResponseController(w)
		// Fails only for writers without deadlines, as in tests.
		_ = control.SetReadDeadline(clock.Mark().Add(uploadTime))
		_ = control.SetWriteDeadline(clock.Mark().Add(uploadTime + writeTime))
	}
	if r.ContentLength > size {
		w.Header().Set("Connection", "close")
		return errs.Newf(errs.TooLarge, "提交的内容过大：最多 %d MB。请减小后重新提交。", size>>20)
	}
	r.Body = http.MaxBytesReader(w, r.Body, size)
	return nil
}

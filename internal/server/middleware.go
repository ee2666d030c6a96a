package server

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/ui"
)

// answer counts what is written, for the log and the metrics.
type answer struct {
	http.ResponseWriter
	status  int
	bytes   int64
	pattern string // the route as it was registered; "" = not looked for
	shed    bool   // there was no room for the request
}

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// numbered gives each request a number, notes how it ended, and turns a panic
// into an error page. The log holds the route's pattern, never the address.
func (s *Server) numbered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, number := clock.Mark(), rand.Text()[:12]
		a := &answer{ResponseWriter: w}
		a.Header().Set("X-Request-Id", number)
		defer func() {
			if p := recover(); p != nil {
				s.recovered(a, r, number, p)
			}
			took := clock.Since(start)
			pattern := s.pattern(a, r)
			if a.status == 0 {
				a.status = http.StatusOK
			}
			s.meter(pattern).count(a.status, took)
			if a.shed {
				return // a flood is counted, not written down line by line
			}
			s.o.Log.Info("request", "id", number, "route", pattern, "status", a.status, "bytes", a.bytes, "ms", took.Milliseconds())
		}()
		next.ServeHTTP(a, r)
	})
}

// pattern gives the route of a request as it was registered.
func (s *Server) pattern(a *answer, r *http.Request) string {
	if a.pattern == "" {
		_, a.pattern = s.mux.Handler(r)
	}
	return cmp.Or(a.pattern, "none")
}

// meter counts the requests of a route; each of its series is looked up once.
type meter struct {
	set   *metrics.Set
	route string
	took  *metrics.Summary
	ended sync.Map // status → *metrics.Counter
}

func (s *Server) meter(route string) *meter {
	if known, ok := s.meters.Load(route); ok {
		return known.(*meter)
	}
	known, _ := s.meters.LoadOrStore(route, &meter{set: s.set, route: route, took: s.set.GetOrCreateSummary(fmt.Sprintf(`weibao_request_seconds{route=%q}`, route))})
	return known.(*meter)
}

func (m *meter) count(status int, took time.Duration) {
	m.took.Update(took.Seconds())
	ended, ok := m.ended.Load(status)
	if !ok {
		ended, _ = m.ended.LoadOrStore(status, m.set.GetOrCreateCounter(fmt.Sprintf(`weibao_requests_total{route=%q,status="%d"}`, m.route, status)))
	}
	ended.(*metrics.Counter).Inc()
}

func (s *Server) recovered(a *answer, r *http.Request, number string, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		a.status = 499 // the client went away
		return
	}
	s.o.Log.Error("panic", "id", number, "route", s.pattern(a, r), "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if a.status == 0 {
		s.o.UI.Error(a, r, access.Actor{}, fmt.Errorf("panic in request %s", number))
	}
}

// located puts the client's address into RemoteAddr. Only a trusted proxy's
// word counts; whatever anybody else claims is taken off the request.
func (s *Server) located(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claimed := forwarded(r)
		r = r.WithContext(withPeer(r.Context(), peer{addr: r.RemoteAddr, forwarded: claimed}))
		if claimed && s.trusts(r.RemoteAddr) {
			if client := s.client(r); client.IsValid() {
				r.RemoteAddr = net.JoinHostPort(client.String(), "0")
			}
		}
		for name := range r.Header {
			if strings.HasPrefix(name, "X-Forwarded-") || name == "Forwarded" || name == "X-Real-Ip" {
				r.Header.Del(name)
			}
		}
		next.ServeHTTP(w, r)
	})
}

func forwarded(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != ""
}

// client walks X-Forwarded-For from the nearest hop to the first that is no proxy of ours.
func (s *Server) client(r *http.Request) netip.Addr {
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return netip.Addr{}
		}
		if i == 0 || !s.trusts(addr.String()) {
			return addr.Unmap()
		}
	}
	return netip.Addr{}
}

func (s *Server) trusts(remote string) bool {
	addr, ok := addrOf(remote)
	if !ok {
		return false
	}
	for _, p := range s.o.Trusted {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func addrOf(remote string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(remote); err == nil {
		remote = host
	}
	addr, err := netip.ParseAddr(remote)
	return addr.Unmap(), err == nil
}

// headed sets what every answer carries; pages and assets may tighten it.
func (s *Server) headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		ui.Headers(h)
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		if s.o.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// foreign answers a form that another site sent.
func (s *Server) foreign(w http.ResponseWriter, r *http.Request) {
	s.o.UI.Error(w, r, access.Actor{}, errs.New(errs.Forbidden, "这次提交来自其他网站，已被拒绝。请从本系统的页面重新操作。"))
}

func tooLarge(err error) error {
	if big, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.Wrap(errs.TooLarge, err, fmt.Sprintf("提交的内容过大：最多 %d MB。请减小后重新提交。", big.Limit>>20))
	}
	return err
}

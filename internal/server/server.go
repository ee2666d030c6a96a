// Package server joins the routes of all pages, stands guard before each of
// them, and wires the house together.
//
// It owns no table. No route is served without a known permission; a request
// passes, in this order, its number, the headers of its answer, the check of
// its origin, the limit of its body, its session and the permission of its
// route before any code of a page runs. What a person may not open looks like
// what does not exist. When more comes than it can do, reports go first and
// the rest is told at once whom to call meanwhile. It promises to finish what it has begun when it is
// told to stop. It never logs an address, a query or a name.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"weibao/assets"
	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ui"
)

// Options is what a Server stands on.
type Options struct {
	Routes []ui.Route
	UI     *ui.Renderer
	DB     *db.DB
	Log    *slog.Logger
	// Attach finds who is behind a request and gives the request with its
	// session; without a session the actor is zero.
	Attach  func(*http.Request) (*http.Request, access.Actor, error)
	Assets  *assets.Set
	Uploads []access.Permission // routes that take files: larger bodies, more time
	Trusted []netip.Prefix      // proxies whose word on the client's address counts
	Secure  bool                // served over TLS by a proxy
	Token   string              // for /metrics from elsewhere
	Gauges  map[string]func() float64
	// Lost tells the public of an address that does not exist or takes only forms.
	Lost   func(http.ResponseWriter, *http.Request, error) error
	Phones []Phone // whom to call while the program has no room for a request
}

// Server serves every route. It is safe for concurrent use.
type Server struct {
	o        Options
	mux      *http.ServeMux
	handler  http.Handler
	set      *metrics.Set
	meters   sync.Map // route → *meter
	lanes    lanes
	busy     crowdedWords
	stopping context.Context // ended when the server begins to stop
	stop     context.CancelFunc
}

// New checks and joins the routes.
func New(o Options) (*Server, error) {
	if o.UI == nil || o.DB == nil || o.Attach == nil || o.Log == nil {
		return nil, errors.New("server: UI, DB, Attach and Log are required")
	}
	s := &Server{o: o, mux: http.NewServeMux(), set: metrics.NewSet(), lanes: newLanes(runtime.GOMAXPROCS(0)), busy: newNotice(o.Phones, o.Assets)}
	s.stopping, s.stop = context.WithCancel(context.Background())
	if err := s.join(); err != nil {
		return nil, err
	}
	s.lanes.measure(s.set)
	for name, value := range o.Gauges {
		s.set.NewGauge(name, value)
	}
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(s.foreign))
	s.handler = s.numbered(s.located(s.headed(origin.Handler(http.HandlerFunc(s.route)))))
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Times of a connection. Uploads and long answers get more within their route.
const (
	headerTime = 10 * time.Second
	readTime   = 30 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	uploadTime = 10 * time.Minute
)

// maxHeader bounds the header of a request in bytes.
const maxHeader = 64 << 10

// HTTP gives the server of a listener.
func (s *Server) HTTP() *http.Server {
	return &http.Server{
		Handler: s, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.o.Log.Handler(), slog.LevelDebug),
	}
}

package server

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// peer is the other end of a connection, before any proxy's word.
type peer struct {
	addr      string
	forwarded bool
}

type peerKey struct{}

func withPeer(ctx context.Context, p peer) context.Context {
	return context.WithValue(ctx, peerKey{}, p)
}

// healthz tells that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") }

const readyTime = 2 * time.Second

// readyz tells whether work may be sent here: the database answers, takes
// writes and has the program's schema, and the process is not stopping.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	if err := s.ready(ctx); err != nil {
		s.o.Log.Warn("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "not ready")
		return
	}
	plain(w, http.StatusOK, "ready")
}

func (s *Server) ready(ctx context.Context) error {
	if s.stopping.Err() != nil {
		return errors.New("stopping")
	}
	if err := s.o.DB.Halted(); err != nil {
		return err
	}
	return s.o.DB.Ping(ctx)
}

// metrics answers the machine itself, or who bears the token: behind a proxy
// everybody seems to be the machine itself, so a forwarded request needs it too.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	p, _ := r.Context().Value(peerKey{}).(peer)
	addr, ok := addrOf(p.addr)
	local := ok && addr.IsLoopback() && !p.forwarded
	given, bears := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	bears = bears && s.o.Token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(s.o.Token)) == 1
	if !local && !bears {
		plain(w, http.StatusNotFound, "not found")
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	s.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

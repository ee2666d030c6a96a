package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"weibao/internal/ui"
)

// Bounds of what may be under way at once. Reports are few and written
// together, so that many may run; pages work on the processor alone.
const (
	maxConns    = 8192 // a connection takes some 20 KB
	firstRun    = 256  // as many as share one commit
	firstQueue  = 768
	doorRun     = 64
	doorQueue   = 256
	restRun     = 12 // for each processor
	restQueue   = 64
	uploadRun   = 32
	uploadQueue = 32
	liveRun     = 1024
)

// How long a request waits for its turn before it is told to come again.
const (
	firstWait = time.Second
	restWait  = 500 * time.Millisecond
)

// errBusy says that there is no room for a request.
var errBusy = errors.New("no room")

// lane bounds how many requests of one sort run, and how many wait for that.
type lane struct {
	name  string
	run   chan struct{}
	queue chan struct{} // places of all who are inside, running or not
	wait  time.Duration
	body  bool // the body is read before the turn, so that slow senders hold none
	shed  *metrics.Counter
}

func newLane(name string, run, queue int, wait time.Duration) *lane {
	return &lane{name: name, run: make(chan struct{}, run), queue: make(chan struct{}, run+queue), wait: wait}
}

// lanes are the sorts of requests.
type lanes struct{ first, door, rest, upload, live *lane }

func newLanes(processors int) lanes {
	l := lanes{
		first: newLane("first", firstRun, firstQueue, firstWait), door: newLane("door", doorRun, doorQueue, firstWait),
		rest: newLane("rest", restRun*processors, restQueue, restWait), upload: newLane("upload", uploadRun, uploadQueue, restWait),
		live: newLane("live", liveRun, 0, 0),
	}
	l.first.body = true
	return l
}

// of tells in which lane a route stands. The pages that lead to a report
// have one apart from the reports, so that a flood of readers keeps none out.
func (l lanes) of(r ui.Route, upload, live bool) *lane {
	switch {
	case r.First && r.Method == http.MethodPost:
		return l.first
	case r.First:
		return l.door
	case live:
		return l.live
	case upload && r.Method == http.MethodPost:
		return l.upload
	}
	return l.rest
}

// measure counts what each lane turned away.
func (l lanes) measure(set *metrics.Set) {
	for _, one := range []*lane{l.first, l.door, l.rest, l.upload, l.live} {
		one.shed = set.NewCounter(`weibao_shed_total{lane="` + one.name + `"}`)
	}
}

// enter waits for the turn of a request, or says errBusy; who entered leaves.
func (l *lane) enter(w http.ResponseWriter, r *http.Request) (leave func(), err error) {
	select {
	case l.queue <- struct{}{}:
	default:
		l.shed.Inc()
		return nil, errBusy
	}
	if l.body {
		readBody(w, r)
	}
	if err := l.turn(r.Context()); err != nil {
		<-l.queue
		l.shed.Inc()
		return nil, err
	}
	return func() { <-l.run; <-l.queue }, nil
}

func (l *lane) turn(ctx context.Context) error {
	select {
	case l.run <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(l.wait)
	defer timer.Stop()
	select {
	case l.run <- struct{}{}:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	return errBusy
}

// readBody takes the whole of a small body into memory; what went wrong with
// it is told to whoever reads on.
func readBody(w http.ResponseWriter, r *http.Request) {
	all, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFirst))
	body := io.Reader(bytes.NewReader(all))
	if err != nil {
		body = io.MultiReader(body, broken{err})
	}
	r.Body = io.NopCloser(body)
}

// broken is the rest of a body that could not be read.
type broken struct{ err error }

// Read gives the error.
func (b broken) Read([]byte) (int, error) { return 0, b.err }

// bounded takes a limited number of connections at once; further ones wait
// at the door of the machine.
type bounded struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newBounded(l net.Listener, n int) *bounded {
	return &bounded{Listener: l, places: make(chan struct{}, n), closed: make(chan struct{})}
}

// Accept waits for a place and then for a connection.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.places <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.places
		return nil, err
	}
	return &placed{Conn: c, leave: sync.OnceFunc(func() { <-b.places })}, nil
}

// Close ends accepting.
func (b *bounded) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

type placed struct {
	net.Conn
	leave func()
}

// Close gives the place back.
func (c *placed) Close() error {
	err := c.Conn.Close()
	c.leave()
	return err
}

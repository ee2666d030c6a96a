package fault_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Settings of a child, in its environment.
const (
	childDSN   = "WEIBAO_FAULT_DSN"   // makes the test program a child on this database
	childSeals = "WEIBAO_FAULT_SEALS" // folder of the seals that stand outside
	childEarly = "WEIBAO_FAULT_EARLY" // the control: answers before the commit
	childLog   = "WEIBAO_FAULT_LOG"   // brings the log into the file all the time
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		if err := child(dsn); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	region = "990101000000"
	office = ref.Unit(10)
	bureau = ref.Unit(20)
)

var officer = access.Actor{User: 100, Name: "测试员", Post: access.Post{ID: 1, Unit: bureau, Region: region, Role: access.Officer}}

var ladder = rule.Ladder{ID: duty.DefaultLadder, Steps: []rule.LadderStep{
	{Action: "remind", Offset: rule.Span{N: -1, Unit: "hours"}, To: "owner", Label: "提醒"},
	{Action: "urge", Offset: rule.Span{N: 1, Unit: "hours"}, To: "owner", Label: "催办"},
	{Action: "superior", Offset: rule.Span{N: 2, Unit: "hours"}, To: "superior", Label: "报上级督促"},
	{Action: "propose", Offset: rule.Span{N: 3, Unit: "hours"}, To: "office", Label: "建议发督办单"},
}}

func newKernel() *duty.Kernel {
	cal := civil.CalendarOf(nil)
	top := func(context.Context, *db.Tx) (ref.Unit, error) { return office, nil }
	return &duty.Kernel{
		Ladder: func(id string) rule.Ladder {
			if id == duty.DefaultLadder {
				return ladder
			}
			return rule.Ladder{}
		},
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
		Superior: func(ctx context.Context, tx *db.Tx, _ ref.Unit) (ref.Unit, error) { return top(ctx, tx) },
		Office:   func(ctx context.Context, tx *db.Tx, _ string) (ref.Unit, error) { return top(ctx, tx) },
		Limits: func() duty.Limits {
			return duty.Limits{Decide: 2, Soon: 3, Critical: 5, Superior: 3, SuperiorLadder: "none"}
		},
	}
}

func newSealer(dir string) *audit.Sealer {
	return &audit.Sealer{Keys: map[string][]byte{"k1": []byte("a key of thirty-two bytes, tests")}, Current: "k1", Outside: filepath.Join(dir, "seals.log")}
}

// server is the child: the program's ground and kernel behind a few addresses.
type server struct {
	d     *db.DB
	k     *duty.Kernel
	c     *clock.Manual
	early bool
	desk  *intake.Desk // where the child has seals, and keys beside them
}

func child(dsn string) error {
	ctx := context.Background()
	c := clock.At(start)
	d, err := db.Open(ctx, dsn, c)
	if err != nil {
		return err
	}
	s := &server{d: d, k: newKernel(), c: c, early: os.Getenv(childEarly) != ""}
	if dir := os.Getenv(childSeals); dir != "" {
		go s.seal(ctx, newSealer(dir))
		if s.desk, err = reception(ctx, d, dir); err != nil {
			return err
		}
	}
	runner := job.Runner{DB: d, Poll: 20 * time.Millisecond, Workers: 2, Kinds: []job.Kind{{Name: "fault.once", Run: once, Lease: 2 * time.Second}}}
	go func() { _ = runner.Run(ctx, time.Second) }()
	if os.Getenv(childLog) != "" {
		go s.checkpoint(ctx)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	mux := http.NewServeMux()
	mux.HandleFunc("POST /open", s.open)
	if s.desk != nil {
		doors, err := s.doors()
		if err != nil {
			return err
		}
		mux.Handle("/", doors)
	}
	mux.HandleFunc("POST /sweep", s.sweep)
	mux.HandleFunc("GET /count", s.count)
	return http.Serve(l, mux)
}

// once is a job that leaves a mark in the transaction that ends it.
func once(ctx context.Context, r *job.Run) error {
	var d ref.Duty
	if err := r.Payload(&d); err != nil {
		return err
	}
	return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		if err := r.Done(ctx, tx, "done"); err != nil {
			return err
		}
		return audit.Write(ctx, tx, access.Program, "fault.once", "fault_job", d, nil)
	})
}

func (s *server) seal(ctx context.Context, sealer *audit.Sealer) {
	for {
		_, _ = sealer.Seal(ctx, s.d)
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *server) checkpoint(ctx context.Context) {
	for s.d.Checkpoint(ctx) == nil {
		time.Sleep(5 * time.Millisecond)
	}
}

// open stores one order, known by the client's number n: duty, signature,
// event, two entries of the journal and a job. A number that is stored already
// is acknowledged after a durable write of its own.
func (s *server) open(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
	if err != nil {
		http.Error(w, "n", http.StatusBadRequest)
		return
	}
	write := func() error {
		return s.d.Write(context.WithoutCancel(r.Context()), func(tx *db.Tx) error { return s.store(r.Context(), tx, n) })
	}
	if s.early {
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusCreated)
		w.(http.Flusher).Flush()
		time.Sleep(5 * time.Millisecond)
		_ = write()
		return
	}
	switch err := write(); {
	case errs.Is(err, errs.Full):
		http.Error(w, err.Error(), http.StatusInsufficientStorage)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		w.WriteHeader(http.StatusCreated)
	}
}

func (s *server) store(ctx context.Context, tx *db.Tx, n int64) error {
	if err := tx.Lock(ctx, fmt.Sprint("fault", n)); err != nil {
		return err
	}
	known, err := db.Get[int](ctx, tx, "SELECT count(*) FROM duty WHERE subject = 'fault' AND subject_id = ?", n)
	if err != nil {
		return err
	}
	if known > 0 {
		return audit.Write(ctx, tx, officer, "fault.again", "fault", ref.Duty(n), nil)
	}
	ids, err := s.k.Open(ctx, tx, officer, duty.New{Kind: "fault", Subject: "fault", SubjectID: n, Title: "走访排查", Unit: bureau, Region: region, Deadline: duty.In(10)})
	if err != nil {
		return err
	}
	if err := s.k.Sign(ctx, tx, officer, ids[0]); err != nil {
		return err
	}
	_, err = job.Add(ctx, tx, officer, job.Want{Kind: "fault.once", Payload: ids[0]})
	return err
}

// sweep moves the clock to the given hour and sweeps.
func (s *server) sweep(w http.ResponseWriter, r *http.Request) {
	hour, err := strconv.Atoi(r.URL.Query().Get("hour"))
	if err != nil {
		http.Error(w, "hour", http.StatusBadRequest)
		return
	}
	s.c.Set(start.Add(time.Duration(hour) * time.Hour))
	if _, err := s.k.Sweep(r.Context(), s.d); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (s *server) count(w http.ResponseWriter, r *http.Request) {
	n, err := db.Get[int](r.Context(), s.d.Reader(), "SELECT count(*) FROM duty")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, n, s.d.Halted())
}

package db

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is the only PostgreSQL channel; the payload names the topic.
const channel = "weibao"

type notice struct{ topic, text string }

// Notify tells listeners of every process about topic once the transaction
// has committed. The text must hold no personal data.
func (t *Tx) Notify(topic, text string) {
	if n := (notice{topic, text}); !slices.Contains(t.notices, n) {
		t.notices = append(t.notices, n)
	}
}

// Listen gives the texts of a topic until ctx ends. A listener that falls
// behind misses texts: they are hints to look again, never the fact itself.
func (d *DB) Listen(ctx context.Context, topic string) <-chan string {
	return d.bus.subscribe(ctx, topic)
}

type bus struct {
	mu     sync.Mutex
	subs   map[string]map[chan string]bool
	cancel context.CancelFunc
	out    chan notice // to other processes; nil where there are none
	self   string      // marks what this process told others
}

func newBus() *bus {
	return &bus{subs: map[string]map[chan string]bool{}, cancel: func() {}, self: rand.Text()}
}

func (b *bus) subscribe(ctx context.Context, topic string) <-chan string {
	c := make(chan string, 16)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs[topic] == nil {
		b.subs[topic] = map[chan string]bool{}
	}
	b.subs[topic][c] = true
	context.AfterFunc(ctx, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs[topic], c)
		close(c)
	})
	return c
}

// publish tells listeners here, and those of other processes soon after.
func (b *bus) publish(notices []notice) {
	b.tell(notices)
	for _, n := range notices {
		select {
		case b.out <- n:
		default: // no others, or they are behind: it is a hint only
		}
	}
}

func (b *bus) tell(notices []notice) {
	if len(notices) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range notices {
		for c := range b.subs[n.topic] {
			select {
			case c <- n.text:
			default:
			}
		}
	}
}

func (b *bus) close() { b.cancel() }

// connect carries notices to and from other processes on one PostgreSQL. They
// travel after the commit and many at a time: NOTIFY within transactions would
// make their commits wait for each other.
func (b *bus) connect(cfg *pgx.ConnConfig) {
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	b.out = make(chan notice, 1024)
	for _, relay := range []func(context.Context, *pgx.Conn) error{b.receive, b.send} {
		go func() {
			for ctx.Err() == nil {
				if conn, err := pgx.ConnectConfig(ctx, cfg.Copy()); err == nil {
					_ = relay(ctx, conn) // a lost connection is made anew
					conn.Close(context.WithoutCancel(ctx))
				}
				select {
				case <-time.After(time.Second):
				case <-ctx.Done():
				}
			}
		}()
	}
}

func (b *bus) receive(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		from, rest, _ := strings.Cut(n.Payload, " ")
		if topic, text, _ := strings.Cut(rest, " "); from != b.self {
			b.tell([]notice{{topic, text}})
		}
	}
}

func (b *bus) send(ctx context.Context, conn *pgx.Conn) error {
	for {
		select {
		case n := <-b.out:
			if _, err := conn.Exec(ctx, "SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text", channel, b.waiting(n)); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// waiting gives the payloads of first and of whatever else waits, each once.
func (b *bus) waiting(first notice) []string {
	payloads := []string{b.self + " " + first.topic + " " + first.text}
	for {
		select {
		case n := <-b.out:
			if p := b.self + " " + n.topic + " " + n.text; !slices.Contains(payloads, p) {
				payloads = append(payloads, p)
			}
		default:
			return payloads
		}
	}
}

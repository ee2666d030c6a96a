package db

import (
	"context"
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
	if t.Dialect == Postgres {
		t.notices = append(t.notices, notice{channel, topic + " " + text})
		return
	}
	t.notices = append(t.notices, notice{topic, text})
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
}

func newBus() *bus {
	return &bus{subs: map[string]map[chan string]bool{}, cancel: func() {}}
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

func (b *bus) publish(notices []notice) {
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

// listen carries notices of other processes from PostgreSQL to listeners here.
func (b *bus) listen(cfg *pgx.ConnConfig) {
	ctx, cancel := context.WithCancel(context.Background())
	b.cancel = cancel
	go func() {
		for ctx.Err() == nil {
			b.relay(ctx, cfg.Copy())
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}()
}

func (b *bus) relay(ctx context.Context, cfg *pgx.ConnConfig) {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		topic, text, _ := strings.Cut(n.Payload, " ")
		b.publish([]notice{{topic, text}})
	}
}

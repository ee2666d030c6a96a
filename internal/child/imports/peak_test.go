package imports_test

import (
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// memory watches how much the process holds of its own, without the pages of
// files that the system may take back at any time, in MB.
type memory struct {
	sync.Mutex
	most, dumped int
	dump         string
	stop         chan struct{}
}

func watchMemory(t *testing.T) *memory {
	m := &memory{stop: make(chan struct{}), dump: os.Getenv("WEIBAO_HEAP")}
	go func() {
		for {
			select {
			case <-m.stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			now := anonymous()
			m.Lock()
			m.most = max(m.most, now)
			if m.dump != "" && now > m.dumped+15 {
				m.dumped = now
				if f, err := os.Create(m.dump); err == nil {
					pprof.Lookup("heap").WriteTo(f, 0)
					f.Close()
				}
			}
			m.Unlock()
		}
	}()
	t.Cleanup(func() { close(m.stop) })
	return m
}

// peak gives the most since the last call.
func (m *memory) peak() int {
	m.Lock()
	defer m.Unlock()
	most := m.most
	m.most, m.dumped = 0, 0
	if m.dump != "" {
		m.dump += "2"
	}
	return most
}

func anonymous() int {
	b, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "RssAnon:"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n >> 10
		}
	}
	return 0
}

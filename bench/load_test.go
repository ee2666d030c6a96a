package bench_test

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// result is what one burst of load saw.
type result struct {
	answers  int
	rate     float64 // answers in a second
	p50, p99 time.Duration
	cpu      time.Duration // processor time for one answer, of this process and where the server has its own of that
}

// processorTime is what this program has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// burst sends the same request over conns connections for a while, each
// waiting for its answer before it asks again. It speaks HTTP by hand, so that
// the client takes little of the machine from the server.
func burst(t testing.TB, addr, path, body string, conns int, during time.Duration) result {
	t.Helper()
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	start, used := time.Now(), processorTime()
	for range conns {
		wg.Go(func() {
			times, err := ask(addr, request, start.Add(during))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			all = append(all, times...)
			mu.Unlock()
		})
	}
	wg.Wait()
	took := time.Since(start)
	slices.Sort(all)
	return result{answers: len(all), rate: float64(len(all)) / took.Seconds(), p50: quantile(all, 0.5), p99: quantile(all, 0.99), cpu: (processorTime() - used) / time.Duration(max(len(all), 1))}
}

func ask(addr string, request []byte, until time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var times []time.Duration
	for time.Now().Before(until) {
		start := time.Now()
		if _, err := conn.Write(request); err != nil {
			return times, err
		}
		if err := answer(in); err != nil {
			return times, err
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// paced sends the same request at a steady rate over conns connections, not
// waiting for answers but where a connection still has one to come. Each time
// is from when the request was due, so that nothing is gained by sending late.
func paced(t testing.TB, addr, path, body string, conns int, rate float64, during time.Duration) (all []time.Duration, took time.Duration) {
	t.Helper()
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now().Add(20 * time.Millisecond)
	for i := range conns {
		wg.Go(func() {
			times, err := keepPace(addr, request, func(n int) time.Duration { return time.Duration(float64(n*conns+i) / rate * float64(time.Second)) }, start, during)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			all = append(all, times...)
			mu.Unlock()
		})
	}
	wg.Wait()
	slices.Sort(all)
	return all, time.Since(start)
}

func keepPace(addr string, request []byte, at func(n int) time.Duration, start time.Time, during time.Duration) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	var times []time.Duration
	for n := 0; at(n) < during; n++ {
		due := start.Add(at(n))
		time.Sleep(time.Until(due))
		if _, err := conn.Write(request); err != nil {
			return times, err
		}
		if err := answer(in); err != nil {
			return times, err
		}
		times = append(times, time.Since(due))
	}
	return times, nil
}

// answer reads one response, which must be 201.
func answer(in *bufio.Reader) error {
	status, err := skip(in)
	if err == nil && !strings.Contains(status, " 201 ") {
		err = fmt.Errorf("answer %s", strings.TrimSpace(status))
	}
	return err
}

// skip reads one response of known length and gives its first line.
func skip(in *bufio.Reader) (status string, err error) {
	if status, err = in.ReadString('\n'); err != nil {
		return "", err
	}
	length := 0
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line == "\r\n" {
			break
		}
		if v, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(v)); err != nil {
				return "", err
			}
		}
	}
	_, err = in.Discard(length)
	return status, err
}

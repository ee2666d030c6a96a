package receipt

import (
	"crypto/rand"
	"sync"
	"time"
)

// lotBits are the lots that one millisecond has: two processes that draw the
// same collide on the table's index and draw again.
const lotBits = 8

var (
	epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	last  struct {
		sync.Mutex
		serial int64
	}
)

// Serial gives a report its number among all, by the time at which it came, so
// that new ones stand beside each other in the table: milliseconds since 2024
// with a lot, below 10^15 until the year 2147.
func Serial(now time.Time) int64 {
	var lot [1]byte
	rand.Read(lot[:])
	n := max(now.Sub(epoch).Milliseconds(), 0)<<lotBits | int64(lot[0])
	last.Lock()
	defer last.Unlock()
	last.serial = max(last.serial+1, n)
	return last.serial
}

package server

import (
	"os"
	"runtime/debug"
)

const (
	// A page leaves a few hundred kilobytes behind. With the usual 100 a heap of
	// some ten megabytes is collected dozens of times a second, which costs a
	// third of the processor under load; four times the heap costs some 50 MB.
	collectAt = 400
	// Beyond this much heap memory is saved instead: large imports and exports
	// stay within what a small county server can spare.
	heapLimit = 256 << 20
)

// Tune sets how much memory is spent to save processor time. Who sets GOGC or
// GOMEMLIMIT decides for himself.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapLimit)
	}
}

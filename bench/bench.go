// Package bench measures the product against the figures it promises.
//
// It owns no table and holds tests alone: `make bench` runs them at full size
// and writes docs/performance.md, `make test` at a size that only shows that
// they still run. Where a figure is a ratio, both sides are measured in turns
// in one run, because machines differ and are never idle. It never fails
// because something was slow: slow is what its table says.
package bench

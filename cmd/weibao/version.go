package main

import (
	"fmt"
	"io"
	"runtime"

	"weibao/internal/server"
)

// versionCmd tells which program this is.
type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(out io.Writer) error {
	fmt.Fprintf(out, "weibao %s %s %s/%s\n", server.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

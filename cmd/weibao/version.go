package main

import (
	"fmt"
	"io"
	"runtime"
)

// version is set by the linker.
var version = "dev"

// versionCmd tells which program this is.
type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(out io.Writer) error {
	fmt.Fprintf(out, "weibao %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

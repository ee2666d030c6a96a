#!/usr/bin/env bash
# Measures against the figures and writes docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/.."

go test -count=1 -timeout 90m -v ./bench -args -full -output "$PWD/docs/performance.md"
node e2e/times.mjs docs/performance.md

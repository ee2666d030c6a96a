#!/usr/bin/env bash
# Builds without cgo for the machines of Chinese offices.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p bin
for arch in amd64 arm64 loong64; do
  CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -trimpath -ldflags "${1:-}" -o "bin/weibao-linux-$arch" ./cmd/weibao
  ls -l "bin/weibao-linux-$arch" | awk '{print $5, $9}'
done
